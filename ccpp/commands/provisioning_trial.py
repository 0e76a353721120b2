"""What `ccpp provision --dry-run` prints, and what `--sent` keeps: what would be sent, in which order, and how that differs from the last time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ccpp.commands.common import print_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ccpp.decision import Decision
    from ccpp.planning import Plan
    from ccpp.provisioning.delivery import Document
    from ccpp.provisioning.rendering import Rendered
    from ccpp.sending import Sent

#: What settings of the terminal are recorded under; no application can be called so.
TERMINAL = "(terminal settings)"


class Parcel(NamedTuple):
    """What is sent together: its record, the bytes of each document, and which applications need it."""

    sent: Sent
    sizes: Mapping[str, int]
    needed_by: tuple[str, ...] = ()


def parcels(
    device: str,
    steps: Sequence[tuple[Decision, tuple[str, ...], Sequence[Document]]],
    rendered: Mapping[str, Rendered],
) -> list[Parcel]:
    """What is sent, in order: the settings of the terminal, over which all else comes, then each application after those it needs."""
    from ccpp.commands.settings import file_name
    from ccpp.sending import Sent, sent_of

    found = []
    if rendered:
        sizes = {file_name(name): len(one.content) for name, one in rendered.items()}
        # Settings of terminals hold passwords, so no digest of them is kept.
        found.append(Parcel(Sent(device, TERMINAL, "", dict.fromkeys(sizes), {}), sizes))
    for decision, needed_by, documents in steps:
        sizes = {one.name: len(one.content) for one in documents}
        found.append(Parcel(sent_of(device, decision, documents), sizes, needed_by))
    return found


def last_sent(name: str | None) -> dict[tuple[str, str], Sent]:
    """What a record says was sent last; nothing where there is none yet."""
    from pathlib import Path

    from ccpp.sending import read_sent
    from ccpp.storage.files import lines_of

    return read_sent(lines_of(name), source=name) if name and Path(name).exists() else {}


def keep_sent(name: str, made: Sequence[Parcel]) -> None:
    """Put what was sent into the record, in the place of what was sent before."""
    from pathlib import Path

    from ccpp.sending import write_sent
    from ccpp.storage.files import write_file

    known = last_sent(name) | {(one.sent.device, one.sent.application): one.sent for one in made}
    write_file(Path(name), write_sent(list(known.values())))


def print_trial(form: str, made: Sequence[Parcel], last: Mapping[tuple[str, str], Sent], plan: Plan) -> None:
    """What would be sent, or why there is no plan."""
    from ccpp.console import show_plan
    from ccpp.plain import plain_plan
    from ccpp.sending import changes

    differences = [changes(one.sent, last.get((one.sent.device, one.sent.application))) for one in made]
    if form == "json":
        steps = [_plain(one, said) for one, said in zip(made, differences, strict=True)]
        print_json({"dryRun": True, "steps": steps, "obstacles": plain_plan(plan)["obstacles"]})
        return
    if not plan.steps:
        click.echo(show_plan(plan))
        return
    for number, (one, said) in enumerate(zip(made, differences, strict=True), 1):
        needed = f", needed by {', '.join(one.needed_by)}" if one.needed_by else ""
        click.echo(f"{number}. {click.style(one.sent.application, bold=True)} {one.sent.variant}{needed}")
        for name, size in one.sizes.items():
            click.echo(f"   {name} ({size} bytes)")
        for line in said or ("the same as was sent last",):
            click.echo(f"   {click.style(line, dim=True)}")
    click.echo("nothing was sent")


def _plain(one: Parcel, said: Sequence[str]) -> dict[str, Any]:
    return {
        "application": one.sent.application,
        "variant": one.sent.variant or None,
        "neededBy": list(one.needed_by),
        "documents": [{"name": name, "size": size} for name, size in one.sizes.items()],
        "changes": list(said),
    }

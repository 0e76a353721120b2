"""The command that plans what to install together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, Reader, leave, print_json
from ccpp.commands.deciding import deciding, find_application, load_catalogue_file
from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.argument("file", metavar="PROFILE")
@deciding
@click.option("--application", "wanted", multiple=True, required=True, metavar="ID", help="An application to install.")
@click.option("--installed", multiple=True, metavar="ID[=VERSION]", help="An application, or what one provides, that is there.")
@FORMAT
def plan(
    file: str,
    catalogue: str,
    wanted: Sequence[str],
    installed: Sequence[str],
    form: str,
    *,
    situation: dict[str, Any],
    closed_world: bool,
    **reading: Any,  # noqa: ANN401
) -> None:
    """Plan what to install, in which order, so that all it needs is there; exit 1 if that cannot be."""
    from ccpp.decision import decide_all
    from ccpp.plain import plain_plan
    from ccpp.planning import plan as plan_of

    reader = Reader(**reading, derive=True)
    loaded = load_catalogue_file(catalogue, reader.vocabularies)
    for one in wanted:
        find_application(loaded, one)
    profile = reader.resolve_one(file)
    decisions = decide_all(profile, loaded, closed_world=closed_world, **situation)
    found = plan_of(wanted, decisions, loaded, dict(_installed(one) for one in installed))
    if form == "json":
        print_json({"profile": profile.uri, **plain_plan(found)})
    else:
        from ccpp.console import show_plan

        click.echo(show_plan(found))
    leave(DONE if found.steps else NEGATIVE)


def _installed(text: str) -> tuple[str, str | None]:
    from ccpp.catalogue.facts import is_version

    name, equals, version = text.partition("=")
    if not name or (equals and not is_version(version)):
        raise UsageError(f"`{text}` is no ID=VERSION", hint="for example maps=2.1")
    return name, version or None

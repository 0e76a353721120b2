"""Commands on catalogues: what a change says, and what it does to devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, UNUSABLE, Reader, documents, leave, print_json
from ccpp.commands.deciding import load_catalogue_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.impact import Affected
    from ccpp.model import ResolvedProfile


@click.group()
def catalogue() -> None:
    """Compare catalogues, and see who is affected by a change."""


@catalogue.command("diff")
@click.argument("before", metavar="OLD")
@click.argument("after", metavar="NEW")
@FORMAT
def diff(before: str, after: str, form: str) -> None:
    """Print what two catalogues say differently, by meaning; exit 1 if anything is."""
    from ccpp.catalogue.difference import differences
    from ccpp.vocabulary import load_vocabularies

    vocabularies = load_vocabularies()
    found = differences(load_catalogue_file(before, vocabularies), load_catalogue_file(after, vocabularies))
    if form == "json":
        print_json([{**one._asdict(), "change": one.change} for one in found])
    else:
        from ccpp.console import show_differences

        click.echo(show_differences(found) or "the catalogues say the same")
    leave(NEGATIVE if found else DONE)


@catalogue.command("impact")
@click.argument("before", metavar="OLD")
@click.argument("after", metavar="NEW")
@click.option("--profiles", "files", multiple=True, required=True, metavar="FILE", help="Profiles or folders of them.")
@click.option("--max-lost", type=click.IntRange(0), metavar="N", help="Exit 1 if more devices lose an application.")
@click.option("--max-affected", type=click.IntRange(0), metavar="N", help="Exit 1 if more devices get something else at all.")
@click.option(
    "--examples", type=click.IntRange(0), default=3, show_default=True, help="Devices that are named for each change."
)
@click.option("--closed-world", is_flag=True, help="Take what is not stated as absent, as SHACL does.")
@documents
@FORMAT
def impact(  # noqa: PLR0913  an option each
    before: str,
    after: str,
    files: Sequence[str],
    form: str,
    max_lost: int | None,
    max_affected: int | None,
    *,
    examples: int,
    closed_world: bool,
    **reading: Any,  # noqa: ANN401
) -> None:
    """Print which devices gain, lose or change a variant or its configuration; the limits make it a gate."""
    from ccpp.impact import Effect
    from ccpp.impact import impact as impact_of

    reader = Reader(**reading, derive=True)
    old, new = (load_catalogue_file(name, reader.vocabularies) for name in (before, after))
    profiles = list(reader.resolve_each(files))
    found = list(impact_of(old, new, profiles, closed_world=closed_world))
    devices = {one.profile for one in found}
    lost = {one.profile for one in found if one.effect is Effect.LOST}
    groups = _grouped(found)
    if form == "json":
        print_json(
            {
                "before": old.digest,
                "after": new.digest,
                "profiles": len(profiles),
                "affected": len(devices),
                "lost": len(lost),
                "changes": [_plain_group(key, members, examples) for key, members in groups.items()],
            }
        )
    else:
        from ccpp.console import show_impact

        click.echo(show_impact(groups, len(profiles), len(devices), len(lost), examples))
    over = (max_lost is not None and len(lost) > max_lost) or (max_affected is not None and len(devices) > max_affected)
    leave(UNUSABLE if reader.failed else NEGATIVE if over else DONE)


@click.command()
@click.argument("log", metavar="LOG")
@click.option("--catalogue", required=True, metavar="FILE", help="The catalogue to decide under.")
@click.option("--profiles", "files", multiple=True, required=True, metavar="FILE", help="The profiles, or folders of them.")
@click.option("--closed-world", is_flag=True, help="Take what is not stated as absent, as SHACL does.")
@documents
@FORMAT
def replay(
    log: str,
    catalogue: str,
    files: Sequence[str],
    form: str,
    *,
    closed_world: bool,
    **reading: Any,  # noqa: ANN401
) -> None:
    """Decide the records of a log again under a catalogue, and print what comes out otherwise; exit 1 if anything does."""
    from ccpp.records import read_records
    from ccpp.records import replay as replay_records
    from ccpp.storage.files import lines_of

    reader = Reader(**reading, derive=True)
    loaded = load_catalogue_file(catalogue, reader.vocabularies)
    profiles: dict[str, ResolvedProfile] = {profile.digest: profile for profile in reader.resolve_each(files)}
    total = 0
    changed = []
    for one in replay_records(read_records(lines_of(log), source=log), profiles, loaded, closed_world=closed_world):
        total += 1
        if one.after is None or one.after.outcome != one.before.outcome:
            changed.append(one)
    if form == "json":
        print_json(
            {
                "records": total,
                "changed": [
                    {
                        "profile": one.before.profile,
                        "application": one.before.application,
                        "before": one.before.chosen,
                        "after": one.after.chosen if one.after else None,
                        "decided": one.after is not None,
                        "why": one.why,
                    }
                    for one in changed
                ],
            }
        )
    else:
        from ccpp.console import show_replayed

        click.echo(show_replayed(changed, total))
    leave(UNUSABLE if reader.failed else NEGATIVE if changed else DONE)


def _grouped(found: Iterable[Affected]) -> Mapping[tuple[str, str, str | None, str | None], list[Affected]]:
    """The devices by what becomes of them, the largest group of an application first."""
    groups: dict[tuple[str, str, str | None, str | None], list[Affected]] = {}
    for one in found:
        groups.setdefault((one.application, one.effect.value, *one.variants), []).append(one)
    return dict(sorted(groups.items(), key=lambda pair: (pair[0][0], -len(pair[1]), pair[0][1:3])))


def _plain_group(key: tuple[str, str, str | None, str | None], members: Sequence[Affected], examples: int) -> dict[str, object]:
    application, effect, before, after = key
    return {
        "application": application,
        "effect": effect,
        "before": before,
        "after": after,
        "devices": len(members),
        "examples": [{"profile": one.profile, "reason": one.reason} for one in members[:examples]],
    }

"""Commands on catalogues: what a change says, and what it does to devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.catalogues_checking import format_, lint
from ccpp.commands.common import (
    DONE,
    FORMAT,
    NEGATIVE,
    UNUSABLE,
    Reader,
    documents,
    leave,
    print_json,
    read_subscriber,
    situated,
    subscriber_of,
    time_of,
)
from ccpp.commands.deciding import load_catalogue_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.impact import Affected
    from ccpp.model import ResolvedProfile


@click.group(commands=[format_, lint])
def catalogue() -> None:
    """Check and compare catalogues, and see who is affected by a change."""


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
@situated
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
    situation: dict[str, Any],
    closed_world: bool,
    **reading: Any,  # noqa: ANN401
) -> None:
    """Print which devices gain, lose or change a variant or its configuration; the limits make it a gate."""
    from ccpp.impact import Effect
    from ccpp.impact import impact as impact_of

    reader = Reader(**reading, derive=True)
    old, new = (load_catalogue_file(name, reader.vocabularies) for name in (before, after))
    profiles = list(reader.resolve_each(files))
    found = list(impact_of(old, new, profiles, closed_world=closed_world, **situation))
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


@catalogue.command("test")
@click.argument("file", metavar="CATALOGUE")
@click.argument("expectations", metavar="EXPECTATIONS")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    show_default=True,
    help="How to print the result.",
)
def test(file: str, expectations: str, form: str) -> None:
    """Hold a catalogue to expectations written beside it, and print what they cover; exit 1 if one is not met."""
    from pathlib import Path

    from ccpp.expectations import MAX_EXPECTATIONS, check, coverage, junit, load_expectations
    from ccpp.model import Kind
    from ccpp.storage.files import read_file

    listed = load_expectations(read_file(expectations, MAX_EXPECTATIONS), source=expectations)
    reader = Reader(derive=True)
    loaded = load_catalogue_file(file, reader.vocabularies)
    folder = Path(expectations).parent
    profiles = []
    for one in listed:
        parts = [reader.read(str(folder / one.profile))]
        parts += [reader.read(str(folder / one.diff), Kind.DIFF)] if one.diff else []
        parts += [reader.read(str(folder / one.override), Kind.OVERRIDE)] if one.override else []
        profiles.append((one, reader.resolve(parts)))
    subscribers = {one.subscriber: read_subscriber(str(folder / one.subscriber)) for one in listed if one.subscriber}
    results = [check(one, profile, loaded, subscribers) for one, profile in profiles]
    failed = [one for one in results if one.failures]
    covered = coverage(profiles, loaded, subscribers)
    if form == "junit":
        click.echo(junit(results, file), nl=False)
    elif form == "json":
        print_json(
            {
                "expectations": len(results),
                "failed": [{"name": one.expectation.name, "failures": list(one.failures)} for one in failed],
                "coverage": covered._asdict(),
            }
        )
    else:
        from ccpp.console import show_expectations

        click.echo(show_expectations(results, covered))
    leave(NEGATIVE if failed else DONE)


@click.command()
@click.argument("log", metavar="LOG")
@click.option("--catalogue", required=True, metavar="FILE", help="The catalogue to decide under.")
@click.option("--profiles", "files", multiple=True, required=True, metavar="FILE", help="The profiles, or folders of them.")
@click.option("--closed-world", is_flag=True, help="Take what is not stated as absent, as SHACL does.")
@documents
@click.option("--subscriber", metavar="FILE", help="Whose devices they are: preferences, refusals, settings; TOML or JSON.")
@click.option("--at", metavar="TIME", help="Decide as at this time; each record at its own, if it is left out.")
@FORMAT
def replay(
    log: str,
    catalogue: str,
    files: Sequence[str],
    form: str,
    subscriber: str | None,
    at: str | None,
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
    whose, when = subscriber_of(subscriber), time_of(at) if at else None
    total = 0
    changed = []
    for one in replay_records(
        read_records(lines_of(log), source=log), profiles, loaded, closed_world=closed_world, subscriber=whose, at=when
    ):
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

"""The command about spellings: which there are, and how many devices a plain requirement reaches with and without them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import DONE, FORMAT, UNUSABLE, Reader, documents, leave, nearest, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.model import AttributeName, ResolvedProfile
    from ccpp.normalisation import Family, Normalisation


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@documents
@click.option("--family", "name", metavar="FAMILY", help="Only this family; without files, its rows.")
@FORMAT
def spellings(files: Sequence[str], form: str, *, name: str | None, **reading: Any) -> None:  # noqa: ANN401
    """Count the profiles that plain requirements reach, as stated and in canonical spelling; without files, list the families.

    For each requirement: the profiles that state the value as it is asked for, those that state its commonest spelling, and those
    that mean it. A folder stands for its files.
    """
    from ccpp.normalisation import Normalisation, load_families

    families = _chosen(load_families(), name)
    if not files:
        _list(families, form, rows=name is not None)
        return
    reader = Reader(**reading)
    normalisation = Normalisation(families, reader.vocabularies)
    tallies = [_Tally(family.name, attribute, value) for family in families for attribute, value in family.plain]
    number = 0
    for number, document in enumerate(reader.read_all(files), 1):  # noqa: B007  how many there were
        profile = reader.resolve([document])
        for tally in tallies:
            tally.count(profile, normalisation)
    if form == "json":
        print_json({"profiles": number, "requirements": [tally.plain() for tally in tallies]})
    else:
        _show(number, [tally.plain() for tally in tallies])
    leave(UNUSABLE if reader.failed else DONE)


def _chosen(families: Sequence[Family], name: str | None) -> Sequence[Family]:
    from ccpp.errors import UsageError

    chosen = [family for family in families if name in (None, family.name)]
    if not chosen:
        raise UsageError(f"unknown family `{name}`", hint=nearest(str(name), [family.name for family in families]))
    return chosen


class _Tally:
    """How many profiles have a value: by each spelling of it, and by any."""

    def __init__(self, family: str, attribute: AttributeName, value: str) -> None:
        self.family = family
        self.attribute = attribute
        self.value = value
        self.spelt: Counter[str] = Counter()
        self.reached = 0

    def count(self, profile: ResolvedProfile, normalisation: Normalisation) -> None:
        """One profile more."""
        texts = {text for text in profile.values(self.attribute) or () if isinstance(text, str)}
        used = {text for text in texts if self.value in normalisation.canonical(self.attribute, text)}
        self.spelt.update(used)
        self.reached += bool(used)

    def plain(self) -> dict[str, Any]:
        """The counts; of spellings that are as common, the first by alphabet."""
        commonest, most = min(self.spelt.items(), key=lambda item: (-item[1], item[0]), default=(self.value, 0))
        return {
            "family": self.family,
            "attribute": str(self.attribute),
            "value": self.value,
            "stated": self.spelt[self.value],
            "commonest": commonest,
            "commonest_stated": most,
            "spellings": len(self.spelt),
            "normalised": self.reached,
        }


def _show(profiles: int, counts: Sequence[dict[str, Any]]) -> None:
    from ccpp.console import table

    head = ("family", "attribute", "value", "as stated", "commonest spelling", "normalised", "spellings")
    rows = [
        (
            one["family"],
            one["attribute"].partition("/")[2],
            one["value"],
            str(one["stated"]),
            f"{one['commonest_stated']} {one['commonest']}",
            str(one["normalised"]),
            str(one["spellings"]),
        )
        for one in counts
    ]
    click.echo(f"{profiles} profiles\n\n{table([head, *rows])}")


def _list(families: Sequence[Family], form: str, *, rows: bool) -> None:
    from ccpp.console import table

    if form == "json":
        print_json([_plain(family) for family in families])
    elif rows:
        for family in families:
            click.echo(f"{family.title}: {', '.join(map(str, family.attributes))}\n")
            click.echo(
                table([(str(row.line), row.spelling, " | ".join(row.canonical) or "(no member)") for row in family.rows])
            )
    else:
        click.echo(
            table([("family", "rows", "about"), *((family.name, str(len(family.rows)), family.title) for family in families)])
        )


def _plain(family: Family) -> dict[str, Any]:
    return {
        "family": family.name,
        "title": family.title,
        "attributes": [str(name) for name in family.attributes],
        "requirements": [{"attribute": str(name), "value": value} for name, value in family.plain],
        "rows": [{"line": row.line, "spelling": row.spelling, "canonical": list(row.canonical)} for row in family.rows],
    }

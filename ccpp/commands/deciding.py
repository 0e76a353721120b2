"""Commands that decide with a catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, UNUSABLE, Reader, documents, leave, nearest, print_json, situated
from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccpp.catalogue.model import Application, Catalogue, Document
    from ccpp.vocabulary import Vocabularies


def deciding(command: Callable[..., None]) -> Callable[..., None]:
    """The options of commands that decide with a catalogue."""
    options = (
        click.option(
            "--catalogue",
            required=True,
            metavar="FILE",
            help="The catalogue: Turtle, JSON or YAML; a folder of such files is one.",
        ),
        click.option("--closed-world", is_flag=True, help="Take what is not stated as absent, as SHACL does."),
    )
    for option in reversed(options):
        command = option(command)
    return documents(situated(command))


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="PROFILE...")
@deciding
@click.option("--records", metavar="FILE", help="Write each decision on record, a line of JSON each, for `ccpp replay`.")
@click.option("--summary", is_flag=True, help="Print only how many profiles get which variant.")
@FORMAT
def match(
    files: Sequence[str],
    catalogue: str,
    records: str | None,
    form: str,
    *,
    summary: bool,
    situation: dict[str, Any],
    closed_world: bool,
    **reading: Any,  # noqa: ANN401
) -> None:
    """Print the verdict of each variant, and the chosen one of each application.

    JSON is an object for one profile, a list for several. Exit 1 if some profile gets nothing at all.
    """
    from ccpp.console import heading, show_distribution, show_selection
    from ccpp.decision import decide_all
    from ccpp.impact import Distribution
    from ccpp.plain import plain_match
    from ccpp.records import record_of, write_records

    reader = Reader(**reading, derive=True)
    loaded = load_catalogue_file(catalogue, reader.vocabularies)
    results: list[Any] = []
    nothing = False
    written: list[bytes] = []
    distribution = Distribution(loaded)
    for profile in reader.resolve_each(files):
        decisions = decide_all(profile, loaded, closed_world=closed_world, **situation)
        nothing = nothing or not any(decision.selection.chosen for decision in decisions.values())
        if records:
            made = (record_of(profile, loaded, name, decision, situation["at"]) for name, decision in decisions.items())
            written.append(write_records(made))
        distribution.count(decisions)
        if summary:
            continue
        if form == "json":
            results.append(plain_match(profile, loaded, decisions))
        else:
            click.echo(heading(profile.uri))
            for decision in decisions.values():
                click.echo(show_selection(decision.selection))
            click.echo()
    if summary and form == "text":
        click.echo(show_distribution(distribution))
    elif form == "json":
        print_json(distribution.plain() if summary else results[0] if len(results) == 1 else results)
    if records:
        from pathlib import Path

        from ccpp.storage.files import write_file

        write_file(Path(records), b"".join(written))
    leave(UNUSABLE if reader.failed else NEGATIVE if nothing else DONE)


def load_catalogue_file(name: str, vocabularies: Vocabularies) -> Catalogue:
    """The catalogue in a file and those it imports, or in the files of a folder."""
    from ccpp.catalogue.loading import load_documents

    return load_documents(catalogue_documents(name), vocabularies)


def catalogue_documents(name: str) -> tuple[Document, ...]:
    """A file and those it imports, or the files of a folder that can be parts of a catalogue."""
    from ccpp.catalogue.documents import SYNTAXES, gather
    from ccpp.storage.files import files_in, read_file

    names = list(files_in([name]))
    if names != [name]:
        names = [one for one in names if one.lower().endswith(tuple(SYNTAXES))]
    if not names:
        raise UsageError("a folder without a catalogue", source=name, hint="its files end in .ttl, .json or .yaml")
    return gather(names, read_file)


def find_application(catalogue: Catalogue, identifier: str) -> Application:
    """The application of an identifier, or an error with the nearest one."""
    found = catalogue.applications.get(identifier)
    if found is None:
        raise UsageError(
            f"no application `{identifier}`", source=catalogue.source, hint=nearest(identifier, catalogue.applications)
        )
    return found

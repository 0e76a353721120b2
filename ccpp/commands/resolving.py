"""Commands on profiles as such: what they say, whether they conform, what their words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, UNUSABLE, Reader, documents, leave, print_json, print_json_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.model import ResolvedProfile


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@documents
@click.option("--merge", is_flag=True, help="Merge all files into one profile, whatever they are about.")
@FORMAT
def resolve(files: Sequence[str], form: str, *, merge: bool, **reading: Any) -> None:  # noqa: ANN401
    """Read profiles, merge them in order, and print what holds.

    Files about one profile (one URI) are merged in the order given; others give a profile each. A folder stands for its files.
    """
    reader = Reader(**reading)
    profiles = [reader.resolve([*reader.read_all(files)])] if merge else reader.resolve_each(files)
    if form == "json":
        print_json_list(map(_plain_profile, profiles))
    else:
        from ccpp.console import show_profile

        for profile in profiles:
            click.echo(show_profile(profile) + "\n")
    leave(UNUSABLE if reader.failed else DONE)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@FORMAT
def validate(files: Sequence[str], form: str) -> None:
    """Print what each profile does that the specifications forbid; exit 1 if any of it is an error."""
    from ccpp.diagnostics import Severity
    from ccpp.plain import plain_diagnostics

    reader = Reader()
    results = []
    wrong = False
    for name, profile in reader.read_named(files):
        errors = sum(one.severity is Severity.ERROR for one in profile.diagnostics)
        wrong = wrong or errors > 0
        if form == "json":
            results.append({"document": name, "conforms": not errors, "diagnostics": plain_diagnostics(profile.diagnostics)})
        else:
            from ccpp.console import show_diagnostics

            verdict = click.style("errors", fg="red") if errors else click.style("no errors", fg="green")
            click.echo(f"{click.style(name, bold=True)}: {verdict}, {len(profile.diagnostics)} findings")
            if profile.diagnostics:
                click.echo(show_diagnostics(profile.diagnostics))
    if form == "json":
        print_json(results)
    leave(UNUSABLE if reader.failed else NEGATIVE if wrong else DONE)


@click.command()
@click.argument("name", required=False)
@FORMAT
def vocabulary(name: str | None, form: str) -> None:
    """List the known attributes, or one of them by name or URI."""
    from ccpp.console import table
    from ccpp.vocabulary import load_vocabularies

    vocabularies = load_vocabularies()
    attributes = (
        [vocabularies.named(name)] if name else [vocabularies.attributes[key] for key in sorted(vocabularies.attributes)]
    )
    if form == "json":
        print_json([{**one._asdict(), "name": str(one.name)} for one in attributes])
    else:
        click.echo(table([(str(one.name), one.datatype, one.container.value, one.rule.value, one.uri) for one in attributes]))


def _plain_profile(profile: ResolvedProfile) -> Any:  # noqa: ANN401  JSON
    from ccpp.plain import plain_profile

    return plain_profile(profile)

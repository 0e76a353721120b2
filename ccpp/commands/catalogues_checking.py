"""Commands that look at catalogues alone: their layout, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, UNUSABLE, Reader, complain, leave, print_json, time_of
from ccpp.commands.deciding import catalogue_documents
from ccpp.errors import CatalogueError, CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("format")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file is not in its layout.")
@FORMAT
def format_(files: Sequence[str], form: str, *, check: bool) -> None:
    """Bring Turtle files into one layout, in place; what they say, its order and every comment stay. `-` prints the result."""
    from pathlib import Path

    from ccpp.catalogue.loading import MAX_CATALOGUE
    from ccpp.requirements.turtle import decoded
    from ccpp.storage.files import PUBLIC, files_in, read_file, write_file
    from ccpp.turtle.formatting import format_turtle

    changed: list[str] = []
    failed = False
    for name in files_in(files):
        try:
            _refuse_other_syntaxes(name)
            data = read_file(name, MAX_CATALOGUE)
            formatted = format_turtle(decoded(data, CatalogueError), CatalogueError).encode()
        except CcppError as error:
            failed = True
            complain(error.located(name))
            continue
        if name == "-" and not check:
            click.echo(formatted, nl=False)
        elif formatted != data:
            changed.append(name)
            if not check:
                write_file(Path(name), formatted, PUBLIC)
    if form == "json":
        print_json({"changed": changed, "written": not check})
    else:
        for name in changed:
            click.echo(f"{'would change' if check else 'changed'} {name}")
    leave(UNUSABLE if failed else NEGATIVE if check and changed else DONE)


@click.command()
@click.argument("file", required=False, metavar="CATALOGUE")
@click.option("--profiles", "profiles", multiple=True, metavar="FILE", help="Profiles or folders of them, to hold it against.")
@click.option("--at", metavar="TIME", help="When: 2026-12-01 or 2026-12-01T08:00:00Z; without it, now.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The least severity for which to exit 1.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How to print the result.",
)
@click.option("--rules", "list_rules", is_flag=True, help="List the rules instead.")
@click.option("--shapes", "print_shapes", is_flag=True, help="Print the SHACL shapes of the structure instead.")
def lint(
    file: str | None,
    profiles: Sequence[str],
    at: str | None,
    fail_on: str,
    form: str,
    *,
    list_rules: bool,
    print_shapes: bool,
) -> None:
    """Find what is wrong with a catalogue, or will surprise: structure, requirements, settings, terms; exit 1 on errors."""
    if list_rules:
        _show_rules(form)
        return
    if print_shapes:
        from ccpp.catalogue.shapes import catalogue_shapes

        click.echo(catalogue_shapes(), nl=False)
        return
    if file is None:
        raise UsageError("no catalogue to lint", hint="ccpp catalogue lint CATALOGUE")
    from ccpp.linting.reports import lint as lint_catalogue
    from ccpp.linting.reports import plain_lint, sarif

    when = time_of(at)
    reader = Reader(derive=True)
    resolved = list(reader.resolve_each(profiles)) if profiles else []
    found = lint_catalogue(catalogue_documents(file), reader.vocabularies, at=when, profiles=resolved)
    if form == "text":
        for one in found:
            place = ":".join(str(part) for part in (one.source, one.line) if part is not None)
            click.echo(f"{place}: {one.severity.value} {one.rule}: {one.message} ({one.hint})")
        counted = Counter(one.severity.value for one in found)
        click.echo(", ".join(f"{counted[name]} {name}" for name in _SEVERITIES if counted[name]) or "nothing found")
    else:
        print_json(plain_lint(found) if form == "json" else sarif(found))
    least = _SEVERITIES.index(fail_on)
    failing = any(_SEVERITIES.index(one.severity.value) <= least for one in found)
    leave(UNUSABLE if reader.failed else NEGATIVE if failing else DONE)


#: Most severe first.
_SEVERITIES = ("error", "warning", "info")


def _show_rules(form: str) -> None:
    from ccpp.linting.rules import RULES

    if form == "json":
        print_json([{"rule": name, "severity": row.severity.value, "sentence": row.sentence} for name, row in RULES.items()])
        return
    for name, row in RULES.items():
        click.echo(f"{click.style(name, bold=True)}  {row.severity.value}\n    {row.sentence}")


def _refuse_other_syntaxes(name: str) -> None:
    if name.lower().endswith((".json", ".jsonld", ".yaml", ".yml")):
        raise UsageError("only Turtle has a layout here", source=name, hint="JSON and YAML have formatters of their own")

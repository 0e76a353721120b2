"""Commands that look at catalogues alone: their layout, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, UNUSABLE, complain, leave, print_json
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
    from ccpp.storage.files import files_in, read_file, write_file
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
                write_file(Path(name), formatted)
    if form == "json":
        print_json({"changed": changed, "written": not check})
    else:
        for name in changed:
            click.echo(f"{'would change' if check else 'changed'} {name}")
    leave(UNUSABLE if failed else NEGATIVE if check and changed else DONE)


def _refuse_other_syntaxes(name: str) -> None:
    if name.lower().endswith((".json", ".jsonld", ".yaml", ".yml")):
        raise UsageError("only Turtle has a layout here", source=name, hint="JSON and YAML have formatters of their own")

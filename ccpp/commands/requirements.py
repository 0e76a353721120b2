"""Commands on requirements alone: from SHACL to RFC 2533 and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpp.commands.common import FORMAT, nearest, print_json
from ccpp.errors import RequirementError, UsageError

if TYPE_CHECKING:
    from ccpp.requirements.graph import RequirementGraph
    from ccpp.vocabulary import Vocabularies

#: A file of requirements; a catalogue is one too.
_MAX_FILE = 90 * 1_048_576


@click.group()
def requirements() -> None:
    """Write requirements as RFC 2533 feature sets, and read feature sets as requirements."""


@requirements.command("write")
@click.argument("file", metavar="FILE")
@click.option("--requirement", "name", metavar="ID", help="Only this one, by its IRI or the local part of it.")
@FORMAT
def write(file: str, name: str | None, form: str) -> None:
    """Print the requirements of a Turtle file as feature sets, each with its hash; what a feature set cannot say is named."""
    from ccpp.requirements.features import feature_hash, write_features
    from ccpp.requirements.rfc2533 import expression_of
    from ccpp.vocabulary import load_vocabularies

    graph = _read_turtle(file, load_vocabularies())
    names = {one.rpartition("#")[2].rpartition("/")[2]: one for one in graph} | {one: one for one in graph}
    if name is not None and name not in names:
        raise UsageError(f"no requirement `{name}`", source=file, hint=nearest(name, names))
    found = []
    for one in [names[name]] if name else graph:
        try:
            text = write_features(expression_of(graph[one], graph))
            found.append({"requirement": one, "features": text, "hash": feature_hash(text), "error": None})
        except RequirementError as error:
            if name:
                raise error.located(file) from None
            found.append({"requirement": one, "features": None, "hash": None, "error": error.message})
    if form == "json":
        print_json(found)
    else:
        for row in found:
            click.echo(f"{row['requirement']} {row['hash'] or ''}\n  {row['features'] or row['error']}")


@requirements.command("read")
@click.argument("text", metavar="TEXT")
@FORMAT
def read(text: str, form: str) -> None:
    """Print what a feature set asks of a device, its hash, and the quality of each alternative."""
    from ccpp.catalogue.digest import plain_requirement
    from ccpp.requirements.features import feature_hash, parse_features
    from ccpp.requirements.rfc2533 import requirement_of
    from ccpp.vocabulary import load_vocabularies

    vocabularies = load_vocabularies()
    found = parse_features(text)
    alternatives = [
        {"quality": str(one.quality), "requirement": plain_requirement(requirement_of(one.expression, vocabularies))}
        for one in found.alternatives
    ]
    if form == "json":
        print_json({"hash": feature_hash(text), "alternatives": alternatives})
    else:
        click.echo(feature_hash(text))
        for one in alternatives:
            click.echo(f"  q={one['quality']}  {one['requirement']}")


def _read_turtle(file: str, vocabularies: Vocabularies) -> RequirementGraph:
    from ccpp.requirements.shacl import read_requirements
    from ccpp.requirements.turtle import parse_turtle
    from ccpp.storage.files import read_file

    try:
        return read_requirements(parse_turtle(read_file(file, _MAX_FILE), RequirementError), vocabularies)
    except RequirementError as error:
        raise error.located(file) from None

"""Commands on requirements alone: from SHACL to RFC 2533 and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, leave, nearest, print_json
from ccpp.errors import RequirementError, UsageError

if TYPE_CHECKING:
    from ccpp.analysis.findings import Findings
    from ccpp.catalogue.model import Document
    from ccpp.requirements.graph import RequirementGraph
    from ccpp.vocabulary import Vocabularies

#: A file of requirements; a catalogue is one too.
_MAX_FILE = 90 * 1_048_576


@click.group()
def requirements() -> None:
    """Analyse requirements, write them as RFC 2533 feature sets, and read feature sets as requirements."""


@requirements.command("write")
@click.argument("file", metavar="FILE")
@click.option("--requirement", "name", metavar="ID", help="Only this one, by its IRI or the local part of it.")
@FORMAT
def write(file: str, name: str | None, form: str) -> None:
    """Print the requirements of a Turtle file as feature sets, each with its hash; what a feature set cannot say is named."""
    from ccpp.requirements.features import feature_hash, write_features
    from ccpp.requirements.rfc2533 import expression_of
    from ccpp.vocabulary import load_vocabularies

    graph = _requirements(file, load_vocabularies())
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


@requirements.command("analyse")
@click.argument("file", metavar="CATALOGUE_OR_SHAPES")
@FORMAT
def analyse(file: str, form: str) -> None:
    """Print what is wrong with requirements whatever the device; exit 1 if anything is.

    Of a catalogue: requirements that no device satisfies, variants that are never chosen because a better one fits wherever they do,
    variants that no device tells apart, constraints that change nothing. Of shapes alone: the same, but for what is chosen.
    """
    from ccpp.inspection import plain_findings

    findings = _analysed(file)
    if form == "json":
        print_json(plain_findings(findings))
    else:
        for one in findings.found:
            click.echo(f"{one.kind}: {one.sentence}")
        for left in findings.open:
            beside = f" beside `{left.other}`" if left.other else ""
            click.echo(f"undecided: whether `{left.subject}` is {left.kind}{beside}: {left.why}")
        counted = ", ".join(f"{number} {outcome}" for outcome, number in sorted(findings.asked.items()))
        click.echo(f"{len(findings.found)} found; questions: {counted or 'none'}")
    leave(NEGATIVE if findings.found else DONE)


def _analysed(file: str) -> Findings:
    from ccpp.analysis.findings import analyse_requirements
    from ccpp.commands.deciding import load_catalogue_file
    from ccpp.inspection import analyse_catalogue, is_catalogue
    from ccpp.vocabulary import load_vocabularies

    vocabularies = load_vocabularies()
    if Path(file).is_dir() or is_catalogue(_document(file)):
        return analyse_catalogue(load_catalogue_file(file, vocabularies), vocabularies.attributes)
    return analyse_requirements(_requirements(file, vocabularies), vocabularies.attributes)


def _requirements(file: str, vocabularies: Vocabularies) -> RequirementGraph:
    from ccpp.inspection import requirements_in

    return requirements_in(_document(file), vocabularies)


def _document(file: str) -> Document:
    from ccpp.catalogue.model import Document
    from ccpp.storage.files import read_file

    return Document(file, read_file(file, _MAX_FILE))

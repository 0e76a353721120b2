"""The command that says whether documents conform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import DONE, NEGATIVE, UNUSABLE, Reader, complain, leave, print_json, print_json_list
from ccpp.errors import CcppError, ProfileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ccpp.conformance import Report
    from ccpp.conformance.rules import Rule
    from ccpp.conformance.schemas import Schemas

#: What `ccpp.conformance.uaprof.PROFILES` has, said here so that `--help` does not import it; a test holds the two equal.
PROFILE_NAMES = ("ccpp", "uaprof", "uaprof-literals")
FORMATS = ("text", "json", "sarif", "turtle")


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--profile",
    type=click.Choice(PROFILE_NAMES),
    default="uaprof",
    show_default=True,
    help="The rules: those of CC/PP 1.0 alone, with UAProf's, or with the published Literal pattern as well.",
)
@click.option(
    "--engine",
    type=click.Choice(["rules", "pyshacl"]),
    default="rules",
    show_default=True,
    help="Evaluate the rules, or the shapes generated from the published schemas.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to print the result."
)
@click.option("--rules", "list_rules", is_flag=True, help="List the rules instead, with their sources.")
@click.option("--shapes", "print_shapes", is_flag=True, help="Print the SHACL shapes of the published schemas instead.")
def validate(files: Sequence[str], profile: str, engine: str, form: str, *, list_rules: bool, print_shapes: bool) -> None:
    """Hold documents against the rules of CC/PP 1.0 and UAProf; exit 1 if one does not conform.

    A folder stands for its files. A document conforms when it breaks no rule that makes an error.
    """
    from ccpp.conformance.schemas import load_schemas
    from ccpp.conformance.uaprof import PROFILES

    rules = PROFILES[profile]
    if list_rules:
        _show_rules(rules, form)
        return
    reader = Reader()
    schemas = load_schemas(reader.vocabularies)
    if print_shapes:
        from ccpp.conformance.shapes import shapes

        click.echo(shapes(schemas), nl=False)
        return
    if not files:
        raise UsageError("no file to validate", hint="ccpp validate FILE...")
    if engine == "pyshacl" and profile != "uaprof":
        raise UsageError(f"the shapes are those of UAProf, not of `{profile}`", hint="leave out --profile, or --engine")
    seen: list[bool] = []
    reports = _counted(_reports(files, reader, _ENGINES[engine](rules, schemas)), seen)
    _PRINTERS[form](reports, rules)
    leave(UNUSABLE if reader.failed else NEGATIVE if not all(seen) else DONE)


def _counted(reports: Iterator[Report], seen: list[bool]) -> Iterator[Report]:
    for report in reports:
        seen.append(report.conforms)
        yield report


# Reading what the command is given.


def _by_rules(rules: Mapping[str, Rule], schemas: Schemas) -> Callable[..., Report]:
    from functools import partial

    from ccpp.conformance import validate as validate_document

    return partial(validate_document, rules=rules, schemas=schemas)


def _by_shapes(_rules: Mapping[str, Rule], schemas: Schemas) -> Callable[..., Report]:
    from ccpp.conformance.engine import ShapeValidator

    return ShapeValidator(schemas).validate


_ENGINES = {"rules": _by_rules, "pyshacl": _by_shapes}


def _reports(files: Sequence[str], reader: Reader, judge: Callable[..., Report]) -> Iterator[Report]:
    """A report of every file that is a document at all; one line on standard error for every other file."""
    from pathlib import Path

    from ccpp.reading import MAX_DOCUMENT, read_profile
    from ccpp.storage.files import files_in, read_file

    for name in files_in(files):
        uri = "urn:ccpp:stdin" if name == "-" else Path(name).absolute().as_uri()
        try:
            data = read_file(name, MAX_DOCUMENT)
            report = judge(data, uri=uri, document=name)
        except CcppError as error:
            reader.failed = True
            complain(error.located(name))
            continue
        try:
            profile = read_profile(data, uri=uri, document=name, vocabularies=reader.vocabularies)
        except ProfileError:  # the rules have said why
            yield report
        else:
            yield report._replace(diagnostics=profile.diagnostics)


# Printing.


def _show_rules(rules: Mapping[str, Rule], form: str) -> None:
    if form == "json":
        from ccpp.conformance.formats import plain_rules

        print_json(plain_rules(rules))
        return
    if form != "text":
        raise UsageError(f"the rules are not listed as `{form}`", hint="--format text or json")
    for rule in rules.values():
        name = click.style(rule.name, bold=True)
        click.echo(
            f"{name}  {_severity(rule.severity.value)}\n    {rule.sentence}\n    {click.style(rule.reference, dim=True)}"
        )


def _show_text(reports: Iterator[Report], _rules: Mapping[str, Rule]) -> None:
    from ccpp.console import show_diagnostics

    for report in reports:
        verdict = click.style("conforms", fg="green") if report.conforms else click.style("does not conform", fg="red")
        count = f"{len(report.violations)} violation{'' if len(report.violations) == 1 else 's'}"
        click.echo(f"{click.style(report.document, bold=True)}: {verdict}, {count}")
        for one in report.violations:
            click.echo(
                f"  {one.line or '-':>5}  {_severity(one.severity.value)}  {click.style(one.rule, bold=True)}  {one.message}"
            )
        if report.diagnostics:
            click.echo("  what the lenient reader did about it:")
            click.echo(show_diagnostics(report.diagnostics))


def _severity(severity: str) -> str:
    return click.style(severity, fg={"error": "red", "warning": "yellow", "info": "blue"}[severity])


def _show_json(reports: Iterator[Report], _rules: Mapping[str, Rule]) -> None:
    from ccpp.conformance.formats import plain_report

    print_json_list(map(plain_report, reports))


def _show_sarif(reports: Iterator[Report], rules: Mapping[str, Rule]) -> None:
    from ccpp.conformance.formats import sarif

    print_json(sarif(reports, rules))


def _show_turtle(reports: Iterator[Report], _rules: Mapping[str, Rule]) -> None:
    from ccpp.conformance.formats import turtle

    click.echo(turtle(reports), nl=False)


_PRINTERS: dict[str, Callable[[Iterator[Report], Mapping[str, Rule]], Any]] = {
    "text": _show_text,
    "json": _show_json,
    "sarif": _show_sarif,
    "turtle": _show_turtle,
}

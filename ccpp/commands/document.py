"""The commands on connectivity documents: between XML and WBXML, their rules, their difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpp.commands.common import DONE, FORMAT, leave, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccpp.provisioning.connectivity.document import Note, Reading
    from ccpp.provisioning.connectivity.rules import Breach

_NEGATIVE = 1
_OUTPUT = click.option("--output", metavar="FILE", help="Write the document there; else to standard output.")


@click.group()
def document() -> None:
    """Encode, decode, validate and compare connectivity documents (wap-provisioningdoc)."""


@document.command()
@click.argument("file")
@_OUTPUT
@FORMAT
def encode(file: str, form: str, output: str | None) -> None:
    """Write a document, in XML or WBXML, as canonical WBXML; JSON holds it in hexadecimal."""
    from ccpp.provisioning.connectivity.wbxml import encode_connectivity

    reading = _read(file)
    data = encode_connectivity(reading.document)
    _deliver(data, {"wbxml": data.hex(), "length": len(data)}, reading, output, form)


@document.command()
@click.argument("file")
@_OUTPUT
@FORMAT
def decode(file: str, form: str, output: str | None) -> None:
    """Write a document, in WBXML or XML, as canonical XML."""
    from ccpp.provisioning.connectivity.xml import write_connectivity

    reading = _read(file)
    data = write_connectivity(reading.document)
    _deliver(data, {"xml": data.decode()}, reading, output, form)


@document.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@FORMAT
def validate(files: Sequence[str], form: str) -> None:
    """Hold documents against the rules of WAP-183 and OMA CP 1.1; exit 1 if one breaks a rule."""
    from ccpp.diagnostics import Severity

    found: list[tuple[str, Note | Breach]] = []
    for file in files:
        reading = _read(file)
        found += [(file, finding) for finding in _findings(reading)]
    if form == "json":
        print_json([{"file": file, **_plain(finding)} for file, finding in found])
    else:
        for file, finding in found:
            click.echo(f"{file}: {finding.severity} {finding.code}: {finding.place}: {finding.message}")
    leave(_NEGATIVE if any(finding.severity is Severity.ERROR for _, finding in found) else DONE)


@document.command()
@click.argument("before")
@click.argument("after")
@FORMAT
def diff(before: str, after: str, form: str) -> None:
    """Print what differs between two documents, secrets hidden; exit 1 if anything does."""
    from ccpp.provisioning.connectivity.difference import compare_connectivity

    changes = compare_connectivity(_read(before).document, _read(after).document)
    if form == "json":
        print_json([change._asdict() for change in changes])
    else:
        for change in changes:
            click.echo(f"{change.sign} {change.place} {change.text}".rstrip())
    leave(_NEGATIVE if changes else DONE)


def _read(file: str) -> Reading:
    """The document in a file, whichever of the two forms it has: WBXML begins with a version below a blank."""
    from pathlib import Path

    from ccpp.errors import CcppError, UsageError
    from ccpp.provisioning.connectivity.wbxml import decode_connectivity
    from ccpp.provisioning.connectivity.xml import read_connectivity

    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read `{file}`: {error.strerror}") from None
    try:
        return decode_connectivity(data) if data[:1] in {b"\x00", b"\x01", b"\x02", b"\x03"} else read_connectivity(data)
    except CcppError as error:
        raise error.located(file) from None


def _findings(reading: Reading) -> Iterator[Note | Breach]:
    from ccpp.provisioning.connectivity.rules import validate_connectivity

    yield from reading.notes
    yield from validate_connectivity(reading.document)


def _deliver(data: bytes, plain: dict[str, object], reading: Reading, output: str | None, form: str) -> None:
    from pathlib import Path

    from ccpp.errors import UsageError

    if output:
        try:
            Path(output).write_bytes(data)
        except OSError as error:
            raise UsageError(f"cannot write `{output}`: {error.strerror}") from None
    if form == "json":
        print_json({**plain, "diagnostics": [_plain(note) for note in reading.notes]})
        return
    for note in reading.notes:
        click.echo(f"{note.severity} {note.code}: {note.place}: {note.message}", err=True)
    if not output:
        click.echo(data, nl=False)


def _plain(finding: Note | Breach) -> dict[str, str]:
    return {"code": finding.code, "severity": finding.severity, "place": finding.place, "message": finding.message}

"""The commands on connectivity documents: between XML and WBXML, their rules, their difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, leave, print_json
from ccpp.commands.document_card import card
from ccpp.commands.document_files import OUTPUT, deliver_document, plain_finding, read_document
from ccpp.commands.document_sending import mac, sms
from ccpp.commands.document_simulating import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccpp.provisioning.connectivity.document import Note, Reading
    from ccpp.provisioning.connectivity.rules import Breach


@click.command()
@click.argument("file")
@OUTPUT
@FORMAT
def encode(file: str, form: str, output: str | None) -> None:
    """Write a document, in XML or WBXML, as canonical WBXML; JSON holds it in hexadecimal."""
    from ccpp.provisioning.connectivity.wbxml import encode_connectivity

    reading = read_document(file)
    data = encode_connectivity(reading.document)
    deliver_document(data, {"wbxml": data.hex(), "length": len(data)}, reading, output, form)


@click.command()
@click.argument("file")
@OUTPUT
@FORMAT
def decode(file: str, form: str, output: str | None) -> None:
    """Write a document, in WBXML or XML, as canonical XML."""
    from ccpp.provisioning.connectivity.xml import write_connectivity

    reading = read_document(file)
    data = write_connectivity(reading.document)
    deliver_document(data, {"xml": data.decode()}, reading, output, form)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@FORMAT
def validate(files: Sequence[str], form: str) -> None:
    """Hold documents against the rules of WAP-183 and OMA CP 1.1; exit 1 if one breaks a rule."""
    from ccpp.diagnostics import Severity

    found: list[tuple[str, Note | Breach]] = []
    for file in files:
        reading = read_document(file)
        found += [(file, finding) for finding in _findings(reading)]
    if form == "json":
        print_json([{"file": file, **plain_finding(finding)} for file, finding in found])
    else:
        for file, finding in found:
            click.echo(f"{file}: {finding.severity} {finding.code}: {finding.place}: {finding.message}")
    leave(NEGATIVE if any(finding.severity is Severity.ERROR for _, finding in found) else DONE)


@click.command()
@click.argument("before")
@click.argument("after")
@FORMAT
def diff(before: str, after: str, form: str) -> None:
    """Print what differs between two documents, secrets hidden; exit 1 if anything does."""
    from ccpp.provisioning.connectivity.difference import compare_connectivity

    changes = compare_connectivity(read_document(before).document, read_document(after).document)
    if form == "json":
        print_json([change._asdict() for change in changes])
    else:
        for change in changes:
            click.echo(f"{change.sign} {change.place} {change.text}".rstrip())
    leave(NEGATIVE if changes else DONE)


def _findings(reading: Reading) -> Iterator[Note | Breach]:
    from ccpp.provisioning.connectivity.rules import validate_connectivity

    yield from reading.notes
    yield from validate_connectivity(reading.document)


@click.group(commands=[encode, decode, validate, diff, mac, sms, card, simulate])
def document() -> None:
    """Encode, decode, validate, compare, secure, send, store and try connectivity documents (wap-provisioningdoc)."""

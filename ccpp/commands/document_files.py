"""What the commands on connectivity documents share: reading a document in either form, delivering bytes, printing findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpp.commands.common import print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.provisioning.connectivity.document import Note, Reading
    from ccpp.provisioning.connectivity.rules import Breach

OUTPUT = click.option("--output", metavar="FILE", help="Write the result there; else to standard output.")


def read_bytes(file: str) -> bytes:
    """The bytes of a document, at most one more than any has."""
    from ccpp.storage.files import read_file
    from ccpp.wbxml.document import MAX_DOCUMENT

    return read_file(file, MAX_DOCUMENT)


def read_document(file: str) -> Reading:
    """The document in a file, whichever of the two forms it has."""
    return read_form(read_bytes(file), file)


def read_form(data: bytes, file: str) -> Reading:
    """The document in bytes of a file, whichever of the two forms they have."""
    from ccpp.errors import CcppError
    from ccpp.provisioning.connectivity.wbxml import decode_connectivity
    from ccpp.provisioning.connectivity.xml import read_connectivity

    try:
        return decode_connectivity(data) if is_wbxml(data) else read_connectivity(data)
    except CcppError as error:
        raise error.located(file) from None


def is_wbxml(data: bytes) -> bool:
    """Whether bytes are WBXML and not XML: it begins with a version below a blank."""
    return data[:1] in {b"\x00", b"\x01", b"\x02", b"\x03"}


def read_as_wbxml(file: str) -> bytes:
    """The document in WBXML, as it stands in the file, since a MAC is over these bytes; canonical if the file is in XML."""
    from ccpp.provisioning.connectivity.wbxml import encode_connectivity, without_padding

    data = read_bytes(file)
    reading = read_form(data, file)
    for note in reading.notes:
        complain_of(note)
    return without_padding(data) if is_wbxml(data) else encode_connectivity(reading.document)


def deliver(data: bytes, plain: Mapping[str, object], output: str | None, form: str) -> None:
    """Write bytes to a file or standard output, and what is to be said of them in JSON."""
    from pathlib import Path

    from ccpp.storage.files import write_file

    if output:
        write_file(Path(output), data)
    if form == "json":
        print_json(dict(plain))
    elif not output:
        click.echo(data, nl=False)


def deliver_document(data: bytes, plain: Mapping[str, object], reading: Reading, output: str | None, form: str) -> None:
    """The same, with what was noted on reading the document."""
    if form != "json":
        for note in reading.notes:
            complain_of(note)
    deliver(data, {**plain, "diagnostics": [plain_finding(note) for note in reading.notes]}, output, form)


def complain_of(note: Note) -> None:
    """A note on standard error."""
    click.echo(f"{note.severity} {note.code}: {note.place}: {note.message}", err=True)


def plain_finding(finding: Note | Breach) -> dict[str, str]:
    """A finding as JSON."""
    return {"code": finding.code, "severity": finding.severity, "place": finding.place, "message": finding.message}

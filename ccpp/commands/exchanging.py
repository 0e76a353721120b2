"""Commands on what devices and servers tell each other: request headers, and profiles in WBXML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, leave, print_json
from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_OUTPUT = click.option("--output", metavar="FILE", help="Write the result into this file.")


@click.group()
def headers() -> None:
    """Read and write the headers by which a device names its profile, and profiles in WBXML."""


@headers.command()
@click.argument("file")
@click.option(
    "--digests", type=click.Choice(["checked", "tolerated"]), default="checked", help="Use a diff with a wrong digest?"
)
@FORMAT
def decode(file: str, digests: str, form: str) -> None:
    """Print what request headers say of profiles; exit 1 if they name none.

    FILE is a block of header fields, or the head of an HTTP request; `-` is standard input.
    """
    from ccpp.exchange.decoding import read_exchange
    from ccpp.exchange.head import read_head
    from ccpp.exchange.model import MAX_SIZE, Digests
    from ccpp.storage.files import read_file

    try:
        head = read_head(read_file(file, MAX_SIZE))
        exchange = read_exchange(head.fields, digests=Digests(digests))
    except CcppError as error:
        raise error.located(file) from None
    if form == "json":
        from ccpp.plain import plain_diagnostics

        print_json(
            {
                "method": head.method,
                "protocol": exchange.protocol,
                "mandatory": exchange.mandatory,
                "references": [_plain_reference(reference) for reference in exchange.references],
                "diagnostics": plain_diagnostics(exchange.diagnostics),
            }
        )
    else:
        from ccpp.console import heading, show_diagnostics

        demanded = ", mandatory" if exchange.mandatory else ""
        click.echo(heading(f"{exchange.protocol or 'no profile'}{demanded}"))
        for reference in exchange.references:
            click.echo("  " + _show_reference(reference))
        if exchange.diagnostics:
            click.echo(show_diagnostics(exchange.diagnostics))
    leave(DONE if exchange.references else NEGATIVE)


@headers.command()
@click.argument("uri", metavar="PROFILE_URI")
@click.option("--diff", "diffs", multiple=True, metavar="FILE", help="A profile-diff, numbered in the order given.")
@click.option(
    "--protocol",
    type=click.Choice(["w-http", "ccpp-ex", "profile"]),
    default="w-http",
    show_default=True,
    help="Whose headers.",
)
@FORMAT
def encode(uri: str, diffs: Sequence[str], protocol: str, form: str) -> None:
    """Print the request headers that name a profile and its diffs."""
    from ccpp.exchange.encoding import references_of, request_headers
    from ccpp.exchange.head import write_head
    from ccpp.exchange.model import MAX_SIZE, Protocol
    from ccpp.storage.files import read_file

    documents = [read_file(name, MAX_SIZE) for name in diffs]
    fields = request_headers(references_of(uri, documents), Protocol(protocol))
    if form == "json":
        print_json([list(field) for field in fields])
    else:
        # Characters of a header are bytes; what was UTF-8 in the diff is UTF-8 again.
        click.echo(write_head(fields).encode("latin-1"), nl=False)


@headers.group()
def wbxml() -> None:
    """Turn a profile in RDF/XML into WBXML (application/vnd.wap.uaprof), and back."""


@wbxml.command("encode")
@click.argument("file")
@_OUTPUT
@FORMAT
def encode_file(file: str, output: str | None, form: str) -> None:
    """Write a profile as WBXML; without a file for it, print its bytes in hexadecimal."""
    from ccpp.exchange.uaprof import encode_uaprof
    from ccpp.reading import MAX_DOCUMENT

    made = _converted(file, output, encode_uaprof, MAX_DOCUMENT)
    if form == "json":
        print_json({"document": file, "size": len(made), "output": output, "hex": made.hex()})
    elif output is None:
        click.echo(made.hex(" "))
    else:
        click.echo(f"{output}: {len(made)} bytes")


@wbxml.command("decode")
@click.argument("file")
@_OUTPUT
@FORMAT
def decode_file(file: str, output: str | None, form: str) -> None:
    """Write a profile in WBXML as RDF/XML; without a file for it, print it."""
    from ccpp.exchange.uaprof import decode_uaprof
    from ccpp.wbxml.document import MAX_DOCUMENT

    made = _converted(file, output, decode_uaprof, MAX_DOCUMENT)
    if form == "json":
        print_json({"document": file, "size": len(made), "output": output, "content": made.decode()})
    elif output is None:
        click.echo(made, nl=False)
    else:
        click.echo(f"{output}: {len(made)} bytes")


def _converted(file: str, output: str | None, convert: Callable[[bytes], bytes], limit: int) -> bytes:
    """A file converted, and written where an output is named."""
    from pathlib import Path

    from ccpp.storage.files import read_file, write_file

    if output is not None and Path(output).is_dir():
        raise UsageError("a folder where a file is due", source=output)
    try:
        made = convert(read_file(file, limit))
    except CcppError as error:
        raise error.located(file) from None
    if output is not None:
        write_file(Path(output), made)
    return made


def _plain_reference(reference: Any) -> dict[str, Any]:  # noqa: ANN401  a Reference, not imported yet
    if isinstance(reference, str):
        return {"uri": reference}
    text = reference.document.decode("utf-8", "replace")
    return {"diff": reference.number, "verified": reference.verified, "document": text}


def _show_reference(reference: Any) -> str:  # noqa: ANN401  a Reference, not imported yet
    if isinstance(reference, str):
        return reference
    digest = "digest right" if reference.verified else "digest wrong"
    return f"diff {reference.number}, {len(reference.document)} bytes, {digest}"

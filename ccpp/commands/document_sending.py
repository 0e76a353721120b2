"""The commands that send a connectivity document: its MAC, and the short messages that carry it, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, leave, print_json
from ccpp.commands.document_files import OUTPUT, deliver, read_as_wbxml, read_bytes
from ccpp.commands.document_secrets import are_given, read_secret, secrets
from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.provisioning.bootstrap import MediaType, Secret
    from ccpp.provisioning.sms import Reassembly

_METHODS = ("NETWPIN", "USERPIN", "USERNETWPIN", "USERPINMAC")
_METHOD = click.option("--method", type=click.Choice(_METHODS), help="What the key of the MAC is made of.")
_HEX, _PDU, _SMPP = "hex", "pdu", "smpp"
SHAPE = click.option(
    "--as",
    "shape",
    type=click.Choice([_HEX, _PDU, _SMPP]),
    default=_HEX,
    show_default=True,
    help="User data in hexadecimal, SMS-SUBMIT as modems take it, or the fields of SMPP submit_sm (JSON).",
)


@click.command()
@click.argument("file")
@_METHOD
@click.option("--nonce", metavar="DIGITS", help="The nonce of USERPINMAC, 5 to 20 digits; else five at random.")
@click.option("--verify", metavar="TEXT", help="Check this media type with its SEC and MAC, or a MAC alone; exit 1 if wrong.")
@secrets
@FORMAT
def mac(file: str, method: str | None, nonce: str | None, verify: str | None, form: str, **given: str | None) -> None:
    """Print the media type with SEC and MAC that authenticates a document, or check one."""
    document = read_as_wbxml(file)
    if verify is None:
        _print_mac(*_secured(document, method, read_secret(given), nonce), form)
    else:
        _print_verdict(document, _media_type(verify, method), read_secret(given), form)


def _secured(document: bytes, method: str | None, secret: Secret, nonce: str | None = None) -> tuple[MediaType, str | None]:
    """The media type of a document by a method, and the number that the user is to be told, if any."""
    from ccpp.provisioning.bootstrap import CONTENT_TYPE, MediaType, Security, compute_mac, user_pin_mac

    if method is None:
        raise UsageError("no method", hint=f"`--method` is {', '.join(_METHODS)}")
    security = Security[method]
    if security is Security.USERPINMAC:
        return MediaType(CONTENT_TYPE, security), user_pin_mac(document, nonce)
    if nonce is not None:
        raise UsageError(f"{method} has no nonce", hint="USERPINMAC has one")
    return MediaType(CONTENT_TYPE, security, compute_mac(security, secret, document)), None


def _print_mac(media_type: MediaType, told: str | None, form: str) -> None:
    from ccpp.provisioning.bootstrap import write_media_type

    header = write_media_type(media_type)
    if form == "json":
        sent = None if media_type.mac is None else media_type.mac.hex().upper()
        print_json({"method": _method_of(media_type), "mac": sent, "mediaType": header, "userPin": told})
    else:
        click.echo(header)
        if told is not None:
            click.echo(f"tell the user: {told}")


def _method_of(media_type: MediaType) -> str | None:
    return None if media_type.security is None else media_type.security.name


def _media_type(text: str, method: str | None) -> MediaType:
    """What is to be checked: a whole media type, or a MAC by the method of the option."""
    from ccpp.provisioning.bootstrap import CONTENT_TYPE, MediaType, Security, read_mac, read_media_type

    if "/" in text:
        return read_media_type(text)
    if method is None:
        raise UsageError("a MAC without a method", hint="`--method`, or the whole media type with SEC and MAC")
    return MediaType(CONTENT_TYPE, Security[method], read_mac(text))


def _print_verdict(document: bytes, media_type: MediaType, secret: Secret, form: str) -> None:
    authentic = _is_authentic(document, media_type, secret)
    if form == "json":
        print_json({"method": _method_of(media_type), "authentic": authentic})
    else:
        click.echo("authentic" if authentic else "not authentic: another document, or other secrets")
    leave(DONE if authentic else NEGATIVE)


def _is_authentic(document: bytes, media_type: MediaType, secret: Secret) -> bool:
    from ccpp.provisioning.bootstrap import verify_mac

    if media_type.security is None:
        raise UsageError("the media type has no SEC: the document came unprotected", hint="there is nothing to check")
    return verify_mac(media_type.security, secret, document, media_type.mac)


@click.command()
@click.argument("file")
@click.option("--join", is_flag=True, help="FILE has short messages in the form of `--as`; print the document they carry.")
@SHAPE
@click.option("--to", "number", metavar="NUMBER", help="Whom the messages go to; a PDU and submit_sm need it.")
@click.option("--from", "source", metavar="NUMBER", default="", help="Whom submit_sm names as the sender.")
@click.option("--reference", type=click.IntRange(0, 255), default=1, show_default=True, help="What the messages share.")
@_METHOD
@secrets
@OUTPUT
@FORMAT
def sms(  # noqa: PLR0913  an option each
    file: str,
    *,
    join: bool,
    shape: str,
    number: str | None,
    source: str,
    reference: int,
    method: str | None,
    output: str | None,
    form: str,
    **given: str | None,
) -> None:
    """Write the short messages that carry a document, with the MAC of `--method`; or join them again, in any order.

    Joining prints what was missing or repeated, checks the MAC if secrets are given, and exits 1 if either is wrong.
    """
    if join:
        _join(file, shape, given, output, form)
        return
    if shape != _HEX and number is None:
        raise UsageError(f"`--as {shape}` needs a number", hint="`--to` says whom the messages go to")
    from ccpp.provisioning.bootstrap import CONTENT_TYPE, MediaType
    from ccpp.provisioning.push import Push, encode_push
    from ccpp.provisioning.sms import encode_segment, segment

    document = read_as_wbxml(file)
    told = None
    media_type = MediaType(CONTENT_TYPE)
    if method is not None:
        media_type, told = _secured(document, method, read_secret(given))
    push = encode_push(Push(media_type, document))
    messages = [encode_segment(part) for part in segment(push, reference=reference)]
    _print_messages(messages, shape, (number or "", source), told, output, form)


def _print_messages(
    messages: Sequence[bytes], shape: str, ends: tuple[str, str], told: str | None, output: str | None, form: str
) -> None:
    import json

    from ccpp.provisioning.submission import ShortMessage, submit_sm, write_submit

    number, source = ends
    if shape == _SMPP:
        fields = [dict(submit_sm(ShortMessage(number, data), source=source)) for data in messages]
        listed: Sequence[object] = fields
        text = json.dumps(fields, indent=2)
    else:
        pdus = messages if shape == _HEX else [write_submit(ShortMessage(number, data)) for data in messages]
        listed = [data.hex().upper() for data in pdus]
        text = "\n".join(map(str, listed))
    deliver(f"{text}\n".encode(), {"as": shape, "messages": listed, "userPin": told}, output, form)
    if told is not None and form != "json":
        click.echo(f"tell the user: {told}", err=True)


def _join(file: str, shape: str, given: dict[str, str | None], output: str | None, form: str) -> None:
    from ccpp.errors import CcppError
    from ccpp.provisioning.bootstrap import write_media_type
    from ccpp.provisioning.connectivity.wbxml import decode_connectivity
    from ccpp.provisioning.connectivity.xml import write_connectivity
    from ccpp.provisioning.push import decode_push
    from ccpp.provisioning.sms import decode_segment, reassemble

    try:
        joined = reassemble(map(decode_segment, user_data_of(read_bytes(file), shape)))
        if joined.data is None:
            _print_missing(joined, form)
            return
        push = decode_push(joined.data)
        xml = write_connectivity(decode_connectivity(push.document).document)
    except CcppError as error:
        raise error.located(file) from None
    header = write_media_type(push.media_type)
    authentic = _is_authentic(push.document, push.media_type, read_secret(given)) if are_given(given) else None
    plain = {"mediaType": header, "authentic": authentic, "missing": [], "repeated": list(joined.repeated)}
    if form != "json":
        click.echo(header + {None: "", True: " (authentic)", False: " (not authentic)"}[authentic], err=True)
    # What is written to a file are the bytes as they came, which the MAC is over; what is printed can be read.
    deliver(push.document if output else xml, {**plain, "wbxml": push.document.hex()}, output, form)
    leave(NEGATIVE if authentic is False else DONE)


def user_data_of(data: bytes, shape: str) -> list[bytes]:
    """The user data of messages in one of the three forms."""
    import json

    from ccpp.provisioning.submission import read_submit_sm, read_tpdu

    if shape == _SMPP:
        try:
            fields = json.loads(data)
        except (ValueError, RecursionError):
            raise UsageError("no JSON", hint="a list of the fields of submit_sm") from None
        return [read_submit_sm(one).user_data for one in (fields if isinstance(fields, list) else [fields])]
    try:
        lines = [bytes.fromhex(line) for line in data.decode("ascii").split()]
    except ValueError:
        raise UsageError("not in hexadecimal", hint="a short message a line") from None
    return lines if shape == _HEX else [read_tpdu(line).user_data for line in lines]


def _print_missing(joined: Reassembly, form: str) -> None:
    if form == "json":
        print_json({"missing": list(joined.missing), "repeated": list(joined.repeated)})
    else:
        click.echo(f"missing: {', '.join(map(str, joined.missing))}")
    leave(NEGATIVE)

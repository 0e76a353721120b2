"""The connectionless WSP push by which a document reaches a terminal: transaction, content type with security, document.

Source: WAP-230 (WSP) §8.2.4.1 and §8.4, WAP-184 §5.2 for SEC and MAC. Headers after the content type are kept as bytes.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import CcppError
from ccpp.provisioning.bootstrap import (
    CONTENT_TYPE,
    TEXT_TYPE,
    BootstrapError,
    MediaType,
    check_media_type,
    read_mac,
    read_security,
)
from ccpp.wbxml.document import WbxmlError
from ccpp.wbxml.integers import decode_uint, encode_uint

if TYPE_CHECKING:
    from collections.abc import Mapping

PORT = 2948
"""The port of unsecured push (WAP-235 §8), to which bootstrap goes."""

MAX_PUSH = 65_535
"""Bytes of a push: more than 255 segments of SMS carry, as many as a UDP datagram holds."""

_PUSH, _SHORT, _MAX_OCTET = 0x06, 0x80, 0xFF
_LENGTH_QUOTE = 0x1F
_CHARSET, _SEC, _MAC = 0x01, 0x11, 0x12
_UTF_8 = 106
_TYPES: Mapping[str, int] = MappingProxyType({TEXT_TYPE: 0x35, CONTENT_TYPE: 0x36})
_NAMES: Mapping[int, str] = MappingProxyType({number: name for name, number in _TYPES.items()})


class PushError(CcppError):
    """Bytes that are no push of a connectivity document; `offset` is the byte in question."""

    def __init__(self, message: str, *, offset: int | None = None, hint: str | None = None) -> None:
        super().__init__(message if offset is None else f"{message} at byte {offset}", hint=hint)
        self.offset = offset


class Push(NamedTuple):
    """A push: media type with security, document, transaction (0 to 255), charset (MIBenum) and other headers as bytes."""

    media_type: MediaType
    document: bytes
    transaction: int = 1
    charset: int | None = None
    headers: bytes = b""


def encode_push(push: Push) -> bytes:
    """The bytes of a push, a parameter in the order charset, SEC, MAC.

    Raises:
        PushError: a media type, transaction or charset that WSP does not code, or too many bytes.
        BootstrapError: a combination of SEC and MAC that WAP-184 excludes.
    """
    check_media_type(push.media_type)
    number = _TYPES.get(push.media_type.type)
    if number is None:
        raise PushError(f"`{push.media_type.type}` is no media type of a connectivity document", hint=" or ".join(_TYPES))
    if not 0 <= push.transaction <= _MAX_OCTET:
        raise PushError(f"transaction {push.transaction} is not between 0 and 255")
    if push.charset is not None and not 0 <= push.charset < _SHORT:
        raise PushError(f"charset {push.charset} is not between 0 and 127", hint=f"UTF-8 is {_UTF_8}")
    value = bytes([_SHORT | number])
    if push.charset is not None:
        value += bytes([_SHORT | _CHARSET, _SHORT | push.charset])
    if push.media_type.security is not None:
        value += bytes([_SHORT | _SEC, _SHORT | push.media_type.security])
    if push.media_type.mac is not None:
        value += bytes([_SHORT | _MAC]) + push.media_type.mac.hex().upper().encode("ascii") + b"\0"
    if len(value) >= _LENGTH_QUOTE:
        value = bytes([_LENGTH_QUOTE]) + encode_uint(len(value)) + value
    elif len(value) > 1:
        value = bytes([len(value)]) + value
    headers = value + push.headers
    data = bytes([push.transaction, _PUSH]) + encode_uint(len(headers)) + headers + push.document
    if len(data) > MAX_PUSH:
        raise PushError(f"a push of {len(data)} bytes", hint=f"at most {MAX_PUSH}")
    return data


def decode_push(data: bytes) -> Push:
    """The push of some bytes; SEC and MAC in either order, the content type by number or by name.

    Raises:
        PushError: the bytes are no push of a connectivity document, with the offset of the first that is wrong.
    """
    if len(data) > MAX_PUSH:
        raise PushError(f"more than {MAX_PUSH} bytes", offset=MAX_PUSH)
    if len(data) < 2 or data[1] != _PUSH:  # noqa: PLR2004  transaction and type
        raise PushError("no push", offset=min(len(data), 1))
    length, start = _uint(data, 2)
    end = start + length
    if not length or end > len(data):
        raise PushError(
            "no headers" if not length else "the bytes end inside the headers", offset=start if not length else len(data)
        )
    media_type, charset, after = _content_type(data[:end], start)
    return Push(media_type, data[end:], data[0], charset, data[after:end])


def _content_type(data: bytes, at: int) -> tuple[MediaType, int | None, int]:
    """The content type with its parameters, the charset, and the offset behind them."""
    first = data[at]
    if first >= _SHORT or first > _LENGTH_QUOTE:
        name, after = _type(data, at)
        return MediaType(name), None, after
    length, start = _uint(data, at + 1) if first == _LENGTH_QUOTE else (first, at + 1)
    end = start + length
    if end > len(data):
        raise PushError("the headers end inside the content type", offset=len(data))
    name, position = _type(data[:end], start)
    found: dict[int, tuple[str, int]] = {}
    while position < end:
        token, value_at = data[position], position + 1
        if token & ~_SHORT in found:
            raise PushError("a parameter stands twice", offset=position)
        if token not in {_SHORT | _CHARSET, _SHORT | _SEC, _SHORT | _MAC}:
            raise PushError("a parameter other than charset, SEC and MAC", offset=position)
        read = _text if token == _SHORT | _MAC else _small
        value, position = read(data[:end], value_at)
        found[token & ~_SHORT] = value, value_at
    try:
        security = read_security(*found[_SEC]) if _SEC in found else None
        mac = read_mac(*found[_MAC]) if _MAC in found else None
        media_type = MediaType(name, security, mac)
        check_media_type(media_type)
    except BootstrapError as error:
        raise PushError(
            error.message.partition(": offset")[0], offset=min((v[1] for v in found.values()), default=start)
        ) from None
    return media_type, int(found[_CHARSET][0]) if _CHARSET in found else None, end


def _type(data: bytes, at: int) -> tuple[str, int]:
    """The name of a media type, by number or as text, and the offset behind it."""
    if at >= len(data):
        raise PushError("the bytes end before the content type", offset=at)
    if data[at] >= _SHORT:
        name, after = _NAMES.get(data[at] & ~_SHORT), at + 1
    else:
        text, after = _text(data, at)
        name = text.lower() if text.lower() in _TYPES else None
    if name is None:
        raise PushError("no media type of a connectivity document", offset=at)
    return name, after


def _uint(data: bytes, at: int) -> tuple[int, int]:
    try:
        return decode_uint(data, at)
    except WbxmlError as error:
        raise PushError(error.message.partition(" at byte")[0], offset=error.offset) from None


def _small(data: bytes, at: int) -> tuple[str, int]:
    """A short integer, in decimal."""
    if at >= len(data) or data[at] < _SHORT:
        raise PushError("no short integer", offset=at)
    return str(data[at] & ~_SHORT), at + 1


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A text that ends with a zero byte."""
    end = data.find(0, at)
    if end < 0:
        raise PushError("a text without its end", offset=len(data))
    if not data[at:end].isascii():
        raise PushError("a text outside ASCII", offset=at)
    return data[at:end].decode("ascii"), end + 1

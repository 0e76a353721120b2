"""WSP, between a device and its gateway: the three headers in their binary form, what a session remembers, and the way to W-HTTP.

Sources: WAP-248 §8 and §9.2 for the headers, WAP-230 (WSP) §8.4 for the encoding of headers in general. Other headers of a block
are kept as bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.exchange.answering import WARNINGS, Outcome, ProfileWarning
from ccpp.exchange.digest import normalised
from ccpp.exchange.model import MAX_FIELDS, MAX_SIZE, Diff, ExchangeError, Reference
from ccpp.exchange.references import is_profile_uri
from ccpp.exchange.uaprof import decode_uaprof
from ccpp.wbxml.document import WbxmlError
from ccpp.wbxml.integers import decode_uint, encode_uint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PROFILE, _PROFILE_DIFF, _PROFILE_WARNING = 0x35, 0x36, 0x37
_NAMES = {b"profile": _PROFILE, b"profile-diff": _PROFILE_DIFF, b"profile-warning": _PROFILE_WARNING}
#: Headers of the standard, and with them ours, are on this code page (WAP-230 §8.4.2.6).
_DEFAULT_PAGE = 1
_SHORT = 0x80  # set in a short integer and in a well-known field name
_SHIFT = 0x7F
_LENGTH_QUOTE = 31  # a value's length follows as a uintvar; up to 30 it stands in this byte
_QUOTE = b"\x7f"  # before a text that begins with a byte of 128 or more
_LONGEST_DATE = 8  # bytes of a long integer that can be a date
_CODES = {row.wsp: outcome for outcome, row in WARNINGS.items() if row.wsp is not None}


class WspProfile(NamedTuple):
    """A profile by its URI."""

    uri: str


class WspProfileDiff(NamedTuple):
    """A profile-diff as WBXML; `ccpp.exchange.uaprof` has the codec."""

    document: bytes


class WspOther(NamedTuple):
    """A header that is none of UAProf's: its code page, its name (a code, or text), and the bytes of its value."""

    page: int
    name: int | str
    value: bytes


WspHeader: TypeAlias = WspProfile | WspProfileDiff | ProfileWarning | WspOther


# Bytes.


def encode_wsp(headers: Iterable[WspHeader]) -> bytes:
    """The bytes of a header block. Warnings are carried without their text.

    Raises:
        ExchangeError: a URI or a target is not of printable ASCII, or a warning has no code in WSP.
    """
    block = bytearray()
    page = _DEFAULT_PAGE
    for header in headers:
        wanted = header.page if isinstance(header, WspOther) else _DEFAULT_PAGE
        if wanted != page:
            block += bytes([_SHIFT, wanted])
            page = wanted
        block += _encoded(header)
    return bytes(block)


def _encoded(header: WspHeader) -> bytes:
    if isinstance(header, WspProfile):
        return bytes([_PROFILE | _SHORT]) + _text(header.uri)
    if isinstance(header, WspProfileDiff):
        return bytes([_PROFILE_DIFF | _SHORT]) + _with_length(header.document)
    if isinstance(header, WspOther):
        name = bytes([header.name | _SHORT]) if isinstance(header.name, int) else header.name.encode("latin-1") + b"\0"
        return name + header.value
    return bytes([_PROFILE_WARNING | _SHORT]) + _warning_value(header)


def _warning_value(warning: ProfileWarning) -> bytes:
    code = WARNINGS[warning.outcome].wsp
    if code is None:
        raise ExchangeError(f"warning {int(warning.outcome)} does not exist in WSP")
    if not warning.target:
        return bytes([code | _SHORT])
    date = b""
    if warning.date:
        seconds = int(warning.date.timestamp())
        if seconds < 0:
            raise ExchangeError("a date before 1970 does not exist in WSP")
        number = seconds.to_bytes((seconds.bit_length() + 7) // 8 or 1, "big")
        date = bytes([len(number)]) + number
    return _with_length(bytes([code | _SHORT]) + _text(warning.target) + date)


def _with_length(value: bytes) -> bytes:
    length = bytes([len(value)]) if len(value) < _LENGTH_QUOTE else bytes([_LENGTH_QUOTE]) + encode_uint(len(value))
    return length + value


def _text(text: str) -> bytes:
    if not text.isascii() or not text.isprintable() or not text:
        raise ExchangeError(f"`{text}` is not of printable ASCII")
    return text.encode("ascii") + b"\0"


def decode_wsp(block: bytes) -> tuple[WspHeader, ...]:
    """The headers of a block, in order.

    Raises:
        ExchangeError: the block is too large or not of the grammar of WSP headers, or one of UAProf's has another value than its own.
    """
    if len(block) > MAX_SIZE:
        raise ExchangeError(f"{len(block)} bytes of headers, more than {MAX_SIZE}")
    headers: list[WspHeader] = []
    page = _DEFAULT_PAGE
    offset = 0
    while offset < len(block):
        first = block[offset]
        if first == _SHIFT and offset + 1 < len(block):
            page = block[offset + 1]
            offset += 2
        elif 0 < first <= _LENGTH_QUOTE:  # the short form of a shift
            page = first
            offset += 1
        else:
            name, start = _name(block, offset)
            end = _end_of_value(block, start)
            headers.append(_header(page, name, block[start:end], start))
            offset = end
        if len(headers) > MAX_FIELDS:
            raise ExchangeError(f"more than {MAX_FIELDS} header fields")
    return tuple(headers)


def _name(block: bytes, offset: int) -> tuple[int | bytes, int]:
    """A field's name, a code or text, and the offset after it."""
    if block[offset] >= _SHORT:
        return block[offset] & ~_SHORT, offset + 1
    end = block.find(0, offset)
    if end <= offset or block[offset] == _SHIFT:
        raise ExchangeError(f"no header name at byte {offset}")
    return block[offset:end], end + 1


def _end_of_value(block: bytes, offset: int) -> int:
    """The offset after a value: a length and as many bytes, a text up to its NUL, or one byte (WAP-230 §8.4.1.2)."""
    if offset >= len(block):
        raise ExchangeError(f"the block ends before a value at byte {offset}")
    first = block[offset]
    if first >= _SHORT:
        return offset + 1
    if first > _LENGTH_QUOTE:
        end = block.find(0, offset) + 1
    else:
        length, start = _length(block, offset)
        end = start + length
    if not offset < end <= len(block):
        raise ExchangeError(f"the block ends inside the value at byte {offset}")
    return end


def _length(block: bytes, offset: int) -> tuple[int, int]:
    if block[offset] < _LENGTH_QUOTE:
        return block[offset], offset + 1
    try:
        return decode_uint(block, offset + 1)
    except WbxmlError as error:
        raise ExchangeError(f"no length of a value: {error.message}") from None


def _header(page: int, name: int | bytes, value: bytes, offset: int) -> WspHeader:
    code = name if isinstance(name, int) else _NAMES.get(name.lower())
    if page == _DEFAULT_PAGE and code == _PROFILE:
        return WspProfile(_read_text(value, offset))
    if page == _DEFAULT_PAGE and code == _PROFILE_DIFF and value[0] <= _LENGTH_QUOTE:
        return WspProfileDiff(value[_length(value, 0)[1] :])
    if page == _DEFAULT_PAGE and code == _PROFILE_WARNING:
        return _read_warning(value, offset)
    return WspOther(page, name if isinstance(name, int) else name.decode("latin-1"), value)


def _read_text(value: bytes, offset: int) -> str:
    text = value.removeprefix(_QUOTE).removesuffix(b"\0").decode("latin-1")
    if value[0] <= _LENGTH_QUOTE or not text.isascii() or not text.isprintable() or not text:
        raise ExchangeError(f"no URI of printable ASCII at byte {offset}")
    return text


def _read_warning(value: bytes, offset: int) -> ProfileWarning:
    """Warn-code, or a length, Warn-code, Warn-target and perhaps dates, the first of which counts."""
    if value[0] > _LENGTH_QUOTE:
        return ProfileWarning(_outcome(value[0], offset))
    start = _length(value, 0)[1]
    end = value.find(0, start + 1) + 1
    if end <= start + 1:
        raise ExchangeError(f"no target of a warning at byte {offset}")
    target = _read_text(value[start + 1 : end], offset)
    return ProfileWarning(_outcome(value[start], offset), target, date=_read_date(value[end:], offset))


def _outcome(byte: int, offset: int) -> Outcome:
    outcome = _CODES.get(byte & ~_SHORT) if byte >= _SHORT else None
    if outcome is None:
        raise ExchangeError(f"unknown warning code {byte:#04x} at byte {offset}")
    return outcome


def _read_date(value: bytes, offset: int) -> datetime | None:
    if not value:
        return None
    number = value[1 : value[0] + 1]
    if not 0 < value[0] <= min(_LONGEST_DATE, len(value) - 1):
        raise ExchangeError(f"no date of a warning at byte {offset}")
    try:
        return datetime.fromtimestamp(int.from_bytes(number, "big"), UTC)
    except (ValueError, OverflowError, OSError):
        raise ExchangeError(f"no date of a warning at byte {offset}") from None


# Sessions (WAP-248 §9.2.1).


class Session(NamedTuple):
    """What both ends remember: the profile headers of Connect or Resume, and whether the other end understood them."""

    headers: tuple[WspHeader, ...]
    understood: bool


def open_session(headers: Iterable[WspHeader], reply: Iterable[WspHeader]) -> Session:
    """The session that Connect or Resume with these headers begins, given the headers of the reply.

    Without a warning 100 in the reply the client sends no more headers of UAProf in this session.
    """
    understood = any(isinstance(one, ProfileWarning) and one.outcome is Outcome.OK for one in reply)
    return Session(tuple(one for one in headers if isinstance(one, WspProfile | WspProfileDiff)), understood)


def request_in_session(session: Session, headers: Sequence[WspHeader]) -> tuple[WspHeader, ...]:
    """The profile headers that hold for a request: its own replace the session's of their kind, and follow those that stay."""
    own = tuple(one for one in headers if isinstance(one, WspProfile | WspProfileDiff))
    replaced = {type(one) for one in own}
    return (*(one for one in session.headers if type(one) not in replaced), *own)


def gateway_references(headers: Iterable[WspHeader], added: Iterable[str | bytes] = ()) -> tuple[Reference, ...]:
    """What a gateway tells the server: the device's references in their order, diffs out of WBXML and numbered, then its own.

    `added` are URIs, and diffs in XML, that the gateway has to say. `ccpp.exchange.encoding.request_headers` writes the result.

    Raises:
        WbxmlError: a diff is no WBXML of UAProf.
        ExchangeError: a URI is no absolute http or https URL.
    """
    references: list[Reference] = []
    diffs = 0
    said = [one for one in headers if isinstance(one, WspProfile | WspProfileDiff)]
    for item in (*(one.uri if isinstance(one, WspProfile) else decode_uaprof(one.document) for one in said), *added):
        if isinstance(item, bytes):
            diffs += 1
            references.append(Diff(diffs, normalised(item)))
        elif is_profile_uri(item):
            references.append(item)
        else:
            raise ExchangeError(f"`{item}` is no absolute http or https URL")
    return tuple(references)

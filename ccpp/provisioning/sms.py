"""A push in short messages: port addressing, segments, reassembly.

Source: 3GPP TS 23.040 §9.2.3.24 (user data header, concatenation, ports), WAP-259 (WDP) §6.5.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DESTINATION_PORT = 2948
SOURCE_PORT = 9200
USER_DATA = 140
"""Bytes of user data in one short message, the header included (TS 23.040 §9.2.3.24)."""
MAX_SEGMENTS = 255
"""Segments of a message: their number is one octet."""

_PORTS_8, _PORTS_16, _CONCATENATION_8, _CONCATENATION_16 = 0x04, 0x05, 0x00, 0x08
_SIZES: Mapping[int, int] = MappingProxyType({_PORTS_8: 2, _PORTS_16: 4, _CONCATENATION_8: 3, _CONCATENATION_16: 4})
_OCTET, _WORD = 0xFF, 0xFFFF


class SmsError(CcppError):
    """User data that is no segment of a push, or segments that are no message; `offset` is the byte in question."""

    def __init__(self, message: str, *, offset: int | None = None, hint: str | None = None) -> None:
        super().__init__(message if offset is None else f"{message} at byte {offset}", hint=hint)
        self.offset = offset


class Segment(NamedTuple):
    """The user data of one short message.

    `number` counts from 1 to `total`; a message of one segment has `reference` None. `wide` is a reference of 16 bits.
    """

    payload: bytes
    destination: int = DESTINATION_PORT
    source: int = SOURCE_PORT
    reference: int | None = None
    total: int = 1
    number: int = 1
    wide: bool = False


class Reassembly(NamedTuple):
    """What some segments of one message make: `data` is None while `missing` numbers some; `repeated` came again, alike."""

    data: bytes | None
    missing: tuple[int, ...]
    repeated: tuple[int, ...]


def segment(
    data: bytes, *, reference: int, destination: int = DESTINATION_PORT, source: int = SOURCE_PORT, wide: bool = False
) -> tuple[Segment, ...]:
    """A datagram in as few short messages as carry it; one of up to 133 bytes goes without a reference.

    Args:
        data: the datagram, such as a push.
        reference: what the segments of one message share, up to 255, with `wide` up to 65535.
        destination: port, 0 to 65535.
        source: port, 0 to 65535.
        wide: a reference of 16 bits, so that more messages can be under way at once.

    Raises:
        SmsError: a number out of range, or more than 255 segments.
    """
    whole = Segment(data, destination, source)
    room = USER_DATA - len(encode_segment(whole._replace(payload=b"")))
    if len(data) <= room:
        return (whole,)
    part = whole._replace(reference=reference, total=2, wide=wide, payload=b"")
    room = USER_DATA - len(encode_segment(part))
    total = -(-len(data) // room)
    if total > MAX_SEGMENTS:
        raise SmsError(f"{len(data)} bytes take {total} short messages", hint=f"at most {MAX_SEGMENTS}")
    return tuple(part._replace(payload=data[at * room : (at + 1) * room], total=total, number=at + 1) for at in range(total))


def encode_segment(segment: Segment) -> bytes:
    """The user data of a short message: header length, ports, concatenation if there is a reference, payload.

    Raises:
        SmsError: a number out of range, or more than 140 bytes.
    """
    for name, value in (("destination port", segment.destination), ("source port", segment.source)):
        if not 0 <= value <= _WORD:
            raise SmsError(f"{name} {value} is not between 0 and {_WORD}")
    header = bytes([_PORTS_16, 4]) + segment.destination.to_bytes(2) + segment.source.to_bytes(2)
    if segment.reference is not None:
        limit = _WORD if segment.wide else _OCTET
        if not 0 <= segment.reference <= limit:
            raise SmsError(f"reference {segment.reference} is not between 0 and {limit}")
        if not 1 <= segment.number <= segment.total <= MAX_SEGMENTS:
            raise SmsError(f"segment {segment.number} of {segment.total}", hint=f"from 1, and at most {MAX_SEGMENTS}")
        width = 2 if segment.wide else 1
        element = segment.reference.to_bytes(width) + bytes([segment.total, segment.number])
        header += bytes([_CONCATENATION_16 if segment.wide else _CONCATENATION_8, len(element)]) + element
    elif (segment.total, segment.number) != (1, 1):
        raise SmsError("several segments without a reference")
    data = bytes([len(header)]) + header + segment.payload
    if len(data) > USER_DATA:
        raise SmsError(f"{len(data)} bytes of user data", hint=f"at most {USER_DATA}")
    return data


def decode_segment(data: bytes) -> Segment:
    """The segment of some user data; elements in any order, others passed over, the last of a kind counts (TS 23.040).

    Raises:
        SmsError: no user data of a datagram between ports, with the offset of the byte at fault.
    """
    if not data:
        raise SmsError("no user data", offset=0)
    if len(data) > USER_DATA:
        raise SmsError(f"more than {USER_DATA} bytes of user data", offset=USER_DATA)
    end = 1 + data[0]
    if end > len(data):
        raise SmsError("the user data ends inside its header", offset=len(data))
    ports: tuple[int, int] | None = None
    concatenation: tuple[int, int, int, bool] | None = None
    for kind, at, value in _elements(data[:end]):
        half = len(value) // 2
        if kind in {_PORTS_8, _PORTS_16}:
            ports = int.from_bytes(value[:half]), int.from_bytes(value[half:])
        elif kind in {_CONCATENATION_8, _CONCATENATION_16}:
            if not 1 <= value[-1] <= value[-2]:
                raise SmsError(f"segment {value[-1]} of {value[-2]}", offset=at)
            concatenation = int.from_bytes(value[:-2]), value[-2], value[-1], kind == _CONCATENATION_16
    if ports is None:
        raise SmsError("no port in the header", offset=1)
    whole = Segment(data[end:], *ports)
    if concatenation is None:
        return whole
    reference, total, number, wide = concatenation
    return whole._replace(reference=reference, total=total, number=number, wide=wide)


def _elements(header: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The elements of a user data header: kind, offset of the value, value."""
    at = 1
    while at < len(header):
        if at + 2 > len(header) or at + 2 + header[at + 1] > len(header):
            raise SmsError("the header ends inside an element", offset=at)
        kind, value = header[at], header[at + 2 : at + 2 + header[at + 1]]
        if kind in _SIZES and len(value) != _SIZES[kind]:
            raise SmsError(f"an element of {len(value)} bytes, {_SIZES[kind]} due", offset=at + 1)
        yield kind, at + 2, value
        at += 2 + len(value)


def reassemble(segments: Iterable[Segment]) -> Reassembly:
    """The datagram of the segments of one message, in whatever order they came.

    Raises:
        SmsError: there is none, they are of several messages, or two of one number differ.
    """
    parts: dict[int, Segment] = {}
    repeated: set[int] = set()
    for part in segments:
        known = next(iter(parts.values()), part)
        if part._replace(payload=b"", number=1) != known._replace(payload=b"", number=1):
            raise SmsError("segments of several messages", hint="reference, total and ports must agree")
        if part.number in parts:
            repeated.add(part.number)
        if parts.setdefault(part.number, part) != part:
            raise SmsError(f"segment {part.number} came twice with different content")
    if not parts:
        raise SmsError("no segment")
    total = next(iter(parts.values())).total
    missing = tuple(number for number in range(1, total + 1) if number not in parts)
    data = None if missing else b"".join(parts[number].payload for number in range(1, total + 1))
    return Reassembly(data, missing, tuple(sorted(repeated)))

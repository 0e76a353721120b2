"""The protocol data units by which a centre for short messages is given some: SMPP 3.4, those that a sender needs, in bytes and read back.

Source: SMPP 3.4 §3 (types), §4 (the units), §5.1 (their numbers). A unit is a name of `COMMANDS` with the fields of its row; those of submit_sm
are as `ccpp.provisioning.submission` makes them. Nothing is sent here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Bytes of a unit: `message_payload` may have 65,535.
MAX_PDU = 70_000
_HEAD, _WORD = 16, 4
_RESPONSE = 0x80000000
_MAX_OCTET = 0xFF
_MAX_SEQUENCE = 0x7FFFFFFF

#: Fields in their order: the size of a text with its final zero byte, 0 for a number of one octet, -1 for octets behind `sm_length`.
_BIND = (
    ("system_id", 16),
    ("password", 9),
    ("system_type", 13),
    ("interface_version", 0),
    ("addr_ton", 0),
    ("addr_npi", 0),
    ("address_range", 41),
)
_SHORT_MESSAGE = (
    ("service_type", 6),
    ("source_addr_ton", 0),
    ("source_addr_npi", 0),
    ("source_addr", 21),
    ("dest_addr_ton", 0),
    ("dest_addr_npi", 0),
    ("destination_addr", 21),
    ("esm_class", 0),
    ("protocol_id", 0),
    ("priority_flag", 0),
    ("schedule_delivery_time", 17),
    ("validity_period", 17),
    ("registered_delivery", 0),
    ("replace_if_present_flag", 0),
    ("data_coding", 0),
    ("sm_default_msg_id", 0),
    ("sm_length", 0),
    ("short_message", -1),
)


class Command(NamedTuple):
    """A row: the number of the unit, and its fields."""

    number: int
    fields: tuple[tuple[str, int], ...] = ()


def _with_response(name: str, command: Command, answer: tuple[tuple[str, int], ...] = ()) -> dict[str, Command]:
    return {name: command, f"{name}_resp": Command(command.number | _RESPONSE, answer)}


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "generic_nack": Command(_RESPONSE),
        **_with_response("bind_transmitter", Command(0x02, _BIND), (("system_id", 16),)),
        **_with_response("bind_transceiver", Command(0x09, _BIND), (("system_id", 16),)),
        **_with_response("submit_sm", Command(0x04, _SHORT_MESSAGE), (("message_id", 65),)),
        **_with_response("deliver_sm", Command(0x05, _SHORT_MESSAGE), (("message_id", 65),)),
        **_with_response("unbind", Command(0x06)),
        **_with_response("enquire_link", Command(0x15)),
    }
)
_NAMES: Mapping[int, str] = MappingProxyType({row.number: name for name, row in COMMANDS.items()})

#: The command of a unit whose number is of no row.
UNKNOWN = "unknown"


class Status(NamedTuple):
    """A row of what a response says: its name, and whether the same may go well later."""

    name: str
    passing: bool = False


#: `command_status` → what it means (SMPP 3.4 §5.1.3); others are final.
STATUSES: Mapping[int, Status] = MappingProxyType(
    {
        0x00: Status("ESME_ROK"),
        0x01: Status("ESME_RINVMSGLEN"),
        0x02: Status("ESME_RINVCMDLEN"),
        0x03: Status("ESME_RINVCMDID"),
        0x04: Status("ESME_RINVBNDSTS", passing=True),
        0x05: Status("ESME_RALYBND", passing=True),
        0x08: Status("ESME_RSYSERR", passing=True),
        0x0A: Status("ESME_RINVSRCADR"),
        0x0B: Status("ESME_RINVDSTADR"),
        0x0D: Status("ESME_RBINDFAIL", passing=True),
        0x0E: Status("ESME_RINVPASWD"),
        0x0F: Status("ESME_RINVSYSID"),
        0x14: Status("ESME_RMSGQFUL", passing=True),
        0x43: Status("ESME_RINVESMCLASS"),
        0x45: Status("ESME_RSUBMITFAIL", passing=True),
        0x58: Status("ESME_RTHROTTLED", passing=True),
        0x61: Status("ESME_RINVSCHED"),
        0x62: Status("ESME_RINVEXPIRY"),
        0x64: Status("ESME_RX_T_APPN", passing=True),
        0x65: Status("ESME_RX_P_APPN"),
        0x66: Status("ESME_RX_R_APPN"),
        0xFF: Status("ESME_RUNKNOWNERR", passing=True),
    }
)
INVALID_COMMAND = 0x03


class SmppError(CcppError):
    """Bytes that are no unit of SMPP, or fields that cannot be one; the message shows no value."""


class Pdu(NamedTuple):
    """A unit: octets are in hexadecimal, `options` are the optional parameters as they came."""

    command: str
    sequence: int
    status: int = 0
    fields: Mapping[str, str | int] = MappingProxyType({})
    options: tuple[tuple[int, bytes], ...] = ()

    def __repr__(self) -> str:
        """Which unit it is; fields may be a password, a number or somebody's message."""
        return f"Pdu({self.command}, {self.sequence}, {status_name(self.status)})"


def status_name(status: int) -> str:
    """What a status is called."""
    return STATUSES[status].name if status in STATUSES else f"0x{status:08X}"


def is_passing(status: int) -> bool:
    """Whether what was refused may go well later."""
    return STATUSES[status].passing if status in STATUSES else False


def encode_pdu(pdu: Pdu) -> bytes:
    """A unit in bytes; fields that are not given are empty or 0.

    Raises:
        SmppError: no such unit, a field that it does not have, or a value that does not fit.
    """
    row = COMMANDS.get(pdu.command)
    if row is None or not 0 <= pdu.sequence <= _MAX_SEQUENCE:
        raise SmppError(f"no unit `{pdu.command[:40]}` with the number {pdu.sequence}")
    unknown = pdu.fields.keys() - {name for name, _ in row.fields}
    if unknown:
        raise SmppError(f"{pdu.command} has no field `{min(unknown)[:40]}`")
    body = b"".join(_written(name, size, pdu.fields.get(name)) for name, size in row.fields)
    body += b"".join(tag.to_bytes(2) + len(value).to_bytes(2) + value for tag, value in pdu.options)
    head = (_HEAD + len(body), row.number, pdu.status, pdu.sequence)
    return b"".join(value.to_bytes(_WORD) for value in head) + body


def _written(name: str, size: int, value: str | int | None) -> bytes:
    if size == 0:
        if not isinstance(value or 0, int) or not 0 <= int(value or 0) <= _MAX_OCTET:
            raise SmppError(f"`{name}` is no octet")
        return int(value or 0).to_bytes(1)
    text = "" if value is None else value
    if not isinstance(text, str):
        raise SmppError(f"`{name}` is no text")
    try:
        data = bytes.fromhex(text) if size < 0 else text.encode("ascii") + b"\0"
    except ValueError:
        raise SmppError(f"`{name}` is not in the characters due") from None
    if size > 0 and (len(data) > size or data.find(b"\0") != len(data) - 1):
        raise SmppError(f"`{name}` has more than {size - 1} characters, or a zero byte")
    return data


def decode_pdu(data: bytes) -> Pdu:
    """The unit of all these bytes. A response that refuses may have no body (§4.4.2); a unit of no row is `UNKNOWN`.

    Raises:
        SmppError: they end early, go on behind the unit, or hold a text without an end.
    """
    if len(data) < _HEAD or int.from_bytes(data[:_WORD]) != len(data) or len(data) > MAX_PDU:
        raise SmppError(f"{len(data)} bytes are no unit")
    number, status, sequence = (int.from_bytes(data[at : at + _WORD]) for at in (4, 8, 12))
    name = _NAMES.get(number)
    if name is None:
        return Pdu(UNKNOWN, sequence, status)
    if len(data) == _HEAD and status:
        return Pdu(name, sequence, status)
    fields: dict[str, str | int] = {}
    at = _HEAD
    for field, size in COMMANDS[name].fields:
        fields[field], at = _read(data, at, field, fields.get("sm_length", 0) if size < 0 else size)
    return Pdu(name, sequence, status, MappingProxyType(fields), tuple(_options(data, at)))


def _read(data: bytes, at: int, name: str, size: str | int) -> tuple[str | int, int]:
    """A field and the offset behind it; of octets `size` is their number."""
    if name == "short_message":
        end = at + int(size)
        if end > len(data):
            raise SmppError("the unit ends inside `short_message`")
        return data[at:end].hex().upper(), end
    if size == 0:
        if at >= len(data):
            raise SmppError(f"the unit ends before `{name}`")
        return data[at], at + 1
    end = data.find(b"\0", at, at + int(size))
    if end < 0:
        raise SmppError(f"`{name}` has no end")
    return data[at:end].decode("latin-1"), end + 1


def _options(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at + 2 : at + 4])
        if end > len(data):
            raise SmppError("the unit ends inside an optional parameter")
        yield int.from_bytes(data[at : at + 2]), data[at + 4 : end]
        at = end


def split_units(buffer: bytes) -> tuple[list[bytes], bytes]:
    """The whole units at the beginning of what came, and the rest.

    Raises:
        SmppError: what follows can be no unit: it says that it is shorter than a head, or longer than any.
    """
    units, at = [], 0
    while len(buffer) - at >= _WORD:
        size = int.from_bytes(buffer[at : at + _WORD])
        if not _HEAD <= size <= MAX_PDU:
            raise SmppError(f"a unit of {size} bytes")
        if len(buffer) - at < size:
            break
        units.append(buffer[at : at + size])
        at += size
    return units, buffer[at:]


def relative_time(seconds: float) -> str:
    """Seconds from now as a period of validity (§7.1.1.2), a second at least and 63 days at most."""
    left = max(1, min(round(seconds), 63 * 86_400))
    days, left = divmod(left, 86_400)
    months, days = divmod(days, 30)
    hours, left = divmod(left, 3_600)
    minutes, left = divmod(left, 60)
    return f"00{months:02}{days:02}{hours:02}{minutes:02}{left:02}000R"

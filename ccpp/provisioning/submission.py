"""A short message as a modem or a centre takes it: SMS-SUBMIT in its bytes, SMPP submit_sm in its fields; and read back.

Source: 3GPP TS 23.040 §9.1.2.5 (addresses), §9.2.2 (TPDUs); 3GPP TS 27.005 §4.3 (the centre's address before a TPDU);
SMPP 3.4 §4.4.1. Only 8-bit user data with a header is written, which is what a push to a port is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ccpp.provisioning.sms import USER_DATA, SmsError

EIGHT_BIT = 0x04
"""The data coding scheme of binary user data without a class (3GPP TS 23.038 §4)."""
SEVEN_BIT = 0x00
"""The data coding scheme of text in the default alphabet, whose digits and letters are those of ASCII; SMPP carries it unpacked."""

_NUMBER = re.compile(r"\+?[0-9]{1,15}")  # ITU-T E.164; short codes are less
_SUBMIT, _DELIVER, _TYPE_BITS = 0b01, 0b00, 0b11
_HEADER_BIT = 0x40
_PERIOD_SIZES = {0x00: 0, 0x08: 7, 0x10: 1, 0x18: 7}
_TIMESTAMP = 7
_INTERNATIONAL, _UNKNOWN, _NUMBER_KIND = 0x91, 0x81, 0x70
_DIGITS = "0123456789*#abc"
_OCTET = 0xFF
_MAX_TPDU = 180  # the longest SMS-SUBMIT has 164 bytes, and 12 of a centre's address may stand before it


class ShortMessage(NamedTuple):
    """A short message: whom it goes to (or comes from, once read off SMS-DELIVER), `+` if international, and its user data.

    A push to a port has a `header` in front of its user data, a text has none.
    """

    number: str
    user_data: bytes
    coding: int = EIGHT_BIT
    header: bool = True


def write_submit(message: ShortMessage, *, reference: int = 0) -> bytes:
    """The message as SMS-SUBMIT, behind the empty address of a centre, so that the modem takes its own.

    Raises:
        SmsError: the number is none, the reference not 0 to 255, there is no header, or the user data is more than 140 bytes.
    """
    if not message.header:
        raise SmsError("a text is not written as SMS-SUBMIT", hint="give it to a centre by SMPP")
    if not 0 <= reference <= _OCTET:
        raise SmsError(f"reference {reference} is not between 0 and {_OCTET}")
    digits = _checked(message).lstrip("+")
    kind = _INTERNATIONAL if message.number.startswith("+") else _UNKNOWN
    padded = digits + "f" * (len(digits) % 2)
    address = bytes(int(padded[at + 1] + padded[at], 16) for at in range(0, len(padded), 2))
    head = bytes([0, _SUBMIT | _HEADER_BIT, reference, len(digits), kind]) + address
    return head + bytes([0, message.coding, len(message.user_data)]) + message.user_data


def read_tpdu(data: bytes) -> ShortMessage:
    """The message of SMS-SUBMIT or SMS-DELIVER, behind the address of a centre.

    Raises:
        SmsError: the bytes are neither, have no user data header, or end early; with the offset of the byte at fault.
    """
    if len(data) > _MAX_TPDU:
        raise SmsError(f"more than {_MAX_TPDU} bytes", offset=_MAX_TPDU)
    start = 1 + _byte(data, 0)
    first = _byte(data, start)
    if first & _TYPE_BITS not in {_SUBMIT, _DELIVER}:
        raise SmsError("neither SMS-SUBMIT nor SMS-DELIVER", offset=start)
    if not first & _HEADER_BIT:
        raise SmsError("a short message without a user data header", offset=start, hint="a push to a port has one")
    submit = first & _TYPE_BITS == _SUBMIT
    number, at = _address(data, start + (2 if submit else 1))
    coding = _byte(data, at + 1)
    at += 2 + (_PERIOD_SIZES[first & 0x18] if submit else _TIMESTAMP)
    length = _byte(data, at)
    user_data = data[at + 1 :]
    if len(user_data) != length:
        raise SmsError(f"{len(user_data)} bytes of user data where {length} are stated", offset=at)
    if length > USER_DATA:
        raise SmsError(f"more than {USER_DATA} bytes of user data", offset=at)
    return ShortMessage(number, user_data, coding)


def submit_sm(message: ShortMessage, *, source: str = "") -> Mapping[str, str | int]:
    """The mandatory fields of SMPP submit_sm by their names, `short_message` in hexadecimal.

    Raises:
        SmsError: a number is none, or the user data more than 140 bytes.
    """
    _checked(message)
    if source and not _NUMBER.fullmatch(source):
        raise SmsError("the source is no telephone number", hint="digits, with + before an international one")
    return {
        "service_type": "",
        "source_addr_ton": int(source.startswith("+")),
        "source_addr_npi": int(bool(source)),
        "source_addr": source.lstrip("+"),
        "dest_addr_ton": int(message.number.startswith("+")),
        "dest_addr_npi": 1,
        "destination_addr": message.number.lstrip("+"),
        "esm_class": _HEADER_BIT * message.header,
        "protocol_id": 0,
        "priority_flag": 0,
        "schedule_delivery_time": "",
        "validity_period": "",
        "registered_delivery": 0,
        "replace_if_present_flag": 0,
        "data_coding": message.coding,
        "sm_default_msg_id": 0,
        "sm_length": len(message.user_data),
        "short_message": message.user_data.hex().upper(),
    }


def read_submit_sm(fields: object) -> ShortMessage:
    """The message of the fields of submit_sm.

    Raises:
        SmsError: they lack one that is needed, or contradict each other.
    """
    if not isinstance(fields, Mapping):
        raise SmsError("the fields of submit_sm are names with values")
    wanted: tuple[tuple[str, type], ...] = (
        ("destination_addr", str),
        ("dest_addr_ton", int),
        ("esm_class", int),
        ("data_coding", int),
        ("sm_length", int),
        ("short_message", str),
    )
    for name, kind in wanted:
        if not isinstance(fields.get(name), kind):
            raise SmsError(f"submit_sm without a usable `{name}`")
    try:
        user_data = bytes.fromhex(fields["short_message"])
    except ValueError:
        raise SmsError("`short_message` is not in hexadecimal") from None
    if not fields["esm_class"] & _HEADER_BIT or fields["sm_length"] != len(user_data):
        raise SmsError("submit_sm without a user data header, or of another length than it states")
    message = ShortMessage("+" * (fields["dest_addr_ton"] == 1) + fields["destination_addr"], user_data, fields["data_coding"])
    _checked(message)
    return message


def _checked(message: ShortMessage) -> str:
    """The number of a message that can be sent."""
    if not _NUMBER.fullmatch(message.number):
        raise SmsError("the destination is no telephone number", hint="digits, with + before an international one")
    if len(message.user_data) > USER_DATA:
        raise SmsError(f"{len(message.user_data)} bytes of user data", hint=f"at most {USER_DATA}")
    if not 0 <= message.coding <= _OCTET:
        raise SmsError(f"data coding {message.coding} is not between 0 and {_OCTET}")
    return message.number


def _address(data: bytes, at: int) -> tuple[str, int]:
    """A number and the offset behind it; one that is a name is not read and gives the empty text."""
    length, kind = _byte(data, at), _byte(data, at + 1)
    end = at + 2 + (length + 1) // 2
    _byte(data, end)
    if kind & _NUMBER_KIND == 0x50:  # noqa: PLR2004  a name in the 7-bit alphabet
        return "", end
    nibbles = [nibble for octet in data[at + 2 : end] for nibble in (octet & 15, octet >> 4)][:length]
    if any(nibble >= len(_DIGITS) for nibble in nibbles):
        raise SmsError("no digit of a number", offset=at + 2)
    international = kind & _NUMBER_KIND == _INTERNATIONAL & _NUMBER_KIND
    return "+" * international + "".join(_DIGITS[nibble] for nibble in nibbles), end


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise SmsError("the short message ends early", offset=len(data))
    return data[at]

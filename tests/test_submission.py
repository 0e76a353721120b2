"""Short messages for a modem and for a centre: what was written is read, and any bytes give a message or one error."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpp.provisioning.sms import SmsError
from ccpp.provisioning.submission import ShortMessage, read_submit_sm, read_tpdu, submit_sm, write_submit

NUMBERS = st.builds("{}{}".format, st.sampled_from(["", "+"]), st.text("0123456789", min_size=1, max_size=15))
MESSAGES = st.builds(ShortMessage, NUMBERS, st.binary(max_size=140), st.sampled_from([0x04, 0xF5]), st.just(value=True))


@given(MESSAGES, st.integers(0, 255))
def test_a_message_comes_back(message: ShortMessage, reference: int) -> None:
    assert read_tpdu(write_submit(message, reference=reference)) == message
    assert read_submit_sm(json.loads(json.dumps(dict(submit_sm(message))))) == message


def test_the_bytes_of_a_submit() -> None:
    """The octets of TS 23.040 §9.2.2.2 in their order: centre, first octet, reference, number, protocol, coding, length."""
    data = write_submit(ShortMessage("+155501000", b"\x06\x05\x04\x0b\x84\x23\xf0\x01"), reference=9)
    assert data.hex() == "004109099151551000f00004080605040b8423f001"


def test_a_delivered_message_and_one_with_a_validity_period() -> None:
    delivered = bytes.fromhex("0791215436587092f94405912143f500f562112512000000020600")
    assert read_tpdu(delivered) == ShortMessage("+12345", b"\x06\x00", 0xF5)
    submitted = bytes.fromhex("0051000281210004aa0100")
    assert read_tpdu(submitted) == ShortMessage("12", b"\0")
    named = bytes.fromhex("004004d0c8340004621125120000000100")
    assert read_tpdu(named).number == ""


@given(st.binary(max_size=40), st.sampled_from([b"", b"\x00\x41", b"\x00\x44\x02\x91\x21"]))
def test_any_bytes_give_a_message_or_one_error_with_the_offset(data: bytes, head: bytes) -> None:
    offset: int | None = 0
    try:
        assert (head + data).endswith(read_tpdu(head + data).user_data)
    except SmsError as error:
        offset = error.offset
    assert offset is not None
    assert 0 <= offset <= len(head + data)


@given(MESSAGES, st.data())
def test_every_truncation_and_a_trailing_byte_are_errors(message: ShortMessage, data: st.DataObject) -> None:
    written = write_submit(message)
    with pytest.raises(SmsError):
        read_tpdu(written[: data.draw(st.integers(0, len(written) - 1))])
    with pytest.raises(SmsError):
        read_tpdu(written + b"\0")


@pytest.mark.parametrize(
    ("message", "reference", "fault"),
    [
        (ShortMessage("home", b""), 0, "no telephone number"),
        (ShortMessage("1" * 16, b""), 0, "no telephone number"),
        (ShortMessage("1", bytes(141)), 0, "141 bytes"),
        (ShortMessage("1", b"", 256), 0, "data coding"),
        (ShortMessage("1", b""), 256, "reference"),
    ],
)
def test_what_cannot_be_sent(message: ShortMessage, reference: int, fault: str) -> None:
    with pytest.raises(SmsError, match=fault):
        write_submit(message, reference=reference)


FIELDS = dict(submit_sm(ShortMessage("1", b"\0")))


@pytest.mark.parametrize(
    "fields",
    [[], {}, FIELDS | {"short_message": "x"}, FIELDS | {"esm_class": 0}, FIELDS | {"sm_length": 2}, FIELDS | {"destination_addr": "home"}],
)  # fmt: skip
def test_fields_that_are_no_message(fields: object) -> None:
    with pytest.raises(SmsError):
        read_submit_sm(fields)


def test_a_source_that_is_none() -> None:
    assert submit_sm(ShortMessage("1", b""), source="+4711")["source_addr_ton"] == 1
    with pytest.raises(SmsError, match="source"):
        submit_sm(ShortMessage("1", b""), source="operator")

"""Units of SMPP: what was written is read, any bytes give a unit or one error, and tshark reads them as we do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpp.provisioning.smpp import COMMANDS, MAX_PDU, Pdu, SmppError, decode_pdu, encode_pdu, relative_time, split_units

OCTETS = st.integers(0, 255)


@st.composite
def units(draw: st.DrawFn) -> Pdu:
    command = draw(st.sampled_from(sorted(COMMANDS)))
    content = draw(st.binary(max_size=140))
    fields: dict[str, str | int] = {}
    for name, size in COMMANDS[command].fields:
        if size > 0:
            fields[name] = draw(st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=size - 1))
        else:
            fields[name] = draw(OCTETS) if size == 0 else content.hex().upper()
    if "sm_length" in fields:
        fields["sm_length"] = len(content)
    options = st.lists(st.tuples(st.integers(0, 65_535), st.binary(max_size=9)), max_size=3)
    return Pdu(command, draw(st.integers(0, 2**31 - 1)), draw(st.integers(0, 0x500)), fields, tuple(draw(options)))


@given(units())
def test_a_unit_comes_back(unit: Pdu) -> None:
    found = decode_pdu(encode_pdu(unit))
    assert found == unit or (not found.fields and unit.status and not unit.options)


@given(units(), st.data())
def test_a_unit_cut_off_is_an_error(unit: Pdu, data: st.DataObject) -> None:
    whole = encode_pdu(unit)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(SmppError):
        decode_pdu(cut)
    assert split_units(cut)[0] == []


@given(st.lists(units(), max_size=4), st.lists(st.integers(1, 200), max_size=6))
def test_units_are_found_however_they_come(sent: list[Pdu], sizes: list[int]) -> None:
    stream = b"".join(map(encode_pdu, sent))
    found, buffer, at = [], b"", 0
    for size in [*sizes, len(stream)]:
        whole, buffer = split_units(buffer + stream[at : at + size])
        found += whole
        at += size
    assert (found, buffer) == ([encode_pdu(one) for one in sent], b"")


@given(st.binary(max_size=120), st.sampled_from(sorted(COMMANDS)))
def test_any_bytes_are_a_unit_or_one_error(data: bytes, command: str) -> None:
    head = (16 + len(data)).to_bytes(4) + COMMANDS[command].number.to_bytes(4) + bytes(8)
    for whole in (data, head + data):
        try:
            decode_pdu(whole)
            split_units(whole)
        except SmppError as error:
            assert "\n" not in str(error)  # noqa: PT017  any of them may be raised, or none


@pytest.mark.parametrize("size", [0, 15, MAX_PDU + 1, 2**32 - 1])
def test_what_can_be_no_unit_ends_the_reading(size: int) -> None:
    with pytest.raises(SmppError, match="a unit of"):
        split_units(size.to_bytes(4))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"system_id": "x" * 16}, "`system_id`"),
        ({"password": "secret-password"}, "`password`"),
        ({"interface_version": 256}, "`interface_version`"),
        ({"interface_version": "4"}, "`interface_version`"),
        ({"system_id": "a\0b"}, "`system_id`"),
        ({"system_id": "é"}, "`system_id`"),
        ({"system_id": 7}, "`system_id`"),
        ({"colour": 7}, "`colour`"),
    ],
)
def test_what_does_not_fit_is_told_without_its_value(fields: dict[str, str | int], said: str) -> None:
    with pytest.raises(SmppError, match=said) as error:
        encode_pdu(Pdu("bind_transmitter", 1, 0, fields))
    assert "secret-password" not in str(error.value)


def test_a_print_shows_no_field() -> None:
    assert repr(Pdu("bind_transmitter", 1, 0x0E, {"password": "hidden"})) == "Pdu(bind_transmitter, 1, ESME_RINVPASWD)"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "000000000001000R"), (90, "000000000130000R"), (86_400, "000001000000000R"), (1e9, "000203000000000R")],
)
def test_a_period_of_validity(seconds: float, text: str) -> None:
    assert relative_time(seconds) == text

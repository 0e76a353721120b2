"""Segments against vectors that tshark reassembles, and their laws: order is nothing, loss and repetition are seen."""

from __future__ import annotations

import json

import pytest
from conftest import SUITE
from hypothesis import given
from hypothesis import strategies as st

from ccpp.provisioning.sms import Segment, SmsError, decode_segment, encode_segment, reassemble, segment

DOCUMENTS = json.loads((SUITE / "bootstrap" / "vectors.json").read_text())["documents"]
REFERENCE = 0x5A


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if "sms_user_data_hex" in DOCUMENTS[name]])
def test_segments_are_the_vectors(name: str) -> None:
    push = bytes.fromhex(DOCUMENTS[name]["wsp_push_userpin_hex"])
    segments = segment(push, reference=REFERENCE)
    assert [encode_segment(part).hex() for part in segments] == DOCUMENTS[name]["sms_user_data_hex"]
    assert reassemble(reversed(segments)).data == push


@given(st.data(), st.binary(max_size=900), st.booleans())
def test_order_is_nothing_and_loss_and_repetition_are_seen(choice: st.DataObject, data: bytes, wide: bool) -> None:  # noqa: FBT001
    segments = [decode_segment(encode_segment(part)) for part in segment(data, reference=7, wide=wide)]
    assert reassemble(choice.draw(st.permutations(segments))) == (data, (), ())
    again = choice.draw(st.sampled_from(segments))
    copy = decode_segment(encode_segment(again))
    assert reassemble(choice.draw(st.permutations([*segments, copy]))) == (data, (), (again.number,))
    rest = [part for part in segments if part is not again]
    if rest:
        assert reassemble(choice.draw(st.permutations(rest))) == (None, (again.number,), ())


@given(st.binary(max_size=120), st.booleans())
def test_every_truncation_of_the_header_is_an_error_and_what_follows_is_payload(data: bytes, wide: bool) -> None:  # noqa: FBT001
    part = Segment(data, reference=3, total=4, number=2, wide=wide)
    encoded = encode_segment(part)
    for end in range(len(encoded) - len(data)):
        with pytest.raises(SmsError):
            decode_segment(encoded[:end])
    assert decode_segment(encoded + b"more") == part._replace(payload=data + b"more")


@given(st.one_of(st.binary(max_size=20), st.binary(max_size=30).map(lambda rest: b"\x0b\x05\x04" + rest)))
def test_any_bytes_give_a_segment_or_one_error_with_the_offset(data: bytes) -> None:
    offset: int | None = 0
    try:
        decode_segment(data)
    except SmsError as error:
        offset = error.offset
    assert offset is not None
    assert 0 <= offset <= len(data)


@pytest.mark.parametrize(("size", "count"), [(0, 1), (133, 1), (134, 2), (256, 2), (257, 3), (255 * 128, 255)])
def test_how_many_short_messages(size: int, count: int) -> None:
    assert len(segment(bytes(size), reference=0)) == count


def test_what_cannot_be_sent_or_joined() -> None:
    with pytest.raises(SmsError, match="take 256 short messages"):
        segment(bytes(255 * 128 + 1), reference=0)
    with pytest.raises(SmsError, match="reference 256"):
        segment(bytes(200), reference=256)
    one, two = segment(bytes(200), reference=1)
    with pytest.raises(SmsError, match="several messages"):
        reassemble([one, two._replace(reference=2)])
    with pytest.raises(SmsError, match="different content"):
        reassemble([one, one._replace(payload=b"x")])
    assert reassemble([one, two, one]).repeated == (1,)
    with pytest.raises(SmsError, match="no segment"):
        reassemble([])
    with pytest.raises(SmsError, match="without a reference"):
        encode_segment(Segment(b"", total=2))

"""The WSP push against vectors that tshark dissects and Kannel writes alike; bytes that are none."""

from __future__ import annotations

import json

import pytest
from conftest import SUITE
from hypothesis import example, given
from hypothesis import strategies as st

from ccpp.provisioning.bootstrap import CONTENT_TYPE, TEXT_TYPE, MediaType, Security
from ccpp.provisioning.push import Push, PushError, decode_push, encode_push

DOCUMENTS = json.loads((SUITE / "bootstrap" / "vectors.json").read_text())["documents"]
MACS = st.binary(min_size=1, max_size=20)
MEDIA_TYPES = st.one_of(
    st.builds(
        MediaType, st.sampled_from([CONTENT_TYPE, TEXT_TYPE]), st.one_of(st.none(), st.sampled_from(Security)), st.none()
    ),
    st.builds(MediaType, st.just(CONTENT_TYPE), st.sampled_from([s for s in Security if s.value != 3]), MACS),
)
PUSHES = st.builds(
    Push,
    MEDIA_TYPES,
    st.binary(max_size=40),
    st.integers(0, 255),
    st.one_of(st.none(), st.integers(0, 127)),
    st.binary(max_size=9),
)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_push_is_the_vectors(name: str) -> None:
    case = DOCUMENTS[name]
    media_type = MediaType(CONTENT_TYPE, Security.USERPIN, bytes.fromhex(case["mac"]["USERPIN"]))
    push = Push(media_type, bytes.fromhex(case["wbxml_hex"]))
    assert encode_push(push).hex() == case["wsp_push_userpin_hex"]
    assert decode_push(encode_push(push)) == push


@pytest.mark.parametrize(
    ("media_type", "start"),
    [(MediaType(CONTENT_TYPE), "010601b6"), (MediaType(CONTENT_TYPE, Security.USERPINMAC), "01060403b69183")],
)
def test_the_short_forms(media_type: MediaType, start: str) -> None:
    assert encode_push(Push(media_type, b"")).hex() == start


@given(PUSHES)
def test_a_push_comes_back_as_it_went(push: Push) -> None:
    assert decode_push(encode_push(push)) == push


@given(PUSHES)
def test_every_truncation_of_the_headers_is_an_error_and_what_follows_is_the_document(push: Push) -> None:
    data = encode_push(push)
    for end in range(len(data) - len(push.document)):
        with pytest.raises(PushError):
            decode_push(data[:end])
    assert decode_push(data + b"more") == push._replace(document=push.document + b"more")


@given(st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda rest: b"\x01\x06" + rest)))
@example(b"\x01\x06\x06\x05\xb6\x92AB\0")
def test_any_bytes_give_a_push_or_one_error_with_the_offset(data: bytes) -> None:
    offset: int | None = 0
    try:
        decode_push(data)
    except PushError as error:
        offset = error.offset
    assert offset is not None
    assert 0 <= offset <= len(data)


@pytest.mark.parametrize(
    ("data", "offset"),
    [("", 0), ("0105", 1), ("010600", 3), ("010602b6", 4), ("010601b7", 3), ("0106040eb69181", 7), ("010606059192414200", 4)],
)
def test_bytes_that_are_no_push(data: str, offset: int) -> None:
    with pytest.raises(PushError) as caught:
        decode_push(bytes.fromhex(data))
    assert caught.value.offset == offset


def test_a_name_instead_of_a_number_and_the_other_order() -> None:
    text = CONTENT_TYPE.encode() + b"\0"
    assert decode_push(b"\1\6" + bytes([len(text)]) + text + b"x") == Push(MediaType(CONTENT_TYPE), b"x")
    value = b"\xb6\x92ab\0\x91\x80"
    data = b"\1\6" + bytes([len(value) + 1, len(value)]) + value
    assert decode_push(data).media_type == MediaType(CONTENT_TYPE, Security.NETWPIN, b"\xab")

"""Laws of the connectivity document: reading what was written gives the same; any bytes give a document or one error."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpp.errors import CcppError
from ccpp.provisioning.connectivity.difference import compare_connectivity
from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument, Parm
from ccpp.provisioning.connectivity.rules import validate_connectivity
from ccpp.provisioning.connectivity.vocabulary import connectivity_tokens, parm_types
from ccpp.provisioning.connectivity.wbxml import decode_connectivity, encode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity, write_connectivity
from ccpp.provisioning.user_agent.merging import merge
from ccpp.provisioning.user_agent.supporting import EVERYTHING, support
from ccpp.provisioning.user_agent.understanding import understand
from ccpp.wbxml.encoding import Strings

#: What both XML and every charset can hold; the codec's own laws cover the rest.
TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xD7FF), max_size=12)
VALUES = st.none() | st.sampled_from(sorted(connectivity_tokens().written[0].values)) | TEXTS
PARMS = st.builds(Parm, st.sampled_from(sorted({name for _, name in parm_types()})) | TEXTS, VALUES)
TYPES = st.sampled_from(sorted({kind for kind, _ in parm_types()})) | TEXTS
CHARACTERISTICS = st.recursive(
    st.builds(Characteristic, TYPES, st.lists(PARMS, max_size=6).map(tuple), st.just(())),
    lambda inner: st.builds(
        Characteristic, TYPES, st.lists(PARMS, max_size=3).map(tuple), st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=3,
)
DOCUMENTS = st.builds(
    ConnectivityDocument, st.lists(CHARACTERISTICS, max_size=2).map(tuple), st.sampled_from([None, "1.0", "1.1"])
)


@given(DOCUMENTS, st.sampled_from([3, 4, 106, 1015]), st.sampled_from(Strings))
def test_reading_what_was_written_gives_the_same(document: ConnectivityDocument, charset: int, strings: Strings) -> None:
    assert decode_connectivity(encode_connectivity(document, charset=charset, strings=strings)) == (document, ())
    assert read_connectivity(write_connectivity(document)) == (document, ())


@given(DOCUMENTS, DOCUMENTS)
def test_any_document_can_be_judged_and_compared(one: ConnectivityDocument, other: ConnectivityDocument) -> None:
    assert all(breach.message for breach in validate_connectivity(one))
    assert compare_connectivity(one, one) == []
    assert len(compare_connectivity(one, other)) == len(compare_connectivity(other, one))


@given(st.binary(max_size=80), st.sampled_from([b"", b"\x03\x0b\x6a\x00", b"\x03\x0b\x6a\x00\xc5\x46\x01\xc6\x55\x01"]))
def test_any_bytes_give_a_document_or_one_error(data: bytes, head: bytes) -> None:
    for read in (decode_connectivity, read_connectivity):
        with suppress(CcppError):
            read(head + data)


@given(DOCUMENTS, st.data())
def test_a_changed_byte_gives_a_document_or_one_error(document: ConnectivityDocument, data: st.DataObject) -> None:
    encoded = bytearray(encode_connectivity(document))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    with suppress(CcppError):
        decode_connectivity(bytes(encoded))


@given(DOCUMENTS, DOCUMENTS)
def test_a_terminal_makes_the_same_of_what_it_made(one: ConnectivityDocument, other: ConnectivityDocument) -> None:
    high, low = (understand(document).document for document in (one, other))
    assert understand(high) == (high, ())
    merged = merge([high, low])
    assert merge([merged.document, low]).document == merged.document
    held = support(merged.document, EVERYTHING)
    assert support(held.document, EVERYTHING) == (held.document, ())
    assert all(remark.message for remark in (*merged.remarks, *held.remarks))


@given(DOCUMENTS)
def test_trailing_bytes_are_refused_where_they_begin(document: ConnectivityDocument) -> None:
    encoded = encode_connectivity(document)
    with pytest.raises(CcppError, match=f"at byte {len(encoded)}$"):
        decode_connectivity(encoded + b"x")

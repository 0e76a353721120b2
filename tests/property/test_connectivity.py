"""Laws of the connectivity document: reading what was written gives the same; any bytes give a document or one error."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpp.errors import CcppError
from ccpp.provisioning.connectivity.difference import compare_connectivity
from ccpp.provisioning.connectivity.document import (
    Characteristic,
    ConnectivityDocument,
    Parm,
    Reading,
    from_element,
    to_element,
)
from ccpp.provisioning.connectivity.rules import validate_connectivity
from ccpp.provisioning.connectivity.usual import PUBLIC_ID, read_usual, write_usual
from ccpp.provisioning.connectivity.vocabulary import connectivity_tokens, parm_types
from ccpp.provisioning.connectivity.wbxml import decode_connectivity, encode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity, write_connectivity
from ccpp.provisioning.user_agent.merging import merge
from ccpp.provisioning.user_agent.supporting import EVERYTHING, support
from ccpp.provisioning.user_agent.understanding import understand
from ccpp.wbxml.decoding import decode_wbxml
from ccpp.wbxml.document import Document
from ccpp.wbxml.encoding import Strings, encode_wbxml

#: What both XML and every charset can hold; the codec's own laws cover the rest.
TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xD7FF), max_size=12)
VALUES = st.none() | st.sampled_from(sorted(connectivity_tokens().written[0].values)) | TEXTS
NAMES = st.sampled_from(sorted({name for _, name in parm_types()}))
TYPES = st.sampled_from(sorted({kind for kind, _ in parm_types()}))


def documents(
    types: st.SearchStrategy[str], names: st.SearchStrategy[str], values: st.SearchStrategy[str | None]
) -> st.SearchStrategy[ConnectivityDocument]:
    parms = st.builds(Parm, names, values)
    characteristics = st.recursive(
        st.builds(Characteristic, types, st.lists(parms, max_size=6).map(tuple), st.just(())),
        lambda inner: st.builds(
            Characteristic, types, st.lists(parms, max_size=3).map(tuple), st.lists(inner, max_size=3).map(tuple)
        ),
        max_leaves=3,
    )
    versions = st.sampled_from([None, "1.0", "1.1"])
    return st.builds(ConnectivityDocument, st.lists(characteristics, max_size=2).map(tuple), versions)


#: With names of any kind, and with such as have tokens.
DOCUMENTS = documents(TYPES | TEXTS, NAMES | TEXTS, VALUES)
TOKENISED = documents(TYPES, NAMES, VALUES)
#: Pieces of documents, and bytes.
BYTES = st.sampled_from(
    [
        bytes.fromhex(piece)
        for piece in ("01", "00 01", "00 00", "03 61 00", "C6 56 01", "87", "87 07", "06", "06 AB", "05", "86")
    ]
) | st.binary(min_size=1, max_size=1)


@given(DOCUMENTS, st.sampled_from([3, 4, 106, 1015]), st.sampled_from(Strings))
def test_reading_what_was_written_gives_the_same(document: ConnectivityDocument, charset: int, strings: Strings) -> None:
    assert decode_connectivity(encode_connectivity(document, charset=charset, strings=strings)) == (document, ())
    assert read_connectivity(write_connectivity(document)) == (document, ())


def written_by_any(document: ConnectivityDocument) -> bytes:
    return encode_wbxml(Document(to_element(document), public_id=PUBLIC_ID), connectivity_tokens())


def read_by_any(data: bytes) -> Reading | None:
    """What the whole codec makes of some bytes, None where it refuses them."""
    with suppress(CcppError):
        return from_element(decode_wbxml(data, connectivity_tokens()).root)
    return None


@given(DOCUMENTS | TOKENISED)
def test_the_usual_form_is_written_as_any(document: ConnectivityDocument) -> None:
    assert write_usual(document) in (None, written_by_any(document))


@given(DOCUMENTS | TOKENISED, st.data())
def test_the_usual_form_is_read_as_any(document: ConnectivityDocument, draw: st.DataObject) -> None:
    """Whole, and with some bytes changed for others, most of them such as mean something."""
    data = encode_connectivity(document)
    for _ in range(draw.draw(st.integers(0, 3))):
        start = draw.draw(st.integers(0, len(data)))
        end = draw.draw(st.integers(start, min(len(data), start + 3)))
        data = data[:start] + draw.draw(st.lists(BYTES, max_size=3).map(b"".join)) + data[end:]
    usual = read_usual(data)
    assert usual is None or read_by_any(data) == (usual, ())


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

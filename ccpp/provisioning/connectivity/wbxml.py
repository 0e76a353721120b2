"""The connectivity document as WBXML, media type `application/vnd.wap.connectivity-wbxml` (WAP-183 §8)."""

from __future__ import annotations

from ccpp.provisioning.connectivity.document import ConnectivityDocument, Note, Reading, from_element, to_element
from ccpp.provisioning.connectivity.usual import PUBLIC_ID, read_usual, write_usual
from ccpp.provisioning.connectivity.vocabulary import connectivity_tokens
from ccpp.wbxml.decoding import read_wbxml
from ccpp.wbxml.document import UTF_8, Document, WbxmlError
from ccpp.wbxml.encoding import Strings, encode_wbxml

MEDIA_TYPE = "application/vnd.wap.connectivity-wbxml"
_PUBLIC_IDS = {PUBLIC_ID, "-//WAPFORUM//DTD PROV 1.0//EN"}
#: What fills a file on a card after its content, and a flash or a buffer of zeros.
_PADDING = b"\xff\x00"


def encode_connectivity(document: ConnectivityDocument, *, charset: int = UTF_8, strings: Strings = Strings.INLINE) -> bytes:
    """The bytes of a document; by default in the canonical form: WBXML 1.3, UTF-8, no string table.

    Raises:
        WbxmlError: the charset is not known, or the tree cannot be written in it.
    """
    usual = write_usual(document) if (charset, strings) == (UTF_8, Strings.INLINE) else None
    if usual is not None:
        return usual
    root = to_element(document)
    return encode_wbxml(Document(root, public_id=PUBLIC_ID, charset=charset), connectivity_tokens(), strings=strings)


def decode_connectivity(data: bytes) -> Reading:
    """The document that the bytes are; padding after it is noted.

    Raises:
        WbxmlError: they are no WBXML of the vocabulary; the error names the byte.
        ConnectivityError: they are, but no connectivity document.
    """
    usual = read_usual(data)
    if usual is not None:
        return Reading(usual)
    document, end = read_wbxml(data, connectivity_tokens())
    rest = data[end:]
    if rest.strip(_PADDING):
        raise WbxmlError(f"{len(rest)} bytes after the end of the document", offset=end)
    read, notes = from_element(document.root)
    if rest:
        notes += (Note("padding", "/", (str(len(rest)),)),)
    if document.public_id not in _PUBLIC_IDS:
        notes += (Note("other-identifier", "/", (str(document.public_id),)),)
    return Reading(read, notes)


def without_padding(data: bytes) -> bytes:
    """The bytes of a document without what fills a file after it: what a MAC is over (WAP-184 §6.2). A document ends with no such byte."""
    return data.rstrip(_PADDING)

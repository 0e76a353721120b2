"""What comes over the network: answers of profile servers, headers of requests, WSP and WBXML."""

from __future__ import annotations

import gzip
import json
import zlib
from http.client import HTTPException, parse_headers
from io import BytesIO
from typing import TYPE_CHECKING

from ccpp.errors import FetchError
from ccpp.exchange.answering import read_warnings, response_headers
from ccpp.exchange.decoding import read_exchange
from ccpp.exchange.digest import normalised
from ccpp.exchange.encoding import request_headers
from ccpp.exchange.head import read_head
from ccpp.exchange.model import Digests
from ccpp.exchange.uaprof import decode_uaprof, encode_uaprof
from ccpp.exchange.wsp import decode_wsp, encode_wsp, gateway_references
from ccpp.reading import read_profile, read_statements
from ccpp.resolution import resolve
from ccpp.samples import devices, sample
from ccpp.storage.addresses import parse_place, redirected, shown
from ccpp.storage.fetching import Freshness, freshness
from ccpp.storage.transfer import decoded

from .profiles import profiles
from .target import SUITE, URI, Target, tokens, vocabularies

if TYPE_CHECKING:
    from ccpp.exchange.model import Reference


def answer(data: bytes) -> None:
    """A coded content, its headers and a URL: how an answer is unpacked, judged fresh, and followed."""
    head, _, content = data.partition(b"\r\n\r\n")
    try:
        headers = parse_headers(BytesIO(head + b"\r\n\r\n"))
    except HTTPException:
        return
    assert (freshness(headers, 1e9, Freshness()) or 0.0) <= Freshness().longest
    location = str(headers.get("Location", ""))
    assert shown(location).isprintable()
    try:
        redirected(parse_place("http://profiles.example/"), location)
    except FetchError as error:
        assert error.kind == "refused", error.kind  # noqa: PT017  either way is right
    assert len(decoded(content, str(headers.get("Content-Encoding", "")), 5_000)) <= max(5_000, len(content))


def answers() -> list[bytes]:
    text = b"<rdf:RDF/>" * 9
    return [
        b"Content-Encoding: gzip\r\nCache-Control: max-age=9, no-cache\r\nLocation: /a?b#c\r\n\r\n"
        + gzip.compress(text, mtime=0),
        b"Content-Encoding: deflate\r\nExpires: Mon, 01 Jan 2024 00:00:00 GMT\r\nLocation: //h:80/\r\n\r\n"
        + zlib.compress(text),
        b"Location: https://[::1]:443/\r\nDate: x\r\nExpires: 0\r\n\r\n" + text,
    ]


def headers(data: bytes) -> None:
    """A request's head: what it says of profiles can be said again in each protocol, and the answer to it can be written."""
    head = read_head(data)
    for digests in (Digests.TOLERATED, Digests.CHECKED):
        exchange = read_exchange(head.fields, digests=digests)
        assert all(one.message for one in exchange.diagnostics)
        response_headers(exchange, read_warnings(head.fields))
    if exchange.protocol:
        again = read_exchange(request_headers(exchange.references, exchange.protocol)).references
        assert again == tuple(map(collapsed, exchange.references)), "the references were not the same again"


def collapsed(reference: Reference) -> Reference:
    """A reference as headers carry it: a run of white space in a diff is one blank (WAP-248 §9.1.1.2)."""
    return reference if isinstance(reference, str) else reference._replace(document=normalised(reference.document))


def heads() -> list[bytes]:
    cases = json.loads((SUITE / "exchange.json").read_text())["requests"]
    fields = [case["headers"] for case in cases if "headers" in case]
    return ["".join(f"{name}: {value}\r\n" for name, value in one).encode("latin-1", "replace") for one in fields]


def wsp(data: bytes) -> None:
    """A block of WSP headers: what was read can be written, and reads the same."""
    read = decode_wsp(data)
    gateway_references(read)
    assert decode_wsp(encode_wsp(read)) == read, "the headers were not the same again"


def blocks() -> list[bytes]:
    return [
        b"\xb5http://a/\x00",
        b"\xb6\x04\x01\x05\x04\x00",
        b"\xb7\x90\xb7\x0f\x91http://a/\x00\x04\x40\x00\x00\x00",
        b"\x7f\x02\xb5a\x00\x80\x81",
        b"Accept\x00a/b\x00\xb6\x1f\x81\x00" + b"a" * 128,
    ]


def wbxml(data: bytes) -> None:
    """A profile in WBXML: the RDF/XML that it stands for can be written in WBXML, and stands for the same."""
    document = decode_uaprof(data)
    again = decode_uaprof(encode_uaprof(document))
    assert read_statements(again, URI) == read_statements(document, URI), "the statements were not the same again"


def wbxml_documents() -> list[bytes]:
    """The sample devices in WBXML."""
    return [encode_uaprof(sample(name), charset=charset) for name in devices() for charset in (106, 4)]


def uaprof(data: bytes) -> None:
    """RDF/XML to WBXML and back: the same profile."""
    written = decode_uaprof(encode_uaprof(data))
    before, after = (read_profile(one, uri=URI, vocabularies=vocabularies()) for one in (data, written))
    assert resolve([before]).digest == resolve([after]).digest, "the profile was not the same again"


WAP = tuple(bytes([byte]) for byte in (*range(0x05), *range(0x40, 0x45), *range(0x7E, 0x88), *range(0xC0, 0xC5), 0x1F, 0xFF))


TARGETS = (
    Target("answer", answer, answers, tokens("http"), 2_000),
    Target("headers", headers, heads, tokens("fields"), 1_000),
    Target("wsp", wsp, blocks, WAP, 2_000),
    Target("wbxml", wbxml, wbxml_documents, WAP, 300),
    Target("uaprof", uaprof, profiles, tokens("xml"), 100),
)

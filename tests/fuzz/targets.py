"""What is fuzzed: one row a parser, with what it is given to start from.

A target takes any bytes and may raise `CcppError` and nothing else. Some check a law besides, by an assertion.
"""

from __future__ import annotations

import base64
import gzip
import json
import logging
import warnings
import zlib
from functools import lru_cache
from http.client import HTTPException, parse_headers
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import rdflib

from ccpp.catalogue.loading import load_catalogue
from ccpp.conformance import validate
from ccpp.conformance.formats import plain_report, sarif, turtle
from ccpp.conformance.schemas import load_schemas
from ccpp.conformance.uaprof import PROFILES
from ccpp.datatypes import collapse
from ccpp.errors import FetchError, ProfileError
from ccpp.exchange.answering import read_warnings, response_headers
from ccpp.exchange.decoding import read_exchange
from ccpp.exchange.digest import normalised
from ccpp.exchange.encoding import request_headers
from ccpp.exchange.head import read_head
from ccpp.exchange.model import Digests
from ccpp.exchange.uaprof import decode_uaprof, encode_uaprof
from ccpp.exchange.wsp import decode_wsp, encode_wsp, gateway_references
from ccpp.intake import read_request
from ccpp.intake.android import read_device_spec
from ccpp.model import Kind
from ccpp.normalisation import load_normalisation
from ccpp.overlays import load_overlays
from ccpp.plain import plain_profile
from ccpp.reading import read_any, read_profile, read_statements
from ccpp.reading.draft import Draft
from ccpp.reading.syntaxes import read_document
from ccpp.requirements.patterns import compile_pattern
from ccpp.requirements.shacl import read_requirements
from ccpp.resolution import resolve
from ccpp.samples import CATALOGUE, devices, sample
from ccpp.storage.addresses import parse_place, redirected, shown
from ccpp.storage.agents import holds, names, runs, weight
from ccpp.storage.fetching import Freshness, freshness
from ccpp.storage.sources import read_list
from ccpp.storage.transfer import decoded
from ccpp.vocabulary import compile_vocabularies, load_vocabularies, vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.conformance.schemas import Schemas
    from ccpp.exchange.model import Reference
    from ccpp.normalisation import Normalisation
    from ccpp.vocabulary import Vocabularies


TOKENS = Path(__file__).parent / "tokens"
SUITE = Path(__file__).parent.parent / "suite"
URI = "http://profiles.example/device.rdf"


class Target(NamedTuple):
    """A parser: what runs it, what it starts from, what its language is made of, and how often the ordinary suite runs it."""

    name: str
    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    tokens: tuple[bytes, ...]
    runs: int


def tokens(*names: str) -> tuple[bytes, ...]:
    """What a language is made of: a token a line, with Python's escapes."""
    lines = (line for name in names for line in (TOKENS / f"{name}.txt").read_text("ascii").splitlines())
    return tuple(line.encode().decode("unicode_escape").encode("latin-1") for line in lines)


@lru_cache(maxsize=1)
def vocabularies() -> Vocabularies:
    return load_vocabularies()


# Profiles in RDF/XML.


def profile(data: bytes) -> None:
    """Read, resolve and print; the readers agree: strict and repairing, of the usual document and of any."""
    try:
        strict = resolve([read_profile(data, uri=URI, vocabularies=vocabularies(), strict=True)])
    except ProfileError:
        strict = None
    read = read_profile(data, uri=URI, vocabularies=vocabularies())
    assert read == read_any(data, Draft(URI, URI, vocabularies(), Kind.EXPLICIT)), "the readers disagree"
    lenient = resolve([read])
    assert strict is None or strict.digest == lenient.digest, "strict and repairing readers disagree"
    json.dumps(plain_profile(lenient))


def conformance(data: bytes) -> None:
    """Validate, and print in every form; the Turtle is Turtle."""
    for rules in PROFILES.values():
        report = validate(data, uri=URI, rules=rules, schemas=schemas())
        json.dumps([plain_report(report), sarif([report], rules)])
        some = report._replace(violations=report.violations[:20])  # rdflib takes its time
        rdflib.Graph().parse(data=turtle([some]), format="turtle")


@lru_cache(maxsize=1)
def schemas() -> Schemas:
    return load_schemas(vocabularies())


def profiles() -> list[bytes]:
    cases = json.loads((SUITE / "reading.json").read_text())
    small = [base64.b64decode(case["base64"]) if "base64" in case else case["document"].encode() for case in cases]
    return [*small, *map(sample, devices())]


# Profiles in other clothes.


def written(syntax: str) -> Callable[[bytes], None]:
    """A profile in one of the syntaxes that rdflib reads: it can be resolved and printed, and nothing is looked up in the network."""

    def read(data: bytes) -> None:
        with mock.patch("socket.getaddrinfo") as look_up:
            try:
                one = read_document(data, syntax=syntax, uri=URI, vocabularies=vocabularies())
            finally:
                assert not look_up.called, "something was looked up in the network"
        json.dumps(plain_profile(resolve([one])))

    return read


def rewritten(form: str) -> Callable[[], list[bytes]]:
    """Cases of reading, written by rdflib."""

    def seeds() -> list[bytes]:
        cases = [
            case["document"]
            for case in json.loads((SUITE / "reading.json").read_text())
            if "document" in case and not case.get("findings", True)
        ]
        return [
            rdflib.Graph().parse(data=case, format="xml", publicID=URI).serialize(format=form).encode() for case in cases[:12]
        ]

    return seeds


def request(data: bytes) -> None:
    """The head of a request, as a profile of its client."""
    one = read_request(data, uri=URI, document=URI, vocabularies=vocabularies())
    json.dumps(plain_profile(resolve([one])))


def requests() -> list[bytes]:
    return [
        b'Sec-CH-UA: "Chromium";v="124", "Not-A.Brand";v="99"\r\nSec-CH-UA-Mobile: ?1\r\nSec-CH-UA-Model: "Pixel 8"\r\n\r\n',
        b'GET / HTTP/1.1\r\nSec-CH-UA-Platform: "Android"\r\nSec-CH-UA-Platform-Version: "14.0.0"\r\nSec-CH-DPR: 2.625\r\n\r\n',
        b"Accept: text/html, image/*;q=0.5, */*;q=0\r\nAccept-Language: en-GB, en;q=0.8\r\nAccept-Charset: utf-8\r\n\r\n",
        b"Device-Memory: 4\r\nDownlink: 1.5\r\nRTT: 50\r\nECT: 4g\r\nSave-Data: on\r\nSec-CH-Viewport-Width: 400\r\n\r\n",
    ]


def device_spec(data: bytes) -> None:
    """An Android device specification, as a profile."""
    json.dumps(plain_profile(resolve([read_device_spec(data, uri=URI, vocabularies=vocabularies())])))


def device_specs() -> list[bytes]:
    return [
        b'{"supportedAbis": ["arm64-v8a"], "supportedLocales": ["en", "fr-CA"], "screenDensity": 420, "sdkVersion": 34}',
        b'{"deviceFeatures": ["android.hardware.camera", "a=1"], "glExtensions": ["GL_OES"], "ramBytes": "4294967296", "codename": "V"}',
        b'{"sdkRuntime": {"supported": true}, "buildBrand": "a", "buildDevice": "b", "socManufacturer": "c", "socModel": "d", "x": null}',
    ]


# What is decided: shapes and catalogues in Turtle, patterns inside them.


def catalogue(data: bytes) -> None:
    load_catalogue(data, source="fuzzed.ttl", vocabularies=vocabularies())


def catalogues() -> list[bytes]:
    return [*(path.read_bytes() for path in sorted((SUITE / "catalogue_errors").glob("*.ttl"))), sample(CATALOGUE)]


#: A small catalogue that loads, with every kind of thing in it, a statement a line.
WHOLE = Path(__file__).parent / "catalogue.nt"
#: Terms that stand nowhere in it.
FOREIGN = (
    '""',
    '"x"@en',
    '"-1"^^<http://www.w3.org/2001/XMLSchema#integer>',
    '"a"^^<http://www.w3.org/2001/XMLSchema#boolean>',
    "<urn:x:>",
)


@lru_cache(maxsize=1)
def whole() -> tuple[list[list[str]], list[str]]:
    """The statements of `WHOLE` as text, and every term that may stand in one."""
    rows = [line.removesuffix(" .").split(" ", 2) for line in WHOLE.read_text().splitlines()]
    return rows, [*sorted({term for row in rows for term in row}), *FOREIGN]


def restated(data: bytes) -> None:
    """`WHOLE` with terms replaced, four bytes a change: well-formed Turtle that gets past the parser and means something else."""
    rows, terms = whole()
    changed = [list(row) for row in rows]
    for which, place, high, low in zip(*[iter(data[:80])] * 4, strict=False):
        row = changed[which % len(changed)]
        if place > 250:
            row[:] = []
        elif row:
            row[place % 3] = terms[(high << 8 | low) % len(terms)]
    catalogue("".join(f"{subject} {predicate} {value} .\n" for subject, predicate, value in filter(None, changed)).encode())


def changes() -> list[bytes]:
    return [b"", *(bytes([number, 2, 0, number * 3 % 256]) for number in range(0, 90, 5))]


def shapes(data: bytes) -> None:
    """Shapes, where rdflib reads the Turtle; what it raises is the concern of the target before."""
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = rdflib.Graph().parse(data=data, format="turtle")
    except Exception:  # noqa: BLE001  not ours
        return
    read_requirements(graph, vocabularies())


def requirements() -> list[bytes]:
    return [path.read_bytes() for path in sorted((SUITE / "requirements_errors").glob("*.ttl"))]


def vocabulary(data: bytes) -> None:
    compile_vocabularies({"fuzzed.ttl": data})


def vocabulary_sources() -> list[bytes]:
    return [path.read_bytes() for path in sorted(vocabulary_folder().glob("*.ttl")) if path.stat().st_size < 5_000]


def overlays(data: bytes) -> None:
    load_overlays(data, source="fuzzed.toml", vocabularies=vocabularies())


def overlay_files() -> list[bytes]:
    screen = b'[[overlay]]\nname = "a"\nvendor = "B*"\nmodel = "*"\n[overlay.attributes]\n"HardwarePlatform/ScreenSize" = "240x320"\n'
    list_ = b'[[overlay]]\nprofile = "http://*"\n[overlay.attributes]\n"SoftwarePlatform/CcppAccept" = ["a/b", 1, true]\n'
    shape = (
        b'[[overlay]]\nrequirement = """[] a sh:NodeShape ; sh:property [ sh:path prf:BitsPerPixel ; sh:maxInclusive 8 ] ."""\n'
    )
    return [screen, list_, shape + b'[overlay.attributes]\n"SoftwarePlatform/JavaEnabled" = false\n', screen + list_]


def pattern(data: bytes) -> None:
    """A pattern, a line break, a text: the pattern is refused, or searched for in the text."""
    regular, _, text = data.decode("utf-8", "replace").partition("\n")
    compile_pattern(regular).search(text[:1_000])


def patterns() -> list[bytes]:
    texts = (
        "^Nokia",
        "a|b",
        "(a+)+b",
        "[^a-z0-9]{2,3}$",
        r"\d+\.\d*",
        "a{0}",
        "((a?){9}b){2,}",
        "[]-a]",
        r"\\\n",
        ".*?x",
        "",
    )
    return [f"{one}\nNokia6600 aaab 12.5".encode() for one in texts]


# What comes over the network.


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


# What a repository takes in.


def spelling(data: bytes) -> None:
    """A text in canonical spelling, for every attribute that has one: to spell it again changes nothing."""
    text = collapse(data.decode("utf-8", "replace"))
    for name in sorted({name for family in normalisation().families for name in family.attributes}):
        for member in normalisation().canonical(name, text):
            assert normalisation().canonical(name, member) == (member,), f"{name}: {member} changes again"


@lru_cache(maxsize=1)
def normalisation() -> Normalisation:
    return load_normalisation(vocabularies())


def spellings() -> list[bytes]:
    """What stands in the rows, as it is."""
    cells = (cell for family in normalisation().families for row in family.rows for cell in (row.spelling, *row.canonical))
    return [cell.encode() for cell in dict.fromkeys(cells)]


def listed(data: bytes) -> None:
    """A list of profiles; its names can be stored."""
    json.dumps(read_list(data, "fuzzed"), ensure_ascii=False).encode()


def lists() -> list[bytes]:
    rows = b"http://a.example/a.rdf\ta.rdf\n# a comment\nb.example/b.rdf\n"
    return [
        rows,
        b'file,published_as,status\na.rdf,http://a.example/a.rdf,200\n"b, c.rdf",,404\n',
        b'{"uri": "http://a", "file": "a"}\n',
    ]


def agent(data: bytes) -> None:
    """A pattern, a line break, a User-Agent: the names in it, and whether it is as the pattern says."""
    pattern_, _, text = data.decode("utf-8", "replace").partition("\n")
    runs(text)
    weight(pattern_)
    holds(pattern_[:200], text)
    names(pattern_, text)


def agents() -> list[bytes]:
    texts = (b"Nokia6600/1.0 (5.27.0) SymbianOS/7.0s", b"Mozilla/5.0 (Linux; U; Android 1.5; en; HTC Magic Build/CRB17) [en]")
    return [
        pattern_ + b"\n" + text
        for pattern_ in (b"Nokia*", b"*Android ?.?*HTC*Build/*", b"Mozilla/5.0 (", b"*[en]*")
        for text in texts
    ]


TARGETS = (
    Target("profile", profile, profiles, tokens("xml"), 1_000),
    Target("turtle", written("turtle"), rewritten("turtle"), tokens("turtle"), 100),
    Target("ntriples", written("ntriples"), rewritten("nt"), tokens("turtle"), 100),
    Target("jsonld", written("jsonld"), rewritten("json-ld"), tokens("json"), 100),
    Target("request", request, requests, tokens("fields", "values"), 500),
    Target("android", device_spec, device_specs, tokens("json", "values"), 500),
    Target("conformance", conformance, profiles, tokens("xml"), 30),
    Target("catalogue", catalogue, catalogues, tokens("turtle"), 300),
    Target("restated", restated, changes, (b"\x00\x02\x00\x09", b"\xff", b"\x01"), 100),
    Target("requirements", shapes, requirements, tokens("turtle"), 300),
    Target("vocabulary", vocabulary, vocabulary_sources, tokens("turtle"), 200),
    Target("overlays", overlays, overlay_files, tokens("toml", "turtle"), 500),
    Target("pattern", pattern, patterns, tokens("pattern"), 2_000),
    Target("answer", answer, answers, tokens("http"), 2_000),
    Target("headers", headers, heads, tokens("fields"), 1_000),
    Target("wsp", wsp, blocks, WAP, 2_000),
    Target("wbxml", wbxml, wbxml_documents, WAP, 300),
    Target("uaprof", uaprof, profiles, tokens("xml"), 100),
    Target("spelling", spelling, spellings, tokens("values"), 300),
    Target("list", listed, lists, tokens("lists"), 1_000),
    Target("agent", agent, agents, tokens("values"), 500),
)


def named(name: str) -> Target:
    """The row of that name.

    Raises:
        KeyError: there is none.
    """
    return {target.name: target for target in TARGETS}[name]

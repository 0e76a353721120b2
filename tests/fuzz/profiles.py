"""Profiles, in RDF/XML and in other clothes, and whether they conform."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import TYPE_CHECKING
from unittest import mock

import rdflib

from ccpp.conformance import validate
from ccpp.conformance.formats import plain_report, sarif, turtle
from ccpp.conformance.schemas import load_schemas
from ccpp.conformance.uaprof import PROFILES
from ccpp.errors import ProfileError
from ccpp.exchange.uaprof import encode_uaprof
from ccpp.intake import intake_of, read_input, read_request
from ccpp.intake.android import read_device_spec
from ccpp.model import Kind
from ccpp.plain import plain_profile
from ccpp.reading import read_any, read_profile
from ccpp.reading.draft import Draft
from ccpp.reading.syntaxes import read_document
from ccpp.reading.variants import read_variants
from ccpp.resolution import resolve
from ccpp.samples import devices, sample

from .target import SUITE, URI, Target, tokens, vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.conformance.schemas import Schemas


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


def any_way(data: bytes) -> None:
    """A document that nothing but its beginning tells the syntax of, WBXML included, with every choice among twin components."""
    one = read_input(data, uri="urn:device", document="urn:device", vocabularies=vocabularies())
    json.dumps(plain_profile(resolve([one])))
    intake = intake_of("urn:device", data)
    if intake is None or intake.syntax:
        syntax = "rdfxml" if intake is None else str(intake.syntax)
        assert read_variants(data, syntax=syntax, uri="urn:device", vocabularies=vocabularies())


def inputs() -> list[bytes]:
    cases = json.loads((SUITE / "reading.json").read_text())
    twins = next(case["document"] for case in cases if case["description"].startswith("T-12"))
    small = sample("05-cirrus-messenger.rdf")
    return [twins.encode(), encode_uaprof(small), *rewritten("turtle")()[:3], *rewritten("json-ld")()[:2], *device_specs()]


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


TARGETS = (
    Target("profile", profile, profiles, tokens("xml"), 1_000),
    Target("turtle", written("turtle"), rewritten("turtle"), tokens("turtle"), 100),
    Target("ntriples", written("ntriples"), rewritten("nt"), tokens("turtle"), 100),
    Target("jsonld", written("jsonld"), rewritten("json-ld"), tokens("json"), 100),
    Target("input", any_way, inputs, tokens("turtle", "json"), 200),
    Target("request", request, requests, tokens("fields", "values"), 500),
    Target("android", device_spec, device_specs, tokens("json", "values"), 500),
    Target("conformance", conformance, profiles, tokens("xml"), 30),
)

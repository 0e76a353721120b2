"""Other syntaxes of RDF: whatever a profile is written in, it says the same; what is none of them is one clear error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from ccpp.errors import ProfileError
from ccpp.reading import MAX_DOCUMENT, read_profile
from ccpp.reading.syntaxes import SYNTAXES, read_document, syntax_of
from ccpp.resolution import resolve
from ccpp.samples import devices, sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARIES = load_vocabularies()
URI = "http://profiles.example/device.rdf"
OTHERS = {"turtle": "turtle", "ntriples": "nt11", "jsonld": "json-ld"}


def written(data: bytes, syntax: str) -> bytes:
    return rdflib.Graph().parse(data=data, format="xml", publicID=URI).serialize(format=OTHERS[syntax]).encode()


def digest(data: bytes, syntax: str) -> str:
    return resolve([read_document(data, syntax=syntax, uri=URI, vocabularies=VOCABULARIES)]).digest


@pytest.mark.parametrize("syntax", OTHERS)
@pytest.mark.parametrize("name", devices())
def test_the_digest_is_that_of_the_content(name: str, syntax: str) -> None:
    whole = resolve([read_profile(sample(name), uri=URI, vocabularies=VOCABULARIES)])
    repeated = {"attribute-repeated", "attribute-from-two-schemas", "component-repeated"}
    if repeated & {finding.code for finding in whole.diagnostics}:
        pytest.skip("a graph has no order, and this profile states something twice")
    assert digest(written(sample(name), syntax), syntax) == whole.digest


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_real_profiles_survive_another_syntax(real_profiles: list[Path]) -> None:
    compared = 0
    for path in real_profiles[:: len(real_profiles) // 40]:
        try:
            whole = resolve([read_profile(path.read_bytes(), uri=URI, vocabularies=VOCABULARIES, strict=True)])
        except ProfileError:
            continue
        if any("repeated" in finding.code or "two-schemas" in finding.code for finding in whole.diagnostics):
            continue
        for syntax in OTHERS:
            assert digest(written(path.read_bytes(), syntax), syntax) == whole.digest, (path.name, syntax)
        compared += 1
    assert compared >= 15


def test_order_is_that_of_the_document() -> None:
    turtle = """@prefix ccpp: <http://www.w3.org/2002/11/08-ccpp-schema#> .
        @prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#> .
        <#p> ccpp:component <#h> . <#h> a prf:HardwarePlatform ; prf:Model "first" , "second" ; prf:CPU "z" ."""
    profile = read_document(turtle.encode(), syntax="turtle", uri=URI, vocabularies=VOCABULARIES)
    assert [one.value for one in profile.stated] == ["first", "second", "z"]
    assert [finding.code for finding in profile.diagnostics] == ["attribute-repeated"]


@pytest.mark.parametrize(
    ("name", "media_type", "syntax"),
    [
        ("a.rdf", "", "rdfxml"),
        ("a.ttl", "", "turtle"),
        ("A.NT", "", "ntriples"),
        ("a.jsonld", "", "jsonld"),
        ("a", "", "rdfxml"),
        ("a.rdf", "text/turtle; charset=utf-8", "turtle"),
        ("", "Application/LD+JSON", "jsonld"),
        ("a.ttl", "text/plain", "turtle"),
    ],
)
def test_the_syntax_is_found_by_media_type_then_suffix(name: str, media_type: str, syntax: str) -> None:
    assert syntax_of(name, media_type) == syntax


@pytest.mark.parametrize(
    ("syntax", "data", "message"),
    [
        ("turtle", b"<#a> <#b>", "not Turtle"),
        ("turtle", b"\xff", "not Turtle"),
        ("turtle", b"<#a> " * 20, "not Turtle"),
        ("ntriples", b"<a> <b> .", "not N-Triples"),
        ("jsonld", b"{", "not JSON"),
        ("jsonld", b"[" * 100_000, "not JSON"),
        ("jsonld", b"[" * 80 + b"]" * 80, "levels of JSON"),
        ("jsonld", b'{"@context": "http://evil.example/context", "a": "b"}', "in another document"),
        ("jsonld", b'{"@context": [{}, "http://evil.example/context"]}', "in another document"),
        ("jsonld", b'{"@context": {"@import": "http://evil.example/context"}}', "in another document"),
        ("jsonld", b"{}", "no profile"),
        ("turtle", b"#" * (MAX_DOCUMENT + 1), "more than"),
    ],
)
def test_what_cannot_be_read_is_one_error(syntax: str, data: bytes, message: str) -> None:
    with pytest.raises(ProfileError, match=message) as caught:
        read_document(data, syntax=syntax, uri=URI, vocabularies=VOCABULARIES, document="file")
    assert caught.value.source == "file"
    assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SYNTAXES)), st.binary(max_size=60) | st.text('<>#a.:"@{}[],;_ \n', max_size=60).map(str.encode))
def test_any_bytes_give_a_profile_or_a_profile_error(syntax: str, data: bytes) -> None:
    try:
        read_document(data, syntax=syntax, uri=URI, vocabularies=VOCABULARIES)
    except ProfileError as error:
        assert "\n" not in str(error)  # noqa: PT017  either way is right

"""Other ways in, case by case: what a request or a device specification states, what was found, what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SUITE
from hypothesis import given
from hypothesis import strategies as st

from ccpp.errors import CcppError, ProfileError
from ccpp.exchange.uaprof import encode_uaprof
from ccpp.intake import intake_of, read_input, read_request
from ccpp.intake.accept import KINDS, MAX_MEMBERS, Precedence, read_accept
from ccpp.intake.android import read_device_spec
from ccpp.intake.client_hints import accept_hints, read_client_hints
from ccpp.intake.mapping import load_mapping
from ccpp.intake.structured import MAX_FIELD, parse_item, parse_list
from ccpp.plain import plain_value
from ccpp.reading import MAX_DOCUMENT, read_profile
from ccpp.resolution import resolve
from ccpp.samples import sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from ccpp.model import Profile

ALL = json.loads((SUITE / "intake.json").read_text())
CASES = [case for case in ALL if "joined" not in case]
JOINED = [case for case in ALL if "joined" in case]
VOCABULARIES = load_vocabularies()
URI = "urn:client"


def read(case: dict[str, Any]) -> Profile:
    if "json" in case:
        return read_device_spec(json.dumps(case["json"]).encode(), uri=URI, vocabularies=VOCABULARIES)
    head = "\r\n".join(case["headers"]).encode()
    return read_request(head, uri=URI, document=URI, vocabularies=VOCABULARIES)


@pytest.mark.parametrize("case", CASES, ids=[case["description"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(ProfileError) as caught:
            read(case)
        assert caught.value.kind == case["error"]
        return
    profile = resolve([read(case)])
    assert {str(name): plain_value(one.value) for name, one in profile.attributes.items()} == case["attributes"]
    assert sorted({finding.code for finding in profile.diagnostics}) == case["findings"]


@pytest.mark.parametrize("source", ["client-hints", "android"])
def test_every_row_names_attributes_and_has_a_case(source: str) -> None:
    tried = {header.partition(":")[0].lower() for case in CASES for header in case.get("headers", ())}
    tried |= {key.lower() for case in CASES if isinstance(case.get("json"), dict) for key in case["json"]}
    for name, row in load_mapping(source).items():
        assert all(VOCABULARIES.named(attribute) for attribute in row.attributes)
        if source == "android" and name != "devicetier":
            assert name in tried


@pytest.mark.parametrize("precedence", Precedence)
@pytest.mark.parametrize("case", JOINED, ids=[case["description"] for case in JOINED])
def test_the_request_and_the_profile_are_joined_by_precedence(case: dict[str, Any], precedence: Precedence) -> None:
    device = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns:prf="http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#">
        <rdf:Description rdf:ID="P"><prf:component><prf:SoftwarePlatform rdf:ID="S">{case["software"]}</prf:SoftwarePlatform>
        </prf:component></rdf:Description></rdf:RDF>"""
    profile = read_profile(device.encode(), uri=URI, vocabularies=VOCABULARIES)
    headers = [tuple(header.split(": ", 1)) for header in case["headers"]]
    accepted = read_accept(headers, vocabularies=VOCABULARIES, precedence=precedence)
    assert accepted is not None
    assert {one.origin.kind for one in accepted.stated} == {KINDS[precedence]}
    resolved = resolve([profile, accepted])
    stated = {str(name): plain_value(one.value) for name, one in resolved.attributes.items()}
    assert stated == case["joined"][precedence.value]


def test_headers_that_say_nothing_state_nothing() -> None:
    assert read_accept([("Host", "a.example")], vocabularies=VOCABULARIES) is None
    assert read_client_hints([("Host", "a.example")], vocabularies=VOCABULARIES) is None


def test_a_browser_is_asked_for_every_hint() -> None:
    asked = dict(accept_hints())
    assert {name.strip().lower() for name in asked["Accept-CH"].split(",")} == set(load_mapping("client-hints"))


def test_the_way_in_is_told_by_name_and_content() -> None:
    assert intake_of("a.rdf", sample("01-aurora-a100.rdf")) is None
    labels = {
        ("a.json", b'{"sdkVersion": 3}'): "Android device specification",
        ("a.json", b'{"@context": {}}'): "JSON-LD",
        ("a.json", b"{"): "JSON-LD",
        ("a.http", b""): "HTTP request",
        ("a.ttl", b""): "Turtle",
        ("a.nt", b""): "N-Triples",
        ("a.wbxml", b""): "WBXML",
        ("-", b' {"sdkVersion": 3}'): "Android device specification",
        ("http://a.example/p", b"\xef\xbb\xbf[]"): "JSON-LD",
        ("http://a.example/p", b"# a comment\n@prefix p: <urn:p> ."): "Turtle",
        ("-", b"PREFIX p: <urn:p>"): "Turtle",
        ("-", b"\n# a comment\n<urn:a> <urn:b> <urn:c> .\n"): "N-Triples",
        ("-", encode_uaprof(sample("01-aurora-a100.rdf"))): "WBXML",
    }
    for name, data in (("-", b"<rdf:RDF> <rdf:Description> <a/>\n"), ("p", b""), ("p", b"<a:b> <c> . \n"), ("p", b"\x01")):
        assert intake_of(name, data) is None
    for (name, data), label in labels.items():
        found = intake_of(name, data)
        assert found is not None
        assert found.label == label


@pytest.mark.parametrize("name", ["02-aurora-a350.rdf", "09-echo-droid.rdf"])
def test_a_profile_in_wbxml_is_the_profile(name: str) -> None:
    whole = resolve([read_profile(sample(name), uri=URI, vocabularies=VOCABULARIES)])
    packed = read_input(encode_uaprof(sample(name)), uri=URI, document=name, vocabularies=VOCABULARIES)
    assert resolve([packed]).digest == whole.digest


def test_bounds() -> None:
    assert parse_item('"' + "x" * MAX_FIELD + '"') is None
    assert parse_list("a, " * MAX_FIELD) is None
    accepted = read_accept([("Accept", ", ".join(f"a/{n}" for n in range(MAX_MEMBERS + 9)))], vocabularies=VOCABULARIES)
    assert accepted is not None
    assert len(accepted.stated[0].raw) == MAX_MEMBERS
    with pytest.raises(ProfileError, match="more than"):
        read_device_spec(b" " * (MAX_DOCUMENT + 1), uri=URI, vocabularies=VOCABULARIES)


@pytest.mark.parametrize(
    "text",
    ["", "a b", '"a', '"\\a"', "1.2345", "?2", "a;B", "a;b=", "(a b)", "a,", "a,,b", ":a", "1234567890123456", '"\x7f"', "é"],
)
def test_what_is_no_list_of_items_is_refused(text: str) -> None:
    assert parse_list(text) in (None, []) if text == "" else parse_list(text) is None


@given(st.text(max_size=40))
def test_any_field_is_parsed_or_refused(text: str) -> None:
    parse_item(text)
    parse_list(text)
    for name in ("Accept", "Sec-CH-UA", "Sec-CH-DPR", "Sec-CH-UA-Mobile", "Save-Data", "Sec-CH-UA-Form-Factors"):
        read_client_hints([(name, text)], vocabularies=VOCABULARIES)
        read_accept([(name, text)], vocabularies=VOCABULARIES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["sdkVersion", "supportedAbis", "codename", "sdkRuntime", "x"]), JSON))
def test_any_json_gives_a_profile_or_an_error(specification: dict[str, Any]) -> None:
    try:
        read_device_spec(json.dumps(specification).encode(), uri=URI, vocabularies=VOCABULARIES)
    except ProfileError as error:
        assert "\n" not in str(error)  # noqa: PT017  either way is right


@given(st.binary(max_size=60), st.sampled_from(["a.json", "a.http", "a.ttl", "a.nt", "a.jsonld", "a.wbxml"]))
def test_any_bytes_give_a_profile_or_an_error(data: bytes, name: str) -> None:
    intake = intake_of(name, data)
    assert intake is not None
    try:
        intake.read(data, uri=URI, document=name, vocabularies=VOCABULARIES, kind=KINDS[Precedence.UNION], strict=False)
    except CcppError as error:
        assert "\n" not in str(error)  # noqa: PT017  either way is right

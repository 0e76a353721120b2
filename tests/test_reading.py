"""Reading, case by case: the document, what it states, what was found, and what the strict reader says."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SUITE
from hypothesis import given, settings
from hypothesis import strategies as st

from ccpp.diagnostics import DIAGNOSTICS
from ccpp.errors import ProfileError
from ccpp.model import Kind
from ccpp.plain import plain_value
from ccpp.reading import MAX_DOCUMENT, read_any, read_profile
from ccpp.reading.draft import Draft
from ccpp.reading.repairs import TOLERATED, mend
from ccpp.reading.usual import read_usual
from ccpp.resolution import resolve
from ccpp.samples import devices, sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from ccpp.model import Profile, ResolvedProfile
    from ccpp.vocabulary import Vocabularies

CASES = json.loads((SUITE / "reading.json").read_text())
INTAKE = json.loads((SUITE / "intake.json").read_text())
RESOLUTION = json.loads((SUITE / "resolution.json").read_text())
EXCHANGE = json.loads((SUITE / "exchange.json").read_text())["requests"]
VOCABULARIES = load_vocabularies()
URI = "http://profiles.example/device.rdf"


def document(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["base64"]) if "base64" in case else case["document"].encode()


def both(data: bytes, vocabularies: Vocabularies, *, strict: bool) -> Profile:
    """The profile, whichever reader read it: the one for usual documents and the one for any must not be told apart."""

    def draft() -> Draft:
        return Draft(URI, URI, vocabularies, Kind.EXPLICIT, strict=strict)

    try:
        usual = read_usual(data, draft())
    except ProfileError as error:
        with pytest.raises(type(error), match=re.escape(error.message)):
            read_any(data, draft())
        raise
    profile = read_any(data, draft())
    assert usual is None or usual == profile
    assert read_profile(data, uri=URI, vocabularies=vocabularies, strict=strict) == profile
    return profile


def read(data: bytes, vocabularies: Vocabularies = VOCABULARIES, *, strict: bool = False) -> ResolvedProfile:
    return resolve([both(data, vocabularies, strict=strict)])


@pytest.mark.parametrize("case", CASES, ids=[case["description"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(ProfileError) as caught:
            read(document(case))
        assert caught.value.kind == case["error"]
        return
    profile = read(document(case))
    assert {str(name): plain_value(one.value) for name, one in profile.attributes.items()} == case["attributes"]
    assert [diagnostic.code for diagnostic in profile.diagnostics] == case["findings"]
    if "strict" in case:
        with pytest.raises(ProfileError, match=case["strict"]):
            read(document(case), strict=True)
    else:
        assert read(document(case), strict=True).digest == profile.digest


@pytest.mark.parametrize("code", sorted(DIAGNOSTICS))
def test_every_finding_has_a_case(code: str) -> None:
    assert any(code in case["findings"] for case in [*CASES, *RESOLUTION, *EXCHANGE, *INTAKE] if "findings" in case)


def test_what_is_tolerated_is_a_finding() -> None:
    assert set(DIAGNOSTICS) >= TOLERATED


@pytest.mark.parametrize("name", devices())
def test_repairs_leave_healthy_documents_alone(name: str) -> None:
    mended = mend(sample(name))
    assert mended is not None
    assert mended[1] == ()
    assert read(mended[0]).digest == read(sample(name)).digest


def test_a_document_past_the_bound_is_refused() -> None:
    with pytest.raises(ProfileError) as caught:
        read(b"<a>" + bytes(MAX_DOCUMENT))
    assert caught.value.kind == "too-large"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_profile_or_a_profile_error(data: bytes) -> None:
    survives(data)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(devices()), st.data())
def test_any_damage_gives_a_profile_or_a_profile_error(name: str, draw: st.DataObject) -> None:
    """Slices of a sample taken out, doubled or replaced: as files break in the world."""
    data = sample(name)
    for _ in range(draw.draw(st.integers(1, 4))):
        start = draw.draw(st.integers(0, len(data)))
        end = draw.draw(st.integers(start, min(len(data), start + 40)))
        piece = draw.draw(
            st.sampled_from([b"", data[start:end] * 2, b"<", b"&", b'"', b"</rdf:li>", b"\x00", b"\xff", b"<!--"])
        )
        data = data[:start] + piece + data[end:]
    survives(data)


def survives(data: bytes) -> None:
    try:
        profile = read(data)
    except ProfileError as error:
        assert "\n" not in str(error)  # noqa: PT017  either way is right
    else:
        assert all(diagnostic.message for diagnostic in profile.diagnostics)

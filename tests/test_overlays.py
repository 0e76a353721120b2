"""Overlays, case by case: which apply, what they change, and what is refused; and that the origin tells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SUITE

from ccpp.errors import OverlayError
from ccpp.model import Kind
from ccpp.overlays import MAX_OVERLAYS, corrections, load_overlays
from ccpp.plain import plain_value
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import sample

if TYPE_CHECKING:
    from ccpp.vocabulary import Vocabularies

CASES = json.loads((SUITE / "overlays.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["description"] for case in CASES])
def test_case(case: dict[str, Any], vocabularies: Vocabularies) -> None:
    data = case["overlays"].encode(errors="surrogateescape")
    if "error" in case:
        with pytest.raises(OverlayError, match=case["error"]) as caught:
            load_overlays(data, source="overlays.toml", vocabularies=vocabularies)
        assert caught.value.source == "overlays.toml"
        return
    document = read_profile(sample("03-borealis-b610.rdf"), uri="urn:b610", vocabularies=vocabularies)
    before = resolve([document])
    overlays = load_overlays(data, source="overlays.toml", vocabularies=vocabularies)
    after = resolve([document, *corrections(overlays, before)])
    changed = {name for name in after.attributes if after.values(name) != before.values(name)}
    assert {str(name): plain_value(after.attributes[name].value) for name in changed} == case["changes"]
    for name in changed:
        [winner] = after.attributes[name].winners
        assert winner.origin.kind is Kind.OVERRIDE
        assert winner.origin.document.startswith("overlays.toml: ")


def test_a_file_past_the_bound_is_refused(vocabularies: Vocabularies) -> None:
    with pytest.raises(OverlayError, match="more than"):
        load_overlays(b"#" * (MAX_OVERLAYS + 1), source="overlays.toml", vocabularies=vocabularies)

"""The vocabularies: complete, equal to their compiled form, and equal to the facts they were written from."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT, SUITE

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError, VocabularyError
from ccpp.vocabulary import MAX_REMEMBERED, Vocabularies, compile_vocabularies, load_vocabularies, serialise

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = sorted(path for path in (ROOT / "vocabularies").glob("*.ttl") if path.name != "requirements.ttl")
CASES = json.loads((SUITE / "vocabulary.json").read_text())


def test_the_compiled_form_is_that_of_the_turtle() -> None:
    compiled = compile_vocabularies({path.name: path.read_bytes() for path in SOURCES})
    assert (ROOT / "vocabularies" / "compiled.json").read_text() == serialise(compiled)


@pytest.mark.parametrize("case", CASES, ids=[case["description"] for case in CASES])
def test_spellings(case: dict[str, object], vocabularies: Vocabularies) -> None:
    found = vocabularies.attribute(str(case["uri"]))
    name = str(found.attribute.name) if found.attribute else None
    assert (case["attribute"], case["findings"]) == (name, [code for code, _ in found.findings])


def test_every_attribute_is_complete(vocabularies: Vocabularies) -> None:
    for name, attribute in vocabularies.attributes.items():
        assert attribute.name == name
        assert attribute.datatype in DATATYPES
        assert vocabularies.attribute(attribute.uri).attribute == attribute


def test_facts(shared: Path, vocabularies: Vocabularies) -> None:
    """Every published row: the same component (or the one before it moved), datatype, container and rule."""
    wrong = []
    with (shared / "reference" / "uaprof_attributes.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if "observed" in f"{row['schema_id']} {row['status']}":
                continue
            found = vocabularies.attribute(row["schema_namespace"] + row["attribute"])
            attribute = found.attribute
            component = "" if row["component"] == "(any component)" else row["component"]
            if (
                attribute is None
                or component not in found.components
                or attribute.datatype != row["datatype"]
                or attribute.rule != (row["resolution_rule"] or "Override")
                # SecuritySupport and SupportedBearers were single values before they were Bags.
                or (
                    attribute.container != row["container"]
                    and attribute.name.name not in {"SecuritySupport", "SupportedBearers"}
                )
                or found.findings
            ):
                wrong.append((row, found))
    assert wrong == []


def test_names_that_people_use(vocabularies: Vocabularies) -> None:
    by_name = vocabularies.named("ScreenSize")
    assert by_name == vocabularies.named("HardwarePlatform/ScreenSize")
    assert by_name == vocabularies.named("http://www.wapforum.org/UAPROF/ccppschema-20000405#ScreenSize")
    with pytest.raises(RequirementError, match="did you mean `HardwarePlatform/ColorCapable`"):
        vocabularies.named("ColourCapable")


def test_hostile_names_do_not_fill_the_memory() -> None:
    vocabularies = load_vocabularies()
    for number in range(2 * MAX_REMEMBERED):
        vocabularies.attribute(f"urn:hostile#{number}")
    assert len(vocabularies._seen_attributes) <= MAX_REMEMBERED


PREFIXES = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ccpp: <http://www.w3.org/2002/11/08-ccpp-schema#> .
@prefix voc: <urn:ccpp:vocabulary#> .
@prefix my: <urn:my#> .
<urn:v> a voc:Vocabulary ; rdfs:label "mine" ; voc:namespace "urn:my#" .
my:C a rdfs:Class ; rdfs:subClassOf ccpp:Component .
"""


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        ("my:A a ccpp:Attribute ; rdfs:domain my:C ; voc:rule voc:Locked .", "`A` has no known datatype"),
        ("my:A a ccpp:Attribute ; rdfs:domain my:C ; rdfs:range voc:Number ; voc:rule voc:Often .", "`A` has no known rule"),
        ("my:A a ccpp:Attribute", "not Turtle"),
    ],
)
def test_broken_vocabularies_are_refused(turtle: str, message: str) -> None:
    with pytest.raises(VocabularyError, match=message) as caught:
        compile_vocabularies({"mine.ttl": (PREFIXES + turtle).encode()})
    assert caught.value.source == "mine.ttl"


def test_a_new_vocabulary_is_one_file() -> None:
    turtle = PREFIXES + "my:Zoom a ccpp:Attribute ; rdfs:domain my:C ; rdfs:range voc:Number ; voc:rule voc:Locked ."
    mine = Vocabularies(compile_vocabularies({"mine.ttl": turtle.encode()}))
    assert mine.named("C/Zoom").datatype == "Number"


def test_one_namespace_belongs_to_one_vocabulary() -> None:
    other = PREFIXES.replace('voc:namespace "urn:my#"', 'voc:namespace "urn:other#" ; voc:alias "urn:my#"')
    with pytest.raises(VocabularyError, match="belongs to two vocabularies"):
        compile_vocabularies({"mine.ttl": PREFIXES.encode(), "other.ttl": other.encode()})

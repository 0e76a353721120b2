"""What is said of one variant on one device, on the shipped samples: the device, the requirement, the neighbours; as data, page and report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import rdflib

from ccpp.advice import advise
from ccpp.catalogue.loading import load_catalogue
from ccpp.console import show_advice
from ccpp.matching.definition import evaluate
from ccpp.matching.explanation import explain
from ccpp.matching.reporting import validation_report
from ccpp.model import Dimension, ResolvedProfile, Verdict
from ccpp.page import explanation_page
from ccpp.plain import plain_advice
from ccpp.reading import read_profile
from ccpp.requirements.shacl import read_requirements
from ccpp.resolution import resolve
from ccpp.samples import CATALOGUE, devices, sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from ccpp.catalogue.model import Catalogue

VOCABULARIES = load_vocabularies()
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
PROFILES = {name: resolve([read_profile(sample(name), uri=f"urn:{name}", vocabularies=VOCABULARIES)]) for name in devices()}
LOADED = load_catalogue(sample(CATALOGUE), source=CATALOGUE, vocabularies=VOCABULARIES)
VARIANTS = [variant for one in LOADED.applications.values() for variant in one.variants if variant.requirement]


@pytest.fixture
def catalogue() -> Catalogue:
    return LOADED


def test_a_screen_that_is_too_small(catalogue: Catalogue) -> None:
    variant = next(one for one in VARIANTS if one.id == "chess-large")
    advice = advise(variant, PROFILES["07-delta-n80.rdf"], catalogue, VOCABULARIES.attributes)
    assert [(str(change.attribute), change.after) for change in advice.device or ()] == [
        ("HardwarePlatform/ScreenSize", (Dimension(240, 320),))
    ]
    assert [change.operand for change in advice.requirement or ()] == [Dimension(176, 208)]
    assert [str(name) for name in advice.core] == ["HardwarePlatform/ScreenSize"]
    assert advice.missing == ()
    assert [(other.id, unmet) for other, unmet in advice.nearest] == [
        ("chess-medium", 0),
        ("chess-small", 0),
        ("chess-android", 1),
    ]
    assert "176x208 → 240x320" in show_advice(advice)
    assert plain_advice(advice)["flip"]["requirement"] == [
        {
            "attribute": "HardwarePlatform/ScreenSize",
            "asked": "is at least 240x320 both ways",
            "instead": "is at least 176x208 both ways",
        }
    ]


@pytest.mark.parametrize("closed_world", [False, True])
@pytest.mark.parametrize("variant", VARIANTS, ids=[variant.id for variant in VARIANTS])
def test_every_variant_on_every_sample(variant: object, catalogue: Catalogue, *, closed_world: bool) -> None:
    for profile in PROFILES.values():
        advice = advise(variant, profile, catalogue, VOCABULARIES.attributes, closed_world=closed_world)  # type: ignore[arg-type]
        verdict = advice.explanation.verdict
        assert (advice.device == () == advice.requirement) is (verdict is Verdict.SATISFIED)
        if advice.device and not closed_world:
            changed = with_values(profile, {change.attribute: change.after for change in advice.device})
            required = catalogue.requirements[variant.requirement]  # type: ignore[attr-defined]
            assert evaluate(required, changed, catalogue.requirements) is Verdict.SATISFIED
        if closed_world:
            assert advice.missing == ()
        page = explanation_page("<title>", advice)
        assert "&lt;title&gt;" in page
        assert page.count("<ul>") == page.count("</ul>")
        report = validation_report(advice.explanation, profile, "urn:shape", VOCABULARIES.attributes)
        graph = rdflib.Graph().parse(data=report, format="turtle")
        [node] = graph.subjects(rdflib.RDF.type, SH.ValidationReport)
        assert graph.value(node, SH.conforms) == rdflib.Literal(verdict is Verdict.SATISFIED)
        results = set(graph.subjects(rdflib.RDF.type, SH.ValidationResult))
        assert bool(results) is (verdict is not Verdict.SATISFIED)
        for result in results:
            assert graph.value(result, SH.focusNode) == rdflib.URIRef(profile.uri)
            assert graph.value(result, SH.sourceConstraintComponent) is not None


def test_a_report_has_the_severity_and_the_messages_that_a_shape_states() -> None:
    turtle = """@prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#> .
        <urn:r> a sh:NodeShape ; sh:severity sh:Info ; sh:message "zu klein"@de , "too small"@en ;
            sh:property [ sh:path prf:BitsPerPixel ; sh:minInclusive 99 ] ."""
    graph = read_requirements(rdflib.Graph().parse(data=turtle, format="turtle"), VOCABULARIES)
    profile = PROFILES["07-delta-n80.rdf"]
    reasons = explain(graph["urn:r"], profile, graph)
    report = validation_report(reasons, profile, "urn:r", VOCABULARIES.attributes, graph.annotations)
    parsed = rdflib.Graph().parse(data=report, format="turtle")
    [result] = parsed.subjects(rdflib.RDF.type, SH.ValidationResult)
    assert parsed.value(result, SH.resultSeverity) == SH.Info
    messages = set(parsed.objects(result, SH.resultMessage))
    assert messages >= {rdflib.Literal("zu klein", lang="de"), rdflib.Literal("too small", lang="en")}


def with_values(profile: ResolvedProfile, values: dict) -> ResolvedProfile:
    attributes = dict(profile.attributes)
    for name, after in values.items():
        known = VOCABULARIES.attributes[name]
        base = attributes.get(name) or next(iter(attributes.values()))
        attributes[name] = base._replace(attribute=known, value=after)
    return profile._replace(attributes=attributes)


def test_a_variant_without_requirement_has_no_reasons(catalogue: Catalogue) -> None:
    variant = VARIANTS[0]
    with pytest.raises(ValueError, match=variant.id):
        advise(variant.__class__(**{**fields(variant), "requirement": None}), PROFILES["07-delta-n80.rdf"], catalogue, {})


def fields(variant: object) -> dict:
    return {name: getattr(variant, name) for name in variant.__dataclass_fields__}  # type: ignore[attr-defined]

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rdflib import Graph

from ccpp.datatypes import DATATYPES
from ccpp.matching import columns
from ccpp.matching.compiler import compile_matcher
from ccpp.matching.definition import ClosedWorld, evaluate
from ccpp.matching.explanation import changes, explain, render_explanation, short_name
from ccpp.model import AttributeName, Container, Kind, Origin, Resolved, ResolvedProfile, Stated, Status, Verdict
from ccpp.requirements.shacl import read_requirements
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from ccpp.requirements.graph import RequirementGraph

SUITE = Path(__file__).parent / "suite"
VOCABULARIES = load_vocabularies()
PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix req: <urn:ccpp:requirement#> .
@prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#> .
@prefix : <urn:example#> .
"""
GAME = """
    :Game a sh:NodeShape ; sh:node :Midp2 , :Colour ;
        sh:property [ sh:path prf:ScreenSize ; req:dimensionAtLeast "176x208" ] ;
        sh:not [ sh:property [ sh:path prf:Model ; sh:pattern "^Slow" ] ] .
    :Midp2 a sh:NodeShape ; sh:property [ sh:path prf:JavaPlatform ; sh:minCount 1 ; req:versionAtLeast "MIDP/2.0" ] .
    :Colour a sh:NodeShape ; sh:or ( [ sh:property [ sh:path prf:ColorCapable ; sh:hasValue true ] ]
                                     [ sh:property [ sh:path prf:BitsPerPixel ; sh:minInclusive 8 ] ] ) .
"""


def read(turtle: str) -> RequirementGraph:
    return read_requirements(Graph().parse(data=PREFIXES + turtle, format="turtle"), VOCABULARIES)


def profile_of(stated: dict[str, list[str]]) -> ResolvedProfile:
    resolved = {}
    for line, (text, raw) in enumerate(stated.items(), start=1):
        attribute = VOCABULARIES.named(text)
        values = tuple(DATATYPES[attribute.datatype].read(one).value for one in raw)
        value = values if attribute.container is not Container.NONE or len(values) != 1 else values[0]
        origin = Origin("device.rdf", Kind.EXPLICIT, line, attribute.uri)
        winner = Stated(attribute, value, Status.OK, tuple(raw), origin)
        resolved[attribute.name] = Resolved(attribute, value, Status.OK, (winner,), ())
    return ResolvedProfile("urn:device", resolved, (), "")


def suite_cases() -> list[object]:
    return [
        pytest.param(group["shapes"], test, id=f"{group['description']}: {test['description']}")
        for group in json.loads((SUITE / "matching.json").read_bytes())
        for test in group["tests"]
    ]


@pytest.mark.parametrize(("shapes", "test"), suite_cases())
def test_matching_suite(shapes: list[str], test: dict[str, dict[str, str]]) -> None:
    graph = read("\n".join(shapes))
    profile = profile_of(test["stated"])  # type: ignore[arg-type]
    matcher = compile_matcher(graph)
    for world, expected in ((profile, test["open"]), (ClosedWorld(profile), test["closed"])):
        assert {short_name(name): evaluate(graph[name], world, graph) for name in graph} == expected
        found = matcher.match(profile, closed_world=world is not profile)
        assert {short_name(name): verdict for name, verdict in found.items()} == expected


# The matcher.


def test_verdicts_come_in_the_order_of_the_names_asked_for() -> None:
    graph = read(GAME)
    names = ["urn:example#Midp2", "urn:example#Game"]
    assert list(compile_matcher(graph, names).match(profile_of({}))) == names
    assert set(compile_matcher(graph).match(profile_of({}))) == set(graph)


def test_what_a_column_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MAX_REMEMBERED", 3)
    monkeypatch.setattr(columns, "MAX_TOGETHER", 3)
    monkeypatch.setattr(columns, "MAX_SHAPES", 3)
    graph = read(GAME)
    matcher = compile_matcher(graph)
    table = matcher._table
    others = sorted(table._attributes - {("HardwarePlatform", "BitsPerPixel")})
    for number in range(20):
        stated = {"HardwarePlatform/BitsPerPixel": [str(number)], f"{others[number % len(others)]}": ["1"]}
        profile = profile_of(stated)
        assert matcher.match(profile)["urn:example#Colour"] is evaluate(graph["urn:example#Colour"], profile, graph)
    assert all(len(column.remembered) <= 3 for column in table.columns)
    assert all(len(group) <= 3 for _, group in table._groups)
    assert 1 < len(table._shapes[False]) <= 3


def test_what_only_a_profile_names_is_not_remembered() -> None:
    matcher = compile_matcher(read(GAME))
    [resolved] = profile_of({"HardwarePlatform/BitsPerPixel": ["8"]}).attributes.values()
    stranger = profile_of({})._replace(attributes={AttributeName("urn:strange", "attribute"): resolved})
    assert matcher.match(stranger) == matcher.match(profile_of({}))
    assert list(matcher._table._shapes[False]) == [frozenset()]


def test_values_that_python_takes_for_equal_are_kept_apart() -> None:
    """`True == 1`, but no attribute has both: a Boolean is a bool or a text, a Number an int or a text."""
    for name, datatype in DATATYPES.items():
        types = {type(datatype.read(text).value) for text in ("1", "0", "Yes", "No", "true", "1x1", "1/1", "MIDP", "")}
        assert len(types - {str}) <= 1, name


def test_threads_may_share_a_matcher() -> None:
    graph = read(GAME)
    matcher = compile_matcher(graph)
    profiles = [
        profile_of({"HardwarePlatform/BitsPerPixel": [str(number % 16)], "HardwarePlatform/ColorCapable": ["No"]})
        for number in range(200)
    ]
    expected = [{name: evaluate(graph[name], profile, graph) for name in graph} for profile in profiles]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(matcher.match, profiles)) == expected


@pytest.mark.parametrize("module", ["ccpp.matching.compiler", "ccpp.matching.definition", "ccpp.matching.explanation"])
def test_matching_imports_no_rdf_library(module: str) -> None:
    program = f"import sys, {module}; print(*{{'rdflib', 'networkx', 'pyshacl'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# Explanations.


def test_explanation_of_a_refusal() -> None:
    graph = read(GAME)
    profile = profile_of(
        {
            "SoftwarePlatform/JavaPlatform": ["MIDP/1.0", "CLDC/1.0"],
            "HardwarePlatform/ColorCapable": ["No"],
            "HardwarePlatform/ScreenSize": ["240x320"],
            "HardwarePlatform/Model": ["Fast"],
        }
    )
    explanation = explain(graph["urn:example#Game"], profile, graph)
    assert render_explanation(explanation).splitlines() == [
        "✗ all of",
        "  ✗ Midp2",
        "    ✗ all of",
        "      ✗ SoftwarePlatform/JavaPlatform has version `MIDP/2.0` or later: MIDP/1.0, CLDC/1.0 (device.rdf:1)",
    ]
    assert {str(name) for name in explanation.cited} == {"SoftwarePlatform/JavaPlatform"}
    assert changes(explanation) == ["change SoftwarePlatform/JavaPlatform so that it has version `MIDP/2.0` or later"]


def test_explanation_of_what_is_not_stated() -> None:
    graph = read(GAME)
    profile = profile_of({"HardwarePlatform/ColorCapable": ["No"], "SoftwarePlatform/JavaPlatform": ["MIDP/2.0"]})
    explanation = explain(graph["urn:example#Game"], profile, graph)
    assert explanation.verdict is Verdict.INDETERMINATE
    assert render_explanation(explanation).splitlines() == [
        "? all of",
        "  ? Colour",
        "    ? any of",
        "      ? HardwarePlatform/BitsPerPixel is at least 8: not stated",
        "  ? not",
        "    ? HardwarePlatform/Model matches `^Slow`: not stated",
        "  ? HardwarePlatform/ScreenSize is at least 176x208 both ways: not stated",
    ]
    assert changes(explanation) == [
        "state HardwarePlatform/BitsPerPixel so that it is at least 8",
        "state HardwarePlatform/Model so that it does not hold that it matches `^Slow`",
        "state HardwarePlatform/ScreenSize so that it is at least 176x208 both ways",
    ]


def test_explanation_of_a_satisfied_requirement_needs_one_alternative() -> None:
    graph = read(GAME)
    profile = profile_of({"HardwarePlatform/ColorCapable": ["Yes"], "HardwarePlatform/BitsPerPixel": ["16"]})
    explanation = explain(graph["urn:example#Colour"], profile, graph)
    assert [str(fact.attribute) for fact, _ in explanation.facts()] == ["HardwarePlatform/ColorCapable"]
    assert changes(explanation) == []


def test_explanation_of_too_many_alternatives() -> None:
    graph = read("""
        :S a sh:NodeShape ; sh:xone ( [ sh:property [ sh:path prf:ColorCapable ; sh:hasValue true ] ]
                                      [ sh:property [ sh:path prf:BitsPerPixel ; sh:minInclusive 8 ] ]
                                      [ sh:property [ sh:path prf:ImageCapable ; sh:hasValue true ] ] ) .
    """)
    profile = profile_of(
        {
            "HardwarePlatform/ColorCapable": ["Yes"],
            "HardwarePlatform/BitsPerPixel": ["16"],
            "HardwarePlatform/ImageCapable": ["No"],
        }
    )
    assert changes(explain(graph["urn:example#S"], profile, graph)) == [
        "change HardwarePlatform/ColorCapable so that it does not hold that it has `true`",
        "change HardwarePlatform/BitsPerPixel so that it does not hold that it is at least 8",
    ]


def test_explanation_in_the_closed_world() -> None:
    graph = read(GAME)
    profile = profile_of({})
    explanation = explain(graph["urn:example#Midp2"], profile, graph, world=ClosedWorld(profile))
    assert explanation.verdict is Verdict.UNSATISFIED
    assert [fact.values for fact, _ in explanation.facts()] == [None, None]


def test_long_values_are_cut_short() -> None:
    graph = read(":S a sh:NodeShape ; sh:property [ sh:path prf:CcppAccept ; sh:hasValue 'x' ] .")
    shown = render_explanation(
        explain(graph["urn:example#S"], profile_of({"SoftwarePlatform/CcppAccept": list("abcdefgh")}), graph)
    )
    assert shown == "✗ SoftwarePlatform/CcppAccept has `x`: a, b, c, d, e, f and 2 more (device.rdf:1)"
    empty = render_explanation(explain(graph["urn:example#S"], profile_of({"SoftwarePlatform/CcppAccept": []}), graph))
    assert empty == "✗ SoftwarePlatform/CcppAccept has `x`: stated as empty (device.rdf:1)"

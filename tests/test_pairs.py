"""Constraints that compare two attributes of one device: each kind by cases, on every engine, and by pySHACL."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pyshacl
import pytest
import rdflib
from conftest import SUITE

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError
from ccpp.matching.batch import BatchMatcher
from ccpp.matching.compiler import compile_matcher
from ccpp.matching.definition import ClosedWorld, evaluate
from ccpp.matching.explanation import explain
from ccpp.matching.flipping import profile_changes
from ccpp.matching.residual import core, missing
from ccpp.model import Resolved, ResolvedProfile, Status, Verdict
from ccpp.requirements.rdf import profile_graph
from ccpp.requirements.shacl import read_requirements
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from ccpp.requirements.graph import RequirementGraph

VOCABULARIES = load_vocabularies()
CASES = json.loads((SUITE / "pairs.json").read_text())
FIRST, SECOND = (VOCABULARIES.named(name) for name in ("MmsMaxMessageSize", "Push-MsgSize"))
PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . "


def graph_of(constraint: str) -> tuple[rdflib.Graph, RequirementGraph]:
    turtle = f"{PREFIXES} <urn:r> a sh:NodeShape ; sh:property [ sh:path <{FIRST.uri}> ; {constraint} <{SECOND.uri}> ] ."
    parsed = rdflib.Graph().parse(data=turtle, format="turtle")
    return parsed, read_requirements(parsed, VOCABULARIES)


def profile_of(first: list[str] | None, second: list[str] | None) -> ResolvedProfile:
    stated = {}
    for attribute, texts in ((FIRST, first), (SECOND, second)):
        if texts is not None:
            values = tuple(DATATYPES[attribute.datatype].read(text).value for text in texts)
            stated[attribute.name] = Resolved(attribute, values[0] if len(values) == 1 else values, Status.OK, (), ())
    return ResolvedProfile("urn:device", stated, (), "")


@pytest.mark.parametrize("case", CASES, ids=[f"{one['constraint']} {one['first']} {one['second']}" for one in CASES])
def test_case(case: dict[str, Any]) -> None:
    shapes, graph = graph_of(case["constraint"])
    profile = profile_of(case["first"], case["second"])
    expected = Verdict.SATISFIED if case["holds"] else Verdict.UNSATISFIED
    assert evaluate(graph["urn:r"], profile, graph) is expected
    matcher = compile_matcher(graph)
    assert matcher.match(profile)["urn:r"] is expected
    assert matcher.match(profile, closed_world=True)["urn:r"] is expected
    assert (matcher.choice(["urn:r"]).first(profile) is not None) is case["holds"]
    assert pickle.loads(pickle.dumps(matcher)).match(profile)["urn:r"] is expected  # noqa: S301  our own
    for closed_world in (False, True):
        [block] = BatchMatcher(graph).match_all([profile, profile], closed_world=closed_world)
        assert [block.verdict("urn:r", position) for position in (0, 1)] == [expected] * 2
    shapes.add((rdflib.URIRef("urn:r"), rdflib.SH.targetNode, rdflib.URIRef(profile.uri)))
    assert pyshacl.validate(profile_graph(profile), shacl_graph=shapes)[0] is case["holds"]


@pytest.mark.parametrize("constraint", ["sh:equals", "sh:disjoint", "sh:lessThan", "sh:lessThanOrEquals"])
def test_either_attribute_not_stated_leaves_it_open(constraint: str) -> None:
    _, graph = graph_of(constraint)
    for profile in (profile_of(["8"], None), profile_of(None, ["8"]), profile_of(None, None)):
        assert evaluate(graph["urn:r"], profile, graph) is Verdict.INDETERMINATE
        assert compile_matcher(graph).match(profile)["urn:r"] is Verdict.INDETERMINATE
        assert compile_matcher(graph).choice(["urn:r"]).first(profile) is None
        [block] = BatchMatcher(graph).match_all([profile])
        assert block.verdict("urn:r", 0) is Verdict.INDETERMINATE
        closed = compile_matcher(graph).match(profile, closed_world=True)["urn:r"]
        assert closed is evaluate(graph["urn:r"], ClosedWorld(profile), graph)
        [block] = BatchMatcher(graph).match_all([profile], closed_world=True)
        assert block.verdict("urn:r", 0) is closed
        unstated = {one.name for one in (FIRST, SECOND) if one.name not in profile.attributes}
        assert set(missing(graph["urn:r"], profile, graph)) == unstated


def test_an_explanation_cites_both() -> None:
    _, graph = graph_of("sh:lessThan")
    profile = profile_of(["20"], ["10"])
    reasons = explain(graph["urn:r"], profile, graph)
    assert reasons.cited == core(graph["urn:r"], profile, graph) == {FIRST.name, SECOND.name}
    [(fact, _)] = reasons.facts()
    assert fact.asked == f"is less than {SECOND.name}"
    changes = profile_changes(graph["urn:r"], profile, graph, VOCABULARIES.attributes)
    assert [(change.attribute, change.after) for change in changes or ()] == [(FIRST.name, (9,))]


def test_the_other_attribute_must_be_known() -> None:
    turtle = f"{PREFIXES} <urn:r> a sh:NodeShape ; sh:property [ sh:path <{FIRST.uri}> ; sh:equals <urn:unknown#X> ] ."
    with pytest.raises(RequirementError, match="unknown attribute"):
        read_requirements(rdflib.Graph().parse(data=turtle, format="turtle"), VOCABULARIES)

"""W3C's tests of SHACL Core, each passed in the closed world or listed in `tests/suite/shacl_core.json` with the reason why not.

A case is mapped to our terms: every predicate of its data and shapes becomes an attribute of a vocabulary made for the case, of the
datatype that its values have, in a Bag; each focus node becomes a profile. The verdicts must be the nodes that the case's report names.
"""

from __future__ import annotations

import json
import warnings
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import pytest
from conftest import SHARED, SUITE
from rdflib import RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH, XSD

from ccpp.errors import RequirementError
from ccpp.matching.compiler import compile_matcher
from ccpp.matching.definition import ClosedWorld, evaluate
from ccpp.model import Resolved, ResolvedProfile, Status, Verdict
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.rdf import scalar_of
from ccpp.requirements.shacl import read_requirements
from ccpp.vocabulary import Vocabularies

if TYPE_CHECKING:
    from pathlib import Path

    from rdflib.term import Node

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
#: Why a case is not applicable, the words of the error that says so, and the cases.
TABLE = json.loads((SUITE / "shacl_core.json").read_bytes())
LISTED = {case: row["error"] for row in TABLE for case in row["cases"]}
FOLDER = SHARED / "shacl-core"
FILES = {str(path.relative_to(FOLDER).with_suffix("")): path for path in FOLDER.rglob("*.ttl")}

#: The datatype of an attribute → the datatypes of literals that its values may have.
DATATYPES = {"Number": {XSD.integer, XSD.decimal}, "Boolean": {XSD.boolean}}

TARGETS = {SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}
COMPARED = (SH.hasValue, SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive)
VALUE = URIRef("urn:case#value")
VALUE_TERMS = {URIRef(kind.parameter) for kind in CONSTRAINT_KINDS.values() if kind.of_values and not kind.takes_shapes} | {
    SH["class"]
}


class Case(NamedTuple):
    """The graphs of a case and the focus nodes that its report names."""

    data: Graph
    shapes: Graph
    conforms: bool
    failing: set[Node]


def cases() -> list[str]:
    """The cases of the suite: every file that holds an entry of a manifest."""
    return sorted(name for name, path in FILES.items() if "sht:Validate" in path.read_text() and path.stem != "manifest")


def load(path: Path) -> Case:
    graph = Graph().parse(path, publicID=path.as_uri())
    [entry] = graph.subjects(RDF.type, URIRef(SHT + "Validate"))
    action, report = graph.value(entry, URIRef(MF + "action")), graph.value(entry, URIRef(MF + "result"))
    data, shapes = (Graph().parse(str(graph.value(action, URIRef(SHT + part)))) for part in ("dataGraph", "shapesGraph"))
    conforms = graph.value(report, SH.conforms)
    failing = {node for result in graph.objects(report, SH.result) for node in graph.objects(result, SH.focusNode)}
    return Case(data, shapes, str(conforms) in {"true", "1"}, failing)


def targets(case: Case, shape: Node) -> set[Node]:
    """The focus nodes of a shape, by SHACL §2.1.3; class targets by the subclasses that the data states."""
    found = set(case.shapes.objects(shape, SH.targetNode))
    classes = set(case.shapes.objects(shape, SH.targetClass))
    if (shape, RDF.type, RDFS.Class) in case.shapes and (shape, RDF.type, SH.NodeShape) in case.shapes:
        classes.add(shape)
    for one in chain.from_iterable(case.data.transitive_subjects(RDFS.subClassOf, top) for top in classes):
        found |= set(case.data.subjects(RDF.type, one))
    for predicate in case.shapes.objects(shape, SH.targetSubjectsOf):
        found |= set(case.data.subjects(predicate))  # type: ignore[arg-type]
    for predicate in case.shapes.objects(shape, SH.targetObjectsOf):
        found |= set(case.data.objects(None, predicate))  # type: ignore[arg-type]
    return found


def datatype_of(values: list[Node]) -> str:
    """The datatype of an attribute: that of its values where they have one beside text, else text."""
    found = {value.datatype for value in values if isinstance(value, Literal)} - {None, XSD.string}
    return next((name for name, datatypes in DATATYPES.items() if found and found <= datatypes), "Literal")


def vocabulary(case: Case, nodes: set[Node]) -> Vocabularies:
    predicates = {predicate for node in nodes for predicate in case.data.predicates(node)} - {RDF.type}
    paths = {path for path in case.shapes.objects(None, SH.path) if isinstance(path, URIRef)}
    asked = [value for shape in case.shapes.subjects() for value in operands(case.shapes, shape)]
    by_namespace: dict[str, dict[str, list[object]]] = {}
    for uri in map(str, predicates | paths):
        namespace = uri[: max(uri.rfind("#"), uri.rfind("/")) + 1]
        stated = [value for node in nodes for value in case.data.objects(node, URIRef(uri))]
        row = ["Node", datatype_of([*stated, *asked]), "Bag", "Append", [], []]
        by_namespace.setdefault(namespace, {})[uri.removeprefix(namespace)] = row
    same = {"links": False, "aliases": [], "misspellings": [], "components": {"Node": []}}
    return Vocabularies(
        {"label": namespace, "namespace": namespace, "attributes": attributes, **same}
        for namespace, attributes in by_namespace.items()
    )


def operands(shapes: Graph, shape: Node) -> list[Node]:
    """What the constraints of a shape compare with."""
    found = [value for term in COMPARED for value in shapes.objects(shape, term)]
    for one in shapes.objects(shape, SH["in"]):
        found += Collection(shapes, one)
    return found


def as_text(case: Case) -> Case:
    """The case with its IRIs as texts wherever they are values: the same, but where a constraint tells the two apart."""
    data, shapes = Graph(), Graph()
    told_apart = bool(set(case.shapes.predicates()) & {SH.nodeKind, SH.datatype})
    for subject, predicate, value in case.data:
        if isinstance(value, URIRef) and predicate not in {RDF.type, RDFS.subClassOf} and not told_apart:
            value = Literal(str(value))  # noqa: PLW2901
        data.add((subject, predicate, value))
    for subject, predicate, value in case.shapes:
        if isinstance(value, URIRef) and value != RDF.nil and (predicate == SH.hasValue or in_values(case.shapes, subject)):
            value = Literal(str(value)) if predicate in {SH.hasValue, RDF.first} else value  # noqa: PLW2901
        shapes.add((subject, predicate, value))
    return case._replace(data=data, shapes=shapes)


def in_values(shapes: Graph, node: Node) -> bool:
    """Whether a node is part of the list of an `sh:in`."""
    return any((None, SH["in"], head) in shapes for head in shapes.transitive_subjects(RDF.rest, node))


def profile_of(case: Case, node: Node, vocabularies: Vocabularies) -> ResolvedProfile:
    stated = {}
    for attribute in vocabularies.attributes.values():
        nodes = list(case.data.objects(node, URIRef(attribute.uri)))
        if nodes:
            values = tuple(scalar_of(one) for one in nodes)
            stated[attribute.name] = Resolved(attribute, values, Status.OK, (), ())
    return ResolvedProfile(str(node), stated, (), "")


def of_values(case: Case, targeted: dict[Node, set[Node]]) -> tuple[Case, dict[Node, set[Node]], dict[Node, Node]]:
    """The case with each shape that constrains its focus nodes themselves as the shape of the one value of a node made for it."""
    made: dict[Node, Node] = {}
    moved = {}
    for number, (shape, focus) in enumerate(sorted(targeted.items())):
        terms = set(case.shapes.predicates(shape))
        if not terms & VALUE_TERMS or terms & {SH.path, SH.property, SH.closed}:
            moved[shape] = focus
            continue
        wrapper, inner = URIRef(f"urn:case:shape{number}"), BNode()
        case.shapes.add((wrapper, SH.property, inner))
        case.shapes.add((inner, SH.path, VALUE))
        case.shapes.add((inner, SH.node, shape))
        nodes = {URIRef(f"urn:case:node{number}-{place}"): one for place, one in enumerate(sorted(focus))}
        for node, value in nodes.items():
            case.data.add((node, VALUE, value))
        made.update(nodes)
        moved[wrapper] = set(nodes)
    return case, moved, made


def failing(case: Case) -> set[Node]:
    """The focus nodes that our engine finds unsatisfied, compiled and by the definition."""
    found = {shape: targets(case, shape) for shape in set(case.shapes.subjects()) if not isinstance(shape, Literal)}
    targeted = {shape: nodes for shape, nodes in found.items() if nodes}
    case, targeted, made = of_values(case, targeted)
    case = as_text(case)
    shapes = Graph()
    for triple in case.shapes:
        if triple[1] not in TARGETS and not str(triple[1]).startswith(SHT):
            shapes.add(triple)
    vocabularies = vocabulary(case, set().union(*targeted.values()))
    graph = read_requirements(shapes, vocabularies)
    wrong = set()
    for shape, focus in sorted(targeted.items()):
        for node in sorted(focus):
            profile = profile_of(case, node, vocabularies)
            verdict = evaluate(graph[str(shape)], ClosedWorld(profile), graph)
            assert compile_matcher(graph, [str(shape)]).match(profile, closed_world=True)[str(shape)] is verdict
            if verdict is not Verdict.SATISFIED:
                wrong.add(made.get(node, node))
    return wrong


@pytest.mark.skipif(not FILES, reason="no ../shared/shacl-core beside the checkout (CCPP_SHARED names another place)")
@pytest.mark.parametrize("name", cases())
def test_case(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """A case passes, or is listed with the words of the error that refuses it."""
    caplog.set_level("CRITICAL")  # rdflib says of each ill-typed literal that it is one
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        case = load(FILES[name])
        if name in LISTED:
            with pytest.raises(RequirementError) as raised:
                failing(case)
            assert LISTED[name] in str(raised.value)
            return
        found = failing(case)
    assert found == case.failing
    assert case.conforms == (not found)


@pytest.mark.skipif(not FILES, reason="no ../shared/shacl-core beside the checkout (CCPP_SHARED names another place)")
def test_every_case_is_passed_or_listed_once() -> None:
    listed = [case for row in TABLE for case in row["cases"]]
    assert len(listed) == len(set(listed))
    assert set(listed) <= set(cases())

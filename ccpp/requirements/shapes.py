"""Which nodes of a graph are shapes, and what of the things said of them asks something of a device.

What asks nothing is passed over: what a shape is called and shown as, and its targets. These tell a validator which nodes to visit, and have
no part in whether a node conforms (SHACL §3.4.2); a requirement is asked of the device that it is matched with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF

from ccpp.requirements.constraints import REQ, SH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rdflib.term import Node

#: Terms that say something about a shape and nothing about a device, SHACL §2.1.3 and §2.3.2.
_ANNOTATIONS = frozenset(
    SH + term
    for term in (
        *("name", "description", "message", "severity", "order", "group", "defaultValue", "deactivated"),
        *("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf"),
    )
)

#: Terms that ask nothing where their value is false; and one that asks nothing without another.
_SWITCHES = frozenset(SH + term for term in ("closed", "uniqueLang"))
_FIRST, _REST, _NIL = RDF.first, RDF.rest, RDF.nil  # looked up anew they take longer than what they are asked for
_IGNORED, _CLOSED = SH + "ignoredProperties", SH + "closed"


def shapes_in(graph: Graph) -> list[URIRef]:
    """The shapes that have a name: typed as shapes, or with any term of a shape, lest one is passed over that lacks its type."""
    declarations = {*graph.subjects(RDF.type, URIRef(SH + "ConstraintComponent")), *graph.subjects(URIRef(SH + "declare"))}
    shapes = {*graph.subjects(RDF.type, URIRef(SH + "NodeShape")), *graph.subjects(RDF.type, URIRef(SH + "PropertyShape"))}
    terms: dict[Node, bool] = {}  # a catalogue has some thirty, and a million statements
    for subject, predicate in graph.subject_predicates():
        if terms[predicate] if predicate in terms else terms.setdefault(predicate, _is_shape_term(str(predicate))):
            shapes.add(subject)
    return sorted(shape for shape in shapes - declarations if isinstance(shape, URIRef))


def terms_of(graph: Graph, shape: Node) -> list[tuple[str, Node]]:
    """What a shape asks for, by SHACL's or our own terms, in a stable order."""
    stated = [(str(term), value) for term, value in graph.predicate_objects(shape) if _is_shape_term(str(term))]
    asked = [(term, value) for term, value in stated if not (term in _SWITCHES and _is_false(value))]
    if not any(term == _CLOSED for term, _ in asked):
        asked = [(term, value) for term, value in asked if term != _IGNORED]
    return sorted(asked, key=lambda one: (one[0], _place(one[1])))


def shapes_of_values(graph: Graph) -> frozenset[Node]:
    """The shapes that stand inside property shapes, at any depth."""
    inside: set[Node] = set()
    pending: list[Node] = list(graph.subjects(URIRef(SH + "path")))
    while pending:
        shape = pending.pop()
        direct = [value for term in ("node", "not", "qualifiedValueShape") for value in graph.objects(shape, URIRef(SH + term))]
        lists = [value for term in ("and", "or", "xone") for value in graph.objects(shape, URIRef(SH + term))]
        for value in (*direct, *(member for one in lists for member in _items(graph, one))):
            if value not in inside:
                inside.add(value)
                pending.append(value)
    return frozenset(inside)


def _is_shape_term(term: str) -> bool:
    return term.startswith((SH, REQ)) and term not in _ANNOTATIONS


def _is_false(value: Node) -> bool:
    return isinstance(value, Literal) and value.toPython() is False


def _items(graph: Graph, value: Node) -> Iterable[Node]:
    """The members of a list as far as it is one; who reads it says what is wrong with it."""
    found: list[Node] = []
    seen: set[Node] = set()
    while value not in seen:
        seen.add(value)
        found += graph.objects(value, _FIRST)
        value = graph.value(value, _REST, any=True) or _NIL
    return found


def _place(value: Node) -> tuple[bool, int, str]:
    """Where a value stands among others: blank nodes as they were numbered, which is how the document has them."""
    blank = isinstance(value, BNode)
    return blank, len(str(value)) if blank else 0, str(value)

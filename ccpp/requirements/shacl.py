"""SHACL shapes to requirements.

Every shape with an IRI is a named requirement; a blank shape belongs to the shape it stands in. A node shape is the conjunction of
its property shapes, of `sh:and`, `sh:or`, `sh:xone`, `sh:not` and of the shapes named by `sh:node`; a property shape is the
conjunction of its constraints on one attribute, which `sh:path` names by any of its URIs. Annotations are passed over; any other
term of SHACL is an error that names the shape, because a requirement that is silently ignored is a wrong answer.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, XSD

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError
from ccpp.model import Dimension, Scalar, Status
from ccpp.requirements.constraints import BY_PARAMETER, CONSTRAINT_KINDS, REQ, SH
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement
from ccpp.requirements.graph import RequirementGraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rdflib.term import Node

    from ccpp.vocabulary import Vocabularies

#: Shapes inside shapes. A requirement that a person can read has three levels.
MAX_NESTING = 32

#: Terms that say something about a shape and nothing about a device.
_ANNOTATIONS = frozenset(SH + term for term in ("name", "description", "message", "severity", "order", "group", "deactivated"))
_ALSO = frozenset(uri for kind in CONSTRAINT_KINDS.values() for uri in kind.also)


def read_requirements(graph: Graph, vocabularies: Vocabularies) -> RequirementGraph:
    """The named requirements in an RDF graph.

    Raises:
        RequirementError: a shape uses a construct that is not supported, an unknown attribute, an operand that its attribute cannot
            have, or refers to nothing or in a circle.
    """
    reader = _Reader(graph, vocabularies)
    return RequirementGraph({str(shape): reader.named(shape) for shape in shapes_in(graph)})


def shapes_in(graph: Graph) -> list[URIRef]:
    """The shapes that have a name: typed as shapes, or used where only a shape may stand."""
    shapes = {*graph.subjects(RDF.type, URIRef(SH + "NodeShape")), *graph.subjects(RDF.type, URIRef(SH + "PropertyShape"))}
    shapes |= {subject for term in ("property", *_NODE_TERMS, "path") for subject in graph.subjects(URIRef(SH + term))}
    return sorted(shape for shape in shapes if isinstance(shape, URIRef))


class _Reader:
    """One graph being read; `name` is the named shape that the present one stands in."""

    def __init__(self, graph: Graph, vocabularies: Vocabularies) -> None:
        self.graph = graph
        self.vocabularies = vocabularies
        self.name = ""

    def named(self, shape: URIRef) -> Requirement:
        self.name = str(shape)
        return self.shape(shape, MAX_NESTING)

    def error(self, message: str, hint: str | None = None) -> RequirementError:
        return RequirementError(f"shape `{self.name}`: {message}", hint=hint)

    def nested(self, shape: Node, depth: int) -> Requirement:
        if isinstance(shape, URIRef):
            return Reference(str(shape))
        if not isinstance(shape, BNode):
            raise self.error(f"`{shape}` stands where a shape is due")
        return self.shape(shape, depth - 1)

    def shape(self, shape: Node, depth: int) -> Requirement:
        if depth <= 0:
            raise self.error(f"more than {MAX_NESTING} shapes inside each other", hint="give the inner ones names")
        if self.deactivated(shape):
            return All(())
        path = list(self.graph.objects(shape, URIRef(SH + "path")))
        return self.property_shape(shape, path) if path else self.node_shape(shape, depth)

    def deactivated(self, shape: Node) -> bool:
        return any(
            isinstance(value, Literal) and value.toPython() is True
            for value in self.graph.objects(shape, URIRef(SH + "deactivated"))
        )

    def terms(self, shape: Node) -> Iterable[tuple[str, Node]]:
        """What a shape says in SHACL's or our own terms, in a stable order."""
        for predicate, value in sorted(self.graph.predicate_objects(shape), key=str):
            term = str(predicate)
            if term.startswith((SH, REQ)) and term not in _ANNOTATIONS:
                yield term, value

    def node_shape(self, shape: Node, depth: int) -> Requirement:
        items: list[Requirement] = []
        for term, value in self.terms(shape):
            read = _NODE_TERMS.get(term.removeprefix(SH))
            if read is None:
                raise self.error(f"`{_short(term)}` is not supported on a node shape", hint=_remedy(term))
            items.append(read(self, value, depth))
        return _conjunction(items)

    def property_shape(self, shape: Node, paths: list[Node]) -> Requirement:
        path = paths[0]
        if len(paths) > 1 or not isinstance(path, URIRef):
            raise self.error("only an attribute's URI is supported as `sh:path`", hint="name the attribute itself")
        try:
            attribute = self.vocabularies.named(str(path))
        except RequirementError as error:
            raise self.error(error.message, error.hint) from None
        items: list[Requirement] = []
        also = {term: str(value) for term, value in self.terms(shape) if term in _ALSO}
        for term, value in self.terms(shape):
            kind = BY_PARAMETER.get(term)
            if kind is not None:
                try:
                    operand = CONSTRAINT_KINDS[kind].read(self.scalars(value), attribute, also)
                except RequirementError as error:
                    raise self.error(f"`{_short(term)}` of {attribute.name}: {error.message}", error.hint) from None
                items.append(Constraint(attribute.name, kind, operand))
            elif term not in _ALSO and term != SH + "path":
                raise self.error(f"`{_short(term)}` is not supported on a property shape", hint=_remedy(term))
        self.check_counted(items)
        return _conjunction(items)

    def check_counted(self, items: list[Requirement]) -> None:
        constraints = [item for item in items if isinstance(item, Constraint)]
        counted = any(item.kind == "minCount" and item.operand != 0 for item in constraints)
        for item in constraints:
            if CONSTRAINT_KINDS[item.kind].asks_for_one and not counted:
                raise self.error(
                    f"`req:{item.kind}` of {item.attribute} asks for a value", hint="write `sh:minCount 1` beside it"
                )

    def members(self, value: Node) -> list[Node]:
        return list(Collection(self.graph, value))

    def scalars(self, value: Node) -> tuple[Scalar, ...]:
        """The value of a parameter, or the members of its list, as values that an attribute can have."""
        if isinstance(value, BNode) or value == RDF.nil:
            return tuple(scalar for member in self.members(value) for scalar in self.scalars(member))
        return (scalar_of(value),)


def scalar_of(value: Node) -> Scalar:
    """The value that a literal stands for.

    Raises:
        RequirementError: it is no literal, or one that no attribute can have.
    """
    if not isinstance(value, Literal) or value.language:
        raise RequirementError(f"`{value}` is no value of an attribute", hint="write a text, a number, true or false")
    if value.datatype == URIRef(DATATYPES["Dimension"].rdf_datatype):
        read = DATATYPES["Dimension"].read(str(value))
        if read.status is Status.OK and isinstance(read.value, Dimension):
            return read.value
        raise RequirementError(f"`{value}` is no Dimension", hint='write "240x320"')
    python = value.toPython()
    if isinstance(python, bool | int):
        return python
    if isinstance(python, Decimal):
        return Fraction(python)
    if value.datatype in {None, XSD.string}:
        return str(value)
    raise RequirementError(f"`{value}` has a datatype that no attribute has", hint="write a text, a number, true or false")


def _conjunction(items: list[Requirement]) -> Requirement:
    return items[0] if len(items) == 1 else All(tuple(items))


_NODE_TERMS: Mapping[str, Callable[[_Reader, Node, int], Requirement]] = MappingProxyType(
    {
        "property": lambda reader, value, depth: reader.nested(value, depth),
        "node": lambda reader, value, depth: reader.nested(value, depth),
        "not": lambda reader, value, depth: Not(reader.nested(value, depth)),
        "and": lambda reader, value, depth: All(tuple(reader.nested(one, depth) for one in reader.members(value))),
        "or": lambda reader, value, depth: Any(tuple(reader.nested(one, depth) for one in reader.members(value))),
        "xone": lambda reader, value, depth: ExactlyOne(tuple(reader.nested(one, depth) for one in reader.members(value))),
    }
)


def _short(term: str) -> str:
    return term.replace(SH, "sh:").replace(REQ, "req:")


def _remedy(term: str) -> str:
    """What to do about a term that is not supported."""
    from difflib import get_close_matches  # noqa: PLC0415  only for the hint

    if term in BY_PARAMETER:
        return "put it on a property shape, with `sh:path`"
    if term.removeprefix(SH) in _NODE_TERMS:
        return "put it on the node shape around"
    known = [_short(one) for one in (*BY_PARAMETER, *(SH + node_term for node_term in _NODE_TERMS))]
    near = get_close_matches(_short(term), known, n=1, cutoff=0.75)
    return f"did you mean `{near[0]}`?" if near else "README lists the supported terms"

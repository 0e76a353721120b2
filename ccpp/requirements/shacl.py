"""SHACL shapes to requirements.

Every shape with an IRI is a named requirement; a blank shape belongs to the shape it stands in. A node shape is the conjunction of
its property shapes, of `sh:and`, `sh:or`, `sh:xone`, `sh:not` and of the shapes named by `sh:node`; a property shape is the
conjunction of its constraints on one attribute, which `sh:path` names by any of its URIs. Annotations are passed over; any other
term of SHACL is an error that names the shape, because a requirement that is silently ignored is a wrong answer.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, XSD

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError
from ccpp.model import Attribute, Scalar, Status
from ccpp.requirements.constraints import BY_PARAMETER, CONSTRAINT_KINDS, REQ, SH, text_of
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Operand, Reference, Requirement
from ccpp.requirements.graph import RequirementGraph

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rdflib.term import Node

    from ccpp.vocabulary import Vocabularies

#: Shapes inside shapes. A requirement that a person can read has three levels.
MAX_NESTING = 32

#: Blank shapes of one named shape. A blank shape that two others share is read twice, so sharing could grow without end.
MAX_SHAPES = 10_000

#: Terms that say something about a shape and nothing about a device.
_ANNOTATIONS = frozenset(SH + term for term in ("name", "description", "message", "severity", "order", "group", "deactivated"))
_ALSO = frozenset(uri for kind in CONSTRAINT_KINDS.values() for uri in kind.also)


def read_requirements(graph: Graph, vocabularies: Vocabularies, *, source: str | None = None) -> RequirementGraph:
    """The named requirements in an RDF graph; `source` names the document that the graph was read from, in errors.

    Raises:
        RequirementError: a shape uses a construct that is not supported, an unknown attribute, an operand that its attribute cannot
            have, or refers to nothing or in a circle.
    """
    reader = _Reader(graph, vocabularies)
    try:
        return RequirementGraph({str(shape): reader.named(shape) for shape in shapes_in(graph)})
    except RequirementError as error:
        raise (error.located(source) if source else error) from None


def shapes_in(graph: Graph) -> list[URIRef]:
    """The shapes that have a name: typed as shapes, or with any term of a shape, lest one is passed over that lacks its type."""
    declarations = {*graph.subjects(RDF.type, URIRef(SH + "ConstraintComponent")), *graph.subjects(URIRef(SH + "declare"))}
    shapes = {*graph.subjects(RDF.type, URIRef(SH + "NodeShape")), *graph.subjects(RDF.type, URIRef(SH + "PropertyShape"))}
    shapes |= {subject for subject, predicate in graph.subject_predicates() if _is_shape_term(str(predicate))}
    return sorted(shape for shape in shapes - declarations if isinstance(shape, URIRef))


def _is_shape_term(term: str) -> bool:
    return term.startswith((SH, REQ)) and term not in _ANNOTATIONS


class _Reader:
    """One graph being read; `name` is the named shape that the present one stands in."""

    def __init__(self, graph: Graph, vocabularies: Vocabularies) -> None:
        self.graph = graph
        self.vocabularies = vocabularies
        self.name = ""
        self.shapes = 0

    def named(self, shape: URIRef) -> Requirement:
        self.name = str(shape)
        self.shapes = 0
        return self.shape(shape, MAX_NESTING)

    def error(self, message: str, hint: str | None = None) -> RequirementError:
        return RequirementError(f"shape `{self.name}`: {message}", hint=hint)

    def nested(self, shape: Node, depth: int) -> Requirement:
        if isinstance(shape, URIRef):
            return Reference(str(shape))
        if not isinstance(shape, BNode):
            raise self.error(f"`{shape}` stands where a shape is due", hint="write [ … ] or the IRI of a shape")
        return self.shape(shape, depth - 1)

    def shape(self, shape: Node, depth: int) -> Requirement:
        self.shapes += 1
        if depth <= 0:
            raise self.error(f"more than {MAX_NESTING} shapes inside each other", hint="give the inner ones names")
        if self.shapes > MAX_SHAPES:
            raise self.error(f"more than {MAX_SHAPES} shapes in it", hint="give the inner ones names")
        if self.deactivated(shape):
            return All(())
        path = list(self.graph.objects(shape, URIRef(SH + "path")))
        return self.property_shape(shape, path) if path else self.node_shape(shape, depth)

    def deactivated(self, shape: Node) -> bool:
        values = list(self.graph.objects(shape, URIRef(SH + "deactivated")))
        for value in values:
            if not isinstance(value, Literal) or not isinstance(value.toPython(), bool):
                raise self.error(f"`sh:deactivated` is `{value}`", hint="write true or false")
        return any(isinstance(value, Literal) and value.toPython() is True for value in values)

    def terms(self, shape: Node) -> list[tuple[str, Node]]:
        """What a shape says in SHACL's or our own terms, in a stable order."""
        found = [(str(term), value) for term, value in self.graph.predicate_objects(shape) if _is_shape_term(str(term))]
        return sorted(found, key=lambda stated: (stated[0], _place(stated[1])))

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
        constraints = self.constraints(shape, attribute)
        counted = any(item.kind == "minCount" and item.operand != 0 for item in constraints)
        for item in constraints:
            if CONSTRAINT_KINDS[item.kind].asks_for_one and not counted:
                raise self.error(
                    f"`req:{item.kind}` of {item.attribute} asks for a value", hint="write `sh:minCount 1` beside it"
                )
        return _conjunction(list(constraints))

    def constraints(self, shape: Node, attribute: Attribute) -> list[Constraint]:
        terms = [(term, value) for term, value in self.terms(shape) if term != SH + "path"]
        counts = Counter(term for term, _ in terms)
        also = {term: str(value) for term, value in terms if term in _ALSO}
        found = []
        for term, value in terms:
            kind = BY_PARAMETER.get(term)
            if counts[term] > 1 and not (kind and CONSTRAINT_KINDS[kind].repeatable):
                raise self.error(f"`{_short(term)}` of {attribute.name} is stated twice", hint="write two property shapes")
            if kind is not None:
                found.append(Constraint(attribute.name, kind, self.operand(kind, value, attribute, also)))
            elif term not in _ALSO:
                raise self.error(f"`{_short(term)}` is not supported on a property shape", hint=_remedy(term))
        for term in also:
            if not any(term in CONSTRAINT_KINDS[item.kind].also for item in found):
                raise self.error(f"`{_short(term)}` of {attribute.name} stands alone", hint="write the term it completes")
        return found

    def operand(self, kind: str, value: Node, attribute: Attribute, also: Mapping[str, str]) -> Operand:
        row = CONSTRAINT_KINDS[kind]
        members = self.members(row.parameter, value) if row.takes_list else [value]
        try:
            return row.read(tuple(scalar_of(member) for member in members), attribute, also)
        except RequirementError as error:
            raise self.error(f"`{_short(row.parameter)}` of {attribute.name}: {error.message}", error.hint) from None

    def nested_list(self, term: str, value: Node, depth: int) -> tuple[Requirement, ...]:
        return tuple(self.nested(member, depth) for member in self.members(term, value))

    def members(self, term: str, value: Node) -> list[Node]:
        """The members of a list, which must be one list, whole and finite."""
        members, seen = [], set()
        while value != RDF.nil:
            first, rest = list(self.graph.objects(value, RDF.first)), list(self.graph.objects(value, RDF.rest))
            if len(first) != 1 or len(rest) != 1 or value in seen:
                raise self.error(f"the value of `{_short(term)}` is no list", hint="write ( … )")
            seen.add(value)
            members += first
            value = rest[0]
        return members


def scalar_of(value: Node) -> Scalar:
    """The value that a literal stands for.

    Raises:
        RequirementError: it is no literal, or one that no attribute can have.
    """
    shown = "a blank node" if isinstance(value, BNode) else f"`{value}`"
    if isinstance(value, Literal) and value.language:
        raise RequirementError(f"{shown} has a language, as no value of a profile has", hint=f"leave out @{value.language}")
    if not isinstance(value, Literal):
        raise RequirementError(f"{shown} is no value of an attribute", hint="write a text, a number, true or false")
    if value.datatype in {None, XSD.string}:
        return str(value)
    for name in ("Dimension", "rational"):
        if value.datatype == URIRef(DATATYPES[name].rdf_datatype):
            return _read_exactly(name, str(value))
    python = value.toPython()
    if value.datatype in {XSD.integer, XSD.boolean}:
        if value.ill_typed or not isinstance(python, bool | int) or text_of(python) != str(value):
            raise RequirementError(
                f"{shown} is not how a profile's value is written", hint="write 16, true or false without quotes"
            )
        return python
    if value.datatype == XSD.decimal and isinstance(python, Decimal) and python.is_finite():
        return Fraction(python)
    raise RequirementError(f"{shown} is of a datatype that no attribute has", hint="write a text, a number, true or false")


def _read_exactly(datatype: str, text: str) -> Scalar:
    """The value of a literal in its canonical form: RDF compares literals by their text, so no other form is ever equal."""
    read = DATATYPES[datatype].read(text)
    if read.status is not Status.OK:
        raise RequirementError(f"`{text}` is no {datatype}", hint=f'write "{_EXAMPLES[datatype]}"')
    if str(read.value) != text:
        raise RequirementError(f"`{text}` is not how a profile's {datatype} is written", hint=f'write "{read.value}"')
    return read.value


_EXAMPLES = MappingProxyType({"Dimension": "240x320", "rational": "1/2"})


def _place(value: Node) -> tuple[bool, int, str]:
    """Where a value stands among others: blank nodes as rdflib numbered them, which is how the document has them."""
    blank = isinstance(value, BNode)
    return blank, len(str(value)) if blank else 0, str(value)


def _conjunction(items: list[Requirement]) -> Requirement:
    return items[0] if len(items) == 1 else All(tuple(items))


_NODE_TERMS: Mapping[str, Callable[[_Reader, Node, int], Requirement]] = MappingProxyType(
    {
        "property": lambda reader, value, depth: reader.nested(value, depth),
        "node": lambda reader, value, depth: reader.nested(value, depth),
        "not": lambda reader, value, depth: Not(reader.nested(value, depth)),
        "and": lambda reader, value, depth: All(reader.nested_list(SH + "and", value, depth)),
        "or": lambda reader, value, depth: Any(reader.nested_list(SH + "or", value, depth)),
        "xone": lambda reader, value, depth: ExactlyOne(reader.nested_list(SH + "xone", value, depth)),
    }
)


def _short(term: str) -> str:
    return term.replace(SH, "sh:").replace(REQ, "req:")


def _remedy(term: str) -> str:
    """What to do about a term that is not supported."""
    from difflib import get_close_matches  # noqa: PLC0415  only for the hint

    if term.startswith(SH + "target"):
        return "leave it out: a requirement is applied by its name"
    if term in BY_PARAMETER:
        return "put it on a property shape, with `sh:path`"
    if term.removeprefix(SH) in _NODE_TERMS:
        return "put it on the node shape around"
    known = [_short(one) for one in (*BY_PARAMETER, *(SH + node_term for node_term in _NODE_TERMS))]
    near = get_close_matches(_short(term), known, n=1, cutoff=0.75)
    return f"did you mean `{near[0]}`?" if near else "README lists the supported terms"

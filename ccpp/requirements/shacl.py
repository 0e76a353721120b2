"""SHACL shapes to requirements.

Every shape with an IRI is a named requirement; a blank shape belongs to the shape it stands in. A node shape is the conjunction of
its property shapes, of `sh:and`, `sh:or`, `sh:xone`, `sh:not` and of the shapes named by `sh:node`; a property shape is the
conjunction of its constraints on one attribute, which `sh:path` names by any of its URIs, or by its component and its URI. A shape
inside a property shape is a test of single values. Severity and message of named shapes are kept for reports, the other annotations
passed over (`ccpp.requirements.shapes`); any other term of SHACL is an error that names the shape, because a requirement that is silently
ignored is a wrong answer.

The requirements of `vocabularies/platforms.ttl` are at hand wherever a graph names them, and are read only then.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF

from ccpp.errors import RequirementError
from ccpp.requirements.constraints import BY_PARAMETER, CONSTRAINT_KINDS, REQ, SH
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Operand, Reference, Requirement, walk
from ccpp.requirements.graph import Annotation, RequirementGraph, nearest
from ccpp.requirements.rdf import iri_of, scalar_of
from ccpp.requirements.shapes import shapes_in, shapes_of_values, terms_of
from ccpp.requirements.turtle import TurtleGraph, parse_turtle
from ccpp.vocabulary import Link, vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rdflib import Graph
    from rdflib.term import Node

    from ccpp.model import Attribute
    from ccpp.vocabulary import Vocabularies

__all__ = ["PLATFORM", "REFUSED", "platforms", "read_requirements", "scalar_of", "shapes_in"]

_FIRST, _REST, _NIL = RDF.first, RDF.rest, RDF.nil

#: Shapes inside shapes. A requirement that a person can read has three levels.
MAX_NESTING = 32

#: Steps of a path: the component and the attribute.
MAX_STEPS = 2

#: Blank shapes of one named shape. A blank shape that two others share is read twice, so sharing could grow without end.
MAX_SHAPES = 10_000

_ALSO = frozenset(uri for kind in CONSTRAINT_KINDS.values() for uri in kind.also)

#: Where the shipped requirements are named.
PLATFORM = "urn:ccpp:platform#"

#: Terms of SHACL that a device's profile has no use for, or that cannot be decided; with the reason.
REFUSED = MappingProxyType(
    {
        "closed": "a device that states more than is asked is none the worse",
        "ignoredProperties": "it belongs to `sh:closed true`, which is not supported",
        "class": "a value of a profile is a literal, and an instance of nothing",
        "qualifiedValueShapesDisjoint": "write the difference into the shape, with `sh:not`",
        "sparql": "use a term of `req:`, whose validators are written in SPARQL",
        "property": "a value of a profile is a literal, and has no properties",
    }
)


def read_requirements(graph: Graph, vocabularies: Vocabularies, *, source: str | None = None) -> RequirementGraph:
    """The named requirements in an RDF graph; `source` names the document that the graph was read from, in errors.

    Raises:
        RequirementError: a shape uses a construct that is not supported, an unknown attribute, an operand that its attribute cannot
            have, or refers to nothing or in a circle.
    """
    try:
        definitions, annotations = _definitions(graph, vocabularies)
        shipped = _shipped(graph, vocabularies)
        return RequirementGraph({**shipped, **definitions}, annotations)
    except RequirementError as error:
        if error.line is None and error.subject is not None and isinstance(graph, TurtleGraph):
            node = URIRef(error.subject)
            error.line = (
                graph.line_of(node) or min((graph.line_of(one) or 0 for one in graph.subjects(None, node)), default=0) or None
            )
        raise (error.located(source) if source else error) from None


def _definitions(graph: Graph, vocabularies: Vocabularies) -> tuple[dict[str, Requirement], dict[str, Annotation]]:
    reader = _Reader(graph, vocabularies)
    shapes = [shape for shape in shapes_in(graph) if shape not in reader.of_values]
    return {str(shape): reader.named(shape) for shape in shapes}, {str(shape): reader.annotation(shape) for shape in shapes}


def _shipped(graph: Graph, vocabularies: Vocabularies) -> dict[str, Requirement]:
    """The shipped requirements that a graph names, and those that they refer to."""
    named = {str(value) for value in graph.objects() if isinstance(value, URIRef) and value.startswith(PLATFORM)}
    pending = named - {str(shape) for shape in shapes_in(graph)}
    found: dict[str, Requirement] = {}
    if not pending:
        return found
    known = platforms(vocabularies)
    while pending:
        name = pending.pop()
        if name not in known:
            raise RequirementError(f"no shipped requirement is `{name}`", hint=nearest(name, known), subject=name)
        if name not in found:
            found[name] = known[name]
            pending |= {part.name for part in walk(known[name]) if isinstance(part, Reference)}
    return found


def platforms(vocabularies: Vocabularies) -> RequirementGraph:
    """The shipped requirements for common platforms, `vocabularies/platforms.ttl`."""
    definitions, annotations = _definitions(_platform_shapes(), vocabularies)
    return RequirementGraph(definitions, annotations)


@cache
def _platform_shapes() -> Graph:
    return parse_turtle((vocabulary_folder() / "platforms.ttl").read_bytes(), RequirementError)


class _Reader:
    """One graph being read; `name` is the named shape that the present one stands in."""

    def __init__(self, graph: Graph, vocabularies: Vocabularies) -> None:
        self.graph = graph
        self.vocabularies = vocabularies
        self.name = ""
        self.shapes = 0
        self.of_values = shapes_of_values(graph)

    def annotation(self, shape: URIRef) -> Annotation:
        """What a named shape says of itself, for reports."""
        self.name = str(shape)
        severities = list(self.graph.objects(shape, URIRef(SH + "severity")))
        if len(severities) > 1 or not all(isinstance(one, URIRef) for one in severities):
            raise self.error("`sh:severity` is not one IRI", hint="write sh:Violation, sh:Warning or sh:Info")
        stated = self.graph.objects(shape, URIRef(SH + "message"))
        messages = sorted((str(text), getattr(text, "language", None) or "") for text in stated)
        return Annotation(str(severities[0]) if severities else SH + "Violation", tuple(messages))

    def named(self, shape: URIRef) -> Requirement:
        self.name = str(shape)
        self.shapes = 0
        return self.shape(shape, MAX_NESTING)

    def error(self, message: str, hint: str | None = None) -> RequirementError:
        return RequirementError(f"shape `{self.name}`: {message}", hint=hint, subject=self.name)

    def nested(self, shape: Node, depth: int) -> Requirement:
        if isinstance(shape, URIRef):
            return Reference(str(shape))
        if not isinstance(shape, BNode):
            raise self.error(f"`{shape}` stands where a shape is due", hint="write [ … ] or the IRI of a shape")
        return self.shape(shape, depth - 1)

    def shape(self, shape: Node, depth: int) -> Requirement:
        self.count(depth)
        if self.deactivated(shape):
            return All(())
        path = list(self.graph.objects(shape, URIRef(SH + "path")))
        return self.property_shape(shape, path) if path else self.node_shape(shape, depth)

    def count(self, depth: int) -> None:
        """Refuse one shape too many, or too deep."""
        self.shapes += 1
        if depth <= 0:
            raise self.error(f"more than {MAX_NESTING} shapes inside each other", hint="give the inner ones names")
        if self.shapes > MAX_SHAPES:
            raise self.error(f"more than {MAX_SHAPES} shapes in it", hint="give the inner ones names")

    def deactivated(self, shape: Node) -> bool:
        values = list(self.graph.objects(shape, URIRef(SH + "deactivated")))
        for value in values:
            if not isinstance(value, Literal) or not isinstance(value.toPython(), bool):
                raise self.error(f"`sh:deactivated` is `{value}`", hint="write true or false")
        return any(isinstance(value, Literal) and value.toPython() is True for value in values)

    def terms(self, shape: Node) -> list[tuple[str, Node]]:
        """What a shape asks for, by SHACL's or our own terms, in a stable order."""
        return terms_of(self.graph, shape)

    def node_shape(self, shape: Node, depth: int) -> Requirement:
        items: list[Requirement] = []
        for term, value in self.terms(shape):
            read = _NODE_TERMS.get(term.removeprefix(SH))
            if read is None:
                raise self.error(f"`{_short(term)}` is not supported on a node shape", hint=_remedy(term))
            items.append(read(self, value, depth))
        return _conjunction(items)

    def property_shape(self, shape: Node, paths: list[Node]) -> Requirement:
        attribute = self.attribute(paths)
        constraints = self.constraints(shape, attribute)
        counted = any(item.kind == "minCount" and item.operand != 0 for item in constraints)
        for item in constraints:
            if CONSTRAINT_KINDS[item.kind].asks_for_one and not counted:
                raise self.error(
                    f"`req:{item.kind}` of {item.attribute} asks for a value", hint="write `sh:minCount 1` beside it"
                )
        return _conjunction(list(constraints))

    def attribute(self, paths: list[Node]) -> Attribute:
        """The attribute that a path names: by its URI, or by that of its component, or of the link to components, and its own."""
        steps = paths if isinstance(paths[0], URIRef) or len(paths) > 1 else self.path(paths[0])
        if len(paths) > 1 or not steps or len(steps) > MAX_STEPS or not all(isinstance(step, URIRef) for step in steps):
            raise self.error(
                "only an attribute's URI, or ( component attribute ), is supported as `sh:path`",
                hint="name the attribute itself",
            )
        if self.vocabularies.link(str(steps[-1])).link is Link.COMPONENT:
            raise self.error(
                "a path to components is no attribute", hint="write ( ccpp:component attribute ) for each attribute"
            )
        try:
            attribute = self.vocabularies.named(str(steps[-1]))
        except RequirementError as error:
            raise self.error(error.message, error.hint) from None
        if len(steps) == MAX_STEPS and self.vocabularies.link(str(steps[0])).link is not Link.COMPONENT:
            component = self.vocabularies.component_type(str(steps[0])).name
            if component != attribute.name.component:
                raise self.error(
                    f"{attribute.name} is no attribute of `{steps[0]}`", hint=f"its component is {attribute.name.component}"
                )
        return attribute

    def path(self, path: Node) -> list[Node]:
        """The steps of a sequence path; none where it is another kind of path, or also another."""
        if {str(term) for term in self.graph.predicates(path)} != {str(_FIRST), str(_REST)}:
            return []
        return self.members(SH + "path", path)

    def constraints(self, shape: Node, attribute: Attribute) -> list[Constraint]:
        terms = [(term, value) for term, value in self.terms(shape) if term != SH + "path"]
        return [
            Constraint(
                attribute.name,
                kind,
                operand,
                self.vocabularies.named(str(operand)).name if CONSTRAINT_KINDS[kind].takes_attribute else None,
            )
            for kind, operand in self.tests(terms, attribute, MAX_NESTING)
        ]

    def tests(self, terms: list[tuple[str, Node]], attribute: Attribute, depth: int) -> list[tuple[str, Operand]]:
        """The kinds of constraint that some terms write, each with its operand."""
        counts = Counter(term for term, _ in terms)
        also = {term: self.further(term, value, attribute, depth) for term, value in terms if term in _ALSO}
        found = []
        for term, value in terms:
            kind = BY_PARAMETER.get(term)
            if counts[term] > 1 and not (kind and CONSTRAINT_KINDS[kind].repeatable):
                raise self.error(f"`{_short(term)}` of {attribute.name} is stated twice", hint="write two property shapes")
            if kind is not None:
                found.append((kind, self.operand(kind, value, attribute, also, depth)))
            elif term not in _ALSO:
                raise self.error(f"`{_short(term)}` is not supported on a property shape", hint=_remedy(term))
        for term in also:
            if not any(term in CONSTRAINT_KINDS[kind].also for kind, _ in found):
                raise self.error(f"`{_short(term)}` of {attribute.name} stands alone", hint="write the term it completes")
        return found

    def further(self, term: str, value: Node, attribute: Attribute, depth: int) -> Operand:
        if term == SH + "qualifiedValueShape":
            return self.test(value, attribute, depth)
        return str(value)

    def operand(self, kind: str, value: Node, attribute: Attribute, also: Mapping[str, Operand], depth: int) -> Operand:
        row = CONSTRAINT_KINDS[kind]
        members = self.members(row.parameter, value) if row.takes_list else [value]
        if row.takes_shapes:
            return tuple(self.test(member, attribute, depth) for member in members)
        try:
            if row.takes_attribute:
                return str(self.attribute([value]).name)
            values = tuple(iri_of(member) if row.takes_iri else scalar_of(member) for member in members)
            return row.read(values, attribute, also)
        except RequirementError as error:
            raise self.error(f"`{_short(row.parameter)}` of {attribute.name}: {error.message}", error.hint) from None

    def test(self, shape: Node, attribute: Attribute, depth: int) -> Operand:
        """A shape of single values, as a kind and its operand."""
        if isinstance(shape, Literal) or (isinstance(shape, URIRef) and (shape, None, None) not in self.graph):
            raise self.error(f"`{shape}` stands where a shape of values is due", hint="write [ … ] or the IRI of such a shape")
        self.count(depth)
        if self.deactivated(shape):
            return "and", ()
        terms = self.terms(shape)
        for term, _ in terms:
            kind = BY_PARAMETER.get(term)
            if kind is None and term not in _ALSO:
                raise self.error(f"`{_short(term)}` is not supported on a shape of values", hint=_remedy(term))
            if kind is not None and not CONSTRAINT_KINDS[kind].of_values:
                raise self.error(
                    f"`{_short(term)}` asks something of all values together", hint="put it on the property shape around"
                )
        tests = tuple(self.tests(terms, attribute, depth - 1))
        return tests[0] if len(tests) == 1 else ("and", tests)

    def nested_list(self, term: str, value: Node, depth: int) -> tuple[Requirement, ...]:
        return tuple(self.nested(member, depth) for member in self.members(term, value))

    def members(self, term: str, value: Node) -> list[Node]:
        """The members of a list, which must be one list, whole and finite."""
        members, seen = [], set()
        while value != _NIL:
            first, rest = list(self.graph.objects(value, _FIRST)), list(self.graph.objects(value, _REST))
            if len(first) != 1 or len(rest) != 1 or value in seen:
                raise self.error(f"the value of `{_short(term)}` is no list", hint="write ( … )")
            seen.add(value)
            members += first
            value = rest[0]
        return members


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

    refused = REFUSED.get(term.removeprefix(SH))
    if refused:
        return refused
    if term in BY_PARAMETER:
        return "put it on a property shape, with `sh:path`"
    known = [_short(one) for one in (*BY_PARAMETER, *(SH + node_term for node_term in _NODE_TERMS))]
    near = get_close_matches(_short(term), known, n=1, cutoff=0.75)
    return f"did you mean `{near[0]}`?" if near else "README lists the supported terms"

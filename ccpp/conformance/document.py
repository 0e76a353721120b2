"""A document as the rules look at it: components and defaults with their statements, each attribute with the form of its value.

This is not the reader's view. The reader places, coerces and merges; here everything stays as it is stated, so that a rule can say
what is wrong with it. Only two things are read leniently, so that one mistake is reported once: a link that is evidently meant as
one is followed, and XML that can be mended is mended, both with a violation of their own.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ccpp.reading.rdf import RDF, Literal
from ccpp.vocabulary import Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.conformance.schemas import Name, Schemas
    from ccpp.diagnostics import Diagnostic
    from ccpp.reading.rdf import Node, Statement

TYPE = RDF + "type"
_MEMBER = RDF + "_"


class Form(Enum):
    """What stands as the value of an attribute; the value is how messages call it."""

    SIMPLE = "one value"
    BAG = "an rdf:Bag"
    SEQ = "an rdf:Seq"
    ALT = "an rdf:Alt"
    REFERENCE = "a reference"
    STRUCTURE = "a structure"


_CONTAINERS = {RDF + "Bag": Form.BAG, RDF + "Seq": Form.SEQ, RDF + "Alt": Form.ALT}


class Stated(NamedTuple):
    """One statement of an attribute: its name, the form of its value, its texts, and members that are no text."""

    name: Name
    line: int
    form: Form
    texts: tuple[Literal, ...]
    odd_members: tuple[Statement, ...]
    target: Node | None


class Component(NamedTuple):
    """A component, or what is only a default of one, as described in this document.

    `links` are component links that start here, where none may.
    """

    node: Node
    line: int
    is_default: bool
    types: tuple[Statement, ...]
    stated: tuple[Stated, ...]
    defaults: tuple[Statement, ...]
    links: tuple[Statement, ...]

    @property
    def type_uris(self) -> tuple[str, ...]:
        """The types that are resources, each once."""
        return tuple(dict.fromkeys(one.object for one in self.types if not isinstance(one.object, Literal)))


class Document(NamedTuple):
    """All of one document: what had to be mended, its component links, its components and then their defaults, each once."""

    departures: tuple[Diagnostic, ...]
    described: Mapping[Node, Sequence[Statement]]
    links: tuple[Statement, ...]
    components: Mapping[Node, Component]
    schemas: Schemas


def describe(statements: Sequence[Statement], departures: Sequence[Diagnostic], schemas: Schemas) -> Document:
    """The document that statements and the departures of their syntax make."""
    described: dict[Node, list[Statement]] = {}
    for statement in statements:
        described.setdefault(statement.subject, []).append(statement)
    links = tuple(one for one in statements if _links(one, Link.COMPONENT, schemas))
    components: dict[Node, Component] = {}
    # Each node is described once, however many refer to it, so that the work stays linear in the document.
    waiting = deque((node, line, False) for node, line in _targets(links))
    while waiting:
        node, line, is_default = waiting.popleft()
        if node not in components:
            component = components[node] = _describe(node, line, described, schemas, is_default=is_default)
            waiting.extend((node, line, True) for node, line in _targets(component.defaults) if node in described)
    return Document(tuple(departures), described, links, components, schemas)


def _targets(links: Iterable[Statement]) -> list[tuple[Node, int]]:
    """The nodes that links lead to, with the links' lines."""
    return [(one.object, one.line) for one in links if not isinstance(one.object, Literal)]


def is_described(link: Statement, described: Mapping[Node, Sequence[Statement]]) -> bool:
    """Whether a link leads to a node that this document describes."""
    return not isinstance(link.object, Literal) and link.object in described


def _links(statement: Statement, link: Link, schemas: Schemas) -> bool:
    """Whether a statement is a link. One in a foreign namespace has to lead somewhere; with a text it is an attribute."""
    found = schemas.link(statement.predicate)
    return found is not None and found.link is link and (found.right or not isinstance(statement.object, Literal))


def _describe(
    node: Node, line: int, described: Mapping[Node, Sequence[Statement]], schemas: Schemas, *, is_default: bool
) -> Component:
    types, defaults, links, stated = [], [], [], []
    statements = described.get(node, ())
    for one in statements:
        if one.predicate == TYPE:
            types.append(one)
        elif _links(one, Link.DEFAULTS, schemas):
            defaults.append(one)
        elif _links(one, Link.COMPONENT, schemas):
            links.append(one)
        else:
            stated.append(_stated(one, described, schemas))
    line = statements[0].line if statements else line
    return Component(node, line, is_default, tuple(types), tuple(stated), tuple(defaults), tuple(links))


def _stated(statement: Statement, described: Mapping[Node, Sequence[Statement]], schemas: Schemas) -> Stated:
    name, target, line = schemas.attribute(statement.predicate), statement.object, statement.line
    if isinstance(target, Literal):
        return Stated(name, line, Form.SIMPLE, (target,), (), None)
    statements = described.get(target)
    if statements is None:
        return Stated(name, line, Form.REFERENCE, (), (), target)
    types = [one.object for one in statements if one.predicate == TYPE]
    forms = [_CONTAINERS[uri] for uri in types if isinstance(uri, str) and uri in _CONTAINERS]
    if not forms:
        return Stated(name, line, Form.STRUCTURE, (), (), target)
    texts, odd = [], []
    for one in statements:
        if isinstance(one.object, Literal) and one.predicate.startswith(_MEMBER):
            texts.append(one.object)
        elif one.predicate != TYPE:
            odd.append(one)
    return Stated(name, line, forms[0], tuple(texts), tuple(odd), target)


def top(document: Document) -> Iterable[Component]:
    """The components themselves, without what is only a default."""
    return (component for component in document.components.values() if not component.is_default)


def profiles(document: Document) -> Iterable[list[Component]]:
    """The components of each profile; a document may hold several."""
    nodes: dict[Node, dict[Node, None]] = {}
    for link in document.links:
        if not isinstance(link.object, Literal):
            nodes.setdefault(link.subject, {})[link.object] = None
    return ([document.components[node] for node in of_one] for of_one in nodes.values())

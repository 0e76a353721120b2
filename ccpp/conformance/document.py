"""A document as the rules look at it: components and defaults with their statements, each attribute with the form of its value.

This is not the reader's view. The reader places, coerces and merges; here everything stays as it is stated, so that a rule can say
what is wrong with it. Only two things are read leniently, so that one mistake is reported once: a link that is evidently meant as
one is followed, and XML that can be mended is mended, both with a violation of their own.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import ProfileTooLarge
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


#: Values and members that are looked at. A document of the largest size has half of it, unless many attributes share one container.
MAX_VALUES = 200_000

_CONTAINERS = {RDF + "Bag": Form.BAG, RDF + "Seq": Form.SEQ, RDF + "Alt": Form.ALT}


class Value(NamedTuple):
    """What stands as the value of an attribute: its form, its texts, and members that are no text."""

    form: Form
    texts: tuple[Literal, ...] = ()
    odd_members: tuple[Statement, ...] = ()
    target: Node | None = None


class Stated(NamedTuple):
    """One statement of an attribute."""

    name: Name
    line: int
    value: Value


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
    """The document that statements and the departures of their syntax make.

    Raises:
        ProfileTooLarge: it has more than `MAX_VALUES` values.
    """
    described: dict[Node, list[Statement]] = {}
    for statement in statements:
        described.setdefault(statement.subject, []).append(statement)
    links = tuple(one for one in statements if _links(one, Link.COMPONENT, schemas))
    source = _Source(described, schemas, {})
    components: dict[Node, Component] = {}
    members = 0
    # Each node is described once, however many refer to it, so that the work stays linear in the document.
    waiting = deque((node, line, False) for node, line in _targets(links))
    while waiting:
        node, line, is_default = waiting.popleft()
        if node not in components:
            component = components[node] = _describe(node, line, source, is_default=is_default)
            waiting.extend((node, line, True) for node, line in _targets(component.defaults) if node in described)
            members += sum(len(one.value.texts) + len(one.value.odd_members) for one in component.stated)
            if members > MAX_VALUES:
                raise ProfileTooLarge(f"more than {MAX_VALUES} values", line=component.line, hint="no real profile needs it")
    return Document(tuple(departures), described, links, components, schemas)


class _Source(NamedTuple):
    """What describing draws on; `values` keeps the value of each node, for containers that several attributes share."""

    described: Mapping[Node, Sequence[Statement]]
    schemas: Schemas
    values: dict[Node, Value]


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


def _describe(node: Node, line: int, source: _Source, *, is_default: bool) -> Component:
    types, defaults, links, stated = [], [], [], []
    statements = source.described.get(node, ())
    for one in statements:
        if one.predicate == TYPE:
            types.append(one)
        elif _links(one, Link.DEFAULTS, source.schemas):
            defaults.append(one)
        elif _links(one, Link.COMPONENT, source.schemas):
            links.append(one)
        else:
            stated.append(Stated(source.schemas.attribute(one.predicate), one.line, _value(one.object, source)))
    line = statements[0].line if statements else line
    return Component(node, line, is_default, tuple(types), tuple(stated), tuple(defaults), tuple(links))


def _value(target: Node | Literal, source: _Source) -> Value:
    if isinstance(target, Literal):
        return Value(Form.SIMPLE, (target,))
    value = source.values.get(target)
    if value is None:
        value = source.values[target] = _node_value(target, source.described)
    return value


def _node_value(target: Node, described: Mapping[Node, Sequence[Statement]]) -> Value:
    statements = described.get(target)
    if statements is None:
        return Value(Form.REFERENCE, target=target)
    types = [one.object for one in statements if one.predicate == TYPE]
    forms = [_CONTAINERS[uri] for uri in types if isinstance(uri, str) and uri in _CONTAINERS]
    if not forms:
        return Value(Form.STRUCTURE, target=target)
    texts, odd = [], []
    for one in statements:
        if isinstance(one.object, Literal) and one.predicate.startswith(_MEMBER):
            texts.append(one.object)
        elif one.predicate != TYPE:
            odd.append(one)
    return Value(forms[0], tuple(texts), tuple(odd), target)


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

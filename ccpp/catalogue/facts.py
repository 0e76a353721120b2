"""Facts of a catalogue's graph, one at a time, each with the error that says what is wrong with it and what to do.

`ccpp.catalogue.loading` asks for what it needs in the order of the language; nothing here knows what a catalogue is beyond the table of
terms. A reader remembers what it was asked for, so that what nobody asked for can be told.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF, RDFS

from ccpp.catalogue.terms import CAT, CLASSES, REPEATABLE, TERMS
from ccpp.errors import CatalogueError, RequirementError
from ccpp.requirements.shacl import scalar_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from rdflib import Graph
    from rdflib.term import Node

    from ccpp.catalogue.places import Places
    from ccpp.errors import CcppError
    from ccpp.model import Scalar
    from ccpp.requirements.graph import RequirementGraph

T = TypeVar("T")
E = TypeVar("E", bound="StrEnum")

_TYPE, _FIRST, _REST, _NIL, _LABEL = RDF.type, RDF.first, RDF.rest, RDF.nil, RDFS.label

#: Names that a hint still lists; more are no help.
MAX_LISTED = 12

#: Type → what Python calls it, for people who do not.
_TYPE_NAMES = MappingProxyType({int: "a whole number", bool: "true or false"})
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,7}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


class Reader:
    """The facts of one graph, and where they stand."""

    requirements: RequirementGraph

    def __init__(self, graph: Graph, places: Places) -> None:
        self.graph = graph
        self.places = places
        self.ids: dict[str, str] = {}
        self.read: set[Node] = set()

    # What is said of a node.

    def facts(self, node: Node, kind: str) -> dict[str, list[Node]]:
        """What is said of a node in our own terms, each of them known and said as often as it may be."""
        if not isinstance(node, URIRef | BNode):
            source, line = self.places.of(node)
            raise CatalogueError(
                f"{shown(node)} stands where `cat:{kind}` is due", source=source, line=line, hint="write a node, not a text"
            )
        self.read.add(node)
        if kind in CLASSES and (node, _TYPE, URIRef(CAT + kind)) not in self.graph:
            raise self.error(node, f"is no `cat:{kind}`", f"type it `a cat:{kind}`")
        terms = TERMS[kind]
        facts: dict[str, list[Node]] = {}
        for predicate, value in sorted(self.graph.predicate_objects(node), key=_as_texts):
            if str(predicate).startswith(CAT):
                facts.setdefault(str(predicate).removeprefix(CAT), []).append(value)
        for term, values in facts.items():
            if term not in terms:
                raise self.error(node, f"has the unknown property `cat:{term}`", _misplaced(term, terms))
            if len(values) > 1 and not {term, f"{kind} {term}"} & REPEATABLE:
                raise self.error(node, f"states `cat:{term}` {len(values)} times", "state it once")
        for term, needed in terms.items():
            if needed and term not in facts:
                raise self.error(node, f"states no `cat:{term}`", f"every `cat:{kind}` needs it")
        return facts

    def each(self, node: Node, facts: Mapping[str, list[Node]], term: str) -> tuple[list[Node], bool]:
        """The values of a property that may be repeated, and whether they stand in a list, whose order counts."""
        values = facts.get(term, [])
        lists = [value for value in values if value == _NIL or (value, _FIRST, None) in self.graph]
        if lists and len(values) > 1:
            raise self.error(node, f"states `cat:{term}` as a list and once more", "put all of it into the list")
        return (self.members(node, lists[0], term), True) if lists else (values, False)

    def members(self, node: Node, value: Node, term: str) -> list[Node]:
        """The members of a list, which must be one list, whole and finite."""
        members: list[Node] = []
        seen: set[Node] = set()
        while value != _NIL:
            first, rest = list(self.graph.objects(value, _FIRST)), list(self.graph.objects(value, _REST))
            if len(first) != 1 or len(rest) != 1 or value in seen:
                raise self.error(node, f"`cat:{term}` is no list", "write ( … ), whose order is the catalogue's")
            seen.add(value)
            members += first
            value = rest[0]
        return members

    # Names and references.

    def identifier(self, node: Node) -> str:
        """The name of a thing, which no other thing has."""
        identifier = local(str(node)) if isinstance(node, URIRef) else ""
        if not identifier:
            raise self.error(node, "has no name to be called by", "end its IRI in a name, such as `<#chess>`")
        known = self.ids.get(identifier)
        if known == str(node):
            raise self.error(node, "is listed twice", "list it once")
        if known is not None:
            raise self.error(node, f"is the name of `{known}` and of `{node}`", "rename one of them")
        self.ids[identifier] = str(node)
        return identifier

    def label(self, node: Node) -> str:
        """The name that people read."""
        found = [text for text in self.graph.objects(node, _LABEL) if isinstance(text, Literal) and text.strip()]
        if not found:
            raise self.error(node, "has no `rdfs:label`", "give it a name that people read")
        return str(min(found, key=lambda text: (text.language or "", str(text))))

    def requirement(self, node: Node, facts: Mapping[str, list[Node]]) -> str | None:
        """The shape that something requires, by its IRI."""
        if "requirement" not in facts:
            return None
        value = facts["requirement"][0]
        if not isinstance(value, URIRef):
            raise self.error(
                node, f"needs {shown(value)}, which is no name of a shape", "give the shape an IRI, and write that"
            )
        if str(value) not in self.requirements:
            names = {local(known): known for known in self.requirements}
            name = local(str(value))
            raise self.error(node, f"needs `{name}`, which is no shape in this catalogue", nearest(name, names))
        return str(value)

    def name_of(self, node: Node, facts: Mapping[str, list[Node]], term: str, among: Mapping[str, object]) -> str | None:
        """The identifier of a thing that is referred to by its IRI."""
        if term not in facts:
            return None
        value = facts[term][0]
        name = local(str(value)) if isinstance(value, URIRef) else ""
        if name not in among or self.ids.get(name) != str(value):
            raise self.error(node, f"`cat:{term}` is {shown(value)}, which is none of its own", nearest(name, among))
        return name

    # One value.

    def choice(self, node: Node, facts: Mapping[str, list[Node]], term: str, kind: type[E], default: E | None) -> E | None:
        """One of the names of an enumeration, written as an IRI: `third-party` is `cat:ThirdParty`."""
        if term not in facts:
            return default
        names = {CAT + "".join(word.capitalize() for word in one.value.split("-")): one for one in kind}
        value = facts[term][0]
        found = names.get(str(value)) if isinstance(value, URIRef) else None
        if found is None:
            known = ", ".join("cat:" + one.removeprefix(CAT) for one in names)
            raise self.error(node, f"`cat:{term}` is {shown(value)}", f"write one of {known}")
        return found

    def share(self, node: Node, facts: Mapping[str, list[Node]], term: str, default: float) -> float:
        """A number from 0 to 1."""
        if term not in facts:
            return default
        value = facts[term][0]
        number = value.toPython() if isinstance(value, Literal) else None
        if isinstance(number, bool) or not isinstance(number, int | float | Decimal) or not 0 <= number <= 1:
            raise self.error(node, f"{term} {shown(value)} is not from 0 to 1", "write a number such as 0.8")
        return float(number)

    def bytes_of(self, node: Node, facts: Mapping[str, list[Node]], term: str) -> int | None:
        """A number of bytes."""
        if term not in facts:
            return None
        size = self.scalar(node, facts, term, int, default=0)
        if size < 0:
            raise self.error(node, f"{term} `{size}` is negative", f"give the {term} in bytes")
        return size

    def scalar(self, node: Node, facts: Mapping[str, list[Node]], term: str, kind: type[T], *, default: T) -> T:
        """A whole number, or true or false."""
        if term not in facts:
            return default
        value = self.value(node, facts[term][0], term)
        if type(value) is not kind:
            raise self.error(node, f"`cat:{term}` is {shown(facts[term][0])}", f"write {_TYPE_NAMES[kind]}")
        return value

    def text(self, node: Node, facts: Mapping[str, list[Node]], term: str) -> str:
        """A text that must be there."""
        return self.as_text(node, facts[term][0], term)

    def optional_text(self, node: Node, facts: Mapping[str, list[Node]], term: str) -> str | None:
        """A text that may be there."""
        return self.text(node, facts, term) if term in facts else None

    def texts(self, node: Node, facts: Mapping[str, list[Node]], term: str) -> tuple[str, ...]:
        """The texts of a property that may be repeated: in their order if they stand in a list, else sorted."""
        values, ordered = self.each(node, facts, term)
        found = [self.as_text(node, value, term) for value in values]
        return tuple(found if ordered else sorted(found))

    def as_text(self, node: Node, value: Node, term: str) -> str:
        """A node that is a text."""
        plain = isinstance(value, URIRef) or (isinstance(value, Literal) and isinstance(value.toPython(), str))
        if not plain or not str(value).strip():
            raise self.error(node, f"`cat:{term}` is {shown(value)}", "write a text")
        return str(value)

    def value(self, node: Node, value: Node, term: str) -> Scalar:
        """A value of any type that a setting may have."""
        try:
            return scalar_of(value)
        except RequirementError as error:
            raise self.error(node, f"`cat:{term}`: {error.message}", error.hint or "write a text or a number") from None

    def version(self, node: Node, facts: Mapping[str, list[Node]], term: str) -> str | None:
        """Numbers with dots between them."""
        text = self.optional_text(node, facts, term)
        if text is not None and not is_version(text):
            raise self.error(node, f"`{text}` is no version", "write numbers with dots, such as 2.0.1, in quotes")
        return text

    def languages(self, node: Node, facts: Mapping[str, list[Node]]) -> tuple[str, ...]:
        """Language tags (BCP 47)."""
        tags = self.texts(node, facts, "language")
        for tag in tags:
            if not _LANGUAGE.fullmatch(tag):
                raise self.error(node, f"`{tag}` is no language tag", "write one such as fi or pt-BR")
        return tags

    def instant(self, node: Node, facts: Mapping[str, list[Node]], term: str) -> datetime | None:
        """A time, in UTC if it does not say where; the end of a date where it is about `until`, else its start."""
        if term not in facts:
            return None
        value = facts[term][0]
        text = str(value) if isinstance(value, Literal) else ""
        try:
            if len(text) == len("2026-12-01"):
                return datetime.combine(date.fromisoformat(text), time(), UTC) + timedelta(days=term == "until")
            found = datetime.fromisoformat(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.error(
                node, f"`cat:{term}` is {shown(value)}, which is no time", "write 2026-12-01 or 2026-12-01T08:00:00Z"
            ) from None

    # Saying what is wrong.

    def error(self, node: Node, message: str, hint: str) -> CatalogueError:
        """What is wrong with a node, and where it stands."""
        source, line = self.places.of(node)
        return CatalogueError(f"{self.named(node)} {message}", source=source, line=line, hint=hint)

    def placed(self, error: CcppError) -> CcppError:
        """An error about a thing that it names, with the place of that thing."""
        if error.line is None and error.subject is not None:
            source, error.line = self.place_of(error.subject)
            error.source = source or error.source
        return error

    def place_of(self, name: str) -> tuple[str | None, int | None]:
        """The document and the line of a thing by its identifier, or of a shape by its IRI."""
        return self.places.of(URIRef(self.ids.get(name, name)))

    def named(self, node: Node) -> str:
        """The node by the name that it has, or that the thing it belongs to has."""
        owner, path = self.owner(node)
        if isinstance(owner, BNode):
            return "a node without a name"
        return f"`{local(str(owner)) or owner}`" + "".join(f" {term}" for term in reversed(path))

    def owner(self, node: Node) -> tuple[Node, list[str]]:
        """The named thing that a node belongs to, and the properties that lead there, from the node up."""
        path: list[str] = []
        seen: set[Node] = set()
        while isinstance(node, BNode):
            seen.add(node)
            owner = min(self.graph.subject_predicates(node), key=str, default=None)
            if owner is None or owner[0] in seen:
                return node, path
            node, predicate = owner
            if predicate not in {_FIRST, _REST}:
                path.append(local(str(predicate)))
        return node, path


def _as_texts(fact: tuple[Node, Node]) -> tuple[str, str]:
    predicate, value = fact
    return str(predicate), str(value)


def is_version(text: str) -> bool:
    """Whether a text is a version: numbers with dots."""
    return bool(_VERSION.fullmatch(text))


def shown(node: Node) -> str:
    """A node in a message."""
    return "a blank node" if isinstance(node, BNode) else f"`{node}`"


def local(iri: str) -> str:
    """The local part of an IRI."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def _misplaced(term: str, terms: Mapping[str, bool]) -> str:
    """A hint for a property that a kind has not: which kinds have it, else which is meant."""
    kinds = [kind for kind, known in TERMS.items() if term in known]
    return f"it is said of a {' or '.join(f'`cat:{kind}`' for kind in kinds)}" if kinds else nearest(term, terms, "cat:")


def nearest(term: str, known: Mapping[str, object], prefix: str = "") -> str:
    """A hint for a name that is not known: the nearest one, else all of them, if they are few."""
    from difflib import get_close_matches  # noqa: PLC0415  only for the hint

    near = get_close_matches(term, known, n=1)
    if near:
        return f"did you mean `{prefix}{near[0]}`?"
    return f"known are {', '.join(prefix + one for one in sorted(known))}" if len(known) <= MAX_LISTED else "check its spelling"

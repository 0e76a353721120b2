"""What a rule is, and what the rules of CC/PP 1.0 and of UAProf have in common.

A rule is a row: its name, what breaking it means, where it stands, its sentence, and one short function that finds the places
where a document breaks it. A function sees the document only (`ccpp.conformance.document`), so rules never interfere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.conformance.document import Form, is_described
from ccpp.conformance.schemas import COMPONENT
from ccpp.datatypes import collapse
from ccpp.diagnostics import DIAGNOSTICS, Severity
from ccpp.reading.rdf import RDF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from ccpp.conformance.document import Component, Document, Stated
    from ccpp.reading.rdf import Node, Statement


class Breach(NamedTuple):
    """A place where a rule is broken: the node, the property, the line, what is wrong, and SHACL's name for it if it has one."""

    node: Node | None
    path: str | None
    line: int
    message: str
    constraint: str = ""


class Rule(NamedTuple):
    """A rule of a specification: its name, what breaking it means, where it stands, its sentence, and how it is checked."""

    name: str
    severity: Severity
    reference: str
    sentence: str
    check: Callable[[Document], Iterable[Breach]]


#: As much of a value as a message shows.
_SHOWN = 60


def short(text: str) -> str:
    """A text as a message shows it."""
    shown = collapse(text)
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"


#: Departures that RDF/XML permits: it requires support for the unqualified attributes of 1999, and XML allows for declaring
#: entities that are never fetched.
PERMITTED = frozenset({"rdf-attribute-unqualified", "external-entity"})


def syntax(permitted: AbstractSet[str]) -> Callable[[Document], Iterator[Breach]]:
    """The check that XML and RDF/XML are well formed, but for what is permitted."""

    def check(document: Document) -> Iterator[Breach]:
        for departure in document.departures:
            if departure.code not in permitted:
                reference = DIAGNOSTICS[departure.code].reference
                message = f"a strict parser refuses `{departure.code}` ({reference}); the lenient one {departure.message}"
                yield Breach(None, None, departure.line or 0, message)

    return check


def only(code: str) -> Callable[[Document], Iterator[Breach]]:
    """The check for departures of one kind."""

    def check(document: Document) -> Iterator[Breach]:
        for departure in document.departures:
            if departure.code == code:
                yield Breach(None, None, departure.line or 0, departure.message)

    return check


# How messages call things.


def own_types(component: Component) -> list[str]:
    """The types of a component but for `ccpp:Component`, which every one has."""
    return [uri for uri in component.type_uris if uri != COMPONENT]


def name_of(component: Component) -> str:
    """A component as messages call it: by its type, else by its node."""
    types = own_types(component)
    local = types[0].rpartition("#")[2].rpartition("/")[2] if types else ""
    return f"`{local or component.node}`"


# Walks.


def statements_of(document: Document) -> Iterator[tuple[Component, Stated]]:
    """Every attribute statement with the component or default it stands in."""
    return ((component, stated) for component in document.components.values() for stated in component.stated)


def defaults_of(document: Document) -> Iterator[tuple[Component, Statement, Component]]:
    """Each component, its link, and the default that this document describes."""
    for component in document.components.values():
        for link in component.defaults:
            if is_described(link, document.described):
                yield component, link, document.components[str(link.object)]


# Checks that both specifications have, as an error in one and less in the other.


def attribute_once(document: Document) -> Iterator[Breach]:
    """Attributes that a component states more than once."""
    for component in document.components.values():
        first: dict[str, int] = {}
        for stated in component.stated:
            if stated.name.uri in first:
                message = f"`{stated.name.local}` stands again in {name_of(component)}, first on line {first[stated.name.uri]}"
                yield Breach(component.node, stated.name.uri, stated.line, message, "MaxCountConstraintComponent")
            first.setdefault(stated.name.uri, stated.line)


def value_form(document: Document) -> Iterator[Breach]:
    """Values that are neither simple, nor a Bag, nor a Seq, and members that are not simple."""
    for component, stated in statements_of(document):
        what = f"`{stated.name.local}` of {name_of(component)}"
        if stated.value.form in {Form.ALT, Form.REFERENCE, Form.STRUCTURE}:
            target = "" if str(stated.value.target).startswith("_:") else f" (`{stated.value.target}`)"
            message = f"{what} has {stated.value.form.value}{target} for its value"
            yield Breach(component.node, stated.name.uri, stated.line, message)
        for member in stated.value.odd_members:
            is_member = member.predicate.startswith(RDF + "_")
            message = (
                f"{what} has {'a member that is no simple value' if is_member else f'`{member.predicate}` beside its members'}"
            )
            constraint = "NodeKindConstraintComponent" if is_member else ""
            yield Breach(component.node, stated.name.uri, member.line, message, constraint)


def defaults_nested(document: Document) -> Iterator[Breach]:
    """Defaults that have defaults of their own."""
    for default in {default.node: default for _, _, default in defaults_of(document)}.values():
        for link in default.defaults[:1]:
            message = f"the default {name_of(default)} has defaults of its own"
            yield Breach(default.node, link.predicate, link.line, message)

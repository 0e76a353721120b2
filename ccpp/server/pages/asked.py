"""A requirement as people read it: what is asked of the device, as nested lists of sentences."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.matching.explanation import short_name
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement, parts
from ccpp.server.pages.markup import Html, join, prose, tag
from ccpp.server.pages.paths import requirement_link

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Mapping[type, str] = MappingProxyType({All: "all of", Any: "at least one of", ExactlyOne: "exactly one of", Not: "not"})


def asked(requirement: Requirement, graph: Mapping[str, Requirement], *, linked: bool = True) -> Html:
    """What a requirement asks, all of it; those that it refers to can be opened in place, and are linked to where they have a page."""
    items = _flat(requirement)
    return tag(
        "ul", [_item(one, graph, linked=linked) for one in items] or tag("li", "nothing: every device fits"), class_="asked"
    )


def _flat(requirement: Requirement) -> tuple[Requirement, ...]:
    """What all has to hold; *and* in *and* is one."""
    if isinstance(requirement, All):
        return tuple(inner for item in requirement.items for inner in _flat(item))
    return (requirement,)


def _flat_parts(requirement: Requirement) -> tuple[Requirement, ...]:
    return _flat(requirement) if isinstance(requirement, All) else parts(requirement)


def _item(part: Requirement, graph: Mapping[str, Requirement], *, linked: bool) -> Html:
    match part:
        case Constraint(attribute, kind, operand):
            name = tag("span", attribute.name, title=str(attribute), class_="attribute")
            return tag("li", name, " ", prose(CONSTRAINT_KINDS[kind].phrase(operand)))
        case Reference(name):
            link = tag("p", requirement_link(name, "on its own"), class_="small") if linked else None
            return tag("li", tag("details", tag("summary", short_name(name)), asked(graph[name], graph, linked=linked), link))
        case _:
            items = (_item(one, graph, linked=linked) for one in _flat_parts(part))
            return tag("li", _WORDS[type(part)], tag("ul", items))


def sentence(requirement: Requirement, *, linked: bool = True) -> Html:
    """What a requirement asks in one line; those that it refers to by name, with a link where they have a page."""

    def inner(part: Requirement) -> Html:
        several = not isinstance(part, Constraint | Reference | Not) and len(_flat_parts(part)) > 1
        said = sentence(part, linked=linked)
        return join("(", said, ")") if several else said

    match requirement:
        case Constraint(attribute, kind, operand):
            return join(tag("span", attribute.name, class_="attribute"), " ", prose(CONSTRAINT_KINDS[kind].phrase(operand)))
        case Reference(name):
            return requirement_link(name, short_name(name)) if linked else tag("span", short_name(name))
        case Not(item):
            return join("not (", sentence(item, linked=linked), ")")
        case _:
            between = _BETWEEN[type(requirement)]
            return join(*(join(between if place else None, inner(one)) for place, one in enumerate(_flat_parts(requirement))))


_BETWEEN: Mapping[type, str] = MappingProxyType({All: ", ", Any: " or ", ExactlyOne: " or else "})

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


def asked(requirement: Requirement, graph: Mapping[str, Requirement]) -> Html:
    """What a requirement asks, all of it; requirements that it refers to can be opened in place."""
    items = _flat(requirement)
    return tag("ul", [_item(one, graph) for one in items] or tag("li", "nothing: every device fits"), class_="asked")


def _flat(requirement: Requirement) -> tuple[Requirement, ...]:
    """What all has to hold; *and* in *and* is one."""
    if isinstance(requirement, All):
        return tuple(inner for item in requirement.items for inner in _flat(item))
    return (requirement,)


def _item(part: Requirement, graph: Mapping[str, Requirement]) -> Html:
    match part:
        case Constraint(attribute, kind, operand):
            name = tag("span", attribute.name, title=str(attribute), class_="attribute")
            return tag("li", name, " ", prose(CONSTRAINT_KINDS[kind].phrase(operand)))
        case Reference(name):
            link = tag("p", requirement_link(name, "on its own"), class_="small")
            return tag("li", tag("details", tag("summary", short_name(name)), asked(graph[name], graph), link))
        case _:
            inner = _flat(part) if isinstance(part, All) else parts(part)
            return tag("li", _WORDS[type(part)], tag("ul", (_item(one, graph) for one in inner)))


def sentence(requirement: Requirement) -> Html:
    """What a requirement asks in one line, references by name."""
    match requirement:
        case Constraint(attribute, kind, operand):
            return join(tag("span", attribute.name, class_="attribute"), " ", prose(CONSTRAINT_KINDS[kind].phrase(operand)))
        case Reference(name):
            return requirement_link(name, short_name(name))
        case Not(item):
            return join("not (", sentence(item), ")")
        case _:
            between = {All: ", ", Any: " or ", ExactlyOne: " or else "}[type(requirement)]
            items = parts(requirement)
            return join(*(join(between if place else None, _inner(one)) for place, one in enumerate(items)))


def _inner(requirement: Requirement) -> Html:
    """A part of a sentence, in brackets where it is one of alternatives or of several."""
    several = not isinstance(requirement, Constraint | Reference | Not) and len(parts(requirement)) > 1
    return join("(", sentence(requirement), ")") if several else sentence(requirement)

"""Why a verdict is what it is: a tree of what decided, as data; prose is one way to show it.

An explanation keeps of each *and*, *or* and *not* only the parts that decided. It is sufficient: a profile cut down to the attributes
it cites has the same verdict. Each leaf says what the requirement asks, what the profile states, where it was stated, and what would
have to be stated for the other answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccpp.datatypes import lexical
from ccpp.matching.definition import FALSE, TRUE, UNKNOWN, Capabilities, evaluate
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement, parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccpp.model import AttributeName, Origin, ResolvedProfile, Scalar, Verdict


@dataclass(frozen=True, slots=True)
class Fact:
    """A constraint and what the profile states of its attribute; `values` is `None` where it states nothing."""

    constraint: Constraint
    attribute: AttributeName
    asked: str
    values: tuple[Scalar, ...] | None
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A requirement, its verdict, and the parts that decided it; a constraint has a `fact` instead of parts."""

    what: str
    verdict: Verdict
    parts: tuple[Explanation, ...] = ()
    fact: Fact | None = None

    def facts(self) -> Iterator[tuple[Fact, Verdict]]:
        """The leaves, in order, each with its verdict."""
        if self.fact is not None:
            yield self.fact, self.verdict
        for part in self.parts:
            yield from part.facts()

    @property
    def cited(self) -> frozenset[AttributeName]:
        """The attributes that the verdict rests on."""
        return frozenset(name for fact, _ in self.facts() for name in fact.constraint.attributes)


def explain(
    requirement: Requirement, profile: ResolvedProfile, graph: Mapping[str, Requirement], *, world: Capabilities | None = None
) -> Explanation:
    """The reasons of a verdict; `world` is what is evaluated, if that is not the profile itself (`ClosedWorld`)."""
    capabilities = world or profile

    def build(part: Requirement) -> Explanation:
        verdict = evaluate(part, capabilities, graph)
        match part:
            case Constraint(attribute, kind, operand):
                resolved = profile.attributes.get(attribute)
                origins = tuple(winner.origin for winner in resolved.winners) if resolved else ()
                asked = CONSTRAINT_KINDS[kind].phrase(operand)
                fact = Fact(part, attribute, asked, profile.values(attribute), origins)
                return Explanation(f"{attribute} {asked}", verdict, fact=fact)
            case Reference(name):
                return Explanation(name, verdict, (build(graph[name]),))
            case _:
                deciding = _deciding(part, verdict, capabilities, graph)
                return Explanation(_WORDS[type(part)], verdict, tuple(build(one) for one in deciding))

    return build(requirement)


_WORDS: Mapping[type, str] = {All: "all of", Any: "any of", ExactlyOne: "exactly one of", Not: "not"}


def _deciding(
    requirement: Requirement, verdict: Verdict, profile: Capabilities, graph: Mapping[str, Requirement]
) -> tuple[Requirement, ...]:
    """The parts that a verdict rests on: for *and* and *or* those that share it, one of them where one is enough."""
    items = parts(requirement)
    if isinstance(requirement, Not | ExactlyOne):
        return items
    sharing = tuple(item for item in items if evaluate(item, profile, graph) is verdict)
    if isinstance(requirement, Any) and verdict is TRUE:
        return sharing[:1]
    return sharing


def render_explanation(explanation: Explanation) -> str:
    """The explanation as an indented text, a line a part."""
    return "\n".join(_lines(explanation, ""))


def _lines(explanation: Explanation, indent: str) -> Iterator[str]:
    mark = explanation.verdict.mark
    if explanation.fact is None:
        yield f"{indent}{mark} {short_name(explanation.what)}"
        for part in explanation.parts:
            yield from _lines(part, indent + "  ")
        return
    yield f"{indent}{mark} {explanation.what}: {stated(explanation.fact)}"


def stated(fact: Fact) -> str:
    """What the profile states, and where, in words."""
    if fact.values is None:
        return "not stated"
    shown = ", ".join(lexical(value) for value in fact.values[:6]) or "stated as empty"
    more = f" and {len(fact.values) - 6} more" if len(fact.values) > 6 else ""  # noqa: PLR2004  a line's worth
    places = dict.fromkeys(f"{origin.document}:{origin.line}" if origin.line else origin.document for origin in fact.origins)
    where = f" ({', '.join(places)})" if places else ""
    return f"{shown}{more}{where}"


def short_name(name: str) -> str:
    """The local part of a requirement's IRI, which is what people call it."""
    return name.rpartition("#")[2].rpartition("/")[2] or name


def changes(explanation: Explanation) -> list[str]:
    """What would have to be stated otherwise for the verdict to become satisfied, one sentence a leaf that stands in the way."""
    found = []
    for fact, verdict, negated in _leaves(explanation, negated=False):
        if (verdict is FALSE) is not negated or verdict is UNKNOWN:
            action = "state" if fact.values is None else "change"
            wish = f"so that it {'does not hold that it ' if negated else ''}{fact.asked}"
            found.append(f"{action} {fact.attribute} {wish}")
    return list(dict.fromkeys(found))


def _leaves(explanation: Explanation, *, negated: bool) -> Iterator[tuple[Fact, Verdict, bool]]:
    if explanation.fact is not None:
        yield explanation.fact, explanation.verdict, negated
    inner = negated is not (explanation.what == _WORDS[Not])
    holding = [part for part in explanation.parts if part.verdict is TRUE]
    if explanation.what == _WORDS[ExactlyOne] and len(holding) > 1:
        for part in holding:
            yield from _leaves(part, negated=not negated)
        return
    for part in explanation.parts:
        yield from _leaves(part, negated=inner)

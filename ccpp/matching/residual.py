"""What is left of a requirement once a profile has decided what it can, and which attributes to ask for.

The residual has, on every profile that states more, the verdict that the requirement has there (Kleene's operations on decided parts
are what the simplifications below say). A decided requirement leaves nothing but its verdict.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ccpp.matching.definition import TRUE, UNKNOWN, Capabilities, evaluate
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.model import AttributeName, Scalar

#: Requirements that every profile satisfies, and that none does.
ALWAYS, NEVER = All(()), Any(())


def residual(requirement: Requirement, profile: Capabilities, graph: Mapping[str, Requirement]) -> Requirement:
    """The requirement that is left, with its references written out; `ALWAYS` or `NEVER` where it is decided."""

    def left(item: Requirement) -> Requirement:
        return residual(item, profile, graph)

    verdict = evaluate(requirement, profile, graph)
    if verdict is not UNKNOWN:
        return ALWAYS if verdict is TRUE else NEVER
    match requirement:
        case Reference(name):
            return left(graph[name])
        case Not(item):
            return Not(left(item))
        case All(items):
            return _one_of(All, tuple(part for part in map(left, items) if part != ALWAYS))
        case Any(items):
            return _one_of(Any, tuple(part for part in map(left, items) if part != NEVER))
        case ExactlyOne(items):
            parts = tuple(part for part in map(left, items) if part != NEVER)
            if ALWAYS in parts:
                return Not(_one_of(Any, tuple(part for part in parts if part != ALWAYS)))
            return _one_of(ExactlyOne, parts)
        case _:
            return requirement


def _one_of(connective: type[All | Any | ExactlyOne], parts: tuple[Requirement, ...]) -> Requirement:
    """The parts joined; *and* in *and* and *or* in *or* become one, and one part needs no connective."""
    if connective is not ExactlyOne:
        parts = tuple(inner for part in parts for inner in (part.items if type(part) is connective else (part,)))
    distinct = tuple(dict.fromkeys(parts)) if connective is not ExactlyOne else parts
    return distinct[0] if len(distinct) == 1 else connective(distinct)


def missing(requirement: Requirement, profile: Capabilities, graph: Mapping[str, Requirement]) -> tuple[AttributeName, ...]:
    """The attributes to ask for, the one that most constraints of the residual rest on first; none where it is decided."""
    left = residual(requirement, profile, graph)
    counted = Counter(name for part in walk(left) if isinstance(part, Constraint) for name in part.attributes)
    unstated = [name for name in counted if profile.values(name) is None]
    return tuple(sorted(unstated, key=lambda name: (-counted[name], name)))


def core(requirement: Requirement, profile: Capabilities, graph: Mapping[str, Requirement]) -> frozenset[AttributeName]:
    """A least set of stated attributes that the verdict rests on: without any one of them it is another verdict.

    Sets may differ in which of several reasons they keep; attributes are tried in their order, the last first, so the answer is one.
    """
    verdict = evaluate(requirement, profile, graph)
    kept = {name for name in _attributes(requirement, graph) if profile.values(name) is not None}
    for name in sorted(kept, reverse=True):
        if evaluate(requirement, _Cut(profile, kept - {name}), graph) is verdict:
            kept.discard(name)
    return frozenset(kept)


class _Cut:
    """A profile that states only some of its attributes."""

    def __init__(self, profile: Capabilities, kept: set[AttributeName]) -> None:
        self.profile = profile
        self.kept = kept

    def values(self, name: AttributeName, /) -> tuple[Scalar, ...] | None:
        return self.profile.values(name) if name in self.kept else None


def _attributes(requirement: Requirement, graph: Mapping[str, Requirement]) -> set[AttributeName]:
    found: set[AttributeName] = set()
    pending, seen = [requirement], set()
    while pending:
        for part in walk(pending.pop()):
            if isinstance(part, Constraint):
                found.update(part.attributes)
            elif isinstance(part, Reference) and part.name not in seen:
                seen.add(part.name)
                pending.append(graph[part.name])
    return found

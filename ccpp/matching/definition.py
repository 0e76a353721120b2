"""The meaning of a requirement: short, slow, never optimised. Every faster engine is compared with this page.

Three values, after Kleene: satisfied, unsatisfied, and indeterminate where a needed attribute is not stated. A stated attribute is
complete: each constraint on it is decided, on its values, with SHACL's meaning. The closed world of SHACL is the same evaluation
of another profile, one in which every attribute that is not stated is stated to have no value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ccpp.model import AttributeName, Scalar, Verdict
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FALSE, UNKNOWN, TRUE = Verdict.UNSATISFIED, Verdict.INDETERMINATE, Verdict.SATISFIED
_ORDER = (FALSE, UNKNOWN, TRUE)


class Capabilities(Protocol):
    """What a requirement is evaluated on."""

    def values(self, name: AttributeName, /) -> tuple[Scalar, ...] | None:
        """The values of an attribute, `None` where it is not stated."""


class ClosedWorld:
    """A profile in which what is not stated has no value."""

    def __init__(self, profile: Capabilities) -> None:
        self.profile = profile

    def values(self, name: AttributeName, /) -> tuple[Scalar, ...]:
        """The values of an attribute, none where it is not stated."""
        return self.profile.values(name) or ()


def evaluate(requirement: Requirement, profile: Capabilities, graph: Mapping[str, Requirement]) -> Verdict:
    """What a requirement comes to for a profile; references are looked up in `graph`."""
    match requirement:
        case Constraint(attribute, kind, operand, other):
            values = profile.values(attribute)
            compared = operand if other is None else profile.values(other)
            if values is None or compared is None:
                return UNKNOWN
            return TRUE if CONSTRAINT_KINDS[kind].holds(compared, values) else FALSE
        case Reference(name):
            return evaluate(graph[name], profile, graph)
        case Not(item):
            return negation(evaluate(item, profile, graph))
        case All(items):
            return conjunction(evaluate(item, profile, graph) for item in items)
        case Any(items):
            return negation(conjunction(negation(evaluate(item, profile, graph)) for item in items))
        case ExactlyOne(items):
            return exactly_one([evaluate(item, profile, graph) for item in items])


def conjunction(verdicts: Iterable[Verdict]) -> Verdict:
    """The least of the verdicts; satisfied where there is none."""
    return min(verdicts, key=_ORDER.index, default=TRUE)


def negation(verdict: Verdict) -> Verdict:
    """The opposite; the opposite of indeterminate is indeterminate."""
    return _ORDER[2 - _ORDER.index(verdict)]


def exactly_one(verdicts: list[Verdict]) -> Verdict:
    """Decided once two are satisfied, or none is open."""
    if verdicts.count(TRUE) > 1:
        return FALSE
    if UNKNOWN in verdicts:
        return UNKNOWN
    return TRUE if verdicts.count(TRUE) == 1 else FALSE

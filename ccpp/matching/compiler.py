"""A set of requirements compiled once, matched against many profiles.

Theory of operation
-------------------
Requirements of a catalogue share most of their constraints, and constraints share attributes. So each distinct constraint becomes
a bit, and the constraints on one attribute a *column*: from the values of the attribute to two masks, the bits that hold and the
bits that do not. A column remembers what it found for each set of values, because devices repeat each other's values. A profile
is then two integers, `holds` and `fails`; a constraint whose bit is in neither is undecided, its attribute not being stated.

Requirement trees are folded over those integers: the constraints directly under an *and* are one mask, so most requirements are
decided by two bit operations; what is left of the tree is walked. A requirement that others refer to is decided once a profile.

A matcher is never changed after it is made; what columns remember is bounded and only ever a copy of what they would find again,
so threads may share a matcher. The meaning is `ccpp.matching.definition`; tests compare the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.matching.definition import FALSE, TRUE, UNKNOWN, Capabilities, exactly_one, negation
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ccpp.model import AttributeName, Scalar, Verdict
    from ccpp.requirements.graph import RequirementGraph

#: Value sets that one column remembers. Real devices have fewer than 500 for any attribute but the model's name.
MAX_REMEMBERED = 2_048


class State(NamedTuple):
    """One profile being matched: constraints decided either way, and the verdicts of named requirements so far."""

    holds: int
    fails: int
    named: dict[str, Verdict]


Decide: TypeAlias = "Callable[[State], Verdict]"


class Column:
    """The constraints on one attribute."""

    def __init__(self, members: Iterable[tuple[int, Constraint]]) -> None:
        self._members = [(bit, CONSTRAINT_KINDS[constraint.kind].holds, constraint.operand) for bit, constraint in members]
        self._all = sum(bit for bit, _, _ in self._members)
        self._remembered: dict[tuple[Scalar, ...], int] = {}

    def decide(self, values: tuple[Scalar, ...]) -> tuple[int, int]:
        """The bits that hold for these values of the attribute, and those that do not.

        Values of one attribute are of one type, or text; so equal keys are equal values, though `True == 1` in general.
        """
        holds = self._remembered.get(values)
        if holds is None:
            holds = sum(bit for bit, test, operand in self._members if test(operand, values))
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[values] = holds
        return holds, self._all ^ holds


class Matcher:
    """Named requirements, ready to be matched; made by `compile_matcher`."""

    def __init__(self, columns: Mapping[AttributeName, Column], decisions: Mapping[str, Decide], names: Sequence[str]) -> None:
        self._columns = tuple(columns.items())
        self._decisions = tuple(decisions.items())
        self.names = tuple(names)

    def match(self, profile: Capabilities, *, closed_world: bool = False) -> dict[str, Verdict]:
        """The verdict of each requirement by name, in the order of `names`.

        `closed_world` takes what is not stated as having no value, as SHACL does; no verdict is indeterminate then.
        """
        holds = fails = 0
        for attribute, column in self._columns:
            values = profile.values(attribute)
            if values is None:
                if not closed_world:
                    continue
                values = ()
            true, false = column.decide(values)
            holds |= true
            fails |= false
        state = State(holds, fails, {})
        for name, decide in self._decisions:
            state.named[name] = decide(state)
        return {name: state.named[name] for name in self.names}


def compile_matcher(graph: RequirementGraph, names: Iterable[str] | None = None) -> Matcher:
    """A matcher of the named requirements, all of the graph if none are named."""
    wanted = list(graph if names is None else names)
    needed = _needed(graph, wanted)
    bits: dict[Constraint, int] = {}
    for name in needed:
        for part in walk(graph[name]):
            if isinstance(part, Constraint):
                bits.setdefault(part, 1 << len(bits))
    by_attribute: dict[AttributeName, list[tuple[int, Constraint]]] = {}
    for constraint, bit in bits.items():
        by_attribute.setdefault(constraint.attribute, []).append((bit, constraint))
    columns = {attribute: Column(members) for attribute, members in by_attribute.items()}
    return Matcher(columns, {name: _compile(graph[name], bits) for name in needed}, wanted)


def _needed(graph: RequirementGraph, names: Iterable[str]) -> list[str]:
    """The names and all that they refer to, in the graph's order: each after those it refers to."""
    needed, pending = set(names), list(names)
    while pending:
        for part in walk(graph[pending.pop()]):
            if isinstance(part, Reference) and part.name not in needed:
                needed.add(part.name)
                pending.append(part.name)
    return [name for name in graph if name in needed]


def _compile(requirement: Requirement, bits: Mapping[Constraint, int]) -> Decide:
    match requirement:
        case Constraint():
            return _mask(bits[requirement])
        case Reference(name):
            return lambda state: state.named[name]
        case Not(item):
            decide = _compile(item, bits)
            return lambda state: negation(decide(state))
        case All(items):
            return _all(items, bits)
        case Any(items):
            return _any(items, bits)
        case ExactlyOne(items):
            decisions = [_compile(item, bits) for item in items]
            return lambda state: exactly_one([decide(state) for decide in decisions])


def _mask(mask: int) -> Decide:
    """All the constraints of the mask hold."""

    def decide(state: State) -> Verdict:
        if state.fails & mask:
            return FALSE
        return TRUE if state.holds & mask == mask else UNKNOWN

    return decide


def _all(items: tuple[Requirement, ...], bits: Mapping[Constraint, int]) -> Decide:
    mask, decisions = _split(items, bits)
    if not decisions:
        return _mask(mask)

    def decide(state: State) -> Verdict:
        if state.fails & mask:
            return FALSE
        verdict = TRUE if state.holds & mask == mask else UNKNOWN
        for one in decisions:
            other = one(state)
            if other is FALSE:
                return FALSE
            if other is UNKNOWN:
                verdict = UNKNOWN
        return verdict

    return decide


def _any(items: tuple[Requirement, ...], bits: Mapping[Constraint, int]) -> Decide:
    mask, decisions = _split(items, bits)

    def decide(state: State) -> Verdict:
        if state.holds & mask:
            return TRUE
        verdict = FALSE if state.fails & mask == mask else UNKNOWN
        for one in decisions:
            other = one(state)
            if other is TRUE:
                return TRUE
            if other is UNKNOWN:
                verdict = UNKNOWN
        return verdict

    return decide


def _split(items: tuple[Requirement, ...], bits: Mapping[Constraint, int]) -> tuple[int, list[Decide]]:
    """The constraints among the items as one mask, and the other items compiled."""
    mask = 0
    decisions = []
    for item in items:
        if isinstance(item, Constraint):
            mask |= bits[item]
        else:
            decisions.append(_compile(item, bits))
    return mask, decisions

"""The requirements of one application in their order of preference, ready to say which is the first that a profile satisfies.

Whole sets of an application's requirements are ruled out at a time: each attribute that some of them rest on leaves a few of them, and
mostly none is left long before all of these have been looked up. Which are looked up first is learnt from the first profiles: the one
that rules out most, then the one that rules out most of what that has left, and so on. A requirement that no attribute alone rules out
is looked at by itself, clause by clause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.matching.definition import TRUE, ClosedWorld, evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.matching.columns import Column, Outcome
    from ccpp.matching.compiler import Verdicts
    from ccpp.model import AttributeName, ResolvedProfile, Value
    from ccpp.requirements.expression import Requirement
    from ccpp.requirements.graph import RequirementGraph

Place: TypeAlias = tuple[int, int]
"""A position of a set as the number of its byte, and the bit in that byte."""

Look: TypeAlias = "tuple[AttributeName, int, dict[Value, int], Column]"
"""What looking up one attribute takes: its name, which candidates are left where it is not stated, which by its values, the column."""


#: Profiles that a choice learns its order from. With 8 instead it takes a tenth longer on real devices, with 32 the same.
LEARNT_FROM = 16
#: Values that a look-up remembers: there are as many for each attribute of each application, and most attributes have fewer.
MAX_VALUES = 64


class Candidate(NamedTuple):
    """One requirement: its row, where that stands in what columns decide, what may rule it out, the columns of its clauses, the rest."""

    name: str
    row: int
    place: Place
    columns: tuple[Column, ...]
    pairs: tuple[Column, ...]
    clauses: tuple[tuple[Place, tuple[Column, ...]], ...]
    rest: tuple[tuple[Requirement, RequirementGraph], ...]

    def holds_besides(self, profile: ResolvedProfile, *, closed_world: bool) -> bool:
        """Whether it is satisfied where no column of one attribute rules it out."""
        ruling = (column.outcome(profile, closed_world=closed_world) for column in self.pairs)
        if any(one is None or _has(one, self.place) for one in ruling):
            return False
        for place, columns in self.clauses:
            deciding = (column.outcome(profile, closed_world=closed_world) for column in columns)
            if not any(one is not None and _has(one, place) for one in deciding):
                return False
        world = ClosedWorld(profile) if closed_world else profile
        return all(evaluate(item, world, graph) is TRUE for item, graph in self.rest)


def _has(outcome: Outcome, place: Place) -> bool:
    byte, bit = place
    return bool(outcome.packed[byte] & bit)


class Choice:
    """Some requirements of a matcher, the preferred first; made by `Matcher.choice`.

    Never changed but for what it remembers, as a matcher: threads may share it.
    """

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = tuple(candidates)
        self._all = (1 << len(candidates)) - 1
        self._rows = sum({1 << one.row for one in candidates})
        columns = dict.fromkeys(column for one in candidates for column in one.columns)
        self._looks: tuple[Look, ...] = tuple((one.inputs[0], self._but(one), {}, one) for one in columns)
        self._ordered = self._looks
        self._seen: list[list[int]] | None = []

    def __reduce__(self) -> tuple[object, ...]:
        return Choice, (self._candidates,)

    @property
    def names(self) -> tuple[str, ...]:
        """The requirements, the preferred first."""
        return tuple(one.name for one in self._candidates)

    def first(self, profile: ResolvedProfile, *, closed_world: bool = False) -> str | None:
        """The name of the first that is satisfied, looking up no more than that takes; `None` if none is."""
        seen = self._seen
        if seen is not None:
            self._learn(profile, seen)
        stated = profile.attributes.get
        left = self._all
        for look in self._ordered:
            attribute, unstated, leaves, column = look
            resolved = stated(attribute)
            if resolved is not None:
                left &= leaves.get(resolved.value) or self._leaves(leaves, column, resolved.value)
            elif closed_world:
                left &= leaves.get(()) or self._leaves(leaves, column, ())
            else:
                left &= unstated
            if not left:
                return None
        remaining = (one for number, one in enumerate(self._candidates) if left >> number & 1)
        return next((one.name for one in remaining if one.holds_besides(profile, closed_world=closed_world)), None)

    def among(self, verdicts: Verdicts) -> str | None:
        """The name of the first that is satisfied by verdicts of the same matcher, which are known already."""
        satisfied = verdicts.satisfied & self._rows
        if not satisfied:
            return None
        return next(one.name for one in self._candidates if satisfied >> one.row & 1)

    def _leaves(self, leaves: dict[Value, int], column: Column, value: Value) -> int:
        """The candidates that a value does not rule out, remembered from now on."""
        outcome = column.remembered.get(value) or column.decide(value)
        if len(leaves) >= MAX_VALUES:
            leaves.clear()
        leaves[value] = found = self._but(column, outcome)
        return found

    def _but(self, column: Column, outcome: Outcome | None = None) -> int:
        """The candidates without those that an outcome rules out, or without all that rest on the column; never 0, but with a sign."""
        resting = ((number, one) for number, one in enumerate(self._candidates) if column in one.columns)
        return ~sum(1 << number for number, one in resting if outcome is None or _has(outcome, one.place))

    def _learn(self, profile: ResolvedProfile, seen: list[list[int]]) -> None:
        """Notes what each look-up leaves of a profile's candidates; once there are enough such notes, puts the look-ups in order.

        Other threads may do so at the same time: what they add is not looked at, and any order gives the same answers.
        """
        outcomes = ((column, column.outcome(profile, closed_world=False)) for _, _, _, column in self._looks)
        seen.append([self._but(column, outcome) for column, outcome in outcomes])
        if len(seen) >= LEARNT_FROM:
            self._ordered = tuple(self._looks[number] for number in _most_telling(len(self._looks), self._all, tuple(seen)))
            self._seen = None


def _most_telling(count: int, everything: int, seen: Sequence[Sequence[int]]) -> list[int]:
    """The numbers of so many look-ups, each next one that which rules out most of what those before have left."""
    left = [everything] * len(seen)
    ordered: list[int] = []
    waiting = list(range(count))
    while waiting and any(left):
        number = max(
            waiting, key=lambda at: sum((before & ~row[at]).bit_count() for before, row in zip(left, seen, strict=True))
        )
        waiting.remove(number)
        ordered.append(number)
        left = [before & row[number] for before, row in zip(left, seen, strict=True)]
    return ordered + waiting

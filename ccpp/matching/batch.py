"""All profiles against all requirements, by columns: a set of profiles is an integer, a bit a profile.

Theory of operation
-------------------
Profiles are taken in blocks, and turned into columns: for each attribute the set of profiles that state each of its values. A
constraint is tested once a distinct value, and becomes two sets: the profiles of which it holds, and those of which it may hold, which
are the same and those that do not state its attribute. The connectives are operations on such pairs, Kleene's logic for all profiles
at once: *and* intersects, *or* unites, *not* swaps the two and complements them. What several requirements have in common is made once.

Each operation takes a fraction of a microsecond for a block, so the three verdicts of a pair cost a fraction of a nanosecond. Making
columns of profiles costs more, and is done once for any number of catalogues. Memory is that of one block.
"""

from __future__ import annotations

from functools import reduce
from itertools import islice
from operator import and_, or_
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from ccpp.matching.definition import FALSE, TRUE, UNKNOWN
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ccpp.model import AttributeName, ResolvedProfile, Scalar, Value, Verdict
    from ccpp.requirements.graph import RequirementGraph

#: Profiles of a block: the sets of a thousand requirements then stay in the processor's cache.
BLOCK = 25_000

Sets: TypeAlias = tuple[int, int]
"""The profiles of which something holds, and those of which it may hold."""


class Column(NamedTuple):
    """One attribute of many profiles: those that state it, those that state each value of it, and those that have each member."""

    stated: int
    values: Mapping[Value, int]
    members: Mapping[Scalar, int]


class Columns(NamedTuple):
    """Profiles by columns."""

    profiles: int
    attributes: Mapping[AttributeName, Column]


class Block(NamedTuple):
    """The verdicts of each requirement for some profiles: the set of those that satisfy it, and of those that may, being no less."""

    profiles: int
    satisfied: Mapping[str, int]
    satisfiable: Mapping[str, int]

    def verdict(self, name: str, position: int) -> Verdict:
        """The verdict of one requirement for the profile at a position."""
        if self.satisfied[name] >> position & 1:
            return TRUE
        return UNKNOWN if self.satisfiable[name] >> position & 1 else FALSE

    def first(self, names: Iterable[str]) -> dict[str, int]:
        """For requirements in order of preference, the profiles for which each is the first that is satisfied."""
        left = (1 << self.profiles) - 1
        chosen = {}
        for name in names:
            chosen[name] = left & self.satisfied[name]
            left &= ~chosen[name]
        return chosen


def columns_of(profiles: Iterable[ResolvedProfile]) -> Columns:
    """Profiles by columns, in their order; with all that they state, so that the columns serve any requirement."""
    positions: dict[AttributeName, dict[Value, list[int]]] = {}
    count = 0
    for profile in profiles:
        for name, resolved in profile.attributes.items():
            positions.setdefault(name, {}).setdefault(resolved.value, []).append(count)
        count += 1
    return Columns(
        count, {name: _column({value: _set_of(found) for value, found in one.items()}) for name, one in positions.items()}
    )


def _column(values: Mapping[Value, int]) -> Column:
    members: dict[Scalar, int] = {}
    stated = 0
    for value, profiles in values.items():
        stated |= profiles
        for member in _members(value):
            members[member] = members.get(member, 0) | profiles
    return Column(stated, values, members)


def _members(value: Value) -> tuple[Scalar, ...]:
    return value if type(value) is tuple else (value,)  # type: ignore[return-value]  # a Dimension is one value


class BatchMatcher:
    """Named requirements, ready to be matched against many profiles at once; never changed after it is made."""

    def __init__(self, graph: RequirementGraph, names: Iterable[str] | None = None) -> None:
        #: Each distinct part, with the numbers of its own parts, which stand before it.
        self._program: list[tuple[Requirement, tuple[int, ...]]] = []
        numbers: dict[Requirement, int] = {}
        self._names = {name: self._number(graph[name], graph, numbers) for name in (graph if names is None else names)}

    def _number(self, requirement: Requirement, graph: RequirementGraph, numbers: dict[Requirement, int]) -> int:
        found = numbers.get(requirement)
        if found is not None:
            return found
        match requirement:
            case Reference(name):
                number = self._number(graph[name], graph, numbers)
            case Not(item):
                number = self._add(requirement, (self._number(item, graph, numbers),))
            case All(items) | Any(items) | ExactlyOne(items):
                number = self._add(requirement, tuple([self._number(item, graph, numbers) for item in items]))
            case _:
                number = self._add(requirement, ())
        numbers[requirement] = number
        return number

    def _add(self, requirement: Requirement, parts: tuple[int, ...]) -> int:
        self._program.append((requirement, parts))
        return len(self._program) - 1

    def match(self, columns: Columns, *, closed_world: bool = False) -> Block:
        """The verdicts of every requirement for every profile of a block."""
        everything = (1 << columns.profiles) - 1
        holds: list[int] = []
        may_hold: list[int] = []
        for requirement, parts in self._program:
            match requirement:
                case All():
                    true = reduce(and_, [holds[part] for part in parts], everything)
                    open_ = reduce(and_, [may_hold[part] for part in parts], everything)
                case Any():
                    true = reduce(or_, [holds[part] for part in parts], 0)
                    open_ = reduce(or_, [may_hold[part] for part in parts], 0)
                case Not():
                    true, open_ = everything ^ may_hold[parts[0]], everything ^ holds[parts[0]]
                case ExactlyOne():
                    true, open_ = _exactly_one([(holds[part], may_hold[part]) for part in parts], everything)
                case Constraint():
                    true, open_ = _tested(requirement, columns, everything, closed_world=closed_world)
            holds.append(true)
            may_hold.append(open_)
        return Block(
            columns.profiles,
            {name: holds[number] for name, number in self._names.items()},
            {name: may_hold[number] for name, number in self._names.items()},
        )

    def match_all(self, profiles: Iterable[ResolvedProfile], *, closed_world: bool = False) -> Iterator[Block]:
        """The same for any number of profiles, block by block."""
        remaining = iter(profiles)
        while taken := list(islice(remaining, BLOCK)):
            yield self.match(columns_of(taken), closed_world=closed_world)


def _tested(constraint: Constraint, columns: Columns, everything: int, *, closed_world: bool) -> Sets:
    if constraint.other is not None:
        return _compared(constraint, columns, everything, closed_world=closed_world)
    column = columns.attributes.get(constraint.attribute, _UNSTATED)
    test, operand = CONSTRAINT_KINDS[constraint.kind].holds, constraint.operand
    if constraint.kind == "hasValue":  # nearly half of all constraints, and known by its member
        holds = column.members.get(cast("Scalar", operand), 0)
    else:
        holds = 0
        for value, profiles in column.values.items():
            if test(operand, _members(value)):
                holds |= profiles
    unstated = everything ^ column.stated
    if closed_world:
        holds |= unstated if test(operand, ()) else 0
        return holds, holds
    return holds, holds | unstated


def _compared(constraint: Constraint, columns: Columns, everything: int, *, closed_world: bool) -> Sets:
    """A constraint that compares two attributes: tested once for each pair of values that some profile has."""
    column, other = (columns.attributes.get(name, _UNSTATED) for name in constraint.attributes)
    test = CONSTRAINT_KINDS[constraint.kind].holds
    values, others = (list(one.values.items()) for one in (column, other))
    if closed_world:
        values.append(((), everything ^ column.stated))
        others.append(((), everything ^ other.stated))
    holds = 0
    for value, profiles in values:
        for compared, these in others:
            both = profiles & these
            if both and test(_members(compared), _members(value)):
                holds |= both
    return holds, holds if closed_world else holds | everything ^ (column.stated & other.stated)


_UNSTATED = Column(0, {}, {})


def _exactly_one(parts: Sequence[Sets], everything: int) -> Sets:
    once = twice = open_ = 0
    for holds, may_hold in parts:
        twice |= once & holds
        once |= holds
        open_ |= may_hold ^ holds
    return once & ~twice & ~open_, (once | open_) & (everything ^ twice)


def _set_of(positions: Sequence[int]) -> int:
    """Ascending positions as a set; by way of bytes, because adding bit after bit to a long integer copies it each time."""
    packed = bytearray(positions[-1] // 8 + 1)
    for position in positions:
        packed[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(packed, "little")

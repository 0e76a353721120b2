"""All profiles against all requirements, by columns: a set of profiles is an integer, a bit a profile.

Theory of operation
-------------------
Profiles are taken in blocks, and turned into columns: for each attribute the set of profiles that state each of its values. Values are
tested once, whatever the number of profiles and blocks: the constraints on an attribute of which a value decides alike make a class,
the classes of an attribute are few, and a constraint becomes two sets, unions of them: the profiles of which it holds, and those of
which it may hold, which are the same and those that do not state its attribute. The connectives are operations on such pairs, Kleene's
logic for all profiles at once: *and* intersects, *or* unites, *not* swaps the two and complements them. What several requirements have
in common is made once.

Each operation takes a fraction of a microsecond for a block, so the three verdicts of a pair cost a fraction of a nanosecond. Making
columns of profiles costs more, and is done once for any number of catalogues; `ccpp.matching.arrow` takes dictionary-coded profiles,
which is quicker. Memory is that of one block. Sets are Python's integers, not arrays: at this size an operation on an array takes longer
to begin than to do.
"""

from __future__ import annotations

from functools import reduce
from itertools import islice
from operator import and_, itemgetter, or_
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, TypeVar

from ccpp.matching.definition import FALSE, TRUE, UNKNOWN
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ccpp.model import AttributeName, ResolvedProfile, Scalar, Value, Verdict
    from ccpp.requirements.graph import RequirementGraph

#: Profiles of a block: the sets of a thousand requirements then stay in the processor's cache.
BLOCK = 25_000
#: Values of one attribute of which it is remembered what they come to.
MAX_REMEMBERED = 65_536

K = TypeVar("K")

Connective: TypeAlias = All | Any | ExactlyOne | Not

Sets: TypeAlias = tuple[int, int]
"""The profiles of which something holds, and those of which it may hold."""


class Column(Protocol):
    """One attribute of many profiles."""

    @property
    def stated(self) -> int:
        """The profiles that state it."""

    def classes(self, of: Callable[[Value], K], /) -> Mapping[K, int]:
        """The profiles that state it by the class of their value."""


class ValueColumn:
    """One attribute of many profiles, by the profiles that state each value of it."""

    def __init__(self, values: Mapping[Value, int]) -> None:
        self.values = values
        self.stated = reduce(or_, values.values(), 0)

    def classes(self, of: Callable[[Value], K], /) -> Mapping[K, int]:
        """The profiles that state it by the class of their value."""
        sets: dict[K, list[int]] = {}
        for value, profiles in self.values.items():
            sets.setdefault(of(value), []).append(profiles)
        if not sets:
            return {}
        *others, largest = sorted(sets, key=lambda kind: len(sets[kind]))
        found = {kind: reduce(or_, sets[kind]) for kind in others}
        found[largest] = self.stated ^ reduce(or_, found.values(), 0)  # most values are rare, and no constraint names them
        return found


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
        count,
        {name: ValueColumn({value: _set_of(found) for value, found in one.items()}) for name, one in positions.items()},
    )


def _members(value: Value) -> tuple[Scalar, ...]:
    return value if type(value) is tuple else (value,)  # type: ignore[return-value]  # a Dimension is one value


class _Tests:
    """All constraints on one attribute, each with its number; the class of a value is what each of them says of it."""

    def __init__(self) -> None:
        self.constraints: list[tuple[int, Constraint]] = []
        self._known: dict[Value, tuple[bool, ...]] = {}

    def class_of(self, value: Value) -> tuple[bool, ...]:
        """Which of the constraints hold of a value."""
        known = self._known.get(value)
        if known is None:
            values = _members(value)
            known = tuple([CONSTRAINT_KINDS[one.kind].holds(one.operand, values) for _, one in self.constraints])
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[value] = known
        return known

    def sets(self, column: Column, everything: int, *, closed_world: bool) -> Iterator[tuple[int, Sets]]:
        """Each constraint by number, as the profiles of which it holds and may hold."""
        classes = dict(column.classes(self.class_of))
        unstated = everything ^ column.stated
        if closed_world:
            empty = self.class_of(())
            classes[empty] = classes.get(empty, 0) | unstated
            unstated = 0
        for position, (number, _) in enumerate(self.constraints):
            holds = reduce(or_, [profiles for outcome, profiles in classes.items() if outcome[position]], 0)
            yield number, (holds, holds | unstated)


class _Step(NamedTuple):
    """One connective: the number of what it makes, and what picks its parts out of a list by number: two at least, so that it gives a tuple.

    `ready` are the requirements that are complete then, by name and number, and `done` the numbers that nothing after it asks for.
    """

    number: int
    connective: type[Connective]
    picks: Callable[[Sequence[int]], tuple[int, ...]]
    ready: Sequence[tuple[str, int]]
    done: Sequence[int]


class BatchMatcher:
    """Named requirements, ready to be matched against many profiles at once; never changed after it is made."""

    def __init__(self, graph: RequirementGraph, names: Iterable[str] | None = None) -> None:
        self._graph = graph
        self._numbers: dict[Requirement, int] = {}
        self._tests: dict[AttributeName, _Tests] = {}
        self._comparisons: list[tuple[int, Constraint]] = []
        self._connectives: list[tuple[int, Connective, list[int]]] = []  # each distinct one, after what it is made of
        self._names = {name: self._number(graph[name]) for name in (graph if names is None else names)}
        made = {number for number, _, _ in self._connectives}
        self._plain = [(name, number) for name, number in self._names.items() if number not in made]
        self._steps = _steps(self._connectives, self._names)

    def _number(self, requirement: Requirement) -> int:
        """The number of a requirement in the lists of sets; what is equal has the same."""
        found = self._numbers.get(requirement)
        if found is not None:
            return found
        match requirement:
            case Reference(name):
                return self._number(self._graph[name])
            case Constraint():
                number = self._add(requirement)
                if requirement.other is None:
                    self._tests.setdefault(requirement.attribute, _Tests()).constraints.append((number, requirement))
                else:
                    self._comparisons.append((number, requirement))
            case Not() | All() | Any() | ExactlyOne():
                made_of = [self._number(part) for part in parts(requirement)]
                number = self._add(requirement)
                self._connectives.append((number, requirement, made_of))
        return number

    def _add(self, requirement: Requirement) -> int:
        number = self._numbers[requirement] = len(self._numbers) + _RESERVED
        return number

    def sets(self, columns: Columns, *, closed_world: bool = False) -> Iterator[tuple[str, int, int]]:
        """For each requirement of `names` the profiles of a block that satisfy it and those that may, one after another.

        What is not asked for any more is let go at once: its memory is in the processor's cache, and fresh memory is not.
        """
        everything = (1 << columns.profiles) - 1
        holds, may_hold = self._tested(columns, everything, closed_world=closed_world)
        for name, one in self._plain:
            yield name, holds[one], may_hold[one]
        for number, connective, picks, ready, done in self._steps:
            if connective is All:
                holds[number] = reduce(and_, picks(holds))
                may_hold[number] = reduce(and_, picks(may_hold))
            elif connective is Any:
                holds[number] = reduce(or_, picks(holds))
                may_hold[number] = reduce(or_, picks(may_hold))
            elif connective is Not:
                holds[number], may_hold[number] = everything ^ picks(may_hold)[0], everything ^ picks(holds)[0]
            else:
                pairs = zip(picks(holds), picks(may_hold), strict=True)
                holds[number], may_hold[number] = _exactly_one(pairs, everything)
            for name, one in ready:
                yield name, holds[one], may_hold[one]
            for one in done:
                holds[one] = may_hold[one] = 0

    def _tested(self, columns: Columns, everything: int, *, closed_world: bool) -> tuple[list[int], list[int]]:
        """The two lists of sets by number, with those of the constraints filled in."""
        holds = [0] * (len(self._numbers) + _RESERVED)
        holds[_ALWAYS] = everything
        may_hold = holds.copy()
        for attribute, tests in self._tests.items():
            column = columns.attributes.get(attribute, _UNSTATED)
            for number, sets in tests.sets(column, everything, closed_world=closed_world):
                holds[number], may_hold[number] = sets
        for number, constraint in self._comparisons:
            holds[number], may_hold[number] = _compared(constraint, columns, everything, closed_world=closed_world)
        return holds, may_hold

    def match(self, columns: Columns, *, closed_world: bool = False) -> Block:
        """The verdicts of every requirement for every profile of a block."""
        satisfied = dict.fromkeys(self._names, 0)
        satisfiable = satisfied.copy()
        for name, sure, possible in self.sets(columns, closed_world=closed_world):
            satisfied[name], satisfiable[name] = sure, possible
        return Block(columns.profiles, satisfied, satisfiable)

    def match_all(self, profiles: Iterable[ResolvedProfile], *, closed_world: bool = False) -> Iterator[Block]:
        """The same for any number of profiles, block by block."""
        remaining = iter(profiles)
        while taken := list(islice(remaining, BLOCK)):
            yield self.match(columns_of(taken), closed_world=closed_world)


#: Numbers of two sets that are always there: that of all profiles, and the empty one.
_ALWAYS, _NEVER, _RESERVED = 0, 1, 2


def _steps(connectives: Sequence[tuple[int, Connective, list[int]]], names: Mapping[str, int]) -> list[_Step]:
    """The connectives in their order, with what is ready and done after each."""
    ready: dict[int, list[tuple[str, int]]] = {}
    for name, number in names.items():
        ready.setdefault(number, []).append((name, number))
    last = {number: number for number, _, _ in connectives}
    last |= {part: number for number, _, made_of in connectives for part in made_of if part in last}
    done: dict[int, list[int]] = {}
    for part, number in last.items():
        done.setdefault(number, []).append(part)
    steps = []
    for number, requirement, made_of in connectives:
        neutral = _ALWAYS if isinstance(requirement, All) else _NEVER
        picks = itemgetter(*made_of, *[neutral] * (2 - len(made_of)))
        steps.append(_Step(number, type(requirement), picks, ready.get(number, ()), done.get(number, ())))
    return steps


def _compared(constraint: Constraint, columns: Columns, everything: int, *, closed_world: bool) -> Sets:
    """A constraint that compares two attributes: tested once for each pair of values that some profile has."""
    column, other = (columns.attributes.get(name, _UNSTATED) for name in constraint.attributes)
    test = CONSTRAINT_KINDS[constraint.kind].holds
    values, others = (list(one.classes(lambda value: value).items()) for one in (column, other))
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


_UNSTATED = ValueColumn({})


def _exactly_one(parts: Iterable[Sets], everything: int) -> Sets:
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

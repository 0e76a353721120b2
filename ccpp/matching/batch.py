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

from collections import defaultdict
from functools import reduce
from itertools import islice
from operator import itemgetter, or_
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, TypeVar

from ccpp.matching.definition import FALSE, TRUE, UNKNOWN
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

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
        self.stated = _union(values.values())

    def classes(self, of: Callable[[Value], K], /) -> Mapping[K, int]:
        """The profiles that state it by the class of their value."""
        sets: defaultdict[K, list[int]] = defaultdict(list)
        for kind, profiles in zip(map(of, self.values), self.values.values(), strict=True):
            sets[kind].append(profiles)
        if not sets:
            return {}
        *others, largest = sorted(sets, key=lambda kind: len(sets[kind]))
        found = {kind: _union(sets[kind]) for kind in others}
        found[largest] = self.stated ^ _union(found.values())  # most values are rare, and no constraint names them
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


def _union(sets: Collection[int]) -> int:
    """All sets in one; without the empty set to begin with, which would copy the first."""
    return reduce(or_, sets) if sets else 0


def _members(value: Value) -> tuple[Scalar, ...]:
    return value if type(value) is tuple else (value,)  # type: ignore[return-value]  # a Dimension is one value


class _Tests(dict["Value", int]):
    """All constraints on one attribute, each with its number; and the class of every value met: a bit for each constraint that holds of it."""

    def __init__(self) -> None:
        self.constraints: list[tuple[int, Constraint]] = []

    def __missing__(self, value: Value) -> int:
        values = _members(value)
        outcomes = [CONSTRAINT_KINDS[one.kind].holds(one.operand, values) for _, one in self.constraints]
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        found = self[value] = sum(1 << position for position, holds in enumerate(outcomes) if holds)
        return found

    def sets(self, column: Column, everything: int, *, closed_world: bool) -> Iterator[tuple[int, Sets]]:
        """Each constraint by number, as the profiles of which it holds and may hold."""
        classes = dict(column.classes(self.__getitem__))
        unstated = everything ^ column.stated
        if closed_world:
            empty = self[()]
            classes[empty] = classes.get(empty, 0) | unstated
            unstated = 0
        for position, (number, _) in enumerate(self.constraints):
            holds = _union([profiles for kind, profiles in classes.items() if kind >> position & 1])
            yield number, (holds, holds | unstated)


class _Step(NamedTuple):
    """One connective: what picks its parts out of a list of sets, two at least, so that it gives a tuple; its place there; and its names."""

    connective: type[Connective]
    picks: Callable[[Sequence[Sets]], tuple[Sets, ...]]
    place: int
    names: Sequence[str]


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
        self._steps = list(_steps(self._connectives, self._names))

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
        """For each requirement of `names` the profiles of a block that satisfy it and those that may, one after another."""
        everything = (1 << columns.profiles) - 1
        sets = self._tested(columns, everything, closed_world=closed_world)
        for name, place in self._plain:
            yield name, *sets[place]
        for connective, picks, place, names in self._steps:
            picked = iter(picks(sets))
            holds, may_hold = next(picked)
            if connective is All:
                for one, other in picked:
                    holds &= one
                    may_hold &= other
            elif connective is Any:
                for one, other in picked:
                    holds |= one
                    may_hold |= other
            elif connective is Not:
                holds, may_hold = everything ^ may_hold, everything ^ holds
            else:
                holds, may_hold = _exactly_one(picks(sets), everything)
            sets[place] = holds, may_hold
            for name in names:
                yield name, holds, may_hold

    def _tested(self, columns: Columns, everything: int, *, closed_world: bool) -> list[Sets]:
        """The list of sets, with those of the constraints filled in."""
        sets = [_NOTHING] * (len(self._numbers) + _RESERVED)
        sets[_ALWAYS] = everything, everything
        for attribute, tests in self._tests.items():
            column = columns.attributes.get(attribute, _UNSTATED)
            for number, found in tests.sets(column, everything, closed_world=closed_world):
                sets[number] = found
        for number, constraint in self._comparisons:
            sets[number] = _compared(constraint, columns, everything, closed_world=closed_world)
        return sets

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


#: Places of two sets that are always there: that of all profiles, and the empty one.
_ALWAYS, _NEVER, _RESERVED = 0, 1, 2
_NOTHING: Sets = (0, 0)


def _steps(connectives: Sequence[tuple[int, Connective, list[int]]], names: Mapping[str, int]) -> Iterator[_Step]:
    """The connectives in their order, each in the place of one that nothing asks for any more.

    What is let go at once leaves its memory in the processor's cache, and fresh memory is not there.
    """
    named: dict[int, list[str]] = {}
    for name, number in names.items():
        named.setdefault(number, []).append(name)
    last = {number: number for number, _, _ in connectives}
    last |= {part: number for number, _, made_of in connectives for part in made_of if part in last}
    places: dict[int, int] = {}
    free: list[int] = []
    for number, requirement, made_of in connectives:
        neutral = _ALWAYS if isinstance(requirement, All) else _NEVER
        picks = itemgetter(*[places.get(part, part) for part in made_of], *[neutral] * (2 - len(made_of)))
        free += [places[part] for part in dict.fromkeys(made_of) if last.get(part) == number]
        place = places[number] = free.pop() if free else number
        if last[number] == number:
            free.append(place)
        yield _Step(type(requirement), picks, place, named.get(number, ()))


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

"""What the values of an attribute come to, as sets of rows and clauses: the parts that a matcher is made of.

What is remembered here is bounded, and only ever a copy of what would be found again; so threads may share it, each write being one
assignment, and what is sent to another process goes without it.
"""

from __future__ import annotations

from functools import reduce
from operator import itemgetter, or_
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar, cast

from ccpp.requirements.constraints import CONSTRAINT_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ccpp.matching.normal import Clause
    from ccpp.model import AttributeName, Resolved, ResolvedProfile, Scalar, Value
    from ccpp.requirements.expression import Constraint

#: Value sets that one column remembers. Real devices have fewer than 500 for any attribute but the model's name.
MAX_REMEMBERED = 2_048

#: Columns of a group, and combinations of outcomes that a group remembers. Six columns of 400 real devices come to 70 combinations, so
#: that their ORs are one look-up; with more columns, fewer devices find theirs.
TOGETHER = 6
MAX_TOGETHER = 512
#: Sets of stated attributes that a table remembers. 2,100 real devices have 530 of them, of 80 attributes.
MAX_SHAPES = 2_048

K = TypeVar("K")
T = TypeVar("T")

Inputs: TypeAlias = "tuple[AttributeName, ...]"
"""What a column is decided by: one attribute, or the two that a constraint compares."""


class Decided(NamedTuple):
    """What a constraint of a column decides by holding and by failing: rows ruled out, clauses satisfied."""

    constraint: Constraint
    by_holding: int
    by_failing: int


class Outcome:
    """What values of a column come to; values of which the same constraints hold share it, so there are few.

    `decided` are the rows ruled out and the clauses satisfied; `packed` is the same as bytes, for whoever asks for one bit. Outcomes
    are compared by identity and never made over, so that what is remembered under some of them stays right.
    """

    __slots__ = ("decided", "packed")

    def __init__(self, decided: int, size: int) -> None:
        self.decided = decided
        self.packed = decided.to_bytes(size, "little")


class Column:
    """What the values of one attribute decide, as sets of bits; `rests` are all the bits that they may decide."""

    def __init__(self, inputs: Inputs, constraints: Sequence[Decided], choices: Sequence[tuple[Clause, int]]) -> None:
        self.inputs = inputs
        self.constraints = tuple(constraints)
        self.choices = tuple(choices)
        self.rests = 0
        for _, holding, failing in constraints:
            self.rests |= holding | failing
        for _, rows in choices:
            self.rests |= rows
        self._size = (self.rests.bit_length() + 7) // 8
        #: What was found for values seen before, and for the constraints that hold of them: many values differ in none of those.
        self.remembered: dict[Value, Outcome] = {}
        self._outcomes: dict[tuple[bool, ...], Outcome] = {}

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.inputs, self.constraints, self.choices)

    def outcome(self, profile: ResolvedProfile, *, closed_world: bool) -> Outcome | None:
        """What a profile's value comes to; `None` where it is not stated."""
        resolved = profile.attributes.get(self.inputs[0])
        if resolved is not None:
            return self.remembered.get(resolved.value) or self.decide(resolved.value)
        return self.empty() if closed_world else None

    def empty(self) -> Outcome:
        """What no value at all comes to."""
        return self.remembered.get(()) or self.decide(())

    def decide(self, value: Value) -> Outcome:
        """What a value comes to, remembered from now on.

        Values of one attribute are of one type, or text; so equal keys are equal values, though `True == 1` in general.
        """
        holding = self._holding(value)
        found = self._outcomes.get(holding)
        if found is None:
            found = _remember(self._outcomes, holding, Outcome(self._decided(holding), self._size), MAX_REMEMBERED)
        return _remember(self.remembered, value, found, MAX_REMEMBERED)

    def _holding(self, value: Value) -> tuple[bool, ...]:
        values = _members(value)
        return tuple([CONSTRAINT_KINDS[one.constraint.kind].holds(one.constraint.operand, values) for one in self.constraints])

    def _decided(self, outcome: tuple[bool, ...]) -> int:
        found = 0
        for (_, by_holding, by_failing), holds in zip(self.constraints, outcome, strict=True):
            found |= by_holding if holds else by_failing
        if self.choices:
            holding = {one.constraint for one, holds in zip(self.constraints, outcome, strict=True) if holds}
            for clause, rows in self.choices:
                if all((constraint in holding) is negated for constraint, negated in clause):
                    found |= rows
        return found


class PairColumn(Column):
    """What the values of two attributes decide together; what is decided on is the pair of both."""

    def outcome(self, profile: ResolvedProfile, *, closed_world: bool) -> Outcome | None:
        """What the values of both come to; `None` where one is not stated."""
        stated = [profile.attributes.get(name) for name in self.inputs]
        if None in stated and not closed_world:
            return None
        value = cast("Value", tuple([() if one is None else one.value for one in stated]))
        return self.remembered.get(value) or self.decide(value)

    def _holding(self, value: Value) -> tuple[bool, ...]:
        values, others = map(_members, value)  # type: ignore[arg-type]
        return tuple([CONSTRAINT_KINDS[one.constraint.kind].holds(others, values) for one in self.constraints])


def _members(value: Value) -> tuple[Scalar, ...]:
    return value if type(value) is tuple else (value,)  # type: ignore[return-value]  # a Dimension is one value


def _remember(known: dict[K, T], key: K, found: T, limit: int) -> T:
    if len(known) >= limit:
        known.clear()
    known[key] = found
    return found


class Group(dict["tuple[Outcome, ...]", int]):
    """What some columns decide together, remembered for the outcomes that those of them that are stated come to.

    Outcomes are few and devices alike, so that the ORs of a group are done once for most devices.
    """

    def __missing__(self, outcomes: tuple[Outcome, ...]) -> int:
        return _remember(self, outcomes, reduce(or_, [one.decided for one in outcomes]), MAX_TOGETHER)


Look: TypeAlias = "tuple[Callable[[Value], Outcome | None], Column]"
"""What looking a value up takes: what values are known to come to, and the column of whatever is not known."""


class Shape(NamedTuple):
    """What follows from which attributes a profile states, whatever their values.

    `pick` takes what is stated of the attributes of `looks` out of a profile; `parts` say which of these each group has; `pairs` are the
    columns of two attributes to look up. All other columns have `decided` these bits, where the world is closed, or leave these
    `undecided`, where it is not.
    """

    pick: Callable[[Mapping[AttributeName, Resolved]], tuple[Resolved, ...]]
    looks: tuple[Look, ...]
    parts: tuple[tuple[slice, Group], ...]
    pairs: tuple[PairColumn, ...]
    decided: int
    undecided: int


class Table:
    """The columns of a matcher: those of one attribute, in groups, and those of two; with the shapes of profiles seen before."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self.columns = tuple(columns)
        self.pairs = tuple(one for one in self.columns if isinstance(one, PairColumn))
        self.singles = tuple(one for one in self.columns if not isinstance(one, PairColumn))
        self._attributes = frozenset(name for one in self.columns for name in one.inputs)
        looks = [(one.inputs[0], (one.remembered.get, one)) for one in self.singles]
        self._groups = tuple((looks[at : at + TOGETHER], Group()) for at in range(0, len(looks), TOGETHER))
        self._shapes: tuple[dict[frozenset[AttributeName], Shape], ...] = ({}, {})  # in the open world and in the closed one

    def __reduce__(self) -> tuple[object, ...]:
        return Table, (self.columns,)

    def decide(self, profile: ResolvedProfile, *, closed_world: bool) -> tuple[int, int]:
        """The bits that a profile decides, and those of columns that it leaves open: where most of the time goes, so written out."""
        attributes = profile.attributes
        stated = self._attributes.intersection(attributes)  # so that no name is kept that no column has
        shape = self._shapes[closed_world].get(stated) or self._shape(stated, closed_world=closed_world)
        pick, looks, parts, pairs, decided, undecided = shape
        outcomes = tuple(
            [
                known(resolved.value) or column.decide(resolved.value)
                for resolved, (known, column) in zip(pick(attributes), looks, strict=True)
            ]
        )
        for part, group in parts:
            decided |= group[outcomes[part]]
        for pair in pairs:
            decided |= cast("Outcome", pair.outcome(profile, closed_world=closed_world)).decided
        return decided, undecided

    def _shape(self, stated: frozenset[AttributeName], *, closed_world: bool) -> Shape:
        """The shape of profiles that state these attributes, remembered from now on."""
        names: list[AttributeName] = []
        looks: list[Look] = []
        parts: list[tuple[slice, Group]] = []
        absent: list[Column] = []
        for columns, group in self._groups:
            start = len(looks)
            for name, look in columns:
                if name in stated:
                    names.append(name)
                    looks.append(look)
                else:
                    absent.append(look[1])
            if len(looks) > start:
                parts.append((slice(start, len(looks)), group))
        decided = undecided = 0
        pairs = self.pairs
        if closed_world:
            decided = reduce(or_, [one.empty().decided for one in absent], 0)
        else:
            absent += [one for one in pairs if not stated.issuperset(one.inputs)]
            pairs = tuple([one for one in pairs if one not in absent])
            undecided = reduce(or_, [one.rests for one in absent], 0)
        shape = Shape(_picker(names), tuple(looks), tuple(parts), pairs, decided, undecided)
        return _remember(self._shapes[closed_world], stated, shape, MAX_SHAPES)


def _picker(names: Sequence[AttributeName]) -> Callable[[Mapping[AttributeName, Resolved]], tuple[Resolved, ...]]:
    """What takes some keys' values out of a mapping, as a tuple however few they are."""
    return itemgetter(*names) if len(names) > 1 else lambda attributes: tuple([attributes[name] for name in names])

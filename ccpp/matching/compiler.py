"""A set of requirements compiled once into an index, and matched as a whole against one profile after another.

Theory of operation
-------------------
Each requirement is a row, a bit; sets of rows are Python integers. In normal form (`ccpp.matching.normal`) a requirement is clauses
that must all hold. A clause on one attribute is decided by that attribute's values alone, so the values lead directly to the set of
rows that they rule out. A clause over several attributes is a bit of its own, and values lead to the set of such clauses that they
satisfy. These bits lie in *planes*, a row's first such clause in the first plane, its second in the second; rows are numbered by how
many they have, most first, so that a plane is as wide as it has rows, and shifting it down lays its clauses on their rows.

One *column* an attribute holds what its values decide, and remembers it, because devices repeat each other's values. A profile is
then matched by one look-up and one or two ORs an attribute; afterwards

* a row is unsatisfied where some clause is: ruled out by some values, or a clause of several attributes all of which are stated and
  none of which satisfies it;
* a row is indeterminate where some other clause rests on an attribute that is not stated;
* the rest is satisfied.

What normal form is too large for is evaluated by the
definition, and only where the rest of its row is not unsatisfied. So time grows with the attributes in use and, by the width of the
integers, with the rows; the number of constraints counts only when values are seen for the first time.

A matcher is never changed after it is made; what columns remember is bounded and only ever a copy of what they would find again, so
threads may share a matcher, and it can be pickled. The meaning is `ccpp.matching.definition`; tests compare the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from ccpp.matching.definition import FALSE, TRUE, UNKNOWN, ClosedWorld, conjunction, evaluate
from ccpp.matching.normal import Clause, NormalForm, normal_form
from ccpp.model import Verdict
from ccpp.requirements.constraints import CONSTRAINT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccpp.model import AttributeName, ResolvedProfile, Scalar, Value
    from ccpp.requirements.expression import Constraint, Requirement
    from ccpp.requirements.graph import RequirementGraph

#: Value sets that one column remembers. Real devices have fewer than 500 for any attribute but the model's name.
MAX_REMEMBERED = 2_048


K = TypeVar("K")

Inputs: TypeAlias = "tuple[AttributeName, ...]"
"""What a column is decided by: one attribute, or the two that a constraint compares."""

Rest: TypeAlias = "Sequence[tuple[int, tuple[Requirement, ...], RequirementGraph]]"
"""Rows whose normal form would be too large: the row's bit, and what is left of its requirement."""


class Decided(NamedTuple):
    """What a constraint of a column decides by holding and by failing: rows ruled out, clauses satisfied."""

    constraint: Constraint
    by_holding: int
    by_failing: int


class Column:
    """What the values of one attribute decide, as sets of bits; `rests` are all the bits that they may decide."""

    def __init__(self, constraints: Sequence[Decided], choices: Sequence[tuple[Clause, int]]) -> None:
        self.constraints = tuple(constraints)
        self.choices = tuple(choices)
        self.rests = 0
        for _, holding, failing in constraints:
            self.rests |= holding | failing
        for _, rows in choices:
            self.rests |= rows
        #: What was found for values seen before, and for the constraints that hold of them: many values differ in none of those.
        self.remembered: dict[Value, int] = {}
        self._outcomes: dict[tuple[bool, ...], int] = {}

    def __getstate__(self) -> tuple[object, ...]:
        return self.constraints, self.choices

    def __setstate__(self, state: tuple[Sequence[Decided], Sequence[tuple[Clause, int]]]) -> None:
        Column.__init__(self, *state)

    def decide(self, value: Value) -> int:
        """The rows that the value of the attribute rules out, and the clauses over several attributes that it satisfies.

        Values of one attribute are of one type, or text; so equal keys are equal values, though `True == 1` in general.
        """
        outcome = self._outcome(value)
        found = self._outcomes.get(outcome)
        if found is None:
            found = _remember(self._outcomes, outcome, self._found(outcome))
        return _remember(self.remembered, value, found)

    def _outcome(self, value: Value) -> tuple[bool, ...]:
        values = _members(value)
        return tuple([CONSTRAINT_KINDS[one.constraint.kind].holds(one.constraint.operand, values) for one in self.constraints])

    def _found(self, outcome: tuple[bool, ...]) -> int:
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

    def _outcome(self, value: Value) -> tuple[bool, ...]:
        values, others = map(_members, value)  # type: ignore[arg-type]
        return tuple([CONSTRAINT_KINDS[one.constraint.kind].holds(others, values) for one in self.constraints])


def _members(value: Value) -> tuple[Scalar, ...]:
    return value if type(value) is tuple else (value,)  # type: ignore[return-value]  # a Dimension is one value


def _remember(known: dict[K, int], key: K, found: int) -> int:
    if len(known) >= MAX_REMEMBERED:
        known.clear()
    known[key] = found
    return found


class Verdicts(Mapping[str, Verdict]):
    """The verdict of each requirement of a matcher for one profile, by name; `satisfied` and `unsatisfied` are sets of rows."""

    def __init__(self, rows: Mapping[str, int], satisfied: int, unsatisfied: int) -> None:
        self._rows = rows
        self.satisfied = satisfied
        self.unsatisfied = unsatisfied

    def __getitem__(self, name: str) -> Verdict:
        bit = 1 << self._rows[name]
        return TRUE if self.satisfied & bit else FALSE if self.unsatisfied & bit else UNKNOWN

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Matcher:
    """Named requirements, ready to be matched; made by `compile_matcher`."""

    def __init__(self, rows: Mapping[str, int], columns: Mapping[Inputs, Column], planes: Sequence[int], rest: Rest) -> None:
        self._rows = rows
        self._columns = tuple((inputs[0], column) for inputs, column in columns.items() if len(inputs) == 1)
        self._pairs = tuple((inputs, column) for inputs, column in columns.items() if len(inputs) > 1)
        self._planes = tuple((width, (1 << width) - 1) for width in planes)
        self._clauses = (1 << sum(planes)) - 1
        self._first_row = sum(planes)
        self._all = (1 << len(rows)) - 1
        self._rest = rest
        self._plans: dict[str, Plan] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The requirements, in the order given."""
        return tuple(self._rows)

    def match(self, profile: ResolvedProfile, *, closed_world: bool = False) -> Verdicts:
        """The verdict of each requirement by name, in the order of `names`.

        `closed_world` takes what is not stated as having no value, as SHACL does; no verdict is indeterminate then.
        """
        decided = undecided = 0
        stated = profile.attributes.get
        for attribute, column in self._columns:
            resolved = stated(attribute)
            if resolved is not None:
                value = resolved.value
            elif closed_world:
                value = ()
            else:
                undecided |= column.rests
                continue
            found = column.remembered.get(value)
            decided |= column.decide(value) if found is None else found
        for inputs, column in self._pairs:
            both = _decided(column, inputs, profile, closed_world=closed_world)
            if both is None:
                undecided |= column.rests
            else:
                decided |= both
        failed = self._clauses & ~(decided | undecided)
        open_clauses = self._clauses & undecided & ~decided
        unsatisfied, undecided = decided >> self._first_row, undecided >> self._first_row
        for width, plane in self._planes:
            unsatisfied |= failed & plane
            undecided |= open_clauses & plane
            failed >>= width
            open_clauses >>= width
        for row, items, graph in self._rest:
            if not unsatisfied & row:
                world = ClosedWorld(profile) if closed_world else profile
                verdict = conjunction(evaluate(item, world, graph) for item in items)
                unsatisfied |= row if verdict is FALSE else 0
                undecided |= row if verdict is UNKNOWN else 0
        return Verdicts(self._rows, self._all & ~(unsatisfied | undecided), unsatisfied)

    def first(self, names: Iterable[str], profile: ResolvedProfile, *, closed_world: bool = False) -> str | None:
        """The first of some requirements that is satisfied, looking at no more than that takes; `None` if none is."""
        decided: dict[Inputs, int | None] = {}
        for name in names:
            bit, columns, clauses, rest = self._plans.get(name) or self._plan(name)
            for position, (inputs, column) in enumerate(columns):
                if inputs in decided:
                    found = decided[inputs]
                else:
                    found = decided[inputs] = _decided(column, inputs, profile, closed_world=closed_world)
                if found is None or found & bit:
                    if position:  # what ruled it out is asked first next time
                        before = (columns[position], *columns[:position], *columns[position + 1 :])
                        self._plans[name] = Plan(bit, before, clauses, rest)
                    break
            else:
                if all(_clause_holds(one, profile, closed_world=closed_world) for one in clauses) and all(
                    evaluate(item, ClosedWorld(profile) if closed_world else profile, graph) is TRUE for item, graph in rest
                ):
                    return name
        return None

    def _plan(self, name: str) -> Plan:
        """What one requirement rests on: its bit with the columns that may rule it out, and each of its clauses with its columns."""
        row = self._rows[name]
        bit = 1 << (self._first_row + row)
        offsets = [sum(width for width, _ in self._planes[:plane]) for plane in range(len(self._planes))]
        bits = [1 << (offset + row) for offset, (width, _) in zip(offsets, self._planes, strict=True) if row < width]
        columns: list[tuple[Inputs, Column]] = [*(((attribute,), column) for attribute, column in self._columns), *self._pairs]
        plan = self._plans[name] = Plan(
            bit,
            tuple(one for one in columns if one[1].rests & bit),
            tuple((clause, tuple(one for one in columns if one[1].rests & clause)) for clause in bits),
            tuple((item, graph) for at, items, graph in self._rest if at == 1 << row for item in items),
        )
        return plan


def _decided(column: Column, inputs: Inputs, profile: ResolvedProfile, *, closed_world: bool) -> int | None:
    """What a profile's values decide in one column; `None` where one of them is not stated."""
    stated = [profile.attributes.get(attribute) for attribute in inputs]
    if None in stated and not closed_world:
        return None
    values = tuple(() if resolved is None else resolved.value for resolved in stated)
    value: Value = values[0] if len(inputs) == 1 else values  # type: ignore[assignment]  # a pair is what a PairColumn decides on
    found = column.remembered.get(value)
    return column.decide(value) if found is None else found


def _clause_holds(
    clause: tuple[int, tuple[tuple[Inputs, Column], ...]], profile: ResolvedProfile, *, closed_world: bool
) -> bool:
    bit, columns = clause
    found = (_decided(column, inputs, profile, closed_world=closed_world) for inputs, column in columns)
    return any(one is not None and bool(one & bit) for one in found)


class Plan(NamedTuple):
    """One requirement taken by itself."""

    bit: int
    columns: tuple[tuple[Inputs, Column], ...]
    clauses: tuple[tuple[int, tuple[tuple[Inputs, Column], ...]], ...]
    rest: tuple[tuple[Requirement, RequirementGraph], ...]


def compile_matcher(graph: RequirementGraph, names: Iterable[str] | None = None) -> Matcher:
    """A matcher of the named requirements in that order, all of the graph if none are named."""
    forms = {name: _sorted_out(normal_form(graph[name], graph)) for name in (graph if names is None else names)}
    numbered = sorted(forms, key=lambda name: -len(forms[name].shared))
    widths = Counter(plane for form in forms.values() for plane in range(len(form.shared)))
    planes = [widths[plane] for plane in range(len(widths))]
    offsets = [sum(planes[:plane]) for plane in range(len(planes) + 1)]
    rows = {name: row for row, name in enumerate(numbered)}
    columns = _columns([(row, forms[name]) for name, row in rows.items()], offsets)
    rest = [(1 << rows[name], form.rest, graph) for name, form in forms.items() if form.rest]
    return Matcher({name: rows[name] for name in forms}, columns, planes, rest)


class _Sorted(NamedTuple):
    """A normal form, its clauses sorted by what decides them."""

    single: list[Clause]  # one constraint
    choice: list[Clause]  # several constraints on one attribute
    shared: list[Clause]  # several attributes; or nothing at all, because an empty clause cannot be satisfied
    rest: tuple[Requirement, ...]


def _sorted_out(form: NormalForm) -> _Sorted:
    found = _Sorted([], [], [], form.rest)
    for clause in form.clauses:
        if len(clause) == 1:
            found.single.append(clause)
        elif len({constraint.attributes for constraint, _ in clause}) == 1:
            found.choice.append(clause)
        else:
            found.shared.append(clause)
    return found


def _columns(forms: Iterable[tuple[int, _Sorted]], offsets: Sequence[int]) -> dict[Inputs, Column]:
    """The rows, each with its clauses, put into columns; a plane's bits begin at its offset, the rows' at the last one."""
    *planes, first_row = offsets
    choices: dict[Clause, list[int]] = {}  # → the rows that it rules out by failing
    decided: dict[Constraint, tuple[list[int], list[int]]] = {}  # → the bits that it decides by holding, and by failing
    for row, form in forms:
        for [(constraint, negated)] in form.single:
            decided.setdefault(constraint, ([], []))[not negated].append(first_row + row)
        for clause in form.choice:
            choices.setdefault(clause, []).append(first_row + row)
            for constraint, _ in clause:
                decided.setdefault(constraint, ([], []))
        for offset, clause in zip(planes, form.shared, strict=False):
            for constraint, negated in clause:
                decided.setdefault(constraint, ([], []))[negated].append(offset + row)
    by_inputs: dict[Inputs, tuple[list[Decided], list[tuple[Clause, int]]]] = {}
    for constraint, (holding, failing) in decided.items():
        by_inputs.setdefault(constraint.attributes, ([], []))[0].append(Decided(constraint, _set_of(holding), _set_of(failing)))
    for clause, rows in choices.items():
        by_inputs[next(iter(clause)).constraint.attributes][1].append((clause, _set_of(rows)))
    return {inputs: (Column if len(inputs) == 1 else PairColumn)(*found) for inputs, found in by_inputs.items()}


def _set_of(positions: Sequence[int]) -> int:
    """A set as an integer; by way of bytes, because adding bit after bit to a long integer copies it each time."""
    if not positions:
        return 0
    packed = bytearray(max(positions) // 8 + 1)
    for position in positions:
        packed[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(packed, "little")

"""A set of requirements compiled once into an index, and matched as a whole against one profile after another.

Theory of operation
-------------------
Each requirement is a row, a bit; sets of rows are Python integers. In normal form (`ccpp.matching.normal`) a requirement is clauses
that must all hold. A clause on one attribute is decided by that attribute's values alone, so the values lead directly to the set of
rows that they rule out. A clause over several attributes is a bit of its own, and values lead to the set of such clauses that they
satisfy. These bits lie in *planes*, a row's first such clause in the first plane, its second in the second; rows are numbered by how
many they have, most first, so that a plane is as wide as it has rows, and shifting it down lays its clauses on their rows.

One *column* an attribute (`ccpp.matching.columns`) holds what its values decide, and remembers it, because devices repeat each other's
values; some columns together remember what they decide together, because devices are alike; and what follows from which attributes
are stated at all is remembered too. A profile is then matched by one look-up for all that it does not state, one for each attribute
that it states, and one OR for each six of them; afterwards

* a row is unsatisfied where some clause is: ruled out by some values, or a clause of several attributes all of which are stated and
  none of which satisfies it;
* a row is indeterminate where some other clause rests on an attribute that is not stated;
* the rest is satisfied.

What normal form is too large for is evaluated by the
definition, and only where the rest of its row is not unsatisfied. So time grows with the attributes in use and, by the width of the
integers, with the rows; the number of constraints counts only when values are seen for the first time.

A matcher is never changed after it is made; what it remembers is bounded and only ever a copy of what it would find again, so threads
may share it, and it can be pickled. The meaning is `ccpp.matching.definition`; tests compare the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.matching.choice import Candidate, Choice
from ccpp.matching.columns import Column, Decided, Inputs, PairColumn, Table
from ccpp.matching.definition import FALSE, TRUE, UNKNOWN, ClosedWorld, conjunction, evaluate
from ccpp.matching.normal import Clause, NormalForm, normal_form
from ccpp.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccpp.matching.choice import Place
    from ccpp.model import ResolvedProfile
    from ccpp.requirements.expression import Constraint, Requirement
    from ccpp.requirements.graph import RequirementGraph

Rest: TypeAlias = "Sequence[tuple[int, tuple[Requirement, ...], RequirementGraph]]"
"""Rows whose normal form would be too large: the row's bit, and what is left of its requirement."""


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

    def __init__(self, rows: Mapping[str, int], table: Table, planes: Sequence[int], rest: Rest) -> None:
        self._rows = rows
        self._table = table
        self._planes = tuple((width, (1 << width) - 1) for width in planes)
        self._clauses = (1 << sum(planes)) - 1
        self._first_row = sum(planes)
        self._all = (1 << len(rows)) - 1
        self._rest = rest

    def __reduce__(self) -> tuple[object, ...]:
        return Matcher, (self._rows, self._table, [width for width, _ in self._planes], self._rest)

    @property
    def names(self) -> tuple[str, ...]:
        """The requirements, in the order given."""
        return tuple(self._rows)

    def match(self, profile: ResolvedProfile, *, closed_world: bool = False) -> Verdicts:
        """The verdict of each requirement by name, in the order of `names`.

        `closed_world` takes what is not stated as having no value, as SHACL does; no verdict is indeterminate then.
        """
        decided, undecided = self._table.decide(profile, closed_world=closed_world)
        satisfied_clauses = decided & self._clauses
        satisfiable_clauses = satisfied_clauses | undecided & self._clauses
        failed, open_clauses = self._clauses ^ satisfiable_clauses, satisfied_clauses ^ satisfiable_clauses
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
        return Verdicts(self._rows, self._all ^ (unsatisfied | undecided), unsatisfied)

    def choice(self, names: Iterable[str]) -> Choice:
        """Some of the requirements in order of preference, ready for the first that a profile satisfies: those of one application."""
        return Choice([self._candidate(name) for name in names])

    def _candidate(self, name: str) -> Candidate:
        row = self._rows[name]
        offsets = [sum(width for width, _ in self._planes[:plane]) for plane in range(len(self._planes))]
        bits = [offset + row for offset, (width, _) in zip(offsets, self._planes, strict=True) if row < width]
        ruling = self._first_row + row
        return Candidate(
            name,
            row,
            _place(ruling),
            tuple(column for column in self._table.singles if column.rests >> ruling & 1),
            tuple(column for column in self._table.pairs if column.rests >> ruling & 1),
            tuple((_place(at), tuple(one for one in self._table.columns if one.rests >> at & 1)) for at in bits),
            tuple((item, graph) for at, items, graph in self._rest if at == 1 << row for item in items),
        )


def _place(position: int) -> Place:
    return position >> 3, 1 << (position & 7)


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
    return Matcher({name: rows[name] for name in forms}, Table(columns), planes, rest)


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


def _columns(forms: Iterable[tuple[int, _Sorted]], offsets: Sequence[int]) -> list[Column]:
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
    return [
        (Column if len(one) == 1 else PairColumn)(one, *by_inputs[one])
        for one in sorted(by_inputs, key=lambda one: (len(one), one))
    ]


def _set_of(positions: Sequence[int]) -> int:
    """A set as an integer; by way of bytes, because adding bit after bit to a long integer copies it each time."""
    if not positions:
        return 0
    packed = bytearray(max(positions) // 8 + 1)
    for position in positions:
        packed[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(packed, "little")

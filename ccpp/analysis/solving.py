"""Whether some device makes clauses true and literals not true: one literal of each clause is chosen, and each attribute decided by itself.

A solver remembers what it found of one attribute, because the requirements of a catalogue ask for the same things over and over.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.cells.counting import Found, count_of, values_for
from ccpp.cells.points import TooMany, named_by, number_points
from ccpp.requirements.constraints import CONSTRAINT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ccpp.matching.normal import Clause, Literal
    from ccpp.model import Attribute, AttributeName, Scalar
    from ccpp.requirements.expression import Constraint

#: Literals that are chosen, and taken back, for one question.
MAX_CHOICES = 5_000
#: Clauses of two literals or more in one question; each is chosen from inside the one before.
MAX_CLAUSES = 300
#: Values of attributes that a constraint compares, tried together.
MAX_COMPARED = 2_000

Fact: TypeAlias = "tuple[Constraint, bool]"
"""A constraint, and whether it holds."""

Facts: TypeAlias = "Mapping[AttributeName, frozenset[Fact]]"


class Device(NamedTuple):
    """What a device would state; what is not in it is not stated."""

    stated: Mapping[AttributeName, tuple[Scalar, ...]]

    def values(self, name: AttributeName, /) -> tuple[Scalar, ...] | None:
        """The values of an attribute, `None` where it is not stated."""
        return self.stated.get(name)


class Solution(NamedTuple):
    """A device that was found, or why it is open whether there is one; neither where there is none."""

    device: Device | None = None
    open: str | None = None

    @property
    def impossible(self) -> bool:
        """Whether there is none."""
        return self == (None, None)


class Solver:
    """Answers questions about devices whose attributes are those of the vocabularies, in one world."""

    def __init__(self, attributes: Mapping[AttributeName, Attribute], *, closed_world: bool = False) -> None:
        self.attributes = attributes
        self.closed_world = closed_world
        self._found: dict[tuple[AttributeName, frozenset[Fact]], Found] = {}

    def solve(self, clauses: Iterable[Clause], untrue: Iterable[Literal] = ()) -> Solution:
        """A device on which every clause is true and none of the literals."""
        every = sorted(clauses, key=len)
        facts = [(one.constraint, not one.negated) for clause in every if len(clause) == 1 for one in clause]
        refused = [(one.constraint, one.negated) for one in untrue]
        if self.closed_world:  # where everything is stated, what is not true is false
            facts, refused = [*facts, *refused], []
        return self._searched([clause for clause in every if len(clause) != 1], facts, refused)

    def _searched(self, clauses: Sequence[Clause], facts: Sequence[Fact], refused: Sequence[Fact]) -> Solution:
        surely = _Choice(self, clauses, refused, imagining=False)
        solution = surely.solve(facts)
        if solution.device is not None or surely.open is None:
            return solution
        return _Choice(self, clauses, refused, imagining=True).solve(facts)

    def found(self, name: AttributeName, facts: frozenset[Fact]) -> Found:
        """Values of one attribute for which some constraints on it hold and others fail."""
        key = (name, facts)
        known = self._found.get(key)
        if known is None:
            counts = [count_of(constraint, holds=holds) for constraint, holds in facts if constraint.other is None]
            known = self._found[key] = values_for(counts, self.attributes[name], may_lack=self.closed_world)
        return known


class _Choice:
    """One search: literals of clauses chosen one after the other, each held against what was chosen before.

    `refused` are facts that must be so wherever their attributes are stated at all. `imagining` takes what is open as possible.
    """

    def __init__(self, solver: Solver, clauses: Sequence[Clause], refused: Sequence[Fact], *, imagining: bool) -> None:
        self.solver = solver
        self.clauses = clauses
        self.refused = refused
        self.imagining = imagining
        self.open: str | None = None
        self.choices = 0

    def solve(self, facts: Iterable[Fact]) -> Solution:
        """A device for some facts and all clauses."""
        chosen = self._all(facts)
        try:
            if len(self.clauses) > MAX_CLAUSES:
                raise TooMany(f"it has more than {MAX_CLAUSES} clauses of alternatives")  # noqa: TRY301  as where others are found
            return Solution() if chosen is None else self._choose(0, chosen) or Solution()
        except TooMany as error:
            self.open = str(error)
            return Solution(None, self.open)

    def _choose(self, at: int, chosen: Facts) -> Solution | None:
        if at == len(self.clauses):
            return self._finished(chosen)
        facts = [(one.constraint, not one.negated) for one in self.clauses[at]]
        if any(fact in chosen.get(fact[0].attribute, ()) for fact in facts):
            return self._choose(at + 1, chosen)
        for fact in facts:
            self.choices += 1
            if self.choices > MAX_CHOICES:
                raise TooMany(f"there are more than {MAX_CHOICES} ways to choose among its alternatives")
            more = self._with(chosen, fact)
            found = None if more is None else self._choose(at + 1, more)
            if found is not None:
                return found
        return None

    def _all(self, facts: Iterable[Fact]) -> Facts | None:
        """What is chosen from the start; `None` where it cannot all be."""
        chosen: dict[AttributeName, frozenset[Fact]] = {}
        for fact in facts:
            for name in fact[0].attributes:
                chosen[name] = chosen.get(name, frozenset()) | {fact}
        return chosen if all(self._possible(name, chosen) for name in chosen) else None

    def _with(self, chosen: Facts, fact: Fact) -> Facts | None:
        """What is chosen with one fact more; `None` where they cannot all be."""
        names = fact[0].attributes
        more = {**chosen, **{name: chosen.get(name, frozenset()) | {fact} for name in names}}
        affected = set(names).union(*(one.attributes for one, _ in self.refused if not {*names}.isdisjoint(one.attributes)))
        return more if all(self._possible(name, more) for name in affected if name in more) else None

    def _on(self, name: AttributeName, chosen: Facts) -> frozenset[Fact]:
        """The facts about one attribute that is stated."""
        if not self.refused:
            return chosen[name]
        refused = (
            one for one in self.refused if name in one[0].attributes and all(other in chosen for other in one[0].attributes)
        )
        return chosen[name].union(refused)

    def _possible(self, name: AttributeName, chosen: Facts) -> bool:
        facts = self._on(name, chosen)
        if len(facts) > 1 and any((constraint, not holds) in facts for constraint, holds in facts):
            return False
        found = self.solver.found(name, facts)
        self.open = found.open or self.open
        return found.values is not None or (self.imagining and found.open is not None)

    def _finished(self, chosen: Facts) -> Solution | None:
        facts = {name: self._on(name, chosen) for name in chosen}
        found = {name: self.solver.found(name, own) for name, own in facts.items()}
        reasons = [one.open for one in found.values() if one.open is not None]
        if reasons:
            return Solution(None, reasons[0])
        stated = {name: one.values or () for name, one in found.items()}
        device = next((one for one in self._devices(stated, facts) if _true_on(one, facts)), None)
        if device is not None:
            return Solution(device)
        self.open = "attributes are compared with each other"
        return Solution(None, self.open) if self.imagining else None

    def _devices(self, stated: Mapping[AttributeName, tuple[Scalar, ...]], facts: Facts) -> Iterator[Device]:
        """The device found by taking each attribute by itself; where attributes are compared, some others."""
        yield Device(stated)
        compared = sorted({name for own in facts.values() for one, _ in own if one.other for name in one.attributes})
        pool = dict.fromkeys(value for own in facts.values() for one, _ in own if one.other is None for value in _near(one))
        sets = [[stated[name], *((value,) for value in (*pool, *_SOME))] for name in compared]
        for chosen in islice(product(*sets), MAX_COMPARED if compared else 0):
            yield Device({**stated, **dict(zip(compared, chosen, strict=True))})


def _true_on(device: Device, facts: Facts) -> bool:
    """Whether the facts are so on a device that states all their attributes."""
    return all(
        CONSTRAINT_KINDS[one.kind].holds(
            one.operand if one.other is None else device.stated[one.other], device.stated[one.attribute]
        )
        is holds
        for own in facts.values()
        for one, holds in own
    )


def _near(constraint: Constraint) -> tuple[Scalar, ...]:
    """Values that a constraint sets apart."""
    test = (constraint.kind, constraint.operand)
    return (*named_by(test), *number_points(test))


#: Values that are tried where attributes are compared with each other and with nothing else.
_SOME: tuple[Scalar, ...] = (1, 2, 3, True, False, "~", "~~")

"""Which requirements of many may imply another: ruled out clause by clause, so that few pairs are left to be compared for good.

A requirement implies another if it implies each of its clauses, and what it says of other attributes has no part in that, if it can be
satisfied at all. So what is asked is whether the clauses of one that hang together with a clause of the other imply it; that is asked of
each such set of clauses once, however many requirements have it, and the answers are sets of requirements, integers of one bit each.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ccpp.cells.points import TooMany

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from ccpp.analysis.questions import Analysis
    from ccpp.matching.normal import Clause, Literal
    from ccpp.model import AttributeName
    from ccpp.requirements.expression import Requirement


#: Questions of whether some clauses imply another. 3,000 variants that draw on 281 constraints come to 11,500.
MAX_ASKED = 60_000


class Index:
    """Requirements by their place, each with the terms on which it is compared; each that can be satisfied, as far as is known.

    Those that are dropped are asked about no more.
    """

    def __init__(self, analysis: Analysis, requirements: Sequence[tuple[Requirement, Hashable]]) -> None:
        self._solver = analysis.solver
        self._forms = [analysis.form(one) for one, _ in requirements]
        self._terms = [terms for _, terms in requirements]
        self._left = (1 << len(requirements)) - 1
        self._touching: dict[AttributeName, int] = {}
        self._clauses = [{clause: _attributes(clause) for clause in form.clauses} for form in self._forms]
        for place, clauses in enumerate(self._clauses):
            for name in frozenset().union(*clauses.values()):
                self._touching[name] = self._touching.get(name, 0) | 1 << place
        self._implying: dict[Clause, int] = {}
        self._grouped: dict[frozenset[AttributeName], dict[frozenset[Clause], int]] = {}
        self._known: dict[tuple[frozenset[Clause], Clause], bool] = {}

    def drop(self, place: int) -> None:
        """Ask no more about a requirement."""
        self._left &= ~(1 << place)

    def twins(self) -> Iterator[tuple[int, int]]:
        """Requirements with the very clauses and terms of an earlier one, and that one; they are dropped."""
        first: dict[tuple[frozenset[Clause], frozenset[Requirement], Hashable], int] = {}
        for place, (form, terms) in enumerate(zip(self._forms, self._terms, strict=True)):
            earlier = first.setdefault((frozenset(form.clauses), frozenset(form.rest), terms), place)
            if earlier != place:
                self.drop(place)
                yield place, earlier

    def perhaps_implying(self, place: int) -> Iterator[int]:
        """The later requirements that are left and may imply this one.

        Raises:
            TooMany: requirements differ so much that this takes too long.
        """
        left = self._left >> (place + 1) << (place + 1)
        for clause in sorted(self._forms[place].clauses, key=len):
            if not left:
                return
            left &= self._all_implying(clause) if len(clause) == 1 else self._of(left, clause)
        for later in _places(left):
            if self._left >> later & 1:
                yield later

    def _all_implying(self, clause: Clause) -> int:
        found = self._implying.get(clause)
        if found is None:
            found = self._implying[clause] = self._of(self._left, clause)
        return found

    def _of(self, places: int, clause: Clause) -> int:
        """Those of some requirements that may imply a clause; in the open world only those that speak of an attribute of it."""
        names = _attributes(clause)
        if len(names) == 1:
            sets = self._sets(names).items()
            return sum(bits & places for hanging, bits in sets if bits & places and self._may_imply(hanging, clause))
        found = 0
        for place in _places(places & self._touched(names)):
            if self._may_imply(self._hanging_together(place, names), clause):
                found |= 1 << place
        return found

    def _touched(self, names: Iterable[AttributeName]) -> int:
        touched = 0
        for name in names:
            touched |= self._touching.get(name, 0)
        return touched

    def _sets(self, names: frozenset[AttributeName]) -> Mapping[frozenset[Clause], int]:
        """The sets of clauses that hang together with one attribute, each with the requirements that have it: many have the same."""
        found = self._grouped.get(names)
        if found is None:
            found = self._grouped[names] = {}
            for place in _places(self._touched(names)):
                hanging = self._hanging_together(place, names)
                found[hanging] = found.get(hanging, 0) | 1 << place
        return found

    def _may_imply(self, hanging: frozenset[Clause], clause: Clause) -> bool:
        if clause in hanging:
            return True
        key = (hanging, clause)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MAX_ASKED:
                raise TooMany(f"more than {MAX_ASKED} clauses to compare with what others ask")
            known = self._known[key] = self._solver.solve(hanging, clause).device is None
        return known

    def _hanging_together(self, place: int, names: frozenset[AttributeName]) -> frozenset[Clause]:
        """The clauses of a requirement on some attributes, and those on attributes of these, and so on.

        Those are left out that an attribute of their own can satisfy, which nothing else speaks of: whatever is asked, that one does it.
        """
        near = [clause for clause, own in self._clauses[place].items() if not names.isdisjoint(own)]
        if all(self._clauses[place][clause] <= names for clause in near):
            return frozenset(near)
        pending = self._bound(place, names)
        reached = names
        taken: set[Clause] = set()
        while more := [clause for clause in pending if clause not in taken and not reached.isdisjoint(pending[clause])]:
            taken.update(more)
            reached = reached.union(*(pending[clause] for clause in more))
        return frozenset(taken)

    def _bound(self, place: int, names: frozenset[AttributeName]) -> dict[Clause, frozenset[AttributeName]]:
        """The clauses of a requirement that no attribute of their own satisfies, each with its attributes."""
        left = dict(self._clauses[place])
        while True:
            counted = Counter(name for own in left.values() for name in own)
            counted.update(names)
            free = [clause for clause in left if len(clause) > 1 and any(self._satisfied_alone(one, counted) for one in clause)]
            if not free:
                return left
            del left[free[0]]

    def _satisfied_alone(self, literal: Literal, counted: Mapping[AttributeName, int]) -> bool:
        """Whether a literal is on an attribute that nothing else is on, and can be true."""
        constraint, negated = literal
        if constraint.other is not None or counted[constraint.attribute] > 1:
            return False
        return self._solver.found(constraint.attribute, frozenset({(constraint, not negated)})).values is not None


def _places(bits: int) -> Iterator[int]:
    while bits:
        bit = bits & -bits
        bits ^= bit
        yield bit.bit_length() - 1


def _attributes(clause: Clause) -> frozenset[AttributeName]:
    return frozenset(name for constraint, _ in clause for name in constraint.attributes)

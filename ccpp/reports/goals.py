"""What a list of test devices has to exercise: variants, branches of their configuration, and both sides of every threshold.

Goals are numbered by catalogue, so that devices which are counted in parts can be put together: a part says which goals its devices meet,
and how near to each threshold they come; where two are put together, who is not nearest meets that goal no more.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple, cast

from ccpp.matching.flipping import phrase
from ccpp.reports.model import TestPlan, TestRow
from ccpp.reports.offers import constraints_of
from ccpp.reports.population import positions, transposed
from ccpp.reports.tally import Plan
from ccpp.reports.testing import Cover, cover, few
from ccpp.reports.what_if import ORDERED, nearest_sides

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ccpp.catalogue.model import Application, Catalogue, Variant
    from ccpp.model import Scalar
    from ccpp.reports.model import Gets
    from ccpp.reports.offers import Offers
    from ccpp.reports.population import Population
    from ccpp.reports.what_if import Counted, Place
    from ccpp.requirements.expression import Constraint

#: Groups of a part that are looked at as candidates, beside the first that meets a goal; of more devices a list is short, not proved shortest.
MAX_CANDIDATES = 4_000
#: Candidates that are held together before those are picked out that do.
MAX_HELD = 8_000


class Branch(NamedTuple):
    """A variant with one of its conditions, taken or not; a condition of `None` is the variant alone."""

    variant: str
    when: str | None
    taken: bool


class Side(NamedTuple):
    """A threshold that is just met, or just missed."""

    constraint: Constraint
    meeting: bool


class Goals:
    """The goals of a catalogue, by number."""

    def __init__(self, catalogue: Catalogue) -> None:
        graph = catalogue.requirements
        self._names: list[str] = []
        self._branches: list[list[Branch]] = []
        self._sides: list[Side] = []
        by_name: dict[str, list[Branch]] = {}
        for application in catalogue.applications.values():
            for name, branch in _branches_of(application):
                by_name.setdefault(name, []).append(branch)
        self._names, self._branches = list(by_name), list(by_name.values())
        found = {one for application in catalogue.applications.values() for one in constraints_of(application, graph)}
        for constraint in sorted((one for one in found if one.kind in ORDERED), key=repr):
            for side in ("meeting", "missing"):
                self._names.append(f"just {side} {constraint.attribute} {phrase(constraint)}")
                self._sides.append(Side(constraint, side == "meeting"))

    def count(self, counted: Counted, chosen: Mapping[str, Mapping[Gets, int]], offers: Offers) -> Plan:
        """Which devices of a part meet which goals; `chosen` has the groups that get something of each application."""
        population = counted.population
        by_variant: dict[str, int] = {}
        for gets in chosen.values():
            for one, groups in gets.items():
                if one.variant is not None:
                    by_variant[one.variant] = by_variant.get(one.variant, 0) | groups
        met = [self._groups(branches, by_variant, offers) for branches in self._branches]
        nearest = {}
        for number, side in enumerate(self._sides, len(met)):
            found = nearest_sides(side.constraint, counted, offers).get("meeting" if side.meeting else "missing")
            met.append(found[1] if found else 0)
            if found:
                nearest[number] = found[0]
        pool, partial = _pool(met, population)
        candidates: dict[int, str] = {}
        for group, mask in transposed(met, pool).items():
            candidates.setdefault(mask, population.representative(group).uri)
        most = max((mask.bit_count() for mask in candidates), default=0)
        plan = Plan(tuple((uri, mask) for mask, uri in candidates.items() if mask), nearest, partial, most)
        return _picked(plan) if partial else plan

    def _groups(self, branches: Sequence[Branch], by_variant: Mapping[str, int], offers: Offers) -> int:
        groups = 0
        for one in branches:
            found = by_variant.get(one.variant, 0)
            if one.when is not None and found:
                holds, _ = offers.named(one.when)
                found &= holds if one.taken else ~holds
            groups |= found
        return groups

    def joined(self, left: Plan, right: Plan) -> Plan:
        """The plans of two parts, those of the left one first."""
        nearest = dict(left.nearest)
        lost = [0, 0]
        for number, value in right.nearest.items():
            order = self._order(number, nearest[number], value) if number in nearest else 1
            if order:
                lost[order < 0] |= 1 << number
            if order > 0:
                nearest[number] = value
        found: dict[int, str] = {}
        for plan, gone in ((left, lost[0]), (right, lost[1])):
            for uri, mask in plan.candidates:
                if mask & ~gone:
                    found.setdefault(mask & ~gone, uri)
        most = max(left.most, right.most)
        plan = Plan(tuple((uri, mask) for mask, uri in found.items()), nearest, left.partial or right.partial, most)
        return _picked(plan) if len(found) > MAX_HELD else plan

    def _order(self, number: int, left: Scalar, right: Scalar) -> int:
        """Which of two stated values is nearer to a threshold: below 0 the left one, above 0 the right one, 0 both."""
        constraint, meeting = self._sides[number - len(self._branches)]
        ordered = ORDERED[constraint.kind]
        one, other = (cast("Place", ordered.place(value, constraint.operand)) for value in (left, right))
        if one == other:
            return 0
        return 1 if (other < one) is (ordered.at_least is meeting) else -1

    def plan(self, counted: Plan) -> TestPlan:
        """A smallest list of devices that exercises every goal that some device exercises; a short one where not all were looked at."""
        masks = [mask for _, mask in counted.candidates]
        met = transposed(masks, reduce(or_, masks, 0))
        found = Cover(few(masks), -(-len(met) // max(counted.most, 1))) if counted.partial else cover(met.values())
        rows, done = [], 0
        for number in found.chosen:
            uri, mask = counted.candidates[number]
            rows.append(TestRow(uri, tuple(self._names[goal] for goal in positions(mask & ~done))))
            done |= mask
        rows.sort(key=lambda row: (-len(row.exercises), row.device))
        return TestPlan(tuple(rows), len(met), found.at_least)


def _branches_of(application: Application) -> Iterator[tuple[str, Branch]]:
    """Every variant, and with each conditional layer and part of it taken and not taken; what is called the same is one goal."""
    for variant in application.variants:
        yield f"gets {variant.id}", Branch(variant.id, None, taken=True)
        for name, when in _conditions(application, variant).items():
            for taken in (True, False):
                yield f"{variant.id} {'with' if taken else 'without'} {name}", Branch(variant.id, when, taken)


def _conditions(application: Application, variant: Variant) -> dict[str, str]:
    layers = {f"layer {one.name}": one.when for one in (*application.layers, *variant.layers) if one.when}
    return layers | {f"part {one.id}": one.requirement for one in variant.parts if one.requirement}


def _pool(met: Sequence[int], population: Population) -> tuple[int, bool]:
    """The groups that are looked at, and whether these are not all."""
    if len(population.members) <= MAX_CANDIDATES:
        return population.everything, False
    pool = (1 << MAX_CANDIDATES) - 1
    for groups in met:
        if groups and not groups & pool:
            pool |= groups & -groups
    return pool, True


def _picked(plan: Plan) -> Plan:
    """Only the candidates that a short list needs."""
    chosen = few([mask for _, mask in plan.candidates])
    return plan._replace(candidates=tuple(plan.candidates[number] for number in sorted(chosen)), partial=True)

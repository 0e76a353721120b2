"""What a list of test devices has to exercise: variants, branches of their configuration, and both sides of every threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.matching.flipping import phrase
from ccpp.model import Verdict
from ccpp.reports.model import TestPlan, TestRow
from ccpp.reports.offers import constraints_of
from ccpp.reports.testing import cover
from ccpp.reports.what_if import ORDERED, nearest_sides

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccpp.catalogue.model import Application, Catalogue
    from ccpp.reports.compatibility import Decided
    from ccpp.reports.offers import Offers
    from ccpp.reports.population import Population


def test_plan(population: Population, catalogue: Catalogue, decided: Decided, offers: Offers) -> TestPlan:
    """A smallest list of devices that exercises every goal that some device exercises."""
    candidates = _candidates(population, decided)
    goals = goals_of(candidates, population, catalogue, decided, offers)
    found = cover(goals)
    rows, done = [], set[str]()
    for number in found.chosen:
        exercised = tuple(name for name, met in goals.items() if met >> number & 1 and name not in done)
        done.update(exercised)
        rows.append(TestRow(population.devices[candidates[number]].profile.uri, exercised))
    rows.sort(key=lambda row: (-len(row.exercises), row.device))
    return TestPlan(tuple(rows), len(goals), found.at_least)


def _candidates(population: Population, decided: Decided) -> list[int]:
    """A device for each group and for each way in which its devices are served."""
    first: dict[tuple[object, ...], int] = {}
    for place, group in enumerate(population.group_of):
        first.setdefault((group, *(gets[place].variant for gets in decided.gets.values())), place)
    return list(first.values())


def goals_of(
    candidates: list[int], population: Population, catalogue: Catalogue, decided: Decided, offers: Offers
) -> dict[str, int]:
    """Each goal that can be met, as the set of candidates (bits) that meet it."""
    goals: dict[str, int] = {}
    for bit, place in enumerate(candidates):
        for name, application in catalogue.applications.items():
            variant = decided.gets[name][place].variant
            if variant is not None:
                verdicts = decided.verdicts[population.group_of[place]]
                for goal in (f"gets {variant}", *_branches(application, variant, verdicts)):
                    goals[goal] = goals.get(goal, 0) | 1 << bit
    for name, groups in _boundaries(catalogue, population, offers).items():
        goals[name] = sum(1 << bit for bit, place in enumerate(candidates) if groups >> population.group_of[place] & 1)
    return goals


def _branches(application: Application, variant: str, verdicts: Mapping[str, Verdict]) -> Iterator[str]:
    """The conditional layers and parts of a chosen variant, taken or not."""
    chosen = next(one for one in application.variants if one.id == variant)
    layers = {f"layer {one.name}": one.when for one in (*application.layers, *chosen.layers) if one.when}
    parts = {f"part {one.id}": one.requirement for one in chosen.parts if one.requirement}
    for name, when in (layers | parts).items():
        yield f"{variant} {'with' if verdicts[when] is Verdict.SATISFIED else 'without'} {name}"


def _boundaries(catalogue: Catalogue, population: Population, offers: Offers) -> dict[str, int]:
    """Both sides of each threshold, as the groups that state what is nearest to it."""
    found = {}
    constraints = {
        one for application in catalogue.applications.values() for one in constraints_of(application, catalogue.requirements)
    }
    for constraint in sorted(constraints, key=repr):
        if constraint.kind in ORDERED:
            for side, groups in nearest_sides(constraint, population, offers).items():
                found[f"just {side} {constraint.attribute} {phrase(constraint)}"] = groups
    return found

"""What a report takes as on offer, and whom it fits: for all groups at once, also where a constraint is taken as something else."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from ccpp.catalogue.model import State
from ccpp.matching.batch import BatchMatcher
from ccpp.requirements.expression import All, Any, Constraint, Not, Reference, Requirement, parts, walk
from ccpp.requirements.graph import RequirementGraph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Application, Variant
    from ccpp.matching.batch import Columns, Sets


def on_offer(application: Application) -> tuple[Variant, ...]:
    """The variants that are neither drafts nor withdrawn."""
    if application.supply.state is not State.LIVE:
        return ()
    return tuple(one for one in application.variants if one.supply.state is State.LIVE)


def constraints_of(application: Application, graph: RequirementGraph) -> tuple[Constraint, ...]:
    """The distinct constraints of what an application has on offer, in a stable order."""
    found = {one for variant in on_offer(application) if variant.requirement for one in graph.constraints(variant.requirement)}
    return tuple(sorted(found, key=repr))


class Outcomes:
    """How every constraint of some requirements comes out; values are tested once for any number of populations."""

    def __init__(self, graph: RequirementGraph) -> None:
        found = {part for name in graph for part in walk(graph[name]) if isinstance(part, Constraint)}
        self._numbered = {str(number): one for number, one in enumerate(sorted(found, key=repr))}
        self._matcher = BatchMatcher(RequirementGraph(dict(self._numbered)))

    def of(self, columns: Columns) -> dict[Constraint, Sets]:
        """Each constraint as the groups of which it holds, and those of which it may hold."""
        block = self._matcher.match(columns)
        return {one: (block.satisfied[name], block.satisfiable[name]) for name, one in self._numbered.items()}


class Offers:
    """Whom requirements fit, given how their constraints come out."""

    def __init__(self, graph: Mapping[str, Requirement], known: Mapping[Constraint, Sets], everything: int) -> None:
        self.outcomes = known
        self.everything = everything
        self._graph = graph
        self._named: dict[str, Sets] = {}

    def otherwise(self, constraint: Constraint, sets: Sets) -> Offers:
        """The same with one constraint that comes out as something else."""
        return Offers(self._graph, {**self.outcomes, constraint: sets}, self.everything)

    def named(self, name: str) -> Sets:
        """The groups that satisfy the requirement of a name, and those that may."""
        if name not in self._named:
            self._named[name] = self.sets(self._graph[name])
        return self._named[name]

    def application(self, application: Application) -> int:
        """The groups that some variant on offer fits."""
        return reduce(or_, map(self.variant, on_offer(application)), 0)

    def variant(self, variant: Variant) -> int:
        """The groups that a variant fits; what is indeterminate counts where the variant says so."""
        if variant.requirement is None:
            return self.everything
        return self.named(variant.requirement)[variant.serve_indeterminate]

    def sets(self, requirement: Requirement) -> Sets:
        """The groups that satisfy a requirement, and those that may. Kleene's logic, as in `ccpp.matching.definition`."""
        match requirement:
            case Constraint():
                return self.outcomes[requirement]
            case Reference(name):
                return self.named(name)
        found = [self.sets(part) for part in parts(requirement)]
        holds, may_hold = [one for one, _ in found], [one for _, one in found]
        if isinstance(requirement, All):
            return reduce(and_, holds, self.everything), reduce(and_, may_hold, self.everything)
        if isinstance(requirement, Any):
            return reduce(or_, holds, 0), reduce(or_, may_hold, 0)
        if isinstance(requirement, Not):
            return self.everything ^ may_hold[0], self.everything ^ holds[0]
        return self._exactly_one(found)

    def _exactly_one(self, found: list[Sets]) -> Sets:
        once = twice = open_ = 0
        for holds, may_hold in found:
            twice |= once & holds
            once |= holds
            open_ |= may_hold & ~holds
        return once & ~twice & ~open_, (once | open_) & ~twice

"""Questions about requirements, each answered with a proof, with a device that shows the contrary, or with what it is left open by."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ccpp.analysis.solving import Device, Solution, Solver
from ccpp.matching.definition import ClosedWorld, evaluate
from ccpp.matching.normal import NormalForm, normal_form
from ccpp.model import Verdict
from ccpp.requirements.expression import Not

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.matching.normal import Literal
    from ccpp.model import Attribute, AttributeName
    from ccpp.requirements.expression import Requirement

#: Requirements in normal form that are remembered.
MAX_FORMS = 256

#: Clauses that are left out in turn, to find those that contradict each other.
MAX_CONTRADICTING = 100

#: Why a question is open that no smaller reason was found for.
TOO_LARGE = "a part of it has too many alternatives to be written as clauses"


class Outcome(StrEnum):
    """How a question was answered."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class Answer(NamedTuple):
    """The outcome; with the device that shows it where it is refuted, and the reason where it is undecided."""

    outcome: Outcome
    witness: Device | None = None
    why: str | None = None

    @property
    def proved(self) -> bool:
        """Whether it is so for every device."""
        return self.outcome is Outcome.PROVED


PROVED = Answer(Outcome.PROVED)


class Analysis:
    """Requirements of one graph, asked about in one world; remembers what was found on the way, so many questions share one."""

    def __init__(
        self,
        graph: Mapping[str, Requirement],
        attributes: Mapping[AttributeName, Attribute],
        *,
        closed_world: bool = False,
    ) -> None:
        self.graph = graph
        self.closed_world = closed_world
        self.solver = Solver(attributes, closed_world=closed_world)
        self._forms: dict[Requirement, NormalForm] = {}

    def form(self, requirement: Requirement) -> NormalForm:
        """A requirement as clauses; those of the last ones are remembered, because questions come one after the other."""
        known = self._forms.get(requirement)
        if known is None:
            if len(self._forms) >= MAX_FORMS:
                self._forms.clear()
            known = self._forms[requirement] = normal_form(requirement, self.graph)
        return known

    def verdict(self, requirement: Requirement, device: Device) -> Verdict:
        """What the definition says."""
        return evaluate(requirement, ClosedWorld(device) if self.closed_world else device, self.graph)

    def unsatisfiable(self, requirement: Requirement) -> Answer:
        """No device satisfies the requirement."""
        form = self.form(requirement)
        return self._answer(self.solver.solve(form.clauses), requirement, None)

    def contradiction(self, requirement: Requirement) -> tuple[tuple[Literal, ...], ...]:
        """Clauses of a requirement that no device satisfies together; without any one of them some might. None where they are many."""
        kept = list(self.form(requirement).clauses)
        if len(kept) > MAX_CONTRADICTING:
            return ()
        for clause in list(kept):
            without = [one for one in kept if one is not clause]
            if self.solver.solve(without).impossible:
                kept = without
        return tuple(tuple(sorted(clause, key=repr)) for clause in kept)

    def implies(self, requirement: Requirement, other: Requirement) -> Answer:
        """Every device that satisfies the requirement satisfies the other; one that none satisfies implies all."""
        form, due = self.form(requirement), self.form(other)
        given = set(form.clauses)
        asked = [clause for clause in due.clauses if clause not in given]
        answers = [self._answer(self.solver.solve(form.clauses, clause), requirement, other) for clause in asked]
        if not set(due.rest) <= set(form.rest):
            answers.append(self._answer(self.solver.solve(form.clauses), requirement, other))
        return _all_of(answers)

    def equivalent(self, requirement: Requirement, other: Requirement) -> Answer:
        """Both have the same verdict on every device."""
        pairs = [(requirement, other), (other, requirement)]
        if not self.closed_world:
            pairs += [(Not(left), Not(right)) for left, right in pairs]
        return _all_of([self.implies(left, right) for left, right in pairs])

    def _answer(self, solution: Solution, holding: Requirement, failing: Requirement | None) -> Answer:
        """What it means that there is a device for clauses of one requirement that another is not true on, or is none."""
        if solution.impossible:
            return PROVED
        if solution.device is None:
            return Answer(Outcome.UNDECIDED, why=solution.open)
        shows = self.verdict(holding, solution.device) is Verdict.SATISFIED and (
            failing is None or self.verdict(failing, solution.device) is not Verdict.SATISFIED
        )
        return Answer(Outcome.REFUTED, witness=solution.device) if shows else Answer(Outcome.UNDECIDED, why=TOO_LARGE)


def _all_of(answers: list[Answer]) -> Answer:
    """Proved if all are; refuted if one is."""
    refuted = next((one for one in answers if one.outcome is Outcome.REFUTED), None)
    return refuted or next((one for one in answers if not one.proved), PROVED)


def unsatisfiable(
    requirement: Requirement,
    graph: Mapping[str, Requirement],
    attributes: Mapping[AttributeName, Attribute],
    *,
    closed_world: bool = False,
) -> Answer:
    """No device satisfies the requirement; `attributes` are those of the vocabularies."""
    return Analysis(graph, attributes, closed_world=closed_world).unsatisfiable(requirement)


def implies(
    requirement: Requirement,
    other: Requirement,
    graph: Mapping[str, Requirement],
    attributes: Mapping[AttributeName, Attribute],
    *,
    closed_world: bool = False,
) -> Answer:
    """Every device that satisfies the requirement satisfies the other."""
    return Analysis(graph, attributes, closed_world=closed_world).implies(requirement, other)


def equivalent(
    requirement: Requirement,
    other: Requirement,
    graph: Mapping[str, Requirement],
    attributes: Mapping[AttributeName, Attribute],
    *,
    closed_world: bool = False,
) -> Answer:
    """Both requirements have the same verdict on every device: satisfied, unsatisfied or indeterminate."""
    return Analysis(graph, attributes, closed_world=closed_world).equivalent(requirement, other)

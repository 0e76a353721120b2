"""What is found of the requirements of a catalogue.

That is: requirements that no device satisfies, variants that are never chosen or never told apart, constraints that change nothing.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.analysis.index import Index
from ccpp.analysis.questions import PROVED, Analysis, Answer, Outcome
from ccpp.cells.points import TooMany
from ccpp.matching.normal import Literal
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Requirement, walk

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from ccpp.model import Attribute, AttributeName
    from ccpp.requirements.graph import RequirementGraph

#: Requirements that every device satisfies, and that none does.
ALWAYS, NEVER = All(()), Any(())

#: Pairs of candidates of one group that are compared for good, after the index has ruled out what it can.
MAX_PAIRS = 50_000

#: Constraints of one requirement that are left out in turn; each time all the others are looked at.
MAX_OWN = 60

_TWO = 2


class Kind(StrEnum):
    """What was found."""

    UNSATISFIABLE = "unsatisfiable"
    SHADOWED = "shadowed"
    SAME = "same"
    REDUNDANT = "redundant"


class Candidate(NamedTuple):
    """One of several among which the first that fits is taken: its name, and its requirement, `None` for one that fits every device.

    `uncertain` says that it is taken too where its requirement is indeterminate, if no other is satisfied. `terms` are what else may decide
    whether it is taken: only candidates of equal terms are compared, because nothing but the requirement tells them apart.
    """

    name: str
    requirement: str | None
    uncertain: bool = False
    terms: Hashable = None


class Finding(NamedTuple):
    """One thing found, and the sentence that says it.

    `subject` is a requirement, or a candidate where there is a `group`; `other` the better one, or the same one. `because` are clauses,
    each the literals of which one must hold: those that contradict each other, or the one that is redundant.
    """

    kind: Kind
    subject: str
    sentence: str
    group: str | None = None
    other: str | None = None
    because: tuple[tuple[Literal, ...], ...] = ()


class Open(NamedTuple):
    """A question that was not decided, and why."""

    kind: Kind
    subject: str
    why: str
    group: str | None = None
    other: str | None = None


class Findings(NamedTuple):
    """All that was found, and what was left open; `asked` is how many questions were answered, by their outcome."""

    found: tuple[Finding, ...]
    open: tuple[Open, ...]
    asked: Mapping[Outcome, int]


def analyse_requirements(
    graph: RequirementGraph,
    attributes: Mapping[AttributeName, Attribute],
    groups: Mapping[str, Sequence[Candidate]] | None = None,
) -> Findings:
    """What there is to say of the requirements of a graph, in the open world.

    `attributes` are those of the vocabularies. `groups` are candidates by what they are candidates for (the variants of an application),
    the best first; without any, requirements that are the same are looked for among all of the graph.

    A requirement is *unsatisfiable* if no device satisfies it. A candidate is *shadowed* if a better one is taken wherever it would be,
    and the *same* as a better one if both have the same verdict on every device. A constraint is *redundant* if without it the requirement
    is satisfied by the same devices, in the open world and in the closed one.
    """
    work = _Work(graph, attributes)
    for name in graph:
        work.requirement(name)
    if groups is None:
        work.group(None, [Candidate(name, name) for name in graph])
    for group, candidates in (groups or {}).items():
        work.group(group, candidates)
    return Findings(tuple(work.found), tuple(work.open), dict(work.asked))


class _Work:
    """What was found so far."""

    def __init__(self, graph: RequirementGraph, attributes: Mapping[AttributeName, Attribute]) -> None:
        self.graph = graph
        self.opened = Analysis(graph, attributes)
        self.closed = Analysis(graph, attributes, closed_world=True)
        self.found: list[Finding] = []
        self.open: list[Open] = []
        self.asked: Counter[Outcome] = Counter()
        self.impossible: set[str] = set()

    def ask(self, answer: Answer, kind: Kind, subject: str, group: str | None = None, other: str | None = None) -> bool:
        """Whether it is proved; what is not decided is kept."""
        self.asked[answer.outcome] += 1
        if answer.outcome is Outcome.UNDECIDED:
            self.open.append(Open(kind, subject, answer.why or "", group, other))
        return answer.proved

    def requirement(self, name: str) -> None:
        """One requirement by itself."""
        requirement = self.graph[name]
        if self.ask(self.opened.unsatisfiable(requirement), Kind.UNSATISFIABLE, name):
            self.impossible.add(name)
            because = self.opened.contradiction(requirement)
            sentence = (
                f"no device satisfies `{name}`: {'; '.join(map(said, because)) or 'its many parts contradict each other'}"
            )
            self.found.append(Finding(Kind.UNSATISFIABLE, name, sentence, because=because))
            return
        for constraint in self.redundant(name):
            because = ((Literal(constraint, negated=False),),)
            sentence = f"`{name}` is satisfied by the same devices without its part: {said(because[0])}"
            self.found.append(Finding(Kind.REDUNDANT, name, sentence, because=because))

    def redundant(self, name: str) -> Iterator[Constraint]:
        """The constraints of a requirement's own that could go, one after the other; those it refers to are not its own.

        A value that is asked for beside what is asked of it is how shapes are written, and may stay whether it changes anything or not.
        """
        whole = requirement = self.graph[name]
        spread = Counter(one for part in self.graph.constraints(name) for one in part.attributes)
        own = [part for part in walk(requirement) if isinstance(part, Constraint)]
        if len(own) > MAX_OWN:
            self.open.append(Open(Kind.REDUNDANT, name, f"it has more than {MAX_OWN} constraints"))
            return
        for at in reversed(range(len(own))):
            constraint = own[at]
            alone = max(spread[one] for one in constraint.attributes) < _TWO and own.count(constraint) < _TWO
            if alone or (constraint.kind == "minCount" and constraint.operand == 1):
                continue
            for put in (ALWAYS, NEVER):
                without = _replaced(requirement, at, put)
                if self.ask(self.same(whole, without), Kind.REDUNDANT, name):
                    requirement = without
                    yield constraint
                    break

    def same(self, requirement: Requirement, other: Requirement) -> Answer:
        """Whether the same devices satisfy both, in either world."""
        answers = (
            analysis.implies(left, right)
            for analysis in (self.opened, self.closed)
            for left, right in ((other, requirement), (requirement, other))
        )
        return next((answer for answer in answers if not answer.proved), PROVED)

    def group(self, group: str | None, candidates: Sequence[Candidate]) -> None:
        """Candidates of which the first that fits is taken: each held against the better ones."""
        possible = [one for one in candidates if one.requirement not in self.impossible]
        index = Index(self.opened, [(self.of(one), one.terms) for one in possible])
        for later, earlier in index.twins():
            self.report(Kind.SAME, possible[later], possible[earlier], group)
        try:
            for later, earlier in self.pairs(index, possible):
                kind = self.relation(possible[later], possible[earlier], group)
                if kind is not None:
                    self.report(kind, possible[later], possible[earlier], group)
                    index.drop(later)
        except TooMany as error:
            self.open.append(Open(Kind.SHADOWED, group or "", str(error), group))

    def pairs(self, index: Index, possible: Sequence[Candidate]) -> Iterator[tuple[int, int]]:
        """Candidates, each with a better one that it may imply."""
        looked_at = 0
        for earlier in range(len(possible)):
            for later in index.perhaps_implying(earlier):
                looked_at += 1
                if looked_at > MAX_PAIRS:
                    raise TooMany(f"more than {MAX_PAIRS} pairs to compare")
                yield later, earlier

    def of(self, candidate: Candidate) -> Requirement:
        return ALWAYS if candidate.requirement is None else self.graph[candidate.requirement]

    def relation(self, later: Candidate, earlier: Candidate, group: str | None) -> Kind | None:
        """What a candidate is to a better one: the same, shadowed by it, or neither."""
        if later.terms != earlier.terms:
            return None
        mine, its = self.of(later), self.of(earlier)
        if not self.ask(self.opened.implies(mine, its), Kind.SHADOWED, later.name, group, earlier.name):
            return None
        if self.opened.equivalent(mine, its).proved:
            return Kind.SAME
        taken = not later.uncertain or its == ALWAYS or self.uncertain_too(mine, earlier)
        return Kind.SHADOWED if group is not None and taken else None

    def uncertain_too(self, mine: Requirement, earlier: Candidate) -> bool:
        """Whether the better candidate is taken wherever this one is indeterminate."""
        return earlier.uncertain and self.opened.implies(Not(self.of(earlier)), Not(mine)).proved

    def report(self, kind: Kind, later: Candidate, earlier: Candidate, group: str | None) -> None:
        sentence = _SENTENCES[kind].format(later.name, earlier.name)
        self.found.append(Finding(kind, later.name, sentence, group, earlier.name))


_SENTENCES = MappingProxyType(
    {
        Kind.SAME: "`{0}` and `{1}` have the same verdict on every device",
        Kind.SHADOWED: "`{0}` is never chosen: wherever it fits, `{1}` fits too and is preferred",
    }
)


def said(clause: Iterable[Literal]) -> str:
    """A clause in words."""
    return " or ".join(
        f"{'not: ' if negated else ''}{one.attribute} {CONSTRAINT_KINDS[one.kind].phrase(one.operand)}"
        for one, negated in clause
    )


def _replaced(requirement: Requirement, at: int, put: Requirement) -> Requirement:
    """The requirement with something else in place of its constraint of that number."""
    places = count()

    def replaced(part: Requirement) -> Requirement:
        match part:
            case Constraint():
                return put if next(places) == at else part
            case Not(item):
                return Not(replaced(item))
            case All(items) | Any(items) | ExactlyOne(items):
                return type(part)(tuple(replaced(item) for item in items))
            case _:
                return part

    return replaced(requirement)

"""Requirements as conjunctions of clauses: the form in which many of them can be decided at once.

A clause is a set of literals of which one must hold; a literal is a constraint or its negation. Kleene's three values are a
distributive lattice with De Morgan's laws, so that pushing *not* inwards, distributing *or* over *and*, and dropping a clause that
contains another change no verdict. The law of the excluded middle does not hold there: a clause with a constraint and its negation
is kept, being indeterminate where the attribute is not stated.

Distributing may double the clauses at each *or* of *ands*. So a conjunct of more than `MAX_CLAUSES` clauses is left as it is, for
an evaluation of its own; the rest of its requirement is still decided with everything else.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: Clauses that one conjunct may come to. People write two or three alternatives of two or three parts each; 64 is four of three.
MAX_CLAUSES = 64


class Literal(NamedTuple):
    """A constraint, or its negation."""

    constraint: Constraint
    negated: bool


Clause: TypeAlias = frozenset[Literal]
"""Literals of which one must hold; none can hold of an empty one."""


class NormalForm(NamedTuple):
    """A requirement as clauses that must all hold, and the conjuncts that are too large to be written as clauses."""

    clauses: tuple[Clause, ...]
    rest: tuple[Requirement, ...]


def normal_form(requirement: Requirement, graph: Mapping[str, Requirement], *, bound: int = MAX_CLAUSES) -> NormalForm:
    """A requirement in normal form, references looked up in `graph`; of at most `bound` clauses for each conjunct."""
    clauses: dict[Clause, None] = {}
    rest: list[Requirement] = []
    for conjunct, negated in _conjuncts(requirement, graph, negated=False):
        found = _clauses(conjunct, graph, bound, negated=negated)
        if found is None:
            rest.append(Not(conjunct) if negated else conjunct)
        else:
            clauses.update(dict.fromkeys(found))
    return NormalForm(tuple(clauses), tuple(rest))


def _conjuncts(
    requirement: Requirement, graph: Mapping[str, Requirement], *, negated: bool
) -> Iterator[tuple[Requirement, bool]]:
    """What must all hold, each with whether it is negated."""
    match requirement:
        case Reference(name):
            yield from _conjuncts(graph[name], graph, negated=negated)
        case Not(item):
            yield from _conjuncts(item, graph, negated=not negated)
        case All(items) if not negated:
            for item in items:
                yield from _conjuncts(item, graph, negated=False)
        case Any(items) if negated:
            for item in items:
                yield from _conjuncts(item, graph, negated=True)
        case _:
            yield requirement, negated


def _clauses(requirement: Requirement, graph: Mapping[str, Requirement], bound: int, *, negated: bool) -> list[Clause] | None:
    """The clauses of a requirement or of its negation; `None` where they are more than `bound`."""
    match requirement:
        case Constraint():
            return [frozenset((Literal(requirement, negated),))]
        case Reference(name):
            return _clauses(graph[name], graph, bound, negated=negated)
        case Not(item):
            return _clauses(item, graph, bound, negated=not negated)
        case ExactlyOne(items):
            if len(items) * len(items) > 2 * bound:
                return None
            pairs = [Not(All(pair)) for pair in combinations(items, 2)]
            return _clauses(All((Any(items), *pairs)), graph, bound, negated=negated)
        case All(items) | Any(items):
            found = [_clauses(item, graph, bound, negated=negated) for item in items]
            if None in found:
                return None
            joined = _joined if isinstance(requirement, All) is not negated else _distributed
            return joined(found, bound)  # type: ignore[arg-type]  # no `None` is left


def _joined(parts: Iterable[list[Clause]], bound: int) -> list[Clause] | None:
    """The clauses of a conjunction: those of all its parts."""
    clauses = list(dict.fromkeys(clause for part in parts for clause in part))
    return clauses if len(clauses) <= bound else None


def _distributed(parts: Iterable[list[Clause]], bound: int) -> list[Clause] | None:
    """The clauses of a disjunction: one of each part, in every combination."""
    clauses: list[Clause] = [frozenset()]
    for part in parts:
        if len(clauses) * len(part) > bound * bound:
            return None
        clauses = _irredundant(left | right for left in clauses for right in part)
        if len(clauses) > bound:
            return None
    return clauses


def _irredundant(clauses: Iterable[Clause]) -> list[Clause]:
    """The clauses without those that contain another, which hold wherever that one does."""
    kept: list[Clause] = []
    for clause in sorted(set(clauses), key=len):
        if not any(other <= clause for other in kept):
            kept.append(clause)
    return kept

"""Requirements as conjunctions of clauses: the form in which many of them can be decided at once.

A clause is a set of literals of which one must hold; a literal is a constraint or its negation. Kleene's three values are a
distributive lattice with De Morgan's laws, so that pushing *not* inwards, distributing *or* over *and*, and dropping a clause that
contains another change no verdict. The law of the excluded middle does not hold there: a clause with a constraint and its negation
is kept, being indeterminate where the attribute is not stated.

Distributing may double the clauses at each *or* of *ands*. So a conjunct of more than `MAX_CLAUSES` clauses is left as it is, for
an evaluation of its own; the rest of its requirement is still decided with everything else.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
    pending = [(requirement, False)]  # what must all hold, the next one last, each with whether it is negated
    while pending:
        conjunct, negated = pending.pop()
        match conjunct:
            case Constraint():
                clauses.update(dict.fromkeys(_literal(conjunct, negated)))
            case Reference(name):
                pending.append((graph[name], negated))
            case Not(item):
                pending.append((item, not negated))
            case All(items) if not negated:
                pending += [(item, False) for item in reversed(items)]
            case Any(items) if negated:
                pending += [(item, True) for item in reversed(items)]
            case _:
                found = _clauses(conjunct, graph, bound, negated=negated)
                if found is None:
                    rest.append(Not(conjunct) if negated else conjunct)
                else:
                    clauses.update(dict.fromkeys(found))
    return NormalForm(tuple(clauses), tuple(rest))


def _clauses(
    requirement: Requirement, graph: Mapping[str, Requirement], bound: int, *, negated: bool
) -> Sequence[Clause] | None:
    """The clauses of a requirement or of its negation; `None` where they are more than `bound`."""
    match requirement:
        case Constraint():
            return _literal(requirement, negated)
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


@lru_cache(maxsize=4_096)
def _literal(constraint: Constraint, negated: bool) -> tuple[Clause]:  # noqa: FBT001  a cache has no use for keywords
    """One constraint; made once, because a catalogue repeats its constraints, and tens of thousands of values more slow Python down."""
    return (frozenset((Literal(constraint, negated),)),)


def _joined(parts: Sequence[Sequence[Clause]], bound: int) -> list[Clause] | None:
    """The clauses of a conjunction: those of all its parts."""
    clauses = list(dict.fromkeys(clause for part in parts for clause in part))
    return clauses if len(clauses) <= bound else None


def _distributed(parts: Sequence[Sequence[Clause]], bound: int) -> Sequence[Clause] | None:
    """The clauses of a disjunction: one of each part, in every combination."""
    clauses: Sequence[Clause] = [frozenset()]
    if all(len(part) == 1 for part in parts):
        return [frozenset().union(*[clause for [clause] in parts])]
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

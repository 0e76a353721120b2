"""What would make a requirement satisfied: the smallest change of the profile, and the smallest change of the requirement.

Theory of operation
-------------------
Going down the tree gives *ways*: sets of constraints that would have to come out otherwise, the smallest first and a bounded number
of them. For each way in turn

* the profile is changed on the attributes of the way only, with values that stand for all that its constraints tell apart
  (`ccpp.cells`), the nearest to the present ones first;
* the requirement is changed on the constraints of the way only, each operand moved as far as the stated values need it, or the
  constraint dropped where no operand would do.

Either answer is evaluated before it is given, so what is proposed is right. It is the smallest in the number of constraints that come
out otherwise, among the ways looked at; none may be found where values cannot be made up, as for patterns that are hard to match together.
"""

from __future__ import annotations

from itertools import combinations, islice, product
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.cells.counting import count_of
from ccpp.cells.nearest import nearest
from ccpp.matching.definition import FALSE, TRUE, evaluate
from ccpp.matching.relaxing import RELAXED
from ccpp.model import Attribute, AttributeName, Container, Dimension, Rule
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Operand, Reference, Requirement, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.matching.definition import Capabilities
    from ccpp.model import Scalar
    from ccpp.requirements.graph import RequirementGraph

#: Ways that are looked at; the first does in nearly every case.
MAX_WAYS = 16
#: Combinations of values that are tried for one way.
MAX_TRIALS = 2_000


class Wish(NamedTuple):
    """A constraint that would have to hold, or not to."""

    constraint: Constraint
    holds: bool


Way: TypeAlias = frozenset[Wish]


class ProfileChange(NamedTuple):
    """What an attribute would have to state; `before` is `None` where it states nothing."""

    attribute: AttributeName
    before: tuple[Scalar, ...] | None
    after: tuple[Scalar, ...]


class RequirementChange(NamedTuple):
    """A constraint with the operand that it would need; `None` for one that would have to go, as would the negation of one that holds."""

    constraint: Constraint
    operand: Operand | None


def ways(requirement: Requirement, profile: Capabilities, graph: Mapping[str, Requirement]) -> list[Way]:
    """What would have to come out otherwise for the requirement to be satisfied, the smallest sets first; `[set()]` if it is."""
    return _ways(requirement, profile, graph, wanted=True)


def distance(requirement: Requirement, profile: Capabilities, graph: Mapping[str, Requirement]) -> int:
    """How many constraints at least stand in the way of a requirement; what is not stated stands in the way."""
    found = ways(requirement, profile, graph)
    return len(found[0]) if found else 0


def _ways(requirement: Requirement, profile: Capabilities, graph: Mapping[str, Requirement], *, wanted: bool) -> list[Way]:
    def of(item: Requirement, *, wanted: bool) -> list[Way]:
        return _ways(item, profile, graph, wanted=wanted)

    match requirement:
        case Constraint():
            verdict = evaluate(requirement, profile, graph)
            as_wanted = verdict is (TRUE if wanted else FALSE)
            return [frozenset() if as_wanted else frozenset((Wish(requirement, wanted),))]
        case Reference(name):
            return of(graph[name], wanted=wanted)
        case Not(item):
            return of(item, wanted=not wanted)
        case All(items) | Any(items):
            parts = [of(item, wanted=wanted) for item in items]
            return (
                _together(parts) if isinstance(requirement, All) is wanted else _smallest(way for part in parts for way in part)
            )
        case ExactlyOne(items):
            if wanted:
                choices = [[of(item, wanted=item is chosen) for item in items] for chosen in items]
            else:
                none = [of(item, wanted=False) for item in items]
                choices = [none, *([of(left, wanted=True), of(right, wanted=True)] for left, right in combinations(items, 2))]
            return _smallest(way for choice in choices for way in _together(choice))


def _together(parts: Iterable[list[Way]]) -> list[Way]:
    """One way of each part, in every combination; a wish and its opposite cannot both come true."""
    found: list[Way] = [frozenset()]
    for part in parts:
        found = _smallest(left | right for left in found for right in part)
    return found


def _smallest(candidates: Iterable[Way]) -> list[Way]:
    consistent = (way for way in candidates if len({wish.constraint for wish in way}) == len(way))
    return sorted(dict.fromkeys(consistent), key=lambda way: (len(way), sorted(map(repr, way))))[:MAX_WAYS]


def phrase(constraint: Constraint, operand: Operand | None = None) -> str:
    """What a constraint asks, in words, with its own operand or another."""
    return CONSTRAINT_KINDS[constraint.kind].phrase(constraint.operand if operand is None else operand)


# The profile.


class _Changed:
    """A profile in which some attributes state something else."""

    def __init__(self, profile: Capabilities, stated: Mapping[AttributeName, tuple[Scalar, ...]]) -> None:
        self.profile = profile
        self.stated = stated

    def values(self, name: AttributeName, /) -> tuple[Scalar, ...] | None:
        return self.stated[name] if name in self.stated else self.profile.values(name)


def profile_changes(
    requirement: Requirement,
    profile: Capabilities,
    graph: RequirementGraph,
    attributes: Mapping[AttributeName, Attribute],
) -> tuple[ProfileChange, ...] | None:
    """The fewest attributes that would have to state something else, and what; `None` if nothing was found.

    `attributes` are those of the vocabularies, which say how many values an attribute takes.
    """
    asked = _constraints(requirement, graph)
    for way in ways(requirement, profile, graph):
        named = sorted({wish.constraint.attribute for wish in way})
        candidates = [
            _candidates(
                attributes.get(name) or Attribute(name, "", "Literal", Container.BAG, Rule.OVERRIDE),
                profile.values(name),
                _wishes(way, name, profile),
                _compared((one for one in asked - {wish.constraint for wish in way} if one.attribute == name), profile),
            )
            for name in named
        ]
        for chosen in islice(product(*candidates), MAX_TRIALS):
            stated = dict(zip(named, chosen, strict=True))
            if evaluate(requirement, _Changed(profile, stated), graph) is TRUE:
                return tuple(ProfileChange(name, profile.values(name), after) for name, after in stated.items())
    return None


def _compared(constraints: Iterable[Constraint], profile: Capabilities) -> list[Constraint]:
    """Constraints with what the profile states of the other attribute in place of its name."""
    return [
        one if one.other is None else one._replace(operand=profile.values(one.other) or (), other=None) for one in constraints
    ]


def _wishes(way: Way, name: AttributeName, profile: Capabilities) -> list[Wish]:
    """The wishes about one attribute."""
    wishes = [wish for wish in way if wish.constraint.attribute == name]
    constraints = _compared([wish.constraint for wish in wishes], profile)
    return [Wish(constraint, wish.holds) for constraint, wish in zip(constraints, wishes, strict=True)]


def _constraints(requirement: Requirement, graph: RequirementGraph) -> set[Constraint]:
    found = {part for part in walk(requirement) if isinstance(part, Constraint)}
    for part in walk(requirement):
        if isinstance(part, Reference):
            found |= graph.constraints(part.name)
    return found


def _candidates(
    attribute: Attribute, current: tuple[Scalar, ...] | None, wishes: Sequence[Wish], others: Iterable[Constraint]
) -> list[tuple[Scalar, ...]]:
    """Values that grant the wishes about one attribute, the nearest to the present ones first.

    First those that leave what else is asked of the attribute as it came out.
    """
    countable = [one for one in others if one.kind != "equals"]  # which asks for no count
    kept = [] if current is None else [Wish(one, _holds(one.kind, one.operand, current)) for one in countable]
    wanted = [wish for wish in wishes if wish.constraint.kind != "equals"]
    tests = [count_of(one, holds=True).test for one in countable]
    hints = [value for wish in (*wishes, *kept) for value in _beside(wish.constraint.operand)]
    found = [_scalars(wish.constraint.operand) for wish in wishes if wish.constraint.kind == "equals"]
    for asked in ([*wanted, *kept], wanted):
        counts = [count_of(wish.constraint, holds=wish.holds) for wish in asked]
        found += nearest(counts, attribute, current or (), tests, hints)
    return [values for values in dict.fromkeys(found) if _granted(wishes, values)][:MAX_TRIALS]


def _granted(wishes: Iterable[Wish], values: tuple[Scalar, ...]) -> bool:
    return all(CONSTRAINT_KINDS[wish.constraint.kind].holds(wish.constraint.operand, values) is wish.holds for wish in wishes)


def _scalars(operand: Operand) -> tuple[Scalar, ...]:
    """The values in an operand; a test of single values has none of its own."""
    if type(operand) is tuple:
        return tuple(value for value in operand if type(value) is not tuple)  # type: ignore[misc]
    return (operand,)  # type: ignore[return-value]  # a Dimension is one value


def _beside(operand: Operand) -> list[Scalar]:
    """The values of an operand, and those just beside a bound."""
    found: list[Scalar] = []
    for value in _scalars(operand):
        found.append(value)
        if isinstance(value, bool):
            found.append(not value)
        elif isinstance(value, Dimension):
            found += [
                Dimension(value.width + 1, value.height + 1),
                Dimension(max(0, value.width - 1), max(0, value.height - 1)),
            ]
        elif isinstance(value, int):
            found += [value + 1, value - 1]
    return found


# The requirement.


def requirement_changes(
    requirement: Requirement, profile: Capabilities, graph: RequirementGraph
) -> tuple[RequirementChange, ...] | None:
    """The fewest constraints that would have to ask for less, and for what; `None` if nothing was found."""
    for way in ways(requirement, profile, graph):
        changes = tuple(
            RequirementChange(wish.constraint, _relaxed(wish, profile.values(wish.constraint.attribute)))
            for wish in sorted(way, key=repr)
        )
        given_way = {wish.constraint: wish.holds for wish in way}
        relaxed = _rewritten(requirement, {change.constraint: change for change in changes}, given_way, graph)
        if evaluate(relaxed, profile, graph) is TRUE:
            return changes
    return None


def _relaxed(wish: Wish, values: tuple[Scalar, ...] | None) -> Operand | None:
    """The operand with which the constraint would hold of these values."""
    constraint = wish.constraint
    relax = RELAXED.get(constraint.kind)
    if not wish.holds or not values or relax is None:
        return None
    try:
        operand = relax(constraint.operand, values)
    except (TypeError, ValueError):  # values of another type than the operand
        return None
    return operand if operand is not None and CONSTRAINT_KINDS[constraint.kind].holds(operand, values) else None


def _rewritten(
    requirement: Requirement,
    changes: Mapping[Constraint, RequirementChange],
    outcomes: Mapping[Constraint, bool],
    graph: RequirementGraph,
) -> Requirement:
    """The requirement with the changes made; a constraint that has to go counts as it should have come out."""

    def rewritten(part: Requirement) -> Requirement:
        return _rewritten(part, changes, outcomes, graph)

    match requirement:
        case Constraint(attribute, kind):
            change = changes.get(requirement)
            if change is None:
                return requirement
            if change.operand is None:
                return All(()) if outcomes[requirement] else Any(())
            return Constraint(attribute, kind, change.operand)
        case Reference(name):
            return rewritten(graph[name])
        case Not(item):
            return Not(rewritten(item))
        case All(items):
            return All(tuple(map(rewritten, items)))
        case Any(items):
            return Any(tuple(map(rewritten, items)))
        case ExactlyOne(items):
            return ExactlyOne(tuple(map(rewritten, items)))


def _holds(kind: str, operand: Operand, values: tuple[Scalar, ...]) -> bool:
    try:
        return CONSTRAINT_KINDS[kind].holds(operand, values)
    except (TypeError, ValueError, AttributeError):
        return False

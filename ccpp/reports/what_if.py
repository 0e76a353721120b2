"""Reach as a function of each threshold, everything else as it is; and the changes that gain most for the smallest step.

Theory of operation
-------------------
A constraint with a threshold comes out true, false or open for a device whatever the threshold is; only which of these depends on it. So
the requirements are evaluated three times, with the constraint taken as each of the three, and the reach with any threshold is put
together from the three, value by value: exact, negations and alternatives included, without matching again. The thresholds looked at are
the values that devices state, and the present one: between two stated values the reach does not change.
"""

from __future__ import annotations

from math import fsum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ccpp.matching.flipping import phrase
from ccpp.model import Dimension
from ccpp.reports.model import Curve, Point, RelaxationRow
from ccpp.reports.offers import constraints_of
from ccpp.reports.population import Share
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.forms import dimension_of, quantity_of, version_of
from ccpp.requirements.operands import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ccpp.catalogue.model import Application
    from ccpp.model import Scalar, Value
    from ccpp.reports.offers import Offers
    from ccpp.reports.population import Population
    from ccpp.requirements.expression import Constraint, Operand
    from ccpp.requirements.graph import RequirementGraph

#: Thresholds of one curve; real devices state fewer different values of nearly every attribute. Beyond, every n-th is taken.
MAX_POINTS = 120


Place: TypeAlias = Any
"""Where a threshold stands among those of its kind: whatever can be sorted."""


class Ordered(NamedTuple):
    """How the thresholds of a kind are ordered: the place of an operand, `None` where a stated value is no such threshold."""

    place: Callable[[Operand, Operand], Place | None]
    at_least: bool


def _number(value: Operand, _present: Operand) -> Place | None:
    return None if isinstance(value, bool | str | Dimension) else value


def _dimension(value: Operand, _present: Operand) -> Place | None:
    found = dimension_of(value)  # type: ignore[arg-type]  # what is no value is none
    return None if found is None else (found.width * found.height, found)


def _version(value: Operand, present: Operand) -> Place | None:
    found, now = (version_of(one) if isinstance(one, str) else None for one in (value, present))
    return found[1] if found and now and found[0] == now[0] else None


def _quantity(value: Operand, present: Operand) -> Place | None:
    found, now = (quantity_of(text_of(one)) for one in (value, present))  # type: ignore[arg-type]
    return found.amount if found and now and found.family == now.family else None


#: The kinds that have a threshold.
ORDERED: Mapping[str, Ordered] = MappingProxyType(
    {
        "minInclusive": Ordered(_number, at_least=True),
        "minExclusive": Ordered(_number, at_least=True),
        "maxInclusive": Ordered(_number, at_least=False),
        "maxExclusive": Ordered(_number, at_least=False),
        "dimensionAtLeast": Ordered(_dimension, at_least=True),
        "dimensionAtMost": Ordered(_dimension, at_least=False),
        "dimensionFits": Ordered(_dimension, at_least=True),
        "versionAtLeast": Ordered(_version, at_least=True),
        "versionAtMost": Ordered(_version, at_least=False),
        "quantityAtLeast": Ordered(_quantity, at_least=True),
        "quantityAtMost": Ordered(_quantity, at_least=False),
    }
)


def curves(application: Application, graph: RequirementGraph, population: Population, offers: Offers) -> list[Curve]:
    """The reach of an application over each of its thresholds; none where there are less than two to look at."""
    drawn = (
        _curve(constraint, application, population, offers)
        for constraint in constraints_of(application, graph)
        if constraint.kind in ORDERED
    )
    return [curve for curve in drawn if len(curve.points) > 1]


class _Kept(NamedTuple):
    """Devices that state one value of the attribute: who is fitted where the constraint holds, and where it does not."""

    values: tuple[Scalar, ...]
    holding: Share
    failing: Share


def _curve(constraint: Constraint, application: Application, population: Population, offers: Offers) -> Curve:
    everything = offers.everything
    holding, failing, unstated = (
        offers.otherwise(constraint, sets).application(application)
        for sets in ((everything, everything), (0, 0), (0, everything))
    )
    column = population.columns.attributes.get(constraint.attribute)
    stated = {} if column is None else column.classes(lambda value: value)
    kept = [
        _Kept(_members(value), population.share(groups & holding), population.share(groups & failing))
        for value, groups in stated.items()
    ]
    always = population.share(unstated & ~(0 if column is None else column.stated))
    thresholds = _thresholds(constraint, stated)
    present = thresholds.index(constraint.operand)
    laxer = -1 if ORDERED[constraint.kind].at_least else 1
    points = []
    for place in _sampled(len(thresholds), present):
        operand = thresholds[place]
        steps = (present - place) * laxer
        points.append(Point(_text(operand), steps, _added(operand, constraint.kind, kept, always)))
    said = f"{constraint.attribute} {phrase(constraint)}"
    return Curve(application.id, said, _text(constraint.operand), tuple(points))


def _added(operand: Operand, kind: str, kept: Sequence[_Kept], always: Share) -> Share:
    test = CONSTRAINT_KINDS[kind].holds
    shares = [one.holding if test(operand, one.values) else one.failing for one in kept]
    shares.append(always)
    return Share(sum(one.devices for one in shares), fsum(one.weight for one in shares))


def _thresholds(constraint: Constraint, stated: Iterable[Value]) -> list[Operand]:
    """What devices state, as thresholds from small to large, the present one in its place."""
    place = ORDERED[constraint.kind].place
    found: dict[Any, Operand] = {place(constraint.operand, constraint.operand): constraint.operand}
    present = next(iter(found))
    for value in sorted({member for members in map(_members, stated) for member in members}, key=_text):
        where = place(value, constraint.operand)
        if where is not None and where != present:
            found.setdefault(where, dimension_of(value) or value)
    return [found[where] for where in sorted(found)]


def _members(value: Value) -> tuple[Scalar, ...]:
    return value if type(value) is tuple else (value,)  # type: ignore[return-value]  # a Dimension is one value


def _sampled(count: int, present: int) -> list[int]:
    """Places among so many, the first, the last and the present one with them."""
    if count <= MAX_POINTS:
        return list(range(count))
    every = count / MAX_POINTS
    return sorted({*(int(number * every) for number in range(MAX_POINTS)), present, count - 1})


def _text(operand: Operand) -> str:
    return text_of(operand)  # type: ignore[arg-type]  # a threshold is one value


def nearest_sides(constraint: Constraint, population: Population, offers: Offers) -> dict[str, int]:
    """The groups that state what is nearest to a threshold, on the side where it is met and on the other, where there are any."""
    place = ORDERED[constraint.kind].place
    column = population.columns.attributes.get(constraint.attribute)
    by_place: dict[Any, int] = {}
    for value, groups in ({} if column is None else column.classes(lambda value: value)).items():
        for where in {place(member, constraint.operand) for member in _members(value)} - {None}:
            by_place[where] = by_place.get(where, 0) | groups
    holding = offers.outcomes[constraint][0]
    above = ORDERED[constraint.kind].at_least
    found = {}
    for side, wanted, smallest in (("meeting", holding, above), ("missing", ~holding, not above)):
        places = sorted((where for where, groups in by_place.items() if groups & wanted), reverse=not smallest)
        if places:
            found[side] = by_place[places[0]] & wanted
    return found


def relaxations(drawn: Iterable[Curve]) -> list[RelaxationRow]:
    """The changes of one threshold that pay: of those of an application none that takes as few steps gains as much. Small steps first."""
    rows: list[RelaxationRow] = []
    by_application: dict[str, list[Curve]] = {}
    for curve in drawn:
        by_application.setdefault(curve.application, []).append(curve)
    for application, of in by_application.items():
        found = []
        for curve in of:
            now = next(point.reach for point in curve.points if point.steps == 0)
            for point in curve.points:
                gained = Share(point.reach.devices - now.devices, point.reach.weight - now.weight)
                if gained.weight > 0:
                    found.append(RelaxationRow(application, curve.constraint, point.threshold, abs(point.steps), gained))
        most = 0.0
        for row in sorted(found, key=lambda row: (row.steps, -row.gained.weight, row.constraint)):
            if row.gained.weight > most:
                most = row.gained.weight
                rows.append(row)
    return rows

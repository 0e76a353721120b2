"""Reach as a function of each threshold, everything else as it is; and the changes that gain most for the smallest step.

Theory of operation
-------------------
A constraint with a threshold comes out true, false or open for a device whatever the threshold is; only which of these depends on it. So
the requirements are evaluated three times, with the constraint taken as each of the three, and the reach with any threshold is put
together from the three, value by value: exact, negations and alternatives included, without matching again. The thresholds looked at are
the values that devices state, and the present one: between two stated values the reach does not change.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ccpp.matching.flipping import phrase
from ccpp.model import Dimension
from ccpp.reports.model import Curve, Point, RelaxationRow
from ccpp.reports.population import Share, summed
from ccpp.reports.tally import Kept
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.forms import dimension_of, quantity_of, version_of
from ccpp.requirements.operands import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ccpp.catalogue.model import Application
    from ccpp.model import AttributeName, Scalar, Value
    from ccpp.reports.offers import Offers
    from ccpp.reports.population import Population, Sum
    from ccpp.requirements.expression import Constraint, Operand

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


class Counted(NamedTuple):
    """A population's values by attribute, made once for all curves of it."""

    population: Population
    by_attribute: dict[AttributeName, Mapping[Value, int]]

    def values(self, name: AttributeName) -> Mapping[Value, int]:
        """The groups that state each value of an attribute."""
        if name not in self.by_attribute:
            column = self.population.columns.attributes.get(name)
            self.by_attribute[name] = {} if column is None else dict(column.classes(lambda value: value))
        return self.by_attribute[name]


def kept(constraint: Constraint, application: Application, counted: Counted, offers: Offers) -> Kept:
    """Whom an application fits by what is stated of the attribute of one of its constraints."""
    everything, population = offers.everything, counted.population
    holding, failing, unstated = (
        offers.otherwise(constraint, sets).application(application)
        for sets in ((everything, everything), (0, 0), (0, everything))
    )
    values = counted.values(constraint.attribute)
    column = population.columns.attributes.get(constraint.attribute)
    always = (holding & failing if column is None else column.stated & holding & failing) | (
        unstated & ~(0 if column is None else column.stated)
    )
    depends = holding ^ failing
    by_value = {value: (population.sum(groups & holding & depends), population.sum(groups & failing & depends))
                for value, groups in values.items() if groups & depends}  # fmt: skip
    return Kept(population.sum(always), by_value)


def curve(constraint: Constraint, application: str, stated: Iterable[Value], kept: Kept) -> Curve | None:
    """The reach of an application over one of its thresholds; none where there are less than two to look at."""
    thresholds = _thresholds(constraint, stated)
    if len(thresholds) < 2:  # noqa: PLR2004  a line
        return None
    present = thresholds.index(constraint.operand)
    laxer = -1 if ORDERED[constraint.kind].at_least else 1
    by_value = [(_members(value), *sums) for value, sums in kept.by_value.items()]
    points = []
    for place in _sampled(len(thresholds), present):
        operand = thresholds[place]
        steps = (present - place) * laxer
        points.append(Point(_text(operand), steps, _reach(constraint._replace(operand=operand), by_value, kept.always)))
    said = f"{constraint.attribute} {phrase(constraint)}"
    return Curve(application, said, _text(constraint.operand), tuple(points))


def _reach(constraint: Constraint, by_value: Iterable[tuple[tuple[Scalar, ...], Sum, Sum]], always: Sum) -> Share:
    sums = [holding if _holds(constraint, values) else failing for values, holding, failing in by_value]
    return summed([always, *sums]).share


@lru_cache(maxsize=1 << 17)
def _holds(constraint: Constraint, values: tuple[Scalar, ...]) -> bool:
    """Whether a threshold is met: asked again for every application that has one of the attribute, whose values are all of one type."""
    return CONSTRAINT_KINDS[constraint.kind].holds(constraint.operand, values)


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


def nearest_sides(constraint: Constraint, counted: Counted, offers: Offers) -> dict[str, tuple[Scalar, int]]:
    """What is stated nearest to a threshold, and by which groups, on the side where it is met and on the other, where there is any."""
    place = ORDERED[constraint.kind].place
    by_place: dict[Any, tuple[Scalar, int]] = {}
    for value, groups in counted.values(constraint.attribute).items():
        for member in _members(value):
            where = place(member, constraint.operand)
            if where is not None:
                first, before = by_place.get(where, (member, 0))
                by_place[where] = (min(first, member, key=_text), before | groups)
    holding = offers.outcomes[constraint][0]
    above = ORDERED[constraint.kind].at_least
    found = {}
    for side, wanted, smallest in (("meeting", holding, above), ("missing", ~holding, not above)):
        places = sorted((where for where, (_, groups) in by_place.items() if groups & wanted), reverse=not smallest)
        if places:
            value, groups = by_place[places[0]]
            found[side] = value, groups & wanted
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

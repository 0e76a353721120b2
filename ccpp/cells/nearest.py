"""What an attribute would have to state: values that meet some counts, the smallest change of the present ones first.

Only values of the attribute's own datatype are proposed, though a text in its place might do: nobody is to be told to write a damaged one.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from ccpp.cells.counting import MAX_COPIES, Asked, Search, asked_of, bits, copies_for
from ccpp.cells.points import END, TooMany, number_points, passes, side_points
from ccpp.cells.standins import ANYTHING, simple_tests, stand_ins
from ccpp.model import Container, Dimension

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccpp.cells.counting import Count
    from ccpp.cells.points import Test
    from ccpp.model import Attribute, Scalar

#: Values that are looked at for one attribute.
MAX_POOL = 2_000

_TYPES = {
    "Literal": str,
    "string": str,
    "Number": int,
    "integer": int,
    "Boolean": bool,
    "Dimension": Dimension,
    "rational": Fraction,
}


def nearest(
    counts: Sequence[Count],
    attribute: Attribute,
    current: tuple[Scalar, ...],
    tests: Iterable[Test] = (),
    hints: Iterable[Scalar] = (),
) -> list[tuple[Scalar, ...]]:
    """Values that meet all counts, those that change least first; none where none were found.

    `tests` are what values may have to pass besides, `hints` values that are worth trying.
    """
    pool = _pool([*tests, *(one.test for one in counts)], attribute, current, hints, copies_for(counts))
    if attribute.container is Container.NONE:
        met = sorted((value for value in pool if _meets((value,), counts)), key=lambda value: _distance(value, current))
        return [(value,) for value in met]
    kept = _kept(current, counts)
    universe = list(dict.fromkeys((*kept, *pool)))
    asked = asked_of(counts, [[_counts(value, one) for value in universe] for one in counts])
    found = (_found(asked, start, universe) for start in dict.fromkeys((tuple(kept), ())))
    return sorted((values for values in found if values is not None), key=lambda values: len({*values} ^ {*current}))


def _found(asked: Asked, start: tuple[Scalar, ...], universe: Sequence[Scalar]) -> tuple[Scalar, ...] | None:
    try:
        chosen = Search(asked).find(bits(value in start for value in universe), (1 << len(universe)) - 1)
    except TooMany:
        return None
    return None if chosen is None else tuple(value for at, value in enumerate(universe) if chosen >> at & 1)


def _counts(value: Scalar, count: Count) -> bool:
    return passes(count.test, value) is not count.failing


def _meets(values: tuple[Scalar, ...], counts: Iterable[Count]) -> bool:
    for one in counts:
        counted = sum(_counts(value, one) for value in values)
        if counted < one.number if one.at_least else counted > one.number:
            return False
    return True


def _kept(current: Iterable[Scalar], counts: Iterable[Count]) -> list[Scalar]:
    """The present values without those that are too many."""
    kept = list(dict.fromkeys(current))
    for one in counts:
        counted = [value for value in kept if _counts(value, one)]
        surplus = [] if one.at_least else counted[max(0, one.number) :]
        kept = [value for value in kept if value not in surplus]
    return kept


def _pool(
    tests: Sequence[Test], attribute: Attribute, current: tuple[Scalar, ...], hints: Iterable[Scalar], copies: int
) -> list[Scalar]:
    """The values that are looked at: hints, stand-ins, and on either side of each point of numbers and dimensions."""
    simple = [one for test in tests for one in simple_tests(test)]
    written = [operand for _, operand in simple if isinstance(operand, str)]
    try:
        made = [
            one.value
            for one in stand_ins([*tests, ANYTHING], attribute.datatype, min(copies, MAX_COPIES))
            if one.value is not None
        ]
    except TooMany:
        made = []
    beside = [point + step for test in simple for point in number_points(test) for step in (0, -1)]
    values = (*hints, *written, *beside, *_dimensions(simple, current), *made)
    own = _TYPES[attribute.datatype]
    least = 0 if attribute.datatype == "Number" else 1 - END
    fitting = (value for value in values if type(value) is own and (type(value) is not int or least <= value < END))
    return list(dict.fromkeys(fitting))[:MAX_POOL]


def _dimensions(tests: Iterable[Test], current: tuple[Scalar, ...]) -> list[Dimension]:
    """Dimensions with a side from either side of each point, or as it is."""
    sides = [side_points(test) for test in tests]
    own = [value for value in current if isinstance(value, Dimension)]
    widths, heights = (
        sorted({point + step for side in sides for point in side[axis] for step in (0, -1)} | {one[axis] for one in own})
        for axis in (0, 1)
    )
    return [Dimension(width, height) for width, height in product(widths, heights) if width >= 0 and height >= 0]


def _distance(value: Scalar, current: tuple[Scalar, ...]) -> float:
    """How far a value is from the present one, where that can be said."""
    before = current[0] if current else None
    if isinstance(value, Dimension):
        return sum(value) if not isinstance(before, Dimension) else abs(value[0] - before[0]) + abs(value[1] - before[1])
    if type(value) is int and type(before) is int:
        return abs(value - before)
    return 0

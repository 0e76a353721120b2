"""Tests of single values, and where they divide numbers and dimensions.

A point is the first number that a test treats otherwise than the one before it.
"""

from __future__ import annotations

from itertools import product
from math import ceil, floor
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from ccpp.datatypes import MAX_DIGITS
from ccpp.model import Dimension
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.forms import quantity_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ccpp.model import Scalar
    from ccpp.requirements.expression import Operand

#: Values made for one question: the boxes of ten dimensions are some 500.
MAX_VALUES = 4_096

#: The first number that no profile can state.
END = 10**MAX_DIGITS

Test: TypeAlias = "tuple[str, Operand]"
"""A test of single values: a kind of constraint and its operand."""


class TooMany(Exception):
    """More values, or more alternatives, than are looked at; the message says of what."""


def passes(test: Test, value: Scalar) -> bool:
    """Whether a value passes a test."""
    kind, operand = test
    return CONSTRAINT_KINDS[kind].holds(operand, (value,))


def named_by(test: Test) -> tuple[Scalar, ...]:
    """The values that a test names one by one."""
    kind, operand = test
    if kind == "hasValue":
        return (operand,)  # type: ignore[return-value]
    return operand if kind in {"in", "hasAny", "hasNone"} else ()  # type: ignore[return-value]


def behind(points: Iterable[int], copies: int) -> list[int]:
    """So many numbers from each point on, and before the first one."""
    distinct = sorted(set(points))
    before = range(distinct[0] - copies, distinct[0])
    return sorted({*before, *(point + step for point in distinct for step in range(copies))})


def number_points(test: Test) -> tuple[int, ...]:
    """The points of a test of numbers."""
    kind, operand = test
    find = _POINTS.get(kind)
    if find is not None:
        return find(operand)
    return tuple(value + step for value in named_by(test) if type(value) is int for step in (0, 1))


def _of_length(count: int) -> tuple[int, ...]:
    """Where numbers get longer than so many characters, with a sign or without."""
    bounds = [10**digits for digits in range(max(0, count - 2), min(count, MAX_DIGITS) + 1)]
    return tuple(sign * bound + step for bound in bounds for sign in (1, -1) for step in (0, 1))


_POINTS: Mapping[str, Callable[[Operand], tuple[int, ...]]] = MappingProxyType(
    {
        "minInclusive": lambda bound: (ceil(bound),),  # type: ignore[arg-type]
        "maxExclusive": lambda bound: (ceil(bound),),  # type: ignore[arg-type]
        "maxInclusive": lambda bound: (floor(bound) + 1,),  # type: ignore[arg-type]
        "minExclusive": lambda bound: (floor(bound) + 1,),  # type: ignore[arg-type]
        "quantityAtLeast": lambda due: (ceil(quantity_of(due).amount),),  # type: ignore[union-attr]
        "quantityAtMost": lambda due: (floor(quantity_of(due).amount) + 1,),  # type: ignore[union-attr]
        "minLength": _of_length,  # type: ignore[dict-item]
        "maxLength": _of_length,  # type: ignore[dict-item]
    }
)


def boxes(tests: Iterable[Test], copies: int) -> list[Dimension]:
    """A dimension, or `copies` to either side, of each box that the tests divide dimensions into.

    Raises:
        TooMany: there are more than `MAX_VALUES`.
    """
    sides = [side_points(test) for test in tests]
    widths, heights = (
        [number for number in behind({0, *(point for side in sides for point in side[axis])}, copies) if 0 <= number < END]
        for axis in (0, 1)
    )
    if len(widths) * len(heights) > MAX_VALUES:
        raise TooMany(f"its dimensions divide values into more than {MAX_VALUES} parts")
    return [Dimension(width, height) for width, height in product(widths, heights)]


def side_points(test: Test) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Points of widths, and of heights."""
    kind, operand = test
    match kind, operand:
        case "dimensionAtLeast", Dimension(width, height):
            return (width,), (height,)
        case "dimensionAtMost", Dimension(width, height):
            return (width + 1,), (height + 1,)
        case "dimensionFits", Dimension():
            return operand, operand
        case "minLength" | "maxLength", int():
            return _of_length(operand), _of_length(operand)
    named = [value for value in named_by(test) if isinstance(value, Dimension)]
    return tuple(one.width + step for one in named for step in (0, 1)), tuple(
        one.height + step for one in named for step in (0, 1)
    )

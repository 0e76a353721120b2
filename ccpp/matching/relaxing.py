"""Operands that ask for no more than stated values give: how far a constraint would have to be moved, one row a kind."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from ccpp.model import Dimension
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.forms import quantity_of
from ccpp.requirements.operands import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ccpp.model import Scalar
    from ccpp.requirements.expression import Operand

Made: TypeAlias = Any
"""An operand of the type that its kind's `read` makes."""


def _dimensions(values: Sequence[Scalar]) -> list[Dimension]:
    return [value for value in values if isinstance(value, Dimension)]


def _least_dimension(operand: Made, values: Sequence[Scalar]) -> Operand:
    every = [operand, *_dimensions(values)]
    return Dimension(min(one.width for one in every), min(one.height for one in every))


def _largest_dimension(operand: Made, values: Sequence[Scalar]) -> Operand:
    every = [operand, *_dimensions(values)]
    return Dimension(max(one.width for one in every), max(one.height for one in every))


def _fitting_dimension(operand: Made, values: Sequence[Scalar]) -> Operand:
    every = [operand, *_dimensions(values)]
    short, long = min(map(min, every)), min(map(max, every))
    return Dimension(short, long) if operand.width <= operand.height else Dimension(long, short)


def _some_value(kind: str) -> Callable[[Made, tuple[Scalar, ...]], Operand | None]:
    """One of the stated values as the operand, if the constraint holds with it: for versions, which are texts of many forms."""

    def relax(_operand: Made, values: tuple[Scalar, ...]) -> Operand | None:
        texts = [value for value in values if isinstance(value, str)]
        return next((text for text in texts if CONSTRAINT_KINDS[kind].holds(text, values)), None)

    return relax


def _quantity(choose: Callable[..., str]) -> Callable[[Made, tuple[Scalar, ...]], Operand | None]:
    """The least or the largest of the stated amounts, as it is written."""

    def relax(_operand: Made, values: tuple[Scalar, ...]) -> Operand | None:
        amounts = {text: read.amount for value in values if (read := quantity_of(text := text_of(value))) is not None}
        return choose(amounts, key=amounts.__getitem__) if amounts else None

    return relax


def _passing(operand: Made, values: tuple[Scalar, ...]) -> Operand:
    """A count of values that pass, made what it is."""
    kind, inner = operand[1]
    return sum(CONSTRAINT_KINDS[kind].holds(inner, (value,)) for value in set(values)), operand[1]


def _without(operand: Made, values: tuple[Scalar, ...]) -> Operand | None:
    return tuple(value for value in operand if value not in values) or None


#: Kind → the operand that asks for no more than the values give, or `None`; a kind without a row has to go.
RELAXED: Mapping[str, Callable[[Made, tuple[Scalar, ...]], Operand | None]] = MappingProxyType(
    {
        "minInclusive": lambda _, values: min(values),
        "maxInclusive": lambda _, values: max(values),
        "minExclusive": lambda _, values: min(values) - 1,  # type: ignore[operator]
        "maxExclusive": lambda _, values: max(values) + 1,  # type: ignore[operator]
        "minCount": lambda _, values: len(set(values)),
        "maxCount": lambda _, values: len(set(values)),
        "minLength": lambda _, values: min(len(text_of(value)) for value in values),
        "maxLength": lambda _, values: max(len(text_of(value)) for value in values),
        "in": lambda operand, values: tuple(dict.fromkeys((*operand, *values))),
        "hasAll": lambda operand, values: tuple(value for value in operand if value in values) or None,
        "hasAny": lambda operand, values: (*operand, values[0]),
        "hasNone": _without,
        "qualifiedMinCount": _passing,
        "qualifiedMaxCount": _passing,
        "dimensionAtLeast": _least_dimension,
        "dimensionAtMost": _largest_dimension,
        "dimensionFits": _fitting_dimension,
        "quantityAtLeast": _quantity(min),
        "quantityAtMost": _quantity(max),
        "versionAtLeast": _some_value("versionAtLeast"),
        "versionAtMost": _some_value("versionAtMost"),
    }
)

"""When constraints hold: tests of a value, or of all values, of one attribute. A value of another type than the operand never holds."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from ccpp.datatypes import DATATYPES
from ccpp.model import Dimension, Scalar
from ccpp.requirements.forms import Quantity, dimension_of, language_of, media_type_of, quantity_of, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Made: TypeAlias = Any
"""An operand of the type that its kind's `read` makes."""


def _same(value: Scalar, operand: Made) -> bool:
    return type(value) is type(operand) and value == operand


def has_value(operand: Made, values: tuple[Scalar, ...]) -> bool:
    """Some value is the operand."""
    return any(_same(value, operand) for value in values)


def is_in(operand: Made, values: tuple[Scalar, ...]) -> bool:
    """Every value is one of the operand's."""
    return all(any(_same(value, choice) for choice in operand) for value in values)


def numbers(values: Iterable[Scalar], test: Callable[[int | Fraction], bool]) -> bool:
    """Every value is a number that passes."""
    return all(isinstance(value, int | Fraction) and not isinstance(value, bool) and test(value) for value in values)


def dimensions(values: Iterable[Scalar], test: Callable[[Dimension], bool]) -> bool:
    """Every value is a dimension that passes."""
    return all((dimension := dimension_of(value)) is not None and test(dimension) for value in values)


def versions(operand: Made, values: Iterable[Scalar], test: Callable[[tuple[int, ...], tuple[int, ...]], bool]) -> bool:
    """Some value has the name of the operand, and a version that passes beside its own."""
    due = version_of(operand)
    for value in values:
        stated = version_of(value) if isinstance(value, str) else None
        if due is not None and stated is not None and stated[0] == due[0] and test(stated[1], due[1]):
            return True
    return False


def _some(values: Iterable[Scalar], test: Callable[[str], bool]) -> bool:
    return any(isinstance(value, str) and test(value) for value in values)


def has_media_type(operand: Made, values: tuple[Scalar, ...]) -> bool:
    """Some value takes the media type."""
    due = media_type_of(operand)
    return due is not None and _some(values, lambda text: (stated := media_type_of(text)) is not None and stated.takes(due))


def has_language(operand: Made, values: tuple[Scalar, ...]) -> bool:
    """Lookup, RFC 4647 §3.4: a stated range is cut subtag by subtag from its end until it is the language; `*` is any."""
    due = language_of(operand)
    return _some(values, lambda text: (stated := language_of(text) or "") == "*" or f"{stated}-".startswith(f"{due}-"))


def quantities(operand: Made, values: Iterable[Scalar], test: Callable[[Fraction, Fraction], bool]) -> bool:
    """A number without a unit is in the base unit of the other's family."""
    due = quantity_of(operand)
    for value in values:
        stated = quantity_of(value) if isinstance(value, str) else _plain_quantity(value)
        if due is None or stated is None or (stated.family != due.family and "" not in {stated.family, due.family}):
            return False
        if not test(stated.amount, due.amount):
            return False
    return True


def _plain_quantity(value: Scalar) -> Quantity | None:
    return Quantity(Fraction(value), "") if type(value) is int and value >= 0 else None


DATATYPE_OF = MappingProxyType(
    {
        str: DATATYPES["Literal"].rdf_datatype,
        int: DATATYPES["Number"].rdf_datatype,
        bool: DATATYPES["Boolean"].rdf_datatype,
        Dimension: DATATYPES["Dimension"].rdf_datatype,
        Fraction: DATATYPES["rational"].rdf_datatype,
    }
)


# Two attributes.


def terms(values: tuple[Scalar, ...]) -> set[tuple[type, Scalar]]:
    """Values as RDF tells them apart: `1`, `true` and `"1"` are three."""
    return {(type(value), value) for value in values}


def in_order(values: tuple[Scalar, ...], others: tuple[Scalar, ...], test: Callable[[Made, Made], bool]) -> bool:
    """Whether every value stands before every other; what cannot be compared does not. SHACL §4.5.3."""
    return all(_comparable(value, other) and test(value, other) for value in values for other in others)


def _comparable(value: Scalar, other: Scalar) -> bool:
    if isinstance(value, str | bool):
        return type(value) is type(other)
    return isinstance(value, int) and isinstance(other, int) and not isinstance(other, bool)

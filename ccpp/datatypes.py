"""From text to typed value and back: one row a datatype.

The lexical forms are those of OMA's `xmlschema-20030226#` for UAProf and of CC/PP 1.0 §4.1 for its own three. What real
profiles write beyond them (`YES`, `240X320`) is read as meant and marked `Status.COERCED`; a text that cannot be read is
kept as it stands and marked `Status.INVALID`. Outer white space never counts, an inner run of it is one space (HTTP's LWS).
"""

from __future__ import annotations

import re
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.model import Dimension, Scalar, Status

if TYPE_CHECKING:
    from collections.abc import Callable

#: A longer number is no measurement of a device, and Python's conversion of long digit strings is quadratic.
MAX_DIGITS = 18

_DIGITS = f"[0-9]{{1,{MAX_DIGITS}}}"
_INTEGER = re.compile(f"[+-]?{_DIGITS}")
_NUMBER = re.compile(_DIGITS)
_DIMENSION = re.compile(f"({_DIGITS})x({_DIGITS})")
_LOOSE_DIMENSION = re.compile(f"({_DIGITS}) ?[xX*×] ?({_DIGITS})")
_RATIONAL = re.compile(f"[+-]?{_DIGITS}(/(?=[0-9]*[1-9]){_DIGITS})?")
_BOOLEANS = MappingProxyType({"Yes": True, "No": False})
_LOOSE_BOOLEANS = MappingProxyType({"yes": True, "no": False, "true": True, "false": False})


class Reading(NamedTuple):
    """A text read as a datatype."""

    value: Scalar
    status: Status


class Datatype(NamedTuple):
    """One datatype: how its text is read, and the datatype that its values carry as RDF literals."""

    read: Callable[[str], Reading]
    rdf_datatype: str


def _read_literal(text: str) -> Reading:
    return Reading(text, Status.OK)


def _read_number(text: str) -> Reading:
    if _NUMBER.fullmatch(text):
        return Reading(int(text), Status.OK)
    return Reading(text, Status.INVALID)


def _read_integer(text: str) -> Reading:
    if _INTEGER.fullmatch(text):
        return Reading(int(text), Status.OK)
    return Reading(text, Status.INVALID)


def _read_boolean(text: str) -> Reading:
    value = _BOOLEANS.get(text)
    if value is not None:
        return Reading(value, Status.OK)
    value = _LOOSE_BOOLEANS.get(text.lower())
    if value is not None:
        return Reading(value, Status.COERCED)
    return Reading(text, Status.INVALID)


def _read_dimension(text: str) -> Reading:
    found = _DIMENSION.fullmatch(text)
    if found:
        return Reading(Dimension(int(found[1]), int(found[2])), Status.OK)
    found = _LOOSE_DIMENSION.fullmatch(text)
    if found:
        return Reading(Dimension(int(found[1]), int(found[2])), Status.COERCED)
    return Reading(text, Status.INVALID)


def _read_rational(text: str) -> Reading:
    if _RATIONAL.fullmatch(text):
        return Reading(Fraction(text), Status.OK)
    return Reading(text, Status.INVALID)


_XSD = "http://www.w3.org/2001/XMLSchema#"
_UAPROF_TYPES = "http://www.openmobilealliance.org/tech/profiles/UAPROF/xmlschema-20030226#"
_CCPP = "http://www.w3.org/2002/11/08-ccpp-schema#"

DATATYPES: MappingProxyType[str, Datatype] = MappingProxyType(
    {
        "Literal": Datatype(_read_literal, _XSD + "string"),
        "Number": Datatype(_read_number, _XSD + "integer"),
        "Boolean": Datatype(_read_boolean, _XSD + "boolean"),
        "Dimension": Datatype(_read_dimension, _UAPROF_TYPES + "Dimension"),
        "string": Datatype(_read_literal, _XSD + "string"),
        "integer": Datatype(_read_integer, _XSD + "integer"),
        "rational": Datatype(_read_rational, _CCPP + "rational"),
    }
)


def collapse(text: str) -> str:
    """The text as CC/PP compares it: without outer white space, an inner run of it as one space. WAP-248 §7.2."""
    return " ".join(text.split())


def lexical(value: Scalar) -> str:
    """The canonical text of a value, such that reading it again gives the value."""
    if value is True:
        return "Yes"
    if value is False:
        return "No"
    return str(value)

"""The kinds of constraint: one row each.

A row says which SHACL parameter writes the constraint, how its operand is read and checked against the attribute, when it holds,
and how to say it. `holds` sees the values of a stated attribute, none or more, and decides with SHACL's meaning; what an absent
attribute means is the matcher's business. A value of another type than the operand does not hold; it is never an error.

Adding a kind: a row here, its declaration with a SPARQL validator in `vocabularies/requirements.ttl` if it is our own, and a file
of cases in `tests/suite/constraints/`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError
from ccpp.model import Attribute, Dimension, Scalar, Status
from ccpp.requirements.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ccpp.requirements.expression import Operand

SH = "http://www.w3.org/ns/shacl#"
REQ = "urn:ccpp:requirement#"


class ConstraintKind(NamedTuple):
    """One row of `CONSTRAINT_KINDS`.

    `read` makes the operand of the parameter's values, the attribute, and the values of the further parameters in `also`.
    `asks_for_one` marks our own kinds that need some value that fits: they must be written beside `sh:minCount 1`, because some
    engines run a component's validator once a value, so that without any value it would hold there and not here.
    `takes_list` marks the kinds whose parameter is a list; `repeatable` those whose parameter may be stated more than once.
    """

    parameter: str
    read: Callable[[tuple[Scalar, ...], Attribute, Mapping[str, str]], Operand]
    holds: Callable[[Operand, tuple[Scalar, ...]], bool]
    phrase: Callable[[Operand], str]
    also: tuple[str, ...] = ()
    asks_for_one: bool = False
    takes_list: bool = False
    repeatable: bool = False


def text_of(value: Scalar) -> str:
    """The lexical form that a value has as an RDF literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


# Reading operands.

_PYTHON_TYPES = MappingProxyType(
    {
        "Literal": str,
        "string": str,
        "Number": int,
        "integer": int,
        "Boolean": bool,
        "Dimension": Dimension,
        "rational": Fraction,
    }
)
_WRITE = MappingProxyType(
    {
        "Literal": 'a plain text such as "MIDP/2.0"',
        "string": "a plain text",
        "Number": "a number such as 16",
        "integer": "a number such as 16",
        "Boolean": "true or false",
        "Dimension": f'"240x320"^^<{DATATYPES["Dimension"].rdf_datatype}>',
        "rational": f'"1/2"^^<{DATATYPES["rational"].rdf_datatype}>',
    }
)


def _one(values: tuple[Scalar, ...]) -> Scalar:
    if len(values) != 1:
        raise RequirementError(f"{len(values)} values where one is due")
    return values[0]


def _typed(value: Scalar, attribute: Attribute) -> Scalar:
    """The value, if the attribute can have it at all: an operand of another type would never hold, and nobody means that."""
    if type(value) is not _PYTHON_TYPES[attribute.datatype]:
        raise RequirementError(f"`{text_of(value)}` is no {attribute.datatype}", hint=f"write {_WRITE[attribute.datatype]}")
    return value


def _read_value(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, str]) -> Operand:
    return _typed(_one(values), attribute)


def _read_values(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, str]) -> Operand:
    return tuple(_typed(value, attribute) for value in values)


def _read_bound(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, str]) -> Operand:
    value = _one(values)
    if attribute.datatype not in {"Number", "integer"}:
        raise RequirementError(
            f"a {attribute.datatype} has no order", hint="use sh:hasValue, sh:in, req:dimensionAtLeast or req:versionAtLeast"
        )
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise RequirementError(f"`{text_of(value)}` is no number", hint="write a number such as 16")
    return value


def _read_count(values: tuple[Scalar, ...], _attribute: Attribute, _also: Mapping[str, str]) -> Operand:
    value = _one(values)
    if type(value) is not int or value < 0:
        raise RequirementError(f"`{text_of(value)}` is no count", hint="write a whole number from 0")
    return value


def _read_pattern(values: tuple[Scalar, ...], _attribute: Attribute, also: Mapping[str, str]) -> Operand:
    pattern, flags = _one(values), also.get(SH + "flags", "")
    if not isinstance(pattern, str):
        raise RequirementError(f"`{text_of(pattern)}` is no pattern", hint='write a text such as "^MIDP"')
    compile_pattern(pattern, flags)
    return pattern, flags


def _read_dimension(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, str]) -> Operand:
    value = _one(values)
    if attribute.datatype not in {"Dimension", "Literal", "string"}:
        raise RequirementError(
            f"a {attribute.datatype} is no dimension", hint="name an attribute such as HardwarePlatform/ScreenSize"
        )
    dimension = _dimension(value)
    if dimension is None:
        raise RequirementError(f"`{text_of(value)}` is no dimension", hint='write "240x320"')
    return dimension


def _read_version(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, str]) -> Operand:
    value = _one(values)
    if attribute.datatype not in {"Literal", "string"}:
        raise RequirementError(f"a {attribute.datatype} is no version", hint="use sh:hasValue, or sh:minInclusive for a number")
    if not isinstance(value, str) or _version(value) is None:
        raise RequirementError(f"`{text_of(value)}` is no version", hint='write "1.2" or "MIDP/2.0"')
    return value


# What holds.


def _same(value: Scalar, operand: Operand) -> bool:
    return type(value) is type(operand) and value == operand


def _has_value(operand: Operand, values: tuple[Scalar, ...]) -> bool:
    return any(_same(value, operand) for value in values)


def _in(operand: Operand, values: tuple[Scalar, ...]) -> bool:
    return all(any(_same(value, choice) for choice in operand) for value in values)  # type: ignore[union-attr]


def _numbers(values: Iterable[Scalar], test: Callable[[int | Fraction], bool]) -> bool:
    return all(isinstance(value, int | Fraction) and not isinstance(value, bool) and test(value) for value in values)


def _dimension(value: Scalar) -> Dimension | None:
    read = DATATYPES["Dimension"].read(value) if isinstance(value, str) else None
    if read is not None and read.status is Status.OK:
        value = read.value
    return value if isinstance(value, Dimension) else None


def _dimensions(values: Iterable[Scalar], test: Callable[[Dimension], bool]) -> bool:
    return all((dimension := _dimension(value)) is not None and test(dimension) for value in values)


_VERSION = re.compile(r"(.*?[^0-9.])??([0-9]{1,4}(?:\.[0-9]{1,4}){0,3})([^A-Za-z0-9.].*)?")


@lru_cache(maxsize=4_096)
def _version(text: str) -> tuple[str, tuple[int, ...]] | None:
    """The name and the four numbers of a version text: `MIDP/2.0-compatible` is midp, 2.0.0.0; `1.2.1` has the empty name."""
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    numbers = [int(number) for number in found[2].split(".")]
    return (found[1] or "").rstrip("/-_ ").lower(), (*numbers, *[0] * (4 - len(numbers)))


def _versions(operand: Operand, values: Iterable[Scalar], test: Callable[[tuple[int, ...], tuple[int, ...]], bool]) -> bool:
    due = _version(operand)
    for value in values:
        stated = _version(value) if isinstance(value, str) else None
        if due is not None and stated is not None and stated[0] == due[0] and test(stated[1], due[1]):
            return True
    return False


def _listed(operand: Operand) -> str:
    return ", ".join(f"`{text_of(choice)}`" for choice in operand)  # type: ignore[union-attr]


#: The table. Ranges, patterns and dimensions ask something of every value, values and versions ask for one that fits.
CONSTRAINT_KINDS: Mapping[str, ConstraintKind] = MappingProxyType(
    {
        "hasValue": ConstraintKind(
            SH + "hasValue",
            _read_value,
            _has_value,
            lambda operand: f"has `{text_of(operand)}`",  # type: ignore[arg-type]
            repeatable=True,
        ),
        "in": ConstraintKind(SH + "in", _read_values, _in, lambda operand: f"is one of {_listed(operand)}", takes_list=True),
        "minInclusive": ConstraintKind(
            SH + "minInclusive",
            _read_bound,
            lambda bound, values: _numbers(values, lambda value: value >= bound),  # type: ignore[operator]
            lambda bound: f"is at least {bound}",
        ),
        "maxInclusive": ConstraintKind(
            SH + "maxInclusive",
            _read_bound,
            lambda bound, values: _numbers(values, lambda value: value <= bound),  # type: ignore[operator]
            lambda bound: f"is at most {bound}",
        ),
        "minExclusive": ConstraintKind(
            SH + "minExclusive",
            _read_bound,
            lambda bound, values: _numbers(values, lambda value: value > bound),  # type: ignore[operator]
            lambda bound: f"is more than {bound}",
        ),
        "maxExclusive": ConstraintKind(
            SH + "maxExclusive",
            _read_bound,
            lambda bound, values: _numbers(values, lambda value: value < bound),  # type: ignore[operator]
            lambda bound: f"is less than {bound}",
        ),
        "minCount": ConstraintKind(
            SH + "minCount",
            _read_count,
            lambda count, values: len(set(values)) >= count,  # type: ignore[operator]
            lambda count: f"has at least {count} value{'' if count == 1 else 's'}",
        ),
        "maxCount": ConstraintKind(
            SH + "maxCount",
            _read_count,
            lambda count, values: len(set(values)) <= count,  # type: ignore[operator]
            lambda count: f"has at most {count} value{'' if count == 1 else 's'}",
        ),
        "pattern": ConstraintKind(
            SH + "pattern",
            _read_pattern,
            lambda operand, values: all(compile_pattern(*operand).search(text_of(value)) for value in values),  # type: ignore[misc]
            lambda operand: f"matches `{operand[0]}`",  # type: ignore[index]
            also=(SH + "flags",),
        ),
        "dimensionAtLeast": ConstraintKind(
            REQ + "dimensionAtLeast",
            _read_dimension,
            lambda due, values: _dimensions(values, lambda one: one.width >= due.width and one.height >= due.height),  # type: ignore[union-attr]
            lambda due: f"is at least {due} both ways",
        ),
        "dimensionAtMost": ConstraintKind(
            REQ + "dimensionAtMost",
            _read_dimension,
            lambda due, values: _dimensions(values, lambda one: one.width <= due.width and one.height <= due.height),  # type: ignore[union-attr]
            lambda due: f"is at most {due} both ways",
        ),
        "versionAtLeast": ConstraintKind(
            REQ + "versionAtLeast",
            _read_version,
            lambda due, values: _versions(due, values, lambda stated, least: stated >= least),
            lambda due: f"has version `{due}` or later",
            asks_for_one=True,
        ),
        "versionAtMost": ConstraintKind(
            REQ + "versionAtMost",
            _read_version,
            lambda due, values: _versions(due, values, lambda stated, most: stated <= most),
            lambda due: f"has version `{due}` or earlier",
            asks_for_one=True,
        ),
    }
)

#: The same rows by the parameter that writes them.
BY_PARAMETER: Mapping[str, str] = MappingProxyType({kind.parameter: name for name, kind in CONSTRAINT_KINDS.items()})

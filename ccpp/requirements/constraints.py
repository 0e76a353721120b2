"""The kinds of constraint: one row each.

A row says which SHACL parameter writes the constraint, how its operand is read and checked against the attribute, when it holds,
and how to say it. `holds` sees the values of a stated attribute, none or more, and decides with SHACL's meaning; what an absent
attribute means is the matcher's business. A value of another type than the operand does not hold; it is never an error.

Adding a kind: a row here, its declaration with a SPARQL validator in `vocabularies/requirements.ttl` if it is our own, and a file
of cases in `tests/suite/constraints/`.
"""

from __future__ import annotations

from functools import lru_cache
from operator import le, lt
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.requirements.holding import (
    DATATYPE_OF,
    Made,
    dimensions,
    has_language,
    has_media_type,
    has_value,
    in_order,
    is_in,
    numbers,
    quantities,
    terms,
    versions,
)
from ccpp.requirements.operands import (
    SH,
    read_bound,
    read_count,
    read_datatype,
    read_dimension,
    read_language,
    read_media_type,
    read_name,
    read_node_kind,
    read_pattern,
    read_qualified,
    read_quantity,
    read_some,
    read_tags,
    read_tests,
    read_true,
    read_value,
    read_values,
    read_version,
    text_of,
)
from ccpp.requirements.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccpp.model import Attribute, Scalar
    from ccpp.requirements.expression import Operand

__all__ = ["BY_PARAMETER", "CONSTRAINT_KINDS", "REQ", "SH", "ConstraintKind", "text_of"]

REQ = "urn:ccpp:requirement#"


class ConstraintKind(NamedTuple):
    """One row of `CONSTRAINT_KINDS`.

    `read` makes the operand of the parameter's values, the attribute, and the values of the further parameters in `also`.
    `asks_for_one` marks our own kinds that need some value that fits: they must be written beside `sh:minCount 1`, because some
    engines run a component's validator once a value, so that without any value it would hold there and not here.
    `takes_list` marks the kinds whose parameter is a list; `repeatable` those whose parameter may be stated more than once; `takes_iri`
    those whose parameter is an IRI, `takes_shapes` those whose parameter is a shape of values. `of_values` marks the kinds that ask
    something of each value by itself, which are those that a shape of values may have. `takes_attribute` marks the kinds that compare two
    attributes: their operand is what the device states of the other one.
    """

    parameter: str
    read: Callable[[tuple[Scalar, ...], Attribute, Mapping[str, Operand]], Operand]
    holds: Callable[[Made, tuple[Scalar, ...]], bool]
    phrase: Callable[[Made], str]
    also: tuple[str, ...] = ()
    asks_for_one: bool = False
    takes_list: bool = False
    repeatable: bool = False
    takes_iri: bool = False
    takes_shapes: bool = False
    of_values: bool = True
    takes_attribute: bool = False


# Tests of one value, as the shapes of values that SHACL writes inside a property shape: a kind and its operand, as in a constraint.


@lru_cache(maxsize=1 << 14, typed=True)  # devices' lists repeat each other's members
def _passes(test: Made, value: Scalar) -> bool:
    kind, operand = test
    return CONSTRAINT_KINDS[kind].holds(operand, (value,))


def _passed(tests: Made, value: Scalar) -> int:
    """How many of the tests a value passes."""
    return sum(_passes(test, value) for test in tests)


def _counted(operand: Made, values: tuple[Scalar, ...]) -> int:
    """How many values pass the test of a qualified count beyond that count."""
    count, test = operand
    return sum(_passes(test, value) for value in set(values)) - int(count)


def _said(test: Made) -> str:
    kind, operand = test
    return CONSTRAINT_KINDS[kind].phrase(operand)


def _joined(tests: Made, word: str) -> str:
    return word.join(map(_said, tests)) or "anything"


def _listed(operand: Made) -> str:
    return ", ".join(f"`{text_of(choice)}`" for choice in operand)


#: The table. Ranges, patterns and dimensions ask something of every value, values and versions ask for one that fits.
CONSTRAINT_KINDS: Mapping[str, ConstraintKind] = MappingProxyType(
    {
        "hasValue": ConstraintKind(
            SH + "hasValue",
            read_value,
            has_value,
            lambda operand: f"has `{text_of(operand)}`",
            repeatable=True,
        ),
        "in": ConstraintKind(SH + "in", read_values, is_in, lambda operand: f"is one of {_listed(operand)}", takes_list=True),
        "minInclusive": ConstraintKind(
            SH + "minInclusive",
            read_bound,
            lambda bound, values: numbers(values, lambda value: value >= bound),
            lambda bound: f"is at least {bound}",
        ),
        "maxInclusive": ConstraintKind(
            SH + "maxInclusive",
            read_bound,
            lambda bound, values: numbers(values, lambda value: value <= bound),
            lambda bound: f"is at most {bound}",
        ),
        "minExclusive": ConstraintKind(
            SH + "minExclusive",
            read_bound,
            lambda bound, values: numbers(values, lambda value: value > bound),
            lambda bound: f"is more than {bound}",
        ),
        "maxExclusive": ConstraintKind(
            SH + "maxExclusive",
            read_bound,
            lambda bound, values: numbers(values, lambda value: value < bound),
            lambda bound: f"is less than {bound}",
        ),
        "minCount": ConstraintKind(
            SH + "minCount",
            read_count,
            lambda count, values: len(set(values)) >= count,
            lambda count: f"has at least {count} value{'' if count == 1 else 's'}",
            of_values=False,
        ),
        "maxCount": ConstraintKind(
            SH + "maxCount",
            read_count,
            lambda count, values: len(set(values)) <= count,
            lambda count: f"has at most {count} value{'' if count == 1 else 's'}",
            of_values=False,
        ),
        "pattern": ConstraintKind(
            SH + "pattern",
            read_pattern,
            lambda operand, values: all(compile_pattern(*operand).search(text_of(value)) for value in values),
            lambda operand: f"matches `{operand[0]}`",
            also=(SH + "flags",),
        ),
        "datatype": ConstraintKind(
            SH + "datatype",
            read_datatype,
            lambda datatype, values: all(DATATYPE_OF.get(type(value)) == datatype for value in values),
            lambda datatype: f"is of datatype {str(datatype).rpartition('#')[2]}",
            takes_iri=True,
        ),
        "nodeKind": ConstraintKind(
            SH + "nodeKind",
            read_node_kind,
            lambda kind, values: not values or "Literal" in str(kind),  # every value of a profile is a literal
            lambda kind: f"is a {str(kind).rpartition('#')[2]}",
            takes_iri=True,
        ),
        "minLength": ConstraintKind(
            SH + "minLength",
            read_count,
            lambda least, values: all(len(text_of(value)) >= least for value in values),
            lambda least: f"has at least {least} characters",
        ),
        "maxLength": ConstraintKind(
            SH + "maxLength",
            read_count,
            lambda most, values: all(len(text_of(value)) <= most for value in values),
            lambda most: f"has at most {most} characters",
        ),
        "equals": ConstraintKind(
            SH + "equals",
            read_name,
            lambda others, values: terms(values) == terms(others),
            lambda other: f"has the values of {other}",
            of_values=False,
            takes_attribute=True,
        ),
        "disjoint": ConstraintKind(
            SH + "disjoint",
            read_name,
            lambda others, values: not terms(values) & terms(others),
            lambda other: f"has no value of {other}",
            of_values=False,
            repeatable=True,
            takes_attribute=True,
        ),
        "lessThan": ConstraintKind(
            SH + "lessThan",
            read_name,
            lambda others, values: in_order(values, others, lt),
            lambda other: f"is less than {other}",
            of_values=False,
            takes_attribute=True,
        ),
        "lessThanOrEquals": ConstraintKind(
            SH + "lessThanOrEquals",
            read_name,
            lambda others, values: in_order(values, others, le),
            lambda other: f"is at most {other}",
            of_values=False,
            takes_attribute=True,
        ),
        "languageIn": ConstraintKind(
            SH + "languageIn",
            read_tags,
            lambda _, values: not values,  # no value of a profile has a language tag
            lambda tags: f"has a language tag of {_listed(tags)}",
            takes_list=True,
        ),
        "uniqueLang": ConstraintKind(
            SH + "uniqueLang",
            read_true,
            lambda _, __: True,
            lambda _: "has no two values of one language tag",
            of_values=False,
        ),
        "and": ConstraintKind(
            SH + "and",
            read_tests,
            lambda tests, values: all(_passed(tests, value) == len(tests) for value in values),
            lambda tests: f"({_joined(tests, ' and ')})",
            takes_list=True,
            repeatable=True,
            takes_shapes=True,
        ),
        "or": ConstraintKind(
            SH + "or",
            read_tests,
            lambda tests, values: all(_passed(tests, value) for value in values),
            lambda tests: f"({_joined(tests, ' or ')})",
            takes_list=True,
            repeatable=True,
            takes_shapes=True,
        ),
        "xone": ConstraintKind(
            SH + "xone",
            read_tests,
            lambda tests, values: all(_passed(tests, value) == 1 for value in values),
            lambda tests: f"(exactly one of: {_joined(tests, '; ')})",
            takes_list=True,
            repeatable=True,
            takes_shapes=True,
        ),
        "not": ConstraintKind(
            SH + "not",
            read_tests,
            lambda tests, values: not any(_passed(tests, value) for value in values),
            lambda tests: f"never ({_joined(tests, ' and ')})",
            repeatable=True,
            takes_shapes=True,
        ),
        "node": ConstraintKind(
            SH + "node",
            read_tests,
            lambda tests, values: all(_passed(tests, value) for value in values),
            lambda tests: _joined(tests, " and "),
            repeatable=True,
            takes_shapes=True,
        ),
        "qualifiedMinCount": ConstraintKind(
            SH + "qualifiedMinCount",
            read_qualified,
            lambda operand, values: _counted(operand, values) >= 0,
            lambda operand: f"has at least {operand[0]} of which each {_said(operand[1])}",
            also=(SH + "qualifiedValueShape",),
            of_values=False,
        ),
        "qualifiedMaxCount": ConstraintKind(
            SH + "qualifiedMaxCount",
            read_qualified,
            lambda operand, values: _counted(operand, values) <= 0,
            lambda operand: f"has at most {operand[0]} of which each {_said(operand[1])}",
            also=(SH + "qualifiedValueShape",),
            of_values=False,
        ),
        "hasAll": ConstraintKind(
            REQ + "hasAll",
            read_some,
            lambda due, values: all(has_value(one, values) for one in due),
            lambda due: f"has all of {_listed(due)}",
            asks_for_one=True,
            takes_list=True,
            of_values=False,
        ),
        "hasAny": ConstraintKind(
            REQ + "hasAny",
            read_some,
            lambda due, values: any(has_value(one, values) for one in due),
            lambda due: f"has any of {_listed(due)}",
            asks_for_one=True,
            takes_list=True,
            of_values=False,
        ),
        "hasNone": ConstraintKind(
            REQ + "hasNone",
            read_some,
            lambda due, values: not any(has_value(one, values) for one in due),
            lambda due: f"has none of {_listed(due)}",
            takes_list=True,
        ),
        "dimensionAtLeast": ConstraintKind(
            REQ + "dimensionAtLeast",
            read_dimension,
            lambda due, values: dimensions(values, lambda one: one.width >= due.width and one.height >= due.height),
            lambda due: f"is at least {due} both ways",
        ),
        "dimensionAtMost": ConstraintKind(
            REQ + "dimensionAtMost",
            read_dimension,
            lambda due, values: dimensions(values, lambda one: one.width <= due.width and one.height <= due.height),
            lambda due: f"is at most {due} both ways",
        ),
        "dimensionFits": ConstraintKind(
            REQ + "dimensionFits",
            read_dimension,
            lambda due, values: dimensions(values, lambda one: min(one) >= min(due) and max(one) >= max(due)),
            lambda due: f"is at least {due} upright or turned",
        ),
        "mediaType": ConstraintKind(
            REQ + "mediaType",
            read_media_type,
            has_media_type,
            lambda due: f"takes the media type `{due}`",
            asks_for_one=True,
            of_values=False,
        ),
        "language": ConstraintKind(
            REQ + "language",
            read_language,
            has_language,
            lambda due: f"takes the language `{due}`",
            asks_for_one=True,
            of_values=False,
        ),
        "quantityAtLeast": ConstraintKind(
            REQ + "quantityAtLeast",
            read_quantity,
            lambda due, values: quantities(due, values, lambda stated, least: stated >= least),
            lambda due: f"is at least {due}",
        ),
        "quantityAtMost": ConstraintKind(
            REQ + "quantityAtMost",
            read_quantity,
            lambda due, values: quantities(due, values, lambda stated, most: stated <= most),
            lambda due: f"is at most {due}",
        ),
        "versionAtLeast": ConstraintKind(
            REQ + "versionAtLeast",
            read_version,
            lambda due, values: versions(due, values, lambda stated, least: stated >= least),
            lambda due: f"has version `{due}` or later",
            asks_for_one=True,
            of_values=False,
        ),
        "versionAtMost": ConstraintKind(
            REQ + "versionAtMost",
            read_version,
            lambda due, values: versions(due, values, lambda stated, most: stated <= most),
            lambda due: f"has version `{due}` or earlier",
            asks_for_one=True,
            of_values=False,
        ),
    }
)

#: The same rows by the parameter that writes them.
BY_PARAMETER: Mapping[str, str] = MappingProxyType({kind.parameter: name for name, kind in CONSTRAINT_KINDS.items()})

"""RFC 2533 feature sets as requirements, and requirements as feature sets.

A feature tag is an attribute: one of the registered tags of `vocabularies/mappings/media-features.csv`, else an attribute's own name
(`HardwarePlatform/BitsPerPixel`, or `BitsPerPixel` where it is unambiguous). A feature set lets a device have one value of a tag; an
attribute of UAProf may have several at once, of which one has to fit. So `=` is `sh:hasValue`, `<=` and `>=` are bounds of a number, and
`!`, `&` and `|` are what they are. An attribute that is not stated is unconstrained there and unknown here: a verdict is indeterminate,
where RFC 2533 would match.

Numbers are compared as the attribute's datatype has them; nothing is tightened from rationals to integers.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError
from ccpp.model import Attribute, Scalar, Status
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement
from ccpp.requirements.features import Both, Call, Either, Expression, Feature, Neither, Value
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.vocabulary import Vocabularies

#: Kind of constraint → how a feature set says it; the others it cannot say.
_OPERATORS = MappingProxyType({"hasValue": "=", "minInclusive": ">=", "maxInclusive": "<="})
_KINDS = MappingProxyType({">=": "minInclusive", "<=": "maxInclusive"})


@cache
def _tags() -> Mapping[str, str]:
    text = (vocabulary_folder() / "mappings" / "media-features.csv").read_text(encoding="utf-8")
    return MappingProxyType(dict(list(csv.reader(text.splitlines()))[1:]))


def requirement_of(expression: Expression, vocabularies: Vocabularies) -> Requirement:
    """The requirement that a feature set means on a device.

    Raises:
        RequirementError: a tag is no attribute, or a value is none of its datatype.
    """
    match expression:
        case Feature(tag, operator, value):
            attribute = _attribute(tag, vocabularies)
            operand = _operand(value, attribute)
            if operator == "=":
                return Constraint(attribute.name, "hasValue", operand)
            if isinstance(operand, bool) or not isinstance(operand, int | Fraction):
                raise RequirementError(f"`{tag}` has no order", hint="`<=` and `>=` compare numbers")
            return Constraint(attribute.name, _KINDS[operator], operand)
        case Both(parts):
            return All(tuple(requirement_of(part, vocabularies) for part in parts))
        case Either(parts):
            return Any(tuple(requirement_of(part, vocabularies) for part in parts))
        case Neither(part):
            return Not(requirement_of(part, vocabularies))
        case Call(name):
            raise RequirementError(f"the predicate `{name}` was not put in place")


def expression_of(requirement: Requirement, graph: Mapping[str, Requirement]) -> Expression:
    """The feature set that says what a requirement asks, references written out.

    Raises:
        RequirementError: it asks what no feature set can say; the message names the construct.
    """
    match requirement:
        case Constraint(attribute, kind, operand):
            operator = _OPERATORS.get(kind)
            if operator is None:
                raise RequirementError(f"`{kind}` of {attribute} cannot be written", hint="RFC 2533 has =, <= and >=")
            tags = {name: tag for tag, name in _tags().items()}
            tag = tags.get(str(attribute)) or tags.get(attribute.name) or str(attribute)
            return Feature(tag.lower(), operator, _value(operand))
        case Reference(name):
            return expression_of(graph[name], graph)
        case Not(item):
            return Neither(expression_of(item, graph))
        case All(items):
            return Both(tuple(expression_of(item, graph) for item in items))
        case Any(items):
            return Either(tuple(expression_of(item, graph) for item in items))
        case ExactlyOne(items):
            parts = [expression_of(item, graph) for item in items]
            pairs = [Neither(Both((one, other))) for index, one in enumerate(parts) for other in parts[index + 1 :]]
            return Both((Either(tuple(parts)), *pairs))


def _attribute(tag: str, vocabularies: Vocabularies) -> Attribute:
    name = _tags().get(tag.lower())
    if name is None:
        folded = tag.lower()
        found = [key for key in vocabularies.attributes if folded in (str(key).lower(), key.name.lower())]
        name = str(found[0]) if len(found) == 1 else tag
    return vocabularies.named(name)


def _operand(value: Value, attribute: Attribute) -> Scalar:
    """The value as the attribute's datatype has it; tokens may stand for texts, and what bounds whole numbers may lie between two of them."""
    if isinstance(value, Fraction) and attribute.datatype == "Number":
        return value
    text = {True: "Yes", False: "No"}[value] if isinstance(value, bool) else str(value)
    read, status = DATATYPES[attribute.datatype].read(text)
    if status is Status.INVALID:
        raise RequirementError(f"`{text}` is no {attribute.datatype}", hint=f"{attribute.name} is one")
    return read


def _value(operand: object) -> Value:
    return operand if isinstance(operand, bool | int | Fraction) else str(operand)

"""Reading the operands of constraints: what a shape writes becomes a value that its kind can compare with, or one clear error."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError
from ccpp.model import Attribute, Dimension, Scalar
from ccpp.requirements.forms import dimension_of, language_of, media_type_of, quantity_of, version_of
from ccpp.requirements.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.requirements.expression import Operand

SH = "http://www.w3.org/ns/shacl#"

#: Parameters of a media type in a requirement; the validator of `req:mediaType` reads as many.
MAX_PARAMETERS = 4


def text_of(value: Scalar) -> str:
    """The lexical form that a value has as an RDF literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


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


def read_value(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """One value that the attribute can have."""
    return _typed(_one(values), attribute)


def read_name(values: tuple[Scalar, ...], _attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """The name of another attribute."""
    return _one(values)


def read_values(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """Values that the attribute can have."""
    return tuple(_typed(value, attribute) for value in values)


def read_bound(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """A number."""
    value = _one(values)
    if attribute.datatype not in {"Number", "integer"}:
        raise RequirementError(
            f"a {attribute.datatype} has no order", hint="use sh:hasValue, sh:in, req:dimensionAtLeast or req:versionAtLeast"
        )
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise RequirementError(f"`{text_of(value)}` is no number", hint="write a number such as 16")
    return value


def read_count(values: tuple[Scalar, ...], _attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """A whole number from 0."""
    value = _one(values)
    if type(value) is not int or value < 0:
        raise RequirementError(f"`{text_of(value)}` is no count", hint="write a whole number from 0")
    return value


def read_pattern(values: tuple[Scalar, ...], _attribute: Attribute, also: Mapping[str, Operand]) -> Operand:
    """A pattern with its flags."""
    pattern, flags = _one(values), also.get(SH + "flags", "")
    if not isinstance(pattern, str) or not isinstance(flags, str):
        raise RequirementError(f"`{text_of(pattern)}` is no pattern", hint='write a text such as "^MIDP"')
    compile_pattern(pattern, flags)
    return pattern, flags


def read_dimension(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """A dimension."""
    value = _one(values)
    if attribute.datatype not in {"Dimension", "Literal", "string"}:
        raise RequirementError(
            f"a {attribute.datatype} is no dimension", hint="name an attribute such as HardwarePlatform/ScreenSize"
        )
    dimension = dimension_of(value)
    if dimension is None:
        raise RequirementError(f"`{text_of(value)}` is no dimension", hint='write "240x320"')
    return dimension


def read_version(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """A version text."""
    value = _one(values)
    if attribute.datatype not in {"Literal", "string"}:
        raise RequirementError(f"a {attribute.datatype} is no version", hint="use sh:hasValue, or sh:minInclusive for a number")
    if not isinstance(value, str) or version_of(value) is None:
        raise RequirementError(f"`{text_of(value)}` is no version", hint='write "1.2" or "MIDP/2.0"')
    return value


def read_some(values: tuple[Scalar, ...], attribute: Attribute, also: Mapping[str, Operand]) -> Operand:
    """One or more values that the attribute can have."""
    if not values:
        raise RequirementError("the list is empty", hint="list the values, or leave the term out")
    return read_values(values, attribute, also)


def read_true(values: tuple[Scalar, ...], _attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """The value true: a term that is switched off is better left out."""
    if _one(values) is not True:
        raise RequirementError(f"`{text_of(values[0])}` is not true", hint="write true, or leave the term out")
    return True


_KINDS = tuple(SH + kind for kind in ("Literal", "IRI", "BlankNode", "IRIOrLiteral", "BlankNodeOrLiteral", "BlankNodeOrIRI"))
_TYPES = frozenset(datatype.rdf_datatype for datatype in DATATYPES.values())


def read_datatype(values: tuple[Scalar, ...], _attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """The IRI of a datatype that values of profiles have."""
    value = _one(values)
    if value not in _TYPES:
        raise RequirementError(
            f"`{text_of(value)}` is the datatype of no attribute", hint="one of " + ", ".join(sorted(_TYPES))
        )
    return value


def read_node_kind(values: tuple[Scalar, ...], _attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """One of SHACL's node kinds."""
    value = _one(values)
    if value not in _KINDS:
        raise RequirementError(f"`{text_of(value)}` is no node kind", hint="write sh:Literal")
    return value


def read_language(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """A language tag, such as the one that contents are written in."""
    value = _one(values)
    _check_text(attribute, "language")
    if not isinstance(value, str) or not value.replace("-", "").isalnum() or not value.isascii() or not language_of(value):
        raise RequirementError(f"`{text_of(value)}` is no language", hint='write "en" or "en-GB"')
    return value


def read_tags(values: tuple[Scalar, ...], _attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """Language tags."""
    for value in values:
        if not isinstance(value, str):
            raise RequirementError(f"`{text_of(value)}` is no language tag", hint='write "en"')
    return values


def read_media_type(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """A media type or range with few parameters and no q."""
    value = _one(values)
    _check_text(attribute, "media type")
    read = media_type_of(value) if isinstance(value, str) else None
    if read is None or len(read.parameters) > MAX_PARAMETERS or any(one.startswith("q=") for one in read.parameters):
        raise RequirementError(
            f"`{text_of(value)}` is no media type that can be asked for",
            hint='write "image/png", "image/*" or "video/3gpp;codecs=samr"',
        )
    return value


def read_quantity(values: tuple[Scalar, ...], attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """A number with a unit."""
    value = _one(values)
    if attribute.datatype not in {"Number", "integer", "Literal", "string"}:
        raise RequirementError(
            f"a {attribute.datatype} is no quantity", hint="name an attribute that counts bytes, bit/s or Hz"
        )
    if not isinstance(value, str) or quantity_of(value) is None:
        raise RequirementError(f"`{text_of(value)}` is no quantity", hint='write "300 kB", "2 MiB", "64 kbit/s" or "104 MHz"')
    return value


def read_tests(values: tuple[Scalar, ...], _attribute: Attribute, _also: Mapping[str, Operand]) -> Operand:
    """Tests of a value, which the reader of shapes has made already."""
    return values


def read_qualified(values: tuple[Scalar, ...], attribute: Attribute, also: Mapping[str, Operand]) -> Operand:
    """A count, and the test of the values that count."""
    shape = also.get(SH + "qualifiedValueShape")
    if shape is None:
        raise RequirementError("there is no shape to count by", hint="write sh:qualifiedValueShape [ … ] beside it")
    return read_count(values, attribute, also), shape


def _check_text(attribute: Attribute, what: str) -> None:
    if attribute.datatype not in {"Literal", "string"}:
        raise RequirementError(
            f"a {attribute.datatype} is no {what}", hint="name an attribute such as SoftwarePlatform/CcppAccept"
        )

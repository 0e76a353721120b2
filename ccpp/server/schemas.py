"""Types of `ccpp.answers` as JSON Schema (2020-12, which OpenAPI 3.1 takes): one rule for each kind of type, nothing stated twice."""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, NotRequired, TypeAlias, Union, get_args, get_origin, get_type_hints, is_typeddict

Schema: TypeAlias = dict[str, Any]

_PLAIN: dict[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}


def reference(name: str) -> Schema:
    """What stands for a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def schema_of(kind: Any, found: dict[str, Schema]) -> Schema:  # noqa: ANN401  a type
    """The schema of a type; the typed dictionaries in it become components in `found`, by their names.

    Raises:
        TypeError: JSON has no such type.
    """
    origin, members = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return {**schema_of(members[0], found), **dict(members[1:])}
    if origin is None and kind in _PLAIN:
        return _PLAIN[kind]
    if is_typeddict(kind):
        return _component(kind, found)
    if origin is Literal:
        return {"enum": list(members)}
    if origin is list:
        return {"type": "array", "items": schema_of(members[0], found)}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(members[1], found)}
    if origin in {Union, types.UnionType}:
        return {"anyOf": [schema_of(member, found) for member in members]}
    raise TypeError(f"JSON has no {kind}")


def _component(kind: Any, found: dict[str, Schema]) -> Schema:  # noqa: ANN401  a type
    name = kind.__name__
    if name not in found:
        found[name] = {}  # a type may refer to itself
        hints = get_type_hints(kind, include_extras=True)
        optional = {key for key, hint in hints.items() if get_origin(hint) is NotRequired}
        properties = {key: schema_of(get_args(hint)[0] if key in optional else hint, found) for key, hint in hints.items()}
        found[name] |= {
            "type": "object",
            "description": " ".join((kind.__doc__ or "").split()),
            "properties": properties,
            "required": [key for key in hints if key not in optional],
            "additionalProperties": False,
        }
    return reference(name)

"""The interface as an OpenAPI 3.1 document, so made that it cannot say anything else than what is served.

It is made of the rows of `routes.INTERFACE`, `shapes.SHAPES` and `asked.KEYS`, and of the types of `ccpp.answers`.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ccpp import __version__, answers
from ccpp.server.asked import ACCOUNT_KEYS, KEYS, MAX_MEMBERS, PROFILES
from ccpp.server.message import JSON, NDJSON
from ccpp.server.problems import PROBLEM
from ccpp.server.schemas import Schema, reference, schema_of
from ccpp.server.shapes import ACCOUNT, REQUEST, SHAPES, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.server.asked import Key
    from ccpp.server.routes import Route

_TEXT = {"type": "string"}

#: Type of a key of `asked` → its schema.
_TYPES: Mapping[str, Schema] = MappingProxyType(
    {
        "text": _TEXT,
        "truth": {"type": "boolean"},
        "texts": {"type": "array", "items": _TEXT, "maxItems": MAX_MEMBERS},
        "headers": {
            "anyOf": [
                {"type": "object", "additionalProperties": _TEXT, "maxProperties": MAX_MEMBERS},
                {
                    "type": "array",
                    "items": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2},
                    "maxItems": MAX_MEMBERS,
                },
            ]
        },
    }
)

#: How a caller says who it is: the security schemes that `describe` is given, by name.
NO_SCHEMES: Mapping[str, Any] = MappingProxyType({})


def describe(routes: Iterable[Route], schemes: Mapping[str, Any] = NO_SCHEMES) -> dict[str, Any]:
    """The document; `schemes` are security schemes by name, any one of which opens a route that asks for a role."""
    components = {
        REQUEST: _object("What tells a device, and what is asked of it", KEYS),
        ACCOUNT: _object("A device, and whose terminal settings it gets", {**KEYS, **ACCOUNT_KEYS}),
    }
    schema_of(answers.Problem, components)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, components, schemes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ccpp",
            "version": __version__,
            "summary": "Which variant of an application a device gets, how it is configured, and why",
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            **({"securitySchemes": dict(schemes)} if schemes else {}),
        },
    }


def _object(text: str, keys: Mapping[str, Key]) -> Schema:
    properties = {
        key: {**_TYPES[row.type], "description": row.text} | ({"examples": [row.example]} if row.example else {})
        for key, row in keys.items()
    }
    return {"type": "object", "description": text, "properties": properties, "additionalProperties": False}


def _operation(route: Route, components: dict[str, Schema], schemes: Mapping[str, Any]) -> dict[str, Any]:
    shape = SHAPES.get((route.method, route.path), Shape(also=(route.gives,)))
    form: dict[str, Any] = {
        "operationId": f"{route.method.lower()}{re.sub('[^a-z0-9]+', '-', route.path.lower()).rstrip('-')}",
        "summary": route.summary,
        "parameters": _parameters(route, shape),
        "responses": _responses(route, shape, components),
    }
    body = _body(route, shape, components)
    if body:
        form["requestBody"] = {"content": body}
    if route.role is not None:
        form["x-role"] = route.role.value
        if schemes:
            form["security"] = [{name: []} for name in schemes]
    return form


def _parameters(route: Route, shape: Shape) -> list[dict[str, Any]]:
    named = [
        {"name": name, "in": "path", "required": True, "schema": _TEXT} for name in re.findall(r"\{([a-z_]+)\}", route.path)
    ]
    places = (("query", shape.query), ("header", shape.headers))
    return named + [
        {"name": name, "in": place, "schema": _TEXT, "description": text}
        for place, rows in places
        for name, text in rows.items()
    ]


def _responses(route: Route, shape: Shape, components: dict[str, Schema]) -> dict[str, Any]:
    content: dict[str, Any] = {media_type: {} for media_type in shape.also}
    if shape.answer is not None:
        schema = schema_of(shape.answer, components)
        lines = route.gives == NDJSON
        content[NDJSON if lines else JSON] = {"schema": _TEXT, "x-item-schema": schema} if lines else {"schema": schema}
    responses = {str(status): {"description": "the answer", "content": content} for status in shape.statuses if content}
    responses |= {str(status): {"description": "nothing more to say"} for status in shape.empty}
    told = {PROBLEM: {"schema": reference("Problem")}}
    return responses | {"default": {"description": "what is wrong", "content": told}}


def _body(route: Route, shape: Shape, components: dict[str, Schema]) -> dict[str, Any]:
    if shape.asks is None:
        return {route.takes: {}} if route.takes else {}
    schema = reference(shape.asks) if isinstance(shape.asks, str) else schema_of(shape.asks, components)
    if route.takes == NDJSON:
        return {NDJSON: {"schema": _TEXT, "x-item-schema": schema}}
    content: dict[str, Any] = {JSON: {"schema": schema} | ({"example": dict(shape.example)} if shape.example else {})}
    if shape.asks == REQUEST:
        content |= {one: {"schema": _TEXT} for one in sorted(PROFILES)}
    elif route.takes and route.takes != JSON:
        content[route.takes] = {"schema": _TEXT}
    return content

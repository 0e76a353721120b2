"""The interface as an OpenAPI 3.1 document, made of the rows of `routes.ROUTES` and `asked.KEYS`, so that it cannot say anything else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ccpp import __version__
from ccpp.server.asked import KEYS, PROFILES
from ccpp.server.message import JSON, NDJSON
from ccpp.server.problems import PROBLEM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccpp.server.routes import Route

_TEXT = {"type": "string"}
_SCHEMAS: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    "truth": {"type": "boolean"},
    "texts": {"type": "array", "items": _TEXT},
    "headers": {
        "oneOf": [
            {"type": "object", "additionalProperties": _TEXT},
            {"type": "array", "items": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}},
        ]
    },
}


def describe(routes: Iterable[Route]) -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ccpp",
            "version": __version__,
            "summary": "Which variant of an application a device gets, how it is configured, and why",
        },
        "paths": paths,
        "components": {"schemas": {"Request": _request(), "Problem": _PROBLEM_SCHEMA}},
    }


def _request() -> dict[str, Any]:
    properties = {
        key: {**_SCHEMAS[row.type], "description": row.text} | ({"examples": [row.example]} if row.example else {})
        for key, row in KEYS.items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


_PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457: what is wrong in one sentence, and what to do",
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "hint": _TEXT,
        "line": {"type": "integer"},
        "instance": _TEXT,
    },
    "required": ["type", "title", "status", "detail", "instance"],
}


def _operation(route: Route) -> dict[str, Any]:
    form: dict[str, Any] = {
        "operationId": f"{route.method.lower()}{re.sub('[^a-z0-9]+', '-', route.path.lower()).rstrip('-')}",
        "summary": route.summary,
        "responses": {
            "200": {"description": "the answer", "content": {route.gives: {}}},
            "default": {
                "description": "what is wrong",
                "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    names = re.findall(r"\{([a-z_]+)\}", route.path)
    if names:
        form["parameters"] = [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in names]
    if route.takes in {JSON, NDJSON}:
        asked = {"schema": {"$ref": "#/components/schemas/Request"}}
        content = {JSON: asked, **{one: {} for one in sorted(PROFILES)}} if route.takes == JSON else {NDJSON: {}}
        form["requestBody"] = {"content": content}
    return form

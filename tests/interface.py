"""Answers held to the interface as `/openapi.json` describes it; what the tests of the server ask goes through here."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from ccpp.server.openapi import describe
from ccpp.server.routes import INTERFACE, Routes

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROUTES = Routes(INTERFACE)


@cache
def description() -> dict[str, Any]:
    return describe(INTERFACE)


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema), "components": description()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def validate(schema: Mapping[str, Any], value: object) -> None:
    """Hold a value to a schema that may refer to components."""
    _validator(json.dumps(schema)).validate(value)


def hold(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Hold an answer to what is described: its status, its media type, its shape."""
    found = _ROUTES.find(path)
    method = method.removeprefix("M-")
    if found is None or method not in found[0]:
        return
    responses = description()["paths"][found[0][method].path][method.lower()]["responses"]
    described = responses.get(str(status))
    if described is None:
        assert status >= 400, f"{method} {path} answers {status}, which is not described"
        described = responses["default"]
    content = described.get("content")
    media_type = headers.get("content-type", "").partition(";")[0]
    if not content:
        assert body == b"", f"{method} {path} answers {status} with content"
        return
    if media_type not in content:
        assert "*/*" in content, f"{method} {path} answers {status} as {media_type}, which is not described"
        return
    row = content[media_type]
    if "x-item-schema" in row:
        for line in body.splitlines():
            validate(row["x-item-schema"], json.loads(line))
    elif "json" in media_type and "schema" in row:
        validate(row["schema"], json.loads(body))

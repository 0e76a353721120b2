"""Style sheet, script and icon: part of the package, served under names that follow from their content, so that they may be kept for ever."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.server.message import Response
from ccpp.server.pages.paths import STATIC
from ccpp.server.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

_FOLDER = Path(__file__).with_name("static")
_TYPES = MappingProxyType({".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"})
#: Characters of a digest that stand in a name.
_DIGITS = 16


class Asset(NamedTuple):
    """A file: the name that it is served under, its media type and its bytes."""

    name: str
    media_type: str
    content: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """The files by their names in the package."""
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        content = path.read_bytes()
        name = f"{path.stem}.{sha256(content).hexdigest()[:_DIGITS]}{path.suffix}"
        found[path.name] = Asset(name, _TYPES[path.suffix], content)
    return MappingProxyType(found)


def address(name: str) -> str:
    """Where a file of the package is served."""
    return f"{STATIC}/{assets()[name].name}"


def serve_asset(request: Request, service: Service) -> Steps[Response]:
    """A file by the name with its digest."""
    del service
    yield from ()
    found = next((one for one in assets().values() if one.name == request.parameters["name"]), None)
    if found is None:
        raise Refused(404, "no such file")
    tag = f'"{found.name}"'
    headers = (("ETag", tag), ("Cache-Control", "public, max-age=31536000, immutable"))
    if tag in [one.strip().removeprefix("W/") for one in (request.header("if-none-match") or "").split(",")]:
        return Response(304, headers)
    return Response(200, (("Content-Type", found.media_type), *headers), found.content)

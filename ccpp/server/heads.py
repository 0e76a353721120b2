"""The heads of requests and responses, between the bytes of ASGI and the values that handlers are given and give."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.exchange.model import Field

_HOST = re.compile(rb"[A-Za-z0-9.-]{1,255}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")


def method_of(scope: Mapping[str, Any]) -> str:
    """The method as it was sent."""
    return f"M-{scope['method']}" if scope.get("mandatory") else str(scope["method"])


def host_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The header Host; empty where there is none."""
    for name, value in headers:
        if name == b"host":
            return value
    return b""


@lru_cache(256)
def base_of(scheme: str, host: bytes) -> str:
    """The server's own URL as the client knows it."""
    return f"{scheme}://{host.decode()}" if _HOST.fullmatch(host) else "http://localhost"


def target_of(scope: Mapping[str, Any]) -> str:
    """Path and query as they were sent."""
    raw, query = scope.get("raw_path") or b"", scope["query_string"]
    return (raw + b"?" + query if query else raw).decode("latin-1")


@lru_cache(256)
def fields_of(headers: tuple[Field, ...]) -> tuple[tuple[bytes, bytes], ...]:
    """The header fields of a response, in the bytes of the wire and without what would end one."""
    return (
        (b"x-content-type-options", b"nosniff"),
        *(
            (name.lower().encode("latin-1"), value.replace("\r", " ").replace("\n", " ").encode("latin-1", "replace"))
            for name, value in headers
        ),
    )

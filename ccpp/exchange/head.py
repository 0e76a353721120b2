"""The head of a request as text: what a log, a capture or a person writes down. Servers hand over fields already parsed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ccpp.exchange.model import MAX_SIZE, ExchangeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccpp.exchange.model import Field

_REQUEST = re.compile(r"([A-Za-z-]+) \S+ HTTP/[0-9.]+")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


class Head(NamedTuple):
    """A request's method, where its first line was given, and its header fields."""

    method: str | None
    fields: tuple[Field, ...]


def read_head(data: bytes) -> Head:
    """A block of header fields, perhaps after a request line, up to the first empty line; folded lines are joined.

    Raises:
        ExchangeError: it is too large, or a line is no header field; the error names the line.
    """
    if len(data) > MAX_SIZE:
        raise ExchangeError(f"{len(data)} bytes of headers, more than {MAX_SIZE}")
    lines = data.decode("latin-1").replace("\r\n", "\n").split("\n")
    request = _REQUEST.fullmatch(lines[0].strip())
    fields: list[tuple[str, list[str]]] = []
    for number, line in enumerate(lines[1:] if request else lines, start=2 if request else 1):
        if not line.strip():
            break
        if line[0] in " \t" and fields:
            fields[-1][1].append(line)
            continue
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name.strip()):
            raise ExchangeError(
                "no header field", line=number, hint='a name, a colon and a value, as in `x-wap-profile: "http://…"`'
            )
        fields.append((name.strip(), [value.strip()]))
    return Head(request[1] if request else None, tuple((name, "\r\n".join(values)) for name, values in fields))


def write_head(fields: Iterable[Field]) -> str:
    """Header fields as text, a line each."""
    return "".join(f"{name}: {value}\n" for name, value in fields)

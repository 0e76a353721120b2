"""Where a document stops being well-formed XML, and what a repair makes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from ccpp.reading.rdfxml import SEPARATOR, UNKNOWN_ENCODING

if TYPE_CHECKING:
    from ccpp.diagnostics import Diagnostic


class Open(NamedTuple):
    """An element that has not ended: its name as written, where its tag starts, the name of its first child and where that ended.

    Places are offsets in bytes; `child_end` is 0 while the child has not ended.
    """

    name: str
    start: int
    child: str = ""
    child_end: int = 0


class Failure(NamedTuple):
    """Where expat gave up: its error code, the offset in bytes, the line, the elements still open, and where the document element ended."""

    code: int
    offset: int
    line: int
    open_elements: tuple[Open, ...] = ()
    ended: int = 0


class Mended(NamedTuple):
    """Mended bytes, and the finding that says what was done."""

    data: bytes
    diagnostic: Diagnostic


def blank(data: bytes) -> bytes:
    """As many blanks as bytes, line breaks kept, so that later lines keep their numbers."""
    return re.sub(rb"[^\r\n]", b" ", data)


def find_failure(data: bytes) -> Failure | None:
    """The first place where the bytes are no well-formed XML; `None` if there is none."""
    stack: list[Open] = []
    ended = 0
    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    parser.namespace_prefixes = True

    def start(name: str, _attributes: dict[str, str]) -> None:
        written = _written(name)
        if stack and not stack[-1].child:
            stack[-1] = stack[-1]._replace(child=written)
        stack.append(Open(written, parser.CurrentByteIndex))

    def end(_name: str) -> None:
        nonlocal ended
        stack.pop()
        behind = data.find(b">", parser.CurrentByteIndex) + 1
        if not stack:
            ended = behind
        elif not stack[-1].child_end:
            stack[-1] = stack[-1]._replace(child_end=behind)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(data, True)  # noqa: FBT003  expat takes no keywords
    except expat.ExpatError as error:
        return Failure(error.code, parser.ErrorByteIndex, error.lineno, tuple(stack), ended)
    except (LookupError, ValueError):  # what Python says of an encoding in a declaration that is left
        return Failure(UNKNOWN_ENCODING, 0, 1)
    return None


def _written(name: str) -> str:
    """The name with its prefix, out of what expat makes of it: namespace, local name, prefix."""
    _, _, rest = name.partition(SEPARATOR)
    local, _, prefix = rest.partition(SEPARATOR)
    return f"{prefix}:{local}" if prefix else local or name

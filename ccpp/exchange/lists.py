"""Lists in headers: items between commas, in double quotes by the grammar, in practice also in single quotes or in none."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Quoting(Enum):
    """How an item was written."""

    DOUBLE = "double"
    SINGLE = "single"
    NONE = "none"
    UNCLOSED = "unclosed"


class Item(NamedTuple):
    """An item of a list, without its quotes."""

    text: str
    quoting: Quoting


_SEPARATORS = " \t\r\n,"
_QUOTES = {'"': Quoting.DOUBLE, "'": Quoting.SINGLE}
#: A comma outside quotes ends an item only where another one begins: a URI, a diff reference, a quote, or nothing more (T-30).
_END = re.compile(r""",(?=[ \t\r\n]*(?:$|["',]|[A-Za-z][A-Za-z0-9+.\-]*:|[0-9]+-[A-Za-z0-9+/=]*[ \t\r\n]*(?:,|$)))""")


def read_list(value: str) -> Iterator[Item]:
    """The items of a header's value, in order; the reader decides how many are too many."""
    rest = value.strip(_SEPARATORS)
    while rest:
        quoting = _QUOTES.get(rest[0])
        end = rest.find(rest[0], 1) if quoting else -1
        if quoting and end > 0:
            yield Item(rest[1:end].strip(), quoting)
            rest = rest[end + 1 :]
        else:
            text, rest = _unquoted(rest[1:] if quoting else rest)
            yield Item(text, Quoting.UNCLOSED if quoting else Quoting.NONE)
        rest = rest.lstrip(_SEPARATORS)


def _unquoted(text: str) -> tuple[str, str]:
    end = _END.search(text)
    return (text[: end.start()].strip(), text[end.end() :]) if end else (text.strip(), "")

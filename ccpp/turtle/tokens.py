"""The tokens of Turtle 1.1 (§6.5), each with its place: what the parser and the formatter both read, so that they agree on every byte.

One regular expression, in which no alternative can be entered twice for one text (possessive repeats), so any input takes time in
proportion to its length. Blanks are no tokens; comments are, for those who keep them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_BASE = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NAME = rf"{_BASE}_0-9\-\u00B7\u0300-\u036F\u203F\u2040"
_UNICODE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_ESCAPE = rf"\\[tbnrf\"'\\]|{_UNICODE}"
_LOCAL = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
#: Inside a name a full stop counts, at its end it ends the statement.
_DOTS = rf"\.++(?=[{_NAME}:%\\])"

_KINDS = {
    "comment": r"\#[^\r\n]*+",
    "iri": rf"<(?:[^\x00-\x20<>\"{{}}|^`\\]++|{_UNICODE})*+>",
    "name": rf"(?:[{_BASE}](?:[{_NAME}]++|\.++(?=[{_NAME}]))*+)?:(?:(?:[{_BASE}_:0-9]|{_LOCAL})(?:[{_NAME}:]++|{_LOCAL}|{_DOTS})*+)?",
    "blank": rf"_:[{_BASE}_0-9](?:[{_NAME}]++|\.++(?=[{_NAME}]))*+",
    "text": rf'"""(?:"{{0,2}}(?:[^"\\]++|{_ESCAPE}))*+"""'
    rf"|'''(?:'{{0,2}}(?:[^'\\]++|{_ESCAPE}))*+'''"
    rf'|"(?!"")(?:[^"\\\r\n]++|{_ESCAPE})*+"'
    rf"|'(?!'')(?:[^'\\\r\n]++|{_ESCAPE})*+'",
    "double": r"[+-]?(?:[0-9]++\.[0-9]*+|\.[0-9]++|[0-9]++)[eE][+-]?[0-9]++",
    "decimal": r"[+-]?[0-9]*+\.[0-9]++",
    "integer": r"[+-]?[0-9]++",
    "at": r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+",
    "word": r"[A-Za-z]++",
    "sign": r"\^\^|[.;,\[\]()]",
    "bad": r"[^ \t\r\n]",
}
#: The name of the group that matches is the kind.
TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))


class Token(NamedTuple):
    """A token as it is written: its kind (a row of the grammar, `bad` for what is none), its text and where it starts."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """Every token of a text, comments among them."""
    for found in TOKEN.finditer(text):
        yield Token(found.lastgroup or "bad", found[0], found.start())


def line_at(text: str, start: int) -> int:
    """The line, from 1, on which a place of a text lies."""
    return text.count("\n", 0, start) + 1

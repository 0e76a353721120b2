"""Forms that a text is written in before spellings are compared: one function each, from a text to the same in its usual form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: RFC 9110 §5.6.2.
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105  the grammar's term
_MEDIA_TYPE = re.compile(rf"({_TOKEN}/{_TOKEN})((?: ?;.*)?)", re.DOTALL)
#: RFC 9110 §5.6.6, which tolerates an empty parameter; a value that should be quoted and is not ends at the next semicolon.
_PARAMETER = re.compile(rf' ?; ?(?:({_TOKEN})(?: ?= ?("(?:[^"\\]|\\.)*"|[^";]*?))?)?(?= ?(?:;|$))', re.DOTALL)
_WHOLE_TOKEN = re.compile(_TOKEN)


def media_type(text: str, renamed: Mapping[str, str]) -> str | None:
    """A media type in one form: type, subtype and names of parameters in lower case, parameters by name, quotes where they must be.

    RFC 9110 §8.3.1, RFC 2045 §5.1: none of that carries meaning. `renamed` are the spellings of parameters, `;other` → `;usual`, a
    parameter without value perhaps to one with. `None` where the text is no media type, or repeats a parameter.
    """
    found = _MEDIA_TYPE.fullmatch(text.strip())
    if found is None:
        return None
    written = [_parameter(name, value, renamed) for name, value in _split(found[2])]
    names = {one.partition("=")[0] for one in written}
    if len(names) < len(written) or "" in names:
        return None
    return found[1].lower() + "".join(sorted(written))


def _split(text: str) -> list[tuple[str, str]]:
    """Names and values of the parameters; an empty name where the text is none."""
    parameters = []
    end = 0
    while end < len(text):
        found = _PARAMETER.match(text, end)
        if found is None:
            return [("", "")]
        if found[1]:
            parameters.append((found[1].lower(), found[2] or ""))
        end = found.end()
        if not text[end:].strip():
            break
    return parameters


def _parameter(name: str, value: str, renamed: Mapping[str, str]) -> str:
    if not name:
        return ""
    usual = renamed.get(f";{name}", f";{name}")
    if not value:
        return usual
    name = usual.partition("=")[0]
    if value.startswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    if not _WHOLE_TOKEN.fullmatch(value):
        value = '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    return f"{name}={value}"

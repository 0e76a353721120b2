"""Structured field values for HTTP: RFC 9651 items and lists, as far as client hints use them, with everything that may stand there.

A value is parsed whole or refused, as the RFC asks. Decimals become rationals, because a profile compares numbers exactly.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Characters of one field. Brand lists take 200.
MAX_FIELD = 8_192

Bare: TypeAlias = str | bool | Fraction
"""A string, token or byte sequence as text, a Boolean, an integer or decimal."""


class Item(NamedTuple):
    """A bare item with its parameters."""

    value: Bare
    parameters: Mapping[str, Bare]


_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*")
_NUMBER = re.compile(r"-?(?:[0-9]{1,12}\.[0-9]{1,3}|[0-9]{1,15}(?!\.))")
_BOOLEAN = re.compile(r"\?([01])")
_BYTES = re.compile(r":([A-Za-z0-9+/=]*):")
_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*")
_COMMA = re.compile(r"[ \t]*,[ \t]*")


def parse_item(text: str) -> Item | None:
    """A field that is one item (RFC 9651 §4.2.3); `None` if it is none."""
    text = text.strip(" ")
    found = _item(text, 0) if len(text) <= MAX_FIELD else None
    return found[0] if found and found[1] == len(text) else None


def parse_list(text: str) -> list[Item] | None:
    """A field that is a list of items (RFC 9651 §4.2.1); `None` if it is none, or has inner lists."""
    text = text.strip(" ")
    if len(text) > MAX_FIELD:
        return None
    items: list[Item] = []
    position = 0
    while position < len(text):
        found = _item(text, position)
        if found is None:
            return None
        items.append(found[0])
        position = found[1]
        comma = _COMMA.match(text, position)
        if position == len(text):
            return items
        if comma is None or comma.end() == len(text):
            return None
        position = comma.end()
    return items


def _item(text: str, position: int) -> tuple[Item, int] | None:
    found = _bare(text, position)
    if found is None:
        return None
    value, position = found
    parameters: dict[str, Bare] = {}
    while text.startswith(";", position):
        position += 1
        while text.startswith(" ", position):
            position += 1
        key = _KEY.match(text, position)
        if key is None:
            return None
        position = key.end()
        parameter: Bare = True
        if text.startswith("=", position):
            found = _bare(text, position + 1)
            if found is None:
                return None
            parameter, position = found
        parameters[key[0]] = parameter
    return Item(value, parameters), position


def _bare(text: str, position: int) -> tuple[Bare, int] | None:
    if found := _STRING.match(text, position):
        return re.sub(r"\\(.)", r"\1", found[1]), found.end()
    if found := _NUMBER.match(text, position):
        return Fraction(found[0]), found.end()
    if found := _BOOLEAN.match(text, position):
        return found[1] == "1", found.end()
    if found := _TOKEN.match(text, position) or _BYTES.match(text, position):
        return found[0], found.end()
    return None

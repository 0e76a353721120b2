"""A vocabulary's tokens: which byte stands for which name or value, on which code page. The table is data, a CSV file.

Columns: `kind` (tag, attribute, value), `page` (decimal), `token` (hexadecimal), `name`, `value` (of a value token, or that an
attribute's start token includes), `use` (`decode` for a token that is understood but never written, else empty).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import VocabularyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COLUMNS = {"kind", "page", "token", "name", "value", "use"}
#: The bytes that each kind of token may take; those outside are global (WAP-192 §5.8).
_RANGES = MappingProxyType({"tag": range(0x05, 0x40), "attribute": range(0x05, 0x80), "value": range(0x85, 0x100)})
#: A value token inside a longer text saves its own length and costs up to four bytes: a second string, a switch of the page.
_WORTH_SPLITTING = 5


class Place(NamedTuple):
    """Where a token stands: its code page and its byte."""

    page: int
    token: int


class AttributeStart(NamedTuple):
    """What the start token of an attribute stands for: the name, and the beginning of the value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class TokenTable:
    """The tokens of one vocabulary, in both directions; where a name has several places, the lowest page comes first."""

    tags: Mapping[tuple[int, int], str]  # by the place, here and in the next two
    attributes: Mapping[tuple[int, int], AttributeStart]
    values: Mapping[tuple[int, int], str]
    tag_places: Mapping[str, Sequence[Place]]
    attribute_places: Mapping[tuple[str, str], Sequence[Place]]  # by name and the beginning of the value
    beginnings: Mapping[str, Sequence[str]]  # of the values of each name, the longest first
    value_places: Mapping[str, Sequence[Place]]
    pieces: re.Pattern[str]  # value tokens worth a split, the longest first


def read_token_table(text: str, *, source: str | None = None) -> TokenTable:
    """The token table in a CSV text.

    Raises:
        VocabularyError: a column is missing, a token is out of its range or defined twice; the error names the line.
    """
    rows = csv.DictReader(text.splitlines())
    if set(rows.fieldnames or ()) != _COLUMNS:
        raise VocabularyError(
            "a token table without its columns", source=source, hint=f"they are {', '.join(sorted(_COLUMNS))}"
        )
    seen: set[tuple[str, Place]] = set()
    tags: dict[tuple[int, int], str] = {}
    attributes: dict[tuple[int, int], AttributeStart] = {}
    values: dict[tuple[int, int], str] = {}
    tag_places: dict[str, list[Place]] = {}
    attribute_places: dict[tuple[str, str], list[Place]] = {}
    beginnings: dict[str, list[str]] = {}
    value_places: dict[str, list[Place]] = {}
    for line, row in enumerate(rows, start=2):
        kind, name, value = row["kind"], row["name"], row["value"]
        place = _place(row["page"], row["token"])
        if place is None or place.token not in _RANGES.get(kind, ()) or (kind, place) in seen:
            raise VocabularyError(
                f"`{row['token']}` is no token for a {kind}, or defined twice on its page", source=source, line=line
            )
        seen.add((kind, place))
        written = row["use"] != "decode"
        if kind == "tag":
            tags[place] = name
            if written:
                tag_places.setdefault(name, []).append(place)
        elif kind == "attribute":
            attributes[place] = AttributeStart(name, value)
            if written:
                attribute_places.setdefault((name, value), []).append(place)
                beginnings.setdefault(name, []).append(value)
        else:
            values[place] = value
            if written:
                value_places.setdefault(value, []).append(place)
    pieces = sorted((value for value in value_places if len(value) >= _WORTH_SPLITTING), key=len, reverse=True)
    return TokenTable(
        MappingProxyType(tags),
        MappingProxyType(attributes),
        MappingProxyType(values),
        MappingProxyType(tag_places),
        MappingProxyType(attribute_places),
        MappingProxyType({name: sorted(set(found), key=len, reverse=True) for name, found in beginnings.items()}),
        MappingProxyType(value_places),
        re.compile("|".join(map(re.escape, pieces)) or r"(?!)"),
    )


def _place(page: str, token: str) -> Place | None:
    try:
        return Place(int(page), int(token, 16))
    except (TypeError, ValueError):
        return None

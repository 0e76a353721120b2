"""A vocabulary's tokens: which byte stands for which name or value, on which code page. The table is data, a CSV file.

Columns: `kind` (tag, attribute, value), `page` (decimal), `token` (hexadecimal), `name`, `value` (of a value token, or that an
attribute's start token includes), `use`: `decode` for a token that is understood but never written, `pair` for a start that is written
only with a value token of its own page after it, else empty.

What either direction looks up is laid out once, page by page: a byte or a name is one step away while a document is read or written.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ccpp.errors import VocabularyError
from ccpp.wbxml.document import TAG_BITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

K = TypeVar("K")

_COLUMNS = {"kind", "page", "token", "name", "value", "use"}
#: The bytes that each kind of token may take; those outside are global (WAP-192 §5.8).
_RANGES = MappingProxyType({"tag": range(0x05, 0x40), "attribute": range(0x05, 0x80), "value": range(0x85, 0x100)})
#: A value token inside a longer text saves its own length and costs up to four bytes: a second string, a switch of the page.
_WORTH_SPLITTING = 5


class AttributeStart(NamedTuple):
    """What the start token of an attribute stands for: the name, and the beginning of the value."""

    name: str
    value: str


class Place(NamedTuple):
    """Where something is written: its code page and its bytes there, one token or the start of an attribute and a value token."""

    page: int
    tokens: bytes


class PageRead(NamedTuple):
    """What each of the 256 bytes stands for on a code page, None where it stands for nothing; a tag with any of its bits."""

    tags: Sequence[str | None]
    attributes: Sequence[AttributeStart | None]
    values: Sequence[str | None]


class PageWritten(NamedTuple):
    """Where each name and value is written while a code page is the current one: there if it can be, else on the lowest page."""

    tags: Mapping[str, Place]
    attributes: Mapping[tuple[str, str], Place]  # by name and the beginning of the value, which may be all of it
    values: Mapping[str, Place]


#: A page without a token.
NO_PAGE = PageRead((None,) * 256, (None,) * 256, (None,) * 256)


@dataclass(frozen=True, slots=True)
class TokenTable:
    """The tokens of one vocabulary, in both directions."""

    tags: Mapping[tuple[int, int], str]  # by the page and the byte, here and in the next two
    attributes: Mapping[tuple[int, int], AttributeStart]
    values: Mapping[tuple[int, int], str]
    read: Mapping[int, PageRead]  # by the page; one that is not here has no token
    written: Mapping[int, PageWritten]  # by the page that is current, 0 always among them; all have the same names and values
    beginnings: Mapping[str, Sequence[str]]  # of the values of each name, the longest first
    pieces: re.Pattern[str]  # value tokens worth a split, the longest first


class _Row(NamedTuple):
    """A line of the table."""

    kind: str
    page: int
    token: int
    name: str
    value: str
    use: str


def read_token_table(text: str, *, source: str | None = None) -> TokenTable:
    """The token table in a CSV text.

    Raises:
        VocabularyError: a column is missing, a token is out of its range or defined twice; the error names the line.
    """
    rows = _rows(text, source)
    found = {kind: [row for row in rows if row.kind == kind] for kind in _RANGES}
    tags = {(row.page, row.token): row.name for row in found["tag"]}
    attributes = {(row.page, row.token): AttributeStart(row.name, row.value) for row in found["attribute"]}
    values = {(row.page, row.token): row.value for row in found["value"]}
    pages = sorted({0, *(row.page for row in rows)})
    beginnings: dict[str, set[str]] = {}
    for row in found["attribute"]:
        if row.use != "decode":
            beginnings.setdefault(row.name, set()).add(row.value)
    pieces = {row.value for row in found["value"] if row.use != "decode" and len(row.value) >= _WORTH_SPLITTING}
    return TokenTable(
        MappingProxyType(tags),
        MappingProxyType(attributes),
        MappingProxyType(values),
        MappingProxyType({page: _read(page, tags, attributes, values) for page in pages}),
        MappingProxyType(_written(pages, found)),
        MappingProxyType({name: sorted(known, key=len, reverse=True) for name, known in beginnings.items()}),
        re.compile("|".join(map(re.escape, sorted(pieces, key=len, reverse=True))) or r"(?!)"),
    )


def _rows(text: str, source: str | None) -> Sequence[_Row]:
    """The lines, each checked."""
    lines = csv.DictReader(text.splitlines())
    if set(lines.fieldnames or ()) != _COLUMNS:
        raise VocabularyError(
            "a token table without its columns", source=source, hint=f"they are {', '.join(sorted(_COLUMNS))}"
        )
    rows: dict[tuple[str, int, int], _Row] = {}
    for number, line in enumerate(lines, start=2):
        row = _row(line)
        if row is None or row[:3] in rows:
            raise VocabularyError(
                f"`{line['token']}` is no token for a {line['kind']}, or defined twice on its page", source=source, line=number
            )
        rows[row[:3]] = row
    return list(rows.values())


def _row(line: Mapping[str, str]) -> _Row | None:
    """A line, None where its token is none of its kind."""
    try:
        row = _Row(line["kind"], int(line["page"]), int(line["token"], 16), line["name"], line["value"], line["use"])
    except (TypeError, ValueError):
        return None
    return row if row.token in _RANGES.get(row.kind, ()) else None


def _read(
    page: int,
    tags: Mapping[tuple[int, int], str],
    attributes: Mapping[tuple[int, int], AttributeStart],
    values: Mapping[tuple[int, int], str],
) -> PageRead:
    """What the bytes of a page stand for; no bits make a global token of a tag's (WAP-192 §7.1), so that one table serves for all."""
    return PageRead(
        tuple(tags.get((page, byte & TAG_BITS)) for byte in range(256)),
        tuple(attributes.get((page, byte)) for byte in range(256)),
        tuple(values.get((page, byte)) for byte in range(256)),
    )


def _written(pages: Iterable[int], found: Mapping[str, Sequence[_Row]]) -> dict[int, PageWritten]:
    """For each page the nearest place of all that is written."""
    tags, starts, values = ([row for row in rows if row.use != "decode"] for rows in found.values())
    tag_places = [(row.name, _place(row)) for row in tags]
    value_places = [(row.value, _place(row)) for row in values]
    start_places = [((row.name, row.value), _place(row)) for row in starts if row.use != "pair"]
    alone = {whole for whole, _ in start_places}
    pairs = [
        ((start.name, value.value), Place(start.page, bytes([start.token, value.token])))
        for start in starts
        for value in values
        if not start.value and value.page == start.page and (start.name, value.value) not in alone
    ]
    return {
        page: PageWritten(_nearest(page, tag_places), _nearest(page, [*start_places, *pairs]), _nearest(page, value_places))
        for page in pages
    }


def _place(row: _Row) -> Place:
    return Place(row.page, bytes([row.token]))


def _nearest(page: int, places: Iterable[tuple[K, Place]]) -> Mapping[K, Place]:
    """The place of each that is on the page, else the first on the lowest."""
    ordered = sorted(places, key=lambda pair: (pair[1].page != page, pair[1].page))
    return dict(reversed(ordered))

"""Resolved profiles as rows, each a device, with a weight if it has one; and rows from lines of JSON.

A line is what `ccpp resolve --format json` prints of a profile. Rows of tables come from `ccpp.storage.parquet_rows`.
"""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.datatypes import DATATYPES, lexical
from ccpp.errors import UsageError
from ccpp.model import AttributeName, Container, Resolved, ResolvedProfile, Status
from ccpp.resolution import content_line, digest_of

if TYPE_CHECKING:
    from collections.abc import Container as Holder
    from collections.abc import Iterator, Sequence

    from ccpp.model import Attribute, Scalar, Value
    from ccpp.vocabulary import Vocabularies

#: Bytes of a line; a real profile takes 10 kB so.
MAX_LINE = 2_000_000
#: Cells that are remembered; a value takes 500 bytes.
MAX_REMEMBERED = 100_000


class Cell:
    """What a row says of an attribute, as it was written. Devices are alike, so rows share cells, and a cell is told by being the same object."""

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: Any) -> None:  # noqa: ANN401  JSON
        self.name = name
        self.value = value


class Row(NamedTuple):
    """One device as it was written: where, its URI, its weight and what it says of attributes."""

    place: str
    uri: str
    weight: float
    cells: Sequence[Cell]


class Cells:
    """Cells by what they say, for rows to share."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, type, str], Cell] = {}

    def of(self, name: str, value: object) -> Cell:
        """The cell of a value; with its type, because `1` is not `true`."""
        key = name, type(value), value if type(value) is str else repr(value)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            found = self._known[key] = Cell(name, value)
        return found


def rows_of_lines(
    name: str, first: int, size: int, cells: Cells, *, start: int = 0, offset: int = 0
) -> Iterator[Row | UsageError]:
    """So many rows of a file of JSON lines from line `first` on, line `start` being at an offset; a line that is none is an error in its place."""
    try:
        with Path(name).open("rb") as file:
            file.seek(offset)
            for number in range(start, first + size):
                line = file.readline(MAX_LINE + 1)
                whole = line
                while len(line) > MAX_LINE and not line.endswith(b"\n"):
                    line = file.readline(MAX_LINE + 1)
                if number >= first and whole.strip():
                    yield _row_or_error(whole, f"{name}:{number + 1}", cells)
    except OSError as error:
        yield UsageError(f"cannot be read: {error.strerror}", source=name)


def _row_or_error(line: bytes, place: str, cells: Cells) -> Row | UsageError:
    try:
        return row_of_line(line, place, cells)
    except UsageError as error:
        return error


def row_of_line(line: bytes, place: str, cells: Cells) -> Row:
    """A line of JSON as a row.

    Raises:
        UsageError: it is none.
    """
    if len(line) > MAX_LINE:
        raise UsageError(f"a line of more than {MAX_LINE} bytes", source=place)
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError("no JSON", source=place, hint="write a profile a line, as `ccpp resolve --format json` does") from None
    attributes = found.get("attributes") if isinstance(found, dict) else None
    if not isinstance(attributes, dict) or not isinstance(found.get("profile"), str):
        raise UsageError("no resolved profile", source=place, hint="`profile` and `attributes` are due")
    stated = [cells.of(name, one.get("value") if isinstance(one, dict) else one) for name, one in attributes.items()]
    return Row(place, found["profile"], weight_of(found.get("weight"), place), stated)


def weight_of(written: object, place: str) -> float:
    """A weight as it was written; 1 where it was not.

    Raises:
        UsageError: it is no number from 0 on.
    """
    try:
        weight = 1.0 if written is None else float(written)  # type: ignore[arg-type]  # what is none fails
    except (TypeError, ValueError):
        weight = -1.0
    if not isfinite(weight) or weight < 0:
        raise UsageError(f"the weight `{written}` is no number from 0 on", source=place)
    return weight


class _Read(NamedTuple):
    """A cell as it was read: the attribute, what is stated of it, and the line of the canonical text that says so."""

    name: AttributeName
    resolved: Resolved
    line: str


class RowReader(dict[Cell, "_Read | None"]):
    """Reads the profiles of rows, and remembers cells; `None` is a property that nothing can ask for."""

    def __init__(self, vocabularies: Vocabularies) -> None:
        self._attributes = vocabularies.attributes

    def profile(self, row: Row, wanted: Holder[AttributeName]) -> ResolvedProfile:
        """The profile of a row with what is wanted of it; its digest is that of all of it.

        Raises:
            UsageError: an attribute is not known, or a value is none.
        """
        try:
            read = [one for one in map(self.__getitem__, row.cells) if one is not None]
        except UsageError as error:
            raise UsageError(error.message, source=row.place, hint=error.hint) from None
        attributes = {name: resolved for name, resolved, _ in read if name in wanted}
        return ResolvedProfile(row.uri, attributes, (), digest_of([one.line for one in read]))

    def __missing__(self, cell: Cell) -> _Read | None:
        found = self._read(cell.name, cell.value)
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        self[cell] = found
        return found

    def _read(self, written: str, value: object) -> _Read | None:
        name = AttributeName(*written.split("/", 1)) if "/" in written else AttributeName("", written)
        attribute = self._attributes.get(name)
        if attribute is None and ":" in written:
            return None  # a property that no vocabulary knew when the profile was resolved
        if attribute is None:
            raise UsageError(f"unknown attribute `{written}`", hint="`ccpp vocabulary` lists them")
        resolved = _resolved(attribute, value)
        return _Read(name, resolved, content_line(name, resolved))


def _resolved(attribute: Attribute, written: Any) -> Resolved:  # noqa: ANN401  JSON
    members = written if isinstance(written, list) else [written]
    if any(isinstance(member, dict | list) or member is None for member in members):
        raise UsageError(f"`{attribute.name}` is no value and no list of values")
    read = [_read(attribute, member) for member in members]
    several = attribute.container is not Container.NONE or len(read) != 1
    value: Value = tuple(read) if several else read[0]
    return Resolved(attribute, value, Status.OK, (), ())


def _read(attribute: Attribute, member: Scalar | float) -> Scalar:
    text = f"{member:g}" if isinstance(member, float) else lexical(member)
    datatype = DATATYPES.get(attribute.datatype)
    return text if datatype is None else datatype.read(text).value

"""Resolved profiles as rows: lines of JSON, or a Parquet table with a column an attribute. Each row is a device, with a weight if it has one.

A line is what `ccpp resolve --format json` prints of a profile; a table has the columns `profile`, `weight` if it likes, and any of those
that are called as attributes are (`HardwarePlatform/ScreenSize`), of text, numbers, Booleans or lists of them.
"""

from __future__ import annotations

import json
from itertools import accumulate, islice
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.datatypes import DATATYPES, lexical
from ccpp.errors import UsageError
from ccpp.model import AttributeName, Container, Resolved, ResolvedProfile, Status
from ccpp.resolution import content_line, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccpp.model import Attribute, Scalar, Value
    from ccpp.vocabulary import Vocabularies

#: Bytes of a line; a real profile takes 10 kB so.
MAX_LINE = 2_000_000
#: Statements of an attribute that are remembered; a value takes 500 bytes.
MAX_REMEMBERED = 100_000
#: Rows of a table that are held at a time.
_AT_A_TIME = 1_000

_NOT_ATTRIBUTES = frozenset({"profile", "weight"})


class Row(NamedTuple):
    """One device as it was written: where, its URI, its weight and its attributes by name."""

    place: str
    uri: str
    weight: float
    attributes: Mapping[str, Any]


def rows_of_lines(name: str, first: int, size: int, *, start: int = 0, offset: int = 0) -> Iterator[Row | UsageError]:
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
                    yield _row_or_error(whole, f"{name}:{number + 1}")
    except OSError as error:
        yield UsageError(f"cannot be read: {error.strerror}", source=name)


def _row_or_error(line: bytes, place: str) -> Row | UsageError:
    try:
        return row_of_line(line, place)
    except UsageError as error:
        return error


def row_of_line(line: bytes, place: str) -> Row:
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
    stated = {name: value.get("value") if isinstance(value, dict) else value for name, value in attributes.items()}
    return Row(place, found["profile"], weight_of(found.get("weight"), place), stated)


def rows_of_table(name: str, first: int, size: int) -> Iterator[Row | UsageError]:
    """So many rows of a Parquet file from number `first` on; what ends early is an error in its place. Needs the extra `arrow`."""
    try:
        with _table(name) as file:
            ends = list(accumulate(file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)))
            begins = [0, *ends]
            groups = [group for group, end in enumerate(ends) if end > first and begins[group] < first + size]
            number = begins[groups[0]] if groups else 0
            for batch in file.iter_batches(_AT_A_TIME, row_groups=groups):
                columns = {
                    name: one for name, one in zip(batch.schema.names, batch.columns, strict=True) if one.null_count < len(one)
                }
                names = tuple(columns)
                for found in zip(*map(_members, columns.values()), strict=True):
                    if first <= number < first + size:
                        yield _row_of_record(dict(zip(names, found, strict=True)), f"{name}:{number + 1}")
                    number += 1
    except UsageError as error:
        yield error
    except (OSError, ValueError) as error:  # Arrow's own errors are these
        yield _no_table(name, error)


def _members(column: Any) -> Iterator[Any]:  # noqa: ANN401  an Arrow array
    """What stands in a column, row by row; lists are cut out of all that is in them, because Arrow makes a list in ten times as long."""
    if not hasattr(column, "value_lengths"):
        yield from column.to_pylist()
        return
    members = iter(column.flatten().to_pylist())
    for length in column.value_lengths().to_pylist():
        yield None if length is None else list(islice(members, length))


def check_table(name: str) -> int:
    """How many rows a Parquet file has. Needs the extra `arrow`.

    Raises:
        UsageError: it is none, its columns are no profiles, or pyarrow is missing.
    """
    try:
        with _table(name) as file:
            _check_schema(file.schema_arrow.names, name)
            return int(file.metadata.num_rows)
    except (OSError, ValueError) as error:
        raise _no_table(name, error) from None


def _table(name: str) -> Any:  # noqa: ANN401  pyarrow has no types
    try:
        from pyarrow import parquet  # noqa: PLC0415  only for this kind of file
    except ImportError as error:
        raise UsageError("Parquet files need pyarrow", hint="pip install 'ccpp[arrow]'") from error
    return parquet.ParquetFile(name)


def _no_table(name: str, error: Exception) -> UsageError:
    return UsageError(f"no Parquet file, or not all of one: {(str(error).splitlines() or [''])[0]}", source=name)


def _check_schema(names: list[str], source: str) -> None:
    if "profile" not in names:
        raise UsageError("a table without the column `profile`", source=source, hint="give each row the URI of its profile")
    strange = [name for name in names if name not in _NOT_ATTRIBUTES and "/" not in name]
    if strange:
        raise UsageError(f"a column `{strange[0]}`, which is no attribute", source=source, hint="call it Component/Attribute")


def _row_of_record(found: dict[str, Any], place: str) -> Row | UsageError:
    attributes = {name: value for name, value in found.items() if name not in _NOT_ATTRIBUTES and value is not None}
    try:
        return Row(place, str(found["profile"]), weight_of(found.get("weight"), place), attributes)
    except UsageError as error:
        return error


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


class RowReader:
    """Reads the profiles of rows; devices are alike, so what an attribute says is read once and remembered."""

    def __init__(self, vocabularies: Vocabularies) -> None:
        self._attributes = vocabularies.attributes
        self._known: dict[tuple[str, type, str], tuple[AttributeName, Resolved, str] | None] = {}

    def profile(self, row: Row) -> ResolvedProfile:
        """The profile of a row.

        Raises:
            UsageError: an attribute is not known, or a value is none.
        """
        attributes, lines = {}, []
        for written, value in row.attributes.items():
            key = written, type(value), value if type(value) is str else repr(value)
            found = self._known[key] if key in self._known else self._remembered(key, value, row.place)
            if found is not None:
                attributes[found[0]] = found[1]
                lines.append(found[2])
        return ResolvedProfile(row.uri, attributes, (), digest_of(lines))

    def _remembered(self, key: tuple[str, type, str], value: object, place: str) -> tuple[AttributeName, Resolved, str] | None:
        found = self._read(key[0], value, place)
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        self._known[key] = found
        return found

    def _read(self, written: str, value: object, place: str) -> tuple[AttributeName, Resolved, str] | None:
        name = AttributeName(*written.split("/", 1)) if "/" in written else AttributeName("", written)
        attribute = self._attributes.get(name)
        if attribute is None and ":" in written:
            return None  # a property that no vocabulary knew when the profile was resolved: nothing can ask for it
        if attribute is None:
            raise UsageError(f"unknown attribute `{written}`", source=place, hint="`ccpp vocabulary` lists them")
        resolved = _resolved(attribute, value, place)
        return name, resolved, content_line(name, resolved)


def _resolved(attribute: Attribute, written: Any, place: str) -> Resolved:  # noqa: ANN401  JSON
    members = written if isinstance(written, list) else [written]
    if any(isinstance(member, dict | list) or member is None for member in members):
        raise UsageError(f"`{attribute.name}` is no value and no list of values", source=place)
    read = [_read(attribute, member) for member in members]
    several = attribute.container is not Container.NONE or len(read) != 1
    value: Value = tuple(read) if several else read[0]
    return Resolved(attribute, value, Status.OK, (), ())


def _read(attribute: Attribute, member: Scalar | float) -> Scalar:
    text = f"{member:g}" if isinstance(member, float) else lexical(member)
    datatype = DATATYPES.get(attribute.datatype)
    return text if datatype is None else datatype.read(text).value

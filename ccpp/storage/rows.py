"""Resolved profiles as rows: lines of JSON, or a Parquet table with a column an attribute. Each row is a device, with a weight if it has one.

A line is what `ccpp resolve --format json` prints of a profile; a table has the columns `profile`, `weight` if it likes, and any of those
that are called as attributes are (`HardwarePlatform/ScreenSize`), of text, numbers, Booleans or lists of them.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.datatypes import DATATYPES, lexical
from ccpp.errors import UsageError
from ccpp.model import AttributeName, Container, Resolved, ResolvedProfile, Status
from ccpp.resolution import digest
from ccpp.storage.files import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccpp.model import Attribute, Scalar, Value
    from ccpp.vocabulary import Vocabularies

#: Bytes of a line; a real profile takes 10 kB so.
MAX_LINE = 2_000_000
#: Rows of a table that are held at a time.
_AT_A_TIME = 1_000

_NOT_ATTRIBUTES = frozenset({"profile", "weight"})


class Row(NamedTuple):
    """One device as it was written: where, its URI, its weight and its attributes by name."""

    place: str
    uri: str
    weight: float
    attributes: Mapping[str, Any]


def rows_of_lines(name: str) -> Iterator[Row | UsageError]:
    """The rows of a file of JSON lines; a line that is none is an error in its place."""
    for number, line in enumerate(lines_of(name), 1):
        if line.strip():
            place = f"{name}:{number}"
            try:
                yield _row_of_line(line, place)
            except UsageError as error:
                yield error


def _row_of_line(line: bytes, place: str) -> Row:
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


def rows_of_table(name: str) -> Iterator[Row | UsageError]:
    """The rows of a Parquet file; what ends early is an error in its place. Needs the extra `arrow`.

    Raises:
        UsageError: pyarrow is missing.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415  only for this kind of file
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise UsageError("Parquet files need pyarrow", hint="pip install 'ccpp[arrow]'") from error
    try:
        with parquet.ParquetFile(name) as file:
            _check_schema(file.schema_arrow.names, name)
            number = 0
            for batch in file.iter_batches(_AT_A_TIME):
                for found in batch.to_pylist():
                    number += 1
                    yield _row_of_record(found, f"{name}:{number}")
    except UsageError as error:
        yield error
    except (pa.ArrowException, OSError, ValueError) as error:
        yield UsageError(f"no Parquet file, or not all of one: {str(error).splitlines()[0]}", source=name)


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


def profile_of(row: Row, vocabularies: Vocabularies) -> ResolvedProfile:
    """The profile of a row.

    Raises:
        UsageError: an attribute is not known, or a value is none.
    """
    attributes = {}
    for written, value in row.attributes.items():
        name = AttributeName(*written.split("/", 1)) if "/" in written else AttributeName("", written)
        attribute = vocabularies.attributes.get(name)
        if attribute is None and ":" in written:
            continue  # a property that no vocabulary knew when the profile was resolved: nothing can ask for it
        if attribute is None:
            raise UsageError(f"unknown attribute `{written}`", source=row.place, hint="`ccpp vocabulary` lists them")
        attributes[name] = _resolved(attribute, value, row.place)
    return ResolvedProfile(row.uri, attributes, (), digest(attributes))


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

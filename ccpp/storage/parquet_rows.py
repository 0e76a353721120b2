"""Rows of Parquet tables with a column an attribute. Needs the extra `arrow`.

A table has the columns `profile`, `weight` if it likes, and any of those that are called as attributes are
(`HardwarePlatform/ScreenSize`), of text, numbers, Booleans or lists of them. Devices are alike: what is distinct in a column is told by
Arrow, and taken out of it once a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccpp.errors import UsageError
from ccpp.storage.rows import Row, weight_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.storage.rows import Cell, Cells

#: Rows that are held at a time: the more, the less often a value is met for the first time.
_AT_A_TIME = 5_000

_NOT_ATTRIBUTES = frozenset({"profile", "weight"})


def rows_of_table(name: str, first: int, size: int, cells: Cells) -> Iterator[Row | UsageError]:
    """So many rows of a Parquet file from number `first` on; what ends early is an error in its place. Needs the extra `arrow`."""
    try:
        with _table(name) as file:
            for number, batch in _batches(file, first, first + size):
                begin, end = max(first - number, 0), min(first + size - number, len(batch))
                if begin < end:
                    yield from _rows_of_batch(batch.slice(begin, end - begin), f"{name}:", number + begin + 1, cells)
    except UsageError as error:
        yield error
    except (OSError, ValueError, NotImplementedError) as error:  # Arrow's own errors are these
        yield _no_table(name, error)


def _batches(file: Any, first: int, end: int) -> Iterator[tuple[int, Any]]:  # noqa: ANN401  pyarrow has no types
    """The batches of the row groups in which such rows are, by the number of their first row; no batch is of two groups: Arrow refuses some then."""
    at = 0
    for group in range(file.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        if at < end and at + count > first:
            place = at
            for batch in file.iter_batches(_AT_A_TIME, row_groups=[group]):
                yield place, batch
                place += len(batch)
        at += count


def _rows_of_batch(batch: Any, table: str, number: int, cells: Cells) -> Iterator[Row | UsageError]:  # noqa: ANN401  pyarrow has no types
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    uris = columns.pop("profile").to_pylist()
    weights = columns.pop("weight").to_pylist() if "weight" in columns else [None] * len(uris)
    stated = [_cells(name, columns[name], cells) for name in sorted(columns) if columns[name].null_count < len(uris)]
    for place, (uri, weight, *found) in enumerate(zip(uris, weights, *stated, strict=True), number):
        try:
            yield Row(f"{table}{place}", str(uri), weight_of(weight, f"{table}{place}"), tuple(filter(None, found)))
        except UsageError as error:
            yield error


def _cells(name: str, column: Any, cells: Cells) -> Iterator[Cell | None]:  # noqa: ANN401  an Arrow array
    """The cells of a column, each value taken out of Arrow once; `None` where nothing is stated."""
    values, codes = _coded_lists(column) if hasattr(column, "value_lengths") else _coded(column)
    found = [None if value is None else cells.of(name, value) for value in values]
    numbers = memoryview(codes.buffers()[1]).cast("i")[codes.offset : codes.offset + len(codes)]
    return map(found.__getitem__, numbers)


def _coded(column: Any) -> tuple[list[Any], Any]:  # noqa: ANN401  an Arrow array
    """The distinct values of a column, and which of them stands in each place; where Arrow cannot tell them apart, all of them."""
    import pyarrow as pa  # noqa: PLC0415  only for tables

    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    try:
        coded = column.dictionary_encode("encode")
    except NotImplementedError:
        return column.to_pylist(), pa.array(range(len(column)), pa.int32())
    return coded.dictionary.to_pylist(), coded.indices


def _coded_lists(column: Any) -> tuple[list[list[Any] | None], Any]:  # noqa: ANN401  an Arrow array
    """The same of lists, told apart by the codes of their members, which are written down for that: Arrow has no dictionaries of lists."""
    import pyarrow as pa  # noqa: PLC0415  only for tables
    from pyarrow import compute  # noqa: PLC0415

    members, codes = _coded(column.flatten())
    lengths = column.value_lengths().fill_null(0).cast(pa.int32())
    ends = pa.concat_arrays([pa.array([0], pa.int32()), compute.cumulative_sum(lengths)])
    written = compute.binary_join(pa.ListArray.from_arrays(ends, codes.cast(pa.string())), " ")
    texts, places = _coded(compute.if_else(column.is_null(), None, written))
    return [None if text is None else [members[int(code)] for code in text.split()] for text in texts], places


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

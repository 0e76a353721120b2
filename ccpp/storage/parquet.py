"""Arrow tables into Parquet files, a row group a table. Needs the extra `arrow`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ccpp.errors import UsageError
from ccpp.storage.files import PUBLIC, replacing

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError as error:
    raise UsageError("Parquet files need pyarrow", hint="pip install 'ccpp[arrow]'") from error

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write_parquet(tables: Iterable[pa.Table], path: Path) -> int:
    """Write tables of one schema as one file, whole or not at all; the number of rows.

    Raises:
        UsageError: there is no table, or the file cannot be written.
    """
    remaining = iter(tables)
    first = next(remaining, None)
    if first is None:
        raise UsageError("nothing to write", source=str(path), hint="no profile could be read")
    rows = 0
    with replacing(path, PUBLIC) as file, parquet.ParquetWriter(file, first.schema, compression="zstd") as writer:
        for table in chain((first,), remaining):
            writer.write_table(table)
            rows += table.num_rows
    return rows

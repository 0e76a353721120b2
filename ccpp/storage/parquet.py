"""Arrow tables into Parquet files, a row group a table. Needs the extra `arrow`."""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from ccpp.errors import UsageError

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError as error:
    raise UsageError("Parquet files need pyarrow", hint="pip install 'ccpp[arrow]'") from error

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                with parquet.ParquetWriter(file, first.schema, compression="zstd") as writer:
                    for table in chain((first,), remaining):
                        writer.write_table(table)
                        rows += table.num_rows
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", source=str(path)) from None
    return rows

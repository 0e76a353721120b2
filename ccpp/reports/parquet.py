"""The tables of a report as Parquet. Needs the extra `arrow`."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from ccpp.errors import UsageError
from ccpp.reports.tables import NUMBER, SHARE, Table, tables

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError as error:
    raise UsageError("Parquet files need pyarrow", hint="pip install 'ccpp[arrow]'") from error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.reports.model import CompatibilityReport


def arrow_table(table: Table) -> pa.Table:
    """One table of a report, for pandas, Polars and whoever else takes Arrow."""
    types = {NUMBER: pa.float64(), SHARE: pa.float64()}
    columns = {
        column.name.replace(" ", "_"): pa.array([row[place] for row in table.rows], types.get(column.kind, pa.string()))
        for place, column in enumerate(table.columns)
    }
    return pa.table(columns)


def parquet_files(report: CompatibilityReport) -> Mapping[str, bytes]:
    """A file a table."""
    return {f"{table.name}.parquet": _written(arrow_table(table)) for table in tables(report)}


def _written(table: pa.Table) -> bytes:
    content = BytesIO()
    parquet.write_table(table, content, compression="zstd")
    return content.getvalue()

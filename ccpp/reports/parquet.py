"""The tables of a report as Parquet. Needs the extra `arrow`."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from ccpp.errors import UsageError
from ccpp.reports.tables import NUMBER, SHARE, Table

try:
    import pyarrow as pa
    from pyarrow import parquet

    from ccpp.matching.arrow import texts_by_set
except ImportError as error:
    raise UsageError("Parquet files need pyarrow", hint="pip install 'ccpp[arrow]'") from error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.reports.counting import Counts
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
    return {f"{table.name}.parquet": _written(arrow_table(table)) for table in report.tables}


def _written(table: pa.Table) -> bytes:
    content = BytesIO()
    parquet.write_table(table, content, compression="zstd")
    return content.getvalue()


def choices_file(counts: Counts) -> bytes:
    """Which variant each device of a part gets of each application: a row a device, null where it gets none."""
    devices, groups = counts.population.devices, len(counts.population.members)
    group_of = pa.array(counts.population.group_of, pa.int32())
    columns = {
        "device": pa.array([_text(one.profile.uri) for one in devices], pa.string()),
        "weight": pa.array([one.weight for one in devices], pa.float64()),
    }
    for application, chosen in counts.chosen.items():
        served: dict[str, int] = {}
        for one, of in chosen.items():
            if one.variant:
                served[one.variant] = served.get(one.variant, 0) | of
        columns[application] = texts_by_set(dict(sorted(served.items())), groups).take(group_of)
    return _written(pa.table(columns))


def _text(written: str) -> str:
    """A text that UTF-8 can hold."""
    return written.encode("utf-8", "replace").decode()

"""The tables of a report as an Excel workbook, a sheet a table. Needs the extra `report`."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from ccpp.errors import UsageError
from ccpp.reports.tables import NUMBER, SHARE, TEXT

try:
    import xlsxwriter
except ImportError as error:
    raise UsageError("Excel workbooks need XlsxWriter", hint="pip install 'ccpp[report]'") from error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.reports.model import CompatibilityReport
    from ccpp.reports.tables import Table

#: What a sheet can hold.
_MAX_ROWS, _MAX_TEXT = 1_048_575, 32_767
#: The same report is the same file.
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def workbook_files(report: CompatibilityReport) -> Mapping[str, bytes]:
    """The workbook; texts are never taken for formulas or links, since names in profiles come from outside."""
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": f"Compatibility report: {report.header.catalogue}", "created": _MADE})
        for table in report.tables:
            _add(book, table)
    return {"report.xlsx": content.getvalue()}


def _add(book: xlsxwriter.Workbook, table: Table) -> None:
    formats = {
        TEXT: book.add_format(),
        NUMBER: book.add_format({"num_format": "#,##0.##"}),
        SHARE: book.add_format({"num_format": "0.0%"}),
    }
    sheet = book.add_worksheet(table.name)
    sheet.freeze_panes(1, 1)
    head = book.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(table.columns):
        texts = [len(str(row[place])) for row in table.rows[:200]]
        sheet.set_column(place, place, min(max([len(column.name), *texts]) + 2, 60), formats[column.kind])
        sheet.write_string(0, place, column.name, head)
    for line, row in enumerate(table.rows[:_MAX_ROWS], 1):
        for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            if column.kind == TEXT:
                sheet.write_string(line, place, str(cell)[:_MAX_TEXT])
            else:
                sheet.write_number(line, place, cell)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)

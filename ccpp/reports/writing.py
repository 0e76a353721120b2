"""The tables of a report as CSV, JSON and Markdown."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from ccpp.reports.tables import NUMBER, SHARE
from ccpp.reports.tally import MAX_GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.reports.model import CompatibilityReport, Header
    from ccpp.reports.tables import Column, Table

#: Tables that a summary leaves to the files of tables: they have a line a device or a point.
LONG = frozenset({"devices", "what_if", "compared_devices"})
#: Lines of a table in Markdown, which people read in a review.
MAX_LINES = 40


def csv_files(report: CompatibilityReport) -> Mapping[str, bytes]:
    """A file a table."""
    return {f"{table.name}.csv": _csv(table) for table in report.tables}


def _csv(table: Table) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([column.name.replace(" ", "_") for column in table.columns])
    rows.writerows(tuple(_guarded(cell) for cell in row) for row in table.rows)
    return text.getvalue().encode("utf-8", "replace")


def _guarded(cell: Any) -> Any:  # noqa: ANN401  a cell
    """A text that a spreadsheet would take for a formula, marked as text: names in profiles come from outside."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def plain_summary(report: CompatibilityReport) -> dict[str, Any]:
    """The report as JSON, without the tables that have a line a device or a point."""
    header = report.header
    return {
        "profiles": header.profiles,
        "devices": header.total.devices,
        "weight": header.total.weight,
        "groups": header.groups,
        "profiles_digest": header.profiles_digest,
        "catalogue": header.catalogue,
        "catalogue_digest": header.catalogue_digest,
        "made": header.made,
        **({"against": _against(report.comparison.before)} if report.comparison else {}),
        "test_devices": {"chosen": len(report.tests.rows), "at_least": report.tests.at_least, "goals": report.tests.goals},
        **{table.name: _objects(table) for table in report.tables if table.name not in LONG},
    }


def _against(before: Header) -> dict[str, Any]:
    return {
        "profiles": before.profiles,
        "devices": before.total.devices,
        "profiles_digest": before.profiles_digest,
        "catalogue": before.catalogue,
        "catalogue_digest": before.catalogue_digest,
    }


def _objects(table: Table) -> list[dict[str, Any]]:
    names = [column.name.replace(" ", "_") for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def json_files(report: CompatibilityReport) -> Mapping[str, bytes]:
    """The summary."""
    return {"summary.json": (json.dumps(plain_summary(report), indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")}


def markdown_files(report: CompatibilityReport) -> Mapping[str, bytes]:
    """The summary for people who review a change."""
    header = report.header
    weight = f", of weight {number(header.total.weight)}" if header.weighted else ""
    head = (
        f"# Compatibility report: {_cell(header.catalogue)}\n\n"
        f"* {number(header.total.devices)} devices{weight}, in {groups_said(header)} that the catalogue can tell apart\n"
        f"* profiles `{_short(header.profiles_digest)}`, catalogue `{_short(header.catalogue_digest)}`\n"
        + (f"* decided as at {header.made}\n" if header.made else "")
        + (f"* held against {against_said(report.comparison.before)}\n" if report.comparison else "")
    )
    body = "".join(_section(table) for table in report.tables if table.name not in LONG and table.rows)
    return {"summary.md": (head + body).encode("utf-8", "replace")}


def _section(table: Table) -> str:
    lines = [f"\n## {table.title}\n\n{table.about}\n\n"]
    lines.append(_line(column.name for column in table.columns))
    lines.append(_line(":--" if column.kind == "text" else "--:" for column in table.columns))
    lines += [
        _line(_cell(formatted(cell, column)) for cell, column in zip(row, table.columns, strict=True))
        for row in table.rows[:MAX_LINES]
    ]
    if len(table.rows) > MAX_LINES:
        lines.append(f"\n… and {len(table.rows) - MAX_LINES} more in `{table.name}.csv`.\n")
    return "".join(lines)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _short(digest: str) -> str:
    return digest[:19]


def formatted(cell: Any, column: Column) -> str:  # noqa: ANN401  a cell
    """A cell as people read it."""
    if column.kind == SHARE:
        return f"{cell:.1%}"
    return number(cell) if column.kind == NUMBER else str(cell)


def number(value: float) -> str:
    """A number with its thousands apart, without decimals that say nothing."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def groups_said(header: Header) -> str:
    """How many groups there are, in words."""
    return f"more than {number(MAX_GROUPS)} groups" if header.groups is None else f"{number(header.groups)} groups"


def against_said(before: Header) -> str:
    """What a report is held against, in words."""
    return (
        f"{number(before.total.devices)} devices `{_short(before.profiles_digest)}` under the catalogue"
        f" {_cell(before.catalogue)} `{_short(before.catalogue_digest)}`"
    )

"""A report as one page of HTML: complete in itself, nothing fetched, readable without script, in print and by keyboard.

Everything that profiles and catalogues say is escaped: they come from outside.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from ccpp.reports.model import Outcome
from ccpp.reports.page_style import SCRIPT, STYLE
from ccpp.reports.plots import bar, curve, heat, shade
from ccpp.reports.tables import NUMBER, SHARE, TEXT, Column
from ccpp.reports.writing import against_said, formatted, groups_said, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.reports.against import Comparison
    from ccpp.reports.model import ApplicationRow, CompatibilityReport, Gets
    from ccpp.reports.tables import Table

#: Tables that are told of each application apart, and those that stand on their own.
_OF_ONE = ("causes", "variants", "blocking", "joint", "learn", "relaxations")
_OWN = ("tests", "quality", "unreadable")
#: Devices that the page lists; all are in `devices.csv`.
MAX_DEVICES = 5_000
#: Lines of one table of an application on the page.
MAX_LINES = 30
#: Lines of a table of what differs; all are in the files of tables.
MAX_COMPARED = 200


def html_files(report: CompatibilityReport) -> Mapping[str, bytes]:
    """The page."""
    return {"report.html": page(report).encode("utf-8", "replace")}


def page(report: CompatibilityReport) -> str:
    """The report as a page."""
    made = {table.name: table for table in report.tables}
    title = f"Compatibility report: {escape(report.header.catalogue)}"
    sections = (
        _summary(report),
        _section("applications", "Applications", _applications(report)),
        _section("heat", "Served by vendor", _heat(report)),
        *([_compared(report.comparison, made)] if report.comparison else []),
        *(_details(one, report, made) for one in report.applications),
        *(_section(name, made[name].title, _about(made[name]) + _table(made[name])) for name in _OWN if made[name].rows),
        _section("devices", "Devices", _devices(report)),
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<style>{STYLE}</style></head>\n<body>\n'
        '<a class="skip" href="#applications">Skip to the applications</a>\n'
        f"<header><h1>{title}</h1>{_contents(made)}</header>\n<main>\n{''.join(sections)}</main>\n"
        f"<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


#: Lines of a table that a notebook shows.
MAX_SHOWN = 50


def fragment(report: CompatibilityReport) -> str:
    """The report in short, for a page of somebody else's."""
    bars = "".join(
        f'<tr><th style="text-align:left">{escape(one.label or one.application)}</th>'
        + "".join(
            f"<td>{_part(share.weight, report.header.total.weight)}</td>"
            for share in (one.served, one.indeterminate, one.unserved)
        )
        + f"<td>{bar(one, report.header.total.weight)}</td></tr>"
        for one in report.applications
    )
    heads = "".join(f"<th>{name}</th>" for name in ("application", *(f"{one.mark} {one.value}" for one in Outcome), ""))
    said = f"{escape(report.header.catalogue)}: {number(report.header.total.devices)} devices in {groups_said(report.header)}"
    return f"<p><b>{said}</b></p><table><thead><tr>{heads}</tr></thead><tbody>{bars}</tbody></table>"


def table_html(table: Table) -> str:
    """A table's first lines, for a page of somebody else's."""
    heads = "".join(f"<th>{escape(one.name)}</th>" for one in table.columns)
    rows = "".join(
        "<tr>" + "".join(_cell(cell, column) for cell, column in zip(row, table.columns, strict=True)) + "</tr>"
        for row in table.rows[:MAX_SHOWN]
    )
    more = f"<p>… and {number(len(table.rows) - MAX_SHOWN)} more</p>" if len(table.rows) > MAX_SHOWN else ""
    return (
        f"<p><b>{escape(table.title)}</b>: {escape(table.about)}</p><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f"{more}"
    )


def _contents(made: Mapping[str, Table]) -> str:
    links = [("applications", "Applications"), ("heat", "Vendors"), ("details", "Why, and what if")]
    links += [("compared", "Before and now")] if "compared_applications" in made else []
    links += [(name, made[name].title) for name in _OWN if made[name].rows]
    links.append(("devices", "Devices"))
    return "<nav>" + "".join(f'<a href="#{name}">{escape(text)}</a>' for name, text in links) + "</nav>"


def _section(name: str, title: str, inner: str) -> str:
    return f'<section id="{name}"><h2>{escape(title)}</h2>\n{inner}</section>\n'


def _summary(report: CompatibilityReport) -> str:
    header = report.header
    facts = [
        (number(header.total.devices), "devices"),
        *([(number(header.total.weight), "weight in all")] if header.weighted else []),
        (f"{header.served.devices / max(header.total.devices, 1):.1%}", "get something"),
        (number(len(report.applications)), "applications"),
        (number(len(report.variants)), "variants"),
        (number(len(report.tests.rows)), "devices to test with"),
        (number(len(report.unreadable)), "places not read"),
    ]
    tiles = "".join(f"<li><b>{value}</b> {text}</li>" for value, text in facts)
    sources = (
        f"Profiles: {escape(header.profiles)} <code>{header.profiles_digest[:23]}…</code>, {groups_said(header)} that the"
        f" catalogue can tell apart. Catalogue: {escape(header.catalogue)} <code>{header.catalogue_digest[:23]}…</code>."
        + (f" Decided as at {header.made}." if header.made else "")
    )
    shares = "weight" if header.weighted else "number of devices"
    return f'<ul class="tiles">{tiles}</ul>\n<p class="about">{sources} Shares are of all devices, by {shares}.</p>\n'


def _applications(report: CompatibilityReport) -> str:
    total = report.header.total.weight
    key = "".join(f'<span class="{one.value}">{one.mark} {one.value}</span> ' for one in Outcome)
    rows = "".join(
        f'<tr><th scope="row"><a href="#app-{escape(one.application)}">{escape(one.label or one.application)}</a></th>'
        + "".join(
            f'<td class="n">{number(share.devices)}</td><td class="n" data-v="{share.weight}">{_part(share.weight, total)}</td>'
            for share in (one.served, one.indeterminate, one.unserved)
        )
        + f'<td class="bar">{bar(one, total)}</td></tr>\n'
        for one in report.applications
    )
    heads = [Column("Application", "text")]
    for outcome in Outcome:
        heads += [Column(f"{outcome.mark} {outcome.value}", NUMBER), Column("share", SHARE)]
    return f'<p class="key">{key}</p>\n' + _framed([*heads, Column("all", "bar")], rows)


def _part(weight: float, total: float) -> str:
    return f"{weight / total:.1%}" if total else "–"


def _heat(report: CompatibilityReport) -> str:
    found = heat(report)
    head = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in found.applications)
    rows = []
    for (vendor, size), shares in zip(found.vendors, found.shares, strict=True):
        cells = "".join(
            f'<td style="background:{fill};color:{ink}">{share * 100:.0f}</td>'
            for share in shares
            for fill, ink in [shade(share)]
        )
        rows.append(f'<tr><th scope="row">{escape(vendor)}</th><td class="n">{number(size)}</td>{cells}</tr>\n')
    return (
        '<p class="about">Percent of a vendor\'s devices that get the application, and how many devices the vendor has.</p>\n'
        f'<div class="frame" tabindex="0"><table class="heat"><thead><tr><th scope="col">Vendor</th><th scope="col">Devices</th>{head}'
        f"</tr></thead><tbody>\n{''.join(rows)}</tbody></table></div>\n"
    )


def _compared(found: Comparison, made: Mapping[str, Table]) -> str:
    parts = [table for name, table in made.items() if name.startswith("compared_") and table.rows]
    inner = "".join(f"<h3>{escape(part.title)}</h3>\n{_about(part)}{_table(_cut(part))}" for part in parts)
    return _section(
        "compared",
        "Before and now",
        f'<p class="about">Before: {escape(against_said(found.before).replace("`", ""))}</p>\n{inner}',
    )


def _cut(table: Table) -> Table:
    """The lines of a table that the page shows."""
    if len(table.rows) <= MAX_COMPARED:
        return table
    return replace(table, rows=table.rows[:MAX_COMPARED])


def _details(application: ApplicationRow, report: CompatibilityReport, made: Mapping[str, Table]) -> str:
    total = report.header.total.weight
    inner = "".join(
        f"<h4>{escape(part.title)}</h4>\n{_about(part)}{_table(part)}"
        for name in _OF_ONE
        if (part := _part_of(made[name], application.application)).rows
    )
    drawn = [one for one in report.curves if one.application == application.application]
    if drawn:
        plots = "".join(
            f"<figure>{curve(one, total)}<figcaption>{escape(one.constraint)}</figcaption></figure>" for one in drawn
        )
        inner += f'<h4>Reach by threshold</h4>\n{_about(made["what_if"])}<div class="plots">{plots}</div>\n'
    first = application is report.applications[0]
    head = "<h2>Why, and what if</h2>" if first else ""
    return (
        f'<section{" id=details" if first else ""}>{head}<details id="app-{escape(application.application)}"><summary>'
        f"<h3>{escape(application.label or application.application)}</h3> "
        f'<span class="n">{_part(application.served.weight, total)} served</span> {bar(application, total, 160, 10)}</summary>\n'
        f"{inner}</details></section>\n"
    )


def _part_of(table: Table, application: str) -> Table:
    """The lines of one application, without the column that names it."""
    rows = [row[1:] for row in table.rows if row[0] == application]
    about = (
        table.about
        if len(rows) <= MAX_LINES
        else f"{table.about} The first {MAX_LINES} of {len(rows)}; all in {table.name}.csv."
    )
    return replace(table, columns=table.columns[1:], rows=rows[:MAX_LINES], about=about)


def _about(table: Table) -> str:
    return f'<p class="about">{escape(table.about)}</p>\n'


def _table(table: Table) -> str:
    rows = "".join(
        "<tr>" + "".join(_cell(cell, column) for cell, column in zip(row, table.columns, strict=True)) + "</tr>\n"
        for row in table.rows
    )
    return _framed(table.columns, rows)


def _cell(cell: Any, column: Column) -> str:  # noqa: ANN401  a cell
    if column.kind == TEXT:
        return f"<td>{escape(str(cell))}</td>"
    return f'<td class="n" data-v="{cell}">{formatted(cell, column)}</td>'


def _framed(columns: Iterable[Column], rows: str) -> str:
    heads = "".join(f'<th scope="col"{"" if one.kind == TEXT else " class=n"}>{escape(one.name)}</th>' for one in columns)
    return f'<div class="frame" tabindex="0"><table class="sort"><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table></div>\n'


def _devices(report: CompatibilityReport) -> str:
    shown = report.devices[:MAX_DEVICES]
    heads = "".join(f'<th scope="col"><span>{escape(one.application)}</span></th>' for one in report.applications)
    rows = "".join(
        f"<tr><td>{escape(one.vendor)}<td>{escape(one.model)}<td>{_short(one.device)}{_gets(one.gets)}\n" for one in shown
    )
    more = (
        f" The first {len(shown)} of {number(len(report.devices))}; all are in devices.csv."
        if len(shown) < len(report.devices)
        else ""
    )
    key = " ".join(f"{one.mark} {one.value}" for one in Outcome)
    return (
        f'<p class="about">What each device gets: {key}; the variants are in devices.csv.{more}</p>\n'
        '<p class="find"><label>Find <input type="search" data-for="device-table"></label> <output></output></p>\n'
        '<div class="frame tall" tabindex="0"><table class="sort heat" id="device-table"><thead><tr><th scope="col">Vendor</th>'
        f'<th scope="col">Model</th><th scope="col">Profile</th>{heads}</tr></thead><tbody>\n{rows}</tbody></table></div>\n'
    )


_CLASSES = {Outcome.SERVED: "<td class=y>✓", Outcome.INDETERMINATE: "<td class=q>?", Outcome.UNSERVED: "<td class=x>✗"}


def _gets(gets: Sequence[Gets]) -> str:
    return "".join(_CLASSES[one.outcome] for one in gets)


def _short(uri: str) -> str:
    """A profile's URI, its end where it is long."""
    return escape(uri if len(uri) <= 60 else "…" + uri[-58:])  # noqa: PLR2004  a column's width

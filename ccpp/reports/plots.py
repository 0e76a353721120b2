"""The plots of a report as SVG, complete in themselves: bars of outcomes, a heat map, reach by threshold.

Colours are three of Okabe and Ito's, which people who see colours differently tell apart; signs and numbers say the same again.
"""

from __future__ import annotations

from html import escape
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from ccpp.reports.model import Outcome, VendorRow
from ccpp.reports.population import Share

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.reports.model import ApplicationRow, CompatibilityReport, Curve

COLOURS = {Outcome.SERVED: "#0072b2", Outcome.INDETERMINATE: "#e69f00", Outcome.UNSERVED: "#8c8c8c"}
#: Vendors that the heat map shows by name.
MAX_VENDORS = 20

_FONT = 'font-family="system-ui,sans-serif"'


def bar(row: ApplicationRow, total: float, width: int = 240, height: int = 14) -> str:
    """The outcomes of one application, side by side."""
    parts, at = [], 0.0
    for outcome, share in zip(COLOURS, (row.served, row.indeterminate, row.unserved), strict=True):
        length = width * share.weight / total if total else 0.0
        parts.append(f'<rect x="{at:.1f}" width="{length:.1f}" height="{height}" fill="{COLOURS[outcome]}"/>')
        at += length
    return _svg(width, height, "".join(parts), f"{row.application}: served, indeterminate, unserved")


class Heat(NamedTuple):
    """The share served by vendor and application."""

    vendors: Sequence[tuple[str, int]]
    applications: Sequence[str]
    shares: Sequence[Sequence[float]]


def heat(report: CompatibilityReport) -> Heat:
    """The vendors with most devices, and the others together."""
    known, others = list(report.vendors[:MAX_VENDORS]), report.vendors[MAX_VENDORS:]
    if others:
        served = (added(shares) for shares in zip(*(one.served for one in others), strict=True))
        known.append(VendorRow("others", added(one.total for one in others), tuple(served)))
    shares = [[part.weight / one.total.weight if one.total.weight else 0.0 for part in one.served] for one in known]
    return Heat([(one.vendor, one.total.devices) for one in known], [one.application for one in report.applications], shares)


def added(shares: Iterable[Share]) -> Share:
    """Some shares together."""
    found = list(shares)
    return Share(sum(one.devices for one in found), fsum(one.weight for one in found))


def shade(share: float) -> tuple[str, str]:
    """The colour of a share, light to dark blue, and that of a text on it."""
    low, high = (240, 246, 250), (0, 84, 140)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}", "#fff" if share > 0.5 else "#1a1a1a"  # noqa: PLR2004  half way


def heat_map(report: CompatibilityReport) -> str:
    """The share of devices served, by vendor and application."""
    found = heat(report)
    left, top, side, high = 150, 90, 44, 22
    parts = [
        f'<text transform="translate({left + side * number + side / 2 + 4},{top - 6}) rotate(-60)" font-size="12">{escape(name)}</text>'
        for number, name in enumerate(found.applications)
    ]
    for row, ((vendor, size), shares) in enumerate(zip(found.vendors, found.shares, strict=True)):
        y = top + row * high
        parts.append(
            f'<text x="{left - 8}" y="{y + 15}" font-size="12" text-anchor="end">{escape(vendor[:16])} ({size})</text>'
        )
        for column, share in enumerate(shares):
            fill, ink = shade(share)
            x = left + column * side
            parts.append(f'<rect x="{x}" y="{y}" width="{side - 1}" height="{high - 1}" fill="{fill}"/>')
            parts.append(
                f'<text x="{x + side / 2}" y="{y + 15}" font-size="11" fill="{ink}" text-anchor="middle">{share:.0%}</text>'
            )
    width, height = left + side * len(found.applications) + 60, top + high * len(found.vendors) + 10
    return _svg(width, height, "".join(parts), "share of devices served, by vendor and application")


def curve(drawn: Curve, total: float, width: int = 320, height: int = 150) -> str:
    """Reach over one threshold; the present threshold is marked. Thresholds are apart by rank, because stated values lie unevenly."""
    left, bottom, top, right = 40, 34, 10, 12
    points = drawn.points
    across = (width - left - right) / max(len(points) - 1, 1)

    def place(number: int) -> tuple[float, float]:
        share = points[number].reach.weight / total if total else 0.0
        return left + number * across, top + (height - top - bottom) * (1 - share)

    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, range(len(points))))
    now = next((number for number, point in enumerate(points) if point.steps == 0), 0)
    x, y = place(now)
    share = points[now].reach.weight / total if total else 0.0
    base = height - bottom
    axis = "".join(
        f'<line x1="{left}" x2="{width - right}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ccc" class="axis"/>'
        f'<text x="{left - 6}" y="{at + 4:.1f}" font-size="11" text-anchor="end">{part:.0%}</text>'
        for part in (0, 0.5, 1)
        for at in [top + (base - top) * (1 - part)]
    )
    anchor = "end" if x > width * 0.7 else "start" if x < width * 0.3 else "middle"
    below = y < top + 20
    parts = (
        f'{axis}<polyline points="{line}" fill="none" stroke="{COLOURS[Outcome.SERVED]}" stroke-width="2"/>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{base}" stroke="#d55e00" stroke-dasharray="3 2" class="now"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#d55e00" class="here"/>'
        f'<text x="{x:.1f}" y="{y + (18 if below else -7):.1f}" font-size="11" text-anchor="{anchor}"'
        f' paint-order="stroke" stroke="#fff" stroke-width="3" class="halo">'
        f"{escape(drawn.threshold[:24])}: {share:.1%}</text>"
        f'<text x="{left}" y="{height - 18}" font-size="11">{escape(points[0].threshold[:20])}</text>'
        f'<text x="{width - right}" y="{height - 18}" font-size="11" text-anchor="end">{escape(points[-1].threshold[:20])}</text>'
    )
    return _svg(width, height, parts, f"reach of {drawn.application} by the threshold of: {drawn.constraint}")


def _svg(width: float, height: float, inner: str, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" {_FONT}'
        f' fill="currentColor"><title>{escape(title)}</title>{inner}</svg>'
    )


def svg_files(report: CompatibilityReport) -> Mapping[str, bytes]:
    """The heat map, and a file a curve."""
    total = report.header.total.weight
    files = {"heat-map.svg": heat_map(report)}
    for number, drawn in enumerate(report.curves, 1):
        files[f"reach-{number:03}-{_file_name(drawn.application)}.svg"] = curve(drawn, total)
    return {name: text.encode("utf-8", "replace") for name, text in files.items()}


def _file_name(text: str) -> str:
    return "".join(character if character.isalnum() and character.isascii() else "-" for character in text)[:40]

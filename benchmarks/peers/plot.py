"""What a decision takes each engine at its best, as lines of text and as a plot: an SVG file, made without any library."""

from __future__ import annotations

from html import escape
from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.timing import Result

#: Two of the colours that Okabe and Ito chose so that all eyes tell them apart, and far apart in lightness as well.
OURS, THEIRS = "#0072B2", "#E69F00"
_ROW, _LABEL, _WIDTH, _TOP = 24, 230, 560, 46


def best(results: Iterable[Result]) -> list[tuple[str, list[Result]]]:
    """The two kinds of work, each with the best result of every engine, the fastest first."""
    kinds: dict[str, dict[str, Result]] = {"one profile, all variants": {}, "many profiles at once": {}}
    for result in results:
        if result.benchmark == "peers" and result.per_decision_s:
            found = kinds["one profile, all variants" if result.case.startswith("one profile") else "many profiles at once"]
            known = found.get(result.engine)
            if known is None or _each(result) < _each(known):
                found[result.engine] = result
    return [(kind, sorted(found.values(), key=_each)) for kind, found in kinds.items()]


def _each(result: Result) -> float:
    return result.per_decision_s or 0.0


def table(results: Iterable[Result]) -> str:
    """A table in Markdown: each engine at its best, and how many times ours that is."""
    lines = ["| work | engine | variants | a decision | times ours |", "| --- | --- | --: | --: | --: |"]
    for kind, found in best(results):
        ours = next((_each(one) for one in found if one.engine == "ccpp"), None)
        for one in found:
            times = f"{_each(one) / ours:,.0f}" if ours else ""
            lines.append(f"| {kind} | {one.engine} | {one.size['variants']:,} | {_shown(_each(one))} | {times} |")
    return "\n".join(lines)


def _shown(seconds: float) -> str:
    units = (("ms", 1e3), ("µs", 1e6), ("ns", 1e9))
    unit, factor = next((one for one in units if seconds * one[1] >= 1), units[-1])
    return f"{seconds * factor:.3g} {unit}"


def plot(results: Sequence[Result], caption: str) -> str:
    """Bars on a logarithmic scale, the shortest the fastest, each with its figure."""
    kinds = [(kind, found) for kind, found in best(results) if found]
    every = [_each(one) for _, found in kinds for one in found]
    low, high = floor(log10(min(every))), ceil(log10(max(every)))
    height = _TOP + sum(_ROW * (len(found) + 2) for _, found in kinds) + _ROW
    width = _LABEL + _WIDTH + 90

    def across(seconds: float) -> float:
        return (log10(seconds) - low) / (high - low) * _WIDTH

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        '<text x="12" y="24" font-size="15" font-weight="bold">Time for one decision (logarithmic; shorter is faster)</text>',
    ]
    for power in range(low, high + 1):
        x = _LABEL + across(10**power)
        parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{_TOP}" y2="{height - _ROW}" stroke="#d0d0d0"/>')
        parts.append(f'<text x="{x:.0f}" y="{_TOP - 6}" text-anchor="middle" fill="#555555">{_shown(10.0**power)}</text>')
    y = _TOP
    for kind, found in kinds:
        y += _ROW
        parts.append(f'<text x="12" y="{y}" font-weight="bold">{escape(kind)}</text>')
        for one in found:
            y += _ROW
            colour = OURS if one.engine == "ccpp" else THEIRS
            length = max(across(_each(one)), 2)
            parts.append(f'<text x="{_LABEL - 8}" y="{y}" text-anchor="end">{escape(one.engine)}</text>')
            parts.append(f'<rect x="{_LABEL}" y="{y - 13}" width="{length:.1f}" height="16" fill="{colour}"/>')
            parts.append(f'<text x="{_LABEL + length + 6:.1f}" y="{y}">{_shown(_each(one))}</text>')
        y += _ROW
    parts += [f'<text x="12" y="{height - 8}" font-size="11" fill="#555555">{escape(caption)}</text>', "</svg>"]
    return "\n".join(parts) + "\n"

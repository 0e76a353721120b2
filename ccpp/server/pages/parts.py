"""What pages are put together from: sections, tables, facts, verdicts, and the links from one screenful to the next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from ccpp.model import Verdict
from ccpp.server.pages.markup import Html, join, tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ccpp.server.message import Request
    from ccpp.server.pages.markup import Child

#: Further digits in the number of a page say nothing: there are not so many.
_DIGITS = 6

_CLASSES = {Verdict.SATISFIED: "yes", Verdict.INDETERMINATE: "maybe", Verdict.UNSATISFIED: "no"}


class Figures(str):
    """The name of a column of figures, which stand flush right."""

    __slots__ = ()


class Part(NamedTuple):
    """A screenful of a longer list: where it begins, and how much there is in all."""

    start: int
    size: int
    total: int

    @property
    def slice(self) -> slice:
        """The part of the list."""
        return slice(self.start, self.start + self.size)

    @property
    def number(self) -> int:
        """Which screenful it is, from 1 on."""
        return self.start // self.size + 1


def part_of(request: Request, size: int, total: int, name: str = "page") -> Part:
    """The screenful that a request asks for by `?page=` (or another name), the first where it asks for none that there is."""
    text = request.arguments.get(name, "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 1
    start = max(number - 1, 0) * size
    return Part(start if start < total else 0, size, total)


def pager(part: Part, href: Callable[[int], str], what: str = "") -> Html | None:
    """Links to the screenfuls before and after; nothing where all is on one. `what` says of what they are, if not of the rows."""
    if part.total <= part.size:
        return None
    number, last = part.number, -(-part.total // part.size)
    before = (
        tag("a", "← Previous", href=href(number - 1), rel="prev") if number > 1 else tag("span", "← Previous", class_="off")
    )
    after = tag("a", "Next →", href=href(number + 1), rel="next") if number < last else tag("span", "Next →", class_="off")
    end = min(part.start + part.size, part.total)
    return tag(
        "nav",
        before,
        tag("span", f"{part.start + 1:,}–{end:,} of {part.total:,}"),
        after,
        class_="pager",
        aria_label=f"Parts of the {what or 'list'}",
    )


def section(title: str, *content: Child, name: str | None = None, note: Child = None) -> Html:
    """A part of a page under a heading."""
    return tag("section", tag("h2", title), tag("p", note, class_="soft note") if note else None, *content, id=name)


def heading(title: Child, *below: Child, over: Child = None) -> Html:
    """The head of a page: what it is about, with a few words over and below it."""
    return tag("div", tag("p", over, class_="over") if over else None, tag("h1", title), *below, class_="heading")


def table(columns: Sequence[Child], rows: Iterable[Html], *, label: str, name: str | None = None, class_: str = "") -> Html:
    """A table that scrolls within its frame where the screen is narrow; the rows are made by `row`."""
    heads = tag("tr", (tag("th", one, scope="col", class_="n" if isinstance(one, Figures) else None) for one in columns))
    inner = tag("table", tag("thead", heads), tag("tbody", rows), id=name, class_=class_ or None)
    return tag("div", inner, class_="frame", tabindex=0, role="region", aria_label=label)


def row(first: Child, *cells: Child, class_: str | None = None) -> Html:
    """A row whose first cell names it."""
    return tag("tr", tag("th", first, scope="row"), map(_cell, cells), class_=class_)


def _cell(cell: Child) -> Html:
    """A cell; what is made by `cell` already is one."""
    return cell if isinstance(cell, Html) and cell.startswith("<td") else tag("td", cell)


def figure(number: int) -> Html:
    """A number as a cell, flush right."""
    return tag("td", f"{number:,}", class_="n")


def facts(*pairs: tuple[str, Child]) -> Html:
    """What is known of a thing, a name and a value each; what is not known is left out."""
    return tag(
        "dl", (join(tag("dt", name), tag("dd", value)) for name, value in pairs if value not in {None, ""}), class_="facts"
    )


def mark(verdict: Verdict) -> Html:
    """A verdict as a sign, which is read out as a word."""
    return tag(
        "span", verdict.mark, class_=f"mark {_CLASSES[verdict]}", role="img", aria_label=verdict.value, title=verdict.value
    )


def badge(verdict: Verdict) -> Html:
    """A verdict as a sign and a word."""
    return tag("span", tag("span", verdict.mark, aria_hidden="true"), " ", verdict.value, class_=f"badge {_CLASSES[verdict]}")


def label(text: str, kind: str = "plain") -> Html:
    """A word in a frame: a state, a status."""
    return tag("span", text, class_=f"badge {kind}")


def empty(text: str, *more: Child) -> Html:
    """What stands where there is nothing to list, and what to do about it."""
    return tag("div", tag("p", text), *(tag("p", one, class_="soft") for one in more), class_="empty")


def filter_box(table_name: str, what: str) -> Html:
    """A box that narrows a table down as one types; without script it is not there."""
    box = tag("input", type="search", data_filter=table_name, autocomplete="off", spellcheck="false")
    return tag("p", tag("label", f"Filter {what} ", box), tag("output", aria_live="polite"), class_="filter", hidden=True)


def moment(seconds: float) -> Html:
    """A time, to the second, in UTC."""
    when = datetime.fromtimestamp(seconds, UTC)
    return tag("time", f"{when:%Y-%m-%d %H:%M:%S}", datetime=f"{when:%Y-%m-%dT%H:%M:%SZ}")


def digest(text: str) -> Html:
    """The beginning of a digest, the whole of it at hand."""
    return tag("code", text[:19] + "…", title=text)


def size_of(number: int) -> str:
    """Bytes in words."""
    for unit, step in (("MB", 1_000_000), ("kB", 1_000)):
        if number >= step:
            return f"{number / step:,.1f} {unit}"
    return f"{number} bytes"

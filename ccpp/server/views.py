"""Pages of links, in the markup of three generations. A page is a value; each generation is a function and a row of `VIEWS`.

Pages for people at a desk are in `ccpp.server.pages`; these are what a device sees of discovery, and they work on any of them.
"""

from __future__ import annotations

from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HTML, XHTML_MP, WML = "text/html", "application/vnd.wap.xhtml+xml", "text/vnd.wap.wml"

#: Entries of one WML deck: the smallest decks that phones take are 1,400 bytes compiled.
_DECK = 6


class Entry(NamedTuple):
    """A line of a page: what it is, where it leads, and what is said of it."""

    label: str
    link: str | None = None
    text: str = ""


class Page(NamedTuple):
    """A page: its title, its entries, and its own link, for the next part of it."""

    title: str
    entries: tuple[Entry, ...]
    link: str = ""
    start: int = 0


def link(*parts: str) -> str:
    """The path of some parts, each quoted."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def html(page: Page) -> str:
    """The page for any browser of today, without anything fetched."""
    items = "".join(
        f"<li>{_anchor(entry)}{f'<p>{escape(entry.text)}</p>' if entry.text else ''}</li>\n" for entry in page.entries
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(page.title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }</style>\n"
        f"</head>\n<body><main>\n<h1>{escape(page.title)}</h1>\n<ul>\n{items}</ul>\n</main></body>\n</html>\n"
    )


def xhtml_mp(page: Page) -> str:
    """The page in XHTML Mobile Profile (OMA XHTMLMP 1.0)."""
    items = "".join(f"<p>{_anchor(entry)}{'<br/>' + escape(entry.text) if entry.text else ''}</p>\n" for entry in page.entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//WAPFORUM//DTD XHTML Mobile 1.0//EN" '
        '"http://www.wapforum.org/DTD/xhtml-mobile10.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en">\n'
        f"<head><title>{escape(page.title)}</title></head>\n<body>\n<h1>{escape(page.title)}</h1>\n{items}</body>\n</html>\n"
    )


def wml(page: Page) -> str:
    """The page as a WML 1.1 deck (WAP-191), a part of it where it has many entries."""
    part = page.entries[page.start : page.start + _DECK]
    items = "".join(
        f"<p>{_anchor(entry)}{'<br/>' + escape(entry.text[:80]) if entry.text else ''}</p>\n".replace("$", "$$")
        for entry in part
    )
    after = page.start + _DECK
    more = f'<p><a href="{escape(page.link)}?from={after}">More</a></p>\n' if after < len(page.entries) else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE wml PUBLIC "-//WAPFORUM//DTD WML 1.1//EN" '
        '"http://www.wapforum.org/DTD/wml_1.1.xml">\n'
        f'<wml><card id="a" title="{escape(page.title[:24])}">\n{items}{more}</card></wml>\n'
    )


def _anchor(entry: Entry) -> str:
    return f'<a href="{escape(entry.link)}">{escape(entry.label)}</a>' if entry.link else escape(entry.label)


#: Media type → what writes a page in it; the order is that in which they are liked, all else equal.
VIEWS: Mapping[str, Callable[[Page], str]] = MappingProxyType(
    {HTML: html, XHTML_MP: xhtml_mp, WML: wml, "application/xhtml+xml": xhtml_mp}
)

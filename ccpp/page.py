"""An explanation as a page of HTML: complete in itself, readable in print and by keyboard, nothing fetched."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ccpp.console import show_advice
from ccpp.matching.explanation import short_name, stated

if TYPE_CHECKING:
    from ccpp.advice import Advice
    from ccpp.matching.explanation import Explanation

#: The colours are those of the server's pages: blue, amber and slate, which all eyes tell apart, with a sign beside each.
_STYLE = """
:root { --ink: #1a1d21; --soft: #5a6068; --line: #dde1e6; --band: #f4f6f8; --paper: #fff; --yes: #00588a; --maybe: #7a5000; --no: #4a5058; color-scheme: light dark }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a6adb5; --line: #353b42; --band: #1d2126; --paper: #14171a;
  --yes: #8fd0f7; --maybe: #f0c066; --no: #b6bcc4 } }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: var(--ink); background: var(--paper) }
h1 { font-size: 1.6rem; overflow-wrap: anywhere } h2 { font-size: 1.2rem; margin-top: 2rem }
ul { list-style: none; padding-left: 1.25rem; border-left: 2px solid var(--line) } main > ul { padding: 0; border: 0 } li { margin: .3rem 0 }
.satisfied > .mark { color: var(--yes) } .unsatisfied > .mark { color: var(--no) } .indeterminate > .mark { color: var(--maybe) }
.mark { font-weight: 700 } .place { color: var(--soft) } pre { white-space: pre-wrap; background: var(--band); padding: 1rem; border-radius: 8px }
"""


def explanation_page(title: str, advice: Advice) -> str:
    """The reasons of a verdict as nested lists, and what would change it."""
    verdict = advice.explanation.verdict.value
    advised = show_advice(advice)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>\n'
        f"<body><main>\n<h1>{escape(title)}: {verdict}</h1>\n<ul>\n{_item(advice.explanation)}</ul>\n"
        + (f"<h2>What would change it</h2>\n<pre>{escape(advised)}</pre>\n" if advised else "")
        + "</main></body>\n</html>\n"
    )


def _item(part: Explanation) -> str:
    head = f'<span class="mark" title="{part.verdict.value}">{part.verdict.mark}</span> '
    if part.fact is not None:
        said = f'{escape(part.what)}: <span class="place">{escape(stated(part.fact))}</span>'
        return f'<li class="{part.verdict.value}">{head}{said}</li>\n'
    inner = "".join(map(_item, part.parts))
    return f'<li class="{part.verdict.value}">{head}{escape(short_name(part.what))}\n<ul>\n{inner}</ul></li>\n'

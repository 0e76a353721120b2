"""An explanation as a page of HTML: complete in itself, readable in print and by keyboard, nothing fetched."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ccpp.console import show_advice
from ccpp.matching.explanation import short_name, stated

if TYPE_CHECKING:
    from ccpp.advice import Advice
    from ccpp.matching.explanation import Explanation

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
ul { list-style: none; padding-left: 1.25rem; border-left: 2px solid #ddd } li { margin: .25rem 0 }
.satisfied > .mark { color: #00695c } .unsatisfied > .mark { color: #b3261e } .indeterminate > .mark { color: #8a5a00 }
.mark { font-weight: 700 } .place { color: #555 } pre { white-space: pre-wrap; background: #f5f5f5; padding: 1rem }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #121212 } ul { border-color: #444 }
  .place { color: #aaa } pre { background: #1e1e1e }
  .satisfied > .mark { color: #4db6ac } .unsatisfied > .mark { color: #f2b8b5 } .indeterminate > .mark { color: #ffcc80 } }
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

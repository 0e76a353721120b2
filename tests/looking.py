"""What tests of the pages share: somebody who looks, and a page held to what a browser would have to repair."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccpp.server.message import Identity, Request, Response
    from ccpp.server.service import Authenticate, Service
    from ccpp.server.steps import Steps

#: What a browser says that it takes.
HTML = "text/html,application/xhtml+xml"


def known_as(identity: Identity) -> Authenticate:
    """An authenticator that takes everybody for one."""

    def authenticate(_request: Request, _service: Service) -> Steps[Identity]:
        yield from ()
        return identity

    return authenticate


class Outline(HTMLParser):
    """A page's elements, held to what a browser would have to repair."""

    VOID = frozenset({"input", "meta", "link", "br", "img", "hr", "col", "wbr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        told = dict(attrs)
        assert len(told) == len(attrs), (tag, attrs)
        assert not any(name.startswith("on") or name == "style" for name in told), (tag, attrs)
        if told.get("id"):
            self.ids[str(told["id"])] += 1
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def text_of(response: Response) -> str:
    text = response.body.decode()
    outline = Outline(text)
    assert outline.tags["h1"] == 1
    assert outline.tags["main"] == 1
    assert [one for one, times in outline.ids.items() if times > 1] == []
    assert "<script>" not in text
    return text

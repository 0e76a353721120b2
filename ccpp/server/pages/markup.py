"""HTML as a value: elements made of elements and texts. A text is always escaped, so what came from outside can never become markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import TypeAlias


class Html(str):
    """Markup that is already written; only `tag`, `join` and what is written here by hand make any."""

    __slots__ = ()


Child: TypeAlias = str | int | Iterable["Child"] | None
"""What may stand in an element: markup, a text or number, several of them, or nothing."""

Attribute: TypeAlias = str | int | bool | None
"""The value of an attribute; `True` is one without a value, `None` and `False` are none."""

#: Elements without content or an end (HTML §13.1.2).
_VOID = frozenset({"input", "meta", "link", "br", "img", "hr", "col", "wbr"})


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """An element; `class_` is the attribute `class`, `aria_label` is `aria-label`."""
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None and value is not False)
    return Html(f"<{name}{written}>" if name in _VOID else f"<{name}{written}>{join(*children)}</{name}>")


def _attribute(key: str, value: Attribute) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def join(*children: Child) -> Html:
    """Elements and texts one after the other."""
    return Html("".join(map(_written, children)))


def _written(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str | int):
        return escape(str(child), quote=False)
    return "".join(map(_written, child))


def prose(text: str) -> Html:
    """A sentence of the package, in which what somebody wrote stands in backticks, as code."""
    return join(*(tag("code", part) if place % 2 else part for place, part in enumerate(text.split("`"))))


def breaking(name: str) -> Html:
    """A name of several words run together, which may be broken where one begins."""
    return Html("<wbr>".join(escape(word, quote=False) for word in _WORD.split(name)))


_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")

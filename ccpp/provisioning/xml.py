"""XML as trees of elements, both ways, for every document that is sent. No entity of a document type is expanded, nothing is fetched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

from ccpp.wbxml.document import MAX_DEPTH, MAX_DOCUMENT, Element

if TYPE_CHECKING:
    from ccpp.errors import CcppError

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


def write_xml(root: Element, error: type[CcppError], *, head: str = DECLARATION) -> bytes:
    """The tree in UTF-8, canonical: one element a line, indented by its depth; an element holds a text or elements.

    Raises:
        CcppError: of the class `error`; a text holds a character that XML cannot.
    """
    parts = [head]
    _write(root, 0, parts)
    text = "".join(parts)
    if found := _NOT_XML.search(text):
        raise error(f"a text holds {ord(found.group()):#x}, which XML cannot hold")
    return text.encode()


def _write(element: Element, depth: int, parts: list[str]) -> None:
    indent = "  " * depth
    attributes = "".join(f' {name}="{value.translate(_ESCAPES)}"' for name, value in element.attributes)
    children = [piece for piece in element.content if isinstance(piece, Element)]
    text = "" if children else text_of(element).translate(_ESCAPES)
    if children:
        parts.append(f"{indent}<{element.name}{attributes}>\n")
        for child in children:
            _write(child, depth + 1, parts)
        parts.append(f"{indent}</{element.name}>\n")
    else:
        parts.append(f"{indent}<{element.name}{attributes}{f'>{text}</{element.name}' if text else '/'}>\n")


def text_of(element: Element) -> str:
    """The text directly within an element."""
    return "".join(piece for piece in element.content if isinstance(piece, str))


def children_of(element: Element, name: str) -> list[Element]:
    """The elements of a name directly within one."""
    return [piece for piece in element.content if isinstance(piece, Element) and piece.name == name]


def read_xml(data: bytes, error: type[CcppError], *, limit: int = MAX_DOCUMENT) -> Element:
    """The tree of an XML document, names as they are written.

    Raises:
        CcppError: of the class `error`; the bytes are no well-formed XML, declare entities, or pass a bound.
    """
    if len(data) > limit:
        raise error(f"{len(data)} bytes, more than {limit}", hint="no real document comes near it")
    builder = _Builder(error)
    try:
        builder.parser.Parse(data, True)  # noqa: FBT003  expat takes no keywords
    except expat.ExpatError as slip:
        raise error(
            f"not well-formed XML: {expat.ErrorString(slip.code)} at byte {builder.parser.ErrorByteIndex}", line=slip.lineno
        ) from None
    except (LookupError, ValueError):
        raise error("not well-formed XML: unknown encoding at byte 0") from None
    return builder.roots[0]


class _Builder:
    """The elements that are open; expat calls it."""

    def __init__(self, error: type[CcppError]) -> None:
        self.error = error
        self.roots: list[Element] = []
        self.open: list[tuple[str, tuple[tuple[str, str], ...], list[Element | str]]] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.EntityDeclHandler = self.refuse

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} levels of elements at byte {self.parser.CurrentByteIndex}")
        self.open.append((name, tuple(attributes.items()), []))

    def end(self, _: str) -> None:
        name, attributes, content = self.open.pop()
        element = Element(name, attributes, tuple(content))
        if self.open:
            self.open[-1][2].append(element)
        else:
            self.roots.append(element)

    def text(self, text: str) -> None:
        self.open[-1][2].append(text)

    def refuse(self, *_: object) -> None:
        raise self.error(
            f"a declaration of an entity at byte {self.parser.CurrentByteIndex}",
            hint="only &amp; &lt; &gt; &apos; &quot; are known",
        )

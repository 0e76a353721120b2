"""The connectivity document as XML, media type `text/vnd.wap.connectivity-xml` (WAP-183 §5). No entity of a DTD is expanded."""

from __future__ import annotations

import re
from xml.parsers import expat

from ccpp.provisioning.connectivity.document import (
    ConnectivityDocument,
    ConnectivityError,
    Reading,
    from_element,
    to_element,
)
from ccpp.wbxml.document import MAX_DEPTH, MAX_DOCUMENT, Element

MEDIA_TYPE = "text/vnd.wap.connectivity-xml"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE wap-provisioningdoc PUBLIC "-//WAPFORUM//DTD PROV 1.0//EN"'
    ' "http://www.wapforum.org/DTD/prov.dtd">\n'
)
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


def write_connectivity(document: ConnectivityDocument) -> bytes:
    """The document as XML in UTF-8, canonical: one element a line, indented by its depth.

    Raises:
        ConnectivityError: a text holds a character that XML cannot.
    """
    parts = [_HEAD]
    _write(to_element(document), 0, parts)
    return "".join(parts).encode()


def _write(element: Element, depth: int, parts: list[str]) -> None:
    indent = "  " * depth
    attributes = "".join(f' {name}="{_escaped(value)}"' for name, value in element.attributes)
    children = [piece for piece in element.content if isinstance(piece, Element)]
    parts.append(f"{indent}<{element.name}{attributes}{'>' if children else '/>'}\n")
    for child in children:
        _write(child, depth + 1, parts)
    if children:
        parts.append(f"{indent}</{element.name}>\n")


def _escaped(value: str) -> str:
    if found := _NOT_XML.search(value):
        raise ConnectivityError(f"a text holds {ord(found.group()):#x}, which XML cannot hold")
    return value.translate(_ESCAPES)


def read_connectivity(data: bytes) -> Reading:
    """The document that an XML text is.

    Raises:
        ConnectivityError: the bytes are no well-formed XML, declare entities, pass a bound, or are no connectivity document.
    """
    if len(data) > MAX_DOCUMENT:
        raise ConnectivityError(f"{len(data)} bytes, more than {MAX_DOCUMENT}", hint="no real document comes near it")
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)  # noqa: FBT003  expat takes no keywords
    except expat.ExpatError as error:
        raise ConnectivityError(
            f"not well-formed XML: {expat.ErrorString(error.code)} at byte {builder.parser.ErrorByteIndex}", line=error.lineno
        ) from None
    except (LookupError, ValueError):
        raise ConnectivityError("not well-formed XML: unknown encoding at byte 0") from None
    return from_element(builder.roots[0])


class _Builder:
    """The elements that are open; expat calls it."""

    def __init__(self) -> None:
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
            raise ConnectivityError(f"more than {MAX_DEPTH} levels of elements at byte {self.parser.CurrentByteIndex}")
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
        raise ConnectivityError(
            f"a declaration of an entity at byte {self.parser.CurrentByteIndex}",
            hint="only &amp; &lt; &gt; &apos; &quot; are known",
        )

"""Where the things of a catalogue stand: in which of its documents, on which line. Only who has something to report asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rdflib import BNode
from rdflib.namespace import RDF

from ccpp.requirements.turtle import TurtleGraph
from ccpp.turtle.tokens import line_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rdflib import Graph
    from rdflib.term import Node

    from ccpp.catalogue.model import Document


class Places:
    """The documents of a catalogue, each with its statements."""

    def __init__(self, parts: Iterable[tuple[Document, Graph]]) -> None:
        self.parts = tuple(parts)

    def of(self, node: Node) -> tuple[str | None, int | None]:
        """The document that says something of a node, else that which names it, and the line; what is not known is `None`."""
        for document, graph in self.parts:
            if (node, None, None) in graph:
                return document.name, self._line(document, graph, node)
        for document, graph in self.parts:
            named = min(graph.subjects(None, node), key=str, default=None)
            if named is not None:
                return document.name, self._line(document, graph, named)
        return None, None

    def _line(self, document: Document, graph: Graph, node: Node) -> int | None:
        """The line of a node, or of the thing that it belongs to."""
        seen: set[Node] = set()
        while node not in seen:
            seen.add(node)
            line = graph.line_of(node) if isinstance(graph, TurtleGraph) else _line_of_name(document.data, node)
            if line is not None or not isinstance(node, BNode):
                return line
            node = min(graph.subjects(None, node), key=str, default=node)
        return None


def _line_of_name(data: bytes, node: Node) -> int | None:
    """The line of JSON or YAML on which an object has a name as its `id`."""
    if isinstance(node, BNode) or str(node) == str(RDF.nil):
        return None
    name = re.escape(re.split(r"[#/:]", str(node))[-1])
    text = data.decode(errors="replace")
    found = re.search(rf"""@?\bid["']?\s*:\s*["']?[^\s"',]*(?<![^#/:\s"']){name}["']?\s*(?:[,}}\r\n]|$)""", text)
    return line_at(text, found.start()) if found else None

"""Turtle to a graph of rdflib, and the line of each thing in it."""

from __future__ import annotations

import logging
from itertools import count
from typing import TYPE_CHECKING

from ccpp.turtle.parsing import parse, places
from ccpp.turtle.store import FactGraph
from ccpp.turtle.tokens import line_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rdflib.term import Node

    from ccpp.errors import CcppError

# rdflib reports a bad literal on its own log, with a traceback; it is an error of ours, and a program that wants the log still gets it.
logging.getLogger("rdflib").addHandler(logging.NullHandler())

#: Blank nodes of two documents never have one name, so that their graphs can be joined.
_DOCUMENTS = count()


class TurtleGraph(FactGraph):
    """The graph of a Turtle document, which can tell on which line a node begins."""

    def __init__(self, text: str, error: type[CcppError]) -> None:
        self._text = text
        self._blank = f"d{next(_DOCUMENTS)}b"
        self._lines: Mapping[Node, int] | None = None
        super().__init__(parse(text, error, blank=self._blank))

    def line_of(self, node: Node) -> int | None:
        """The line on which the document first says something of a node; it is read once more, for the first node that is asked for."""
        if self._lines is None:
            self._lines = places(self._text, blank=self._blank)
        return self._lines.get(node)


def parse_turtle(data: bytes, error: type[CcppError]) -> TurtleGraph:
    """The graph of a Turtle document; a relative IRI stays as short as it was written, under `urn:ccpp:this`.

    Raises:
        CcppError: of the class `error`; the document is no Turtle in UTF-8.
    """
    return TurtleGraph(decoded(data, error), error)


def decoded(data: bytes, error: type[CcppError]) -> str:
    """The text of a Turtle document.

    Raises:
        CcppError: of the class `error`; it is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as slip:
        before = data[: slip.start].decode(errors="replace")
        line = line_at(before, len(before))
        raise error(f"not Turtle: {slip}", line=line, hint="a Turtle document is in UTF-8") from None

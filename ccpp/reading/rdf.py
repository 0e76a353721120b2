"""RDF statements as the reader passes them on, whatever syntax they were written in."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

#: The membership properties `rdf:_1` and on, as far as containers of real profiles go: written once, compared by identity.
MEMBERS = tuple(f"{RDF}_{position}" for position in range(1, 513))


class Literal(NamedTuple):
    """An RDF literal: its text, and its language or its datatype where it has one."""

    text: str
    language: str | None = None
    datatype: str | None = None


Node: TypeAlias = str
"""A URI, or a blank node: `_:` and a label that holds within its document."""


class Statement(NamedTuple):
    """One RDF statement and the line it starts on, 0 where the syntax does not tell."""

    subject: Node
    predicate: str
    object: Node | Literal
    line: int

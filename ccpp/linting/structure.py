"""The shapes of catalogues over a catalogue that does not load, by pySHACL: all that is wrong with its structure, where the loader stops at the first.

A catalogue that loads conforms (a test holds that), so nobody waits for pySHACL where nothing is wrong.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef

from ccpp.catalogue.documents import read_documents
from ccpp.catalogue.facts import Reader
from ccpp.catalogue.shapes import catalogue_shapes
from ccpp.catalogue.terms import CAT, TERMS
from ccpp.errors import CcppError
from ccpp.linting.rules import LintFinding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rdflib.term import Node

    from ccpp.catalogue.model import Document

_SH = "http://www.w3.org/ns/shacl#"
#: Statements that are still held against the shapes: pySHACL takes a second for some 500 of them.
MAX_STATEMENTS = 100_000


def breaches(documents: Sequence[Document]) -> tuple[LintFinding, ...]:
    """Every breach of the shapes, in the order of the documents; none where pySHACL is not installed or the catalogue is too large for it."""
    try:
        import pyshacl  # noqa: PLC0415  an extra, and slow to import

        graph, places = read_documents(documents)
    except (ImportError, CcppError):
        return ()
    if len(graph) > MAX_STATEMENTS:
        return ()
    reader = Reader(graph, places)
    shapes = Graph().parse(data=catalogue_shapes(), format="turtle")
    plain = Graph()
    plain += graph  # pySHACL asks for a store that knows contexts
    _, report, _ = pyshacl.validate(plain, shacl_graph=shapes)
    assert isinstance(report, Graph)  # noqa: S101  pySHACL's type is a union over its output formats
    found = {_finding(reader, node, message) for node, message in (*_results(report), *_unknown(graph))}
    return tuple(sorted(found, key=lambda one: (one.source or "", one.line or 0, one.message)))


def _results(report: Graph) -> Iterator[tuple[Node, str]]:
    for result in report.objects(None, URIRef(_SH + "result")):
        focus = report.value(result, URIRef(_SH + "focusNode"))
        message = report.value(result, URIRef(_SH + "resultMessage"))
        if focus is not None:
            yield focus, str(message)


def _unknown(graph: Graph) -> Iterator[tuple[Node, str]]:
    """Terms of ours that nobody knows."""
    known = {term for terms in TERMS.values() for term in terms}
    for subject, predicate in graph.subject_predicates():
        term = str(predicate).removeprefix(CAT)
        if str(predicate).startswith(CAT) and term not in known:
            near = get_close_matches(term, known, n=1)
            yield subject, f"has the unknown property `cat:{term}`" + (f", perhaps `cat:{near[0]}`" if near else "")


def _finding(reader: Reader, node: Node, message: str) -> LintFinding:
    source, line = reader.places.of(node)
    name = reader.named(node)
    return LintFinding(
        "structure", name.strip("`"), f"{name} {message}", "`ccpp catalogue lint --shapes` has the rule", source, line
    )

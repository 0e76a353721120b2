"""The generated shapes over a document's graph by pySHACL: the second opinion, a hundred times slower than the rules.

Only what shapes can say is checked: containers, datatypes, cardinality and closedness of components whose type is published.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ccpp.conformance import Report, Violation
from ccpp.conformance.rules import short
from ccpp.conformance.schemas import split
from ccpp.conformance.shapes import shapes
from ccpp.diagnostics import Severity
from ccpp.errors import UsageError
from ccpp.reading import read_statements
from ccpp.reading.rdf import RDF, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import rdflib

    from ccpp.conformance.schemas import Schemas
    from ccpp.reading.rdf import Statement

_SH = "http://www.w3.org/ns/shacl#"
_RDFS_MEMBER = "http://www.w3.org/2000/01/rdf-schema#member"
_SEVERITIES = MappingProxyType(
    {_SH + "Violation": Severity.ERROR, _SH + "Warning": Severity.WARNING, _SH + "Info": Severity.INFO}
)
#: Constraint component → the rule that says the same.
_RULES = MappingProxyType(
    {
        "NodeKindConstraintComponent": "container",
        "ClassConstraintComponent": "container",
        "PatternConstraintComponent": "datatype",
        "MaxCountConstraintComponent": "attribute-once",
        "ClosedConstraintComponent": "attribute-known",
    }
)


#: Shape graphs kept, one for each set of schemas that documents use together. Real documents have about thirty.
MAX_KEPT = 64


class ShapeValidator:
    """Holds documents against the shapes generated from the schemas that their namespaces name, by pySHACL.

    Raises:
        UsageError: pySHACL is not installed.
    """

    def __init__(self, schemas: Schemas) -> None:
        try:
            import pyshacl  # noqa: PLC0415  an extra, and slow to import
        except ImportError:
            raise UsageError("the engine `pyshacl` is not installed", hint="pip install 'ccpp[shacl]'") from None
        self._evaluate = pyshacl.validate
        self._schemas = schemas
        self._kept: dict[frozenset[str], rdflib.Graph] = {}

    def validate(self, data: bytes, *, uri: str, document: str | None = None) -> Report:
        """What the shapes find in one document.

        Raises:
            ProfileError: the bytes are not RDF/XML, and cannot be mended.
        """
        import rdflib  # noqa: PLC0415

        statements, _ = read_statements(data, uri)
        namespaces = {split(statement.predicate)[0] for statement in statements}
        shape_graph = self._shapes(frozenset(namespaces & self._schemas.by_namespace.keys()))
        _, report, _ = self._evaluate(_graph(statements), shacl_graph=shape_graph, do_owl_imports=False)
        assert isinstance(report, rdflib.Graph)  # noqa: S101  pySHACL's type is a union over its output formats
        lines: dict[tuple[str, str], int] = {}
        for statement in statements:
            lines.setdefault((statement.subject, statement.predicate), statement.line)
        found = [_violation(report, result, lines) for result in report.objects(None, rdflib.URIRef(_SH + "result"))]
        found.sort(key=lambda one: (one.line or 0, one.path or "", one.constraint))
        return Report(document or uri, tuple(found))

    def _shapes(self, namespaces: frozenset[str]) -> rdflib.Graph:
        import rdflib  # noqa: PLC0415

        graph = self._kept.get(namespaces)
        if graph is None:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            graph = rdflib.Graph().parse(data=shapes(self._schemas, namespaces), format="turtle")
            self._kept[namespaces] = graph
        return graph


def _graph(statements: Sequence[Statement]) -> rdflib.Graph:
    """The statements as a graph, with the memberships that RDFS entails."""
    import rdflib  # noqa: PLC0415

    def node(text: str) -> rdflib.URIRef | rdflib.BNode:
        return rdflib.BNode(text[2:]) if text.startswith("_:") else rdflib.URIRef(text)

    graph = rdflib.Graph()
    for subject, predicate, value, _ in statements:
        target: Any = node(value) if isinstance(value, str) else _literal(value)
        graph.add((node(subject), rdflib.URIRef(predicate), target))
        if predicate.startswith(RDF + "_"):
            graph.add((node(subject), rdflib.URIRef(_RDFS_MEMBER), target))
    return graph


def _literal(value: Literal) -> rdflib.Literal:
    import rdflib  # noqa: PLC0415

    # As written: a canonical form of rdflib's would hide what the pattern is there to find.
    return rdflib.Literal(value.text, datatype=value.datatype, normalize=False)


def _violation(report: rdflib.Graph, result: Any, lines: dict[tuple[str, str], int]) -> Violation:  # noqa: ANN401  an rdflib node
    import rdflib  # noqa: PLC0415

    def said(name: str) -> Any:  # noqa: ANN401  an rdflib node
        return report.value(result, rdflib.URIRef(_SH + name))

    focus, path = said("focusNode"), said("resultPath")
    if isinstance(path, rdflib.BNode):  # attribute / rdfs:member
        path = report.value(path, rdflib.RDF.first)
    found = said("value")
    value = f" `{short(found)}`" if isinstance(found, rdflib.Literal) else ""
    node = f"_:{focus}" if isinstance(focus, rdflib.BNode) else str(focus)
    constraint = str(said("sourceConstraintComponent")).removeprefix(_SH)
    return Violation(
        rule=_RULES.get(constraint, constraint),
        severity=_SEVERITIES[str(said("resultSeverity"))],
        reference="SHACL §4",
        message=f"`{split(str(path))[1]}`{value}: " + " ".join(str(said("resultMessage")).split()),
        line=lines.get((node, str(path))),
        node=node,
        path=str(path),
        constraint=constraint,
    )

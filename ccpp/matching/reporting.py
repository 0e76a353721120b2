"""A verdict as a SHACL validation report, for tools that read those. SHACL §3.6."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef

from ccpp.matching.definition import TRUE, UNKNOWN
from ccpp.matching.explanation import stated
from ccpp.requirements.constraints import CONSTRAINT_KINDS, SH, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rdflib.term import Node

    from ccpp.matching.explanation import Explanation
    from ccpp.model import Attribute, AttributeName, ResolvedProfile
    from ccpp.requirements.graph import Annotation

_SHACL = Namespace(SH)
#: What an explanation calls a connective → its component.
_COMPONENTS = {
    "all of": _SHACL.AndConstraintComponent,
    "any of": _SHACL.OrConstraintComponent,
    "exactly one of": _SHACL.XoneConstraintComponent,
    "not": _SHACL.NotConstraintComponent,
}


def validation_report(
    explanation: Explanation,
    profile: ResolvedProfile,
    shape: str,
    attributes: Mapping[AttributeName, Attribute],
    annotations: Mapping[str, Annotation] = MappingProxyType({}),
) -> str:
    """The report in Turtle: one result for each part that stands in the way, those under an *or*, *not* or reference as `sh:detail`.

    `sh:conforms` is true where the requirement is satisfied; where it is indeterminate the results are warnings that name what is
    not stated. `annotations` are those of the requirements by name: the severity and the messages that a shape states are its results'.
    """
    graph = Graph()
    graph.bind("sh", _SHACL)
    report = BNode("report")
    graph.add((report, RDF.type, _SHACL.ValidationReport))
    graph.add((report, _SHACL.conforms, Literal(explanation.verdict is TRUE)))
    if explanation.verdict is not TRUE:
        writer = _Writer(graph, profile, attributes, annotations)
        for part in explanation.parts if explanation.what == "all of" else (explanation,):
            graph.add((report, _SHACL.result, writer.result(part, URIRef(shape))))
    return graph.serialize(format="turtle")


class _Writer:
    """Results being written into one graph."""

    def __init__(
        self,
        graph: Graph,
        profile: ResolvedProfile,
        attributes: Mapping[AttributeName, Attribute],
        annotations: Mapping[str, Annotation],
    ) -> None:
        self.annotations = annotations
        self.graph = graph
        self.profile = profile
        self.attributes = attributes
        self.count = 0

    def result(self, part: Explanation, shape: URIRef) -> Node:
        self.count += 1
        node = BNode(f"result{self.count}")
        said = self.annotations.get(part.what) or self.annotations.get(str(shape))
        severity = _SHACL.Warning if part.verdict is UNKNOWN else URIRef(said.severity) if said else _SHACL.Violation
        fact = part.fact
        say = self.graph.add
        for message, language in said.messages if said else ():
            say((node, _SHACL.resultMessage, Literal(message, lang=language or None)))
        say((node, RDF.type, _SHACL.ValidationResult))
        say((node, _SHACL.focusNode, URIRef(self.profile.uri)))
        say((node, _SHACL.resultSeverity, severity))
        say((node, _SHACL.sourceShape, shape))
        if fact is None:
            component = _COMPONENTS.get(part.what, _SHACL.NodeConstraintComponent)
            say((node, _SHACL.sourceConstraintComponent, component))
            say((node, _SHACL.resultMessage, Literal(part.what)))
            inner = URIRef(part.what) if component == _SHACL.NodeConstraintComponent else shape
            for detail in part.parts:
                say((node, _SHACL.detail, self.result(detail, inner)))
            return node
        say((node, _SHACL.sourceConstraintComponent, _component(CONSTRAINT_KINDS[fact.constraint.kind].parameter)))
        say((node, _SHACL.resultMessage, Literal(f"{part.what}: {stated(fact)}")))
        known = self.attributes.get(fact.attribute)
        resolved = self.profile.attributes.get(fact.attribute)
        uri = known.uri if known else resolved.attribute.uri if resolved else str(fact.attribute)
        say((node, _SHACL.resultPath, URIRef(uri)))
        if fact.values is not None and len(fact.values) == 1:
            say((node, _SHACL.value, Literal(text_of(fact.values[0]))))
        return node


def _component(parameter: str) -> URIRef:
    """The component that a parameter belongs to, by SHACL's way of naming them."""
    namespace, hash_sign, name = parameter.rpartition("#")
    return URIRef(f"{namespace}{hash_sign}{name[0].upper()}{name[1:]}ConstraintComponent")

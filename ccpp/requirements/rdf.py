"""A resolved profile as an RDF graph, the one form in which SHACL engines and SPARQL see it.

The profile is one node; each attribute is a property of it under its canonical URI, with one literal a value. A Boolean is an
`xsd:boolean`, a Number an `xsd:integer`, a Dimension a literal of its own datatype; text, and what was written where a value of
another datatype was due, is a plain string. An empty Bag leaves no trace, which is why RDF's world is the closed one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import Graph, Literal, URIRef

from ccpp.datatypes import DATATYPES
from ccpp.requirements.constraints import text_of

if TYPE_CHECKING:
    from ccpp.model import ResolvedProfile, Scalar


def profile_graph(profile: ResolvedProfile) -> Graph:
    """The graph of a profile."""
    graph = Graph()
    node = URIRef(profile.uri)
    for name, resolved in profile.attributes.items():
        for value in profile.values(name) or ():
            graph.add((node, URIRef(resolved.attribute.uri), _literal(value, resolved.attribute.datatype)))
    return graph


def _literal(value: Scalar, datatype: str) -> Literal:
    if isinstance(value, str):
        return Literal(value)
    return Literal(text_of(value), datatype=URIRef(DATATYPES[datatype].rdf_datatype))

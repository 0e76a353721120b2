"""A resolved profile as an RDF graph, the one form in which SHACL engines and SPARQL see it, and values read from literals.

The profile is one node; each attribute is a property of it under its canonical URI, with one literal a value. A Boolean is an
`xsd:boolean`, a Number an `xsd:integer`, a Dimension a literal of its own datatype; text, and what was written where a value of
another datatype was due, is a plain string. An empty Bag leaves no trace, which is why RDF's world is the closed one.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError
from ccpp.model import Status
from ccpp.requirements.operands import text_of

if TYPE_CHECKING:
    from rdflib.term import Node

    from ccpp.model import ResolvedProfile, Scalar


CCPP = "http://www.w3.org/2002/11/08-ccpp-schema#"


def profile_graph(profile: ResolvedProfile) -> Graph:
    """The graph of a profile."""
    graph = Graph()
    node = URIRef(profile.uri)
    for name, resolved in profile.attributes.items():
        for value in profile.values(name) or ():
            graph.add((node, URIRef(resolved.attribute.uri), _literal(value, resolved.attribute.datatype)))
    return graph


def component_graph(profile: ResolvedProfile) -> Graph:
    """The profile by components: each is a node, to which the URI of its type leads, as in the path ( prf:HardwarePlatform prf:Model ).

    So does `ccpp:component`, as in profiles themselves.
    """
    graph = Graph()
    for name, resolved in profile.attributes.items():
        uri = resolved.attribute.uri
        node = URIRef(f"{profile.uri}#{name.component}")
        for link in (uri.removesuffix(name.name) + name.component, CCPP + "component"):
            graph.add((URIRef(profile.uri), URIRef(link), node))
        for value in profile.values(name) or ():
            graph.add((node, URIRef(uri), _literal(value, resolved.attribute.datatype)))
    return graph


def _literal(value: Scalar, datatype: str) -> Literal:
    if isinstance(value, str):
        return Literal(value)
    return Literal(text_of(value), datatype=URIRef(DATATYPES[datatype].rdf_datatype))


def iri_of(value: Node) -> str:
    """The IRI that a node is.

    Raises:
        RequirementError: it is none.
    """
    if not isinstance(value, URIRef):
        raise RequirementError(f"`{value}` is no IRI", hint="write an IRI such as xsd:string")
    return str(value)


def scalar_of(value: Node) -> Scalar:
    """The value that a literal stands for.

    Raises:
        RequirementError: it is no literal, or one that no attribute can have.
    """
    shown = "a blank node" if isinstance(value, BNode) else f"`{value}`"
    if isinstance(value, Literal) and value.language:
        raise RequirementError(f"{shown} has a language, as no value of a profile has", hint=f"leave out @{value.language}")
    if not isinstance(value, Literal):
        raise RequirementError(f"{shown} is no value of an attribute", hint="write a text, a number, true or false")
    if value.datatype in {None, XSD.string}:
        return str(value)
    for name in ("Dimension", "rational"):
        if value.datatype == URIRef(DATATYPES[name].rdf_datatype):
            return _read_exactly(name, str(value))
    python = value.toPython()
    if value.datatype in {XSD.integer, XSD.boolean}:
        if value.ill_typed or not isinstance(python, bool | int) or text_of(python) != str(value):
            raise RequirementError(
                f"{shown} is not how a profile's value is written", hint="write 16, true or false without quotes"
            )
        return python
    if value.datatype == XSD.decimal and isinstance(python, Decimal) and python.is_finite():
        return Fraction(python)
    raise RequirementError(f"{shown} is of a datatype that no attribute has", hint="write a text, a number, true or false")


def _read_exactly(datatype: str, text: str) -> Scalar:
    """The value of a literal in its canonical form: RDF compares literals by their text, so no other form is ever equal."""
    read = DATATYPES[datatype].read(text)
    if read.status is not Status.OK:
        raise RequirementError(f"`{text}` is no {datatype}", hint=f'write "{_EXAMPLES[datatype]}"')
    if str(read.value) != text:
        raise RequirementError(f"`{text}` is not how a profile's {datatype} is written", hint=f'write "{read.value}"')
    return read.value


_EXAMPLES = MappingProxyType({"Dimension": "240x320", "rational": "1/2"})

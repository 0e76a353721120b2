"""Our statements are those of an independent RDF/XML parser, for every real file that it reads strictly."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import rdflib
from rdflib.compare import to_canonical_graph

from ccpp.reading.rdf import Literal
from ccpp.reading.rdfxml import parse_rdfxml
from ccpp.reading.repairs import TOLERATED

if TYPE_CHECKING:
    from pathlib import Path

    from ccpp.reading.rdf import Statement

BASE = "http://profiles.example/device.rdf"
#: The real files are compared in shards, some of them in every run.
SHARDS, ORDINARY = 8, 1


def term(value: str | Literal) -> rdflib.term.Node:
    if isinstance(value, Literal):
        datatype = rdflib.URIRef(value.datatype) if value.datatype else None
        return rdflib.Literal(value.text, lang=value.language, datatype=datatype, normalize=False)
    return rdflib.BNode(value[2:]) if value.startswith("_:") else rdflib.URIRef(value)


def graph_of(statements: list[Statement]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for subject, predicate, value, _ in statements:
        graph.add((term(subject), rdflib.URIRef(predicate), term(value)))
    return graph


def facts(graph: rdflib.Graph) -> Counter[object]:
    """The statements, comparable: a blank node, always a container or a component here, is known by what it holds."""
    described: dict[object, list[tuple[object, object]]] = {}
    for subject, predicate, value in graph:
        if isinstance(subject, rdflib.BNode):
            described.setdefault(subject, []).append((predicate, value))

    def known(node: object, depth: int = 8) -> object:
        if not isinstance(node, rdflib.BNode) or not depth:
            return node
        return frozenset(Counter((predicate, known(value, depth - 1)) for predicate, value in described.get(node, ())).items())

    return Counter((known(subject), predicate, known(value)) for subject, predicate, value in graph)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "shard", [pytest.param(shard, marks=[pytest.mark.long] if shard >= ORDINARY else []) for shard in range(SHARDS)]
)
def test_statements_are_those_of_rdflib(shard: int, real_profiles: list[Path]) -> None:
    logging.disable(logging.CRITICAL)
    compared = 0
    for path in real_profiles[shard::SHARDS]:
        data = path.read_bytes()
        try:
            theirs = rdflib.Graph().parse(data=data, format="xml", publicID=BASE)
        except Exception:  # noqa: BLE001, S112  what rdflib refuses is no matter of this test
            continue
        if not theirs:
            continue
        ours = graph_of(parse_rdfxml(data, BASE, TOLERATED)[0])
        assert len(ours) == len(theirs), path.name
        assert facts(ours) == facts(theirs), path.name
        compared += 1
    assert compared > 200


FORMS = {
    "typed node": '<rdf:RDF {ns}><ex:C rdf:about="urn:c"><ex:a>1</ex:a></ex:C></rdf:RDF>',
    "property attributes": '<rdf:RDF {ns}><ex:C rdf:about="urn:c" ex:a="1" rdf:type="urn:T"/></rdf:RDF>',
    "ID and base": '<rdf:RDF {ns} xml:base="http://b.example/x/y"><ex:C rdf:ID="c"><ex:r rdf:resource="../z"/></ex:C></rdf:RDF>',
    "empty reference": '<rdf:RDF {ns} xml:base="http://b.example/x#y"><ex:C rdf:about=""><ex:r rdf:resource=""/></ex:C></rdf:RDF>',
    "language": '<rdf:RDF {ns} xml:lang="en"><ex:C rdf:about="urn:c"><ex:a xml:lang="">x</ex:a><ex:b>y</ex:b></ex:C></rdf:RDF>',
    "datatype": '<rdf:RDF {ns}><ex:C rdf:about="urn:c"><ex:a rdf:datatype="urn:int">7</ex:a></ex:C></rdf:RDF>',
    "node IDs": '<rdf:RDF {ns}><ex:C rdf:nodeID="n"><ex:a rdf:nodeID="m"/></ex:C><ex:D rdf:nodeID="m" ex:b="1"/></rdf:RDF>',
    "resource": '<rdf:RDF {ns}><ex:C rdf:about="urn:c"><ex:a rdf:parseType="Resource"><ex:b>1</ex:b></ex:a></ex:C></rdf:RDF>',
    "collection": '<rdf:RDF {ns}><ex:C rdf:about="urn:c"><ex:a rdf:parseType="Collection"><ex:D/><ex:D/></ex:a></ex:C></rdf:RDF>',
    "empty collection": '<rdf:RDF {ns}><ex:C rdf:about="urn:c"><ex:a rdf:parseType="Collection"/></ex:C></rdf:RDF>',
    "reification": '<rdf:RDF {ns}><ex:C rdf:about="urn:c"><ex:a rdf:ID="s">1</ex:a></ex:C></rdf:RDF>',
    "described object": '<rdf:RDF {ns}><ex:C rdf:about="urn:c"><ex:a ex:b="1" ex:d="2"/></ex:C></rdf:RDF>',
    "members": '<rdf:RDF {ns}><rdf:Seq rdf:about="urn:c"><rdf:li>1</rdf:li><rdf:_5>5</rdf:_5><rdf:li>2</rdf:li></rdf:Seq></rdf:RDF>',
    "no RDF element": '<ex:C {ns} rdf:about="urn:c"><ex:a>1</ex:a></ex:C>',
    "no content": '<rdf:RDF {ns}><ex:C rdf:about="urn:c"><ex:a/><ex:b></ex:b></ex:C></rdf:RDF>',
    "entities": '<!DOCTYPE x [<!ENTITY e "http://e.example/#">]><rdf:RDF {ns}><ex:C rdf:about="&e;c"><ex:a>&e;</ex:a></ex:C></rdf:RDF>',
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_grammar(form: str) -> None:
    """The serialisation forms that CC/PP allows (1.0 §2, W3C's tests 01 to 02) and real profiles never use."""
    namespaces = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://ex.example/#"'
    data = FORMS[form].replace("{ns}", namespaces).encode()
    theirs = rdflib.Graph().parse(data=data, format="xml", publicID=BASE)
    statements, diagnostics = parse_rdfxml(data, BASE, frozenset())
    assert diagnostics == []
    assert set(to_canonical_graph(graph_of(statements))) == set(to_canonical_graph(theirs))

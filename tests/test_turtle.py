"""Turtle: what the parser reads and refuses, on which line things are, and that no text takes it down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from ccpp.errors import CatalogueError
from ccpp.requirements.turtle import parse_turtle
from ccpp.turtle.iris import resolved
from ccpp.turtle.parsing import MAX_DEPTH

CASES = json.loads((Path(__file__).parent / "suite" / "turtle.json").read_bytes())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["description"])
def test_a_document_is_its_statements_or_an_error_with_a_line(case: dict[str, object]) -> None:
    data = str(case["turtle"]).encode()
    if "error" in case:
        with pytest.raises(CatalogueError) as caught:
            parse_turtle(data, CatalogueError)
        assert str(caught.value) == case["error"]
        return
    statements = case["statements"]
    assert isinstance(statements, list)
    graph = parse_turtle(data, CatalogueError)
    assert len(graph) == len(statements)
    assert isomorphic(graph, Graph().parse(data="".join(f"{one} .\n" for one in statements), format="turtle"))


def test_every_node_knows_its_line() -> None:
    text = "<urn:a>\n <urn:p> [\n <urn:q> 1 ] ,\n ( 2\n 3 ) .\n\n<urn:b> <urn:p> <urn:c> ; <urn:q> <urn:a> ."
    graph = parse_turtle(text.encode(), CatalogueError)
    lines = {str(node): graph.line_of(node) for node in graph.subjects() if isinstance(node, URIRef)}
    assert lines == {"urn:a": 1, "urn:b": 7}
    assert sorted(graph.line_of(node) or 0 for node in set(graph.subjects()) if isinstance(node, BNode)) == [2, 4, 5]
    assert graph.line_of(URIRef("urn:c")) is None


def test_blank_nodes_of_two_documents_are_two() -> None:
    one, two = (parse_turtle(b"<urn:a> <urn:p> [ <urn:q> 1 ] .", CatalogueError) for _ in range(2))
    assert len(one + two) == 4


def test_brackets_have_a_bound() -> None:
    within = b"<urn:a> <urn:p> " + b"[ <urn:q> " * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH + b"."
    assert len(parse_turtle(within, CatalogueError)) == MAX_DEPTH + 1
    with pytest.raises(CatalogueError, match="without end"):
        parse_turtle(within.replace(b"1", b"(1)"), CatalogueError)


def test_a_byte_that_is_no_character_has_a_line() -> None:
    with pytest.raises(CatalogueError, match="UTF-8") as caught:
        parse_turtle(b'<urn:a>\n<urn:p>\n"\xff" .', CatalogueError)
    assert caught.value.line == 3


@pytest.mark.parametrize(
    "text", ["#" * 200_000, " " * 200_000 + "{", '"""' + '"x' * 100_000, "a." * 100_000, "<" + "a" * 200_000, "'\\" * 99_999]
)
def test_no_text_takes_more_than_its_length(text: str) -> None:
    """Each of these is met by a repeat inside a repeat; if one of them could be entered twice, this would not end."""
    try:
        parse_turtle(text.encode(), CatalogueError)
    except CatalogueError as error:
        assert error.line == 1  # noqa: PT017  the comment is a document


def test_the_store_answers_every_pattern() -> None:
    graph = parse_turtle(b"<urn:a> <urn:p> 1, 2 ; <urn:q> 1 . <urn:b> <urn:p> 1 .", CatalogueError)
    plain = Graph()
    plain += graph
    a, p, one = URIRef("urn:a"), URIRef("urn:p"), Literal(1)
    for pattern in [(s, q, o) for s in (a, None, p) for q in (p, None, a) for o in (one, None, Literal(9))]:
        assert set(graph.triples(pattern)) == set(plain.triples(pattern))
    graph.add((p, p, one))
    assert (p, p, one) in graph


#: RFC 3986 §5.4: every example, under the base http://a/b/c/d;p?q.
EXAMPLES = """g:h g:h | g http://a/b/c/g | ./g http://a/b/c/g | g/ http://a/b/c/g/ | /g http://a/g | //g http://g | ?y http://a/b/c/d;p?y
g?y http://a/b/c/g?y | #s http://a/b/c/d;p?q#s | g#s http://a/b/c/g#s | g?y#s http://a/b/c/g?y#s | ;x http://a/b/c/;x | g;x http://a/b/c/g;x
g;x?y#s http://a/b/c/g;x?y#s | . http://a/b/c/ | ./ http://a/b/c/ | .. http://a/b/ | ../ http://a/b/ | ../g http://a/b/g | ../.. http://a/
../../ http://a/ | ../../g http://a/g | ../../../g http://a/g | ../../../../g http://a/g | /./g http://a/g | /../g http://a/g
g. http://a/b/c/g. | .g http://a/b/c/.g | g.. http://a/b/c/g.. | ..g http://a/b/c/..g | ./../g http://a/b/g | ./g/. http://a/b/c/g/
g/./h http://a/b/c/g/h | g/../h http://a/b/c/h | g;x=1/./y http://a/b/c/g;x=1/y | g;x=1/../y http://a/b/c/y | g?y/./x http://a/b/c/g?y/./x
g?y/../x http://a/b/c/g?y/../x | g#s/./x http://a/b/c/g#s/./x | g#s/../x http://a/b/c/g#s/../x"""


@pytest.mark.parametrize("example", [one for line in EXAMPLES.splitlines() for one in line.split(" | ")])
def test_references_are_resolved_as_the_rfc_says(example: str) -> None:
    reference, target = example.split(" ")
    assert resolved("http://a/b/c/d;p?q", reference) == target


def test_the_empty_reference_is_the_base() -> None:
    assert resolved("http://a/b?c#d", "") == "http://a/b?c"
    assert resolved("http://a", "b") == "http://a/b"
    assert resolved("urn:x:y#z", "#w") == "urn:x:y#w"

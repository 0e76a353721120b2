"""Our Turtle is Oxigraph's: what it accepts, what it refuses and what it means, on the files of the repository and on drawn ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph
from rdflib.compare import isomorphic

from ccpp.errors import CatalogueError
from ccpp.requirements.turtle import parse_turtle
from ccpp.vocabulary import vocabulary_folder

ox = pytest.importorskip("pyoxigraph", reason="pyoxigraph is an extra")

HEAD = "@prefix : <urn:x:> . @prefix a: <urn:a#> . @base <http://h/p/q?r> . "
#: Without brackets and lists: what is drawn nests them itself. Oxigraph writes languages in lower case.
TERMS = [
    *("<urn:a>", "<#f>", "<../x>", "<?q>", "<//z/y>", "<>", ":x", ":", "a:b.c", "a:%41\\~", "é:é", "_:b", "_:b.c", "true", "1", "-1.5", "1."),
    *("1.e3", ".5", "+5E-2", '"t"', '"t"@en', '"t"@en-gb', "'q'", '"""a"b""c\n"""', '"\\u0041"', '"x"^^:dt', '""""a"""', '""', "[]", "()"),
]  # fmt: skip
SIGNS = [
    "[",
    "]",
    "(",
    ")",
    ";",
    ",",
    ".",
    "a",
    "^^",
    "@en",
    '"\\x"',
    '"\\uD800"',
    "# c\n",
    "1a",
    "TRUE",
    "@prefix : <urn:y:> .",
    "BASE <urn:u>",
]

objects = st.recursive(
    st.sampled_from(TERMS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: f"( {' '.join(found)} )"),
        st.tuples(st.sampled_from([":p", "a", "a:b"]), inner).map(lambda pair: f"[ {pair[0]} {pair[1]} ]"),
    ),
    max_leaves=6,
)
statements = st.tuples(
    st.sampled_from([":s", "_:b", "[]", "( 1 )", "<#f>", "[ :p 1 ]"]),
    st.lists(st.tuples(st.sampled_from([":p", "a", "a:b", "<#q>"]), st.lists(objects, min_size=1, max_size=2)), min_size=1, max_size=3),
).map(lambda drawn: drawn[0] + " " + " ; ".join(f"{term} {' , '.join(values)}" for term, values in drawn[1]) + " .")  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document, two of three with something left out, put in or put in its place."""
    parts = " ".join(draw(st.lists(statements, min_size=1, max_size=2))).split(" ")
    place = draw(st.integers(0, len(parts) - 1))
    change = draw(st.sampled_from(["none", "leave out", "put in", "replace"]))
    if change != "none":
        parts[place : place + (change != "put in")] = [] if change == "leave out" else [draw(st.sampled_from(SIGNS + TERMS))]
    return HEAD + draw(st.sampled_from([" ", "\n"])).join(parts)


def theirs(data: bytes) -> Graph | None:
    """The graph by Oxigraph, by way of N-Triples; none where it refuses."""
    try:
        triples = [quad.triple for quad in ox.parse(data, ox.RdfFormat.TURTLE, base_iri="urn:ccpp:this")]
    except SyntaxError:
        return None
    return Graph().parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")


def ours(data: bytes) -> Graph | None:
    try:
        return parse_turtle(data, CatalogueError)
    except CatalogueError:
        return None


def same(data: bytes) -> None:
    mine, other = ours(data), theirs(data)
    assert (mine is None) is (other is None)
    if mine is not None and other is not None:
        assert len(mine) == len(other)
        assert isomorphic(mine, other)


@given(documents())
def test_a_drawn_document_means_the_same(text: str) -> None:
    same(text.encode())


@given(st.lists(st.sampled_from(SIGNS + TERMS), max_size=12).map(" ".join))
def test_signs_in_any_order_are_refused_by_both_or_mean_the_same(text: str) -> None:
    same((HEAD + text).encode())


FILES = [*sorted(vocabulary_folder().glob("*.ttl")), *sorted((Path(__file__).parent.parent / "suite").rglob("*.ttl"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_of_ours_means_the_same(path: Path) -> None:
    """Large ones are not compared node by node."""
    data = path.read_bytes()
    if path.stem in {
        "relative-iri",
        "html",
        "literal-in-a-shape",
        "literal-of-wrong-type",
    }:  # two IRIs, and two values rdflib rewrites
        return
    mine, other = ours(data), theirs(data)
    assert (mine is None) is (other is None)
    if mine is not None and other is not None:
        assert len(mine) == len(other)
        assert len(data) > 20_000 or isomorphic(mine, other)

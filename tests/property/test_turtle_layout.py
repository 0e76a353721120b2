"""Laws of the one layout of Turtle: it says the same, keeps every comment in order, and has nothing left to do the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpp.errors import CatalogueError
from ccpp.samples import CATALOGUE, sample
from ccpp.turtle.formatting import WIDTH, format_turtle
from ccpp.turtle.tokens import tokens
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from pathlib import Path

TERMS = [":x", "<urn:y>", "1", "true", '"text"', '"t"@en', '"3"^^:dt', '"""two\nlines"""', "[]", "()", f'"{"long " * 22}"']
objects = st.recursive(
    st.sampled_from(TERMS).map(lambda term: [term]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: ["(", *(word for one in found for word in one), ")"]),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda found: [*["[", *(word for one in found for word in (":p", *one, ";"))][:-1], "]"]
        ),
    ),
    max_leaves=5,
)


@st.composite
def statements(draw: st.DrawFn) -> list[str]:
    words = draw(st.sampled_from([[":s"], ["[]"], ["(", "1", ")"], ["[", ":p", "1", "]"]]))
    for _ in range(draw(st.integers(1, 3))):
        words = [*words, draw(st.sampled_from(["a", ":p", "<urn:q>"])), *draw(objects)]
        words += [word for one in draw(st.lists(objects, max_size=2)) for word in (",", *one)]
        words += [";"] * draw(st.integers(1, 2))
    return [*words, "."]


directives = st.sampled_from([["@prefix", "a:", "<urn:a>", "."], ["PREFIX", "b:", "<urn:b>"], ["@base", "<urn:c>", "."]])


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Words with blanks, line breaks and numbered comments anywhere between them."""
    parts = draw(st.lists(st.one_of(statements(), statements(), directives), min_size=1, max_size=3))
    gaps = st.sampled_from([" ", " ", " ", "\n", "\n\n", "\n\n\n", " # c\n", "\n# c\n", "\n# c\n\n# c\n", "\n \n# c\n"])
    text = "@prefix : <urn:e:> ."
    for word in (word for part in parts for word in part):
        text += draw(gaps) + word
    text += draw(gaps)
    count = text.count("# c")
    for number in range(count):
        text = text.replace("# c", f"#{number}", 1)
    return text


def comments(text: str) -> list[str]:
    return [token.text.rstrip() for token in tokens(text) if token.kind == "comment"]


def words(text: str) -> list[str]:
    """All tokens but comments, and semicolons, of which there may be some too many."""
    return [token.text for token in tokens(text) if token.kind != "comment" and token.text != ";"]


@given(documents())
def test_formatting_is_safe(text: str) -> None:
    formatted = format_turtle(text, CatalogueError)
    assert words(formatted) == words(text)
    assert comments(formatted) == comments(text)
    assert format_turtle(formatted, CatalogueError) == formatted
    assert formatted.endswith("\n")
    assert not formatted.endswith("\n\n")
    assert "\n\n\n" not in formatted
    assert not any(line != line.rstrip() for line in formatted.splitlines())


@pytest.mark.parametrize("path", sorted(vocabulary_folder().glob("*.ttl")), ids=lambda path: path.stem)
def test_our_own_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    formatted = format_turtle(text, CatalogueError)
    assert words(formatted) == words(text)
    assert comments(formatted) == comments(text)
    assert format_turtle(formatted, CatalogueError) == formatted


def test_what_fits_stands_on_one_line() -> None:
    formatted = format_turtle(sample(CATALOGUE).decode(), CatalogueError)
    assert max(map(len, formatted.splitlines())) <= WIDTH
    assert "\n:LargeDisplay a sh:NodeShape ; sh:property [ sh:path prf:ScreenSize ; sh:minCount 1 ; req:" in formatted

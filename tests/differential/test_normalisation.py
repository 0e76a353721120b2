"""Rows against independent knowledge of the same things: Python's codecs, its locales, and its reader of message headers."""

from __future__ import annotations

import codecs
import re
from email.message import Message
from locale import locale_alias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccpp.normalisation import Family, load_families
from ccpp.normalisation.forms import media_type

FAMILIES = {family.name: family for family in load_families()}


def pairs(name: str) -> list[tuple[str, str]]:
    family: Family = FAMILIES[name]
    return [(row.spelling, row.canonical[0]) for row in family.rows if "{" not in row.spelling]


def codec(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return None


@pytest.mark.parametrize(("spelling", "canonical"), pairs("character-sets"))
def test_a_character_set_is_the_codec_that_its_spelling_is(spelling: str, canonical: str) -> None:
    if codec(spelling) is not None and codec(canonical) is not None:
        assert codec(spelling) == codec(canonical)


def test_character_sets_that_python_keeps_apart_are_kept_apart() -> None:
    """Two canonical names are one codec only where IANA has two names for what Python has one."""
    by_codec: dict[str, set[str]] = {}
    for _, canonical in pairs("character-sets"):
        if codec(canonical):
            by_codec.setdefault(str(codec(canonical)), set()).add(canonical)
    shared = {frozenset(names) for names in by_codec.values() if len(names) > 1}
    assert shared == {frozenset({"EUC-KR", "KS_C_5601-1987"})}


@pytest.mark.parametrize(("spelling", "canonical"), [pair for pair in pairs("languages") if pair[0].lower() in locale_alias])
def test_a_language_is_the_one_that_its_name_is_a_locale_of(spelling: str, canonical: str) -> None:
    known = re.split("[_.]", locale_alias[spelling.lower()])[0]
    # X11 has Norwegian and Serbo-Croatian by one of their standards, and some codes as they were replaced.
    replaced = {"nb": "no", "sh": "sr", "iw": "he", "in": "id", "ji": "yi", "tl": "fil"}
    assert replaced.get(known, known) in {canonical, replaced.get(canonical, canonical)}


TOKENS = st.text("abcXYZ019-+._", min_size=1, max_size=6)
#: Without backslashes: Python takes one that is quoted at the end of a value for a quote that goes on.
VALUES = st.one_of(TOKENS, st.text("ab ;=/", max_size=6))


@settings(deadline=None)
@given(TOKENS, TOKENS, st.dictionaries(TOKENS.map(str.lower), VALUES, max_size=4))
def test_a_media_type_means_what_it_meant(kind: str, subtype: str, parameters: dict[str, str]) -> None:
    text = f"{kind}/{subtype}" + "".join(f'; {name}="{value}"' for name, value in parameters.items())
    written = media_type(text, {})
    assert written is not None
    before, after = read(text), read(written)
    assert (before[0], sorted(before[1])) == (after[0], sorted(after[1]))


def read(text: str) -> tuple[str, list[tuple[str, str]]]:
    message = Message()
    message["Content-Type"] = text
    return message.get_content_type(), list(message.get_params([])[1:])

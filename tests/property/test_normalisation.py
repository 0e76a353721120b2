"""Laws of spellings and derived attributes, on texts that rows are made of, on texts near them, and on any text."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from ccpp.derivation import load_derivations
from ccpp.errors import VocabularyError
from ccpp.model import (
    Attribute,
    AttributeName,
    Container,
    Dimension,
    Kind,
    Origin,
    Resolved,
    ResolvedProfile,
    Scalar,
    Stated,
    Status,
)
from ccpp.normalisation import load_families, load_normalisation, read_family
from ccpp.normalisation.forms import media_type
from ccpp.vocabulary import load_vocabularies

VOCABULARIES = load_vocabularies()
FAMILIES = load_families()
NORMALISATION = load_normalisation(VOCABULARIES)
DERIVED = load_derivations(VOCABULARIES, NORMALISATION)

ATTRIBUTES = sorted({name for family in FAMILIES for name in family.attributes})
PIECES = st.one_of(
    st.sampled_from([row.spelling for family in FAMILIES for row in family.rows if "{" not in row.spelling]),
    st.sampled_from(
        ["Profile", "profile", "1.0", "2.0", "2.00", "v1.5", "-compatible", "Configuration/", "GSM_", "_IPV4", "(PBAP)"]
    ),
    st.sampled_from(
        [";a=1", "; Level=10", ";profile_level_id=4a", ';x="y z"', "en", "_GB", "-us", "/", "-", "_", " ", ",", ";", '"']
    ),
    st.text(max_size=3),
)
TEXTS = st.one_of(st.lists(PIECES, min_size=1, max_size=6).map("".join), st.lists(PIECES, max_size=6).map(" ".join), st.text())


@st.composite
def profiles(draw: st.DrawFn) -> ResolvedProfile:
    """Profiles that state some attributes of families, in the container that each has."""
    resolved = {}
    for name in draw(st.lists(st.sampled_from(ATTRIBUTES), unique=True, max_size=4)):
        attribute = VOCABULARIES.attributes[name]
        texts = draw(st.lists(TEXTS, min_size=1, max_size=5))
        if attribute.container is Container.BAG:
            texts = list(dict.fromkeys(texts))
        value = texts[0] if attribute.container is Container.NONE else tuple(texts)
        resolved[name] = stated(attribute, value)
    return ResolvedProfile("urn:device", resolved, (), "sha256:stated")


def stated(attribute: Attribute, value: Scalar | tuple[Scalar, ...]) -> Resolved:
    one = Stated(attribute, value, Status.OK, "", Origin("device.rdf", Kind.EXPLICIT, 1, attribute.uri))
    return Resolved(attribute, value, Status.OK, (one,), ())


@settings(deadline=None)
@given(profiles())
def test_normalising_is_final(profile: ResolvedProfile) -> None:
    once = NORMALISATION.normalise(profile)
    assert NORMALISATION.normalise(once) == once


@settings(deadline=None)
@given(profiles())
def test_only_values_change_and_each_change_is_recorded(profile: ResolvedProfile) -> None:
    after = NORMALISATION.normalise(profile)
    assert (list(after.attributes), after.digest, after.uri) == (list(profile.attributes), profile.digest, profile.uri)
    for name, before in profile.attributes.items():
        now = after.attributes[name]
        assert now._replace(value=before.value, mappings=()) == before
        mapped = {one.stated: one.canonical for one in now.mappings}
        texts = profile.values(name) or ()
        due = [member for text in texts for member in mapped.get(str(text), (str(text),))]
        if before.attribute.container is not Container.SEQ:
            due = list(dict.fromkeys(due))
        assert list(after.values(name) or ()) == due
        assert len(due) == 1 or before.attribute.container is not Container.NONE


@settings(deadline=None)
@given(st.sampled_from(ATTRIBUTES), st.lists(TEXTS, min_size=1, max_size=4, unique=True))
def test_a_member_means_the_same_in_any_company(name: AttributeName, texts: list[str]) -> None:
    together = [member for text in texts for member in NORMALISATION.canonical(name, text)]
    fresh = load_normalisation(VOCABULARIES)
    assert together == [member for text in texts for member in fresh.canonical(name, text)]


@settings(deadline=None)
@given(st.lists(st.one_of(TEXTS, st.sampled_from(["@fold,letters", "@several,yes", "{known} x,{known}", "a,-"])), max_size=8))
def test_any_text_is_a_family_or_refused(lines: list[str]) -> None:
    with suppress(VocabularyError):
        assert all(row.spelling for row in read_family("\n".join(lines), "any").rows)


@settings(deadline=None)
@given(TEXTS)
def test_a_media_type_in_its_form_is_in_its_form(text: str) -> None:
    once = media_type(text, {";profile_level_id": ";profile-level-id"})
    if once is not None:
        assert media_type(once, {";profile_level_id": ";profile-level-id"}) == once


@settings(deadline=None)
@given(st.integers(0, 9_999), st.integers(0, 9_999))
def test_an_upright_size_is_the_same_held_either_way(width: int, height: int) -> None:
    size = VOCABULARIES.named("ScreenSize")
    upright = VOCABULARIES.named("ScreenSizeUpright").name
    found = set()
    for value in (Dimension(width, height), Dimension(height, width)):
        profile = ResolvedProfile("urn:device", {size.name: stated(size, value)}, (), "")
        found.add(DERIVED.derive(profile).attributes[upright].value)
    assert found == {Dimension(min(width, height), max(width, height))}


@settings(deadline=None)
@given(profiles())
def test_deriving_adds_only_and_does_not_need_normalising(profile: ResolvedProfile) -> None:
    after = DERIVED.derive(profile)
    assert {name: after.attributes[name] for name in profile.attributes} == profile.attributes
    assert DERIVED.derive(after) == after
    normalised = DERIVED.derive(NORMALISATION.normalise(profile))
    new = after.attributes.keys() - profile.attributes.keys()
    assert {name: after.attributes[name].value for name in new} == {
        name: one.value for name, one in normalised.attributes.items() if name not in profile.attributes
    }

"""Laws of changes and groups, on profiles with values of every datatype and container."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ccpp.comparison import apply, compare, group, inverse
from ccpp.datatypes import lexical
from ccpp.model import Attribute, Container, Dimension, Resolved, ResolvedProfile, Rule, Status
from ccpp.resolution import digest
from ccpp.vocabulary import load_vocabularies

VOCABULARIES = load_vocabularies()
#: Two attributes of each datatype and container: enough for profiles to meet in some and differ in others.
ATTRIBUTES = [
    attribute
    for datatype, container in sorted({(one.datatype, one.container) for one in VOCABULARIES.attributes.values()})
    for attribute in [
        one for one in VOCABULARIES.attributes.values() if (one.datatype, one.container) == (datatype, container)
    ][:2]
]
SCALARS = st.one_of(
    st.sampled_from(["", "a", "b", "Yes", "1", "1x2"]),
    st.integers(0, 2),
    st.booleans(),
    st.builds(Dimension, st.integers(0, 2), st.integers(0, 2)),
    st.sampled_from([Fraction(1, 2), Fraction(1)]),
)


def resolved(attribute: Attribute) -> st.SearchStrategy[Resolved]:
    values = {
        Container.NONE: SCALARS,
        Container.BAG: st.lists(SCALARS, max_size=3, unique_by=lexical).map(tuple),
        Container.SEQ: st.lists(SCALARS, max_size=3).map(tuple),
    }[attribute.container]
    return values.map(lambda value: Resolved(attribute._replace(rule=Rule.OVERRIDE), value, Status.OK, (), ()))


def profile(uri: str, statements: list[Resolved]) -> ResolvedProfile:
    attributes = {one.attribute.name: one for one in statements}
    return ResolvedProfile(uri, attributes, (), digest(attributes))


URIS = st.sampled_from([f"urn:{letter}" for letter in "abcdef"])
PROFILES = st.builds(profile, URIS, st.lists(st.sampled_from(ATTRIBUTES).flatmap(resolved), max_size=6))
NAMES = st.lists(st.sampled_from([one.name for one in ATTRIBUTES]), max_size=3, unique=True)


@given(PROFILES)
def test_nothing_differs_from_itself(one: ResolvedProfile) -> None:
    assert compare(one, one) == ()


@given(PROFILES, PROFILES)
def test_no_changes_exactly_where_the_digests_are_equal(one: ResolvedProfile, other: ResolvedProfile) -> None:
    assert (compare(one, other) == ()) == (one.digest == other.digest)


@given(PROFILES, PROFILES)
def test_the_changes_carried_out_lead_there(one: ResolvedProfile, other: ResolvedProfile) -> None:
    there = apply(compare(one, other), one)
    assert there.digest == other.digest
    assert compare(there, other) == ()
    assert there.uri == one.uri


@given(PROFILES, PROFILES)
def test_the_inverse_leads_back(one: ResolvedProfile, other: ResolvedProfile) -> None:
    changes = compare(one, other)
    assert compare(other, one) == inverse(changes)
    assert inverse(inverse(changes)) == changes
    assert apply(inverse(changes), apply(changes, one)).digest == one.digest


@given(PROFILES, PROFILES)
def test_a_bags_members_add_up(one: ResolvedProfile, other: ResolvedProfile) -> None:
    for change in compare(one, other):
        assert not set(map(lexical, change.gained)) & set(map(lexical, change.lost))
        if change.kind == "changed" and change.after is not None and change.after.attribute.container is Container.BAG:
            assert change.gained or change.lost


@given(st.lists(PROFILES, max_size=6), NAMES)
def test_groups_partition_the_profiles(profiles: list[ResolvedProfile], names: list) -> None:  # type: ignore[type-arg]
    groups = group(profiles, names)
    assert Counter(uri for one in groups for uri in one.members) == Counter(one.uri for one in profiles)
    sizes = [len(one.members) for one in groups]
    assert sizes == sorted(sizes, reverse=True)
    assert len({tuple(digest({name: held}) if held else None for name, held in one.signature) for one in groups}) == len(groups)


@given(st.lists(PROFILES, max_size=6), NAMES)
def test_more_attributes_split_groups_and_never_join_them(profiles: list[ResolvedProfile], names: list) -> None:  # type: ignore[type-arg]
    numbered = [one._replace(uri=str(number)) for number, one in enumerate(profiles)]
    coarse = [set(one.members) for one in group(numbered, names[:1])]
    for fine in group(numbered, names):
        assert any(set(fine.members) <= one for one in coarse)

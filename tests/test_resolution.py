"""Resolution: WAP-248's table, the three rules, and the laws they obey."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SUITE
from hypothesis import given
from hypothesis import strategies as st

from ccpp.model import Attribute, AttributeName, Container, Kind, Origin, Profile, Rule, Stated, Status
from ccpp.plain import plain_value
from ccpp.reading import read_profile
from ccpp.reading.variants import MAX_VARIANTS, read_variants
from ccpp.resolution import account, resolve, settle
from ccpp.samples import devices, sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from ccpp.model import ResolvedProfile

VOCABULARIES = load_vocabularies()

KINDS = {"default": Kind.DEFAULT, "explicit": Kind.EXPLICIT, "diff": Kind.DIFF, "override": Kind.OVERRIDE}


def stated(rule: Rule, value: str, kind: Kind, document: str) -> Stated:
    container = Container.BAG if rule is Rule.APPEND else Container.NONE
    attribute = Attribute(AttributeName("C", rule.value), f"urn:{rule.value}", "Literal", container, rule)
    held = tuple(value) if rule is Rule.APPEND else value
    return Stated(attribute, held, Status.OK, value, Origin(document, kind, 1, attribute.uri))


def document(name: str, *statements: tuple[str, str], rule: Rule = Rule.LOCKED) -> Profile:
    return Profile("urn:device", name, tuple(stated(rule, value, KINDS[kind], name) for kind, value in statements), ())


def value_of(documents: list[Profile], *, fold_defaults: bool = False) -> object:
    [resolved] = resolve(documents, fold_defaults=fold_defaults).attributes.values()
    return resolved.value


#: WAP-248 §7.3 against §7.5: the situation, what (b) says, what (c) says (fold_defaults).
CONFLICTS = [
    (Rule.LOCKED, [("default", "a")], [("explicit", "b")], "b", "a"),
    (Rule.OVERRIDE, [("explicit", "a")], [("default", "b")], "a", "b"),
    (Rule.APPEND, [("default", "a")], [("explicit", "b")], ("b",), ("a", "b")),
    (Rule.APPEND, [("explicit", "a")], [("default", "b")], ("a",), ("a", "b")),
    (Rule.LOCKED, [("explicit", "a")], [("explicit", "b")], "a", "a"),
    (Rule.OVERRIDE, [("explicit", "a")], [("diff", "b")], "b", "b"),
    (Rule.LOCKED, [("explicit", "a")], [("override", "b")], "b", "b"),
    (Rule.APPEND, [("explicit", "ab")], [("override", "c")], ("c",), ("c",)),
    (Rule.APPEND, [("explicit", "ab")], [("diff", "bc")], ("a", "b", "c"), ("a", "b", "c")),
    (Rule.LOCKED, [("default", "a"), ("explicit", "b")], [("default", "c")], "b", "b"),
]


@pytest.mark.parametrize(("rule", "first", "second", "kept", "folded"), CONFLICTS)
def test_two_documents(
    rule: Rule, first: list[tuple[str, str]], second: list[tuple[str, str]], kept: object, folded: object
) -> None:
    documents = [document("A", *first, rule=rule), document("B", *second, rule=rule)]
    assert value_of(documents) == kept
    assert value_of(documents, fold_defaults=True) == folded


CASES = json.loads((SUITE / "resolution.json").read_text())
URI = "http://profiles.example/device.rdf"
PRF = "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#"
RDFXML = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:prf="{PRF}"
 xmlns:prf3="http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20030226#"
 xmlns:ex="http://www.example.com/schema#">%s</rdf:RDF>"""


def rdfxml(components: list[tuple[str, str, str]]) -> bytes:
    """A profile of components, each of a type, an ID and what it holds."""
    body = "".join(
        f"<prf:component><rdf:Description rdf:ID='{name}'><rdf:type rdf:resource='{PRF}{kind}'/>{held}</rdf:Description></prf:component>"
        for kind, name, held in components
    )
    return (RDFXML % f"<rdf:Description rdf:ID='Profile'>{body}</rdf:Description>").replace("{prf}", PRF).encode()


@pytest.mark.parametrize("case", CASES, ids=[case["description"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    known = {uri: (RDFXML % body if uri.endswith(".rdf") else body).encode() for uri, body in case.get("known", {}).items()}

    def documents(*, apart: bool = False) -> list[Profile]:
        read: list[Profile] = []
        for one in case["documents"]:
            reading = {"uri": URI, "vocabularies": VOCABULARIES, "kind": KINDS[one.get("kind", "explicit")], "load": known.get}
            data = rdfxml(one["components"])
            read += read_variants(data, **reading) if apart else [read_profile(data, **reading)]
        return read

    def values(profile: ResolvedProfile) -> dict[str, object]:
        return {str(name): plain_value(one.value) for name, one in profile.attributes.items()}

    if "variants" in case:
        variants = map(resolve, [[variant] for variant in documents(apart=True)])
        assert {variant.uri.removeprefix(URI): values(variant) for variant in variants} == case["variants"]
        return
    profile = resolve(documents())
    assert values(profile) == case["attributes"]
    assert [finding.code for finding in profile.diagnostics if finding.code != "component-repeated"] == case.get("findings", [])
    assert values(resolve(documents(), fold_defaults=True)) == case.get("folded", case["attributes"])
    assert values(resolve(documents(), strict=True)) == case.get("strict", case["attributes"])
    for resolved in profile.attributes.values():
        accounts = account(resolved)
        assert [one.stated for one in accounts] == [*resolved.winners, *resolved.losers]
        assert all(one.reason for one in accounts)


def test_variants_are_bounded() -> None:
    twins = [("BrowserUA", f"B{n}", "<prf:BrowserName>x</prf:BrowserName>") for n in range(40)]
    assert len(read_variants(rdfxml(twins), uri=URI, vocabularies=VOCABULARIES)) == MAX_VARIANTS


def test_losers_stay_visible() -> None:
    resolved = resolve([document("A", ("default", "a"), ("explicit", "b")), document("B", ("explicit", "c"))])
    [attribute] = resolved.attributes.values()
    assert [one.value for one in attribute.winners] == ["b"]
    assert sorted(str(one.value) for one in attribute.losers) == ["a", "c"]


DOCUMENTS = st.lists(
    st.lists(st.tuples(st.sampled_from(["default", "explicit", "diff"]), st.sampled_from("abcd")), max_size=3),
    min_size=1,
    max_size=4,
)
RULES = st.sampled_from(Rule)


@given(st.lists(st.integers(), min_size=1))
def test_locked_keeps_the_first_override_the_last_append_all(statements: list[int]) -> None:
    assert settle(Rule.LOCKED, statements) == ((statements[0],), tuple(statements[1:]))
    assert settle(Rule.OVERRIDE, statements) == ((statements[-1],), tuple(statements[:-1]))
    assert settle(Rule.APPEND, statements) == (tuple(statements), ())


@given(DOCUMENTS, RULES)
def test_an_empty_diff_changes_nothing(contents: list[list[tuple[str, str]]], rule: Rule) -> None:
    documents = [document(str(index), *content, rule=rule) for index, content in enumerate(contents)]
    assert resolve([*documents, document("empty")]).digest == resolve(documents).digest


@given(DOCUMENTS, RULES)
def test_the_fold_has_no_direction(contents: list[list[tuple[str, str]]], rule: Rule) -> None:
    """Documents joined pairwise before resolving give the same: a statement keeps its kind through the fold (T-47)."""
    documents = [document(str(index), *content, rule=rule) for index, content in enumerate(contents)]
    whole = resolve(documents)
    for left, right in pairwise(range(len(documents) + 1)):
        joined = Profile("urn:device", "joined", documents[left].stated if left < right else (), ())
        grouped = [*documents[:left], joined, *documents[right:]]
        assert resolve(grouped).digest == whole.digest
    together = Profile("urn:device", "all", tuple(one for each in documents for one in each.stated), ())
    assert resolve([together]).digest == whole.digest


@given(DOCUMENTS, RULES)
def test_nothing_is_lost(contents: list[list[tuple[str, str]]], rule: Rule) -> None:
    documents = [document(str(index), *content, rule=rule) for index, content in enumerate(contents)]
    kept = [one for resolved in resolve(documents).attributes.values() for one in (*resolved.winners, *resolved.losers)]
    assert sorted(kept) == sorted(one for each in documents for one in each.stated)


@given(st.sampled_from(devices()), st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_order(name: str, random: object) -> None:
    profile = read_profile(sample(name), uri="urn:x", vocabularies=VOCABULARIES)
    shuffled = list({one.attribute.name: one for one in profile.stated if one.origin.kind is Kind.EXPLICIT}.values())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    turned = [
        one._replace(value=tuple(reversed(one.value)))  # type: ignore[arg-type]
        if type(one.value) is tuple and one.attribute.container is Container.BAG
        else one
        for one in shuffled
    ]
    straight = profile._replace(stated=tuple(sorted(shuffled)))
    assert resolve([profile._replace(stated=tuple(turned))]).digest == resolve([straight]).digest


def test_the_digest_tells_contents_apart() -> None:
    digests = {resolve([read_profile(sample(name), uri="urn:x", vocabularies=VOCABULARIES)]).digest for name in devices()}
    assert len(digests) == len(devices())


def test_prefixes_do_not_count() -> None:
    one = sample("02-aurora-a350.rdf")
    other = one.replace(b"prf:", b"uap:").replace(b"xmlns:prf", b"xmlns:uap")
    digests = {resolve([read_profile(data, uri="urn:x", vocabularies=VOCABULARIES)]).digest for data in (one, other)}
    assert len(digests) == 1

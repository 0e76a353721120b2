"""RFC 2533 both ways: expressions, hashes and errors by cases; what is written is what was read, and means the same."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from conftest import SUITE
from hypothesis import given
from hypothesis import strategies as st
from property.test_matching_laws import GRAPHS, PROFILES, VOCABULARIES

from ccpp.errors import RequirementError
from ccpp.matching.definition import evaluate
from ccpp.model import AttributeName, Dimension, ResolvedProfile
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference
from ccpp.requirements.features import (
    MAX_TEXT,
    Both,
    Either,
    Feature,
    Neither,
    Token,
    feature_hash,
    parse_features,
    write_features,
)
from ccpp.requirements.graph import RequirementGraph
from ccpp.requirements.rfc2533 import expression_of, requirement_of

CASES = json.loads((SUITE / "rfc2533.json").read_text())


@pytest.mark.parametrize("case", CASES["hashes"], ids=[case["hash"] for case in CASES["hashes"]])
def test_hash(case: dict[str, str]) -> None:
    """The examples of RFC 2938 §4."""
    assert feature_hash(case["text"]) == case["hash"]
    assert feature_hash(" ".join(case["text"].lower().split())) == case["hash"]


@pytest.mark.parametrize("case", CASES["expressions"], ids=[case["text"] for case in CASES["expressions"]])
def test_expression(case: dict[str, object]) -> None:
    found = parse_features(str(case["text"]))
    assert write_features(found.expression) == case["written"]
    assert parse_features(str(case["written"])).expression == found.expression
    if "qualities" in case:
        assert [one.quality for one in found.alternatives] == [Fraction(text) for text in case["qualities"]]  # type: ignore[union-attr]


@pytest.mark.parametrize("case", CASES["errors"], ids=[case["text"] for case in CASES["errors"]])
def test_error(case: dict[str, str]) -> None:
    with pytest.raises(RequirementError, match=case["error"]) as caught:
        parse_features(case["text"])
    assert "at character" in caught.value.message


@pytest.mark.parametrize("text", ["(" * 100_000, "(&" * 100, "(a=" + "1," * 60_000, "(a=1)" + " " * MAX_TEXT])
def test_bounds(text: str) -> None:
    with pytest.raises(RequirementError):
        parse_features(text)


def test_predicates_cannot_grow_without_end() -> None:
    body = " ".join(["(a=1)"] * 200)
    with pytest.raises(RequirementError, match="too many parts"):
        parse_features(f"(& {'(w) ' * 200}) where (w) :- (& {body}) end")


@given(st.text(max_size=60) | st.text('()&|!<>=.,;"[]: abcq019/-TRUE', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_features(text)
    except RequirementError:
        return
    assert parse_features(write_features(found.expression)).expression == found.expression


TAGS = st.sampled_from(["pix-x", "color", "dpi", "ua-media"])
VALUES = (
    st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.fractions(-(10**6), 10**6, max_denominator=999)
    | st.sampled_from([Token("full"), Token("a4")])
    | st.text("abc XYZ,()", max_size=5)
)
EXPRESSIONS = st.recursive(
    st.builds(Feature, TAGS, st.sampled_from(["=", "<=", ">="]), VALUES),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple).flatmap(lambda parts: st.sampled_from([Both(parts), Either(parts)]))
        | inner.map(Neither)
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_what_is_written_is_what_was_read(expression: object) -> None:
    assert parse_features(write_features(expression)).expression == expression  # type: ignore[arg-type]


def says(requirement: object) -> bool:
    """Whether a feature set can say it, and a value can be written in it."""
    match requirement:
        case Constraint(_, kind, operand):
            return kind in {"hasValue", "minInclusive", "maxInclusive"} and '"' not in str(operand) and str(operand).isascii()
        case All(items) | Any(items) | ExactlyOne(items):
            return all(map(says, items))
        case Not(item):
            return says(item)
        case _:
            return False


@given(GRAPHS, PROFILES)
def test_a_requirement_and_its_feature_set_mean_the_same(graph: RequirementGraph, profile: ResolvedProfile) -> None:
    requirement = graph.expand("a")
    if not says(requirement):
        with pytest.raises(RequirementError):
            write_features(expression_of(requirement, graph))
        return
    text = write_features(expression_of(requirement, graph))
    again = requirement_of(parse_features(text).expression, VOCABULARIES)
    assert evaluate(again, profile, {}) is evaluate(requirement, profile, graph)


def test_what_bounds_whole_numbers_may_lie_between_two_of_them() -> None:
    found = requirement_of(parse_features("(BitsPerPixel>=31/2)").expression, VOCABULARIES)
    assert found == Constraint(AttributeName("HardwarePlatform", "BitsPerPixel"), "minInclusive", Fraction(31, 2))


def test_tags_are_attributes() -> None:
    text = '(& (pix-x>=176) (BitsPerPixel>=8) (type="image/png") (HardwarePlatform/ScreenSize="240x320") (JavaEnabled=TRUE))'
    found = requirement_of(parse_features(text).expression, VOCABULARIES)
    named = {str(item.attribute): item.operand for item in found.items}  # type: ignore[union-attr]
    assert named == {
        "HardwarePlatform/ScreenWidth": 176,
        "HardwarePlatform/BitsPerPixel": 8,
        "SoftwarePlatform/CcppAccept": "image/png",
        "HardwarePlatform/ScreenSize": Dimension(240, 320),
        "SoftwarePlatform/JavaEnabled": True,
    }
    graph = RequirementGraph({"a": Not(Reference("b")), "b": found})
    assert write_features(expression_of(graph["a"], graph)).startswith("(! (& (pix-x>=176)")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("(dpi>=100)", "unknown attribute `dpi`"),
        ("(BitsPerPixel=many)", "`many` is no Number"),
        ("(Model>=3)", "has no order"),
        ("(JavaEnabled>=TRUE)", "has no order"),
    ],
)
def test_what_means_nothing_on_a_device(text: str, error: str) -> None:
    with pytest.raises(RequirementError, match=error):
        requirement_of(parse_features(text).expression, VOCABULARIES)

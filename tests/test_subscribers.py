from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from conftest import SUITE
from hypothesis import example, given
from hypothesis import strategies as st

from ccpp import subscribers
from ccpp.catalogue.model import Domain, Offer, Preference, Refusal, Setting
from ccpp.errors import SubscriberError
from ccpp.situation import Situation, Subscriber, place
from ccpp.subscribers import load_subscriber

CASES = json.loads((SUITE / "subscriber_errors.json").read_bytes())


def test_the_example_is_read() -> None:
    described = (subscribers.__doc__ or "").split("::\n", 1)[1]
    example_of = "\n".join(line for line in described.splitlines() if line.startswith("    "))
    assert load_subscriber(example_of.replace("    ", "").encode(), source="s.toml") == Subscriber(
        id="358401234567",
        languages=("fi", "sv"),
        accepts=(("application/java-archive", 1.0), ("text/*", 0.5)),
        preferences=(Preference(0.5, None, Offer(media_type="text/*")),),
        refusals=(Refusal("nothing from strangers", None, Offer(domain=Domain.UNTRUSTED)),),
        settings={"chess": (Setting("level", 3),)},
        drafts=True,
        budget=300000,
    )


def test_json_is_read_alike_and_numbers_stay_exact() -> None:
    text = '{"settings": {"a": {"scale": 1.1, "keys": ["up", 1, true]}}, "accept": {"Text/*": 0.5}}'
    found = load_subscriber(text.encode(), source="s.JSON")
    assert found.settings["a"] == (Setting("keys", ("up", 1, True)), Setting("scale", Fraction(11, 10)))
    assert found.accepts == (("text/*", 0.5),)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["description"]) for case in CASES])
def test_what_cannot_be_said_of_a_subscriber(case: dict[str, Any]) -> None:
    with pytest.raises(SubscriberError) as caught:
        load_subscriber(case["text"].encode(), source=case["name"])
    assert str(caught.value).startswith(case["message"])
    assert caught.value.hint


def test_a_subscriber_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribers, "MAX_SUBSCRIBER", 3)
    with pytest.raises(SubscriberError, match="more than 3"):
        load_subscriber(b"    ", source="s.toml")


KEYS = st.sampled_from(
    ["id", "languages", "accept", "prefer", "refuse", "settings", "drafts", "budget", "text/*", "domain", "x"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
)


@given(st.dictionaries(KEYS, ANYTHING))
@example({"accept": {"text/*": float("nan")}})
@example({"settings": {"x": {"x": float("inf")}}})
def test_anything_is_a_subscriber_or_an_error(value: object) -> None:
    try:
        load_subscriber(json.dumps(value).encode(), source="s.json")
    except SubscriberError as error:
        assert error.hint  # noqa: PT017  some of it is right


@given(st.binary(max_size=50))
def test_any_bytes_are_a_subscriber_or_an_error(data: bytes) -> None:
    for name in ("s.toml", "s.json"):
        try:
            load_subscriber(data, source=name)
        except SubscriberError as error:
            assert error.hint  # noqa: PT017  some of it is right


# The places of a rollout.


def test_places_are_spread_evenly_and_a_larger_share_takes_nobody_out() -> None:
    places = [place("chess", Situation(subscriber=Subscriber(id=str(number)))) for number in range(20_000)]
    assert all(0 <= one < 1 for one in places)
    tenths = [sum(low / 10 <= one < (low + 1) / 10 for one in places) for low in range(10)]
    assert max(tenths) - min(tenths) < 250  # 2,000 each; four standard deviations are 170


def test_places_of_two_salts_are_independent() -> None:
    people = [Situation(subscriber=Subscriber(id=str(number))) for number in range(10_000)]
    both = sum(place("a", one) < 0.5 and place("b", one) < 0.5 for one in people)
    assert 2_300 < both < 2_700

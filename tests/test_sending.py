"""What would be sent, and how it differs from what was sent last."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpp.catalogue.loading import load_catalogue
from ccpp.decision import decide_all, decide_one
from ccpp.errors import UsageError
from ccpp.matching.asked import AskedVerdicts
from ccpp.provisioning import make_documents
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import CATALOGUE, devices, sample
from ccpp.sending import MAX_SENT, Sent, changes, read_sent, sent_of, write_sent
from ccpp.vocabulary import load_vocabularies

VOCABULARIES = load_vocabularies()
SHOP = load_catalogue(sample(CATALOGUE), source=CATALOGUE, vocabularies=VOCABULARIES)
PROFILES = [resolve([read_profile(sample(name), uri=f"urn:{name}", vocabularies=VOCABULARIES)]) for name in devices()]
N80 = PROFILES[6]


def sent() -> Sent:
    decision = decide_one(N80, SHOP, "chess")
    return sent_of(N80.uri, decision, make_documents(decision))


def test_what_was_sent_is_read_as_it_was_written() -> None:
    one = sent()
    assert one.variant == "chess-medium"
    assert read_sent(write_sent([one._replace(variant="older"), one]).splitlines(keepends=True), source="log") == {
        (N80.uri, "chess"): one
    }


def test_differences_are_told_by_variant_setting_and_document() -> None:
    one = sent()
    name = next(iter(one.documents))
    assert changes(one, None) == ("not sent before",)
    assert changes(one, one) == ()
    assert changes(one, one._replace(variant="older")) == ("variant `older` → `chess-medium`",)
    assert changes(one, one._replace(settings={**one.settings, "old": "1"})) == ("setting `old`: 1 → not set",)
    assert changes(one, one._replace(documents={name: "sha256:0"})) == (f"document `{name}` changed",)
    assert changes(one, one._replace(documents={})) == (f"document `{name}` is new",)
    assert changes(one._replace(documents={}), one) == (f"document `{name}` is not sent any more",)


def test_a_secret_leaves_no_trace() -> None:
    text = sample(CATALOGUE).decode().replace(
        ":chess a cat:Application ;",
        ":chess a cat:Application ; "
        + " , ".join(
            [
                'cat:declares [ cat:key "pin" ; cat:type cat:Text ; cat:secret true ]',
                *(f'[ cat:key "{key}" ; cat:type cat:Text ]' for key in ("server", "features", "font", "board", "sound", "keys", "link", "descriptor/vendor")),
            ]
        )
        + ' ; cat:setting [ cat:key "pin" ; cat:value "4711" ] ;',
    )  # fmt: skip
    shop = load_catalogue(text.encode(), source=CATALOGUE, vocabularies=VOCABULARIES)
    decision = decide_one(N80, shop, "chess")
    one = sent_of(N80.uri, decision, make_documents(decision))
    assert one.settings["pin"] == "…"
    assert set(one.documents.values()) == {None}
    assert b"4711" not in write_sent([one])


@pytest.mark.parametrize("line", [b"x", b"{}", b"[]", b'{"device": 1}', b" " * MAX_SENT + b"{}", b"[" * 100_000])
def test_a_line_that_is_no_record(line: bytes) -> None:
    with pytest.raises(UsageError, match="no record of what was sent") as caught:
        read_sent([b"\n", line], source="log")
    assert (caught.value.source, caught.value.line) == ("log", 2)


@given(st.binary(max_size=60))
def test_any_line_is_a_record_or_an_error(line: bytes) -> None:
    try:
        assert all(isinstance(one, Sent) for one in read_sent([line], source="log").values())
    except UsageError:
        return


@pytest.mark.parametrize("closed_world", [False, True])
def test_one_application_is_decided_as_among_all(closed_world: bool) -> None:  # noqa: FBT001  a world
    for profile in PROFILES:
        every = decide_all(profile, SHOP, closed_world=closed_world)
        assert {name: decide_one(profile, SHOP, name, closed_world=closed_world) for name in SHOP.applications} == every
        asked = AskedVerdicts(profile, SHOP.requirements, closed_world=closed_world)
        assert dict(asked) == dict(SHOP.matcher.match(profile, closed_world=closed_world))
        assert len(asked) == len(SHOP.requirements)

"""Laws of changes: a catalogue has no impact beside itself, a log under its own catalogue is the same, a difference is a difference of digests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ccpp import samples
from ccpp.catalogue.difference import differences
from ccpp.catalogue.loading import load_catalogue, load_documents
from ccpp.catalogue.model import Document
from ccpp.decision import decide_all, decide_one
from ccpp.impact import impact
from ccpp.reading import read_profile
from ccpp.records import read_records, records_of, replay, write_records
from ccpp.resolution import resolve
from ccpp.samples import devices, sample
from ccpp.situation import Subscriber
from ccpp.vocabulary import load_vocabularies

VOCABULARIES = load_vocabularies()
FOLDER = Path(samples.__file__).parent / "shop"
SHOP = load_documents([Document(path.name, path.read_bytes()) for path in sorted(FOLDER.iterdir())], VOCABULARIES)
PROFILES = [resolve([read_profile(sample(name), uri=f"urn:{name}", vocabularies=VOCABULARIES)]) for name in devices()]
WHOLE = (Path(__file__).parent.parent / "suite" / "catalogue" / "whole.ttl").read_text(encoding="utf-8")

times = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  the zone is drawn
subscribers = st.builds(
    Subscriber,
    id=st.sampled_from([None, "anna", "tester-1"]),
    languages=st.lists(st.sampled_from(["en", "fi", "sv", "de"]), max_size=2, unique=True).map(tuple),
    drafts=st.booleans(),
)
profiles = st.sampled_from(PROFILES)


@settings(max_examples=20)
@given(profiles, subscribers, times)
def test_a_catalogue_has_no_impact_beside_itself(profile: object, subscriber: Subscriber, at: datetime | None) -> None:
    assert list(impact(SHOP, SHOP, [profile], subscriber=subscriber, at=at)) == []  # type: ignore[list-item]


@settings(max_examples=20)
@given(profiles, times)
def test_a_log_under_its_own_catalogue_is_the_same(profile: object, at: datetime | None) -> None:
    log = write_records(records_of(profile, SHOP, at=at))  # type: ignore[arg-type]
    known = {one.digest: one for one in PROFILES}
    replayed = list(replay(read_records(log.splitlines(keepends=True), source="log"), known, SHOP))
    assert len(replayed) == len(SHOP.applications)
    assert all(one.after == one.before for one in replayed)


@settings(max_examples=20)
@given(profiles, subscribers, times, st.sampled_from(sorted(SHOP.applications)))
def test_one_application_is_decided_as_among_all(
    profile: object, subscriber: Subscriber, at: datetime | None, name: str
) -> None:
    alone = decide_one(profile, SHOP, name, subscriber=subscriber, at=at)  # type: ignore[arg-type]
    assert alone == decide_all(profile, SHOP, subscriber=subscriber, at=at)[name]  # type: ignore[arg-type]


@given(
    st.sets(
        st.sampled_from(["0.25", "0.5 ;", "65536", "300000", "61440", '"2.0"', "cat:Live", '"en", "fi"', "2027-06-30"]),
        max_size=3,
    )
)
def test_there_is_a_difference_just_where_the_digests_differ(changed: set[str]) -> None:
    text = WHOLE
    for one in changed:
        new = {
            '"2.0"': '"2"',
            "cat:Live": "cat:Withdrawn",
            '"en", "fi"': '"en"',
            "2027-06-30": "2027-07-30",
            "0.5 ;": "0.75 ;",
        }.get(one)
        text = text.replace(one, new or f"{one}1" if one != "0.25" else "0.35", 1)
    before, after = (load_catalogue(one.encode(), source="c.ttl", vocabularies=VOCABULARIES) for one in (WHOLE, text))
    assert (differences(before, after) == ()) is (before.digest == after.digest)

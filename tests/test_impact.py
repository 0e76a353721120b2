"""Changes of catalogues: what is said differently, who is affected, and what a log comes to under another catalogue."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpp.catalogue.difference import differences
from ccpp.catalogue.loading import load_catalogue
from ccpp.errors import UsageError
from ccpp.impact import Effect, impact
from ccpp.reading import read_profile
from ccpp.records import MAX_RECORD, Record, read_records, records_of, replay, write_records
from ccpp.resolution import resolve
from ccpp.samples import CATALOGUE, devices, sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from ccpp.catalogue.model import Catalogue

VOCABULARIES = load_vocabularies()
TEXT = sample(CATALOGUE).decode()
PROFILES = [resolve([read_profile(sample(name), uri=f"urn:{name}", vocabularies=VOCABULARIES)]) for name in devices()]


def load(text: str) -> Catalogue:
    return load_catalogue(text.encode(), source="catalogue.ttl", vocabularies=VOCABULARIES)


SAME = load(TEXT)

#: What is changed in the sample catalogue → the differences it makes, and what becomes of the sample devices.
CHANGES = {
    "nothing": (("", ""), [], {}),
    "a comment": (("# Chess:", "# Chess!"), [], {}),
    "a label": (
        ('rdfs:label "Sample catalogue"', 'rdfs:label "Other"'),
        [("catalogue", "", "label", "changed")],
        {},
    ),
    "a requirement": (
        ('req:dimensionAtLeast "240x320"', 'req:dimensionAtLeast "320x480"'),
        [("requirement", "urn:ccpp:sample#LargeDisplay", "", "changed")],
        {("chess", Effect.VARIANT, "chess-large", "chess-medium"): 1},
    ),
    "an application that goes": (
        ("cat:applications ( :chess :mail :player )", "cat:applications ( :chess :mail )"),
        None,
        None,
    ),
    "the order of applications": (
        ("( :chess :mail :player )", "( :mail :chess :player )"),
        [("catalogue", "", "order of applications", "changed")],
        {},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_change(name: str) -> None:
    (old, new), said, affected = CHANGES[name]
    if said is None:
        return
    other = load(TEXT.replace(old, new) if old else TEXT)
    assert [(one.kind, one.name, one.what, one.change) for one in differences(SAME, other)] == said
    found: dict[tuple[object, ...], int] = {}
    for one in impact(SAME, other, PROFILES):
        key = (one.application, one.effect, *one.variants)
        found[key] = found.get(key, 0) + 1
        assert one.reason
    assert found == affected
    assert (differences(SAME, other) == ()) is (other.digest == SAME.digest)


def with_variant(text: str, block: str) -> str:
    return text.replace("cat:applications ( :chess :mail :player )", "cat:applications ( :chess :mail :player :new )") + block


NEW = """
:new a cat:Application ; rdfs:label "New" ; cat:variants ( :new-one ) ; cat:setting [ cat:key "k" ; cat:value %s ] .
:new-one a cat:Variant ; rdfs:label "One" ; cat:artefact [ cat:uri "https://a.example/n" ; cat:mediaType "text/plain" ] .
"""


def test_an_application_that_comes_goes_or_is_set_otherwise() -> None:
    one, two = load(with_variant(TEXT, NEW % '"a"')), load(with_variant(TEXT, NEW % '"b"'))
    assert {one.effect for one in impact(SAME, one, PROFILES)} == {Effect.GAINED}
    assert {one.effect for one in impact(one, SAME, PROFILES)} == {Effect.LOST}
    changed = list(impact(one, two, PROFILES))
    assert {one.effect for one in changed} == {Effect.CONFIGURATION}
    assert {one.reason for one in changed} == {"settings k"}
    assert len(changed) == len(PROFILES)
    assert [(one.kind, one.name, one.change) for one in differences(SAME, one)] == [("application", "new", "added")]
    assert [(one.what, one.before, one.after) for one in differences(one, two)] == [("setting k", ["str", "a"], ["str", "b"])]


def test_a_log_under_its_own_catalogue_is_the_same() -> None:
    log = write_records(record for profile in PROFILES for record in records_of(profile, SAME))
    records = list(read_records(log.splitlines(keepends=True), source="log"))
    known = {profile.digest: profile for profile in PROFILES}
    replayed = list(replay(records, known, SAME))
    assert len(replayed) == len(PROFILES) * len(SAME.applications)
    assert all(one.after == one.before for one in replayed)
    assert b"chess.example" not in log  # settings' values are not on record


def test_a_log_under_another_catalogue() -> None:
    other = load(TEXT.replace('req:dimensionAtLeast "240x320"', 'req:dimensionAtLeast "320x480"'))
    records = [record for profile in PROFILES for record in records_of(profile, SAME)]
    known = {profile.digest: profile for profile in PROFILES}
    changed = [one for one in replay(records, known, other) if one.after and one.after.outcome != one.before.outcome]
    assert [(one.before.chosen, one.after and one.after.chosen, one.why) for one in changed] == [
        ("chess-large", "chess-medium", "its requirement is not satisfied")
    ]
    assert {one.why for one in replay(records, {}, other)} == {"no profile of that digest"}
    gone = [record._replace(application="gone") for record in records]
    assert {one.why for one in replay(gone, known, other)} == {"no application of that name"}


@pytest.mark.parametrize(
    "line", [b"x", b"[]", b"{}", b'{"profile": 1}', b"[" * 100_000, b" " * MAX_RECORD + b"{}", b'{"a": "\\ud800"}']
)
def test_a_line_that_is_no_record(line: bytes) -> None:
    with pytest.raises(UsageError, match="no decision record") as caught:
        list(read_records([b"\n", line], source="log"))
    assert (caught.value.source, caught.value.line) == ("log", 2)


@given(st.binary(max_size=60))
def test_any_line_is_a_record_or_an_error(line: bytes) -> None:
    try:
        assert all(isinstance(one, Record) for one in read_records([line], source="log"))
    except UsageError:
        return


def test_nothing_changes_under_one_catalogue() -> None:
    again = load(TEXT)
    assert list(impact(SAME, again, PROFILES)) == []
    assert differences(SAME, again) == ()


def test_records_are_lines_of_json() -> None:
    lines = write_records(records_of(PROFILES[0], SAME)).splitlines()
    assert [json.loads(line)["application"] for line in lines] == list(SAME.applications)


# The whole language: what differs for a reader differs for the digest, and the other way round.

WHOLE = (Path(__file__).parent / "suite" / "catalogue" / "whole.ttl").read_text(encoding="utf-8")
#: What is changed in `whole.ttl` → the one difference that it makes.
PARTS = {
    "cat:weight 0.25": ("cat:weight 0.35", "catalogue", "preferences"),
    '"its firmware takes no more"': ('"too old"', "catalogue", "refusals"),
    'cat:key "level" ; cat:value 3': ('cat:key "level" ; cat:value 4', "operator", "setting level"),
    '"internet.example"': ('"mms.example"', "terminal settings", "setting apn"),
    '"s3same"': ('"s3cret"', "terminal settings", "setting password"),
    "cat:choice cat:Ordered": ("cat:choice cat:Best", "application", "ordered"),
    "cat:fallback <#chess-web> ; ": ("", "application", "fallback"),
    "cat:domain cat:ThirdParty ;\n": ("cat:domain cat:Operator ;\n", "application", "domain"),
    'cat:version "1.2"': ('cat:version "1.3"', "application", "version"),
    "cat:budget 300000": ("cat:budget 300001", "application", "budget"),
    "cat:share 0.5": ("cat:share 0.6", "application", "rollout"),
    'cat:reason "loses calls"': ('cat:reason "hangs"', "application", "exceptions"),
    'cat:below "3"': ('cat:below "4"', "application", "needs"),
    'cat:conflicts [ cat:name "draughts" ]': ('cat:conflicts [ cat:name "engine" ]', "application", "conflicts"),
    'cat:name "board" ; cat:version "1.1"': ('cat:name "board" ; cat:version "1.2"', "application", "provides"),
    "cat:maximum 9": ("cat:maximum 8", "application", "declaration level"),
    'cat:language "en", "fi" ;': ('cat:language "en" ;', "variant", "languages"),
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08": ("0" * 64, "variant", "digest"),
    '"c2lnbmVk"': ('"c2lnbmVi"', "variant", "signature"),
    "( <#chess-online> <#chess-fi> )": ("( <#chess-fi> <#chess-online> )", "variant", "order of parts"),
    "cat:size 4096": ("cat:size 4097", "variant", "parts"),
    "cat:state cat:Draft": ("cat:state cat:Live", "variant", "state"),
    'cat:model "Tune"': ('cat:model "Tone"', "variant", "exceptions"),
    "cat:weight 0.5 ;": ("cat:weight 0.6 ;", "variant", "preferences"),
}  # fmt: skip


@pytest.mark.parametrize("old", PARTS)
def test_a_change_of_any_part_is_one_difference_and_shows_no_secret(old: str) -> None:
    new, kind, what = PARTS[old]
    assert WHOLE.count(old) == 1
    before, after = load(WHOLE), load(WHOLE.replace(old, new))
    found = differences(before, after)
    assert [(one.kind, one.what, one.change) for one in found if one.what or one.kind != "requirement"][:1] == [
        (kind, what, "removed" if not new else "changed")
    ]
    assert len(found) == 1
    assert before.digest != after.digest
    said = json.dumps(found)
    assert "s3" not in said


def test_the_time_of_a_decision_is_on_record_and_is_used_again() -> None:
    """A rollout that starts between decision and replay changes nothing of the replay under the same catalogue."""
    started = ':chess a cat:Application ; cat:rollout [ cat:from "2027-01-01" ] ;'
    dated = load(TEXT.replace(":chess a cat:Application ;", started))
    at = datetime(2026, 12, 1, tzinfo=UTC)
    records = [record for profile in PROFILES for record in records_of(profile, dated, at=at)]
    assert {record.chosen for record in records if record.application == "chess"} == {None}
    read = list(read_records(write_records(records).splitlines(keepends=True), source="log"))
    known = {profile.digest: profile for profile in PROFILES}
    assert all(one.after == one.before for one in replay(read, known, dated))
    moved = [one for one in replay(read, known, dated, at=datetime(2027, 2, 1, tzinfo=UTC)) if one.after and one.after.chosen]
    assert any(one.before.application == "chess" for one in moved)

"""Compatibility reports: figures equal a count by the definition, searches equal the exhaustive ones, and the files are what they say."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ccpp.catalogue.documents import gather
from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import PLAIN
from ccpp.cli import cli
from ccpp.derivation import load_derivations
from ccpp.errors import CcppError
from ccpp.impact import impact
from ccpp.matching.definition import TRUE, UNKNOWN, evaluate
from ccpp.matching.flipping import phrase
from ccpp.model import AttributeName, Resolved, Status
from ccpp.normalisation import load_normalisation
from ccpp.reading import read_profile
from ccpp.reports.against import held_against
from ccpp.reports.blame import Blame, outcomes_of
from ccpp.reports.compatibility import Readings, report
from ccpp.reports.model import CompatibilityReport, Outcome, Search
from ccpp.reports.offers import Offers, Outcomes, constraints_of, on_offer
from ccpp.reports.page import page
from ccpp.reports.population import Device, Population, Share, Sum, asked, heaviest, positions, transposed
from ccpp.reports.tables import tables
from ccpp.reports.testing import cover
from ccpp.reports.what_if import ORDERED
from ccpp.reports.writing import csv_files, markdown_files
from ccpp.requirements.constraints import text_of
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement
from ccpp.requirements.graph import RequirementGraph
from ccpp.resolution import resolve
from ccpp.samples import SHOP, devices, sample
from ccpp.selection import select_variant
from ccpp.situation import LANGUAGES, situation_of
from ccpp.storage.files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.catalogue.model import Application, Catalogue
    from ccpp.model import ResolvedProfile
    from ccpp.vocabulary import Vocabularies

SAMPLES = Path(str(SHOP)).parent.parent / "devices"


@pytest.fixture(scope="module")
def shop(vocabularies: Vocabularies) -> Catalogue:
    return load_documents(gather([str(SHOP)], read_file), vocabularies)


@pytest.fixture(scope="module")
def profiles(vocabularies: Vocabularies) -> list[ResolvedProfile]:
    derive = load_derivations(vocabularies, load_normalisation(vocabularies)).derive
    read = [read_profile(sample(name), uri=f"urn:device:{name}", vocabularies=vocabularies) for name in devices()]
    return [derive(resolve([one])) for one in read]


@pytest.fixture(scope="module")
def population(profiles: list[ResolvedProfile], shop: Catalogue) -> list[Device]:
    """Thirty devices: the samples, each with some attributes taken away, with weights that binary fractions do not hold."""
    random = Random(7)  # noqa: S311  a test
    found = []
    for number in range(30):
        profile = profiles[number % len(profiles)]
        kept = {name: one for name, one in profile.attributes.items() if number < 10 or random.random() > 0.15}
        cut = profile._replace(uri=f"{profile.uri}#{number}", attributes=kept, digest=f"{profile.digest}#{number}")
        found.append(Device(cut, 0.1 * (number % 7)))
    assert {name for one in found for name in one.profile.attributes} >= {*list(asked(shop.requirements))[:3]}
    return found


@pytest.fixture(scope="module")
def made(population: list[Device], shop: Catalogue) -> CompatibilityReport:
    return report(population, shop, Readings("samples"))


def chosen(device: Device, application: Application, catalogue: Catalogue) -> tuple[str | None, int]:
    """What a device gets, with verdicts by the definition; and how many variants could be served."""
    verdicts = {name: evaluate(one, device.profile, catalogue.requirements) for name, one in catalogue.requirements.items()}
    selection = select_variant(application, verdicts, situation_of(catalogue, device.profile))
    return (selection.chosen.id if selection.chosen else None), len(selection.ranked)


def test_shares_equal_a_count_by_the_definition(made: CompatibilityReport, population: list[Device], shop: Catalogue) -> None:
    for row, application in zip(made.applications, shop.applications.values(), strict=True):
        got = [chosen(device, application, shop) for device in population]
        served = [device for device, (variant, _) in zip(population, got, strict=True) if variant]
        assert row.served.devices == len(served)
        assert row.served.weight == pytest.approx(sum(one.weight for one in served))
        assert row.served.devices + row.indeterminate.devices + row.unserved.devices == len(population)
        for variant in (one for one in made.variants if one.application == application.id):
            assert variant.chosen.devices == sum(one == variant.variant for one, _ in got)
            assert variant.lost.devices == sum(one == variant.variant and ranked == 1 for one, ranked in got)
    assert {one.outcome for row in made.devices for one in row.gets} == {*Outcome}


def test_languages_that_devices_ask_for_decide_as_in_a_match(
    profiles: list[ResolvedProfile], shop: Catalogue, vocabularies: Vocabularies
) -> None:
    attribute = vocabularies.attributes[LANGUAGES]
    asked_for = [Resolved(attribute, (one,), Status.OK, (), ()) for one in ("fi", "sv", "en", "de")]
    several = [
        Device(one._replace(uri=f"{one.uri}#{number}", attributes={**one.attributes, LANGUAGES: language}))
        for one in profiles
        for number, language in enumerate(asked_for)
    ]
    made = report(several, shop, Readings("x"))
    differing = 0
    for place, application in enumerate(shop.applications.values()):
        got = [row.gets[place].variant for row in made.devices]
        assert got == [chosen(device, application, shop)[0] for device in several]
        differing += any(len(set(got[first : first + 4])) > 1 for first in range(0, len(got), 4))
    assert differing


def fits(application: Application, device: Device, definitions: dict[str, Requirement]) -> bool:
    for variant in on_offer(application):
        if variant.requirement is None:
            return True
        verdict = evaluate(definitions[variant.requirement], device.profile, definitions)
        if verdict is TRUE or (verdict is UNKNOWN and variant.serve_indeterminate):
            return True
    return False


def changed(requirement: Requirement, change: Callable[[Constraint, bool], Requirement], *, wanted: bool = True) -> Requirement:
    """A requirement with each constraint changed, which knows whether it is wanted to hold there."""
    match requirement:
        case Constraint():
            return change(requirement, wanted)
        case Not(item):
            return Not(changed(item, change, wanted=not wanted))
        case All(items) | Any(items) | ExactlyOne(items):
            return type(requirement)(tuple(changed(item, change, wanted=wanted) for item in items))
        case Reference():
            return requirement


def definitions_with(shop: Catalogue, change: Callable[[Constraint, bool], Requirement]) -> dict[str, Requirement]:
    return {name: changed(shop.requirements.expand(name), change) for name in shop.requirements}


def test_curves_equal_the_reach_of_changed_requirements(
    made: CompatibilityReport, population: list[Device], shop: Catalogue
) -> None:
    random, checked = Random(3), 0  # noqa: S311  a test
    for curve in random.sample(list(made.curves), 8):
        application = shop.applications[curve.application]
        constraint = next(
            one
            for one in constraints_of(application, shop.requirements)
            if f"{one.attribute} {phrase(one)}" == curve.constraint and one.kind in ORDERED
        )
        stated = {value for one in population for value in one.profile.values(constraint.attribute) or ()}
        for point in random.sample(curve.points, min(4, len(curve.points))):
            operand = next(one for one in (*stated, constraint.operand) if text_of(one) == point.threshold)
            moved = constraint._replace(operand=operand)
            definitions = definitions_with(shop, lambda one, _, old=constraint, new=moved: new if one == old else one)
            reached = [device for device in population if fits(application, device, definitions)]
            assert point.reach.devices == len(reached), (curve.constraint, point.threshold)
            assert point.reach.weight == pytest.approx(sum(one.weight for one in reached))
            checked += 1
    assert checked > 20


def test_blame_equals_the_reach_with_constraints_waived(population: list[Device], shop: Catalogue) -> None:
    grouped = Population(population, shop)
    offers = Offers(shop.requirements, Outcomes(shop.requirements).of(grouped.columns), grouped.everything)
    checked = 0
    for application in shop.applications.values():
        constraints = constraints_of(application, shop.requirements)
        missing = outcomes_of(constraints, grouped.everything & ~offers.application(application), offers)
        blame = Blame(application, shop.requirements, {said: grouped.sum(groups) for said, groups in missing.items()})
        now = {device.profile.uri for device in population if fits(application, device, dict(shop.requirements))}
        for number, waived in enumerate([*((one,) for one in constraints), *list(combinations(constraints, 2))[:4]][:9]):
            mask = sum(1 << constraints.index(one) for one in waived)
            definitions = definitions_with(
                shop, lambda one, wanted, gone=waived: (All(()) if wanted else Any(())) if one in gone else one
            )
            reached = [one for one in population if one.profile.uri not in now and fits(application, one, definitions)]
            assert blame.reached(mask).devices == len(reached), (application.id, number, waived)
            checked += bool(reached)
    assert checked > 10


def test_joint_blame_is_the_best_of_its_size(made: CompatibilityReport) -> None:
    assert made.joint
    best: dict[str, float] = {}
    for row in made.joint:
        assert row.search is Search.EXACT
        assert row.reached.weight > best.get(row.application, 0.0)
        best[row.application] = row.reached.weight
    for blocking in made.blocking:
        assert blocking.alone.devices <= blocking.involved.devices >= blocking.necessary.devices
        assert blocking.alone.weight <= best.get(blocking.application, 0.0) + 1e-9


def test_joint_blame_equals_an_exhaustive_search(population: list[Device], shop: Catalogue) -> None:
    few = population[:12]
    grouped = report(few, shop, Readings("few"))
    checked = 0
    for application in list(shop.applications.values()):
        constraints = constraints_of(application, shop.requirements)
        rows = [row for row in grouped.joint if row.application == application.id and len(row.constraints) < 3]
        if not rows or len(constraints) > 9:
            continue
        now = [device for device in few if fits(application, device, dict(shop.requirements))]
        for row in rows:
            best = 0.0
            for waived in combinations(constraints, len(row.constraints)):
                definitions = definitions_with(
                    shop, lambda one, wanted, gone=waived: (All(()) if wanted else Any(())) if one in gone else one
                )
                reached = [one for one in few if one not in now and fits(application, one, definitions)]
                best = max(best, sum(one.weight for one in reached))
            assert row.reached.weight == pytest.approx(best), (application.id, row)
            checked += 1
    assert checked > 3


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 20)), max_size=8))
def test_the_heaviest_places_are_those_of_the_largest_sum(weighed: list[tuple[int, int]]) -> None:
    sums = [sum(weight for members, weight in weighed if members >> place & 1) for place in range(8)]
    assert list(positions(heaviest(weighed, 255))) == [place for place, one in enumerate(sums) if one == max(sums)]


@given(st.lists(st.integers(0, 1 << 80), max_size=7), st.integers(0, 1 << 80), st.integers(1, 3))
def test_the_sets_of_each_place_are_those_that_it_is_in(sets: list[int], places: int, together: int) -> None:
    with patch("ccpp.reports.population._ROWS", together):
        found = transposed(sets, places)
    assert found == {
        place: sum(1 << number for number, one in enumerate(sets) if one >> place & 1) for place in positions(places)
    }


@pytest.mark.parametrize(("each", "search"), [(8, Search.EXACT), (9, Search.LIMITED)])  # in 64 and in 81 ways
def test_joint_blame_says_where_not_all_ways_are_looked_at(shop: Catalogue, each: int, search: Search) -> None:
    names = [AttributeName("HardwarePlatform", f"Has{number:02}") for number in range(2 * each)]
    having = [Constraint(name, "hasValue", True) for name in names]  # noqa: FBT003  an operand
    graph = RequirementGraph({"both": All((Any(tuple(having[:each])), Any(tuple(having[each:]))))})
    application = next(iter(shop.applications.values()))
    variant = replace(application.variants[0], requirement="both", supply=PLAIN)
    blame = Blame(replace(application, variants=(variant,), supply=PLAIN), graph, {"F" * 2 * each: Sum(3, 3)})
    [row] = blame.joint()
    assert (len(row.constraints), row.reached, row.search) == (2, Share(3, 3.0), search)


@given(st.lists(st.integers(1, 255), min_size=1, max_size=9))
def test_covers_are_smallest(masks: list[int]) -> None:
    found = cover(masks)
    assert all(any(mask >> one & 1 for one in found.chosen) for mask in masks)
    smallest = next(
        size
        for size in range(9)
        for chosen in combinations(range(8), size)
        if all(any(mask >> one & 1 for one in chosen) for mask in masks)
    )
    assert len(found.chosen) == found.at_least == smallest


def test_a_cover_that_is_too_large_to_search_says_how_near_it_is() -> None:
    random = Random(1)  # noqa: S311  a test
    goals = [sum({1 << random.randrange(90) for _ in range(5)}) for _ in range(300)]
    found = cover(goals)
    assert all(any(mask >> one & 1 for one in found.chosen) for mask in goals)
    assert 0 < found.at_least <= len(found.chosen)


def test_every_goal_of_the_test_plan_is_exercised(made: CompatibilityReport) -> None:
    assert sum(len(row.exercises) for row in made.tests.rows) == made.tests.goals
    given_ = {one.variant for row in made.devices for one in row.gets if one.variant}
    assert {f"gets {one}" for one in given_} <= {goal for row in made.tests.rows for goal in row.exercises}


def test_the_order_of_devices_changes_nothing(population: list[Device], shop: Catalogue, made: CompatibilityReport) -> None:
    again = report(list(reversed(population)), shop, Readings("samples"))
    assert (again.header, again.applications, again.variants) == (made.header, made.applications, made.variants)
    assert (again.blocking, again.joint, again.curves, again.relaxations) == (
        made.blocking, made.joint, made.curves, made.relaxations,
    )  # fmt: skip


def test_learning_names_what_indeterminate_devices_do_not_state(made: CompatibilityReport) -> None:
    assert made.learn
    for row in made.learn:
        application = next(one for one in made.applications if one.application == row.application)
        assert 0 < row.involved.devices <= application.indeterminate.devices + application.unserved.devices
        assert row.alone.devices <= row.involved.devices


def test_relaxations_gain_more_with_every_step(made: CompatibilityReport) -> None:
    assert made.relaxations
    for application in {row.application for row in made.relaxations}:
        rows = [row for row in made.relaxations if row.application == application]
        assert [row.steps for row in rows] == sorted({row.steps for row in rows})
        assert [row.gained.weight for row in rows] == sorted({row.gained.weight for row in rows})


def test_groups_hold_devices_that_state_the_same_of_what_is_asked(population: list[Device], shop: Catalogue) -> None:
    grouped = Population(population, shop)
    names = asked(shop.requirements)
    for group in positions(grouped.everything):
        stated = {tuple(population[place].profile.values(name) for name in names) for place in grouped.members[group]}
        assert len(stated) == 1


# Held against another report.


@pytest.fixture(scope="module")
def stricter(vocabularies: Vocabularies) -> Catalogue:
    """The shop with higher thresholds."""
    documents = [one._replace(data=one.data.replace(b"176x208", b"240x320")) for one in gather([str(SHOP)], read_file)]
    return load_documents(documents, vocabularies)


def test_what_differs_is_what_a_change_of_the_catalogue_does(
    made: CompatibilityReport, population: list[Device], shop: Catalogue, stricter: Catalogue
) -> None:
    found = held_against(report(population, stricter, Readings("samples")), made).comparison
    assert found
    expected = {
        (one.profile, one.application): one.variants
        for one in impact(shop, stricter, [device.profile for device in population])
        if one.variants[0] != one.variants[1]
    }
    moved = {(row.device, row.application): (row.before, row.now) for row in found.devices}
    assert expected
    assert {key for key, (before, now) in moved.items() if {before, now} - {"unserved", "indeterminate"}} == set(expected)
    for key, variants in expected.items():
        for said, variant in zip(moved[key], variants, strict=True):
            assert said == variant or (variant is None and said in {"unserved", "indeterminate"})


def test_differences_of_two_populations_are_those_of_two_counts(
    made: CompatibilityReport, population: list[Device], shop: Catalogue
) -> None:
    others = population[::2]
    found = held_against(made, report(others, shop, Readings("fewer"))).comparison
    assert found
    assert not found.devices  # what both have gets the same
    for row in found.applications:
        for share, devices_ in ((row.before, others), (row.now, population)):
            got = [(one.weight, chosen(one, shop.applications[row.application], shop)[0]) for one in devices_]
            served = sum(weight for weight, variant in got if variant)
            assert share == pytest.approx(served / sum(weight for weight, _ in got))
    again = held_against(made, made).comparison
    assert again
    assert (again.variants, again.vendors, again.devices) == ((), (), ())
    assert {row.difference for row in again.applications} == {0.0}


def test_the_command_holds_one_population_and_one_catalogue_against_another(tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for path in sorted(SAMPLES.glob("*.rdf"))[:4]:
        (few / path.name).write_bytes(path.read_bytes())
    arguments = ("report", "--profiles", SAMPLES, "--catalogue", SHOP, "--jobs", 1, "--format", "json", "--at", "2026-11-26")
    status, printed, _ = run(*arguments, "--output", tmp_path / "a", "--against-profiles", few)
    summary = json.loads(printed)
    assert (status, summary["against"]["devices"], summary["devices"]) == (0, 4, len(devices()))
    assert summary["compared_applications"]
    assert "Before and now" in (tmp_path / "a" / "report.html").read_text()
    status, printed, _ = run(*arguments, "--output", tmp_path / "b", "--against-catalogue", SHOP)
    summary = json.loads(printed)
    assert (status, summary["compared_variants"], summary["compared_vendors"]) == (0, [], [])
    assert {one.name for one in (tmp_path / "b").iterdir()} >= {"compared_applications.csv", "compared_devices.csv"}


# Files.


class Balanced(HTMLParser):
    """Knows what is open at the end, and everything that a page would fetch."""

    VOID = frozenset({"meta", "input", "rect", "line", "circle", "polyline"})
    OPTIONAL = frozenset({"td"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [str(value) for name, value in attrs if name in {"src", "srcset"} or (name == "href" and tag == "link")]
        if tag not in self.VOID | self.OPTIONAL:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag in self.OPTIONAL:
            return
        while self.open[-1] == "tr" and tag == "tbody":  # the rows of devices leave their end tags out
            self.open.pop()
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing(made: CompatibilityReport) -> None:
    written = page(made)
    parser = Balanced()
    parser.feed(written)
    assert (parser.open, parser.fetched) == ([], [])
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", re.sub(r"<td>.*", "", written))
    assert all(f'href="#{name}"' in written and f'id="{name}"' in written for name in ("applications", "devices", "tests"))


def test_what_profiles_say_is_no_markup(population: list[Device], shop: Catalogue) -> None:
    uri = 'urn:x:"><script>alert(1)</script>'
    hostile = [one._replace(profile=one.profile._replace(uri=uri)) for one in population[:3]]
    assert "<script>alert" not in page(report(hostile, shop, Readings("<script>alert(2)</script>")))


def test_csv_is_safe_for_spreadsheets(population: list[Device], shop: Catalogue) -> None:
    hostile = [one._replace(profile=one.profile._replace(uri="=1+1")) for one in population[:3]]
    content = csv_files(report(hostile, shop, Readings("x")))["devices.csv"].decode()
    assert [row["device"] for row in csv.DictReader(content.splitlines())] == ["'=1+1"] * 3


def test_the_summary_of_the_samples_is_as_reviewed(profiles: list[ResolvedProfile], shop: Catalogue, root: Path) -> None:
    made = report([Device(one) for one in profiles], shop, Readings("samples"))
    written = markdown_files(made)["summary.md"].decode()
    reviewed = root / "tests" / "suite" / "report_samples.md"
    assert written == reviewed.read_text(), "if the change is meant, review it and write the new summary there"


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(one) for one in arguments])
    if isinstance(result.exception, CcppError):  # which `main` makes a line and the exit status of
        return 2, result.stdout, str(result.exception)
    return result.exit_code, result.stdout, result.stderr


def test_end_to_end_with_broken_input_among_good(tmp_path: Path) -> None:
    folder, output = tmp_path / "profiles", tmp_path / "out"
    folder.mkdir()
    for path in SAMPLES.glob("*.rdf"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "cut.parquet").write_bytes(b"PAR1\x00\x01")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (folder / "strange.parquet").write_bytes(parquet_of({"x": ["y"]}))
    (folder / "INDEX.csv").write_text("file,uri\n01-aurora-a100.rdf,urn:listed\n")  # is no profile, and doubles none
    (folder / "lines.ndjson").write_text(
        '{"profile": "urn:a", "attributes": {"HardwarePlatform/ScreenSize": "240x320"}}\nnot JSON\n'
    )
    (tmp_path / "weights.csv").write_text("vendor,model,weight\n,N80,3\n,Nobody,1\n")
    arguments = ("report", "--profiles", folder, "--catalogue", SHOP, "--output", output, "--jobs", 1, "--at", "2026-11-25")
    status, printed, complaints = run(*arguments, "--format", "json")
    assert status == 0
    summary = json.loads(printed)
    assert summary["devices"] == len(devices()) + 1
    assert [Path(one["place"]).name for one in summary["unreadable"]] == [
        "INDEX.csv", "cut.parquet", "lines.ndjson:2", "picture.png", "strange.parquet",
    ]  # fmt: skip
    assert complaints.count("\n") == len(summary["unreadable"])
    assert {"report.html", "summary.json", "summary.md", "devices.csv", "heat-map.svg"} <= {
        one.name for one in output.iterdir()
    }
    assert json.loads((output / "summary.json").read_text())["applications"] == summary["applications"]
    status, _, complaints = run(*arguments, "--strict")
    assert (status, "INDEX.csv" in complaints) == (2, True)
    status, _, complaints = run(*arguments, "--weights", tmp_path / "weights.csv")
    assert (status, "1 lines of weights name no device" in complaints) == (0, True)


def test_where_not_all_devices_are_listed_files_say_what_each_gets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `arrow` is not installed")
    folder, output = tmp_path / "profiles", tmp_path / "out"
    folder.mkdir()
    for path in SAMPLES.glob("*.rdf"):
        (folder / path.name).write_bytes(path.read_bytes())
    arguments = ("report", "--profiles", folder, "--catalogue", SHOP, "--output", output, "--jobs", 1, "--as", "csv")

    def choices() -> dict[str, dict[str, str | None]]:
        files = sorted((output / "choices").glob("*.parquet"))
        rows = [row for file in files for row in parquet.read_table(file).to_pylist()]
        return {row.pop("device"): {name: one for name, one in row.items() if name != "weight"} for row in rows}

    def listed() -> dict[str, dict[str, str | None]]:
        with (output / "devices.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        none = {Outcome.UNSERVED.value, Outcome.INDETERMINATE.value}
        return {row["device"]: {name: None if one in none else one for name, one in row.items()} for row in rows}

    assert run(*arguments)[0] == 0
    everything = listed()
    assert not (output / "choices").exists()
    monkeypatch.setattr("ccpp.storage.partitions.DOCUMENTS", 3)
    monkeypatch.setattr("ccpp.commands.reporting_run.MAX_CELLS", 10)
    monkeypatch.setattr("ccpp.commands.reporting_run.LISTED", 2)
    for left in (len(devices()), 4):
        for path in sorted(folder.iterdir())[left:]:
            path.unlink()
        assert run(*arguments)[0] == 0
        told = choices()
        assert len(told) == left
        assert len(listed()) == 2
        for device, gets in told.items():
            assert gets == {name: everything[device][name] for name in gets}, device


def parquet_of(columns: dict[str, list[object]]) -> bytes:
    pa = pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
    sink = pa.BufferOutputStream()
    pa.parquet = pytest.importorskip("pyarrow.parquet")
    pa.parquet.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue())


def test_tables_and_lines_are_read_as_documents_are(tmp_path: Path, profiles: list[ResolvedProfile]) -> None:
    from ccpp.plain import plain_profile, plain_value  # noqa: PLC0415  only here

    (tmp_path / "a.ndjson").write_text("".join(json.dumps(plain_profile(one)) + "\n" for one in profiles))
    names = [
        "HardwarePlatform/ScreenSize",
        "HardwarePlatform/ColorCapable",
        "SoftwarePlatform/CcppAccept",
        "HardwarePlatform/Model",
    ]
    columns: dict[str, list[object]] = {"profile": [one.uri for one in profiles]}
    for name in names:
        stated = [one.attributes.get(tuple(name.split("/"))) for one in profiles]  # type: ignore[call-overload]
        columns[name] = [None if one is None else plain_value(one.value) for one in stated]
    (tmp_path / "b.parquet").write_bytes(parquet_of(columns))
    arguments = ("report", "--catalogue", SHOP, "--jobs", 1, "--as", "json", "--at", "2026-11-25", "--format", "json")
    summaries = []
    for source in (SAMPLES, tmp_path / "a.ndjson", tmp_path / "b.parquet"):
        status, printed, _ = run(*arguments, "--profiles", source, "--output", tmp_path / "out")
        assert status == 0
        summaries.append(json.loads(printed))
    assert [one["devices"] for one in summaries] == [len(profiles)] * 3
    assert summaries[1]["blocking"] == summaries[0]["blocking"]


def test_every_form_holds_the_same_tables(tmp_path: Path, made: CompatibilityReport) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `arrow` is not installed")
    forms = pytest.importorskip("ccpp.reports.parquet")
    written = {table.name: len(table.rows) for table in tables(made)}
    for name, content in forms.parquet_files(made).items():
        (tmp_path / name).write_bytes(content)
        assert parquet.read_table(tmp_path / name).num_rows == written[name.removesuffix(".parquet")]
    for name, content in csv_files(made).items():
        assert len(list(csv.reader(content.decode().splitlines()))) == written[name.removesuffix(".csv")] + 1


def test_notebooks_show_a_report_and_take_its_tables(made: CompatibilityReport) -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
    polars = pytest.importorskip("polars", reason="polars is not installed")
    pytest.importorskip("pandas", reason="pandas is not installed")
    for table in tables(made):
        names = [column.name.replace(" ", "_") for column in table.columns]
        assert pa.table(table).column_names == polars.DataFrame(table).columns == names
        assert list(table.to_arrow().to_pandas().columns) == names
        assert "<script" not in table._repr_html_()
    shown = made._repr_html_()
    assert all(row.label in shown for row in made.applications)
    with pytest.raises(KeyError):
        made.table("nothing of the kind")


def test_plots_are_pictures(made: CompatibilityReport) -> None:
    pytest.importorskip("resvg_py", reason="the extra `report` is not installed")
    from ccpp.reports.plots import svg_files  # noqa: PLC0415  only here
    from ccpp.reports.png import png_files  # noqa: PLC0415  of an extra

    few = replace(made, curves=made.curves[:2])
    written = png_files(few)
    assert set(written) == {name.replace(".svg", ".png") for name in svg_files(few)}
    for name, content in written.items():
        width = int(re.findall(r'width="([0-9.]+)"', svg_files(few)[name.replace(".png", ".svg")].decode())[0])
        assert (content[:8], int.from_bytes(content[16:20])) == (b"\x89PNG\r\n\x1a\n", 2 * width)


def test_the_workbook_has_a_sheet_a_table(made: CompatibilityReport) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra `report` is not installed")
    from io import BytesIO  # noqa: PLC0415  only here
    from zipfile import ZipFile  # noqa: PLC0415

    from ccpp.reports.workbook import workbook_files  # noqa: PLC0415

    with ZipFile(BytesIO(workbook_files(made)["report.xlsx"])) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(tables(made))
        assert book.testzip() is None


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("a,b\n1,2\n", "no weights"),
        ("profile,weight\nurn:a,-1\n", "no number from 0 on"),
        ("profile,weight\nurn:a,many\n", "no number from 0 on"),
        ("profile,weight\nurn:a,nan\n", "no number from 0 on"),
    ],
)
def test_weights_that_are_none_are_refused(content: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(content)
    arguments = ("--catalogue", SHOP, "--output", tmp_path / "o", "--weights", tmp_path / "w.csv", "--profiles", SAMPLES)
    status, _, said = run("report", *arguments)
    assert (status, complaint in said) == (2, True)
    assert not (tmp_path / "o").exists()

"""The realistic sample catalogue: as large as it claims, met by its expectations, and deciding for real devices."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from ccpp.catalogue.documents import gather
from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import Catalogue, Domain, State
from ccpp.cli import cli
from ccpp.decision import decide_all
from ccpp.derivation import load_derivations
from ccpp.errors import ProfileError
from ccpp.impact import Distribution
from ccpp.normalisation import load_normalisation
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import SHOP, SHOP_EXPECTATIONS, SUBSCRIBERS, devices, sample
from ccpp.selection import select_variant
from ccpp.situation import situation_of
from ccpp.storage.files import read_file
from ccpp.subscribers import load_subscriber

if TYPE_CHECKING:
    from pathlib import Path

    from ccpp.model import ResolvedProfile
    from ccpp.vocabulary import Vocabularies


@pytest.fixture(scope="module")
def shop(vocabularies: Vocabularies) -> Catalogue:
    return load_documents(gather([str(SHOP)], read_file), vocabularies)


def profiles_of(paths: list[Path], vocabularies: Vocabularies) -> list[ResolvedProfile]:
    derivations = load_derivations(vocabularies, load_normalisation(vocabularies))
    found = []
    for path in paths:
        try:
            profile = read_profile(path.read_bytes(), uri=path.as_uri(), vocabularies=vocabularies)
        except ProfileError:
            continue
        found.append(derivations.derive(resolve([profile])))
    return found


def test_the_shop_is_as_large_as_it_says(shop: Catalogue) -> None:
    variants = [variant for one in shop.applications.values() for variant in one.variants]
    assert len(shop.applications) >= 12
    assert len(variants) >= 60
    assert {language for one in variants for language in one.languages} >= {"en", "fi", "sv", "de"}
    assert len({one.artefact.media_type for one in variants}) >= 12
    assert {one.domain for one in shop.applications.values()} == {*Domain}
    assert {one.supply.state for one in (*shop.applications.values(), *variants)} == {*State}
    needs = [need for one in variants for need in one.supply.needs] + [
        n for a in shop.applications.values() for n in a.supply.needs
    ]
    assert len(needs) >= 8
    assert set(shop.terminal_settings) == {"internet", "messages"}


def test_each_document_can_come_first_or_last(shop: Catalogue, vocabularies: Vocabularies) -> None:
    documents = list(gather([str(SHOP)], read_file))
    Random(7).shuffle(documents)  # noqa: S311  no secret
    assert load_documents(documents, vocabularies).digest == shop.digest


def test_the_expectations_are_met() -> None:
    result = CliRunner().invoke(cli, ["catalogue", "test", str(SHOP), str(SHOP_EXPECTATIONS), "--format", "json"])
    found = json.loads(result.stdout)
    assert found["failed"] == []
    assert found["expectations"] >= len(devices()) * 19
    assert found["coverage"]["conditions_missed"] == []


@pytest.mark.parametrize("name", ["anna.toml", "bertil.toml", "tester.toml", None])
def test_on_the_sample_devices_losers_do_not_matter(name: str | None, shop: Catalogue, vocabularies: Vocabularies) -> None:
    subscriber = load_subscriber((SUBSCRIBERS / name).read_bytes(), source=name) if name else None
    for device in devices():
        profile = resolve([read_profile(sample(device), uri=f"urn:{device}", vocabularies=vocabularies)])
        verdicts, situation = shop.matcher.match(profile), situation_of(shop, profile, subscriber)
        for application in shop.applications.values():
            chosen = select_variant(application, verdicts, situation).chosen
            for loser in application.variants:
                if loser is not chosen:
                    rest = replace(application, variants=tuple(one for one in application.variants if one is not loser))
                    assert select_variant(rest, verdicts, situation).chosen is chosen


def test_a_variant_without_a_requirement_is_explained_by_its_place() -> None:
    device = str(SHOP.parent.parent / "devices" / "07-delta-n80.rdf")
    arguments = ["explain", device, "--catalogue", str(SHOP), "--variant", "chess-wap"]
    assert "In the choice: is the fallback, and `chess-medium` fits" in CliRunner().invoke(cli, arguments).stdout
    found = json.loads(CliRunner().invoke(cli, [*arguments, "--format", "json"]).stdout)
    assert (found["verdict"], found["cause"]) == ("satisfied", "only-fallback")
    assert CliRunner().invoke(cli, [*arguments, "--format", "html"]).exit_code == 1


@pytest.mark.parametrize(("device", "document"), [("07-delta-n80.rdf", "wap-wbxml"), ("09-echo-droid.rdf", "apns")])
def test_its_terminal_settings_make_a_document(device: str, document: str) -> None:
    arguments = ["settings", str(SHOP.parent.parent / "devices" / device), "--catalogue", str(SHOP), "--format", "json"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert document in result.stdout
    assert "internet.operator.example" in result.stdout


def test_nothing_is_to_be_linted() -> None:
    result = CliRunner().invoke(cli, ["catalogue", "lint", str(SHOP), "--format", "json"])
    assert result.exit_code == 0, result.stdout


def test_a_summary_counts_every_device(tmp_path: Path) -> None:
    for name in devices():
        (tmp_path / name).write_bytes(sample(name))
    arguments = ["match", str(tmp_path), "--catalogue", str(SHOP.parent), "--summary", "--at", "2026-12-24"]
    found = json.loads(CliRunner().invoke(cli, [*arguments, "--format", "json"]).stdout)
    assert found["profiles"] == 10
    assert all(sum(counts.values()) == 10 for counts in found["applications"].values())
    assert found["applications"]["racer"]["racer-symbian"] == 1
    text = CliRunner().invoke(cli, arguments).stdout
    assert "10 devices" in text
    assert "racer-symbian       1   10.0%" in text


@pytest.mark.long
def test_every_real_device_is_decided_for(real_profiles: list[Path], shop: Catalogue, vocabularies: Vocabularies) -> None:
    distribution = Distribution(shop)
    for profile in profiles_of(real_profiles, vocabularies):
        distribution.count(decide_all(profile, shop))
    counts = distribution.counts
    assert distribution.profiles > 2_000
    assert all(sum(one.values()) == distribution.profiles for one in counts.values())
    # What only a subscriber's language, a sample device, or nobody brings about; every other variant has real devices.
    nowhere = {variant for one in counts.values() for variant, number in one.items() if variant and not number}
    assert nowhere == {"sudoku-fi", "sudoku-sv", "mail-cirrus", "maps-old"} | {
        variant.id for variant in shop.applications["backup"].variants
    }

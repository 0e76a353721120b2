"""The command line as a user has it: results, exit status, and one clear line for what cannot be used."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import pytest
from descriptors import MANIFEST, PASSWORD, archive_of, pems

from ccpp import samples
from ccpp.cli import COMMANDS, cli
from ccpp.console import show_change
from ccpp.matching.flipping import ProfileChange
from ccpp.model import AttributeName
from ccpp.provisioning.jad import read_jad
from ccpp.provisioning.signing import verify_signature

SAMPLES = Path(samples.__file__).parent
DEVICES = SAMPLES / "devices"
CATALOGUE = str(SAMPLES / samples.CATALOGUE)
N80 = str(DEVICES / "07-delta-n80.rdf")
A100 = str(DEVICES / "01-aurora-a100.rdf")

#: Address space of a command under test, in bytes: far under what reading a hostile file whole would take.
MEMORY = 1_500_000_000


def ccpp(
    *arguments: str, text: str | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ccpp", *arguments],
        capture_output=True,
        text=True,
        input=text,
        env=environment,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )


def as_json(*arguments: str, status: int = 0) -> Any:  # noqa: ANN401  JSON
    result = ccpp(*arguments, "--format", "json")
    assert (result.returncode, result.stderr) == (status, "")
    return json.loads(result.stdout)


def test_demo_answers_for_every_sample_device() -> None:
    result = ccpp("demo")
    assert result.returncode == 0
    for device in samples.devices():
        assert device in result.stdout
    assert "Why 07-delta-n80.rdf does not get chess-large" in result.stdout
    assert "What would have to change" in result.stdout
    assert "features=hints" in result.stdout


def test_demo_as_json() -> None:
    results = as_json("demo")
    droid = next(one for one in results if one["device"] == "09-echo-droid.rdf")
    assert droid["applications"]["chess"]["chosen"] == "chess-android"
    assert droid["configuration"]["player"]["kbit-per-second"]["value"] == 384
    assert "board in 3D" in droid["configuration"]["chess"]["features"]["value"]


def test_resolve_gives_values_with_origins() -> None:
    [profile] = as_json("resolve", N80)
    screen = profile["attributes"]["HardwarePlatform/ScreenSize"]
    assert profile["profile"] == "http://wap.delta.example/profiles/n80.xml"
    assert profile["digest"].startswith("sha256:")
    assert (screen["value"], screen["datatype"], screen["status"]) == ("176x208", "Dimension", "ok")
    [origin] = screen["origins"]
    assert origin["document"] == N80
    assert (origin["kind"], origin["line"]) == ("explicit", 16)


def test_override_beats_a_locked_attribute_and_shows_what_it_beat() -> None:
    [profile] = as_json("resolve", N80, "--override", str(SAMPLES / samples.OVERRIDE[0]))
    screen = profile["attributes"]["HardwarePlatform/ScreenSize"]
    assert screen["value"] == "240x320"
    assert screen["origins"][0]["kind"] == "override"
    assert [beaten["value"] for beaten in screen["beaten"]] == ["176x208"]


def test_files_about_one_profile_are_merged_in_order_and_others_are_not() -> None:
    diff = str(SAMPLES / samples.DIFF[0])
    merged = as_json("resolve", str(DEVICES / samples.DIFF[1]), diff)
    assert len(merged) == 1
    assert merged[0]["attributes"]["SoftwarePlatform/CcppAccept"]["value"][-1] == "video/3gpp"
    assert len(as_json("resolve", A100, N80)) == 2
    assert len(as_json("resolve", A100, N80, "--merge")) == 1


def test_a_folder_stands_for_its_files() -> None:
    assert len(as_json("resolve", str(DEVICES))) == 10


def test_standard_input() -> None:
    result = ccpp("resolve", "-", "--format", "json", text=Path(A100).read_text())
    assert json.loads(result.stdout)[0]["profile"].endswith("A100.rdf")


def test_what_a_device_says_does_not_reach_the_terminal_raw(tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_text(Path(A100).read_text().replace("<prf:Model>", "<prf:Model>&#x9b;2J&#x202e;"))
    shown = ccpp("resolve", str(tmp_path / "a.rdf")).stdout
    assert "\ufffd2J\ufffdA100" in shown
    assert not set(shown) & {"\x9b", "\u202e"}
    missing = ccpp("resolve", str(tmp_path / "\x1b[2Jb.rdf")).stderr
    assert "\ufffd[2Jb.rdf: no such file" in missing


def test_match_gives_verdicts_and_choices() -> None:
    one = as_json("match", N80, "--catalogue", CATALOGUE)
    assert one["applications"]["chess"] == {
        "chosen": "chess-medium",
        "variants": {
            "chess-android": "unsatisfied",
            "chess-large": "unsatisfied",
            "chess-medium": "satisfied",
            "chess-small": "satisfied",
        },
    }
    assert len(as_json("match", N80, A100, "--catalogue", CATALOGUE)) == 2


def test_closed_world_leaves_nothing_open() -> None:
    slate = str(DEVICES / "10-fjord-slate.rdf")
    opened, closed = (as_json("match", slate, "--catalogue", CATALOGUE, *world) for world in ((), ("--closed-world",)))
    assert "indeterminate" in opened["applications"]["player"]["variants"].values()
    assert "indeterminate" not in closed["applications"]["player"]["variants"].values()


def test_explain_says_why_and_what_would_change_it() -> None:
    found = as_json("explain", N80, "--catalogue", CATALOGUE, "--variant", "chess-large")
    assert found["verdict"] == "unsatisfied"
    assert found["changes"] == ["change HardwarePlatform/ScreenSize so that it is at least 240x320 both ways"]
    assert "176x208" in ccpp("explain", N80, "--catalogue", CATALOGUE, "--variant", "chess-large").stdout


def test_explain_says_of_an_application_what_stands_in_each_way() -> None:
    shown = ccpp("explain", N80, "--catalogue", CATALOGUE, "--application", "chess").stdout.splitlines()
    assert "  ✗  chess-large    HardwarePlatform/ScreenSize: 176x208 → 240x320" in [line.rstrip() for line in shown]
    assert [line for line in shown if line.startswith("chess")] == ["chess: chess-medium"]
    every = as_json("explain", N80, "--catalogue", CATALOGUE)["applications"]
    assert [one["application"] for one in every] == ["chess", "mail", "player"]
    [large] = [one for one in every[0]["variants"] if one["variant"] == "chess-large"]
    assert large["changes"] == ["change HardwarePlatform/ScreenSize so that it is at least 240x320 both ways"]
    assert large["flip"]["device"][0]["after"] == ["240x320"]
    assert all(one["changes"] == [] for one in every[0]["variants"] if one["verdict"] == "satisfied")


def test_what_a_list_would_need_is_what_comes_and_goes() -> None:
    name = AttributeName("SoftwarePlatform", "JavaPlatform")
    said = {
        (None, ("a",)): "not stated → a",
        (("a",), ("b",)): "a → b",
        (("a", "b"), ("a", "b", "c")): "add c",
        (("a", "b"), ("c", "b")): "add c, without a",
        (("a", "b"), ("b",)): "without a",
        (("a", "b"), ("b", "a")): "a, b → b, a",
        ((), ("a", "b")): "add a, b",
    }
    assert {key: show_change(ProfileChange(name, *key)) for key in said} == said


def test_provision_writes_the_documents(tmp_path: Path) -> None:
    found = as_json("provision", N80, "--catalogue", CATALOGUE, "--application", "mail", "--output", str(tmp_path / "out"))
    assert found["chosen"] == "mail-midp"
    assert found["configuration"]["imap-server"]["value"] == "mail.example"
    written = json.loads((tmp_path / "out" / "mail-midp.json").read_text())
    assert written["artefact"]["uri"] == "https://apps.example/mail.jar"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mail-midp.json"]


def test_no_variant_fits() -> None:
    found = as_json("provision", A100, "--catalogue", CATALOGUE, "--application", "chess", status=1)
    assert found["chosen"] is None
    assert found["documents"] == []
    assert len(found["reasons"]) == 4


def test_validate() -> None:
    [clean] = as_json("validate", N80)
    assert clean["conforms"] is True
    touch = ccpp("validate", str(DEVICES / "08-echo-touch.rdf"))
    assert touch.returncode == 1
    assert "namespace-misspelt" in touch.stdout


def test_strict_refuses_what_is_otherwise_repaired(tmp_path: Path) -> None:
    damaged = tmp_path / "blank.rdf"
    damaged.write_bytes(b"\n" + Path(A100).read_bytes())
    assert ccpp("resolve", str(damaged)).returncode == 0
    assert ccpp("resolve", str(damaged), "--strict").returncode == 2


def test_vocabulary_and_completion() -> None:
    assert "HardwarePlatform/ScreenSize" in ccpp("vocabulary", "ScreenSize").stdout
    assert as_json("vocabulary", "ScreenSize")[0]["rule"] == "Locked"
    assert "_CCPP_COMPLETE" in ccpp("completion", "bash").stdout


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]><x>&m;</x>"
)

UNUSABLE = {
    "missing": (None, "no such file"),
    "empty": (b"", "the document is empty"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(64), "a PNG image"),
    "html": (b"<!DOCTYPE html><html><head><title>404</title><body><p>Not found", "HTML"),
    "xhtml": (b'<html xmlns="http://www.w3.org/1999/xhtml"><head/></html>', "XML, but not RDF"),
    "rdf": (
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="urn:x" r:value="x"/></r:RDF>',
        "RDF, but no profile",
    ),
    "laughs": (BILLION_LAUGHS.encode(), "entity"),
    "deep": (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="urn:d#">' + b"<d:a>" * 10_000,
        "levels of elements",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_profiles_get_one_line(name: str, tmp_path: Path) -> None:
    content, said = UNUSABLE[name]
    path = tmp_path / "profile.rdf"
    if content is not None:
        path.write_bytes(content)
    assert_refused(ccpp("resolve", str(path)), said, str(path))


def test_a_file_of_100_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.rdf"
    with path.open("wb") as file:
        file.write(b"<a>")
        file.truncate(100_000_000)
    start = time.monotonic()
    assert_refused(ccpp("resolve", str(path)), "more than 1048576", str(path))
    assert time.monotonic() - start < 20  # not a matter of speed: reading all of it is a matter of memory


def assert_refused(result: subprocess.CompletedProcess[str], said: str, where: str) -> None:
    assert result.returncode == 2
    assert said in result.stderr
    assert where in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr


PREFIXES = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix cat: <urn:ccpp:catalogue#> .
@prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#> .
@prefix : <urn:test#> .
:c a cat:Catalogue ; rdfs:label "c" ; cat:applications ( :a ) .
:a a cat:Application ; rdfs:label "a" ; cat:variants ( :v ) .
:v a cat:Variant ; rdfs:label "v" ; cat:requirement :r ; cat:artefact [ cat:uri "http://a.example/" ; cat:mediaType "text/html" ] .
"""


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("sh:property [ sh:path prf:ColourCapable ; sh:hasValue true ]", "did you mean `HardwarePlatform/ColorCapable`?"),
        ("sh:property [ sh:path prf:ColorCapable ; sh:class prf:Colour ]", "`sh:class` is not supported"),
        ("sh:closed true", "`sh:closed` is not supported"),
        ("sh:property [ sh:path prf:ColorCapable ; sh:hasValue 'Yes' ]", "write true or false"),
    ],
)
def test_broken_catalogues_get_one_line(shape: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.ttl"
    path.write_text(f"{PREFIXES} :r a sh:NodeShape ; {shape} .")
    assert_refused(ccpp("match", N80, "--catalogue", str(path)), said, str(path))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("frobnicate",), "No such command"),
        (("resolve",), "resolve --help` says what is due"),
        (("match", N80), "--catalogue"),
        (("explain", N80, "--catalogue", CATALOGUE, "--variant", "chess-larg"), "did you mean `chess-large`?"),
        (("explain", N80, "--catalogue", CATALOGUE, "--application", "ches"), "did you mean `chess`?"),
        (("explain", N80, "--catalogue", CATALOGUE, "--format", "html"), "html is of one variant"),
        (("explain", N80, "--catalogue", CATALOGUE, "--variant", "chess-large", "--application", "chess"), "leave out"),
        (("provision", N80, "--catalogue", CATALOGUE, "--application", "ches"), "did you mean `chess`?"),
        (("match", N80, "--catalogue", "nowhere.ttl"), "no such file"),
        (("vocabulary", "ColourCapable"), "did you mean"),
    ],
)
def test_wrong_calls_get_one_line(arguments: tuple[str, ...], said: str) -> None:
    result = ccpp(*arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_one_bad_file_among_good_ones_costs_a_line_and_nothing_else(tmp_path: Path) -> None:
    bad = tmp_path / "bad.rdf"
    bad.write_bytes(b"nothing")
    result = ccpp("resolve", A100, str(bad), N80, "--format", "json")
    assert result.returncode == 2
    assert len(json.loads(result.stdout)) == 2
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_of_a_command_is_its_own(name: str) -> None:
    assert isinstance(cli, click.Group)
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.get_short_help_str(200) == COMMANDS[name].summary


# Ways of reading.

B610 = str(DEVICES / "03-borealis-b610.rdf")
OVERLAYS = '[[overlay]]\nname = "larger"\nvendor = "borealis"\n[overlay.attributes]\nScreenSize = "240x320"\n'


def test_overlays_correct_and_explain_tells(tmp_path: Path) -> None:
    (tmp_path / "overlays.toml").write_text(OVERLAYS)
    overlays = ("--overlays", str(tmp_path / "overlays.toml"))
    [account] = as_json("resolve", B610, *overlays, "--explain", "ScreenSize")
    assert (account["attribute"], account["value"]) == ("HardwarePlatform/ScreenSize", "240x320")
    assert [(one["outcome"], one["kind"]) for one in account["statements"]] == [
        ("won", "override"),
        ("lost", "explicit"),
        ("lost", "default"),
    ]
    assert account["statements"][0]["document"].endswith("overlays.toml: larger")
    shown = ccpp("resolve", B610, *overlays, "--explain", "ScreenSize")
    assert "an operator's override stands above it" in shown.stdout
    changes = as_json("profiles", "diff", B610, *overlays, status=1)["changes"]
    assert [change["attribute"] for change in changes] == ["HardwarePlatform/ScreenSize"]
    assert "not stated" in ccpp("resolve", B610, "--explain", "VoiceInputCapable").stdout


def test_an_unknown_attribute_to_explain_is_one_line() -> None:
    result = ccpp("resolve", B610, "--explain", "ScreenSze")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("ccpp: unknown attribute `ScreenSze` (did you mean")


def test_canonical_spellings_and_derived_attributes_on_demand(tmp_path: Path) -> None:
    document = Path(B610).read_text().replace("176x208", "208x176")
    (tmp_path / "device.rdf").write_text(document)
    [plain] = as_json("resolve", str(tmp_path / "device.rdf"))
    [derived] = as_json("resolve", str(tmp_path / "device.rdf"), "--normalise", "--derive")
    assert "HardwarePlatform/ScreenWidth" not in plain["attributes"]
    assert derived["attributes"]["HardwarePlatform/ScreenWidth"]["value"] == 208
    assert derived["attributes"]["HardwarePlatform/ScreenSizeUpright"]["value"] == "176x208"
    assert derived["digest"] == plain["digest"]


def test_defaults_beside_a_document_and_elsewhere(tmp_path: Path) -> None:
    start = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns:prf="http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#">"""
    default = start + "<rdf:Description><prf:CPU>ARM</prf:CPU></rdf:Description></rdf:RDF>"

    def device(reference: str) -> str:
        return f"""{start}<rdf:Description rdf:ID="P"><prf:component><prf:HardwarePlatform rdf:ID="H"><prf:Model>M</prf:Model>
            <prf:defaults rdf:resource="{reference}"/></prf:HardwarePlatform></prf:component></rdf:Description></rdf:RDF>"""

    (tmp_path / "inner").mkdir()
    (tmp_path / "defaults.rdf").write_text(default)
    (tmp_path / "device.rdf").write_text(device("defaults.rdf"))
    (tmp_path / "far.rdf").write_text(device("http://profiles.example/defaults.rdf"))
    (tmp_path / "inner" / "device.rdf").write_text(device("../defaults.rdf"))

    def cpu(*arguments: str) -> str | None:
        [profile] = as_json("resolve", *arguments)
        return profile["attributes"].get("HardwarePlatform/CPU", {}).get("value")

    assert cpu(str(tmp_path / "device.rdf")) == "ARM"
    assert cpu(str(tmp_path / "inner" / "device.rdf")) is None  # outside the document's folder
    assert cpu(str(tmp_path / "far.rdf")) is None
    known = f"http://profiles.example/defaults.rdf={tmp_path / 'defaults.rdf'}"
    assert cpu(str(tmp_path / "far.rdf"), "--document", known) == "ARM"
    assert "no URI=FILE" in ccpp("resolve", str(tmp_path / "far.rdf"), "--document", "nonsense").stderr


def test_twin_components_apart() -> None:
    document = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns:prf="http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#"><rdf:Description rdf:ID="P">
        <prf:component><prf:BrowserUA rdf:ID="A"><prf:BrowserName>a</prf:BrowserName></prf:BrowserUA></prf:component>
        <prf:component><prf:BrowserUA rdf:ID="B"><prf:BrowserName>b</prf:BrowserName></prf:BrowserUA></prf:component>
        </rdf:Description></rdf:RDF>"""
    apart = json.loads(ccpp("resolve", "-", "--twins", "apart", "--format", "json", text=document).stdout)
    assert [one["profile"].rpartition("#")[2] for one in apart] == ["A", "B"]
    merged = json.loads(ccpp("resolve", "-", "--format", "json", text=document).stdout)
    assert [one["attributes"]["BrowserUA/BrowserName"]["value"] for one in merged] == ["a"]


def test_other_forms_and_the_headers_of_a_request(tmp_path: Path) -> None:
    (tmp_path / "device.json").write_text('{"sdkVersion": 33, "supportedLocales": ["de"]}')
    (tmp_path / "request.http").write_text('GET / HTTP/1.1\nAccept-Language: fr\nSec-CH-UA-Model: "Pixel"\n')
    [device] = as_json("resolve", str(tmp_path / "device.json"))
    assert device["attributes"]["AndroidDevice/SdkVersion"]["value"] == 33
    request = ("--request", str(tmp_path / "request.http"))
    languages = {}
    for accept in ("request", "union", "profile"):
        [profile] = as_json("resolve", str(tmp_path / "device.json"), *request, "--accept", accept)
        languages[accept] = profile["attributes"]["SoftwarePlatform/CcppAccept-Language"]["value"]
        assert profile["attributes"]["HardwarePlatform/Model"]["value"] == "Pixel"
    assert languages == {"request": ["fr"], "union": ["de", "fr"], "profile": ["de"]}


@pytest.mark.parametrize(
    ("form", "expected"), [("turtle", "sh:conforms false"), ("html", "<!doctype html>"), ("text", "240x320")]
)
def test_an_explanation_in_every_form(form: str, expected: str) -> None:
    result = ccpp("explain", N80, "--catalogue", CATALOGUE, "--variant", "chess-large", "--format", form)
    assert (result.returncode, result.stderr) == (0, "")
    assert expected in result.stdout


def test_a_change_of_a_catalogue_and_a_log(tmp_path: Path) -> None:
    changed = tmp_path / "new.ttl"
    changed.write_text(Path(CATALOGUE).read_text().replace('req:dimensionAtLeast "240x320"', 'req:dimensionAtLeast "320x480"'))
    assert as_json("catalogue", "diff", CATALOGUE, CATALOGUE) == []
    [difference] = as_json("catalogue", "diff", CATALOGUE, str(changed), status=1)
    assert (difference["kind"], difference["change"]) == ("requirement", "changed")
    profiles = ("--profiles", str(DEVICES))
    found = as_json("catalogue", "impact", CATALOGUE, str(changed), *profiles)
    assert (found["profiles"], found["affected"], found["lost"]) == (10, 1, 0)
    assert found["changes"][0]["examples"][0]["reason"] == "`chess-large` its requirement is not satisfied"
    gate = ccpp("catalogue", "impact", CATALOGUE, str(changed), *profiles, "--max-affected", "0")
    assert gate.returncode == 1
    assert "1 of 10 devices get something else" in gate.stdout
    assert ccpp("catalogue", "impact", CATALOGUE, str(changed), *profiles, "--max-lost", "0").returncode == 0
    log = tmp_path / "log.ndjson"
    assert ccpp("match", str(DEVICES), "--catalogue", CATALOGUE, "--records", str(log)).returncode == 0
    assert as_json("replay", str(log), "--catalogue", CATALOGUE, *profiles) == {"records": 30, "changed": []}
    replayed = ccpp("replay", str(log), "--catalogue", str(changed), *profiles)
    assert (replayed.returncode, replayed.stdout.splitlines()[0]) == (1, "1 of 30 decisions come out otherwise")


def test_expectations_of_a_catalogue(tmp_path: Path) -> None:
    expectations = str(SAMPLES / samples.EXPECTATIONS)
    found = as_json("catalogue", "test", CATALOGUE, expectations)
    assert (found["expectations"], found["failed"], found["coverage"]["variants_missed"]) == (33, [], [])
    changed = tmp_path / "new.ttl"
    changed.write_text(Path(CATALOGUE).read_text().replace('req:dimensionAtLeast "240x320"', 'req:dimensionAtLeast "320x480"'))
    failed = ccpp("catalogue", "test", str(changed), expectations)
    assert failed.returncode == 1
    assert "gets `chess-medium`, not `chess-large`" in failed.stdout
    assert "31 of 33 expectations are met" in failed.stdout
    reported = ccpp("catalogue", "test", CATALOGUE, expectations, "--format", "junit")
    assert (reported.returncode, reported.stdout.count("<testcase")) == (0, 33)
    (tmp_path / "e.toml").write_text('[[expect]]\nprofile = "gone.rdf"\napplication = "chess"\nvariant = "none"\n')
    assert ccpp("catalogue", "test", CATALOGUE, str(tmp_path / "e.toml")).returncode == 2


def test_requirements_as_feature_sets() -> None:
    found = {one["requirement"].rpartition("#")[2]: one for one in as_json("requirements", "write", CATALOGUE)}
    assert found["Tls"]["features"] is None
    assert "cannot be written" in found["Tls"]["error"]
    [photos] = as_json("requirements", "write", CATALOGUE, "--requirement", "ShowsPhotos")
    assert photos["features"] == '(type="image/jpeg")'
    assert photos["hash"].startswith("(h.")
    assert ccpp("requirements", "write", CATALOGUE, "--requirement", "Tls").returncode == 2
    assert "did you mean" in ccpp("requirements", "write", CATALOGUE, "--requirement", "ShowsPhoto").stderr
    read = as_json("requirements", "read", "(| (pix-x>=176);q=0.9 (pix-x>=96) )")
    assert [one["quality"] for one in read["alternatives"]] == ["9/10", "1"]
    assert ccpp("requirements", "read", "(pix-x>").returncode == 2


ACCOUNT = 'network = "26202"\n[access.internet]\nuser = "alice"\npassword = "hunter2"\n'


def test_settings_are_written_in_the_form_that_the_device_takes(tmp_path: Path) -> None:
    account = tmp_path / "alice.toml"
    account.write_text(ACCOUNT)
    droid = str(DEVICES / "09-echo-droid.rdf")
    arguments = ("settings", droid, "--account", str(account), "--as", "device", "--as", "wap-wbxml", "--output")
    found = as_json(*arguments, str(tmp_path / "out"))
    assert found["choice"][-1]["form"] == "apns"
    assert found["settings"]["access/internet/user"]["origins"] == [{"layer": "subscriber", "value": "alice"}]
    assert found["settings"]["access/internet/password"]["value"] == "…"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"settings-apns.xml", "settings.wbxml"}
    assert 'password="hunter2"' in (tmp_path / "out" / "settings-apns.xml").read_text()
    shown = ccpp(*arguments, str(tmp_path / "out"))
    assert shown.returncode == 0
    assert "hunter2" not in shown.stdout + json.dumps(found)


def test_settings_of_a_network_without_a_device(tmp_path: Path) -> None:
    found = as_json("settings", "--network", "26201", "--as", "mobileconfig")
    assert found["documents"][0]["leftOut"]
    assert found["choice"] == []
    private, chain, _ = pems()
    (tmp_path / "key.pem").write_bytes(private)
    (tmp_path / "chain.pem").write_bytes(chain)
    command = (
        "settings",
        "--network",
        "26201",
        "--key",
        str(tmp_path / "key.pem"),
        "--certificates",
        str(tmp_path / "chain.pem"),
    )
    environment = {**os.environ, "CCPP_KEY_PASSWORD": PASSWORD.value}
    result = ccpp(*command, "--as", "mobileconfig", "--output", str(tmp_path / "out"), environment=environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert b"com.apple.cellular" in (tmp_path / "out" / "settings.mobileconfig").read_bytes()[1:]
    assert (tmp_path / "out" / "settings.mobileconfig").read_bytes().startswith(b"\x30\x82")  # a sequence of ASN.1
    result = ccpp(*command, "--as", "apns", environment=environment)
    assert result.stderr == "ccpp: nothing to sign: apns (`mobileconfig` can be signed)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("settings",), "no settings at all"),
        (("settings", "--network", "1"), "`1` is no network"),
        (("settings", "--network", "26201", "--as", "device"), "no device to choose a form for"),
        (("settings", "--network", "26201", "--as", "wap"), "no form `wap`"),
        (("settings", "--network", "26201", "--as", "rcs"), "no RCS application"),
        (("settings", "--account", "nowhere.toml"), "nowhere.toml: no such file"),
        (("settings", "--network", "26201", "--catalogue", CATALOGUE), "are for devices"),
        (("settings", "--network", "26201", "--key", "key.pem"), "--key and --certificates go together"),
    ],
)
def test_settings_that_cannot_be_made(arguments: tuple[str, ...], message: str) -> None:
    result = ccpp(*arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_descriptor_in_the_form_that_the_device_takes(tmp_path: Path) -> None:
    private, chain, _ = pems()
    archive = tmp_path / "chess.jar"
    archive.write_bytes(archive_of({**MANIFEST, "MIDlet-Version": "1.2.0"}, "example/Chess.class").data)
    (tmp_path / "key.pem").write_bytes(private)
    (tmp_path / "chain.pem").write_bytes(chain)
    command = (
        "provision",
        N80,
        "--catalogue",
        CATALOGUE,
        "--application",
        "chess",
        "--as",
        "device",
        "--archive",
        str(archive),
    )
    signed = (
        "--key",
        str(tmp_path / "key.pem"),
        "--certificates",
        str(tmp_path / "chain.pem"),
        "--report-to",
        "https://r.example/",
    )
    environment = {**os.environ, "CCPP_KEY_PASSWORD": PASSWORD.value}
    result = ccpp(*command, *signed, "--network", "26201", "--output", str(tmp_path / "out"), environment=environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"chess-medium.jad", "settings.wbxml"}
    jad = read_jad((tmp_path / "out" / "chess-medium.jad").read_bytes())
    verify_signature(jad, archive.read_bytes())
    assert jad["MIDlet-Jar-Size"] == str(archive.stat().st_size)
    assert as_json(*command)["choice"][-1]["form"] == "jad"
    wrong = ccpp(*command, *signed)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "no private key in PEM, or its password is another" in wrong.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--as", "jar"), "no form `jar`"),
        (("--as", "wap-wbxml"), "no settings at all"),
        (("--key", "k"), "--key and --certificates go together"),
        (("--report-to", "ftp://x"), "is no URL to report to"),
        (("--archive", CATALOGUE), "catalogue.ttl: no Java archive"),
        (("--as", "jnlp", "--network", "1"), ""),
    ],
)
def test_what_cannot_be_provisioned(arguments: tuple[str, ...], message: str) -> None:
    result = ccpp("provision", N80, "--catalogue", CATALOGUE, "--application", "chess", *arguments)
    assert result.returncode == (2 if message else 0)
    assert message in result.stderr

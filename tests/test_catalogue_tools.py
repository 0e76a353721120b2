"""The tools around a catalogue, on the command line: format, lint, gate, replay, dry run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ccpp import samples
from ccpp.cli import cli
from ccpp.errors import UsageError

SAMPLES = Path(samples.__file__).parent
DEVICES = SAMPLES / "devices"
CATALOGUE = SAMPLES / samples.CATALOGUE


def ccpp(*arguments: str | Path, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], input=text)


def as_json(*arguments: str | Path, status: int = 0) -> Any:  # noqa: ANN401  JSON
    result = ccpp(*arguments, "--format", "json")
    assert (result.exit_code, result.stderr) == (status, "")
    return json.loads(result.stdout)


# Format.

UNTIDY = "@prefix : <urn:e:> .\n:a   a :B;\n  :p 1 ;  # one\n:q ( 1\n 2 ).\n"
TIDY = "@prefix : <urn:e:> .\n:a a :B ;\n    :p 1 ;  # one\n    :q ( 1 2 ) .\n"


def test_format_writes_in_place_and_only_what_changes(tmp_path: Path) -> None:
    file = tmp_path / "c.ttl"
    file.write_text(UNTIDY)
    checked = ccpp("catalogue", "format", "--check", file)
    assert (checked.exit_code, checked.stdout, file.read_text()) == (1, f"would change {file}\n", UNTIDY)
    assert as_json("catalogue", "format", file) == {"changed": [str(file)], "written": True}
    assert file.read_text() == TIDY
    assert as_json("catalogue", "format", "--check", file) == {"changed": [], "written": False}
    assert ccpp("catalogue", "format", "-", text=UNTIDY).stdout == TIDY


def test_format_leaves_alone_what_it_cannot_read(tmp_path: Path) -> None:
    good, bad, other = (tmp_path / name for name in ("a.ttl", "b.ttl", "c.json"))
    good.write_text(UNTIDY)
    bad.write_text(":a :b")
    other.write_text("{}")
    result = ccpp("catalogue", "format", tmp_path)
    assert result.exit_code == 2
    assert good.read_text() == TIDY
    assert (bad.read_text(), other.read_text()) == (":a :b", "{}")
    assert [line.split(" (")[0] for line in result.stderr.splitlines()] == [
        f"ccpp: {bad}:1: not Turtle: the prefix `:` is not declared",
        f"ccpp: {other}: only Turtle has a layout here",
    ]


def test_the_samples_digest_survives_formatting(tmp_path: Path) -> None:
    file = tmp_path / "c.ttl"
    file.write_bytes(CATALOGUE.read_bytes())
    ccpp("catalogue", "format", file)
    assert as_json("catalogue", "diff", CATALOGUE, file) == []


# Lint.


def test_lint_exits_by_severity(tmp_path: Path) -> None:
    found = as_json("catalogue", "lint", CATALOGUE)
    assert [(one["rule"], one["subject"], one["line"]) for one in found] == [("dead-setting", "chess-small", 117)]
    warned = ccpp("catalogue", "lint", CATALOGUE, "--fail-on", "warning")
    assert (warned.exit_code, warned.stdout.splitlines()[-1]) == (1, "1 warning")
    broken = tmp_path / "c.ttl"
    broken.write_text("<urn:a> <urn:b>")
    result = ccpp("catalogue", "lint", broken)
    assert (result.exit_code, result.stdout.split(": ")[1]) == (1, "error document")
    assert json.loads(ccpp("catalogue", "lint", broken, "--format", "sarif").stdout)["version"] == "2.1.0"
    assert isinstance(ccpp("catalogue", "lint", tmp_path / "nowhere.ttl").exception, UsageError)


def test_lint_beside_profiles_and_at_a_time() -> None:
    rules = {one["rule"] for one in as_json("catalogue", "lint", CATALOGUE, "--profiles", DEVICES, "--at", "2026-12-01")}
    assert "dead-setting" in rules
    assert "no time" in str(ccpp("catalogue", "lint", CATALOGUE, "--at", "tomorrow").exception)


def test_lint_shows_its_rules_and_shapes() -> None:
    assert {"rule", "severity", "sentence"} == set(as_json("catalogue", "lint", "--rules")[0])
    assert "unsatisfiable  error" in ccpp("catalogue", "lint", "--rules").stdout
    assert "sh:targetClass cat:Variant" in ccpp("catalogue", "lint", "--shapes").stdout


# Dry run.

SHOP = SAMPLES / "shop"
N80 = DEVICES / "07-delta-n80.rdf"


def test_a_dry_run_prints_what_would_be_sent_in_order_and_writes_nothing(tmp_path: Path) -> None:
    sent = tmp_path / "sent.ndjson"
    found = as_json("provision", N80, "--catalogue", SHOP, "--application", "navigator", "--dry-run", "--sent", sent)
    assert [(one["application"], one["neededBy"]) for one in found["steps"]] == [("maps", ["navigator"]), ("navigator", [])]
    assert all(one["changes"] == ["not sent before"] and one["documents"] for one in found["steps"])
    assert not sent.exists()
    refused = ccpp("provision", N80, "--catalogue", SHOP, "--application", "navigator", "--dry-run", "--output", tmp_path)
    assert "writes nothing" in str(refused.exception)


def test_a_dry_run_tells_what_differs_from_what_was_sent(tmp_path: Path) -> None:
    sent, changed = tmp_path / "sent.ndjson", tmp_path / "c.ttl"
    arguments = ("provision", N80, "--application", "chess", "--sent", sent)
    assert ccpp(*arguments, "--catalogue", CATALOGUE, "--output", tmp_path / "out").exit_code == 0
    same = ccpp(*arguments, "--catalogue", CATALOGUE, "--dry-run")
    assert (same.exit_code, "the same as was sent last" in same.stdout) == (0, True)
    changed.write_bytes(CATALOGUE.read_bytes().replace(b"chess.example:5000", b"chess.example:5001"))
    [step] = as_json(*arguments, "--catalogue", changed, "--dry-run")["steps"]
    assert step["changes"] == ['setting `server`: "chess.example:5000" → "chess.example:5001"']
    assert ccpp(*arguments, "--catalogue", changed).exit_code == 0
    assert sent.read_text().count("\n") == 1
    assert "chess.example:5001" in sent.read_text()


def test_a_dry_run_without_a_plan_says_why() -> None:
    found = as_json(
        "provision", DEVICES / "01-aurora-a100.rdf", "--catalogue", CATALOGUE, "--application", "chess", "--dry-run", status=1
    )
    assert found["steps"] == []
    assert found["obstacles"]

"""The tools around a catalogue, on the command line: format, lint, gate, replay, dry run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ccpp import samples
from ccpp.cli import cli

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

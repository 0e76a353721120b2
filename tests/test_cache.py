"""What is kept from run to run: what comes back is what was read, and whatever happens to their file costs time and nothing else."""

from __future__ import annotations

import json
import sqlite3
import zlib
from fractions import Fraction
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ccpp.cli import cli
from ccpp.model import AttributeName, Dimension
from ccpp.samples import SHOP, devices
from ccpp.storage import cache as module
from ccpp.storage.cache import Cache, program_digest
from ccpp.storage.partitions import planned
from ccpp.storage.populations import Fresh, Weighed, devices_of, recalled
from ccpp.storage.readings import read_value, reading_key, written_value
from ccpp.storage.sources import Found

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.model import Value

SAMPLES = Path(str(SHOP)).parent.parent / "devices"

whole = st.integers(0, 10**30)
scalars = st.one_of(
    st.text(), st.integers(), st.booleans(), st.builds(Dimension, whole, whole), st.fractions(), st.just(Fraction(1, 3))
)


@given(st.one_of(scalars, st.lists(scalars).map(tuple)))
def test_a_value_comes_back_as_it_was(value: Value) -> None:
    back = read_value(json.loads(json.dumps(written_value(value))))
    assert (back, repr(back)) == (value, repr(value))  # 1 is not True, and a Fraction of 2/1 is not 2


WANTED = [AttributeName("HardwarePlatform", "ScreenSize"), AttributeName("SoftwarePlatform", "CcppAccept")]


def read(folder: Path | None) -> tuple[list[object], str | None]:
    """The samples, with the readings in a folder; and what was wrong with these."""
    [partition] = planned(str(SAMPLES)).partitions
    if folder is None:
        return [one for one in devices_of(partition, WANTED) if isinstance(one, Weighed)], None
    with Cache(folder) as cache:
        found = list(devices_of(recalled(partition, cache), WANTED))
        cache.keep(one for one in found if isinstance(one, Fresh))
        return [one for one in found if isinstance(one, Weighed)], cache.fault


def test_what_was_read_before_is_not_read_again_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(None)
    assert len(first[0]) == len(devices())
    assert read(tmp_path) == first
    monkeypatch.setattr("ccpp.storage.populations.read_input", lambda *_, **__: pytest.fail("a document is read again"))
    assert read(tmp_path) == first


def test_another_program_or_another_document_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(tmp_path)
    monkeypatch.setattr(module, "program_digest", lambda: "0" * 64)
    assert read(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == [f"kept-{'0' * 16}.sqlite"]  # what is outlived is removed
    monkeypatch.undo()
    assert len(program_digest()) == 64
    one = Found("a.rdf", "urn:a", b"<x/>")
    assert len({reading_key(one), reading_key(one._replace(base="urn:b")), reading_key(one._replace(content=b"<y/>"))}) == 3


def test_the_command_keeps_things_unless_told_not_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    arguments = [
        "report",
        "--profiles",
        str(SAMPLES),
        "--catalogue",
        str(SHOP),
        "--output",
        str(tmp_path / "out"),
        "--as",
        "csv",
    ]
    written = []
    for options, kept in ((["--no-cache"], False), ([], True), ([], True)):
        result = CliRunner().invoke(cli, [*arguments, *options, "--at", "2026-11-26", "--jobs", "1"])
        assert (result.exit_code, result.stderr, (tmp_path / "cache").exists()) == (0, "", kept)
        written.append({path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()})
    assert written[0] == written[1] == written[2]


def rotten(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5_000)


def no_database(path: Path) -> None:
    path.write_bytes(b"something else " * 500)


def rows_of_rubbish(path: Path) -> None:
    with sqlite3.connect(path) as database:
        for number, content in enumerate((b"", b"x", None, zlib.compress(b"[1]"), zlib.compress(b'["u","d",["no-code"],{}]'))):
            database.execute(
                "UPDATE kept SET content = ? WHERE key = (SELECT key FROM kept LIMIT 1 OFFSET ?)", (content, number)
            )
    database.close()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [rotten, no_database, rows_of_rubbish, a_folder])
def test_harm_to_the_file_costs_time_only(harm: Callable[[Path], object], tmp_path: Path) -> None:
    first, _ = read(tmp_path)
    [path] = tmp_path.iterdir()
    harm(path)
    after, fault = read(tmp_path)
    assert after == first
    assert bool(fault) == (harm is a_folder)
    assert read(tmp_path)[0] == first


def test_a_file_that_cannot_be_made_is_told_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found, fault = read(tmp_path / "file")
    assert (found, bool(fault)) == (read(None)[0], True)


def test_the_oldest_makes_room_and_nothing_of_this_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 200_000)
    monkeypatch.setattr(module, "ROWS", 1)
    contents = [(bytes([number]), token_bytes(40_000)) for number in range(9)]
    with Cache(tmp_path) as cache:
        cache.keep(contents[:3])
        cache.keep(contents[3:6])  # there is no room, and nothing of before to make any
        assert cache.of([key for key, _ in contents]) == dict(contents[:3])
    with Cache(tmp_path) as cache:
        cache.keep(contents[6:8])
        assert cache.of([key for key, _ in contents]) == dict([*contents[1:3], *contents[6:8]])
        cache.keep(contents[:6])
        assert cache.of([key for key, _ in contents]) == dict(contents[6:8])
        assert cache.fault is None
    assert (tmp_path / cache.path.name).stat().st_size <= 200_000

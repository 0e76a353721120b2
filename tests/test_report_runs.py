"""Reports counted in parts: whoever counts, in however many parts, whatever dies on the way, the files come out the same."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpp.catalogue.documents import gather
from ccpp.catalogue.model import Document
from ccpp.errors import UsageError
from ccpp.reports.compatibility import Readings, report_of
from ccpp.reports.engines import Died, Here, Processes
from ccpp.reports.formats import FORMS
from ccpp.reports.kept_parts import KeptParts, plain, read_part, restored, written_part
from ccpp.reports.parts import Part, Task, count_part, counting, joined
from ccpp.reports.population import NOTHING
from ccpp.reports.running import Run
from ccpp.samples import CATALOGUE, SHOP, devices, sample
from ccpp.storage import partitions
from ccpp.storage.cache import Cache
from ccpp.storage.files import read_file
from ccpp.storage.partitions import Documents, Rows, planned
from ccpp.storage.rows import Cells
from ccpp.storage.sources import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ccpp.storage.partitions import Partition

TASK = Task(gather([str(SHOP)], read_file))
SCREENS = ("128x128", "240x320", "176x208", "", "320x240", "large")


@pytest.fixture(scope="module", autouse=True)
def small_parts() -> Iterator[None]:
    """So few places a part that a small folder has many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "DOCUMENTS", 3)
        patch.setattr(partitions, "ROWS", 4)
        patch.setattr("ccpp.reports.running.is_quick", lambda _: False)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents, a table, lines, weights that binary fractions do not hold, and broken input among them."""
    pa = pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    made = tmp_path_factory.mktemp("population")
    for name in devices():
        (made / name).write_bytes(sample(name))
    count = 11
    table = pa.table(
        {
            "profile": [f"urn:row:{number}" for number in range(count)],
            "weight": [0.1 * number for number in range(count)],
            "HardwarePlatform/ScreenSize": [SCREENS[number % 6] or None for number in range(count)],
            "HardwarePlatform/Vendor": ["Delta" if number % 2 else None for number in range(count)],
        }
    )
    parquet.write_table(table, made / "rows.parquet", row_group_size=3)
    whole = (made / "rows.parquet").read_bytes()
    (made / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    (made / "other.parquet").write_bytes(b"PAR1 and nothing else")
    parquet.write_table(pa.table({"x": [1]}), made / "strange.parquet")
    lines = [
        json.dumps({"profile": f"urn:line:{number}", "attributes": {"HardwarePlatform/ScreenSize": {"value": size}}})
        for number, size in enumerate(SCREENS)
    ]
    (made / "lines.ndjson").write_text("\n".join([*lines[:2], "no JSON", '{"profile": 1, "attributes": {}}', "", *lines[2:]]))
    (made / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    return made


def files_of(part: Part) -> dict[str, str]:
    """The digest of every file of the report that a part of everything makes."""
    made = report_of(part.tally, part.devices, counting(TASK).counter, Readings("x", part.failed))  # type: ignore[arg-type]
    return {name: sha256(content).hexdigest() for form in FORMS.values() for name, content in form.load()(made).items()}


def whole(run: Run, folder: Path, at_part: Callable[[int], None] = lambda _: None) -> Part:
    found = None
    for number, (_, part) in enumerate(run.parts(planned(str(folder)).partitions)):
        at_part(number)
        found = part if found is None else joined(TASK, found, part)
    assert found
    return found


@pytest.fixture(scope="module")
def alone(folder: Path) -> Part:
    """What it comes to in this process."""
    return whole(Run(TASK, Here(TASK)), folder)


def test_parts_cover_everything_once(folder: Path, alone: Part) -> None:
    found = planned(str(folder))
    parts = list(found.partitions)
    assert sum(isinstance(one, Rows) for one in parts) == 3 + 3  # eleven rows and nine lines, four a part
    assert len({one.digest for one in parts}) == len(parts)
    assert [row.device for row in alone.devices if row.device.startswith("urn:")] == [
        *(f"urn:line:{number}" for number in range(6)), *(f"urn:row:{number}" for number in range(11)),
    ]  # fmt: skip
    assert alone.tally.total.devices == len(alone.devices) == len(devices()) + 17
    failed = [Path(one.place).name for one in alone.failed]
    assert failed == ["cut.parquet", "lines.ndjson:3", "lines.ndjson:4", "other.parquet", "picture.png", "strange.parquet"]


def test_parts_are_told_apart_by_size_only(folder: Path, alone: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "DOCUMENTS", 100)
    monkeypatch.setattr(partitions, "ROWS", 100)
    assert files_of(whole(Run(TASK, Here(TASK)), folder)) == files_of(alone)


@pytest.mark.parametrize("kill", [pytest.param(False, marks=pytest.mark.long), True])
def test_processes_come_to_the_same_also_if_one_is_killed(folder: Path, alone: Part, *, kill: bool) -> None:
    with Processes(TASK, 2) as engine:

        def killed(number: int) -> None:
            if kill and number == 0 and engine._crew._pool:
                os.kill(next(iter(engine._crew._pool._processes)), signal.SIGKILL)

        assert files_of(whole(Run(TASK, engine), folder, killed)) == files_of(alone)


class Poisoned(Here):
    """A process that dies of some places."""

    ahead = 3

    def __init__(self, *poison: str, task: Task = TASK) -> None:
        super().__init__(task)
        self._poison = poison
        self.started = 0

    def start(self, partition: Partition) -> Partition:
        self.started += 1
        return partition

    def result(self, handle: Partition) -> Part:
        if isinstance(handle, Documents):
            names = [one[0] for one in handle.places]
        else:
            names = [str(row.source if isinstance(row, UsageError) else row.place) for row in handle.rows(Cells())]
        if any(name.endswith(self._poison) for name in names):
            raise Died("the process that read it ended")
        return super().result(handle)


def test_what_brings_workers_to_their_end_is_taken_out_and_told(folder: Path, alone: Part) -> None:
    found = whole(Run(TASK, Poisoned("lines.ndjson:8", "rows.parquet:6", devices()[2])), folder)
    told = {Path(one.place).name for one in found.failed if one.reason == "cannot be counted: the process that read it ended"}
    assert told == {"lines.ndjson:8", "rows.parquet:6", devices()[2]}
    missing = {row.device for row in alone.devices} - {row.device for row in found.devices}
    assert len(missing) == 3
    assert missing >= {"urn:line:4", "urn:row:5"}
    assert set(alone.failed) <= set(found.failed)


def test_choices_are_told_of_every_device_that_is_counted(folder: Path, alone: Part) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    task = TASK._replace(choices=True)
    found = whole(Run(task, Poisoned("rows.parquet:6", task=task)), folder)
    told = [name for file in found.choices for name in parquet.read_table(BytesIO(file))["device"].to_pylist()]
    assert len(told) == found.tally.total.devices == alone.tally.total.devices - 1
    assert told == [row.device for row in found.devices]


def test_a_defect_everywhere_is_not_taken_for_poison(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccpp.reports.running.MAX_POISON", 2)
    with pytest.raises(UsageError, match="more than 2 places cannot be counted"):
        whole(Run(TASK, Poisoned("")), folder)


def test_a_run_that_was_ended_is_taken_up(folder: Path, alone: Part, tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        running = Run(TASK, Here(TASK), cache).parts(planned(str(folder)).partitions)
        for _ in range(4):
            next(running)
        running.close()
        first, second, *_ = planned(str(folder)).partitions
        kept = KeptParts(cache, TASK)
        content = cache.of([kept._key(second)])[kept._key(second)]
        cache.keep([(kept._key(first), b"[]"), (kept._key(second), content.replace(b"Part", b"Nope"))])
        engine = Poisoned("no such place")
        again = whole(Run(TASK, engine, cache), folder)
        assert engine.started == len(list(planned(str(folder)).partitions)) - 2
        assert files_of(again) == files_of(alone)
        last = Poisoned("no such place")
        assert files_of(whole(Run(TASK, last, cache), folder)) == files_of(alone)
        assert last.started == 1  # the lines of which some are none: next time the file may be whole


def test_nothing_is_kept_of_what_may_do_better_the_next_time(folder: Path, alone: Part, tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        found = whole(Run(TASK, Poisoned(devices()[2], "rows.parquet:6"), cache), folder)
        assert len(found.devices) == len(alone.devices) - 2
        again = Poisoned("no such place")
        assert files_of(whole(Run(TASK, again, cache), folder)) == files_of(alone)
        assert again.started == 3  # the two, and the lines of which some are none


def test_parts_of_another_task_or_another_file_are_none(folder: Path, tmp_path: Path) -> None:
    first, *_ = planned(str(folder)).partitions
    part = count_part(TASK, first)
    with Cache(tmp_path) as cache:
        KeptParts(cache, TASK).put(first, part)
        assert KeptParts(cache, TASK).get(first) == part._replace(fresh=())
        assert KeptParts(cache, TASK._replace(listed=1)).get(first) is None
        assert KeptParts(cache, TASK).get(Documents((Found("a", "b", b"c"),))) is None


def test_parts_are_of_another_time_until_a_period_begins_or_ends(folder: Path, tmp_path: Path) -> None:
    first, *_ = planned(str(folder)).partitions
    moments = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 5, 7, 12)]
    periods = 'cat:rollout [ cat:from "2026-06-01" ; cat:until "2026-09-01" ] ; cat:variants'
    catalogue = sample(CATALOGUE).decode().replace("cat:variants", periods, 1)
    documents = (Document("catalogue.ttl", catalogue.encode()),)
    with Cache(tmp_path) as cache:
        for at in moments:
            task = Task(documents, at)
            kept = KeptParts(cache, task)
            part = count_part(task, first)._replace(fresh=())
            assert kept.get(first) == (part if at is moments[1] else None)
            kept.put(first, part)
        assert KeptParts(cache, Task(documents)).get(first) is None


def test_a_part_comes_back_as_it_was(alone: Part) -> None:
    part = alone._replace(fresh=(), choices=(b"\x00\xff", b""))
    assert restored(json.loads(json.dumps(plain(part)))) == part == read_part(written_part(part))
    assert restored(plain(NOTHING)) == NOTHING


@given(st.binary(max_size=400), st.integers(1, 5))
def test_lines_are_parted_at_their_ends(tmp_path_factory: pytest.TempPathFactory, content: bytes, rows: int) -> None:
    path = tmp_path_factory.mktemp("lines") / "x.ndjson"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "ROWS", rows)
        patch.setattr(partitions, "CHUNK", 7)
        parts = list(partitions._line_parts(path))
    lines = (
        content.splitlines(keepends=True) if b"\r" not in content else content.replace(b"\r", b" ").splitlines(keepends=True)
    )
    lines = content.split(b"\n")
    expected = len(lines) - (lines[-1] == b"")
    assert sum(size for _, size, _ in parts) == expected
    for first, _, offset in parts:
        assert content[:offset].count(b"\n") == first
        assert offset == 0 or content[offset - 1 : offset] == b"\n"


@given(st.none() | st.binary(max_size=40), st.integers(0, 10_000))
def test_any_damage_to_a_table_is_told_and_ends_nothing(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, damage: bytes | None, place: int
) -> None:
    whole_ = (folder / "rows.parquet").read_bytes()
    at = place % len(whole_)
    path = tmp_path_factory.mktemp("damaged") / "rows.parquet"
    path.write_bytes(whole_[:at] if damage is None else whole_[:at] + damage + whole_[at + len(damage) :])
    found = [count_part(TASK, one) for one in planned(str(path)).partitions]
    assert all(len(part.devices) + len(part.failed) >= 1 for part in found)


def test_a_repository_is_counted_as_its_documents_are(tmp_path: Path) -> None:
    from ccpp.storage.importing import examine_all  # noqa: PLC0415  only here
    from ccpp.storage.repository import Repository  # noqa: PLC0415

    places = [Found(name, f"urn:{name}", sample(name)) for name in devices()]
    with Repository(tmp_path / "profiles.sqlite", create=True) as repository:
        for step in examine_all(places, {}, workers=1):
            repository.record(step.examined, 0.0)
    found = whole(Run(TASK, Here(TASK)), tmp_path / "profiles.sqlite")
    documents = joined_all(Documents((one,)) for one in places)
    assert found.tally.total == documents.tally.total
    assert found.tally.gets == documents.tally.gets
    assert {row.device for row in found.devices} == {row.device for row in documents.devices}


def joined_all(parts: Iterable[Partition]) -> Part:
    first, *others = [count_part(TASK, one) for one in parts]
    for one in others:
        first = joined(TASK, first, one)
    return first

"""Reports counted on a Ray cluster: the same files, also when a worker is killed on the way. One cluster of this machine for all tests."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_report_runs import TASK, alone, files_of, folder, small_parts, whole  # noqa: F401  fixtures

from ccpp.reports.running import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.reports.on_ray import OnRay
    from ccpp.reports.parts import Part

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def cluster() -> Iterator[OnRay]:
    pytest.importorskip("ray", reason="the extra `cluster` is not installed")
    from ccpp.reports.on_ray import OnRay  # noqa: PLC0415  of an extra

    with OnRay(TASK, "local", 2) as engine:
        yield engine


def workers() -> list[int]:
    """The processes below this one that count for the cluster."""
    parents, names = {}, {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            names[int(path.name)] = (path / "cmdline").read_bytes()
        except OSError:
            continue

    def mine(pid: int) -> bool:
        while pid > 1 and pid != os.getpid():
            pid = parents.get(pid, 0)
        return pid == os.getpid()

    return [pid for pid, name in names.items() if name.startswith((b"ray::_counted", b"ray::IDLE")) and mine(pid)]


def test_a_cluster_comes_to_the_same(cluster: OnRay, folder: Path, alone: Part) -> None:  # noqa: F811
    assert files_of(whole(Run(TASK, cluster), folder)) == files_of(alone)


def test_a_worker_that_is_killed_changes_nothing(cluster: OnRay, folder: Path, alone: Part) -> None:  # noqa: F811
    killed = []

    def kill(number: int) -> None:
        if number == 0:
            killed.extend(workers()[:1])
            os.kill(killed[0], signal.SIGKILL)

    assert files_of(whole(Run(TASK, cluster), folder, kill)) == files_of(alone)
    assert killed

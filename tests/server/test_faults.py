"""Whatever is killed in the middle of installs, with SIGKILL: what was acknowledged is there, once, and the database is whole."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from postgresql import PROGRAMS, PostgreSQL
from serving import N80, Process, start_server
from sqlalchemy import func, select

from ccpp.storage.database.checking import check
from ccpp.storage.database.installs import events_of
from ccpp.storage.database.opening import Database
from ccpp.storage.database.tables import DECISION, INSTALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_THREADS = 4
#: What may be answered while something is down; whoever gets it asks again.
_AGAIN = {503}


class Installing:
    """Clients that begin and report installs at once, each until it is acknowledged, whatever is killed meanwhile."""

    def __init__(self, port: int, count: int) -> None:
        self.acknowledged: list[str] = []
        self.wrong: list[tuple[int, bytes]] = []
        self._port = port
        self._end = time.monotonic() + 300
        self._numbers = iter(range(count))
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work) for _ in range(_THREADS)]

    def run(self, faults: list[Callable[[], object]], count: int) -> None:
        """Do all installs, and the faults at even distances on the way."""
        for thread in self._threads:
            thread.start()
        for number, fault in enumerate(faults, 1):
            while len(self.acknowledged) < count * number // (len(faults) + 1) and time.monotonic() < self._end:
                time.sleep(0.01)
            fault()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        body = json.dumps({"uri": N80, "application": "chess"}).encode()
        while True:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            headers = {"Content-Type": "application/json", "Idempotency-Key": f"order-{number}"}
            made = self._until_done("/v1/installs", body, headers)
            if made and self._until_done(f"/installs/{made['install']}/notify", b"900 Success", {}):
                self.acknowledged.append(made["install"])

    def _until_done(self, path: str, body: bytes, headers: dict[str, str]) -> Any:  # noqa: ANN401  JSON
        while time.monotonic() < self._end:
            with suppress(OSError, ValueError):  # a connection that broke, or an answer cut short
                answer = Process.ask_port(self._port, "POST", path, body, headers)
                if answer.status < 300:
                    return json.loads(answer.body)
                if answer.status not in _AGAIN:
                    self.wrong.append((answer.status, answer.body))
                    return None
            time.sleep(0.05)
        return None


class Served:
    """A server that can be killed, in part or whole, and its database."""

    def __init__(self, folder: Path, url: str, workers: int = 2) -> None:
        self.url = url
        self._workers = str(workers)
        self._folder = folder
        self.server = self._started(None)

    def _started(self, port: int | None) -> Process:
        started = start_server(
            self._folder / "log", "--demo", "--workers", self._workers, port=port, CCPP_SERVE_DATABASE=self.url
        )
        started.wait()
        return started

    def kill_a_worker(self) -> None:
        os.kill(self.server.workers()[0], signal.SIGKILL)

    def kill_everything(self) -> None:
        self.server.kill()
        self.server = self._started(self.server.port)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path, f"sqlite:///{tmp_path / 'server.sqlite'}")
    yield made
    made.server.stop()


@pytest.fixture
def killable() -> Iterator[PostgreSQL]:
    if not PROGRAMS:
        pytest.skip("no PostgreSQL here (Debian's `postgresql`)")
    made = PostgreSQL()
    yield made
    made.remove()


def kept_once(url: str, installing: Installing, count: int) -> None:
    """Every install that was acknowledged is kept with both its steps, and nothing else is kept."""
    assert installing.wrong == []
    assert len(set(installing.acknowledged)) == len(installing.acknowledged) == count
    database = Database(url)
    try:
        assert check(database) == []
        with database.reading() as connection:
            assert connection.execute(select(func.count()).select_from(INSTALL)).scalar() == count
            own = select(func.count()).select_from(DECISION).where(DECISION.c.request.not_like("demo-%"))
            assert connection.execute(own).scalar() == count
        for identifier in installing.acknowledged:
            assert [event.step for event in events_of(database, identifier)] == ["offer", "install"]
    finally:
        database.close()


COUNTS = [pytest.param(60, id="60"), pytest.param(1_000, id="1000", marks=pytest.mark.long)]


@pytest.mark.parametrize("count", COUNTS)
def test_a_worker_and_the_server_are_killed(served: Served, count: int) -> None:
    installing = Installing(served.server.port, count)
    installing.run([served.kill_a_worker, served.kill_everything] * (3 if count > 100 else 1), count)
    kept_once(served.url, installing, count)
    workers_end_with_their_supervisor(served.server)


@pytest.mark.parametrize("count", COUNTS)
def test_postgresql_is_killed_and_so_are_a_worker_and_the_server(killable: PostgreSQL, tmp_path: Path, count: int) -> None:
    served = Served(tmp_path, killable.url, 2 if count > 100 else 1)

    def kill_database() -> None:
        killable.kill()
        if count > 100:
            served.kill_a_worker()  # the one in its place has to wait for the database
            time.sleep(3)
        killable.start()

    try:
        installing = Installing(served.server.port, count)
        faults = [kill_database, served.kill_a_worker, kill_database, served.kill_everything]
        installing.run(faults if count > 100 else faults[:1], count)
    finally:
        served.server.stop()
    kept_once(killable.url, installing, count)


def workers_end_with_their_supervisor(server: Process) -> None:
    """Else they would hold the port, and nobody could start the server again."""
    workers = server.workers()
    assert workers
    server.process.kill()
    server.process.wait()
    for _ in range(300):
        if not any(alive(worker) for worker in workers):
            return
        time.sleep(0.1)
    raise AssertionError(workers)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True

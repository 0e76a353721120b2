"""Two servers on one PostgreSQL behind a balancer: one service, of which any half may be changed, reloaded or stopped under load."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection
from itertools import cycle
from typing import TYPE_CHECKING, NamedTuple, Self

import pytest
from serving import N80, Answer, Process, free_port, start_server
from sqlalchemy import text

from ccpp import samples
from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import Document
from ccpp.storage.database.catalogues import activate, publish, rollback
from ccpp.storage.database.opening import Database
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JSON = {"Content-Type": "application/json"}
BODY = json.dumps({"uri": N80}).encode()


class Asked(NamedTuple):
    sent: float
    received: float
    status: int
    worker: str
    catalogue: str


class Balancer:
    """Servers asked in turn, those that are not ready left out, as a balancer does it: looked at several times a second."""

    def __init__(self, servers: list[Process]) -> None:
        self.servers = servers
        self.ready = list(servers)
        self._turn = cycle(range(60))
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._end.wait(0.1):
            self.ready = [one for one in self.servers if answers(one)]

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        ready = self.ready
        return ready[next(self._turn) % len(ready)].ask(method, path, body, headers)

    def stop(self) -> None:
        self._end.set()
        self._thread.join()


def answers(server: Process) -> bool:
    with suppress(OSError):
        return server.ask("GET", "/readyz").status == 200
    return False


class Load:
    """Clients that ask one thing after the other; what they were answered, and what became of those that were not."""

    def __init__(self, balancer: Balancer) -> None:
        self.asked: list[Asked] = []
        self.lost: list[str] = []
        self._balancer = balancer
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(4)]

    def _ask(self) -> None:
        while not self._end.is_set():
            sent = time.monotonic()
            try:
                answer = self._balancer.ask("POST", "/v1/match", BODY, JSON)
            except OSError as error:
                self.lost.append(repr(error))
                continue
            catalogue = json.loads(answer.body).get("catalogue", "")
            worker = answer.headers["x-request-id"].partition("-")[0]
            self.asked.append(Asked(sent, time.monotonic(), answer.status, worker, catalogue))
            time.sleep(0.01)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()
        self._balancer.stop()

    def wait(self, requests: int = 100) -> None:
        """Until so many more were answered."""
        end = len(self.asked) + requests
        while len(self.asked) < end and not self.lost:
            time.sleep(0.02)


@pytest.fixture(
    scope="module", params=[pytest.param(1, id="1 worker"), pytest.param(2, id="2 workers", marks=pytest.mark.long)]
)
def workers(request: pytest.FixtureRequest) -> int:
    """Workers of each server."""
    return int(request.param)


@pytest.fixture(scope="module")
def url(postgresql: str, workers: int) -> str:
    """A database of these tests' own."""
    made = Database(postgresql)
    with made.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE two_servers_{workers}"))
    made.close()
    return postgresql.rpartition("/")[0] + f"/two_servers_{workers}"


@pytest.fixture(scope="module")
def servers(url: str, workers: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Process]]:
    folder = tmp_path_factory.mktemp("two")
    made: list[Process] = []
    try:
        for name in ("first", "second"):
            arguments = ("--demo", "--workers", str(workers))
            made.append(
                started := start_server(folder / name, *arguments, CCPP_SERVE_DATABASE=url, CCPP_SERVE_LEAVE_SECONDS="1")
            )
            started.wait()
        yield made
    finally:
        for one in made:
            one.stop()


def test_an_install_begun_at_one_is_finished_at_the_other(servers: list[Process]) -> None:
    first, second = servers
    made = json.loads(first.ask("POST", "/v1/installs", json.dumps({"uri": N80, "application": "chess"}).encode(), JSON).body)
    path = f"/installs/{made['install']}"
    jar = second.ask("GET", f"{path}/artefact")
    assert (jar.status, len(jar.body)) == (200, int(jar.headers["content-length"]))
    assert first.ask("GET", f"{path}/artefact", headers={"If-None-Match": jar.headers["etag"]}).status == 304
    assert first.ask("POST", f"{path}/notify", b"900 Success").status == 200
    assert second.ask("GET", f"{path}/configuration").status == 200
    told = [json.loads(one.ask("GET", path).body) for one in servers]
    assert [event["step"] for event in told[0]["events"]] == ["offer", "transfer", "install", "configure"]
    assert told[0]["events"] == told[1]["events"]


@pytest.fixture
def nginx(servers: list[Process], root: Path, tmp_path: Path) -> Iterator[int]:
    """The port of an nginx in front of both, by the example that is shipped."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("no nginx here (Debian's `nginx-light`)")
    text = (root / "deploy" / "nginx.conf").read_text()
    ports = {"8081": servers[0].port, "8082": servers[1].port, "8080": free_port()}
    for before, after in ports.items():
        text = text.replace(f"127.0.0.1:{before}", f"127.0.0.1:{after}")
    (tmp_path / "nginx.conf").write_text(text)
    command = [program, "-e", "stderr", "-p", str(tmp_path), "-c", "nginx.conf", "-g", "daemon off; user root;"]
    process = subprocess.Popen(command if os.geteuid() == 0 else [*command[:-1], "daemon off;"])
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", ports["8080"])):
            break
        time.sleep(0.1)
    yield ports["8080"]
    process.terminate()
    process.wait(30)


def test_nginx_balances_by_the_example(nginx: int) -> None:
    seen = [Process.ask_port(nginx, "POST", "/v1/match", BODY, JSON) for _ in range(20)]
    assert {one.status for one in seen} == {200}
    assert len({one.body for one in seen}) == 1
    assert len({one.headers["x-request-id"] for one in seen}) == 20
    assert Process.ask_port(nginx, "GET", "/healthz", headers={"X-Request-Id": "mine-7"}).headers["x-request-id"] == "mine-7"
    connection = HTTPConnection("127.0.0.1", nginx, timeout=30)
    connection.request("GET", "/metrics")
    assert connection.getresponse().status == 403  # figures are not for everybody
    connection.close()
    wanted = json.dumps({"uri": N80, "application": "chess"}).encode()
    made = json.loads(Process.ask_port(nginx, "POST", "/v1/installs", wanted, JSON).body)
    assert f"http://127.0.0.1:{nginx}/" in json.dumps(made)
    part = Process.ask_port(nginx, "GET", f"/installs/{made['install']}/artefact", headers={"Range": "bytes=0-99"})
    assert (part.status, len(part.body)) == (206, 100)


def test_a_catalogue_activated_at_one_is_in_service_at_both(servers: list[Process], url: str) -> None:
    """No request fails; every worker answers by the one catalogue, then by the other, and never again by the first."""
    before = json.loads(servers[0].ask("GET", "/readyz").body)["catalogue"]
    changed = samples.sample(samples.CATALOGUE).replace(b'"Sample catalogue"', b'"Another catalogue"')
    database = Database(url)
    document = Document("changed.ttl", changed)
    loaded = load_documents([document], load_vocabularies())
    with Load(Balancer(servers)) as load:
        load.wait()
        number = publish(database, [document], loaded.label, loaded.digest, time.time(), "op")
        time.sleep(2)  # every worker loads it
        activate(database, number, time.time(), "op")
        done = time.monotonic()
        time.sleep(2)
        load.wait()
    rollback(database, time.time(), "op")
    database.close()
    assert load.lost == []
    assert {one.status for one in load.asked} == {200}
    assert {one.catalogue for one in load.asked} == {before, loaded.digest}
    late = [one for one in load.asked if one.sent > done + 2]  # a second, and another for a busy machine
    assert {one.catalogue for one in late} == {loaded.digest}
    assert len({one.worker for one in late}) == sum(len(one.workers()) for one in servers)
    for worker in {one.worker for one in load.asked}:
        mine = [one for one in load.asked if one.worker == worker]
        changed_over = min(one.received for one in mine if one.catalogue != before)
        assert {one.catalogue for one in mine if one.sent > changed_over} == {loaded.digest}


def test_a_reload_under_load_loses_nothing(servers: list[Process]) -> None:
    first = servers[0]
    before = set(first.workers())
    with Load(Balancer(servers)) as load:
        load.wait()
        first.process.send_signal(signal.SIGHUP)
        while before & set(first.workers()):
            time.sleep(0.1)
        load.wait()
    assert (load.lost, {one.status for one in load.asked}) == ([], {200})
    assert len({one.worker for one in load.asked}) > sum(len(one.workers()) for one in servers)


def test_a_server_that_stops_under_load_loses_nothing(servers: list[Process]) -> None:
    """It says that it leaves, the balancer turns to the other one, and what is under way is answered."""
    first, second = servers
    with Load(Balancer(servers)) as load:
        load.wait()
        first.process.terminate()
        assert first.process.wait(60) == 0
        load.wait()
    assert (load.lost, {one.status for one in load.asked}) == ([], {200})
    assert answers(second)
    assert '"event": "stop"' in first.log.read_text()

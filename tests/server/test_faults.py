"""A server that is killed again and again: what was acknowledged is there, once."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from serving import N80, Process, start_server

from ccpp.storage.database.installs import events_of
from ccpp.storage.database.opening import Database

_THREADS, _EACH = 4, 25


def workers(parent: int) -> list[int]:
    """The worker processes of a server."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == parent and "spawn_main" in command:
            found.append(int(folder.name))
    return found


@pytest.mark.long
def test_workers_are_killed_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.sqlite'}"
    server = start_server(tmp_path / "log", "--demo", "--workers", "2", CCPP_SERVE_DATABASE=url)
    server.wait()
    acknowledged: list[str] = []
    threads = [threading.Thread(target=install, args=(server, number, acknowledged)) for number in range(_THREADS)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(3)
        for worker in workers(server.process.pid)[:1]:
            os.kill(worker, signal.SIGKILL)
    for thread in threads:
        thread.join()
    server.stop()
    assert len(set(acknowledged)) == _THREADS * _EACH
    database = Database(url)
    for identifier in acknowledged:
        assert [event.step for event in events_of(database, identifier)] == ["offer", "install"]
    database.close()


def install(server: Process, thread: int, acknowledged: list[str]) -> None:
    """Begin and report one install after another, each until it is acknowledged."""
    body = json.dumps({"uri": N80, "application": "chess"}).encode()
    for number in range(_EACH):
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{thread}-{number}"}
        while True:
            try:
                made = json.loads(server.ask("POST", "/v1/installs", body, headers).body)["install"]
                if server.ask("POST", f"/installs/{made}/notify", b"900 Success").status == 200:
                    acknowledged.append(made)
                    break
            except (OSError, ValueError, KeyError):
                time.sleep(0.2)

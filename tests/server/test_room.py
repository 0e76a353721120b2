"""A disk that is full and a file that is damaged: a clear word, nothing half done, and everything as before once there is room."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from serving import N80, Ask, start_server

from ccpp.cli import cli
from ccpp.server.observing import Observer
from ccpp.server.starting import make_service, prepare
from ccpp.storage.database import catalogues, installs, subscribers
from ccpp.storage.database.checking import check
from ccpp.storage.database.opening import Database, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccpp.server.options import Options

BODY = json.dumps({"uri": N80, "application": "chess"}).encode()
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if (
        os.geteuid() != 0
        or not os.access(mount[0], os.X_OK)
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("only root may mount a small file system, and not everywhere")
    yield folder
    subprocess.run(["/usr/bin/umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room there is; the file that takes it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4_096)
        except OSError:
            return ballast


def test_a_full_disk_is_told_and_nothing_is_half_done(demo_options: Options, small_disk: Path) -> None:
    options = replace(demo_options, database=f"sqlite:///{small_disk / 'server.sqlite'}", key="00" * 32)
    prepare(options)
    lines: list[bytes] = []
    service = make_service(options, Observer(lines=False, write=lines.append))
    try:
        ask = Ask(service)
        first = ask.json("/v1/installs", {"uri": N80, "application": "chess"}, 201)["install"]
        ballast = fill(small_disk)
        answers = [
            ask("POST", "/v1/installs", BODY, content_type="application/json", idempotency_key=str(n)) for n in range(20)
        ]
        refused = [answer for answer in answers if answer.status != 201]
        assert {answer.status for answer in refused} == {507}
        assert "no room" in json.loads(refused[0].body)["detail"]
        assert "no room" in str(refused[0].error)
        assert ask("POST", f"/installs/{first}/notify", b"900 Success").status == 507
        assert ask("POST", "/v1/match", BODY, content_type="application/json").status == 200  # deciding needs no room
        ballast.unlink()
        again = [ask("POST", "/v1/installs", BODY, content_type="application/json", idempotency_key=str(n)) for n in range(20)]
        assert {answer.status for answer in again} == {201}
        assert ask("POST", f"/installs/{first}/notify", b"900 Success").status == 200
        assert check(service.database, bytes(32)) == []
        with service.database.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM install").scalar() == 21
    finally:
        for end in service.ending:
            end()


@pytest.mark.long
def test_a_server_whose_disk_is_full_goes_on(small_disk: Path) -> None:
    """Database and log on the disk; figures lie in memory."""
    url = f"sqlite:///{small_disk / 'server.sqlite'}"
    server = start_server(small_disk / "log", "--demo", "--workers", "2", CCPP_SERVE_DATABASE=url, CCPP_SERVE_BODY_SECONDS="1")
    server.wait()
    ballast = fill(small_disk)
    statuses = {server.ask("POST", "/v1/installs", BODY, {**JSON, "Idempotency-Key": str(n)}).status for n in range(60)}
    assert statuses - {201} == {507}
    assert server.ask("POST", "/v1/match", BODY, JSON).status == 200
    assert server.ask("GET", "/metrics").status == 200
    ballast.unlink()
    for number in range(60):
        assert server.ask("POST", "/v1/installs", BODY, {**JSON, "Idempotency-Key": str(number)}).status == 201
    server.stop()
    database = Database(url)
    assert check(database) == []
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM install").scalar() == 60
    database.close()


def test_a_damaged_file_is_refused_at_the_start_and_by_the_check(tmp_path: Path) -> None:
    path = tmp_path / "server.sqlite"
    made = Database(f"sqlite:///{path}")
    made.prepare()
    with made.writing() as connection:
        for number in range(400):
            connection.exec_driver_sql(
                "INSERT INTO audit (at, actor, action, subject, detail, request) VALUES (0, 'a', 'b', ?, '{}', '')",
                (str(number),),
            )
    made.close()
    content = bytearray(path.read_bytes())
    for place in range(8_192, len(content) - 4_096, 4_096):
        content[place : place + 64] = b"\xa5" * 64
    path.write_bytes(content)
    for command in (["serve", "--demo"], ["database", "check"]):
        said = CliRunner(env={"CCPP_SERVE_DATABASE": f"sqlite:///{path}"}).invoke(cli, command)
        assert isinstance(said.exception, StorageError)  # one line, and status 2, as `test_cli` holds of every such error
        assert "damaged" in str(said.exception) or "malformed" in str(said.exception)


#: A change by hand → what the check finds.
CHANGES = {
    "UPDATE install SET state = 'removed'": "it is `removed`, and its last event says `offered`",
    "UPDATE install_event SET step = 'install'": "it was never offered",
    "INSERT INTO install_event (install, step, state, at, request) SELECT install, 'offer', 'offered', 0, '' FROM install_event": (
        "step `offer` cannot follow `offered`"
    ),
    "UPDATE catalogue_version SET packed = x'00'": "its documents cannot be read",
    "UPDATE decision SET record = '{'": "its record cannot be read",
    "UPDATE subscriber SET id = 'other'": "what is sealed does not open",
    "UPDATE data_key SET wrapped = x'00'": "does not open",
    "DELETE FROM data_key": "refers to no data_key",
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_fit_together_is_found(change: str, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'server.sqlite'}")
    database.prepare()
    keys = subscribers.open_keys(database, bytes(32), 1.0)
    subscribers.put_subscriber(database, keys, subscribers.Subscriber("s", {}, {"pin": "1234"}), 2.0, "op")
    catalogues.publish(database, [("a.ttl", b"# a")], "Label", "sha256:1", 1.0, "op")
    install = installs.Install("a", "chess", "large", "1.0", "sha256:c", "urn:p", "sha256:p", None, "offered", None, 1.0, 1.0)
    decision = dict.fromkeys(("profile", "digest", "catalogue", "application", "chosen"), "x")
    installs.add_install(database, install, "offer", "r", {**decision, "record": "{}"})
    assert check(database, bytes(32)) == []
    with database.engine.connect() as connection:
        for statement in ("PRAGMA foreign_keys = OFF", change, "PRAGMA foreign_keys = ON"):
            connection.connection.execute(statement)
    found = check(database, bytes(32))
    assert any(CHANGES[change] in one.message for one in found), found
    assert "1234" not in repr(found)
    said = CliRunner().invoke(
        cli, ["database", "check", "--database", f"sqlite:///{tmp_path / 'server.sqlite'}", "--format", "json"]
    )
    if change.startswith("UPDATE install"):
        assert said.exit_code == 1
        assert json.loads(said.stdout)["findings"] == [one._asdict() for one in check(database)]
    database.close()

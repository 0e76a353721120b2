"""The server as a process: over real sockets, with clients that misbehave."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from serving import B610, N80

from ccpp import samples

if TYPE_CHECKING:
    from pathlib import Path

    from serving import Process

JSON = {"Content-Type": "application/json"}


def test_a_client_of_today_is_answered_in_json(server: Process) -> None:
    ready = json.loads(server.ask("GET", "/readyz").body)
    for _ in range(3):
        answer = server.ask("POST", "/v1/match", json.dumps({"uri": N80}).encode(), JSON)
        assert answer.status == 200
        found = json.loads(answer.body)
        assert found["catalogue"] == ready["catalogue"]
        assert found["applications"]["chess"]["chosen"] == "chess-medium"
    assert answer.headers["x-request-id"]
    lines = b"\n".join([json.dumps({"uri": N80}).encode()] * 50)
    batch = server.ask("POST", "/v1/match/batch", lines, {"Content-Type": "application/x-ndjson"})
    assert [json.loads(line)["line"] for line in batch.body.splitlines()] == list(range(1, 51))
    assert all(json.loads(line)["result"] == found for line in batch.body.splitlines())


def test_requests_have_ids_figures_and_lines(server: Process) -> None:
    answer = server.ask("GET", "/healthz", headers={"X-Request-Id": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    assert server.ask("GET", "/healthz", headers={"X-Request-Id": "a b"}).headers["x-request-id"] != "a b"
    server.ask("GET", "/no/secret-token/here?secret-token")
    time.sleep(0.5)
    log = server.log.read_text()
    assert '"id":"mine-1"' in log
    assert "secret-token" not in log
    figures = server.ask("GET", "/metrics").body.decode()
    assert 'ccpp_requests_total{method="GET",route="/healthz",status="200"}' in figures
    assert "secret-token" not in figures


def test_what_is_too_large_is_refused(server: Process) -> None:
    assert server.ask("POST", "/v1/match", b"", {**JSON, "Content-Length": str(10**9)}).status == 413
    for head in (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 300_000, b"GET /" + b"a" * 300_000):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as one:
            one.sendall(head)
            assert b" 431 " in one.recv(100)


def test_chunks_without_end_are_refused(server: Process) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as one:
        one.sendall(
            b"POST /v1/match HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
        )
        chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        answer = b""
        try:
            for _ in range(200):
                one.sendall(chunk)
        except OSError:
            pass  # refused before all was sent
        else:
            answer = one.recv(100)
        assert not answer or b" 413 " in answer
    assert server.ask("GET", "/healthz").status == 200


def test_a_client_that_vanishes_goes_on_where_it_was(server: Process) -> None:
    """Several times in one download, by Range; the parts are the whole, and the server is as before."""
    body = json.dumps({"uri": N80, "application": "chess"}).encode()
    name = json.loads(server.ask("POST", "/v1/installs", body, JSON).body)["install"]
    whole = server.ask("GET", f"/installs/{name}/artefact")
    got = b""
    while len(got) < len(whole.body):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as one:
            condition = f"Range: bytes={len(got)}-\r\nIf-Range: {whole.headers['etag']}\r\n"
            one.sendall(f"GET /installs/{name}/artefact HTTP/1.1\r\nHost: a\r\n{condition}\r\n".encode())
            answer = one.recv(20_000)
            while b"\r\n\r\n" not in answer or answer.endswith(b"\r\n\r\n"):
                answer += one.recv(20_000)
        head, _, part = answer.partition(b"\r\n\r\n")
        assert b" 206 " in head
        got += part
    assert got == whole.body
    assert server.ask("POST", f"/installs/{name}/notify", b"900 Success").status == 200
    steps = [event["step"] for event in json.loads(server.ask("GET", f"/installs/{name}").body)["events"]]
    assert steps == ["offer", "transfer", "install"]


def test_a_body_that_does_not_come_is_given_up(server: Process) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=40) as one:
        one.sendall(b"POST /v1/match HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nContent-Type: application/json\r\n\r\n{")
        assert b" 408 " in one.recv(100)


def test_an_old_phone_goes_the_whole_way(server: Process) -> None:
    phone = {
        "User-Agent": "Borealis-B610/1.0 UP.Browser/6.2",
        "Accept": "text/vnd.wap.wml, application/vnd.wap.wmlc, */*;q=0.1",
        "x-wap-profile": f'"{B610}"',
    }
    deck = server.ask("GET", "/", headers=phone)
    assert deck.headers["content-type"].startswith("text/vnd.wap.wml")
    assert deck.headers["x-wap-profile-warning"] == "201"
    [application] = re.findall(r'href="([^"]+)">Chess<', deck.body.decode())
    card = server.ask("GET", application, headers=phone)
    [descriptor] = re.findall(r'href="([^"]+)">Install<', card.body.decode())
    jad = server.ask("GET", descriptor, headers=phone)
    assert jad.headers["content-type"] == "text/vnd.sun.j2me.app-descriptor"
    said = dict(line.split(": ", 1) for line in jad.body.decode().splitlines())
    base = f"http://127.0.0.1:{server.port}"
    assert said["MIDlet-Jar-URL"].startswith(base)
    jar = server.ask("GET", said["MIDlet-Jar-URL"].removeprefix(base), headers={**phone, "Accept": "application/java-archive"})
    assert len(jar.body) == int(said["MIDlet-Jar-Size"]) == int(jar.headers["content-length"])
    digest = b64encode(sha256(jar.body).digest()).decode()
    assert jar.headers["repr-digest"] == f"sha-256=:{digest}:"
    told = server.ask(
        "POST", said["MIDlet-Install-Notify"].removeprefix(base), b"900 Success\r\n", {"Content-Type": "text/plain"}
    )
    assert (told.status, json.loads(told.body)["state"]) == (200, "installed")


def test_an_operator_changes_the_catalogue_under_load(server: Process, tmp_path: Path) -> None:
    """Every process changes over within a second and no answer mixes two catalogues; a rollback brings the old one back."""
    before = json.loads(server.ask("GET", "/readyz").body)["catalogue"]
    changed = tmp_path / "changed.ttl"
    changed.write_bytes(samples.sample(samples.CATALOGUE).replace(b'"Sample catalogue"', b'"Another catalogue"'))
    answers: list[tuple[float, int, bytes]] = []
    end = threading.Event()

    def ask() -> None:
        while not end.is_set():
            sent = time.monotonic()
            answer = server.ask("POST", "/v1/match", json.dumps({"uri": N80}).encode(), JSON)
            answers.append((sent, answer.status, answer.body))

    def operate(*arguments: str) -> dict[str, object]:
        command = [sys.executable, "-m", "ccpp", "database", *arguments, "--database", server.database, "--format", "json"]
        return dict(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    number = operate("publish", str(changed))["number"]
    operate("activate", str(number))
    done = time.monotonic()
    time.sleep(2.5)
    end.set()
    for thread in threads:
        thread.join()
    assert {status for _, status, _ in answers} == {200}
    assert len({body for *_, body in answers}) == 2
    late = {
        json.loads(body)["catalogue"] for sent, _, body in answers if sent > done + 2
    }  # a busy machine is given half a second more
    assert late
    assert before not in late
    assert operate("rollback")["active"] != number

"""The server as a process: over real sockets, with clients that misbehave."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING

from serving import N80

if TYPE_CHECKING:
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


def test_a_body_that_does_not_come_is_given_up(server: Process) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=40) as one:
        one.sendall(b"POST /v1/match HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nContent-Type: application/json\r\n\r\n{")
        assert b" 408 " in one.recv(100)

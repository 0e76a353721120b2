"""The ways in which a request tells its device, over real sockets: what is found, what the response says was done with it, what it varies by."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
from serving import B610, N80

from ccpp import samples
from ccpp.exchange.digest import diff_digest

if TYPE_CHECKING:
    from serving import Process

EXTENSION = '"http://www.w3.org/1999/06/24-CCPPexchange" ; ns=19'
NOBODY = "http://nobody.example/p.rdf"
DIFF = " ".join(samples.sample(samples.DIFF[0]).decode().split())


def ask(server: Process, method: str, *fields: tuple[str, str], body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """The answer to a request as it stands on the wire: header names as written, in order, twice if they are."""
    path = "/v1/match" if method.endswith("POST") else "/applications"
    lines = [f"{method} {path} HTTP/1.1", "Host: a", "Connection: close", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in fields]
    lines += [f"Content-Length: {len(body)}"] if body else []
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as one:
        one.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = b""
        while part := one.recv(65_536):
            answer += part
    head, _, content = answer.partition(b"\r\n\r\n")
    status, *rest = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in rest:
        name, _, value = line.partition(": ")
        headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
    return int(status.split()[1]), headers, content


def chosen(content: bytes) -> dict[str, str | None]:
    """What the device gets of each application."""
    found = json.loads(content)["applications"]
    return (
        {one["id"]: one["chosen"] for one in found} if isinstance(found, list) else {k: v["chosen"] for k, v in found.items()}
    )


N80_GETS = "chess-medium"


def test_w_http_names_a_profile(server: Process) -> None:
    status, headers, content = ask(server, "GET", ("x-wap-profile", f'"{N80}"'))
    assert (status, chosen(content)["chess"]) == (200, N80_GETS)
    assert headers["x-wap-profile-warning"] == "201"
    varying = [one.strip().lower() for one in headers["vary"].split(",")]
    assert {"x-wap-profile", "accept", "user-agent", "accept-language", "sec-ch-ua"} <= set(varying)
    assert len(varying) == len(set(varying))
    assert headers["cache-control"] == "private"


def test_w_http_adds_a_diff(server: Process) -> None:
    digest = diff_digest(DIFF.encode())
    reference = ("x-wap-profile", f'"{B610}", "1-{digest}"')
    _, headers, content = ask(server, "GET", reference, ("X-Wap-Profile-Diff-1", DIFF))
    assert chosen(content)["player"] == "player-download"
    assert headers["x-wap-profile-warning"] == "201"
    assert "x-wap-profile-diff-1" in headers["vary"].lower()
    _, _, without = ask(server, "GET", ("x-wap-profile", f'"{B610}"'))
    assert chosen(without)["player"] != "player-download"


def test_a_profile_that_is_nowhere_is_told(server: Process) -> None:
    _, headers, content = ask(server, "GET", ("x-wap-profile", f'"{NOBODY}"'))
    assert headers["x-wap-profile-warning"] == "200"
    assert set(chosen(content).values()) == {None}


@pytest.mark.parametrize(
    ("method", "way", "acknowledged"), [("GET", "Opt", None), ("M-GET", "Man", "ext"), ("M-GET", "C-Man", "c-ext")]
)
def test_the_exchange_protocol_names_a_profile(server: Process, method: str, way: str, acknowledged: str | None) -> None:
    status, headers, content = ask(server, method, (way, EXTENSION), ("19-Profile", f'"{N80}"'))
    assert (status, chosen(content)["chess"]) == (200, N80_GETS)
    assert headers["19-profile-warning"].startswith("201 ccpp")
    assert (acknowledged or "vary") in headers
    assert {"19-profile", way.lower()} <= {one.strip().lower() for one in headers["vary"].split(",")}
    if acknowledged == "ext":  # no cache may acknowledge what it does not know (RFC 2774 §5)
        assert 'no-cache="Ext"' in headers["cache-control"]


@pytest.mark.parametrize(
    ("method", "extension", "status"),
    [
        ("M-GET", '"http://other.example/ext" ; ns=19', 510),
        ("M-BREW", EXTENSION, 400),
        ("M-SEARCH", EXTENSION, 501),
        ("M-GET", "", 200),
    ],
)
def test_what_is_mandatory_and_unknown_is_refused(server: Process, method: str, extension: str, status: int) -> None:
    fields = [("Man", extension)] if extension else []
    assert ask(server, method, *fields)[0] == status


def test_a_head_may_be_mandatory(server: Process) -> None:
    status, headers, content = ask(server, "M-HEAD", ("Man", EXTENSION), ("19-Profile", f'"{N80}"'))
    assert (status, content, headers["ext"]) == (200, b"", "")


def test_a_user_agent_and_a_body_tell_the_device(server: Process) -> None:
    status, headers, content = ask(server, "GET", ("User-Agent", "Delta N80/1.0"))
    assert (status, chosen(content)["chess"]) == (200, N80_GETS)
    assert "x-wap-profile-warning" not in headers  # who names no profile is told nothing of one
    document = samples.sample("07-delta-n80.rdf")
    fields = ("Content-Type", "application/rdf+xml"), ("Content-Location", N80)
    status, _, content = ask(server, "POST", *fields, body=document)
    assert (status, json.loads(content)["profile"], chosen(content)["chess"]) == (200, N80, N80_GETS)
    status, _, content = ask(server, "POST", ("Content-Type", "application/json"), body=json.dumps({"uri": N80}).encode())
    assert (status, chosen(content)["chess"]) == (200, N80_GETS)


def test_requests_of_one_connection_are_each_their_own(server: Process) -> None:
    """A mandatory request, a plain one and a mandatory one again, on one connection, the last in pieces."""
    mandatory = f'M-GET /applications HTTP/1.1\r\nHost: a\r\nMan: {EXTENSION}\r\n19-Profile: "{N80}"\r\n\r\n'.encode()
    plain = b"GET /applications HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as one:
        for parts, acknowledged in (
            ([mandatory], True),
            ([plain], False),
            ([mandatory[:5], mandatory[5:40], mandatory[40:]], True),
        ):
            for part in parts:
                one.sendall(part)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += one.recv(65_536)
            head, _, content = answer.partition(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            while len(content) < length:
                content += one.recv(65_536)
            assert (b"\r\next:" in head.lower()) == acknowledged


def test_a_body_that_begins_like_a_mandatory_method_is_a_body(server: Process) -> None:
    body = b'M-GET {"uri": 1}'
    head = b"POST /v1/match HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as one:
        one.sendall(head % len(body))
        one.sendall(body)
        answer = b""
        while part := one.recv(65_536):
            answer += part
    assert b" 400 " in answer
    assert b"the body is no JSON" in answer

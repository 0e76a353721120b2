"""What tests of the server share: ways to ask it, as a function of values and as a process on a socket."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from interface import hold

from ccpp.server.exchange import respond
from ccpp.server.message import Request, Response
from ccpp.server.routes import ROUTES, Routes
from ccpp.server.steps import finish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.server.service import Service

#: The profile URIs of sample devices.
DROID, N80 = "http://ua.echo.example/droid.rdf", "http://wap.delta.example/profiles/n80.xml"
B610, A100 = "http://wap.borealis.example/uap/B610.xml", "http://wap.aurora.example/uaprof/A100.rdf"


#: Which variables of a server's environment are secrets, and what is too short to be looked for.
SECRET, SECRET_LENGTH = re.compile("KEY|TOKEN|SECRET|PASSWORD"), 8


class Ask:
    """Requests to a service, answered in place."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.routes = Routes(ROUTES)

    def __call__(
        self, method: str, path: str, body: bytes = b"", more: tuple[tuple[str, str], ...] = (), **headers: str
    ) -> Response:
        path, _, query = path.partition("?")
        fields = (*more, *((name.replace("_", "-"), value) for name, value in headers.items()))
        request = Request(method, path, fields, body, query, time=1.0e9, id="t-1", base="http://server.example")
        response = finish(respond(request, self.routes, self.service))
        refuses_in_silence(response.status, response.body, confided(dict(fields)))
        if response.lines is None:
            hold(method, path, response.status, {name.lower(): value for name, value in response.headers}, response.body)
        return response

    def json(self, path: str, value: object, status: int = 200) -> Any:  # noqa: ANN401  JSON
        response = self("POST", path, json.dumps(value).encode(), content_type="application/json")
        assert response.status == status, response.body
        return json.loads(response.body)


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Process:
    """A server as a process of its own; what it is told in confidence must stand neither in its log nor in its database when it ends."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path, told: frozenset[bytes]) -> None:
        self.port = port
        self.process = process
        self.log = log
        self.told = set(told)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        self.told |= confided(headers or {})
        return self.ask_port(self.port, method, path, body, headers)

    @staticmethod
    def ask_port(port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
            refuses_in_silence(answer.status, answer.body, confided(headers or {}))
            if method != "HEAD":
                hold(method, path.partition("?")[0], *answer)
            return answer
        finally:
            connection.close()

    def wait(self) -> None:
        for _ in range(600):
            try:
                if self.ask("GET", "/readyz").status == 200:
                    return
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        raise AssertionError("the server did not begin to serve\n" + self.log.read_text())

    @property
    def database(self) -> str:
        return f"sqlite:///{self.log.with_name('server.sqlite')}"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.kept_in_confidence()

    def kill(self) -> None:
        """End the server and all its workers as a loss of power would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        self.kept_in_confidence()

    def kept_in_confidence(self) -> None:
        """Nothing that was told stands in what the server wrote: its log, and a database beside it with its journal."""
        for file in (self.log, *self.log.parent.glob("*.sqlite*")):
            written = file.read_bytes()
            assert not [secret for secret in self.told if secret in written], f"a secret stands in {file.name}"

    def workers(self) -> list[int]:
        """The worker processes."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_text()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and "spawn_main" in command:
                found.append(int(folder.name))
        return found


def confided(headers: Mapping[str, str]) -> frozenset[bytes]:
    """The credentials of a request: what `Authorization` says after its scheme, but for a Digest, which is no secret."""
    scheme, _, credentials = next((value for name, value in headers.items() if name.lower() == "authorization"), "").partition(
        " "
    )
    if scheme.lower() == "digest" or len(credentials) < SECRET_LENGTH:
        return frozenset()
    return frozenset({credentials.encode()})


def refuses_in_silence(status: int, body: bytes, told: frozenset[bytes]) -> None:
    """An error says nothing of the credentials that came with the request."""
    assert status < 400 or not [secret for secret in told if secret in body], "an error repeats a credential"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def start_server(log: Path, *arguments: str, port: int | None = None, **environment: str) -> Process:
    """A server; its threads read profiles unless something else is said, because a process more takes a second to start."""
    port = port or free_port()
    command = [sys.executable, "-m", "ccpp", "serve", "--port", str(port), *arguments]
    with log.open("ab") as file:
        variables = {**os.environ, "CCPP_SERVE_READERS": "0", **environment}
        process = subprocess.Popen(command, stderr=file, env=variables, start_new_session=True)
    told = (value.encode() for name, value in environment.items() if SECRET.search(name) and len(value) >= SECRET_LENGTH)
    return Process(port, process, log, frozenset(told))

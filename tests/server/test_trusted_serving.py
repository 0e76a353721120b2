"""A server that knows who asks, over TLS and by every way at once: two processes, and clients of others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

import pytest
import trustme
from issuing import AUDIENCE, ISSUER, key_of, key_set, token
from serving import Process, start_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW_AND_LATER = 4.0e9
CALLERS = '[[certificate]]\ndns = "tps.example"\nroles = ["provisioning-server", "auditor"]\n'


class Trusted(NamedTuple):
    process: Process
    folder: Path
    environment: dict[str, str]

    def curl(self, path: str, *arguments: str) -> tuple[int, str]:
        """What curl gets: status and body."""
        there = f"https://localhost:{self.process.port}{path}"
        command = ["curl", "-s", "-w", "\n%{http_code}", "--cacert", str(self.folder / "ca.pem"), *arguments, there]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trusted]:
    folder = tmp_path_factory.mktemp("trusted")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server = authority.issue_cert("localhost", "127.0.0.1")
    server.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    for name, by in (("tps", authority), ("stranger", trustme.CA())):
        by.issue_cert(f"{name}.example" if name == "tps" else "tps.example").private_key_and_cert_chain_pem.write_to_path(
            str(folder / f"{name}.pem")
        )
    authority.issue_cert("nobody.example").private_key_and_cert_chain_pem.write_to_path(str(folder / "nobody.pem"))
    (folder / "keys.json").write_bytes(key_set(key_of("k1")))
    (folder / "callers.toml").write_text(CALLERS)
    environment = {
        "CCPP_SERVE_DATABASE": f"sqlite:///{folder / 'server.sqlite'}",
        "CCPP_SERVE_KEY": b64encode(b"m" * 32).decode(),
        "CCPP_SERVE_DIGEST": "SHA-256,MD5",
        "CCPP_SERVE_TOKEN_KEYS": str(folder / "keys.json"),
        "CCPP_SERVE_TOKEN_ISSUER": ISSUER,
        "CCPP_SERVE_TOKEN_AUDIENCE": AUDIENCE,
        "CCPP_SERVE_TLS_CERTIFICATE": str(folder / "server.pem"),
        "CCPP_SERVE_TLS_CALLERS": str(folder / "ca.pem"),
        "CCPP_SERVE_CALLERS": str(folder / "callers.toml"),
    }
    process = start_server(folder / "log", "--demo", "--workers", "2", **environment)
    found = Trusted(process, folder, environment)
    try:
        found.curl("/readyz", "--retry", "60", "--retry-connrefused", "--retry-delay", "1")
        assert process.process.poll() is None, process.log.read_text()
        yield found
    finally:
        process.stop()


def test_who_says_nothing_is_told_every_way(trusted: Trusted) -> None:
    status, body = trusted.curl("/applications", "-D", "-", "-H", "Accept: application/json")
    assert status == 401
    ways = [line.partition(": ")[2].split()[0] for line in body.splitlines() if line.lower().startswith("www-authenticate")]
    assert ways == ["Bearer", "Digest", "Digest"]
    assert trusted.curl("/healthz")[0] == 200


def test_a_token_is_taken(trusted: Trusted) -> None:
    text = token(exp=NOW_AND_LATER)
    for _ in range(6):  # by either process, anew and known again
        assert trusted.curl("/applications", "-H", f"Authorization: Bearer {text}", "-H", "Accept: application/json")[0] == 200
        assert trusted.curl("/v1/audit", "-H", f"Authorization: Bearer {text}")[0] == 403
    assert trusted.curl("/applications", "-H", f"Authorization: Bearer {text}x")[0] == 401
    assert text not in trusted.process.log.read_text()


def test_what_is_remembered_is_nobody_else_s(trusted: Trusted) -> None:
    """The same bytes by a caller of another role, by nobody, or by a token that has ended are not answered from memory."""
    asked = ("-H", "Content-Type: application/json", "-d", '{"uri": "http://ua.echo.example/droid.rdf"}')

    def status(**other: object) -> int:
        text = token(**{"exp": NOW_AND_LATER, "roles": ["provisioning-server"], **other})
        return trusted.curl("/v1/match", "-H", f"Authorization: Bearer {text}", *asked)[0]

    assert [status() for _ in range(4)] == [200] * 4
    assert status(roles=["device"]) == 403
    assert status(sub="bob") == 200
    assert status(sub="bob", roles=[]) == 403
    assert status(exp=1.0e9) == 401
    assert trusted.curl("/v1/match", *asked)[0] == 401
    assert status() == 200


def test_a_certificate_is_taken(trusted: Trusted) -> None:
    status, body = trusted.curl("/v1/audit", "--cert", str(trusted.folder / "tps.pem"))
    assert (status, body[:1]) == (200, "[")
    asked = ("-H", "Content-Type: application/json", "-d", '{"uri": "http://ua.echo.example/droid.rdf"}')
    assert trusted.curl("/v1/match", "--cert", str(trusted.folder / "tps.pem"), *asked)[0] == 200
    assert trusted.curl("/v1/audit", "--cert", str(trusted.folder / "nobody.pem"))[0] == 401  # of a caller not in the table
    assert trusted.curl("/v1/audit", "--cert", str(trusted.folder / "stranger.pem"))[0] == 0  # the handshake fails


def test_a_header_is_no_certificate(trusted: Trusted) -> None:
    pem = (trusted.folder / "tps.pem").read_text()
    shown = pem[pem.index("-----BEGIN CERT") :].split("-----")[2].replace("\n", "")
    for name in ("Client-Cert", "X-SSL-Client-Cert", "X-Client-Cert", "X-Forwarded-Client-Cert"):
        assert trusted.curl("/v1/audit", "-H", f"{name}: :{shown}:")[0] == 401


def test_an_enrolment_goes_from_the_operator_to_curl(trusted: Trusted) -> None:
    """A code from the command line, an account for it, and curl's own Digest; what was sent once is not taken again."""
    command = [sys.executable, "-m", "ccpp", "database", "enrol", "--subscriber", "3584", "--format", "json"]
    environment = {**os.environ, **trusted.environment}
    code = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)["code"]
    asked = ("-H", "Content-Type: application/json", "-d", json.dumps({"code": code}))
    status, body = trusted.curl("/v1/credentials", *asked)
    account = json.loads(body)
    assert status == 201
    assert trusted.curl("/v1/credentials", *asked)[0] == 403
    user = ("--digest", "-u", f"{account['user']}:{account['password']}", "-H", "Accept: application/json")
    for _ in range(3):
        assert trusted.curl("/applications?from=0", *user)[0] == 200
    status, said = trusted.curl("/applications", "-v", "--stderr", "-", *user)
    assert status == 200
    sent = next(line for line in said.splitlines() if line.startswith("> Authorization: Digest"))
    again = trusted.curl("/applications", "-D", "-", "-H", sent.removeprefix("> "), "-H", "Accept: application/json")
    assert again[0] == 401
    assert "stale=true" in again[1]
    assert trusted.curl("/applications", "--digest", "-u", f"{account['user']}:wrong")[0] == 401
    log = trusted.process.log.read_text()
    assert account["password"] not in log
    assert code not in log
    audit = json.loads(trusted.curl("/v1/audit", "--cert", str(trusted.folder / "tps.pem"))[1])
    actions = {entry["action"] for entry in audit}
    assert {"enrol", "enrolled", "refuse", "forbid"} <= actions
    assert account["password"] not in json.dumps(audit)
    assert code not in json.dumps(audit)

"""Decisions for known devices over HTTP, asked by wrk from outside the process, beside an empty handler on the same server.

The empty handler is the least that an application can do on uvicorn, run with the same protocol, event loop and number of workers, and
asked the same requests; the two take turns in the same run, so that a machine that slows down slows both; so does a server that asks each request
for a token, which it knows after the first.

Requests are first the same again and again, whose answers are remembered, then never the same twice, which have to be read and answered from
what is known of the device. Then as much is asked as half of that peak, each connection waiting at random between two requests, for the
latency; and again while somebody else asks one profile after the other that nobody knows, which has to be read and matched.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from joserfc import jwt
from joserfc.jwk import ECKey

from benchmarks.timing import Result
from ccpp.catalogue.loading import load_catalogue
from ccpp.decision import decide_all
from ccpp.derivation import load_derivations
from ccpp.normalisation import load_normalisation
from ccpp.plain import plain_match
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import CATALOGUE, devices, sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONNECTIONS = 16
_TURNS = 5
_PATH = "/v1/match"
_ISSUER = "https://issuer.example"
_EMPTY_HANDLER = "an empty handler"

#: What is asked → what it is called.
CASES = {
    "same.lua": "requests for known devices, at the peak",
    "unlike.lua": "requests for known devices, no two the same, at the peak",
}

#: What an application must do on an ASGI server: one message, and the empty answer.
_EMPTY = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
"""

_SCRIPT = """
local bodies = {%s}
local number = 0
local mark = tostring({}):sub(8) .. "-"
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "%s"
request = function()
    number = number + 1
    if %s then wrk.headers["X-Session"] = mark .. number end
    return wrk.format(nil, nil, nil, bodies[number %% #bodies + 1])
end
if %d > 0 then
    delay = function() return math.random(0, %d) end
end
"""


def _script(bodies: str, token: str, *, unlike: bool, wait: int = 0) -> str:
    """What wrk does: `unlike` makes no two requests the same, `wait` is the most milliseconds between two of a connection."""
    return _SCRIPT % (bodies, f"Bearer {token}", str(unlike).lower(), wait, wait)


class Load(NamedTuple):
    """What wrk found: requests a second, the median and the 99th percentile in seconds, and answers that were none."""

    rate: float
    median: float
    p99: float
    failed: int


def run(*, smoke: bool) -> Iterator[Result]:
    """Decide for ten known devices in turn; the answers are those of the library."""
    if shutil.which("wrk") is None:
        print("server    left out: no wrk here (Debian's `wrk`)", file=sys.stderr)
        return
    expected = _expected()
    seconds = 1 if smoke else 4
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        (folder / "empty.py").write_text(_EMPTY)
        token, environment = _issued(folder)
        bodies = ", ".join(f"'{json.dumps({'uri': uri})}'" for uri in expected)
        (folder / "same.lua").write_text(_script(bodies, token, unlike=False))
        (folder / "unlike.lua").write_text(_script(bodies, token, unlike=True))
        command = [sys.executable, "-m", "ccpp", "serve", "--demo"]
        ours = stack.enter_context(_serving(command, folder))
        guarded = stack.enter_context(_serving(command, folder, environment))
        uvicorn = [
            sys.executable,
            "-m",
            "uvicorn",
            "--loop",
            "uvloop",
            "--http",
            "ccpp.server.wire:BoundedProtocol",
            "--no-access-log",
            "empty:app",
        ]
        empty = stack.enter_context(_serving([*uvicorn, "--log-level", "error"], folder))
        equal = all(_asked(port, uri, token) == answer for uri, answer in expected.items() for port in (ours, guarded))
        engines = {"ccpp": ours, "ccpp, with a token": guarded, _EMPTY_HANDLER: empty}
        loads: dict[tuple[str, str], list[Load]] = {}
        for _ in range(1 if smoke else _TURNS):
            for script in CASES:
                for engine, port in engines.items():
                    loads.setdefault((script, engine), []).append(_load(port, folder, _CONNECTIONS, seconds, script))
        peak = statistics.median(one.rate for one in loads["unlike.lua", "ccpp"])
        (folder / "paced.lua").write_text(_script(bodies, token, unlike=True, wait=round(4_000 * _CONNECTIONS / peak)))
        paced = [_load(ours, folder, _CONNECTIONS, seconds, "paced.lua") for _ in range(1 if smoke else _TURNS)]
        with _cold(ours) as asked:
            beside = [_load(ours, folder, _CONNECTIONS, seconds, "paced.lua") for _ in range(1 if smoke else _TURNS)]
        cold = {"cold_per_second": round(len(asked) / (seconds * len(beside)))}
    equal = equal and not any(one.failed for found in loads.values() for one in found)
    for script, case in CASES.items():
        yield from _at_the_peak(case, {engine: loads[script, engine] for engine in engines}, equal=equal)
    for case, found, more in (("at half the peak", paced, {}), ("at half the peak, beside cold profiles", beside, cold)):
        rate = statistics.median(one.rate for one in found)
        size = {"connections": _CONNECTIONS, "requests_per_second": round(rate), **more}
        median, worst = (statistics.median(getattr(one, name) for one in found) for name in ("median", "p99"))
        yield Result("server", case, "ccpp", size, median, worst, None, equal)


def _at_the_peak(case: str, loads: dict[str, list[Load]], *, equal: bool) -> Iterator[Result]:
    """The rates of each, and what part of the empty handler's they are."""
    for engine, found in loads.items():
        rate = statistics.median(one.rate for one in found)
        base = loads["an empty handler"]
        ratio = statistics.median(one.rate / other.rate for one, other in zip(found, base, strict=True))
        size = {"connections": _CONNECTIONS, "requests_per_second": round(rate), "percent_of_empty": round(100 * ratio)}
        latency = statistics.median(one.p99 for one in found)
        yield Result("server", case, engine, size, 1 / rate, latency, None, equal)


@contextmanager
def _cold(port: int) -> Iterator[list[int]]:
    """Somebody who asks about one unknown profile after the other; how many so far, by their statuses."""
    document, ended, asked = sample("07-delta-n80.rdf").decode(), Event(), list[int]()

    def ask() -> None:
        for number in count():
            if ended.is_set():
                return
            unknown = document.replace("<prf:Model>", f"<prf:Model>{number} ")
            _request(port, "POST", _PATH, json.dumps({"document": unknown}).encode())
            asked.append(number)

    thread = Thread(target=ask)
    thread.start()
    try:
        yield asked
    finally:
        ended.set()
        thread.join()


def _expected() -> dict[str, Any]:
    """The answer for each sample device, by the URI of its profile."""
    vocabularies = load_vocabularies()
    derive = load_derivations(vocabularies, load_normalisation(vocabularies)).derive
    catalogue = load_catalogue(sample(CATALOGUE), source=CATALOGUE, vocabularies=vocabularies)
    found = {}
    for name in devices():
        profile = derive(resolve([read_profile(sample(name), uri=f"urn:x:{name}", vocabularies=vocabularies)]))
        found[profile.uri] = json.loads(json.dumps(plain_match(profile, catalogue, decide_all(profile, catalogue))))
    return found


def _issued(folder: Path) -> tuple[str, dict[str, str]]:
    """A token that a provisioning server shows, and the variables by which a server takes it."""
    key = ECKey.generate_key("P-256", {"kid": "k1"})
    (folder / "keys.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    claims = {"iss": _ISSUER, "aud": _ISSUER, "sub": "wrk", "exp": int(time.time()) + 86_400, "roles": ["provisioning-server"]}
    names = {"KEYS": str(folder / "keys.json"), "ISSUER": _ISSUER, "AUDIENCE": _ISSUER}
    environment = {f"CCPP_SERVE_TOKEN_{name}": value for name, value in names.items()}
    return jwt.encode({"alg": "ES256", "kid": "k1"}, claims, key), environment


@contextmanager
def _serving(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> Iterator[int]:
    """A server on a port of its own."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    variables = {**os.environ, **(environment or {})}
    process = subprocess.Popen([*command, "--port", str(port)], cwd=folder, stderr=subprocess.DEVNULL, env=variables)
    try:
        for _ in range(1_200):
            try:
                _request(port, "GET", "/readyz")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _request(port: int, method: str, path: str, body: bytes | None = None, token: str = "") -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
        return connection.getresponse().read()
    finally:
        connection.close()


def _asked(port: int, uri: str, token: str) -> Any:  # noqa: ANN401  JSON
    return json.loads(_request(port, "POST", _PATH, json.dumps({"uri": uri}).encode(), token))


_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def _load(port: int, folder: Path, connections: int, seconds: int, script: str) -> Load:
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}",
        "--latency",
        "-s",
        script,
        f"http://127.0.0.1:{port}{_PATH}",
    ]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    times = {
        mark: float(value) * _UNITS[unit]
        for mark, value, unit in re.findall(r"^\s+(\d+)%\s+([0-9.]+)(us|ms|s)$", said, re.MULTILINE)
    }
    rate = float((re.search(r"Requests/sec:\s+([0-9.]+)", said) or ["", "nan"])[1])
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Load(rate, times["50"], times["99"], int(failed[1]) if failed else 0)

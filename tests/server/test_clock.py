"""A clock that jumps, by a day back or ten years on: nothing is remembered too long, nothing fails, and what happened stays in order."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from serving import N80, start_server

from ccpp.samples import sample
from ccpp.server.asgi import App
from ccpp.server.composing import Recipe, make_composer
from ccpp.server.devices import Devices, Given, Stored
from ccpp.server.observing import Observer
from ccpp.server.routes import ROUTES, Routes
from ccpp.server.steps import finish

if TYPE_CHECKING:
    from ccpp.server.service import Service
    from ccpp.vocabulary import Vocabularies

DAY, DECADE = 86_400, 10 * 365 * 86_400
#: Where the clock stands, one after the other, in seconds from the beginning.
JUMPS = (0.0, 1.0, DECADE, DECADE + 1.0, 2.0, -DAY, -DAY + 1.0)
LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


class Counting:
    """A store that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def by_uri(self, _uri: str) -> Stored:
        self.asked += 1
        return Stored(sample("07-delta-n80.rdf"), N80)

    def by_user_agent(self, _agent: str) -> None:
        return None


def test_a_name_is_looked_up_again_after_every_jump(vocabularies: Vocabularies) -> None:
    store = Counting()
    devices = Devices(store, make_composer(Recipe(), vocabularies).compose, lifetime=10.0)
    asked = []
    for jump in JUMPS:
        assert finish(devices.find(Given(references=(N80,)), 1.0e9 + jump)).profile.uri == N80
        asked.append(store.asked)
    assert asked == [1, 1, 2, 2, 3, 4, 4]


def test_whole_answers_last_no_longer_than_they_may(service: Service) -> None:
    """The application itself, its clock set: an answer that is remembered is asked for anew wherever the clock was set to."""
    now, handled = [0.0], []

    def clock() -> float:
        return now[0]

    async def scenario() -> None:
        app = App(service.options, Routes(ROUTES), lambda _observer: service, Observer(lines=False), clock)
        app._service = service
        answer = app._answer

        async def counted(request: Any, span: None) -> Any:  # noqa: ANN401  the application's own
            handled.append(request.time)
            return await answer(request, span)

        app._answer = counted  # type: ignore[method-assign]
        for jump in JUMPS:
            now[0] = 2.0e9 + jump
            assert await ask(app, {"uri": N80}) == 200

    asyncio.run(scenario())
    # What came twice is remembered; a second answer needs nobody to handle it until the clock is set.
    assert handled == [2.0e9 + jump for jump in (0.0, 1.0, DECADE, 2.0, -DAY)]


async def ask(app: App, body: object) -> int:
    statuses = []
    content = json.dumps(body).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401  ASGI
        statuses.append(message.get("status"))

    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    scope = {"type": "http", "method": "POST", "path": "/v1/match", "query_string": b"", "headers": headers, "scheme": "http"}
    await app(scope, receive, send)
    return int(statuses[0])


@pytest.mark.long
@pytest.mark.skipif(not LIBRARY.exists(), reason="no libfaketime here (Debian's `libfaketime`)")
def test_a_server_whose_clock_jumps_goes_on(tmp_path: Path) -> None:
    """The clock of all its processes is set back by a day and on by ten years in the middle of installs."""
    clock = tmp_path / "clock"
    clock.write_text("+0")
    server = start_server(
        tmp_path / "log",
        "--demo",
        "--workers",
        "2",
        LD_PRELOAD=str(LIBRARY),
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_NO_CACHE="1",
        DONT_FAKE_MONOTONIC="1",
        CCPP_SERVE_DATABASE=f"sqlite:///{tmp_path / 'server.sqlite'}",
    )
    server.wait()
    names = []
    for set_to in ("+0", "-1d", "+3650d", "-2d", "+0"):
        other = tmp_path / "other"
        other.write_text(set_to)
        other.replace(clock)
        for _ in range(10):
            assert (
                server.ask("POST", "/v1/match", json.dumps({"uri": N80}).encode(), {"Content-Type": "application/json"}).status
                == 200
            )
        made = server.ask(
            "POST",
            "/v1/installs",
            json.dumps({"uri": N80, "application": "chess"}).encode(),
            {"Content-Type": "application/json"},
        )
        names.append(json.loads(made.body)["install"])
        assert all(server.ask("GET", f"/installs/{name}").status == 200 for name in names)
    for name in names:
        assert server.ask("POST", f"/installs/{name}/notify", b"900 Success").status == 200
        told = json.loads(server.ask("GET", f"/installs/{name}").body)
        assert [event["step"] for event in told["events"]] == ["offer", "install"]
    assert server.ask("GET", "/readyz").status == 200
    server.stop()
    times = [json.loads(line)["time"] for line in server.log.read_text().splitlines() if line.startswith("{")]
    assert max(times) - min(times) > DECADE - DAY  # the clock did jump
    assert not [line for line in server.log.read_text().splitlines() if '"level":"error"' in line or '"level": "error"' in line]

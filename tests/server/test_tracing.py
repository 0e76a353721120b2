"""Spans: each request and what it waits for, part of the trace that the request names; nothing that anybody sent."""

from __future__ import annotations

import asyncio
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from serving import N80

from ccpp.errors import UsageError
from ccpp.server.asgi import App
from ccpp.server.observing import Observer
from ccpp.server.routes import ROUTES, Routes
from ccpp.server.starting import make_service
from ccpp.server.steps import Call
from ccpp.server.tracing import Tracer, make_tracer, plain_span, span_name, step_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.server.options import Options
    from ccpp.server.service import Service

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
NAMES = {b"traceparent": f"00-{TRACE}-{PARENT}-01".encode(), b"x-request-id": b"mine-1"}


@pytest.fixture
def fresh(demo_options: Options, service: Service) -> Iterator[Service]:
    """A service that knows no device yet, on the database that is ready."""
    del service
    made = make_service(demo_options, Observer(lines=False))
    yield made
    for end in made.ending:
        end()


def traced(service: Service, requests: list[tuple[str, str, bytes]]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """The spans of some requests, and the lines of the log."""
    exporter, lines = InMemorySpanExporter(), list[bytes]()
    observer = Observer(write=lines.append)
    app = App(service.options, Routes(ROUTES), lambda _observer: service, observer, tracer=Tracer(exporter, at_once=True))
    app._service = service

    async def scenario() -> None:
        for method, path, body in requests:
            await ask(app, method, path, body)

    asyncio.run(scenario())
    observer.flush()
    return [plain_span(span) for span in exporter.get_finished_spans()], lines


async def ask(app: App, method: str, path: str, body: bytes) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_message: Any) -> None:  # noqa: ANN401  ASGI
        pass

    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), (b"authorization", b"Secret-1")]
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "scheme": "http"}
    await app({**scope, "headers": [*headers, *NAMES.items()]}, receive, send)


def test_a_request_has_a_span_and_so_has_what_it_waits_for(fresh: Service) -> None:
    body = json.dumps({"uri": N80, "application": "chess", "note": "Secret-2"}).encode()
    asked = [("POST", "/v1/match", json.dumps({"uri": N80}).encode())] * 2
    spans, lines = traced(fresh, [*asked, ("POST", "/v1/installs?Secret-3", body), ("GET", "/installs/Secret-4", b"")])
    requests = [span for span in spans if "http.route" in span]
    assert [one["name"] for one in requests] == [
        "POST /v1/match",
        "POST /v1/match",
        "POST /v1/installs",
        "GET /installs/{install}",
    ]
    assert {(one["trace"], one["parent"], one["ccpp.request.id"]) for one in requests} == {(TRACE, PARENT, "mine-1")}
    below = [[span["name"] for span in spans if span.get("parent") == one["span"]] for one in requests]
    assert below[0] == ["resolve", "match", "choose"]
    assert below[1] == []  # it is known
    assert below[3] == ["storage"]
    told = json.dumps(spans) + b"".join(lines).decode()
    assert "Secret" not in told
    assert told.count(f'"trace":"{TRACE}"') == 4  # each line of the log names the trace


def test_an_install_is_stored_in_a_span(fresh: Service) -> None:
    spans, _ = traced(fresh, [("POST", "/v1/installs", json.dumps({"uri": N80, "application": "chess"}).encode())])
    assert {"resolve", "match", "choose", "storage"} <= {span["name"] for span in spans}


def test_what_fails_says_its_class_and_no_more(fresh: Service) -> None:
    exporter = InMemorySpanExporter()
    tracer = Tracer(exporter, at_once=True)

    def fail() -> None:
        raise ValueError("Secret-5")

    with pytest.raises(ValueError, match="Secret-5"):
        tracer.do(tracer.begin([]), Call(fail))
    [span] = exporter.get_finished_spans()
    assert (span.status.description, span.events) == ("ValueError", ())
    assert fresh.live


def test_what_is_asked_of_others_says_whose_part_it_is() -> None:
    tracer = Tracer(InMemorySpanExporter(), at_once=True)
    assert tracer.outgoing() == {}
    told = tracer.do(tracer.begin(NAMES.items()), Call(tracer.outgoing))
    assert told["traceparent"].startswith(f"00-{TRACE}-")
    assert PARENT not in told["traceparent"]


def test_steps_are_named_by_their_functions(service: Service) -> None:
    assert span_name(step_name(service.devices._read)) == "resolve"
    assert service.live
    assert span_name(step_name(service.live._match)) == "match"
    assert span_name(step_name(b"".join)) == "work"


def test_spans_go_where_the_option_says(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[bytes] = []
    observer = Observer(write=lines.append)
    assert make_tracer("off", observer) is None
    with pytest.raises(UsageError, match="`traces` is `nowhere`"):
        make_tracer("nowhere", observer)
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.path.encode() + self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    collector = HTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=collector.serve_forever, daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}")
    for place in ("log", "otlp"):
        tracer = make_tracer(place, observer)
        assert tracer
        tracer.end(tracer.begin(NAMES.items()), "GET", "/healthz", 200, "mine-1")
        tracer.close()
    collector.shutdown()
    collector.server_close()
    assert json.loads(lines[0])["trace"] == TRACE
    assert received[0].startswith(b"/v1/traces")
    assert b"GET /healthz" in received[0]
    assert bytes.fromhex(TRACE) in received[0]

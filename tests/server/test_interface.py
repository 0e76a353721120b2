"""The interface as it is described and as it is: examples that work, shapes that hold, and requests nobody would think of."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import jsonschema_rs
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from interface import description, hold, validate
from serving import B610, N80, free_port

from ccpp import answers, calls, lifecycle, model, samples
from ccpp.calls import Device
from ccpp.client import AsyncClient, Client, ServerError
from ccpp.server.asgi import App
from ccpp.server.message import JSON, Identity, Request, Role
from ccpp.server.observing import Observer
from ccpp.server.routes import INTERFACE, ROUTES, Routes
from ccpp.server.schemas import schema_of
from ccpp.server.shapes import SHAPES, Shape
from ccpp.server.starting import make_service, prepare, write_demo
from ccpp.server.wire import BoundedProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum

    from serving import Ask

    from ccpp.server.options import Options
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

EXAMPLES = [(method, path, shape) for (method, path), shape in SHAPES.items() if shape.example and "{" not in path]


SOMEBODY = "262011234567890"
ACCOUNT = f'imsi = "{SOMEBODY}"\n[access.internet]\nname = "Packets"\napn = "internet.example"\n'


def anybody(request: Request, service: Service) -> Steps[Identity]:
    """Everybody may do everything, and is one subscriber."""
    del request, service
    yield from ()
    return Identity("anybody", frozenset(Role), SOMEBODY)


@pytest.fixture(scope="module")
def port(demo_options: Options, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The demo on a socket, where everybody may do everything."""
    folder = tmp_path_factory.mktemp("open")
    options = replace(demo_options, **write_demo(folder), key="6b" * 32, body_seconds=2.0)
    prepare(options)
    app = App(options, Routes(ROUTES), partial(make_service, options, authenticate=anybody), Observer(lines=False))
    number = free_port()
    bounds: dict[str, Any] = {"h11_max_incomplete_event_size": options.max_headers, "timeout_keep_alive": 15}
    config = uvicorn.Config(app, port=number, http=BoundedProtocol, loop="asyncio", ws="none", log_config=None, **bounds)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    stated = json.dumps({"secrets": {"account": ACCOUNT}})
    assert b" 204 " in told(number, f"PUT /v1/subscribers/{SOMEBODY}", [b"Content-Type: application/json"], stated.encode())
    yield number
    server.should_exit = True
    thread.join(20)


def told(port: int, request: str | bytes, lines: list[bytes], body: bytes = b"") -> bytes:
    """What the server says to a request as it stands, until it closes the connection."""
    start = request.encode() if isinstance(request, str) else request
    head = [start + b" HTTP/1.1", b"Host: a", b"Connection: close", *lines]
    if body:
        head.append(b"Content-Length: %d" % len(body))
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        answer = b""
        try:
            one.sendall(b"\r\n".join(head) + b"\r\n\r\n" + body)
            while part := one.recv(65_536):
                answer += part
        except ConnectionError:
            pass  # refused before all was sent
    return answer


# What is described.


def test_every_row_is_of_a_route_and_every_route_of_json_has_one() -> None:
    routes = {(route.method, route.path): route for route in INTERFACE}
    assert set(SHAPES) <= set(routes)
    assert [key for key, route in routes.items() if route.gives == JSON and key not in SHAPES] == []


@pytest.mark.parametrize("name", sorted(description()["components"]["schemas"]))
def test_every_component_is_a_schema_with_a_description(name: str) -> None:
    schema = description()["components"]["schemas"][name]
    assert schema["description"]
    jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


@pytest.mark.parametrize(
    ("stated", "kinds"),
    [
        (answers.Verdict, model.Verdict),
        (answers.Kind, model.Kind),
        (answers.Rule, model.Rule),
        (answers.State, lifecycle.State),
        (answers.Step, lifecycle.Step),
        (get_type_hints(answers.Attribute)["container"], model.Container),
        (get_type_hints(answers.Attribute)["status"], model.Status),
    ],
)
def test_names_are_those_of_the_engine(stated: object, kinds: type[StrEnum]) -> None:
    assert set(get_args(stated)) == {one.value for one in kinds}


@pytest.mark.parametrize(("method", "path", "shape"), EXAMPLES, ids=[f"{method} {path}" for method, path, _ in EXAMPLES])
def test_every_example_is_answered(ask: Ask, method: str, path: str, shape: Shape) -> None:
    body = json.dumps(dict(shape.example or {})).encode()
    validate(description()["paths"][path][method.lower()]["requestBody"]["content"][JSON]["schema"], dict(shape.example or {}))
    response = ask(method, path, body, content_type=JSON)
    assert response.status == shape.statuses[0], response.body


def test_an_answer_of_another_shape_is_noticed() -> None:
    good = {"profile": "a", "catalogue": "sha256:" + "0" * 64, "applications": {}}
    headers = {"content-type": JSON}
    hold("POST", "/v1/match", 200, headers, json.dumps(good).encode())
    for wrong in ({**good, "more": 1}, {**good, "catalogue": "x"}, {"profile": "a"}, []):
        with pytest.raises(jsonschema_rs.ValidationError):
            hold("POST", "/v1/match", 200, headers, json.dumps(wrong).encode())
    with pytest.raises(AssertionError, match="not described"):
        hold("POST", "/v1/match", 201, headers, b"{}")
    with pytest.raises(AssertionError, match="not described"):
        hold("POST", "/v1/match", 200, {"content-type": "text/html"}, b"{}")


def test_security_schemes_open_what_asks_for_a_role() -> None:
    from ccpp.server.openapi import describe  # noqa: PLC0415  the only one with schemes

    made = describe(INTERFACE, {"bearer": {"type": "http", "scheme": "bearer"}})
    assert made["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert made["paths"]["/v1/match"]["post"]["security"] == [{"bearer": []}]
    assert "security" not in made["paths"]["/healthz"]["get"]


# The clients.

_CARRIED = Device(uri=N80)
#: Name of a call → what it is given, where that is not nothing; `{install}`, `{code}` and `{user}` stand for what came before.
GIVEN: dict[str, Any] = {
    "resolve": [_CARRIED],
    "match": [_CARRIED],
    "explain": [_CARRIED, "chess-large"],
    "provision": [_CARRIED, "chess"],
    "batch": ["match", [_CARRIED]],
    "discover": [(("x-wap-profile", f'"{N80}"'),)],
    "application": ["chess", (("x-wap-profile", f'"{N80}"'),)],
    "descriptor": ["chess", (("x-wap-profile", f'"{N80}"'),)],
    "begin": [_CARRIED, "chess", "{key}"],
    "install": ["{install}"],
    "artefact": ["{install}", 5],
    "report": ["{install}", 900],
    "configuration": ["{install}"],
    "update": ["{install}"],
    "remove": ["{install}"],
    "settings_for": [_CARRIED],
    "bootstrap": [_CARRIED],
    "message": ["none"],
    "publish": [samples.sample(samples.CATALOGUE).replace(b'"Sample catalogue"', b'"Another catalogue"')],
    "activate": ["{number}"],
    "put_subscriber": ["s-1", {"facts": {"languages": ["fi"]}}],
    "subscriber": ["s-1"],
    "reconfigure": ["s-1"],
    "remove_subscriber": ["s-1"],
    "enrol": [{"roles": ["device"]}],
    "present": [{"code": "{code}"}],
    "revoke": ["{user}"],
}
NAMED = {
    "settings_for": {"account": ACCOUNT, "form": "wap-xml"},
    "bootstrap": {"account": ACCOUNT, "security": "NETWPIN"},
    "autoconfiguration": {"vers": "0"},
}
#: Calls that this server has no answer to: it sent no message, enrols nobody, and its subscriber is no user of RCS.
REFUSED = {"message": 404, "reconfigure": 404, "enrol": 409, "present": 409, "autoconfiguration": 403}
CALLS = {name: made for name, made in vars(calls).items() if inspect.isfunction(made) and made.__module__ == calls.__name__}
CALLS = {name: made for name, made in CALLS.items() if not name.startswith("_") and name != "asked"}


def call_of(name: str, known: dict[str, str]) -> calls.Call[Any]:
    def filled(value: Any) -> Any:  # noqa: ANN401  an argument
        if isinstance(value, dict):
            return {key: filled(one) for key, one in value.items()}
        return known.get(value.strip("{}"), value) if isinstance(value, str) and value.startswith("{") else value

    made: calls.Call[Any] = CALLS[name](*map(filled, GIVEN.get(name, [])), **NAMED.get(name, {}))
    return made


def route_of(call: calls.Call[Any]) -> tuple[str, str]:
    found = Routes(INTERFACE).find(call.path.partition("?")[0])
    assert found, call.path
    return call.method, found[0][call.method].path


def test_there_is_a_call_for_every_route_and_it_is_typed_as_the_route() -> None:
    operations = {("POST", f"/v1/{one}/batch") for one in ("match", "resolve", "explain", "provision")}
    covered = {route_of(call_of(name, {})): made for name, made in CALLS.items()}
    assert covered.keys() | operations | {("GET", "/")} == {(route.method, route.path) for route in INTERFACE}
    names = {**vars(answers), "Iterable": Iterable, "Sequence": Sequence, "Mapping": Mapping}
    for route, made in covered.items():
        [stated] = get_args(get_type_hints(made, vars(calls), names)["return"])
        answer = SHAPES[route].answer
        if route[1] in {"/openapi.json", *(path for _, path in operations)}:
            continue
        if answer is None:
            assert stated in {bytes, type(None)}, made
        else:
            assert stated in {answer, answer | None}, made


ORDER = [*GIVEN, *(name for name in CALLS if name not in GIVEN)]


def learnt(known: dict[str, str], answer: Any) -> Any:  # noqa: ANN401  an answer
    """An answer, whose names are kept in mind for the calls that follow."""
    if isinstance(answer, dict):
        known.update({key: str(answer[key]) for key in ("install", "code", "user", "number") if answer.get(key) is not None})
    return answer


def carried(port: int) -> dict[str, Any]:
    """Every call by the synchronous client, with its answer."""
    known = {"key": "one"}
    found: dict[str, Any] = {}
    with Client(f"http://127.0.0.1:{port}") as client:
        for name in ORDER:
            try:
                found[name] = learnt(known, client.send(call_of(name, known)))
            except ServerError as error:
                found[name] = error
    return found


async def carried_too(port: int) -> dict[str, Any]:
    """The same by the asynchronous one."""
    known = {"key": "other"}
    found: dict[str, Any] = {}
    async with AsyncClient(f"http://127.0.0.1:{port}") as client:
        for name in ORDER:
            try:
                found[name] = learnt(known, await client.send(call_of(name, known)))
            except ServerError as error:
                found[name] = error
    return found


def test_both_clients_carry_every_call(port: int) -> None:
    one, other = carried(port), asyncio.run(carried_too(port))
    for found in (one, other):
        errors = {name: answer.status for name, answer in found.items() if isinstance(answer, ServerError)}
        assert errors == REFUSED
    assert {name: type(answer) for name, answer in one.items()} == {name: type(answer) for name, answer in other.items()}
    components = dict(description()["components"]["schemas"])
    for name, answer in one.items():
        schema = SHAPES[route_of(call_of(name, {}))].answer
        if schema is not None and name != "batch" and name not in REFUSED and answer is not None:
            validate(schema_of(schema, components), answer)


# What is asked by machines. Text that is no text of its kind is what these bodies are about, so anything goes there.


def _as_it_is(context: object, value: object) -> bytes:
    del context
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")


for _media_type in ("application/x-ndjson", "text/turtle", "application/rdf+xml"):
    schemathesis.serializer(_media_type)(_as_it_is)

CHECKS = ["not_a_server_error", "content_type_conformance", "response_schema_conformance", "status_code_conformance"]


@pytest.fixture(scope="module")
def loaded(port: int) -> Any:  # noqa: ANN401  Schemathesis has no types for it
    return schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")


def conforms(loaded: Any, method: str, path: str, examples: int) -> None:  # noqa: ANN401  the same
    operation = loaded[path][method]

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples < 10,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy() | operation.as_strategy(schemathesis.GenerationMode.NEGATIVE))
    def answered(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=[one for one in schemathesis.checks.CHECKS.get_all() if one.__name__ in CHECKS])

    answered()


# Bytes on the wire.

BYTES = st.binary(max_size=40).map(lambda data: data.replace(b"\r", b"").replace(b"\n", b""))
NAMES = st.sampled_from(
    [
        b"x-wap-profile",
        b"x-wap-profile-diff-1",
        b"Profile",
        b"Profile-Diff-1",
        b"19-Profile",
        b"Opt",
        b"Man",
        b"C-Man",
        b"Accept",
        b"Accept-Language",
        b"User-Agent",
        b"Content-Type",
        b"Range",
        b"If-None-Match",
        b"If-Range",
        b"Idempotency-Key",
        b"Sec-CH-UA",
        b"Cookie",
        b"X-Request-Id",
        b"traceparent",
        b"Authorization",
    ]
)
VALUES = BYTES | st.sampled_from(
    [
        f'"{N80}"'.encode(),
        f'"{B610}", "1-AAAAAAAAAAAAAAAAAAAAAA=="'.encode(),
        b'"http://www.w3.org/1999/06/24-CCPPexchange" ; ns=19',
        b"application/json",
        b"application/rdf+xml",
        b"bytes=0-0,5-",
        b"text/vnd.wap.wml",
        b"*/*;q=x",
        b"\xff\xfe",
        b"a" * 5_000,
    ]
)
LINES = st.lists(st.tuples(NAMES, VALUES).map(lambda pair: pair[0] + b": " + pair[1]) | BYTES.filter(bool), max_size=5)
STATED = st.dictionaries(
    st.sampled_from(["uri", "document", "headers", "userAgent", "diffs", "variant", "account", "security", "status", "facts"]),
    st.recursive(st.text(max_size=10) | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=2), max_leaves=3),
    max_size=4,
)
BODIES = st.binary(max_size=60) | STATED.map(lambda value: json.dumps(value).encode())
STARTS = st.one_of(
    [st.just(f"{route.method} {route.path}".replace("{", "").replace("}", "").encode()) for route in ROUTES]
) | st.sampled_from([b"M-GET /", b"GET /%00", b"GET /applications/%ff%2f..", b"GET //x?%zz", b"OPTIONS *", b"GET http://a/"])


def answers_anything(port: int, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, database=None, derandomize=examples < 1_000)
    @given(STARTS, LINES, BODIES)
    def answered(start: bytes, lines: list[bytes], body: bytes) -> None:
        answer = told(port, start, lines, body)
        if not answer and sum(map(len, lines)) < 1_000:
            raise AssertionError("no answer")
        status = answer[9:12]
        assert status < b"500" or status in {b"501", b"510"}, answer

    answered()
    assert b" 200 " in told(port, "GET /healthz", [])


def test_any_bytes_are_answered(port: int) -> None:
    answers_anything(port, 120)


@pytest.mark.long
def test_any_bytes_are_answered_many_times(port: int) -> None:
    answers_anything(port, 5_000)


OPERATIONS = [(route.method, route.path) for route in INTERFACE]


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[" ".join(one) for one in OPERATIONS])
def test_schemathesis_finds_nothing(loaded: Any, method: str, path: str) -> None:  # noqa: ANN401  the same
    conforms(loaded, method, path, 3)


@pytest.mark.long
@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[" ".join(one) for one in OPERATIONS])
def test_schemathesis_finds_nothing_in_many(loaded: Any, method: str, path: str) -> None:  # noqa: ANN401  the same
    conforms(loaded, method, path, 100)

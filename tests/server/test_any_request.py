"""Whatever is asked, the answer is no fault of the server's: a law over paths, headers and bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import DROID, N80

from ccpp.server.asked import KEYS
from ccpp.server.exchange import respond
from ccpp.server.message import Request, Response
from ccpp.server.routes import ROUTES
from ccpp.server.steps import finish

if TYPE_CHECKING:
    from serving import Ask

SMALL = st.text(max_size=12) | st.sampled_from(
    ["chess", "chess-large", N80, "900 Success", "jad", "NETWPIN", "0", "-1", "\x00", "é"]
)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | SMALL, lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
OBJECTS = st.dictionaries(
    st.sampled_from([*KEYS, "account", "form", "security", "pin", "status", "facts", "secrets"]), JSONS, max_size=5
)
BODIES = st.binary(max_size=80) | OBJECTS.map(lambda value: json.dumps({"uri": DROID, **value}).encode())
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "accept",
            "user-agent",
            "x-wap-profile",
            "x-wap-profile-diff-1",
            "profile",
            "man",
            "opt",
            "range",
            "if-range",
            "if-none-match",
            "idempotency-key",
            "sec-ch-ua",
            "content-type",
            "content-location",
            "accept-language",
            "19-profile",
        ]
    ),
    st.text(st.characters(max_codepoint=255), max_size=60)
    | st.sampled_from(
        [
            f'"{N80}"',
            "application/json",
            "application/x-ndjson",
            "text/turtle",
            "bytes=0-",
            "*/*",
            "text/vnd.wap.wml;q=0.5",
            '"x" ; ns=19',
        ]
    ),
    max_size=5,
)
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "M-GET", "M-POST", "OPTIONS", "X"])


@st.composite
def paths(draw: st.DrawFn) -> str:
    path = draw(st.sampled_from([route.path for route in ROUTES]) | SMALL)
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + draw(SMALL).replace("{", "") + rest.partition("}")[2]
    return path


def answered(ask: Ask, request: Request) -> Response:
    response = finish(respond(request, ask.routes, ask.service))
    for line in response.lines or ():
        finish(line)
    return response


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(METHODS, paths(), HEADERS, BODIES, SMALL)
def test_no_request_is_a_fault_of_the_server(
    ask: Ask, method: str, path: str, headers: dict[str, str], body: bytes, query: str
) -> None:
    fields: Any = tuple(headers.items())
    response = answered(ask, Request(method, path, fields, body, query, time=1.0e9, id="t", base="http://a"))
    assert response.status < 500 or response.status in {501, 510, 511}, (response.status, response.body)
    for name, value in response.headers:
        assert name.isascii()
        value.replace("\r", " ").encode("latin-1", "replace")
    if response.status >= 400 and method != "HEAD":
        assert json.loads(response.body)["detail"]

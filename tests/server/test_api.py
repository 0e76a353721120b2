"""The interface for programs, as a function of values: the same answers as the command line's, and one sentence for each mistake."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from serving import B610, DROID, N80

from ccpp import samples
from ccpp.server.exchange import respond
from ccpp.server.message import Request
from ccpp.server.routes import INTERFACE
from ccpp.server.steps import finish

if TYPE_CHECKING:
    from pathlib import Path

    from serving import Ask

_DEVICES = samples.devices()


def command(*arguments: str) -> Any:  # noqa: ANN401  JSON
    done = subprocess.run([sys.executable, "-m", "ccpp", *arguments, "--format", "json"], capture_output=True, check=False)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("devices")
    for name in _DEVICES:
        (folder / name).write_bytes(samples.sample(name))
    (folder / "catalogue.ttl").write_bytes(samples.sample(samples.CATALOGUE))
    return folder


def asked(path: Path) -> dict[str, str]:
    """What makes the server read a file as the command line does."""
    return {"document": path.read_text(), "uri": path.as_uri(), "name": str(path)}


def test_resolve_answers_as_the_command_line_does(ask: Ask, files: Path) -> None:
    expected = {one["profile"]: one for one in command("resolve", *[str(files / name) for name in _DEVICES])}
    for name in _DEVICES:
        [found] = ask.json("/v1/resolve", asked(files / name))
        assert found == expected[found["profile"]]


def test_match_answers_as_the_command_line_does(ask: Ask, files: Path) -> None:
    paths = [str(files / name) for name in _DEVICES]
    expected = {one["profile"]: one for one in command("match", *paths, "--catalogue", str(files / "catalogue.ttl"))}
    for name in _DEVICES:
        found = ask.json("/v1/match", asked(files / name))
        assert found == expected[found["profile"]]


@pytest.mark.parametrize(
    ("operation", "key", "value"), [("explain", "variant", "chess-large"), ("provision", "application", "chess")]
)
def test_explain_and_provision_answer_as_the_command_line_does(
    ask: Ask, files: Path, operation: str, key: str, value: str
) -> None:
    path = files / "07-delta-n80.rdf"
    expected = command(operation, str(path), "--catalogue", str(files / "catalogue.ttl"), f"--{key}", value)
    assert ask.json(f"/v1/{operation}", {**asked(path), key: value}) == expected


def test_every_way_to_name_a_device_finds_it(ask: Ask) -> None:
    by_uri = ask.json("/v1/match", {"uri": N80})
    assert by_uri["applications"]["chess"]["chosen"] == "chess-medium"
    assert ask.json("/v1/match", {"userAgent": "Delta N80/1.0"}) == by_uri
    assert ask.json("/v1/match", {"headers": {"x-wap-profile": f'"{N80}"'}}) == by_uri
    assert ask.json("/v1/match", {"headers": [["User-Agent", "Delta N80/1.0"]]}) == by_uri
    document = samples.sample("07-delta-n80.rdf")
    assert json.loads(ask("POST", "/v1/match", document, content_type="application/rdf+xml").body) == by_uri
    response = ask("POST", "/v1/match", x_wap_profile=f'"{N80}"')
    assert json.loads(response.body) == by_uri
    headers = dict(response.headers)
    assert headers["x-wap-profile-warning"] == "201"
    assert headers["Vary"].startswith("x-wap-profile, ")


def test_diffs_and_overrides_count(ask: Ask) -> None:
    override = samples.sample(samples.OVERRIDE[0]).decode()
    found = ask.json("/v1/match", {"uri": N80, "overrides": [override]})
    assert found["applications"]["chess"]["chosen"] == "chess-large"
    diff = samples.sample(samples.DIFF[0]).decode()
    found = ask.json("/v1/match", {"uri": B610, "diffs": [diff]})
    assert found["applications"]["player"]["chosen"] == "player-download"


def test_the_closed_world_leaves_nothing_open(ask: Ask) -> None:
    found = ask.json("/v1/match", {"uri": N80, "closedWorld": True})
    assert "indeterminate" not in json.dumps(found)


@pytest.mark.parametrize(
    ("path", "value", "status", "said"),
    [
        ("/v1/match", {}, 400, "nothing tells the device"),
        ("/v1/match", [], 400, "no JSON object"),
        ("/v1/match", {"uri": 7}, 400, "`uri` is no text"),
        ("/v1/match", {"url": N80}, 400, "unknown key `url`"),
        ("/v1/match", {"uri": "http://nobody.example/p.rdf"}, 404, "no profile `http://nobody.example/p.rdf`"),
        ("/v1/match", {"userAgent": "Nobody/1.0"}, 404, "names no device"),
        ("/v1/match", {"document": "<a/>"}, 422, "XML, but not RDF"),
        ("/v1/match", {"document": "{}"}, 422, "it is JSON"),
        ("/v1/match", {"headers": "x"}, 400, "neither an object nor a list of pairs"),
        ("/v1/match", {"uri": N80, "closedWorld": "yes"}, 400, "neither true nor false"),
        ("/v1/explain", {"uri": N80}, 400, "no variant is named"),
        ("/v1/explain", {"uri": N80, "variant": "chess-huge"}, 404, "no variant `chess-huge`"),
        ("/v1/provision", {"uri": N80, "application": "go"}, 404, "no application `go`"),
    ],
)
def test_mistakes_are_told_in_one_sentence(ask: Ask, path: str, value: object, status: int, said: str) -> None:
    found = ask.json(path, value, status)
    assert found["status"] == status
    assert said in found["detail"]
    assert "\n" not in found["detail"]
    assert found["instance"] == "urn:ccpp:request:t-1"


def test_a_batch_has_an_answer_for_each_line(ask: Ask) -> None:
    lines = [{"uri": DROID}, {"uri": "http://nobody.example/"}, {"uri": N80}]
    body = b"\n".join(json.dumps(line).encode() for line in lines) + b"\n\n{no json\n"
    response = ask("POST", "/v1/match/batch", body, content_type="application/x-ndjson")
    assert response.lines is not None
    found = [json.loads(finish(line)) for line in response.lines]
    assert [one["line"] for one in found] == [1, 2, 3, 5]
    assert found[0]["result"] == ask.json("/v1/match", {"uri": DROID})
    assert found[1]["problem"]["status"] == 404
    assert found[3]["problem"]["detail"].startswith("the body is no JSON")


def test_what_is_not_served_is_said(ask: Ask) -> None:
    assert ask("GET", "/nowhere").status == 404
    response = ask("GET", "/v1/match")
    assert (response.status, dict(response.headers)["Allow"]) == (405, "POST")
    assert ask("POST", "/v1/match", b"x", content_type="text/plain").status == 415
    assert ask("BREW", "/v1/match").status == 405


def test_extensions_that_are_demanded_and_unknown_are_refused(ask: Ask) -> None:
    assert ask("M-POST", "/v1/match", man='"http://other.example/ext"').status == 510
    assert ask("M-BREW", "/v1/match", man='"http://www.w3.org/1999/06/24-CCPPexchange" ; ns=19').status == 501
    response = ask(
        "M-POST", "/v1/match", man='"http://www.w3.org/1999/06/24-CCPPexchange" ; ns=19', **{"19-profile": f'"{N80}"'}
    )
    headers = dict(response.headers)
    assert response.status == 200
    assert headers["Ext"] == ""
    assert "201" in headers["19-Profile-Warning"]


def test_a_head_has_no_body(ask: Ask) -> None:
    response = ask("HEAD", "/healthz")
    assert (response.status, response.body) == (200, b"")


def test_the_description_has_every_route(ask: Ask) -> None:
    described = json.loads(ask("GET", "/openapi.json").body)
    assert {(path, method.upper()) for path, methods in described["paths"].items() for method in methods} == {
        (route.path, route.method) for route in INTERFACE
    }


def test_what_is_known_needs_no_step(ask: Ask) -> None:
    """A device that was asked for before is answered without a call, so that nothing can hold it up."""
    body = json.dumps({"uri": DROID}).encode()
    request = Request("POST", "/v1/match", (("content-type", "application/json"),), body, time=2.0e9)
    finish(respond(request, ask.routes, ask.service))
    with pytest.raises(StopIteration) as end:
        next(respond(request, ask.routes, ask.service))
    assert end.value.value.status == 200

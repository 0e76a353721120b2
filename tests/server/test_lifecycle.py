"""The life of an application on a device: each step recorded, each done once, in the forms that devices of each age understand."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest
from serving import A100, B610, DROID, N80

from ccpp.lifecycle import TRANSITIONS, State, Step
from ccpp.server.steps import finish

if TYPE_CHECKING:
    from serving import Ask

    from ccpp.server.message import Response

JAD, DD = "text/vnd.sun.j2me.app-descriptor", "application/vnd.oma.dd+xml"
WML, XHTML = "text/vnd.wap.wml", "application/vnd.wap.xhtml+xml"


def header(response: Response, name: str) -> str | None:
    return next((value for key, value in response.headers if key.lower() == name), None)


def content(response: Response) -> bytes:
    return response.body if response.lines is None else b"".join(map(finish, response.lines))


def offered(ask: Ask, **more: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    return dict(ask.json("/v1/installs", {"uri": N80, "application": "chess", **more}, 201))


def path(url: str) -> str:
    return url.removeprefix("http://server.example")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "text/html"),
        (f"{WML}, */*;q=0.1", WML),
        (f"{WML};q=0.5, {XHTML}", XHTML),
        ("application/json", "application/json"),
        ("application/*", "application/xhtml+xml"),
        ("image/png", None),
        ("text/html;q=0, application/json", "application/json"),
    ],
)
def test_discovery_comes_in_the_form_that_is_liked_best(ask: Ask, accept: str, media_type: str | None) -> None:
    response = ask("GET", "/", accept=accept, x_wap_profile=f'"{N80}"')
    if media_type is None:
        assert response.status == 406
        return
    assert response.status == 200
    assert (header(response, "content-type") or "").startswith(media_type)
    assert header(response, "x-wap-profile-warning") == "201"
    assert "accept" in (header(response, "vary") or "").lower()
    if media_type in {WML, XHTML}:
        root = ET.fromstring(response.body)  # noqa: S314  our own
        assert root.tag in {"wml", "{http://www.w3.org/1999/xhtml}html"}
    assert b"Chess" in response.body


def test_discovery_without_an_accept_header_follows_the_profile(ask: Ask) -> None:
    response = ask("GET", "/", x_wap_profile=f'"{A100}"')
    assert (header(response, "content-type") or "").startswith(WML)
    assert b"Mail" in response.body
    assert b"Chess" not in response.body


def test_a_device_that_nobody_knows_is_told_what_it_can_have_all_the_same(ask: Ask) -> None:
    response = ask("GET", "/", accept="application/json", x_wap_profile='"http://nobody.example/p.rdf"')
    assert (response.status, header(response, "x-wap-profile-warning")) == (200, "200")
    chosen = {one["id"]: one["chosen"] for one in json.loads(response.body)["applications"]}
    assert chosen["chess"] is None


def test_an_application_that_does_not_fit_says_why(ask: Ask) -> None:
    response = ask("GET", "/applications/chess", accept="application/json", x_wap_profile=f'"{A100}"')
    assert json.loads(response.body)["reasons"]["chess-small"] == "its requirement is not satisfied"
    assert ask("GET", "/applications/chess/descriptor", x_wap_profile=f'"{A100}"').status == 406
    assert ask("GET", "/applications/go").status == 404


def test_a_phone_of_the_first_generation_gets_a_jad(ask: Ask) -> None:
    response = ask("GET", "/applications/chess/descriptor", accept=f"{WML}, */*", x_wap_profile=f'"{B610}"')
    assert header(response, "content-type") == JAD
    jad = dict(line.split(": ", 1) for line in response.body.decode().splitlines())
    assert jad["MIDlet-Name"] == "Chess"
    assert jad["MIDlet-Jar-Size"] == "121866"
    assert jad["server"] == "chess.example:5000"
    jar = ask("GET", path(jad["MIDlet-Jar-URL"]))
    assert header(jar, "content-type") == "application/java-archive"
    assert len(content(jar)) == 121_866
    told = ask("POST", path(jad["MIDlet-Install-Notify"]), b"900 Success\r\n")
    assert json.loads(told.body)["state"] == "installed"
    assert json.loads(ask("POST", path(jad["MIDlet-Delete-Notify"]), b"912 Deletion Notification").body)["state"] == "removed"


def test_a_download_descriptor_is_what_oma_says(ask: Ask) -> None:
    response = ask("GET", "/applications/chess/descriptor", accept=DD, x_wap_profile=f'"{DROID}"')
    root = ET.fromstring(response.body)  # noqa: S314  our own
    found = {element.tag.partition("}")[2]: element.text for element in root}
    assert found["type"] == "application/vnd.android.package-archive"
    assert found["size"] == "2411724"
    assert (found["objectURI"] or "").endswith("/artefact")


def test_every_step_is_recorded_once(ask: Ask) -> None:
    offer = offered(ask)
    links = {name: path(url) for name, url in offer["links"].items()}
    assert content(ask("GET", links["artefact"]))
    for _ in range(3):
        assert json.loads(ask("POST", links["notify"], b"900").body)["state"] == "installed"
    for _ in range(2):
        assert json.loads(ask("GET", links["configuration"], accept="application/json").body) == offer["configuration"]
    assert json.loads(ask("POST", links["notify"], b"900").body)["state"] == "configured"
    assert ask("GET", links["update"]).status == 204
    assert ask("DELETE", links["self"]).status == 204
    assert ask("DELETE", links["self"]).status == 204
    assert ask("GET", links["artefact"]).status == 410
    told = json.loads(ask("GET", links["self"]).body)
    assert [(event["step"], event["code"]) for event in told["events"]] == [
        ("offer", None),
        ("transfer", None),
        ("install", 900),
        ("configure", 900),
        ("remove", None),
    ]


def test_a_failure_may_be_tried_again_and_a_removal_not(ask: Ask) -> None:
    links = {name: path(url) for name, url in offered(ask)["links"].items()}
    assert json.loads(ask("POST", links["notify"], b"901 Insufficient Memory").body)["state"] == "failed"
    assert json.loads(ask("GET", links["self"]).body)["meaning"] == "Insufficient Memory"
    body = json.dumps({"status": 900}).encode()
    assert json.loads(ask("POST", links["notify"], body, content_type="application/json").body)["state"] == "installed"
    assert ask("POST", links["notify"], b"901").status == 409
    assert ask("POST", links["notify"], b"912").status == 200
    assert ask("POST", links["notify"], b"900").status == 409


@pytest.mark.parametrize("body", [b"", b"Success", b"90", b"900000", "９００".encode(), b"\xff\xfe"])
def test_reports_that_are_none_are_refused(ask: Ask, body: bytes) -> None:
    assert ask("POST", path(offered(ask)["links"]["notify"]), body).status == 400


def test_asking_twice_with_one_key_makes_one_install(ask: Ask) -> None:
    body = json.dumps({"uri": N80, "application": "chess"}).encode()
    first, again, other = (
        json.loads(ask("POST", "/v1/installs", body, content_type="application/json", idempotency_key=key).body)["install"]
        for key in ("k-1", "k-1", "k-2")
    )
    assert first == again != other


def test_identifiers_that_are_none_find_nothing(ask: Ask) -> None:
    for identifier in ("x", "x" * 1_000, "%00", "..", "' OR 1=1 --"):
        assert ask("GET", f"/installs/{identifier}").status == 404


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=100000-", 206, slice(100_000, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=121865-999999", 206, slice(121_865, None)),
        ("bytes=121866-", 416, None),
        ("bytes=5-2", 416, None),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_parts_of_an_artefact(ask: Ask, asked: str, status: int, expected: slice | None) -> None:
    artefact = path(offered(ask)["links"]["artefact"])
    whole = ask("GET", artefact)
    part = ask("GET", artefact, range=asked)
    assert part.status == status
    if expected is not None:
        assert content(part) == content(whole)[expected]
    assert header(whole, "accept-ranges") == "bytes"


def test_a_copy_at_hand_is_not_sent_again(ask: Ask) -> None:
    artefact = path(offered(ask)["links"]["artefact"])
    tag = header(ask("GET", artefact), "etag") or ""
    assert ask("GET", artefact, if_none_match=tag).status == 304
    assert ask("GET", artefact, range="bytes=0-3", if_range=tag).status == 206
    assert ask("GET", artefact, range="bytes=0-3", if_range='"other"').status == 200
    assert ask("HEAD", artefact).lines is None


def test_the_table_of_steps_is_whole() -> None:
    assert set(TRANSITIONS) == set(Step) - {Step.OFFER}
    assert {transition.after for transition in TRANSITIONS.values()} == set(State) - {State.OFFERED}
    for transition in TRANSITIONS.values():
        assert transition.after not in transition.before

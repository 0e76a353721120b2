"""What operators and auditors do, and that nobody else may: roles come from the authenticator alone."""

from __future__ import annotations

import json
from dataclasses import replace
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

import pytest
from serving import N80, Ask

from ccpp import samples
from ccpp.server.live import When, repr_of
from ccpp.server.message import Identity, Role, Ticket
from ccpp.server.people import read_facts
from ccpp.server.problems import Refused
from ccpp.server.watching import Watcher
from ccpp.storage.database import subscribers
from ccpp.storage.database.opening import Database

if TYPE_CHECKING:
    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

PEOPLE = {
    "operator": Identity("op", frozenset(Role)),
    "auditor": Identity("au", frozenset({Role.AUDITOR})),
    "phone": Identity("phone", frozenset({Role.DEVICE}), "358401234567"),
    "tps": Identity("tps", frozenset({Role.DEVICE, Role.PROVISIONING_SERVER})),
    "other": Identity("other", frozenset({Role.DEVICE}), "358407654321"),
}


def by_word(request: Request, _service: Service) -> Steps[Identity]:
    """Who says a word is who the word says: enough for a test."""
    yield from ()
    word = request.header("authorization")
    if word not in PEOPLE:
        raise Refused(401, "nobody is called so")
    return PEOPLE[word]


@pytest.fixture
def staffed(service: Service) -> Ask:
    keys = subscribers.open_keys(service.database, b"k" * 32, 1.0)
    return Ask(replace(service, authenticate=by_word, keys=keys))


def told(ask: Ask, who: str, method: str, path: str, body: bytes = b"", status: int = 200, **headers: str) -> Any:  # noqa: ANN401  JSON
    response = ask(method, path, body, authorization=who, **headers)
    assert response.status == status, response.body
    return json.loads(response.body) if response.body else None


def test_roles_are_held_to(staffed: Ask, ask: Ask) -> None:
    for method, path, role in ((route.method, route.path, route.role) for route in staffed.routes.rows):
        for who, identity in PEOPLE.items():
            response = staffed(method, path.replace("{number}", "999"), authorization=who)
            barred = response.status == 403 and b"this is for the role" in response.body
            assert barred == (role is not None and role not in identity.roles), (method, path, who)
        if role is not None:
            assert staffed(method, path, authorization="nobody").status == 401
        if role in {Role.OPERATOR, Role.AUDITOR}:
            assert ask(method, path).status == 403  # there is no way to say who one is


def test_versions_are_published_activated_and_rolled_back(staffed: Ask) -> None:
    before = told(staffed, "operator", "GET", "/v1/catalogue/versions")["active"]
    changed = samples.sample(samples.CATALOGUE).replace(b'"Sample catalogue"', b'"Changed"')
    made = told(staffed, "operator", "POST", "/v1/catalogue/versions", changed, 201, content_type="text/turtle")
    assert told(staffed, "operator", "POST", f"/v1/catalogue/versions/{made['number']}/activate") == {"active": made["number"]}
    lines: list[str] = []
    watcher = Watcher(staffed.service, type("O", (), {"event": lambda _, event, **_more: lines.append(event)})())  # type: ignore[arg-type]
    watcher.look()
    assert staffed.service.current.catalogue.label == "Changed"
    assert told(staffed, "operator", "POST", "/v1/catalogue/rollback") == {"active": before}
    watcher.look()
    assert staffed.service.current.number == before
    assert lines.count("activate") == 2
    for body, status in ((b"no turtle", 422), (b"<urn:a> <urn:b> <urn:c> .", 422)):
        told(staffed, "operator", "POST", "/v1/catalogue/versions", body, status, content_type="text/turtle")
    told(staffed, "operator", "POST", "/v1/catalogue/versions/x/activate", b"", 404)
    told(staffed, "operator", "POST", "/v1/catalogue/versions/99999/activate", b"", 400)
    actions = [entry["action"] for entry in told(staffed, "auditor", "GET", "/v1/audit")]
    assert {"publish", "activate", "rollback"} <= set(actions)


def test_what_is_secret_of_a_subscriber_goes_in_and_never_out(staffed: Ask) -> None:
    path = "/v1/subscribers/358401234567"
    body = json.dumps({"facts": {"languages": ["fi"]}, "secrets": {"pin": "very-secret-pin"}}).encode()
    assert staffed("PUT", path, body, authorization="operator").status == 204
    found = told(staffed, "operator", "GET", path)
    assert found == {"id": "358401234567", "facts": {"languages": ["fi"]}, "secrets": ["pin"]}
    assert "very-secret-pin" not in json.dumps(told(staffed, "auditor", "GET", "/v1/audit"))
    for wrong in (b"", b"[]", b'{"facts": []}', b'{"secrets": {"pin": 1}}', b'{"pin": "1"}', b'{"facts": {"x": 1}}'):
        told(staffed, "operator", "PUT", path, wrong, 400)
    assert staffed("DELETE", path, authorization="operator").status == 204
    told(staffed, "operator", "GET", path, b"", 404)


def test_a_subscriber_s_install_is_theirs_and_one(staffed: Ask) -> None:
    def begun(who: str) -> str:
        response = staffed(
            "GET", "/applications/chess/descriptor", authorization=who, x_wap_profile=f'"{N80}"', accept="application/json"
        )
        return str(json.loads(response.body)["install"])

    mine = begun("phone")
    assert begun("phone") == mine
    assert begun("other") != mine
    assert told(staffed, "phone", "GET", f"/installs/{mine}")["state"] == "offered"
    told(staffed, "other", "GET", f"/installs/{mine}", b"", 404)
    assert staffed("DELETE", f"/installs/{mine}", authorization="phone").status == 204
    assert begun("phone") != mine


def test_an_install_of_somebody_else_is_like_none(staffed: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer after the same look-ups, whatever is asked of it; operators see it, and whoever made one of nobody's."""
    fields = {"x_wap_profile": f'"{N80}"', "accept": "application/json"}
    mine = json.loads(staffed("GET", "/applications/chess/descriptor", authorization="phone", **fields).body)["install"]
    looked: list[str] = []
    reading = Database.reading

    def counted(database: Database) -> Any:  # noqa: ANN401  as it gives
        if current_thread() is main_thread():  # a service looks after its catalogue in another
            looked.append("read")
        return reading(database)

    monkeypatch.setattr(Database, "reading", counted)
    for method, end in (
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/artefact"),
        ("POST", "/notify"),
        ("GET", "/configuration"),
        ("GET", "/update"),
    ):
        answers = []
        for identifier in (mine, "A" * len(mine)):
            looked.clear()
            response = staffed(method, f"/installs/{identifier}{end}", b"900", authorization="other", **fields)
            answers.append((response.status, response.body, list(looked)))
        assert answers[0] == answers[1], (method, end)
        assert answers[0][0] == 404
    assert staffed("GET", f"/installs/{mine}", authorization="operator").status == 200
    nobodys = json.loads(staffed("GET", "/applications/chess/descriptor", authorization="tps", **fields).body)["install"]
    assert staffed("GET", f"/installs/{nobodys}", authorization="other").status == 200


def test_settings_of_somebody_else_are_like_none(staffed: Ask) -> None:
    """Whether anything is kept of a subscriber is told to nobody else."""
    body = json.dumps({"secrets": {"account": 'imsi = "262011234567890"'}}).encode()
    assert staffed("PUT", "/v1/subscribers/358407654321", body, authorization="operator").status == 204
    for path in ("/v1/settings", "/v1/bootstrap"):
        asked = [{"uri": N80, "subscriber": who} for who in ("358407654321", "nobody")]
        told_of = [
            staffed("POST", path, json.dumps(one).encode(), authorization="tps", content_type="application/json")
            for one in asked
        ]
        assert [one.status for one in told_of] == [403, 403]
        assert told_of[0].body == told_of[1].body


def test_a_secret_that_is_told_is_in_the_audit_log(staffed: Ask) -> None:
    account = 'imsi = "262011234567890"\n[access.internet]\nname = "Packets"\napn = "internet.example"\n'
    body = json.dumps({"secrets": {"account": account}}).encode()
    assert staffed("PUT", "/v1/subscribers/358401234567", body, authorization="operator").status == 204
    assert staffed("GET", "/settings", authorization="phone", accept="text/vnd.wap.connectivity-xml").status == 200
    told_of = [entry for entry in told(staffed, "auditor", "GET", "/v1/audit") if entry["action"] == "tell"]
    assert told_of[-1]["actor"] == "phone"
    assert "internet.example" not in json.dumps(told_of)


def test_a_ticket_is_used_up_by_a_change(staffed: Ask) -> None:
    def once(request: Request, _service: Service) -> Steps[Identity]:
        yield from ()
        word = request.header("authorization")
        return replace(PEOPLE["operator"], ticket=Ticket(word, 2.0e9))

    ask = Ask(replace(staffed.service, authenticate=once))
    body = b'{"facts": {}}'
    for ticket, status in (("one", 204), ("one", 401), ("two", 204)):
        assert ask("PUT", "/v1/subscribers/ticketed", body, authorization=ticket).status == status
    for _ in range(2):  # who only asks uses nothing up
        assert ask("GET", "/v1/subscribers/ticketed", authorization="three").status == 200
        assert ask.json("/v1/match", {"uri": N80})
    assert ask("DELETE", "/v1/subscribers/ticketed").status == 401


def test_decisions_of_two_subscribers_are_never_taken_for_one() -> None:
    one, other = (read_facts({"settings": {"chess": {"level": level}}}) for level in (1, 2))
    assert repr_of(one) != repr_of(other)
    assert When(0.0, one) != When(0.0, other)

"""Codes of enrolment: once, in time, not guessed; and how often anybody may ask."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from serving import Ask

from ccpp.server.limits import MAX_NAMES, Buckets, address_name
from ccpp.server.message import Identity, Role
from ccpp.server.options import Options
from ccpp.storage.database import credentials, subscribers
from ccpp.storage.database.backup import back_up
from ccpp.storage.database.credentials import Enrolment, Redeeming, find_credential, make_decoy, redeem, spend
from ccpp.storage.database.opening import Database

if TYPE_CHECKING:
    from pathlib import Path

    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

MASTER = b"m" * 32
OPERATOR = Identity("op", frozenset(Role))


def operated(request: Request, _service: Service) -> Steps[Identity]:
    """Whoever says that it is the operator is, and nobody else is anybody: enough for a test."""
    yield from ()
    return OPERATOR if request.header("authorization") else Identity("anonymous", frozenset())


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'server.sqlite'}")
    made.prepare()
    return made


@pytest.fixture
def enrolling(service: Service, database: Database) -> Ask:
    keys = subscribers.open_keys(database, MASTER, 1.0)
    options = replace(service.options, digest=("SHA-256",))
    changed = replace(service, options=options, database=database, keys=keys, authenticate=operated, failures=Buckets(0.2))
    return Ask(changed)


def said(ask: Ask, path: str, value: object, status: int = 201, **headers: str) -> Any:  # noqa: ANN401  JSON
    response = ask("POST", path, json.dumps(value).encode(), **headers)
    assert response.status == status, response.body
    return json.loads(response.body)


def offered(ask: Ask, **stated: Any) -> str:  # noqa: ANN401  JSON
    return str(said(ask, "/v1/enrolments", {"subscriber": "3584", **stated}, authorization="op")["code"])


def test_a_code_works_once(enrolling: Ask) -> None:
    code = offered(enrolling)
    account = said(enrolling, "/v1/credentials", {"code": code})
    assert account.keys() == {"user", "password", "realm", "algorithms"}
    said(enrolling, "/v1/credentials", {"code": code}, 403)
    service = enrolling.service
    found = find_credential(service.database, service.keys, account["user"], make_decoy(service.keys))
    assert found
    assert (found.subscriber, found.roles) == ("3584", ("device",))
    assert enrolling("DELETE", f"/v1/credentials/{account['user']}", authorization="op").status == 204
    assert find_credential(service.database, service.keys, account["user"], make_decoy(service.keys)) is None


def test_nothing_that_is_kept_gives_a_code_or_password_away(enrolling: Ask) -> None:
    code = offered(enrolling)
    account = said(enrolling, "/v1/credentials", {"code": code})
    kept, _ = back_up(enrolling.service.database)
    for secret in (code, account["password"]):
        assert secret.encode() not in kept
    audit = json.loads(enrolling("GET", "/v1/audit", authorization="op").body)
    assert {"enrol", "enrolled"} <= {entry["action"] for entry in audit}
    assert code not in json.dumps(audit)
    assert account["password"] not in json.dumps(audit)


def test_a_code_ends(enrolling: Ask) -> None:
    service = enrolling.service
    code = credentials.add_enrolment(service.database, Enrolment(None, ("device",), needs_pin=False, until=1.0e9), 1.0, "op")
    said(enrolling, "/v1/credentials", {"code": code}, 403)


def test_a_pin_is_not_guessed(enrolling: Ask) -> None:
    """Three wrong PINs and the code is dead, also for the right one."""
    body = json.dumps({"secrets": {"pin": "5937"}}).encode()
    assert enrolling("PUT", "/v1/subscribers/3584", body, authorization="op").status == 204
    good = offered(enrolling, pin=True)
    said(enrolling, "/v1/credentials", {"code": good, "pin": "0000"}, 403)
    said(enrolling, "/v1/credentials", {"code": good, "pin": "5937"})
    code = offered(enrolling, pin=True)
    for pin in ("0000", None, "5938"):
        said(enrolling, "/v1/credentials", {"code": code, "pin": pin}, 403)
    said(enrolling, "/v1/credentials", {"code": code, "pin": "5937"}, 403)
    response = enrolling("POST", "/v1/enrolments", b'{"subscriber": "nobody", "pin": true}', authorization="op")
    assert response.status == 400


def test_codes_are_not_guessed(enrolling: Ask) -> None:
    for number in range(10):
        said(enrolling, "/v1/credentials", {"code": f"guess-{number}"}, 403)
    good = offered(enrolling)
    response = enrolling("POST", "/v1/credentials", json.dumps({"code": good}).encode())
    assert (response.status, dict(response.headers)["Retry-After"]) == (429, "5")


def test_only_operators_make_codes(enrolling: Ask) -> None:
    assert enrolling("POST", "/v1/enrolments", b"{}").status == 403
    assert enrolling("DELETE", "/v1/credentials/u").status == 403
    for wrong in (
        b"",
        b"[]",
        b'{"x": 1}',
        b'{"roles": ["king"]}',
        b'{"roles": []}',
        b'{"seconds": 0}',
        b'{"seconds": 1e9}',
        b'{"seconds": true}',
        b'{"subscriber": 1}',
        b'{"subscriber": "a\\nb"}',
        b'{"pin": 1}',
        b"[" * 9_000,
    ):
        assert enrolling("POST", "/v1/enrolments", wrong, authorization="op").status == 400, wrong
    for wrong in (
        b"",
        b"{}",
        b'{"code": 1}',
        b'{"code": "' + b"x" * 100 + b'"}',
        b'{"code": "x", "pin": 1}',
        b'{"code": "x", "more": 1}',
    ):
        assert enrolling("POST", "/v1/credentials", wrong).status == 400, wrong


def test_without_passwords_there_are_no_codes(service: Service) -> None:
    ask = Ask(replace(service, options=Options(), authenticate=operated))
    assert ask("POST", "/v1/enrolments", b"{}", authorization="op").status == 409
    assert ask("POST", "/v1/credentials", b'{"code": "x"}').status == 409


def test_of_many_who_present_a_code_one_is_enrolled(database: Database) -> None:
    keys = subscribers.open_keys(database, MASTER, 1.0)
    code = credentials.add_enrolment(database, Enrolment("s", ("device",), needs_pin=False, until=9.0), 1.0, "op")
    presented = Redeeming(code, None, lambda _: None, lambda _: {"SHA-256": "x"})
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: redeem(database, keys, presented, 2.0, "-"), range(16)))
    assert sum(one is not None for one in found) == 1


def test_what_is_spent_is_spent_until_it_ends(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: spend(database, ("a", "b"), 100.0, 1.0), range(16))) == 1
    assert spend(database, ("a", "c"), 100.0, 1.0)
    monkeypatch.setattr(credentials, "randbelow", lambda _: 0)
    assert spend(database, ("d",), 300.0, 200.0)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM spent").scalar() == 1


def test_credentials_are_sealed_anew_with_the_keys(database: Database) -> None:
    keys = subscribers.open_keys(database, MASTER, 1.0)
    code = credentials.add_enrolment(database, Enrolment("s", ("device",), needs_pin=False, until=9.0), 1.0, "op")
    account = redeem(database, keys, Redeeming(code, None, lambda _: None, lambda _: {"SHA-256": "x"}), 2.0, "-")
    assert account
    assert account.password not in repr(account)
    assert subscribers.rotate(database, MASTER, b"o" * 32, 3.0, "op") == 1
    again = subscribers.open_keys(database, b"o" * 32, 4.0)
    found = find_credential(database, again, account.user, make_decoy(again))
    assert found
    assert found.secrets == {"SHA-256": "x"}
    assert "SHA-256" not in repr(found)


# How often.


def test_a_bucket_fills_again() -> None:
    buckets = Buckets(2.0)
    assert [buckets.take("a", 0.0) for _ in range(11)] == [0.0] * 10 + [0.5]
    assert buckets.take("b", 0.0) == 0.0
    assert buckets.take("a", 0.5) == 0.0
    assert buckets.take("a", 0.5) == 0.5
    assert buckets.wait("a", 0.75) == 0.25
    assert [buckets.take("a", 1_000.0) for _ in range(11)] == [0.0] * 10 + [0.5]
    assert buckets.take("a", 0.0) > 0  # a clock that goes back gives nothing
    assert all(Buckets(0.0).take("a", 0.0) == 0.0 for _ in range(100))


def test_buckets_are_bounded() -> None:
    buckets = Buckets(1.0)
    for number in range(MAX_NAMES + 500):
        buckets.take(str(number), 0.0)
    assert len(buckets) == MAX_NAMES


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.1", "address 192.0.2.1"),
        ("2001:db8::1:2:3:4", "address 2001:db8::/64"),
        ("2001:db8::ffff", "address 2001:db8::/64"),
        ("", "address -"),
        ("no address\n", "address -"),
    ],
)
def test_an_address_is_counted_with_its_network(address: str, name: str) -> None:
    assert address_name(address) == name

"""HTTP Digest: the RFC's own vectors, clients of others, and what is tried against it."""

from __future__ import annotations

from dataclasses import replace
from hashlib import md5, sha256
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from issuing import NOW
from serving import Ask

from ccpp.errors import CcppError, UsageError
from ccpp.server.authentication import digest
from ccpp.server.authentication.digest import Answered, Digest, read_answer, response
from ccpp.server.authentication.guard import Guard, Limits
from ccpp.server.limits import Buckets
from ccpp.server.message import Identity, Request, Role
from ccpp.server.steps import finish
from ccpp.storage.database import credentials, subscribers
from ccpp.storage.database.credentials import Account, Enrolment, Redeeming
from ccpp.storage.database.opening import Database

if TYPE_CHECKING:
    from pathlib import Path

    from ccpp.server.service import Service
    from ccpp.storage.database.secrecy import Keys

MASTER = b"m" * 32
BOTH = ("SHA-256", "MD5")


class Staff(NamedTuple):
    database: Database
    keys: Keys
    method: Digest
    account: Account


def enrolled(database: Database, keys: Keys, subscriber: str | None = "3584", *roles: str) -> Account:
    code = credentials.add_enrolment(
        database, Enrolment(subscriber, roles or ("device",), needs_pin=False, until=NOW + 60), NOW, "op"
    )
    presented = Redeeming(code, None, lambda _: None, lambda made: digest.hashed(made, BOTH))
    account = credentials.redeem(database, keys, presented, NOW, "-")
    assert account
    return account


@pytest.fixture
def staff(tmp_path: Path) -> Staff:
    database = Database(f"sqlite:///{tmp_path / 'server.sqlite'}")
    database.prepare()
    keys = subscribers.open_keys(database, MASTER, NOW)
    return Staff(database, keys, Digest(database, keys, MASTER, BOTH, 300.0), enrolled(database, keys))


def challenge(method: Digest, algorithm: str = "SHA-256", now: float = NOW) -> str:
    request = Request("GET", "/", time=now)
    return next(one for one in method.challenges(request, None) if f"algorithm={algorithm}" in one)


def nonce_of(method: Digest, now: float = NOW) -> str:
    return challenge(method, now=now).partition('nonce="')[2].partition('"')[0]


def answer(account: Account, nonce: str, uri: str = "/settings", method: str = "GET", **other: str) -> str:
    """An answer, made by what the RFC says and not by what is tested."""
    said = {
        "username": account.user,
        "realm": "ccpp",
        "nonce": nonce,
        "uri": uri,
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "c",
    }
    said |= {"algorithm": "SHA-256"} | other
    made: Any = {"SHA-256": sha256, "MD5": md5}.get(said["algorithm"], sha256)

    def hashed(text: str) -> str:
        return str(made(text.encode()).hexdigest())

    secret = hashed(f"{said['username']}:{said['realm']}:{account.password}")
    parts = (secret, said["nonce"], said["nc"], said["cnonce"], said["qop"], hashed(f"{method}:{said['uri']}"))
    said.setdefault("response", hashed(":".join(parts)))
    return "Digest " + ", ".join(f'{name}="{value}"' for name, value in said.items())


def identity(method: Digest, field: str, now: float = NOW, target: str = "/settings", verb: str = "GET") -> Identity | None:
    return finish(method.identify(Request(verb, "/settings", (("authorization", field),), time=now, target=target)))


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_rfc_s_own_answer_is_right(algorithm: str, expected: str) -> None:
    """RFC 7616 §3.9.1."""
    nonce, client = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    made = {"MD5": md5, "SHA-256": sha256}[algorithm](b"Mufasa:http-auth@example.org:Circle of Life").hexdigest()
    answered = Answered("Mufasa", algorithm, nonce, "/dir/index.html", "00000001", client, "")
    assert response(answered, "GET", made) == expected


@pytest.mark.parametrize("algorithm", BOTH)
def test_an_answer_says_who_calls(staff: Staff, algorithm: str) -> None:
    found = identity(staff.method, answer(staff.account, nonce_of(staff.method), algorithm=algorithm))
    assert found == Identity("digest:" + staff.account.user, frozenset({Role.DEVICE}), "3584")


@pytest.mark.parametrize("algorithm", BOTH)
def test_a_client_of_others_is_understood(staff: Staff, algorithm: str) -> None:
    """httpx answers a challenge of ours, with a query in the URI."""
    flow = httpx.DigestAuth(staff.account.user, staff.account.password).auth_flow(
        httpx.Request("GET", "http://server.example/settings?a=1&b=%20")
    )
    asked = httpx.Response(401, headers={"www-authenticate": challenge(staff.method, algorithm)}, request=next(flow))
    sent = flow.send(asked)
    assert identity(staff.method, sent.headers["authorization"], target="/settings?a=1&b=%20")


def test_a_nonce_with_a_count_is_used_once(staff: Staff) -> None:
    nonce = nonce_of(staff.method)
    assert identity(staff.method, answer(staff.account, nonce))
    with pytest.raises(CcppError, match="used before"):
        identity(staff.method, answer(staff.account, nonce))
    for count in ("00000003", "00000002", "0000000a"):  # whatever order they come in
        assert identity(staff.method, answer(staff.account, nonce, nc=count))
    with pytest.raises(CcppError, match="used before"):
        identity(staff.method, answer(staff.account, nonce, nc="0000000A"))
    another = Digest(staff.database, staff.keys, MASTER, BOTH, 300.0)  # another worker
    with pytest.raises(CcppError, match="used before"):
        identity(another, answer(staff.account, nonce, nc="00000002"))


def test_a_nonce_ends(staff: Staff) -> None:
    nonce = nonce_of(staff.method)
    with pytest.raises(CcppError, match="is old") as caught:
        identity(staff.method, answer(staff.account, nonce), NOW + 300)
    assert caught.value.why == "stale=true"  # type: ignore[attr-defined]


WRONG = {
    "password": {"response": "0" * 64},
    "answer that is no hash": {"response": "\u00e9"},
    "user": {"username": "nobody"},
    "empty user": {"username": ""},
    "realm": {"realm": "other"},
    "quality": {"qop": "auth-int"},
    "count": {"nc": "1"},
    "algorithm": {"algorithm": "SHA-512"},
    "algorithm with a session": {"algorithm": "SHA-256-sess"},
    "hashed user": {"userhash": "true"},
    "another URI": {"uri": "/"},
    "another host's URI": {"uri": "http://other.example/"},
    "nonce": {"nonce": "A" * 48},
    "nonce that is no base64": {"nonce": "*"},
    "short nonce": {"nonce": "AAAA"},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_refused(staff: Staff, name: str) -> None:
    nonce = WRONG[name].get("nonce", nonce_of(staff.method))
    with pytest.raises(CcppError, match="the answer to the challenge is wrong"):
        identity(staff.method, answer(staff.account, **{"nonce": nonce, **WRONG[name]}))
    assert identity(staff.method, answer(staff.account, nonce_of(staff.method), uri="http://server.example/settings"))


def test_an_answer_is_for_its_request_alone(staff: Staff) -> None:
    field = answer(staff.account, nonce_of(staff.method))
    for target, verb in (("/settings?more", "GET"), ("/installs/x", "GET"), ("/settings", "DELETE")):
        with pytest.raises(CcppError, match="is wrong"):
            identity(staff.method, field, target=target, verb=verb)


def test_a_nonce_of_another_key_is_none(staff: Staff) -> None:
    other = Digest(staff.database, staff.keys, b"o" * 32, BOTH, 300.0)
    with pytest.raises(CcppError, match="is wrong"):
        identity(staff.method, answer(staff.account, nonce_of(other)))


def test_a_user_whom_there_is_not_costs_the_same(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same look-ups, unsealings, hashes and comparisons, so that no clock tells who there is."""
    counted: list[str] = []

    def counting(name: str, function: Any) -> Any:  # noqa: ANN401  any function
        def call(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401
            if current_thread() is main_thread():  # a service looks after its catalogue in another
                counted.append(name)
            return function(*arguments, **more)

        return call

    monkeypatch.setattr(digest, "compare_digest", counting("compare", digest.compare_digest))
    monkeypatch.setattr(digest, "hmac", counting("hmac", digest.hmac))
    hashes = {name: counting("hash", made) for name, made in digest.ALGORITHMS.items()}
    monkeypatch.setattr(digest, "ALGORITHMS", hashes)
    monkeypatch.setattr(type(staff.keys), "unseal", counting("unseal", type(staff.keys).unseal))
    monkeypatch.setattr(type(staff.database), "reading", counting("read", type(staff.database).reading))
    costs = []
    for account in (staff.account._replace(password="wrong"), Account("nobody", "wrong")):  # noqa: S106  no password
        nonce = nonce_of(staff.method)
        counted.clear()
        with pytest.raises(CcppError, match="is wrong"):
            identity(staff.method, answer(account, nonce))
        costs.append(list(counted))
    assert costs[0] == costs[1]
    assert {"compare", "hmac", "hash", "unseal", "read"} == set(costs[0])


@given(
    st.text(max_size=300) | st.from_regex(r'(username|realm|nonce|uri|qop|nc|cnonce|response)="?[^"]*"?(, ?)?', fullmatch=True)
)
def test_any_text_is_an_answer_or_refused(text: str) -> None:
    try:
        assert read_answer(text, BOTH).algorithm in BOTH
    except CcppError as error:
        assert error.message == "the answer to the challenge is wrong"  # noqa: PT017  either way is right


def test_what_is_said_twice_or_too_long_is_refused() -> None:
    good = answer(Account("u", "p"), "n").removeprefix("Digest ")
    assert read_answer(good, BOTH).user == "u"
    for wrong in (good + ', username="other"', good + ' x="' + "y" * 5_000 + '"', good.replace(", ", " "), "," + good):
        with pytest.raises(CcppError):
            read_answer(wrong, BOTH)


def test_digests_need_a_known_algorithm(staff: Staff) -> None:
    with pytest.raises(UsageError, match="no algorithm"):
        Digest(staff.database, staff.keys, MASTER, ("SHA-1",), 300.0)


def test_guessing_is_bounded(staff: Staff, service: Service) -> None:
    limits = Limits(failures=Buckets(0.2))
    guard = Guard([staff.method], limits=limits)
    ask = Ask(replace(service, database=staff.database, authenticate=guard, ways=guard.challenges))
    wrong = answer(staff.account._replace(password="wrong"), nonce_of(staff.method), "/applications")  # noqa: S106
    statuses = [ask("GET", "/applications", authorization=wrong).status for _ in range(15)]
    assert statuses == [401] * 10 + [429] * 5
    refused = ask("GET", "/applications", authorization=wrong)
    assert dict(refused.headers)["Retry-After"] == "5"
    assert ask("GET", "/applications").status == 401  # who shows nothing is asked as before


def test_both_challenges_are_there_the_better_first(staff: Staff, service: Service) -> None:
    guard = Guard([staff.method])
    ask = Ask(replace(service, authenticate=guard, ways=guard.challenges))
    fields = [value for name, value in ask("GET", "/settings").headers if name == "WWW-Authenticate"]
    assert [field.partition("algorithm=")[2].partition(",")[0] for field in fields] == ["SHA-256", "MD5"]
    assert all(field.startswith('Digest realm="ccpp", qop="auth"') for field in fields)

"""Bearer tokens: what holds, and every known way to pass with one that does not."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from issuing import ALGORITHMS, AUDIENCE, ISSUER, NOW, claims, encoded, key_of, key_set, token, token_of_secret
from serving import N80, Ask

from ccpp.errors import FetchError, UsageError
from ccpp.server.authentication.guard import Guard
from ccpp.server.authentication.keyring import AGAIN, STALE, Keyring, read_keys
from ccpp.server.authentication.starting import Kept, key_source, make_guard
from ccpp.server.authentication.tokens import Rules, Tokens
from ccpp.server.message import Identity, Request, Role, Ticket
from ccpp.server.options import Options
from ccpp.server.problems import Refused
from ccpp.server.steps import finish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccpp.server.message import Response
    from ccpp.server.service import Service

RULES = Rules(ISSUER, AUDIENCE, ("RS256", "ES256", "EdDSA"))


class Source:
    """A set of keys that can be changed, and that counts how often it is read."""

    def __init__(self, *content: Any) -> None:  # noqa: ANN401  keys
        self.content, self.read, self.fails = key_set(*content), 0, False

    def __call__(self) -> bytes:
        self.read += 1
        if self.fails:
            raise UsageError("out of reach")
        return self.content


def tokens(rules: Rules = RULES, *keys: Any) -> Tokens:  # noqa: ANN401  keys
    return Tokens(rules, Keyring(Source(*(keys or map(key_of, ("k1", "k1", "k1"), ALGORITHMS))), 300.0))


def identity(method: Tokens, text: str, now: float = NOW, **request: Any) -> Identity | None:  # noqa: ANN401
    return finish(method.identify(Request("GET", "/", (("authorization", f"Bearer {text}"),), time=now, **request)))


def refused(method: Tokens, text: str, now: float = NOW, **request: Any) -> Refused:  # noqa: ANN401
    with pytest.raises(Refused) as caught:
        identity(method, text, now, **request)
    assert caught.value.status == 401
    return caught.value


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_token_says_who_calls(algorithm: str) -> None:
    found = identity(tokens(), token(algorithm=algorithm, roles=["operator", "king"], subscriber="358401234567"))
    assert found == Identity("token:alice", frozenset({Role.OPERATOR}), "358401234567")


def test_a_token_brings_its_ticket_where_changes_need_one() -> None:
    rules = RULES._replace(once=True)
    for own, ticket in (("t-1", "t-1"), (None, None), (7, None)):
        text = token(jti=own)
        if own == 7:
            refused(tokens(rules), text)
            continue
        found = identity(tokens(rules), text)
        assert found
        assert found.ticket == Ticket(ticket, NOW + 630)


class Issuer(BaseHTTPRequestHandler):
    """An issuer's keys on loopback, and an issuer that sends elsewhere."""

    def do_GET(self) -> None:
        where = {"/moved": "http://169.254.169.254/latest", "/inside": "http://10.0.0.1/"}.get(self.path)
        self.send_response(302 if where else 200)
        if where:
            self.send_header("Location", where)
        self.end_headers()
        self.wfile.write(b" " * 300_000 if self.path == "/large" else key_set(key_of("k1")))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Issuer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_keys_are_fetched(issuer: str) -> None:
    method = Tokens(RULES, Keyring(key_source(issuer + "/keys", ("127.0.0.0/8",)), 300.0))
    assert identity(method, token())
    with pytest.raises(FetchError, match="which is loopback"):
        key_source(issuer + "/keys", ())()


@pytest.mark.parametrize("path", ["/moved", "/inside", "/large"])
def test_an_issuer_leads_nowhere_else(issuer: str, path: str) -> None:
    with pytest.raises(FetchError, match=r"is not allowed|more than"):
        key_source(issuer + path, ("127.0.0.0/8",))()


def test_claims_have_the_names_that_the_issuer_gives_them() -> None:
    rules = RULES._replace(roles="realm_access.roles", subscriber="https://claims.example/msisdn")
    said = {"realm_access": {"roles": ["auditor", "device"]}, "https://claims.example/msisdn": "3584"}
    assert identity(tokens(rules), token(**said)) == Identity("token:alice", frozenset({Role.AUDITOR, Role.DEVICE}), "3584")
    words = identity(tokens(RULES._replace(roles="scope")), token(scope="openid device"))
    assert words
    assert words.roles == {Role.DEVICE}
    assert identity(tokens(), token(roles={"device": True})) == Identity("token:alice", frozenset())


@cache
def confused() -> dict[str, str]:
    """Tokens that pass with somebody who takes one thing for another."""
    good, key = token(), key_of("k1")
    head, payload, signature = good.split(".")
    none = encoded({"alg": "none"}) + "." + payload + "."
    stranger = key_of("stranger")
    return {
        "alg none": none,
        "alg None": encoded({"alg": "None", "kid": "k1"}) + "." + payload + "." + signature,
        "no signature": f"{head}.{payload}.",
        "HMAC by the public key": token_of_secret(json.dumps(key.as_dict(private=False)).encode()),
        "HMAC by the public key in PEM": token_of_secret(key.as_pem(private=False)),
        "algorithm that is not allowed": token(key_of("k1", "RS256"), "RS256", {"alg": "RS512"}),
        "key of another kind": token(header={"alg": "ES256"}).replace(head, encoded({"alg": "RS256", "kid": "k1"})),
        "wrong key": token(stranger, header={"kid": "k1"}),
        "unknown key": token(stranger),
        "its own key": token(stranger, header={"jwk": stranger.as_dict(private=False), "kid": None}),
        "its own address of keys": token(stranger, header={"jku": "https://evil.example/keys", "kid": "k1"}),
        "its own certificate": token(stranger, header={"x5c": ["AAAA"], "kid": "k1"}),
        "a path as the key's name": token(stranger, header={"kid": "../../../../dev/null"}),
        "a statement as the key's name": token(stranger, header={"kid": "k1' UNION SELECT 'x"}),
        "a list as the key's name": token(header={"kid": ["k1"]}),
        "what must be understood": token(header={"crit": ["exp"]}),
        "of another kind": token(header={"typ": "secevent+jwt"}),
        "wrong issuer": token(iss="https://evil.example"),
        "no issuer": token(iss=None),
        "issuer in a list": token(iss=[ISSUER]),
        "wrong audience": token(aud="https://other.example"),
        "no audience": token(aud=None),
        "expired": token(exp=NOW - 31),
        "without end": token(exp=None),
        "end that is no number": token(exp=True),
        "end that is a text": token(exp="9999999999"),
        "not yet valid": token(nbf=NOW + 31),
        "issued in the future": token(iat=NOW + 31),
        "nobody": token(sub=None),
        "empty name": token(sub=""),
        "name with a line break": token(sub="alice\nroot"),
        "subscriber that is no text": token(subscriber=358401234567),
        "bound to something": token(cnf={"jkt": "x"}),
        "changed claims": f"{head}.{encoded(claims(sub='root'))}.{signature}",
        "changed header": f"{encoded({'alg': 'ES256', 'kid': 'k1', 'x': 1})}.{payload}.{signature}",
        "five parts": good + ".a.b",
        "encrypted": ".".join([encoded({"alg": "dir", "enc": "A128GCM"}), "", "AAAA", "AAAA", "AAAA"]),
        "oversized": token(x="x" * 9_000),
        "deep": encoded({"alg": "ES256"}) + "." + urlsafe_b64encode(b"[" * 6_000).decode() + ".AAAA",
        "deep header": urlsafe_b64encode(b"[" * 6_000).decode() + ".AAAA.AAAA",
        "no JSON": "AAAA.AAAA.AAAA",
        "not ASCII": good + "\u20ac",
        "empty": "",
    }


CONFUSED = (
    "alg none|alg None|no signature|HMAC by the public key|HMAC by the public key in PEM|algorithm that is not allowed|"
    "key of another kind|wrong key|unknown key|its own key|its own address of keys|its own certificate|a path as the key's name|"
    "a statement as the key's name|a list as the key's name|what must be understood|of another kind|wrong issuer|no issuer|"
    "issuer in a list|wrong audience|no audience|expired|without end|end that is no number|end that is a text|not yet valid|"
    "issued in the future|nobody|empty name|name with a line break|subscriber that is no text|bound to something|changed claims|"
    "changed header|five parts|encrypted|oversized|deep|deep header|no JSON|not ASCII|empty"
)


def test_all_of_them_are_tried() -> None:
    assert set(CONFUSED.split("|")) == set(confused())


@pytest.mark.parametrize("name", CONFUSED.split("|"))
def test_a_token_that_confuses_is_refused(name: str) -> None:
    method = tokens()
    said = refused(method, confused()[name])
    assert said.message in {
        "the token does not hold",
        "the token has ended",
        "the token is too long",
        "the token names nobody",
        "the token is bound to what cannot be shown here",
    }
    assert (said.message == "the token has ended") == (name == "expired")
    assert identity(method, token()) is not None  # and the right one is taken by the same


def test_clocks_may_differ_by_the_leeway() -> None:
    for said in ({"exp": NOW - 29}, {"nbf": NOW + 29}, {"iat": NOW + 29}):
        assert identity(tokens(), token(**said))


def test_a_shared_secret_in_the_set_is_no_key() -> None:
    secret = {"kty": "oct", "k": encoded("s" * 32), "kid": "k1"}
    assert read_keys(json.dumps({"keys": [secret]}).encode()) == ()
    weak = {"kty": "RSA", "n": encoded("x" * 100), "e": "AQAB"}
    assert read_keys(json.dumps({"keys": [weak, {"kty": "EC"}, {"kty": "RSA", "use": "enc"}, 1, {}]}).encode()) == ()
    for damaged in ({"kty": {}}, {"kty": "EC", "crv": "", "x": "", "y": ""}, {"kty": "OKP", "crv": []}, {"kty": "RSA", "n": 1}):
        assert read_keys(json.dumps({"keys": [damaged]}).encode()) == ()
    for wrong in (b"", b"[]", b'{"keys": 1}', b'{"a": 1}', b"[" * 9_000):
        with pytest.raises(UsageError):
            read_keys(wrong)
    for algorithms in (("HS256",), ("none",), ("ES256", "HS512"), ()):
        with pytest.raises(UsageError):
            Tokens(RULES._replace(algorithms=algorithms), Keyring(Source(), 1.0))
    for rules in (RULES._replace(issuer=""), RULES._replace(audience="")):
        with pytest.raises(UsageError):
            Tokens(rules, Keyring(Source(), 1.0))


def test_keys_rotate() -> None:
    source = Source(key_of("k1"))
    method = Tokens(RULES, Keyring(source, 300.0))
    assert identity(method, token())
    source.content = key_set(key_of("k2"))
    assert identity(method, token(key_of("k2")), NOW + AGAIN + 1)  # an unknown name makes the set be read
    assert source.read == 2
    refused(method, token(), NOW + AGAIN + 2)  # what was known by a key that has gone holds no longer


def test_names_that_are_made_up_cost_one_reading() -> None:
    source = Source(key_of("k1"))
    method = Tokens(RULES, Keyring(source, 300.0))
    for number in range(50):
        refused(method, token(key_of("stranger"), header={"kid": f"made-up-{number}"}))
    assert source.read == 1
    refused(method, token(key_of("stranger")), NOW + AGAIN + 1)
    assert source.read == 2


def test_a_set_that_cannot_be_read_is_used_on_for_a_while() -> None:
    source = Source(key_of("k1"))
    method = Tokens(RULES, Keyring(source, 300.0))
    assert identity(method, token(exp=NOW + 9_000))
    source.fails = True
    assert identity(method, token(exp=NOW + 9_000), NOW + 1_000)
    with pytest.raises(Refused) as caught:
        identity(method, token(exp=NOW + 9_000), NOW + 301 + STALE)
    assert caught.value.status == 503


def test_a_known_token_costs_no_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    method, text = tokens(), token()
    assert identity(method, text)
    monkeypatch.setattr(method, "_claims", None)  # whoever verified now would fall over it
    assert identity(method, text)
    refused(tokens(), token(exp=NOW + 1), NOW + 60)
    monkeypatch.undo()
    refused(method, text, NOW + 631)  # it ends all the same


def test_a_token_is_bound_to_its_certificate() -> None:
    certificate = b"a certificate"
    bound = {"x5t#S256": urlsafe_b64encode(sha256(certificate).digest()).rstrip(b"=").decode()}
    method, text = tokens(), token(cnf=bound)
    assert identity(method, text, certificate=certificate)
    for other in (b"", b"another"):  # also where the token is known
        assert "another caller" in refused(method, text, certificate=other).message


@pytest.fixture
def guarded(service: Service) -> Ask:
    guard = Guard([tokens()])
    return Ask(replace(service, authenticate=guard, ways=guard.challenges))


def asked(ask: Ask, method: str, path: str, *values: str, **headers: str) -> Response:
    fields = tuple(("authorization", value) for value in values)
    return ask(method, path, b"", fields, **headers)


def test_routes_ask_for_roles(guarded: Ask) -> None:
    profile = f'"{N80}"'
    open_ = asked(guarded, "GET", "/applications", x_wap_profile=profile)
    assert (open_.status, dict(open_.headers)["WWW-Authenticate"]) == (401, 'Bearer realm="ccpp"')
    wrong = asked(guarded, "GET", "/applications", "Bearer x", x_wap_profile=profile)
    assert dict(wrong.headers)["WWW-Authenticate"] == 'Bearer realm="ccpp", error="invalid_token"'
    assert asked(guarded, "GET", "/applications", f"bearer {token()}", accept="application/json").status == 200
    assert asked(guarded, "GET", "/v1/audit", f"Bearer {token()}").status == 403
    assert asked(guarded, "GET", "/v1/audit", f"Bearer {token(roles=['auditor'])}").status == 200
    assert asked(guarded, "GET", "/v1/audit", f"Bearer {token()}", f"Bearer {token(roles=['auditor'])}").status == 400
    assert asked(guarded, "GET", "/healthz").status == 200


@pytest.mark.parametrize(
    ("place", "networks", "said"),
    [
        ("http://issuer.example/keys", (), "fetched by https"),
        ("http://169.254.169.254/keys", (), "fetched by https"),
        ("ftp://issuer.example/keys", (), "not an http"),
        ("https://issuer.example/keys", ("10.0.0.1/8",), "no network"),
        ("/no/such/file", (), "no such file|cannot be read|not there"),
    ],
)
def test_keys_come_from_where_they_may(place: str, networks: tuple[str, ...], said: str) -> None:
    with pytest.raises(Exception, match=said):
        key_source(place, networks)


@pytest.mark.parametrize(
    "place", ["https://169.254.169.254/keys", "https://127.0.0.1:9/keys", "https://[::1]:9/keys", "https://10.0.0.1/"]
)
def test_keys_are_not_fetched_from_inside(place: str) -> None:
    with pytest.raises(Exception, match=r"which is (link-local|loopback|private)"):
        key_source(place, ())()


def test_options_switch_tokens_on(service: Service, tmp_path: Path) -> None:
    kept = Kept(service.database, service.keys, None)
    assert make_guard(Options(), kept) is None
    file = tmp_path / "keys.json"
    file.write_bytes(key_set(key_of("k1")))
    options = replace(Options(), token_keys=str(file), token_issuer=ISSUER, token_audience=AUDIENCE)
    guard = make_guard(options, kept)
    assert guard
    request = Request("GET", "/", (("authorization", f"Bearer {token()}"),), time=NOW)
    assert finish(guard(request, service)).name == "token:alice"
    with pytest.raises(UsageError, match="`anonymous` has `operator`"):
        make_guard(replace(options, anonymous=("operator",)), kept)
    with pytest.raises(UsageError, match="digests need a `key`"):
        make_guard(replace(options, digest=("MD5",)), kept)
    with pytest.raises(UsageError, match="`callers` without certificates"):
        make_guard(replace(options, callers=str(file)), kept)


def test_what_is_known_at_once_is_what_is_found_out(service: Service) -> None:
    guard = Guard([tokens()], {Role.DEVICE})
    text = token(roles=["operator"])
    fields = [(b"host", b"x"), (b"authorization", f"Bearer {text}".encode())]
    assert guard.known(fields, "", b"", NOW) is None  # not verified yet
    found = finish(guard(Request("GET", "/", (("authorization", f"Bearer {text}"),), time=NOW), service))
    assert guard.known(fields, "", b"", NOW) == found
    assert guard.known(fields, "", b"a certificate", NOW) is None
    assert guard.known([*fields, fields[1]], "", b"", NOW) is None
    assert guard.known(fields, "", b"", NOW + 700) is None
    assert guard.known([(b"authorization", b"Basic x")], "", b"", NOW) is None
    anybody = guard.known([], "", b"", NOW)
    assert anybody
    assert anybody.roles == {Role.DEVICE}

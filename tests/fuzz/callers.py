"""What callers show to say who they are, and the operator's tables of them: anybody's bytes."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import lru_cache

from joserfc import jwt
from joserfc.jwk import ECKey

from ccpp.server.authentication.certificates import name_certificate, read_callers
from ccpp.server.authentication.digest import ALGORITHMS, read_answer, response
from ccpp.server.authentication.keyring import Keyring, read_keys
from ccpp.server.authentication.proxies import read_certificate
from ccpp.server.authentication.tokens import Rules, Tokens
from ccpp.server.message import Request
from ccpp.server.steps import finish

from .target import Target

NOW = 1.0e9
ISSUER = "https://issuer.example"
CALLERS = b'[[certificate]]\nuri = "urn:imsi:*"\nissuer = "CN=Devices"\nroles = ["device"]\nsubscriber = true\n'


@lru_cache(maxsize=1)
def issuer() -> tuple[ECKey, Tokens]:
    key = ECKey.generate_key("P-256", {"kid": "k1"})
    kept = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
    return key, Tokens(Rules(ISSUER, ISSUER, ("ES256", "RS256", "EdDSA")), Keyring(lambda: kept, 1.0e12))


def issued() -> str:
    key, _ = issuer()
    claims = {"iss": ISSUER, "aud": ISSUER, "sub": "alice", "exp": 2.0e9, "roles": ["device"]}
    return jwt.encode({"alg": "ES256", "kid": "k1"}, claims, key)


def token(data: bytes) -> None:
    """A bearer token: none holds but the one that was issued."""
    text = data.decode("latin-1")
    request = Request("GET", "/", (("authorization", "Bearer " + text),), time=NOW)
    identity = finish(issuer()[1].identify(request))
    assert identity is None or identity.name == "token:alice", "a token that was not issued holds"


def keys(data: bytes) -> None:
    """A JWK set: whatever is in it, no key is a shared secret."""
    assert all(one.key.key_type != "oct" for one in read_keys(data)), "a shared secret is a key"


def key_sets() -> list[bytes]:
    key, _ = issuer()
    return [json.dumps({"keys": [key.as_dict(private=True), {"kty": "oct", "k": "AAAA"}]}).encode()]


def answer(data: bytes) -> None:
    """An answer to a challenge of HTTP Digest."""
    answered = read_answer(data.decode("latin-1"), tuple(ALGORITHMS))
    assert response(answered, "GET", "x").isalnum(), "the right answer is no hash"


def answers() -> list[bytes]:
    fields = 'username="u\\"x", realm="ccpp", nonce="bm9uY2U=", uri="/a?b", response="00", qop=auth, nc=00000001, cnonce="c"'
    return [fields.encode(), (fields + ", algorithm=SHA-256, userhash=false").encode()]


def shown(data: bytes) -> None:
    """A certificate in a proxy's header: whatever it is, it is read or refused, and named or nobody's."""
    rules = read_callers(CALLERS, "callers.toml")
    assert name_certificate(read_certificate(data.decode("latin-1")), rules).identity is None, "somebody was named"


def table(data: bytes) -> None:
    """A table of callers: what is read names roles for every row."""
    assert all(one.roles for one in read_callers(data, "callers.toml")), "a row without roles"


WORDS = (b".", b"=", b'"', b",", b"eyJ", b"none", b"HS256", b'{"alg":"none"}', b"\x00", b":", b"%", b"*", b"\\")

TARGETS = (
    Target("token", token, lambda: [issued().encode()], WORDS, 500),
    Target("keys", keys, key_sets, WORDS, 300),
    Target("digest", answer, answers, WORDS, 1_000),
    Target("client-certificate", shown, lambda: [b":" + b64encode(bytes(range(200))) + b":"], WORDS, 500),
    Target("callers", table, lambda: [CALLERS], WORDS, 500),
)

"""An issuer of tokens, for tests: keys, their public set, and tokens that are right unless a test says otherwise."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

NOW = 1.0e9
ISSUER, AUDIENCE = "https://issuer.example", "https://server.example"
ALGORITHMS = {"RS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey}


def key_of(name: str, algorithm: str = "ES256") -> Key:
    return _key(name, algorithm)


@cache
def _key(name: str, algorithm: str) -> Key:
    size: Any = {"RS256": 2048, "ES256": "P-256", "EdDSA": "Ed25519"}[algorithm]
    return ALGORITHMS[algorithm].generate_key(size, {"kid": name, "use": "sig"})


def key_set(*keys: Key, private: bool = False) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=private) for key in keys]}).encode()


def base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def encoded(value: object) -> str:
    return base64url(json.dumps(value).encode())


def claims(**other: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    found = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": NOW + 600, "roles": ["device"], **other}
    return {name: value for name, value in found.items() if value is not None}


def token(key: Key | None = None, algorithm: str = "ES256", header: dict[str, Any] | None = None, **other: Any) -> str:  # noqa: ANN401
    key = key or key_of("k1", algorithm)
    head = {"alg": algorithm, "kid": key.get("kid"), **(header or {})}
    signed = encoded({name: value for name, value in head.items() if value is not None}) + "." + encoded(claims(**other))
    return signed + "." + base64url(jws.JWSRegistry.algorithms[head["alg"]].sign(signed.encode(), key))


def token_of_secret(secret: bytes, **other: Any) -> str:  # noqa: ANN401
    """A token signed by HMAC with what may be known to anybody."""
    signed = encoded({"alg": "HS256", "kid": "k1"}) + "." + encoded(claims(**other))
    return signed + "." + base64url(hmac.digest(secret, signed.encode(), "sha256"))

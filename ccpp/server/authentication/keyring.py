"""The public keys of who issues tokens: a JWK set (RFC 7517) from a file or a URL, read again as it gets old and when a key is unknown.

A token that names a key nobody knows makes the set be read once, and then not again for a while, so that made-up names cost nothing. What is
secret, too short, or not for signatures is no key here: a symmetric key in a public set would let anybody sign.
"""

from __future__ import annotations

import json
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from ccpp.errors import CcppError, UsageError
from ccpp.server.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: Algorithms that a token may be signed by → the kind of key that each takes. None with a shared secret, and not `none`.
ALGORITHMS: Mapping[str, str] = MappingProxyType(
    {f"{family}{bits}": kind for family, kind in (("RS", "RSA"), ("PS", "RSA"), ("ES", "EC")) for bits in (256, 384, 512)}
    | {"EdDSA": "OKP", "Ed25519": "OKP"}
)

#: Bytes of a set, and keys of one; issuers have two or three keys.
MAX_SET, MAX_KEYS = 262_144, 50
#: Characters of the modulus of an RSA key: 2,048 bits (NIST SP 800-131A) in base64url.
_LEAST_MODULUS = 342
#: Seconds between two readings for the sake of an unknown key, or after one that failed.
AGAIN = 30.0
#: Seconds for which a set that cannot be read anew is still used.
STALE = 3_600.0


class Trusted(NamedTuple):
    """A key, under the name and for the algorithm that its set states, where it states them."""

    name: str | None
    algorithm: str | None
    key: Key

    def suits(self, algorithm: str) -> bool:
        """Whether a signature by that algorithm can be the key's."""
        return self.algorithm in {None, algorithm} and ALGORITHMS.get(algorithm) == self.key.key_type


def read_keys(content: bytes) -> tuple[Trusted, ...]:
    """The usable keys of a set.

    Raises:
        UsageError: it is no JWK set.
    """
    if len(content) > MAX_SET:
        raise UsageError(f"a JWK set of more than {MAX_SET} bytes")
    try:
        members = json.loads(content)["keys"]
        stated = [one for one in members if isinstance(one, dict)][:MAX_KEYS]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UsageError("not a JWK set", hint='RFC 7517: {"keys": [{"kty": "RSA", …}, …]}') from None
    return tuple(_usable(stated))


def _usable(stated: list[dict[str, object]]) -> Iterator[Trusted]:
    for one in stated:
        name, algorithm = one.get("kid"), one.get("alg")
        if one.get("kty") not in ("RSA", "EC", "OKP") or one.get("use", "sig") != "sig":
            continue
        if one.get("kty") == "RSA" and len(str(one.get("n"))) < _LEAST_MODULUS:
            continue
        public = {key: value for key, value in one.items() if key in {"kty", "n", "e", "crv", "x", "y"}}
        try:
            key = JWKRegistry.import_key(public)  # type: ignore[arg-type, unused-ignore]  # what is no text it refuses itself
        except (JoseError, ValueError, TypeError, KeyError, OverflowError):
            continue
        yield Trusted(name if isinstance(name, str) else None, algorithm if isinstance(algorithm, str) else None, key)


class Keyring:
    """The keys, shared by threads.

    Args:
        read: gives the set's bytes; it may wait, and raise a `CcppError`.
        lifetime: seconds after which the set is read again.
    """

    def __init__(self, read: Callable[[], bytes], lifetime: float) -> None:
        self._read = read
        self._lifetime = lifetime
        self._lock = Lock()
        self._keys: tuple[Trusted, ...] = ()
        self._content = b""
        self._read_at = self._tried_at = float("-inf")
        self.generation = 0

    def due(self, now: float) -> bool:
        """Whether the set is old."""
        return now - self._read_at > self._lifetime and now - self._tried_at > AGAIN

    def refresh(self, now: float) -> None:
        """Read the set anew, unless another thread has just tried; what cannot be read leaves the keys as they are, for a while."""
        with self._lock:
            if now - self._tried_at <= AGAIN:
                return
            self._tried_at = now
            try:
                content = self._read()
                keys = self._keys if content == self._content else read_keys(content)
            except CcppError:
                if now - self._read_at > self._lifetime + STALE:
                    self._keep((), b"")
                return
            self._read_at = now
            if content != self._content:
                self._keep(keys, content)

    def _keep(self, keys: tuple[Trusted, ...], content: bytes) -> None:
        self._keys, self._content = keys, content
        self.generation += 1

    def find(self, name: str | None, algorithm: str, now: float) -> Key:
        """The key that a token names; without a name the only one that suits.

        Raises:
            Refused: no key could be had at all.
            KeyError: there is no such key.
        """
        if self.due(now):
            self.refresh(now)
        found = self._found(name, algorithm)
        if not found:
            self.refresh(now)
            found = self._found(name, algorithm)
        if not found and not self._keys:
            raise Refused(
                503, "the keys of the issuer of tokens cannot be had", hint="come again", headers=(("Retry-After", "30"),)
            )
        if len(found) != 1:
            raise KeyError(name)
        return found[0].key

    def _found(self, name: str | None, algorithm: str) -> list[Trusted]:
        return [one for one in self._keys if one.suits(algorithm) and name in {None, one.name}]

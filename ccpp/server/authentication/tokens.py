"""Bearer tokens (RFC 6750) that are signed JSON Web Tokens (RFC 7519), held to what RFC 8725 and RFC 9068 ask of who takes them.

What a token is verified by is never the token's to say: the algorithms are the operator's, the keys are those of the issuer's set, and a
header that brings keys or addresses along is not looked at. Tokens that were verified are known again by their SHA-256 until they end or the keys
change, so a caller who keeps a token pays for one signature.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, NamedTuple

from joserfc import jws
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwt import JWTClaimsRegistry

from ccpp.errors import UsageError
from ccpp.server.authentication.keyring import ALGORITHMS
from ccpp.server.authentication.method import Unproven, is_name, presented
from ccpp.server.memory import Memory
from ccpp.server.message import REALM, Identity, Role, Ticket
from ccpp.server.steps import call

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ccpp.server.authentication.keyring import Keyring
    from ccpp.server.message import Request
    from ccpp.server.steps import Steps

#: Characters of a token; those of large issuers have some 2,000.
MAX_TOKEN = 8_192
#: Tokens that are known again, by 32 bytes each.
_KNOWN = 10_000
#: What `typ` may say (RFC 9068 §2.1 has `at+jwt`; many issuers still write `JWT` or nothing).
_TYPES = frozenset({None, "jwt", "at+jwt", "application/at+jwt"})
#: What anything can raise that takes a token apart: it is anybody's bytes.
_BROKEN = (JoseError, ValueError, TypeError, KeyError, RecursionError, OverflowError)


class Rules(NamedTuple):
    """What a token must say: who issued it, for whom, signed how; which claims have roles and subscriber; seconds that clocks may differ.

    With `once`, its `jti` is used up by a change.
    """

    issuer: str
    audience: str
    algorithms: Collection[str]
    roles: str = "roles"
    subscriber: str = "subscriber"
    leeway: float = 30.0
    once: bool = False


class Verified(NamedTuple):
    """A token that holds: whose it is, until when, of which generation of keys, and the certificate it is bound to."""

    identity: Identity
    until: float
    generation: int
    certificate: str | None


class Tokens:
    """The method.

    Raises:
        UsageError: the rules leave open whose tokens are taken, or allow an algorithm that anybody could sign by.
    """

    def __init__(self, rules: Rules, keyring: Keyring) -> None:
        for name, value in (("token_issuer", rules.issuer), ("token_audience", rules.audience)):
            if not value:
                raise UsageError(f"tokens need `{name}`", hint="without it any token of the same keys would be taken")
        wrong = [one for one in rules.algorithms if one not in ALGORITHMS]
        if wrong or not rules.algorithms:
            raise UsageError(f"no algorithm of tokens `{', '.join(wrong)}`", hint="known are " + ", ".join(ALGORITHMS))
        self._rules = rules
        self._keyring = keyring
        self._known: Memory[bytes, Verified] = Memory(_KNOWN)

    def challenges(self, request: Request, failed: Unproven | None) -> Iterator[str]:
        """`Bearer`, with what was wrong."""
        del request
        yield f'Bearer realm="{REALM}"' + (f", {failed.why}" if failed else "")

    def identify(self, request: Request) -> Steps[Identity | None]:
        """Whose token it is."""
        text = presented(request, "bearer")
        if text is None:
            return None
        verified = self._held(text, request.time)
        if verified is None:
            verified = yield from call(self._verified, text, request.time)
        if verified.certificate is not None:
            _check_bound(verified.certificate, request.certificate)
        return verified.identity

    def known(self, shown: bytes, now: float) -> Identity | None:
        """Whose token it is, where it was verified and is bound to nothing."""
        scheme, _, text = shown.partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        found = self._held(text.decode("latin-1").strip(), now)
        return found.identity if found and found.certificate is None else None

    def _held(self, text: str, now: float) -> Verified | None:
        """A token that was verified before and still holds."""
        found = self._known.get(sha256(text.encode()).digest())
        if found is None or found.until <= now or found.generation != self._keyring.generation or self._keyring.due(now):
            return None
        return found

    def _verified(self, text: str, now: float) -> Verified:
        if len(text) > MAX_TOKEN:
            raise Unproven("the token is too long", 'error="invalid_request"')
        try:
            claims = self._claims(text, now)
            self._check(claims, now)
        except ExpiredTokenError:
            raise _invalid("the token has ended") from None
        except _BROKEN:
            raise _invalid("the token does not hold") from None
        found = self._of(claims)
        self._known.put(sha256(text.encode()).digest(), found)
        return found

    def _claims(self, text: str, now: float) -> dict[str, Any]:
        """The claims of a token whose signature is by a key of the issuer."""
        signed, _, signature = text.encode("ascii").rpartition(b".")
        header = jws.extract_compact(signed + b"." + signature).headers()
        algorithm, name, kind = header["alg"], header.get("kid"), header.get("typ")
        if algorithm not in self._rules.algorithms or "crit" in header or "b64" in header:
            raise ValueError(algorithm)
        if not isinstance(name, str | None) or (kind.lower() if isinstance(kind, str) else kind) not in _TYPES:
            raise ValueError(name)
        key = self._keyring.find(name, algorithm, now)
        model = jws.JWSRegistry.algorithms[algorithm]
        model.check_key(key)
        if not model.verify(signed, urlsafe_b64decode(signature + b"=" * (-len(signature) % 4)), key):
            raise ValueError(algorithm)
        claims = json.loads(urlsafe_b64decode(signed.partition(b".")[2] + b"=="))
        if not isinstance(claims, dict):
            raise TypeError
        return claims

    def _check(self, claims: dict[str, Any], now: float) -> None:
        """Issuer, audience and times."""
        needed = {"iss": self._rules.issuer, "aud": self._rules.audience}
        options: Any = {name: {"essential": True, "value": value} for name, value in needed.items()}
        options |= {name: {"essential": True} for name in ("exp", "sub")}
        JWTClaimsRegistry(now=int(now), leeway=int(self._rules.leeway), **options).validate(claims)

    def _of(self, claims: dict[str, Any]) -> Verified:
        """What the claims say of the caller."""
        subscriber = _claim(claims, self._rules.subscriber)
        if not is_name(claims["sub"]) or not (subscriber is None or is_name(subscriber)):
            raise _invalid("the token names nobody")
        said = _claim(claims, self._rules.roles)
        words = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
        bound = _claim(claims, "cnf")
        thumbprint = bound.get("x5t#S256") if isinstance(bound, dict) else None
        if not isinstance(thumbprint, str | None) or (bound is not None and thumbprint is None):
            raise _invalid("the token is bound to what cannot be shown here")
        until = float(min(claims["exp"] + self._rules.leeway, 1e12))
        own = claims.get("jti")
        ticket = Ticket(own if is_name(own) else None, until) if self._rules.once else None
        identity = Identity("token:" + claims["sub"], frozenset(role for role in Role if role in words), subscriber, ticket)
        return Verified(identity, until, self._keyring.generation, thumbprint)


def _claim(claims: dict[str, Any], name: str) -> Any:  # noqa: ANN401  JSON
    """A claim by its name, or by a path of names with dots, as `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _check_bound(thumbprint: str, certificate: bytes) -> None:
    """Hold a token to the certificate that it was issued for (RFC 8705 §3).

    Raises:
        Unproven: the caller shows another one, or none.
    """
    shown = urlsafe_b64encode(sha256(certificate).digest()).rstrip(b"=")
    if not certificate or not compare_digest(shown, thumbprint.encode(errors="replace")):
        raise _invalid("the token is another caller's")


def _invalid(message: str) -> Unproven:
    return Unproven(message, 'error="invalid_token"')

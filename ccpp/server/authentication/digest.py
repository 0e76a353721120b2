"""HTTP Digest (RFC 7616) for clients that know no tokens: SHA-256, and MD5 for those made before it; `qop=auth` alone.

A nonce is made here, says when, and is signed, so that none has to be remembered and every worker knows it. A nonce with a count is used once. A
user whom there is not takes the same way as one with a wrong password: one look-up, one unsealing, one comparison.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import partial
from hmac import compare_digest
from hmac import digest as hmac
from secrets import token_bytes
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import UsageError
from ccpp.server.authentication.method import Unproven, is_name, presented
from ccpp.server.message import REALM, Identity, Role
from ccpp.server.steps import call
from ccpp.storage.database.credentials import find_credential, make_decoy, spend

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from ccpp.server.message import Request
    from ccpp.server.steps import Steps
    from ccpp.storage.database.credentials import Account, Credential
    from ccpp.storage.database.opening import Database
    from ccpp.storage.database.secrecy import Keys


def _hex(name: str, text: str) -> str:
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


#: Algorithm → its hash, the better first, as servers are to offer them (RFC 7616 §3.7).
ALGORITHMS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"SHA-256": partial(_hex, "sha256"), "MD5": partial(_hex, "md5")}
)

#: Characters of what stands behind `Digest`.
MAX_FIELD = 4_096
_NEEDED = ("username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce")
_PARAMETER = re.compile(r'\s*([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)')
_COUNT = re.compile(r"[0-9a-fA-F]{8}")
_ORIGIN = re.compile(r"https?://[^/]*", re.IGNORECASE)
_TIME, _RANDOM, _TAG = 8, 12, 16


class Answered(NamedTuple):
    """What a client answers to a challenge; `used` is the count of uses of the nonce."""

    user: str
    algorithm: str
    nonce: str
    uri: str
    used: str
    client_nonce: str
    response: str


def read_answer(text: str, algorithms: Collection[str]) -> Answered:
    """The answer in an `Authorization` field.

    Raises:
        Unproven: it is no answer to a challenge of ours.
    """
    found: dict[str, str] = {}
    place = 0
    while place < len(text) and len(text) <= MAX_FIELD:
        match = _PARAMETER.match(text, place)
        if not match or match[1].lower() in found:
            raise _unanswered()
        found[match[1].lower()] = match[3] or re.sub(r"\\(.)", r"\1", match[2] or "")
        place = match.end()
    algorithm = found.get("algorithm", "MD5")
    if (
        any(name not in found for name in _NEEDED)
        or algorithm not in algorithms
        or (found["realm"], found["qop"], found.get("userhash", "false")) != (REALM, "auth", "false")
        or not _COUNT.fullmatch(found["nc"])
        or not is_name(found["username"])
    ):
        raise _unanswered()
    kept = (found[name] for name in ("nonce", "uri", "nc", "cnonce", "response"))
    return Answered(found["username"], algorithm, *kept)


def hashed(account: Account, algorithms: Collection[str]) -> dict[str, str]:
    """By algorithm, what a password is known again by: H(A1) (RFC 7616 §3.4.2)."""
    return {name: ALGORITHMS[name](f"{account.user}:{REALM}:{account.password}") for name in algorithms}


def response(answered: Answered, method: str, secret: str) -> str:
    """What the right answer is, `secret` being H(A1) (RFC 7616 §3.4.1)."""
    made = ALGORITHMS[answered.algorithm]
    asked = made(f"{method}:{answered.uri}")
    return made(f"{secret}:{answered.nonce}:{answered.used}:{answered.client_nonce}:auth:{asked}")


class Digest:
    """The method.

    Args:
        database: has the credentials, and what was used.
        keys: open the credentials.
        master: the operator's key; nonces are signed with one derived from it, the same in all processes.
        algorithms: that are offered.
        lifetime: seconds for which a nonce can be used.

    Raises:
        UsageError: there is no such algorithm.
        SecrecyError: there is no key.
    """

    def __init__(self, database: Database, keys: Keys, master: bytes, algorithms: Collection[str], lifetime: float) -> None:
        wrong = [one for one in algorithms if one not in ALGORITHMS]
        if wrong:
            raise UsageError(f"no algorithm of digests `{wrong[0]}`", hint="known are " + ", ".join(ALGORITHMS))
        self._database, self._keys = database, keys
        self._algorithms = tuple(one for one in ALGORITHMS if one in algorithms)
        self._lifetime = lifetime
        self._secret = hmac(master, b"nonces of HTTP Digest", "sha256")
        self._decoy = make_decoy(keys)

    def known(self, shown: bytes, now: float) -> None:
        """Nobody: every answer is another."""
        del shown, now

    def challenges(self, request: Request, failed: Unproven | None) -> Iterator[str]:
        """A challenge for each algorithm, the better first."""
        for algorithm in self._algorithms:
            fields = f'realm="{REALM}", qop="auth", algorithm={algorithm}, nonce="{self._nonce(request.time)}", charset=UTF-8'
            yield f"Digest {fields}" + (f", {failed.why}" if failed and failed.why else "")

    def _nonce(self, now: float) -> str:
        stated = round(now * 1_000).to_bytes(_TIME, "big") + token_bytes(_RANDOM)
        return urlsafe_b64encode(stated + hmac(self._secret, stated, "sha256")[:_TAG]).decode()

    def _made(self, nonce: str) -> float | None:
        """When a nonce was made; `None` for one that is not ours."""
        try:
            content = urlsafe_b64decode(nonce.encode("ascii"))
        except ValueError:
            return None
        stated, tag = content[:-_TAG], content[-_TAG:]
        ours = compare_digest(tag, hmac(self._secret, stated, "sha256")[:_TAG]) and len(stated) == _TIME + _RANDOM
        return int.from_bytes(stated[:_TIME], "big") / 1_000 if ours else None

    def identify(self, request: Request) -> Steps[Identity | None]:
        """Whose password answered the challenge."""
        text = presented(request, "digest")
        if text is None:
            return None
        answered = read_answer(text, self._algorithms)
        found = yield from call(find_credential, self._database, self._keys, answered.user, self._decoy)
        made = self._made(answered.nonce)
        if not self._right(answered, request, found) or made is None or found is None:
            raise _unanswered()
        until = made + self._lifetime
        used = (answered.nonce, answered.used.lower())
        if request.time >= until or not (yield from call(spend, self._database, used, until, request.time)):
            raise Unproven("the nonce is old, or was used before", "stale=true")
        return Identity("digest:" + found.user, frozenset(role for role in Role if role in found.roles), found.subscriber)

    def _right(self, answered: Answered, request: Request, found: Credential | None) -> bool:
        """Whether the answer is right, for this request; as much work for a user whom there is not."""
        secret = found.secrets.get(answered.algorithm, "") if found else ""
        same = compare_digest(
            response(answered, request.method, secret), answered.response.lower().encode("ascii", "replace").decode()
        )
        return same and bool(secret) and _ORIGIN.sub("", answered.uri, 1) == request.target


def _unanswered() -> Unproven:
    return Unproven("the answer to the challenge is wrong")

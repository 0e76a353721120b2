"""Fetching documents by URL, when that is switched on: which, how often, and what stands in when it fails.

Nothing is fetched unless a `FetchPolicy` names its host. Three things are checked for the first request and for each redirect
anew: the place (`ccpp.storage.addresses`), its host against the policy, and every address that the host resolves to; then the
connection is made to an address that was checked (`ccpp.storage.transfer`), so no second look-up can turn up another. What was
fetched is kept (`ccpp.storage.fetch_cache`) as HTTP caching says (RFC 9111), within bounds, because profile servers are slow, refuse
what they do not know, and die (T-36, T-37): validators save transfers, a copy serves on while its server fails (RFC 5861 §4), and a
failure is remembered for a while, so that a dead server is not asked at each request.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from email.utils import mktime_tz, parsedate_tz
from fnmatch import fnmatchcase
from ipaddress import ip_address
from threading import Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp import __version__
from ccpp.errors import FetchError, UsageError
from ccpp.storage.addresses import PORTS, Address, Place, parse_place, redirected, refuse_special, shown
from ccpp.storage.fetch_cache import Cache, Entry, Failure, Fetched, MemoryCache
from ccpp.storage.transfer import FOUND, Answer, Deadline, Limits, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from email.message import Message

__all__ = ["KINDS", "FetchPolicy", "Fetched", "Fetcher", "Freshness"]


class Kind(NamedTuple):
    """What a kind of failure means, and whether an older copy may stand in for it; if not, the copy is dropped."""

    meaning: str
    stale_if_error: bool = False


#: Every `FetchError.kind`.
KINDS = MappingProxyType(
    {
        "refused": Kind("the policy does not allow this URL, host, port or address, or the place a redirect names"),
        "redirect": Kind("too many redirects, or one from https to http"),
        "timeout": Kind("not done in time", stale_if_error=True),
        "network": Kind("no address, no connection, no trust, no HTTP, or cut off midway", stale_if_error=True),
        "unavailable": Kind("the server says that it cannot answer now: 5xx, 408, 429", stale_if_error=True),
        "gone": Kind("the server says that there is no such document: 404, 410"),
        "http-status": Kind("any other status without a document"),
        "too-large": Kind("more bytes than allowed, as sent or unpacked"),
        "encoding": Kind("a content coding that is unknown or damaged"),
    }
)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_STATUS_KINDS = MappingProxyType(dict.fromkeys((404, 410), "gone") | dict.fromkeys((408, 429, *range(500, 600)), "unavailable"))

#: What may be sent back as a validator or sent at all: one line of printable ASCII.
_FIELD = re.compile(r"[ -~]{1,1000}")


class Freshness(NamedTuple):
    """For how many seconds what was learnt holds.

    Profiles of devices on sale change seldom, and those of dead servers never again.
    """

    default: float = 86_400.0  #: a copy whose server says nothing
    longest: float = 30 * 86_400.0  #: a copy whose server says a year
    stale_if_error: float = 90 * 86_400.0  #: past its freshness, a copy whose server fails
    failure: float = 300.0  #: a failure; a server that was restarted is back by then
    gone: float = 86_400.0  #: a document that there is not


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What may be fetched, as whom, and at what cost; as it stands, nothing.

    Args:
        hosts: patterns of the hosts that may be asked (`*.example.com` is every host below `example.com`, not itself).
        schemes: of http and https.
        ports: that may be asked.
        refuses: why no connection may be made to an address and port, or None; unless given, everything but the public Internet.
        max_redirects: that are followed.
        user_agent: the name to ask under; some profile servers answer only what they know (T-36).
        accept: the media types asked for.
        limits: bytes and seconds of one fetch.
        freshness: how long what was learnt holds.

    Raises:
        UsageError: a header would not be one line of printable ASCII; `hosts` is one text, whose `*` would allow every host.
    """

    hosts: Collection[str] = ()
    schemes: frozenset[str] = frozenset(PORTS)
    ports: frozenset[int] = frozenset(PORTS.values())
    refuses: Callable[[Address, int], str | None] = refuse_special
    max_redirects: int = 5
    user_agent: str = f"ccpp/{__version__}"
    accept: str = "application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
    limits: Limits = field(default_factory=Limits)
    freshness: Freshness = field(default_factory=Freshness)

    def __post_init__(self) -> None:
        if isinstance(self.hosts, str):
            raise UsageError("the hosts are one text where several are due", hint="write a tuple of patterns")
        for name, value in (("user agent", self.user_agent), ("accept header", self.accept)):
            if not _FIELD.fullmatch(value):
                raise UsageError(f"the {name} `{value[:40]}` is not one line of printable ASCII")

    def admit(self, place: Place) -> None:
        """Refuse a place that may not be asked, whatever its address.

        Raises:
            FetchError: its scheme, host or port is not allowed (`refused`).
        """
        if place.scheme not in self.schemes:
            raise _refused(f"the scheme `{place.scheme}` is not allowed")
        if not any(fnmatchcase(place.host, pattern.lower()) for pattern in self.hosts):
            raise _refused(f"the host `{place.host}` is not allowed", "allow it if profiles may be fetched from there")
        if place.port not in self.ports:
            raise _refused(f"port {place.port} is not allowed")


def resolve_host(host: str) -> list[str]:
    """The addresses of a host as the system's resolver has them.

    Raises:
        OSError: there is no such host, or no answer.
    """
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


class Fetcher:
    """Fetches by URL what a policy allows; several threads may use one.

    Args:
        policy: what may be fetched.
        cache: where copies and failures are kept; the process's memory, unless given.
        clock: seconds since 1970, for what is kept.
        resolve: the addresses of a host.
        tls: makes the context of a https connection.
        extra: further header fields of each request, such as whose part it is.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        cache: Cache | None = None,
        *,
        clock: Callable[[], float] = time.time,
        resolve: Callable[[str], Sequence[str]] = resolve_host,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        extra: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._extra = extra
        self._policy = policy
        self._cache = MemoryCache() if cache is None else cache
        self._clock = clock
        self._resolve = resolve
        self._tls = tls

    def fetch(self, url: str) -> Fetched:
        """The document at a URL, from the cache while it is fresh, and a stale copy where its server fails.

        Raises:
            FetchError: it may not or cannot be fetched; `kind` is a row of `KINDS`.
            UsageError: the cache cannot be used.
        """
        try:
            place = parse_place(url)
            self._policy.admit(place)
            return self._through_cache(place)._replace(url=url)
        except FetchError as error:
            raise error.located(shown(url)) from None

    def _through_cache(self, place: Place) -> Fetched:
        now = self._clock()
        entry = self._cache.get(place.url) or Entry()
        if entry.copy and entry.copy.fetched_at <= now < entry.fresh_until:
            return entry.copy._replace(from_cache=True)
        if entry.failure and now < entry.failure.retry_at:
            kind, message, retry_at = entry.failure
            failure = FetchError(message, kind=kind, hint=f"remembered; asked again in {retry_at - now:.0f} seconds")
        else:
            try:
                return self._asked(place, entry.copy, now)
            except FetchError as error:
                failure = error
                entry = _after(failure, entry, now, self._policy.freshness)
                self._cache.put(place.url, entry)
        if entry.copy and now < entry.stale_until:
            return entry.copy._replace(stale=True, from_cache=True)
        raise failure

    def _asked(self, place: Place, copy: Fetched | None, now: float) -> Fetched:
        """The document as its server has it now, and kept."""
        final, answer = self._followed(place, copy)
        headers = answer.headers
        if copy and answer.status == _NOT_MODIFIED:
            etag, last_modified = _field(headers, "ETag") or copy.etag, _field(headers, "Last-Modified") or copy.last_modified
            fetched = copy._replace(etag=etag, last_modified=last_modified, fetched_at=now)
        else:
            fetched = Fetched(
                place.url,
                final.url,
                answer.status,
                answer.content,
                _field(headers, "ETag"),
                _field(headers, "Last-Modified"),
                now,
                media_type=headers.get_content_type() if "Content-Type" in headers else None,
            )
        fresh = freshness(headers, now, self._policy.freshness)
        if fresh is not None:
            self._cache.put(place.url, Entry(fetched, now + fresh, now + fresh + self._policy.freshness.stale_if_error))
        return fetched._replace(from_cache=answer.status == _NOT_MODIFIED)

    def _followed(self, place: Place, copy: Fetched | None) -> tuple[Place, Answer]:
        """The place at the end of the redirects, and its answer, which is a document or says that the copy is still it."""
        policy = self._policy
        deadline = Deadline(policy.limits.deadline)
        for _ in range(policy.max_redirects + 1):
            # A validator is good for the place that gave it.
            validators = _validators(copy) if copy and copy.final_url == place.url else {}
            headers = {"User-Agent": policy.user_agent, "Accept": policy.accept, **self._extra(), **validators}
            addresses = self._addresses(place, deadline)
            answer = ask(place, addresses, headers, limits=policy.limits, deadline=deadline, tls=self._tls)
            if answer.status in FOUND or (validators and answer.status == _NOT_MODIFIED):
                return place, answer
            if answer.status not in _REDIRECTS:
                kind = _STATUS_KINDS.get(answer.status, "http-status")
                raise FetchError(f"`{place.host}` answers with status {answer.status}", kind=kind)
            place = redirected(place, answer.headers.get("Location", ""))
            policy.admit(place)
        raise FetchError(f"more than {policy.max_redirects} redirects", kind="redirect")

    def _addresses(self, place: Place, deadline: Deadline) -> list[Address]:
        """The addresses of a place, each of them allowed: a host that has one of the inside and one of the outside is a trap."""
        literal = place.literal
        if literal:
            addresses = [literal]
        else:
            try:
                addresses = [ip_address(text) for text in _within(deadline, lambda: self._resolve(place.host))]
            except (OSError, ValueError):  # ValueError: of names that no resolver takes
                raise FetchError(f"the host `{place.host}` has no address", kind="network") from None
        for address in addresses:
            reason = self._policy.refuses(address, place.port)
            if reason:
                raise _refused(f"the host `{place.host}` is at {address}, which is {reason}")
        return addresses


def _within(deadline: Deadline, call: Callable[[], Sequence[str]]) -> Sequence[str]:
    """The result of a call that cannot be interrupted, awaited no longer than the deadline; it may go on behind."""
    future: Future[Sequence[str]] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:  # noqa: BLE001  raised where the result is awaited
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return future.result(deadline.left(float("inf")))
    except TimeoutError:
        if future.done():  # the call's own
            raise
        raise FetchError("the host was not resolved in time", kind="timeout") from None


def _after(failure: FetchError, entry: Entry, now: float, freshness: Freshness) -> Entry:
    """What is known of a URL after a failure."""
    span = freshness.gone if failure.kind == "gone" else freshness.failure
    kept = entry if KINDS[failure.kind].stale_if_error else Entry()
    return kept._replace(failure=Failure(failure.kind, failure.message, now + span))


def freshness(headers: Message, now: float, spans: Freshness) -> float | None:
    """The seconds for which an answer is fresh (RFC 9111 §4.2.1), within the policy's bounds; None if it may not be kept.

    `must-revalidate` keeps no older copy from standing in while the server fails: the exchange protocol has a warning for just that,
    and most servers send the word by default.
    """
    directives = _cache_control(headers)
    if "no-store" in directives:
        return None
    if "no-cache" in directives:
        return 0.0
    if "max-age" in directives:
        text = directives["max-age"]
        stated = float(text) if text.isascii() and text.isdecimal() else 0.0
    elif "Expires" in headers:
        stated = (_moment(headers["Expires"]) or 0.0) - (_moment(headers.get("Date", "")) or now)
    else:
        stated = spans.default
    return min(max(stated, 0.0), spans.longest)


def _cache_control(headers: Message) -> dict[str, str]:
    directives = (part.strip().partition("=") for field in headers.get_all("Cache-Control", []) for part in field.split(","))
    return {name.lower(): value.strip('"') for name, _, value in directives}


def _moment(text: str) -> float | None:
    """The seconds since 1970 that a date of HTTP says; None for `0`, `-1` and other non-dates, which mean long ago."""
    parts = parsedate_tz(text)
    try:
        return float(mktime_tz(parts)) if parts else None
    except (ValueError, OverflowError):
        return None


def _validators(copy: Fetched) -> dict[str, str]:
    """The headers that ask whether a copy is still the document (RFC 9110 §13.1)."""
    stated = {"If-None-Match": copy.etag, "If-Modified-Since": copy.last_modified}
    return {name: value for name, value in stated.items() if value}


def _field(headers: Message, name: str) -> str | None:
    """A header that may be sent back: without the line breaks that would smuggle another."""
    value = headers.get(name, "").strip()
    return value if _FIELD.fullmatch(value) else None


def _refused(message: str, hint: str | None = None) -> FetchError:
    return FetchError(message, kind="refused", hint=hint)

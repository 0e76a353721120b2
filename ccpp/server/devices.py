"""Which device a request is about: from a document, from headers, from the repository by URI or by User-Agent.

`Given` is everything that a request says of a device, and the key of what is remembered. What is known by content alone is remembered
until something else takes its place; what was looked up by a name is looked up again after `lifetime` seconds, so that an import into
the repository is noticed. Documents are looked up in a worker thread and read there or in a process apart, never on the event loop.

A profile is remembered as the bytes that it is made of again in a tenth of the time that its document takes to read. As objects, ten
thousand of them would be two million for the garbage collector to walk through, while no request is answered.
"""

from __future__ import annotations

import pickle
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ccpp.exchange.answering import Outcome, ProfileWarning, response_headers
from ccpp.exchange.decoding import read_exchange
from ccpp.intake.mapping import load_mapping
from ccpp.model import Kind, ResolvedProfile
from ccpp.server.memory import Memory
from ccpp.server.steps import call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccpp.exchange.model import Exchange, Field
    from ccpp.server.steps import Steps

#: Devices that are remembered. All profiles ever collected are some 3,000, diffs and Accept headers make several of one.
MAX_DEVICES = 10_000

#: The URI of a device of which nothing is known.
UNKNOWN = "urn:ccpp:unknown-device"

#: Bytes of a document from which on its digest stands for it in a key.
_LONG = 256

_ACCEPTING = ("accept", "accept-charset", "accept-encoding", "accept-language")


class Stored(NamedTuple):
    """A document found by a name: its bytes, the URI to read it against, and whether it is an old copy of one that cannot be had."""

    content: bytes
    base: str
    stale: bool = False


class ProfileStore(Protocol):
    """Where profiles are looked up; both may wait."""

    def by_uri(self, uri: str) -> Stored | None:
        """The document of a profile's URI."""

    def by_user_agent(self, agent: str) -> Stored | None:
        """The document of the device that a User-Agent names."""


class Given(NamedTuple):
    """What a request says of a device, the first that is there counting: a document, references, a User-Agent; then what is merged."""

    document: bytes | None = None
    uri: str = ""
    name: str = ""
    references: tuple[str | bytes, ...] = ()
    agent: str = ""
    headers: tuple[Field, ...] = ()
    diffs: tuple[bytes, ...] = ()
    overrides: tuple[bytes, ...] = ()
    normalise: bool = False
    derive: bool = True
    fold_defaults: bool = False
    strict: bool = False

    @property
    def key(self) -> Given:
        """The same in which a digest stands for each long document."""
        if self.document is None and not self.diffs and not self.overrides and all(type(one) is str for one in self.references):
            return self

        def brief(data: bytes) -> bytes:
            return data if len(data) < _LONG else sha256(data).digest()

        return self._replace(
            document=None if self.document is None else brief(self.document),
            references=tuple(brief(one) if isinstance(one, bytes) else one for one in self.references),
            diffs=tuple(map(brief, self.diffs)),
            overrides=tuple(map(brief, self.overrides)),
        )


class Document(NamedTuple):
    """A document that tells a device: its bytes, the URI to read it against, and what sort of statements it makes.

    One without content is a name that leads nowhere. One that is `optional` and cannot be read is as if it led nowhere.
    """

    uri: str
    content: bytes | None
    kind: Kind = Kind.EXPLICIT
    name: str = ""
    optional: bool = False


class Sources(NamedTuple):
    """The documents that tell a device, in order, how they were found, and whether one is an old copy."""

    documents: tuple[Document, ...]
    how: str
    stale: bool = False


class Device(NamedTuple):
    """What was found: whose profile, with which content, packed; how; references that lead nowhere; whether a copy is stale; when this holds."""

    uri: str
    digest: str
    packed: bytes
    how: str
    missing: tuple[str, ...] = ()
    stale: bool = False
    since: float = float("-inf")
    until: float = float("inf")

    @property
    def profile(self) -> ResolvedProfile:
        """The resolved profile, made anew: ask once."""
        found: ResolvedProfile = pickle.loads(self.packed)  # noqa: S301  bytes of this process's own making
        return found

    @property
    def known(self) -> bool:
        """Whether anything is known of it."""
        return self.uri != UNKNOWN

    def warnings(self) -> tuple[ProfileWarning, ...]:
        """What a response that rests on it says of the use of its profile."""
        if not self.known:
            return (
                ProfileWarning(Outcome.NOT_APPLIED),
                *(ProfileWarning(Outcome.PROFILE_NOT_USED, uri) for uri in self.missing),
            )
        stale = (ProfileWarning(Outcome.STALE_PROFILE, self.uri),) if self.stale else ()
        unused = (ProfileWarning(Outcome.PROFILE_NOT_USED, uri) for uri in self.missing)
        return (ProfileWarning(Outcome.SELECTION), *stale, *unused)


def given_by_headers(headers: Sequence[Field], exchange: Exchange | None = None) -> Given:
    """What the headers of a request say of its device.

    Raises:
        ExchangeError: there are too many header fields or references, or the fields are too large.
    """
    exchange = exchange or read_exchange(headers)
    hints = load_mapping("client-hints")
    references = tuple(one if isinstance(one, str) else one.document for one in exchange.references)
    agent = "" if references else next((value for name, value in headers if name.lower() == "user-agent"), "")
    told = tuple((name.lower(), value) for name, value in headers if name.lower() in hints or name.lower() in _ACCEPTING)
    return Given(references=references, agent=agent, headers=told)


def about_profile(exchange: Exchange, device: Device) -> tuple[Field, ...]:
    """The header fields of a response that rests on the device of the request: what was done with its profile, and what it varies by."""
    hints = (row.name for row in load_mapping("client-hints").values())
    varying = ", ".join(("User-Agent", *(name.title() for name in _ACCEPTING), *hints))
    return (*response_headers(exchange, device.warnings()), ("Vary", varying))


def packed(profile: ResolvedProfile, how: str, missing: tuple[str, ...] = (), *, stale: bool = False) -> Device:
    """A device as it is remembered."""
    return Device(profile.uri, profile.digest, pickle.dumps(profile, pickle.HIGHEST_PROTOCOL), how, missing, stale)


class Devices:
    """Devices by what requests say of them.

    Args:
        store: where profiles are looked up.
        compose: makes a device of its documents, and of what the request says beside them; it may take long.
        lifetime: seconds after which a name is looked up again.
    """

    def __init__(self, store: ProfileStore, compose: Callable[[Given, Sources], Device], *, lifetime: float = 10.0) -> None:
        self._store = store
        self._compose = compose
        self._lifetime = lifetime
        self._known: Memory[Given, Device] = Memory(MAX_DEVICES)

    def find(self, given: Given, now: float) -> Steps[Device]:
        """The device of a request; a step only where it is not known or has to be looked up again.

        Raises:
            ProfileError: a document that came with the request cannot be read.
        """
        key = given.key
        found = self._known.get(key)
        if found is None or not found.since <= now <= found.until:
            device = yield from call(self._read, given)
            named = bool(given.agent) or any(isinstance(one, str) for one in given.references)
            found = self._known.put(key, device._replace(since=now, until=now + self._lifetime) if named else device)
        return found

    def _read(self, given: Given) -> Device:
        """The device, from its documents."""
        return self._compose(given, self._sources(given))

    def _sources(self, given: Given) -> Sources:
        """The documents that tell the device, looked up where they are named."""
        if given.document is not None:
            return Sources((Document(given.uri or "urn:ccpp:document", given.document, name=given.name),), "document")
        found: list[Document] = []
        diffs, read, stale = 0, False, False
        for reference in given.references:
            if isinstance(reference, bytes):
                diffs += 1
                found.append(Document(f"urn:ccpp:profile-diff:{diffs}", reference, Kind.DIFF, optional=True))
                continue
            stored = self._store.by_uri(reference)
            if stored is None:
                found.append(Document(reference, None))
            else:
                read, stale = True, stale or stored.stale
                found.append(Document(stored.base, stored.content))
        if read:
            return Sources(tuple(found), "reference", stale)
        stored = self._store.by_user_agent(given.agent) if given.agent else None
        if stored is not None:
            return Sources((Document(stored.base, stored.content), *found), "user-agent", stale)
        return Sources(tuple(found), "unknown", stale)

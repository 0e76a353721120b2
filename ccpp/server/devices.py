"""Which device a request is about: from a document, from headers, from the repository by URI or by User-Agent.

`Given` is everything that a request says of a device, and the key of what is remembered. What is known by content alone is remembered
until something else takes its place; what was looked up by a name is looked up again after `lifetime` seconds, so that an import into
the repository is noticed. Documents are read in a worker thread, never on the event loop.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ccpp.errors import ProfileError
from ccpp.exchange.answering import Outcome, ProfileWarning, response_headers
from ccpp.exchange.decoding import read_exchange
from ccpp.intake.accept import Precedence, read_accept
from ccpp.intake.client_hints import read_client_hints
from ccpp.intake.mapping import load_mapping
from ccpp.model import Kind, ResolvedProfile
from ccpp.overlays import corrections
from ccpp.reading import read_profile
from ccpp.resolution import digest, resolve
from ccpp.server.memory import Memory
from ccpp.server.steps import call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccpp.exchange.model import Exchange, Field
    from ccpp.model import Profile
    from ccpp.overlays import Overlay
    from ccpp.server.steps import Steps
    from ccpp.vocabulary import Vocabularies

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


class Device(NamedTuple):
    """What was found: the resolved profile, how, references that lead nowhere, whether a copy is stale, and from when to when this holds."""

    profile: ResolvedProfile
    how: str
    missing: tuple[str, ...] = ()
    stale: bool = False
    since: float = float("-inf")
    until: float = float("inf")

    @property
    def known(self) -> bool:
        """Whether anything is known of it."""
        return self.profile.uri != UNKNOWN

    def warnings(self) -> tuple[ProfileWarning, ...]:
        """What a response that rests on it says of the use of its profile."""
        if not self.known:
            return (
                ProfileWarning(Outcome.NOT_APPLIED),
                *(ProfileWarning(Outcome.PROFILE_NOT_USED, uri) for uri in self.missing),
            )
        stale = (ProfileWarning(Outcome.STALE_PROFILE, self.profile.uri),) if self.stale else ()
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


class Devices:
    """Devices by what requests say of them.

    Args:
        vocabularies: what attributes mean.
        store: where profiles are looked up.
        derive: adds the attributes that follow from stated ones.
        normalise: reads the spellings of one thing as one.
        overlays: the operator's corrections.
        precedence: who wins where the request's Accept headers and the profile differ.
        lifetime: seconds after which a name is looked up again.
    """

    def __init__(
        self,
        vocabularies: Vocabularies,
        store: ProfileStore,
        *,
        derive: Callable[[ResolvedProfile], ResolvedProfile],
        normalise: Callable[[ResolvedProfile], ResolvedProfile],
        overlays: tuple[Overlay, ...] = (),
        precedence: Precedence = Precedence.UNION,
        lifetime: float = 10.0,
    ) -> None:
        self._vocabularies = vocabularies
        self._store = store
        self._derive, self._normalise = derive, normalise
        self._overlays = overlays
        self._precedence = precedence
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
        documents, how, missing, stale = self._documents(given)
        hints = read_client_hints(given.headers, vocabularies=self._vocabularies, kind=Kind.DIFF)
        accepted = read_accept(given.headers, vocabularies=self._vocabularies, precedence=self._precedence)
        how = "client-hints" if how == "unknown" and hints is not None and hints.stated else how
        documents += [part for part in (hints, accepted) if part is not None]
        for kind, extra in ((Kind.DIFF, given.diffs), (Kind.OVERRIDE, given.overrides)):
            for number, content in enumerate(extra, 1):
                documents.append(self._profile(content, f"urn:ccpp:{kind.value}:{number}", given, kind))
        if not documents:
            return Device(ResolvedProfile(UNKNOWN, {}, (), digest({})), how, missing, stale)
        resolved = resolve(documents, fold_defaults=given.fold_defaults, strict=given.strict)
        if self._overlays:
            documents += corrections(self._overlays, resolved)
            resolved = resolve(documents, fold_defaults=given.fold_defaults, strict=given.strict)
        if how == "unknown":
            resolved = resolved._replace(uri=UNKNOWN)
        resolved = self._normalise(resolved) if given.normalise else resolved
        return Device(self._derive(resolved) if given.derive else resolved, how, missing, stale)

    def _documents(self, given: Given) -> tuple[list[Profile], str, tuple[str, ...], bool]:
        """The documents that tell the device, how they were found, what leads nowhere, and whether one is stale."""
        if given.document is not None:
            return (
                [self._profile(given.document, given.uri or "urn:ccpp:document", given, name=given.name)],
                "document",
                (),
                False,
            )
        found: list[Profile] = []
        missing: list[str] = []
        diffs, read, stale = 0, False, False
        for reference in given.references:
            if isinstance(reference, bytes):
                diffs += 1
                diff = self._diff(reference, f"urn:ccpp:profile-diff:{diffs}", given)
                found += [diff] if diff else []
                missing += [] if diff else [f"profile-diff:{diffs}"]
                continue
            stored = self._store.by_uri(reference)
            if stored is None:
                missing.append(reference)
            else:
                read, stale = True, stale or stored.stale
                found.append(self._profile(stored.content, stored.base, given))
        if read:
            return found, "reference", tuple(missing), stale
        stored = self._store.by_user_agent(given.agent) if given.agent else None
        if stored is not None:
            return [self._profile(stored.content, stored.base, given), *found], "user-agent", tuple(missing), stale
        return found, "unknown", tuple(missing), stale

    def _diff(self, content: bytes, uri: str, given: Given) -> Profile | None:
        """A diff that a device sent; `None` where it cannot be read, which is no reason to give the device nothing."""
        try:
            return self._profile(content, uri, given, Kind.DIFF)
        except ProfileError:
            return None

    def _profile(self, content: bytes, uri: str, given: Given, kind: Kind = Kind.EXPLICIT, *, name: str = "") -> Profile:
        return read_profile(
            content, uri=uri, vocabularies=self._vocabularies, document=name or None, kind=kind, strict=given.strict
        )

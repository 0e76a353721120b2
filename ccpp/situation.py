"""For whom and when something is decided: the device, the subscriber, the time, and what the operator says of all of them.

Everything a decision rests on besides the verdicts of requirements is here, as an argument: nothing reads a clock or a random number. Who
is in a rollout follows from a hash of a name, so that it is the same on every server and on every day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.model import AttributeName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.catalogue.model import (
        Catalogue,
        DeviceException,
        OperatorSettings,
        Preference,
        Refusal,
        Rollout,
        Setting,
    )
    from ccpp.model import ResolvedProfile

LANGUAGES = AttributeName("SoftwarePlatform", "CcppAccept-Language")
VENDOR, MODEL = AttributeName("HardwarePlatform", "Vendor"), AttributeName("HardwarePlatform", "Model")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What is known of a subscriber: who it is, what they prefer and refuse, and settings of their own, by application.

    `languages` stand in their order. `accepts` are media ranges with weights from 0 to 1; where any is stated, what none of them covers is
    not accepted. No print shows the settings: which of them are secret, only an application knows. `drafts` are for those who try what is not live yet. `budget` is the bytes they will have downloaded for an application.
    """

    id: str | None = None
    languages: tuple[str, ...] = ()
    accepts: tuple[tuple[str, float], ...] = ()
    preferences: tuple[Preference, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    settings: Mapping[str, tuple[Setting, ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    drafts: bool = False
    budget: int | None = None


NOBODY = Subscriber()


@dataclass(frozen=True, slots=True)
class Situation:
    """A device, a subscriber and a time under a catalogue; without a time, whatever has a period is within it.

    `languages` are those that are preferred, in order.
    """

    profile: ResolvedProfile | None = None
    subscriber: Subscriber = NOBODY
    at: datetime | None = None
    preferences: tuple[Preference, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    operator: tuple[OperatorSettings, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """What lists of subscribers and devices may call this one."""
        return frozenset(name for name in (self.subscriber.id, self.profile and self.profile.uri) if name)


#: Any device, anybody, at any time.
ANY = Situation()


def situation_of(
    catalogue: Catalogue, profile: ResolvedProfile | None, subscriber: Subscriber | None = None, at: datetime | None = None
) -> Situation:
    """The situation of a device and a subscriber under a catalogue, at a time; one that does not say where is in UTC."""
    return Situation(
        profile,
        subscriber or NOBODY,
        at and _in_zone(at),
        (*catalogue.preferences, *(subscriber or NOBODY).preferences),
        (*catalogue.refusals, *(subscriber or NOBODY).refusals),
        catalogue.operator,
        _languages(profile, subscriber or NOBODY),
    )


def turning_points(catalogue: Catalogue, at: datetime | None) -> tuple[datetime, ...] | None:
    """The beginnings and ends of a catalogue's periods that have come by a time: where they are the same, so are all decisions."""
    if at is None:
        return None
    applications = catalogue.applications.values()
    supplies = [one.supply for one in applications] + [
        one.supply for application in applications for one in application.variants
    ]
    moments = {one.until for supply in supplies for one in supply.exceptions}
    moments |= {moment for one in supplies if one.rollout for moment in (one.rollout.start, one.rollout.until)}
    return tuple(sorted(one for one in moments if one is not None and one <= _in_zone(at)))


def _in_zone(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _languages(profile: ResolvedProfile | None, subscriber: Subscriber) -> tuple[str, ...]:
    """The subscriber's languages; where they state none, those that the device asks for, the user's first choice first (UAProf)."""
    if subscriber.languages or profile is None:
        return subscriber.languages
    return tuple(value for value in profile.values(LANGUAGES) or () if isinstance(value, str))


def exception_for(exceptions: Iterable[DeviceException], situation: Situation) -> DeviceException | None:
    """The exception that counts for a device: one that excludes it before one that includes it."""
    found = [one for one in exceptions if _concerns(one, situation)]
    return min(found, key=lambda one: one.included, default=None)


def _concerns(exception: DeviceException, situation: Situation) -> bool:
    if situation.profile is None or (exception.until and situation.at and situation.at >= exception.until):
        return False
    stated = ((VENDOR, exception.vendor), (MODEL, exception.model))
    return all(glob is None or _states(situation.profile, name, glob) for name, glob in stated)


def _states(profile: ResolvedProfile, name: AttributeName, glob: str) -> bool:
    return any(fnmatchcase(str(value).casefold(), glob.casefold()) for value in profile.values(name) or ())


def kept_out(rollout: Rollout, owner: str, situation: Situation) -> str | None:
    """Why a rollout does not reach somebody, or nothing: the period first, then the lists, then the share."""
    at = situation.at
    if at and rollout.start and at < rollout.start:
        return f"not before {rollout.start:%Y-%m-%d %H:%M} UTC"
    if at and rollout.until and at >= rollout.until:
        return f"ended {rollout.until:%Y-%m-%d %H:%M} UTC"
    if rollout.deny & situation.names:
        return "on its list of those who do not get it"
    if rollout.allow & situation.names or place(rollout.salt or owner, situation) < rollout.share:
        return None
    return f"only for {rollout.share:.4%} so far".replace(".0000%", "%")


def place(salt: str, situation: Situation) -> float:
    """Where somebody stands in a rollout, from 0 to below 1: the same for ever, and independent of every other salt.

    A subscriber stands by their name, else a model of device by its profile; who has neither stands at the end.
    """
    name = situation.subscriber.id or (situation.profile and situation.profile.uri)
    if not name:
        return 1.0 - 2**-53
    return (int.from_bytes(sha256(f"{salt}\0{name}".encode(errors="surrogatepass")).digest()[:8], "big") >> 11) / 2**53

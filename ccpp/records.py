"""Decisions on record: what was decided for which device under which catalogue, a line of JSON each, without secrets.

A record names the profile and the catalogue by their digests and says what came out; it holds no setting's value, because some are
secret, only a digest of the configuration. So it can be kept, and decided again under another catalogue.
"""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.decision import decide_all
from ccpp.errors import UsageError
from ccpp.impact import values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ccpp.catalogue.model import Catalogue
    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile
    from ccpp.situation import Subscriber

#: Characters of one record: an application has a hundred variants at most, each with its reason.
MAX_RECORD = 1_048_576


class Record(NamedTuple):
    """One decision: digests of what it was made with, the chosen variant, and each variant's verdict and cause.

    `configuration` is the digest of the settings in force and the parts that go along. `at` is the time it was made for, so that it is made
    for the same time again.
    """

    profile: str
    digest: str
    catalogue: str
    application: str
    chosen: str | None
    variants: Mapping[str, tuple[str, str]]
    configuration: str | None
    at: str | None = None

    @property
    def outcome(self) -> tuple[str | None, str | None]:
        """What the device got."""
        return self.chosen, self.configuration


def records_of(
    profile: ResolvedProfile, catalogue: Catalogue, *, closed_world: bool = False, at: datetime | None = None
) -> Iterator[Record]:
    """The decision of each application of a catalogue for a device, on record."""
    for application, decision in decide_all(profile, catalogue, closed_world=closed_world, at=at).items():
        yield record_of(profile, catalogue, application, decision, at)


def record_of(
    profile: ResolvedProfile, catalogue: Catalogue, application: str, decision: Decision, at: datetime | None = None
) -> Record:
    """One decision on record."""
    chosen = decision.selection.chosen
    settled = {key: repr(value) for key, value in sorted(values(decision).items())}
    parts = [part.id for part in decision.selection.delivery.parts]
    content = json.dumps([settled, parts] if parts else settled)
    return Record(
        profile.uri,
        profile.digest,
        catalogue.digest,
        application,
        chosen.id if chosen else None,
        {one.variant.id: (one.verdict.value, one.cause.value) for one in decision.selection.reasons},
        "sha256:" + sha256(content.encode()).hexdigest() if chosen else None,
        at.isoformat() if at else None,
    )


def write_records(records: Iterable[Record]) -> bytes:
    """Records as NDJSON."""
    return b"".join(
        json.dumps(record._asdict(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for record in records
    )


def read_records(lines: Iterable[bytes], *, source: str) -> Iterator[Record]:
    """Records from NDJSON, line by line.

    Raises:
        UsageError: a line is no record; the error names it.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            record = _read(line) if len(line) <= MAX_RECORD else None
            if record is None:
                raise UsageError(
                    "no decision record", source=source, line=number, hint="`ccpp match --records FILE` writes them"
                )
            yield record


def _read(line: bytes) -> Record | None:
    try:
        stated: Any = json.loads(line)
        texts = (stated["profile"], stated["digest"], stated["catalogue"], stated["application"])
        optional = (stated["chosen"], stated["configuration"], stated.get("at"))
        datetime.fromisoformat(optional[2] or "2026-12-01")
        variants = {str(name): (str(verdict), str(cause)) for name, (verdict, cause) in stated["variants"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not all(isinstance(text, str) for text in texts) or not all(one is None or isinstance(one, str) for one in optional):
        return None
    profile, digest, catalogue, application = texts
    return Record(profile, digest, catalogue, application, optional[0], variants, optional[1], optional[2])


class Replayed(NamedTuple):
    """A record and what would be decided now; `after` is `None` where the profile or the application is not there any more."""

    before: Record
    after: Record | None
    why: str


def replay(
    records: Iterable[Record],
    profiles: Mapping[str, ResolvedProfile],
    catalogue: Catalogue,
    *,
    closed_world: bool = False,
    subscriber: Subscriber | None = None,
    at: datetime | None = None,
) -> Iterator[Replayed]:
    """Each record decided again under a catalogue; `profiles` are found by their digest.

    It is decided for the record's own time, unless there is another one; for nobody, if no subscriber is given: a record names none.
    """
    decided: dict[tuple[str, str | None], dict[str, Decision]] = {}
    for record in records:
        profile = profiles.get(record.digest)
        if profile is None:
            yield Replayed(record, None, "no profile of that digest")
            continue
        key = record.digest, record.at
        when = at or (datetime.fromisoformat(record.at) if record.at else None)
        if key not in decided:
            decided[key] = decide_all(profile, catalogue, closed_world=closed_world, subscriber=subscriber, at=when)
        decision = decided[key].get(record.application)
        if decision is None:
            yield Replayed(record, None, "no application of that name")
            continue
        after = record_of(profile, catalogue, record.application, decision, when)
        reasons = {one.variant.id: one.text for one in decision.selection.reasons}
        yield Replayed(record, after, reasons.get(record.chosen or after.chosen or "", "the variant is gone"))

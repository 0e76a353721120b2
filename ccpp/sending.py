"""What would be sent to a device, in which order, and how it differs from what was sent last; the latter is a record, a line of JSON each.

A record holds what can be compared and nothing that is secret: digests of documents, the settings in words, `…` for a secret. The digest of a
document that carries a secret is left out, because a short secret can be guessed from it; then it cannot be told whether it changed.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ccpp.errors import UsageError
from ccpp.model import Secret
from ccpp.plain import plain_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.decision import Decision

#: Characters of one record: a configuration of some hundred settings.
MAX_SENT = 1_048_576


class Content(Protocol):
    """A document that is sent: its name and its bytes."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def content(self) -> bytes:
        """What is sent."""


class Sent(NamedTuple):
    """What a device was sent of one application, or would be: the variant, the digest of each document by its name, the settings in words."""

    device: str
    application: str
    variant: str
    documents: Mapping[str, str | None]
    settings: Mapping[str, str]


def sent_of(device: str, decision: Decision, documents: Iterable[Content]) -> Sent:
    """A decision that chose a variant, as it is sent by these documents."""
    variant = decision.selection.chosen
    secret = any(isinstance(one.value, Secret) for one in decision.configuration.values())
    digests = {one.name: None if secret else f"sha256:{sha256(one.content).hexdigest()}" for one in documents}
    settings = {
        key: str(one.value) if isinstance(one.value, Secret) else json.dumps(plain_value(one.value), ensure_ascii=False)
        for key, one in decision.configuration.items()
    }
    return Sent(device, decision.selection.application.id, variant.id if variant else "", digests, settings)


def changes(now: Sent, last: Sent | None) -> tuple[str, ...]:
    """How something differs from what was sent last, in words; nothing where it does not."""
    if last is None:
        return ("not sent before",)
    said = [f"variant `{last.variant}` → `{now.variant}`"] if now.variant != last.variant else []
    for key in dict.fromkeys((*last.settings, *now.settings)):
        before, after = (one.settings.get(key, "not set") for one in (last, now))
        if before != after:
            said.append(f"setting `{key}`: {before} → {after}")
    said += [f"document `{name}` is new" for name in now.documents if name not in last.documents]
    said += [f"document `{name}` is not sent any more" for name in last.documents if name not in now.documents]
    if not said:
        said += [f"document `{name}` changed" for name, digest in now.documents.items() if digest != last.documents[name]]
    return tuple(said)


def read_sent(lines: Iterable[bytes], *, source: str) -> dict[tuple[str, str], Sent]:
    """What was sent last, by device and application; of two records of one the later counts.

    Raises:
        UsageError: a line is no record; the error names it.
    """
    found: dict[tuple[str, str], Sent] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            sent = _read(line) if len(line) <= MAX_SENT else None
            if sent is None:
                hint = "`ccpp provision --sent FILE` writes them"
                raise UsageError("no record of what was sent", source=source, line=number, hint=hint)
            found[sent.device, sent.application] = sent
    return found


def _read(line: bytes) -> Sent | None:
    try:
        stated: Any = json.loads(line)
        sent = Sent(*(stated[name] for name in Sent._fields))
        texts = [*sent[:3], *sent.documents, *sent.settings, *sent.settings.values()]
        digests = [one for one in sent.documents.values() if one is not None]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return sent if all(isinstance(one, str) for one in (*texts, *digests)) else None


def write_sent(records: Sequence[Sent]) -> bytes:
    """Records as NDJSON."""
    return b"".join(json.dumps(one._asdict(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for one in records)

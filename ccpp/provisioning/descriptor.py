"""The descriptor of a chosen variant as JSON: what to download, how to configure it, and what the decision rested on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccpp.errors import UsageError
from ccpp.plain import plain_value

if TYPE_CHECKING:
    from ccpp.decision import Decision


@dataclass(frozen=True, slots=True)
class Document:
    """Something to send: its name, its media type and its bytes."""

    name: str
    media_type: str
    content: bytes


def json_descriptor(decision: Decision) -> Document:
    """The decision as `application/json`.

    Raises:
        UsageError: no variant was chosen, so there is nothing to describe.
    """
    variant = decision.selection.chosen
    if variant is None:
        raise UsageError(f"no variant of `{decision.selection.application.id}` fits this device")
    artefact = {"uri": variant.artefact.uri, "mediaType": variant.artefact.media_type, "size": variant.artefact.size}
    descriptor = {
        "application": decision.selection.application.id,
        "variant": variant.id,
        "label": variant.label,
        "artefact": {key: value for key, value in artefact.items() if value is not None},
        "configuration": {key: plain_value(setting.value) for key, setting in decision.configuration.items()},
    }
    content = json.dumps(descriptor, indent=2, ensure_ascii=False).encode() + b"\n"
    return Document(f"{variant.id}.json", "application/json", content)

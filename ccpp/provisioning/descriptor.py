"""The descriptor of a chosen variant as JSON: what to download, how to configure it, and what the decision rested on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ccpp.errors import UsageError
from ccpp.model import Dimension, Scalar

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
        "configuration": {key: plain(setting.value) for key, setting in decision.configuration.items()},
    }
    content = json.dumps(descriptor, indent=2, ensure_ascii=False).encode() + b"\n"
    return Document(f"{variant.id}.json", "application/json", content)


def plain(value: Scalar | tuple[Scalar, ...]) -> Any:  # noqa: ANN401  JSON
    """A value as JSON writes it: texts, numbers and Booleans as such, dimensions and rationals as text, containers as lists."""
    if isinstance(value, Dimension):
        return str(value)
    if isinstance(value, tuple):
        return [plain(member) for member in value]
    return value if isinstance(value, str | int) else str(value)

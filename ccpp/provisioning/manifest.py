"""The descriptor of a chosen variant as JSON, for clients of today: what to download, how to configure it, where to report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ccpp.model import Secret
from ccpp.plain import plain_value
from ccpp.provisioning.delivery import NOTHING, Document, described, size_of

if TYPE_CHECKING:
    from ccpp.catalogue.model import Artefact, SettingValue
    from ccpp.decision import Decision
    from ccpp.provisioning.delivery import Delivery

MEDIA_TYPE = "application/json"


def make_manifest(decision: Decision, delivery: Delivery = NOTHING) -> Document:
    """The decision as `application/json`; what is not stated is not in it.

    Raises:
        UsageError: no variant was chosen, so there is nothing to describe.
    """
    one = described(decision)
    manifest = {
        "application": one.application.id,
        "variant": one.variant.id,
        "label": one.variant.label,
        "version": one.version,
        "vendor": one.own.get("vendor"),
        "artefact": _artefact(one.variant.artefact, size_of(one, delivery)),
        "parts": [{"part": part.id, "language": part.language, **_artefact(part.artefact)} for part in one.variant.parts]
        or None,
        "configuration": {key: _delivered(value) for key, value in one.settings.items()},
        "reportTo": delivery.report_to,
    }
    content = json.dumps(_stated(manifest), indent=2, ensure_ascii=False).encode() + b"\n"
    return Document(f"{one.variant.id}.json", MEDIA_TYPE, content)


def _artefact(artefact: Artefact, size: int | None = None) -> dict[str, Any]:
    return _stated(
        {
            "uri": artefact.uri,
            "mediaType": artefact.media_type,
            "size": artefact.size if size is None else size,
            "digest": artefact.digest,
        }
    )


def _stated(form: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in form.items() if value is not None}


def _delivered(value: SettingValue) -> Any:  # noqa: ANN401  JSON
    """A secret is delivered as what it is: the application cannot use what stands in its place elsewhere."""
    return value.value if isinstance(value, Secret) else plain_value(value)

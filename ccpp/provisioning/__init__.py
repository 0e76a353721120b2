"""What is sent to a device: documents made of a decision. One row a kind of document."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.plain import plain_configuration, plain_selection
from ccpp.provisioning.descriptor import json_descriptor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile
    from ccpp.plain import Plain
    from ccpp.provisioning.descriptor import Document

#: Document kind → what makes it of a decision that chose a variant.
DOCUMENTS: Mapping[str, Callable[[Decision], Document]] = MappingProxyType({"descriptor": json_descriptor})


def make_documents(decision: Decision) -> list[Document]:
    """Every document of a decision; none where no variant was chosen."""
    return [make(decision) for make in DOCUMENTS.values()] if decision.selection.chosen else []


def plain_provision(profile: ResolvedProfile, decision: Decision) -> Plain:
    """A decision with its configuration and documents, as plain data."""
    return {
        "profile": profile.uri,
        "application": decision.selection.application.id,
        **plain_selection(decision.selection),
        "configuration": plain_configuration(decision.configuration),
        "documents": [
            {"name": one.name, "mediaType": one.media_type, "content": one.content.decode()} for one in make_documents(decision)
        ],
    }

"""What is sent to a device: documents made of a decision. One row a kind of document."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.provisioning.descriptor import json_descriptor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccpp.decision import Decision
    from ccpp.provisioning.descriptor import Document

#: Document kind → what makes it of a decision that chose a variant.
DOCUMENTS: Mapping[str, Callable[[Decision], Document]] = MappingProxyType({"descriptor": json_descriptor})

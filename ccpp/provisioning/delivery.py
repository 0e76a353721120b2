"""What descriptors of applications are made of: a decision, and what the operator adds to it; what every descriptor says of both."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.datatypes import lexical
from ccpp.errors import UsageError
from ccpp.model import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Application, SettingValue, Variant
    from ccpp.decision import Decision
    from ccpp.provisioning.jar import Archive
    from ccpp.provisioning.signing import Signer

#: Media types of Java archives.
JAVA_ARCHIVES = frozenset({"application/java-archive", "application/x-java-archive", "application/java"})


@dataclass(frozen=True, slots=True)
class Document:
    """Something to send: its name, its media type and its bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an operator adds: where the terminal reports to, the archive itself, and who signs it.

    `platforms` are those of the device, such as `MIDP/2.0`, where it states them: a descriptor that it would refuse is not made.
    """

    report_to: str | None = None
    archive: Archive | None = None
    signer: Signer | None = None
    platforms: frozenset[str] | None = None


NOTHING = Delivery()


class Described(NamedTuple):
    """What is described: the chosen variant of an application, and its settings; those of a descriptor's own are apart."""

    application: Application
    variant: Variant
    settings: Mapping[str, SettingValue]
    own: Mapping[str, str]

    @property
    def version(self) -> str | None:
        """The version of what is delivered."""
        return self.variant.supply.version or self.application.supply.version


#: Settings that are about the descriptor and not for the application: their keys begin so.
OWN = "descriptor/"


def described(decision: Decision) -> Described:
    """What a decision gives a device.

    Raises:
        UsageError: no variant was chosen, so there is nothing to describe.
    """
    variant = decision.selection.chosen
    if variant is None:
        raise UsageError(f"no variant of `{decision.selection.application.id}` fits this device")
    values = {key: one.value for key, one in decision.configuration.items()}
    own = {key.removeprefix(OWN): text_of_value(value) for key, value in values.items() if key.startswith(OWN)}
    settings = {key: value for key, value in values.items() if not key.startswith(OWN)}
    return Described(decision.selection.application, variant, MappingProxyType(settings), MappingProxyType(own))


def text_of_value(value: SettingValue) -> str:
    """A setting as the application gets it, in one text; a secret is delivered as what it is."""
    if isinstance(value, Secret):
        return value.value
    if type(value) is tuple:
        return ",".join(lexical(member) for member in value)
    return lexical(value)  # type: ignore[arg-type]  # a Dimension is one value


def size_of(one: Described, delivery: Delivery) -> int | None:
    """Bytes of the artefact: of the archive at hand, else as the catalogue says."""
    return delivery.archive.size if delivery.archive else one.variant.artefact.size

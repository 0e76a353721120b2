"""What a device is told of an application before it downloads it: a descriptor of `ccpp.provisioning`, with the addresses of this install.

Which form it is: one that the request names, else the one that the device's profile asks for; programs get JSON, with every link.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ccpp.errors import DescriptorError
from ccpp.model import Secret
from ccpp.plain import plain_value
from ccpp.provisioning import DOCUMENTS, USUAL, descriptor_choice
from ccpp.provisioning.choosing import format_rules
from ccpp.provisioning.delivery import JAVA_ARCHIVES, Delivery
from ccpp.provisioning.jar import MAX_ARCHIVE, read_archive
from ccpp.server.live import to_json
from ccpp.server.message import JSON
from ccpp.server.negotiation import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Variant
    from ccpp.decision import Decision
    from ccpp.provisioning.jar import Archive
    from ccpp.provisioning.signing import Signer
    from ccpp.server.artefacts import Found
    from ccpp.server.devices import Device
    from ccpp.vocabulary import Vocabularies

#: The form of programs; the others are known by their media types.
PROGRAM = USUAL


@dataclass(frozen=True, slots=True)
class Offer:
    """A decision that chose a variant, what is known of the artefact's file, and the addresses of the install."""

    decision: Decision
    variant: Variant
    found: Found | None
    install: str
    artefact: str
    notify: str
    links: Mapping[str, str]
    version: str
    trusted: bool
    signer: Signer | None = None

    @property
    def told(self) -> Decision:
        """The decision as the device is told it: the artefact at our address, and secrets only where it is known whose device it is."""
        stated = self.variant.artefact
        artefact = replace(
            stated,
            uri=self.artefact,
            size=self.found.size if self.found else stated.size,
            digest="sha256:" + self.found.digest.hex() if self.found else stated.digest,
        )
        settings = {
            key: one for key, one in self.decision.configuration.items() if self.trusted or not isinstance(one.value, Secret)
        }
        supply = replace(self.variant.supply, version=self.version)
        selection = replace(self.decision.selection, chosen=replace(self.variant, artefact=artefact, supply=supply))
        return replace(self.decision, selection=selection, configuration=MappingProxyType(settings))


def form_for(accept: str, device: Device, decision: Decision, vocabularies: Vocabularies) -> str:
    """The form of a descriptor for a device, by its name in `ccpp.provisioning.DOCUMENTS`."""
    variant = decision.selection.chosen
    media_type = variant.artefact.media_type if variant else ""
    able = {form.media_type: name for name, form in DOCUMENTS.items() if form.artefacts is None or media_type in form.artefacts}
    wanted = named(accept, tuple(able))
    if wanted is not None:
        return able[wanted]
    if not device.known:
        return "jad" if media_type in JAVA_ARCHIVES else PROGRAM
    return descriptor_choice(decision, device.profile, format_rules(vocabularies))[-1].form


def write_descriptor(offer: Offer, form: str) -> tuple[str, bytes]:
    """The media type and the bytes of a descriptor.

    Raises:
        DescriptorError: something that the form needs is not known.
    """
    if form == PROGRAM:
        return JSON, to_json(_program(offer))
    archive = _archive(offer)
    signer = offer.signer if archive else None
    document = DOCUMENTS[form].make(offer.told, Delivery(report_to=offer.notify, archive=archive, signer=signer))
    return document.media_type, document.content


def _archive(offer: Offer) -> Archive | None:
    """The Java archive at hand, whose manifest the descriptor has to agree with; none where the file is no such archive."""
    found = offer.found
    if found is None or offer.variant.artefact.media_type not in JAVA_ARCHIVES or found.size > MAX_ARCHIVE:
        return None
    try:
        return read_archive(found.path.read_bytes())
    except (DescriptorError, OSError):
        return None


def settings_of(decision: Decision) -> dict[str, Any]:
    """The settings as the application gets them; a secret as what it is."""
    values = {key: one.value for key, one in decision.configuration.items()}
    return {key: value.value if isinstance(value, Secret) else plain_value(value) for key, value in values.items()}


def _program(offer: Offer) -> dict[str, Any]:
    told = offer.told
    variant = told.selection.chosen or offer.variant
    artefact = {
        "uri": variant.artefact.uri,
        "mediaType": variant.artefact.media_type,
        "size": variant.artefact.size,
        "digest": variant.artefact.digest,
    }
    return {
        "install": offer.install,
        "application": told.selection.application.id,
        "variant": variant.id,
        "label": variant.label,
        "version": offer.version,
        "artefact": {key: value for key, value in artefact.items() if value is not None},
        "configuration": settings_of(told),
        "links": dict(offer.links),
    }

"""What is sent to a device: descriptors made of a decision, one row a form, and settings of the terminal (`formats`)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.model import Secret
from ccpp.plain import plain_configuration, plain_selection
from ccpp.provisioning import download, jad, jnlp, manifest
from ccpp.provisioning.choosing import choose_form
from ccpp.provisioning.delivery import JAVA_ARCHIVES, NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile
    from ccpp.plain import Plain
    from ccpp.provisioning.choosing import Choice
    from ccpp.provisioning.delivery import Delivery, Document
    from ccpp.requirements.graph import RequirementGraph


@dataclass(frozen=True, slots=True)
class DescriptorForm:
    """A form of descriptor: its media type, what makes it of a decision that chose a variant, and the artefacts it can describe."""

    title: str
    media_type: str
    make: Callable[[Decision, Delivery], Document]
    artefacts: frozenset[str] | None = None


#: In the order in which a device's profile is held against their rules; the manifest is for every device.
DOCUMENTS: Mapping[str, DescriptorForm] = MappingProxyType(
    {
        "jad": DescriptorForm("MIDP application descriptor", jad.MEDIA_TYPE, jad.make_jad, JAVA_ARCHIVES),
        "jnlp": DescriptorForm("Java Web Start launch file", jnlp.MEDIA_TYPE, jnlp.make_jnlp, JAVA_ARCHIVES),
        "dd": DescriptorForm("OMA download descriptor", download.MEDIA_TYPE, download.make_download),
        "manifest": DescriptorForm("JSON manifest", manifest.MEDIA_TYPE, manifest.make_manifest),
    }
)
#: The form that is made where nobody asks for one: any client reads it.
USUAL = "manifest"


def descriptor_choice(decision: Decision, profile: ResolvedProfile, rules: RequirementGraph) -> tuple[Choice, ...]:
    """The choice among the forms that can describe the chosen variant's artefact; empty where no variant was chosen."""
    variant = decision.selection.chosen
    if variant is None:
        return ()
    media_type = variant.artefact.media_type
    able = [name for name, form in DOCUMENTS.items() if form.artefacts is None or media_type in form.artefacts]
    return choose_form(able, profile, rules)


def make_documents(decision: Decision, forms: Iterable[str] = (USUAL,), delivery: Delivery = NOTHING) -> list[Document]:
    """The descriptors of a decision in these forms; none where no variant was chosen.

    Raises:
        DescriptorError: something that a form needs is not known.
    """
    return [DOCUMENTS[form].make(decision, delivery) for form in forms] if decision.selection.chosen else []


def plain_provision(profile: ResolvedProfile, decision: Decision, made: Iterable[Document] | None = None) -> Plain:
    """A decision with its configuration and documents, as plain data; where a setting is secret, without the documents' content."""
    secret = any(isinstance(one.value, Secret) for one in decision.configuration.values())
    documents = make_documents(decision) if made is None else made
    return {
        "profile": profile.uri,
        "application": decision.selection.application.id,
        **plain_selection(decision.selection),
        "configuration": plain_configuration(decision.configuration),
        "documents": [
            {"name": one.name, "mediaType": one.media_type, "content": None if secret else one.content.decode()}
            for one in documents
        ],
    }

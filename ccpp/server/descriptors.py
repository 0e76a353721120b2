"""What a device is told of an application before it downloads it, with the addresses of this install: a row a form.

JAD is that of MIDP OTA (JSR 37, JSR 118), the download descriptor that of OMA Download OTA 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from ccpp.model import Secret
from ccpp.plain import plain_value
from ccpp.server.live import to_json
from ccpp.server.message import JSON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ccpp.decision import Decision

JAD, DD = "text/vnd.sun.j2me.app-descriptor", "application/vnd.oma.dd+xml"
JAVA_ARCHIVE = "application/java-archive"


@dataclass(frozen=True, slots=True)
class Offer:
    """A decision that chose a variant, the settings that may be told, the artefact's size, and the addresses of the install."""

    decision: Decision
    settings: Mapping[str, Any]
    install: str
    artefact: str
    notify: str
    links: Mapping[str, str]
    size: int
    digest: str | None
    version: str


def tellable(decision: Decision, *, trusted: bool) -> dict[str, Any]:
    """The settings that a device is told, as plain data: what is secret only where it is known whose device it is."""
    settings = {key: one.value for key, one in decision.configuration.items() if trusted or not isinstance(one.value, Secret)}
    return {key: value.value if isinstance(value, Secret) else plain_value(value) for key, value in settings.items()}


def json_form(offer: Offer) -> bytes:
    """Everything, as JSON."""
    variant = offer.decision.selection.chosen
    application = offer.decision.selection.application
    if variant is None:
        raise ValueError(application.id)
    artefact = {"uri": offer.artefact, "mediaType": variant.artefact.media_type, "size": offer.size, "digest": offer.digest}
    return to_json(
        {
            "install": offer.install,
            "application": application.id,
            "variant": variant.id,
            "label": variant.label,
            "version": offer.version,
            "artefact": {key: value for key, value in artefact.items() if value is not None},
            "configuration": dict(offer.settings),
            "links": dict(offer.links),
        }
    )


def jad_form(offer: Offer) -> bytes:
    """The descriptor of a MIDlet suite; settings are attributes of the application."""
    return "".join(f"{key}: {_line(value)}\r\n" for key, value in _attributes(offer)).encode()


def _attributes(offer: Offer) -> Iterator[tuple[str, str]]:
    variant = offer.decision.selection.chosen
    if variant is None:
        return
    yield "MIDlet-Name", variant.label
    yield "MIDlet-Version", offer.version
    yield "MIDlet-Vendor", offer.decision.selection.application.label
    yield "MIDlet-Jar-URL", offer.artefact
    yield "MIDlet-Jar-Size", str(offer.size)
    yield "MIDlet-Description", offer.decision.selection.application.description
    yield "MIDlet-Install-Notify", offer.notify
    yield "MIDlet-Delete-Notify", offer.notify
    signature = variant.artefact.signature
    if signature is not None:
        yield "MIDlet-Jar-RSA-SHA1", signature.value
        for number, certificate in enumerate(signature.certificates, 1):
            yield f"MIDlet-Certificate-1-{number}", certificate
    for key, value in offer.settings.items():
        yield key, ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _line(value: str) -> str:
    return " ".join(value.split())


def dd_form(offer: Offer) -> bytes:
    """The download descriptor of any object."""
    variant = offer.decision.selection.chosen
    application = offer.decision.selection.application
    if variant is None:
        raise ValueError(application.id)
    elements = {
        "DDVersion": "1.0",
        "name": variant.label,
        "vendor": application.label,
        "type": variant.artefact.media_type,
        "size": str(offer.size),
        "objectURI": offer.artefact,
        "installNotifyURI": offer.notify,
        "description": application.description,
    }
    inner = "".join(f"  <{name}>{escape(value)}</{name}>\n" for name, value in elements.items() if value)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<media xmlns="http://www.openmobilealliance.org/xmlns/dd">\n{inner}</media>\n'
    ).encode()


#: Media type → what writes the descriptor in it.
FORMS: Mapping[str, Callable[[Offer], bytes]] = MappingProxyType({JSON: json_form, JAD: jad_form, DD: dd_form})


def forms_for(media_type: str) -> tuple[str, ...]:
    """The forms that an artefact of a media type may have, the one that suits most first."""
    return (JAD, DD, JSON) if media_type == JAVA_ARCHIVE else (DD, JSON)

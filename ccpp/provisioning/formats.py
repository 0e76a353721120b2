"""The forms of terminal settings, one row each; one that is `asked` for is only sent to clients that poll for it.

A form that is `signable` is a document with a signature around it (CMS) where there is somebody to sign.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.provisioning.apns import android_apns
from ccpp.provisioning.autoconfiguration import entitlement_configuration, rcs_autoconfiguration
from ccpp.provisioning.choosing import choose_form
from ccpp.provisioning.connectivity.mapping import settings_to_document
from ccpp.provisioning.connectivity.wbxml import encode_connectivity
from ccpp.provisioning.connectivity.xml import write_connectivity
from ccpp.provisioning.mobileconfig import mobileconfig
from ccpp.provisioning.rendering import Rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccpp.model import ResolvedProfile
    from ccpp.provisioning.choosing import Choice
    from ccpp.provisioning.settings import Settings
    from ccpp.provisioning.signing import Signer
    from ccpp.provisioning.terminal import Terminal
    from ccpp.requirements.graph import RequirementGraph


@dataclass(frozen=True, slots=True)
class TerminalFormat:
    """A form of terminal settings: what it is, its media type, the end of its files' names, and what makes it."""

    title: str
    media_type: str
    suffix: str
    make: Callable[[Terminal], Rendered]
    asked: bool = False
    signable: bool = False


def _wap_xml(terminal: Terminal) -> Rendered:
    settings, left_out = _flat(terminal.settings)
    return Rendered(write_connectivity(settings_to_document(settings)), left_out)


def _wap_wbxml(terminal: Terminal) -> Rendered:
    settings, left_out = _flat(terminal.settings)
    return Rendered(encode_connectivity(settings_to_document(settings)), left_out)


def _flat(settings: Settings) -> tuple[Settings, tuple[str, ...]]:
    """The settings without the parms that stand deeper in an application than OMA CP has levels."""
    left_out = tuple(f"application {one.id}: {name}" for one in settings.applications for name, _ in one.parms if "/" in name)
    applications = (
        replace(one, parms=tuple(parm for parm in one.parms if "/" not in parm[0])) for one in settings.applications
    )
    return replace(settings, applications=tuple(applications)), left_out


#: In the order in which a device's profile is held against their rules. Every terminal of WAP provisioning takes the tokenised form.
TERMINAL_FORMATS: Mapping[str, TerminalFormat] = MappingProxyType(
    {
        "mobileconfig": TerminalFormat(
            "Apple configuration profile",
            "application/x-apple-aspen-config",
            ".mobileconfig",
            mobileconfig,
            signable=True,
        ),
        "apns": TerminalFormat("Android access points", "application/xml", "-apns.xml", android_apns),
        "wap-xml": TerminalFormat("connectivity document", "text/vnd.wap.connectivity-xml", "-wap.xml", _wap_xml),
        "wap-wbxml": TerminalFormat(
            "connectivity document, tokenised", "application/vnd.wap.connectivity-wbxml", ".wbxml", _wap_wbxml
        ),
        "rcs": TerminalFormat(
            "RCS autoconfiguration", "text/vnd.wap.connectivity-xml", "-rcs.xml", rcs_autoconfiguration, asked=True
        ),
        "entitlement": TerminalFormat(
            "entitlement configuration",
            "text/vnd.wap.connectivity-xml",
            "-entitlement.xml",
            entitlement_configuration,
            asked=True,
        ),
    }
)


def make_form(name: str, terminal: Terminal, signer: Signer | None = None) -> Rendered:
    """The document of a form, by its name in `TERMINAL_FORMATS`; signed where there is a signer and the form can be.

    Raises:
        SettingsError: the settings hold nothing that the form can carry, or contradict themselves.
    """
    row = TERMINAL_FORMATS[name]
    made = row.make(terminal)
    return made._replace(content=signer.wrap(made.content)) if signer and row.signable else made


def terminal_choice(profile: ResolvedProfile, rules: RequirementGraph) -> tuple[Choice, ...]:
    """The choice among the forms of terminal settings."""
    return choose_form((name for name, row in TERMINAL_FORMATS.items() if not row.asked), profile, rules)

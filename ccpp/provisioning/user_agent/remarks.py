"""What a terminal says of what it was sent: why it refused, what it ignored. No remark shows a secret."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.diagnostics import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping


class Remark(NamedTuple):
    """A row of `REMARKS`, the place it is about, and what fills the row's sentence."""

    code: str
    place: str = "/"
    details: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """An error is a message or document refused, a warning something in it ignored, an information what was done."""
        return REMARKS[self.code].severity

    @property
    def message(self) -> str:
        """The remark in one sentence."""
        return REMARKS[self.code].sentence.format(*self.details)


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_BOOT, _WITHIN = "WAP-184 §5 to §7", "WAP-185 §5"

REMARKS: Mapping[str, Finding] = MappingProxyType(
    {
        # Messages and documents.
        "waiting": Finding(_INFO, "{0} of {1} short messages have come", "TS 23.040 §9.2.3.24.1"),
        "repeated-segment": Finding(_INFO, "a short message came again", "TS 23.040 §9.2.3.24.1"),
        "not-understood": Finding(_ERROR, "no push of a connectivity document: {0}", "WAP-235 §8"),
        "corrupt": Finding(_WARNING, "a document that cannot be read; as if there were none", "WAP-185 §5.2"),
        "accepted": Finding(_INFO, "the document makes the {0} context", _BOOT),
        "updated": Finding(_INFO, "the context has another document", _BOOT),
        "unprotected": Finding(_ERROR, "over {0} a bootstrap has to be protected", _BOOT),
        "method": Finding(_ERROR, "the terminal does not know the method {0}", "WAP-184 §6.2.1"),
        "not-authentic": Finding(_ERROR, "the MAC is not of this document and these secrets", "WAP-184 §6.2"),
        "known-context": Finding(_ERROR, "there is a context of this provisioning server", "WAP-184 §5"),
        "card-first": Finding(_ERROR, "the card has a bootstrap, so none over the air is valid for its context", "WAP-184 §5"),
        "privileged": Finding(_ERROR, "the privileged context takes USERNETWPIN, not {0}", "WAP-184 §7"),
        "network-pin-once": Finding(_ERROR, "a context was made by the network's secret alone before", "WAP-185 §9"),
        "no-place": Finding(_ERROR, "no place for a further context: {0} allowed", "WAP-183 §5.3"),
        "other-network": Finding(_ERROR, "the broadcast is not for this subscriber in this network", "WAP-184 §7"),
        "not-trusted": Finding(_ERROR, "not from the provisioning server by a trusted proxy", "WAP-182 §6"),
        "not-master": Finding(_ERROR, "a navigation document by another than a master proxy", "WAP-187 §6"),
        "not-navigation": Finding(_ERROR, "a navigation document that {0}", "WAP-187 §6"),
        # Within documents, and between them.
        "unknown-type": Finding(_WARNING, "ignored a characteristic that is not known", _WITHIN),
        "unknown-parm": Finding(_WARNING, "ignored the parm `{0}`, which is not known", _WITHIN),
        "unknown-value": Finding(_WARNING, "ignored the parm `{0}`, whose value is not known", _WITHIN),
        "repeated": Finding(_WARNING, "ignored the parm `{0}` beyond the first of its kind", _WITHIN),
        "incomplete": Finding(_WARNING, "ignored a definition without `{0}`", _WITHIN),
        "defined-twice": Finding(_WARNING, "ignored a second definition of `{0}`", _WITHIN),
        "reserved": Finding(_WARNING, "ignored an access point called `INTERNET`", "WAP-183 §5.3"),
        "lower-priority": Finding(_INFO, "kept what is stated of `{0}` with a higher priority", "WAP-185 §6"),
        # What the terminal cannot do.
        "bearer": Finding(_WARNING, "ignored `{0}`, none of whose bearers the terminal has", "WAP-185 §5.3"),
        "protocol": Finding(_WARNING, "ignored `{0}`, none of whose protocols the terminal has", "WAP-185 §5.3"),
        "unreachable": Finding(_WARNING, "ignored `{0}`, which no access point reaches", "WAP-185 §5.3"),
        "no-gateway": Finding(_WARNING, "ignored `{0}`, which has no gateway left", "WAP-185 §5.3"),
        "dangling": Finding(_WARNING, "ignored a reference to `{0}`, which is not there", "WAP-185 §5.3"),
    }
)

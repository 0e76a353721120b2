"""Configuration contexts, and which bootstrap may make one (WAP-184 §5 to §7, WAP-185 §9).

One context is privileged and always reserved; what it says, CONTEXT-ALLOW, bounds the others. Before it says anything the terminal's own
bound holds; once it is configured and says nothing, none is allowed (WAP-183 §5.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ccpp.provisioning.bootstrap import Security
from ccpp.provisioning.user_agent.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.provisioning.connectivity.document import ConnectivityDocument
    from ccpp.provisioning.user_agent.supporting import Capabilities

_AS_MANY_AS_THE_DEVICE = 255


class Bearer(StrEnum):
    """What a bootstrap over the air comes by."""

    SMS = "SMS"
    USSD = "USSD"
    BROADCAST = "cell broadcast"


@dataclass(frozen=True, slots=True)
class Context:
    """A context: its documents in the device, the highest priority first; how it was made; what a master proxy told it for a while."""

    privileged: bool
    documents: tuple[ConnectivityDocument, ...] = ()
    security: Security | None = None
    bearer: Bearer | None = None
    temporary: tuple[ConnectivityDocument, ...] = ()


def server_of(document: ConnectivityDocument) -> str | None:
    """The PROVURL of a document; an empty one is none."""
    return next((url for one in document.within("BOOTSTRAP") if (url := one.first("PROVURL"))), None)


class Offer(NamedTuple):
    """A document over the air: how it is protected, whether the MAC is right, and the network it was broadcast in (MCC, MNC)."""

    document: ConnectivityDocument
    security: Security | None = None
    authentic: bool = False
    bearer: Bearer = Bearer.SMS
    network: tuple[str, str] | None = None


class Standing(NamedTuple):
    """What the terminal has when an offer comes: contexts, whether the card has data, its subscriber's network, what it can do.

    `allowed` is CONTEXT-ALLOW as the privileged context states it, card included; `configured` whether there is one; `servers` are those
    of all contexts, card included.
    """

    contexts: Sequence[Context]
    servers: frozenset[str]
    card: bool
    network: tuple[str, str] | None
    capabilities: Capabilities
    configured: bool
    allowed: int | None


def judge(offer: Offer, standing: Standing) -> Remark | bool:
    """Whether an offer makes the privileged context (True), a further one (False), or is refused with the reason."""
    refused = _broadcast(offer, standing) if offer.bearer is Bearer.BROADCAST else _protection(offer, standing)
    if refused is not None:
        return refused
    server = server_of(offer.document)
    if server in standing.servers:
        return Remark("known-context", "/BOOTSTRAP/PROVURL")
    if _may_be_privileged(offer, standing):
        return True
    return _further(offer, standing)


def _protection(offer: Offer, standing: Standing) -> Remark | None:
    if offer.security is None:
        return Remark("unprotected", details=(offer.bearer.value,))
    if offer.security not in standing.capabilities.methods:
        return Remark("method", details=(offer.security.name,))
    return None if offer.authentic else Remark("not-authentic")


def _broadcast(offer: Offer, standing: Standing) -> Remark | None:
    """Three codes have to agree: of the document, of the card, of the network that broadcasts."""
    codes = {(one.first("COUNTRY"), network) for one in offer.document.within("BOOTSTRAP") for network in one.all("NETWORK")}
    agree = offer.network is not None and offer.network == standing.network and offer.network in codes
    return None if agree else Remark("other-network")


def _may_be_privileged(offer: Offer, standing: Standing) -> bool:
    """Whether the offer makes the privileged context, which there is once; where the card has one, it has the priority."""
    trusted = offer.bearer is Bearer.BROADCAST or offer.security is Security.USERNETWPIN
    return trusted and not standing.card and not any(context.privileged for context in standing.contexts)


def _further(offer: Offer, standing: Standing) -> Remark | bool:
    alone = offer.security is Security.NETWPIN
    if alone and any(context.security is Security.NETWPIN for context in standing.contexts):
        return Remark("network-pin-once")
    places = _places(standing)
    if sum(not context.privileged for context in standing.contexts) < places:
        return False
    if standing.card and not standing.contexts:
        return Remark("card-first")
    if not standing.configured:
        return Remark("privileged", details=(offer.security.name if offer.security is not None else "none",))
    return Remark("no-place", details=(str(places),))


def _places(standing: Standing) -> int:
    limit = standing.capabilities.further
    if not standing.configured:
        return limit
    allowed = standing.allowed or 0
    return limit if allowed == _AS_MANY_AS_THE_DEVICE else min(allowed, limit)

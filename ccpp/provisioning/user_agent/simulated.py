"""A simulated terminal: short messages, a card, documents of its servers in; a configured state out. Values only.

All configuration belongs to a subscriber (WAP-184 §5): with another card the old contexts stay, hidden, and come back with the old card.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ccpp.errors import CcppError, UsageError
from ccpp.provisioning.bootstrap import CONTENT_TYPE, Secret, imsi_semi_octets, verify_mac
from ccpp.provisioning.card.files import Access
from ccpp.provisioning.card.layout import application_paths, read_documents
from ccpp.provisioning.connectivity.document import ConnectivityDocument
from ccpp.provisioning.connectivity.mapping import document_to_settings
from ccpp.provisioning.connectivity.wbxml import decode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity
from ccpp.provisioning.push import PORT, Push, decode_push
from ccpp.provisioning.sms import Segment, decode_segment, reassemble
from ccpp.provisioning.user_agent.choosing import choose_proxies
from ccpp.provisioning.user_agent.contexts import Bearer, Context, Offer, Standing, judge, server_of
from ccpp.provisioning.user_agent.merging import merge
from ccpp.provisioning.user_agent.remarks import Remark
from ccpp.provisioning.user_agent.supporting import EVERYTHING, Capabilities, support
from ccpp.provisioning.user_agent.understanding import Understood, understand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.provisioning.card.files import Directory
    from ccpp.provisioning.settings import Settings

_MAX_INBOX = 1_000  # short messages that wait for others; a terminal has a bound, and forgets the oldest
_MCC = 3
ALLOWED_NAVIGATION = frozenset({"PXLOGICAL", "NAPDEF"})


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal with a subscriber's card in it; `verified` is what its holder has typed, `mnc` the length of a network's code."""

    imsi: str = field(repr=False)
    capabilities: Capabilities = EVERYTHING
    card: Directory | None = None
    verified: frozenset[Access] = frozenset({Access.CHV1})
    mnc: int = 2
    inbox: tuple[Segment, ...] = field(default=(), repr=False)
    memory: Mapping[str, tuple[Context, ...]] = field(default_factory=dict, repr=False)

    @property
    def contexts(self) -> tuple[Context, ...]:
        """The contexts of the subscriber whose card is in."""
        return self.memory.get(self.imsi, ())

    def remembering(self, contexts: tuple[Context, ...]) -> Terminal:
        """The terminal with other contexts of this subscriber."""
        return replace(self, memory={**self.memory, self.imsi: contexts})


class Step(NamedTuple):
    """The terminal after something came, and what it says of it."""

    terminal: Terminal
    remarks: tuple[Remark, ...]


def insert_card(terminal: Terminal, imsi: str, card: Directory | None = None) -> Terminal:
    """The terminal with another subscriber's card: contexts of the one before stay, hidden."""
    return replace(terminal, imsi=imsi, card=card, inbox=())


def receive(terminal: Terminal, user_data: bytes, *, pin: str | None = None) -> Step:
    """A short message comes; when it is the last of its push, the document is judged with the PIN that the user types, if any."""
    try:
        part = decode_segment(user_data)
        if part.destination != PORT:
            return Step(terminal, (Remark("not-understood", details=(f"port {part.destination}",)),))
        # Of two parts of one number that differ the older is of a message that never was complete.
        kept = (one for one in terminal.inbox if one == part or _message(one) != _message(part) or one.number != part.number)
        inbox = (*kept, part)[-_MAX_INBOX:]
        joined = reassemble(one for one in inbox if _message(one) == _message(part))
    except CcppError as error:
        return Step(terminal, (Remark("not-understood", details=(error.message,)),))
    if joined.data is None:
        repeated = (Remark("repeated-segment"),) if part.number in joined.repeated else ()
        remark = Remark("waiting", details=(str(part.total - len(joined.missing)), str(part.total)))
        return Step(replace(terminal, inbox=inbox), (*repeated, remark))
    rest = tuple(one for one in inbox if _message(one) != _message(part))
    return receive_push(replace(terminal, inbox=rest), joined.data, pin=pin)


def _message(part: Segment) -> tuple[int | None, int, int, int, bool]:
    return part.reference, part.total, part.destination, part.source, part.wide


def receive_push(
    terminal: Terminal,
    data: bytes,
    *,
    pin: str | None = None,
    bearer: Bearer = Bearer.SMS,
    network: tuple[str, str] | None = None,
) -> Step:
    """A push comes by a bearer; of a broadcast `network` is the MCC and MNC of who sends it."""
    try:
        push = decode_push(data)
    except CcppError as error:
        return Step(terminal, (Remark("not-understood", details=(error.message,)),))
    document = _document(push)
    if document is None:
        return Step(terminal, (Remark("corrupt"),))
    security = push.media_type.security
    offer = Offer(document, security, security is not None and _is_authentic(push, terminal.imsi, pin), bearer, network)
    return _bootstrap(terminal, offer)


def _document(push: Push) -> ConnectivityDocument | None:
    try:
        read = decode_connectivity if push.media_type.type == CONTENT_TYPE else read_connectivity
        return read(push.document).document
    except CcppError:
        return None


def _is_authentic(push: Push, imsi: str, pin: str | None) -> bool:
    security = push.media_type.security
    try:
        secret = Secret(pin=pin, network=imsi_semi_octets(imsi))
        return security is not None and verify_mac(security, secret, push.document, push.media_type.mac)
    except CcppError:
        # No PIN was typed, or something that is none.
        return False


def _bootstrap(terminal: Terminal, offer: Offer) -> Step:
    # A broadcast may be updated by the same bearer, up to a complete reset (WAP-184 §7).
    again = offer.bearer is Bearer.BROADCAST
    others = tuple(one for one in terminal.contexts if not (again and one.bearer is Bearer.BROADCAST))
    verdict = judge(offer, _standing(terminal.remembering(others)))
    if isinstance(verdict, Remark):
        return Step(terminal, (verdict,))
    context = Context(verdict, (offer.document,), offer.security, offer.bearer)
    contexts = (context, *others) if verdict else (*others, context)
    kind = "privileged" if verdict else "further"
    return Step(terminal.remembering(contexts), (Remark("accepted", details=(kind,)),))


def _standing(terminal: Terminal) -> Standing:
    card = bool(card_documents(terminal).documents)
    privileged = effective(terminal, 0) if card or any(one.privileged for one in terminal.contexts) else None
    stated = [one.first("CONTEXT-ALLOW") for one in privileged.document.within("BOOTSTRAP")] if privileged else []
    allowed = next((int(one) for one in stated if one), None)
    network = terminal.imsi[:_MCC], terminal.imsi[_MCC : _MCC + terminal.mnc]
    return Standing(
        terminal.contexts, _servers(terminal), card, network, terminal.capabilities, privileged is not None, allowed
    )


def _servers(terminal: Terminal, but: int | None = None) -> frozenset[str]:
    """The provisioning servers of all contexts but one, which is what tells contexts apart (WAP-184 §5)."""
    numbers = range(1 + sum(not one.privileged for one in terminal.contexts))
    return frozenset(filter(None, (server_of(effective(terminal, one).document) for one in numbers if one != but)))


class CardDocuments(NamedTuple):
    """The documents of a card that can be read, by precedence, and what is said of the others."""

    documents: tuple[ConnectivityDocument, ...]
    remarks: tuple[Remark, ...] = ()


def card_documents(terminal: Terminal) -> CardDocuments:
    """The card's documents: of a WIM, then of the SIM; of each Bootstrap, Config1, Config2 (WAP-186 §7).

    One that cannot be read is as if it were not there (WAP-185 §5.2).
    """
    documents: list[ConnectivityDocument] = []
    remarks: list[Remark] = []
    for place, data in _card_files(terminal, remarks):
        try:
            documents.append(decode_connectivity(data).document)
        except CcppError:
            remarks.append(Remark("corrupt", place))
    return CardDocuments(tuple(documents), tuple(remarks))


def _card_files(terminal: Terminal, remarks: list[Remark]) -> tuple[tuple[str, bytes], ...]:
    if terminal.card is None:
        return ()
    try:
        return tuple(
            (place.value, data)
            for path in application_paths(terminal.card)
            for place, data in read_documents(terminal.card, terminal.verified, path).items()
        )
    except CcppError:
        remarks.append(Remark("corrupt", "card"))
        return ()


def effective(terminal: Terminal, number: int = 0) -> Understood:
    """What holds in a context: its documents understood, merged, and cut to what the terminal can do; 0 is the privileged one.

    The card's documents are the privileged context's and go before what is in the device (WAP-185 §6).

    Raises:
        UsageError: there is no such context.
    """
    card = card_documents(terminal)
    chosen = _context(terminal, number)
    documents = (*(card.documents if number == 0 else ()), *(chosen.documents if chosen else ()))
    understood = [understand(one) for one in documents]
    merged = merge([one.document for one in understood])
    cut = support(merged.document, terminal.capabilities)
    remarks = (*(card.remarks if number == 0 else ()), *(remark for one in understood for remark in one.remarks))
    return Understood(cut.document, (*remarks, *merged.remarks, *cut.remarks))


def settings_of(terminal: Terminal, number: int = 0) -> Settings:
    """The settings that hold in a context.

    Raises:
        SettingsError: what holds contradicts itself.
    """
    return document_to_settings(effective(terminal, number).document).settings


def update(terminal: Terminal, number: int, document: ConnectivityDocument, *, origin: str, proxy: str) -> Step:
    """Continuous provisioning: the context's server sends another document, through a proxy.

    Only the server that PROVURL names may, by a trusted proxy of the context (WAP-182 §6). The document takes the place of those in the
    device; it may name another server, but not that of another context.
    """
    held = effective(terminal, number).document
    server = server_of(held)
    trusted = {one.first("PROXY-ID") for one in held.within("PXLOGICAL") if one.has("TRUST")}
    if server is None or proxy not in trusted or _authority(origin) != _authority(server):
        return Step(terminal, (Remark("not-trusted"),))
    old = _context(terminal, number)
    if server_of(document) in _servers(terminal, but=number):
        return Step(terminal, (Remark("known-context", "/BOOTSTRAP/PROVURL"),))
    if old is None:
        ordered = (Context(privileged=True, documents=(document,)), *terminal.contexts)
    else:
        ordered = tuple(replace(one, documents=(document,)) if one is old else one for one in terminal.contexts)
    return Step(terminal.remembering(ordered), (Remark("updated"),))


def navigate(terminal: Terminal, number: int, document: ConnectivityDocument, *, proxy: str) -> Step:
    """A master proxy says which proxy a request should go through (WAP-187 §6): for a while, and never changing what is static."""
    held = effective(terminal, number).document
    masters = {one.first("PROXY-ID") for one in held.within("PXLOGICAL") if one.has("MASTER")}
    context = _context(terminal, number)
    if proxy not in masters or context is None:
        return Step(terminal, (Remark("not-master"),))
    fault = _navigation_fault(document)
    if fault is not None:
        return Step(terminal, (Remark("not-navigation", details=(fault,)),))
    known = (*context.temporary, document)
    contexts = tuple(replace(one, temporary=known) if one is context else one for one in terminal.contexts)
    return Step(terminal.remembering(contexts), (Remark("updated"),))


def close_navigation(terminal: Terminal) -> Terminal:
    """The terminal without what master proxies told it: their documents are out of date, or were taken back."""
    return terminal.remembering(tuple(replace(one, temporary=()) for one in terminal.contexts))


def _navigation_fault(document: ConnectivityDocument) -> str | None:
    proxies = document.within("PXLOGICAL")
    if len(proxies) != 1:
        return "has not one proxy"
    if len(proxies[0].all("DOMAIN")) > 1:
        return "has several domains"
    if proxies[0].has("TRUST") or any(one.type not in ALLOWED_NAVIGATION for one in document.characteristics):
        return "claims trust, identity or a context"
    return None


def proxies_for(terminal: Terminal, uri: str, number: int = 0) -> tuple[str, ...]:
    """The proxies that a request may go through in the active context, the best first; one that was discovered before a static one."""
    context = _context(terminal, number)
    temporary = () if context is None else context.temporary
    documents = [understand(one).document for one in temporary] + [effective(terminal, number).document]
    everything = tuple(one for document in documents for one in document.characteristics)
    return tuple(dict.fromkeys(choose_proxies(ConnectivityDocument(everything), uri)))


def _context(terminal: Terminal, number: int) -> Context | None:
    """The context of a number; the privileged one, 0, may be the card's alone."""
    if number == 0:
        return next((one for one in terminal.contexts if one.privileged), None)
    further = [one for one in terminal.contexts if not one.privileged]
    if not 1 <= number <= len(further):
        raise UsageError(f"no context {number}", hint=f"the terminal has {len(further)} beside the privileged one, 0")
    return further[number - 1]


def _authority(uri: str) -> str:
    return urlsplit(uri if "://" in uri else f"http://{uri}").netloc.casefold()

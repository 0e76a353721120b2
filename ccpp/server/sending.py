"""The sender of a process: it takes messages out of the queue, gives them to the gateway, and notes what became of each at once.

Whatever a gateway did not answer is tried again, after a time that doubles with each attempt and is never quite the same, until it is past
its use. A message is on one process's hands for `gateway_seconds`; another one takes it up after that, should the first have died.
"""

from __future__ import annotations

import random
import re
import time
from threading import Event, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ccpp.errors import CcppError, UsageError
from ccpp.provisioning.submission import ShortMessage, submit_sm
from ccpp.server.gateways.gateway import Errand, GatewayError, Outcome
from ccpp.server.gateways.smpp import Centre, SmppGateway
from ccpp.server.gateways.webhook import Webhook
from ccpp.storage.database.opening import StorageError
from ccpp.storage.database.outbox import claim_messages, expire_messages, give_up, note_receipt, put_off

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccpp.server.gateways.gateway import Gateway
    from ccpp.server.observing import Observer
    from ccpp.server.options import Options
    from ccpp.server.service import Service
    from ccpp.storage.database.outbox import Letter, Message

#: Messages that are claimed at once.
_BATCH = 10
#: Seconds between two looks into an empty queue, and between two looks for what is past its use.
_LOOK, _CLEAN = 0.3, 10.0
#: Seconds for which a message that ended can still be asked about.
_KEEP = 30 * 86_400.0
#: Seconds before the second attempt, and at most between any two.
_FIRST, _LONGEST = 2.0, 300.0


def pause(attempt: int, chance: float) -> float:
    """The seconds after an attempt: twice as many as after the one before, and of them a half to all, by a chance of 0 to 1."""
    return min(_FIRST * 2.0 ** min(attempt - 1, 30), _LONGEST) * (0.5 + 0.5 * chance)


class Sender:
    """What empties the queue.

    Args:
        service: whose database it is in, and whose keys open it.
        gateway: what messages are given to.
        observer: who is told.
        clock: seconds since 1970.
        chance: a number from 0 to 1.
    """

    def __init__(
        self,
        service: Service,
        gateway: Gateway,
        observer: Observer,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._service, self._gateway, self._observer = service, gateway, observer
        self._clock, self._chance = clock, chance
        self._unnoted: list[tuple[str, int, str]] = []
        self._cleaned = 0.0
        self._end = Event()
        self._thread = Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Send from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more, once what is under way has an answer."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._end.is_set():
            try:
                busy = self.turn()
            except CcppError as error:
                self._observer.event("sender", "error", error=str(error))
                self._end.wait(2.0)
                continue
            if not busy:
                self._end.wait(_LOOK)
        self._gateway.close()

    def turn(self) -> int:
        """Give what is due to the gateway; how many messages that were.

        Raises:
            CcppError: the database or a key cannot be used.
        """
        database = self._service.database
        while self._unnoted:
            note_receipt(database, *self._unnoted[0], self._clock())
            del self._unnoted[0]
        now = self._clock()
        if now - self._cleaned >= _CLEAN:
            self._cleaned = now
            self._tell("expired", expire_messages(database, now, _KEEP))
        claimed = claim_messages(database, self._service.keys, now, self._service.options.gateway_seconds, _BATCH)
        if claimed:
            self._deliver({message.id: (message, letter) for message, letter in claimed})
        else:
            self._gateway.rest()
        return len(claimed)

    def _deliver(self, claimed: Mapping[str, tuple[Message, Letter]]) -> None:
        now = self._clock()
        errands = [
            Errand(
                message.id,
                letter,
                tuple(number for number, receipt in enumerate(message.receipts) if receipt is None),
                message.expires - now,
                message.attempts,
            )
            for message, letter in claimed.values()
        ]
        left = {errand.id: set(errand.parts) for errand in errands}
        later: dict[str, Outcome] = {}
        failed: set[str] = set()
        why = "the gateway did not get to it"
        try:
            for outcome in self._gateway.deliver(errands):
                if outcome.receipt is not None:
                    left[outcome.id] -= set(outcome.parts)
                    self._note(outcome)
                elif outcome.final:
                    failed.add(outcome.id)
                    give_up(self._service.database, outcome.id, outcome.error, self._clock())
                else:
                    later[outcome.id] = outcome
        except GatewayError as error:
            why = error.message
            self._observer.event("gateway", "error", error=why)
        self._tell("sent", sum(not parts for parts in left.values()))
        self._tell("failed", len(failed))
        again = [identifier for identifier, parts in left.items() if parts and identifier not in failed]
        self._put_off([claimed[identifier][0] for identifier in again], later, why)

    def _note(self, outcome: Outcome) -> None:
        """Note a receipt; where the database cannot be used it is kept in mind, and noted before anything else is done."""
        for part in outcome.parts:
            try:
                note_receipt(self._service.database, outcome.id, part, outcome.receipt or "", self._clock())
            except StorageError as error:
                self._unnoted.append((outcome.id, part, outcome.receipt or ""))
                self._observer.event("sender", "error", error=str(error))

    def _put_off(self, messages: list[Message], later: Mapping[str, Outcome], why: str) -> None:
        now = self._clock()
        for message in messages:
            outcome = later.get(message.id)
            wait = max(outcome.wait if outcome else 0.0, pause(message.attempts, self._chance()))
            put_off(self._service.database, message.id, now + wait, outcome.error if outcome else why, now)
        self._tell("put-off", len(messages))

    def _tell(self, outcome: str, times: int) -> None:
        if times:
            self._observer.messages(outcome, times)


# The gateway, by its URL.

_URL = re.compile(
    r"(?P<scheme>smpps?)://(?:(?P<user>[!-?A-~]{1,15})@)?(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):(?P<port>[0-9]{1,5})/?"
)
_LOCAL = re.compile(r"http://(?:localhost|127\.0\.0\.1|\[::1\])[:/]")


def _webhook(options: Options) -> Gateway:
    if options.gateway.startswith("http://") and not _LOCAL.match(options.gateway):
        raise UsageError("a gateway by http is on this machine", hint="elsewhere messages go by https")
    return Webhook(options.gateway, options.gateway_secret.encode())


def _smpp(options: Options) -> Gateway:
    found: re.Match[str] | None = _URL.fullmatch(options.gateway)
    if found is None:
        raise UsageError("`gateway` is no centre", hint="smpp://SYSTEM_ID@HOST:PORT, or smpps:// for TLS")
    if len(options.gateway_secret) > 8:  # noqa: PLR2004  SMPP 3.4 §4.1.1
        raise UsageError("a password of SMPP has 8 characters at most", source="gateway_secret")
    submit_sm(ShortMessage("1", b""), source=options.gateway_source)  # says so if it is no number
    centre = Centre(
        found["host"].strip("[]"),
        int(found["port"]),
        found["user"] or "",
        options.gateway_secret,
        secure=found["scheme"] == "smpps",
        source=options.gateway_source,
        window=options.gateway_window,
    )
    return SmppGateway(centre)


#: What a gateway's URL begins with → what makes it.
GATEWAYS: Mapping[str, Callable[[Options], Any]] = MappingProxyType(
    {"https": _webhook, "http": _webhook, "smpp": _smpp, "smpps": _smpp}
)


def make_gateway(options: Options) -> Gateway | None:
    """The gateway that the options name; `None` where they name none.

    Raises:
        UsageError: it is none, or has no secret.
    """
    if not options.gateway:
        return None
    make = GATEWAYS.get(options.gateway.partition("://")[0])
    if make is None:
        raise UsageError("`gateway` is no gateway", hint="a URL that begins with " + ", ".join(GATEWAYS))
    if not options.gateway_secret:
        raise UsageError("a gateway needs `gateway_secret`", hint="what a webhook is signed with, or the password of SMPP")
    gateway: Gateway = make(options)
    return gateway

"""What handlers are given: the devices, the catalogue in service, and what else there is to ask. Made once a process, at the rim."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ccpp.server.authentication.proxies import Proxies
from ccpp.server.limits import Buckets
from ccpp.server.message import ANONYMOUS
from ccpp.server.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ccpp.exchange.model import Field
    from ccpp.provisioning.signing import Signer
    from ccpp.server.artefacts import Artefacts
    from ccpp.server.devices import Devices
    from ccpp.server.live import Live
    from ccpp.server.message import Identity, Request
    from ccpp.server.options import Options
    from ccpp.server.steps import Steps
    from ccpp.server.stores import RepositoryStore
    from ccpp.server.trust import Trust
    from ccpp.storage.database.opening import Database
    from ccpp.storage.database.secrecy import Keys
    from ccpp.vocabulary import Vocabularies


class Authenticate(Protocol):
    """What finds out who calls; without one everybody is `message.ANONYMOUS`. It may wait."""

    def __call__(self, request: Request, service: Service) -> Steps[Identity]:
        """Who the request comes from.

        Raises:
            Refused: it comes from nobody who may ask anything: the wrong token, one that has ended.
        """


def no_ways(_request: Request) -> tuple[Field, ...]:
    """What asks a caller who it is, where there is no way to say it."""
    return ()


def unknown(_headers: Iterable[tuple[bytes, bytes]], _client: str, _certificate: bytes, _now: float) -> Identity | None:
    """Who calls, where nobody is known before it was found out."""
    return None


@dataclass(slots=True)
class Service:
    """What a process serves with. `live` is the one thing that is ever replaced, whole, by another catalogue.

    `beginning` is done when requests are answered already, `ending` last. `stranger` is whoever calls, where nobody is asked who they are.
    """

    options: Options
    vocabularies: Vocabularies
    devices: Devices
    library: RepositoryStore
    database: Database
    keys: Keys
    artefacts: Artefacts
    metrics: Callable[[], tuple[str, bytes]]
    authenticate: Authenticate | None = None
    known: Callable[[Iterable[tuple[bytes, bytes]], str, bytes, float], Identity | None] = unknown
    ways: Callable[[Request], tuple[Field, ...]] = no_ways
    proxies: Proxies = field(default_factory=Proxies)
    trust: Trust | None = None
    signer: Signer | None = None
    failures: Buckets = field(default_factory=lambda: Buckets(0.0))
    description: bytes = b"{}"
    stranger: Identity = ANONYMOUS
    live: Live | None = None
    stopping: bool = False
    beginning: list[Callable[[], None]] = field(default_factory=list)
    ending: list[Callable[[], None]] = field(default_factory=list)

    def unproven(self, request: Request, message: str) -> Refused:
        """What a caller is told who must say who it is: 401 with the ways to do so, 403 where there is none."""
        ways = self.ways(request)
        hint = "say who you are" if ways else "this server finds out by no header who asks: see its options"
        return Refused(401 if ways else 403, message, hint=hint, headers=ways)

    @property
    def current(self) -> Live:
        """The catalogue in service; a handler asks once, so that an answer rests on one catalogue.

        Raises:
            Refused: there is none yet.
        """
        if self.live is None:
            raise Refused(503, "no catalogue is in service", hint="activate one", headers=(("Retry-After", "5"),))
        return self.live

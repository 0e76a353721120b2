"""What a way to say who one is has to give, and what all of them share. Nothing here keeps or shows a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ccpp.server.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccpp.server.message import Identity, Request
    from ccpp.server.steps import Steps

#: Characters of a name that is taken from a credential: of a caller or of a subscriber.
MAX_NAME = 200


class Unproven(Refused):
    """A credential that proves nothing; `why` is what its challenge says besides (RFC 6750 §3, RFC 7616 §3.3).

    The message never says what was presented, nor which part of it was wrong where that would help to guess.
    """

    def __init__(self, message: str, why: str = "") -> None:
        super().__init__(401, message, hint="say who you are in another way, or get a new credential")
        self.why = why


class Method(Protocol):
    """A way to say who one is."""

    def identify(self, request: Request) -> Steps[Identity | None]:
        """Who the request comes from; `None` where it says nothing in this way.

        Raises:
            Unproven: it says something that does not hold.
        """

    def known(self, shown: bytes, now: float) -> Identity | None:
        """Who shows this `Authorization`, where it was verified before and nothing else has to be looked at."""

    def challenges(self, request: Request, failed: Unproven | None) -> Iterable[str]:
        """The values of `WWW-Authenticate` that ask for this way; `failed` is what was tried by it in vain."""


class Silent:
    """What the ways have in common that no header of the caller's asks for or answers."""

    def known(self, shown: bytes, now: float) -> None:
        """Nobody, by an `Authorization`."""
        del shown, now

    def challenges(self, request: Request, failed: Unproven | None) -> Iterable[str]:
        """None: it is not the caller's to say."""
        del request, failed
        return ()


def presented(request: Request, scheme: str) -> str | None:
    """What stands in `Authorization` under a scheme; `None` where nothing does.

    Raises:
        Refused: the header is there twice, so that two readers could each see another.
    """
    values = [value for name, value in request.headers if name == "authorization"]
    if len(values) > 1:
        raise Refused(400, "there is more than one Authorization header")
    found, _, rest = values[0].partition(" ") if values else ("", "", "")
    return rest.strip() if found.lower() == scheme else None


def is_name(value: object) -> bool:
    """Whether something taken from a credential is a name: a text that can be printed, not empty and not long."""
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME and value.isprintable()

"""What hands short messages on: the interface of every way, and how one is named.

A gateway is named by the operator, by one URL, and by nothing that comes with a request; so no caller can make the server speak to anybody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccpp.storage.database.outbox import Letter


class GatewayError(CcppError):
    """A gateway that cannot be used now; what was not answered is tried again."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A letter to be handed on: which of its short messages are still to go, for how many seconds it is of use, and which attempt this is."""

    id: str
    letter: Letter
    parts: tuple[int, ...]
    validity: float
    attempt: int = 1


class Outcome(NamedTuple):
    """What became of some short messages of an errand: a receipt, or what is wrong; `final` where it will never be otherwise."""

    id: str
    parts: tuple[int, ...]
    receipt: str | None = None
    error: str = ""
    final: bool = False
    wait: float = 0.0


class Gateway(Protocol):
    """A way to hand on. One thread uses it at a time."""

    def deliver(self, errands: Sequence[Errand]) -> Iterator[Outcome]:
        """Hand on; outcomes as they come, in any order. Whatever has none is to be tried again.

        Raises:
            GatewayError: the gateway cannot be used now.
        """

    def rest(self) -> None:
        """Called now and then while there is nothing to hand on."""

    def close(self) -> None:
        """Called at the end."""

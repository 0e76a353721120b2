"""The life of one application on one device, as a table: what is offered is transferred, installed, perhaps updated, and removed.

After 3GPP TS 23.057 §5.3. A step that leads where the
install is already is no error and changes nothing, so that a device may report again what it is not sure to have reported.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(StrEnum):
    """How far an install is."""

    OFFERED = "offered"
    TRANSFERRED = "transferred"
    INSTALLED = "installed"
    CONFIGURED = "configured"
    REFUSED = "refused"
    FAILED = "failed"
    REMOVED = "removed"


class Step(StrEnum):
    """What happens to an install."""

    OFFER = "offer"
    TRANSFER = "transfer"
    INSTALL = "install"
    CONFIGURE = "configure"
    REFUSE = "refuse"
    FAIL = "fail"
    REMOVE = "remove"


class Transition(NamedTuple):
    """Where a step leads, and from where it may be done; from where it leads it may be done again, without effect."""

    after: State
    before: frozenset[State]


_GONE_WRONG = frozenset({State.REFUSED, State.FAILED})
_ON_THE_WAY = frozenset({State.OFFERED, State.TRANSFERRED})
_THERE = frozenset({State.INSTALLED, State.CONFIGURED})

#: A device that failed may try again; one that has an application may get it again, to mend it; what is removed stays so.
TRANSITIONS: Mapping[Step, Transition] = MappingProxyType(
    {
        Step.TRANSFER: Transition(State.TRANSFERRED, frozenset({State.OFFERED, *_GONE_WRONG})),
        Step.INSTALL: Transition(State.INSTALLED, _ON_THE_WAY | _GONE_WRONG),
        Step.CONFIGURE: Transition(State.CONFIGURED, frozenset({State.INSTALLED})),
        Step.REFUSE: Transition(State.REFUSED, _ON_THE_WAY | frozenset({State.FAILED})),
        Step.FAIL: Transition(State.FAILED, _ON_THE_WAY | frozenset({State.REFUSED})),
        Step.REMOVE: Transition(State.REMOVED, frozenset(State) - {State.REMOVED}),
    }
)

"""The life of one application on one device, as a table: what is offered is transferred, installed, perhaps updated, and removed.

After 3GPP TS 23.057 §5.3 and the status reports of MIDP OTA and OMA Download 1.0 (900 Success and so on). A step that leads where the
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


class Report(NamedTuple):
    """A status that devices report: what it means, and the step that it is."""

    meaning: str
    step: Step


_FAIL = Step.FAIL

#: The statuses of MIDP OTA (900 to 912), JSR 211 (938, 939) and OMA Download 1.0 (900 to 906, 951 to 954).
REPORTS: Mapping[int, Report] = MappingProxyType(
    {
        900: Report("Success", Step.INSTALL),
        901: Report("Insufficient Memory", _FAIL),
        902: Report("User Cancelled", Step.REFUSE),
        903: Report("Loss of Service", _FAIL),
        904: Report("JAR size mismatch", _FAIL),
        905: Report("Attribute Mismatch", _FAIL),
        906: Report("Invalid Descriptor", _FAIL),
        907: Report("Invalid JAR", _FAIL),
        908: Report("Incompatible Configuration or Profile", _FAIL),
        909: Report("Application authentication failure", _FAIL),
        910: Report("Application authorization failure", _FAIL),
        911: Report("Push registration failure", _FAIL),
        912: Report("Deletion Notification", Step.REMOVE),
        938: Report("Content handler conflicts with other handlers", _FAIL),
        939: Report("Content handler install failed", _FAIL),
        951: Report("Invalid DDVersion", _FAIL),
        952: Report("Device Aborted", _FAIL),
        953: Report("Non-Acceptable Content", _FAIL),
        954: Report("Loader Error", _FAIL),
    }
)


def read_report(text: str) -> int | None:
    """The status in the body of a report: its first word, of whatever text follows; `None` where there is none that is known."""
    word = text.strip()[:16].split(maxsplit=1)
    return int(word[0]) if word and word[0].isascii() and word[0].isdigit() and int(word[0]) in REPORTS else None

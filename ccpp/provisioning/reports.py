"""What a terminal reports of an installation: the status codes of MIDP 2.0 and OMA Download 1.0, read back into one model."""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import DescriptorError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Bytes of a report; the longest text of the standards has 45.
MAX_REPORT = 1_024
_REPORT = re.compile(rb"\s*([0-9]{3})(?![0-9])([^\r\n]*)")
_MAX_TEXT = 200


class Outcome(StrEnum):
    """What became of it, whichever protocol said so."""

    INSTALLED = "installed"
    DELETED = "deleted"
    REFUSED = "refused by the user"
    NO_SPACE = "no space"
    INCOMPATIBLE = "incompatible"
    INVALID = "descriptor or content invalid"
    UNAUTHORISED = "not authorised"
    NETWORK = "network"
    FAILED = "failed otherwise"


class Protocol(StrEnum):
    """Who reports: a MIDP application manager, or a download agent."""

    MIDP = "MIDP 2.0"
    DOWNLOAD = "OMA Download 1.0"


class Status(NamedTuple):
    """A row of the table: what the standards call it, what it comes to, and which of them define it."""

    text: str
    outcome: Outcome
    protocols: frozenset[Protocol]


_BOTH, _MIDP, _DOWNLOAD = frozenset(Protocol), frozenset({Protocol.MIDP}), frozenset({Protocol.DOWNLOAD})

STATUSES: Mapping[int, Status] = MappingProxyType(
    {
        900: Status("Success", Outcome.INSTALLED, _BOTH),
        901: Status("Insufficient Memory", Outcome.NO_SPACE, _BOTH),
        902: Status("User Cancelled", Outcome.REFUSED, _BOTH),
        903: Status("Loss of Service", Outcome.NETWORK, _BOTH),
        904: Status("JAR size mismatch", Outcome.INVALID, _MIDP),
        905: Status("Attribute Mismatch", Outcome.INVALID, _BOTH),
        906: Status("Invalid Descriptor", Outcome.INVALID, _BOTH),
        907: Status("Invalid JAR", Outcome.INVALID, _MIDP),
        908: Status("Incompatible Configuration or Profile", Outcome.INCOMPATIBLE, _MIDP),
        909: Status("Application authentication failure", Outcome.UNAUTHORISED, _MIDP),
        910: Status("Application authorization failure", Outcome.UNAUTHORISED, _MIDP),
        911: Status("Push registration failure", Outcome.FAILED, _MIDP),
        912: Status("Deletion Notification", Outcome.DELETED, _MIDP),
        938: Status("Content handler conflicts with other handlers", Outcome.FAILED, _MIDP),
        939: Status("Content handler install failed", Outcome.FAILED, _MIDP),
        951: Status("Invalid DDVersion", Outcome.INCOMPATIBLE, _DOWNLOAD),
        952: Status("Device Aborted", Outcome.FAILED, _DOWNLOAD),
        953: Status("Non-Acceptable Content", Outcome.INCOMPATIBLE, _DOWNLOAD),
        954: Status("Loader Error", Outcome.NETWORK, _DOWNLOAD),
    }
)


class Report(NamedTuple):
    """A report: the code, what it comes to, the text that came with it, and whether the protocol defines the code."""

    code: int
    outcome: Outcome
    text: str
    defined: bool


def read_report(data: bytes, protocol: Protocol) -> Report:
    """The report in the body of a request. The number decides, for terminals write texts as they like.

    Raises:
        DescriptorError: the body begins with no code of three digits, or is too long.
    """
    if len(data) > MAX_REPORT:
        raise DescriptorError(f"a report of {len(data)} bytes, more than {MAX_REPORT}")
    found = _REPORT.match(data)
    if found is None:
        raise DescriptorError("a report without a status code", hint="900 Success")
    code = int(found[1])
    written = "".join(sign if sign.isprintable() else " " for sign in found[2].decode("utf-8", "replace"))
    status = STATUSES.get(code)
    defined = status is not None and protocol in status.protocols
    text = " ".join(written.split())[:_MAX_TEXT]
    return Report(code, status.outcome if status else Outcome.FAILED, text or (status.text if status else ""), defined)


def write_report(code: int) -> bytes:
    """The report of a status code, as a terminal writes it.

    Raises:
        DescriptorError: no standard defines the code.
    """
    if code not in STATUSES:
        raise DescriptorError(f"no status {code}")
    return f"{code} {STATUSES[code].text}\r\n".encode()

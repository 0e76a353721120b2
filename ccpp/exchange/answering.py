"""The server's side of the response: what was done with the profile, who has to be told, and what caches must know.

A mandatory extension is answered as RFC 2774 §5 asks: 510 where it is not known, 501 where the method behind `M-` is not, else an
acknowledgement (`Ext` or `C-Ext`) that no cache may repeat. What was done is said by a warning in the protocol of the request.
"""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.exchange.encoding import declare
from ccpp.exchange.model import MAX_SIZE, STRENGTHS, Declaration, ExchangeError, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ccpp.exchange.model import Exchange, Field

NOT_IMPLEMENTED = 501
NOT_EXTENDED = 510
_MANDATORY = "M-"


class Outcome(IntEnum):
    """What was done with a profile; the number is the warning code."""

    OK = 100
    STALE_PROFILE = 101
    PROFILE_NOT_USED = 102
    NOT_APPLIED = 200
    SELECTION = 201
    GENERATION = 202
    TRANSFORMATION = 203
    NOT_SUPPORTED = 500


class WarningCode(NamedTuple):
    """A row of the table: the usual text, the protocols that have the code, and its short integer in WSP."""

    text: str
    protocols: frozenset[Protocol]
    wsp: int | None


_NOTE = frozenset({Protocol.CCPP_EXCHANGE})
_W_HTTP = frozenset({Protocol.W_HTTP})

WARNINGS: Mapping[Outcome, WarningCode] = MappingProxyType(
    {
        Outcome.OK: WarningCode("OK", _NOTE, 0x10),
        Outcome.STALE_PROFILE: WarningCode("Used stale profile", _NOTE, 0x11),
        Outcome.PROFILE_NOT_USED: WarningCode("Not used profile", _NOTE, 0x12),
        Outcome.NOT_APPLIED: WarningCode("Not applied", _NOTE | _W_HTTP, 0x20),
        Outcome.SELECTION: WarningCode("Content selection applied", _NOTE | _W_HTTP, 0x21),
        Outcome.GENERATION: WarningCode("Content generation applied", _NOTE | _W_HTTP, 0x22),
        Outcome.TRANSFORMATION: WarningCode("Transformation applied", _NOTE | _W_HTTP, 0x23),
        Outcome.NOT_SUPPORTED: WarningCode("Not supported", _W_HTTP, None),
    }
)


class ProfileWarning(NamedTuple):
    """A warning: what was done, to what (a profile's URI, or the host that did it), the text, and the date, with its time zone.

    An empty text stands for the usual one. W-HTTP carries the code alone, WSP all but the text.
    """

    outcome: Outcome
    target: str = ""
    text: str = ""
    date: datetime | None = None


def plain_method(method: str) -> str:
    """The method without the prefix that says that an extension is mandatory."""
    return method.removeprefix(_MANDATORY)


def refusal(method: str, exchange: Exchange, methods: Collection[str]) -> int | None:
    """The status of the response where the request's extensions or its method forbid to go on; `None` where they do not.

    `methods` are those of the resource, without prefix (RFC 2774 §5).
    """
    if exchange.unmet:
        return NOT_EXTENDED
    if method.startswith(_MANDATORY) and plain_method(method) not in methods:
        return NOT_IMPLEMENTED
    return None


def response_headers(exchange: Exchange, warnings: Sequence[ProfileWarning] = (), *, agent: str = "ccpp") -> tuple[Field, ...]:
    """The header fields that a response to this request has because of profiles.

    Args:
        exchange: what the request said.
        warnings: what was done, in order; a code that the request's protocol does not have is left out, as is every warning
            where the request named no profile or its protocol has no header for warnings.
        agent: who did it, where a warning has no target: a host and port, or a pseudonym.

    Raises:
        ExchangeError: a target holds white space, or a text what no quoted string holds.
    """
    told = [warning for warning in warnings if exchange.protocol in WARNINGS[warning.outcome].protocols]
    fields = [*_acknowledgements(exchange), ("Vary", ", ".join(exchange.consulted))]
    if exchange.protocol is Protocol.W_HTTP:
        fields += [("x-wap-profile-warning", str(int(warning.outcome))) for warning in told]
    elif exchange.protocol is Protocol.CCPP_EXCHANGE and told:
        # A prefix means something only in the message that declares it, so the response declares it too (RFC 2774 §3).
        asked = exchange.declarations[0]
        strength = STRENGTHS["c-opt" if asked.strength.hop_by_hop else "opt"]
        declaration = Declaration(strength, asked.number)
        name = declaration.header("Profile-Warning")
        fields += [*declare(declaration, [name]), (name, ", ".join(_written(warning, agent) for warning in told))]
    return _merged(fields)


def _acknowledgements(exchange: Exchange) -> Iterator[Field]:
    for strength in dict.fromkeys(one.strength for one in exchange.declarations if one.strength.mandatory):
        yield strength.acknowledgement, ""
        if strength.hop_by_hop:
            yield "Connection", strength.acknowledgement
        else:
            yield "Cache-Control", f'no-cache="{strength.acknowledgement}"'


def _merged(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields with those of `Connection` in one, without empty ones but the acknowledgements."""
    connection = ", ".join(dict.fromkeys(value for name, value in fields if name == "Connection"))
    rest = tuple(field for field in fields if field[0] != "Connection")
    return (*rest, ("Connection", connection)) if connection else rest


# The text of a warning, CC/PP exchange protocol: code, target, quoted text, and perhaps a quoted date.

_QUOTABLE = re.compile(r"[ !#-\[\]-~\xa0-\xff]*")
_TARGET = re.compile(r"[!#-+\--~]+")  # no blank, quotation mark or comma: it stands bare in a list
_WARNING = re.compile(r"""[\s,]*([0-9]{3})[ \t]+([!#-+\--~]+)[ \t]+"([^"]*)"(?:[ \t]+"([^"]*)")?[ \t]*(?:,|$)""")
_WARNING_FIELD = re.compile(r"(?:x-wap-|(?:[0-9]{1,9}-)?)profile-warning")


def _written(warning: ProfileWarning, agent: str) -> str:
    target, text = warning.target or agent, warning.text or WARNINGS[warning.outcome].text
    if not _TARGET.fullmatch(target):
        raise ExchangeError(f"`{target}` cannot be the target of a warning", hint="a URI, or a host and port")
    if not _QUOTABLE.fullmatch(text):
        raise ExchangeError(
            f"`{text}` cannot be the text of a warning", hint="no quotation mark, backslash or control character"
        )
    date = f' "{format_datetime(warning.date.astimezone(UTC), usegmt=True)}"' if warning.date else ""
    return f'{int(warning.outcome)} {target} "{text}"{date}'


def read_warnings(headers: Iterable[Field]) -> tuple[ProfileWarning, ...]:
    """The warnings in the headers of a response, of whichever protocol: the client's side.

    Raises:
        ExchangeError: one is not of the grammar, or has an unknown code.
    """
    found: list[ProfileWarning] = []
    for name, value in headers:
        if _WARNING_FIELD.fullmatch(name.strip().lower()):
            if len(value) > MAX_SIZE:
                raise ExchangeError(f"more than {MAX_SIZE} characters in `{name}`")
            found += _bare(value) if name.strip().lower().startswith("x-wap-") else _quoted(value)
    return tuple(found)


def _bare(value: str) -> Iterator[ProfileWarning]:
    for code in value.split(","):
        yield ProfileWarning(_outcome(code.strip()))


def _quoted(value: str) -> Iterator[ProfileWarning]:
    offset, end = 0, len(value.rstrip(" \t,"))
    while offset < end:
        match = _WARNING.match(value, offset)
        if not match:
            raise ExchangeError(f"`{value[offset : offset + 40]}` is no warning", hint='as in `201 host.example "text"`')
        code, target, text, date = match.groups()
        yield ProfileWarning(_outcome(code), target, text, _date(date))
        offset = match.end()


def _outcome(code: str) -> Outcome:
    try:
        return Outcome(int(code))
    except ValueError:
        raise ExchangeError(f"unknown warning code `{code[:40]}`", hint="known are 100 to 102, 200 to 203 and 500") from None


def _date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError, TypeError):
        raise ExchangeError(f"`{text[:40]}` is no HTTP date") from None

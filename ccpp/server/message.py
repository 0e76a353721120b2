"""Requests and responses as values: what a handler is given and what it gives back. Nothing here reads a socket or a clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from ccpp.errors import CcppError
    from ccpp.exchange.model import Field
    from ccpp.server.steps import Steps

JSON = "application/json"
NDJSON = "application/x-ndjson"

#: Parameters of a query; forms of these pages have five.
MAX_PARAMETERS = 50


Lines: TypeAlias = "Generator[Steps[bytes], None, None]"


class Role(StrEnum):
    """What a caller may do; a route names the one it asks for."""

    DEVICE = "device"
    PROVISIONING_SERVER = "provisioning-server"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Ticket(NamedTuple):
    """What lets a caller change something once: a name that is used up, none where there is none to use, and until when it could be used."""

    name: str | None
    until: float


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: a name for the audit log, what the caller may do, and whose device it is, where that is known.

    `subscriber` comes from a token or a trusted proxy, never from the request's own words. With a `ticket` every change uses it up.
    """

    name: str
    roles: frozenset[Role]
    subscriber: str | None = None
    ticket: Ticket | None = None

    def may_see(self, subscriber: str | None) -> bool:
        """Whether what is a subscriber's may be seen: by the subscriber and by operators; what is nobody's by whoever can name it."""
        return subscriber is None or subscriber == self.subscriber or Role.OPERATOR in self.roles


#: What callers are asked to say who they are for (RFC 9110 §11.5).
REALM = "ccpp"

#: A caller of whom nothing is known: it may ask for decisions, as a device or for one, and may change nothing of the server's.
ANONYMOUS = Identity("anonymous", frozenset({Role.DEVICE, Role.PROVISIONING_SERVER}))


#: Whoever looks at the samples: all of them may do everything, because there is nothing of anybody's.
VISITOR = Identity("visitor", frozenset(Role))


@dataclass(frozen=True, slots=True)
class Request:
    """One request: the path is decoded, header names are in lower case, `time` is seconds since 1970, `base` the server's own URL.

    `target` is path and query as they were sent, `certificate` the one that the connection's other end proved to have, in DER.
    """

    method: str
    path: str
    headers: tuple[Field, ...] = ()
    body: bytes = b""
    query: str = ""
    time: float = 0.0
    id: str = ""
    client: str = ""
    base: str = ""
    target: str = ""
    certificate: bytes = b""
    identity: Identity = ANONYMOUS
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def header(self, name: str) -> str | None:
        """The value of the first header of that name (in lower case)."""
        for one, value in self.headers:
            if one == name:
                return value
        return None

    def headers_of(self, name: str) -> str:
        """The values of every header of that name, joined as RFC 9110 §5.3 does."""
        return ", ".join(value for one, value in self.headers if one == name)

    @property
    def media_type(self) -> str:
        """The media type of the body, without parameters; empty where none is said."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def arguments(self) -> dict[str, str]:
        """The parameters of the query, the last of a name counting."""
        return dict(parse_qsl(self.query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS))


@dataclass(frozen=True, slots=True)
class Response:
    """One response.

    `lines` are a body that is made while it is sent, steps for each line, and closed where nobody takes it any more. Until the time `until` (seconds since 1970) the same request
    has the same response, as long as the same catalogue is in service. `error` is what the log is told, where the response does not say it.
    """

    status: int = 200
    headers: tuple[Field, ...] = ()
    body: bytes = b""
    lines: Lines | None = None
    until: float = 0.0
    error: CcppError | None = None

    def with_headers(self, fields: Iterable[Field]) -> Response:
        """The same with further header fields; those of `Vary` become one."""
        headers = (*self.headers, *fields)
        varying = ", ".join(_distinct(value for name, value in headers if name.lower() == "vary"))
        rest = tuple(one for one in headers if one[0].lower() != "vary")
        return replace(self, headers=(*rest, ("Vary", varying)) if varying else rest)


def _distinct(values: Iterable[str]) -> Iterator[str]:
    """The members of some lists, each once whatever its case."""
    members = (member.strip() for value in values for member in value.split(","))
    yield from {member.lower(): member for member in members if member}.values()


def json_response(content: bytes, status: int = 200, *headers: Field) -> Response:
    """A response of JSON that is already written."""
    return Response(status, (("Content-Type", JSON), *headers), content)

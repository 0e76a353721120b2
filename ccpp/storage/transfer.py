"""One request to an address that was checked, ended by a clock and by a count of bytes, whatever the other side does.

This is `http.client` over a socket of our own and no client library, because three things must be seen to hold: the connection
goes to the address that was checked, and is not resolved again; one deadline ends the whole exchange, where libraries bound each
read and so wait for ever on one byte a second; and nothing is held in memory past a bound, where libraries inflate whatever a read
returned. All bytes come through `_Wire.readinto`, which holds the first two bounds; the inflating is `decoded`, which holds its own.

No proxy, no cookie, no credential: the request is the lines that are written here.
"""

from __future__ import annotations

import io
import socket
import ssl
import zlib
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import FetchError
from ccpp.reading import MAX_DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from email.message import Message

    from ccpp.storage.addresses import Address, Place

#: Bytes of a response beside its content: head, chunk sizes, trailer. Servers refuse requests with more than 8 to 16 KiB of head.
MAX_HEAD = 65_536
#: Addresses of a host that are tried in turn; the deadline would end the trying anyway.
MAX_ADDRESSES = 4

#: Parts of packed data one after the other (RFC 1952 §2.2); servers send one, and each costs a copy of what follows it.
MAX_MEMBERS = 16

#: Statuses whose content is the document: found, and found but changed by a proxy (RFC 9110 §15.3.1, §15.3.4).
FOUND = frozenset({200, 203})

#: How each content coding starts for zlib (RFC 9110 §8.4.1). No other is asked for.
_CODINGS = MappingProxyType({"gzip": 31, "x-gzip": 31, "deflate": 15})


class Limits(NamedTuple):
    """What one fetch may cost: bytes of the document, unpacked, and seconds for all of it, redirects included.

    A profile is 17 KB in the median and stands between a terminal and its content; a terminal waits no longer than this.
    """

    max_bytes: int = MAX_DOCUMENT
    deadline: float = 10.0
    connect_timeout: float = 3.0
    read_timeout: float = 5.0


class Answer(NamedTuple):
    """What a server answered; the content of an answer that holds no document is not read."""

    status: int
    headers: Message
    content: bytes


class Deadline:
    """The moment by which everything must be done."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self, at_most: float) -> float:
        """Seconds that the next step may take.

        Raises:
            TimeoutError: there are none.
        """
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, at_most)


class _Wire(io.RawIOBase):
    """A connection that stops reading at the deadline and past its count of bytes."""

    def __init__(self, sock: socket.socket, deadline: Deadline, limits: Limits) -> None:
        super().__init__()
        self._sock = sock
        self._deadline = deadline
        self._limits = limits
        self._left = limits.max_bytes + MAX_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # narrower: BufferedReader passes nothing else
        self._sock.settimeout(self._deadline.left(self._limits.read_timeout))
        count = self._sock.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise _too_large(self._limits.max_bytes)
        return count

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._deadline.left(self._limits.read_timeout))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What `HTTPResponse` wants of a socket."""
        return io.BufferedReader(self)


def ask(
    place: Place,
    addresses: Sequence[Address],
    headers: Mapping[str, str],
    *,
    limits: Limits,
    deadline: Deadline,
    tls: Callable[[], ssl.SSLContext],
    content: bytes | None = None,
) -> Answer:
    """The answer of the place at the first of these addresses that takes a connection.

    Args:
        place: what to ask for; its host is named in the Host header and to TLS, and never resolved.
        addresses: where to connect, checked by the caller.
        headers: the request's own; none may hold a line break.
        limits: what it may cost.
        deadline: when it must be done.
        tls: makes the context of a https connection.
        content: what is posted; nothing is, and the request a GET, where there is none.

    Raises:
        FetchError: `timeout`, `too-large`, `encoding`, or `network` for everything else that can go wrong.
    """
    method, length = ("GET", {}) if content is None else ("POST", {"Content-Length": str(len(content))})
    lines = [
        f"{method} {place.target} HTTP/1.1",
        f"Host: {place.authority}",
        *(f"{name}: {value}" for name, value in {**headers, **length}.items()),
    ]
    request = "\r\n".join((*lines, "Accept-Encoding: gzip, deflate", "Connection: close", "", ""))
    with _told_plainly(), _connected(place, addresses, limits, deadline, tls) as sock:
        wire = _Wire(sock, deadline, limits)
        wire.sendall(request.encode("ascii") + (content or b""))
        with HTTPResponse(wire, method=method) as response:  # type: ignore[arg-type]  # all it wants is makefile
            response.begin()
            found = _content(response, limits.max_bytes) if response.status in FOUND else b""
            return Answer(response.status, response.headers, found)


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Whatever a socket, TLS or HTTP raises, as the error of a fetch."""
    try:
        yield
    except TimeoutError:
        raise FetchError("no answer in time", kind="timeout") from None
    except ssl.SSLCertVerificationError as error:
        raise FetchError(f"the certificate is not trusted: {error.verify_message}", kind="network") from None
    except OSError as error:
        raise FetchError(f"the connection failed: {error.strerror or 'closed by the server'}", kind="network") from None
    except (HTTPException, ValueError) as error:  # ValueError: of sizes that are no numbers
        raise FetchError(f"not answered in HTTP ({type(error).__name__})", kind="network") from None


@contextmanager
def _connected(
    place: Place, addresses: Sequence[Address], limits: Limits, deadline: Deadline, tls: Callable[[], ssl.SSLContext]
) -> Iterator[socket.socket]:
    """A connection to the first address that takes one, with TLS where the place wants it; closed at the end."""
    with _first_connection(place.port, addresses[:MAX_ADDRESSES], limits, deadline) as plain:
        if place.scheme == "http":
            yield plain
            return
        # An end without TLS's goodbye may be an attacker's cut, so it is an error and not an end.
        with tls().wrap_socket(
            plain, server_hostname=place.host, do_handshake_on_connect=False, suppress_ragged_eofs=False
        ) as secure:
            secure.settimeout(deadline.left(limits.read_timeout))  # for the whole handshake
            secure.do_handshake()
            yield secure


def _first_connection(port: int, addresses: Sequence[Address], limits: Limits, deadline: Deadline) -> socket.socket:
    failure: OSError = ConnectionError("no address")
    for address in addresses:
        try:
            return socket.create_connection((str(address), port), timeout=deadline.left(limits.connect_timeout))
        except OSError as error:
            failure = error
    raise failure


def _content(response: HTTPResponse, limit: int) -> bytes:
    """The whole document, unpacked."""
    if response.headers.get("Transfer-Encoding", "chunked").lower() != "chunked":
        raise FetchError("sent in a transfer coding that was not asked for", kind="encoding")
    declared = response.length
    if declared is not None and declared > limit:
        raise _too_large(limit)
    sent = response.read(limit + 1)
    if len(sent) > limit:
        raise _too_large(limit)
    if declared is not None and len(sent) < declared:
        raise FetchError(f"the connection ended after {len(sent)} of {declared} bytes", kind="network")
    return decoded(sent, response.headers.get("Content-Encoding", ""), limit)


def decoded(data: bytes, coding: str, limit: int) -> bytes:
    """Content without its content coding (RFC 9110 §8.4), holding at no moment more than one byte past the limit.

    Raises:
        FetchError: it is more (`too-large`), cut off (`network`), damaged or in an unknown coding (`encoding`).
    """
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return data
    if coding not in _CODINGS:
        raise FetchError(f"sent in the content coding `{coding[:40]}`, which was not asked for", kind="encoding")
    start = -15 if coding == "deflate" and not _zlib_header(data) else _CODINGS[coding]
    content = bytearray()
    try:
        for _ in range(MAX_MEMBERS):
            unpacker = zlib.decompressobj(start)
            content += unpacker.decompress(data, limit + 1 - len(content))
            if len(content) > limit:
                raise _too_large(limit)
            if not unpacker.eof:
                raise FetchError(f"the connection ended within the {coding} data", kind="network")
            data = unpacker.unused_data
            if not data:
                return bytes(content)
    except zlib.error:
        pass
    raise FetchError(f"not valid {coding} data", kind="encoding")


def _zlib_header(data: bytes) -> bool:
    """Whether deflated data have the header they should have (RFC 1950 §2.2); old servers leave it out."""
    return len(data) > 1 and data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0


def _too_large(limit: int) -> FetchError:
    return FetchError(f"more than {limit} bytes", kind="too-large", hint="no real profile comes near it")

"""Fetching, against servers on loopback that do what servers should not; and the guard, address by address."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address
from itertools import count
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from conftest import ROOT, SUITE

from ccpp.errors import FetchError, UsageError
from ccpp.reading import MAX_DOCUMENT
from ccpp.storage.addresses import parse_place, redirected, refuse_special, shown, special
from ccpp.storage.fetch_cache import Entry, Failure, Fetched, MemoryCache, SqliteCache
from ccpp.storage.fetching import KINDS, Fetcher, FetchPolicy, Freshness, resolve_host
from ccpp.storage.transfer import MAX_HEAD, MAX_MEMBERS, Limits, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ccpp.storage.addresses import Address
    from ccpp.storage.fetch_cache import Cache

CASES = json.loads((SUITE / "fetching.json").read_text())
HOST = "profiles.example"
DOCUMENT = b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>"


class Server:
    """A server on loopback whose answers are written out byte by byte; `requests` are the heads it received, in order."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, list[Callable[[socket.socket, Event], None]]] = {}
        self.requests: list[str] = []
        self.stopped = Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[Thread] = []
        self._accepting = Thread(target=self._accept)
        self._accepting.start()

    def says(self, path: str, *answers: Callable[[socket.socket, Event], None]) -> str:
        """Answer requests for this path so, in turn and the last one for ever; the URL to ask."""
        self.answers[path] = list(answers)
        return f"http{'s' if self._tls else ''}://{HOST}:{self.port}{path}"

    def stop(self) -> None:
        self.stopped.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            self._accepting.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self.stopped.is_set():
                connection.close()
                return
            thread = Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                if self._tls:
                    with self._tls.wrap_socket(connection, server_side=True) as secure:
                        self._answer(secure)
                else:
                    self._answer(connection)
            except OSError:
                pass  # the client has left, as it should

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(4096)
            if not received:
                return
            head += received
        self.requests.append(head.decode())
        answers = self.answers[head.split()[1].decode()]
        (answers.pop(0) if len(answers) > 1 else answers[0])(connection, self.stopped)


def answer(head: str = "", content: bytes = DOCUMENT, status: str = "200 OK", *, length: int | None = -1) -> Any:  # noqa: ANN401
    """An answer with its Content-Length, unless another is given or none."""
    lines = [f"HTTP/1.1 {status}", *([head] if head else [])]
    if length is not None:
        lines.append(f"Content-Length: {len(content) if length < 0 else length}")
    return raw("\r\n".join([*lines, "", ""]).encode() + content)


def redirect(location: str, status: str = "302 Found") -> Any:  # noqa: ANN401
    return answer(f"Location: {location}", b"", status)


def raw(data: bytes) -> Any:  # noqa: ANN401
    return lambda connection, _: connection.sendall(data)


def dripping(head: bytes, drop: bytes, tail: bytes = b"") -> Any:  # noqa: ANN401
    """A head at once, then a drop every while for longer than anybody waits, and at last an end that would be right."""

    def drip(connection: socket.socket, stopped: Event) -> None:
        connection.sendall(head)
        for _ in range(200):
            if stopped.wait(0.05):
                return
            connection.sendall(drop)
        connection.sendall(tail)

    return drip


def flooding(head: bytes, drop: bytes) -> Any:  # noqa: ANN401
    """A head, then the same bytes for as long as anybody takes them."""

    def flood(connection: socket.socket, stopped: Event) -> None:
        connection.sendall(head)
        while not stopped.is_set():
            connection.sendall(drop)

    return flood


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


PATIENT = Limits(max_bytes=10_000, deadline=60.0, connect_timeout=30.0, read_timeout=30.0)
#: Only for what ends in a time-out, however slow the machine.
BRIEF = Limits(max_bytes=10_000, deadline=0.4, connect_timeout=0.3, read_timeout=0.3)


def policy_for(server: Server, **changes: Any) -> FetchPolicy:  # noqa: ANN401
    """One port of loopback is let through; everything else stays as refused as it is by default."""

    def refuses(address: Address, port: int) -> str | None:
        return None if (str(address), port) == ("127.0.0.1", server.port) else refuse_special(address, port)

    policy = FetchPolicy(hosts=(HOST, "*.example"), ports=frozenset({server.port}), refuses=refuses, limits=PATIENT)
    return replace(policy, **changes)


class Clock:
    """A clock that stands until it is set on."""

    def __init__(self) -> None:
        self.now = 1_000_000_000.0

    def __call__(self) -> float:
        return self.now


def at_loopback(_host: str) -> list[str]:
    return ["127.0.0.1"]


def fetcher_for(server: Server, cache: Cache | None = None, clock: Clock | None = None, **changes: Any) -> Fetcher:  # noqa: ANN401
    return Fetcher(policy_for(server, **changes), cache, clock=clock or Clock(), resolve=at_loopback)


def failure(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    assert caught.value.kind in KINDS
    assert "\n" not in str(caught.value)
    return caught.value


# The guard, without a network.


@pytest.mark.parametrize("case", CASES["urls"], ids=lambda case: case["url"][:60])
def test_url(case: dict[str, Any]) -> None:
    if "place" in case:
        place = parse_place(case["url"])
        assert [place.scheme, place.host, place.port, place.target] == case["place"]
        assert parse_place(place.url) == place
        return
    with pytest.raises(FetchError, match=case["error"]) as caught:
        parse_place(case["url"])
    assert caught.value.kind == "refused"


@pytest.mark.parametrize("case", CASES["redirects"], ids=lambda case: case["location"][:60])
def test_redirect(case: dict[str, Any]) -> None:
    place = parse_place(case["from"])
    if "to" in case:
        assert redirected(place, case["location"]).url == case["to"]
        return
    with pytest.raises(FetchError) as caught:
        redirected(place, case["location"])
    assert caught.value.kind == case["error"]


@pytest.mark.parametrize(("address", "what"), CASES["addresses"].items())
def test_address(address: str, what: str | None) -> None:
    row = special(ip_address(address))
    assert (row and row.what) == what
    assert refuse_special(ip_address(address), 80) == what


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://user:secret@h.example/", "…@h.example/"),
        ("http://user:sec/ret@h.example/", "…@h.example/"),
        ("http://h.example/\x1b[31m\n", "http://h.example/\\x1b[31m\\n"),
        ("http://h.example/" + "a" * 500, "http://h.example/" + "a" * 183),
    ],
)
def test_a_message_shows_a_url_without_secrets(url: str, expected: str) -> None:
    assert shown(url) == expected.replace("…", "\\u2026")
    error = failure(Fetcher(FetchPolicy()), url)
    assert "secret" not in str(error)
    assert "sec/ret" not in str(error)


def test_nothing_is_fetched_unless_allowed() -> None:
    error = failure(Fetcher(FetchPolicy(), resolve=pytest.fail), f"http://{HOST}/")
    assert error.kind == "refused"
    assert str(error) == (f"http://{HOST}/: the host `{HOST}` is not allowed (allow it if profiles may be fetched from there)")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schemes": frozenset({"https"})}, "the scheme `http` is not allowed"),
        ({"ports": frozenset({443})}, "port 80 is not allowed"),
        ({"hosts": ("*.profiles.example",)}, "the host `profiles.example` is not allowed"),
    ],
)
def test_the_policy_is_asked_first(changes: dict[str, Any], message: str) -> None:
    fetcher = Fetcher(replace(FetchPolicy(hosts=("*",)), **changes), resolve=pytest.fail)
    assert failure(fetcher, f"http://{HOST}/").message == message


@pytest.mark.parametrize("pattern", ["profiles.example", "*.example", "PROFILES.*", "*"])
def test_hosts_are_patterns(pattern: str) -> None:
    FetchPolicy(hosts=(pattern,)).admit(parse_place("http://Profiles.Example/"))


def test_hosts_are_not_one_text() -> None:
    with pytest.raises(UsageError, match="several are due"):
        FetchPolicy(hosts="*.example")


@pytest.mark.parametrize("value", ["", "a\r\nX: y", "caf\u00e9"])
def test_a_header_is_one_line_of_ascii(value: str) -> None:
    with pytest.raises(UsageError, match="not one line of printable ASCII"):
        FetchPolicy(user_agent=value)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%1", "::ffff:10.0.0.1"])
def test_a_host_at_a_private_address_is_refused(address: str) -> None:
    fetcher = Fetcher(FetchPolicy(hosts=("*",)), resolve=lambda _: ["93.184.215.14", address])
    error = failure(fetcher, f"http://{HOST}/")
    assert error.kind == "refused"
    assert error.message.startswith(f"the host `{HOST}` is at {ip_address(address)}, which is ")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"])
def test_a_private_address_is_refused_though_its_host_is_allowed(host: str) -> None:
    assert failure(Fetcher(FetchPolicy(hosts=("*",)), resolve=pytest.fail), f"http://{host}/").kind == "refused"


@pytest.mark.parametrize("found", [OSError("no such host"), UnicodeError("label too long"), TimeoutError("resolver")])
def test_a_host_without_an_address(found: Exception) -> None:
    def resolve(_host: str) -> list[str]:
        raise found

    error = failure(Fetcher(FetchPolicy(hosts=("*",)), resolve=resolve), f"http://{HOST}/")
    assert (error.kind, error.message) == ("network", f"the host `{HOST}` has no address")


def test_a_resolver_that_does_not_answer_ends_with_the_deadline() -> None:
    released = Event()

    def resolve(_host: str) -> list[str]:
        released.wait(10)
        return ["93.184.215.14"]

    fetcher = Fetcher(FetchPolicy(hosts=("*",), limits=Limits(deadline=0.2)), resolve=resolve)
    assert failure(fetcher, f"http://{HOST}/").message == "the host was not resolved in time"
    released.set()


def test_the_systems_resolver() -> None:
    assert resolve_host("127.0.0.1") == ["127.0.0.1"]
    assert {ip_address(address).is_loopback for address in resolve_host("localhost")} == {True}


def test_no_time_is_no_connection(server: Server) -> None:
    fetcher = fetcher_for(server, hosts=("127.0.0.1",), limits=Limits(deadline=0.0))
    assert failure(fetcher, f"http://127.0.0.1:{server.port}/").kind == "timeout"
    assert server.requests == []


# Answers.


def test_a_document(server: Server) -> None:
    url = server.says(
        "/p.rdf?a=1", answer('ETag: "e"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: text/XML; q=1')
    )
    clock = Clock()
    assert fetcher_for(server, clock=clock).fetch(url + "#Profile") == Fetched(
        url=url + "#Profile",
        final_url=url,
        status=200,
        content=DOCUMENT,
        etag='"e"',
        last_modified="Mon, 01 Jan 2024 00:00:00 GMT",
        fetched_at=clock.now,
        stale=False,
        from_cache=False,
        media_type="text/xml",
    )
    request = (
        f"GET /p.rdf?a=1 HTTP/1.1\r\nHost: {HOST}:{server.port}\r\nUser-Agent: {FetchPolicy().user_agent}\r\n"
        f"Accept: {FetchPolicy().accept}\r\nAccept-Encoding: gzip, deflate\r\nConnection: close\r\n\r\n"
    )
    assert server.requests == [request]


@pytest.mark.parametrize("case", CASES["servers"], ids=[case["description"] for case in CASES["servers"]])
def test_some_servers_answer_only_what_they_know(server: Server, case: dict[str, Any]) -> None:
    def by_name(connection: socket.socket, stopped: Event) -> None:
        known = f"\r\nUser-Agent: {case['answers']}" in server.requests[-1]
        (answer() if known else answer(status="403 Forbidden"))(connection, stopped)

    fetcher = fetcher_for(server, **({"user_agent": case["user_agent"]} if case["user_agent"] else {}))
    if case["error"]:
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(server.says("/", by_name))
        assert caught.value.kind == case["error"]
    else:
        assert fetcher.fetch(server.says("/", by_name)).content == DOCUMENT


def test_no_proxy_and_no_cookie(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    url = server.says("/", answer("Set-Cookie: a=b\r\nCache-Control: no-store"))
    fetcher = fetcher_for(server)
    assert fetcher.fetch(url) == fetcher.fetch(url)
    assert "ookie" not in "".join(server.requests)


CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    "said",
    [
        answer(),
        answer(length=None),
        answer(CHUNKED, b"%x\r\n%s\r\n0\r\n\r\n" % (len(DOCUMENT), DOCUMENT), length=None),
        answer("Content-Encoding: gzip", gzip.compress(DOCUMENT)),
        answer("Content-Encoding: x-gzip", gzip.compress(DOCUMENT[:9]) + gzip.compress(DOCUMENT[9:])),
        answer("Content-Encoding: deflate", zlib.compress(DOCUMENT)),
        answer("Content-Encoding: Deflate", zlib.compress(DOCUMENT)[2:-4]),
        answer("Content-Encoding: identity"),
        raw(b"HTTP/1.0 200 OK\r\n\r\n" + DOCUMENT),
        raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + DOCUMENT),
        answer(status="203 Non-Authoritative Information"),
    ],
)
def test_every_way_to_send_a_document(server: Server, said: Any) -> None:  # noqa: ANN401
    assert fetcher_for(server).fetch(server.says("/", said)).content == DOCUMENT


BOMB = b"\x00" * 50_000_000


@pytest.mark.parametrize(
    ("kind", "message", "said"),
    [
        ("too-large", "more than 10000 bytes", answer(content=b"a" * 10_001)),
        (
            "too-large",
            "more than 10000 bytes",
            flooding(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n", b"a" * 4096),
        ),
        ("too-large", "more than 10000 bytes", flooding(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 4096)),
        (
            "too-large",
            "more than 10000 bytes",
            flooding(b"HTTP/1.1 200 OK\r\n" + CHUNKED.encode() + b"\r\n\r\n", b"1\r\na\r\n" * 999),
        ),
        (
            "too-large",
            "more than 10000 bytes",
            flooding(b"HTTP/1.1 200 OK\r\n" + CHUNKED.encode() + b"\r\n\r\n", b"-1\r\n" * 999),
        ),
        ("too-large", "more than 10000 bytes", answer("Content-Encoding: gzip", gzip.compress(BOMB[:5_000_000]))),
        ("too-large", "more than 10000 bytes", answer("Content-Encoding: deflate", zlib.compress(BOMB[:5_000_000]))),
        ("too-large", "more than 10000 bytes", flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)),
        ("network", "the connection ended after 66 of 9999 bytes", answer(length=9_999)),
        (
            "network",
            "the connection ended within the gzip data",
            answer("Content-Encoding: gzip", gzip.compress(DOCUMENT)[:-9]),
        ),
        ("network", "the connection ended within the gzip data", answer("Content-Encoding: gzip", b"")),
        ("network", "not answered in HTTP (IncompleteRead)", answer(CHUNKED, b"64\r\n<rdf", length=None)),
        ("network", "not answered in HTTP (IncompleteRead)", answer(CHUNKED, b"zz\r\n<rdf", length=None)),
        ("network", "not answered in HTTP (ValueError)", answer(CHUNKED, b"-2\r\n<rdf", length=None)),
        ("network", "not answered in HTTP (BadStatusLine)", raw(DOCUMENT)),
        ("network", "not answered in HTTP (LineTooLong)", raw(b"HTTP/1.1 200 " + b"a" * 65_600)),
        ("network", "not answered in HTTP (HTTPException)", raw(b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 101 + b"\r\n")),
        ("network", "the connection failed: closed by the server", raw(b"")),
        ("encoding", "not valid gzip data", answer("Content-Encoding: gzip")),
        ("encoding", "not valid gzip data", answer("Content-Encoding: gzip", gzip.compress(b"") * (MAX_MEMBERS + 1))),
        ("encoding", "not valid deflate data", answer("Content-Encoding: deflate", zlib.compress(DOCUMENT) + b"junk")),
        (
            "encoding",
            "sent in the content coding `gzip, gzip`, which was not asked for",
            answer("Content-Encoding: gzip, gzip"),
        ),
        ("encoding", "sent in a transfer coding that was not asked for", answer("Transfer-Encoding: gzip, chunked")),
        ("gone", "`profiles.example` answers with status 404", answer(status="404 Not Found")),
        ("gone", "`profiles.example` answers with status 410", answer(status="410 Gone")),
        ("http-status", "`profiles.example` answers with status 403", answer(status="403 Forbidden")),
        ("http-status", "`profiles.example` answers with status 204", answer(status="204 No Content")),
        ("http-status", "`profiles.example` answers with status 304", answer(status="304 Not Modified")),
        ("unavailable", "`profiles.example` answers with status 503", answer(status="503 Service Unavailable")),
        ("unavailable", "`profiles.example` answers with status 429", answer(status="429 Too Many Requests")),
        ("timeout", "no answer in time", lambda _, stopped: stopped.wait()),
        ("timeout", "no answer in time", dripping(b"HTTP/1.1 200 OK\r\nX: ", b"a", b"\r\n\r\n" + DOCUMENT)),
        ("timeout", "no answer in time", dripping(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n", b"\r\n" + DOCUMENT)),
        ("timeout", "no answer in time", dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"a")),
        ("timeout", "no answer in time", dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n", b"a")),
        ("timeout", "no answer in time", dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n")),
        (
            "timeout",
            "no answer in time",
            dripping(b"HTTP/1.1 200 OK\r\n" + CHUNKED.encode() + b"\r\n\r\n", b"1\r\na\r\n"),
        ),
        ("refused", "the host `10.0.0.1` is not allowed", redirect("http://10.0.0.1/")),
        ("refused", "the host `localhost` is not allowed", redirect("//localhost/")),
        ("refused", "not an http or https URL: its scheme is `file`", redirect("file:///etc/passwd")),
        ("refused", "the host `0x7f.1` is a number in disguise", redirect("http://0x7f.1/")),
        ("refused", "port 80 is not allowed", redirect("http://other.example/")),
        ("refused", "redirected to something that is no URL", redirect("http://[a/")),
        ("refused", "redirected to something that is no URL", redirect("/a b")),
        ("refused", "redirected to something that is no URL", answer(status="301 Moved Permanently")),
        ("redirect", "more than 5 redirects", redirect("/")),
        ("redirect", "more than 5 redirects", redirect("?again")),
    ],
)
def test_every_way_to_fail(server: Server, kind: str, message: str, said: Any) -> None:  # noqa: ANN401
    server.answers["/?again"] = [said]
    error = failure(fetcher_for(server, limits=BRIEF if kind == "timeout" else PATIENT), server.says("/", said))
    assert (error.kind, error.message) == (kind, message)


def test_every_kind_of_failure_is_listed() -> None:
    assert {kind for mark in test_every_way_to_fail.pytestmark for kind, *_ in mark.args[1]} == set(KINDS)


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]"])
def test_a_redirect_to_a_private_address_is_refused_by_the_guard(server: Server, address: str) -> None:
    other = Server()
    try:
        url = server.says("/", redirect(f"http://{address}:{other.port}/"))
        ports = frozenset({server.port, other.port})
        error = failure(fetcher_for(server, hosts=("*",), ports=ports), url)
        assert error.kind == "refused"
        assert ", which is " in error.message
        assert other.requests == []
    finally:
        other.stop()


def test_a_host_is_resolved_once_for_each_request_and_the_answer_is_used(server: Server) -> None:
    """DNS rebinding: an address that may be asked the first time, another from then on."""
    looked_up = count()

    def resolve(_host: str) -> list[str]:
        return ["127.0.0.1"] if next(looked_up) == 0 else ["127.0.0.2"]

    url = server.says("/", answer("Cache-Control: no-store"))
    fetcher = Fetcher(policy_for(server), resolve=resolve)
    assert fetcher.fetch(url).content == DOCUMENT
    error = failure(fetcher, url)
    assert error.message == f"the host `{HOST}` is at 127.0.0.2, which is loopback"
    assert next(looked_up) == 2
    assert len(server.requests) == 1


def test_a_host_is_resolved_anew_after_a_redirect(server: Server) -> None:
    url = server.says("/", redirect("/there"))
    server.says("/there", answer())
    addresses = iter([["127.0.0.1"], ["192.168.0.1"]])
    error = failure(Fetcher(policy_for(server), resolve=lambda _: next(addresses)), url)
    assert error.message == f"the host `{HOST}` is at 192.168.0.1, which is private"


def test_the_next_address_is_tried(server: Server) -> None:
    url = server.says("/", answer())
    policy = policy_for(server, refuses=lambda _, __: None)
    assert Fetcher(policy, resolve=lambda _: ["::1", "127.0.0.1"]).fetch(url).content == DOCUMENT


def test_nobody_listens(server: Server) -> None:
    fetcher = Fetcher(policy_for(server, refuses=lambda _, __: None), resolve=lambda _: ["::1"])
    assert failure(fetcher, server.says("/", answer())).kind == "network"
    fetcher = Fetcher(policy_for(server), resolve=lambda _: [])
    assert failure(fetcher, server.says("/", answer())).kind == "network"


def test_redirects_are_followed(server: Server) -> None:
    url = server.says("/a", redirect("b", "301 Moved Permanently"))
    server.says("/b", redirect(f"http://other.example:{server.port}/c", "308 Permanent Redirect"))
    server.says("/c", answer())
    fetched = fetcher_for(server).fetch(url)
    assert (fetched.url, fetched.final_url) == (url, f"http://other.example:{server.port}/c")
    assert [request.split("\r\n")[1] for request in server.requests] == [
        f"Host: {HOST}:{server.port}",
        f"Host: {HOST}:{server.port}",
        f"Host: other.example:{server.port}",
    ]


def test_the_bound_is_the_readers() -> None:
    assert Limits().max_bytes == MAX_DOCUMENT


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_not_held_in_memory(coding: str) -> None:
    import tracemalloc  # noqa: PLC0415

    packed = gzip.compress(BOMB) if coding == "gzip" else zlib.compress(BOMB)
    tracemalloc.start()
    with pytest.raises(FetchError, match="more than 1000000 bytes"):
        decoded(packed, coding, 1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000


# TLS.


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def secured(authority: trustme.CA, name: str) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    server = Server(context)
    try:
        yield server
    finally:
        server.stop()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_tls_is_for_the_host_and_not_for_the_address(authority: trustme.CA) -> None:
    with secured(authority, HOST) as server:
        fetcher = Fetcher(policy_for(server), resolve=at_loopback, tls=lambda: trusting(authority))
        assert fetcher.fetch(server.says("/", answer())).content == DOCUMENT
        assert failure(fetcher, server.says("/cut", answer(length=99))).kind == "network"
        other = f"https://other.example:{server.port}/"
        assert failure(fetcher, other).message.startswith("the certificate is not trusted: Hostname mismatch")
        assert failure(fetcher, server.says("/down", redirect(f"http://{HOST}:{server.port}/"))).kind == "redirect"


def test_tls_trusts_nobody_unknown(authority: trustme.CA) -> None:
    with secured(authority, HOST) as server:
        error = failure(fetcher_for(server), server.says("/", answer()))
        assert (error.kind, error.message[:30]) == ("network", "the certificate is not trusted")


def test_a_handshake_that_does_not_come_ends_with_its_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        policy = FetchPolicy(
            hosts=(HOST,), ports=frozenset({port}), refuses=lambda _, __: None, limits=Limits(deadline=0.3, read_timeout=0.2)
        )
        assert failure(Fetcher(policy, resolve=at_loopback), f"https://{HOST}:{port}/").kind == "timeout"


# What is kept.


@pytest.fixture(params=["memory", "file"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Cache:
    return MemoryCache() if request.param == "memory" else SqliteCache(tmp_path / "fetched.sqlite")


SPANS = Freshness(default=100, longest=1_000, stale_if_error=10_000, failure=10, gone=50)


def test_a_fresh_copy_is_not_asked_for(server: Server, cache: Cache) -> None:
    clock = Clock()
    url = server.says("/", answer(), answer(content=b"new"))
    fetcher = fetcher_for(server, cache, clock, freshness=SPANS)
    first = fetcher.fetch(url)
    clock.now += 99
    assert fetcher.fetch(url) == first._replace(from_cache=True)
    clock.now += 1
    assert fetcher.fetch(url) == first._replace(content=b"new", fetched_at=clock.now)
    clock.now -= 1_000  # a clock that was set back makes nothing fresh
    assert not fetcher.fetch(url).from_cache


@pytest.mark.parametrize(("head", "seconds"), CASES["freshness"].items())
def test_freshness(server: Server, head: str, seconds: int | None) -> None:
    clock = Clock()
    fetcher = fetcher_for(server, clock=clock, freshness=SPANS)
    url = server.says("/", answer(head))
    fetcher.fetch(url)
    if seconds:
        clock.now += seconds - 1
        assert fetcher.fetch(url).from_cache
        clock.now += 1
    assert not fetcher.fetch(url).from_cache
    server.says("/", answer(status="500 Oops"))
    clock.now += seconds or 0
    if seconds is None:
        assert failure(fetcher, url).kind == "unavailable"
    else:
        assert fetcher.fetch(url).stale


def test_a_copy_is_revalidated(server: Server, cache: Cache) -> None:
    clock = Clock()
    date = "Mon, 01 Jan 2024 00:00:00 GMT"
    url = server.says(
        "/",
        answer(f'ETag: "1"\r\nLast-Modified: {date}'),
        answer('ETag: W/"2"\r\nCache-Control: max-age=200', b"", "304 Not Modified", length=None),
        answer('ETag: "3"', b"new"),
    )
    fetcher = fetcher_for(server, cache, clock, freshness=SPANS)
    first = fetcher.fetch(url)
    clock.now += 100
    again = fetcher.fetch(url)
    assert again == first._replace(etag='W/"2"', fetched_at=clock.now, from_cache=True)
    clock.now += 200
    assert fetcher.fetch(url).content == b"new"
    assert "If-" not in server.requests[0]
    assert f'If-None-Match: "1"\r\nIf-Modified-Since: {date}\r\n' in server.requests[1]
    assert f'If-None-Match: W/"2"\r\nIf-Modified-Since: {date}\r\n' in server.requests[2]


def test_a_validator_is_for_the_place_that_gave_it(server: Server) -> None:
    clock = Clock()
    url = server.says("/a", redirect("/b"))
    server.says("/b", answer('ETag: "b"'), answer("", b"", "304 Not Modified"))
    fetcher = fetcher_for(server, clock=clock, freshness=SPANS)
    fetcher.fetch(url)
    clock.now += 100
    assert fetcher.fetch(url).from_cache
    assert ["If-None-Match" in request for request in server.requests] == [False, False, False, True]


def test_a_validator_smuggles_no_header(server: Server) -> None:
    clock = Clock()
    url = server.says("/", answer('ETag: "a"\r\n X-Smuggled: yes'), answer())
    fetcher = fetcher_for(server, clock=clock, freshness=SPANS)
    assert fetcher.fetch(url).etag is None
    clock.now += 100
    fetcher.fetch(url)
    assert "Smuggled" not in server.requests[1]


@pytest.mark.parametrize(
    "said",
    [
        answer(status="500 Internal Server Error"),
        answer(length=9_999),
        raw(b"HTTP/1.1 2"),
        raw(b""),
    ],
)
def test_a_stale_copy_serves_while_its_server_fails(server: Server, cache: Cache, said: Any) -> None:  # noqa: ANN401
    clock = Clock()
    url = server.says("/", answer(), said, answer(content=b"back"))
    fetcher = fetcher_for(server, cache, clock, freshness=SPANS)
    first = fetcher.fetch(url)
    clock.now += 100
    stale = fetcher.fetch(url)
    assert stale == first._replace(stale=True, from_cache=True)
    clock.now += 9
    assert fetcher.fetch(url) == stale
    assert len(server.requests) == 2  # the failure is remembered
    clock.now += 1
    assert fetcher.fetch(url).content == b"back"


def test_a_stale_copy_serves_while_its_server_is_slow(server: Server, cache: Cache) -> None:
    clock = Clock()
    url = server.says("/", answer(), dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"a"))
    first = fetcher_for(server, cache, clock, freshness=SPANS).fetch(url)
    clock.now += 100
    assert fetcher_for(server, cache, clock, freshness=SPANS, limits=BRIEF).fetch(url) == first._replace(
        stale=True, from_cache=True
    )


def test_the_server_dies(cache: Cache) -> None:
    clock = Clock()
    server = Server()
    fetcher = fetcher_for(server, cache, clock, freshness=SPANS)
    url = server.says("/", answer())
    fetcher.fetch(url)
    server.stop()
    clock.now += 100
    assert fetcher.fetch(url).stale
    clock.now += 10_000
    assert failure(fetcher, url).kind == "network"


@pytest.mark.parametrize(("status", "seconds"), [("404 Not Found", 50), ("403 Forbidden", 10), ("500 Oops", 10)])
def test_a_failure_is_remembered(server: Server, cache: Cache, status: str, seconds: int) -> None:
    clock = Clock()
    url = server.says("/", answer(status=status), answer())
    fetcher = fetcher_for(server, cache, clock, freshness=SPANS)
    first = failure(fetcher, url)
    clock.now += seconds - 1
    again = failure(fetcher, url)
    assert (again.kind, again.message, again.source) == (first.kind, first.message, first.source)
    assert again.hint == "remembered; asked again in 1 seconds"
    clock.now += 1
    assert fetcher.fetch(url).content == DOCUMENT
    assert len(server.requests) == 2


def test_what_is_gone_does_not_come_back_stale(server: Server, cache: Cache) -> None:
    clock = Clock()
    url = server.says("/", answer(), answer(status="410 Gone"), answer(status="500 Oops"))
    fetcher = fetcher_for(server, cache, clock, freshness=SPANS)
    fetcher.fetch(url)
    clock.now += 100
    assert failure(fetcher, url).kind == "gone"
    clock.now += 50
    assert failure(fetcher, url).kind == "unavailable"


def test_a_copy_is_not_served_when_its_host_is_no_longer_allowed(server: Server, cache: Cache) -> None:
    url = server.says("/", answer())
    fetcher_for(server, cache).fetch(url)
    assert failure(fetcher_for(server, cache, hosts=()), url).kind == "refused"


COPY = Fetched("u", "f", 200, b"\x00", None, "d", 1.5, media_type="text/xml")
ENTRIES = [
    Entry(),
    Entry(COPY, 1.0, 2.0),
    Entry(COPY._replace(content=b"", etag="e"), 1.0, 2.0, Failure("network", "m", 3.0)),
    Entry(failure=Failure("gone", "m", 3.5)),
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_cache_returns_what_it_was_given(cache: Cache, entry: Entry) -> None:
    assert cache.get("u") is None
    for before in ENTRIES:
        cache.put("u", before)
        cache.put("u", entry)
        assert cache.get("u") == entry


def test_a_cache_is_bounded(tmp_path: Path) -> None:
    for cache in (MemoryCache(3), SqliteCache(tmp_path / "c", 3)):
        for number in (1, 2, 3, 3, 3, 4, 5):
            cache.put(str(number), Entry(fresh_until=number))
        assert [number for number in range(9) if cache.get(str(number))] == [3, 4, 5]


def test_a_cache_in_a_file_outlives_the_process_and_takes_threads(tmp_path: Path) -> None:
    path = tmp_path / "fetched.sqlite"
    cache = SqliteCache(path)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: cache.put(str(number), Entry(COPY, number)), range(40)))
    assert [SqliteCache(path).get(str(number)) for number in range(40)] == [
        Entry(COPY._replace(url=str(number)), number) for number in range(40)
    ]


def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "fetched.sqlite"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(UsageError, match="cannot be used as a cache: file is not a database"):
        SqliteCache(path)


def test_no_module_of_the_package_fetches_by_other_means() -> None:
    means = ("urllib.request", "http.client", "create_connection", "import httpx", "import requests")
    # The client asks the server of its caller, the gateway the centre that its operator names.
    places = ("storage/fetching.py", "storage/transfer.py", "client.py", "server/gateways/smpp.py")
    others = [path for path in (ROOT / "ccpp").rglob("*.py") if not str(path).endswith(places)]
    assert [(path, one) for path in others for one in means if one in path.read_text()] == []


def test_the_head_has_a_bound() -> None:
    assert MAX_HEAD < MAX_DOCUMENT

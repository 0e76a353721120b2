"""Laws of fetching: no text reaches a host that was not allowed, no address is let in that Python calls private, no answer crashes."""

from __future__ import annotations

import gzip
import socket
import zlib
from email.message import Message
from ipaddress import IPv4Address, IPv6Address, ip_network
from threading import Thread
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccpp.errors import FetchError
from ccpp.storage.addresses import NAT64, PORTS, SPECIAL, Place, parse_place, redirected, shown, special
from ccpp.storage.fetching import KINDS, Fetcher, FetchPolicy, Freshness, freshness
from ccpp.storage.transfer import Limits, decoded

PIECES = st.sampled_from(
    [
        "http",
        "https",
        "file",
        ":",
        "/",
        "//",
        "@",
        "#",
        "?",
        "[",
        "]",
        ".",
        "..",
        "\\",
        "%",
        "127.0.0.1",
        "0x7f",
        "1",
        "::1",
        "a.example",
        "profiles.example",
        "user:secret@",
        "localhost",
        "80",
        "0",
        "%2e",
    ]
) | st.sampled_from(["\u3002", "\n", "\t", " ", "\x00", "\u00e9", "\ud800"])
URLS = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=12).map("".join), st.from_regex(r"\Ahttps?://[!-~]{1,30}\Z"))


def place_or_none(url: str) -> Place | None:
    try:
        return parse_place(url)
    except FetchError as error:
        assert error.kind == "refused"  # noqa: PT017  either way is right
        return None


@given(URLS)
def test_a_place_is_what_the_standard_library_reads_too(url: str) -> None:
    place = place_or_none(url)
    if place is None:
        return
    parts = urlsplit(url)
    assert parts.username is parts.password is None
    assert (place.scheme, place.port) == (parts.scheme, parts.port or (PORTS[parts.scheme] if parts.port is None else 0))
    assert parts.hostname is not None
    if ":" in parts.hostname:
        assert IPv6Address(place.host) == IPv6Address(parts.hostname)
    else:
        assert place.host == parts.hostname
    assert place.target == (parts.path or "/") + ("?" * (place.target.count("?") > 0)) + parts.query
    assert parse_place(place.url) == place


@given(URLS)
def test_what_is_not_allowed_is_neither_resolved_nor_asked(url: str) -> None:
    asked: list[str] = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    fetcher = Fetcher(FetchPolicy(hosts=("profiles.example", "127.*", "*::*")), resolve=resolve)
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    assert caught.value.kind == "refused"
    assert set(asked) <= {"profiles.example"}
    assert str(caught.value).isprintable()
    assert "secret" not in str(caught.value)


@given(URLS)
def test_a_url_is_shown_printable(url: str) -> None:
    assert shown(url).isprintable()
    assert shown(url).isascii()


@given(st.sampled_from(["http://profiles.example/a/b", "https://profiles.example/"]), URLS)
def test_a_redirect_leads_where_the_standard_library_says_or_nowhere(url: str, location: str) -> None:
    try:
        place = redirected(parse_place(url), location)
    except FetchError as error:
        assert error.kind in ("refused", "redirect")  # noqa: PT017  either way is right
    else:
        assert place == parse_place(urljoin(url, location))


#: Addresses that Python calls global, in one version or another, and that are refused all the same.
REFUSED_ALL_THE_SAME = [
    *(ip_network(network) for network in ("224.0.0.0/4", "ff00::/8")),  # multicast
    ip_network("168.63.129.16/32"),  # a public address with a private service
    *(ip_network(network) for network in ("192.0.0.0/24", "2001::/23")),  # protocols, some of whose addresses are global
    *(ip_network(network) for network in ("192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24")),
    ip_network("2620:4f:8000::/48"),
    *(ip_network(network) for network in ("::ffff:0:0/96", "2002::/16")),  # carry an IPv4 address
    ip_network("3fff::/20"),  # documentation since RFC 9637
    *(ip_network(network) for network in ("::/3", "4000::/2", "8000::/1")),  # not given out
]

EDGES = [edge for row in SPECIAL for edge in (int(row.network.network_address) - 1, int(row.network.broadcast_address) + 1)]
EDGES += [edge for row in SPECIAL for edge in (int(row.network.network_address), int(row.network.broadcast_address))]


@given(st.integers(0, 2**32 - 1) | st.sampled_from([edge for edge in EDGES if 0 <= edge < 2**32]))
def test_the_guard_agrees_with_python_on_ipv4(number: int) -> None:
    agrees(IPv4Address(number))


@given(
    st.integers(0, 2**128 - 1)
    | st.integers(0x2000 << 112, (0x4000 << 112) - 1)
    | st.sampled_from([edge for edge in EDGES if 0 <= edge < 2**128])
)
@example(int(IPv6Address("64:ff9b::a9fe:a9fe")))
def test_the_guard_agrees_with_python_on_ipv6(number: int) -> None:
    agrees(IPv6Address(number))


@given(st.integers(0, 2**32 - 1))
def test_an_address_in_disguise_is_never_better_than_itself(number: int) -> None:
    itself = special(IPv4Address(number))
    assert special(IPv6Address(int(NAT64.network_address) | number)) == itself
    for prefix in ("::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b:1::"):
        assert special(IPv6Address(int(IPv6Address(prefix)) | number)) is not None
    assert special(IPv6Address(0x2002 << 112 | number << 80)) is not None
    assert special(IPv6Address(0x2001 << 112 | number)) is not None


def agrees(address: IPv4Address | IPv6Address) -> None:
    if isinstance(address, IPv6Address) and address in NAT64:
        return
    excepted = any(address.version == network.version and address in network for network in REFUSED_ALL_THE_SAME)
    assert (special(address) is None) == (address.is_global and not excepted)


@given(
    st.dictionaries(
        st.sampled_from(["Cache-Control", "Expires", "Date"]), st.text(st.characters(max_codepoint=255), max_size=40)
    )
)
def test_freshness_keeps_to_its_bounds(headers: dict[str, str]) -> None:
    message = Message()
    for name, value in headers.items():
        message[name] = value
    fresh = freshness(message, 1e9, Freshness())
    assert fresh is None or 0 <= fresh <= Freshness().longest


@given(st.binary(max_size=2_000), st.sampled_from(["gzip", "deflate"]), st.integers(1, 2_000))
def test_what_was_packed_is_unpacked_or_too_large(data: bytes, coding: str, limit: int) -> None:
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}[coding](data)
    if len(data) <= limit:
        assert decoded(packed, coding, limit) == data
        return
    with pytest.raises(FetchError) as caught:
        decoded(packed, coding, limit)
    assert caught.value.kind == "too-large"


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "br", ""]))
def test_any_bytes_are_unpacked_or_refused(data: bytes, coding: str) -> None:
    try:
        assert len(decoded(data, coding, 200)) <= 200
    except FetchError as error:
        assert error.kind in KINDS  # noqa: PT017  either way is right


HEADS = ["200 OK", "302 Found", "304 Not Modified", "100 Continue", "999 ?"]
FIELDS = [
    "Content-Length: 5",
    "Content-Length: -5",
    "Transfer-Encoding: chunked",
    "Content-Encoding: gzip",
    "Location: /",
    "ETag: x",
    "Expires: x",
]
LINES = st.sampled_from(
    [f"HTTP/1.1 {head}\r\n".encode() for head in HEADS]
    + [f"{field}\r\n".encode() for field in FIELDS]
    + [
        b"HTTP/1.0 ",
        b" folded\r\n",
        b"Content-Type: a/b; c=\r\n",
        b"\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"-3\r\n",
        b"\xff\x00:",
        b"\n",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=10).map(b"".join) | st.binary(max_size=60).map(b"HTTP/1.1 200 OK\r\n".__add__))
def test_any_answer_is_a_document_or_a_fetch_error(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(said)

        thread = Thread(target=serve)
        thread.start()
        policy = FetchPolicy(
            hosts=("*",), ports=frozenset({port}), refuses=lambda *_: None, max_redirects=0, limits=Limits(1_000, 5.0)
        )
        try:
            fetched = Fetcher(policy, resolve=lambda _: ["127.0.0.1"]).fetch(f"http://profiles.example:{port}/")
            assert len(fetched.content) <= 1_000
        except FetchError as error:
            assert error.kind in KINDS  # noqa: PT017  either way is right
        thread.join()

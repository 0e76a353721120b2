"""What a fetch may ask and where it may connect: the grammar of a place, and the table of networks that are nobody's to ask.

Pure: nothing here resolves or connects. A URL is what one regular expression says it is, so that no second parser can read another
host out of it; whatever does not match is refused, not repaired. An address is judged by IANA's special-purpose registries as they
stand in `SPECIAL`, and not by `ipaddress.is_global`, whose tables differ from one Python to the next.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

from ccpp.errors import FetchError

if TYPE_CHECKING:
    from ipaddress import IPv4Network

Address = IPv4Address | IPv6Address

#: The schemes there are, with the port of each.
PORTS = MappingProxyType({"http": 80, "https": 443})

#: Characters of a URL. A terminal sends its profile's URL with each request over a slow link, so it is short.
MAX_URL = 2_048

_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")  # RFC 3986 §2
_LABEL = r"[a-z0-9_-]{1,63}"
_URL = re.compile(
    rf"(?P<scheme>[a-z]+)://(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>{_LABEL}(?:\.{_LABEL})*))"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<target>(?:/[^?#]*)?(?:\?[^#]*)?)(?:#.*)?",
    re.IGNORECASE,
)
#: A host whose last label reads as a number is an IPv4 address to every resolver (URL Standard §3.5, `ends in a number`).
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class Place(NamedTuple):
    """Where one request goes: `host` in lower case and without brackets, `target` the path and query as they are sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL and in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL of the place, one spelling for each."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def literal(self) -> Address | None:
        """The address, where the host is written as one."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None


def parse_place(url: str) -> Place:
    """The place that an absolute http or https URL names; its fragment is left out.

    Refused are user names and passwords, hosts that are numbers in disguise (`0x7f.1`, `2130706433`), a dot at a host's end,
    characters that RFC 3986 wants escaped, and host names not in ASCII.

    Raises:
        FetchError: it is no such URL (`refused`).
    """
    if len(url) > MAX_URL:
        raise _refused(f"a URL of {len(url)} characters, more than {MAX_URL}")
    if not _CHARACTERS.fullmatch(url):
        raise _refused("not a URL: it is empty or holds characters that must be escaped", "RFC 3986 §2")
    scheme = url.partition(":")[0].lower() if ":" in url else ""
    if scheme not in PORTS:
        raise _refused(f"not an http or https URL: its scheme is `{scheme[:20]}`" if scheme else "not an absolute URL")
    parts = _URL.fullmatch(url)
    if not parts:
        raise _refused("not a URL that can be fetched", "write scheme://host/path, without a user name, the host in ASCII")
    host = _literal_v6(parts["v6"]) if parts["v6"] else _host(parts["name"].lower())
    target = parts["target"]
    port = int(parts["port"]) if parts["port"] else PORTS[scheme]
    return Place(scheme, host, port, target if target.startswith("/") else f"/{target}")


def redirected(place: Place, location: str) -> Place:
    """The place that a redirect's Location names, seen from the place that sent it (RFC 9110 §10.2.2).

    Raises:
        FetchError: it is no place (`refused`), or it leaves https for http (`redirect`).
    """
    if not _CHARACTERS.fullmatch(location):
        raise _refused("redirected to something that is no URL")
    try:
        there = parse_place(urljoin(place.url, location))
    except ValueError:  # urljoin, of brackets that do not match
        raise _refused("redirected to something that is no URL") from None
    if place.scheme == "https" and there.scheme == "http":
        raise FetchError("redirected from https to http", kind="redirect", hint="what https promised would be lost")
    return there


def shown(url: str) -> str:
    """A URL as a message may show it: printable, not long, and without what may be a password."""
    before, at, after = url.rpartition("@")
    return ascii(f"…@{after}"[:200] if at and before else url[:200])[1:-1]


def _literal_v6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError:
        raise _refused("not a URL: the host in brackets is no IPv6 address") from None


def _host(name: str) -> str:
    if not _NUMBER.fullmatch(name.rpartition(".")[2]):
        return name
    try:
        return str(IPv4Address(name))
    except ValueError:
        raise _refused(
            f"the host `{name[:40]}` is a number in disguise", "write an IPv4 address as four decimal numbers"
        ) from None


def _refused(message: str, hint: str | None = None) -> FetchError:
    return FetchError(message, kind="refused", hint=hint)


class Special(NamedTuple):
    """A network that no profile is fetched from, what it is, and where that is said."""

    network: IPv4Network | IPv6Network
    what: str
    source: str


#: Searched in order, the first that holds an address names it. Assignments that IANA calls globally reachable but that serve
#: protocols, not documents, are refused with their block; so is multicast.
SPECIAL = tuple(
    Special(ip_network(network), what, source)
    for network, what, source in (
        ("0.0.0.0/8", "this network", "RFC 791 §3.2"),
        ("10.0.0.0/8", "private", "RFC 1918"),
        ("100.64.0.0/10", "shared by a carrier's customers", "RFC 6598"),
        ("127.0.0.0/8", "loopback", "RFC 1122 §3.2.1.3"),
        ("168.63.129.16/32", "a cloud's metadata service", "Azure; a public address with a private service"),
        ("169.254.0.0/16", "link-local", "RFC 3927; metadata services among them"),
        ("172.16.0.0/12", "private", "RFC 1918"),
        ("192.0.0.0/24", "reserved for protocols", "RFC 6890 §2.1; 192.0.0.192 is a metadata service"),
        ("192.0.2.0/24", "for documentation", "RFC 5737"),
        ("192.31.196.0/24", "reserved for protocols", "RFC 7535"),
        ("192.52.193.0/24", "reserved for protocols", "RFC 7450"),
        ("192.88.99.0/24", "reserved for protocols", "RFC 7526"),
        ("192.168.0.0/16", "private", "RFC 1918"),
        ("192.175.48.0/24", "reserved for protocols", "RFC 7534"),
        ("198.18.0.0/15", "for benchmarks", "RFC 2544"),
        ("198.51.100.0/24", "for documentation", "RFC 5737"),
        ("203.0.113.0/24", "for documentation", "RFC 5737"),
        ("224.0.0.0/4", "multicast", "RFC 1112 §4"),
        ("240.0.0.0/4", "reserved", "RFC 1112 §4; broadcast among them"),
        ("::/128", "unspecified", "RFC 4291 §2.5.2"),
        ("::1/128", "loopback", "RFC 4291 §2.5.3"),
        ("::ffff:0:0/96", "an IPv4 address in disguise", "RFC 4291 §2.5.5.2"),
        ("fc00::/7", "private", "RFC 4193"),
        ("fe80::/10", "link-local", "RFC 4291 §2.5.6"),
        ("ff00::/8", "multicast", "RFC 4291 §2.7"),
        ("2001::/23", "reserved for protocols", "RFC 2928; Teredo among them"),
        ("2001:db8::/32", "for documentation", "RFC 3849"),
        ("2002::/16", "an IPv4 address in disguise", "RFC 3056, RFC 7526"),
        ("2620:4f:8000::/48", "reserved for protocols", "RFC 7534"),
        ("3fff::/20", "for documentation", "RFC 9637"),
        # What is left outside 2000::/3, the one part of IPv6 from which addresses are given out.
        ("::/3", "reserved", "RFC 4291 §2.4"),
        ("4000::/2", "reserved", "RFC 4291 §2.4"),
        ("8000::/1", "reserved", "RFC 4291 §2.4"),
    )
)

#: Where a network without IPv4 finds the IPv4 hosts of the world: such an address is judged as the one it carries (RFC 6052).
#: A network that translates under a prefix of its own refuses that prefix by `FetchPolicy.refuses`.
NAT64 = IPv6Network("64:ff9b::/96")


def special(address: Address) -> Special | None:
    """The row of `SPECIAL` that holds an address; none for one that anybody may ask."""
    if isinstance(address, IPv6Address) and address in NAT64:
        address = IPv4Address(int(address) & 0xFFFF_FFFF)
    return next((row for row in SPECIAL if row.network.version == address.version and address in row.network), None)


def refuse_special(address: Address, _port: int) -> str | None:
    """Why a fetch may not connect there, if it may not: the rule of `FetchPolicy` unless another is given."""
    row = special(address)
    return row.what if row else None

"""Which proxy a request goes through, by DOMAIN (WAP-185 §7); and who the terminal says it is there (WAP-183 §6.4, §6.5)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ccpp.provisioning.connectivity.rules import INTERNET
from ccpp.provisioning.rendering import with_scheme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument


class _Match(NamedTuple):
    """How well a DOMAIN fits: segments of the authority, then characters of the path; more is better."""

    segments: int
    path: int


def choose_proxies(document: ConnectivityDocument, uri: str) -> tuple[str, ...]:
    """The PROXY-IDs that a request may go through, the best first, then in the order of the document.

    Only of the context that is active; none where the URI names no host, which leaves the choice to the terminal.
    """
    ranked = [
        (match, proxy.first("PROXY-ID") or "")
        for proxy in document.within("PXLOGICAL")
        if (match := _best(proxy.all("DOMAIN") or ("",), uri)) is not None
    ]
    return tuple(name for _, name in sorted(ranked, key=lambda one: one[0], reverse=True))


def retried_uri(navigation: ConnectivityDocument, uri: str) -> str:
    """What a request is made for once more, after the document that a master proxy answered it with.

    That is the start page of the document's proxy, where it states one, in place of what was asked for (WAP-187 §6).
    """
    pages = (proxy.first("STARTPAGE") for proxy in navigation.within("PXLOGICAL"))
    return next((with_scheme(page) for page in pages if page), uri)


def choose_domains(domains: Sequence[str], uri: str) -> tuple[int, ...]:
    """The numbers of the DOMAINs that fit, the best first: the examples of WAP-185 §7 are written so."""
    ranked = [(match, number) for number, domain in enumerate(domains) if (match := _best((domain,), uri)) is not None]
    return tuple(number for _, number in sorted(ranked, key=lambda one: one[0], reverse=True))


def _best(domains: Sequence[str], uri: str) -> _Match | None:
    try:
        parts = urlsplit(uri)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if not parts.netloc:
        return None
    return max(filter(None, (_match(domain.strip(), host, parts.path) for domain in domains)), default=None)


def _match(domain: str, host: str, path: str) -> _Match | None:
    """A DOMAIN is an authority, a suffix of one behind a dot, or nothing; and a path. Ports do not count."""
    try:
        parts = urlsplit("//" + domain.rpartition("://")[2])
        authority = parts.hostname or ""
    except ValueError:
        return None
    within = authority.startswith(".") and host.endswith(authority) and len(host) > len(authority)
    below = parts.path.removeprefix("/")
    if not (within or authority in {"", host}) or not _path_fits(below, path.removeprefix("/")):
        return None
    return _Match(len([part for part in authority.split(".") if part]), len(below))


def _path_fits(wanted: str, path: str) -> bool:
    """Whether the path of a request is below that of a DOMAIN: it begins with it, up to the end of a segment."""
    if not wanted:
        return True
    return path == wanted or path.startswith(wanted if wanted.endswith("/") else f"{wanted}/")


class Way(NamedTuple):
    """A way to a proxy: the gateway and the access point, by their identifiers."""

    gateway: str
    point: str


class Here(NamedTuple):
    """Where and when the terminal is: the network's MCC and MNC, and the seconds since the context was received."""

    country: str
    network: str
    seconds: int = 0


def ways_to(document: ConnectivityDocument, proxy: str, here: Here) -> tuple[Way, ...]:
    """The ways to a proxy in the order in which they are tried: gateways as they stand, of each its access points by priority.

    `INTERNET` stands for every access point of the context with that parm (WAP-183 §5.3); one is passed over where it is not valid.
    """
    points = {point.first("NAPID") or "": point for point in document.within("NAPDEF")}
    internet = [name for name, point in points.items() if point.has("INTERNET")]
    found = []
    for logical in document.within("PXLOGICAL"):
        if logical.first("PROXY-ID") == proxy:
            for gateway in logical.within("PXPHYSICAL"):
                names = [name for one in gateway.all("TO-NAPID") for name in (internet if one == INTERNET else [one])]
                found += [
                    Way(gateway.first("PHYSICAL-PROXY-ID") or "", name)
                    for name in names
                    if name in points and is_valid(points[name], here)
                ]
    return tuple(dict.fromkeys(found))


def is_valid(point: Characteristic, here: Here) -> bool:
    """Whether an access point is valid now: it always is without a VALIDITY, else if one of them says so (WAP-183 §5.3)."""
    stated = point.within("VALIDITY")
    return not stated or any(_holds(one, here) for one in stated)


def _holds(validity: Characteristic, here: Here) -> bool:
    country, networks, until = (validity.first(name) for name in ("COUNTRY", "NETWORK", "VALIDUNTIL"))
    placed = country is None or country == here.country
    known = networks is None or here.network in [one.strip() for one in networks.split(",")]
    return placed and known and (until is None or here.seconds <= int(until))


class Ask(Enum):
    """What the terminal has no value for: it asks its user, or says who it is by itself."""

    USER = "the user"
    DEVICE = "the identity of the device, unless the user's privacy forbids"


def proxy_identity(proxy: Characteristic, document: ConnectivityDocument) -> tuple[str | Ask, str | Ask]:
    """The name and the password for a proxy: five cases of the name (WAP-183 §6.4); a password that is missing is asked for."""
    stated = next(iter(proxy.within("PXAUTHINFO")), None)
    if stated is not None and stated.has("PXAUTH-ID"):
        name: str | Ask = stated.first("PXAUTH-ID") or Ask.USER
    else:
        client = next(iter(document.within("CLIENTIDENTITY")), None)
        name = Ask.USER if client is None else client.first("CLIENT-ID") or Ask.DEVICE
    password = None if stated is None else stated.first("PXAUTH-PW")
    return name, Ask.USER if password is None else password


def point_identity(point: Characteristic, method: str) -> tuple[str | Ask, str | Ask]:
    """The name and the password for an access point: what is missing is asked for, what is stated as empty is empty (WAP-183 §6.5)."""
    stated = next((one for one in point.within("NAPAUTHINFO") if one.first("AUTHTYPE") == method), None)
    name, secret = (None, None) if stated is None else (stated.first("AUTHNAME"), stated.first("AUTHSECRET"))
    return Ask.USER if name is None else name, Ask.USER if secret is None else secret

"""What the forms of terminal settings share that carry only part of them: what they made, what they left out, and what they look for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.provisioning.settings import AccessPoint, Proxy, Settings

#: Registered identifiers of the browser and of MMS (OMNA).
BROWSER, MMS = "w2", "w4"
_HTTP_PORT = 8080


class Rendered(NamedTuple):
    """The bytes of a document, and what of the settings it has no place for, in words."""

    content: bytes
    left_out: tuple[str, ...] = ()


def packet_points(settings: Settings) -> tuple[AccessPoint, ...]:
    """The access points by APN, those that reach the Internet first."""
    points = [one for one in settings.access_points if one.address_type == "APN"]
    return tuple(sorted(points, key=lambda one: not one.internet))


def unused_points(settings: Settings) -> tuple[str, ...]:
    """The access points that are no APN."""
    return tuple(f"access point {one.id}: no APN" for one in settings.access_points if one.address_type != "APN")


def home_pages(settings: Settings) -> tuple[tuple[str, str], ...]:
    """The home pages, of the browser and of proxies, each with a name and once."""
    pages = [(one.home_page, one.name) for one in settings.proxies if one.home_page]
    pages += [
        (page.uri, page.name or one.name or "Home") for one in settings.applications for page in one.resources if page.home
    ]
    return tuple((name, uri) for uri, name in {with_scheme(uri): name for uri, name in pages}.items())


def with_scheme(uri: str) -> str:
    """A home page's URI: one without a scheme is of HTTP (WAP-183 §5.3)."""
    return uri if "://" in uri else f"http://{uri}"


def mms_proxies(settings: Settings) -> frozenset[str]:
    """The proxies that MMS uses and nothing else does."""
    users = [(one.id, one.proxies) for one in settings.applications]
    return frozenset(name for user, names in users if user == MMS for name in names) - frozenset(
        name for user, names in users if user != MMS for name in names
    )


def http_proxy(settings: Settings, point: AccessPoint, *, mms: bool = False) -> tuple[str, int] | None:
    """Host and port of the first proxy over HTTP that an access point leads to, of MMS or of everything else."""
    own = mms_proxies(settings)
    for proxy in settings.proxies:
        if (proxy.id in own) is mms:
            for address, port in _http_addresses(proxy, point):
                return address, port
    return None


def _http_addresses(proxy: Proxy, point: AccessPoint) -> Iterator[tuple[str, int]]:
    for gateway in proxy.gateways:
        if point.id in gateway.access_points:
            ports = [*gateway.ports, *proxy.ports]
            plain = [port.number for port in ports if not port.services]
            if plain or not ports:
                yield gateway.address, plain[0] if plain else _HTTP_PORT


def unused_settings(
    settings: Settings, points: tuple[AccessPoint, ...], *, proxies: bool, browser: bool, mms: bool = False
) -> Iterator[str]:
    """What else is left out by a form that carries access points, proxies over HTTP, home pages, MMS."""
    for point in points:
        if point.qos:
            yield f"access point {point.id}: QoS"
        if point.dns:
            yield f"access point {point.id}: name servers"
    for proxy in settings.proxies:
        carried = proxies and (mms or proxy.id not in mms_proxies(settings))
        if not carried or not any(any(_http_addresses(proxy, point)) for point in points):
            yield f"proxy {proxy.id}"
        if proxy.home_page and not browser:
            yield f"proxy {proxy.id}: home page"
    for application in settings.applications:
        if not ((browser and application.id == BROWSER) or (mms and application.id == MMS)):
            yield f"application {application.id}"
    if settings.context and settings.context.server:
        yield "provisioning server"

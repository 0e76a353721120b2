"""A terminal's settings, whatever form they are sent in: access points, proxies, applications, the provisioning server.

Identifiers refer within one `Settings`. None is "not stated", the empty text "stated as empty": a terminal asks its user for a
credential that is missing and not for one that is empty (WAP-183 §6.5). Values are the spellings of WAP-183 §8.3.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.model import Secret

#: An access point that reaches the Internet, whichever it is.
INTERNET = "INTERNET"
_MAX_PORT = 65_535
_QOS_OCTET = 0xFF
_HEXADECIMAL = re.compile("[0-9A-Fa-f]{1,8}")

_MAX_CONTEXTS = 255  # as many as the device can (WAP-183 §5.3, CONTEXT-ALLOW)

#: QoS item → the parm that carries it, as the field of the information element in its bit position (3GPP TS 24.008 §10.5.6.5).
QOS_PARMS: Mapping[str, str] = MappingProxyType(
    {
        name.lower().replace("-", "_"): name
        for name in (
            "DELIVERY-ERR-SDU",
            "DELIVERY-ORDER",
            "TRAFFIC-CLASS",
            "MAX-SDU-SIZE",
            "MAX-BITRATE-UPLINK",
            "MAX-BITRATE-DNLINK",
            "RESIDUAL-BER",
            "SDU-ERROR-RATIO",
            "TRAFFIC-HANDL-PRIO",
            "TRANSFER-DELAY",
            "GUARANTEED-BITRATE-UPLINK",
            "GUARANTEED-BITRATE-DNLINK",
        )
    }
)

#: QoS item that shares an octet with others → the bits that are its own.
QOS_BITS: Mapping[str, int] = MappingProxyType(
    {
        "delivery_err_sdu": 0x07,
        "delivery_order": 0x18,
        "traffic_class": 0xE0,
        "residual_ber": 0xF0,
        "sdu_error_ratio": 0x0F,
        "transfer_delay": 0xFC,
        "traffic_handl_prio": 0x03,
    }
)


class SettingsError(CcppError):
    """Settings that contradict themselves, or a document that holds none."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a party is known: the method (PAP, CHAP, HTTP-BASIC …), the name and the password.

    Of applications alone: the `level` (APPSRV, CLIENT, OBEX), and further `data` such as a nonce.
    """

    method: str | None = None
    name: str | None = None
    secret: Secret | None = None
    level: str | None = None
    data: Secret | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """Where and how long an access point is valid: MCC, MNCs, and seconds from receipt."""

    country: str | None = None
    networks: tuple[str, ...] = ()
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """A network access point: an APN, a modem's dial-up number, a short-message centre; `qos` by the keys of `QOS_PARMS`."""

    id: str
    name: str
    address: str
    address_type: str | None = None
    bearers: tuple[str, ...] = ()
    internet: bool = False
    call_type: str | None = None
    link_speed: str | None = None
    linger: int | None = None
    qos: tuple[tuple[str, str], ...] = ()
    credentials: tuple[Credentials, ...] = ()
    validity: tuple[Validity, ...] = ()
    dns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a proxy, and the services on it: CL-WSP is a temporary connection, CO-WSP a continuous one, -SEC- a secure one."""

    number: int
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gateway:
    """A physical proxy: its address, and the access points it is reached by, in order of priority."""

    id: str
    address: str
    access_points: tuple[str, ...]
    address_type: str | None = None
    ports: tuple[Port, ...] = ()
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Proxy:
    """A logical proxy, with the user's home page; `start` is the HTTP Basic name and password of that page.

    `trusted` proxies lead to the provisioning server, `master` proxies may send navigation documents; `provider` is who the
    certificate has to name.
    """

    id: str
    name: str
    gateways: tuple[Gateway, ...]
    home_page: str | None = None
    start: Credentials | None = None
    domains: tuple[str, ...] = ()
    trusted: bool = False
    master: bool = False
    push: bool | None = None
    ports: tuple[Port, ...] = ()
    credentials: tuple[Credentials, ...] = ()
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A page or folder of an application, the media types it takes and who asks there; `home` marks the home page."""

    uri: str
    name: str | None = None
    home: bool = False
    accept: str | None = None
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A server of an application where an address alone does not do: with its type or ports."""

    address: str
    address_type: str | None = None
    ports: tuple[Port, ...] = ()


@dataclass(frozen=True, slots=True)
class Application:
    """Settings of an application by its registered identifier: `w2` browser, `w4` MMS, `w7` device management, `25` SMTP.

    `accept` lists media types; `parms` are names and values that the application itself defines, such as FROM of mail.
    """

    id: str
    name: str | None = None
    provider: str | None = None
    addresses: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    access_points: tuple[str, ...] = ()
    credentials: tuple[Credentials, ...] = ()
    resources: tuple[Resource, ...] = ()
    servers: tuple[Server, ...] = ()
    accept: str | None = None
    protocol: str | None = None
    parms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """Whose settings these are: the name, the provisioning server, and how many further contexts may be (0 to 255).

    `proxies` lead to that server; `country` and `networks` are the MCC and MNCs that a broadcast bootstrap is for.
    """

    name: str | None = None
    server: str | None = None
    allowed: int | None = None
    proxies: tuple[str, ...] = ()
    country: str | None = None
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one context; `client` is the identity that the terminal shows to proxies without one of their own."""

    access_points: tuple[AccessPoint, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    applications: tuple[Application, ...] = ()
    context: Context | None = None
    client: str | None = None


def check_settings(settings: Settings) -> None:
    """Hold settings against themselves: identifiers, references, ranges.

    Raises:
        SettingsError: one is given twice, leads nowhere, or is out of its range.
    """
    _check_references(settings)
    for proxy in settings.proxies:
        _check_proxy(proxy)
    for application in settings.applications:
        _check_ports(application.id, (port for server in application.servers for port in server.ports))
    for point in settings.access_points:
        for key, value in point.qos:
            if not _is_quality(key, value):
                raise SettingsError(
                    f"the access point `{point.id}` has the QoS `{key}` = `{value}`",
                    hint="a hexadecimal field in its bit position (3GPP TS 24.008 §10.5.6.5)",
                )
    allowed = settings.context.allowed if settings.context else None
    if allowed is not None and not 0 <= allowed <= _MAX_CONTEXTS:
        raise SettingsError(f"{allowed} further contexts allowed", hint=f"0 to {_MAX_CONTEXTS}")


def _is_quality(key: str, value: str) -> bool:
    return (
        key in QOS_PARMS and _HEXADECIMAL.fullmatch(value) is not None and not int(value, 16) & ~QOS_BITS.get(key, _QOS_OCTET)
    )


def _check_references(settings: Settings) -> None:
    points = _unique("access point", [one.id for one in settings.access_points])
    if INTERNET in points:
        raise SettingsError("`INTERNET` is reserved and names no access point")
    proxies = _unique("proxy", [one.id for one in settings.proxies])
    uses = [(gateway.id, "access point", gateway.access_points) for proxy in settings.proxies for gateway in proxy.gateways]
    uses += [(application.id, "access point", application.access_points) for application in settings.applications]
    uses += [(application.id, "proxy", application.proxies) for application in settings.applications]
    uses += [("the context", "proxy", settings.context.proxies)] if settings.context else []
    defined = {"access point": points | {INTERNET}, "proxy": proxies}
    for user, kind, references in uses:
        for one in references:
            if one not in defined[kind]:
                raise SettingsError(f"`{user}` uses the {kind} `{one}`, which is not defined")


def _check_proxy(proxy: Proxy) -> None:
    if not proxy.gateways or not all(gateway.access_points for gateway in proxy.gateways):
        raise SettingsError(f"the proxy `{proxy.id}` has no gateway, or one without an access point")
    _check_ports(proxy.id, (*proxy.ports, *(port for gateway in proxy.gateways for port in gateway.ports)))


def _check_ports(owner: str, ports: Iterable[Port]) -> None:
    for port in ports:
        if not 0 <= port.number <= _MAX_PORT:
            raise SettingsError(f"`{owner}` has the port {port.number}", hint=f"0 to {_MAX_PORT}")


def _unique(kind: str, identifiers: list[str]) -> set[str]:
    for one, count in Counter(identifiers).items():
        if count > 1:
            raise SettingsError(f"the {kind} `{one}` is defined {count} times")
    return set(identifiers)

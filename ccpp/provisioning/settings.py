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
    from collections.abc import Mapping

    from ccpp.model import Secret

#: An access point that reaches the Internet, whichever it is.
INTERNET = "INTERNET"
_MAX_PORT = 65_535
_HEXADECIMAL = re.compile("[0-9A-Fa-f]{1,8}")

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


class SettingsError(CcppError):
    """Settings that contradict themselves, or a document that holds none."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a party is known: the method (PAP, CHAP, HTTP-BASIC …), the name and the password."""

    method: str
    name: str | None = None
    secret: Secret | None = None


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


@dataclass(frozen=True, slots=True)
class Proxy:
    """A logical proxy, with the user's home page; `start` is the HTTP Basic name and password of that page."""

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


@dataclass(frozen=True, slots=True)
class Resource:
    """A page or folder of an application; `home` marks the home page."""

    uri: str
    name: str | None = None
    home: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    """Settings of an application by its registered identifier: `w2` browser, `w4` MMS, `w7` device management, `25` SMTP."""

    id: str
    name: str | None = None
    provider: str | None = None
    addresses: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    access_points: tuple[str, ...] = ()
    credentials: tuple[Credentials, ...] = ()
    resources: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """Whose settings these are: the name, the provisioning server, and how many further contexts may be (0 to 255)."""

    name: str | None = None
    server: str | None = None
    allowed: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one context."""

    access_points: tuple[AccessPoint, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    applications: tuple[Application, ...] = ()
    context: Context | None = None


def check_settings(settings: Settings) -> None:
    """Hold settings against themselves: identifiers, references, ranges.

    Raises:
        SettingsError: one is given twice, leads nowhere, or is out of its range.
    """
    _check_references(settings)
    for proxy in settings.proxies:
        _check_proxy(proxy)
    for point in settings.access_points:
        for key, value in point.qos:
            if key not in QOS_PARMS or not _HEXADECIMAL.fullmatch(value):
                raise SettingsError(
                    f"the access point `{point.id}` has the QoS `{key}` = `{value}`", hint="a hexadecimal field"
                )


def _check_references(settings: Settings) -> None:
    points = _unique("access point", [one.id for one in settings.access_points])
    if INTERNET in points:
        raise SettingsError("`INTERNET` is reserved and names no access point")
    proxies = _unique("proxy", [one.id for one in settings.proxies])
    uses = [(gateway.id, "access point", gateway.access_points) for proxy in settings.proxies for gateway in proxy.gateways]
    uses += [(application.id, "access point", application.access_points) for application in settings.applications]
    uses += [(application.id, "proxy", application.proxies) for application in settings.applications]
    defined = {"access point": points | {INTERNET}, "proxy": proxies}
    for user, kind, references in uses:
        for one in references:
            if one not in defined[kind]:
                raise SettingsError(f"`{user}` uses the {kind} `{one}`, which is not defined")


def _check_proxy(proxy: Proxy) -> None:
    if not proxy.gateways or not all(gateway.access_points for gateway in proxy.gateways):
        raise SettingsError(f"the proxy `{proxy.id}` has no gateway, or one without an access point")
    for port in (*proxy.ports, *(port for gateway in proxy.gateways for port in gateway.ports)):
        if not 0 <= port.number <= _MAX_PORT:
            raise SettingsError(f"the proxy `{proxy.id}` has the port {port.number}", hint=f"0 to {_MAX_PORT}")


def _unique(kind: str, identifiers: list[str]) -> set[str]:
    for one, count in Counter(identifiers).items():
        if count > 1:
            raise SettingsError(f"the {kind} `{one}` is defined {count} times")
    return set(identifiers)

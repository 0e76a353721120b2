"""Settings to a connectivity document and back (WAP-183 §5.3, OMA CP 1.1). What settings have no place for is named, not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.diagnostics import Severity
from ccpp.model import Secret
from ccpp.provisioning.connectivity.difference import compare_connectivity
from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument, Parm
from ccpp.provisioning.connectivity.rules import validate_connectivity
from ccpp.provisioning.connectivity.vocabulary import parm_types
from ccpp.provisioning.settings import (
    QOS_PARMS,
    AccessPoint,
    Application,
    Context,
    Credentials,
    Gateway,
    Port,
    Proxy,
    Resource,
    Server,
    Settings,
    SettingsError,
    Validity,
    check_settings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_BASIC = "HTTP-BASIC"


class Mapped(NamedTuple):
    """The settings of a document, and the changes that writing them back would make: what settings do not hold."""

    settings: Settings
    unmapped: tuple[str, ...]


def settings_to_document(settings: Settings) -> ConnectivityDocument:
    """The document that carries the settings; version 1.1 where applications need it, else 1.0.

    Raises:
        SettingsError: the settings contradict themselves, or the document would break a rule of the specifications.
    """
    check_settings(settings)
    document = _written(settings)
    for breach in validate_connectivity(document):
        if breach.severity is Severity.ERROR and breach.code != "empty":
            raise SettingsError(
                f"{breach.place} {breach.message}", hint=f"the rule `{breach.code}` of `ccpp document validate`"
            )
    return document


def _written(settings: Settings) -> ConnectivityDocument:
    characteristics = (
        *(() if settings.context is None else (_from_context(settings.context),)),
        *(() if settings.client is None else (Characteristic("CLIENTIDENTITY", (Parm("CLIENT-ID", settings.client),)),)),
        *map(_from_proxy, settings.proxies),
        *map(_from_access_point, settings.access_points),
        *map(_from_application, settings.applications),
    )
    return ConnectivityDocument(characteristics, "1.1" if _is_newer(settings) else "1.0")


def _is_newer(settings: Settings) -> bool:
    """Whether there is anything that WAP-183 does not define."""
    gateways = (gateway for proxy in settings.proxies for gateway in proxy.gateways)
    return bool(settings.applications) or any(one.dns for one in settings.access_points) or any(one.host for one in gateways)


def document_to_settings(document: ConnectivityDocument) -> Mapped:
    """The settings in a document.

    Raises:
        SettingsError: a reference leads nowhere, a required parm is missing, or a number is none.
    """
    contexts = document.within("BOOTSTRAP")
    settings = Settings(
        tuple(map(_to_access_point, document.within("NAPDEF"))),
        tuple(map(_to_proxy, document.within("PXLOGICAL"))),
        tuple(map(_to_application, document.within("APPLICATION"))),
        _to_context(contexts[0]) if contexts else None,
        next((one.first("CLIENT-ID") for one in document.within("CLIENTIDENTITY")), None),
    )
    check_settings(settings)
    written = _written(settings)._replace(version=document.version)
    lost = (
        f"{change.place} {change.text}".rstrip() for change in compare_connectivity(document, written) if change.sign == "-"
    )
    return Mapped(settings, tuple(lost))


def _parms(*pairs: tuple[str, str | int | None], flags: Iterable[tuple[str, bool]] = ()) -> tuple[Parm, ...]:
    stated = (Parm(name, str(value)) for name, value in pairs if value is not None)
    return (*stated, *(Parm(name) for name, present in flags if present))


def _each(name: str, values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for value in values)


def _shown(secret: Secret | None) -> str | None:
    return None if secret is None else secret.value


def _secret(value: str | None) -> Secret | None:
    return None if value is None else Secret(value)


def _needed(one: Characteristic, name: str) -> str:
    value = one.first(name)
    if value is None:
        raise SettingsError(f"a {one.type} without {name}")
    return value


def _number(one: Characteristic, name: str) -> int | None:
    value = one.first(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 10):  # noqa: PLR2004  digits of 32 bits
        raise SettingsError(f"a {one.type} whose {name} is no number")
    return int(value)


def _from_context(one: Context) -> Characteristic:
    parms = _parms(
        ("NAME", one.name),
        *_each("NETWORK", one.networks),
        ("COUNTRY", one.country),
        *_each("PROXY-ID", one.proxies),
        ("PROVURL", one.server),
        ("CONTEXT-ALLOW", one.allowed),
    )
    return Characteristic("BOOTSTRAP", parms)


def _to_context(one: Characteristic) -> Context:
    return Context(
        one.first("NAME"),
        one.first("PROVURL"),
        _number(one, "CONTEXT-ALLOW"),
        one.all("PROXY-ID"),
        one.first("COUNTRY"),
        one.all("NETWORK"),
    )


def _from_credentials(kind: str, names: tuple[str, str, str], one: Credentials) -> Characteristic:
    return Characteristic(kind, _parms((names[0], one.method), (names[1], one.name), (names[2], _shown(one.secret))))


def _to_credentials(kind: str, names: tuple[str, str, str], parent: Characteristic) -> tuple[Credentials, ...]:
    return tuple(
        Credentials(_needed(one, names[0]), one.first(names[1]), _secret(one.first(names[2]))) for one in parent.within(kind)
    )


def _authentication(one: Credentials) -> tuple[Parm, ...]:
    return _parms(
        ("AAUTHLEVEL", one.level),
        ("AAUTHTYPE", one.method),
        ("AAUTHNAME", one.name),
        ("AAUTHSECRET", _shown(one.secret)),
        ("AAUTHDATA", _shown(one.data)),
    )


def _to_authentication(one: Characteristic) -> Credentials:
    return Credentials(
        one.first("AAUTHTYPE"),
        one.first("AAUTHNAME"),
        _secret(one.first("AAUTHSECRET")),
        one.first("AAUTHLEVEL"),
        _secret(one.first("AAUTHDATA")),
    )


_POINT_NAMES = ("AUTHTYPE", "AUTHNAME", "AUTHSECRET")
_PROXY_NAMES = ("PXAUTH-TYPE", "PXAUTH-ID", "PXAUTH-PW")


def _from_access_point(one: AccessPoint) -> Characteristic:
    parms = _parms(
        ("NAPID", one.id),
        *_each("BEARER", one.bearers),
        ("NAME", one.name),
        ("NAP-ADDRESS", one.address),
        ("NAP-ADDRTYPE", one.address_type),
        *_each("DNS-ADDR", one.dns),
        ("CALLTYPE", one.call_type),
        ("LINKSPEED", one.link_speed),
        ("LINGER", one.linger),
        *((QOS_PARMS[key], value) for key, value in one.qos),
        flags=[("INTERNET", one.internet)],
    )
    validity = (
        Characteristic(
            "VALIDITY",
            _parms(("COUNTRY", each.country), ("NETWORK", ",".join(each.networks) or None), ("VALIDUNTIL", each.seconds)),
        )
        for each in one.validity
    )
    credentials = (_from_credentials("NAPAUTHINFO", _POINT_NAMES, each) for each in one.credentials)
    return Characteristic("NAPDEF", parms, (*credentials, *validity))


def _to_access_point(one: Characteristic) -> AccessPoint:
    keys = {parm: key for key, parm in QOS_PARMS.items()}
    return AccessPoint(
        _needed(one, "NAPID"),
        _needed(one, "NAME"),
        _needed(one, "NAP-ADDRESS"),
        one.first("NAP-ADDRTYPE"),
        one.all("BEARER"),
        one.has("INTERNET"),
        one.first("CALLTYPE"),
        one.first("LINKSPEED"),
        _number(one, "LINGER"),
        tuple((keys[parm.name], parm.value or "") for parm in one.parms if parm.name in keys),
        _to_credentials("NAPAUTHINFO", _POINT_NAMES, one),
        tuple(
            Validity(
                each.first("COUNTRY"),
                tuple(filter(None, (each.first("NETWORK") or "").split(","))),
                _number(each, "VALIDUNTIL"),
            )
            for each in one.within("VALIDITY")
        ),
        one.all("DNS-ADDR"),
    )


def _from_ports(ports: Iterable[Port]) -> tuple[Characteristic, ...]:
    return tuple(Characteristic("PORT", _parms(("PORTNBR", one.number), *_each("SERVICE", one.services))) for one in ports)


def _to_ports(parent: Characteristic) -> tuple[Port, ...]:
    return tuple(
        Port(_number(one, "PORTNBR") or 0, one.all("SERVICE")) for one in parent.within("PORT") if _needed(one, "PORTNBR")
    )


def _from_proxy(one: Proxy) -> Characteristic:
    start = one.start
    parms = _parms(
        ("PROXY-ID", one.id),
        ("PROXY-PROVIDER-ID", one.provider),
        ("NAME", one.name),
        *_each("DOMAIN", one.domains),
        ("STARTPAGE", one.home_page),
        ("BASAUTH-ID", start.name if start else None),
        ("BASAUTH-PW", _shown(start.secret) if start else None),
        ("PUSHENABLED", None if one.push is None else int(one.push)),
        flags=[("TRUST", one.trusted), ("MASTER", one.master)],
    )
    gateways = (
        Characteristic(
            "PXPHYSICAL",
            _parms(
                ("PHYSICAL-PROXY-ID", each.id),
                ("PXADDR", each.address),
                ("PXADDRTYPE", each.address_type),
                ("PXADDR-FQDN", each.host),
                *_each("TO-NAPID", each.access_points),
            ),
            _from_ports(each.ports),
        )
        for each in one.gateways
    )
    credentials = (_from_credentials("PXAUTHINFO", _PROXY_NAMES, each) for each in one.credentials)
    return Characteristic("PXLOGICAL", parms, (*credentials, *_from_ports(one.ports), *gateways))


def _to_proxy(one: Characteristic) -> Proxy:
    start = Credentials(_BASIC, one.first("BASAUTH-ID"), _secret(one.first("BASAUTH-PW")))
    push = one.first("PUSHENABLED")
    return Proxy(
        _needed(one, "PROXY-ID"),
        _needed(one, "NAME"),
        tuple(
            Gateway(
                _needed(each, "PHYSICAL-PROXY-ID"),
                _needed(each, "PXADDR"),
                each.all("TO-NAPID"),
                each.first("PXADDRTYPE"),
                _to_ports(each),
                each.first("PXADDR-FQDN"),
            )
            for each in one.within("PXPHYSICAL")
        ),
        one.first("STARTPAGE"),
        start if one.has("BASAUTH-ID") or one.has("BASAUTH-PW") else None,
        one.all("DOMAIN"),
        one.has("TRUST"),
        one.has("MASTER"),
        None if push is None else push == "1",
        _to_ports(one),
        _to_credentials("PXAUTHINFO", _PROXY_NAMES, one),
        one.first("PROXY-PROVIDER-ID"),
    )


def _from_application(one: Application) -> Characteristic:
    parms = _parms(
        ("APPID", one.id),
        ("PROVIDER-ID", one.provider),
        ("NAME", one.name),
        ("AACCEPT", one.accept),
        ("APROTOCOL", one.protocol),
        *_each("TO-PROXY", one.proxies),
        *_each("TO-NAPID", one.access_points),
        *_each("ADDR", one.addresses),
        *one.parms,
    )
    servers = (
        Characteristic("APPADDR", _parms(("ADDR", each.address), ("ADDRTYPE", each.address_type)), _from_ports(each.ports))
        for each in one.servers
    )
    authentications = (Characteristic("APPAUTH", _authentication(each)) for each in one.credentials)
    return Characteristic("APPLICATION", parms, (*servers, *authentications, *map(_from_resource, one.resources)))


def _from_resource(one: Resource) -> Characteristic:
    authentication = () if one.credentials is None else _authentication(one.credentials)
    pairs = (("URI", one.uri), ("NAME", one.name), ("AACCEPT", one.accept))
    return Characteristic("RESOURCE", (*_parms(*pairs), *authentication, *_parms(flags=[("STARTPAGE", one.home)])))


def _to_resource(one: Characteristic) -> Resource:
    stated = _to_authentication(one)
    credentials = None if stated == Credentials() else stated
    return Resource(_needed(one, "URI"), one.first("NAME"), one.has("STARTPAGE"), one.first("AACCEPT"), credentials)


def _to_application(one: Characteristic) -> Application:
    return Application(
        _needed(one, "APPID"),
        one.first("NAME"),
        one.first("PROVIDER-ID"),
        one.all("ADDR"),
        one.all("TO-PROXY"),
        one.all("TO-NAPID"),
        tuple(map(_to_authentication, one.within("APPAUTH"))),
        tuple(map(_to_resource, one.within("RESOURCE"))),
        tuple(Server(_needed(each, "ADDR"), each.first("ADDRTYPE"), _to_ports(each)) for each in one.within("APPADDR")),
        one.first("AACCEPT"),
        one.first("APROTOCOL"),
        tuple(
            (parm.name, parm.value)
            for parm in one.parms
            if parm.value is not None and ("APPLICATION", parm.name) not in parm_types()
        ),
    )

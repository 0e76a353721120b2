"""The settings of a terminal as flat keys, so that layers of them merge like any other settings, and from there to `Settings`.

A key is a path: `access/ID/ITEM`, `proxy/ID/ITEM`, `application/ID/ITEM`, `context/ITEM` or `release/ITEM`; `ITEMS` has them all. An ID is
the writer's own and joins what is said of one thing; of an application it is the registered identifier, and of a second one that with a
hyphen and anything (`w4-2`). Whatever is no item there is a parm that the application itself defines, which may be a path:
`application/ap2002/SERVICES/ChatAuth`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from ccpp.datatypes import lexical
from ccpp.model import Dimension, Secret
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
    Settings,
    SettingsError,
    Validity,
    check_settings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import SettingValue

Value: TypeAlias = "str | int | bool | tuple[str, ...] | Secret"
Values: TypeAlias = "Mapping[str, Value]"


class Form(StrEnum):
    """What the value of an item is."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    LIST = "list"
    SECRET = "secret"  # noqa: S105  a kind of value


def _items(text: str = "", number: str = "", flag: str = "", members: str = "", secret: str = "") -> Mapping[str, Form]:
    groups = zip((text, number, flag, members, secret), Form, strict=True)
    return MappingProxyType({item: form for items, form in groups for item in items.split()})


#: Kind → item → form.
ITEMS: Mapping[str, Mapping[str, Form]] = MappingProxyType(
    {
        "access": _items(
            "name apn number address address-type call-type link-speed authentication user country "
            + " ".join(key.replace("_", "-") for key in QOS_PARMS),
            "linger valid-seconds",
            "internet",
            "bearer network dns",
            "password",
        ),
        "proxy": _items(
            "name address connection home-page home-page-user authentication user provider",
            "port",
            "secure trusted master push",
            "access domain",
            "home-page-password password",
        ),
        "application": _items(
            "name provider authentication user level home-page accept protocol",
            "",
            "",
            "address proxy access page",
            "password data",
        ),
        "context": _items("name server country client", "allowed", "", "proxy network"),
        "release": _items("title message", "version validity token-validity", "accept reject", "", "token"),
    }
)
_WITHOUT_ID = frozenset({"context", "release"})

#: Connection, and whether it is secure → the service and its well-known port (WAP-183 §6.2). Over HTTP no service is named.
CONNECTIONS: Mapping[tuple[str, bool], tuple[tuple[str, ...], int]] = MappingProxyType(
    {
        ("temporary", False): (("CL-WSP",), 9200),
        ("continuous", False): (("CO-WSP",), 9201),
        ("temporary", True): (("CL-SEC-WSP",), 9202),
        ("continuous", True): (("CO-SEC-WSP",), 9203),
        ("http", False): ((), 8080),
    }
)


@dataclass(frozen=True, slots=True)
class Release:
    """Which issue of the settings this is, for clients that poll: version, seconds of validity, a token, and a message to the user."""

    version: int = 1
    validity: int = 604_800
    token: Secret | None = None
    token_validity: int | None = None
    title: str | None = None
    message: str | None = None
    accept: bool = False
    reject: bool = False


@dataclass(frozen=True, slots=True)
class Terminal:
    """All that a terminal is sent: its settings, and which issue of them."""

    settings: Settings
    release: Release = Release()


def form_of(key: str) -> Form:
    """What the value of a key is.

    Raises:
        SettingsError: there is no such key.
    """
    kind, identifier, item = _split(key)
    known = ITEMS.get(kind, {})
    if item in known and identifier:
        return known[item]
    if kind == "application" and identifier and item:
        return Form.TEXT
    kinds = ", ".join(f"{one}/{'' if one in _WITHOUT_ID else 'ID/'}…" for one in ITEMS)
    raise SettingsError(f"`{key}` is no key of a terminal's settings", hint=", ".join(known) if known else kinds)


def typed(key: str, value: SettingValue) -> Value:
    """A value in the form of its key; a secret becomes one, a single text a list of one.

    Raises:
        SettingsError: the key is unknown, or the value has another form; the message shows no secret.
    """
    form = form_of(key)
    match form, value:
        case Form.SECRET, Secret():
            return value
        case Form.SECRET, str():
            return Secret(value)
        case Form.FLAG, bool():
            return value
        case Form.NUMBER, int() if not isinstance(value, bool) and (value >= 0 or key == "release/version"):
            return value  # -4 to 0 are versions too (RCC.14)
        case Form.LIST, str():
            return (value,)
        case Form.LIST, tuple():
            texts = tuple(one for one in value if isinstance(one, str))
            if len(texts) == len(value):
                return texts
        case Form.TEXT, str() | int() | Dimension() | Fraction():
            return lexical(value)
        case _:
            pass
    raise SettingsError(f"the value of `{key}` is no {form}")


def build_terminal(values: Mapping[str, SettingValue]) -> Terminal:
    """The settings that the keys state.

    Raises:
        SettingsError: a key is unknown, a value has another form, something needed is missing, or the settings contradict themselves.
    """
    groups: dict[str, dict[str, dict[str, Value]]] = {kind: {} for kind in ITEMS}
    for key, value in values.items():
        converted = typed(key, value)
        kind, identifier, item = _split(key)
        groups[kind].setdefault(identifier, {})[item] = converted
    settings = Settings(
        tuple(_access_point(name, items) for name, items in groups["access"].items()),
        tuple(_proxy(name, items) for name, items in groups["proxy"].items()),
        tuple(_application(name, items) for name, items in groups["application"].items()),
        *_context(groups["context"].get("context")),
    )
    check_settings(settings)
    return Terminal(settings, *(_release(items) for items in groups["release"].values()))


def _split(key: str) -> tuple[str, str, str]:
    kind, _, rest = key.partition("/")
    if kind in _WITHOUT_ID:
        return kind, kind, rest
    identifier, _, item = rest.partition("/")
    return kind, identifier, item


def _text(items: Values, item: str) -> str | None:
    value = items.get(item)
    return value if isinstance(value, str) else None


def _number(items: Values, item: str) -> int | None:
    value = items.get(item)
    return value if isinstance(value, int) else None


def _list(items: Values, item: str) -> tuple[str, ...]:
    value = items.get(item)
    return value if isinstance(value, tuple) else ()


def _secret(items: Values, item: str) -> Secret | None:
    value = items.get(item)
    return value if isinstance(value, Secret) else None


def _flag(items: Values, item: str) -> bool:
    return items.get(item) is True


def _needed(items: Values, place: str, *names: str) -> str:
    stated = [items[name] for name in names if name in items]
    if len(stated) != 1:
        wanted = f"one of {', '.join(names)}" if len(names) > 1 else names[0]
        raise SettingsError(f"`{place}` has {len(stated)} of what it needs one of", hint=f"state {wanted}")
    return str(stated[0])


def _credentials(items: Values, missing: str | None, prefix: str = "") -> tuple[Credentials, ...]:
    method, name, secret = _text(items, "authentication"), _text(items, f"{prefix}user"), _secret(items, f"{prefix}password")
    level, data = _text(items, "level"), _secret(items, "data")
    if all(one is None for one in (method, name, secret, level, data)):
        return ()
    return (Credentials(method or missing, name, secret, level, data),)


_ADDRESS_TYPES = MappingProxyType({"apn": "APN", "number": "E164"})


def _access_point(identifier: str, items: Values) -> AccessPoint:
    address = _needed(items, f"access/{identifier}", "apn", "number", "address")
    type_ = next((_ADDRESS_TYPES[item] for item in _ADDRESS_TYPES if item in items), _text(items, "address-type"))
    country, seconds = _text(items, "country"), _number(items, "valid-seconds")
    validity = Validity(country, _list(items, "network"), seconds)
    return AccessPoint(
        id=identifier,
        name=_text(items, "name") or address,
        address=address,
        address_type=type_,
        bearers=_list(items, "bearer"),
        internet=_flag(items, "internet"),
        call_type=_text(items, "call-type"),
        link_speed=_text(items, "link-speed"),
        linger=_number(items, "linger"),
        qos=tuple((key, str(items[item])) for key in QOS_PARMS if (item := key.replace("_", "-")) in items),
        credentials=_credentials(items, "PAP"),
        validity=(validity,) if validity != Validity() else (),
        dns=_list(items, "dns"),
    )


def address_type(address: str) -> str:
    """The type of a gateway's address: IPV4, IPV6, or ALPHA for the name of a host."""
    try:
        return f"IPV{ipaddress.ip_address(address).version}"
    except ValueError:
        return "ALPHA"


def _ports(identifier: str, items: Values) -> tuple[Port, ...]:
    connection, secure = _text(items, "connection"), _flag(items, "secure")
    number = _number(items, "port")
    if connection is None and not secure:
        return () if number is None else (Port(number),)
    if (connection or "continuous", secure) not in CONNECTIONS:
        known = ", ".join(dict.fromkeys(one for one, _ in CONNECTIONS))
        raise SettingsError(
            f"`proxy/{identifier}` has no such connection as `{connection}`", hint=f"{known}; http is not secure"
        )
    services, usual = CONNECTIONS[connection or "continuous", secure]
    return (Port(usual if number is None else number, services),)


def _proxy(identifier: str, items: Values) -> Proxy:
    address = _needed(items, f"proxy/{identifier}", "address")
    start = _text(items, "home-page-user"), _secret(items, "home-page-password")
    return Proxy(
        id=identifier,
        name=_text(items, "name") or identifier,
        gateways=(Gateway(f"{identifier}-1", address, _list(items, "access"), address_type(address)),),
        home_page=_text(items, "home-page"),
        start=None if start == (None, None) else Credentials("HTTP-BASIC", *start),
        domains=_list(items, "domain"),
        trusted=_flag(items, "trusted"),
        master=_flag(items, "master"),
        push=_flag(items, "push") if "push" in items else None,
        ports=_ports(identifier, items),
        credentials=_credentials(items, "HTTP-BASIC"),
        provider=_text(items, "provider"),
    )


def _application(identifier: str, items: Values) -> Application:
    home = _text(items, "home-page")
    pages = (*(() if home is None else (Resource(home, None, home=True),)), *map(Resource, _list(items, "page")))
    return Application(
        id=identifier.partition("-")[0],
        name=_text(items, "name"),
        provider=_text(items, "provider"),
        addresses=_list(items, "address"),
        proxies=_list(items, "proxy"),
        access_points=_list(items, "access"),
        credentials=_credentials(items, None),
        resources=pages,
        accept=_text(items, "accept"),
        protocol=_text(items, "protocol"),
        parms=tuple((name, str(value)) for name, value in items.items() if name not in ITEMS["application"]),
    )


def _context(items: Values | None) -> tuple[Context | None, str | None]:
    if items is None:
        return None, None
    context = Context(
        _text(items, "name"),
        _text(items, "server"),
        _number(items, "allowed"),
        _list(items, "proxy"),
        _text(items, "country"),
        _list(items, "network"),
    )
    return context, _text(items, "client")


def _release(items: Values) -> Release:
    return Release(**{name.replace("-", "_"): value for name, value in items.items()})  # type: ignore[arg-type]  # typed by ITEMS

"""The settings of one terminal, by layers: operator's network < operator's catalogue < subscriber.

They merge by the algebra of profiles and are then cut down to what the device's profile says it can use (WAP-185 §6). What the profile
does not say takes nothing away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.catalogue.model import Layer, Setting
from ccpp.configuration import ConfiguredSetting, merge_layers
from ccpp.errors import UsageError
from ccpp.model import Verdict
from ccpp.normalisation import load_normalisation
from ccpp.provisioning.operators import Access, Operator, load_operators, network_of, operators_of
from ccpp.provisioning.settings import INTERNET, Settings
from ccpp.provisioning.terminal import Terminal, build_terminal, typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ccpp.catalogue.model import Catalogue, SettingValue
    from ccpp.model import Attribute, ResolvedProfile
    from ccpp.normalisation import Normalisation
    from ccpp.provisioning.settings import AccessPoint, Gateway, Proxy
    from ccpp.provisioning.subscriber import Subscriber
    from ccpp.vocabulary import Vocabularies

#: Canonical spelling of a bearer in `SupportedBearers` → bearers of WAP-183 §8.3 that need no more than it.
BEARERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("GPRS", "EDGE", "WCDMA", "TD-SCDMA", "HSDPA", "HSUPA", "HSPA", "HSPA+", "DC-HSPA+", "LTE"), ("GSM-GPRS",)
        ),
        **dict.fromkeys(("CSD", "HSCSD"), ("GSM-CSD",)),
        **dict.fromkeys(("SMS", "OneWaySMS", "TwoWaySMS"), ("GSM-SMS",)),
        "USSD": ("GSM-USSD",),
        **dict.fromkeys(
            ("1xRTT", "EVDO", "IS2000 Rel0", "IS2000 RelA"),
            ("IS-95-CDMA-PACKET", "CDMA2000-1X-SIMPLE-IP", "CDMA2000-1X-MOBILE-IP"),
        ),
        **dict.fromkeys(("WLAN", "WiMAX", "Bluetooth", "USB", "IPv4", "IPv6"), ()),
    }
)
#: The version of WAP from which terminals speak HTTP and there are applications in the document (OMA CP 1.1).
_WAP_2 = 2


class Dropped(NamedTuple):
    """What was left out for a device, and which statement of its profile is the reason."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the profile says of carrying settings: the bearers of WAP-183, and the major version of WAP; `None` where it does not say."""

    bearers: frozenset[str] | None = None
    wap: int | None = None


@dataclass(frozen=True, slots=True)
class Tailored:
    """The settings for one terminal, the origin of each key, and what the device cannot use."""

    terminal: Terminal
    configured: Mapping[str, ConfiguredSetting]
    dropped: tuple[Dropped, ...]


def tailor(layers: Iterable[Layer], capabilities: Capabilities) -> Tailored:
    """The layers merged, the first one lowest, and cut down to the capabilities.

    Raises:
        SettingsError: the layers together are no settings.
    """
    stated = [_typed(layer) for layer in layers]
    configured = merge_layers(stated)
    # In the order of their first statement: the first access point is the one that is tried first.
    order = dict.fromkeys(setting.key for layer in stated for setting in layer.settings)
    terminal = build_terminal({key: configured[key].value for key in order})
    settings, dropped = fit(terminal.settings, capabilities)
    return Tailored(Terminal(settings, terminal.release), configured, dropped)


def tailor_account(
    account: Subscriber, catalogue: Catalogue | None, profile: ResolvedProfile | None, vocabularies: Vocabularies
) -> Tailored | None:
    """The settings of an account on its network, of a catalogue for the device, where both are known; `None` where there are none."""
    operator = operator_of(account, load_operators())
    layers = [] if operator is None else [operator_layer(operator, account.plan)]
    if catalogue is not None and profile is not None:
        layers += catalogue_layers(catalogue, catalogue.matcher.match(profile))
    layers.append(account.layer)
    if not any(layer.settings for layer in layers):
        return None
    known = Capabilities() if profile is None else capabilities_of(profile, vocabularies, load_normalisation(vocabularies))
    return tailor(layers, known)


def _typed(layer: Layer) -> Layer:
    """The layer with secrets as such, so that no account of where a value is from can show one."""
    return replace(layer, settings=tuple(replace(one, value=typed(one.key, one.value)) for one in layer.settings))


# Layers.


def operator_of(subscriber: Subscriber, operators: Iterable[Operator]) -> Operator | None:
    """The operator of a subscriber: the one named, else the first on the network of the account.

    Raises:
        UsageError: the account names a network or an operator that is not known.
    """
    known = tuple(operators)
    network = subscriber.network
    if network is None and subscriber.imsi is not None:
        network = network_of(subscriber.imsi.value, known)
    if network is None:
        return None
    found = operators_of(network, known)
    if subscriber.operator is not None:
        found = tuple(one for one in found if one.name.casefold() == subscriber.operator.casefold())
    if not found:
        wanted = f"`{subscriber.operator}`" if subscriber.operator else "operator"
        names = ", ".join(one.name for one in operators_of(network, known))
        raise UsageError(f"no {wanted} is known on the network {network}", hint=names or "state its access points instead")
    return found[0]


def operator_layer(operator: Operator, plan: str | None = None) -> Layer:
    """The settings that an operator's data give: its access points for a plan, and MMS where it has a centre."""
    access = [one for one in operator.access if plan is None or not one.plans or plan in one.plans]
    settings: dict[str, SettingValue] = {}
    centres: list[tuple[str, Access]] = []
    numbers: dict[str, Iterator[int]] = {}
    for one in access:
        use = "internet" if "internet" in one.use else one.use
        number = next(numbers.setdefault(use, count(1)))
        identifier = use if number == 1 else f"{use}-{number}"
        settings |= {f"access/{identifier}/{item}": value for item, value in _access_items(one, operator, use)}
        if one.mmsc:
            centres.append((identifier, one))
    settings |= dict(_mms(centres))
    return Layer(f"network {operator.name}", tuple(Setting(key, value) for key, value in settings.items()))


def _access_items(one: Access, operator: Operator, use: str) -> Iterator[tuple[str, SettingValue]]:
    country = operator.networks[0][:3]
    yield from (("name", one.name or f"{operator.name} {use}"), ("apn", one.apn), ("bearer", ("GSM-GPRS",)))
    yield from (("country", country), ("network", tuple(each[3:] for each in operator.networks if each[:3] == country)))
    stated = (("user", one.user), ("password", one.password), ("authentication", one.authentication), ("dns", one.dns or None))
    yield from ((item, value) for item, value in stated if value is not None)
    if use == "internet":
        yield "internet", True


def _mms(centres: list[tuple[str, Access]]) -> Iterator[tuple[str, SettingValue]]:
    """MMS over the access points that are for nothing else, if there are any, each with its own centre and proxy."""
    only = [one for one in centres if one[1].use == "mms"] or centres
    for number, (identifier, access) in enumerate(only, 1):
        application = "application/w4" if number == 1 else f"application/w4-{number}"
        yield f"{application}/name", access.name or "MMS"
        yield f"{application}/address", (access.mmsc or "",)
        yield f"{application}/access", (identifier,)
        if access.mms_proxy:
            host, _, port = access.mms_proxy.partition(":")
            yield f"{application}/proxy", (identifier,)
            yield f"proxy/{identifier}/address", host
            yield f"proxy/{identifier}/name", access.name or identifier
            yield f"proxy/{identifier}/access", (identifier,)
            yield f"proxy/{identifier}/connection", "http"
            if port.isdecimal():
                yield f"proxy/{identifier}/port", int(port)


def catalogue_layers(catalogue: Catalogue, verdicts: Mapping[str, Verdict]) -> Iterator[Layer]:
    """The layers of the catalogue's terminal settings whose requirements the device satisfies."""
    for one in catalogue.terminal_settings.values():
        if one.requirement is None or verdicts[one.requirement] is Verdict.SATISFIED:
            yield from (layer for layer in one.layers if layer.when is None or verdicts[layer.when] is Verdict.SATISFIED)


# What the device can use.


def capabilities_of(profile: ResolvedProfile, vocabularies: Vocabularies, normalisation: Normalisation) -> Capabilities:
    """What a profile says of bearers, in any spelling, and of WAP. A bearer that is not known may be any, so then all are."""
    bearers = _texts(profile, vocabularies.named("SupportedBearers"))
    version = _texts(profile, vocabularies.named("WapVersion"))
    supported: frozenset[str] | None = None
    if bearers:
        name = vocabularies.named("SupportedBearers").name
        canonical = [str(one) for text in bearers for one in normalisation.canonical(name, text)]
        if all(one in BEARERS for one in canonical):
            supported = frozenset(bearer for one in canonical for bearer in BEARERS[one])
    major = version[0].partition(".")[0] if version else ""
    return Capabilities(supported, int(major) if major.isdecimal() and len(major) == 1 else None)


def _texts(profile: ResolvedProfile, attribute: Attribute) -> tuple[str, ...]:
    return tuple(str(value) for value in profile.values(attribute.name) or ())


def fit(settings: Settings, capabilities: Capabilities) -> tuple[Settings, tuple[Dropped, ...]]:
    """Settings without what the capabilities rule out, and without what rests on nothing else (WAP-185 §6.2)."""
    dropped: list[Dropped] = []
    points = tuple(_usable_points(settings.access_points, capabilities, dropped))
    kept = {one.id for one in points} | {INTERNET}
    proxies = tuple(_usable_proxies(settings.proxies, kept, capabilities, dropped))
    names = {one.id for one in proxies}
    applications = []
    for one in settings.applications:
        reached = replace(
            one,
            access_points=tuple(point for point in one.access_points if point in kept),
            proxies=tuple(proxy for proxy in one.proxies if proxy in names),
        )
        if capabilities.wap is not None and capabilities.wap < _WAP_2:
            dropped.append(
                Dropped(f"application {one.id}", "WapVersion is before 2.0, which has no applications in its documents")
            )
        elif (one.access_points or one.proxies) and not (reached.access_points or reached.proxies):
            dropped.append(Dropped(f"application {one.id}", "nothing that it is reached by is left"))
        else:
            applications.append(reached)
    context = settings.context
    if context is not None:
        context = replace(context, proxies=tuple(one for one in context.proxies if one in names))
    fitted = replace(settings, access_points=points, proxies=proxies, applications=tuple(applications), context=context)
    return fitted, tuple(dropped)


def _usable_points(points: Iterable[AccessPoint], capabilities: Capabilities, dropped: list[Dropped]) -> Iterator[AccessPoint]:
    for one in points:
        if not one.bearers or capabilities.bearers is None:
            yield one
        elif usable := tuple(bearer for bearer in one.bearers if bearer in capabilities.bearers):
            yield replace(one, bearers=usable)
        else:
            dropped.append(Dropped(f"access point {one.id}", f"SupportedBearers has none of {', '.join(one.bearers)}"))


def _usable_proxies(
    proxies: Iterable[Proxy], points: set[str], capabilities: Capabilities, dropped: list[Dropped]
) -> Iterator[Proxy]:
    for one in proxies:
        if capabilities.wap is not None and capabilities.wap < _WAP_2 and _speaks_only_http(one):
            dropped.append(Dropped(f"proxy {one.id}", "WapVersion is before 2.0, and its proxies speak no HTTP"))
            continue
        gateways = tuple(_reachable(each, points) for each in one.gateways)
        if usable := tuple(each for each in gateways if each.access_points):
            yield replace(one, gateways=usable)
        else:
            dropped.append(Dropped(f"proxy {one.id}", "no access point that it is reached by is left"))


def _reachable(gateway: Gateway, points: set[str]) -> Gateway:
    return replace(gateway, access_points=tuple(one for one in gateway.access_points if one in points))


def _speaks_only_http(proxy: Proxy) -> bool:
    ports = [*proxy.ports, *(port for gateway in proxy.gateways for port in gateway.ports)]
    return bool(ports) and not any(port.services for port in ports)

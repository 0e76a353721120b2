"""What is left of a context on a terminal that has not every bearer and protocol (WAP-185 §5.3): a cascade from access points up."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.provisioning.bootstrap import Security
from ccpp.provisioning.connectivity.rules import INTERNET
from ccpp.provisioning.user_agent.remarks import Remark
from ccpp.provisioning.user_agent.understanding import Understood

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument

#: The service on a port that names none (WAP-259 annex B).
WELL_KNOWN: Mapping[str, str] = MappingProxyType(
    {"9200": "CL-WSP", "9201": "CO-WSP", "9202": "CL-SEC-WSP", "9203": "CO-SEC-WSP"}
)


class Capabilities(NamedTuple):
    """What a terminal can do; None is everything. `further` contexts beside the privileged one."""

    bearers: frozenset[str] | None = None
    services: frozenset[str] | None = None
    methods: frozenset[Security] = frozenset(Security)
    further: int = 3


EVERYTHING = Capabilities()


def support(document: ConnectivityDocument, capabilities: Capabilities) -> Understood:
    """The document without what the terminal cannot use: access points, then gateways, then proxies, then references to them."""
    remarks: list[Remark] = []
    points = [one for one in document.within("NAPDEF") if _has_bearer(one, capabilities, remarks)]
    ids = {one.first("NAPID") or "" for one in points}
    ids |= {INTERNET} if any(one.has("INTERNET") for one in points) else set()
    proxies = {
        id(one): found for one in document.within("PXLOGICAL") if (found := _proxy(one, ids, capabilities, remarks)) is not None
    }
    names = {one.first("PROXY-ID") or "" for one in proxies.values()}
    usable = set(map(id, points))
    kept = []
    for one in document.characteristics:
        if one.type == "NAPDEF":
            kept += [one] if id(one) in usable else []
        elif one.type == "PXLOGICAL":
            kept += [proxies[id(one)]] if id(one) in proxies else []
        else:
            kept.append(_referring(one, {"TO-PROXY": names, "PROXY-ID": names, "TO-NAPID": ids | {INTERNET}}, remarks))
    return Understood(document._replace(characteristics=tuple(kept)), tuple(remarks))


def services(logical: Characteristic, physical: Characteristic) -> tuple[str, ...]:
    """The services of a gateway: of its own ports and of its proxy's, by name or by well-known port (WAP-183 §6.2)."""
    ports = (*physical.within("PORT"), *logical.within("PORT"))
    named = [service for port in ports for service in port.all("SERVICE") or (WELL_KNOWN.get(port.first("PORTNBR") or "", ""),)]
    return tuple(dict.fromkeys(filter(None, named)))


def _has_bearer(one: Characteristic, capabilities: Capabilities, remarks: list[Remark]) -> bool:
    bearers = one.all("BEARER")
    if not bearers or capabilities.bearers is None or capabilities.bearers.intersection(bearers):
        return True
    remarks.append(Remark("bearer", "/NAPDEF", (one.first("NAPID") or "",)))
    return False


def _proxy(one: Characteristic, points: set[str], capabilities: Capabilities, remarks: list[Remark]) -> Characteristic | None:
    gateways = [
        found for each in one.within("PXPHYSICAL") if (found := _gateway(one, each, points, capabilities, remarks)) is not None
    ]
    name = one.first("PROXY-ID") or ""
    if not gateways or not one.has("NAME"):
        code, details = ("no-gateway", name) if not gateways else ("incomplete", "NAME")
        remarks.append(Remark(code, "/PXLOGICAL", (details,)))
        return None
    others = tuple(each for each in one.characteristics if each.type != "PXPHYSICAL")
    return one._replace(characteristics=(*others, *gateways))


def _gateway(
    proxy: Characteristic, one: Characteristic, points: set[str], capabilities: Capabilities, remarks: list[Remark]
) -> Characteristic | None:
    name = one.first("PHYSICAL-PROXY-ID") or ""
    place = "/PXLOGICAL/PXPHYSICAL"
    found = services(proxy, one)
    if found and capabilities.services is not None and not capabilities.services.intersection(found):
        remarks.append(Remark("protocol", place, (name,)))
        return None
    if not one.has("PXADDR"):
        remarks.append(Remark("incomplete", place, ("PXADDR",)))
        return None
    parms = tuple(parm for parm in one.parms if parm.name != "TO-NAPID" or parm.value in points)
    if not any(parm.name == "TO-NAPID" for parm in parms):
        remarks.append(Remark("unreachable", place, (name,)))
        return None
    return one._replace(parms=parms)


def _referring(one: Characteristic, known: Mapping[str, set[str]], remarks: list[Remark]) -> Characteristic:
    kept = []
    for parm in one.parms:
        if parm.name in known and parm.value not in known[parm.name]:
            remarks.append(Remark("dangling", f"/{one.type}", (parm.value or "",)))
        else:
            kept.append(parm)
    return one._replace(parms=tuple(kept))

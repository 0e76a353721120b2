"""Android's list of access points, `apns-conf.xml`: one `apn` for each access point on each network it is valid for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.model import Secret
from ccpp.provisioning.rendering import MMS, Rendered, http_proxy, packet_points, unused_points, unused_settings
from ccpp.provisioning.settings import AccessPoint, Credentials, Settings, SettingsError, Validity
from ccpp.provisioning.xml import children_of, read_xml, write_xml
from ccpp.wbxml.document import Element

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccpp.provisioning.terminal import Terminal

MEDIA_TYPE = "application/xml"
#: Version of the list's own format.
_VERSION = "8"
#: `authtype`; 3 is either, where both are stated.
_METHODS: Mapping[frozenset[str], str] = MappingProxyType(
    {frozenset({"PAP"}): "1", frozenset({"CHAP"}): "2", frozenset({"PAP", "CHAP"}): "3"}
)


def android_apns(terminal: Terminal) -> Rendered:
    """The list of a terminal's access points.

    Raises:
        SettingsError: an access point does not say on which networks it is valid, or there is none by APN.
    """
    settings = terminal.settings
    points = packet_points(settings)
    if not points:
        raise SettingsError("no access point by APN, so nothing for a list of them")
    rows = tuple(row for point in points for row in _rows(settings, point))
    left_out = (*unused_points(settings), *unused_settings(settings, points, proxies=True, browser=False, mms=True))
    return Rendered(write_xml(Element("apns", (("version", _VERSION),), rows), SettingsError), left_out)


def _rows(settings: Settings, point: AccessPoint) -> Iterator[Element]:
    networks = [(one.country, network) for one in point.validity if one.country for network in one.networks]
    if not networks:
        raise SettingsError(
            f"the access point `{point.id}` states no MCC and MNC", hint="Android keeps access points by network"
        )
    stated = _attributes(settings, point)
    for country, network in networks:
        pairs = (("carrier", point.name), ("mcc", country), ("mnc", network), *stated)
        yield Element("apn", tuple((name, value) for name, value in pairs if value is not None))


def _attributes(settings: Settings, point: AccessPoint) -> Iterator[tuple[str, str | None]]:
    credentials = point.credentials[0] if point.credentials else Credentials()
    methods = frozenset(one.method for one in point.credentials if one.method)
    centre = next((one for one in settings.applications if one.id == MMS and point.id in one.access_points), None)
    yield "apn", point.address
    yield "user", credentials.name
    yield "password", credentials.secret.value if credentials.secret else None
    yield "authtype", _METHODS.get(methods)
    yield from _proxy("proxy", "port", http_proxy(settings, point))
    if centre is not None:
        yield "mmsc", centre.addresses[0] if centre.addresses else None
        yield from _proxy("mmsproxy", "mmsport", http_proxy(settings, point, mms=True))
    types = [*(["default", "supl"] if point.internet else []), *(["mms"] if centre else [])]
    yield "type", ",".join(types) or "default"


def _proxy(host: str, port: str, proxy: tuple[str, int] | None) -> Iterator[tuple[str, str]]:
    if proxy is not None:
        yield from ((host, proxy[0]), (port, str(proxy[1])))


def read_android_apns(data: bytes) -> tuple[AccessPoint, ...]:
    """The access points in a list; each is called by its name, and valid on one network.

    Raises:
        SettingsError: the bytes are no such list.
    """
    root = read_xml(data, SettingsError)
    if root.name != "apns":
        raise SettingsError(f"the root is `{root.name}`", hint="a list of access points is an `apns`")
    return tuple(_point(dict(one.attributes)) for one in children_of(root, "apn"))


def _point(row: Mapping[str, str]) -> AccessPoint:
    if "apn" not in row:
        raise SettingsError("an access point without `apn`")
    methods = next((sorted(names) for names, code in _METHODS.items() if code == row.get("authtype")), [])
    secret = Secret(row["password"]) if "password" in row else None
    stated = [None] if not methods and ("user" in row or secret) else methods
    name = row.get("carrier", row["apn"])
    return AccessPoint(
        name,
        name,
        row["apn"],
        "APN",
        internet="default" in row.get("type", "default").split(","),
        credentials=tuple(Credentials(method, row.get("user"), secret) for method in stated),
        validity=(Validity(row.get("mcc"), (row["mnc"],) if "mnc" in row else ()),),
    )

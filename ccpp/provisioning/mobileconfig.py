"""An Apple configuration profile (`.mobileconfig`), which a signer may wrap: the access points as `com.apple.cellular`, home pages as web clips.

Identifiers are the same for every profile, so that a terminal replaces the one it has; UUIDs are equal where the content is.
"""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5
from xml.parsers.expat import ExpatError

from ccpp.model import Secret
from ccpp.provisioning.rendering import Rendered, home_pages, http_proxy, packet_points, unused_points, unused_settings
from ccpp.provisioning.settings import AccessPoint, Credentials, SettingsError

if TYPE_CHECKING:
    from ccpp.provisioning.terminal import Terminal

MEDIA_TYPE = "application/x-apple-aspen-config"
#: Bytes of a profile that is read; those with certificates in them have some ten thousand.
MAX_PROFILE = 1_048_576
_METHODS = frozenset({"PAP", "CHAP"})


def mobileconfig(terminal: Terminal) -> Rendered:
    """The configuration profile of a terminal's settings.

    Raises:
        SettingsError: there is neither an access point nor a home page in them that a profile can carry.
    """
    settings = terminal.settings
    points = packet_points(settings)
    contents: list[dict[str, Any]] = []
    if points:
        apns = [_apn(one, http_proxy(settings, one)) for one in points]
        attach = {key: value for key, value in apns[0].items() if not key.startswith("Proxy")}
        contents.append({"PayloadType": "com.apple.cellular", "AttachAPN": attach, "APNs": apns})
    for label, url in home_pages(settings):
        contents.append({"PayloadType": "com.apple.webClip.managed", "URL": url, "Label": label, "IsRemovable": True})
    if not contents:
        raise SettingsError("no access point by APN and no home page, so nothing for a configuration profile")
    name = (settings.context.name if settings.context else None) or "Terminal settings"
    payload = {
        "PayloadType": "Configuration",
        "PayloadDisplayName": name,
        "PayloadContent": [_identified(one, f"settings.{number}") for number, one in enumerate(contents, 1)],
    }
    left_out = (*unused_points(settings), *unused_settings(settings, points, proxies=True, browser=True))
    return Rendered(plistlib.dumps(_identified(payload, "settings"), sort_keys=True), left_out)


def _identified(payload: dict[str, Any], name: str) -> dict[str, Any]:
    identifier = f"ccpp.{name}"
    unique = uuid5(NAMESPACE_URL, f"urn:{identifier}:{plistlib.dumps(payload, sort_keys=True).hex()}")
    return {**payload, "PayloadIdentifier": identifier, "PayloadUUID": str(unique).upper(), "PayloadVersion": 1}


def _apn(point: AccessPoint, proxy: tuple[str, int] | None) -> dict[str, Any]:
    credentials = next((one for one in point.credentials if one.method in _METHODS), None)
    stated: dict[str, Any] = {"Name": point.address}
    if credentials is not None:
        secret = credentials.secret.value if credentials.secret else None
        stated |= {"AuthenticationType": credentials.method, "Username": credentials.name, "Password": secret}
    if proxy is not None:
        stated |= {"ProxyServer": proxy[0], "ProxyPort": proxy[1]}
    return {key: value for key, value in stated.items() if value is not None}


def read_mobileconfig(data: bytes) -> tuple[AccessPoint, ...]:
    """The access points in a configuration profile that is not signed; each is called by its APN, which is all that it has.

    Raises:
        SettingsError: the bytes are no property list, or no configuration profile.
    """
    if len(data) > MAX_PROFILE:
        raise SettingsError(f"{len(data)} bytes, more than {MAX_PROFILE}")
    try:
        profile = plistlib.loads(data)
    except (
        plistlib.InvalidFileException,
        ExpatError,
        ValueError,
        TypeError,
        LookupError,
        OverflowError,
        AttributeError,
        RecursionError,
    ):
        # plistlib lets escape what its parts raise over damaged lists.
        raise SettingsError("no property list", hint="a signed profile has to be unwrapped first") from None
    contents = profile.get("PayloadContent") if isinstance(profile, dict) else None
    if not isinstance(contents, list):
        raise SettingsError("a property list, but no configuration profile")
    cellular = [one for one in contents if isinstance(one, dict) and one.get("PayloadType") == "com.apple.cellular"]
    rows = [row for one in cellular for row in _rows(one.get("APNs")) if isinstance(row.get("Name"), str)]
    return tuple(_point(row) for row in rows)


def _rows(apns: object) -> list[dict[str, Any]]:
    return [row for row in apns if isinstance(row, dict)] if isinstance(apns, list) else []


def _point(row: dict[str, Any]) -> AccessPoint:
    def text(key: str) -> str | None:
        value = row.get(key)
        return value if isinstance(value, str) else None

    password = text("Password")
    credentials = Credentials(text("AuthenticationType"), text("Username"), None if password is None else Secret(password))
    name: str = row["Name"]
    return AccessPoint(name, name, name, "APN", credentials=() if credentials == Credentials() else (credentials,))

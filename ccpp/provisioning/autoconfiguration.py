"""What clients poll for: RCS autoconfiguration (GSMA RCC.14) and entitlements (GSMA TS.43), both in the container of WAP provisioning.

Their characteristics nest at will and their names are in mixed case, so a parm of an application may be a path: `SERVICES/ChatAuth` is the
parm ChatAuth of the characteristic SERVICES. Known from implementations; the texts of the GSMA were not read.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from ccpp.model import Secret
from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument, Parm, to_element
from ccpp.provisioning.connectivity.xml import read_connectivity
from ccpp.provisioning.rendering import Rendered
from ccpp.provisioning.settings import Application, Credentials, Settings, SettingsError
from ccpp.provisioning.terminal import Release, Terminal, address_type
from ccpp.provisioning.xml import write_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MEDIA_TYPE = "text/vnd.wap.connectivity-xml"
#: IMS core and RCS.
RCS = ("ap2001", "ap2002")
#: Voice over LTE and Wi-Fi, SMS over IP, and what came after them; ap2007 and ap2008 are not assigned here.
ENTITLEMENTS = tuple(f"ap{number}" for number in (*range(2003, 2007), *range(2009, 2017)))
_STATUS = "EntitlementStatus"
#: Disabled, enabled, incompatible, being provisioned.
_STATUSES = frozenset("0123")
_NEED_STATUS = frozenset({"ap2003", "ap2004", "ap2005"})
#: Seconds, for which a client keeps what it was sent; a year and more is written so by some, so no bound of sense is known.
_MAX_NUMBER = 2**31


def rcs_autoconfiguration(terminal: Terminal) -> Rendered:
    """The document that an RCS client is answered with.

    Raises:
        SettingsError: there is no RCS application in the settings, though the version says that there is.
    """
    return _document(terminal, RCS, "RCS")


def unchanged_configuration(terminal: Terminal) -> Rendered:
    """The document for a client that has this version: that it still holds, and a token where there is a new one."""
    release = replace(terminal.release, title=None, message=None)
    return Rendered(write_xml(to_element(ConnectivityDocument(tuple(_from_release(release)), "1.1")), SettingsError), ())


def entitlement_configuration(terminal: Terminal) -> Rendered:
    """The document that an entitlement client is answered with.

    Raises:
        SettingsError: there is no entitlement in the settings, or one without its status.
    """
    for one in terminal.settings.applications:
        if one.id in _NEED_STATUS and dict(one.parms).get(_STATUS) not in _STATUSES:
            raise SettingsError(f"`application/{one.id}/{_STATUS}` is not stated", hint="0 to 3 (TS.43)")
    return _document(terminal, ENTITLEMENTS, "entitlement")


def _document(terminal: Terminal, identifiers: tuple[str, ...], kind: str) -> Rendered:
    settings, release = terminal.settings, terminal.release
    wanted = [one for one in settings.applications if one.id in identifiers]
    if release.version <= 0:
        wanted = []  # the client is to switch off, and is told nothing else
    elif not wanted:
        raise SettingsError(f"no {kind} application in the settings", hint=f"its keys begin application/{identifiers[0]}/")
    document = ConnectivityDocument((*_from_release(release), *map(_from_application, wanted)), "1.1")
    left_out = (
        *(f"access point {one.id}" for one in settings.access_points),
        *(f"proxy {one.id}" for one in settings.proxies),
        *(f"application {one.id}" for one in settings.applications if one not in wanted),
    )
    return Rendered(write_xml(to_element(document), SettingsError), left_out)


def _from_release(one: Release) -> Iterator[Characteristic]:
    yield Characteristic("VERS", (Parm("version", str(one.version)), Parm("validity", str(one.validity))))
    if one.token is not None:
        validity = () if one.token_validity is None else (Parm("validity", str(one.token_validity)),)
        yield Characteristic("TOKEN", (Parm("token", one.token.value), *validity))
    if one.message is not None:
        texts = (Parm("title", one.title or ""), Parm("message", one.message))
        yield Characteristic("MSG", (*texts, Parm("Accept_btn", str(+one.accept)), Parm("Reject_btn", str(+one.reject))))


def _from_application(one: Application) -> Characteristic:
    name = () if one.name is None else (Parm("Name", one.name),)
    tree = _nested([(path.split("/"), value) for path, value in one.parms])
    addresses = (
        Characteristic("LBO_P-CSCF_Address", (Parm("Address", each), Parm("AddressType", _ADDRESS_TYPES[address_type(each)])))
        for each in one.addresses
    )
    return Characteristic(
        "APPLICATION",
        (Parm("AppID", one.id), *name, *tree.parms),
        (*addresses, *map(_from_credentials, one.credentials), *tree.characteristics),
    )


_ADDRESS_TYPES = {"IPV4": "IPv4", "IPV6": "IPv6", "ALPHA": "FQDN"}


def _from_credentials(one: Credentials) -> Characteristic:
    pairs = (("AuthType", one.method), ("UserName", one.name), ("UserPwd", one.secret.value if one.secret else None))
    return Characteristic("APPAUTH", tuple(Parm(name, value) for name, value in pairs if value is not None))


def _nested(paths: Iterable[tuple[list[str], str]], kind: str = "") -> Characteristic:
    """Paths as a tree: what is left of a path names characteristics, the last step is a parm."""
    rows = list(paths)
    parms = tuple(Parm(steps[0], value) for steps, value in rows if len(steps) == 1)
    deeper = sorted(((steps, value) for steps, value in rows if len(steps) > 1), key=lambda row: row[0][0])
    return Characteristic(
        kind,
        parms,
        tuple(
            _nested([(steps[1:], value) for steps, value in members], name)
            for name, members in groupby(deeper, key=lambda row: row[0][0])
        ),
    )


# Back.


def read_autoconfiguration(data: bytes) -> Terminal:
    """The applications and the release in an answer of either kind.

    Raises:
        ConnectivityError: the bytes are no provisioning document.
        SettingsError: it states no version, a number is none, or an application has no identifier.
    """
    document = read_connectivity(data).document
    applications = tuple(map(_to_application, document.within("APPLICATION")))
    return Terminal(Settings(applications=applications), _to_release(document))


def _to_release(document: ConnectivityDocument) -> Release:
    parms = {kind: one for kind in ("VERS", "TOKEN", "MSG") for one in document.within(kind)}
    if "VERS" not in parms:
        raise SettingsError("a document without VERS", hint="an answer to a polling client states its version")
    version, token, message = (parms.get(kind, Characteristic(kind)) for kind in ("VERS", "TOKEN", "MSG"))
    secret = token.first("token")
    return Release(
        version=_number(version, "version") or 0,
        validity=_number(version, "validity") or 0,
        token=None if secret is None else Secret(secret),
        token_validity=_number(token, "validity"),
        title=message.first("title"),
        message=message.first("message"),
        accept=message.first("Accept_btn") == "1",
        reject=message.first("Reject_btn") == "1",
    )


def _number(one: Characteristic, name: str) -> int | None:
    value = one.first(name)
    if value is None:
        return None
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 10 and int(digits) <= _MAX_NUMBER):  # noqa: PLR2004  of 32 bits
        raise SettingsError(f"{one.type} whose {name} is no number")
    return int(value)


_APART = frozenset({"LBO_P-CSCF_Address", "APPAUTH"})


def _to_application(one: Characteristic) -> Application:
    identifier = one.first("AppID")
    if not identifier:
        raise SettingsError("an APPLICATION without AppID")
    parms = (parm for parm in one.parms if parm.name not in {"AppID", "Name"})
    inner = Characteristic("", tuple(parms), tuple(each for each in one.characteristics if each.type not in _APART))
    credentials = (
        Credentials(each.first("AuthType"), each.first("UserName"), _secret(each.first("UserPwd")))
        for each in one.within("APPAUTH")
    )
    return Application(
        id=identifier,
        name=one.first("Name"),
        addresses=tuple(address for each in one.within("LBO_P-CSCF_Address") for address in each.all("Address")),
        credentials=tuple(credentials),
        parms=tuple(_paths(inner, "")),
    )


def _secret(value: str | None) -> Secret | None:
    return None if value is None else Secret(value)


def _paths(one: Characteristic, path: str) -> Iterator[tuple[str, str]]:
    yield from ((path + parm.name, parm.value or "") for parm in one.parms)
    for inner in one.characteristics:
        yield from _paths(inner, f"{path}{inner.type}/")

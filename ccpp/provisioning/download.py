"""The download descriptor of OMA Download OTA 1.0, `application/vnd.oma.dd+xml`: what is there, how large, and where to report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import DescriptorError
from ccpp.provisioning.delivery import NOTHING, Document, described, size_of
from ccpp.provisioning.xml import read_xml, text_of, write_xml
from ccpp.wbxml.document import Element

if TYPE_CHECKING:
    from ccpp.decision import Decision
    from ccpp.provisioning.delivery import Delivery

MEDIA_TYPE = "application/vnd.oma.dd+xml"
NAMESPACE = "http://www.openmobilealliance.org/xmlns/dd"
_VERSION = "1.0"
#: `size` may be written with commas between thousands.
_SIZE = re.compile("[0-9]{1,3}(,[0-9]{3}){0,4}|[0-9]{1,15}")
_INVALID_VERSION = 951


class Download(NamedTuple):
    """A download descriptor; `types` are media types in the order of preference."""

    uri: str
    size: int
    types: tuple[str, ...]
    name: str | None = None
    vendor: str | None = None
    description: str | None = None
    notify: str | None = None
    next_url: str | None = None
    info_url: str | None = None
    icon: str | None = None
    parameter: str | None = None
    version: str = _VERSION


#: Field → element; `type` may come more than once.
_ELEMENTS = {
    "name": "name",
    "version": "DDVersion",
    "types": "type",
    "uri": "objectURI",
    "size": "size",
    "vendor": "vendor",
    "description": "description",
    "notify": "installNotifyURI",
    "next_url": "nextURL",
    "info_url": "infoURL",
    "icon": "iconURI",
    "parameter": "installParam",
}


def make_download(decision: Decision, delivery: Delivery = NOTHING) -> Document:
    """The descriptor of a chosen variant. It has no place for the configuration.

    Raises:
        UsageError: no variant was chosen.
        DescriptorError: the size of the artefact is not known.
    """
    one = described(decision)
    size = size_of(one, delivery)
    if not size:
        raise DescriptorError(f"the size of `{one.variant.id}` is not known", hint="state cat:size, or give the archive")
    download = Download(
        uri=one.variant.artefact.uri,
        size=size,
        types=(one.variant.artefact.media_type,),
        name=one.application.label,
        vendor=one.own.get("vendor"),
        description=one.application.description or None,
        notify=delivery.report_to,
        next_url=one.own.get("next-url"),
        info_url=one.own.get("info-url"),
        icon=one.own.get("icon"),
        parameter=one.own.get("install-parameter"),
    )
    return Document(f"{one.variant.id}.dd", MEDIA_TYPE, write_download(download))


def write_download(download: Download) -> bytes:
    """A descriptor as XML.

    Raises:
        DescriptorError: a text that XML cannot hold.
    """
    children = []
    for field, element in _ELEMENTS.items():
        value = getattr(download, field)
        texts = value if isinstance(value, tuple) else () if value is None else (str(value),)
        children += [Element(element, (), (text,)) for text in texts]
    return write_xml(Element("media", (("xmlns", NAMESPACE),), tuple(children)), DescriptorError)


def read_download(data: bytes) -> Download:
    """The descriptor in an XML document; elements that are not known are passed over.

    Raises:
        DescriptorError: it is none, lacks what is needed (status 906), or is of another major version (951).
    """
    root = read_xml(data, DescriptorError)
    if _local(root.name) != "media":
        raise DescriptorError(f"the root is `{root.name}`", hint="a download descriptor is a `media`")
    found: dict[str, list[str]] = {}
    for piece in root.content:
        if isinstance(piece, Element):
            if any(isinstance(inner, Element) for inner in piece.content):
                raise DescriptorError(f"elements inside `{piece.name}`", hint="a download descriptor has one level")
            found.setdefault(_local(piece.name), []).append(text_of(piece).strip())
    stated = {field: found[element][0] for field, element in _ELEMENTS.items() if element in found}
    version = stated.get("version", _VERSION)
    if not version.startswith("1."):
        raise DescriptorError(f"version `{version[:20]}` of download descriptors", status=_INVALID_VERSION)
    size = stated.get("size", "")
    if not _SIZE.fullmatch(size) or not stated.get("uri") or not any(found.get("type", ())):
        raise DescriptorError("a download descriptor needs objectURI, size and type")
    texts = {field: value for field, value in stated.items() if field not in {"types", "size"}}
    return Download(**texts, size=int(size.replace(",", "")), types=tuple(filter(None, found["type"])))


def _local(name: str) -> str:
    return name.rpartition(":")[2]

"""The launch file of Java Web Start, `application/x-java-jnlp-file` (JSR 56), and which of its resources a platform takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.catalogue.model import Domain
from ccpp.errors import DescriptorError
from ccpp.provisioning.delivery import JAVA_ARCHIVES, NOTHING, Document, described, text_of_value
from ccpp.provisioning.xml import children_of, read_xml, text_of, write_xml
from ccpp.wbxml.document import Element

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccpp.decision import Decision
    from ccpp.provisioning.delivery import Delivery, Described

MEDIA_TYPE = "application/x-java-jnlp-file"
#: The runtime that is asked for where nothing is said: any that has run programs of the last fifteen years.
_JAVA = "1.6+"
_TRUSTED = frozenset({Domain.OPERATOR, Domain.MANUFACTURER, Domain.THIRD_PARTY})


class Resources(NamedTuple):
    """What a platform takes: archives, the main one first, and properties; empty lists of names mean any."""

    archives: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    systems: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    java: str | None = None


class Launch(NamedTuple):
    """A launch file."""

    title: str
    vendor: str
    resources: tuple[Resources, ...]
    description: str | None = None
    main_class: str | None = None
    trusted: bool = False


def make_jnlp(decision: Decision, delivery: Delivery = NOTHING) -> Document:
    """The launch file of a chosen variant: its archive and configuration, and its language packs for their locales.

    `descriptor/os`, `descriptor/arch` and `descriptor/java` say what it is for, `descriptor/vendor` and `descriptor/main-class` what the
    manifest does not.

    Raises:
        UsageError: no variant was chosen.
        DescriptorError: the vendor is not known, or the artefact is no Java archive.
    """
    one = described(decision)
    if one.variant.artefact.media_type not in JAVA_ARCHIVES:
        raise DescriptorError(f"`{one.variant.id}` is no Java archive", hint=one.variant.artefact.media_type)
    manifest = delivery.archive.attributes if delivery.archive else {}
    vendor = one.own.get("vendor") or manifest.get("Implementation-Vendor") or one.own.get("MIDlet-Vendor")
    if not vendor:
        raise DescriptorError(f"the vendor of `{one.variant.id}` is not known", hint="state the setting `descriptor/vendor`")
    launch = Launch(
        title=one.application.label,
        vendor=vendor,
        resources=tuple(_resources(one)),
        description=one.application.description or None,
        main_class=one.own.get("main-class") or manifest.get("Main-Class"),
        trusted=one.application.domain in _TRUSTED,
    )
    return Document(f"{one.variant.id}.jnlp", MEDIA_TYPE, write_jnlp(launch))


def _resources(one: Described) -> Iterator[Resources]:
    properties = tuple((key, text_of_value(value)) for key, value in one.settings.items())
    systems, architectures = _names(one.own.get("os")), _names(one.own.get("arch"))
    java = one.own.get("java", _JAVA)
    yield Resources((one.variant.artefact.uri,), properties, systems, architectures, java=java)
    for part in one.variant.parts:
        if part.language is not None:
            yield Resources((part.artefact.uri,), locales=(part.language.replace("-", "_"),))


def _names(text: str | None) -> tuple[str, ...]:
    """A setting's names, with commas between them as a list is written."""
    return tuple(one.strip() for one in (text or "").split(",") if one.strip())


def write_jnlp(launch: Launch) -> bytes:
    """A launch file as XML.

    Raises:
        DescriptorError: a text that XML cannot hold.
    """
    information = [Element("title", (), (launch.title,)), Element("vendor", (), (launch.vendor,))]
    if launch.description:
        information.append(Element("description", (), (launch.description,)))
    security = [Element("security", (), (Element("all-permissions"),))] if launch.trusted else []
    start = () if launch.main_class is None else (("main-class", launch.main_class),)
    resources = [_written(one, main=number == 0) for number, one in enumerate(launch.resources)]
    children = (Element("information", (), tuple(information)), *security, *resources, Element("application-desc", start))
    return write_xml(Element("jnlp", (("spec", "1.0+"),), children), DescriptorError)


def _written(one: Resources, *, main: bool) -> Element:
    lists = (("os", one.systems), ("arch", one.architectures), ("locale", one.locales))
    attributes = tuple((name, " ".join(each.replace(" ", "\\ ") for each in names)) for name, names in lists if names)
    java = () if one.java is None else (Element("j2se", (("version", one.java),)),)
    archives = (
        Element("jar", (("href", uri), *((("main", "true"),) if main and number == 0 else ())))
        for number, uri in enumerate(one.archives)
    )
    properties = (Element("property", (("name", name), ("value", value))) for name, value in one.properties)
    return Element("resources", attributes, (*java, *archives, *properties))


def read_jnlp(data: bytes) -> Launch:
    """The launch file in an XML document; what is not known is passed over.

    Raises:
        DescriptorError: it is none, or has no title or vendor.
    """
    root = read_xml(data, DescriptorError)
    if root.name != "jnlp":
        raise DescriptorError(f"the root is `{root.name}`", hint="a launch file is a `jnlp`")
    said = {
        piece.name: text_of(piece).strip()
        for information in children_of(root, "information")[:1]
        for piece in information.content
        if isinstance(piece, Element)
    }
    if not said.get("title") or not said.get("vendor"):
        raise DescriptorError("a launch file without title or vendor")
    starts = children_of(root, "application-desc")
    return Launch(
        said["title"],
        said["vendor"],
        tuple(map(_read_resources, children_of(root, "resources"))),
        said.get("description"),
        dict(starts[0].attributes).get("main-class") if starts else None,
        any(children_of(one, "all-permissions") for one in children_of(root, "security")),
    )


def _read_resources(element: Element) -> Resources:
    attributes = dict(element.attributes)
    archives = [
        (dict(one.attributes).get("main") != "true", dict(one.attributes).get("href", ""))
        for one in children_of(element, "jar")
    ]
    java = [*children_of(element, "j2se"), *children_of(element, "java")]
    properties = (dict(one.attributes) for one in children_of(element, "property"))
    return Resources(
        tuple(href for _, href in sorted(archives, key=lambda one: one[0]) if href),
        tuple((one.get("name", ""), one.get("value", "")) for one in properties),
        _split(attributes.get("os", "")),
        _split(attributes.get("arch", "")),
        _split(attributes.get("locale", "")),
        dict(java[0].attributes).get("version") if java else None,
    )


def _split(text: str) -> tuple[str, ...]:
    """Names with blanks between them; a blank in a name has a backslash before it."""
    return tuple(one.replace("\0", " ") for one in text.replace("\\ ", "\0").split())


def chosen_resources(launch: Launch, system: str, architecture: str, locale: str) -> tuple[Resources, ...]:
    """All resources for a platform: its names begin with a listed one (JSR 56 §4.4), the locale is as far as a listed one says."""
    return tuple(
        one
        for one in launch.resources
        if _begins(system, one.systems) and _begins(architecture, one.architectures) and _speaks(locale, one.locales)
    )


def _begins(name: str, listed: Iterable[str]) -> bool:
    names = tuple(listed)
    return not names or name.startswith(names)


def _speaks(locale: str, listed: Iterable[str]) -> bool:
    names = tuple(listed)
    parts = locale.lower().split("_")
    return not names or any(parts[: len(wanted)] == wanted for wanted in (one.lower().split("_") for one in names))

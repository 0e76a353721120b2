"""The MIDP application descriptor, JAD: `text/vnd.sun.j2me.app-descriptor` (MIDP 2.0, JSR 118), and whether its archive agrees with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import DescriptorError
from ccpp.provisioning.delivery import NOTHING, Document, described, size_of, text_of_value
from ccpp.provisioning.jar import is_attribute_name, read_attributes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccpp.catalogue.model import Artefact
    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile
    from ccpp.normalisation import Normalisation
    from ccpp.provisioning.delivery import Delivery, Described
    from ccpp.provisioning.jar import Archive
    from ccpp.vocabulary import Vocabularies

MEDIA_TYPE = "text/vnd.sun.j2me.app-descriptor"
NEEDED = ("MIDlet-Name", "MIDlet-Version", "MIDlet-Vendor", "MIDlet-Jar-URL", "MIDlet-Jar-Size")
#: What an archive must have the same of.
_SHARED = ("MIDlet-Name", "MIDlet-Version", "MIDlet-Vendor")
SIGNATURE = "MIDlet-Jar-RSA-SHA1"
_SHA1_WITH_RSA = frozenset({"rsa-sha1", "sha1withrsa"})
#: One to three numbers below a hundred (MIDP 2.0).
_VERSION = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2}){0,2}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_RESERVED = ("MIDlet-", "MicroEdition-")


def make_jad(decision: Decision, delivery: Delivery = NOTHING) -> Document:
    """The descriptor of a chosen variant: what MIDP asks for, and the configuration as attributes of the application.

    What the manifest of the archive says is taken from there; without the archive, from settings such as `descriptor/MIDlet-Vendor`.

    Raises:
        UsageError: no variant was chosen.
        DescriptorError: something that a descriptor needs is not known, or the archive does not agree with it.
    """
    one = described(decision)
    attributes = dict(_attributes(one, delivery))
    missing = [name for name in NEEDED if not attributes.get(name)]
    if missing:
        raise DescriptorError(
            f"a JAD of `{one.variant.id}` needs {', '.join(missing)}", hint="give the archive, or state `descriptor/` settings"
        )
    if not _VERSION.fullmatch(attributes["MIDlet-Version"]):
        raise DescriptorError(f"`{attributes['MIDlet-Version']}` is no version of a MIDlet", hint="1.0 or 1.0.2, numbers to 99")
    if delivery.archive:
        for slip in check_archive(attributes, delivery.archive, delivery.platforms):
            raise DescriptorError(f"{slip.message} (a terminal would report {slip.status})", status=slip.status)
    return Document(f"{one.variant.id}.jad", MEDIA_TYPE, write_jad(attributes))


def _attributes(one: Described, delivery: Delivery) -> Iterator[tuple[str, str]]:
    manifest = delivery.archive.attributes if delivery.archive else {}
    own = {name: value for name, value in one.own.items() if name.startswith(_RESERVED)}
    stated = {**own, **{name: value for name, value in manifest.items() if name.startswith(_RESERVED)}}
    yield "MIDlet-Name", stated.pop("MIDlet-Name", one.application.label)
    yield "MIDlet-Version", stated.pop("MIDlet-Version", one.version or "")
    yield "MIDlet-Vendor", stated.pop("MIDlet-Vendor", one.own.get("vendor", ""))
    yield "MIDlet-Jar-URL", one.variant.artefact.uri
    size = size_of(one, delivery)
    yield "MIDlet-Jar-Size", "" if size is None else str(size)
    if one.application.description:
        yield "MIDlet-Description", stated.pop("MIDlet-Description", one.application.description)
    if delivery.report_to:
        yield "MIDlet-Install-Notify", delivery.report_to
        yield "MIDlet-Delete-Notify", delivery.report_to
    yield from stated.items()
    yield from _configuration(one)
    yield from _signature(one.variant.artefact, delivery)


def _configuration(one: Described) -> Iterator[tuple[str, str]]:
    """The settings as attributes of the application, which reads them with getAppProperty."""
    for key, value in one.settings.items():
        if not is_attribute_name(key) or key.startswith(_RESERVED):
            raise DescriptorError(
                f"the setting `{key}` cannot be an attribute of a JAD",
                hint="letters, digits, - and _; not MIDlet-, MicroEdition-",
            )
        yield key, text_of_value(value)


def _signature(artefact: Artefact, delivery: Delivery) -> Iterator[tuple[str, str]]:
    """Signed here, or as the catalogue says that it was signed before."""
    if delivery.signer and delivery.archive:
        value, certificates = delivery.signer.sign(delivery.archive.data), delivery.signer.certificates
    elif artefact.signature and artefact.signature.algorithm.lower() in _SHA1_WITH_RSA:
        value, certificates = artefact.signature.value, artefact.signature.certificates
    else:
        if delivery.signer:
            raise DescriptorError("nothing to sign", hint="give the archive")
        return
    yield from ((f"MIDlet-Certificate-1-{number}", one) for number, one in enumerate(certificates, 1))
    yield SIGNATURE, value


def write_jad(attributes: Mapping[str, str]) -> bytes:
    """A descriptor of these attributes, one a line.

    Raises:
        DescriptorError: a name or a value that cannot stand in a line.
    """
    for name, value in attributes.items():
        if not is_attribute_name(name) or _CONTROL.search(value) or value != value.strip():
            raise DescriptorError(f"the attribute `{name}` cannot stand in a line", hint="no line breaks, no blanks around it")
    return "".join(f"{name}: {value}\n" for name, value in attributes.items()).encode()


def read_jad(data: bytes) -> dict[str, str]:
    """The attributes of a descriptor, in their order.

    Raises:
        DescriptorError: status 906: it is none, or lacks something that MIDP asks for.
    """
    attributes = read_attributes(data)
    missing = [name for name in NEEDED if not attributes.get(name)]
    if missing:
        raise DescriptorError(f"a JAD without {', '.join(missing)}")
    return attributes


# Whether the archive agrees.


def platforms_of(profile: ResolvedProfile, vocabularies: Vocabularies, normalisation: Normalisation) -> frozenset[str] | None:
    """The Java platforms that a device states, in canonical spelling; nothing unless it states both a profile and a configuration.

    Many devices state only some of theirs, and what is not stated decides nothing.
    """
    name = vocabularies.named("JavaPlatform").name
    stated = frozenset(str(one) for text in profile.values(name) or () for one in normalisation.canonical(name, text))
    known = {_named(one)[0] for one in stated}
    return stated if "MIDP" in known and known & {"CLDC", "CDC"} else None


class Slip(NamedTuple):
    """Something on which descriptor and archive do not agree, and the status that a terminal would report."""

    status: int
    message: str


def check_archive(jad: Mapping[str, str], archive: Archive, platforms: frozenset[str] | None = None) -> tuple[Slip, ...]:
    """What a terminal would refuse, in the order in which it looks; `platforms` are those of the device, such as `MIDP/2.0`."""
    return tuple(slip for check in _CHECKS for slip in check(jad, archive, platforms))


def _descriptor(jad: Mapping[str, str], _archive: Archive, _platforms: frozenset[str] | None) -> Iterator[Slip]:
    for name in NEEDED:
        if not jad.get(name):
            yield Slip(906, f"the descriptor has no {name}")
    if not re.fullmatch("[0-9]{1,10}", jad.get("MIDlet-Jar-Size", "0")):
        yield Slip(906, "MIDlet-Jar-Size is no number")


def _size(jad: Mapping[str, str], archive: Archive, _platforms: frozenset[str] | None) -> Iterator[Slip]:
    size = jad.get("MIDlet-Jar-Size", "")
    if size.isdecimal() and size.lstrip("0") != str(archive.size):
        yield Slip(904, f"MIDlet-Jar-Size is {size[:12]}, the archive has {archive.size} bytes")


def _agreement(jad: Mapping[str, str], archive: Archive, _platforms: frozenset[str] | None) -> Iterator[Slip]:
    manifest = archive.attributes
    for name in _SHARED:
        if name not in manifest:
            yield Slip(907, f"the manifest has no {name}")
        elif name in jad and jad[name] != manifest[name]:
            yield Slip(905, f"{name} is `{jad[name]}` in the descriptor, `{manifest[name]}` in the manifest")
    if SIGNATURE in jad:
        for name in sorted((jad.keys() & manifest.keys()) - {*_SHARED}):
            if jad[name] != manifest[name]:
                yield Slip(905, f"{name} differs in descriptor and manifest, which of a signed suite it must not")


def _midlets(jad: Mapping[str, str], archive: Archive, _platforms: frozenset[str] | None) -> Iterator[Slip]:
    """Each `MIDlet-<n>` is name, icon, class; the class is in the archive."""
    numbered = {name: (906, jad[name]) for name in jad if re.fullmatch("MIDlet-[1-9][0-9]?", name)}
    numbered = {
        name: (907, value) for name, value in archive.attributes.items() if re.fullmatch("MIDlet-[1-9][0-9]?", name)
    } | numbered
    if "MIDlet-1" not in numbered:
        yield Slip(907, "neither descriptor nor manifest has MIDlet-1")
    for name, (status, value) in numbered.items():
        parts = [part.strip() for part in value.split(",")]
        if len(parts) != 3 or not parts[0] or not parts[2]:  # noqa: PLR2004  name, icon, class
            yield Slip(status, f"{name} is not name, icon and class")
        elif parts[2].replace(".", "/") + ".class" not in archive.names:
            yield Slip(907, f"the class of {name} is not in the archive")


def _platform(jad: Mapping[str, str], archive: Archive, platforms: frozenset[str] | None) -> Iterator[Slip]:
    for name in ("MicroEdition-Profile", "MicroEdition-Configuration"):
        asked = (jad.get(name) or archive.attributes.get(name) or "").split()
        if not asked:
            yield Slip(907, f"neither descriptor nor manifest has {name}")
        for one in asked:
            if platforms is not None and not _satisfied(one, platforms):
                yield Slip(908, f"{name} asks for {one}, which the device does not have")


def _satisfied(asked: str, platforms: frozenset[str]) -> bool:
    """`MIDP-2.0` is satisfied by an entry of the same name whose version is as high (MIDP 2.0)."""
    base, version = _named(asked)
    return any(name == base and own >= version for name, own in map(_named, platforms))


def _named(text: str) -> tuple[str, tuple[int, ...]]:
    name, _, version = text.replace("/", "-").partition("-")
    return name.upper(), tuple(int(part) for part in version.split(".") if part.isdecimal() and len(part) < 6)  # noqa: PLR2004  no version has


_CHECKS = (_descriptor, _size, _agreement, _midlets, _platform)

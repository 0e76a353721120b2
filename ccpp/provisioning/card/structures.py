"""The PKCS#15 structures that lead to provisioning data, in DER: EF(DIR), EF(TokenInfo), ODF, DODF, AODF, CDF (WAP-186 §6 and annex A, PKCS#15 v1.1).

Only what WAP-186 uses is modelled; an entry of another kind is passed over, and bytes that are no structure are one error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.errors import UsageError
from ccpp.provisioning.card.files import CardError

try:
    from pyasn1.codec.der.decoder import decode
    from pyasn1.codec.der.encoder import encode
    from pyasn1.error import PyAsn1Error
    from pyasn1.type.char import UTF8String
    from pyasn1.type.namedtype import DefaultedNamedType, NamedType, NamedTypes, OptionalNamedType
    from pyasn1.type.tag import Tag, tagClassApplication, tagClassContext, tagFormatConstructed, tagFormatSimple
    from pyasn1.type.univ import (
        BitString,
        Boolean,
        Choice,
        Enumerated,
        Integer,
        ObjectIdentifier,
        OctetString,
        Sequence,
    )
except ImportError as error:
    raise UsageError("smart cards need pyasn1", hint="pip install 'ccpp[card]'") from error

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Rows of PKCS15Objects that are used here, by their tags.
TRUSTED_CERTIFICATES, DATA_OBJECTS, AUTHENTICATION_OBJECTS = 5, 7, 8
_PADDING = (0x00, 0xFF)


def _context(number: int, *, constructed: bool = True) -> Any:  # noqa: ANN401  pyasn1 is untyped
    return Tag(tagClassContext, tagFormatConstructed if constructed else tagFormatSimple, number)


def _application(number: int) -> Any:  # noqa: ANN401  pyasn1 is untyped
    return Tag(tagClassApplication, tagFormatSimple, number)


class _Path(Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = NamedTypes(  # noqa: N815  pyasn1's name
        NamedType("path", OctetString()),
        OptionalNamedType("index", Integer()),
        OptionalNamedType("length", Integer().subtype(implicitTag=_context(0, constructed=False))),
    )


class _Template(Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    tagSet = Sequence.tagSet.tagImplicitly(Tag(tagClassApplication, tagFormatConstructed, 1))  # noqa: N815  pyasn1's name
    componentType = NamedTypes(  # noqa: N815  pyasn1's name
        NamedType("aid", OctetString().subtype(implicitTag=_application(15))),
        OptionalNamedType("label", UTF8String().subtype(implicitTag=_application(16))),
        OptionalNamedType("path", OctetString().subtype(implicitTag=_application(17))),
    )


class _Objects(Choice):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = NamedTypes(  # noqa: N815  pyasn1's name
        *(NamedType(str(number), _Path().subtype(explicitTag=_context(number))) for number in range(9))
    )


class _Common(Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = NamedTypes(  # noqa: N815  pyasn1's name
        OptionalNamedType("label", UTF8String()),
        OptionalNamedType("flags", BitString()),
        OptionalNamedType("authId", OctetString()),
    )


class _DataClass(Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = NamedTypes(  # noqa: N815  pyasn1's name
        OptionalNamedType("applicationName", UTF8String()), OptionalNamedType("applicationOID", ObjectIdentifier())
    )


class _AuthenticationClass(Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = NamedTypes(OptionalNamedType("authId", OctetString()))  # noqa: N815  pyasn1's name


class _CertificateClass(Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = NamedTypes(  # noqa: N815  pyasn1's name
        NamedType("iD", OctetString()), DefaultedNamedType("authority", Boolean(value=False))
    )


class _Pin(Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = NamedTypes(  # noqa: N815  pyasn1's name
        NamedType("pinFlags", BitString()),
        NamedType("pinType", Enumerated()),
        NamedType("minLength", Integer()),
        NamedType("storedLength", Integer()),
        OptionalNamedType("maxLength", Integer()),
        DefaultedNamedType("pinReference", Integer(0).subtype(implicitTag=_context(0, constructed=False))),
        OptionalNamedType("padChar", OctetString()),
    )


class _CertificateValue(Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = NamedTypes(NamedType("value", _Path()))  # noqa: N815  pyasn1's name


class _Token(Sequence):  # type: ignore[misc]  # pyasn1 is untyped
    componentType = NamedTypes(  # noqa: N815  pyasn1's name
        NamedType("version", Integer(0)),
        NamedType("serialNumber", OctetString()),
        OptionalNamedType("label", UTF8String().subtype(implicitTag=_context(0, constructed=False))),
        NamedType("tokenflags", BitString()),
    )


def _entry(class_attributes: type, type_attributes: type) -> type:
    """A PKCS15Object: common attributes, those of the class, and those of the type behind [1]."""

    class Entry(Sequence):  # type: ignore[misc]  # pyasn1 is untyped
        componentType = NamedTypes(  # noqa: N815  pyasn1's name
            NamedType("common", _Common()),
            NamedType("class", class_attributes()),
            NamedType("type", type_attributes().subtype(explicitTag=_context(1))),
        )

    return Entry


_DataEntry = _entry(_DataClass, _Path)
_PinEntry = _entry(_AuthenticationClass, _Pin)
_CertificateEntry = _entry(_CertificateClass, _CertificateValue)


class Application(NamedTuple):
    """A record of EF(DIR): the identifier of an application, its label, and the path of its directory if it states one."""

    aid: bytes
    label: str = ""
    path: bytes | None = None


class DataObject(NamedTuple):
    """An entry of a DODF: a file, what it holds by object identifier, and which PIN protects it."""

    label: str
    oid: str
    path: bytes
    private: bool = False
    modifiable: bool = False
    authentication: bytes | None = None


class Pin(NamedTuple):
    """An entry of an AODF: a PIN, by the identifier that data objects name and the reference that VERIFY takes."""

    label: str
    authentication: bytes
    reference: int
    shortest: int = 4
    longest: int = 8


class Certificate(NamedTuple):
    """An entry of a CDF: a trusted certificate and the file that has it."""

    label: str
    id: bytes
    path: bytes


def write_application(application: Application) -> bytes:
    """A record of EF(DIR)."""
    template = _Template()
    template["aid"] = application.aid
    if application.label:
        template["label"] = application.label
    if application.path is not None:
        template["path"] = application.path
    return _encoded(template)


def read_application(data: bytes) -> Application | None:
    """The application of a record of EF(DIR), None where the record is empty.

    Raises:
        CardError: it is something else.
    """
    found = next(_each(data, _Template, "EF(DIR)"), None)
    if found is None:
        return None
    return Application(bytes(found["aid"]), _text(found["label"]), _octets(found["path"]))


def write_token(label: str) -> bytes:
    """An EF(TokenInfo), which WAP-186 does not ask for and PKCS#15 does; version 1, without a serial number."""
    token = _Token()
    token["version"], token["serialNumber"], token["label"], token["tokenflags"] = 0, b"\x00", label, ()
    return _encoded(token)


def write_objects(paths: dict[int, bytes]) -> bytes:
    """An ODF: directory files of objects by their kind."""
    return b"".join(_encoded(_pointer(kind, path)) for kind, path in paths.items())


def read_objects(data: bytes) -> tuple[tuple[int, bytes], ...]:
    """The directory files that an ODF leads to, by their kind.

    Raises:
        CardError: it is something else.
    """
    return tuple((int(one.getName()), bytes(one.getComponent()["path"])) for one in _each(data, _Objects, "the ODF"))


def write_data_object(one: DataObject) -> bytes:
    """An entry of a DODF; the flags as many bits as it takes, since DER writes no zero at the end of a list of names."""
    entry = _labelled(_DataEntry, one.label)
    entry["common"]["flags"] = (1, 1) if one.modifiable and one.private else (0, 1) if one.modifiable else (1,) * one.private
    if one.authentication is not None:
        entry["common"]["authId"] = one.authentication
    entry["class"]["applicationOID"] = one.oid
    entry["type"]["path"] = one.path
    return _encoded(entry)


def read_data_objects(data: bytes) -> tuple[DataObject, ...]:
    """The entries of a DODF.

    Raises:
        CardError: it is something else.
    """
    found = []
    for entry in _each(data, _DataEntry, "a DODF"):
        common, oid = entry["common"], entry["class"]["applicationOID"]
        flags = tuple(common["flags"]) if common["flags"].hasValue() else ()
        found.append(
            DataObject(
                _text(common["label"]),
                str(oid) if oid.hasValue() else "",
                bytes(entry["type"]["path"]),
                flags[:1] == (1,),
                flags[1:2] == (1,),
                _octets(common["authId"]),
            )
        )
    return tuple(found)


def write_pin(one: Pin) -> bytes:
    """An entry of an AODF: a PIN in ASCII digits, padded with FF to eight bytes (3GPP TS 51.011 §9.3)."""
    entry = _labelled(_PinEntry, one.label)
    entry["class"]["authId"] = one.authentication
    pin = entry["type"]
    pin["pinFlags"] = (0, 0, 0, 0, 1, 1)  # initialized, needs-padding
    pin["pinType"] = 1  # ascii-numeric
    pin["minLength"], pin["storedLength"], pin["maxLength"] = one.shortest, one.longest, one.longest
    pin["pinReference"] = one.reference
    pin["padChar"] = b"\xff"
    return _encoded(entry)


def read_pins(data: bytes) -> tuple[Pin, ...]:
    """The entries of an AODF.

    Raises:
        CardError: it is something else.
    """
    return tuple(
        Pin(
            _text(entry["common"]["label"]),
            _octets(entry["class"]["authId"]) or b"",
            int(entry["type"]["pinReference"]),
            int(entry["type"]["minLength"]),
            int(entry["type"]["storedLength"]),
        )
        for entry in _each(data, _PinEntry, "an AODF")
    )


def write_certificate(one: Certificate) -> bytes:
    """An entry of a CDF of trusted certificates: authorities all."""
    entry = _labelled(_CertificateEntry, one.label)
    entry["class"]["iD"] = one.id
    entry["class"]["authority"] = True
    entry["type"]["value"]["path"] = one.path
    return _encoded(entry)


def read_certificates(data: bytes) -> tuple[Certificate, ...]:
    """The entries of a CDF.

    Raises:
        CardError: it is something else.
    """
    return tuple(
        Certificate(_text(entry["common"]["label"]), bytes(entry["class"]["iD"]), bytes(entry["type"]["value"]["path"]))
        for entry in _each(data, _CertificateEntry, "a CDF")
    )


def _pointer(kind: int, path: bytes) -> Any:  # noqa: ANN401  pyasn1 is untyped
    chosen = _Objects()
    chosen[str(kind)]["path"] = path
    return chosen


def _labelled(schema: type, label: str) -> Any:  # noqa: ANN401  pyasn1 is untyped
    entry = schema()
    entry["common"]["label"] = label
    return entry


def _encoded(value: Any) -> bytes:  # noqa: ANN401  pyasn1 is untyped
    return bytes(encode(value))


def _each(data: bytes, schema: type, what: str) -> Iterator[Any]:
    """The values one after another, up to padding or the end."""
    whole = len(data)
    while data and data[0] not in _PADDING:
        try:
            value, data = decode(data, asn1Spec=schema())
        except (PyAsn1Error, ValueError, TypeError, IndexError, RecursionError):
            raise CardError(f"what is in {what} is no structure of PKCS#15: offset {whole - len(data)}") from None
        yield value


def _text(value: Any) -> str:  # noqa: ANN401  pyasn1 is untyped
    return str(value) if value.hasValue() else ""


def _octets(value: Any) -> bytes | None:  # noqa: ANN401  pyasn1 is untyped
    return bytes(value) if value.hasValue() else None

"""The file storage of provisioning data on a card: Bootstrap, Config1, Config2, and what leads a terminal there (WAP-186).

Writing makes a whole card of documents; reading goes the way a terminal goes: EF(DIR) or the application's identifier, ODF, DODF, files.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.provisioning.card import mexe
from ccpp.provisioning.card.files import (
    EF_DIR,
    MASTER,
    Access,
    CardError,
    Directory,
    ElementaryFile,
    Path,
    Rights,
    elementary,
    filled,
    find,
    read_file,
    read_path,
    write_path,
)
from ccpp.provisioning.card.structures import (
    AUTHENTICATION_OBJECTS,
    DATA_OBJECTS,
    TRUSTED_CERTIFICATES,
    Application,
    Certificate,
    DataObject,
    Pin,
    read_application,
    read_certificates,
    read_data_objects,
    read_objects,
    write_application,
    write_certificate,
    write_data_object,
    write_objects,
    write_pin,
    write_token,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN_SIZE = 150
"""Bytes that a provisioning file should have at least (WAP-186 §6)."""

_PKCS_15 = bytes.fromhex("A000000063504B43532D3135")
_WIM = bytes.fromhex("A0000000635741502D57494D")
_USIM = bytes.fromhex("A0000000871002")
_ODF, _TOKEN, _DODF, _CDF, _AODF, _CERTIFICATES = 0x5031, 0x5032, 0x4405, 0x4406, 0x4407, 0x4410
_LABEL = "PROVISIONING"
_FILL = b"\xff"
_ARC = "2.23.43.5."
_PIN_ID = b"\x01"
#: A PIN → its label and the reference that VERIFY takes: CHV1 is global, that of a WIM local (WAP-186 annex A).
_PINS: Mapping[Access, tuple[str, int]] = MappingProxyType({Access.CHV1: ("CHV1", 0x01), Access.PIN_G: ("PIN-G", 0x81)})


class Place(StrEnum):
    """A provisioning file; the order is that of precedence."""

    BOOTSTRAP = "bootstrap"
    CONFIG1 = "config1"
    CONFIG2 = "config2"


class _Row(NamedTuple):
    """A provisioning file: its label, all of one length so that records are, the last arc of its OID, its identifier."""

    label: str
    arc: int
    file: int


_PLACES: Mapping[Place, _Row] = MappingProxyType(
    {
        Place.BOOTSTRAP: _Row("Bootstrap", 1, 0x4431),
        Place.CONFIG1: _Row("Config1  ", 2, 0x4432),
        Place.CONFIG2: _Row("Config2  ", 3, 0x4433),
    }
)
_BY_OID = {f"{_ARC}{row.arc}": place for place, row in _PLACES.items()}


class Kind(NamedTuple):
    """A kind of card: the application with the data, the directory it is in, and the one that MExE's files are in, if any."""

    aid: bytes
    application: int
    mexe: Directory | None
    pin: Access


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "sim": Kind(_PKCS_15, 0x7F80, Directory(0x7F20, "DF GSM"), Access.CHV1),
        "usim": Kind(_PKCS_15, 0x7F80, Directory(0x7FF0, "ADF USIM", aid=_USIM), Access.CHV1),
        "wim": Kind(_WIM, 0x7F80, None, Access.PIN_G),
    }
)


class Storage(NamedTuple):
    """What a card stores: documents by place, root keys, and trusted certificates in DER."""

    documents: Mapping[Place, bytes]
    keys: tuple[mexe.RootKey, ...] = ()
    certificates: tuple[bytes, ...] = ()


def make_card(storage: Storage, kind: str = "sim", *, size: int = 0, read: Access | None = None) -> Directory:
    """A card that stores this.

    Args:
        storage: what it stores; a place without a document is empty, and can be filled on the card.
        kind: a key of `KINDS`.
        size: bytes of each provisioning file; those that are longer, and none under 150, set their own.
        read: what has to be done before the files may be read; the card's PIN if not stated.

    Raises:
        CardError: the kind is not known or has no place for root keys, or a document is too long for any file.
    """
    if kind not in KINDS:
        raise CardError(f"no kind of card is called `{kind}`", hint=", ".join(KINDS))
    row = KINDS[kind]
    condition = row.pin if read is None else read
    application = Directory(row.application, "DF PKCS15", tuple(_application_files(storage, row, condition, size)), aid=row.aid)
    record = write_application(Application(row.aid, _LABEL, write_path((row.application,))))
    directory = ElementaryFile(EF_DIR, "EF DIR", Rights(Access.ALWAYS, Access.ISSUER), record, len(record))
    files: tuple[ElementaryFile | Directory, ...] = (directory, application)
    if storage.keys:
        if row.mexe is None:
            raise CardError(f"a card of kind `{kind}` has no files for MExE's root keys", hint="sim or usim")
        parent = Directory(row.mexe.id, row.mexe.name, (mexe.mexe_directory(storage.keys),), row.mexe.aid)
        files += (parent,)
    return Directory(MASTER, "MF", files)


def _application_files(storage: Storage, row: Kind, read: Access, size: int) -> list[ElementaryFile]:
    odf = {DATA_OBJECTS: _DODF.to_bytes(2), AUTHENTICATION_OBJECTS: _AODF.to_bytes(2)}
    if storage.certificates:
        odf[TRUSTED_CERTIFICATES] = _CDF.to_bytes(2)
    open_, own = Rights(Access.ALWAYS, Access.ISSUER), {place: _rights(place, read, row.pin) for place in Place}
    label, reference = _PINS[row.pin]
    entries = b"".join(_entry(place, own[place]) for place in Place)
    files = [
        ElementaryFile(_ODF, "EF ODF", open_, write_objects(odf)),
        ElementaryFile(_TOKEN, "EF TokenInfo", open_, write_token(_LABEL)),
        ElementaryFile(_DODF, "EF DODF", open_, entries),
        ElementaryFile(_AODF, "EF AODF", open_, write_pin(Pin(label, _PIN_ID, reference))),
        *_certificate_files(storage.certificates, open_),
    ]
    for place, content in _PLACES.items():
        document = storage.documents.get(place, b"")
        room = max(size, len(document), MIN_SIZE)
        files.append(ElementaryFile(content.file, f"EF {content.label.strip()}", own[place], filled(document, room)))
    return files


def _rights(place: Place, read: Access, pin: Access) -> Rights:
    """Bootstrap is the issuer's alone, the others the holder's as well (WAP-186 §6)."""
    return Rights(read, Access.ISSUER if place is Place.BOOTSTRAP else pin)


def _entry(place: Place, rights: Rights) -> bytes:
    row = _PLACES[place]
    private, modifiable = rights.read is not Access.ALWAYS, rights.update is not Access.ISSUER
    authentication = _PIN_ID if private or modifiable else None
    return write_data_object(
        DataObject(row.label, f"{_ARC}{row.arc}", row.file.to_bytes(2), private, modifiable, authentication)
    )


def _certificate_files(certificates: tuple[bytes, ...], rights: Rights) -> list[ElementaryFile]:
    if not certificates:
        return []
    files = [
        ElementaryFile(_CERTIFICATES + number, f"EF Certificate {number + 1}", rights, filled(one, len(one)))
        for number, one in enumerate(certificates)
    ]
    entries = (
        write_certificate(Certificate(f"Root {number}", bytes([number]), file.id.to_bytes(2)))
        for number, file in enumerate(files, 1)
    )
    return [ElementaryFile(_CDF, "EF CDF", rights, b"".join(entries)), *files]


def application_paths(card: Directory) -> tuple[Path, ...]:
    """Where the provisioning applications are, a WIM's first: by EF(DIR), and by the identifiers of the directories (WAP-186 §7).

    Raises:
        CardError: EF(DIR) is missing or something else.
    """
    found: dict[Path, bytes] = {}
    for record in elementary(card, (EF_DIR,)).records():
        application = read_application(record)
        if application is not None and application.path is not None:
            found[read_path(application.path)] = application.aid
    for file in card.files:
        if isinstance(file, Directory) and file.aid is not None:
            found.setdefault((file.id,), file.aid)
    return tuple(path for aid in (_WIM, _PKCS_15) for path, known in found.items() if known == aid)


def application_path(card: Directory) -> Path:
    """Where the first provisioning application is.

    Raises:
        CardError: there is none.
    """
    paths = application_paths(card)
    if not paths:
        raise CardError("no provisioning application on the card", hint="EF(DIR) names neither PKCS#15 nor a WIM")
    return paths[0]


def provisioning_paths(card: Directory, application: Path | None = None) -> Mapping[Place, Path]:
    """The provisioning files of an application, the first if not stated; one that no DODF lists must not be used (WAP-186 §6).

    Raises:
        CardError: the way there is broken.
    """
    base = application_path(card) if application is None else application
    paths: dict[Place, Path] = {}
    for kind, pointer in read_objects(read_file(card, (*base, _ODF))):
        if kind == DATA_OBJECTS:
            for entry in read_data_objects(read_file(card, read_path(pointer, base))):
                if entry.oid in _BY_OID:
                    paths.setdefault(_BY_OID[entry.oid], read_path(entry.path, base))
    return {place: paths[place] for place in Place if place in paths}


def read_documents(card: Directory, verified: frozenset[Access], application: Path) -> Mapping[Place, bytes]:
    """The documents of an application in the order of precedence, padding taken off; an empty file is no document.

    Raises:
        CardError: the way there is broken, or a file may not be read.
    """
    contents = {place: read_file(card, path, verified) for place, path in provisioning_paths(card, application).items()}
    return MappingProxyType({place: one.rstrip(_FILL) for place, one in contents.items() if one and one[:1] != _FILL})


def read_storage(card: Directory, verified: frozenset[Access] = frozenset()) -> Storage:
    """What the first application of a card stores, to one who has done what is in `verified`.

    Raises:
        CardError: the way there is broken, or a file may not be read.
    """
    base = application_path(card)
    certificates: list[bytes] = []
    for kind, pointer in read_objects(read_file(card, (*base, _ODF))):
        if kind == TRUSTED_CERTIFICATES:
            entries = read_certificates(read_file(card, read_path(pointer, base), verified))
            certificates += [read_file(card, read_path(entry.path, base), verified) for entry in entries]
    return Storage(read_documents(card, verified, base), _root_keys(card), tuple(certificates))


def _root_keys(card: Directory) -> tuple[mexe.RootKey, ...]:
    for file in card.files:
        if isinstance(file, Directory) and any(one.id == mexe.DIRECTORY for one in file.files):
            directory = find(file, (mexe.DIRECTORY,))
            if isinstance(directory, Directory):
                return mexe.read_mexe(directory)
    return ()

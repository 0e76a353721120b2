"""The root public keys of MExE on a SIM or USIM: who vouches for operator's, administrator's and third parties' software.

Source: 3GPP TS 51.011 §10.7 and TS 31.102 §4.4.3, DF MExE: EF MExE-ST, EF ORPK, EF ARPK, EF TPRPK, and the file with the keys.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from ccpp.provisioning.card.files import (
    MAX_FILE,
    MAX_RECORD,
    Access,
    CardError,
    Directory,
    ElementaryFile,
    Rights,
    filled,
)

DIRECTORY = 0x5F3C
_SERVICES, _KEYS = 0x4F40, 0x4F50
_FIXED = 10  # bytes of a record before the identifier of the key
_CERTIFICATE, _AUTHORITY = 0x01, 0x01
_EMPTY = 0xFF
_OPEN = Rights(Access.ALWAYS, Access.ISSUER)


class Domain(IntEnum):
    """Whose root key it is; the number is that of the service in EF MExE-ST."""

    OPERATOR = 1
    ADMINISTRATOR = 2
    THIRD_PARTY = 3


#: Domain → its file, and the file's name.
_FILES = {
    Domain.OPERATOR: (0x4F41, "EF ORPK"),
    Domain.ADMINISTRATOR: (0x4F42, "EF ARPK"),
    Domain.THIRD_PARTY: (0x4F43, "EF TPRPK"),
}


class KeyType(IntEnum):
    """What the key or certificate is."""

    WTLS = 0
    X509 = 1
    X968 = 2


class RootKey(NamedTuple):
    """A root key: its domain, its bytes, its identifier, and (of third parties) that of the certificate it came with."""

    domain: Domain
    content: bytes
    id: bytes
    type: KeyType = KeyType.X509
    certificate: bool = True
    authority: bool = True
    certificate_id: bytes = b""


def mexe_directory(keys: tuple[RootKey, ...]) -> Directory:
    """DF MExE with these keys.

    Raises:
        CardError: an identifier is too long, a certificate's identifier is not a third party's, or the keys are too large.
    """
    files, start, content = [], 0, b"".join(key.content for key in keys)
    if len(content) > MAX_FILE:
        raise CardError(f"{len(content)} bytes of root keys", hint=f"a file has at most {MAX_FILE}")
    records: dict[Domain, list[bytes]] = {domain: [] for domain in Domain}
    for key in keys:
        records[key.domain].append(_record(key, start))
        start += len(key.content)
    services = sum(1 << domain - 1 for domain in Domain if records[domain])
    files.append(ElementaryFile(_SERVICES, "EF MExE-ST", _OPEN, bytes([services])))
    for domain, (identifier, name) in _FILES.items():
        if records[domain]:
            width = max(map(len, records[domain]))
            files.append(
                ElementaryFile(identifier, name, _OPEN, b"".join(filled(one, width) for one in records[domain]), width)
            )
    files.append(ElementaryFile(_KEYS, "EF TKCDF", _OPEN, content))
    return Directory(DIRECTORY, "DF MExE", tuple(files))


def read_mexe(directory: Directory) -> tuple[RootKey, ...]:
    """The root keys of a DF MExE, of the domains whose service is there.

    Raises:
        CardError: a record leads nowhere or is cut short.
    """
    files = {file.id: file for file in directory.files if isinstance(file, ElementaryFile)}
    services = files[_SERVICES].content[:1] if _SERVICES in files else b""
    found = []
    for domain, (identifier, name) in _FILES.items():
        if identifier in files and services and services[0] >> domain - 1 & 1:
            for record in files[identifier].records():
                if len(record) < _FIXED:
                    raise CardError(f"a record of {len(record)} bytes in {name}")
                if record[2] != _EMPTY:
                    found.append(_key(domain, record, files, name))
    return tuple(found)


def _record(key: RootKey, offset: int) -> bytes:
    if key.certificate_id and key.domain is not Domain.THIRD_PARTY:
        raise CardError("the identifier of a certificate in another domain than third parties'")
    record = bytes([_CERTIFICATE * key.certificate, _AUTHORITY * key.authority, key.type])
    record += _KEYS.to_bytes(2) + offset.to_bytes(2) + len(key.content).to_bytes(2)
    record += bytes([min(len(key.id), MAX_RECORD)]) + key.id
    if key.domain is Domain.THIRD_PARTY:
        record += bytes([min(len(key.certificate_id), MAX_RECORD)]) + key.certificate_id
    if len(record) > MAX_RECORD:
        raise CardError(f"a record of {len(record)} bytes for a root key", hint=f"at most {MAX_RECORD}: shorter identifiers")
    return record


def _key(domain: Domain, record: bytes, files: dict[int, ElementaryFile], name: str) -> RootKey:
    parameters, flags, kind = record[:3]
    identifier, offset, length = (int.from_bytes(record[at : at + 2]) for at in (3, 5, 7))
    end = _FIXED + record[9]
    content = files[identifier].content[offset : offset + length] if identifier in files else b""
    if kind not in list(KeyType) or len(content) < length or end > len(record):
        raise CardError(f"a record of {name} that leads to no key")
    certificate_id = b""
    if domain is Domain.THIRD_PARTY and end < len(record) and record[end] != _EMPTY:
        certificate_id = record[end + 1 : end + 1 + record[end]]
        if len(certificate_id) < record[end]:
            raise CardError(f"a record of {name} that is cut short")
    authority = bool(flags & _AUTHORITY)
    return RootKey(
        domain, content, record[_FIXED:end], KeyType(kind), bool(parameters & _CERTIFICATE), authority, certificate_id
    )

"""A Java archive as far as descriptors are concerned: its manifest, the names in it, its size. Nothing in it is run or unpacked to a file."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.errors import DescriptorError

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST = "META-INF/MANIFEST.MF"
#: Bytes of an archive: midlets had some hundred thousand at most, programs for Java Web Start some million.
MAX_ARCHIVE = 64 * 1_048_576
#: Files in an archive, and bytes of a manifest or descriptor; a signed archive of a thousand files has 100 KB of manifest.
MAX_FILES, MAX_MANIFEST = 20_000, 1_048_576
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,69}")
_INVALID_JAR = 907


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive: its bytes, the main attributes of its manifest, and the names of its files."""

    data: bytes
    attributes: Mapping[str, str]
    names: frozenset[str]

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.data)


def read_archive(data: bytes) -> Archive:
    """The archive in these bytes.

    Raises:
        DescriptorError: status 907: they are no archive, it has no manifest or a bad one, or a bound was passed.
    """
    if len(data) > MAX_ARCHIVE:
        raise DescriptorError(f"an archive of {len(data)} bytes, more than {MAX_ARCHIVE}", status=_INVALID_JAR)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = frozenset(archive.namelist())
            if len(names) > MAX_FILES:
                raise DescriptorError(f"an archive of {len(names)} files, more than {MAX_FILES}", status=_INVALID_JAR)
            if MANIFEST not in names:
                raise DescriptorError("an archive without a manifest", status=_INVALID_JAR, hint=MANIFEST)
            with archive.open(MANIFEST) as file:
                text = file.read(MAX_MANIFEST + 1)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError, OverflowError, KeyError):
        # zipfile lets escape what its parts raise over damage, encryption and methods that it does not know.
        raise DescriptorError("no Java archive", status=_INVALID_JAR) from None
    main = re.split(rb"\r\n\r\n|\n\n|\r\r", text, maxsplit=1)[0]
    return Archive(data, MappingProxyType(read_attributes(main, status=_INVALID_JAR)), names)


def read_attributes(data: bytes, *, status: int = 906) -> dict[str, str]:
    """The attributes of a descriptor or of one section of a manifest, in their order; of two of one name the first counts.

    A line that begins with a blank continues the one before it (JAR specification); blank lines and those after `#` are skipped.

    Raises:
        DescriptorError: a line is no attribute, it is no UTF-8, or a bound was passed.
    """
    if len(data) > MAX_MANIFEST:
        raise DescriptorError(f"{len(data)} bytes of attributes, more than {MAX_MANIFEST}", status=status)
    try:
        text = data.decode("utf-8-sig").removesuffix("\x1a")
    except UnicodeDecodeError as slip:
        raise DescriptorError(f"not UTF-8 at byte {slip.start}", status=status) from None
    found: dict[str, str] = {}
    unfolded = re.sub("(?:\r\n|\r|\n) ", "", text)
    for number, line in enumerate(re.split("\r\n|\r|\n", unfolded), 1):
        name, colon, value = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        if not colon or not _NAME.fullmatch(name):
            raise DescriptorError(f"attribute {number} has no name and colon", status=status)
        found.setdefault(name, value.strip())
    return found


def is_attribute_name(name: str) -> bool:
    """Whether a text may be the name of an attribute."""
    return _NAME.fullmatch(name) is not None

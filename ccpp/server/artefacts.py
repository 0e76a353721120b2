"""Artefacts to be downloaded, from a folder, whole or in part: entity tags, digests and ranges (RFC 9110 §13 and §14, RFC 9530)."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from urllib.parse import unquote, urlsplit

from ccpp.server.memory import Memory
from ccpp.server.message import Response
from ccpp.server.problems import Refused
from ccpp.server.steps import call

if TYPE_CHECKING:
    from ccpp.exchange.model import Field
    from ccpp.server.message import Lines, Request

_CHUNK = 262_144
#: Bytes that are one step of sending; the rim makes several in one turn, and a phone takes its time for each turn.
_SENT = 16_384
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")
_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))")


class Found(NamedTuple):
    """An artefact in the folder: its file, its size in bytes, and the SHA-256 of its content."""

    path: Path
    size: int
    digest: bytes

    @property
    def tag(self) -> str:
        """Its entity tag."""
        return f'"{self.digest.hex()}"'


class Artefacts:
    """The artefacts in a folder, each by the last part of its URI; without a folder there are none."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder) if folder else None
        self._digests: Memory[tuple[str, int, int], bytes] = Memory(10_000)

    def find(self, uri: str) -> Found | None:
        """The artefact of a URI; its content is read once for its digest, and again when the file changes."""
        name = unquote(urlsplit(uri).path.rpartition("/")[2])
        if self._folder is None or not _NAME.fullmatch(name):
            return None
        path = self._folder / name
        try:
            status = path.stat()
            key = (name, status.st_mtime_ns, status.st_size)
            digest = self._digests.get(key) or self._digests.put(key, _digest(path))
        except OSError:
            return None
        return Found(path, status.st_size, digest)


def _digest(path: Path) -> bytes:
    made = sha256()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            made.update(part)
    return made.digest()


class Part(NamedTuple):
    """Bytes of an artefact: the first, and behind the last."""

    start: int
    end: int


def wanted_part(request: Request, found: Found) -> Part | None:
    """The part that a request asks for; `None` for the whole, also where it asks for several, or for a part of another version.

    Raises:
        Refused: there is no such part.
    """
    match = _RANGE.fullmatch((request.header("range") or "").replace(" ", ""))
    if not match or request.header("if-range") not in {None, found.tag}:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        part = Part(max(0, found.size - int(suffix)), found.size)
    else:
        part = Part(int(first), min(int(last) + 1, found.size) if last else found.size)
    if part.start >= found.size or part.end <= part.start:
        raise Refused(416, "there is no such range", headers=(("Content-Range", f"bytes */{found.size}"),))
    return part


def send(request: Request, found: Found, media_type: str) -> tuple[Response, bool]:
    """The response with an artefact or a part of it, and whether the last byte goes along.

    Raises:
        Refused: there is no such range.
    """
    headers: tuple[Field, ...] = (
        ("ETag", found.tag),
        ("Accept-Ranges", "bytes"),
        ("Repr-Digest", f"sha-256=:{b64encode(found.digest).decode()}:"),
        ("Cache-Control", "private"),
    )
    tags = request.header("if-none-match")
    if tags is not None and (tags.strip() == "*" or found.tag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]):
        return Response(304, headers), False
    part = wanted_part(request, found)
    whole = part or Part(0, found.size)
    headers += (("Content-Type", media_type), ("Content-Length", str(whole.end - whole.start)))
    if part:
        headers += (("Content-Range", f"bytes {part.start}-{part.end - 1}/{found.size}"),)
    return Response(206 if part else 200, headers, lines=_read(found.path, whole)), whole.end == found.size


def _read(path: Path, part: Part) -> Lines:
    """The bytes of a file, which stays open, so that a file put in its place meanwhile does not come between."""
    file = path.open("rb")
    try:
        file.seek(part.start)
        for start in range(part.start, part.end, _SENT):
            yield call(file.read, min(_SENT, part.end - start))
        yield call(_closed, file)
    except BaseException:
        file.close()
        raise


def _closed(file: BinaryIO) -> bytes:
    file.close()
    return b""

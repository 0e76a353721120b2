"""Files: bounded reads, whole writes, and one clear error for whatever goes wrong."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from stat import S_IMODE
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Modes of new files, before the umask: most hold settings, keys or what devices said; reports and catalogues are for others to read.
PRIVATE, PUBLIC = 0o600, 0o666


def read_file(name: str, limit: int) -> bytes:
    """The bytes of a file, `-` being standard input; at most one more than `limit`, so that a reader can refuse what is too large.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    try:
        if name == "-":
            return sys.stdin.buffer.read(limit + 1)
        with Path(name).open("rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        raise UsageError("no such file", source=name, hint="check the path") from None
    except IsADirectoryError:
        raise UsageError("a folder where a file is due", source=name) from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", source=name) from None
    except ValueError:
        raise UsageError(f"no file can be called {name!a}", hint="check the path") from None


def lines_of(name: str) -> Iterator[bytes]:
    """The lines of a file, `-` being standard input, one at a time, so that a log may be of any length.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    try:
        if name == "-":
            yield from sys.stdin.buffer
            return
        with Path(name).open("rb") as file:
            yield from file
    except FileNotFoundError:
        raise UsageError("no such file", source=name, hint="check the path") from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", source=name) from None


def read_beside(name: str, address: str, limit: int) -> bytes | None:
    """What a document refers to by a `file:` URI, if it lies in the document's own folder or below; `None` if not, or if it is not there."""
    parts = urlsplit(address)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        return None
    try:
        path = Path(unquote(parts.path)).resolve()
        if not path.is_relative_to(Path(name).resolve().parent) or not path.is_file():
            return None
        return read_file(str(path), limit)
    except (OSError, ValueError, UsageError):
        return None


def files_in(names: Iterable[str]) -> Iterator[str]:
    """The names, a folder replaced by the files in it, in order; hidden files are left out."""
    for name in names:
        path = Path(name)
        if name != "-" and path.is_dir():
            yield from sorted(str(file) for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
        else:
            yield name


def write_file(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Write a file whole or not at all, replacing one of that name.

    Raises:
        UsageError: it cannot be written.
    """
    with replacing(path, mode) as file:
        file.write(content)


@contextmanager
def replacing(path: Path, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """A file that takes its place when it is whole; where anything goes wrong, what stood there stands there still.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{token_hex(4)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if mode == PUBLIC and path.exists():
                    os.fchmod(descriptor, S_IMODE(path.stat().st_mode))  # whoever could read what is replaced still can
                yield file
                file.flush()
                os.fsync(descriptor)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", source=str(path)) from None

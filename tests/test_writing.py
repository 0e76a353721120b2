"""Files are written whole or not at all; what is confidential is for its owner, what is to be read by others for whom the umask lets."""

from __future__ import annotations

import os
from stat import S_IMODE
from typing import TYPE_CHECKING

import pytest

from ccpp.errors import UsageError
from ccpp.storage.files import PRIVATE, PUBLIC, replacing, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def umask() -> Iterator[None]:
    """A umask that lets the group read."""
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(
    ("stands", "mode", "then"),
    [
        pytest.param(None, PRIVATE, 0o600, id="private"),
        pytest.param(None, PUBLIC, 0o640, id="public, by the umask"),
        pytest.param(0o664, PRIVATE, 0o600, id="private in place of a public one"),
        pytest.param(0o664, PUBLIC, 0o664, id="public, as what it replaces"),
    ],
)
def test_who_may_read_what_is_written(tmp_path: Path, stands: int | None, mode: int, then: int) -> None:
    path = tmp_path / "new" / "file"
    if stands is not None:
        path.parent.mkdir()
        path.touch()
        path.chmod(stands)
    write_file(path, b"whole", mode)
    assert (S_IMODE(path.stat().st_mode), path.read_bytes()) == (then, b"whole")


def break_off(path: Path, error: type[BaseException] | OSError) -> None:
    with replacing(path) as file:
        file.write(b"ha")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")], ids=["interrupted", "disk full"])
def test_what_fails_leaves_what_stood_there_and_nothing_else(tmp_path: Path, error: type[BaseException] | OSError) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with pytest.raises((KeyboardInterrupt, UsageError)):
        break_off(path, error)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file", b"before")]

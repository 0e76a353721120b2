"""Artefacts while they are sent: what is put in a file's place, or nobody takes any more, does no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.server.artefacts import Artefacts, send
from ccpp.server.message import Request
from ccpp.server.steps import finish

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = bytes(range(256)) * 400


def test_a_file_that_is_replaced_meanwhile_is_sent_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "chess.jar"
    path.write_bytes(CONTENT)
    artefacts = Artefacts(str(tmp_path))
    found = artefacts.find("http://a.example/chess.jar")
    assert found
    response, _ = send(Request("GET", "/"), found, "application/java-archive")
    assert response.lines
    got = finish(next(response.lines))
    other = tmp_path / "other"
    other.write_bytes(CONTENT[::-1])
    other.replace(path)
    assert got + b"".join(finish(one) for one in response.lines) == CONTENT
    again = artefacts.find("http://a.example/chess.jar")
    assert again
    assert again.tag != found.tag


def test_a_download_that_is_given_up_leaves_no_file_open(tmp_path: Path) -> None:
    (tmp_path / "chess.jar").write_bytes(CONTENT)
    found = Artefacts(str(tmp_path)).find("http://a.example/chess.jar")
    assert found
    response, _ = send(Request("GET", "/"), found, "application/java-archive")
    assert response.lines
    finish(next(response.lines))
    response.lines.close()  # a file left open is a ResourceWarning, and that an error in these tests

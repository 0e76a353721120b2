"""Connectivity documents against libwbxml, both ways, on the suite's document; its known errors are kept out of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from ccpp.provisioning.connectivity.wbxml import decode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity

TOOLS = [shutil.which(name) for name in ("xml2wbxml", "wbxml2xml")]
pytestmark = pytest.mark.skipif(None in TOOLS, reason="no xml2wbxml and wbxml2xml (libwbxml2-utils)")

VECTORS = json.loads((Path(__file__).parents[1] / "suite" / "connectivity" / "vectors.json").read_text())
DOCUMENT = read_connectivity(VECTORS["xml"].encode()).document


def run(tool: str | None, data: bytes, folder: Path) -> bytes:
    source, target = folder / "source", folder / "target"
    source.write_bytes(data)
    subprocess.run([str(tool), "-o", str(target), str(source)], check=True, capture_output=True, timeout=20)
    return target.read_bytes()


def test_we_read_what_libwbxml_writes(tmp_path: Path) -> None:
    assert decode_connectivity(run(TOOLS[0], VECTORS["xml"].encode(), tmp_path)).document == DOCUMENT


@pytest.mark.parametrize("name", ["full_page_return", "full_page_sticky"])
def test_libwbxml_reads_what_we_write(name: str, tmp_path: Path) -> None:
    xml = run(TOOLS[1], bytes.fromhex(VECTORS["documents"][name]), tmp_path)
    assert read_connectivity(xml).document == DOCUMENT

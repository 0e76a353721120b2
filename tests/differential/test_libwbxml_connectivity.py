"""Connectivity documents against libwbxml, both ways, on the suite's document and on made-up ones; its known errors are kept out of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from generated_settings import SETTINGS
from hypothesis import Phase, given, settings

from ccpp.provisioning.connectivity.mapping import settings_to_document
from ccpp.provisioning.connectivity.wbxml import decode_connectivity, encode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity, write_connectivity
from ccpp.provisioning.settings import Settings

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


@given(SETTINGS.filter(lambda stated: stated != Settings()))
@settings(max_examples=12, phases=[Phase.generate])  # a process each, so no shrinking
def test_both_ways_on_settings_made_up(stated: Settings) -> None:
    document = settings_to_document(stated)
    with TemporaryDirectory() as folder:
        assert decode_connectivity(run(TOOLS[0], write_connectivity(document), Path(folder))).document == document
        assert read_connectivity(run(TOOLS[1], encode_connectivity(document), Path(folder))).document == document

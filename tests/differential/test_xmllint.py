"""What is written in XML is valid against the document type definition of WAP-183, as libxml2 judges it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import SUITE
from generated_settings import SETTINGS
from hypothesis import Phase, given, settings

from ccpp.provisioning.connectivity.mapping import settings_to_document
from ccpp.provisioning.connectivity.xml import read_connectivity, write_connectivity
from ccpp.provisioning.settings import Settings

XMLLINT = shutil.which("xmllint")
pytestmark = pytest.mark.skipif(XMLLINT is None, reason="no xmllint (libxml2-utils)")

VECTORS = json.loads((SUITE / "connectivity" / "vectors.json").read_text())


def is_valid(xml: bytes) -> bool:
    with TemporaryDirectory() as folder:
        file = Path(folder, "document.xml")
        file.write_bytes(xml)
        call = [str(XMLLINT), "--noout", "--nonet", "--dtdvalid", str(SUITE / "connectivity" / "prov.dtd"), str(file)]
        return subprocess.run(call, check=False, capture_output=True, timeout=20).returncode == 0


@given(SETTINGS.filter(lambda stated: stated != Settings()))
@settings(max_examples=12, phases=[Phase.generate])  # a process each, so no shrinking
def test_settings_made_up(stated: Settings) -> None:
    assert is_valid(write_connectivity(settings_to_document(stated)))


def test_the_vector_and_what_is_not_valid() -> None:
    assert is_valid(VECTORS["xml"].encode())
    late = b"<wap-provisioningdoc><characteristic type='A'><characteristic type='B'/><parm name='C'/></characteristic></wap-provisioningdoc>"
    assert not is_valid(late)
    assert is_valid(write_connectivity(read_connectivity(late).document))

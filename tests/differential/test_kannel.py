"""Connectivity documents and MACs against Kannel: its canonical form is ours, byte for byte."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import SUITE
from generated_settings import SETTINGS
from hypothesis import Phase, given, settings

from ccpp.provisioning.bootstrap import Secret, Security, compute_mac, imsi_semi_octets
from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument, Parm
from ccpp.provisioning.connectivity.mapping import settings_to_document
from ccpp.provisioning.connectivity.vocabulary import connectivity_tokens
from ccpp.provisioning.connectivity.wbxml import encode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity, write_connectivity
from ccpp.provisioning.settings import Settings

TOOLS = Path("/usr/lib/kannel/test")
pytestmark = pytest.mark.skipif(not (TOOLS / "test_ota").exists(), reason="no test_ota and test_hmac (kannel-extras)")

VECTORS = json.loads((SUITE / "connectivity" / "vectors.json").read_text())


def kannel_writes(xml: bytes) -> bytes:
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        source.write_bytes(xml)
        call = [TOOLS / "test_ota", "-f", target, source]
        subprocess.run(call, check=True, capture_output=True, timeout=20)
        return target.read_bytes()


def test_the_vector() -> None:
    xml = VECTORS["xml"].encode()
    assert kannel_writes(xml) == encode_connectivity(read_connectivity(xml).document)


def test_every_value_of_every_parm() -> None:
    """With a token on either page, as text, empty, and none at all; each after each, so that the page is now one, now the other."""
    values = [None, "", "text", *connectivity_tokens().written[0].values]
    parms = tuple(Parm(name, value) for name in token_names("name") for value in values)
    document = ConnectivityDocument((Characteristic("APPLICATION", parms),), "1.0")
    assert kannel_writes(write_connectivity(document)) == encode_connectivity(document)


def test_every_type_within_every_type() -> None:
    inner = tuple(Characteristic(name, (Parm("NAME", "x"), Parm("AACCEPT"), Parm("NAME"))) for name in token_names("type"))
    pairs = tuple(Characteristic(name, (), (one,)) for name in token_names("type") for one in inner)
    document = ConnectivityDocument(pairs, "1.1")
    assert kannel_writes(write_connectivity(document)) == encode_connectivity(document)


def token_names(attribute: str) -> list[str]:
    """The names and types that have a token, and one that has none."""
    starts = connectivity_tokens().attributes.values()
    return ["X-VENDOR", *sorted({start.value for start in starts if start.name == attribute and start.value})]


@given(SETTINGS.filter(lambda stated: stated != Settings()))
@settings(max_examples=12, phases=[Phase.generate])  # a process each, so no shrinking
def test_settings_made_up(stated: Settings) -> None:
    document = settings_to_document(stated)
    assert kannel_writes(write_connectivity(document)) == encode_connectivity(document)


@pytest.mark.parametrize("security", [Security.USERPIN, Security.NETWPIN, Security.USERNETWPIN])
@pytest.mark.parametrize("name", VECTORS["documents"])
def test_macs(name: str, security: Security, tmp_path: Path) -> None:
    """Every key here is a text without a zero, as a command line demands."""
    document = bytes.fromhex(VECTORS["documents"][name])
    network = imsi_semi_octets("001010123456789")
    key = {Security.USERPIN: b"1234", Security.NETWPIN: network, Security.USERNETWPIN: network + b"1234"}[security]
    file = tmp_path / "document"
    file.write_bytes(document)
    call = [bytes(TOOLS / "test_hmac"), key, bytes(file)]
    report = subprocess.run(call, capture_output=True, timeout=20, check=True)
    dump = (report.stdout + report.stderr).decode("ascii", "replace")
    mac = "".join(re.findall(r"data: (?:[0-9a-f]{2} )+ *([0-9a-f]+)$", dump, re.MULTILINE))
    assert bytes.fromhex(mac) == compute_mac(security, Secret(pin="1234", network=network), document)

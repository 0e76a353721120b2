"""MACs against OpenSSL, on documents and secrets made up at random."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccpp.provisioning.bootstrap import Secret, Security, compute_mac, user_pin_mac

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="no openssl (openssl)")

PINS = st.text("0123456789", min_size=1, max_size=12)


def openssl_mac(key: bytes, document: bytes) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder, "document")
        file.write_bytes(document)
        call = [str(OPENSSL), "dgst", "-sha1", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary", str(file)]
        return subprocess.run(call, check=True, capture_output=True, timeout=20).stdout


@given(st.binary(max_size=700), PINS, st.binary(min_size=1, max_size=12))
@settings(max_examples=8)
def test_macs(document: bytes, pin: str, network: bytes) -> None:
    secret = Secret(pin=pin, network=network)
    keys = {
        Security.USERPIN: pin.encode(),
        Security.NETWPIN: network,
        Security.USERNETWPIN: network + pin.encode(),
    }
    for security, key in keys.items():
        assert compute_mac(security, secret, document) == openssl_mac(key, document)


@given(st.binary(max_size=700), st.text("0123456789", min_size=5, max_size=20))
@settings(max_examples=8)
def test_the_number_that_the_user_is_told(document: bytes, nonce: str) -> None:
    octets = openssl_mac(nonce.encode(), document)[: len(nonce)]
    assert user_pin_mac(document, nonce) == nonce + bytes(octet % 10 + 48 for octet in octets).decode()

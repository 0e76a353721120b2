"""Bootstrap security against vectors that OpenSSL, Kannel and a client's own code agree on."""

from __future__ import annotations

import json

import pytest
from conftest import SUITE

from ccpp.provisioning.bootstrap import (
    CONTENT_TYPE,
    BootstrapError,
    MediaType,
    Secret,
    Security,
    compute_mac,
    imsi_semi_octets,
    read_imsi,
    read_media_type,
    user_pin_mac,
    verify_mac,
    write_media_type,
)

VECTORS = json.loads((SUITE / "bootstrap" / "vectors.json").read_text())
DOCUMENTS = VECTORS["documents"]
SECRET = Secret(pin=VECTORS["pin"], network=imsi_semi_octets(VECTORS["subscriber"]))
SENT = (Security.NETWPIN, Security.USERPIN, Security.USERNETWPIN)


@pytest.mark.parametrize(("imsi", "octets"), VECTORS["imsi"].items())
def test_an_imsi_and_its_semi_octets(imsi: str, octets: str) -> None:
    assert imsi_semi_octets(imsi).hex() == octets
    assert read_imsi(bytes.fromhex(octets)) == imsi


@pytest.mark.parametrize("security", SENT)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_mac_is_the_vectors(name: str, security: Security) -> None:
    document = bytes.fromhex(DOCUMENTS[name]["wbxml_hex"])
    mac = compute_mac(security, SECRET, document)
    assert mac.hex().upper() == DOCUMENTS[name]["mac"][security.name]
    assert verify_mac(security, SECRET, document, mac)
    assert not verify_mac(security, SECRET, document + b"\0", mac)
    assert not verify_mac(security, SECRET, document, mac[:-1])
    assert not verify_mac(security, SECRET, document, None)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_number_that_the_user_is_told(name: str) -> None:
    document = bytes.fromhex(DOCUMENTS[name]["wbxml_hex"])
    told = user_pin_mac(document, VECTORS["nonce"])
    assert told == DOCUMENTS[name]["mac"]["USERPINMAC_pin"]
    assert verify_mac(Security.USERPINMAC, Secret(pin=told), document, None)
    assert not verify_mac(Security.USERPINMAC, Secret(pin=told), document + b"\0", None)
    assert not verify_mac(Security.USERPINMAC, Secret(pin=told[:-1]), document, None)
    assert verify_mac(Security.USERPINMAC, Secret(pin=user_pin_mac(document)), document, None)


def test_a_header_is_read_as_written() -> None:
    for media_type in (MediaType(CONTENT_TYPE), MediaType(CONTENT_TYPE, Security.USERPIN, b"\x0b\xb3")):
        assert read_media_type(write_media_type(media_type)) == media_type
    assert read_media_type(f"{CONTENT_TYPE};mac=0bB3 ; charset=utf-8; Sec=1") == MediaType(
        CONTENT_TYPE, Security.USERPIN, b"\x0b\xb3"
    )


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "not a media type: offset 0"),
        (f"{CONTENT_TYPE}; SEC", "not a parameter of a media type: offset 39"),
        (f"{CONTENT_TYPE}; SEC=4", "SEC is 0, 1, 2 or 3: offset 39"),
        (f"{CONTENT_TYPE}; SEC=1; SEC=1", "the parameter `SEC` stands twice: offset 46"),
        (f"{CONTENT_TYPE}; SEC=1; MAC=ABC", "a MAC is an even number of hexadecimal digits: offset 46"),
        (f"{CONTENT_TYPE}; MAC=AB", "a MAC without SEC"),
        (f"{CONTENT_TYPE}; SEC=3; MAC=AB", "a MAC with USERPINMAC"),
        ("a/b" + " " * 1022, "a media type of more than 1024 characters: offset 1024"),
    ],
)
def test_a_header_that_cannot_be_used(header: str, message: str) -> None:
    with pytest.raises(BootstrapError) as caught:
        read_media_type(header)
    assert caught.value.message == message


@pytest.mark.parametrize("octets", ["", "00", "09101010325476fa", "0110101032547698", "0901"])
def test_octets_that_are_no_imsi(octets: str) -> None:
    with pytest.raises(BootstrapError, match="offset"):
        read_imsi(bytes.fromhex(octets))


def test_secrets_are_not_shown() -> None:
    secret = Secret(pin="4711", network=b"\x47\x11")
    assert repr(secret) == "Secret(pin=…, network=…)"
    assert repr(MediaType(CONTENT_TYPE, Security.USERPIN, b"\x47")).endswith("mac=…)")
    for wrong in (lambda: Secret(pin="47x1"), lambda: imsi_semi_octets("47x1"), lambda: user_pin_mac(b"", "47x11")):
        with pytest.raises(BootstrapError) as caught:
            wrong()
        assert "47" not in str(caught.value)
    for security in SENT:
        with pytest.raises(BootstrapError, match="needs"):
            compute_mac(security, Secret(), b"")
    with pytest.raises(BootstrapError, match="sends no MAC"):
        compute_mac(Security.USERPINMAC, secret, b"")

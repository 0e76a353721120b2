"""The push, its short messages and what carries them to a centre, as tshark dissects them."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import pytest
from conftest import SUITE

from ccpp.provisioning.bootstrap import CONTENT_TYPE, MediaType, Secret, Security, compute_mac
from ccpp.provisioning.push import PORT, Push, encode_push
from ccpp.provisioning.smpp import Pdu, encode_pdu, relative_time
from ccpp.provisioning.sms import encode_segment, segment
from ccpp.provisioning.submission import ShortMessage, submit_sm, write_submit
from ccpp.server.gateways.session import Session

from .captures import TSHARK, dissect_submits, dissect_tcp, dissect_udp

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(TSHARK is None, reason="no tshark (tshark)")

DOCUMENT = bytes.fromhex(json.loads((SUITE / "connectivity" / "vectors.json").read_text())["documents"]["full_page_return"])
MAC = compute_mac(Security.USERPIN, Secret(pin="1234"), DOCUMENT)
PUSH = encode_push(Push(MediaType(CONTENT_TYPE, Security.USERPIN, MAC), DOCUMENT, transaction=7))
MESSAGES = [ShortMessage("+155501000", encode_segment(part)) for part in segment(PUSH, reference=0x5A)]
#: What every way shows in the end: the type with security, the document and a few of its values.
SHOWN = (
    "Transaction ID: 0x07",
    "PDU Type: Push (0x06)",
    f"Content-Type: {CONTENT_TYPE}; SEC=USERPIN; MAC={MAC.hex().upper()}",
    'Public ID: "-//WAPFORUM//DTD PROV 1.0//EN',
    "Character Set: UTF-8 (106)",
    "type='NAPDEF'",
    "name='NAP-ADDRESS'",
    "'wap.example'",
    "'GSM-GPRS'",
    "type='APPLICATION'",
)


def test_a_push_over_udp(tmp_path: Path) -> None:
    text = dissect_udp(PUSH, PORT, tmp_path)
    assert [line for line in SHOWN if line not in text] == []


def test_short_messages_on_their_way_to_the_centre(tmp_path: Path) -> None:
    text = dissect_submits([write_submit(message)[1:] for message in MESSAGES], tmp_path)
    shown = (*SHOWN, "TP-DA Digits: 155501000", "Character Set: 8 bit data", "Message parts: 5", "(2948)", "(9200)")
    assert [line for line in shown if line not in text] == []
    assert f"Reassembled Short Message length: {len(PUSH)}" in text


def test_submit_sm(tmp_path: Path) -> None:
    """The fields in the order of SMPP 3.4 §4.4.1, which is the order in which they come."""
    packets = []
    for number, message in enumerate(MESSAGES, 1):
        fields = submit_sm(message, source="12345")
        body = b"".join(
            bytes.fromhex(str(value)) if name == "short_message" else octets(value) for name, value in fields.items()
        )
        packets.append(struct.pack(">IIII", 16 + len(body), 4, 0, number) + body)
        assert encode_pdu(Pdu("submit_sm", number, 0, fields)) == packets[-1]
    text = dissect_tcp(packets, 2775, tmp_path)
    shown = (*SHOWN, "Recipient address: 155501000", "GSM features: UDHI indicator", "Octet unspecified (8-bit binary) (0x04)")
    assert [line for line in shown if line not in text] == []
    assert f"Reassembled Short Message length: {len(PUSH)}" in text


def test_a_session_with_a_centre(tmp_path: Path) -> None:
    """Each unit that a sender writes, as tshark names it."""
    session = Session(5)
    submit = {**submit_sm(MESSAGES[0]), "validity_period": relative_time(3_600)}
    sent = [session.bind("bind_transceiver", "ccpp", "letmein"), session.request("submit_sm", 1, submit)]
    sent += [session.request(name, name) for name in ("enquire_link", "unbind")]
    _, back = session.receive(struct.pack(">IIII", 16, 0x15, 0, 9) + struct.pack(">IIII", 16, 0x77, 0, 10))
    text = dissect_tcp([*sent, back], 2775, tmp_path)
    shown = (
        "Operation: Bind_transceiver (0x00000009)",
        "System ID: ccpp",
        "Version (if): 3.4",
        "Operation: Submit_sm (0x00000004)",
        "Validity period: 3600.000000000 seconds",
        "Operation: Enquire_link (0x00000015)",
        "Operation: Unbind (0x00000006)",
        "Operation: Enquire_link - resp (0x80000015)",
        "Operation: Generic_nack (0x80000000)",
    )
    assert [line for line in shown if line.lower() not in text.lower()] == []
    assert "Malformed" not in text


def octets(value: str | int) -> bytes:
    return bytes([value]) if isinstance(value, int) else value.encode("ascii") + b"\0"

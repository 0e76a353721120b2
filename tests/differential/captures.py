"""Packets as tshark reads them from a file, without a network."""

from __future__ import annotations

import shutil
import struct
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TSHARK = shutil.which("tshark")
_IP, _USER_0 = 101, 147
_UDP, _TCP = 17, 6


def dissect_udp(payload: bytes, port: int, folder: Path) -> str:
    """A datagram to a port, as tshark explains it."""
    datagram = struct.pack(">HHHH", 9200, port, 8 + len(payload), 0) + payload
    return _dissect(_IP, [_packet(_UDP, datagram)], folder)


def dissect_tcp(payloads: Sequence[bytes], port: int, folder: Path) -> str:
    """A stream to a port, a payload a packet."""
    packets, sequence = [], 1
    for payload in payloads:
        packets.append(_packet(_TCP, struct.pack(">HHIIBBHHH", 40_000, port, sequence, 1, 0x50, 0x18, 8_192, 0, 0) + payload))
        sequence += len(payload)
    return _dissect(_IP, packets, folder)


def dissect_submits(tpdus: Sequence[bytes], folder: Path) -> str:
    """SMS-SUBMIT in the RP-DATA of 3GPP TS 24.011, which says that it goes from the terminal to the centre."""
    packets = [bytes([0, 1, 0, 2, 0x81, 0x21, len(tpdu)]) + tpdu for tpdu in tpdus]
    return _dissect(_USER_0, packets, folder, "-o", 'uat:user_dlts:"User 0 (DLT=147)","gsm_a_rp","0","","0",""')


def _packet(protocol: int, content: bytes) -> bytes:
    ends = bytes([192, 0, 2, 1, 192, 0, 2, 2])
    return struct.pack(">BBHHHBBH8s", 0x45, 0, 20 + len(content), 0, 0, 64, protocol, 0, ends) + content


def _dissect(link: int, packets: Sequence[bytes], folder: Path, *options: str) -> str:
    file = folder / "capture.pcap"
    records = (struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet for number, packet in enumerate(packets))
    file.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, link) + b"".join(records))
    call = [str(TSHARK), "-r", str(file), "-V", *options]
    return subprocess.run(call, check=True, capture_output=True, text=True, timeout=60).stdout

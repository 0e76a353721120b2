"""A card of ours in a real reader: OpenSC finds the application, lists what it stores, and reads it after the PIN.

The reader is vpcd's, under a PC/SC daemon that the test starts and stops; the card in it is `virtual_card`.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest
import trustme
from conftest import SUITE
from virtual_card import VirtualCard, emptied, play

from ccpp.provisioning.card.files import Access
from ccpp.provisioning.card.layout import Place, Storage, make_card, read_storage
from ccpp.provisioning.card.mexe import Domain, RootKey
from ccpp.provisioning.card.script import commands, read_script, write_script

if TYPE_CHECKING:
    from collections.abc import Iterator

READER = ("127.0.0.1", 0x8C7B)
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
DAEMON_SOCKET = Path("/run/pcscd/pcscd.comm")
TOOLS = [shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") for name in ("pkcs15-tool", "pcscd", "opensc-tool")]
pytestmark = pytest.mark.skipif(
    None in TOOLS or not DRIVER.exists() or os.geteuid() != 0 or DAEMON_SOCKET.exists(),
    reason="no pkcs15-tool, pcscd and vpcd (opensc, pcscd, vsmartcard-vpcd), no root to start pcscd, or one runs already",
)

VECTORS = json.loads((SUITE / "connectivity" / "vectors.json").read_text())["documents"]
FULL, SMALL = (bytes.fromhex(VECTORS[name]) for name in ("full_page_return", "small"))
ROOT = trustme.CA(organization_name="Root").cert_pem.bytes()
CONFIGURATION = "app default { enable_default_driver = true; card_drivers = default; }\n"


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[None]:
    """A PC/SC daemon with vpcd's reader and nothing else."""
    configuration = tmp_path / "reader.conf"
    configuration.write_text(
        f'FRIENDLYNAME "Virtual"\nDEVICENAME /dev/null:{READER[1]:#x}\nLIBPATH {DRIVER}\nCHANNELID {READER[1]:#x}\n'
    )
    lock = (Path(tempfile.gettempdir()) / "ccpp-pcscd.lock").open("w")
    log = (tmp_path / "pcscd.log").open("wb")
    with lock, log:
        # One PC/SC daemon at a time, whichever worker the other test is on.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield from running(configuration, log)


def running(configuration: Path, log: IO[bytes]) -> Iterator[None]:
    with subprocess.Popen([str(TOOLS[1]), "-f", "--config", str(configuration)], stdout=log, stderr=log) as daemon:
        try:
            until(lambda: DAEMON_SOCKET.exists() or daemon.poll() is not None)
            if daemon.poll() is not None:
                pytest.skip("pcscd does not run: another one does")
            yield
        finally:
            if daemon.poll() is None:
                daemon.terminate()
                daemon.wait(20)
                DAEMON_SOCKET.unlink(missing_ok=True)


def until(condition: object, patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not condition():  # type: ignore[operator]  # a lambda
        if time.monotonic() > end:
            pytest.fail("the reader did not come up")
        time.sleep(0.05)


def insert(card: VirtualCard) -> None:
    """Put the card in: the reader listens once the daemon has loaded its driver."""

    def playing() -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                play(card, READER)
            except OSError:
                time.sleep(0.05)
            else:
                return

    threading.Thread(target=playing, daemon=True).start()


def opensc(folder: Path, *arguments: str, tool: int = 0) -> str:
    configuration = folder / "opensc.conf"
    configuration.write_text(CONFIGURATION)
    call = [str(TOOLS[tool]), *arguments]
    environment = {**os.environ, "OPENSC_CONF": str(configuration)}
    done = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def test_opensc_reads_the_card(reader: None, tmp_path: Path) -> None:  # noqa: ARG001  the fixture is running
    certificate = trusted_certificate()
    insert(VirtualCard(make_card(Storage({Place.BOOTSTRAP: FULL, Place.CONFIG1: SMALL}, (), (certificate,)))))
    listed = ""

    def seen() -> bool:
        nonlocal listed
        listed = opensc(tmp_path, "--list-data-objects", "--list-certificates", "--list-pins")
        return "Data object" in listed

    until(seen)
    for place, arc, file in (("Bootstrap", 1, "4431"), ("Config1", 2, "4432"), ("Config2", 3, "4433")):
        assert re.search(
            rf"Data object '{place} *'\n.*\n\s+applicationOID:\s+2\.23\.43\.5\.{arc}\n\s+Path:\s+3f007f80{file}", listed
        )
    assert "PIN [CHV1]" in listed
    assert "X.509 Certificate [Root 1]" in listed
    for arc, document in ((1, FULL), (2, SMALL)):
        target = tmp_path / f"read-{arc}"
        arguments = ("--read-data-object", f"2.23.43.5.{arc}", "--output", str(target))
        assert not target.exists(), opensc(tmp_path, *arguments)
        opensc(tmp_path, *arguments, "--verify-pin", "--pin", "1234", "--auth-id", "01")
        assert target.read_bytes().rstrip(b"\xff") == document


def trusted_certificate() -> bytes:
    from cryptography import x509  # noqa: PLC0415  what trustme brings
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    return x509.load_pem_x509_certificate(ROOT).public_bytes(Encoding.DER)


def test_a_script_is_run_by_opensc(reader: None, tmp_path: Path) -> None:  # noqa: ARG001  the fixture is running
    """An empty card whose issuer's key is presented, after the commands of the script: what was to be stored."""
    keys = (RootKey(Domain.OPERATOR, trusted_certificate(), b"\x01\x02"),)
    storage = Storage({Place.BOOTSTRAP: FULL, Place.CONFIG2: SMALL}, keys)
    card = make_card(storage, "usim")
    virtual = VirtualCard(emptied(card), granted=frozenset(Access))
    insert(virtual)
    script = [argument for apdu in read_script(write_script(commands(card, "usim"))) for argument in ("-s", apdu.hex())]
    until(lambda: "SW1=0x90" in opensc(tmp_path, *script, tool=2))
    assert read_storage(virtual.image, frozenset(Access)) == storage
    assert virtual.image == card

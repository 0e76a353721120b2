"""What tests of descriptors share: a decision, an archive, a signer."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from conftest import SUITE
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509.oid import NameOID

from ccpp.catalogue.model import Application, Artefact, Layer, Part, Setting, Supply, Variant
from ccpp.decision import Decision, decide
from ccpp.model import Secret
from ccpp.provisioning.jar import Archive, read_archive
from ccpp.provisioning.signing import load_signer
from ccpp.provisioning.terminal import build_terminal

if TYPE_CHECKING:
    from ccpp.provisioning.signing import Signer
    from ccpp.provisioning.terminal import Terminal

MANIFEST = {
    "MIDlet-Name": "Chess",
    "MIDlet-Version": "1.2.3",
    "MIDlet-Vendor": "Example",
    "MIDlet-1": "Chess, /icon.png, example.Chess",
    "MicroEdition-Profile": "MIDP-2.0",
    "MicroEdition-Configuration": "CLDC-1.1",
}


def archive_of(manifest: dict[str, str], *names: str) -> Archive:
    """An archive with a manifest, folded as archives fold, and empty files."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        lines = "".join(
            f"{name}: {value}"[:70]
            + "".join(f"\r\n {f'{name}: {value}'[place : place + 69]}" for place in range(70, len(f"{name}: {value}"), 69))
            + "\r\n"
            for name, value in manifest.items()
        )
        archive.writestr(
            "META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\r\n{lines}\r\nName: other\r\nMIDlet-Name: not this\r\n"
        )
        for name in names:
            archive.writestr(name, b"")
    return read_archive(buffer.getvalue())


ARCHIVE = archive_of(MANIFEST, "example/Chess.class", "icon.png")


def decided(
    *,
    media_type: str = "application/java-archive",
    size: int | None = None,
    language_pack: bool = False,
    version: str | None = None,
    **settings: Any,  # noqa: ANN401  any value
) -> Decision:
    """A decision for the one variant of an application."""
    stated = {"server": "chess.example:5000", "hints": True, "descriptor/vendor": "Example", **settings}
    layer = Layer("application", tuple(Setting(key.replace("__", "/"), value) for key, value in stated.items()))
    artefact = Artefact("https://apps.example/chess.jar?a=1&b=2", media_type, ARCHIVE.size if size is None else size or None)
    pack = Part("german", "German", Artefact("https://apps.example/de.jar", "application/java-archive"), language="de-AT")
    variant = Variant(
        "chess-medium",
        "Chess",
        artefact,
        None,
        1.0,
        (),
        serve_indeterminate=False,
        specificity=0,
        parts=(pack,) if language_pack else (),
        supply=Supply(version=version),
    )
    return decide(Application("chess", "Chess", "A game, alone or against others.", (variant,), (layer,)), {})


def stated_terminal() -> Terminal:
    """The suite's settings of a terminal."""
    stated = json.loads((SUITE / "terminal" / "whole.json").read_text())
    return build_terminal({key: tuple(value) if isinstance(value, list) else value for key, value in stated.items()})


PASSWORD = Secret("hunter2")


@lru_cache(maxsize=1)
def pems() -> tuple[bytes, bytes, bytes]:
    """A private key with a password, the signer's chain with its root, and the root alone, in PEM."""
    root_key, key = (rsa.generate_private_key(65_537, 2_048) for _ in range(2))
    root = _certificate("Root", root_key, "Root", root_key, ca=True)
    own = _certificate("Signer", key, "Root", root_key, ca=False)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.value.encode()))
    return private, own.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM), root.public_bytes(Encoding.PEM)


def _certificate(
    name: str, key: rsa.RSAPrivateKey, issuer: str, issuer_key: rsa.RSAPrivateKey, *, ca: bool
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer)).public_key(key.public_key())
    builder = (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(1))
        .not_valid_after(now + timedelta(1))
    )
    return builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True).sign(issuer_key, SHA256())


def certified() -> tuple[Signer, bytes]:
    """A signer, and the root that its certificate is issued by, in PEM."""
    private, chain, root = pems()
    return load_signer(private, chain, PASSWORD), root

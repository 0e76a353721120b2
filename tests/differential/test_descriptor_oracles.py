"""Descriptors and forms of settings against other programs: xmllint and schemas written from the facts, OpenSSL, IcedTea-Web."""

from __future__ import annotations

import shutil
import subprocess
import threading
from base64 import b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest
from conftest import SUITE
from descriptors import ARCHIVE, archive_of, certified, decided, stated_terminal

from ccpp.provisioning import DOCUMENTS
from ccpp.provisioning.delivery import Delivery
from ccpp.provisioning.formats import TERMINAL_FORMATS, make_form
from ccpp.provisioning.jad import read_jad
from ccpp.provisioning.jnlp import Launch, Resources, chosen_resources, write_jnlp
from ccpp.provisioning.mobileconfig import read_mobileconfig
from ccpp.provisioning.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMAS = SUITE / "schemas"
XMLLINT, OPENSSL, JAVAWS = (shutil.which(name) for name in ("xmllint", "openssl", "javaws"))
REPORTS = Delivery("https://reports.example/?a=1&b=2")


def documents() -> dict[str, tuple[bytes, str]]:
    """Each document that has a schema, and the schema."""
    terminal = stated_terminal()
    made = {
        name: form.make(decided(language_pack=True), REPORTS).content
        for name, form in DOCUMENTS.items()
        if name in {"dd", "jnlp"}
    }
    return {
        "dd": (made["dd"], "dd.rng"),
        "jnlp": (made["jnlp"], "jnlp.dtd"),
        **{name: (TERMINAL_FORMATS[name].make(terminal).content, "autoconfiguration.rng") for name in ("rcs", "entitlement")},
        "apns": (TERMINAL_FORMATS["apns"].make(terminal).content, "apns.rng"),
    }


def lint(schema: str, data: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    source = folder / "source.xml"
    source.write_bytes(data)
    option = "--dtdvalid" if schema.endswith(".dtd") else "--relaxng"
    command = [str(XMLLINT), "--noout", "--nonet", option, str(SCHEMAS / schema), str(source)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.skipif(XMLLINT is None, reason="no xmllint (libxml2-utils)")
@pytest.mark.parametrize("name", ["dd", "jnlp", "rcs", "entitlement", "apns"])
def test_what_is_written_is_valid(name: str, tmp_path: Path) -> None:
    data, schema = documents()[name]
    result = lint(schema, data, tmp_path)
    assert result.returncode == 0, result.stderr


@pytest.mark.skipif(XMLLINT is None, reason="no xmllint (libxml2-utils)")
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("dd", b"<size>", b"<sise>"),
        ("jnlp", b"<title>Chess</title>", b""),
        ("rcs", b"VERS", b"VERSION"),
        ("entitlement", b'"AppID"', b'"APPID"'),
        ("apns", b" mcc=", b" mc="),
    ],
)
def test_the_schemas_refuse_what_is_none(name: str, before: bytes, after: bytes, tmp_path: Path) -> None:
    data, schema = documents()[name]
    damaged = data.replace(before, after).replace(before.replace(b"<", b"</"), after.replace(b"<", b"</"))
    assert damaged != data
    assert lint(schema, damaged, tmp_path).returncode != 0


def openssl(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(OPENSSL), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.skipif(OPENSSL is None, reason="no openssl")
@pytest.mark.parametrize("command", ["smime", "cms"])
def test_openssl_verifies_a_signed_configuration_profile(command: str, tmp_path: Path) -> None:
    signer, root = certified()
    plain = make_form("mobileconfig", stated_terminal()).content
    signed = make_form("mobileconfig", stated_terminal(), signer).content
    assert signed == make_form("mobileconfig", stated_terminal(), signer).content
    files = {name: tmp_path / name for name in ("signed", "root.pem", "found", "damaged")}
    files["signed"].write_bytes(signed)
    files["root.pem"].write_bytes(root)
    files["damaged"].write_bytes(signed.replace(b"com.apple.cellular", b"com.apple.celluiar"))

    def verify(name: str) -> subprocess.CompletedProcess[str]:
        return openssl(
            command, "-verify", "-inform", "DER", "-in", files[name], "-CAfile", files["root.pem"], "-out", files["found"]
        )

    assert verify("damaged").returncode != 0
    assert verify("signed").returncode == 0
    assert files["found"].read_bytes() == plain
    with pytest.raises(SettingsError, match="no property list"):
        read_mobileconfig(signed)
    assert make_form("apns", stated_terminal(), signer) == make_form("apns", stated_terminal())


@pytest.mark.skipif(OPENSSL is None, reason="no openssl")
def test_openssl_verifies_the_signature(tmp_path: Path) -> None:
    signer, chain = certified()
    jad = read_jad(DOCUMENTS["jad"].make(decided(), Delivery(archive=ARCHIVE, signer=signer)).content)
    files = {name: tmp_path / name for name in ("chess.jar", "signature", "signer.pem", "public.pem", "root.pem")}
    files["chess.jar"].write_bytes(ARCHIVE.data)
    files["signature"].write_bytes(b64decode(jad["MIDlet-Jar-RSA-SHA1"]))
    lines = jad["MIDlet-Certificate-1-1"]
    files["signer.pem"].write_text(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    files["root.pem"].write_bytes(chain)

    files["public.pem"].write_text(openssl("x509", "-in", files["signer.pem"], "-pubkey", "-noout").stdout)
    verify = ("dgst", "-sha1", "-verify", files["public.pem"], "-signature", files["signature"], files["chess.jar"])
    assert openssl(*verify).stdout == "Verified OK\n"
    assert openssl("verify", "-CAfile", files["root.pem"], files["signer.pem"]).returncode == 0
    files["chess.jar"].write_bytes(ARCHIVE.data + b"x")
    assert openssl(*verify).returncode != 0


class Archives(BaseHTTPRequestHandler):
    """Gives an empty archive for every name, and remembers the names."""

    asked: ClassVar[set[str]] = set()
    launch: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        self.asked.add(self.path)
        found = self.launch if self.path.endswith(".jnlp") else archive_of({"Main-Class": "Absent"}).data
        self.send_response(200)
        self.send_header(
            "Content-Type", "application/x-java-jnlp-file" if self.path.endswith(".jnlp") else "application/java-archive"
        )
        self.send_header("Content-Length", str(len(found)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(found)

    do_HEAD = do_GET  # noqa: N815  http.server's name

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Archives)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.long
@pytest.mark.skipif(JAVAWS is None, reason="no javaws (icedtea-netx, and a Java runtime: 200 MB)")
def test_icedtea_fetches_the_resources_that_we_say_it_takes(address: str, tmp_path: Path) -> None:
    # Whole names: JSR 56 has the platform begin with the listed name, IcedTea-Web 1.8.8 the listed name with the platform (`LinuxX` is taken).
    rows = {
        "main.jar": {},
        "linux.jar": {"systems": ("Linux",)},
        "solaris-linux.jar": {"systems": ("SunOS", "Linux")},
        "mac-linux.jar": {"systems": ("Mac OS X", "Linux")},
        "windows.jar": {"systems": ("Windows",)},
        "amd64.jar": {"systems": ("Linux",), "architectures": ("amd64",)},
        "sparc.jar": {"architectures": ("sparc",)},
        "german.jar": {"locales": ("de",)},
        "english.jar": {"locales": ("en", "fr")},
        "american.jar": {"locales": ("en_US",)},
        "british.jar": {"locales": ("en_GB",)},
    }
    resources = tuple(Resources((f"{address}/{name}",), java="1.6+", **row) for name, row in rows.items())  # type: ignore[arg-type]  # fields of lists
    launch = Launch("Chess", "Example", resources, main_class="Absent")
    Archives.asked.clear()
    Archives.launch = write_jnlp(launch)
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    command = [
        str(JAVAWS),
        "-J-Duser.language=en",
        "-J-Duser.country=US",
        "-headless",
        "-Xnofork",
        "-Xtrustall",
        f"{address}/chess.jnlp",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    wanted = {one.archives[0].removeprefix(address) for one in chosen_resources(launch, "Linux", "amd64", "en_US")}
    assert {path for path in Archives.asked if path.endswith(".jar")} == wanted, run.stderr[-2_000:]

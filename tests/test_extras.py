"""What a command needs of an extra that is not installed: one line, that says what to install."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ccpp import samples

SAMPLES = Path(samples.__file__).parent
DEVICES = SAMPLES / "devices"
CATALOGUE = str(SAMPLES / samples.CATALOGUE)
N80 = str(DEVICES / "07-delta-n80.rdf")

#: Everything that no extra-less installation has.
HIDDEN = (
    "alembic",
    "cryptography",
    "httptools",
    "joserfc",
    "numpy",
    "opentelemetry",
    "prometheus_client",
    "pyarrow",
    "pyasn1",
    "pyshacl",
    "ray",
    "resvg_py",
    "ruamel",
    "sqlalchemy",
    "uvicorn",
    "uvloop",
    "xlsxwriter",
)
REPORT = ("report", "--profiles", str(DEVICES), "--catalogue", CATALOGUE, "--output", "{folder}/report")
CASES = {
    "serve": (("serve", "--demo"), "server"),
    "database": (("database", "check", "--database", "sqlite:///{folder}/none.db"), "server"),
    "parquet": ((*REPORT, "--as", "parquet"), "arrow"),
    "excel": ((*REPORT, "--as", "excel"), "report"),
    "png": ((*REPORT, "--as", "png"), "report"),
    "ray": ((*REPORT, "--ray", "local"), "cluster"),
    "yaml": (("match", N80, "--catalogue", "{folder}/catalogue.yaml"), "yaml"),
    "card": (("document", "card", "{folder}/document.xml", "--output", "{folder}/card"), "card"),
    "pyshacl": (("validate", N80, "--engine", "pyshacl"), "shacl"),
}
#: What works without any extra.
PLAIN = {
    "demo": ("demo",),
    "report": REPORT,
    "lint": ("catalogue", "lint", CATALOGUE),
    "encode": ("document", "encode", "{folder}/document.xml", "--output", "{folder}/document.wbxml"),
    "print": ("serve", "--print-config"),
}


def without_extras(arguments: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "catalogue.yaml").write_text("{}")
    (folder / "p.parquet").write_bytes(b"PAR1")
    (folder / "document.xml").write_text("<wap-provisioningdoc version='1.1'/>")
    given = [one.format(folder=folder) for one in arguments]
    hide = f"import sys; sys.modules |= dict.fromkeys({HIDDEN!r}); sys.argv[1:] = {json.dumps(given)}; from ccpp.cli import main; main()"
    return subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_installed_is_said_in_one_line(name: str, tmp_path: Path) -> None:
    arguments, extra = CASES[name]
    result = without_extras(arguments, tmp_path)
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert f"pip install 'ccpp[{extra}]'" in result.stderr


@pytest.mark.parametrize("name", PLAIN)
def test_what_needs_no_extra_works_without_any(name: str, tmp_path: Path) -> None:
    result = without_extras(PLAIN[name], tmp_path)
    assert (result.returncode, "Traceback" in result.stderr) == (0, False), result.stderr

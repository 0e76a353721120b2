"""What is shipped to run the server by: a container file, a unit of systemd. No engine runs them here; their form is held, and their steps."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

import pytest
from conftest import ROOT

from ccpp.server.options import PREFIX, Options

if TYPE_CHECKING:
    from pathlib import Path

CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text()
UNIT = (ROOT / "deploy" / "ccpp.service").read_text()
VARIABLES = {PREFIX + one.name.upper() for one in fields(Options)}


class Instruction(NamedTuple):
    name: str
    rest: str


def stages() -> list[list[Instruction]]:
    """The instructions of each stage."""
    joined = re.sub(r"\\\n\s*", "", "\n".join(line for line in CONTAINERFILE.splitlines() if not line.startswith("#")))
    found: list[list[Instruction]] = []
    for line in filter(None, joined.splitlines()):
        name, _, rest = line.partition(" ")
        found += [[]] if name == "FROM" else []
        found[-1].append(Instruction(name, rest))
    return found


def of(stage: list[Instruction], name: str) -> list[str]:
    return [one.rest for one in stage if one.name == name]


def test_the_container_is_slim_and_nobody_s_root() -> None:
    build, final = stages()
    for stage in (build, final):
        [image] = of(stage, "FROM")
        assert re.match(r"docker\.io/library/python:3\.11-slim( AS build)?$", image)
        assert not of(stage, "ADD")
    names = [one.name for one in final]
    assert of(final, "USER") == ["10001:10001"]
    assert names.index("USER") > max(
        index for index, name in enumerate(names) if name in {"RUN", "COPY"}
    )  # nothing of its own is writable
    assert of(final, "VOLUME") == ["/var/lib/ccpp"]
    assert of(final, "COPY") == ["--from=build /opt/ccpp /opt/ccpp"]
    assert json.loads(of(final, "ENTRYPOINT")[0]) == ["ccpp", "serve"]
    [health] = of(final, "HEALTHCHECK")
    compile(json.loads(health.partition("CMD ")[2])[2], "HEALTHCHECK", "exec")


def test_the_container_has_what_there_is_and_knows_the_options() -> None:
    build, final = stages()
    sources = [word for rest in of(build, "COPY") for word in shlex.split(rest)[:-1]]
    assert all((ROOT / source).exists() for source in sources)
    [variables] = of(final, "ENV")
    assert set(re.findall(r"\b(CCPP_\w+)=", variables)) <= VARIABLES
    assert "=sqlite:////var/lib/ccpp/server.sqlite" in variables  # on the volume


@pytest.mark.long
def test_the_container_s_installation_works(tmp_path: Path) -> None:
    """The build stage's own steps, in a folder instead of an image."""
    build, _ = stages()
    source = tmp_path / "src"
    source.mkdir()
    for rest in of(build, "COPY"):
        *names, _ = shlex.split(rest)
        for name in names:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, source / name)
    [command] = of(build, "RUN")
    command = command.replace("/opt/ccpp", str(tmp_path / "opt"))
    subprocess.run(["/bin/sh", "-euc", command], cwd=source, check=True, timeout=900)
    printed = subprocess.run([tmp_path / "opt/bin/ccpp", "serve", "--print-config"], capture_output=True, text=True, check=True)
    assert "traces" in printed.stdout
    subprocess.run(
        [tmp_path / "opt/bin/python", "-c", "import ccpp.server.running, uvicorn, psycopg, opentelemetry.sdk"], check=True
    )


def test_the_unit_is_hardened(tmp_path: Path) -> None:
    """systemd's own judgement: no warning, and an exposure of 2 of 10 at most."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze here (Debian's `systemd`)")
    unit = tmp_path / "ccpp.service"
    unit.write_text(UNIT.replace("/opt/ccpp/bin/ccpp", "/bin/true"))  # it looks whether the program is there
    verified = subprocess.run([program, "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = subprocess.run(
        [program, "security", "--offline=true", "--threshold=20", unit], capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stdout[-300:]


def test_the_unit_runs_what_there_is() -> None:
    assert set(re.findall(r"\b(CCPP_SERVE_\w+)=", UNIT)) <= VARIABLES
    assert "ExecStart=/opt/ccpp/bin/ccpp serve " in UNIT
    [stop] = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)
    assert int(stop) > Options().leave_seconds + Options().drain_seconds + 2

"""A PostgreSQL of the tests' own: from Debian's package, on loopback, in a folder of its own, that may be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from serving import free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]


class PostgreSQL:
    """One server; `url` names its database."""

    def __init__(self) -> None:
        self._user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        self._folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # pytest's own folders are closed to other users
        if self._user:
            shutil.chown(self._folder, self._user)
        self._data = self._folder / "data"
        port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        self._options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} -c fsync=off"
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "postgres", "--no-sync")
        self.start()

    def _run(self, program: str, *arguments: str | Path, check: bool = True) -> int:
        command = [PROGRAMS[0] / program, *arguments]
        return subprocess.run(command, user=self._user, cwd=self._folder, check=check, capture_output=True).returncode

    def start(self) -> None:
        """Start, also behind one that was killed, whose last processes may take a moment to go."""
        for _ in range(100):
            if not self._run(
                "pg_ctl", "-D", self._data, "-o", self._options, "-l", self._folder / "log", "-w", "start", check=False
            ):
                return
            time.sleep(0.2)
        raise AssertionError((self._folder / "log").read_text())

    def kill(self) -> None:
        """End it as a loss of power would."""
        os.kill(int((self._data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def remove(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop", check=False)
        shutil.rmtree(self._folder)

"""A server that others reach does not begin to serve without knowing who asks, unless that is meant."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from ccpp.errors import UsageError
from ccpp.server.authentication.starting import check_open
from ccpp.server.options import Options


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_may_be_open(host: str) -> None:
    check_open(replace(Options(), host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "server.example", ""])  # noqa: S104  what is refused
def test_a_network_may_not(host: str) -> None:
    with pytest.raises(UsageError, match="anybody who reaches"):
        check_open(replace(Options(), host=host))
    check_open(replace(Options(), host=host, anonymous=("device",)))


def test_the_command_says_so_in_one_line() -> None:
    command = [sys.executable, "-m", "ccpp", "serve", "--demo", "--host", "0.0.0.0"]  # noqa: S104  what is refused
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "anybody who reaches 0.0.0.0 could ask for anything" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1

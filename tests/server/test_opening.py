"""A server that others reach does not begin to serve without knowing who asks, unless that is meant."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from ccpp.commands.serving import serve
from ccpp.errors import CcppError, UsageError
from ccpp.server.authentication.starting import check_open
from ccpp.server.options import Options

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"DIGEST": "MD5"}, "digests need a `key`"),
        ({"DIGEST": "SHA-1", "KEY": "6b" * 32}, "no algorithm of digests `SHA-1`"),
        ({"TOKEN_KEYS": "/no/such/file"}, "/no/such/file"),
        ({"TOKEN_KEYS": "http://issuer.example/keys"}, "fetched by https"),
        ({"CALLERS": "callers.toml"}, "`callers` without certificates"),
        ({"PROXY_SUBSCRIBER": "X-MSISDN"}, "no `trusted_proxies`"),
        ({"ANONYMOUS": "operator"}, "`anonymous` has `operator`"),
        ({"DOMAINS": "king"}, "no security domain `king`"),
        ({"SIGN_KEY": "/no/such/file"}, "a signer is a key and its certificates"),
        ({"TLS_CERTIFICATE": "/no/such/file"}, "cannot be used"),
        ({"TLS_CALLERS": "/no/such/file"}, "without `tls_certificate`"),
    ],
)
def test_a_mistake_is_told_before_anything_is_served(options: dict[str, str], said: str, tmp_path: Path) -> None:
    named = {f"CCPP_SERVE_{name}": value for name, value in options.items()}
    database = f"sqlite:///{tmp_path / 'server.sqlite'}"
    done = CliRunner().invoke(serve, ["--demo", "--port", "1"], env={**named, "CCPP_SERVE_DATABASE": database})
    assert isinstance(done.exception, CcppError)
    assert said in str(done.exception)

"""The secrets of a bootstrap on the command line: each from an option, a file or the environment, and never printed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.provisioning.bootstrap import Secret

_MAX_SECRET = 1_024

#: Option → the variable of the environment, what it is.
_SECRETS = {
    "pin": ("CCPP_PIN", "The user's PIN, or the number that the user was told (USERPINMAC)"),
    "imsi": ("CCPP_IMSI", "The subscriber's IMSI, key of NETWPIN on GSM"),
    "network-secret": ("CCPP_NETWORK_SECRET", "The network's secret in hexadecimal, instead of an IMSI"),
}


def secrets(command: Callable[..., None]) -> Callable[..., None]:
    """The options that secrets are given by."""
    for name, (variable, help_text) in reversed(_SECRETS.items()):
        command = click.option(f"--{name}-file", metavar="FILE", help="The same, in a file that others cannot read.")(command)
        command = click.option(f"--{name}", metavar="TEXT", help=f"{help_text}; else in {variable}.")(command)
    return command


def read_secret(given: dict[str, str | None]) -> Secret:
    """The secrets that the options, their files or the environment give.

    Raises:
        UsageError: one is given twice, or is not what it should be; the message does not repeat it.
    """
    from ccpp.provisioning.bootstrap import Secret, imsi_semi_octets

    pin, imsi, network = (read_value(name, given) for name in _SECRETS)
    if imsi is not None and network is not None:
        raise UsageError("both an IMSI and a network's secret", hint="an IMSI is the secret of a GSM network")
    if network is not None:
        try:
            return Secret(pin=pin, network=bytes.fromhex(network))
        except ValueError:
            raise UsageError("the network's secret is not in hexadecimal") from None
    return Secret(pin=pin, network=None if imsi is None else imsi_semi_octets(imsi))


def are_given(given: dict[str, str | None]) -> bool:
    """Whether there is any secret."""
    return any(read_value(name, given) is not None for name in _SECRETS)


def read_value(name: str, given: dict[str, str | None]) -> str | None:
    """A secret by its name, `pin`, `imsi` or `network-secret`; None where nothing gives it.

    Raises:
        UsageError: it is given twice, or its file cannot be read.
    """
    from ccpp.storage.files import read_file

    value, file = given.get(name.replace("-", "_")), given.get(f"{name.replace('-', '_')}_file")
    if value is not None and file is not None:
        raise UsageError(f"both `--{name}` and `--{name}-file`", hint="one says it")
    if file is not None:
        return read_file(file, _MAX_SECRET).decode("ascii", "replace").strip()
    return os.environ.get(_SECRETS[name][0]) if value is None else value

"""The options that say who signs what is written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.provisioning.signing import Signer

#: Where the password of a private key is looked for: options show in the list of processes.
KEY_PASSWORD = "CCPP_KEY_PASSWORD"  # noqa: S105  its name
_MAX_PEM = 1_048_576


def signing(what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of a command that signs `what`: the key and the certificates of its signer."""

    def with_options(command: Callable[..., None]) -> Callable[..., None]:
        certificates = click.option(
            "--certificates", metavar="FILE", help="The signer's chain in PEM, its own certificate first."
        )
        key = click.option("--key", metavar="FILE", help=f"Sign {what}: an RSA key in PEM, its password in {KEY_PASSWORD}.")
        return key(certificates(command))

    return with_options


def read_signer(key: str | None, certificates: str | None) -> Signer | None:
    """The signer in the files that the options name, None where they name none.

    Raises:
        UsageError: one of the two is missing, or either is not what it should be.
    """
    from ccpp.model import Secret
    from ccpp.storage.files import read_file

    if key is None and certificates is None:
        return None
    if key is None or certificates is None:
        raise UsageError("--key and --certificates go together")
    from ccpp.provisioning.signing import load_signer

    password = os.environ.get(KEY_PASSWORD)
    secret = None if password is None else Secret(password)
    try:
        return load_signer(read_file(key, _MAX_PEM), read_file(certificates, _MAX_PEM), secret)
    except CcppError as error:
        raise error.located(key) from None

"""What the commands on the repository of profiles share: the option that names its file, and opening it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ccpp.storage.repository import Repository

REPOSITORY = click.option(
    "--repository",
    "file",
    metavar="FILE",
    help="The repository's file; else $CCPP_REPOSITORY, else profiles.sqlite in the user's data folder.",
)


def open_repository(file: str | None, *, create: bool = False) -> Repository:
    """The repository in a file, or where it lies by convention."""
    import os
    from pathlib import Path

    from ccpp.storage.repository import Repository
    from ccpp.storage.schema import default_path

    return Repository(Path(file) if file else default_path(sys.platform, os.environ, Path.home()), create=create)

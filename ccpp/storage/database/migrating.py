"""How a database comes to have the schema: the steps in `migrations/versions`, by Alembic, in the transaction of the caller."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: The last step. Steps are numbered, so that a newer one is a greater text.
HEAD = "0004"


def version_of(connection: Connection) -> str | None:
    """The last step that a database has seen; `None` where it has seen none."""
    found: str | None = MigrationContext.configure(connection).get_current_revision()
    return found


def upgrade(connection: Connection) -> None:
    """Do the steps that a database has not seen."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

"""The schema: one table a thing that is kept. A change here is a migration in `migrations/versions`; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: A number that the database gives out; SQLite gives out only those of its own type.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _number(name: str) -> Column[int]:
    return Column(name, _NUMBER, primary_key=True, autoincrement=True)


CATALOGUE_VERSION = Table(
    "catalogue_version",
    METADATA,
    _number("number"),
    _text("digest"),
    _text("label"),
    Column("packed", LargeBinary, nullable=False),  # the documents, as `catalogues.pack` writes them
    Column("created", Float, nullable=False),
    _text("actor"),
    sqlite_autoincrement=True,
)

#: Which version is in service: the one of the last row. So a rollback is an activation too, and nothing is ever taken back.
ACTIVATION = Table(
    "activation",
    METADATA,
    _number("number"),
    Column("version", _NUMBER, ForeignKey("catalogue_version.number"), nullable=False),
    Column("at", Float, nullable=False),
    _text("actor"),
    sqlite_autoincrement=True,
)

#: One application on one device, from the offer to the removal; the identifier is not to be guessed, and lets its holder go on.
INSTALL = Table(
    "install",
    METADATA,
    Column("id", Text, primary_key=True),
    _text("application"),
    _text("variant"),
    _text("version"),
    _text("catalogue"),
    _text("profile"),
    _text("profile_digest"),
    _text("subscriber", null=True),
    _text("state"),
    Column("code", Integer, nullable=True),  # the last status that the device reported
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
    _text("request_key", null=True),  # the caller's name for the request that made it, so that asking twice makes one
    UniqueConstraint("request_key"),
    Index("ix_install_subscriber_application", "subscriber", "application"),
)

INSTALL_EVENT = Table(
    "install_event",
    METADATA,
    _number("number"),
    Column("install", Text, ForeignKey("install.id", ondelete="CASCADE"), nullable=False, index=True),
    _text("step"),
    _text("state"),
    Column("code", Integer, nullable=True),
    Column("at", Float, nullable=False),
    _text("request"),
    sqlite_autoincrement=True,
)

DECISION = Table(
    "decision",
    METADATA,
    _number("number"),
    Column("at", Float, nullable=False),
    _text("profile"),
    _text("digest"),
    _text("catalogue"),
    _text("application"),
    _text("chosen", null=True),
    _text("record"),  # a line of JSON, as `ccpp.records` writes it
    _text("request"),
    sqlite_autoincrement=True,
)

#: Keys that seal what is secret, themselves sealed by the operator's key, which is never here.
DATA_KEY = Table(
    "data_key",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created", Float, nullable=False),
)

SUBSCRIBER = Table(
    "subscriber",
    METADATA,
    Column("id", Text, primary_key=True),
    _text("facts"),  # JSON, nothing secret
    Column("data_key", Text, ForeignKey("data_key.id"), nullable=True),
    Column("sealed", LargeBinary, nullable=True),  # what is secret of the subscriber
    Column("changed", Float, nullable=False),
)

#: Short messages on their way to a device. What is sent, and to whom, is sealed, and gone once it was sent or is given up.
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", Text, primary_key=True),
    _text("state"),
    _text("receipts"),  # JSON: for each short message the name that the gateway gave it when it took it, or null
    Column("attempts", Integer, nullable=False),
    Column("due", Float, nullable=False),  # when it is tried next; whoever takes it to try moves this on, so nobody else does
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("changed", Float, nullable=False),
    _text("error", null=True),  # what went wrong last, nothing secret
    Column("data_key", Text, ForeignKey("data_key.id"), nullable=True),
    Column("sealed", LargeBinary, nullable=True),
    _text("request_key", null=True),  # as of an install
    UniqueConstraint("request_key"),
    Index("ix_outbox_state_due", "state", "due"),
)

#: Callers who prove who they are by a password: what it takes to know it again is sealed, the password itself is nowhere.
CREDENTIAL = Table(
    "credential",
    METADATA,
    Column("user", Text, primary_key=True),
    _text("subscriber", null=True),
    _text("roles"),  # words
    Column("data_key", Text, ForeignKey("data_key.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created", Float, nullable=False),
)

#: Codes that somebody may become a caller by, once, as their SHA-256: they are random and long, so that no slow hash is needed.
ENROLMENT = Table(
    "enrolment",
    METADATA,
    Column("code", LargeBinary, primary_key=True),
    _text("subscriber", null=True),
    _text("roles"),
    Column("needs_pin", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),  # wrong PINs so far
    Column("until", Float, nullable=False),
    Column("used", Float, nullable=True),
)

#: What may be used once and was, as its SHA-256, until it could not be used any more.
SPENT = Table(
    "spent",
    METADATA,
    Column("mark", LargeBinary, primary_key=True),
    Column("until", Float, nullable=False, index=True),
)

#: One-time passwords that wait for their answer, and tokens of clients that gave one; all of it as digests.
CHALLENGE = Table(
    "challenge",
    METADATA,
    Column("mark", LargeBinary, primary_key=True),
    Column("asked", LargeBinary, nullable=False, index=True),
    Column("code", LargeBinary, nullable=False),
    _text("subscriber", null=True),
    Column("tries", Integer, nullable=False),
    Column("until", Float, nullable=False),
)

CLIENT_TOKEN = Table(
    "client_token",
    METADATA,
    Column("mark", LargeBinary, primary_key=True),
    Column("subscriber", Text, nullable=False, index=True),
    Column("until", Float, nullable=False),
)

AUDIT = Table(
    "audit",
    METADATA,
    _number("number"),
    Column("at", Float, nullable=False),
    _text("actor"),
    _text("action"),
    _text("subject"),
    _text("detail"),  # JSON, nothing secret
    _text("request"),
    sqlite_autoincrement=True,
)

#: Every table, those first that others refer to.
TABLES = tuple(METADATA.sorted_tables)

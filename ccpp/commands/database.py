"""Commands on what a server keeps: backups, keys, and versions of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import FORMAT, leave, print_json
from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.server.options import Options
    from ccpp.storage.database.opening import Database

_ACTOR = "command line"


@click.group()
def database() -> None:
    """Check, back up and restore what a server keeps, rotate its keys, publish and activate catalogues."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What says which database: the server's own options."""
    options = (
        click.option(
            "--database", "url", metavar="URL", help="sqlite:///FILE or postgresql://…; as for `ccpp serve` if not given."
        ),
        click.option("--config", metavar="FILE", help="The server's options, in TOML."),
        FORMAT,
    )
    for option in reversed(options):
        command = option(command)
    return command


def _opened(url: str | None, config: str | None) -> tuple[Database, Options]:
    """The database, ready, and the options in force."""
    import os

    from ccpp.server.options import MAX_OPTIONS, load_options
    from ccpp.server.starting import open_database
    from ccpp.storage.files import read_file

    options = load_options((config, read_file(config, MAX_OPTIONS)) if config else None, os.environ, {"database": url})
    return open_database(options), options


def _print(form: str, value: dict[str, Any], text: str) -> None:
    if form == "json":
        print_json(value)
    else:
        click.echo(text)


@database.command()
@click.argument("file")
@_options
def backup(file: str, url: str | None, config: str | None, form: str) -> None:
    """Write everything into a file, as it is at one moment; secrets stay sealed."""
    from pathlib import Path

    from ccpp.storage.database.backup import back_up
    from ccpp.storage.files import write_file

    opened, _ = _opened(url, config)
    content, rows = back_up(opened)
    write_file(Path(file), content)
    _print(form, {"file": file, "rows": rows, "bytes": len(content)}, f"{file}: {rows} rows, {len(content):,} bytes")


@database.command()
@click.argument("file")
@_options
def restore(file: str, url: str | None, config: str | None, form: str) -> None:
    """Fill an empty database from a file: all of it or nothing. The database may be of another kind."""
    from ccpp.storage.database.backup import restore as fill
    from ccpp.storage.files import read_file

    opened, _ = _opened(url, config)
    rows = fill(opened, read_file(file, 2**40), file)
    _print(form, {"file": file, "rows": rows}, f"{rows} rows")


@database.command("rotate-keys")
@click.option("--new-key-file", metavar="FILE", help="The operator's key from now on; the present one if not given.")
@_options
def rotate_keys(new_key_file: str | None, url: str | None, config: str | None, form: str) -> None:
    """Seal every secret anew, with a new data key; the operator's present key is that of the server's options."""
    import time

    from ccpp.server.starting import read_master
    from ccpp.storage.database.secrecy import read_key
    from ccpp.storage.database.subscribers import rotate
    from ccpp.storage.files import read_file

    opened, options = _opened(url, config)
    old = read_master(options)
    if old is None:
        raise UsageError("no key is given", hint="CCPP_SERVE_KEY_FILE names the file that has it")
    new = read_key(read_file(new_key_file, 1_024).decode("ascii", "replace"), new_key_file) if new_key_file else old
    rows = rotate(opened, old, new, time.time(), _ACTOR)
    _print(form, {"rows": rows}, f"{rows} rows sealed anew")


@database.command()
@click.argument("catalogue")
@click.option("--activate", "at_once", is_flag=True, help="Put it into service too.")
@_options
def publish(catalogue: str, url: str | None, config: str | None, form: str, *, at_once: bool) -> None:
    """Check a catalogue and keep it as a version; every process of the server loads it, and none decides with it yet."""
    import time

    from ccpp.catalogue.loading import load_documents
    from ccpp.server.starting import catalogue_documents
    from ccpp.storage.database import catalogues
    from ccpp.vocabulary import load_vocabularies

    documents = catalogue_documents(catalogue)
    loaded = load_documents(documents, load_vocabularies())
    opened, _ = _opened(url, config)
    number = catalogues.publish(opened, documents, loaded.label, loaded.digest, time.time(), _ACTOR)
    if at_once:
        catalogues.activate(opened, number, time.time(), _ACTOR)
    _print(form, {"number": number, "digest": loaded.digest, "active": at_once}, f"version {number}: {loaded.digest}")


@database.command()
@click.argument("number", type=int)
@_options
def activate(number: int, url: str | None, config: str | None, form: str) -> None:
    """Put a version of the catalogue into service, in every process within a second."""
    import time

    from ccpp.storage.database import catalogues

    opened, _ = _opened(url, config)
    catalogues.activate(opened, number, time.time(), _ACTOR)
    _print(form, {"active": number}, f"version {number} is in service")


@database.command()
@_options
def rollback(url: str | None, config: str | None, form: str) -> None:
    """Put the version into service that was there before."""
    import time

    from ccpp.storage.database import catalogues

    opened, _ = _opened(url, config)
    number = catalogues.rollback(opened, time.time(), _ACTOR)
    _print(form, {"active": number}, f"version {number} is in service")


@database.command()
@_options
def versions(url: str | None, config: str | None, form: str) -> None:
    """List the versions of the catalogue, the newest first."""
    from ccpp.console import table
    from ccpp.storage.database import catalogues

    opened, _ = _opened(url, config)
    found, active = catalogues.versions(opened), catalogues.active(opened)
    rows = [(str(one.number), "in service" if one.number == active else "", one.label, one.digest) for one in found]
    _print(form, {"active": active, "versions": [one._asdict() for one in found]}, table(rows) if rows else "none")


@database.command()
@_options
def check(url: str | None, config: str | None, form: str) -> None:
    """Check that everything kept is whole; with the operator's key also that what is sealed opens."""
    from ccpp.server.starting import read_master
    from ccpp.storage.database.checking import check as findings

    opened, options = _opened(url, config)
    found = findings(opened, read_master(options))
    text = "\n".join(f"{one.subject}: {one.message}" for one in found)
    _print(form, {"database": opened.name, "findings": [one._asdict() for one in found]}, text or f"{opened.name} is whole")
    leave(bool(found))


@database.command()
@click.option("--subscriber", metavar="ID", help="Whose device it is; nobody's if not given.")
@click.option("--role", "roles", multiple=True, default=("device",), metavar="NAME", help="A role, as often as needed.")
@click.option("--seconds", type=float, default=86_400.0, metavar="NUMBER", help="For how long the code can be used.")
@_options
def enrol(
    subscriber: str | None, roles: tuple[str, ...], seconds: float, url: str | None, config: str | None, form: str
) -> None:
    """Make a code that works once: `POST /v1/credentials` gives a name and a password for it."""
    import time

    from ccpp.server.message import Role
    from ccpp.storage.database.credentials import Enrolment, add_enrolment

    wrong = [role for role in roles if role not in list(Role)]
    if wrong or seconds <= 0:
        raise UsageError(f"no role `{wrong[0]}`" if wrong else "no seconds", hint="roles are " + ", ".join(Role))
    opened, _ = _opened(url, config)
    now = time.time()
    enrolment = Enrolment(subscriber, roles, needs_pin=False, until=now + seconds)
    code = add_enrolment(opened, enrolment, now, _ACTOR)
    _print(form, {"code": code, "until": enrolment.until, "subscriber": subscriber, "roles": list(roles)}, code)

"""A service made of its options: files are read, the catalogue is compiled, and what the process shares is put together."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ccpp.catalogue.documents import SYNTAXES, gather
from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import Document
from ccpp.errors import UsageError
from ccpp.intake.accept import Precedence
from ccpp.overlays import MAX_OVERLAYS
from ccpp.samples import CATALOGUE, devices, sample
from ccpp.server.apart import Apart
from ccpp.server.artefacts import Artefacts
from ccpp.server.authentication.starting import Kept, is_local, make_guard, proxies_of, schemes_of
from ccpp.server.checking import Checker
from ccpp.server.composing import Recipe, make_composer
from ccpp.server.devices import Devices
from ccpp.server.limits import Buckets
from ccpp.server.message import ANONYMOUS, VISITOR
from ccpp.server.openapi import describe
from ccpp.server.routes import INTERFACE
from ccpp.server.sending import Sender, make_gateway
from ccpp.server.service import Service
from ccpp.server.stores import RepositoryStore
from ccpp.server.trust import make_signer, make_trust
from ccpp.server.watching import Watcher
from ccpp.storage.database.catalogues import activate, active, publish
from ccpp.storage.database.opening import Database, StorageError
from ccpp.storage.database.secrecy import read_key
from ccpp.storage.database.subscribers import open_keys
from ccpp.storage.fetching import Fetcher, FetchPolicy
from ccpp.storage.files import files_in, read_file, write_file
from ccpp.storage.importing import examine
from ccpp.storage.repository import Repository
from ccpp.storage.schema import default_path
from ccpp.storage.sources import Found
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccpp.server.observing import Observer
    from ccpp.server.options import Options
    from ccpp.server.service import Authenticate

T = TypeVar("T")

#: Characters of a file with a key, and seconds that the command for one may take.
_MAX_KEY, _KEY_SECONDS = 1_024, 30

#: Times that a worker that comes up looks for the database, a second apart.
_TRIES = 60


def make_service(
    options: Options,
    observer: Observer,
    authenticate: Authenticate | None = None,
    outgoing: Callable[[], Mapping[str, str]] = dict,
) -> Service:
    """The service that the options describe; `authenticate` finds out who calls, else what the options say.

    `outgoing` gives header fields that go along with whatever is asked of other servers.

    Raises:
        CcppError: a file that they name cannot be used.
    """
    vocabularies = load_vocabularies()
    recipe = Recipe(_precedence(options.accept))
    if options.overlays:
        recipe = recipe._replace(overlays=read_file(options.overlays, MAX_OVERLAYS), source=options.overlays)
    here = make_composer(recipe, vocabularies)
    apart = Apart(recipe, here, options.readers, options.read_seconds, observer.event)
    fetcher = Fetcher(FetchPolicy(hosts=options.fetch), extra=outgoing) if options.fetch else None
    library = RepositoryStore(options.repository, fetcher)
    found = Devices(library, apart.compose, lifetime=options.profile_lifetime)
    database = Database(database_url(options))
    master = read_master(options)
    keys = _patiently(lambda: open_keys(database, master, time.time()), observer)
    artefacts = Artefacts(options.artefacts)
    failures = Buckets(options.rate_failures)
    guard = make_guard(options, Kept(database, keys, master, failures))
    service = Service(
        options,
        vocabularies,
        found,
        library,
        database,
        keys,
        artefacts,
        observer.figures,
        authenticate or guard,
        proxies=proxies_of(options),
        trust=make_trust(options, artefacts),
        signer=make_signer(options),
        failures=failures,
        description=json.dumps(describe(INTERFACE, schemes_of(options)), separators=(",", ":")).encode(),
        stranger=VISITOR if options.demo and is_local(options.host) else ANONYMOUS,
    )
    if guard is not None and authenticate is None:
        service.known, service.ways = guard.known, guard.challenges
    watcher = Watcher(service, observer, Checker(observer, options.check_share))
    _patiently(watcher.start, observer)
    service.ending.append(watcher.stop)
    gateway = make_gateway(options)
    if gateway is not None:
        sender = Sender(service, gateway, observer)
        sender.start()
        service.ending.append(sender.stop)
    service.beginning.append(apart.start)
    service.ending += [apart.stop, database.close]
    observer.event("start", catalogue=service.live.catalogue.digest if service.live else None)
    return service


def _patiently(function: Callable[[], T], observer: Observer) -> T:
    """What a function gives as soon as the database is there, which was there when the server started; a worker may come up without it.

    Raises:
        StorageError: it was not for a minute.
    """
    for _ in range(_TRIES):
        try:
            return function()
        except StorageError as error:
            observer.event("database", "error", error=str(error))
            time.sleep(1)
    return function()


def database_url(options: Options) -> str:
    """The URL of the database; a file in the user's data folder where none is named."""
    if options.database:
        return options.database
    return f"sqlite:///{default_path(sys.platform, os.environ, Path.home()).with_name('server.sqlite')}"


def read_master(options: Options) -> bytes | None:
    """The operator's key, from wherever it is to be had; `None` where it is not.

    Raises:
        CcppError: the place has none.
    """
    if options.key:
        return read_key(options.key, "the option `key`")
    if options.key_file:
        return read_key(read_file(options.key_file, _MAX_KEY).decode("ascii", "replace"), options.key_file)
    if options.key_command:
        try:
            words = shlex.split(options.key_command)
            done = subprocess.run(words, capture_output=True, timeout=_KEY_SECONDS, check=True)  # noqa: S603  the operator's own command
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise UsageError(f"the command for the key failed: {type(error).__name__}", source="key_command") from None
        return read_key(done.stdout.decode("ascii", "replace"), "key_command")
    return None


def open_database(options: Options) -> Database:
    """The database, with its tables made or brought up to date.

    Raises:
        CcppError: it cannot be used.
    """
    url = database_url(options)
    database = Database(url)
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    database.prepare()
    return database


def prepare(options: Options) -> None:
    """Make the database ready, before any worker begins: the schema, and the catalogue that is named put into service.

    Raises:
        CcppError: the database cannot be used, or the catalogue cannot be loaded.
    """
    if make_gateway(options) is not None and read_master(options) is None:
        raise UsageError(
            "messages for the gateway hold secrets, and there is no key to seal them with",
            hint="give one by the option `key_file`",
        )
    database = open_database(options)
    try:
        _check_trust(options, database)
        if options.catalogue:
            documents = catalogue_documents(options.catalogue)
            catalogue = load_documents(documents, load_vocabularies())
            number = publish(database, documents, catalogue.label, catalogue.digest, time.time(), "ccpp serve")
            if active(database) != number:
                activate(database, number, time.time(), "ccpp serve")
        elif active(database) is None:
            raise UsageError("no catalogue to serve", hint="name one by --catalogue, or see the samples by --demo")
    finally:
        database.close()


def _check_trust(options: Options, database: Database) -> None:
    """Make once what each worker makes of who may ask and who vouches, so that a mistake is told before any begins.

    Raises:
        CcppError: an option says what cannot be.
    """
    master = read_master(options)
    make_guard(options, Kept(database, open_keys(database, master, time.time()), master))
    make_trust(options, Artefacts(options.artefacts))
    make_signer(options)


def catalogue_documents(name: str) -> tuple[Document, ...]:
    """The documents of a catalogue: a file and what it imports, or the files of a folder.

    Raises:
        CcppError: one cannot be read.
    """
    names = list(files_in([name]))
    if names != [name]:
        names = [one for one in names if one.lower().endswith(tuple(SYNTAXES))]
    return gather(names, read_file)


def _precedence(text: str) -> Precedence:
    try:
        return Precedence(text)
    except ValueError:
        raise UsageError(f"`accept` is `{text}`", hint="request, union or profile") from None


#: Under which URLs the sample devices are published.
SAMPLES = "http://profiles.example/"


def write_demo(folder: Path) -> dict[str, str]:
    """Write what `--demo` serves into a folder; the options that name it."""
    vocabularies = load_vocabularies()
    write_file(folder / CATALOGUE, sample(CATALOGUE))
    repository = folder / "profiles.sqlite"
    places = [Found(name, SAMPLES + name, sample(name)) for name in devices()]
    with Repository(repository, create=True) as opened:
        opened.record([examine(place, vocabularies) for place in places], now=0.0)
    catalogue = load_documents([Document(CATALOGUE, sample(CATALOGUE))], vocabularies)
    for variant in (one for application in catalogue.applications.values() for one in application.variants):
        name, size = variant.artefact.uri.rpartition("/")[2], variant.artefact.size or 0
        if name and size:
            text = f"This stands for {name}.\n".encode()
            write_file(folder / "artefacts" / name, (text * (size // len(text) + 1))[:size])
    return {
        "catalogue": str(folder / CATALOGUE),
        "repository": str(repository),
        "artefacts": str(folder / "artefacts"),
        "database": f"sqlite:///{folder / 'server.sqlite'}",
    }

"""A service made of its options: files are read, the catalogue is compiled, and what the process shares is put together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ccpp.catalogue.loading import MAX_CATALOGUE, load_catalogue
from ccpp.derivation import load_derivations
from ccpp.errors import UsageError
from ccpp.intake.accept import Precedence
from ccpp.normalisation import load_normalisation
from ccpp.overlays import MAX_OVERLAYS, load_overlays
from ccpp.samples import CATALOGUE, devices, sample
from ccpp.server.devices import Devices
from ccpp.server.live import Live
from ccpp.server.openapi import describe
from ccpp.server.routes import ROUTES
from ccpp.server.service import Service
from ccpp.server.stores import RepositoryStore
from ccpp.storage.fetching import Fetcher, FetchPolicy
from ccpp.storage.files import read_file, write_file
from ccpp.storage.importing import examine
from ccpp.storage.repository import Repository
from ccpp.storage.sources import Found
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from pathlib import Path

    from ccpp.server.observing import Observer
    from ccpp.server.options import Options
    from ccpp.vocabulary import Vocabularies


def make_service(options: Options, observer: Observer) -> Service:
    """The service that the options describe.

    Raises:
        CcppError: a file that they name cannot be used.
    """
    vocabularies = load_vocabularies()
    normalisation = load_normalisation(vocabularies)
    overlays = (
        load_overlays(read_file(options.overlays, MAX_OVERLAYS), source=options.overlays, vocabularies=vocabularies)
        if options.overlays
        else ()
    )
    fetcher = Fetcher(FetchPolicy(hosts=options.fetch)) if options.fetch else None
    found = Devices(
        vocabularies,
        RepositoryStore(options.repository, fetcher),
        derive=load_derivations(vocabularies, normalisation).derive,
        normalise=normalisation.normalise,
        overlays=overlays,
        precedence=_precedence(options.accept),
        lifetime=options.profile_lifetime,
    )
    description = json.dumps(describe(ROUTES), separators=(",", ":")).encode()
    service = Service(options, vocabularies, found, observer.figures, description)
    service.live = _first(options, vocabularies)
    observer.event("start", catalogue=service.live.catalogue.digest if service.live else None)
    return service


def _first(options: Options, vocabularies: Vocabularies) -> Live | None:
    """The catalogue of the file that is named."""
    if not options.catalogue:
        raise UsageError("no catalogue to serve", hint="name one by --catalogue, or see the samples by --demo")
    content = read_file(options.catalogue, MAX_CATALOGUE)
    return Live(load_catalogue(content, source=options.catalogue, vocabularies=vocabularies))


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
    return {"catalogue": str(folder / CATALOGUE), "repository": str(repository)}

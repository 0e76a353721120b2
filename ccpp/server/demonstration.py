"""What the demo has beside the samples themselves, so that every page shows something: decisions on record, and a catalogue to come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import Document
from ccpp.demo import sample_profiles
from ccpp.records import records_of
from ccpp.samples import CATALOGUE, sample
from ccpp.server.lifecycle import kept_of
from ccpp.server.starting import open_database
from ccpp.storage.database.catalogues import publish
from ccpp.storage.database.decisions import add_decisions, count_decisions
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from ccpp.server.options import Options
    from ccpp.storage.database.opening import Database
    from ccpp.vocabulary import Vocabularies

#: What the catalogue to come says otherwise: chess for large displays asks for less, streaming and mail on WAP for more.
CHANGES = (
    (b'req:dimensionAtLeast "240x320"', b'req:dimensionAtLeast "176x208"'),
    (b"sh:minInclusive 64000", b"sh:minInclusive 128000"),
    (b'sh:in ( "1.1" "1.2"', b'sh:in ( "1.2"'),
    (b'"Sample catalogue"', b'"Sample catalogue, as proposed"'),
)


def fill(options: Options) -> None:
    """Record what each sample device gets, and publish a catalogue that nobody has activated; nothing where that was done before."""
    vocabularies = load_vocabularies()
    database, now = open_database(options), time.time()
    try:
        if not count_decisions(database):
            _decide(database, vocabularies, now)
            proposed = Document(CATALOGUE, _proposed())
            loaded = load_documents([proposed], vocabularies)
            publish(database, [proposed], loaded.label, loaded.digest, now, "ccpp demo")
    finally:
        database.close()


def _decide(database: Database, vocabularies: Vocabularies, now: float) -> None:
    """A decision of each sample device on each application, a minute between two devices."""
    catalogue = load_documents([Document(CATALOGUE, sample(CATALOGUE))], vocabularies)
    profiles = [profile for name, profile in sample_profiles(vocabularies) if " + " not in name]
    for number, profile in enumerate(profiles, 1):
        kept = [kept_of(record) for record in records_of(profile, catalogue)]
        add_decisions(database, kept, now - 60 * (len(profiles) - number), f"demo-{number}")


def _proposed() -> bytes:
    document = sample(CATALOGUE)
    for before, after in CHANGES:
        document = document.replace(before, after)
    return document

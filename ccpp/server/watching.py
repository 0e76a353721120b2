"""The catalogue in service, as the database has it: every process looks several times a second, and changes over at once.

A version is loaded as soon as it is published, before anybody activates it, and the one before is kept; so what happens on activation and
on rollback is that a name is bound to another object.
"""

from __future__ import annotations

import time
from threading import Event, Thread
from typing import TYPE_CHECKING

from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import Document
from ccpp.errors import CcppError
from ccpp.server.live import Live
from ccpp.storage.database.catalogues import active, documents_of, newest

if TYPE_CHECKING:
    from ccpp.server.checking import Checker
    from ccpp.server.observing import Observer
    from ccpp.server.service import Service

#: Seconds between two looks.
_LOOK = 0.3
#: Catalogues kept loaded: the one in service, the one before, the one to come.
_KEPT = 3


class Watcher:
    """Keeps a service's catalogue that of the database."""

    def __init__(self, service: Service, observer: Observer, checker: Checker | None = None) -> None:
        self._checker = checker
        self._service = service
        self._observer = observer
        self._loaded: dict[int, Live] = {}
        self._refused: set[int] = set()
        self._end = Event()
        self._thread = Thread(target=self._watch, name="catalogue", daemon=True)

    def start(self) -> None:
        """Look now, and from now on."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Change over where another version is in service; load the newest one in advance.

        Raises:
            StorageError: the database cannot be asked.
        """
        number = active(self._service.database)
        if number is not None and (self._service.live is None or self._service.live.number != number):
            live = self._load(number)
            if live is not None:
                self._service.live = live
                self._observer.event("activate", version=number, catalogue=live.catalogue.digest)
        last = newest(self._service.database)
        candidate = self._load(last) if last is not None and last != number else None
        if self._checker is not None:
            self._checker.candidate = candidate

    def _load(self, number: int) -> Live | None:
        """A version, loaded once; `None` for one that cannot be, which is told once."""
        if number in self._loaded:
            self._loaded[number] = self._loaded.pop(number)
            return self._loaded[number]
        if number in self._refused:
            return None
        started = time.perf_counter()
        try:
            documents = [Document(name, data) for name, data in documents_of(self._service.database, number)]
            catalogue = load_documents(documents, self._service.vocabularies)
            if self._service.trust is not None:
                catalogue = self._service.trust.held(catalogue, time.time())
        except CcppError as error:
            self._refused.add(number)
            self._observer.event("catalogue", "error", version=number, error=str(error))
            return None
        self._loaded[number] = live = Live(catalogue, number, self._checker)
        while len(self._loaded) > _KEPT:
            del self._loaded[next(iter(self._loaded))]
        self._observer.event("catalogue", version=number, seconds=round(time.perf_counter() - started, 3))
        return live

    def _watch(self) -> None:
        while not self._end.wait(_LOOK):
            try:
                self.look()
            except CcppError as error:
                # The catalogue in service stays: decisions need no database.
                self._observer.event("database", "error", error=str(error))
                self._end.wait(2.0)

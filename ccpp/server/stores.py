"""Where profiles are looked up: the repository in its file, and the servers that may be asked, where some are named."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ccpp.errors import FetchError
from ccpp.server.devices import Stored
from ccpp.storage.agents import MAX_AGENT
from ccpp.storage.repository import Repository

if TYPE_CHECKING:
    from ccpp.storage.fetching import Fetcher
    from ccpp.storage.repository import Entry


class RepositoryStore:
    """The repository of profiles, a connection a thread.

    Args:
        path: its file; none where there is no repository.
        fetcher: asks the servers of profiles that the repository does not have; none where nothing is fetched.

    Raises:
        UsageError: the file cannot be used.
    """

    def __init__(self, path: str, fetcher: Fetcher | None = None) -> None:
        self._path = path
        self._fetcher = fetcher
        self._own = threading.local()
        self._repository()

    def _repository(self) -> Repository | None:
        found: Repository | None = getattr(self._own, "repository", None)
        if found is None and self._path:
            found = self._own.repository = Repository(Path(self._path))
        return found

    def by_uri(self, uri: str) -> Stored | None:
        """The document of a profile's URI; one that cannot be fetched is one that is not there."""
        repository = self._repository()
        match = repository.by_uri(uri) if repository else None
        if repository and match:
            return Stored(repository.content(match.entry), match.entry.base)
        if self._fetcher is None:
            return None
        try:
            fetched = self._fetcher.fetch(uri)
        except FetchError:
            return None
        return Stored(fetched.content, uri, fetched.stale)

    def search(self, text: str, vendor: str) -> tuple[Entry, ...]:
        """The current documents of the repository with every word of a text, of one vendor where one is named."""
        repository = self._repository()
        return repository.current(text=text, vendor=vendor or None) if repository else ()

    def named(self, agent: str) -> Entry | None:
        """The document of the device that a User-Agent names, without its bytes."""
        repository = self._repository()
        match = repository.by_user_agent(agent) if repository and len(agent) <= MAX_AGENT else None
        return match.entry if match else None

    def entry(self, uri: str) -> Entry | None:
        """The document of a profile's URI in the repository, without its bytes."""
        repository = self._repository()
        match = repository.by_uri(uri) if repository else None
        return match.entry if match else None

    def document(self, uri: str) -> bytes | None:
        """The bytes of the document of a profile's URI."""
        stored = self.by_uri(uri)
        return stored.content if stored else None

    def by_user_agent(self, agent: str) -> Stored | None:
        """The document of the device that a User-Agent names."""
        repository = self._repository()
        match = repository.by_user_agent(agent) if repository and len(agent) <= MAX_AGENT else None
        return Stored(repository.content(match.entry), match.entry.base) if repository and match else None

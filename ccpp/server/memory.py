"""What is remembered between requests: bounded, shared by threads, and only ever a copy of what would be found again."""

from __future__ import annotations

from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[K, V]):
    """The last `limit` things found, the oldest going first; reading takes no lock."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._found: dict[K, V] = {}
        self._lock = Lock()
        self.get = self._found.get

    def __len__(self) -> int:
        return len(self._found)

    def put(self, key: K, value: V) -> V:
        """Remember, and give back, a value."""
        with self._lock:
            if len(self._found) >= self._limit and key not in self._found:
                del self._found[next(iter(self._found))]
            self._found[key] = value
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._found.clear()

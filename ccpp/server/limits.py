"""How often somebody may ask: token buckets, by whatever names who asks. Bounded: of very many the one longest unseen is forgotten, and full again."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from threading import Lock

from ccpp.server.problems import Refused

#: Names that are remembered, at some 200 bytes each.
MAX_NAMES = 10_000
#: What may come at once, in seconds of the rate, and at least.
_AT_ONCE, _LEAST = 2.0, 10.0
#: Bits of an IPv6 address that one household or phone has to itself.
_NETWORK = 64


class Buckets:
    """A bucket a name. It is full at first; each request takes one out, and `rate` of them come in a second.

    A rate of 0 bounds nothing.
    """

    def __init__(self, rate: float, limit: int = MAX_NAMES) -> None:
        self._rate = rate
        self._most = max(_LEAST, rate * _AT_ONCE)
        self._limit = limit
        self._levels: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def __bool__(self) -> bool:
        """Whether anything is bounded."""
        return self._rate > 0

    def __len__(self) -> int:
        return len(self._levels)

    def wait(self, name: str, now: float) -> float:
        """Seconds until somebody may ask again; 0 for now."""
        if not self._rate:
            return 0.0
        return self._missing(self._level(name, now))

    def take(self, name: str, now: float) -> float:
        """The same, and one is taken where it may be."""
        if not self._rate:
            return 0.0
        with self._lock:
            level = self._level(name, now)
            missing = self._missing(level)
            self._levels.pop(name, None)
            self._levels[name] = (level if missing else level - 1.0, now)
            if len(self._levels) > self._limit:
                del self._levels[next(iter(self._levels))]
        return missing

    def _level(self, name: str, now: float) -> float:
        level, at = self._levels.get(name, (self._most, now))
        return min(self._most, level + max(0.0, now - at) * self._rate)

    def _missing(self, level: float) -> float:
        return max(0.0, (1.0 - level) / self._rate)


@lru_cache(maxsize=4_096)
def address_name(address: str) -> str:
    """Under which name an address is counted: itself, an IPv6 one with its network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "address -"
    if isinstance(parsed, IPv6Address):
        return f"address {IPv6Address(int(parsed) >> _NETWORK << _NETWORK)}/{_NETWORK}"
    return f"address {parsed}"


def too_often(wait: float) -> Refused:
    """What somebody is told who asks too often."""
    seconds = str(max(1, ceil(wait)))
    return Refused(429, "too many requests", hint=f"come again in {seconds} seconds", headers=(("Retry-After", seconds),))

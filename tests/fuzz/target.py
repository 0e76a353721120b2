"""What a target is, and what targets share."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.vocabulary import Vocabularies

TOKENS = Path(__file__).parent / "tokens"
SUITE = Path(__file__).parent.parent / "suite"
URI = "http://profiles.example/device.rdf"


class Target(NamedTuple):
    """A parser: what runs it, what it starts from, what its language is made of, and how often the ordinary suite runs it.

    A target takes any bytes and may raise `CcppError` and nothing else. Some check a law besides, by an assertion.
    """

    name: str
    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    tokens: tuple[bytes, ...]
    runs: int


def tokens(*names: str) -> tuple[bytes, ...]:
    """What a language is made of: a token a line, with Python's escapes."""
    lines = (line for name in names for line in (TOKENS / f"{name}.txt").read_text("ascii").splitlines())
    return tuple(line.encode().decode("unicode_escape").encode("latin-1") for line in lines)


@lru_cache(maxsize=1)
def vocabularies() -> Vocabularies:
    return load_vocabularies()

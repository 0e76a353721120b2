"""What a repository takes in: spellings, lists, User-Agents."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ccpp.datatypes import collapse
from ccpp.normalisation import load_normalisation
from ccpp.storage.agents import holds, names, runs, weight
from ccpp.storage.sources import read_list

from .target import Target, tokens, vocabularies

if TYPE_CHECKING:
    from ccpp.normalisation import Normalisation


def spelling(data: bytes) -> None:
    """A text in canonical spelling, for every attribute that has one: to spell it again changes nothing."""
    text = collapse(data.decode("utf-8", "replace"))
    for name in sorted({name for family in normalisation().families for name in family.attributes}):
        for member in normalisation().canonical(name, text):
            assert normalisation().canonical(name, member) == (member,), f"{name}: {member} changes again"


@lru_cache(maxsize=1)
def normalisation() -> Normalisation:
    return load_normalisation(vocabularies())


def spellings() -> list[bytes]:
    """What stands in the rows, as it is."""
    cells = (cell for family in normalisation().families for row in family.rows for cell in (row.spelling, *row.canonical))
    return [cell.encode() for cell in dict.fromkeys(cells)]


def listed(data: bytes) -> None:
    """A list of profiles; the URIs in it can be stored."""
    for row in read_list(data, "fuzzed"):
        row.uri.encode()


def lists() -> list[bytes]:
    rows = b"http://a.example/a.rdf\ta.rdf\n# a comment\nb.example/b.rdf\n"
    return [
        rows,
        b'file,published_as,status\na.rdf,http://a.example/a.rdf,200\n"b, c.rdf",,404\n',
        b'{"uri": "http://a", "file": "a"}\n',
    ]


def agent(data: bytes) -> None:
    """A pattern, a line break, a User-Agent: the names in it, and whether it is as the pattern says."""
    pattern_, _, text = data.decode("utf-8", "replace").partition("\n")
    runs(text)
    weight(pattern_)
    holds(pattern_[:200], text)
    names(pattern_, text)


def agents() -> list[bytes]:
    texts = (b"Nokia6600/1.0 (5.27.0) SymbianOS/7.0s", b"Mozilla/5.0 (Linux; U; Android 1.5; en; HTC Magic Build/CRB17) [en]")
    return [
        pattern_ + b"\n" + text
        for pattern_ in (b"Nokia*", b"*Android ?.?*HTC*Build/*", b"Mozilla/5.0 (", b"*[en]*")
        for text in texts
    ]


TARGETS = (
    Target("spelling", spelling, spellings, tokens("values"), 300),
    Target("list", listed, lists, tokens("lists"), 1_000),
    Target("agent", agent, agents, tokens("values"), 500),
)

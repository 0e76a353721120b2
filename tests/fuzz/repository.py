"""What a repository and a report take in: spellings, lists, User-Agents, rows of devices, weights."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ccpp.datatypes import collapse
from ccpp.normalisation import load_normalisation
from ccpp.storage.agents import holds, names, runs, weight
from ccpp.storage.populations import weights_in
from ccpp.storage.readings import read_reading, written_profile
from ccpp.storage.rows import Cells, Row, RowReader, row_of_line
from ccpp.storage.sources import read_list

from .target import Target, tokens, vocabularies

if TYPE_CHECKING:
    from ccpp.model import ResolvedProfile
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


def row(data: bytes) -> None:
    """A device as a line of JSON; what is read of it is the same when it is written down and read again."""
    profile = profile_of(row_of_line(data, "fuzzed:1", Cells()))
    written = written_profile(profile, vocabularies().attributes)
    again = read_reading(written, {str(name): one.attribute for name, one in profile.attributes.items()})
    assert again.digest == profile.digest
    assert {name: one.value for name, one in again.attributes.items()} == {
        name: one.value for name, one in profile.attributes.items()
    }


def profile_of(found: Row) -> ResolvedProfile:
    return row_reader().profile(found, vocabularies().attributes)


@lru_cache(maxsize=1)
def row_reader() -> RowReader:
    return RowReader(vocabularies())


def rows() -> list[bytes]:
    return [
        b'{"profile": "urn:a", "weight": 2.5, "attributes": {"HardwarePlatform/ScreenSize": {"value": "240x320"}}}',
        (
            b'{"profile": "urn:b", "attributes": {"HardwarePlatform/ColorCapable": true, "HardwarePlatform/BitsPerPixel": 16,'
            b' "SoftwarePlatform/CcppAccept": ["image/png", "text/html"], "NetworkCharacteristics/SupportedBearers": []}}'
        ),
        b'{"profile": "urn:c", "weight": null, "attributes": {"HardwarePlatform/PixelAspectRatio": "1x1", "a:b/c": 1e400}}',
    ]


def weights(data: bytes) -> None:
    """A table of weights, asked for one device."""
    found = weights_in(data, "fuzzed")
    profile = profile_of(row_of_line(rows()[0], "fuzzed:1", Cells()))
    weight = found.of(profile)
    assert weight is None or weight >= 0
    assert len(found.used) <= len(found)


def tables_of_weights() -> list[bytes]:
    return [
        b"profile,weight\nurn:a,1\nurn:b,2.5\n",
        b'vendor,model,weight\nDelta,"N80, black",1e3\n,N90,0\n',
        b"\xef\xbb\xbfmodel,weight\r\nN80,7\r\n",
    ]


TARGETS = (
    Target("spelling", spelling, spellings, tokens("values"), 300),
    Target("list", listed, lists, tokens("lists"), 1_000),
    Target("row", row, rows, tokens("lists", "values"), 500),
    Target("weights", weights, tables_of_weights, tokens("lists", "values"), 500),
    Target("agent", agent, agents, tokens("values"), 500),
)

"""What decides: shapes and catalogues in Turtle, patterns inside them, vocabularies and overlays."""

from __future__ import annotations

import contextlib
import logging
import warnings
from functools import lru_cache
from pathlib import Path

import rdflib

from ccpp.catalogue.loading import load_catalogue
from ccpp.errors import CatalogueError, SubscriberError
from ccpp.overlays import load_overlays
from ccpp.requirements.patterns import compile_pattern
from ccpp.requirements.shacl import read_requirements
from ccpp.requirements.turtle import parse_turtle
from ccpp.samples import CATALOGUE, SHOP, SUBSCRIBERS, sample
from ccpp.subscribers import load_subscriber
from ccpp.vocabulary import compile_vocabularies, vocabulary_folder

from .target import SUITE, Target, tokens, vocabularies


def catalogue(data: bytes) -> None:
    load_catalogue(data, source="fuzzed.ttl", vocabularies=vocabularies())


def catalogues() -> list[bytes]:
    return [*(path.read_bytes() for path in sorted((SUITE / "catalogue_errors").glob("*.ttl"))), sample(CATALOGUE)]


#: A small catalogue that loads, with every kind of thing in it, a statement a line.
WHOLE = Path(__file__).parent / "catalogue.nt"
#: Terms that stand nowhere in it.
FOREIGN = (
    '""',
    '"x"@en',
    '"-1"^^<http://www.w3.org/2001/XMLSchema#integer>',
    '"a"^^<http://www.w3.org/2001/XMLSchema#boolean>',
    "<urn:x:>",
)


@lru_cache(maxsize=1)
def whole() -> tuple[list[list[str]], list[str]]:
    """The statements of `WHOLE` as text, and every term that may stand in one."""
    rows = [line.removesuffix(" .").split(" ", 2) for line in WHOLE.read_text().splitlines()]
    return rows, [*sorted({term for row in rows for term in row}), *FOREIGN]


def json_catalogue(data: bytes) -> None:
    load_catalogue(data, source="fuzzed.json", vocabularies=vocabularies())


def json_catalogues() -> list[bytes]:
    return [(SUITE / "catalogue" / "whole.json").read_bytes(), (SHOP.parent / "weather.json").read_bytes()]


def yaml_catalogue(data: bytes) -> None:
    load_catalogue(data, source="fuzzed.yaml", vocabularies=vocabularies())


def yaml_catalogues() -> list[bytes]:
    return [
        (SUITE / "catalogue" / "whole.yaml").read_bytes()[:2_000],
        b"a: &a [1, 2]\nb: *a\nc: !!set {x}\n",
        b"- 2026-12-01\n- |\n  x\n",
    ]


def subscriber(data: bytes) -> None:
    for name in ("fuzzed.toml", "fuzzed.json"):
        with contextlib.suppress(SubscriberError):
            load_subscriber(data, source=name)


def subscribers() -> list[bytes]:
    return [path.read_bytes() for path in sorted(SUBSCRIBERS.glob("*.toml"))] + [
        b'{"accept": {"text/*": 0.5}, "settings": {"a": {"b": [1.5]}}}'
    ]


def restated(data: bytes) -> None:
    """`WHOLE` with terms replaced, four bytes a change: well-formed Turtle that gets past the parser and means something else."""
    rows, terms = whole()
    changed = [list(row) for row in rows]
    for which, place, high, low in zip(*[iter(data[:80])] * 4, strict=False):
        row = changed[which % len(changed)]
        if place > 250:
            row[:] = []
        elif row:
            row[place % 3] = terms[(high << 8 | low) % len(terms)]
    catalogue("".join(f"{subject} {predicate} {value} .\n" for subject, predicate, value in filter(None, changed)).encode())


def changes() -> list[bytes]:
    return [b"", *(bytes([number, 2, 0, number * 3 % 256]) for number in range(0, 90, 5))]


def shapes(data: bytes) -> None:
    """Shapes, where rdflib reads the Turtle; what it raises is the concern of the target before."""
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = rdflib.Graph().parse(data=data, format="turtle")
    except Exception:  # noqa: BLE001  not ours
        return
    read_requirements(graph, vocabularies())


def requirements() -> list[bytes]:
    return [path.read_bytes() for path in sorted((SUITE / "requirements_errors").glob("*.ttl"))]


def vocabulary(data: bytes) -> None:
    compile_vocabularies({"fuzzed.ttl": data})


def vocabulary_sources() -> list[bytes]:
    return [path.read_bytes() for path in sorted(vocabulary_folder().glob("*.ttl")) if path.stat().st_size < 5_000]


def overlays(data: bytes) -> None:
    load_overlays(data, source="fuzzed.toml", vocabularies=vocabularies())


def overlay_files() -> list[bytes]:
    screen = b'[[overlay]]\nname = "a"\nvendor = "B*"\nmodel = "*"\n[overlay.attributes]\n"HardwarePlatform/ScreenSize" = "240x320"\n'
    list_ = b'[[overlay]]\nprofile = "http://*"\n[overlay.attributes]\n"SoftwarePlatform/CcppAccept" = ["a/b", 1, true]\n'
    shape = (
        b'[[overlay]]\nrequirement = """[] a sh:NodeShape ; sh:property [ sh:path prf:BitsPerPixel ; sh:maxInclusive 8 ] ."""\n'
    )
    return [screen, list_, shape + b'[overlay.attributes]\n"SoftwarePlatform/JavaEnabled" = false\n', screen + list_]


def pattern(data: bytes) -> None:
    """A pattern, a line break, a text: the pattern is refused, or searched for in the text."""
    regular, _, text = data.decode("utf-8", "replace").partition("\n")
    compile_pattern(regular).search(text[:1_000])


def patterns() -> list[bytes]:
    texts = (
        "^Nokia",
        "a|b",
        "(a+)+b",
        "[^a-z0-9]{2,3}$",
        r"\d+\.\d*",
        "a{0}",
        "((a?){9}b){2,}",
        "[]-a]",
        r"\\\n",
        ".*?x",
        "",
    )
    return [f"{one}\nNokia6600 aaab 12.5".encode() for one in texts]


def turtle(data: bytes) -> None:
    """A document, and the line of each of its nodes."""
    with contextlib.suppress(CatalogueError):
        graph = parse_turtle(data, CatalogueError)
        assert all(graph.line_of(node) for node in graph.subjects())


TARGETS = (
    Target("turtle", turtle, catalogues, tokens("turtle"), 500),
    Target("catalogue", catalogue, catalogues, tokens("turtle"), 300),
    Target("json-catalogue", json_catalogue, json_catalogues, tokens("json"), 60),
    Target("yaml-catalogue", yaml_catalogue, yaml_catalogues, tokens("json"), 60),
    Target("preferences", subscriber, subscribers, tokens("toml", "json"), 500),
    Target("restated", restated, changes, (b"\x00\x02\x00\x09", b"\xff", b"\x01"), 100),
    Target("requirements", shapes, requirements, tokens("turtle"), 300),
    Target("vocabulary", vocabulary, vocabulary_sources, tokens("turtle"), 200),
    Target("overlays", overlays, overlay_files, tokens("toml", "turtle"), 500),
    Target("pattern", pattern, patterns, tokens("pattern"), 2_000),
)

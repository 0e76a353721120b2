"""Reading and resolving one real profile, cold: bytes in, resolved profile out, beside what only parses the RDF."""

from __future__ import annotations

import logging
import time
import warnings
from typing import TYPE_CHECKING

import pyoxigraph
import rdflib

from benchmarks.timing import Result, corpus, timed_in_turn
from ccpp.errors import ProfileError
from ccpp.reading import read_profile, read_statements
from ccpp.resolution import resolve
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BASE = "http://profiles.example/device.rdf"


def run(*, smoke: bool) -> Iterator[Result]:
    """Read and resolve against rdflib's and pyoxigraph's parse alone, over the files that all of them read."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    vocabularies = load_vocabularies()

    def ours(data: bytes) -> None:
        resolve([read_profile(data, uri=_BASE, vocabularies=vocabularies)])

    def by_rdflib(data: bytes) -> rdflib.Graph:
        return rdflib.Graph().parse(data=data, format="xml", publicID=_BASE)

    def by_oxigraph(data: bytes) -> list[pyoxigraph.Quad]:
        return list(pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.RDF_XML, base_iri=_BASE))

    documents = []
    for _, data in corpus(10 if smoke else 400):
        try:
            counts = {len(read_statements(data, _BASE)[0]), len(by_rdflib(data)), len(by_oxigraph(data))}
        except (ProfileError, SyntaxError, ValueError, rdflib.exceptions.ParserError):
            continue
        except Exception as error:  # rdflib raises whatever its XML parser does
            if type(error).__module__ != "xml.sax._exceptions":
                raise
            continue
        if len(counts) == 1:
            documents.append(data)
    size = {"profiles": len(documents), "bytes": sum(map(len, documents))}
    engines = {"ccpp": ours, "rdflib, parse alone": by_rdflib, "pyoxigraph, parse alone": by_oxigraph}
    for engine, (median, p99) in zip(engines, timed_in_turn(list(engines.values()), documents), strict=True):
        yield Result("reading", "read and resolve one profile", engine, size, median, p99, None, answers_equal=True)
    yield _throughput(ours, 10 if smoke else 1_000_000)


def _throughput(ours: Callable[[bytes], None], count: int) -> Result:
    """Every file once, damaged ones included, in the order of their names: the time for one is the whole time shared out."""
    documents = []
    for _, data in corpus(count):
        try:
            ours(data)
        except ProfileError:
            continue
        documents.append(data)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        for data in documents:
            ours(data)
        times.append((time.perf_counter() - start) / len(documents))
    size = {"profiles": len(documents), "bytes": sum(map(len, documents))}
    return Result(
        "reading", "every readable file once, shared out", "ccpp", size, min(times), max(times), None, answers_equal=True
    )

"""Catalogues as they grow: loading, linting and compiling 1,000 to 100,000 variants, and choosing for one of their applications.

Ten variants an application; a requirement for each two, of two to four constraints; every third application with a condition. Each size runs in a process of its
own, so that its memory is its own, and its seconds are those of the processor: ``python -m benchmarks.catalogue 1000`` is what runs there.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks.timing import Result, timed
from benchmarks.workload import profiles
from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import Document
from ccpp.decision import decide_all, decide_one
from ccpp.linting.reports import lint
from ccpp.matching.compiler import compile_matcher
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 2006
SIZES, SMOKE = (1_000, 10_000, 100_000), (100, 200)
VARIANTS = 10
AT = datetime(2026, 12, 1, tzinfo=UTC)
PREFIXES = """\
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix req: <urn:ccpp:requirement#> .
@prefix cat: <urn:ccpp:catalogue#> .
@prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#> .
@prefix : <urn:example:#> .
"""
#: What requirements are drawn from, as Turtle.
CONSTRAINTS = (
    *(f"[ sh:path prf:BitsPerPixel ; sh:minCount 1 ; sh:minInclusive {bits} ]" for bits in (1, 2, 4, 8, 12, 16, 18, 24)),
    *(f'[ sh:path prf:ScreenSize ; sh:minCount 1 ; req:dimensionAtLeast "{w}x{h}" ]' for w, h in ((96, 64), (128, 128), (176, 208), (240, 320))),
    *(f'[ sh:path prf:JavaPlatform ; sh:minCount 1 ; req:versionAtLeast "{one}" ]' for one in ("MIDP/1.0", "MIDP/2.0", "CLDC/1.0", "CLDC/1.1")),
    *(f'[ sh:path prf:CcppAccept ; sh:hasValue "{one}" ]' for one in ("image/jpeg", "image/png", "audio/midi", "video/3gpp", "text/html")),
    "[ sh:path prf:ColorCapable ; sh:hasValue true ]",
    "[ sh:path prf:SoundOutputCapable ; sh:hasValue true ]",
)  # fmt: skip


def turtle(variants: int) -> bytes:
    """A catalogue of so many variants."""
    drawn = random.Random(SEED)
    applications = range(variants // VARIANTS)
    listed = " ".join(f":a{number}" for number in applications)
    parts = [PREFIXES, f':shop a cat:Catalogue ; rdfs:label "Shop" ; cat:applications ( {listed} ) .\n']
    for number in applications:
        parts += _application(number, drawn)
    return "".join(parts).encode()


def _application(number: int, drawn: random.Random) -> Iterator[str]:
    name = f"a{number}"
    listed = " ".join(f":{name}v{one}" for one in range(VARIANTS))
    when = (
        f'\n    cat:when [ cat:requirement :{name}r0 ; cat:setting [ cat:key "sound" ; cat:value "midi" ] ] ;'
        if number % 3 == 0
        else ""
    )
    yield f':{name} a cat:Application ; rdfs:label "Application {number}" ;{when}\n    cat:variants ( {listed} ) .\n'
    for one in range(VARIANTS // 2):
        asked = " , ".join(drawn.sample(CONSTRAINTS, drawn.randint(2, 4)))
        yield f":{name}r{one} a sh:NodeShape ; sh:property {asked} .\n"
    for one in range(VARIANTS):
        yield (
            f':{name}v{one} a cat:Variant ; rdfs:label "Variant {one} of {number}" ; cat:quality 0.{one + 1} ;\n'
            f"    cat:requirement :{name}r{one // 2} ;\n"
            f'    cat:artefact [ cat:uri "https://apps.example/{name}/{one}.jar" ; cat:mediaType "application/java-archive" ; '
            f"cat:size {20_000 + 1_000 * one} ] ;\n"
            f'    cat:setting [ cat:key "level" ; cat:value {one} ] .\n'
        )


def measure(variants: int) -> dict[str, Any]:
    """Everything that is measured of one size, in this process; seconds of the processor, but for the choice."""
    vocabularies = load_vocabularies()
    document = Document("c.ttl", turtle(variants))
    before = _memory()
    start = time.process_time()
    catalogue = load_documents([document], vocabularies)
    loaded = time.process_time()
    memory = _memory() - before
    compile_matcher(catalogue.requirements)
    compiled = time.process_time()
    devices = profiles(8, vocabularies)
    name = f"a{variants // VARIANTS // 2}"
    equal = all(decide_one(one, catalogue, name) == decide_all(one, catalogue)[name] for one in devices[:2])
    median, p99 = timed(lambda device: decide_one(device, catalogue, name), devices)
    print(
        f"{variants}: load {loaded - start:.1f} s, {memory} MB, compile {compiled - loaded:.1f} s, choose {median * 1e3:.2f} ms",
        file=sys.stderr,
        flush=True,
    )
    start_lint = time.process_time()
    found = lint([document], vocabularies, at=AT)
    return {
        "bytes": len(document.data),
        "load": loaded - start,
        "compile": compiled - loaded,
        "lint": time.process_time() - start_lint,
        "choose": [median, p99],
        "memory": memory,
        "equal": equal and len(catalogue.applications) == variants // VARIANTS,
        "findings": len(found),
    }


def _memory() -> int:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def run(*, smoke: bool) -> Iterator[Result]:
    """A result an engine and size: loading, compiling, linting (which loads as well), choosing for one application."""
    for variants in SMOKE if smoke else SIZES:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.catalogue", str(variants)], capture_output=True, text=True, check=True
        )
        found = json.loads(done.stdout)
        size = {"variants": variants, "bytes": found["bytes"], "memory_mb": found["memory"], "findings": found["findings"]}
        case = f"{variants} variants, {found['memory']} MB"
        for engine in ("load", "compile", "lint"):
            seconds = found[engine]
            yield Result("catalogue", f"{engine}: {case}", "ccpp", size, seconds, seconds, seconds / variants, found["equal"])
        median, p99 = found["choose"]
        yield Result("catalogue", f"choose one: {case}", "ccpp", size, median, p99, median / VARIANTS, found["equal"])


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))

"""Memory stays flat however many profiles are read: what is remembered between them is bounded."""

from __future__ import annotations

import gc
import resource

import pytest
from conftest import SHARED

from ccpp.errors import ProfileError
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import devices, sample
from ccpp.vocabulary import load_vocabularies

READS = 100_000
WARM = 5_000


@pytest.mark.long
def test_memory_is_flat_over_many_reads() -> None:
    files = sorted((SHARED / "profiles").glob("*.rdf"))
    documents = [path.read_bytes() for path in files] or [sample(name) for name in devices()]
    vocabularies = load_vocabularies()
    peaks = []
    for number in range(READS):
        data = documents[number % len(documents)]
        # Hostile input too: names that nobody has seen before.
        if number % 10 == 0:
            data = data.replace(b"ScreenSize", b"Screen%d" % number)
        try:
            resolve([read_profile(data, uri=f"http://profiles.example/{number}.rdf", vocabularies=vocabularies)])
        except ProfileError:
            continue
        if number % WARM == WARM - 1:
            gc.collect()
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert peaks[-1] - peaks[1] < 4_096, f"grew by {peaks[-1] - peaks[1]} KiB: {peaks}"

"""How often the garbage collector looks at what a process of the program holds."""

from __future__ import annotations

import gc

#: Containers made beyond those that are gone, after which it looks at the new ones. Profiles and what is counted of them hold no cycles, but live
#: long: at Python's own 700 the collector takes a sixth of the time of a large report, and finds nothing.
SELDOM = 50_000


def collect_seldom() -> None:
    """Have the collector look seldom, in this process from now on: for one that the program has to itself."""
    gc.set_threshold(SELDOM)

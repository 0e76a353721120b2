"""Inputs made by damaging seeds, what they find, and the least of each finding: a fuzzer without coverage, for where there is none."""

from __future__ import annotations

import traceback
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

import ccpp
from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from random import Random

PACKAGE = Path(ccpp.__file__).parent

#: Bytes of a repetition. What is quadratic in them takes seconds, what is linear milliseconds.
REPEATED = 60_000

#: Runs that making one input smaller may take.
MAX_MINIMISING = 3_000


class Finding(NamedTuple):
    """An exception that may not be: its type and the place in the package it came from, its message, and an input that gives it."""

    where: str
    message: str
    data: bytes


class Report(NamedTuple):
    """What a run of one target came to; `slowest` is in seconds, of `slowest_data`."""

    runs: int
    seconds: float
    findings: tuple[Finding, ...]
    slowest: float
    slowest_data: bytes


def mutations(seeds: list[bytes], tokens: tuple[bytes, ...], random: Random) -> Iterator[bytes]:
    """Damaged seeds without end; the same ones for the same `random`."""
    yield from seeds
    while True:
        data = random.choice(seeds)
        for _ in range(random.randint(1, 5)):
            data = damaged(data, seeds, tokens, random)
        yield data


def repetitions(seeds: list[bytes], tokens: tuple[bytes, ...], random: Random) -> Iterator[bytes]:
    """Seeds with one token over and over at one place, without end: what takes time that is not linear takes long."""
    while True:
        seed = random.choice(seeds)
        token = random.choice((b" ", b"\n", *tokens))
        place = random.randint(0, len(seed))
        yield seed[:place] + token * (REPEATED // len(token)) + seed[place:]


def damaged(data: bytes, seeds: list[bytes], tokens: tuple[bytes, ...], random: Random) -> bytes:
    """The data with a slice replaced: by nothing, by itself twice, by a token, by random bytes, by a slice of another seed."""
    start = random.randint(0, len(data))
    end = min(len(data), start + int(random.expovariate(0.1)))
    other = random.choice(seeds)
    cut = random.randint(0, len(other))
    pieces = (
        b"",
        data[start:end] * random.choice((2, 2, 2, 50)),
        random.choice(tokens),
        random.choice(tokens) + data[start:end],
        random.choice(tokens) * random.choice((2, 2, 300)),
        random.randbytes(random.randint(1, 4)),
        other[cut : cut + int(random.expovariate(0.02))],
    )
    return data[:start] + random.choice(pieces) + data[end:]


def finding(run: Callable[[bytes], object], data: bytes) -> Finding | None:
    """What running the target on the data raised, if it may not raise it."""
    try:
        run(data)
    except CcppError:
        return None
    except Exception as error:  # noqa: BLE001  that is what is looked for
        frames = traceback.extract_tb(error.__traceback__)
        last = ([frame for frame in frames if PACKAGE in Path(frame.filename).parents] or frames)[-1]
        return Finding(f"{type(error).__name__} at {Path(last.filename).stem}.{last.name}", f"{error}"[:300], data)
    return None


def explore(
    run: Callable[[bytes], object], inputs: Iterable[bytes], *, runs: int | None = None, seconds: float | None = None
) -> Report:
    """Run a target on inputs until there are no more, or so many, or so long; the first input of each finding, made small."""
    found: dict[str, Finding] = {}
    began = monotonic()
    done, slowest, slowest_data = 0, 0.0, b""
    for data in inputs:
        if done == runs or (seconds is not None and monotonic() - began > seconds):
            break
        started = monotonic()
        one = finding(run, data)
        taken = monotonic() - started
        done += 1
        if taken > slowest:
            slowest, slowest_data = taken, data
        if one and one.where not in found:
            found[one.where] = minimised(run, one)
    return Report(done, monotonic() - began, tuple(found.values()), slowest, slowest_data)


def minimised(run: Callable[[bytes], object], original: Finding) -> Finding:
    """A smaller input with the same finding: slices are left out, halves first, single bytes last (delta debugging)."""
    best, left = original, MAX_MINIMISING
    size = max(len(best.data) // 2, 1)
    while left > 0:
        start = 0
        while start < len(best.data) and left > 0:
            one = finding(run, best.data[:start] + best.data[start + size :])
            left -= 1
            if one and one.where == original.where:
                best = one
            else:
                start += size
        if size == 1:
            break
        size //= 2
    return best

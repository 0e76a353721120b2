"""Synthetic devices after the distribution of real ones, as many as are asked for, from a fixed seed.

Each device is a real one in which some attributes were exchanged for what another real device states of them, or does not state, so
that every attribute is stated as often as in reality, with the same values, and most of what goes together still does; and some
numbers and dimensions are a little off, which makes values that no real device has. Devices come in blocks, and a block depends on
nothing but the seed and its number: any process can make any of them, and always makes the same. Needs numpy (the extra `arrow`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.workload import profiles
from ccpp.matching.arrow import columns_of_codes
from ccpp.model import Dimension, Resolved, ResolvedProfile, Stated
from ccpp.resolution import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ccpp.matching.arrow import Codes
    from ccpp.matching.batch import Columns
    from ccpp.model import AttributeName, Value
    from ccpp.vocabulary import Vocabularies

SEED = 1999
#: Devices of a block, the last one excepted; see `ccpp.matching.batch.BLOCK`.
BLOCK = 25_000
#: How often an attribute is that of another device, and how often a number or a dimension is off, by as many per cent.
EXCHANGED, OFF, PER_CENT = 0.1, 0.02, (-7, 3, 11, 29)


class Attribute(NamedTuple):
    """One attribute of the real devices: what each states of it, as the number of a value, -1 where it is not stated."""

    codes: np.ndarray[tuple[int], np.dtype[np.int32]]
    resolved: Sequence[Resolved]

    @property
    def values(self) -> Sequence[Value]:
        """The values by number: those of real devices, then those that are off."""
        return [one.value for one in self.resolved]


class Population:
    """So many synthetic devices; `attributes` are those of the real devices that they are drawn from."""

    def __init__(self, count: int, devices: Sequence[ResolvedProfile], *, seed: int = SEED) -> None:
        self.count = count
        self.seed = seed
        self._real = len(devices)
        names = dict.fromkeys(name for device in devices for name in device.attributes)
        self.attributes: Mapping[AttributeName, Attribute] = {name: _attribute(name, devices) for name in names}

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.count // BLOCK)

    def codes(self, block: int) -> tuple[int, dict[AttributeName, Codes]]:
        """A block's devices by attribute: how many, and for each attribute the number of each device's value with the values."""
        size = min(BLOCK, self.count - block * BLOCK)
        drawn = np.random.default_rng((self.seed, block))
        base = drawn.integers(self._real, size=BLOCK)
        found = {}
        for name, one in self.attributes.items():
            other = drawn.integers(self._real, size=BLOCK)
            codes = one.codes[np.where(drawn.random(BLOCK) < EXCHANGED, other, base)]
            off = (drawn.random(BLOCK) < OFF) & (codes >= 0)
            which = drawn.integers(len(PER_CENT), size=BLOCK)
            real = len(one.resolved) // (1 + len(PER_CENT))
            codes = np.where(off, codes + (1 + which) * real, codes)
            found[name] = (codes[:size].astype(np.int32), one.values)
        return size, found

    def columns(self, *blocks: int) -> Columns:
        """The devices of one block or of several by columns, for `ccpp.matching.batch`."""
        parts = [self.codes(block) for block in blocks]
        joined = {
            name: (np.concatenate([codes[name][0] for _, codes in parts]), one.values) for name, one in self.attributes.items()
        }
        return columns_of_codes(sum(size for size, _ in parts), joined)

    def profiles(self, block: int) -> Iterator[ResolvedProfile]:
        """A block's devices one by one."""
        size, found = self.codes(block)
        listed = [(name, codes.tolist(), self.attributes[name].resolved) for name, (codes, _) in found.items()]
        for position in range(size):
            attributes = {name: resolved[codes[position]] for name, codes, resolved in listed if codes[position] >= 0}
            yield ResolvedProfile(self.uri(block, position), attributes, (), digest(attributes))

    def uri(self, block: int, position: int) -> str:
        """The name of a device."""
        return f"urn:synthetic:{self.seed}:{block * BLOCK + position}"


def population(count: int, vocabularies: Vocabularies, *, seed: int = SEED) -> Population:
    """So many devices after all the real profiles there are, or after the samples where there are none."""
    return Population(count, profiles(1_000_000, vocabularies), seed=seed)


def _attribute(name: AttributeName, devices: Sequence[ResolvedProfile]) -> Attribute:
    numbers: dict[tuple[type, Value], int] = {}
    real: list[Resolved] = []
    codes = np.full(len(devices), -1, np.int32)
    for position, device in enumerate(devices):
        resolved = device.attributes.get(name)
        if resolved is not None:
            key = type(resolved.value), resolved.value
            if key not in numbers:
                numbers[key] = len(real)
                real.append(resolved)
            codes[position] = numbers[key]
    return Attribute(codes, [*real, *(_off(one, by) for by in PER_CENT for one in real)])


def _off(resolved: Resolved, per_cent: int) -> Resolved:
    """The same with a number or a dimension that is some per cent larger; anything else as it is."""
    value = resolved.value
    if isinstance(value, Dimension):
        other: Value = Dimension(*(one + one * per_cent // 100 for one in value))
    elif type(value) is int:
        other = value + value * per_cent // 100
    else:
        return resolved
    winners: tuple[Stated, ...] = tuple(one._replace(value=other, raw=str(other)) for one in resolved.winners)
    return resolved._replace(value=other, winners=winners)

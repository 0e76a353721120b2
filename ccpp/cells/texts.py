"""Texts that stand for all others, one family of tests at a time: for each cell that its tests divide texts into, some that lie in it.

A family gives `None` where its cells cannot be had whole; its tests are then passed or not as may be. Every text is read back by the form
that constraints read it by (`ccpp.requirements.forms`), and one that does not mean what it should is as good as none.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations, islice, product
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.cells.points import behind, boxes
from ccpp.requirements.forms import MediaType, dimension_of, language_of, media_type_of, quantity_of, version_of
from ccpp.requirements.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from ccpp.cells.points import Test
    from ccpp.model import Scalar

#: The longest text that is written; a requirement for a longer one is not decided.
MAX_LENGTH = 1_000
#: Parameters of media types in one question: with and without each.
MAX_PARAMETERS = 4
#: Texts that an example of a pattern is tried behind.
MAX_LISTED = 16


class Family(NamedTuple):
    """Kinds of test that look at the same thing in a text, and the texts that stand for all others.

    `texts` takes the tests, and how many texts of each cell are due that are not among those named.
    """

    kinds: frozenset[str]
    texts: Callable[[Sequence[Test], int, Collection[Scalar]], list[str] | None]


def _operands(tests: Iterable[Test]) -> list[str]:
    return [operand for _, operand in tests]  # type: ignore[misc]  # of the families that compare with texts


def _chosen(cells: Iterable[Iterable[str]], copies: int, named: Collection[Scalar]) -> list[str] | None:
    """So many texts of each cell as are due; `None` where a cell has not as many."""
    found: list[str] = []
    for cell in cells:
        texts = list(islice((text for text in cell if text not in named), copies))
        if len(texts) < copies:
            return None
        found += texts
    return found


def _dimensions(tests: Sequence[Test], copies: int, named: Collection[Scalar]) -> list[str] | None:
    def written(box: tuple[int, int]) -> Iterator[str]:
        texts = (f"{'0' * zeros}{box[0]}x{box[1]}" for zeros in range(copies + len(named) + 1))
        return (text for text in texts if dimension_of(text) == box)

    return _chosen(map(written, boxes(tests, 1)), copies, named)


# Versions: numbers of one name stand in one order, as digits of base 10,000.

_BASE = 10_000


def _as_number(numbers: Iterable[int]) -> int:
    value = 0
    for number in numbers:
        value = value * _BASE + number
    return value


def _as_version(value: int) -> tuple[int, ...]:
    return tuple(value // _BASE**place % _BASE for place in (3, 2, 1, 0))


def _versions(tests: Sequence[Test], copies: int, named: Collection[Scalar]) -> list[str] | None:
    points: dict[str, set[int]] = {}
    heads: dict[str, str] = {}
    for kind, text in tests:
        name, numbers = version_of(text)  # type: ignore[misc]  # an operand is a version
        points.setdefault(name, {0}).add(_as_number(numbers) + (kind == "versionAtMost"))
        heads.setdefault(name, f"{text[: len(name)]}/" if name else "")  # type: ignore[index]

    def written(name: str, value: int) -> Iterator[str]:
        due = _as_version(value)
        short = ".".join(map(str, due)).removesuffix(".0").removesuffix(".0")
        texts = (f"{heads[name]}{short}{f'-{copy}' if copy else ''}" for copy in range(copies + len(named) + 1))
        return (text for text in texts if version_of(text) == (name, due))

    return _chosen(
        (written(name, value) for name, own in points.items() for value in behind(own, 1) if 0 <= value < _BASE**4),
        copies,
        named,
    )


# Media types: each part is one that is asked for, a wildcard, or another.


def _media_types(tests: Sequence[Test], copies: int, named: Collection[Scalar]) -> list[str] | None:
    due = [read for text in _operands(tests) if (read := media_type_of(text)) is not None]
    types, subtypes = (dict.fromkeys((*(one[part] for one in due), "*", "x-other")) for part in (0, 1))
    parameters = sorted(frozenset[str]().union(*(one.parameters for one in due)))
    if len(parameters) > MAX_PARAMETERS:
        return None
    sets = chain.from_iterable(combinations(parameters, size) for size in range(len(parameters) + 1))
    stated = [MediaType(kind, subtype, frozenset(some)) for kind, subtype, some in product(types, subtypes, list(sets))]

    def written(one: MediaType) -> Iterator[str]:
        plain = ";".join((f"{one.type}/{one.subtype}", *sorted(one.parameters)))
        texts = (plain + (f";x-copy={copy}" if copy else "") for copy in range(copies + len(named) + 1))
        return (text for text in texts if (read := media_type_of(text)) and one.parameters <= read.parameters)

    return _chosen(map(written, stated), copies, named)


def _languages(tests: Sequence[Test], copies: int, named: Collection[Scalar]) -> list[str] | None:
    """A stated range takes the languages that it is, or is cut down to: those of the longest one that it begins with."""
    due = dict.fromkeys(language_of(text) or "" for text in _operands(tests))

    def written(language: str) -> Iterator[str]:
        texts = (language + (f"-x-copy{copy}" if copy else "") for copy in range(copies + len(named) + 1))
        return (text for text in texts if language_of(text) == text)

    return _chosen([*map(written, due), (f"*{';q=0.' + str(copy) if copy else ''}" for copy in range(1, 10))], copies, named)


# Quantities: the amounts that are asked for, and some amount between any two.

_UNITS = MappingProxyType(
    {
        "": ("",),
        "B": ("B", "kB", "KiB", "MB", "MiB", "GB", "GiB"),
        "bit/s": ("bit/s", "kbit/s", "Mbit/s", "Gbit/s"),
        "Hz": ("Hz", "kHz", "MHz", "GHz"),
    }
)
_GRAIN = 10**6  # a quantity is written with six decimals at most,
_MOST = 10**9 * _GRAIN  # and nine digits before them


def _quantities(tests: Sequence[Test], copies: int, named: Collection[Scalar]) -> list[str] | None:
    due = [read for text in _operands(tests) if (read := quantity_of(text)) is not None]
    amounts = sorted({Fraction(0), *(one.amount for one in due)})
    bounds = list(zip(amounts, [*amounts[1:], None], strict=True))
    cells = [
        [text for amount in _inside(low, high, family) for text in _writings(amount, family)]
        for family in _UNITS
        for low, high in [*((low, low) for low in amounts), *bounds]
    ]
    return _chosen(filter(None, cells), copies, named)


def _inside(low: Fraction, high: Fraction | None, family: str) -> list[Fraction]:
    """The amount itself, or the first ones beyond it that are below the next."""
    if low == high:
        return [low]
    factors = [quantity_of(f"1{unit}").amount for unit in _UNITS[family]]  # type: ignore[union-attr]  # a quantity
    beyond = [(low // (factor / _GRAIN) + 1) * factor / _GRAIN for factor in factors]
    return [amount for amount in beyond if high is None or amount < high]


def _writings(amount: Fraction, family: str) -> Iterator[str]:
    """The ways to write an amount, none where it is too fine or too large."""
    for unit in _UNITS[family]:
        steps = amount / quantity_of(f"1{unit}").amount * _GRAIN  # type: ignore[union-attr]  # a quantity
        if steps.denominator == 1 and steps < _MOST:
            whole, part = divmod(int(steps), _GRAIN)
            short = f"{part:06}".rstrip("0")
            decimals = ["", *(short.ljust(places, "0") for places in range(max(1, len(short)), 7))][bool(short) :]
            yield from (f"{whole}.{one} {unit}".replace(". ", " ").rstrip(" .") for one in decimals)


# Lengths.


def _lengths(tests: Sequence[Test], copies: int, named: Collection[Scalar]) -> list[str] | None:
    points = {0, *(int(count) + (kind == "maxLength") for kind, count in tests)}  # type: ignore[arg-type]
    if max(points) > MAX_LENGTH:
        return None
    sizes = [size for size in behind(points, 1) if size > 0]

    def written(size: int) -> Iterator[str]:
        return (f"{number:~>{size}}" for number in range(copies + len(named) + 1) if number < 10**size)

    return _chosen([*map(written, sizes)], copies, named)


FAMILIES = (
    Family(frozenset({"dimensionAtLeast", "dimensionAtMost", "dimensionFits"}), _dimensions),
    Family(frozenset({"versionAtLeast", "versionAtMost"}), _versions),
    Family(frozenset({"mediaType"}), _media_types),
    Family(frozenset({"language"}), _languages),
    Family(frozenset({"quantityAtLeast", "quantityAtMost"}), _quantities),
    Family(frozenset({"minLength", "maxLength"}), _lengths),
)


def examples(patterns: Iterable[tuple[str, str]], others: Iterable[str]) -> list[str]:
    """Texts that may match some patterns, each by itself, two in a row, or behind another text."""
    single = [text for pattern, flags in patterns if (text := compile_pattern(pattern, flags).example(pattern)) is not None]
    behind_others = [f"{other}{text}" for text in single for other in islice(others, MAX_LISTED)]
    return [*single, *(first + second for first in single for second in single), *behind_others]

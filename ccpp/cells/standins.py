"""Values that stand for all that an attribute can have: whatever some tests can make of a value, they make of one of these.

Each family of tests divides values at points of its own; a stand-in is the first value behind a point, or a text that a device could
write for it (`ccpp.cells.texts`). Texts that patterns, or tests of two families, divide are not to be had by construction: for those
there are *imagined* stand-ins, values that nobody has written down, with every combination of outcomes. They are too many rather than too
few, so that what fails with all of them fails with every value; what succeeds only with them is not known to succeed.

What must never happen here: a cell that some real value lies in, and no stand-in does. The laws of `tests/property/test_analysis_laws.py` draw
values at random to find one.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import chain, combinations, pairwise, product
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.cells.points import END, MAX_VALUES, Test, TooMany, behind, boxes, named_by, number_points, passes
from ccpp.cells.texts import FAMILIES, examples
from ccpp.datatypes import DATATYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from ccpp.model import Scalar

#: Imagined values for one question: six patterns with the four intervals of two versions are 256.
MAX_IMAGINED = 1_024

#: Values times tests of one question.
MAX_TESTED = 500_000

#: The test that every value passes.
ANYTHING: Test = ("and", ())


class StandIn(NamedTuple):
    """A value, or `None` for an imagined one; and which tests it passes."""

    value: Scalar | None
    passed: frozenset[Test]


_CONNECTIVES: Mapping[str, Callable[[int, int], bool]] = MappingProxyType(
    {
        "and": lambda passed, tests: passed == tests,
        "or": lambda passed, _: passed > 0,
        "xone": lambda passed, _: passed == 1,
        "not": lambda passed, _: passed == 0,
        "node": lambda passed, _: passed > 0,
    }
)


def simple_tests(test: Test) -> Iterator[Test]:
    """The tests without connectives that a test is made of."""
    kind, operand = test
    if kind not in _CONNECTIVES:
        yield test
        return
    for inner in operand:  # type: ignore[union-attr]  # connectives have tests
        yield from simple_tests(inner)  # type: ignore[arg-type]


def _follows(test: Test, passed: Collection[Test]) -> bool:
    """Whether a value passes a test, by the simple tests that it passes."""
    kind, operand = test
    if kind not in _CONNECTIVES:
        return test in passed
    inner = [_follows(one, passed) for one in operand]  # type: ignore[union-attr, arg-type]
    return _CONNECTIVES[kind](sum(inner), len(inner))


def stand_ins(tests: Iterable[Test], datatype: str, copies: int) -> list[StandIn]:
    """Stand-ins for every value of a datatype, real ones first; `copies` of each cell that has as many.

    Raises:
        TooMany: the question is too large.
    """
    every = frozenset(tests)
    simple = sorted({one for test in every for one in simple_tests(test)}, key=repr)
    named = {value for test in simple for value in named_by(test)}
    real: list[Scalar] = []
    imagined: list[frozenset[Test]] = []
    for make in _MAKERS[datatype]:
        values, more = make(simple, named, datatype, copies)
        real += values
        imagined += more
    if len(real) > MAX_VALUES or len(real) * len(every) > MAX_TESTED:
        raise TooMany(f"{len(every)} constraints divide its values into {len(real)} parts")
    made = [StandIn(value, frozenset(test for test in every if passes(test, value))) for value in real]
    pretended = [StandIn(None, frozenset(test for test in every if _follows(test, passed))) for passed in imagined]
    counted: Counter[frozenset[Test]] = Counter()
    kept = []
    for one in (*made, *(one for one in pretended for _ in range(copies))):
        counted[one.passed] += one.value not in named
        if one.value in named or counted[one.passed] <= copies:
            kept.append(one)
    return kept


Made: TypeAlias = "tuple[list[Scalar], list[frozenset[Test]]]"
"""Values of one type, and what imagined ones pass."""


def _imagine(bases: Iterable[frozenset[Test]], opaque: Sequence[Test]) -> list[frozenset[Test]]:
    """Each combination of what is known to be passed with what may or may not be."""
    known = dict.fromkeys(bases)
    if len(known) << len(opaque) > MAX_IMAGINED:
        raise TooMany(f"its patterns and texts divide values into more than {MAX_IMAGINED} parts")
    return [base.union(chosen) for base in known for chosen in _subsets(opaque)]


def _subsets(tests: Sequence[Test]) -> Iterator[tuple[Test, ...]]:
    return chain.from_iterable(combinations(tests, size) for size in range(len(tests) + 1))


def _with_opaque(values: list[Scalar], tests: Sequence[Test], named: Collection[Scalar], opaque_kinds: Collection[str]) -> Made:
    """Values that are right for all tests but those of some kinds, with imagined ones for these."""
    opaque = [test for test in tests if test[0] in opaque_kinds]
    if not opaque:
        return values, []
    exact = [test for test in tests if test[0] not in opaque_kinds]
    bases = (frozenset(test for test in exact if passes(test, value)) for value in values if value not in named)
    return values, _imagine(bases, opaque)


def _numbers(tests: Sequence[Test], named: Collection[Scalar], datatype: str, copies: int) -> Made:
    least = 0 if datatype == "Number" else 1 - END
    points = {least, 0, *(point for test in tests for point in number_points(test))}
    values: list[Scalar] = [number for number in behind(points, copies) if least <= number < END]
    return _with_opaque(values, tests, named, {"pattern"})


def _dimensions(tests: Sequence[Test], named: Collection[Scalar], _datatype: str, copies: int) -> Made:
    return _with_opaque(list(boxes(tests, copies)), tests, named, {"pattern"})


def _booleans(_tests: Sequence[Test], _named: Collection[Scalar], _datatype: str, _copies: int) -> Made:
    return [True, False], []


def _rationals(tests: Sequence[Test], named: Collection[Scalar], _datatype: str, copies: int) -> Made:
    """Those that are named, and some between them; they have no order that a constraint could ask for."""
    own = sorted(value for value in named if isinstance(value, Fraction))
    outer = [own[0] - 1, *own, own[-1] + 1] if own else [Fraction(0), Fraction(1)]
    between = [low + (high - low) * step / (copies + 1) for low, high in pairwise(outer) for step in range(1, copies + 1)]
    return _with_opaque([*own, *between], tests, named, {"pattern", "minLength", "maxLength"})


def _texts(tests: Sequence[Test], named: Collection[Scalar], datatype: str, copies: int) -> Made:
    """The texts that are named, those that each family writes, and imagined ones where families cross."""
    plain = "~"
    while plain in named:
        plain += "~"
    written = [value for value in named if isinstance(value, str)]
    outcomes: list[list[frozenset[Test]]] = []
    whole = True
    for family in FAMILIES:
        own = [test for test in tests if test[0] in family.kinds]
        texts = family.texts(own, copies, named) if own else []
        if texts is None:
            outcomes.append(_imagine([frozenset()], own))
            whole = False
        elif own:
            outcomes.append(list({frozenset(test for test in own if passes(test, text)) for text in (*texts, plain)}))
            written += texts
    patterns = [test for test in tests if test[0] == "pattern"]
    written += examples([test[1] for test in patterns], list(written))  # type: ignore[misc]  # a pattern and its flags
    written += [*_distinct("other", copies, named), *_distinct(plain, copies, named)]
    read = DATATYPES[datatype].read
    real: list[Scalar] = [text for text in dict.fromkeys(written) if isinstance(read(text).value, str)]
    if whole and not patterns and len(outcomes) <= 1 and len(real) == len(set(written)):
        return real, []
    if prod(map(len, outcomes)) > MAX_IMAGINED:
        raise TooMany(f"its texts are divided into more than {MAX_IMAGINED} parts")
    constant = frozenset(test for test in tests if test[0] not in _OPEN and passes(test, plain))
    return real, _imagine((constant.union(*one) for one in product(*outcomes)), patterns)


def _distinct(plain: str, copies: int, named: Collection[Scalar]) -> list[str]:
    texts = (f"{plain}{'!' * copy}" for copy in range(copies + len(named)))
    return [text for text in texts if text not in named][:copies]


#: Kinds whose outcome for a text that is not named is a matter of the text.
_OPEN = frozenset({"pattern", *(kind for family in FAMILIES for kind in family.kinds)})

_MAKERS: Mapping[str, tuple[Callable[[Sequence[Test], Collection[Scalar], str, int], Made], ...]] = MappingProxyType(
    {
        "Literal": (_texts,),
        "string": (_texts,),
        "Number": (_numbers, _texts),
        "integer": (_numbers, _texts),
        "Boolean": (_booleans, _texts),
        "Dimension": (_dimensions, _texts),
        "rational": (_rationals, _texts),
    }
)

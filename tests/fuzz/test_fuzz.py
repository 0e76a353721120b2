"""Every parser survives damaged input: a short run with a fixed seed; `python -m tests.fuzz` runs longer, and follows coverage."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from ccpp.errors import UsageError
from fuzz.mutation import explore, finding, mutations, repetitions
from fuzz.targets import TARGETS

if TYPE_CHECKING:
    from fuzz.target import Target


@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
def test_target(target: Target) -> None:
    report = explore(target.run, mutations(target.seeds(), target.tokens, Random(1)), runs=target.runs)  # noqa: S311  repeatable
    assert report.runs == target.runs
    assert report.findings == ()


def test_the_same_seed_gives_the_same_inputs() -> None:
    target = TARGETS[0]
    for made in (mutations, repetitions):
        first, again = (made(target.seeds(), target.tokens, Random(7)) for _ in range(2))  # noqa: S311  repeatable
        assert [next(first) for _ in range(300)] == [next(again) for _ in range(300)]


def planted(data: bytes) -> None:
    if b"(" in data and b")" in data:
        raise LookupError(data.decode("latin-1"))
    if b"x" in data:
        raise UsageError("refused as it should be")


def test_a_planted_defect_is_found_and_made_small() -> None:
    report = explore(planted, mutations([b"some seed", b"another, longer seed"], (b"(", b")", b"x"), Random(1)), runs=2_000)  # noqa: S311
    (one,) = report.findings
    assert one.where == "LookupError at test_fuzz.planted"
    assert one.data in (b"()", b")(")


def test_a_clear_error_is_no_finding() -> None:
    assert finding(planted, b"x") is None

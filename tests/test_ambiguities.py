"""README's table of known ambiguities: each question has its cases in the suite, and they show the findings that its row names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SUITE

from ccpp.diagnostics import DIAGNOSTICS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ITEMS = [f"T-{number:02}" for number in range(1, 50)]


def cases_in(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  JSON
    """Every case of a suite file, however deep its table has it."""
    if isinstance(value, dict) and isinstance(value.get("description"), str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from cases_in(one)


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    return [case for path in sorted(SUITE.glob("*.json")) for case in cases_in(json.loads(path.read_text()))]


@pytest.fixture(scope="module")
def rows(root: Path) -> dict[str, str]:
    return dict(re.findall(r"^\| (T-\d\d) (\|.*)$", (root / "README.md").read_text(), re.MULTILINE))


def test_the_table_has_every_item(rows: dict[str, str]) -> None:
    assert list(rows) == ITEMS


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_has_cases_that_show_what_its_row_says(item: str, rows: dict[str, str], cases: list[dict[str, Any]]) -> None:
    mine = [case for case in cases if case["description"].startswith(item)]
    assert mine, f"no case in tests/suite begins with {item}"
    named = set(re.findall(r"`([a-z-]+)`", rows[item])) & set(DIAGNOSTICS)
    shown = {code for case in mine for code in case.get("findings", ())}
    assert named <= shown, f"no case of {item} shows {named - shown}"

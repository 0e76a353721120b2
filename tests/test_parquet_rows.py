"""Rows of tables: whatever types a table has, a row says what stands in it, wherever row groups and partitions begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpp.errors import UsageError
from ccpp.storage.parquet_rows import rows_of_table
from ccpp.storage.rows import Cells, Row

if TYPE_CHECKING:
    from pathlib import Path

pa = pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
parquet = pytest.importorskip("pyarrow.parquet")

texts = st.none() | st.sampled_from(["", "0", "1", "0 1", "a", "b c", "240x320"])
numbers = st.none() | st.integers(-2, 2)
truths = st.none() | st.booleans()

#: Arrow's types, and what may stand in a column of each.
TYPES: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "Texts/Text": (pa.string(), texts),
    "Texts/Large": (pa.large_string(), texts),
    "Texts/Coded": (pa.dictionary(pa.int8(), pa.string()), texts),
    "Numbers/Int": (pa.int16(), numbers),
    "Numbers/Float": (pa.float64(), st.none() | st.sampled_from([0.5, -1.0, 1e300])),
    "Truths/Bool": (pa.bool_(), truths),
    "Lists/Texts": (pa.list_(pa.string()), st.none() | st.lists(texts, max_size=3)),
    "Lists/Large": (pa.large_list(pa.string()), st.none() | st.lists(texts, max_size=3)),
    "Lists/Fixed": (pa.list_(pa.int32(), 2), st.none() | st.lists(numbers, min_size=2, max_size=2)),
    "Lists/Coded": (pa.list_(pa.dictionary(pa.int8(), pa.string())), st.none() | st.lists(texts, max_size=3)),
    "Lists/Truths": (pa.list_(pa.bool_()), st.none() | st.lists(truths, max_size=3)),
    "Lists/Lists": (
        pa.list_(pa.list_(pa.int32())),
        st.none() | st.lists(st.none() | st.lists(numbers, max_size=2), max_size=2),
    ),
    "Strange/Struct": (pa.struct([("x", pa.int32())]), st.none() | st.fixed_dictionaries({"x": numbers})),
    "Strange/Null": (pa.null(), st.none()),
}
records = st.lists(st.fixed_dictionaries({name: of for name, (_, of) in TYPES.items()}), min_size=1, max_size=12)


@given(records, st.integers(1, 5), st.integers(0, 12), st.integers(1, 12))
def test_a_row_says_what_stands_in_the_table(
    tmp_path_factory: pytest.TempPathFactory, found: list[dict[str, Any]], group: int, first: int, size: int
) -> None:
    path = tmp_path_factory.mktemp("rows") / "x.parquet"
    columns = {name: pa.array([one[name] for one in found], kind) for name, (kind, _) in TYPES.items()}
    uris = [f"urn:{number}" for number in range(len(found))]
    weights = [None if number % 3 else number / 2 for number in range(len(found))]
    parquet.write_table(pa.table({"profile": uris, "weight": weights, **columns}), path, row_group_size=group)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ccpp.storage.parquet_rows._AT_A_TIME", 4)
        rows = list(rows_of_table(str(path), first, size, Cells()))
    expected = [
        (
            uris[number],
            weights[number] or float(weights[number] is None),
            {k: v for k, v in found[number].items() if v is not None},
        )
        for number in range(len(found))[first : first + size]
    ]
    assert [
        (row.uri, row.weight, {cell.name: cell.value for cell in row.cells}) for row in rows if isinstance(row, Row)
    ] == expected
    assert [row.place for row in rows if isinstance(row, Row)] == [f"{path}:{first + 1 + at}" for at in range(len(expected))]


def test_rows_that_say_the_same_share_it(tmp_path: Path) -> None:
    column = pa.array([["a", "b"], ["a", "b"], ["b"], None, ["a", "b"]])
    parquet.write_table(pa.table({"profile": list("vwxyz"), "Lists/Texts": column}), tmp_path / "x.parquet", row_group_size=2)
    cells = [row.cells for row in rows_of_table(str(tmp_path / "x.parquet"), 0, 5, Cells()) if isinstance(row, Row)]
    assert cells[0] == cells[1] == cells[4] != cells[2]
    assert cells[3] == ()


@pytest.mark.parametrize("error", ["ArrowInvalid", "ArrowNotImplementedError", "ArrowIOError"])
def test_what_arrow_refuses_midway_is_told_behind_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    parquet.write_table(pa.table({"profile": ["urn:a", "urn:b"]}), tmp_path / "x.parquet", row_group_size=1)
    whole = parquet.ParquetFile.iter_batches

    def refusing(file: object, size: int, row_groups: list[int]) -> object:
        if row_groups == [1]:
            raise getattr(pa, error)("not so")
        return whole(file, size, row_groups=row_groups)

    monkeypatch.setattr(parquet.ParquetFile, "iter_batches", refusing)
    first, second = rows_of_table(str(tmp_path / "x.parquet"), 0, 2, Cells())
    assert isinstance(first, Row)
    assert isinstance(second, UsageError)
    assert "not so" in second.message

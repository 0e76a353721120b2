"""Verdicts as Arrow tables and Parquet files: they say what the matcher says, and files are whole or not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from ccpp.catalogue.loading import load_catalogue
from ccpp.errors import UsageError
from ccpp.matching.arrow import choices, counts, matrix
from ccpp.matching.batch import BatchMatcher
from ccpp.matching.compiler import compile_matcher
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import CATALOGUE, devices, sample
from ccpp.storage.parquet import write_parquet
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccpp.requirements.graph import RequirementGraph

VOCABULARIES = load_vocabularies()
PROFILES = [resolve([read_profile(sample(name), uri=f"urn:{name}", vocabularies=VOCABULARIES)]) for name in devices()]
GRAPH: RequirementGraph = load_catalogue(sample(CATALOGUE), source=CATALOGUE, vocabularies=VOCABULARIES).requirements
NAMES = list(GRAPH)
APPLICATIONS = {"first": NAMES[:5], "second": NAMES[5:]}
[BLOCK] = BatchMatcher(GRAPH).match_all(PROFILES)
VERDICTS = [compile_matcher(GRAPH).match(profile) for profile in PROFILES]
URIS = [profile.uri for profile in PROFILES]


def test_choices_are_those_of_the_matcher() -> None:
    matcher = compile_matcher(GRAPH)
    rows = choices(BLOCK, URIS, APPLICATIONS).to_pylist()
    assert [row["profile"] for row in rows] == URIS
    for row, profile in zip(rows, PROFILES, strict=True):
        for application, names in APPLICATIONS.items():
            assert row[application] == matcher.choice(names).first(profile)


def test_counts_and_sets_are_those_of_the_verdicts() -> None:
    for counted, sets in zip(counts(BLOCK).to_pylist(), matrix(BLOCK).to_pylist(), strict=True):
        name = counted["requirement"]
        satisfied = [verdicts[name].value == "satisfied" for verdicts in VERDICTS]
        possible = [verdicts[name].value != "unsatisfied" for verdicts in VERDICTS]
        assert (counted["profiles"], counted["satisfied"], counted["satisfiable"]) == (
            len(PROFILES),
            sum(satisfied),
            sum(possible),
        )
        for key, expected in (("satisfied", satisfied), ("satisfiable", possible)):
            bits = int.from_bytes(sets[key], "little")
            assert [bool(bits >> position & 1) for position in range(len(PROFILES))] == expected


def test_a_file_has_a_row_group_a_block(tmp_path: Path) -> None:
    path = tmp_path / "new" / "choices.parquet"
    tables = (choices(BLOCK, URIS, APPLICATIONS) for _ in range(3))
    assert write_parquet(tables, path) == 3 * len(PROFILES)
    file = parquet.ParquetFile(path)
    assert file.num_row_groups == 3
    assert file.read().column("profile").to_pylist() == URIS * 3


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "choices.parquet"

    def tables() -> Iterator[pa.Table]:
        yield counts(BLOCK)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_parquet(tables(), path)
    with pytest.raises(UsageError, match="nothing to write"):
        write_parquet([], path)
    with pytest.raises(UsageError, match="cannot be written"):
        write_parquet([counts(BLOCK)], tmp_path)
    assert list(tmp_path.iterdir()) == []

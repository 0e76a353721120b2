"""What tests share: the vocabularies, the repository's root, and the real profiles where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from ccpp.vocabulary import Vocabularies, load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator

# A slow machine is no failure: what takes how long is measured in `benchmarks/`, never asserted by a test.
settings.register_profile("ordinary", deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=1_000)
settings.load_profile("ordinary")

ROOT = Path(__file__).parent.parent
SUITE = Path(__file__).parent / "suite"
SHARED = Path(os.environ.get("CCPP_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def vocabularies() -> Vocabularies:
    return load_vocabularies()


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Commands of the tests leave the user's folder for caches alone."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the checkout; not part of the project, so a stranger's clone does without."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside the checkout (CCPP_SHARED names another place)")
    return SHARED


@pytest.fixture(scope="session")
def real_profiles(shared: Path) -> list[Path]:
    """Real device profiles as published, broken ones included."""
    return sorted((shared / "profiles").glob("*.rdf"))

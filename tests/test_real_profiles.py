"""Every real file: a profile, or one clear error of the right kind; and the totals that README gives."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from ccpp.datatypes import collapse
from ccpp.diagnostics import DIAGNOSTICS
from ccpp.errors import ProfileError
from ccpp.model import Kind
from ccpp.reading import read_any, read_profile
from ccpp.reading.draft import Draft
from ccpp.reading.repairs import mend
from ccpp.reading.usual import read_usual
from ccpp.resolution import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from ccpp.vocabulary import Vocabularies


@pytest.fixture(scope="module")
def outcomes(real_profiles: list[Path], vocabularies: Vocabularies) -> dict[str, str]:
    found = {}
    for path in real_profiles:
        try:
            profile = read_profile(path.read_bytes(), uri=path.as_uri(), document=path.name, vocabularies=vocabularies)
        except ProfileError as error:
            found[path.name] = error.kind if str(error).startswith(path.name) and "\n" not in str(error) else "unclear"
        else:
            resolved = resolve([profile])
            assert all(diagnostic.message for diagnostic in resolved.diagnostics)
            assert len(resolved.attributes) == len({stated.attribute.name for stated in profile.stated})
            found[path.name] = "readable"
    return found


def test_the_two_readers_cannot_be_told_apart(real_profiles: list[Path], vocabularies: Vocabularies) -> None:
    usual = 0
    for path in real_profiles:
        data = path.read_bytes()
        found = read_usual(data, Draft(path.as_uri(), path.name, vocabularies, Kind.EXPLICIT))
        if found is not None:
            usual += 1
            assert found == read_any(data, Draft(path.as_uri(), path.name, vocabularies, Kind.EXPLICIT))
    assert usual / len(real_profiles) >= 0.8  # else the fast path is not worth its lines


def test_at_least_993_of_1000_are_readable(outcomes: dict[str, str]) -> None:
    assert Counter(outcomes.values())["readable"] / len(outcomes) >= 0.993


def test_readme_gives_these_totals(outcomes: dict[str, str], root: Path) -> None:
    totals = Counter(outcomes.values())
    readme = (root / "README.md").read_text()
    for kind in ("readable", "not-xml", "not-rdf", "no-profile"):
        assert f"| {kind} | {totals[kind]:,} |" in readme


def test_what_is_no_profile_is_not_read_as_one(outcomes: dict[str, str], real_profiles: list[Path]) -> None:
    for path in real_profiles:
        data = path.read_bytes()
        if outcomes[path.name] != "readable":
            assert b"ccppschema" not in data


def root_of(data: bytes) -> ET.Element:
    """The document by an independent XML parser, after it was mended if need be."""
    try:
        return ET.fromstring(data)  # noqa: S314  local files, read by a test
    except ET.ParseError:
        mended = mend(data)
        assert mended is not None
        return ET.fromstring(mended[0])  # noqa: S314


def texts_in(root: ET.Element) -> Counter[str]:
    """The texts of the elements that hold nothing else."""
    return Counter(collapse(element.text or "") for element in root.iter() if not len(element))


def texts_between(root: ET.Element) -> set[str]:
    """The texts that stand beside elements, each as a finding names it."""
    texts = [one for element in root.iter() for one in (element.text if len(element) else None, element.tail)]
    return {" ".join(text.split())[:40] for text in texts if text and text.strip()}


def test_every_value_in_a_file_is_in_the_profile_or_named_in_a_finding(
    real_profiles: list[Path], vocabularies: Vocabularies
) -> None:
    """Conservation: texts in = texts stated + texts that a finding names or whose place it names. Empty ones state nothing."""
    for path in real_profiles:
        data = path.read_bytes()
        try:
            profile = read_profile(data, uri=path.as_uri(), vocabularies=vocabularies)
        except ProfileError:
            continue
        root = root_of(data)
        stated = Counter(
            collapse(text) for one in profile.stated for text in (one.raw if isinstance(one.raw, tuple) else (one.raw,))
        )
        named = {detail for finding in profile.diagnostics for detail in finding.details}
        lost = {text for text in texts_in(root) - stated if text and text not in named} | (texts_between(root) - named)
        assert not lost, f"{path.name}: {lost}"
        resolved = resolve([profile])
        kept = sum(len(one.winners) + len(one.losers) for one in resolved.attributes.values())
        assert kept == len(profile.stated)


@pytest.fixture(scope="module")
def codes(real_profiles: list[Path], vocabularies: Vocabularies) -> tuple[Counter[str], Counter[str]]:
    """How often each finding occurs, and in how many files."""
    occurrences: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for path in real_profiles:
        try:
            profile = read_profile(path.read_bytes(), uri=path.as_uri(), vocabularies=vocabularies)
        except ProfileError:
            continue
        found = Counter(finding.code for finding in profile.diagnostics)
        occurrences += found
        files.update(found.keys())
    return occurrences, files


def test_readme_gives_the_totals_of_each_finding(codes: tuple[Counter[str], Counter[str]], root: Path) -> None:
    occurrences, files = codes
    readme = (root / "README.md").read_text()
    rows = {
        code: f"| `{code}` | {finding.severity.value} | {finding.reference} | {occurrences[code]:,} | {files[code]:,} |"
        for code, finding in DIAGNOSTICS.items()
        if occurrences[code]
    }
    wrong = [row for row in rows.values() if row not in readme]
    assert not wrong, "README's totals should say:\n" + "\n".join(wrong)

"""The repository: what it keeps, how it is filled and by what it is found; whatever ends an import, nothing is lost or doubled."""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from conftest import SUITE
from hypothesis import given
from hypothesis import strategies as st

from ccpp.collecting import SELDOM
from ccpp.errors import CcppError, FetchError, UsageError
from ccpp.exchange.uaprof import encode_uaprof
from ccpp.storage import sources
from ccpp.storage.agents import MAX_AGENT, MAX_WORDS, names, runs
from ccpp.storage.importing import BATCH, Crew, Examined, Facts, Failure, digest_of, examine, examine_all
from ccpp.storage.repository import Repository, Tally, fold, normalise
from ccpp.storage.schema import VERSION, default_path
from ccpp.storage.sources import Found, Row, open_source, read_list
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASES = json.loads((SUITE / "repository.json").read_text())
VOCABULARIES = load_vocabularies()
UAPROF = "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#"
URI = "http://wap.aurora.example/A100.rdf"


def document(model: str = "A100", vendor: str = "Aurora", screen: str = "96x65") -> bytes:
    return (
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:prf="{UAPROF}"><rdf:Description rdf:ID="Profile">'
        f'<prf:component><rdf:Description rdf:ID="HardwarePlatform"><rdf:type rdf:resource="{UAPROF}HardwarePlatform"/>'
        f"<prf:Vendor>{vendor}</prf:Vendor><prf:Model>{model}</prf:Model><prf:ScreenSize>{screen}</prf:ScreenSize>"
        "</rdf:Description></prf:component></rdf:Description></rdf:RDF>"
    ).encode()


def examined(content: bytes | CcppError, uri: str = URI, name: str = "") -> Examined:
    return examine(Found(name or uri, uri, content), VOCABULARIES)


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository(tmp_path / "profiles.sqlite", create=True) as opened:
        yield opened


def content_of(path: Path) -> list[tuple[Any, ...]]:
    """Everything a repository says, less row numbers and times."""
    statement = (
        "SELECT source.name, source.base, source.digest, source.kind, source.message, document.key, document.resolved_digest,"
        " document.superseded_by IS NULL FROM source LEFT JOIN document ON document.id = source.document ORDER BY source.name"
    )
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(statement).fetchall()
        assert database.execute("SELECT count(*) FROM content").fetchone() == (len({row[2] for row in rows if row[3] is None}),)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    return rows


# The file.


@pytest.mark.parametrize(
    ("platform", "environment", "path"),
    [
        ("linux", {}, "/home/me/.local/share/ccpp/profiles.sqlite"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/ccpp/profiles.sqlite"),
        ("linux", {"XDG_DATA_HOME": "relative"}, "/home/me/.local/share/ccpp/profiles.sqlite"),
        ("darwin", {}, "/home/me/Library/Application Support/ccpp/profiles.sqlite"),
        ("win32", {}, "/home/me/AppData/Local/ccpp/profiles.sqlite"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/ccpp/profiles.sqlite"),
        ("linux", {"CCPP_REPOSITORY": "here.sqlite", "XDG_DATA_HOME": "/data"}, "here.sqlite"),
        ("linux", {"CCPP_REPOSITORY": ""}, "/home/me/.local/share/ccpp/profiles.sqlite"),
    ],
)
def test_where_it_lies(platform: str, environment: dict[str, str], path: str) -> None:
    assert default_path(platform, environment, Path("/home/me")) == Path(path)


def other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE other (a)")


def newer(path: Path) -> None:
    Repository(path, create=True).__exit__(None, None, None)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")


@pytest.mark.parametrize(
    ("make", "create", "message"),
    [
        (lambda _: None, False, "no repository of profiles"),
        (lambda path: path.mkdir(), True, "unable to open"),
        (lambda path: path.write_bytes(b"no database" * 100), False, "not a database"),
        (other_database, True, "a database, but no repository"),
        (newer, True, "written by a newer ccpp"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, make: Callable[[Path], object], message: str, *, create: bool) -> None:
    path = tmp_path / "profiles.sqlite"
    make(path)
    with pytest.raises(UsageError, match=message) as caught:
        Repository(path, create=create)
    assert caught.value.source == str(path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be used as a repository"):
        Repository(tmp_path / "file" / "profiles.sqlite", create=True)


def test_a_writer_that_holds_on(tmp_path: Path) -> None:
    path = tmp_path / "profiles.sqlite"
    with patch("ccpp.storage.schema._BUSY", 0.0), Repository(path, create=True) as repository, Repository(path) as other:
        with repository._transaction(), pytest.raises(UsageError, match="locked"):
            other.record([examined(document())], 1.0)
        assert other.record([examined(document())], 1.0) == Tally(new=1)


# What it keeps.


def test_new_then_unchanged_then_from_elsewhere(repository: Repository) -> None:
    assert repository.record([examined(document())], 1.0) == Tally(new=1)
    assert repository.record([examined(document())], 2.0) == Tally(again=1)
    assert repository.record([examined(document(), name="elsewhere")], 3.0) == Tally(again=1)
    [entry] = repository.current()
    assert (entry.uri, entry.vendor, entry.model) == (URI, "Aurora", "A100")
    assert (entry.first_seen, entry.last_seen) == (1.0, 3.0)
    assert (entry.errors, entry.warnings, entry.infos) == (0, 0, 0)
    assert repository.sources(entry) == ("elsewhere", URI)
    assert repository.content(entry) == document()
    assert entry.digest == digest_of(document())
    assert repository.known() == {URI: (URI, entry.digest), "elsewhere": (URI, entry.digest)}


def test_what_is_seen_unchanged_is_seen(repository: Repository) -> None:
    repository.record([examined(document()), examined(b"", name="none")], 1.0)
    assert repository.record([], 2.0, [URI, "none"]) == Tally(unchanged=2)
    assert [(one.first_seen, one.last_seen) for one in (*repository.current(), *repository.failures())] == [(1.0, 2.0)] * 2


def test_a_newer_document_supersedes(repository: Repository) -> None:
    repository.record([examined(document(screen="96x65"))], 1.0)
    assert repository.record([examined(document(screen="128x128"))], 2.0) == Tally(new=1, superseding=1)
    [current], [old] = repository.current(), repository.superseded()
    assert (repository.content(current), repository.content(old)) == (document(screen="128x128"), document(screen="96x65"))
    assert old.superseded_by == current.id
    assert repository.by_digest(old.digest[:20]) == (old,)


def test_a_source_that_goes_back_takes_its_uri_back(repository: Repository) -> None:
    for moment, screen in enumerate(("96x65", "128x128", "96x65")):
        repository.record([examined(document(screen=screen))], float(moment))
    [current], [old] = repository.current(), repository.superseded()
    assert repository.content(current) == document(screen="96x65")
    assert old.superseded_by == current.id


def test_an_old_copy_elsewhere_proves_nothing(repository: Repository) -> None:
    for moment, screen in enumerate(("96x65", "128x128")):
        repository.record([examined(document(screen=screen))], float(moment))
    assert repository.record([examined(document(screen="96x65"), name="an old backup")], 3.0) == Tally(again=1)
    assert repository.content(repository.current()[0]) == document(screen="128x128")


def test_the_same_bytes_under_another_uri_are_kept_once(repository: Repository, tmp_path: Path) -> None:
    other = "http://wap.aurora.example/A100-bis.rdf"
    assert repository.record([examined(document()), examined(document(), uri=other)], 1.0) == Tally(new=2, duplicates=1)
    [group] = repository.duplicates()
    assert [entry.uri for entry in group] == [other, URI]
    assert {row[5] for row in content_of(tmp_path / "profiles.sqlite")} == {URI, other}


def test_a_place_without_a_document_is_kept_until_it_has_one(repository: Repository) -> None:
    gone = FetchError("`x` answers with status 404", kind="gone")
    found = [
        examined(b"<html/>", name="a"),
        examined(b"", name="b"),
        examined(gone, name="c"),
        examined(UsageError("no"), name="d"),
    ]
    assert repository.record(found, 1.0) == Tally(failed=4)
    assert [(one.name, one.kind) for one in repository.failures()] == [
        ("a", "not-rdf"),
        ("b", "not-xml"),
        ("c", "fetch-gone"),
        ("d", "unreadable-file"),
    ]
    assert repository.record([examined(document(), name="a")], 2.0) == Tally(new=1)
    assert [one.name for one in repository.failures()] == ["b", "c", "d"]
    assert repository.record([examined(b"", name="a")], 3.0) == Tally(failed=1)
    assert len(repository.current()) == 1


def test_a_defect_of_the_reader_costs_one_document() -> None:
    with patch("ccpp.storage.importing.read_input", side_effect=RecursionError):
        assert examined(document()).outcome == Failure("defect", "the reader failed: RecursionError")


def test_findings_are_counted(repository: Repository) -> None:
    repository.record([examined(document(screen="big").replace(b"Vendor", b"Vendr"))], 1.0)
    [entry] = repository.current()
    assert entry.vendor is None
    assert entry.errors + entry.warnings + entry.infos >= 2


def test_what_cannot_be_stored_as_text_is_replaced(repository: Repository) -> None:
    facts = Facts("urn:\ud800", "sha256:0", "\udcff", None, 0, 0, 0, ())
    repository.record([Examined("x", "urn:x", "sha256:1", b"", facts._replace(uri="urn:?", vendor="?"))], 1.0)
    assert normalise("urn:\ud800") == "urn:?"
    assert repository.by_uri("urn:\ud800") is not None


def test_recording_is_whole_or_nothing(repository: Repository, tmp_path: Path) -> None:
    def batch() -> Iterator[Examined]:
        yield examined(document())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repository.record(batch(), 1.0)
    assert content_of(tmp_path / "profiles.sqlite") == []
    assert repository.record([examined(document())], 1.0) == Tally(new=1)


def test_a_damaged_content(repository: Repository, tmp_path: Path) -> None:
    repository.record([examined(document())], 1.0)
    with closing(sqlite3.connect(tmp_path / "profiles.sqlite")) as database, database:
        database.execute("UPDATE content SET packed = x'00'")
    with pytest.raises(UsageError, match="is damaged"):
        repository.content(repository.current()[0])


def test_removing_leaves_nothing_and_lets_it_come_back(repository: Repository, tmp_path: Path) -> None:
    repository.record([examined(document(screen=screen)) for screen in ("96x65", "128x128")], 1.0)
    repository.add_pattern("Aurora*", URI)
    assert (
        repository.remove(URI.upper().replace("A100.RDF", "A100.rdf").replace("/WAP.AURORA.EXAMPLE", "/wap.aurora.example"))
        == 2
    )
    assert (repository.current(), repository.patterns(), repository.known()) == ((), (), {})
    assert content_of(tmp_path / "profiles.sqlite") == []
    assert repository.by_user_agent("Aurora A100/1.0") is None
    assert repository.remove(URI) == 0
    assert repository.record([examined(document())], 2.0) == Tally(new=1)


CONTENTS = [examined(document(screen=screen)) for screen in ("96x65", "128x128", "240x320")] + [examined(b"none")]
SIGHTINGS = st.builds(
    lambda source, uri, found: found._replace(
        name=source, outcome=found.outcome._replace(uri=uri) if isinstance(found.outcome, Facts) else found.outcome
    ),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([URI, "urn:other"]),
    st.sampled_from(CONTENTS),
)


@given(st.lists(SIGHTINGS, max_size=12), st.integers(0, 12))
def test_laws_of_any_history(history: list[Examined], cut: int) -> None:
    with Repository(Path(":memory:"), create=True) as repository, Repository(Path(":memory:"), create=True) as other:
        tally = repository.record(history, 1.0)
        assert other.record(history[:cut], 1.0) + other.record(history[cut:], 1.0) == tally
        assert tally.new + tally.again + tally.failed == len(history)

        current, old = repository.current(), repository.superseded()
        assert (current, old) == (other.current(), other.superseded())
        documents = {(one.outcome.uri, one.digest) for one in history if isinstance(one.outcome, Facts)}
        assert sorted((entry.uri, entry.digest) for entry in (*current, *old)) == sorted(documents)
        assert sorted(entry.uri for entry in current) == sorted({uri for uri, _ in documents})
        assert {entry.superseded_by for entry in old} <= {entry.id for entry in (*current, *old)}

        last = {one.name: one for one in history}
        assert {one.name for one in repository.failures()} == {
            name for name, one in last.items() if isinstance(one.outcome, Failure)
        }
        repository.record(reversed(last.values()), 1.0)  # what is found again where it was changes nothing
        assert (repository.current(), repository.superseded()) == (current, old)


# By what it is found.


@pytest.mark.parametrize("case", CASES["uris"], ids=[case["description"] for case in CASES["uris"]])
def test_uri(case: dict[str, str]) -> None:
    assert normalise(case["uri"]) == case["key"]
    assert normalise(case["key"]) == case["key"]


@given(st.text() | st.from_regex(r"[A-Za-z]+://[^/]*[/?#%]?.*"))
def test_normalising_twice_is_normalising_once(uri: str) -> None:
    once = normalise(uri)
    assert normalise(once) == once


@pytest.mark.parametrize("case", CASES["dead"], ids=[case["description"] for case in CASES["dead"]])
def test_a_uri_is_a_key(repository: Repository, case: dict[str, str | None]) -> None:
    """Nothing is fetched to find a profile: no function here could."""
    repository.record([examined(document(), uri=str(case["stored"]))], 1.0)
    found = repository.by_uri(str(case["asked"]))
    assert (found and found.how) == case["how"]
    assert found is None or found.entry.uri == case["stored"]


def test_a_document_in_any_syntax_is_taken_in() -> None:
    turtle = f'@prefix prf: <{UAPROF}> . <> prf:component [ a prf:HardwarePlatform ; prf:Vendor "Aurora" ; prf:Model "A100" ] .'
    outcomes = [
        examined(content, "urn:aurora:a100").outcome
        for content in (document(), turtle.encode(), encode_uaprof(document()), b"\x01\x05\x04\x00")
    ]
    models = [one.model if isinstance(one, Facts) else one.message for one in outcomes]
    assert models == ["A100", "A100", "A100", "the document ends too early at byte 4"]


def test_by_device_folds_case_and_white_space(repository: Repository) -> None:
    repository.record([examined(document("A 100", "Aurora  Mobile")), examined(document("A100x"), uri="urn:x")], 1.0)
    assert [entry.uri for entry in repository.by_device("AURORAMOBILE", "a100")] == [URI]
    assert repository.by_device("Aurora", "A100") == ()
    assert fold(None) is None


def test_by_digest_wants_enough_of_it(repository: Repository) -> None:
    with pytest.raises(UsageError, match="too short"):
        repository.by_digest("sha256:0123")
    assert repository.by_digest("sha256:0123456789ab") == ()


@pytest.fixture(scope="module")
def devices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """The devices of the suite, each under a URI of its own."""
    with Repository(tmp_path_factory.mktemp("devices") / "profiles.sqlite", create=True) as repository:
        found = [
            examined(document(model, vendor), uri=f"http://profiles.example/{number}.rdf")
            for number, (vendor, model) in enumerate(CASES["devices"])
        ]
        assert repository.record(found, 1.0).new == len(CASES["devices"])
        yield repository


@pytest.mark.parametrize("case", CASES["agents"], ids=[case["agent"][:60] for case in CASES["agents"]])
def test_user_agent(devices: Repository, case: dict[str, str | None]) -> None:
    match = devices.by_user_agent(case["agent"] or "")
    if case["device"] is None:
        assert match is None
    else:
        assert match is not None
        assert match.entry.model == case["device"]
        assert match.how == f"by the device's name `{case['by']}` in the user agent"


def test_an_operators_pattern_and_the_longest_evidence(repository: Repository) -> None:
    other = "http://wap.aurora.example/A200.rdf"
    repository.record([examined(document()), examined(document("A200"), uri=other)], 1.0)

    def found(agent: str) -> tuple[str, str] | None:
        match = repository.by_user_agent(agent)
        return match and (match.entry.model or "", match.how)

    assert found("Aurora-A100/1.0") == ("A100", "by the device's name `aurora a100` in the user agent")
    repository.add_pattern("Aurora*", other)
    assert found("Aurora-A100/1.0") == ("A100", "by the device's name `aurora a100` in the user agent")
    assert found("Aurora-A150/1.0") == ("A200", "by the pattern `Aurora*` in the user agent")
    repository.add_pattern("aurora-a100/1.0 (?E)", other)
    assert found("Aurora-A100/1.0 (EE)") == ("A200", "by the pattern `aurora-a100/1.0 (?E)` in the user agent")
    assert found("Aurora-A100/1.0 (EE) more") == ("A100", "by the device's name `aurora a100` in the user agent")
    repository.add_pattern("Mozilla/5.0 [en]", other)
    assert found("Mozilla/5.0 [en] (x)") == ("A200", "by the pattern `Mozilla/5.0 [en]` in the user agent")
    repository.add_pattern("*[en]*", URI)
    assert found("Opera [en] 8") == ("A100", "by the pattern `*[en]*` in the user agent")
    assert found("Opera e 8") is None
    repository.add_pattern("*[en]*", other)
    assert repository.patterns()[0] == ("*[en]*", other)
    assert repository.remove_pattern("*[en]*") is True
    assert repository.remove_pattern("*[en]*") is False
    assert found("Opera [en] 8") is None


def test_an_operators_pattern_wins_over_a_name_as_long(repository: Repository) -> None:
    other = "http://wap.aurora.example/A200.rdf"
    repository.record([examined(document()), examined(document("B"), uri=other)], 1.0)
    repository.add_pattern("aurora-a100", other)
    match = repository.by_user_agent("Aurora-A100")
    assert match is not None
    assert match.entry.uri == other


@pytest.mark.parametrize(
    ("pattern", "uri", "message"), [("**", URI, "every user agent"), ("x", "urn:none", "no profile `urn:none`")]
)
def test_a_pattern_that_cannot_be_used(repository: Repository, pattern: str, uri: str, message: str) -> None:
    repository.record([examined(document())], 1.0)
    with pytest.raises(UsageError, match=message):
        repository.add_pattern(pattern, uri)


def test_one_name_for_several_documents(repository: Repository) -> None:
    uris = ["file:///a.rdf", "http://b.example/", "http://a.example/"]
    repository.record([examined(document(screen=f"{number}x1"), uri=uri) for number, uri in enumerate(uris)], 1.0)
    match = repository.by_user_agent("Aurora A100")
    assert match is not None
    assert (match.entry.uri, match.others) == ("http://a.example/", ("http://b.example/", "file:///a.rdf"))


def test_superseded_documents_have_no_name(repository: Repository) -> None:
    repository.record([examined(document("A100")), examined(document("A200"))], 1.0)
    assert repository.by_user_agent("Aurora A100") is None
    assert repository.by_user_agent("Aurora A200") is not None


def test_a_user_agent_is_bounded(repository: Repository) -> None:
    repository.record([examined(document())], 1.0)
    assert repository.by_user_agent(("a " * MAX_AGENT)[:MAX_AGENT]) is None
    with pytest.raises(UsageError, match="more than"):
        repository.by_user_agent("a" * (MAX_AGENT + 1))
    assert names("Aurora", "a b c d e f g h i j k") == ()


@given(st.text(max_size=60), st.text(max_size=30))
def test_a_name_is_found_in_a_user_agent_that_has_it(vendor: str, model: str) -> None:
    for name in names(vendor, model):
        assert 0 < len(name.split()) <= MAX_WORDS
        assert name in runs(f"x/{name}-y")


@given(st.text(max_size=80))
def test_any_user_agent_is_looked_up(devices: Repository, agent: str) -> None:
    match = devices.by_user_agent(agent)
    assert match is None or match.entry.superseded_by is None


def test_current_by_vendor_and_by_words(devices: Repository) -> None:
    assert {entry.vendor for entry in devices.current(vendor="samsung")} == {"SAMSUNG"}
    assert [entry.model for entry in devices.current(text="SONY k750")] == ["K750i"]
    assert devices.current(text="sony nokia") == ()
    assert len(devices.current(text="PROFILES.example")) == len(CASES["devices"])
    assert devices.current(text="100%") == ()


# Where documents come from.


def taken(source: sources.Source) -> list[tuple[str, str, bytes | str]]:
    found = [*source.found]
    assert source.size == len(found)
    return [(one.name, one.base, one.content if isinstance(one.content, bytes) else one.content.message) for one in found]


def test_a_folder_with_an_index(tmp_path: Path) -> None:
    for name in ("b.rdf", "sub/a.rdf", ".hidden", ".git/x.rdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "INDEX.csv").write_text("file,bytes,published_as\r\nb.rdf,5,wap.aurora.example/b.rdf\r\nsub/a.rdf,9,\r\n")
    assert taken(open_source(str(tmp_path), index=str(tmp_path / "INDEX.csv"))) == [
        (str(tmp_path / "b.rdf"), "http://wap.aurora.example/b.rdf", b"b.rdf"),
        (str(tmp_path / "sub/a.rdf"), (tmp_path / "sub/a.rdf").as_uri(), b"sub/a.rdf"),
    ]
    assert [name for name, _, _ in taken(open_source(str(tmp_path)))] == [
        str(tmp_path / name) for name in ("INDEX.csv", "b.rdf", "sub/a.rdf")
    ]


def test_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff\n.rdf"
    try:
        Path(os.fsdecode(path)).write_bytes(document())
    except OSError:
        pytest.skip("a file system that wants UTF-8")
    [(name, base, content)] = taken(open_source(str(tmp_path)))
    assert (name, content) == (f"{tmp_path}/\ufffd\ufffd.rdf", document())
    assert base.endswith("/%FF%0A.rdf")


def test_one_document(tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_bytes(b"x")
    assert taken(open_source(str(tmp_path / "a.rdf"))) == [(str(tmp_path / "a.rdf"), (tmp_path / "a.rdf").as_uri(), b"x")]
    with pytest.raises(UsageError, match="no such file"):
        open_source(str(tmp_path / "b.rdf"))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "http://a.example/p\n\n# a comment\nhttps://b.example/q\n",
            [Row("http://a.example/p", ""), Row("https://b.example/q", "")],
        ),
        ("a.example/p\n", [Row("http://a.example/p", "")]),
        ("urn:p\tp.rdf\r\n", [Row("urn:p", "p.rdf")]),
        ("urn:\x1b[2J\tp.rdf", [Row("urn:\ufffd[2J", "p.rdf")]),
        ("\ufeffhttp://a.example/p", [Row("http://a.example/p", "")]),
        (
            '{"uri": "urn:p", "file": "p.rdf"}\n{"published_as": "a.example"}',
            [Row("urn:p", "p.rdf"), Row("http://a.example", "")],
        ),
        (
            'file,bytes,published_as\n"p,1.rdf",5,a.example/p\nq.rdf,5,',
            [Row("http://a.example/p", "p,1.rdf"), Row("", "q.rdf")],
        ),
        ("uri,file\nurn:p,p.rdf", [Row("urn:p", "p.rdf")]),
        ("", []),
    ],
)
def test_a_list(text: str, rows: list[Row]) -> None:
    assert read_list(text.encode(), "list") == rows


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"http://a.example/\n\xff", "not UTF-8"),
        (b"urn:p", "`urn:p` is no row"),
        (b"{no json", "not JSON"),
        (b"{" * 100_000, "not JSON"),
        (b'{"uri": 1}', "to be texts"),
        (b"{}", "is no row"),
    ],
)
def test_a_list_that_cannot_be_read(content: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_list(content, "list")


def test_a_list_is_bounded() -> None:
    with patch("ccpp.storage.sources.MAX_LIST", 3), pytest.raises(UsageError, match="more than 3 bytes"):
        read_list(b"urn:", "list")


@given(st.binary(max_size=200) | st.text('{}",:\t\nab/é').map(str.encode))
def test_any_list_is_read_or_refused(content: bytes) -> None:
    try:
        read_list(content, "list")
    except UsageError as error:
        assert str(error).startswith("list:")  # noqa: PT017  refused, with its place


def test_urls_need_fetching(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_text("http://a.example/p\nurn:b\tb.rdf\nhttp://gone.example/\n")
    (tmp_path / "b.rdf").write_bytes(b"b")
    with pytest.raises(UsageError, match="fetching is not switched on"):
        open_source(str(path))

    def fetch(url: str) -> bytes:
        if "gone" in url:
            raise FetchError("gone", kind="gone")
        return url.encode()

    assert taken(open_source(str(path), fetch=fetch)) == [
        ("http://a.example/p", "http://a.example/p", b"http://a.example/p"),
        (f"{tmp_path / 'b.rdf'} urn:b", "urn:b", b"b"),
        ("http://gone.example/", "http://gone.example/", "gone"),
    ]
    path.write_text("".join(f"http://a.example/{number}\n" for number in range(30)))
    assert [base for _, base, _ in taken(open_source(str(path), fetch=fetch))] == path.read_text().split()


MEMBERS = {
    "b.rdf": b"b",
    "sub/a.rdf": b"a" * 3000,
    "../../up.rdf": b"u",
    "/etc/top.rdf": b"t",
    ".hidden": b"h",
    "__MACOSX/b": b"m",
}


def make_zip(path: Path, members: dict[str, bytes], **options: Any) -> None:  # noqa: ANN401  zipfile's
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        archive.mkdir("empty")
        for name, content in members.items():
            archive.writestr(name, content)


def make_tar(path: Path, members: dict[str, bytes], mode: str = "w:gz") -> None:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        folder = tarfile.TarInfo("empty")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


ARCHIVES: dict[str, Callable[[Path, dict[str, bytes]], None]] = {
    "a.zip": make_zip,
    "a.tar": lambda path, members: make_tar(path, members, "w"),
    "a.tar.gz": make_tar,
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archive_stays_where_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    ARCHIVES[kind](path, MEMBERS)
    (tmp_path / "INDEX.csv").write_text("file,published_as\nsub/a.rdf,a.example/a\n")
    assert taken(open_source(str(path), index=str(tmp_path / "INDEX.csv"))) == [
        (f"{path}/b.rdf", f"{path.as_uri()}/b.rdf", b"b"),
        (f"{path}/sub/a.rdf", "http://a.example/a", b"a" * 3000),
        (f"{path}/../../up.rdf", f"{path.as_uri()}/../../up.rdf", b"u"),
        (f"{path}//etc/top.rdf", f"{path.as_uri()}//etc/top.rdf", b"t"),
    ]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["INDEX.csv", kind] or kind < "INDEX.csv"


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archive_is_bounded(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    ARCHIVES[kind](path, {f"{number}.rdf": bytes(2_000_000) for number in range(3)})
    [one, *_] = open_source(str(path)).found
    assert isinstance(one.content, bytes)
    assert len(one.content) <= sources.MAX_DOCUMENT + 1
    with patch("ccpp.storage.sources.MAX_MEMBERS", 2), pytest.raises(UsageError, match="more than 2 members"):
        open_source(str(path))
    with patch("ccpp.storage.sources.MAX_UNPACKED", 100_000), pytest.raises(UsageError, match="far more than profiles"):
        open_source(str(path))
    with (
        patch("ccpp.storage.sources.MAX_RATIO", 0),
        patch("ccpp.storage.sources.FREE", 100_000),
        pytest.raises(UsageError, match="far more than profiles"),
    ):
        open_source(str(path))


def test_links_in_an_archive_are_told_and_not_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        link = tarfile.TarInfo("link.rdf")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    [found] = open_source(str(tmp_path / "a.tar")).found
    assert examine(found, VOCABULARIES).outcome == Failure("unreadable-file", "no plain file")


@pytest.mark.parametrize("kind", ARCHIVES)
@given(data=st.data())
def test_a_damaged_archive_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("damaged") / kind
    ARCHIVES[kind](path, {"a.rdf": b"a" * 600, "b.rdf": bytes(range(256)) * 2})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        for found in open_source(str(path)).found:
            examine(found, VOCABULARIES)
    except UsageError as error:
        assert error.source == str(path)  # noqa: PT017  refused, with its place


# The stages of an import.


def many(count: int) -> list[Found]:
    places = [
        Found(f"{number:03}", f"http://profiles.example/{number % 50}.rdf", document(f"M{number}")) for number in range(count)
    ]
    places[7] = places[7]._replace(content=b"no profile")
    return places


def test_workers_give_what_one_process_gives(tmp_path: Path) -> None:
    places = many(3 * BATCH + 5)
    alone = tuple(examine(one, VOCABULARIES) for one in places)
    together = [one for step in examine_all(iter(places), {}, workers=2) for one in step.examined]
    assert tuple(together) == alone
    known = {one.name: (one.base, one.digest) for one in alone[:-2]}
    steps = list(examine_all(iter(places), known, workers=2))
    assert [name for step in steps for name in step.unchanged] == [one.name for one in places[:-2]]
    assert [one.name for step in steps for one in step.examined] == [one.name for one in places[-2:]]
    for name in ("a", "b"):
        with Repository(tmp_path / name, create=True) as repository:
            for start in range(0, len(alone), 10 if name == "a" else 32):
                repository.record(alone[start : start + (10 if name == "a" else 32)], 1.0)
    assert content_of(tmp_path / "a") == content_of(tmp_path / "b")


def test_a_changed_uri_is_a_change() -> None:
    [place] = many(8)[:1]
    known = {place.name: ("http://elsewhere.example/", digest_of(document("M0")))}
    assert [len(step.examined) for step in examine_all([place], known, workers=1)] == [1, 0]


def test_a_worker_that_dies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccpp.storage.importing.prepare_worker", _die)
    with pytest.raises(UsageError, match="a worker process died"):
        list(examine_all(many(2 * BATCH), {}, workers=1))


def _die() -> None:
    os._exit(1)


def test_a_worker_has_its_garbage_looked_for_seldom() -> None:
    with Crew(1, _threshold) as crew:
        assert crew.start((None,)).result() == SELDOM


def _threshold(_batch: tuple[None, ...]) -> int:
    return gc.get_threshold()[0]


# The command line.


def ccpp(*arguments: str, repository: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CCPP_REPOSITORY": str(repository), "COLUMNS": "300"}  # lines are cut where they end
    command = [sys.executable, "-m", "ccpp", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with an imported folder: two versions of one profile, two of one content, one that is none."""
    folder = tmp_path_factory.mktemp("filled")
    contents = {
        "1.rdf": ("wap.aurora.example/A100.rdf", document(screen="96x65")),
        "2.rdf": ("wap.aurora.example/A100.rdf", document(screen="128x128")),
        "3.rdf": ("wap.borealis.example/B.rdf", document("B610", "Borealis", "128x128")),
        "4.rdf": ("wap.borealis.example/B-bis.rdf", document("B610", "Borealis", "128x128")),
        "5.rdf": ("", b"<html>no profile</html>"),
    }
    (folder / "files").mkdir()
    for name, (_, content) in contents.items():
        (folder / "files" / name).write_bytes(content)
    rows = "".join(f"{name},{uri}\n" for name, (uri, _) in contents.items())
    (folder / "files" / "INDEX.csv").write_text("file,published_as\n" + rows)
    result = ccpp(
        "profiles", "import", str(folder / "files"), "--index", str(folder / "files" / "INDEX.csv"), repository=folder / "p"
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "4 new, 0 seen again, 0 unchanged, 1 without a document",
        "1 superseded an older document, 1 have the bytes of another URI",
        "`ccpp profiles list --failed` says why",
    ]
    return folder / "p"


def as_json(filled: Path, *arguments: str, status: int = 0) -> Any:  # noqa: ANN401  JSON
    result = ccpp("profiles", *arguments, "--format", "json", repository=filled)
    assert (result.returncode, result.stderr) == (status, "")
    return json.loads(result.stdout)


def test_import_again_changes_nothing(filled: Path) -> None:
    files = filled.parent / "files"
    before = content_of(filled)
    again = as_json(filled, "import", str(files), "--index", str(files / "INDEX.csv"))
    assert again == {**Tally(unchanged=5)._asdict(), "interrupted": False}
    again = as_json(filled, "import", str(files), "--index", str(files / "INDEX.csv"), "--again")
    assert again == {**Tally(again=4, failed=1)._asdict(), "interrupted": False}
    assert content_of(filled) == before


def test_list(filled: Path) -> None:
    listed = as_json(filled, "list")
    assert [(one["vendor"], one["model"], one["profile"]) for one in listed] == [
        ("Aurora", "A100", "http://wap.aurora.example/A100.rdf"),
        ("Borealis", "B610", "http://wap.borealis.example/B-bis.rdf"),
        ("Borealis", "B610", "http://wap.borealis.example/B.rdf"),
    ]
    assert listed[0]["findings"] == {"error": 0, "warning": 0, "info": 0}
    assert len(as_json(filled, "list", "--vendor", "BOREALIS")) == 2
    assert len(as_json(filled, "list", "--duplicates")) == 2
    [old] = as_json(filled, "list", "--superseded")
    assert (old["profile"], old["current"]) == ("http://wap.aurora.example/A100.rdf", False)
    [failed] = as_json(filled, "list", "--failed")
    assert (Path(failed["name"]).name, failed["kind"]) == ("5.rdf", "not-rdf")
    for which in ((), ("--failed",), ("--superseded",), ("--duplicates",)):
        assert ccpp("profiles", "list", *which, repository=filled).stdout.count("\n") == len(as_json(filled, "list", *which))


def test_show_by_each_key(filled: Path) -> None:
    for key in (
        ("HTTP://wap.aurora.example/A100.rdf",),
        ("aurora", "a100"),
        ("--user-agent", "Aurora-A100/1.0"),
    ):
        [shown] = as_json(filled, "show", *key)
        assert shown["profile"] == "http://wap.aurora.example/A100.rdf"
        assert shown["attributes"]["HardwarePlatform/ScreenSize"]["value"] == "128x128"
        assert shown["digest"] == shown["found"]["digest"]
    [old] = as_json(filled, "list", "--superseded")
    [shown] = as_json(filled, "show", old["content"][:25])
    assert shown["attributes"]["HardwarePlatform/ScreenSize"]["value"] == "96x65"
    text = ccpp("profiles", "show", "--user-agent", "Borealis B610", repository=filled).stdout
    expected = "found by the device's name `borealis b610` in the user agent; so could be http://wap.borealis.example/B.rdf\n"
    assert text.startswith(expected)
    none = ccpp("profiles", "show", "urn:none", repository=filled)
    assert (none.returncode, none.stdout) == (1, "")
    assert none.stderr.startswith("ccpp: no profile of `urn:none`")


def test_a_default_is_looked_up_in_the_repository(tmp_path: Path) -> None:
    defaults = "http://wap.aurora.example/defaults.rdf"
    link = f'<prf:Defaults rdf:resource="{defaults}#HardwarePlatform"/><prf:Vendor>'.encode()
    (tmp_path / "defaults.rdf").write_bytes(document("A-series", screen="96x65"))
    (tmp_path / "a.rdf").write_bytes(document().replace(b"<prf:Vendor>", link).replace(b"ScreenSize", b"ColorCapable"))
    (tmp_path / "list.tsv").write_text(f"urn:a\ta.rdf\n{defaults}\tdefaults.rdf\n")
    assert as_json(tmp_path / "p", "import", str(tmp_path / "list.tsv"))["new"] == 2
    [shown] = as_json(tmp_path / "p", "show", "urn:a")
    screen = shown["attributes"]["HardwarePlatform/ScreenSize"]
    assert (screen["value"], screen["origins"][0]["kind"]) == ("96x65", "default")
    assert shown["digest"] != shown["found"]["digest"]  # of the document resolved alone


def test_search(filled: Path) -> None:
    assert len(as_json(filled, "search", "borealis", "b6")) == 2
    assert len(as_json(filled, "search", "--where", "ScreenSize=128x128")) == 3
    assert len(as_json(filled, "search", "--where", "ScreenSize=128x128", "--where", "Vendor=Aurora")) == 1
    assert len(as_json(filled, "search", "bis", "--where", "ScreenSize=128x128")) == 1
    assert as_json(filled, "search", "--where", "ScreenSize=96x65", status=1) == []


def test_diff(filled: Path) -> None:
    [old] = as_json(filled, "list", "--superseded")
    difference = as_json(filled, "diff", old["content"], "http://wap.aurora.example/A100.rdf", status=1)
    [change] = difference["changes"]
    assert (change["attribute"], change["kind"]) == ("HardwarePlatform/ScreenSize", "changed")
    assert (change["before"]["value"], change["after"]["value"]) == ("96x65", "128x128")
    assert change["after"]["origins"][0]["document"] == "http://wap.aurora.example/A100.rdf"
    file = str(filled.parent / "files" / "3.rdf")
    assert as_json(filled, "diff", file, "http://wap.borealis.example/B.rdf")["changes"] == []
    result = ccpp("profiles", "diff", file, "http://wap.aurora.example/A100.rdf", repository=filled)
    assert result.returncode == 1
    assert "Borealis → Aurora" in result.stdout
    assert ccpp("profiles", "diff", file, file, repository=filled).stdout == "no difference\n"


def test_groups(filled: Path) -> None:
    [group] = as_json(filled, "groups", "ScreenSize")
    assert (group["size"], group["signature"]) == (3, {"HardwarePlatform/ScreenSize": "128x128"})
    assert [one["size"] for one in as_json(filled, "groups", "ScreenSize", "Vendor")] == [2, 1]
    assert ccpp("profiles", "groups", "ScreenSize", repository=filled).stdout.startswith(
        "3  ScreenSize=128x128  http://wap.aurora"
    )
    file = str(filled.parent / "files" / "1.rdf")
    assert as_json(filled, "groups", "ScreenSize", "--in", file)[0]["signature"] == {"HardwarePlatform/ScreenSize": "96x65"}


def test_agents_and_removal(filled: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    with closing(sqlite3.connect(filled)) as database, closing(sqlite3.connect(copy)) as target:
        database.backup(target)
    uri = "http://wap.aurora.example/A100.rdf"
    as_json(copy, "agent", "add", "Browser/1*", uri)
    assert as_json(copy, "agent", "list") == [{"pattern": "Browser/1*", "profile": uri}]
    assert (
        as_json(copy, "show", "--user-agent", "Browser/1.2")[0]["found"]["how"]
        == "by the pattern `Browser/1*` in the user agent"
    )
    assert as_json(copy, "agent", "remove", "Browser/1*") == {"pattern": "Browser/1*", "removed": True}
    assert as_json(copy, "agent", "remove", "Browser/1*", status=1)["removed"] is False
    assert as_json(copy, "remove", uri) == {"profile": uri, "removed": 2}
    assert as_json(copy, "remove", uri, status=1) == {"profile": uri, "removed": 0}
    assert len(as_json(copy, "list")) == 2


def test_what_people_read(filled: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(filled)) as database, closing(sqlite3.connect(tmp_path / "copy")) as target:
        database.backup(target)
    uri = "http://wap.aurora.example/A100.rdf"
    for arguments, shown in (
        (["agent", "add", "Browser/1*", uri], f"`Browser/1*` is {uri}"),
        (["agent", "list"], f"Browser/1*  {uri}"),
        (["agent", "remove", "Browser/1*"], "1 removed"),
        (["search", "aurora"], f"Aurora  A100  {uri}  {time.strftime('%Y-', time.gmtime())}"),
        (["list", "--superseded"], f"  {uri}  sha256:{digest_of(document(screen='96x65'))[7:19]}  "),
        (["list", "--failed"], "5.rdf  not-rdf  line 1: XML, but not RDF: it is an HTML page"),
        (["groups", "ScreenSize", "--examples", "0"], "3  ScreenSize=128x128\n"),
        (["export", str(tmp_path / "out")], f"3 documents and INDEX.csv in {tmp_path / 'out'}"),
        (["remove", uri], "2 removed"),
    ):
        assert shown in ccpp("profiles", *arguments, repository=tmp_path / "copy").stdout


def test_export_and_import_give_the_same(filled: Path, tmp_path: Path) -> None:
    assert as_json(filled, "export", str(tmp_path / "out"))["exported"] == 3
    other = tmp_path / "other"
    imported = as_json(other, "import", str(tmp_path / "out"), "--index", str(tmp_path / "out" / "INDEX.csv"))
    assert (imported["new"], imported["failed"]) == (3, 0)

    def said(path: Path) -> list[tuple[str, str]]:
        return [(one["profile"], one["content"]) for one in as_json(path, "list")]

    assert said(other) == said(filled)


def test_lists_archives_and_single_documents_in_one_import(filled: Path, tmp_path: Path) -> None:
    files = filled.parent / "files"
    make_zip(tmp_path / "a.zip", {"1.rdf": (files / "1.rdf").read_bytes()})
    (tmp_path / "list.tsv").write_text(f"urn:three\t{files / '3.rdf'}\nurn:none\tmissing.rdf\n")
    tally = as_json(
        tmp_path / "p", "import", str(tmp_path / "a.zip"), str(tmp_path / "list.tsv"), str(files / "2.rdf"), "--jobs", "1"
    )
    assert (tally["new"], tally["failed"]) == (3, 1)
    assert [one["kind"] for one in as_json(tmp_path / "p", "list", "--failed")] == ["unreadable-file"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", "--repository", "/nowhere/p.sqlite"], "no repository of profiles (`ccpp profiles import` makes one)"),
        (["import", "/nowhere"], "no such file"),
        (["search"], "nothing to search for"),
        (["search", "--where", "ScreenSize"], "is no criterion"),
        (["search", "--where", "Nothing=1"], "unknown attribute `Nothing`"),
        (["show"], "what to show is missing"),
        (["show", "urn:x", "--user-agent", "x"], "said twice"),
        (["show", "a", "b", "c"], "3 names where a vendor and a model are due"),
        (["show", "sha256:12"], "is too short"),
        (["diff", "urn:none", "urn:none"], "no such file, nor a profile"),
        (["groups", "Nothing"], "unknown attribute `Nothing`"),
        (["agent", "add", "x", "urn:none"], "no profile `urn:none`"),
    ],
)
def test_a_call_that_cannot_be_answered(filled: Path, arguments: list[str], message: str) -> None:
    result = ccpp("profiles", *arguments, repository=filled)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert message in result.stderr


def test_an_import_of_nothing_useful_says_no(tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_bytes(b"<html/>")
    assert as_json(tmp_path / "p", "import", str(tmp_path / "a.rdf"), status=1)["failed"] == 1
    (tmp_path / "urls.txt").write_text("http://127.0.0.1/\n")
    fetching = ("--fetch", "127.0.0.1", "--user-agent", "Nokia6600/1.0")
    result = ccpp("profiles", "import", str(tmp_path / "urls.txt"), *fetching, repository=tmp_path / "p")
    assert result.returncode == 1
    assert as_json(tmp_path / "p", "list", "--failed")[1]["kind"] == "fetch-refused"


# Interruption. A named pipe among the files holds the import where the test wants it.

COUNT = 12 * BATCH
HELD_AT = 9 * BATCH


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A list of files that ends one batch after another, and stands still at a pipe."""
    rows = []
    for number in range(COUNT):
        name = f"{number:04}.rdf"
        if number == HELD_AT:
            os.mkfifo(tmp_path / name)
        else:
            (tmp_path / name).write_bytes(document(f"M{number}"))
        rows.append(f"http://profiles.example/{number}.rdf\t{name}\n")
    (tmp_path / "list.tsv").write_text("".join(rows))
    return tmp_path


def start(folder: Path) -> subprocess.Popen[str]:
    """An import that has stored all it can before it stands still: two batches a worker are on their way."""
    command = [sys.executable, "-m", "ccpp", "profiles", "import", "list.tsv", "--jobs", "2", "--repository", "p.sqlite"]
    process = subprocess.Popen(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    wait_until(lambda: stored(folder) >= HELD_AT - 4 * BATCH or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    return process


def release(process: subprocess.Popen[str], pipe: Path) -> None:
    """Open the pipe for the process that waits at it, if it does."""

    def done() -> bool:
        try:
            os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:  # nobody is there
            return process.poll() is not None
        return True

    wait_until(done)


def stored(folder: Path) -> int:
    try:
        with Repository(folder / "p.sqlite") as repository:
            return len(repository.known())
    except UsageError:  # not made yet
        return 0


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def finish(folder: Path) -> None:
    """The same command again takes in the rest, and the repository is what one import would have made."""
    before = stored(folder)
    pipe = folder / f"{HELD_AT:04}.rdf"
    pipe.unlink()
    pipe.write_bytes(document(f"M{HELD_AT}"))
    tally = as_json(folder / "p.sqlite", "import", str(folder / "list.tsv"))
    assert (tally["new"], tally["unchanged"], tally["again"]) == (COUNT - before, before, 0)
    as_json(folder / "whole.sqlite", "import", str(folder / "list.tsv"))
    assert content_of(folder / "p.sqlite") == content_of(folder / "whole.sqlite")


def test_ctrl_c_loses_nothing(held: Path) -> None:
    process = start(held)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    release(process, held / f"{HELD_AT:04}.rdf")
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "ccpp: interrupted; what was read is stored (the same command again goes on from here)\n"
    assert HELD_AT - 4 * BATCH <= stored(held) <= HELD_AT
    assert out.startswith(f"{stored(held)} new,")
    finish(held)


def test_ctrl_c_twice_ends_at_once(held: Path) -> None:
    process = start(held)
    os.kill(process.pid, signal.SIGINT)
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err.strip()) == (130, "ccpp: interrupted")
    finish(held)


def test_kill_loses_no_more_than_a_batch_and_leaves_nobody(held: Path) -> None:
    process = start(held)
    process.kill()
    process.communicate(timeout=30)
    with pytest.raises(ProcessLookupError):  # once the last worker has noticed
        wait_until(lambda: os.killpg(process.pid, 0) is not None)
    assert stored(held) % BATCH == 0
    finish(held)


def test_killed_again_and_again_it_gets_there(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    for number in range(160):
        (tmp_path / "files" / f"{number:03}.rdf").write_bytes(document(f"M{number % 130}"))
    command = [sys.executable, "-m", "ccpp", "profiles", "import", "files", "--jobs", "2", "--repository", "p.sqlite"]
    reached = [0]
    while reached[-1] < 160:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
        wait_until(lambda: stored(tmp_path) > reached[-1])
        process.kill()
        process.wait(timeout=30)
        reached.append(stored(tmp_path))
    assert reached == sorted(reached)
    as_json(tmp_path / "whole.sqlite", "import", str(tmp_path / "files"))
    assert content_of(tmp_path / "p.sqlite") == content_of(tmp_path / "whole.sqlite")


# Real profiles.


@pytest.mark.long
def test_the_real_profiles_are_taken_in(shared: Path, tmp_path: Path) -> None:
    folder = shared / "profiles"
    tally = as_json(tmp_path / "p", "import", str(folder), "--index", str(folder / "INDEX.csv"))
    assert tally["new"] + tally["failed"] == len(list(folder.glob("*.rdf")))
    assert tally["failed"] <= 10
    with Repository(tmp_path / "p") as repository:
        match = repository.by_user_agent("SonyEricssonK750i/R1AA Browser/SEMC-Browser/4.2 Profile/MIDP-2.0")
        assert match is not None
        assert match.entry.model == "K750i"
        assert len(repository.by_device("sony ericsson mobile communications", "k750I")) >= 1

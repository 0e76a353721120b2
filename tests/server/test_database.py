"""What a server keeps: the same contract on SQLite and on a real PostgreSQL, which the tests start themselves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from ccpp.errors import UsageError
from ccpp.storage.database import catalogues, credentials, installs, subscribers
from ccpp.storage.database.audit import entries
from ccpp.storage.database.backup import back_up, restore
from ccpp.storage.database.opening import Database, StorageError, shown
from ccpp.storage.database.secrecy import Keys, SecrecyError, read_key, seal, unseal
from ccpp.storage.database.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MASTER, OTHER = b"m" * 32, b"o" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'server.sqlite'}" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    made = Database(url)
    if request.param == "postgresql":
        with made.writing() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    made.prepare()
    yield made
    made.close()


def install(identifier: str, key: str | None = None, subscriber: str | None = None, at: float = 1.0) -> installs.Install:
    return installs.Install(
        identifier, "chess", "chess-large", "1.0", "sha256:c", "urn:p", "sha256:p", subscriber, "offered", None, at, at, key
    )


MOVE = installs.Move("install", "installed", frozenset({"offered"}), 900)


def test_the_schema_is_what_the_steps_make(database: Database) -> None:
    with database.writing() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    database.prepare()  # again, without effect


def test_an_install_is_kept_with_what_happened(database: Database) -> None:
    installs.add_install(database, install("a"), "offer", "r-1")
    after, moved = installs.move_install(database, "a", MOVE, 2.0, "r-2")
    assert (moved, after.state if after else None) == (True, "installed")
    assert installs.move_install(database, "a", MOVE, 3.0, "r-3")[1] is False
    assert installs.move_install(database, "b", MOVE, 3.0, "r-3") == (None, False)
    assert [(event.step, event.code, event.request) for event in installs.events_of(database, "a")] == [
        ("offer", None, "r-1"),
        ("install", 900, "r-2"),
    ]


def test_one_request_makes_one_install_whoever_is_first(database: Database) -> None:
    def add(number: int) -> str:
        return installs.add_install(database, install(f"i-{number}", "key"), "offer", f"r-{number}").id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(add, range(24)))) == 1


def test_of_many_who_move_an_install_one_does(database: Database) -> None:
    installs.add_install(database, install("a"), "offer", "r")
    with ThreadPoolExecutor(8) as pool:
        moved = list(pool.map(lambda number: installs.move_install(database, "a", MOVE, 2.0, f"r-{number}")[1], range(24)))
    assert sum(moved) == 1
    assert len(installs.events_of(database, "a")) == 2


def test_installs_of_a_subscriber_come_newest_first(database: Database) -> None:
    for number in range(3):
        installs.add_install(database, install(f"a-{number}", subscriber="s", at=float(number)), "offer", "r")
    installs.add_install(database, install("b", subscriber="t"), "offer", "r")
    assert [one.id for one in installs.installs_of(database, "s", "chess")] == ["a-2", "a-1", "a-0"]
    assert installs.installs_of(database, "s", "mail") == ()


def test_versions_of_the_catalogue_come_and_go(database: Database) -> None:
    assert catalogues.active(database) is None
    with pytest.raises(UsageError):
        catalogues.rollback(database, 0.0, "op")
    documents = [("one.ttl", b"# one"), ("two.ttl", bytes(range(256)))]
    first = catalogues.publish(database, documents, "Label", "sha256:1", 1.0, "op")
    assert catalogues.publish(database, documents, "Label", "sha256:1", 2.0, "op") == first
    second = catalogues.publish(database, [("one.ttl", b"# 2")], "Label", "sha256:2", 3.0, "op")
    assert catalogues.active(database) is None
    catalogues.activate(database, first, 4.0, "op")
    catalogues.activate(database, second, 5.0, "op")
    assert catalogues.active(database) == catalogues.newest(database) == second
    assert catalogues.rollback(database, 6.0, "op") == first
    assert catalogues.active(database) == first
    assert catalogues.documents_of(database, first) == documents
    with pytest.raises(UsageError, match="no version 99"):
        catalogues.activate(database, 99, 7.0, "op")
    assert [one.action for one in entries(database)] == ["publish", "publish", "activate", "activate", "rollback"]


def test_a_code_is_redeemed_once_and_what_is_spent_is_spent(database: Database) -> None:
    keys = subscribers.open_keys(database, MASTER, 1.0)
    code = credentials.add_enrolment(database, credentials.Enrolment("s", ("device",), needs_pin=False, until=9.0), 1.0, "op")
    presented = credentials.Redeeming(code, None, lambda _: None, lambda _: {"SHA-256": "very-secret-hash"})
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: credentials.redeem(database, keys, presented, 2.0, "-"), range(16)))
        assert sum(one is not None for one in found) == 1
        assert sum(pool.map(lambda _: credentials.spend(database, ("nonce", "1"), 9.0, 2.0), range(16))) == 1
    account = next(one for one in found if one)
    decoy = credentials.make_decoy(keys)
    assert credentials.find_credential(database, keys, "nobody", decoy) is None
    known = credentials.find_credential(database, keys, account.user, decoy)
    assert known
    assert (known.subscriber, known.secrets) == ("s", {"SHA-256": "very-secret-hash"})
    kept = everything(database)
    assert not any(secret.encode() in kept for secret in (code, account.password, "very-secret-hash"))
    assert subscribers.rotate(database, MASTER, OTHER, 3.0, "op") == 1
    again = subscribers.open_keys(database, OTHER, 4.0)
    assert credentials.find_credential(database, again, account.user, credentials.make_decoy(again)) == known
    assert credentials.remove_credential(database, account.user, 5.0, "op")
    assert not credentials.remove_credential(database, account.user, 5.0, "op")
    actions = [one.action for one in entries(database)]
    assert actions.count("refuse") == 15
    assert {"enrol", "enrolled", "rotate", "revoke"} <= set(actions)


def test_secrets_are_sealed_and_keys_rotate(database: Database) -> None:
    keys = subscribers.open_keys(database, MASTER, 1.0)
    subscriber = subscribers.Subscriber("001010123456789", {"network": "00101"}, {"pin": "very-secret-pin"})
    subscribers.put_subscriber(database, keys, subscriber, 2.0, "op")
    assert subscribers.get_subscriber(database, keys, subscriber.id) == subscriber
    assert "very-secret-pin" not in repr(subscriber)
    assert b"very-secret-pin" not in everything(database)
    assert subscribers.rotate(database, MASTER, OTHER, 3.0, "op") == 1
    with pytest.raises(SecrecyError):
        subscribers.open_keys(database, MASTER, 4.0)
    with pytest.raises(SecrecyError):
        subscribers.rotate(database, MASTER, OTHER, 4.0, "op")
    assert subscribers.get_subscriber(database, subscribers.open_keys(database, OTHER, 4.0), subscriber.id) == subscriber
    with pytest.raises(SecrecyError):
        subscribers.put_subscriber(database, Keys({}, None), subscriber, 5.0, "op")
    assert subscribers.remove_subscriber(database, subscriber.id, 6.0, "op")
    assert not subscribers.remove_subscriber(database, subscriber.id, 6.0, "op")
    assert "very-secret-pin" not in repr(entries(database))


def everything(database: Database) -> bytes:
    import gzip  # noqa: PLC0415

    return gzip.decompress(back_up(database)[0])


def test_a_backup_is_the_database_again(database: Database, tmp_path: Path) -> None:
    installs.add_install(database, install("a", "k", "s"), "offer", "r")
    number = catalogues.publish(database, [("a.ttl", b"\x00\xff")], "Label", "sha256:1", 1.0, "op")
    catalogues.activate(database, number, 2.0, "op")
    keys = subscribers.open_keys(database, MASTER, 1.0)
    subscribers.put_subscriber(database, keys, subscribers.Subscriber("s", {}, {"pin": "1234"}), 2.0, "op")
    content, count = back_up(database)
    other = Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    other.prepare()
    for damaged in (content[:-20], b"", b"{}", content[: len(content) // 2]):
        with pytest.raises(UsageError):
            restore(other, damaged, "damaged")
    assert restore(other, content, "whole") == count
    assert back_up(other)[0] == content
    with pytest.raises(UsageError, match="not empty"):
        restore(other, content, "whole")
    with database.writing() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    assert restore(database, content, "whole") == count
    assert catalogues.publish(database, [], "Label", "sha256:9", 3.0, "op") > number
    other.close()


def test_a_file_that_is_damaged_or_another_s_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "server.sqlite"
    made = Database(f"sqlite:///{path}")
    made.prepare()
    for number in range(200):
        installs.add_install(made, install(f"a-{number}"), "offer", "r")
    made.close()
    content = bytearray(path.read_bytes())
    for place in range(8_192, len(content) - 4_096, 4_096):
        content[place : place + 64] = b"\xa5" * 64
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"damaged|malformed|cannot be used"):
        Database(f"sqlite:///{path}").prepare()
    (tmp_path / "text").write_bytes(b"no database at all, but long enough to be taken for one by its size" * 100)
    with pytest.raises(StorageError, match="not a database"):
        Database(f"sqlite:///{tmp_path / 'text'}").prepare()


def test_urls_show_no_password_and_others_are_refused() -> None:
    assert "secret" not in shown("postgresql://me:secret@host/name")
    for url in ("", "mysql://a/b", "server.sqlite", "://", "postgresql://me:very@very-secret@127.0.0.1/name"):
        with pytest.raises(UsageError, match="not the URL of a database") as refused:
            Database(url)
        assert "very-secret" not in str(refused.value)
    with pytest.raises(StorageError) as error:
        Database("postgresql://me:very-secret@127.0.0.1:1/name").prepare()
    assert "very-secret" not in str(error.value)


def test_what_is_sealed_opens_in_its_place_alone() -> None:
    sealed = seal(MASTER, b"content", "here")
    assert unseal(MASTER, sealed, "here") == b"content"
    assert seal(MASTER, b"content", "here") != sealed
    for key, data, place in (
        (OTHER, sealed, "here"),
        (MASTER, sealed, "there"),
        (MASTER, sealed[:-1] + bytes([sealed[-1] ^ 1]), "here"),
        (MASTER, b"", "here"),
    ):
        with pytest.raises(SecrecyError):
            unseal(key, data, place)
    assert read_key("00" * 32, "x") == bytes(32)
    for text in ("", "short", "zz" * 32):
        with pytest.raises(SecrecyError, match="no key"):
            read_key(text, "x")

"""Options: file, environment, command line, the last one counting; a mistake is one sentence."""

from __future__ import annotations

import re

import pytest

from ccpp.errors import UsageError
from ccpp.server.options import Options, load_options, print_options, shown_options
from ccpp.storage.database.opening import shown


def test_the_last_one_counts() -> None:
    file = ("serve.toml", b'port = 1\nhost = "::1"\nworkers = 3\n')
    options = load_options(
        file, {"CCPP_SERVE_PORT": "2", "CCPP_SERVE_FETCH": "a.example, b.example"}, {"port": 3, "host": None}
    )
    assert (options.port, options.host, options.workers, options.fetch) == (3, "::1", 3, ("a.example", "b.example"))


def test_what_is_printed_is_what_is_read() -> None:
    options = load_options(None, {}, {"port": 99, "public_url": 'http://a.example/"\\'})
    assert load_options(("printed", print_options(options).encode()), {}, {}) == options
    assert load_options(("printed", print_options(Options()).encode()), {}, {}) == Options()


@pytest.mark.parametrize(
    ("file", "environment", "said"),
    [
        (b"prot = 1", {}, "unknown option `prot`"),
        (b"port = '1'", {}, "`port` is no whole number"),
        (b"port = true", {}, "`port` is no whole number"),
        (b"port = 0", {}, "less than 1"),
        (b"port", {}, "not TOML"),
        (b"fetch = 'a'", {}, "no list of texts"),
        (b"", {"CCPP_SERVE_PORT": "http"}, "`port` is no whole number"),
        (b"", {"CCPP_SERVE_DEMO": "perhaps"}, "`demo` is no truth value"),
    ],
)
def test_mistakes_are_told(file: bytes, environment: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        load_options(("serve.toml", file), environment, {})


@pytest.mark.parametrize(
    "database",
    [
        "postgresql://me:very-secret@db.example/ccpp",
        "postgresql://me:very@very-secret@db.example/ccpp",
        "postgresql://me:very/very-secret@db.example/ccpp",
        "postgresql://db.example/ccpp?user=me&password=very-secret&sslmode=require",
        "postgresql://db.example/ccpp?sslpassword=very-secret",
    ],
)
def test_nothing_that_is_printed_has_a_secret(database: str) -> None:
    options = load_options(None, {"CCPP_SERVE_KEY": "very-secret"}, {"database": database})
    assert "db.example/ccpp" in print_options(options)
    if database.count("@") < 2:
        assert "very-secret" not in shown(database)
    assert "very-secret" not in print_options(options)
    assert "very-secret" not in repr(shown_options(options))
    assert "very-secret" not in repr(options)

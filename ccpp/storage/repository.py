"""The repository of profiles: documents by the URI of their profile, and the ways to find one.

A profile's URI is a key (T-36, T-37: the servers behind these URIs refuse or are dead). Under one URI there may be several
documents; the newest is current and supersedes the others, which are kept. The same bytes under the same URI are the same document,
seen again; the same bytes under two URIs are two documents of one content, stored once, each the other's alias.

URIs are compared after the normalisation of RFC 3986 §6.2.2 and §6.2.3, done by `normalise`: outer white space, the case of scheme
and host, the default port, an empty path, and percent-encoding that was not needed do not count. Everything else does: the path's
case, `http` against `https`, queries. Vendors and models are compared without case and white space.

Times are seconds since 1970 and always given by the caller.
"""

from __future__ import annotations

import re
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import unquote_to_bytes

from ccpp.errors import UsageError
from ccpp.reading import MAX_DOCUMENT
from ccpp.storage.agents import holds, runs, weight
from ccpp.storage.importing import Facts, Failure, storable
from ccpp.storage.schema import connect, told_plainly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Any

    from ccpp.storage.importing import Examined

#: Hexadecimal digits that a content digest can be cut to: two of a million documents share this many by a chance of 1 to 500.
_SHORTEST_DIGEST = 12

_URI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?://(?P<authority>[^/?#]*))?(?P<rest>.*)", re.DOTALL)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(rb"[A-Za-z0-9._~-]")
_PORTS = {"http": ":80", "https": ":443"}


def normalise(uri: str) -> str:
    """The key of a URI: equal for URIs that RFC 3986 §6.2.2 and §6.2.3 hold equal, dot segments aside."""
    uri = storable(uri.strip())
    parts = _URI.fullmatch(uri)
    if parts is None:
        return uri
    scheme, authority, rest = parts["scheme"].lower(), parts["authority"], _ESCAPE.sub(_needed, parts["rest"])
    if authority is None:
        return f"{scheme}:{rest}"
    user, at, host = authority.rpartition("@")
    host = host.lower().removesuffix(_PORTS.get(scheme, ":")).removesuffix(":")
    return f"{scheme}://{user}{at}{host}{rest if rest.startswith('/') else '/' + rest}"


def _needed(escape: re.Match[str]) -> str:
    """A percent-encoding in capitals, or the character it need not hide."""
    byte = unquote_to_bytes(escape[0])
    return byte.decode() if _UNRESERVED.fullmatch(byte) else escape[0].upper()


def fold(text: str | None) -> str | None:
    """A vendor's or model's name as it is compared: without case and white space."""
    return None if text is None else "".join(text.split()).casefold()


class Entry(NamedTuple):
    """A document of the repository without its bytes: the columns of table `document` that are shown."""

    id: int
    uri: str
    base: str
    digest: str
    resolved_digest: str
    vendor: str | None
    model: str | None
    errors: int
    warnings: int
    infos: int
    first_seen: float
    last_seen: float
    superseded_by: int | None


class Unread(NamedTuple):
    """A place that holds no document: where, why, and when that was seen."""

    name: str
    base: str
    kind: str
    message: str
    first_seen: float
    last_seen: float


class Match(NamedTuple):
    """A document that was looked for, how it was found, and the URIs that the same evidence names as well."""

    entry: Entry
    how: str
    others: tuple[str, ...] = ()


class Tally(NamedTuple):
    """What became of the places of an import.

    `new` documents were not known under their URI; of these `superseding` replaced an older one as the current, and `duplicates` have the
    bytes of a document under another URI. `again` were known from another place, `unchanged` from the same, `failed` hold none.
    """

    new: int = 0
    again: int = 0
    unchanged: int = 0
    failed: int = 0
    superseding: int = 0
    duplicates: int = 0

    def __add__(self, other: object) -> Tally:
        return Tally(*map(sum, zip(self, other, strict=True))) if isinstance(other, Tally) else NotImplemented


_COLUMNS = ", ".join(f"document.{column}" for column in Entry._fields)
_SELECT = f"SELECT {_COLUMNS} FROM document"  # noqa: S608  constants
_CURRENT = "document.superseded_by IS NULL"
_IN_ORDER = "ORDER BY document.vendor_key, document.model_key, document.key, document.id"


class Repository:
    """The repository in one file; a connection of SQLite, so for one thread.

    Args:
        path: the file.
        create: make it if it is not there.

    Raises:
        UsageError: from every method, if the file cannot be used.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self._path = path
        self._database = connect(path, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._database.close()

    # Writing.

    def known(self) -> dict[str, tuple[str, str]]:
        """What was found where: name → (base, content digest)."""
        return {name: (base, digest) for name, base, digest in self._all("SELECT name, base, digest FROM source")}

    def record(self, examined: Iterable[Examined], now: float, unchanged: Sequence[str] = ()) -> Tally:
        """Take in what was found, and that places hold what they held before; all of it or, if this is interrupted, nothing."""
        with self._transaction():
            seen = [(now, name) for name in unchanged]
            self._database.executemany("UPDATE source SET last_seen = ? WHERE name = ?", seen)
            self._database.executemany(
                "UPDATE document SET last_seen = ? WHERE id = (SELECT document FROM source WHERE name = ?)", seen
            )
            return sum((self._record(one, now) for one in examined), Tally(unchanged=len(seen)))

    def _record(self, found: Examined, now: float) -> Tally:
        before = self._one("SELECT document FROM source WHERE name = ?", (found.name,))
        facts = found.outcome
        if isinstance(facts, Failure):
            self._put_source(found, None, facts, now)
            return Tally(failed=1)
        document, tally = self._put_document(found, facts, now)
        key = normalise(facts.uri)
        current = self._one("SELECT id FROM document WHERE key = ? AND superseded_by IS NULL AND id != ?", (key, document))
        if current and (tally.new or (before and before[0] == current[0])):
            # New, or what the current document's own source went back to; an old document in some other place proves nothing.
            self._run("UPDATE document SET superseded_by = NULL WHERE id = ?", (document,))
            self._run("UPDATE document SET superseded_by = ? WHERE id = ?", (document, current[0]))
            tally += Tally(superseding=1)
        self._put_source(found, document, None, now)
        return tally

    def _put_document(self, found: Examined, facts: Facts, now: float) -> tuple[int, Tally]:
        """The document's row, made or brought up to date."""
        key = normalise(facts.uri)
        derived = {
            "uri": facts.uri,
            "base": found.base,
            "resolved_digest": facts.resolved_digest,
            "vendor": facts.vendor,
            "model": facts.model,
            "vendor_key": fold(facts.vendor),
            "model_key": fold(facts.model),
            "words": " ".join(filter(None, (facts.vendor, facts.model, facts.uri))).casefold(),
            "errors": facts.errors,
            "warnings": facts.warnings,
            "infos": facts.infos,
            "last_seen": now,
        }
        row = self._one("SELECT id FROM document WHERE key = ? AND digest = ?", (key, found.digest))
        if row:
            changes = ", ".join(f"{column} = ?" for column in derived)
            self._run(f"UPDATE document SET {changes} WHERE id = ?", (*derived.values(), row[0]))  # noqa: S608  own names
            document, tally = row[0], Tally(again=1)
        else:
            alias = self._one("SELECT 1 FROM document WHERE digest = ?", (found.digest,))
            self._run("INSERT OR IGNORE INTO content VALUES (?, ?)", (found.digest, found.packed))
            made = {**derived, "key": key, "digest": found.digest, "first_seen": now}
            columns, places = ", ".join(made), ", ".join("?" * len(made))
            statement = f"INSERT INTO document ({columns}) VALUES ({places}) RETURNING id"  # noqa: S608  own names
            document, tally = self._one(statement, tuple(made.values()))[0], Tally(new=1, duplicates=int(bool(alias)))
        self._run("DELETE FROM name WHERE document = ?", (document,))
        self._database.executemany("INSERT INTO name VALUES (?, ?)", [(name, document) for name in facts.names])
        return document, tally

    def _put_source(self, found: Examined, document: int | None, failure: Failure | None, now: float) -> None:
        self._run(
            "INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET base = excluded.base,"
            " digest = excluded.digest, document = excluded.document, kind = excluded.kind, message = excluded.message,"
            " last_seen = excluded.last_seen",
            (found.name, found.base, found.digest, document, *(failure or (None, None)), now, now),
        )

    def remove(self, uri: str) -> int:
        """Take out every document of a URI, with where they were found and the patterns that name it; how many there were."""
        key = normalise(uri)
        with self._transaction():
            removed = self._run("DELETE FROM document WHERE key = ?", (key,))
            self._run("DELETE FROM pattern WHERE key = ?", (key,))
            self._run("DELETE FROM content WHERE digest NOT IN (SELECT digest FROM document)")
        return removed

    def add_pattern(self, pattern: str, uri: str) -> None:
        """Let a pattern of User-Agents name a profile, in place of the profile it named.

        Raises:
            UsageError: the pattern says nothing, or there is no such profile.
        """
        if not weight(pattern):
            raise UsageError(f"the pattern `{pattern}` fits every user agent", hint="for example `Nokia6600*`")
        if not self.by_uri(uri):
            raise UsageError(f"no profile `{uri}` in the repository", hint="import it first")
        with self._transaction():
            self._run("INSERT OR REPLACE INTO pattern VALUES (?, ?)", (pattern, normalise(uri)))

    def remove_pattern(self, pattern: str) -> bool:
        """Take out a pattern; whether there was one."""
        with self._transaction():
            return bool(self._run("DELETE FROM pattern WHERE pattern = ?", (pattern,)))

    # Finding.

    def by_uri(self, uri: str) -> Match | None:
        """The current document of a URI."""
        found = self._entries(f"{_SELECT} WHERE document.key = ? AND {_CURRENT}", (normalise(uri),))
        if not found:
            return None
        return Match(found[0], "by its URI" if found[0].uri == uri else f"by its URI, written `{found[0].uri}`")

    def by_digest(self, digest: str) -> tuple[Entry, ...]:
        """The documents, superseded ones too, whose content digest begins so.

        Raises:
            UsageError: it is too short to name anything.
        """
        if len(digest.removeprefix("sha256:")) < _SHORTEST_DIGEST:
            raise UsageError(f"`{digest}` is too short", hint=f"give {_SHORTEST_DIGEST} digits of a content digest or more")
        end = f"{digest}\N{LATIN SMALL LETTER Z}"  # above every hexadecimal digit
        return self._entries(
            f"{_SELECT} WHERE document.digest >= ? AND document.digest < ? ORDER BY document.id", (digest, end)
        )

    def by_device(self, vendor: str, model: str) -> tuple[Entry, ...]:
        """The current documents of a vendor's model."""
        where = f"WHERE document.vendor_key = ? AND document.model_key = ? AND {_CURRENT}"
        return self._entries(f"{_SELECT} {where} {_IN_ORDER}", (fold(vendor), fold(model)))

    def by_user_agent(self, agent: str) -> Match | None:
        """The current document of the device that a User-Agent names; the longest evidence decides, then an operator's.

        Where one name stands for several documents, the first URI in order is taken, published ones first, and the others are told.

        Raises:
            UsageError: it is longer than any User-Agent.
        """
        names = tuple(runs(agent))
        marks = ", ".join("?" * len(names))
        evidence = [
            (len(words), 0, words, key)
            for words, key in self._all(
                "SELECT name.words, document.key FROM name CROSS JOIN document ON document.id = name.document"  # noqa: S608  own names
                f" WHERE name.words IN ({marks}) AND {_CURRENT}",
                names,
            )
        ]
        evidence += [
            (weight(pattern), 1, pattern, key)
            for pattern, key in self._all("SELECT pattern, key FROM pattern")
            if holds(pattern, agent)
        ]
        if not evidence:
            return None
        strongest = max(evidence)[:3]
        keys = sorted(
            (key for *one, key in evidence if tuple(one) == strongest), key=lambda key: (not key.startswith("http"), key)
        )
        found = self.by_uri(keys[0])
        if found is None:  # nothing but a hand in the file could have left a pattern without its profile
            return None
        what = "the pattern" if strongest[1] else "the device's name"
        return Match(found.entry, f"by {what} `{strongest[2]}` in the user agent", tuple(keys[1:]))

    def current(self, *, vendor: str | None = None, text: str = "") -> tuple[Entry, ...]:
        """The current documents, of one vendor, with every word of a text in vendor, model or URI; by vendor, model and URI."""
        words = text.casefold().split()
        where = "".join(" AND instr(document.words, ?)" for _ in words) + (" AND document.vendor_key = ?" if vendor else "")
        arguments = (*words, fold(vendor)) if vendor else tuple(words)
        return self._entries(f"{_SELECT} WHERE {_CURRENT}{where} {_IN_ORDER}", arguments)

    def superseded(self) -> tuple[Entry, ...]:
        """The documents that newer ones of their URI replaced."""
        return self._entries(f"{_SELECT} WHERE document.superseded_by IS NOT NULL {_IN_ORDER}")

    def duplicates(self) -> tuple[tuple[Entry, ...], ...]:
        """The current documents that have the same bytes under several URIs, a tuple for each content."""
        where = "digest IN (SELECT digest FROM document WHERE superseded_by IS NULL GROUP BY digest HAVING count(*) > 1)"
        groups: dict[str, list[Entry]] = {}
        for entry in self._entries(f"{_SELECT} WHERE {_CURRENT} AND {where} {_IN_ORDER}"):
            groups.setdefault(entry.digest, []).append(entry)
        return tuple(map(tuple, groups.values()))

    def failures(self) -> tuple[Unread, ...]:
        """The places that hold no document."""
        columns = ", ".join(Unread._fields)
        return tuple(
            Unread(*row)
            for row in self._all(f"SELECT {columns} FROM source WHERE kind IS NOT NULL ORDER BY name")  # noqa: S608  own names
        )

    def patterns(self) -> tuple[tuple[str, str], ...]:
        """What operators said of User-Agents: pattern and the key of the profile."""
        return tuple(self._all("SELECT pattern, key FROM pattern ORDER BY pattern"))

    def sources(self, entry: Entry) -> tuple[str, ...]:
        """Where a document was found last."""
        return tuple(name for [name] in self._all("SELECT name FROM source WHERE document = ? ORDER BY name", (entry.id,)))

    def content(self, entry: Entry) -> bytes:
        """The bytes of a document.

        Raises:
            UsageError: the file was damaged.
        """
        row = self._one("SELECT packed FROM content WHERE digest = ?", (entry.digest,))
        unpacker = zlib.decompressobj()
        try:
            content = unpacker.decompress(row[0], MAX_DOCUMENT)
        except (zlib.error, TypeError):
            content = b""
        if not unpacker.eof:
            raise UsageError(f"the content of `{entry.uri}` is damaged", source=str(self._path), hint="import it again")
        return content

    # The database.

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, whatever ends it."""
        with told_plainly(self._path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _run(self, statement: str, arguments: tuple[Any, ...] = ()) -> int:
        return self._database.execute(statement, arguments).rowcount

    def _one(self, statement: str, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401  a row, or None
        with told_plainly(self._path):
            return self._database.execute(statement, arguments).fetchone()

    def _all(self, statement: str, arguments: tuple[Any, ...] = ()) -> list[Any]:
        with told_plainly(self._path):
            return self._database.execute(statement, arguments).fetchall()

    def _entries(self, statement: str, arguments: tuple[Any, ...] = ()) -> tuple[Entry, ...]:
        return tuple(Entry(*row) for row in self._all(statement, arguments))

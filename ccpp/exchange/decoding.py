"""Request headers to what they say of profiles: one ordered list of references and diffs, whichever protocol wrote it.

The list is one left fold: a URI, then the diffs that follow it in the order of their numbers, then the next URI (T-33). Whatever is
left out or read in a way that the grammar does not have leaves a finding. No reference is fetched or even looked up here.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from ccpp.diagnostics import Diagnostic
from ccpp.exchange.digest import diff_digest
from ccpp.exchange.lists import Quoting, read_list
from ccpp.exchange.model import (
    EXTENSION,
    MAX_FIELDS,
    MAX_REFERENCES,
    MAX_SIZE,
    STRENGTHS,
    Declaration,
    Diff,
    Digests,
    Exchange,
    ExchangeError,
    Protocol,
    Reference,
)
from ccpp.exchange.references import is_profile_uri, split_number, unfold_diffs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ccpp.exchange.lists import Item
    from ccpp.exchange.model import Field


class Source(NamedTuple):
    """Headers that carry a profile: the list of references, and the diffs, whose number stands in the value or after the name."""

    protocol: Protocol
    profile: str
    diffs: tuple[str, ...]


#: Where profiles are looked for, the first that holds a reference being used (T-38). Headers of the CC/PP exchange protocol are
#: named by each message, and come between the two rows of W-HTTP and the last one; some Nokia devices send its diffs with W-HTTP.
W_HTTP = (
    Source(Protocol.W_HTTP, "x-wap-profile", ("x-wap-profile-diff", "profile-diff")),
    Source(Protocol.W_HTTP, "wap-profile", ("wap-profile-diff", "x-wap-profile-diff")),
)
PLAIN = Source(Protocol.PROFILE, "Profile", ("Profile-Diff",))

_DECLARATION = re.compile(r"""(?:"([^"]*)"|'([^']*)'|([^\s;,"']+))((?:\s*;[^,;]*)*)""")
_NAMESPACE = re.compile(r""";\s*ns\s*=\s*["']?([0-9]{1,9})\b""", re.IGNORECASE)
_DIFF_REFERENCE = re.compile(r"([0-9]{1,9})-(.*)", re.DOTALL)
_AFTER_STEM = re.compile(r"(?:-([0-9]{1,9}))?")
_FOLD = re.compile(r"\r?\n[ \t]+")
_SHOWN = 80


def read_exchange(headers: Iterable[Field], *, digests: Digests = Digests.CHECKED) -> Exchange:
    """What the headers of a request say of profiles.

    Args:
        headers: name and value of each field, in any case and order, repeated or folded as they came; a value's characters are the
            bytes of the wire (ISO-8859-1), as WSGI and ASGI servers give them.
        digests: what to do with a diff whose digest is wrong.

    Raises:
        ExchangeError: there are too many fields or references, or the fields are too large.
    """
    reader = _Reader(_by_name(headers), digests)
    declarations, unmet = reader.declarations()
    sources = reader.sources(declarations)
    present = [source for source in sources if reader.items(source)]
    reader.note_sources(sources, present, declarations)
    chosen = present[0] if present else None
    consulted = reader.consulted(sources, chosen)
    # Without a list every diff is one that no list has, whichever protocol's.
    items, carriers = (reader.items(chosen), [chosen]) if chosen else ([], sources)
    references = reader.fold(items, reader.diffs(stem for source in carriers for stem in source.diffs))
    protocol = chosen.protocol if chosen else None
    return Exchange(protocol, references, declarations, unmet, consulted, tuple(dict.fromkeys(reader.findings)))


def _by_name(headers: Iterable[Field]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    size = 0
    for count, (name, value) in enumerate(headers, start=1):
        size += len(name) + len(value)
        if count > MAX_FIELDS:
            raise ExchangeError(f"more than {MAX_FIELDS} header fields")
        if size > MAX_SIZE:
            raise ExchangeError(f"more than {MAX_SIZE} characters of header fields", hint="refer to large profiles by URI")
        fields.setdefault(name.strip().lower(), []).append(value)
    return fields


class _Reader:
    """The state of one request."""

    def __init__(self, fields: Mapping[str, Sequence[str]], digests: Digests) -> None:
        self.fields = fields
        self.digests = digests
        self.findings: list[Diagnostic] = []

    def note(self, code: str, *details: object) -> None:
        shown = (" ".join(str(detail).split()) for detail in details)
        self.findings.append(
            Diagnostic(code, None, tuple(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…" for text in shown))
        )

    # Which protocol.

    def declarations(self) -> tuple[tuple[Declaration, ...], tuple[str, ...]]:
        """The declarations of our extension, the most demanding first, and the mandatory extensions that are not ours."""
        ours, unmet = [], []
        for name, strength in STRENGTHS.items():
            for identifier, number in self.declared(name):
                if identifier.lower() == EXTENSION.lower():
                    ours.append(Declaration(strength, number))
                elif strength.mandatory:
                    unmet.append(identifier)
        return tuple(ours), tuple(unmet)

    def declared(self, name: str) -> Iterator[tuple[str, str]]:
        """The extensions that the fields of one name declare: identifier and number (RFC 2774 §3)."""
        for value in self.fields.get(name, ()):
            for double, single, bare, parameters in _DECLARATION.findall(value):
                number = _NAMESPACE.search(parameters)
                yield double or single or bare, number[1] if number else ""

    def sources(self, declarations: Sequence[Declaration]) -> list[Source]:
        """Where to look, in order of precedence; a declaration without a number names the plain headers."""
        declared = (
            Source(Protocol.CCPP_EXCHANGE, declaration.header("Profile"), (declaration.header("Profile-Diff"),))
            for declaration in declarations
        )
        sources: dict[str, Source] = {}
        for source in chain(W_HTTP, declared, [PLAIN]):
            sources.setdefault(source.profile.lower(), source)
        return list(sources.values())

    def note_sources(self, sources: Sequence[Source], present: Sequence[Source], declarations: Sequence[Declaration]) -> None:
        """What is said of sources that are not used."""
        for source in sources:
            if source.profile.lower() in self.fields and source not in present:
                self.note("profile-header-empty", source.profile)
        for other in present[1:]:
            self.note("protocol-overruled", other.profile, present[0].profile)
        for declaration in declarations:
            if declaration.header("profile") not in self.fields:
                self.note("extension-without-profile", declaration.header("Profile"))

    def consulted(self, sources: Sequence[Source], chosen: Source | None) -> tuple[str, ...]:
        """The headers that decided: those of every source up to the chosen one, and its diffs."""
        looked_at = sources[: sources.index(chosen) + 1] if chosen else sources
        last = looked_at[-1]
        declaring = () if last.protocol is Protocol.W_HTTP else (strength.header for strength in STRENGTHS.values())
        diffs = (name for name in self.fields for stem in last.diffs if self.numbered(name, stem) is not None)
        names: dict[str, str] = {}
        for name in chain((source.profile for source in looked_at), declaring, last.diffs[:1], diffs):
            names.setdefault(name.lower(), name)
        return tuple(names.values())

    # The list of references.

    def items(self, source: Source) -> list[Item]:
        """What the list of a source holds."""
        values = self.fields.get(source.profile.lower(), ())
        items = list(islice(chain.from_iterable(map(read_list, map(_unfolded, values))), MAX_REFERENCES + 1))
        if len(items) > MAX_REFERENCES:
            raise ExchangeError(f"more than {MAX_REFERENCES} references in `{source.profile}`")
        return [item for item in items if item.text]

    def fold(self, items: Sequence[Item], diffs: Mapping[int, Sequence[bytes]]) -> tuple[Reference, ...]:
        """The references in the order of the merge: each URI, and the diffs after it by their numbers (T-33)."""
        references: list[Reference] = []
        group: list[tuple[int, str]] = []
        listed: set[int] = set()
        for item in items:
            if item.quoting is not Quoting.DOUBLE:
                self.note("reference-unquoted" if item.quoting is not Quoting.UNCLOSED else "quote-unclosed", item.text)
            match = _DIFF_REFERENCE.fullmatch(item.text)
            if match and ":" not in item.text:
                number = self.number(match[1])
                if number in listed:
                    self.note("diff-number-repeated", number)
                    continue
                listed.add(number)
                if group and number < group[-1][0]:
                    self.note("diff-out-of-order", number, group[-1][0])
                group.append((number, match[2]))
            elif is_profile_uri(item.text):
                references += self.listed_diffs(group, diffs)
                references.append(item.text)
                group.clear()
            else:
                self.note("reference-refused", item.text)
        references += self.listed_diffs(group, diffs)
        for number in sorted(diffs.keys() - listed):
            self.note("diff-unreferenced", number)
        return tuple(references)

    def listed_diffs(self, group: Iterable[tuple[int, str]], diffs: Mapping[int, Sequence[bytes]]) -> Iterator[Diff]:
        """The diffs that follow one URI, in the order of their numbers, as far as they were sent and their digests are right."""
        for number, digest in sorted(group):
            sent = diffs.get(number)
            if not sent:
                self.note("diff-missing", number)
                continue
            if len(sent) > 1:
                self.note("diff-number-repeated", number)
            document = next((one for one in sent if diff_digest(one) == digest), None)
            if document is not None:
                yield Diff(number, document)
                continue
            used = self.digests is Digests.TOLERATED
            self.note("diff-digest-wrong", number, diff_digest(sent[0]), digest, "used all the same" if used else "left out")
            if used:
                yield Diff(number, sent[0], verified=False)

    # Diffs.

    def diffs(self, stems: Iterable[str]) -> dict[int, list[bytes]]:
        """The diffs that fields of these names hold, by number, those of one number in their order."""
        found: dict[int, list[bytes]] = {}
        for stem in dict.fromkeys(stems):
            for name, values in self.fields.items():
                number = self.numbered(name, stem)
                for value in values if number is not None else ():
                    for written, document in [(number, value)] if number else self.in_value(name, value):
                        found.setdefault(self.number(written), []).append(_bytes(document))
        return found

    def numbered(self, name: str, stem: str) -> str | None:
        """The number after the name of a field that holds a diff, empty where it stands in the value; `None` for any other field."""
        if not name.startswith(stem.lower()):
            return None
        match = _AFTER_STEM.fullmatch(name, len(stem))
        return match[1] or "" if match else None

    def in_value(self, name: str, value: str) -> Iterator[tuple[str, str]]:
        """Number and document of each diff in a value, several where a proxy has joined fields (T-31)."""
        parts = unfold_diffs(value)
        if len(parts) > 1:
            self.note("diffs-folded", name, len(parts))
        for part in parts:
            found = split_number(part)
            if found:
                yield found
            else:
                self.note("diff-unnumbered", name, part)

    def number(self, written: str) -> int:
        number = int(written)
        if str(number) != written or not number:
            self.note("diff-number-malformed", written, number)
        return number


def _unfolded(value: str) -> str:
    """A list on one line (RFC 9112 §5.2)."""
    return _FOLD.sub(" ", value)


def _bytes(document: str) -> bytes:
    """The bytes that the text of a header stands for; text that was decoded otherwise is written as UTF-8."""
    text = document.strip(" \t\r\n")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")

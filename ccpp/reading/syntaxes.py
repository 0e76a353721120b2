"""Profiles in other syntaxes of RDF: Turtle, N-Triples and JSON-LD beside RDF/XML.

What a profile means is defined on statements (`ccpp.reading.profile`), so a syntax is a function from bytes to statements, and a row of
`SYNTAXES`. RDF/XML has a parser of its own, because profiles are written in it; the others are rdflib's, which keeps no lines. Their
statements come in the order of the document, because Locked and Override depend on it, and blank nodes are numbered as they come.

Nothing is ever fetched: a JSON-LD document that refers to a context elsewhere is refused.
"""

from __future__ import annotations

import json
import warnings
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.errors import NotRdf, ProfileError, ProfileTooLarge
from ccpp.model import Kind, Profile
from ccpp.reading import MAX_DOCUMENT, read_profile, read_statements, referred
from ccpp.reading.draft import Draft
from ccpp.reading.profile import describe
from ccpp.reading.rdf import Literal, Node, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rdflib import Graph
    from rdflib.term import Node as Term

    from ccpp.diagnostics import Diagnostic
    from ccpp.vocabulary import Vocabularies

#: Objects and arrays inside one another in a JSON-LD document; a profile needs six.
MAX_NESTING = 64


class Syntax(NamedTuple):
    """One way to write RDF; `rdflib` is rdflib's name for it, `None` for the one that is read without."""

    label: str
    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]
    rdflib: str | None


SYNTAXES: MappingProxyType[str, Syntax] = MappingProxyType(
    {
        "rdfxml": Syntax("RDF/XML", ("application/rdf+xml", "text/xml", "application/xml"), (".rdf", ".xml"), None),
        "turtle": Syntax("Turtle", ("text/turtle",), (".ttl",), "turtle"),
        "ntriples": Syntax("N-Triples", ("application/n-triples",), (".nt",), "nt11"),
        "jsonld": Syntax("JSON-LD", ("application/ld+json",), (".jsonld",), "json-ld"),
    }
)


def syntax_of(name: str = "", media_type: str = "") -> str:
    """The key in `SYNTAXES` of a document, by its media type, else by the suffix of its name, else RDF/XML."""
    essence = media_type.partition(";")[0].strip().lower()
    for key, syntax in SYNTAXES.items():
        if essence in syntax.media_types:
            return key
    return next((key for key, syntax in SYNTAXES.items() if name.lower().endswith(syntax.suffixes)), "rdfxml")


def read_document(  # noqa: PLR0913  what `read_profile` takes, and the syntax
    data: bytes,
    *,
    syntax: str,
    uri: str,
    vocabularies: Vocabularies,
    document: str | None = None,
    kind: Kind = Kind.EXPLICIT,
    strict: bool = False,
    load: Callable[[str], bytes | None] | None = None,
) -> Profile:
    """The profile that a document in any of the `SYNTAXES` states; arguments and errors are those of `ccpp.reading.read_profile`."""
    if SYNTAXES[syntax].rdflib is None:
        return read_profile(data, uri=uri, vocabularies=vocabularies, document=document, kind=kind, strict=strict, load=load)
    name = document or uri
    try:
        statements, _ = statements_in(data, syntax, uri, strict=strict)
        draft = Draft(uri, name, vocabularies, kind, strict=strict)
        return describe(statements, draft, load=referred(load, strict=strict))
    except ProfileError as error:
        raise error.located(name) from None


def statements_in(data: bytes, syntax: str, uri: str, *, strict: bool = False) -> tuple[list[Statement], list[Diagnostic]]:
    """The RDF statements of a document in any of the `SYNTAXES`, with what was mended.

    Raises:
        ProfileError: it is too large, or not written in that syntax.
    """
    written = SYNTAXES[syntax]
    return read_statements(data, uri, strict=strict) if written.rdflib is None else (_statements(data, written, uri), [])


def _statements(data: bytes, syntax: Syntax, uri: str) -> list[Statement]:
    if len(data) > MAX_DOCUMENT:
        raise ProfileTooLarge(f"{len(data)} bytes, more than {MAX_DOCUMENT}", hint="no real profile comes near it")
    if syntax.rdflib == "json-ld":
        _check_json(data)
    blanks: dict[Term, Node] = {}
    return [
        Statement(_node(subject, blanks), str(predicate), _value(value, blanks), 0)
        for subject, predicate, value in _triples(data, syntax, uri)
    ]


def _triples(data: bytes, syntax: Syntax, uri: str) -> list[tuple[Term, Term, Term]]:
    from rdflib import Graph  # noqa: PLC0415  few profiles are written so, and rdflib is slow to load
    from rdflib.plugins.stores.memory import Memory  # noqa: PLC0415

    found: list[tuple[Term, Term, Term]] = []

    class InOrder(Memory):
        """A store that also writes down what comes, as it comes."""

        def add(self, triple: Any, context: Any, quoted: bool = False) -> None:  # noqa: ANN401, FBT001, FBT002  rdflib's signature
            found.append(triple)
            super().add(triple, context, quoted)

    graph: Graph = Graph(store=InOrder())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph.parse(data=data.decode("utf-8-sig"), format=syntax.rdflib, publicID=uri)
    except RecursionError:
        raise ProfileTooLarge(f"not {syntax.label}: too deep", hint="no real profile is so deep") from None
    except UnicodeDecodeError as error:
        raise NotRdf(f"not {syntax.label}: not UTF-8 at byte {error.start}", hint=f"{syntax.label} is UTF-8") from None
    except Exception as error:  # noqa: BLE001  rdflib's parsers raise whatever they trip over
        line = getattr(error, "lines", None)
        why = " ".join(str(getattr(error, "_why", None) or getattr(error, "message", error)).split())[:120]
        raise NotRdf(
            f"not {syntax.label}: {why}",
            line=line + 1 if isinstance(line, int) else None,
            hint=f"a file named so should be {syntax.label}",
        ) from None
    return list(dict.fromkeys(found))


def _check_json(data: bytes) -> None:
    """Refuse what would be fetched, and what is nested too deep."""
    try:
        pending = [(json.loads(data.decode("utf-8-sig")), 0)]
    except (ValueError, RecursionError) as error:
        raise NotRdf(f"not JSON: {error}", hint="JSON-LD is JSON in UTF-8") from None
    if not isinstance(pending[0][0], dict | list):
        raise NotRdf("not JSON-LD: neither an object nor a list", hint="JSON-LD is an object with a context")
    while pending:
        value, depth = pending.pop()
        if depth > MAX_NESTING:
            raise ProfileTooLarge(f"more than {MAX_NESTING} levels of JSON", hint="no real profile needs it")
        if isinstance(value, dict):
            for reference in _references(value):
                raise NotRdf(
                    f"the context `{reference}` is in another document", hint="write the context out; nothing is fetched"
                )
            pending += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list):
            pending += [(inner, depth + 1) for inner in value]


def _references(value: dict[str, Any]) -> Iterator[str]:
    for key in ("@context", "@import"):
        stated = value.get(key)
        yield from (one for one in (stated if isinstance(stated, list) else [stated]) if isinstance(one, str))


def _node(term: Term, blanks: dict[Term, Node]) -> Node:
    from rdflib import BNode  # noqa: PLC0415

    return blanks.setdefault(term, f"_:{len(blanks) + 1}") if isinstance(term, BNode) else str(term)


def _value(term: Term, blanks: dict[Term, Node]) -> Node | Literal:
    from rdflib import Literal as RdfLiteral  # noqa: PLC0415

    if isinstance(term, RdfLiteral):
        return Literal(str(term), term.language, str(term.datatype) if term.datatype else None)
    return _node(term, blanks)

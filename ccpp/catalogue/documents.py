"""The documents of a catalogue as one graph: Turtle, JSON and YAML, one or several, each known by its name.

JSON and YAML are JSON-LD under the context that ships as `vocabularies/catalogue.jsonld`. Nothing is ever fetched: a document that
refers to a context elsewhere is refused, and an import names one of the documents given.
"""

from __future__ import annotations

import json
import re
import warnings
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import PurePath, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rdflib import Dataset, Graph, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.namespace import XSD

from ccpp.catalogue.model import Document
from ccpp.catalogue.places import Places
from ccpp.catalogue.terms import CAT
from ccpp.errors import CatalogueError
from ccpp.requirements.turtle import parse_turtle
from ccpp.turtle.store import FactGraph
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rdflib.term import Node

#: A catalogue's bytes. Ten thousand applications with ten variants each, take 42 MB as `benchmarks.catalogue` writes
#: them, and some minutes and hundreds of MB to load; what is larger than twice that is refused before it is read.
MAX_CATALOGUE = 90 * 1_048_576
#: Documents of one catalogue.
MAX_DOCUMENTS = 1_000
#: Objects and arrays of JSON inside one another; a shape needs ten.
MAX_NESTING = 64
#: Values of a YAML document with its aliases written out: a few lines of them can stand for more than any memory holds.
MAX_VALUES = 20_000_000

#: Bytes of a document in YAML, which people write: its parser takes a second for some 10 KB.
MAX_YAML = 1_048_576

#: What relative IRIs are relative to, in any syntax: so `<#chess>` is one thing in every document of a catalogue.
BASE = "urn:ccpp:this"


_BRACKETS = re.compile(r"[][{}]")


def read_documents(documents: Sequence[Document]) -> tuple[Graph, Places]:
    """The statements of all documents, and where each thing stands in them.

    Raises:
        CatalogueError: a document is none of the syntaxes, or is too large; or one imports what is not given.
    """
    if sum(len(document.data) for document in documents) > MAX_CATALOGUE:
        raise CatalogueError(f"more than {MAX_CATALOGUE} bytes", source=documents[0].name, hint="split the catalogue")
    parts = [(document, read_document(document)) for document in documents]
    if len(parts) == 1:
        return parts[0][1], Places(parts)
    whole: Graph = FactGraph({})
    for _, graph in parts:
        whole += graph
    return whole, Places(parts)


def read_document(document: Document) -> Graph:
    """The statements of one document, in the syntax that the ending of its name tells; Turtle, if it tells none.

    Raises:
        CatalogueError: it is not of that syntax.
    """
    parse = next((parse for ending, parse in SYNTAXES.items() if document.name.lower().endswith(ending)), _turtle)
    try:
        return parse(document.data)
    except CatalogueError as error:
        raise error.located(document.name) from None


def imports_of(graph: Graph) -> tuple[str, ...]:
    """The names of the documents that a document imports, as it writes them."""
    return tuple(sorted(str(name) for name in graph.objects(None, URIRef(CAT + "imports"))))


def gather(names: Iterable[str], read: Callable[[str, int], bytes]) -> tuple[Document, ...]:
    """The documents of those names and all that they import, each once; `read` gives the bytes of a name, up to a limit.

    Raises:
        CatalogueError: an import leads out of the folder of the document that states it, or there are too many documents.
    """
    found: dict[str, Document] = {}
    pending = list(names)
    while pending:
        name = pending.pop(0)
        if name in found:
            continue
        if len(found) == MAX_DOCUMENTS:
            raise CatalogueError(f"more than {MAX_DOCUMENTS} documents", source=name, hint="join some of them")
        found[name] = document = Document(name, read(name, MAX_CATALOGUE))
        if b"imports" in document.data:
            pending += [_beside(name, one) for one in imports_of(read_document(document))]
    return tuple(found.values())


def _beside(name: str, imported: str) -> str:
    """The name of a document as the one that imports it means it: in its own folder or below."""
    path = PurePosixPath(imported)
    if path.is_absolute() or ".." in path.parts or ":" in imported or not path.name:
        raise CatalogueError(
            f"imports `{imported}`, which is not in its folder or below",
            source=name,
            hint="write the name of a file such as games.ttl",
        )
    return str(PurePath(name).parent / path)


def _turtle(data: bytes) -> Graph:
    return parse_turtle(data, CatalogueError)


# JSON and YAML.


def _json(data: bytes) -> Graph:
    try:
        value = json.loads(data, parse_float=Decimal, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise CatalogueError(f"not JSON: {error}", line=line, hint="a catalogue in JSON is one object, in UTF-8") from None
    return _graph(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"key `{next(key for key in keys if keys.count(key) > 1)}` twice in one object")
    return found


def _yaml(data: bytes) -> Graph:
    if len(data) > MAX_YAML:
        raise CatalogueError(f"more than {MAX_YAML} bytes of YAML", hint="split it, or write it as JSON or Turtle")
    try:
        from ruamel.yaml import YAML  # noqa: PLC0415  an extra
    except ImportError:
        raise CatalogueError("a catalogue in YAML needs ruamel.yaml", hint="pip install 'ccpp[yaml]'") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = data.decode()
            _check_brackets(text)
            _check_nesting(YAML(typ="safe", pure=True).parse(text))
            value = YAML(typ="safe", pure=True).load(text)
    except CatalogueError:
        raise
    except Exception as error:  # noqa: BLE001  besides its own errors, its constructors raise whatever Python's do
        mark = getattr(error, "problem_mark", None)
        why = " ".join(str(getattr(error, "problem", None) or error).split())[:120]
        raise CatalogueError(
            f"not YAML: {why}",
            line=mark.line + 1 if mark else None,
            hint="check the indentation, and quote what has `#` or `: `",
        ) from None
    return _graph(value)


def _check_brackets(text: str) -> None:
    """Refuse what opens brackets without end before it is scanned: each of them is looked at again for every one after it.

    Those inside texts count too, so there may be some more than nest; a text has few that it does not close.
    """
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth = max(depth + (1 if bracket in "[{" else -1), 0)
        if depth > 4 * MAX_NESTING:
            raise CatalogueError("not YAML: brackets inside brackets without end", hint="give the inner parts names")


def _check_nesting(events: Iterable[object]) -> None:
    """Refuse what is too deep before it is built: the time that takes grows with the square of the depth."""
    depth = 0
    for event in events:
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth > MAX_NESTING:
            raise CatalogueError("not YAML: brackets inside brackets without end", hint="give the inner parts names")


def _graph(value: object) -> Graph:
    """The statements of a JSON document under the shipped context, and under its own for what that leaves out."""
    from rdflib.plugins.parsers.jsonld import to_rdf  # noqa: PLC0415  few catalogues are written so

    if not isinstance(value, dict):
        raise CatalogueError("no object", hint="a catalogue in JSON or YAML is one object with `type: Catalogue`")
    plain = _Plainer().plain(value, 0)
    own = plain.pop("@context", [])
    contexts = [context(), *(own if isinstance(own, list) else [own])]
    dataset = Dataset(default_union=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            to_rdf(plain, dataset, base=BASE, context_data=contexts)
    except RecursionError:
        raise CatalogueError("not JSON-LD: objects inside objects without end", hint="give the inner ones an `id`") from None
    except Exception as error:  # noqa: BLE001  rdflib's parser raises whatever it trips over
        raise CatalogueError(
            f"not JSON-LD: {' '.join(str(error).split())[:120]}", hint="compare it with the example in the README"
        ) from None
    graph = Graph()
    for subject, predicate, thing in dataset.graph(DATASET_DEFAULT_GRAPH_ID):
        graph.add((_based(subject), predicate, _based(thing)))
    return graph


def _based(node: Node) -> Node:
    """The parser of rdflib resolves `#chess` to `urn:ccpp:this/#chess`, RFC 3986 and its Turtle parser to `urn:ccpp:this#chess`."""
    return URIRef(BASE + node.removeprefix(BASE + "/")) if isinstance(node, URIRef) and node.startswith(BASE + "/#") else node


@cache
def context() -> Mapping[str, Any]:
    """The context that ships."""
    shipped: dict[str, Any] = json.loads((vocabulary_folder() / "catalogue.jsonld").read_bytes())
    return MappingProxyType(shipped["@context"])


class _Plainer:
    """JSON as rdflib's JSON-LD parser may have it: bounded, without references to elsewhere, decimal numbers as such."""

    def __init__(self) -> None:
        self.count = 0

    def plain(self, value: Any, depth: int) -> Any:  # noqa: ANN401  JSON
        self.count += 1
        if depth > MAX_NESTING or self.count > MAX_VALUES:
            raise CatalogueError("not JSON-LD: too deep or too large", hint="give the inner parts an `id`, and state them once")
        if isinstance(value, dict):
            for reference in _references(value):
                raise CatalogueError(
                    f"the context `{reference}` is in another document",
                    hint="leave it out: the catalogue's own is always there, and nothing is fetched",
                )
            return {str(key): self.plain(inner, depth + 1) for key, inner in value.items() if inner is not None}
        if isinstance(value, list):
            return [self.plain(inner, depth + 1) for inner in value]
        if isinstance(value, Decimal | float):
            return {"@value": format(Decimal(str(value)), "f"), "@type": str(XSD.decimal)}
        return value.isoformat() if isinstance(value, date) else value  # YAML knows dates, JSON does not


def _references(value: Mapping[str, Any]) -> Iterator[str]:
    for key in ("@context", "@import"):
        stated = value.get(key)
        yield from (one for one in (stated if isinstance(stated, list) else [stated]) if isinstance(one, str))


#: The ending of a document's name → what reads it.
SYNTAXES: Mapping[str, Callable[[bytes], Graph]] = MappingProxyType(
    {".json": _json, ".jsonld": _json, ".yaml": _yaml, ".yml": _yaml, ".ttl": _turtle, ".nt": _turtle}
)

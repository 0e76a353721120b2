"""A requirement written on the spot, tried on a device: how the text is read, and what comes of it. Nothing of it is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ccpp.advice import Advice, advise_on
from ccpp.catalogue.model import Document
from ccpp.errors import RequirementError
from ccpp.inspection import requirements_in
from ccpp.requirements.expression import Reference, walk
from ccpp.requirements.features import parse_features
from ccpp.requirements.graph import RequirementGraph
from ccpp.requirements.rfc2533 import requirement_of
from ccpp.turtle.tokens import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ccpp.model import ResolvedProfile
    from ccpp.requirements.expression import Requirement
    from ccpp.vocabulary import Vocabularies

#: Characters of a requirement; of one in YAML, whose parser takes a second for 10 KB.
MAX_TEXT, MAX_YAML = 65_536, 8_192
#: Requirements of one text that are tried, and characters of a catalogue that one is looked for in.
_TRIED, _SEARCHED = 5, 2_000_000

#: Prefixes that a text need not declare.
PREFIXES: Mapping[str, str] = {
    "sh": "http://www.w3.org/ns/shacl#",
    "req": "urn:ccpp:requirement#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "prf": "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#",
    "pss": "http://www.3gpp.org/profiles/PSS/ccppschema-PSS6#",
    "platform": "urn:ccpp:platform#",
    "": "urn:ccpp:this#",
}

EXAMPLES: Mapping[str, str] = {
    "Turtle": ":Wanted a sh:NodeShape ;\n"
    '    sh:property [ sh:path prf:ScreenSize ; sh:minCount 1 ; req:dimensionAtLeast "240x320" ] ;\n'
    '    sh:property [ sh:path prf:JavaPlatform ; sh:minCount 1 ; req:versionAtLeast "MIDP/2.0" ] .\n',
    "YAML": 'id: "#Wanted"\ntype: NodeShape\nproperty:\n'
    '  - {path: "prf:ScreenSize", minCount: 1, dimensionAtLeast: 240x320}\n'
    '  - {path: "prf:ColorCapable", hasValue: true}\n',
    "Media features": "(& (pix-x>=240) (pix-y>=320) (BitsPerPixel>=16))\n",
}


class Tried(NamedTuple):
    """A requirement by name, and what there is to say of it on the device."""

    name: str
    required: Requirement
    advice: Advice


class Trial(NamedTuple):
    """What a text asks: its requirements, and those of them that no other one refers to."""

    graph: RequirementGraph
    roots: tuple[str, ...]


def read_trial(text: str, vocabularies: Vocabularies) -> Trial:
    """The requirements in a text: Turtle, JSON or YAML as in a catalogue, or a media feature set (RFC 2533).

    Raises:
        CcppError: it is none of them, or asks what cannot be asked.
    """
    if len(text) > MAX_TEXT:
        raise RequirementError(f"more than {MAX_TEXT:,} characters", hint="try a part of it")
    if text.lstrip().startswith("("):
        return _features(text, vocabularies)
    document = _document(text)
    if document.name.endswith(".yaml") and len(text) > MAX_YAML:
        raise RequirementError(
            f"more than {MAX_YAML:,} characters of YAML", hint="try a part of it, or write it as JSON or Turtle"
        )
    graph = requirements_in(document, vocabularies)
    own = [name for name in graph if not name.startswith(PREFIXES["platform"])]
    named = {part.name for one in own for part in walk(graph[one]) if isinstance(part, Reference)}
    roots = tuple(name for name in own if name not in named)
    if not roots:
        raise RequirementError("there is no requirement in the text", hint="a requirement is a `sh:NodeShape` with a name")
    return Trial(graph, roots[:_TRIED])


def _features(text: str, vocabularies: Vocabularies) -> Trial:
    alternatives = [requirement_of(one.expression, vocabularies) for one in parse_features(text).alternatives]
    names = [f"{PREFIXES['']}alternative-{place}" for place in range(1, len(alternatives) + 1)]
    graph = RequirementGraph(dict(zip(names, alternatives, strict=True)))
    return Trial(graph, tuple(names[:_TRIED]))


_TURTLE = re.compile(r"\s*(?:@prefix|@base|#|PREFIX\b|BASE\b|<|\[|[\w-]*:[\w-]+\s+(?:a|rdf:type|sh:\w+)\s)", re.IGNORECASE)


def _document(text: str) -> Document:
    """The text as a document of the syntax that it looks like, with the prefixes that it does not declare; its lines keep their numbers."""
    if text.lstrip().startswith("{"):
        return Document("requirement.json", text.encode(errors="replace"))
    if not _TURTLE.match(_COMMENTS.sub("", text, count=1)):
        return Document("requirement.yaml", text.encode(errors="replace"))
    declared = {name for name, _ in _declared(tokens(text))}
    missing = " ".join(f"@prefix {name}: <{iri}> ." for name, iri in PREFIXES.items() if name not in declared)
    return Document("requirement.ttl", f"{missing} {text}".encode(errors="replace"))


_COMMENTS = re.compile(r"(?:\s*#[^\n]*\n)*")


def try_on(profile: ResolvedProfile, trial: Trial, vocabularies: Vocabularies) -> tuple[Tried, ...]:
    """What there is to say of each requirement on a device."""
    graph = trial.graph
    return tuple(
        Tried(name, graph[name], advise_on(graph[name], profile, graph, vocabularies.attributes)) for name in trial.roots
    )


# A requirement of a catalogue, as its author wrote it.


def excerpt(documents: Iterable[tuple[str, bytes]], names: Sequence[str]) -> str:
    """The statements about some requirements, in this order, in the Turtle of a catalogue, and prefixes; empty if there are none."""
    found = []
    for name, data in documents:
        if name.lower().endswith((".ttl", ".nt")) and len(data) <= _SEARCHED:
            found.append(_statements(data.decode(errors="replace"), names))
    return "\n".join(filter(None, found))


def _statements(text: str, names: Sequence[str]) -> str:
    prefixes = dict(_declared(tokens(text)))
    said = [(_expanded(subject, prefixes), text[start:end]) for subject, start, end in _subjects(text)]
    body = "\n\n".join(statement for name in names for subject, statement in said if subject == name)
    used = (name for name, iri in prefixes.items() if f"{name}:" in body and PREFIXES.get(name) != iri)
    declared = "".join(f"@prefix {name}: <{prefixes[name]}> .\n" for name in used)
    return f"{declared}\n{body}\n".lstrip("\n") if body else ""


def _declared(found: Iterable[Token]) -> Iterator[tuple[str, str]]:
    """The prefixes that a text declares."""
    listed = [token for token in found if token.kind != "comment"]
    for place, token in enumerate(listed[:-2]):
        if token.text.lower() in {"@prefix", "prefix"} and listed[place + 2].kind == "iri":
            yield listed[place + 1].text.removesuffix(":"), listed[place + 2].text[1:-1]


def _subjects(text: str) -> Iterator[tuple[str, int, int]]:
    """Each statement of a text: its first token, and where it begins and ends."""
    first: Token | None = None
    depth = 0
    for token in tokens(text):
        if token.kind == "comment":
            continue
        first = first or token
        depth += (token.text in {"[", "("}) - (token.text in {"]", ")"}) if token.kind == "sign" else 0
        if token.kind == "sign" and token.text == "." and depth == 0:
            yield first.text, first.start, token.start + 1
            first = None


def _expanded(subject: str, prefixes: Mapping[str, str]) -> str:
    if subject.startswith("<"):
        return subject[1:-1]
    prefix, _, local = subject.partition(":")
    return prefixes.get(prefix, "") + local

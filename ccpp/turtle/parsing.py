"""From Turtle to statements, in one pass: by recursive descent on the tokens of `ccpp.turtle.tokens` (Turtle 1.1 §6.5, §7).

Strict: what the grammar refuses is an error with its line. Terms are rdflib's, each made once. Blank nodes are numbered as they come, so
that one text always gives the same ones, and `places` can tell afterwards where anything stands: only who has an error to report asks,
and nobody else pays for it.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Final, TypeAlias

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF, XSD

from ccpp.errors import CcppError
from ccpp.turtle.iris import is_absolute, resolved
from ccpp.turtle.tokens import TOKEN, line_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rdflib.term import Node


Values: TypeAlias = "Node | dict[Node, None]"
"""The objects of one predicate: the one that there is, as nearly always, else all of them in order."""

Facts: TypeAlias = "dict[Node, dict[Node, Values]]"
"""Subject → predicate → objects, in the order in which they are first written."""

#: What a relative IRI stands under where a document states no base: it stays as short as it was written.
THIS = "urn:ccpp:this"

#: Brackets inside brackets. The deepest requirement that is read (32 shapes inside each other) has three a shape.
MAX_DEPTH = 200

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROL: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_NUMBERS: Final = {"integer": XSD.integer, "decimal": XSD.decimal, "double": XSD.double}
_BOOLEAN, _TYPE, _FIRST, _REST, _NIL = XSD.boolean, RDF.type, RDF.first, RDF.rest, RDF.nil
_MAX_SHOWN = 60
_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def parse(text: str, error: type[CcppError], *, blank: str) -> Facts:
    """The statements of a Turtle document; blank nodes are named `blank` and their number.

    Raises:
        CcppError: of the class `error`; the text is no Turtle.
    """
    return _read(_Parser(text, error, blank))


def places(text: str, *, blank: str) -> Mapping[Node, int]:
    """The line on which each subject of a document that was parsed begins: where it is first said something of, or its bracket opens."""
    parser = _Parser(text, CcppError, blank)
    parser.starts = {}
    _read(parser)
    lines: dict[Node, int] = {}
    line, reached = 1, 0
    for node, start in sorted(parser.starts.items(), key=lambda pair: pair[1]):
        line, reached = line + text.count("\n", reached, start), start
        lines[node] = line
    return lines


def state(facts: dict[Node, Values], predicate: Node, value: Node) -> None:
    """Add a statement to those of a subject."""
    known = facts.get(predicate)
    if known is None:
        facts[predicate] = value
    elif isinstance(known, dict):
        known[value] = None
    elif known != value:
        facts[predicate] = {known: None, value: None}


def _read(parser: _Parser) -> Facts:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about literals: who needs a value says what is wrong with it
        return parser.document()


class _Parser:
    """One text being read; `kind`, `word` and `start` are those of the token that is next."""

    def __init__(self, text: str, error: type[CcppError], blank: str) -> None:
        self.text = text
        self.error_class = error
        self.blank = blank
        self.matches = TOKEN.finditer(text)
        self.kind, self.word, self.start = "", "", 0
        self.facts: Facts = {}
        self.starts: dict[Node, int] | None = None
        self.base = THIS
        self.prefixes: dict[str, str] = {}
        self.iris: dict[str, URIRef] = {}
        self.labels: dict[str, BNode] = {}
        self.literals: dict[tuple[str, str, str], Literal] = {}
        self.blanks = 0
        self.depth = 0

    def document(self) -> Facts:
        self.step()
        while self.kind != "end":
            if self.kind == "at" or (self.kind == "word" and self.word.lower() in {"prefix", "base"}):
                self.directive()
            else:
                self.statement()
        return self.facts

    def step(self) -> None:
        for found in self.matches:
            kind = found.lastgroup or "bad"
            if kind != "comment":
                self.kind, self.word, self.start = kind, found[0], found.start()
                return
        self.kind, self.word, self.start = "end", "the end of the document", len(self.text)

    def expect(self, word: str, hint: str = "check the end of the statement before") -> None:
        if self.word != word:
            raise self.error(f"`{word}` expected, {self.shown()} found", hint)
        self.step()

    # Directives and statements.

    def directive(self) -> None:
        old_style, name = self.kind == "at", self.word.lower()
        if old_style and self.word not in {"@prefix", "@base"}:
            raise self.error(f"{self.shown()} is no directive", "write @prefix or @base")
        self.step()
        prefix = None
        if name.endswith("prefix"):
            if self.kind != "name" or not self.word.endswith(":") or self.word.count(":") > 1:
                raise self.error(f"a prefix expected, {self.shown()} found", "write @prefix name: <IRI> .")
            prefix = self.word[:-1]
            self.step()
        if self.kind != "iri":
            raise self.error(f"an IRI expected, {self.shown()} found", "write it in angle brackets")
        target = self.reference()
        if prefix is None:
            self.base = target
        else:
            self.prefixes[prefix] = target
        self.iris.clear()
        self.step()
        if old_style:
            self.expect(".", "end the directive by a full stop")

    def statement(self) -> None:
        bracket = self.word == "["
        subject = self.subject()
        if not (bracket and self.word == "." and subject in self.facts):
            self.predicates(subject)
        self.expect(".")

    def subject(self) -> Node:
        start = self.start
        if self.kind in {"iri", "name"}:
            subject: Node = self.iri()
        elif self.kind == "blank":
            subject = self.labelled()
        elif self.word == "[":
            return self.bracket()
        elif self.word == "(":
            return self.collection()
        else:
            raise self.error(f"{self.shown()} stands where a statement should begin", "check the end of the statement before")
        self.begins(subject, start)
        return subject

    def predicates(self, subject: Node) -> None:
        facts = self.facts.setdefault(subject, {})
        while True:
            predicate = self.predicate()
            while True:
                state(facts, predicate, self.object())
                if self.word != ",":
                    break
                self.step()
            if self.word != ";":
                return
            while self.word == ";":
                self.step()
            if self.word in {".", "]"}:
                return

    def predicate(self) -> Node:
        if self.word == "a" and self.kind == "word":
            self.step()
            return _TYPE
        if self.kind in {"iri", "name"}:
            return self.iri()
        raise self.error(f"{self.shown()} stands where a property is due", "check the end of the statement before")

    def object(self) -> Node:
        read = _OBJECTS.get(self.kind)
        found = read(self) if read else None
        if found is None:
            raise self.error(
                f"{self.shown()} stands where a value is due", "write an IRI, a text, a number, true, false, [ … ] or ( … )"
            )
        return found

    # Nodes.

    def sign(self) -> Node | None:
        return self.bracket() if self.word == "[" else self.collection() if self.word == "(" else None

    def bracket(self) -> Node:
        node = self.new_blank()
        self.deeper()
        self.step()
        if self.word != "]":
            self.predicates(node)
        self.expect("]", "close the bracket, or check what stands before")
        self.depth -= 1
        return node

    def collection(self) -> Node:
        self.deeper()
        start = self.start
        self.step()
        head: Node | None = None
        cell: Node | None = None
        while self.word != ")":
            following = self.new_blank(start)
            if cell is None:
                head = following
            else:
                self.facts[cell][_REST] = following
            facts = self.facts.setdefault(following, {})
            state(facts, _FIRST, self.object())
            cell, start = following, self.start
        self.step()
        self.depth -= 1
        if cell is None:
            return _NIL
        self.facts[cell][_REST] = _NIL
        return head or _NIL

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("brackets inside brackets without end", "give the inner nodes names")

    def new_blank(self, start: int | None = None) -> BNode:
        node = BNode(f"{self.blank}{self.blanks:07}")
        self.blanks += 1
        self.begins(node, self.start if start is None else start)
        return node

    def labelled(self) -> BNode:
        node = self.labels.get(self.word)
        if node is None:
            node = self.labels[self.word] = BNode(f"{self.blank}{self.blanks:07}")
            self.blanks += 1
        self.step()
        return node

    def begins(self, node: Node, start: int) -> None:
        if self.starts is not None:
            self.starts.setdefault(node, start)

    def iri(self) -> URIRef:
        found = self.iris.get(self.word)
        if found is None:
            found = self.iris[self.word] = URIRef(self.reference() if self.kind == "iri" else self.expanded())
        self.step()
        return found

    def reference(self) -> str:
        written = self.unescaped(self.word[1:-1])
        if is_absolute(written):
            return written
        if self.base == THIS and written and not written.startswith("#"):
            raise self.error(f"`<{written[:_MAX_SHOWN]}>` is no whole IRI", "write `<#name>`, or state `@base`", plain=True)
        return resolved(self.base, written)

    def expanded(self) -> str:
        prefix, _, local = self.word.partition(":")
        if prefix not in self.prefixes:
            raise self.error(f"the prefix `{prefix}:` is not declared", f"write @prefix {prefix}: <IRI> . at the top")
        return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)

    # Literals.

    def word_literal(self) -> Node | None:
        if self.word not in {"true", "false"}:
            return None
        return self.literal(self.word, datatype=_BOOLEAN)

    def number(self) -> Node:
        return self.literal(self.word, datatype=_NUMBERS[self.kind])

    def literal(self, written: str, *, datatype: URIRef) -> Literal:
        self.step()
        key = written, "", str(datatype)
        found = self.literals.get(key)
        if found is None:
            found = self.literals[key] = Literal(written, datatype=datatype)
        return found

    def string(self) -> Node:
        written = self.word
        quotes = 3 if written[:3] in {'"""', "'''"} else 1
        content = self.unescaped(written[quotes:-quotes])
        self.step()
        language, datatype = "", None
        if self.kind == "at":
            language = self.word[1:]
            self.step()
        elif self.word == "^^":
            self.step()
            if self.kind not in {"iri", "name"}:
                raise self.error(f"a datatype expected, {self.shown()} found", "write its IRI, such as xsd:integer")
            datatype = self.iri()
        key = content, language, str(datatype or "")
        found = self.literals.get(key)
        if found is None:
            found = self.literals[key] = Literal(content, lang=language or None, datatype=datatype)
        return found

    def unescaped(self, written: str) -> str:
        return _ESCAPE.sub(self.character, written) if "\\" in written else written

    def character(self, found: re.Match[str]) -> str:
        if found[3]:
            return _CONTROL.get(found[3], found[3])
        number = int(found[1] or found[2], 16)
        if number > _LAST_CHARACTER or number in _SURROGATES:
            raise self.error(f"`{found[0]}` is no character", "write the character itself")
        return chr(number)

    # What is wrong.

    def shown(self) -> str:
        if self.kind == "end":
            return self.word
        return f"`{' '.join(self.word.split())[:_MAX_SHOWN]}`"

    def error(self, message: str, hint: str, *, plain: bool = False) -> CcppError:
        if self.kind == "bad" and self.word in _UNCLOSED:
            message, hint = _UNCLOSED[self.word]
        message = message if plain else f"not Turtle: {message}"
        return self.error_class(message, line=line_at(self.text, self.start), hint=hint)


#: Kind of token → how the value it begins is read; `None` where it is none.
_OBJECTS: Mapping[str, Callable[[_Parser], Node | None]] = {
    "iri": _Parser.iri,
    "name": _Parser.iri,
    "blank": _Parser.labelled,
    "text": _Parser.string,
    "integer": _Parser.number,
    "decimal": _Parser.number,
    "double": _Parser.number,
    "word": _Parser.word_literal,
    "sign": _Parser.sign,
}
#: A character at which a token breaks off → what must have happened.
_UNCLOSED: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        ('"', "'"),
        ("a text that is not closed, or with an escape that is none", 'close the quote; escapes are \\n, \\", \\u00E9 …'),
    ),
    "<": ("an IRI that is not closed, or with a character that none may have", "write blanks as %20"),
}

"""One layout for Turtle: what is said, its order and every comment stay, blanks and line breaks become those of a few rules.

A statement stands on one line where it fits; else its first property stands beside the subject, and each other one on a line of its own. So
do brackets and lists. Comments keep their place: beside what they stand beside, or on lines of their own before what follows. A blank
line between statements stays one. Formatting twice is formatting once, and the statements are compared before the text is given back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ccpp.turtle.parsing import parse
from ccpp.turtle.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccpp.errors import CcppError
    from ccpp.turtle.tokens import Token

#: Columns that a line may take, where it can be broken.
WIDTH = 120
_STEP = 4
_CLOSING = {"[": "]", "(": ")"}


def format_turtle(text: str, error: type[CcppError]) -> str:
    """The text of a Turtle document in its one layout.

    Raises:
        CcppError: of the class `error`; the text is no Turtle.
    """
    said = parse(text, error, blank="b")
    formatted = "\n".join(_lines(_Reader(text).document()))
    if parse(formatted, error, blank="b") != said:  # that would be a mistake of ours, and the document is the user's
        raise error("cannot be formatted without a change of what it says", hint="please report it with the file")
    return formatted


# What a document is made of, with its comments.


@dataclass(slots=True)
class _Leaf:
    """An IRI, a text, a number; a text with its datatype is one."""

    text: str


@dataclass(slots=True)
class _Bracket:
    """`[ … ]` or `( … )`; `tail` are the comments before its end."""

    opening: str
    members: list[_Placed] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Clause:
    """A property with its values."""

    verb: str
    values: list[_Placed]


@dataclass(slots=True)
class _Statement:
    """A subject and what is said of it."""

    subject: _Leaf | _Bracket
    clauses: list[_Placed]


_Piece: TypeAlias = "_Leaf | _Bracket | _Clause | _Statement"


@dataclass(slots=True)
class _Placed:
    """A piece with the comments on lines before it and beside it; between statements an empty line is kept as an empty comment."""

    before: list[str]
    piece: _Piece
    beside: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Document:
    statements: list[_Placed]
    tail: list[str]


class _Reader:
    """Reads a document that the parser has accepted, so nothing can be wrong with it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: Iterator[Token] = tokens(text)
        self.word, self.kind = "", ""
        self.reached = 0
        self.beside: list[str] = []
        self.before: list[str] = []
        self.step()

    def step(self) -> None:
        """Go on to the next token, keeping the comments on the way: `beside` the last token, or `before` the next one."""
        for token in self.tokens:
            gap = self.text[self.reached : token.start]
            self.reached = token.start + len(token.text)
            if gap.count("\n") > 1 and self.before[-1:] != [""]:
                self.before.append("")
            if token.kind != "comment":
                self.kind, self.word = token.kind, token.text
                return
            comment = token.text.rstrip()
            if "\n" in gap or self.before or not self.word:
                self.before.append(comment)
            else:
                self.beside.append(comment)
        self.kind, self.word = "end", ""

    def taken(self) -> list[str]:
        """All comments on the way to the token that is next, the empty lines left out."""
        found = [comment for comment in (*self.beside, *self.before) if comment]
        self.beside, self.before = [], []
        return found

    def taken_beside(self) -> list[str]:
        found, self.beside = self.beside, []
        return found

    def document(self) -> _Document:
        statements: list[_Placed] = []
        while self.kind != "end":
            before, self.before = [*self.taken_beside(), *self.before], []
            statement = _Placed(before, self.directive() if self.is_directive() else self.statement())
            statement.beside += self.taken_beside()
            statements.append(statement)
        return _Document(statements, [*self.taken_beside(), *self.before])

    def is_directive(self) -> bool:
        return self.kind == "at" or (self.kind == "word" and self.word.lower() in {"prefix", "base"})

    def directive(self) -> _Leaf:
        parts: list[str] = []
        held: list[str] = []
        at = self.kind == "at"
        while True:
            parts.append(self.word)
            last = self.kind == "iri"
            self.step()
            if last:
                break
            held += self.taken()
        if at:
            held += self.taken()
            parts.append(self.word)
            self.step()
        self.beside = [*held, *self.beside]
        return _Leaf(" ".join(parts))

    def statement(self) -> _Statement:
        subject = self.value()
        comments = self.taken()
        clauses = self.clauses(comments, {"."})
        held = self.taken()
        self.step()
        self.beside = [*held, *self.beside]
        return _Statement(subject, clauses)

    def clauses(self, comments: list[str], ends: set[str]) -> list[_Placed]:
        """Clauses up to an end; `comments` stand before the first one."""
        found: list[_Placed] = []
        while self.word not in ends:
            verb = self.word
            self.step()
            values = [_Placed(self.taken(), self.value())]
            values[-1].beside += self.taken_beside()
            while self.word == ",":
                values[-1].beside += self.taken()
                self.step()
                values[-1].beside += self.taken_beside()
                values.append(_Placed(self.taken(), self.value()))
                values[-1].beside += self.taken_beside()
            found.append(_Placed(comments, _Clause(verb, values)))
            while self.word == ";":
                values[-1].beside += self.taken()
                self.step()
                values[-1].beside += self.taken_beside()
            comments = self.taken() if self.word not in ends else []
        return found

    def value(self) -> _Leaf | _Bracket:
        if self.word in _CLOSING and self.kind == "sign":
            return self.bracket()
        written, literal = self.word, self.kind == "text"
        self.step()
        if literal and self.kind == "at" and not self.beside and not self.before:
            written += self.word
            self.step()
        elif literal and self.word == "^^":
            held = self.taken()
            self.step()
            held += self.taken()
            written += f"^^{self.word}"
            self.step()
            self.beside = [*held, *self.beside]
        return _Leaf(written)

    def bracket(self) -> _Bracket:
        found = _Bracket(self.word)
        end = _CLOSING[self.word]
        self.step()
        comments = self.taken()
        if found.opening == "[" and self.word != end:
            found.members = self.clauses(comments, {end})
            comments = []
        while self.word != end:
            found.members.append(_Placed(comments, self.value()))
            found.members[-1].beside += self.taken_beside()
            comments = self.taken()
        found.tail = [*comments, *self.taken()]
        self.step()
        return found


# Laying it out.


def _lines(document: _Document) -> Iterator[str]:
    started = False
    for placed in document.statements:
        for comment in placed.before:
            if comment or started:
                yield comment
                started = True
        end = "" if isinstance(placed.piece, _Leaf) else " ."
        lines, beside = _placed(placed, 0, end)
        yield from _with_beside(lines, beside, 0)
        started = True
    tail = document.tail
    while tail and not tail[-1]:
        tail = tail[:-1]
    for comment in tail:
        if comment or started:
            yield comment
    yield ""


def _placed(placed: _Placed, indent: int, end: str, taken: int = 0) -> tuple[list[str], list[str]]:
    """The lines of a piece with its separator at their end, and the comments that belong beside it; `taken` columns stand before it."""
    lines = _laid_out(placed.piece, indent, taken + len(end))
    lines[-1] += end
    return lines, [*_last_comments(placed.piece), *placed.beside]


def _last_comments(piece: _Piece) -> list[str]:
    """The comments beside the last value of a clause or a statement stand behind the separator that follows it."""
    if isinstance(piece, _Statement):
        return _last_comments(piece.clauses[-1].piece) if piece.clauses else []
    return piece.values[-1].beside if isinstance(piece, _Clause) else []


def _with_beside(lines: list[str], beside: list[str], indent: int) -> list[str]:
    if not beside:
        return lines
    return [*lines[:-1], f"{lines[-1]}  {beside[0]}", *(" " * indent + comment for comment in beside[1:])]


def _laid_out(piece: _Piece, indent: int, reserved: int) -> list[str]:
    """The lines of a piece that begins at a column; the first one is not indented, and the last leaves room for a separator."""
    flat = _flat(piece)
    if flat is not None and (isinstance(piece, _Leaf) or indent + len(flat) + reserved <= WIDTH):
        return [flat]
    match piece:
        case _Bracket():
            return _broken_bracket(piece, indent)
        case _Clause():
            return _broken_clause(piece, indent, reserved)
        case _Statement():
            return _broken_statement(piece, indent, reserved)
    return [piece.text]


def _broken_bracket(piece: _Bracket, indent: int) -> list[str]:
    inner = indent + _STEP
    lines: list[str] = [piece.opening]
    for position, placed in enumerate(piece.members):
        final = position == len(piece.members) - 1
        lines += [" " * inner + comment for comment in placed.before]
        own, beside = _placed(placed, inner, "" if piece.opening == "(" or final else " ;")
        own[0] = " " * inner + own[0]
        lines += _with_beside(own, beside, inner)
    return [*lines, *(" " * inner + comment for comment in piece.tail), " " * indent + _CLOSING[piece.opening]]


def _broken_clause(piece: _Clause, indent: int, reserved: int) -> list[str]:
    if len(piece.values) == 1 and not piece.values[0].before:
        value = _laid_out(piece.values[0].piece, indent, len(piece.verb) + 1 + reserved)
        return [f"{piece.verb} {value[0]}", *value[1:]]
    inner = indent + _STEP
    lines = [piece.verb]
    for position, placed in enumerate(piece.values):
        final = position == len(piece.values) - 1
        lines += [" " * inner + comment for comment in placed.before]
        own, beside = _placed(placed, inner, "" if final else " ,", reserved if final else 0)
        own[0] = " " * inner + own[0]
        lines += own if final else _with_beside(own, beside, inner)
    return lines


def _broken_statement(piece: _Statement, indent: int, reserved: int) -> list[str]:
    inner = indent + _STEP
    lines = _laid_out(piece.subject, indent, 0)
    for position, placed in enumerate(piece.clauses):
        final = position == len(piece.clauses) - 1
        joined = position == 0 and not placed.before
        taken = len(lines[-1]) + 1 - inner if joined else 0
        own, beside = _placed(placed, inner, "" if final else " ;", taken + (reserved if final else 0))
        if joined:
            own[0] = f"{lines.pop()} {own[0]}"
        else:
            lines += [" " * inner + comment for comment in placed.before]
            own[0] = " " * inner + own[0]
        lines += own if final else _with_beside(own, beside, inner)
    return lines


def _flat(piece: _Piece) -> str | None:
    """A piece on one line, if no comment and no line break of a text is in the way."""
    match piece:
        case _Leaf():
            return piece.text
        case _Bracket():
            if piece.tail or any(placed.beside for placed in piece.members):
                return None
            separator = " " if piece.opening == "(" else " ; "
            parts = _flat_parts(piece.members)
            if parts is None or any(_last_comments(placed.piece) for placed in piece.members):
                return None
            middle = f" {separator.join(parts)} " if parts else ""
            return f"{piece.opening}{middle}{_CLOSING[piece.opening]}"
        case _Clause():
            if any(placed.beside for placed in piece.values[:-1]):
                return None
            parts = _flat_parts(piece.values)
            return None if parts is None else f"{piece.verb} {' , '.join(parts)}"
        case _Statement():
            if any(_last_comments(placed.piece) for placed in piece.clauses[:-1]):
                return None
            parts = _flat_parts(piece.clauses)
            subject = _flat(piece.subject)
            return None if parts is None or subject is None else " ".join([subject, " ; ".join(parts)]).rstrip()


def _flat_parts(members: Sequence[_Placed]) -> list[str] | None:
    parts = [_flat(placed.piece) for placed in members]
    if any(placed.before for placed in members) or any(part is None or "\n" in part for part in parts):
        return None
    return [part for part in parts if part is not None]

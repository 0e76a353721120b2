"""Media feature sets as text: RFC 2533 with the corrections of RFC 2738, and the hashes of RFC 2938.

What is read is the expression itself (`Feature`, `Both`, `Either`, `Neither`); what its tags mean on a device is `rfc2533`'s business. Tags and
tokens are compared without case, strings with it. A set of values is the disjunction that it stands for, a range the two comparisons. A
named predicate is put in place of its calls, so that the expression stands alone.
"""

from __future__ import annotations

import re
from fractions import Fraction
from hashlib import md5
from typing import NamedTuple, TypeAlias

from ccpp.errors import RequirementError

#: Characters of an expression. The RFC's longest example has 700.
MAX_TEXT = 65_536
#: Digits of a number, above and below the line. No device has so many of anything.
MAX_DIGITS = 18
#: Parentheses inside one another.
MAX_DEPTH = 64
#: Parts once named predicates are put in place, which may double at each level.
MAX_PARTS = 20_000

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<punctuation>[()\[\],;&|!]|:-|\.\.|<=|>=|=)
    | "(?P<string>[\x20-\x21\x23-\x7e]*)"
    | (?P<number>[+-]?[0-9]+(?:\s*/\s*[0-9]+)?)(?!\w|\.(?!\.))
    | (?P<name>[A-Za-z](?:[\w\-/:\#~%+*]|\.(?!\.))*)
    )""",
    re.VERBOSE | re.ASCII,
)

Value: TypeAlias = str | bool | int | Fraction


class Token(str):
    """A token, which is compared without case, unlike a string."""

    __slots__ = ()


class Feature(NamedTuple):
    """One comparison: `operator` is `=`, `<=` or `>=`."""

    tag: str
    operator: str
    value: Value


class Both(NamedTuple):
    """Every part holds: `&`."""

    parts: tuple[Expression, ...]


class Either(NamedTuple):
    """Some part holds: `|`."""

    parts: tuple[Expression, ...]


class Neither(NamedTuple):
    """The part does not hold: `!`."""

    part: Expression


class Call(NamedTuple):
    """A named predicate with its actual parameters; there is none left in what is read."""

    name: str
    arguments: tuple[Value, ...]


Expression: TypeAlias = "Feature | Both | Either | Neither | Call"


class Weighted(NamedTuple):
    """An alternative of an expression and its quality, from 0 to 1; further parameters are kept as they stand."""

    expression: Expression
    quality: Fraction
    parameters: tuple[tuple[str, str], ...]


class FeatureSet(NamedTuple):
    """What a text says: an expression, and its outermost alternatives with their qualities. RFC 2533 §5."""

    expression: Expression
    alternatives: tuple[Weighted, ...]


def parse_features(text: str) -> FeatureSet:
    """The feature set that a text describes.

    Raises:
        RequirementError: it is no such text; the message says where.
    """
    if len(text) > MAX_TEXT:
        raise RequirementError(f"{len(text)} characters, more than {MAX_TEXT}", hint="no feature set needs so many")
    return _Parser(text).whole()


def feature_hash(text: str) -> str:
    """The name of a feature set that is its hash: `(h.` and 26 digits of base 32. RFC 2938 §3.1."""
    parts = re.split(r'("[^"]*")', text)
    plain = "".join(part if part.startswith('"') else "".join(part.split()).upper() for part in parts)
    number = int.from_bytes(md5(plain.encode("latin-1", "replace"), usedforsecurity=False).digest()) << 2
    return "(h." + "".join(_DIGITS[number >> shift & 31] for shift in range(125, -1, -5)) + ")"


def write_features(expression: Expression) -> str:
    """An expression as text; reading it again gives the same."""
    match expression:
        case Feature(tag, operator, value):
            return f"({tag}{operator}{_written(value)})"
        case Both(parts):
            return f"(& {' '.join(map(write_features, parts))})" if parts else "(&)"
        case Either(parts):
            return f"(| {' '.join(map(write_features, parts))})" if parts else "(|)"
        case Neither(part):
            return f"(! {write_features(part)})"
        case Call(name, arguments):
            return f"({' '.join((name, *map(_written, arguments)))})"


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str) and not isinstance(value, Token):
        if not re.fullmatch(r"[\x20-\x21\x23-\x7e]*", value):
            raise RequirementError(f"`{value}` cannot be written", hint="RFC 2533 has printable ASCII without quotes")
        return f'"{value}"'
    return str(value)


class _Parser:
    """One text being read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.parts = 0
        self.depth = 0
        self.token: tuple[str, str] | None = None
        self.next()

    def next(self) -> None:
        """On to the next token, `None` at the end."""
        found = _TOKEN.match(self.text, self.position)
        if found is None:
            if self.text[self.position :].strip():
                raise self.error("no part of a feature set", self.position)
            self.token = None
            return
        self.position = found.end()
        self.token = (str(found.lastgroup), found[str(found.lastgroup)])

    def error(self, message: str, position: int | None = None) -> RequirementError:
        at = self.position if position is None else position
        return RequirementError(f"{message} at character {at + 1}", hint="a filter is (tag=value), (& …), (| …) or (! …)")

    def take(self, text: str) -> None:
        if self.token != ("punctuation", text):
            raise self.error(f"`{text}` is due")
        self.next()

    def at(self, text: str) -> bool:
        return self.token == ("punctuation", text)

    def whole(self) -> FeatureSet:
        weighted = self.filter(outermost=True)
        alternatives = weighted if isinstance(weighted, list) else [weighted]
        named = self.definitions()
        if self.token is not None:
            raise self.error("more than one filter")
        alternatives = [one._replace(expression=self.expanded(one.expression, named, {})) for one in alternatives]
        parts = tuple(one.expression for one in alternatives)
        return FeatureSet(Either(parts) if isinstance(weighted, list) else parts[0], tuple(alternatives))

    def filter(self, *, outermost: bool = False) -> Weighted | list[Weighted]:
        """`( comp )` with its parameters; the alternatives of an outermost `|`, each with its own."""
        self.parts += 1
        self.depth += 1
        if self.parts > MAX_PARTS or self.depth > MAX_DEPTH:
            raise self.error("too many parts")
        self.take("(")
        inner: Expression | list[Weighted]
        if self.at("&") or self.at("|"):
            every = self.at("&")
            self.next()
            found = []
            while self.at("("):
                one = self.filter()
                assert not isinstance(one, list)  # noqa: S101  only the outermost gives a list
                found.append(one)
            if outermost and not every:
                inner = found
            else:
                parts = tuple(one.expression for one in found)
                inner = Both(parts) if every else Either(parts)
        elif self.at("!"):
            self.next()
            one = self.filter()
            assert not isinstance(one, list)  # noqa: S101
            inner = Neither(one.expression)
        else:
            inner = self.comparison()
        self.take(")")
        self.depth -= 1
        quality, parameters = self.parameters()
        if isinstance(inner, list):
            if not inner:
                return Weighted(Either(()), quality, parameters)
            return inner
        return Weighted(inner, quality, parameters)

    def definitions(self) -> dict[str, tuple[tuple[str, ...], Expression]]:
        """`where` named predicates `end`: each by its name, with its formal parameters and its body. RFC 2533 §4.2."""
        named: dict[str, tuple[tuple[str, ...], Expression]] = {}
        if self.token is None or self.token[1].lower() != "where":
            return named
        self.next()
        while self.token is not None and self.token[1].lower() != "end":
            self.take("(")
            head = self.comparison()
            if not isinstance(head, Call) or head.name in named or not all(isinstance(one, Token) for one in head.arguments):
                raise self.error("a name with its parameters is due")
            self.take(")")
            self.take(":-")
            body = self.filter()
            assert not isinstance(body, list)  # noqa: S101  only the outermost gives a list
            named[head.name] = tuple(str(one) for one in head.arguments), body.expression
        if self.token is None:
            raise self.error("`end` is due")
        self.next()
        return named

    def expanded(
        self, part: Expression, named: dict[str, tuple[tuple[str, ...], Expression]], given: dict[str, Value]
    ) -> Expression:
        """An expression with named predicates put in place; a predicate does not see the others, so there is no recursion."""
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise self.error("too many parts")
        match part:
            case Feature(tag, operator, value):
                meant = given.get(value, value) if isinstance(value, Token) else value
                return Feature(str(given.get(tag, tag)), operator, meant)
            case Both(parts):
                return Both(tuple(self.expanded(one, named, given) for one in parts))
            case Either(parts):
                return Either(tuple(self.expanded(one, named, given) for one in parts))
            case Neither(one):
                return Neither(self.expanded(one, named, given))
            case Call(name, arguments):
                formals, body = named.get(name, ((), None))
                if body is None or len(formals) != len(arguments):
                    raise self.error(f"no predicate `{name}` of {len(arguments)} parameters")
                return self.expanded(body, {}, dict(zip(formals, arguments, strict=True)))

    def parameters(self) -> tuple[Fraction, tuple[tuple[str, str], ...]]:
        quality, others = Fraction(1), []
        while self.at(";"):
            found = re.compile(r"\s*([A-Za-z][\w\-]*)\s*=\s*([0-9.]+)").match(self.text, self.position)
            if found is None:
                raise self.error("a parameter is due")
            self.position = found.end()
            self.next()
            if found[1].lower() == "q":
                if not re.fullmatch(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", found[2]):
                    raise self.error(f"`{found[2]}` is no quality")
                quality = Fraction(found[2].rstrip("."))
            else:
                others.append((found[1].lower(), found[2]))
        return quality, tuple(others)

    def comparison(self) -> Expression:
        if self.token is None or self.token[0] != "name":
            raise self.error("a feature tag is due")
        tag = self.token[1].lower()
        self.next()
        if self.token is None or self.token[1] not in {"=", "<=", ">="}:
            arguments = []
            while not self.at(")"):
                arguments.append(self.value())
            return Call(tag, tuple(arguments))
        operator = self.token[1]
        self.next()
        if not self.at("["):
            return Feature(tag, operator, self.value())
        if operator != "=":
            raise self.error("a set stands behind `=` only")
        self.next()
        entries = [self.entry(tag)]
        while self.at(","):
            self.next()
            entries.append(self.entry(tag))
        self.take("]")
        return entries[0] if len(entries) == 1 else Either(tuple(entries))

    def entry(self, tag: str) -> Expression:
        low = self.value()
        if not self.at(".."):
            return Feature(tag, "=", low)
        self.next()
        return Both((Feature(tag, ">=", low), Feature(tag, "<=", self.value())))

    def value(self) -> Value:
        self.parts += 1
        if self.token is None or self.token[0] == "punctuation":
            raise self.error("a value is due")
        kind, text = self.token
        self.next()
        if kind == "string":
            return text
        if kind == "name":
            return {"true": True, "false": False}.get(text.lower(), Token(text.lower()))
        over, _, under = text.partition("/")
        if max(len(over.removeprefix("-")), len(under)) > MAX_DIGITS or (under and int(under) == 0):
            raise self.error(f"`{text}` is no number")
        return Fraction(int(over), int(under)) if under else int(over)

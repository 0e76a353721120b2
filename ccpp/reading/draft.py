"""The profile as it is being written: components named, attributes placed, typed and recorded, findings kept.

Two readers write drafts: `ccpp.reading.profile` from any RDF statements, and `ccpp.reading.usual` from documents of the usual
form. They differ in how they find out what stands where; what it means is decided here, once.

The rules are those of CC/PP 1.0 §2-4 and WAP-248 §7; T-numbers name the known ambiguities that README's table decides.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.datatypes import DATATYPES, collapse, lexical
from ccpp.diagnostics import DIAGNOSTICS, Diagnostic, Severity
from ccpp.errors import ProfileError, ProfileTooLarge
from ccpp.model import Attribute, AttributeName, Container, Kind, Origin, Profile, Rule, Scalar, Stated, Status, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccpp.reading.rdf import Node
    from ccpp.vocabulary import Vocabularies

#: Words that say of a set that it is empty (T-26).
NOTHING = frozenset({"None", "n/a", "N/A"})

#: Texts that a document may state. As many as its bytes can hold, written out; a document may also refer to one container again and
#: again, and would state it as often.
MAX_TEXTS = 131_072

_WORSE = MappingProxyType({Status.OK: 0, Status.COERCED: 1, Status.INVALID: 2})
_FOUND = MappingProxyType({Container.NONE: "a single value", Container.BAG: "a Bag", Container.SEQ: "a Seq"})
_NONE, _OK = Container.NONE, Status.OK  # members of an enumeration are slow to look up

# Building a NamedTuple by its tuple costs half of calling its class, and a profile has hundreds.
_build = tuple.__new__


class Item(NamedTuple):
    """A property as it stands in a component: what was found as its value, one text or those of a container, and the line."""

    predicate: str
    container: Container
    texts: Sequence[str]
    line: int


class Draft:
    """What one document has stated so far."""

    def __init__(self, uri: str, document: str, vocabularies: Vocabularies, kind: Kind, *, strict: bool = False) -> None:
        self.uri = uri
        self.document = document
        self.vocabularies = vocabularies
        self.kind = kind
        self.strict = strict
        self.stated: list[Stated] = []
        #: Name → the nodes of that type, each with its types as written.
        self.components: dict[str, dict[Node, tuple[str, ...]]] = {}
        self._texts = 0
        self._findings: dict[tuple[str, tuple[str, ...]], Diagnostic] = {}
        self._seen: dict[AttributeName, Item] = {}
        self._seen_defaults: dict[AttributeName, Item] = {}

    def profile(self, subject: Node | None) -> Profile:
        """The draft as a profile; `subject` is the profile node, whose URI is the profile's unless it only points into the document."""
        uri = self.uri
        if subject and ":" in subject and not subject.startswith(("_:", uri)):
            uri = subject
        return Profile(uri, self.document, tuple(self.stated), tuple(self._findings.values()))

    # Findings.

    def note(self, code: str, line: int, *details: str) -> None:
        """A finding; the same one again in a document is said once, where it first stands.

        Raises:
            ProfileError: it is an error, and the draft is strict.
        """
        key = (code, details)
        if key not in self._findings:
            found = self._findings[key] = Diagnostic(code, line or None, details)
            if self.strict and found.severity is Severity.ERROR:
                raise ProfileError(f"{found.message} [{code}: {DIAGNOSTICS[code].reference}]", line=found.line)

    def report(self, findings: Iterable[tuple[str, tuple[str, ...]]], line: int) -> None:
        """What a look-up in the vocabulary found odd."""
        for code, details in findings:
            self.note(code, line, *details)

    # Components.

    def open_component(self, node: Node, types: Sequence[str], predicates: Iterable[str], line: int) -> str:
        """The name of a component that starts here, its type's; `predicates` are the properties in it."""
        name = self._component_name(node, types, predicates, line)
        seen = self.components.setdefault(name, {})
        if seen and node not in seen:
            again = any(set(types) == set(others) for others in seen.values())
            self.note("component-repeated" if again else "component-from-two-schemas", line, name)
        seen[node] = tuple(types)
        if node in types:
            self.note("component-is-type", line, node)
        return name

    def _component_name(self, node: Node, types: Sequence[str], predicates: Iterable[str], line: int) -> str:
        """The type of a component: stated, else by what it holds, else by what it is called (T-07 to T-11)."""
        if types:
            found = [self.vocabularies.component_type(uri) for uri in types]
            names = list(dict.fromkeys(one.name for one in found if one.known)) or [found[0].name]
            for one in found:
                self.report(one.findings, line)
            if len(names) > 1:
                self.note("component-types-conflict", line, node, names[-1])
            return names[-1]
        homes: Counter[str] = Counter()
        for predicate in predicates:
            known = self.vocabularies.attribute(predicate).attribute
            if known is not None and known.name.component:
                homes[known.name.component] += 1
        if homes:
            name, source = homes.most_common(1)[0][0], "attributes"
        else:
            label = node.rpartition("#")[2]
            name, source = self.vocabularies.component_named(label) or label, "name"
        self.note("component-untyped", line, node, name, source)
        return name

    # Attributes and values.

    def state(self, item: Item, component: str | None, kind: Kind, document: str | None = None) -> None:
        """One statement of an attribute: placed, typed, recorded.

        `component` is `None` where it stands outside any; `document` is named where it is not the draft's own.
        """
        predicate, found, texts, line = item
        self._texts += len(texts)
        if self._texts > MAX_TEXTS:
            raise ProfileTooLarge(f"more than {MAX_TEXTS} values", line=line or None, hint="no real profile has more than 500")
        lookup = self.vocabularies.attribute(predicate)
        if lookup.findings:
            self.report(lookup.findings, line)
        attribute = lookup.attribute
        if attribute is None:
            name = AttributeName(component or "", lookup.local if lookup.known_namespace else predicate)
            attribute = Attribute(name, predicate, "Literal", found, Rule.OVERRIDE)
        else:
            name = attribute.name
            if not name.component:
                name = AttributeName(component or "", name.name)
                attribute = attribute._replace(name=name)
            elif component not in lookup.components and component is not None:
                self.note("attribute-in-wrong-component", line, lookup.local, component, name.component)
        read = self._read(attribute, found, texts, line, single=lookup.single)
        if read is None:
            return
        value, status = read
        seen = self._seen if kind is self.kind else self._seen_defaults
        before = seen.setdefault(name, item)
        if before is not item:
            if lookup.attribute is None:
                self._collect(attribute, value, texts, line)
                return
            code = "attribute-repeated" if before.predicate == predicate else "attribute-from-two-schemas"
            self.note(code, line, str(name), attribute.rule)
        raw = texts[0] if found is _NONE else tuple(texts)
        origin = _build(Origin, (document or self.document, kind, line or None, predicate))
        self.stated.append(_build(Stated, (attribute, value, status, raw, origin)))

    def _collect(self, attribute: Attribute, value: Value, texts: Sequence[str], line: int) -> None:
        """A repeated attribute that is in no vocabulary has no rule to choose by: all its values are kept, as a Bag (T-22)."""
        name = attribute.name
        self.note("attribute-repeated", line, str(name), "unknown, so all values are kept")
        position = next(position for position, one in enumerate(self.stated) if one.attribute.name == name)
        first = self.stated[position]
        members = dict.fromkeys((*_members(first.value), *_members(value)))
        raw = first.raw if isinstance(first.raw, tuple) else (first.raw,)
        self.stated[position] = first._replace(
            attribute=attribute._replace(container=Container.BAG), value=tuple(members), raw=(*raw, *texts)
        )

    def _read(
        self, attribute: Attribute, found: Container, texts: Sequence[str], line: int, *, single: bool
    ) -> tuple[Value, Status] | None:
        """The typed value of the texts found, coerced to the container due; `None` where nothing is stated (T-15, T-20).

        `single` says that one value is right where it stands, and becomes a member.
        """
        name, _, datatype, due, _ = attribute
        written = [" ".join(texts[0].split())] if len(texts) == 1 else _collapsed(texts)
        if "" in written:
            self.note("value-empty" if found is _NONE else "member-empty", line, str(name))
            written = [text for text in written if text]
        if datatype == "Literal":
            values: list[Scalar] = written  # type: ignore[assignment]  # a list of texts is a list of values
            status = _OK
        else:
            values, status = self._scalars(attribute, written, line)
        if due is found:
            if due is _NONE:
                return (values[0], status) if values else None
            return self._several(name, due, values, status, line)
        if due is _NONE:
            return self._single(name, found, values, status, line)
        if not values and found is _NONE:
            return None
        if single and found is _NONE:
            return self._several(name, due, values, status, line)
        self.note("container-coerced", line, str(name), _FOUND[found], _FOUND[due])
        return self._several(name, due, values, max(status, Status.COERCED, key=_WORSE.__getitem__), line)

    def _scalars(self, attribute: Attribute, written: Iterable[str], line: int) -> tuple[list[Scalar], Status]:
        values: list[Scalar] = []
        worst = _OK
        read = DATATYPES[attribute.datatype].read
        for text in written:
            value, status = read(text)
            values.append(value)
            if status is not _OK:
                worst = max(worst, status, key=_WORSE.__getitem__)
                if status is Status.INVALID:
                    self.note("value-invalid", line, str(attribute.name), text, attribute.datatype)
                else:
                    self.note("value-coerced", line, str(attribute.name), text, attribute.datatype, lexical(value))
        return values, worst

    def _single(
        self, name: AttributeName, found: Container, values: list[Scalar], status: Status, line: int
    ) -> tuple[Value, Status] | None:
        """A container where one value is due: one member is that value, more are kept as they are, none states nothing."""
        if not values:
            self.note("value-empty", line, str(name))
            return None
        if len(values) == 1:
            self.note("container-coerced", line, str(name), _FOUND[found], _FOUND[Container.NONE])
            return values[0], max(status, Status.COERCED, key=_WORSE.__getitem__)
        self.note("container-invalid", line, str(name), f"{_FOUND[found]} of {len(values)}")
        return tuple(values), Status.INVALID

    def _several(
        self, name: AttributeName, due: Container, values: list[Scalar], status: Status, line: int
    ) -> tuple[Value, Status]:
        """The members of a container that is due: a Bag is a set (T-21), and a word for nothing makes it empty (T-26)."""
        if len(values) == 1:
            if values[0] in NOTHING:
                self.note("value-coerced", line, str(name), str(values[0]), "set", "no member")
                return (), Status.COERCED
        elif due is Container.BAG:
            members = dict.fromkeys(values)
            if len(members) < len(values):
                for repeated, times in Counter(values).items():
                    if times > 1:
                        self.note("member-repeated", line, str(name), str(repeated))
                return tuple(members), status
        return tuple(values), status


def _collapsed(texts: Sequence[str]) -> list[str]:
    """The texts as CC/PP compares them; one look at all of them tells whether any needs it."""
    joined = " ".join(texts)
    if " ".join(joined.split()) == joined:
        return list(texts)
    return [collapse(text) for text in texts]


def _members(value: Value) -> tuple[Scalar, ...]:
    return value if type(value) is tuple else (value,)  # type: ignore[return-value]  # a Dimension is one value

"""Statements to a profile: which nodes are components, which statements attributes, and what their values are.

Strategy
--------
Statements are grouped by subject. Component links give the components in document order; each component's type is settled
(stated type, else the attributes it holds, else its name), its defaults are looked up, and each further statement becomes one
`Stated` attribute under its canonical name, typed by the vocabulary. What hangs on no component but can be placed by the
vocabulary is placed (T-13, T-14). Every departure leaves a finding; statements that no part of this used are named.

The rules are those of CC/PP 1.0 §2-4 and WAP-248 §7; T-numbers name the known ambiguities that README's table decides.
"""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.datatypes import DATATYPES, collapse, lexical
from ccpp.diagnostics import Diagnostic
from ccpp.errors import NoProfile
from ccpp.model import Attribute, AttributeName, Container, Kind, Origin, Profile, Rule, Scalar, Stated, Status, Value
from ccpp.reading.rdf import MEMBERS, RDF, Literal, Node, Statement
from ccpp.vocabulary import Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccpp.vocabulary import Vocabularies

_TYPE = RDF + "type"
_VALUE = RDF + "value"
_MEMBER = RDF + "_"
_PREDICATE = itemgetter(1)
#: `rdf:Alt` is no part of CC/PP; what it holds is read as a set.
_CONTAINERS = MappingProxyType({RDF + "Bag": Container.BAG, RDF + "Seq": Container.SEQ, RDF + "Alt": Container.BAG})
_CONTAINER_NAMES = MappingProxyType({uri.lower(): uri for uri in _CONTAINERS} | {(RDF + "sequence").lower(): RDF + "Seq"})

#: Words that say of a set that it is empty (T-26).
NOTHING = frozenset({"None", "n/a", "N/A"})
#: Levels of defaults of defaults. The REC is silent, UAProf forbids them; DELI's data has two (T-17).
MAX_DEFAULTS = 8


def describe(
    statements: Sequence[Statement], *, uri: str, document: str, vocabularies: Vocabularies, kind: Kind = Kind.EXPLICIT
) -> Profile:
    """The profile that the statements of one document describe.

    `uri` is the document's own URI; a profile node that names another absolute URI overrules it. `kind` is what the document's
    own values count as: explicit, diff or override.

    Raises:
        NoProfile: no statement is part of a profile.
    """
    return _Describer(statements, uri, document, vocabularies, kind).describe()


class _Describer:
    """The state of one document."""

    def __init__(
        self, statements: Sequence[Statement], uri: str, document: str, vocabularies: Vocabularies, kind: Kind
    ) -> None:
        self.statements = statements
        self.uri = uri
        self.document = document
        self.vocabularies = vocabularies
        self.kind = kind
        self.by_subject: dict[Node, list[Statement]] = {}
        for statement in statements:
            described = self.by_subject.get(statement[0])
            if described is None:
                self.by_subject[statement[0]] = [statement]
            else:
                described.append(statement)
        self.findings: dict[tuple[str, tuple[str, ...]], Diagnostic] = {}
        self.stated: list[Stated] = []
        self.used: set[Node] = set()
        self.components: dict[str, Node] = {}
        self.links: set[str] = set()
        self.seen: dict[tuple[Kind, AttributeName], str] = {}

    def note(self, code: str, line: int, *details: str) -> None:
        """A finding; the same one again in a document is said once, where it first stands."""
        key = (code, details)
        if key not in self.findings:
            self.findings[key] = Diagnostic(code, line or None, details)

    def describe(self) -> Profile:
        links = self.component_links()
        for profile in dict.fromkeys(link.subject for link in links):
            self.profile_node(profile)
        for link in links:
            if isinstance(link.object, Literal):
                self.note("component-empty", link.line, "component link")
            elif link.object not in self.used:
                self.component(link.object, link.line)
        self.unlinked(has_profile=bool(links))
        if not self.used:
            raise NoProfile("RDF, but no profile: no component and no known attribute", source=self.document)
        self.name_unused()
        return Profile(self.profile_uri(links), self.document, tuple(self.stated), tuple(self.findings.values()))

    # Structure.

    def component_links(self) -> list[Statement]:
        """Every statement that links a component, in document order."""
        predicates = {statement[1] for statement in self.statements}
        self.links = {uri for uri in predicates if self.vocabularies.link(uri).link is not None}
        linking = {uri for uri in self.links if self.vocabularies.link(uri).link is Link.COMPONENT}
        links = [statement for statement in self.statements if statement[1] in linking] if linking else []
        for link in links:
            self.report(self.vocabularies.link(link.predicate).findings, link.line)
        return links

    def profile_uri(self, links: Sequence[Statement]) -> str:
        """What the profile is about: the URI that its node names, unless that only points into the document itself."""
        subject = links[0].subject if links else ""
        if ":" in subject and not subject.startswith("_:") and not subject.startswith(self.uri):
            return subject
        return self.uri

    def profile_node(self, profile: Node) -> None:
        """What the profile node states besides its components: attributes there are placed by the vocabulary (T-13)."""
        self.used.add(profile)
        for statement in self.by_subject[profile]:
            if statement.predicate != _TYPE and statement.predicate not in self.links:
                self.note("attribute-outside-component", statement.line, statement.predicate)
                self.attribute(statement, None, self.kind)

    def unlinked(self, *, has_profile: bool) -> None:
        """Top-level nodes that no link leads to: components in the wrong place (T-13), or bare attributes (T-14)."""
        objects = {statement.object for statements in self.by_subject.values() for statement in statements}
        for node, statements in self.by_subject.items():
            if node in self.used or node in objects:
                continue
            line = statements[0].line
            if any(self.vocabularies.component_type(uri).known for uri in self.types(node)):
                if has_profile:
                    self.note("component-outside-profile", line, node)
                self.component(node, line)
            elif any(self.vocabularies.attribute(statement.predicate).attribute for statement in statements):
                self.used.add(node)
                for statement in statements:
                    if statement.predicate != _TYPE:
                        self.note("attribute-outside-component", statement.line, statement.predicate)
                        self.attribute(statement, None, self.kind)

    def types(self, node: Node) -> list[str]:
        described = self.by_subject.get(node, ())
        return [one.object for one in described if one.predicate == _TYPE and isinstance(one.object, str)]

    def component(self, node: Node, line: int) -> None:
        self.used.add(node)
        name = self.component_name(node, line)
        if self.components.setdefault(name, node) != node:
            self.note("component-repeated", line, name)
        if node in self.types(node):
            self.note("component-is-type", line, node)
        before = len(self.stated)
        self.block(node, name, self.kind, (node,))
        if len(self.stated) == before:
            self.note("component-empty", line, name)

    def component_name(self, node: Node, line: int) -> str:
        """The type of a component: stated, else by what it holds, else by what it is called (T-07 to T-11)."""
        types = self.types(node)
        if types:
            found = [self.vocabularies.component_type(uri) for uri in types]
            names = list(dict.fromkeys(one.name for one in found if one.known)) or [found[0].name]
            for one in found:
                self.report(one.findings, line)
            if len(names) > 1:
                self.note("component-types-conflict", line, node, names[-1])
            return names[-1]
        homes: Counter[str] = Counter()
        for statement in self.by_subject.get(node, ()):
            known = self.vocabularies.attribute(statement.predicate).attribute
            if known is not None and known.name.component:
                homes[known.name.component] += 1
        if homes:
            name, source = homes.most_common(1)[0][0], "attributes"
        else:
            label = node.rpartition("#")[2]
            name, source = self.vocabularies.component_named(label) or label, "name"
        self.note("component-untyped", line, node, name, source)
        return name

    def block(self, node: Node, component: str, kind: Kind, path: tuple[Node, ...]) -> None:
        """The attributes of a component, or of the defaults under it. CC/PP 1.0 §2.1.1, §3.3."""
        defaults = []
        for statement in self.by_subject.get(node, ()):
            predicate = statement.predicate
            if predicate in self.links:
                found = self.vocabularies.link(predicate)
                if found.link is Link.DEFAULTS:
                    self.report(found.findings, statement.line)
                    defaults.append(statement)
            elif predicate != _TYPE:
                self.attribute(statement, component, kind)
        if len(defaults) > 1:
            self.note("defaults-conflict", defaults[1].line, node)
        for statement in defaults:
            self.defaults(statement, component, path)

    def defaults(self, statement: Statement, component: str, path: tuple[Node, ...]) -> None:
        target = statement.object
        if isinstance(target, Literal) or target not in self.by_subject:
            reference = target.text if isinstance(target, Literal) else target
            self.note("defaults-unresolved", statement.line, reference)
            return
        if len(path) > 1:
            self.note("defaults-nested", statement.line, path[-1])
        if target in path or len(path) > MAX_DEFAULTS:
            return
        self.used.add(target)
        self.block(target, component, Kind.DEFAULT, (*path, target))

    # Attributes and values.

    def attribute(self, statement: Statement, component: str | None, kind: Kind) -> None:
        """One statement of an attribute: placed, typed, recorded. `component` is `None` where it stands outside any."""
        predicate, line = statement.predicate, statement.line
        lookup = self.vocabularies.attribute(predicate)
        if lookup.findings:
            self.report(lookup.findings, line)
        found, texts = self.texts(statement)
        attribute = lookup.attribute
        if attribute is None:
            name = AttributeName(component or "", lookup.local if lookup.known_namespace else predicate)
            attribute = Attribute(name, predicate, "Literal", found, Rule.OVERRIDE)
        elif not attribute.name.component:
            attribute = attribute._replace(name=AttributeName(component or "", attribute.name.name))
        elif component is not None and component not in lookup.components:
            self.note("attribute-in-wrong-component", line, lookup.local, component, attribute.name.component)
        read = self.read(attribute, found, texts, line)
        if read is None:
            return
        value, status = read
        key = (kind, attribute.name)
        before = self.seen.get(key)
        if before is None:
            self.seen[key] = predicate
        else:
            code = "attribute-repeated" if before == predicate else "attribute-from-two-schemas"
            self.note(code, line, str(attribute.name), attribute.rule)
        raw = texts[0] if found is Container.NONE else tuple(texts)
        origin = Origin(self.document, kind, line or None, predicate)
        self.stated.append(Stated(attribute, value, status, raw, origin))

    def texts(self, statement: Statement) -> tuple[Container, list[str]]:
        """What stands as the value of a statement: the container found, and the texts in it."""
        target = statement.object
        if isinstance(target, Literal):
            return Container.NONE, [target.text]
        described = self.by_subject.get(target)
        if described is None:
            self.note("value-is-resource", statement.line, statement.predicate, target)
            return Container.NONE, [target]
        self.used.add(target)
        plain = _plain_container(described)
        if plain is not None:
            return plain
        container = self.container(target)
        if container is None and len(described) == 1 and described[0].predicate == _VALUE:
            return self.texts(described[0])
        members = [one for one in described if one[1].startswith(_MEMBER)]
        members.sort(key=_PREDICATE)
        members.sort(key=_predicate_length)  # rdf:_10 stands before rdf:_9 until length counts too
        texts: list[str] = []
        for one in members:
            if type(one[2]) is Literal:
                texts.append(one[2].text)
            else:
                texts += self.member(one, statement.predicate)
        strays = (
            []
            if len(members) + 1 >= len(described)
            else [one for one in described if one.predicate != _TYPE and not one.predicate.startswith(_MEMBER)]
        )
        for stray in strays:
            self.note("container-nested", stray.line, statement.predicate)
            texts += self.member(stray, statement.predicate)
        return container or Container.BAG, texts

    def container(self, node: Node) -> Container | None:
        for uri in self.types(node):
            meant = uri if uri in _CONTAINERS else _CONTAINER_NAMES.get(uri.lower())
            if meant is not None:
                if meant != uri:
                    line = self.by_subject[node][0].line
                    self.note("rdf-name-misspelt", line, uri, meant.removeprefix(RDF))
                return _CONTAINERS[meant]
        return None

    def member(self, statement: Statement, predicate: str) -> list[str]:
        """The text of a member; a container or a node in its place is flattened."""
        target = statement.object
        if isinstance(target, Literal):
            return [target.text]
        if target in self.by_subject and target not in self.used:
            self.note("container-nested", statement.line, predicate)
            return self.texts(statement)[1]
        return [target]

    def read(self, attribute: Attribute, found: Container, texts: list[str], line: int) -> tuple[Value, Status] | None:
        """The typed value of the texts found, coerced to the container due; `None` where nothing is stated (T-15, T-20)."""
        name = attribute.name
        written = [collapse(text) for text in texts]
        if "" in written:
            self.note("value-empty" if found is Container.NONE else "member-empty", line, str(name))
            written = [text for text in written if text]
        values: list[Scalar] = []
        status = Status.OK
        if attribute.datatype == "Literal":
            values += written
        else:
            for text in written:
                value, how = self.scalar(attribute, text, line)
                values.append(value)
                status = max(status, how, key=_WORSE.__getitem__)
        if not values and found is Container.NONE:
            return None
        due = attribute.container
        if due is Container.NONE and found is not Container.NONE:
            return self.single(name, found, values, status, line)
        if due is not found:
            self.note("container-coerced", line, str(name), _FOUND[found], _FOUND[due])
            status = max(status, Status.COERCED, key=_WORSE.__getitem__)
        if due is Container.NONE:
            return values[0], status
        return self.several(name, due, values, status, line)

    def single(
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

    def several(
        self, name: AttributeName, due: Container, values: list[Scalar], status: Status, line: int
    ) -> tuple[Value, Status]:
        """The members of a container that is due: a Bag is a set (T-21), and a word for nothing makes it empty (T-26)."""
        if len(values) == 1 and values[0] in NOTHING:
            self.note("value-coerced", line, str(name), str(values[0]), "set", "no member")
            return (), Status.COERCED
        if due is Container.BAG:
            members = dict.fromkeys(values)
            if len(members) < len(values):
                for repeated, times in Counter(values).items():
                    if times > 1:
                        self.note("member-repeated", line, str(name), str(repeated))
            return tuple(members), status
        return tuple(values), status

    def scalar(self, attribute: Attribute, text: str, line: int) -> tuple[Scalar, Status]:
        value, status = DATATYPES[attribute.datatype].read(text)
        if status is Status.INVALID:
            self.note("value-invalid", line, str(attribute.name), text, attribute.datatype)
        elif status is Status.COERCED:
            self.note("value-coerced", line, str(attribute.name), text, attribute.datatype, lexical(value))
        return value, status

    # Findings.

    def report(self, findings: Iterable[tuple[str, tuple[str, ...]]], line: int) -> None:
        for code, details in findings:
            self.note(code, line, *details)

    def name_unused(self) -> None:
        for node in self.by_subject.keys() - self.used:
            for statement in self.by_subject[node]:
                self.note("statement-unused", statement.line, statement.predicate, node)


_WORSE = MappingProxyType({Status.OK: 0, Status.COERCED: 1, Status.INVALID: 2})
_FOUND = MappingProxyType({Container.NONE: "a single value", Container.BAG: "a Bag", Container.SEQ: "a Seq"})


def _plain_container(described: list[Statement]) -> tuple[Container, list[str]] | None:
    """The usual container: its type, then texts in order. `None` where it is not so plain, for the full reading to decide."""
    _, predicate, uri, _ = described[0]
    container = _CONTAINERS.get(uri) if predicate == _TYPE and type(uri) is str else None
    members = described[1:]
    if container is None or tuple([member[1] for member in members]) != MEMBERS[: len(members)]:
        return None
    texts = [member[2][0] for member in members if type(member[2]) is Literal]
    return (container, texts) if len(texts) == len(members) else None


def _predicate_length(statement: Statement) -> int:
    return len(statement.predicate)

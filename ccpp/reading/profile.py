"""Statements to a profile: which nodes are components, which statements attributes, and what stands as their values.

Strategy
--------
Statements are grouped by subject. Component links give the components in document order; what each holds goes into the draft in
order, and the defaults under it. What hangs on no component but can be placed by the vocabulary is placed (T-13, T-14). Every
departure leaves a finding; statements that no part of this used are named.
"""

from __future__ import annotations

from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from ccpp.errors import NoProfile, ProfileError
from ccpp.model import Container, Kind, Profile
from ccpp.reading.draft import Draft, Item
from ccpp.reading.rdf import MEMBERS, RDF, Literal, Node, Statement
from ccpp.vocabulary import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

N = TypeVar("N", Node, "Node | Literal")

_TYPE = RDF + "type"
_VALUE = RDF + "value"
_MEMBER = RDF + "_"
_FIRST, _REST, _NIL = RDF + "first", RDF + "rest", RDF + "nil"
_PREDICATE = itemgetter(1)
#: `rdf:Alt` is no part of CC/PP; what it holds is read as a set.
CONTAINERS = MappingProxyType({RDF + "Bag": Container.BAG, RDF + "Seq": Container.SEQ, RDF + "Alt": Container.BAG})
_CONTAINER_NAMES = MappingProxyType({uri.lower(): uri for uri in CONTAINERS} | {(RDF + "sequence").lower(): RDF + "Seq"})

#: Levels of defaults of defaults. The REC is silent, UAProf forbids them; DELI's data has two (T-17).
MAX_DEFAULTS = 8


def describe(
    statements: Sequence[Statement],
    draft: Draft,
    *,
    load: Callable[[str], Sequence[Statement]] | None = None,
    leave_out: AbstractSet[Node] = frozenset(),
) -> Profile:
    """The profile that the statements of one document describe, written into a new `draft`.

    Args:
        statements: those of the document, in its order.
        draft: where it goes; it knows the document's URI and the vocabularies.
        load: the statements of another document, by its URI, for defaults that are referred to; none where there is no such document.
        leave_out: components that are not to count.

    Raises:
        NoProfile: no statement is part of a profile.
        ProfileError: the draft is strict, and the document has an error.
    """
    return _Describer(statements, draft, load, leave_out).describe()


class _Describer:
    """The state of one document."""

    def __init__(
        self,
        statements: Sequence[Statement],
        draft: Draft,
        load: Callable[[str], Sequence[Statement]] | None,
        leave_out: AbstractSet[Node],
    ) -> None:
        self.statements = statements
        self.draft = draft
        self.load = load
        self.leave_out = leave_out
        self.vocabularies = draft.vocabularies
        self.note = draft.note
        self.by_subject: dict[Node, list[Statement]] = {}
        for statement in statements:
            described = self.by_subject.get(statement[0])
            if described is None:
                self.by_subject[statement[0]] = [statement]
            else:
                described.append(statement)
        self.own = tuple(self.by_subject)
        self.foreign: dict[Node, str] = {}  # a node of another document → that document
        self.used: set[Node] = set()
        self.links: set[str] = set()

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
            raise NoProfile("RDF, but no profile: no component and no known attribute", source=self.draft.document)
        self.name_unused()
        return self.draft.profile(links[0].subject if links else None)

    # Structure.

    def component_links(self) -> list[Statement]:
        """Every statement that links a component, in document order."""
        predicates = {statement[1] for statement in self.statements}
        self.links = {uri for uri in predicates if self.vocabularies.link(uri).link is not None}
        linking = {uri for uri in self.links if self.vocabularies.link(uri).link is Link.COMPONENT}
        links = [statement for statement in self.statements if statement[1] in linking] if linking else []
        for link in links:
            self.draft.report(self.vocabularies.link(link.predicate).findings, link.line)
        return links

    def profile_node(self, profile: Node) -> None:
        """What the profile node states besides its components: attributes there are placed by the vocabulary (T-13)."""
        self.used.add(profile)
        for statement in self.by_subject[profile]:
            if statement.predicate != _TYPE and statement.predicate not in self.links:
                self.outside(statement)

    def outside(self, statement: Statement) -> None:
        """An attribute outside any component."""
        self.note("attribute-outside-component", statement.line, statement.predicate)
        self.draft.state(self.item(statement), None, self.draft.kind)

    def unlinked(self, *, has_profile: bool) -> None:
        """Top-level nodes that no link leads to: components in the wrong place (T-13), or bare attributes (T-14)."""
        objects = {statement.object for statements in self.by_subject.values() for statement in statements}
        for node in self.own:
            if node in self.used or node in objects:
                continue
            statements = self.by_subject[node]
            line = statements[0].line
            if any(self.vocabularies.component_type(uri).known for uri in self.types(node)):
                if has_profile:
                    self.note("component-outside-profile", line, node)
                self.component(node, line)
            elif any(self.vocabularies.attribute(statement.predicate).attribute for statement in statements):
                self.used.add(node)
                for statement in statements:
                    if statement.predicate != _TYPE:
                        self.outside(statement)

    def types(self, node: Node) -> list[str]:
        described = self.by_subject.get(node, ())
        return [one.object for one in described if one.predicate == _TYPE and isinstance(one.object, str)]

    def component(self, node: Node, line: int) -> None:
        self.used.add(node)
        described = self.by_subject.get(node, ())
        if node in self.leave_out:
            self.used.update(one.object for one in described if isinstance(one.object, str))
            return
        draft = self.draft
        name = draft.open_component(node, self.types(node), [one.predicate for one in described], line)
        before = len(draft.stated)
        self.block(node, name, draft.kind, (node,))
        if len(draft.stated) == before:
            self.note("component-empty", line, name)

    def block(self, node: Node, component: str, kind: Kind, path: tuple[Node, ...]) -> None:
        """The attributes of a component, or of the defaults under it. CC/PP 1.0 §2.1.1, §3.3."""
        defaults = []
        for statement in self.by_subject.get(node, ()):
            predicate = statement.predicate
            if predicate in self.links:
                found = self.vocabularies.link(predicate)
                if found.link is Link.DEFAULTS:
                    self.draft.report(found.findings, statement.line)
                    defaults.append(statement)
            elif predicate != _TYPE:
                self.draft.state(self.item(statement), component, kind, self.foreign.get(node))
        if len(defaults) > 1:
            self.note("defaults-conflict", defaults[1].line, node)
        for statement in defaults:
            self.defaults(statement, component, path)

    def defaults(self, statement: Statement, component: str, path: tuple[Node, ...]) -> None:
        """The defaults that a component refers to, in this document or another. CC/PP 1.0 §2.1.4; T-17."""
        target = statement.object
        reference = target.text.strip() if isinstance(target, Literal) else target
        try:
            found = reference if reference in self.by_subject else self.elsewhere(reference)
        except ProfileError as error:
            found = None
            self.note("defaults-unreadable", statement.line, reference, error.message)
        else:
            if found is None:
                self.note("defaults-unresolved", statement.line, reference)
        if found is None:
            return
        if len(path) > 1:
            self.note("defaults-nested", statement.line, path[-1])
        if found in path or len(path) > MAX_DEFAULTS:
            return
        self.used.add(found)
        types = [self.vocabularies.component_type(uri).name for uri in self.types(found)]
        if types and component not in types:
            self.note("defaults-of-other-type", statement.line, reference, types[0], component)
        self.block(found, component, Kind.DEFAULT, (*path, found))

    def elsewhere(self, reference: str) -> Node | None:
        """The node of another document that a reference names, that document's statements taken in.

        Without a fragment it is the one described under the document's own URI, else the only one that nothing refers to.
        """
        address = reference.partition("#")[0]
        if self.load is None or address == self.draft.uri.partition("#")[0] or ":" not in address:
            return None
        objects: set[Node | Literal] = set()
        described: dict[Node, list[Statement]] = {}
        for statement in self.load(address):
            subject, value = _relabelled(statement.subject, address), _relabelled(statement.object, address)
            described.setdefault(subject, []).append(statement._replace(subject=subject, object=value, line=0))
            objects.add(value)
        self.by_subject = described | self.by_subject
        self.foreign.update(dict.fromkeys(described, address))
        if reference in described:
            return reference
        tops = [node for node in described if node not in objects]
        return tops[0] if len(tops) == 1 and address == reference else None

    # Values.

    def item(self, statement: Statement) -> Item:
        """What stands as the value of a statement."""
        container, texts = self.texts(statement)
        return Item(statement.predicate, container, texts, statement.line)

    def texts(self, statement: Statement) -> tuple[Container, list[str]]:
        """What stands as the value of a statement: the container found, and the texts in it."""
        target = statement.object
        if isinstance(target, Literal):
            return Container.NONE, [target.text]
        described = self.by_subject.get(target)
        if target == _NIL or (described and any(one.predicate == _FIRST for one in described)):
            self.note("container-is-collection", statement.line, statement.predicate)
            return Container.SEQ, self.collection(target, statement.predicate)
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
            meant = uri if uri in CONTAINERS else _CONTAINER_NAMES.get(uri.lower())
            if meant is not None:
                if meant != uri:
                    line = self.by_subject[node][0].line
                    self.note("rdf-name-misspelt", line, uri, meant.removeprefix(RDF))
                return CONTAINERS[meant]
        return None

    def collection(self, cell: Node | Literal, predicate: str) -> list[str]:
        """The texts of an RDF collection, cell by cell; one that runs in a circle ends where it began."""
        texts: list[str] = []
        cells: set[Node | Literal] = set()
        while isinstance(cell, str) and cell in self.by_subject and cell not in cells:
            cells.add(cell)
            self.used.add(cell)
            described, cell = self.by_subject[cell], _NIL
            for one in described:
                if one.predicate == _REST:
                    cell = one.object
                elif one.predicate == _FIRST:
                    texts += self.member(one, predicate)
                elif one.predicate != _TYPE:
                    self.note("statement-unused", one.line, one.predicate, one.subject)
        return texts

    def member(self, statement: Statement, predicate: str) -> list[str]:
        """The text of a member; a container or a node in its place is flattened."""
        target = statement.object
        if isinstance(target, Literal):
            return [target.text]
        if target in self.by_subject and target not in self.used:
            self.note("container-nested", statement.line, predicate)
            return self.texts(statement)[1]
        return [target]

    def name_unused(self) -> None:
        for node in self.own:
            for statement in () if node in self.used else self.by_subject[node]:
                self.note("statement-unused", statement.line, statement.predicate, node)


def _relabelled(node: N, address: str) -> N:
    """A blank node of another document under a label that no node of this one has."""
    return f"{node}@{address}" if isinstance(node, str) and node.startswith("_:") else node


def _plain_container(described: list[Statement]) -> tuple[Container, list[str]] | None:
    """The usual container: its type, then texts in order. `None` where it is not so plain, for the full reading to decide."""
    _, predicate, uri, _ = described[0]
    container = CONTAINERS.get(uri) if predicate == _TYPE and type(uri) is str else None
    members = described[1:]
    if container is None or tuple([member[1] for member in members]) != MEMBERS[: len(members)]:
        return None
    texts = [member[2][0] for member in members if type(member[2]) is Literal]
    return (container, texts) if len(texts) == len(members) else None


def _predicate_length(statement: Statement) -> int:
    return len(statement.predicate)

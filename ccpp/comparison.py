"""What sets resolved profiles apart, and what they share.

`compare` lists the attributes in which one profile differs from another; a list of changes is a value that can be undone
(`inverse`) and carried out (`apply`). `group` sorts profiles by what they state of some attributes. `holds` asks one value.

Two statements are equal when `ccpp.resolution.digest` says so: it is the one definition of equal content. So the order of a Bag does
not count, that of a Seq does, and neither origin nor syntax do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.datatypes import DATATYPES, collapse, lexical
from ccpp.errors import UsageError
from ccpp.model import Container, ResolvedProfile
from ccpp.resolution import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccpp.model import Attribute, AttributeName, Resolved, Scalar
    from ccpp.vocabulary import Vocabularies


class Change(NamedTuple):
    """An attribute that two profiles state differently: what holds before and after, `None` where it is not stated."""

    name: AttributeName
    before: Resolved | None
    after: Resolved | None

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def gained(self) -> tuple[Scalar, ...]:
        """The members of a Bag after that it had not before."""
        return _without(self.after, self.before)

    @property
    def lost(self) -> tuple[Scalar, ...]:
        """The members of a Bag before that it has no more."""
        return _without(self.before, self.after)


def _without(one: Resolved | None, other: Resolved | None) -> tuple[Scalar, ...]:
    if one is None or other is None or one.attribute.container is not Container.BAG:
        return ()
    known = set(map(lexical, _members(other)))  # as the digest knows them; in Python 1 is True
    return tuple(member for member in _members(one) if lexical(member) not in known)


def _members(resolved: Resolved) -> tuple[Scalar, ...]:
    value = resolved.value
    return value if type(value) is tuple else (value,)  # type: ignore[return-value]  # a Dimension is one value


def compare(before: ResolvedProfile, after: ResolvedProfile) -> tuple[Change, ...]:
    """The attributes in which the profiles differ, in the order of their names."""
    names = sorted(before.attributes.keys() | after.attributes.keys())
    pairs = (Change(name, before.attributes.get(name), after.attributes.get(name)) for name in names)
    return tuple(change for change in pairs if not _equal(change))


def _equal(change: Change) -> bool:
    if change.before is None or change.after is None:
        return False
    return digest({change.name: change.before}) == digest({change.name: change.after})


def inverse(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes that lead back."""
    return tuple(Change(change.name, change.after, change.before) for change in changes)


def apply(changes: Iterable[Change], profile: ResolvedProfile) -> ResolvedProfile:
    """The profile with each changed attribute as it is after the change; its URI and findings stay."""
    attributes = dict(profile.attributes)
    for change in changes:
        if change.after is None:
            attributes.pop(change.name, None)
        else:
            attributes[change.name] = change.after
    return profile._replace(attributes=attributes, digest=digest(attributes))


class Group(NamedTuple):
    """Profiles that state the same of some attributes: what that is (the first one's, `None` where not stated), and their URIs."""

    signature: tuple[tuple[AttributeName, Resolved | None], ...]
    members: tuple[str, ...]


def group(profiles: Iterable[ResolvedProfile], names: Sequence[AttributeName]) -> tuple[Group, ...]:
    """The profiles by what they state of these attributes, the largest group first, else in the order of their first members."""
    members: dict[str, list[str]] = {}
    signatures: dict[str, tuple[tuple[AttributeName, Resolved | None], ...]] = {}
    for profile in profiles:
        stated = {name: resolved for name in names if (resolved := profile.attributes.get(name))}
        key = digest(stated)
        if key not in signatures:
            signatures[key] = tuple((name, stated.get(name)) for name in names)
        members.setdefault(key, []).append(profile.uri)
    groups = (Group(signatures[key], tuple(uris)) for key, uris in members.items())
    return tuple(sorted(groups, key=lambda one: -len(one.members)))


class Criterion(NamedTuple):
    """A value that a profile may state of an attribute, alone or among others."""

    attribute: Attribute
    value: Scalar


def read_criterion(text: str, vocabularies: Vocabularies) -> Criterion:
    """What `ATTRIBUTE=VALUE` means; the value is read as in a profile, so one outside the datatype is asked for as text.

    Raises:
        UsageError: there is no `=`.
        RequirementError: no such attribute is known.
    """
    name, equals, written = text.partition("=")
    if not equals:
        raise UsageError(f"`{text}` is no criterion", hint="for example `HardwarePlatform/ScreenSize=240x320`")
    attribute = vocabularies.named(name.strip())
    return Criterion(attribute, DATATYPES[attribute.datatype].read(collapse(written)).value)


def holds(criterion: Criterion, profile: ResolvedProfile) -> bool:
    """Whether a profile states the value."""
    values = profile.values(criterion.attribute.name)
    return values is not None and criterion.value in values

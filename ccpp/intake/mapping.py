"""What the intakes share: the table that maps one source's names to attributes, and a profile written by it."""

from __future__ import annotations

import csv
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.model import Container
from ccpp.reading.draft import Draft, Item
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Row(NamedTuple):
    """One name of a source: the form its value takes there, and the attributes it determines."""

    name: str
    form: str
    attributes: tuple[str, ...]


@cache
def load_mapping(source: str) -> Mapping[str, Row]:
    """The rows of `vocabularies/intake/SOURCE.csv`, by name in lower case."""
    text = (vocabulary_folder() / "intake" / f"{source}.csv").read_text(encoding="utf-8")
    rows = [Row(name, form, tuple(attributes.split())) for name, form, attributes in list(csv.reader(text.splitlines()))[1:]]
    return MappingProxyType({row.name.lower(): row for row in rows})


def state(draft: Draft, attribute: str, texts: Sequence[str]) -> None:
    """One value, or the members of a container, of an attribute by its name; in the container that the vocabulary has for it."""
    found = draft.vocabularies.named(attribute)
    if found.container is Container.NONE:
        texts = texts[:1]
    if texts or found.container is not Container.NONE:
        draft.state(Item(found.uri, found.container, list(texts), 0), found.name.component, draft.kind)

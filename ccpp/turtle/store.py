"""A store of rdflib for documents that are read once and asked by subject: one index where rdflib's own keep three.

A catalogue of 100,000 variants is 1.5 million statements; whoever reads one asks what is said of a node, hardly ever who says so of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rdflib.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rdflib.term import Node

    from ccpp.turtle.parsing import Facts


class FactStore(Store):
    """Statements by subject, in the order of the document."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts = facts

    def add(self, triple: tuple[Node, Node, Node], context: Any = None, quoted: bool = False) -> None:  # noqa: ANN401, ARG002, FBT001, FBT002  rdflib's signature
        """Add a statement."""
        subject, predicate, value = triple
        self.facts.setdefault(subject, {})[predicate, value] = None

    def triples(
        self,
        triple_pattern: tuple[Node | None, Node | None, Node | None],
        context: Any = None,  # noqa: ANN401, ARG002
    ) -> Iterator[tuple[tuple[Node, Node, Node], Iterator[Any]]]:
        """The statements that match a pattern, `None` matching anything."""
        subject, predicate, value = triple_pattern
        if subject is not None:
            facts = self.facts.get(subject)
            if facts is None:
                return
            if predicate is not None and value is not None:
                if (predicate, value) in facts:
                    yield (subject, predicate, value), _NOWHERE
                return
            subjects = [subject]
        else:
            subjects = list(self.facts)
        for one in subjects:
            for said, of in list(self.facts[one]):
                if (predicate is None or said == predicate) and (value is None or of == value):
                    yield (one, said, of), _NOWHERE

    def __len__(self, context: Any = None) -> int:  # noqa: ANN401  rdflib's signature
        return sum(map(len, self.facts.values()))


_NOWHERE: Iterator[Any] = iter(())

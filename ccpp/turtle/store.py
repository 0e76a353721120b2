"""A graph of rdflib for documents that are read once and asked by subject: one index where rdflib's own keep three.

A catalogue of 100,000 variants is 1.5 million statements; whoever reads one asks what is said of a node, hardly ever who says so of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rdflib import Graph
from rdflib.store import Store

from ccpp.turtle.parsing import state

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from rdflib.term import Node

    from ccpp.turtle.parsing import Facts, Values


class FactGraph(Graph):
    """Statements by subject, in the order of the document; what is asked most is answered without rdflib's detours."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        super().__init__(store=FactStore(facts))

    def objects(self, subject: Any = None, predicate: Any = None, unique: bool = False) -> Generator[Any]:  # noqa: ANN401, FBT001, FBT002  rdflib's signature
        """The objects of a subject and a predicate."""
        if subject is None or predicate is None:
            return super().objects(subject, predicate, unique)
        found = self._facts.get(subject, _NOTHING).get(predicate)
        return (value for value in (() if found is None else _each(found)))

    def predicate_objects(self, subject: Any = None, unique: bool = False) -> Generator[tuple[Any, Any]]:  # noqa: ANN401, FBT001, FBT002  rdflib's signature
        """What is said of a subject."""
        if subject is None:
            return super().predicate_objects(subject, unique)
        return ((predicate, value) for predicate, found in self._facts.get(subject, _NOTHING).items() for value in _each(found))

    def __contains__(self, triple: Any) -> bool:  # noqa: ANN401  rdflib's signature
        subject, predicate, value = triple
        if subject is None or predicate is None:
            return super().__contains__(triple)
        found = self._facts.get(subject, _NOTHING).get(predicate)
        return found is not None and (value is None or value in _each(found))


class FactStore(Store):
    """The same facts behind rdflib's interface of a store, for all else that a graph can be asked."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts = facts

    def add(self, triple: tuple[Node, Node, Node], context: Any = None, quoted: bool = False) -> None:  # noqa: ANN401, ARG002, FBT001, FBT002  rdflib's signature
        """Add a statement."""
        subject, predicate, value = triple
        state(self.facts.setdefault(subject, {}), predicate, value)

    def triples(
        self,
        triple_pattern: tuple[Node | None, Node | None, Node | None],
        context: Any = None,  # noqa: ANN401, ARG002  rdflib's signature
    ) -> Iterator[tuple[tuple[Node, Node, Node], Iterator[Any]]]:
        """The statements that match a pattern, `None` matching anything."""
        subject, predicate, value = triple_pattern
        for one in list(self.facts) if subject is None else [subject]:
            facts = self.facts.get(one, _NOTHING)
            if predicate is not None:
                found = facts.get(predicate)
                said = [] if found is None else [(predicate, found)]
            else:
                said = list(facts.items())
            for term, values in said:
                for of in list(_each(values)):
                    if value is None or of == value:
                        yield (one, term, of), _NOWHERE

    def __len__(self, context: Any = None) -> int:  # noqa: ANN401  rdflib's signature
        return sum(len(values) if isinstance(values, dict) else 1 for facts in self.facts.values() for values in facts.values())


def _each(values: Values) -> Iterable[Node]:
    return values if isinstance(values, dict) else (values,)


_NOTHING: dict[Node, Values] = {}
_NOWHERE: Iterator[Any] = iter(())

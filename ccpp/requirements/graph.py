"""Named requirements that refer to each other: checked once, then immutable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ccpp.errors import RequirementError
from ccpp.requirements.expression import Constraint, Reference, Requirement, walk


class RequirementGraph(Mapping[str, Requirement]):
    """Requirements by name, in an order in which each stands after those it refers to.

    Raises:
        RequirementError: a reference leads nowhere, or round in a circle; the message names the path.
    """

    def __init__(self, definitions: Mapping[str, Requirement]) -> None:
        self._requirements = MappingProxyType({name: definitions[name] for name in _ordered(definitions)})

    def __getitem__(self, name: str) -> Requirement:
        return self._requirements[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._requirements)

    def __len__(self) -> int:
        return len(self._requirements)

    def constraints(self, name: str) -> frozenset[Constraint]:
        """The distinct constraints that a requirement rests on, references followed."""
        found: set[Constraint] = set()
        pending, seen = [name], {name}
        while pending:
            for part in walk(self[pending.pop()]):
                if isinstance(part, Constraint):
                    found.add(part)
                elif isinstance(part, Reference) and part.name not in seen:
                    seen.add(part.name)
                    pending.append(part.name)
        return frozenset(found)


def _ordered(definitions: Mapping[str, Requirement]) -> list[str]:
    import networkx as nx  # noqa: PLC0415  takes longer to import than a request to answer

    references: nx.DiGraph[str] = nx.DiGraph()
    references.add_nodes_from(definitions)
    for name, requirement in definitions.items():
        for part in walk(requirement):
            if isinstance(part, Reference):
                if part.name not in definitions:
                    raise RequirementError(
                        f"requirement `{name}` refers to `{part.name}`, which is no requirement",
                        hint=_nearest(part.name, definitions),
                    )
                references.add_edge(part.name, name)
    try:
        return list(nx.lexicographical_topological_sort(references, key=list(definitions).index))
    except nx.NetworkXUnfeasible:
        circle = [source for source, _ in reversed(nx.find_cycle(references))]
        path = " → ".join(f"`{name}`" for name in (*circle, circle[0]))
        raise RequirementError(f"requirements refer to each other in a circle: {path}", hint="break the circle") from None


def _nearest(name: str, names: Mapping[str, Requirement]) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415  only for the hint

    near = get_close_matches(name, names, n=1)
    return f"did you mean `{near[0]}`?" if near else "define it as a node shape"

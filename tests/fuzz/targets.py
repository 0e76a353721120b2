"""What is fuzzed: every parser there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import callers, decisions, exchanges, forms, pages, profiles, provisioning, repository

if TYPE_CHECKING:
    from .target import Target

TARGETS = (
    *profiles.TARGETS,
    *decisions.TARGETS,
    *exchanges.TARGETS,
    *repository.TARGETS,
    *provisioning.TARGETS,
    *forms.TARGETS,
    *callers.TARGETS,
    *pages.TARGETS,
)


def named(name: str) -> Target:
    """The row of that name.

    Raises:
        KeyError: there is none.
    """
    return {target.name: target for target in TARGETS}[name]

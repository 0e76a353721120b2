"""What commands on many files share: how many processes work, and the bar that shows how far they are."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def with_bar(items: Iterable[T], size: int | None, label: str) -> Iterator[Iterator[T]]:
    """The items, on a terminal with a bar: how many, how many a second, and how long it will take where their number is known."""
    from time import monotonic

    from ccpp.storage.importing import BATCH

    if not sys.stderr.isatty():
        yield iter(items)
        return
    start, taken = monotonic(), 0

    def counted() -> Iterator[T]:
        nonlocal taken
        for taken, item in enumerate(items, 1):  # noqa: B007  read below
            yield item

    with click.progressbar(
        counted(),
        length=size,
        label=label,
        file=sys.stderr,
        show_pos=True,
        item_show_func=lambda _: f"{taken / max(monotonic() - start, 0.001):.0f}/s",
        update_min_steps=BATCH,
    ) as bar:
        yield iter(bar)

"""Work that waits, described and not done: what lets handlers be pure and warm requests never wait.

A handler is a generator. Where it needs a file, a database or a long computation it gives a `Call` and goes on with the result. Who
drives it decides where that is done: the server runs a handler on its event loop up to the first call, and from there on in a worker
thread; tests do it in place. A handler that gives no call, because it finds all it needs in memory, never leaves the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, NamedTuple, ParamSpec, TypeAlias, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class Call(NamedTuple):
    """A function to be called where waiting is no harm."""

    function: Callable[[], Any]


Steps: TypeAlias = Generator[Call, Any, T]
"""A computation that ends with a `T`, after any number of calls made for it."""


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Steps[T]:
    """The step of calling a function; what it raises is raised in the handler."""
    result: T = yield Call(partial(function, *args, **kwargs))
    return result


def do_call(wanted: Call) -> Any:  # noqa: ANN401  the function's own
    """Do a step, and nothing else."""
    return wanted.function()


def finish(steps: Steps[T], first: Call | None = None, do: Callable[[Call], Any] = do_call) -> T:
    """Make every call in place by `do`, from `first` on where the generator has given that one already; the result."""
    try:
        wanted = next(steps) if first is None else first
        while True:
            try:
                result = do(wanted)
            except Exception as error:  # noqa: BLE001  whatever it is, the handler decides what it means
                wanted = steps.throw(error)
            else:
                wanted = steps.send(result)
    except StopIteration as end:
        value: T = end.value
        return value

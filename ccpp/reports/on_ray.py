"""Parts of a report counted on a Ray cluster, by its address, or on one that is begun here and ends with the run. Needs the extra `cluster`.

The machines of a cluster need this program, and to read tables where they are named; documents are sent to them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from ccpp.collecting import collect_seldom
from ccpp.errors import UsageError
from ccpp.reports.engines import Died, counted_or_died

try:
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # what Ray will do, so that it need not announce it
    import ray
except ImportError as error:
    raise UsageError("a cluster needs Ray", hint="pip install 'ccpp[cluster]'") from error

if TYPE_CHECKING:
    from ccpp.reports.parts import Part, Task
    from ccpp.storage.partitions import Partition

#: The address that means a cluster of this machine, for this run.
LOCAL = "local"
#: How often Ray itself begins again what a machine lost.
RETRIES = 2
#: Bytes of the store of a cluster begun here; what is in it at a time is a few partitions.
STORE = 256 << 20


def _counted(task: Task, partition: Partition) -> Part:
    """On a machine of the cluster, in a process that is the program's for as long as the run."""
    collect_seldom()
    return counted_or_died(task, partition)


class OnRay:
    """A Ray cluster; `workers` is how many processes one begun here has."""

    def __init__(self, task: Task, address: str, workers: int) -> None:
        self._task = task
        self._address = address
        self._workers = workers
        self._work: Any = None
        self._shared: Any = None
        self._mine = False
        self.ahead = 2 * workers

    def __enter__(self) -> Self:
        local: dict[str, Any] = {"num_cpus": self._workers, "object_store_memory": STORE, "_node_ip_address": "127.0.0.1"}
        if not ray.is_initialized():
            try:
                ray.init(
                    address=self._address,
                    log_to_driver=False,
                    include_dashboard=False,
                    **(local if self._address == LOCAL else {}),
                )
            except (ConnectionError, ValueError, RuntimeError, OSError) as error:
                raise UsageError(
                    f"no Ray cluster: {(str(error).splitlines() or [''])[0]}",
                    source=self._address,
                    hint="give the address of one, such as HOST:6379, or `local`",
                ) from None
            self._mine = True
        if self._address != LOCAL:
            resources: Any = ray.cluster_resources  # untyped
            self.ahead = 2 * max(int(resources().get("CPU", 1)), 1)
        self._work = ray.remote(num_cpus=1, max_retries=RETRIES)(_counted)
        self._shared = ray.put(self._task)
        return self

    def __exit__(self, *_: object) -> None:
        if self._mine:
            ray.shutdown()

    def start(self, partition: Partition) -> object:
        """Given to the cluster."""
        return self._work.remote(self._shared, partition)

    def result(self, handle: Any) -> Part:  # noqa: ANN401  a reference to an object of Ray's
        """What a machine of the cluster made of it."""
        try:
            part: Part = ray.get(handle)
        except ray.exceptions.RayTaskError as error:
            cause = error.cause
            raise cause if isinstance(cause, Died | UsageError) else Died(type(cause).__name__) from None
        except ray.exceptions.RayError as error:
            raise Died(f"the process that read it ended ({type(error).__name__})") from None
        return part

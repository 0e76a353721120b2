"""What a short command costs, against the interpreter's own start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.timing import Result, timed
from ccpp import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEVICE = Path(samples.__file__).parent / "devices" / samples.devices()[0]
_COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "ccpp --help": ["-m", "ccpp", "--help"],
    "ccpp resolve FILE": ["-m", "ccpp", "resolve", str(_DEVICE)],
    "ccpp demo": ["-m", "ccpp", "demo"],
}


def run(*, smoke: bool) -> Iterator[Result]:
    """Whole processes, started one after another in turn."""
    for case, arguments in _COMMANDS.items():

        def start(_run: int, command: tuple[str, ...] = (sys.executable, *arguments)) -> None:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

        median, p99 = timed(start, range(2 if smoke else 11), repeat=1)
        engine = "python" if case.startswith("python") else "ccpp"
        yield Result("starting", case, engine, {"processes": 1}, median, p99, None, answers_equal=True)

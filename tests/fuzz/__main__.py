"""Fuzz the parsers: `python -m tests.fuzz [TARGET…] --seconds N`, from the root of a checkout.

With atheris (`pip install '.[fuzz]'`) the search follows the coverage of the package; without it, or with `--engine mutation`, seeds are
damaged at random from `--seed`; `--engine repetition` looks for what takes long. Prints one JSON object a target; exit status 1 if
something was found.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from .mutation import Finding, explore, finding, minimised, mutations, repetitions
from .targets import TARGETS, named

if TYPE_CHECKING:
    from .mutation import Report
    from .target import Target


#: Seconds from which a repetition counts as a defect; the slowest sound parser takes half of it, for WBXML that stands for 4 MB.
MAX_SECONDS = 5.0


def main() -> int:
    engines = {"atheris": guided, "mutation": mutated, "repetition": repeated}
    available = "atheris" if importlib.util.find_spec("atheris") else "mutation"
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    names = [target.name for target in TARGETS]
    parser.add_argument("target", nargs="*", help=f"of {', '.join(names)} (default: all)")
    parser.add_argument("--seconds", type=int, default=30, help="for each target (default: %(default)s)")
    parser.add_argument("--engine", choices=engines, default=available, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the random damage (default: %(default)s)")
    options = parser.parse_args()
    unknown = [name for name in options.target if name not in names]
    if unknown:
        parser.error(f"no target `{unknown[0]}`; there are {', '.join(names)}")
    found = False
    for target in [named(name) for name in options.target] or TARGETS:
        report = engines[options.engine](target, options.seconds, options.seed)
        print(json.dumps({"target": target.name, "engine": options.engine, **report}), flush=True)  # noqa: T201  the output
        found = found or bool(report["findings"])
    return int(found)


def mutated(target: Target, seconds: int, seed: int) -> dict[str, Any]:
    """Random damage in this process."""
    report = explore(target.run, mutations(target.seeds(), target.tokens, Random(seed)), seconds=seconds)  # noqa: S311  repeatable
    return counted(report)


def repeated(target: Target, seconds: int, seed: int) -> dict[str, Any]:
    """Repetitions in this process; the slowest is a finding if it is too slow."""
    report = explore(target.run, repetitions(target.seeds(), target.tokens, Random(seed)), seconds=seconds)  # noqa: S311  repeatable
    if report.slowest > MAX_SECONDS:
        slow = Finding("slow", f"{report.slowest:.1f} seconds for {len(report.slowest_data)} bytes", report.slowest_data)
        report = report._replace(findings=(*report.findings, slow))
    return counted(report)


def counted(report: Report) -> dict[str, Any]:
    return {
        "runs": report.runs,
        "seconds": round(report.seconds, 1),
        "slowest_s": round(report.slowest, 3),
        "findings": [plain(one) for one in report.findings],
    }


def guided(target: Target, seconds: int, seed: int) -> dict[str, Any]:
    """atheris in a process of its own; what stopped it, too slow or too large, is a finding as well."""
    with tempfile.TemporaryDirectory() as folder:
        module = f"{__package__}.guided"
        command = [sys.executable, "-m", module, target.name, folder, str(seconds), str(seed)]
        said = subprocess.run(command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, check=False).stdout.decode(
            errors="replace"
        )
        numbers = {name: int(value) for name, value in re.findall(r"stat::(\w+):\s+(\d+)", said)}
        if "number_of_executed_units" not in numbers:
            raise SystemExit(f"atheris did not run:\n{said[-2000:]}")
        found = [finding(target.run, path.read_bytes()) for path in sorted(Path(folder, "found").iterdir())]
        stopped = [
            {"where": path.name.partition("-")[0], "message": "", "base64": encoded(path.read_bytes())}
            for path in sorted(Path(folder, "stopped").iterdir())
        ]
        return {
            "runs": numbers["number_of_executed_units"],
            "seconds": seconds,
            "slowest_s": numbers["slowest_unit_time_sec"],
            "megabytes": numbers["peak_rss_mb"],
            "coverage": [int(edges) for edges in re.findall(r"cov: (\d+)", said)][-1:],
            "findings": [*(plain(minimised(target.run, one)) for one in found if one), *stopped],
        }


def plain(one: Finding) -> dict[str, str]:
    return {"where": one.where, "message": one.message, "base64": encoded(one.data)}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


if __name__ == "__main__":
    sys.exit(main())

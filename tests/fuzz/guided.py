"""One target under atheris, in a process of its own: `python -m tests.fuzz.guided TARGET FOLDER SECONDS SEED`.

atheris ends the process when its time is up, and ends at the first exception it sees; so what was found is kept here and written at
once, a file a finding, and the search goes on.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import atheris

#: Seconds after which one input is a hang, megabytes at which the process has grown too far, bytes of an input.
BOUNDS = ("-timeout=10", "-rss_limit_mb=2048", "-max_len=16384")


def main() -> None:
    name, folder, seconds, seed = sys.argv[1:]
    work = Path(folder)
    with atheris.instrument_imports(include=["ccpp"]):
        from .mutation import finding  # noqa: PLC0415  to be instrumented
        from .targets import named  # noqa: PLC0415

        target = named(name)
        seeds = target.seeds()
        seen = {one.where for one in (finding(target.run, data) for data in seeds) if one}  # and so all is imported

    def run(data: bytes) -> None:
        one = finding(target.run, data)
        if one and one.where not in seen:
            seen.add(one.where)
            (work / "found" / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)

    for folder_name in ("found", "corpus", "stopped"):
        (work / folder_name).mkdir(parents=True, exist_ok=True)
    for data in seeds:
        (work / "corpus" / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    dictionary = work / "dictionary"
    dictionary.write_text("".join('"' + "".join(f"\\x{byte:02x}" for byte in token) + '"\n' for token in target.tokens))
    options = (f"-max_total_time={seconds}", f"-seed={seed}", f"-dict={dictionary}", f"-artifact_prefix={work}/stopped/")
    atheris.Setup([sys.argv[0], *BOUNDS, *options, "-print_final_stats=1", str(work / "corpus")], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

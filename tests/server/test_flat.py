"""Memory over ten minutes of load: what is remembered is bounded, and nothing else stays."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import time
from pathlib import Path

import pytest
from serving import N80, start_server

#: Seconds of the whole, and of the beginning, in which caches fill; megabytes that the rest may be above it.
_SECONDS, _FILLING, _MORE = 600, 180, 8

#: A tenth of the requests begin an install, a tenth ask for a page, a tenth for a part of nothing; most are decisions, half of them never the same.
_SCRIPT = """
local body = '%s'
local install = '%s'
local number = 0
request = function()
    number = number + 1
    local kind = number %% 10
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers["X-Session"] = (kind > 5) and number or nil
    if kind == 0 then return wrk.format("POST", "/v1/installs", nil, install) end
    if kind == 1 then return wrk.format("GET", "/applications", nil, nil) end
    if kind == 2 then return wrk.format("GET", "/installs/none-" .. number, nil, nil) end
    return wrk.format("POST", "/v1/match", nil, body)
end
"""


@pytest.mark.long
def test_memory_stays_as_it_is(tmp_path: Path) -> None:
    program = shutil.which("wrk")
    if program is None:
        pytest.skip("no wrk here (Debian's `wrk`)")
    server = start_server(
        tmp_path / "log", "--demo", CCPP_SERVE_DATABASE=f"sqlite:///{tmp_path / 'server.sqlite'}", CCPP_SERVE_LOG="off"
    )
    server.wait()
    body, install = json.dumps({"uri": N80}), json.dumps({"uri": N80, "application": "chess"})
    (tmp_path / "ask.lua").write_text(_SCRIPT % (body, install))
    [worker] = server.workers()
    command = [program, "-t1", "-c8", f"-d{_SECONDS}", "-s", "ask.lua", f"http://127.0.0.1:{server.port}"]
    load = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    started, sizes = time.monotonic(), list[tuple[float, float]]()
    while load.poll() is None:
        time.sleep(5)
        pages = int(Path(f"/proc/{worker}/statm").read_text().split()[1])
        sizes.append((time.monotonic() - started, pages * 4_096 / 1e6))
    said = load.communicate()[0]
    server.stop()
    late = [size for when, size in sizes if when > _FILLING]
    assert statistics.median(late[-20:]) < statistics.median(late[:20]) + _MORE, (
        said,
        [round(size, 1) for _, size in sizes[::6]],
    )

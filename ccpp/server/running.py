"""The server process and its workers, on uvicorn: which application a worker makes, and how long requests are given at the end.

uvicorn's supervisor replaces a worker that died or hangs, starts workers anew one after another on SIGHUP, and ends them gracefully on
SIGTERM and SIGINT.
"""

from __future__ import annotations

import logging
import os
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ccpp.errors import UsageError

if TYPE_CHECKING:
    from ccpp.server.asgi import App
    from ccpp.server.options import Options

#: Seconds in which a request's head must have come, and after which a connection without a request is closed.
_IDLE = 15
#: Seconds after which a worker that says nothing is replaced, and in which a new one must be ready: a large catalogue takes a minute.
_HEALTHY = 120
#: Connections that the kernel keeps waiting.
_BACKLOG = 2_048


def make_app(options: Options) -> App:
    """The application of one worker."""
    from ccpp.server.asgi import App  # noqa: PLC0415  in the worker: figures are kept in the folder that the environment names
    from ccpp.server.observing import Observer  # noqa: PLC0415
    from ccpp.server.routes import ROUTES, Routes  # noqa: PLC0415
    from ccpp.server.starting import make_service  # noqa: PLC0415

    return App(options, Routes(ROUTES), partial(make_service, options), Observer(lines=options.log != "off"))


def run_server(options: Options) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        UsageError: the extra `server` is not installed, or the address cannot be listened on.
    """
    try:
        import uvicorn  # noqa: PLC0415  an extra
        from uvicorn.supervisors import Multiprocess  # noqa: PLC0415

        from ccpp.server.observing import FOLDER  # noqa: PLC0415
        from ccpp.server.wire import BoundedProtocol  # noqa: PLC0415
    except ImportError:
        raise UsageError("the server needs packages that are not installed", hint="pip install 'ccpp[server]'") from None
    logging.basicConfig(level=logging.ERROR, format="ccpp: %(message)s")
    config = uvicorn.Config(
        partial(make_app, options),
        factory=True,
        host=options.host,
        port=options.port,
        workers=options.workers,
        http=BoundedProtocol,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=max(1, round(options.drain_seconds)),
        timeout_worker_healthcheck=_HEALTHY,
        h11_max_incomplete_event_size=options.max_headers,
    )
    with TemporaryDirectory(prefix="ccpp-figures-") as figures:
        os.environ[FOLDER] = figures
        try:
            socket = config.bind_socket()
        except SystemExit:
            raise UsageError(f"cannot listen on {options.host}, port {options.port}", hint="name another by --port") from None
        Multiprocess(config, sockets=[socket]).run()

"""The server process and its workers, on uvicorn: which application a worker makes, how workers are replaced, and how all of it ends.

uvicorn's supervisor replaces a worker that died or hangs. On SIGHUP the options are read anew and workers are started anew, each of them
serving before the one in its place ends. On SIGTERM and SIGINT requests under way are answered, and before that, where a balancer is to
notice, the server says for a while that it leaves. Workers whose supervisor was killed end by themselves.
"""

from __future__ import annotations

import logging
import os
import signal
import ssl
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any

from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Event
    from socket import socket

    from ccpp.server.asgi import App
    from ccpp.server.options import Options

#: Seconds after which a worker that says nothing is replaced, and in which a new one must be ready: a large catalogue takes a minute.
_HEALTHY = 120
#: Connections that the kernel keeps waiting.
_BACKLOG = 2_048
#: Where figures are kept if it can be: memory, which is there when a disk is full.
_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it


def make_app(options: Options, leaving: Event | None = None) -> App:
    """The application of one worker; `leaving` is set when the server is about to stop."""
    from ccpp.server.asgi import App  # noqa: PLC0415  in the worker: figures are kept in the folder that the environment names
    from ccpp.server.observing import Observer  # noqa: PLC0415
    from ccpp.server.routes import ROUTES, Routes  # noqa: PLC0415
    from ccpp.server.starting import make_service  # noqa: PLC0415
    from ccpp.server.tracing import make_tracer  # noqa: PLC0415

    Thread(target=_end_with_parent, daemon=True).start()
    observer = Observer(lines=options.log != "off")
    logging.basicConfig(level=logging.WARNING, handlers=[observer.handler()], force=True)
    tracer = make_tracer(options.traces, observer)
    start = partial(make_service, options, outgoing=tracer.outgoing) if tracer else partial(make_service, options)
    return App(options, Routes(ROUTES), start, observer, leaving=leaving, tracer=tracer)


def _end_with_parent() -> None:
    """End gracefully as soon as the supervisor is no more: nobody else would end this worker, which holds the port."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _tls(options: Options) -> dict[str, Any]:
    """What uvicorn is told of TLS: a caller may show a certificate, and one that nobody vouches for ends the handshake.

    Raises:
        UsageError: a file cannot be used.
    """
    if not options.tls_certificate:
        if options.tls_callers:
            raise UsageError("`tls_callers` without `tls_certificate`", hint="callers show certificates over TLS alone")
        return {}
    found: dict[str, Any] = {"ssl_certfile": options.tls_certificate, "ssl_keyfile": options.tls_key or None}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(options.tls_certificate, options.tls_key or None)
        if options.tls_callers:
            context.load_verify_locations(options.tls_callers)
    except (OSError, ValueError):  # an SSLError is an OSError
        raise UsageError(
            "the certificates or the key of TLS cannot be used", hint="`tls_certificate`, `tls_key` and `tls_callers` are PEM"
        ) from None
    return found | ({"ssl_ca_certs": options.tls_callers, "ssl_cert_reqs": ssl.CERT_OPTIONAL} if options.tls_callers else {})


def run_server(options: Options, reread: Callable[[], Options] | None = None) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        options: the options in force.
        reread: gives the options as they are now, on SIGHUP; host, port and the number of workers stay.

    Raises:
        UsageError: the address cannot be listened on.
    """
    import uvicorn  # noqa: PLC0415  an extra

    from ccpp.server.observing import FOLDER, Observer  # noqa: PLC0415
    from ccpp.server.wire import BoundedProtocol  # noqa: PLC0415

    observer = Observer(lines=options.log != "off")
    logging.basicConfig(level=logging.ERROR, handlers=[observer.handler()], force=True)
    leaving = get_context("spawn").Event()
    config = uvicorn.Config(
        partial(make_app, options, leaving),
        factory=True,
        host=options.host,
        port=options.port,
        workers=options.workers,
        http=partial(BoundedProtocol, stalled=options.send_seconds),  # type: ignore[arg-type, unused-ignore]  # it is called, no more
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=options.head_seconds,  # type: ignore[arg-type, unused-ignore]  # any number of seconds does
        timeout_graceful_shutdown=max(1, round(options.drain_seconds)),
        timeout_worker_healthcheck=_HEALTHY,
        h11_max_incomplete_event_size=options.max_headers,
        **_tls(options),
    )
    with TemporaryDirectory(prefix="ccpp-figures-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as figures:
        os.environ[FOLDER] = figures
        try:
            listening = config.bind_socket()
        except SystemExit:
            raise UsageError(f"cannot listen on {options.host}, port {options.port}", hint="name another by --port") from None
        _supervisor(options, reread, observer.event, leaving, config, listening).run()


def _supervisor(
    options: Options,
    reread: Callable[[], Options] | None,
    tell: Callable[..., None],
    leaving: Event,
    config: Any,  # noqa: ANN401  uvicorn's
    listening: socket,
) -> Any:  # noqa: ANN401  uvicorn's
    """What starts, replaces and ends workers."""
    from uvicorn.supervisors import Multiprocess  # noqa: PLC0415  an extra

    class Supervisor(Multiprocess):  # type: ignore[misc, unused-ignore]  # without the extra it is Any
        """uvicorn's, with other options after SIGHUP, and a while to leave before the end."""

        def handle_hup(self) -> None:
            try:
                if reread is not None:
                    config.app = partial(make_app, reread(), leaving)
            except CcppError as error:
                tell("reload", "error", error=str(error))
                return
            tell("reload")
            self.restart_all()

        def handle_term(self) -> None:
            leaving.set()
            self.should_exit.wait(options.leave_seconds)
            listening.close()  # so that whoever comes when the workers no longer listen is refused at once, and goes elsewhere
            self.should_exit.set()

    return Supervisor(config, sockets=[listening])

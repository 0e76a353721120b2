"""The command that serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import FORMAT, print_json

if TYPE_CHECKING:
    from ccpp.server.options import Options


@click.command()
@click.option("--host", metavar="ADDRESS", help="The address to listen on.")
@click.option("--port", type=int, metavar="NUMBER", help="The port to listen on.")
@click.option("--demo", is_flag=True, default=None, help="Serve the shipped samples: nothing to set up.")
@click.option("--catalogue", metavar="FILE", help="The catalogue, in Turtle.")
@click.option("--repository", metavar="FILE", help="The repository of profiles.")
@click.option("--workers", type=int, metavar="NUMBER", help="Worker processes.")
@click.option("--gateway", metavar="URL", help="What short messages are given to: https://… or smpp://SYSTEM_ID@HOST:PORT.")
@click.option("--config", metavar="FILE", help="All options in one file, in TOML; `--print-config` writes one.")
@click.option("--print-config", is_flag=True, help="Print the options in force and end.")
@FORMAT
def serve(config: str | None, form: str, *, print_config: bool, **given: Any) -> None:  # noqa: ANN401  the options
    """Serve decisions, discovery and downloads over HTTP.

    Every option can stand in a file (--config) or in the environment (CCPP_SERVE_PORT=8080); the command line counts most.
    On an address that others reach, an option must say who may ask: see `ccpp serve --print-config`, `token_keys` and what follows it.
    """
    import os
    from contextlib import ExitStack
    from dataclasses import replace
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from ccpp.server.options import MAX_OPTIONS, load_options, print_options, shown_options
    from ccpp.storage.files import read_file

    def read_options() -> Options:
        return load_options((config, read_file(config, MAX_OPTIONS)) if config else None, os.environ, given)

    options = read_options()
    if print_config and form == "json":
        print_json(shown_options(options))
        return
    if print_config:
        click.echo(print_options(options), nl=False)
        return
    from ccpp.server.authentication.starting import check_open
    from ccpp.server.demonstration import fill
    from ccpp.server.running import run_server
    from ccpp.server.starting import prepare, write_demo

    demo: dict[str, Any] = {}

    def completed(stated: Options) -> Options:
        """With what `--demo` gives where nothing is stated, and everything ready for the workers."""
        whole = replace(stated, **{key: value for key, value in demo.items() if not getattr(stated, key)})
        check_open(whole)
        prepare(whole)
        return whole

    with ExitStack() as stack:
        if options.demo:
            demo = write_demo(Path(stack.enter_context(TemporaryDirectory(prefix="ccpp-demo-"))))
        stated, options = options, completed(options)
        if options.demo and not stated.catalogue:
            fill(options)
        address = f"http://{options.host}:{options.port}/"
        click.echo(f"{address} serves {options.catalogue}; pages for people: {address}pages", err=True)
        # The address stays when options are read anew, so what may be open is judged by it.
        run_server(options, lambda: completed(replace(read_options(), host=options.host)))

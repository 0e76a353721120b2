"""The command that serves."""

from __future__ import annotations

from typing import Any

import click

from ccpp.commands.common import FORMAT, print_json


@click.command()
@click.option("--host", metavar="ADDRESS", help="The address to listen on.")
@click.option("--port", type=int, metavar="NUMBER", help="The port to listen on.")
@click.option("--demo", is_flag=True, default=None, help="Serve the shipped samples: nothing to set up.")
@click.option("--catalogue", metavar="FILE", help="The catalogue, in Turtle.")
@click.option("--repository", metavar="FILE", help="The repository of profiles.")
@click.option("--workers", type=int, metavar="NUMBER", help="Worker processes.")
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

    options = load_options((config, read_file(config, MAX_OPTIONS)) if config else None, os.environ, given)
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

    check_open(options)
    missing: dict[str, Any] = {}
    with ExitStack() as stack:
        if options.demo:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="ccpp-demo-")))
            missing = {key: value for key, value in write_demo(folder).items() if not getattr(options, key)}
            options = replace(options, **missing)
        prepare(options)
        if options.demo and "catalogue" in missing:
            fill(options)
        address = f"http://{options.host}:{options.port}/"
        click.echo(f"{address} serves {options.catalogue}; pages for people: {address}pages", err=True)
        run_server(options)

"""Commands for a first look and for the shell."""

from __future__ import annotations

import click

from ccpp.commands.common import FORMAT, print_json


@click.command()
@FORMAT
def demo(form: str) -> None:
    """Decide for the shipped sample devices with the shipped catalogue: nothing to set up."""
    from ccpp.demo import run_demo

    results, text = run_demo()
    if form == "json":
        print_json(results)
    else:
        click.echo(text)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell; `eval "$(ccpp completion bash)"` switches it on."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(click.get_current_context().find_root().command, {}, "ccpp", "_CCPP_COMPLETE").source())

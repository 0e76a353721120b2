"""The commands on the repository of profiles."""

from __future__ import annotations

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, leave, print_json
from ccpp.commands.profiles_filling import export, import_, remove
from ccpp.commands.profiles_finding import diff, groups, list_, search, show
from ccpp.commands.repository import REPOSITORY, open_repository


@click.group()
def agent() -> None:
    """Say which profile a device has that sends a User-Agent only."""


@agent.command("add")
@click.argument("pattern")
@click.argument("uri")
@REPOSITORY
@FORMAT
def agent_add(pattern: str, uri: str, file: str | None, form: str) -> None:
    """Let a pattern, a glob or the beginning of a User-Agent, name the profile of a URI."""
    with open_repository(file) as repository:
        repository.add_pattern(pattern, uri)
    if form == "json":
        print_json({"pattern": pattern, "profile": uri})
    else:
        click.echo(f"`{pattern}` is {uri}")


@agent.command("remove")
@click.argument("pattern")
@REPOSITORY
@FORMAT
def agent_remove(pattern: str, file: str | None, form: str) -> None:
    """Take out a pattern. Exit 1 if there is none."""
    with open_repository(file) as repository:
        removed = repository.remove_pattern(pattern)
    if form == "json":
        print_json({"pattern": pattern, "removed": removed})
    else:
        click.echo(f"{int(removed)} removed")
    leave(DONE if removed else NEGATIVE)


@agent.command("list")
@REPOSITORY
@FORMAT
def agent_list(file: str | None, form: str) -> None:
    """List the patterns."""
    from ccpp.console import table

    with open_repository(file) as repository:
        patterns = repository.patterns()
    if form == "json":
        print_json([{"pattern": pattern, "profile": key} for pattern, key in patterns])
    else:
        click.echo(table(patterns))


@click.group(commands=[import_, list_, search, show, diff, groups, agent, remove, export])
def profiles() -> None:
    """Keep profiles in a repository, by URI, and find them."""

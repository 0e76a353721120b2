"""The command line: files in, results out, one line on standard error for what cannot be used.

Exit status: 0 done, 1 a negative answer (no variant fits, a profile does not conform), 2 unusable input or a wrong call. A command's
module is imported when the command is called, because starting is most of what a short command costs.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from ccpp import __version__
from ccpp.commands.common import DONE, UNUSABLE, complain
from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Command → the module of `ccpp.commands` that has it under its name.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "resolve": "resolving",
        "validate": "validating",
        "vocabulary": "resolving",
        "match": "deciding",
        "explain": "deciding",
        "provision": "deciding",
        "headers": "exchanging",
        "spellings": "spelling",
        "demo": "starting",
        "profiles": "profiles",
        "completion": "starting",
    }
)


class _Commands(click.Group):
    """The group of all commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"ccpp.commands.{COMMANDS[cmd_name]}"), cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "-V", "--version", prog_name="ccpp")
def cli() -> None:
    """Match device capability profiles (CC/PP, UAProf) with application requirements, and choose what to provision.

    Exit status: 0 done, 1 a negative answer, 2 unusable input.
    """


def main() -> None:
    """The console command."""
    try:
        cli(standalone_mode=False)
    except CcppError as error:
        complain(error)
        sys.exit(UNUSABLE)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(DONE)
    except click.ClickException as error:
        complain(UsageError(error.format_message(), hint="`ccpp --help` lists the commands"))
        sys.exit(UNUSABLE)
    except (click.Abort, KeyboardInterrupt):
        complain(UsageError("interrupted"))
        sys.exit(130)
    except BrokenPipeError:
        # The reader has gone; there is nobody to tell.
        sys.stderr.close()
        sys.exit(UNUSABLE)

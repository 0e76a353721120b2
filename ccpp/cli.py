"""The command line: files in, results out, one line on standard error for what cannot be used.

Exit status: 0 done, 1 a negative answer (no variant fits, a profile does not conform), 2 unusable input or a wrong call. A command's
module is imported when the command is called, because starting is most of what a short command costs.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import click

from ccpp import __version__
from ccpp.collecting import collect_seldom
from ccpp.commands.common import DONE, UNUSABLE, complain
from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Entry(NamedTuple):
    """A command: the module of `ccpp.commands` that has it under its name, and what `--help` says of it, so that it need not load it."""

    module: str
    summary: str


COMMANDS: Mapping[str, Entry] = MappingProxyType(
    {
        "resolve": Entry("resolving", "Read profiles, merge them in order, and print what holds."),
        "validate": Entry(
            "validating", "Hold documents against the rules of CC/PP 1.0 and UAProf; exit 1 if one does not conform."
        ),
        "vocabulary": Entry("resolving", "List the known attributes, or one of them by name or URI."),
        "match": Entry("deciding", "Print the verdict of each variant, and the chosen one of each application."),
        "explain": Entry(
            "explaining", "Print why a variant fits a device or does not, what would change it, and why it is chosen or not."
        ),
        "provision": Entry(
            "provisioning", "Choose a variant of an application, configure it, and make the documents; exit 1 if none fits."
        ),
        "plan": Entry(
            "planning", "Plan what to install, in which order, so that all it needs is there; exit 1 if that cannot be."
        ),
        "replay": Entry(
            "catalogues",
            "Decide the records of a log again under a catalogue, and print what comes out otherwise; exit 1 if anything does.",
        ),
        "catalogue": Entry("catalogues", "Check and compare catalogues, and see who is affected by a change."),
        "requirements": Entry(
            "requirements", "Analyse requirements, write them as RFC 2533 feature sets, and read feature sets as requirements."
        ),
        "headers": Entry(
            "exchanging", "Read and write the headers by which a device names its profile, and profiles in WBXML."
        ),
        "report": Entry(
            "reporting",
            "Report who gets what of a catalogue, why others do not, and what would change it: a page, tables and summaries in a folder.",
        ),
        "spellings": Entry(
            "spelling",
            "Count the profiles that plain requirements reach, as stated and in canonical spelling; without files, list the families.",
        ),
        "document": Entry(
            "document",
            "Encode, decode, validate, compare, secure, send, store and try connectivity documents (wap-provisioningdoc).",
        ),
        "serve": Entry("serving", "Serve decisions, discovery and downloads over HTTP."),
        "settings": Entry(
            "settings", "Print a terminal's settings with their origins, and write them in the form that the device takes."
        ),
        "database": Entry(
            "database", "Check, back up and restore what a server keeps, rotate its keys, publish and activate catalogues."
        ),
        "demo": Entry("starting", "Decide for the shipped sample devices with the shipped catalogue: nothing to set up."),
        "profiles": Entry("profiles", "Keep profiles in a repository, by URI, and find them."),
        "completion": Entry(
            "starting", 'Print the completion script of a shell; `eval "$(ccpp completion bash)"` switches it on.'
        ),
    }
)

#: Packages of an extra without which a command cannot begin → the extra. What only some results need says so where it is made.
EXTRAS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("alembic", "cryptography", "joserfc", "prometheus_client", "sqlalchemy", "uvicorn"), "server")
)


class _Commands(click.Group):
    """The group of all commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"ccpp.commands.{COMMANDS[cmd_name].module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "-V", "--version", prog_name="ccpp")
def cli() -> None:
    """Match device capability profiles (CC/PP, UAProf) with application requirements, and choose what to provision.

    Exit status: 0 done, 1 a negative answer, 2 unusable input.
    """


def main() -> None:
    """The console command."""
    collect_seldom()
    try:
        cli(standalone_mode=False)
    except CcppError as error:
        complain(error)
        sys.exit(UNUSABLE)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        complain(UsageError(f"this needs `{package}`, which is not installed", hint=f"pip install 'ccpp[{EXTRAS[package]}]'"))
        sys.exit(UNUSABLE)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(DONE)
    except click.UsageError as error:
        called = error.ctx.command_path if error.ctx else "ccpp"
        complain(UsageError(error.format_message(), hint=f"`{called} --help` says what is due"))
        sys.exit(UNUSABLE)
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

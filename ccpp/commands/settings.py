"""The command on terminal settings: a subscriber's, on a network, for a device, in the form that the device takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import FORMAT, Reader, documents, print_json
from ccpp.commands.signing import read_signer, signing
from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.catalogue.model import Catalogue
    from ccpp.provisioning.choosing import Choice
    from ccpp.provisioning.rendering import Rendered
    from ccpp.provisioning.signing import Signer
    from ccpp.provisioning.subscriber import Subscriber
    from ccpp.provisioning.tailoring import Tailored

#: The form that the device's own profile asks for.
DEVICE = "device"


@click.command()
@click.argument("file", metavar="[PROFILE]", required=False)
@documents
@click.option("--account", metavar="FILE", help="The subscriber's account, in TOML.")
@click.option("--network", metavar="MCCMNC", help="The network, such as 26201, if the account does not name it.")
@click.option("--catalogue", metavar="FILE", help="A catalogue with terminal settings.")
@click.option(
    "--as", "forms", multiple=True, metavar="FORM", help="The form to write, more than one if repeated; else the device's own."
)
@signing("Apple configuration profiles")
@click.option("--output", metavar="FOLDER", help="Write the documents into this folder; they hold secrets and are not printed.")
@FORMAT
def settings(  # noqa: PLR0913  an option each
    file: str | None,
    account: str | None,
    network: str | None,
    catalogue: str | None,
    forms: Sequence[str],
    output: str | None,
    form: str,
    *,
    key: str | None,
    certificates: str | None,
    **reading: Any,  # noqa: ANN401
) -> None:
    """Print a terminal's settings with their origins, and write them in the form that the device takes."""
    from ccpp.commands.deciding import load_catalogue_file
    from ccpp.provisioning.choosing import format_rules
    from ccpp.provisioning.formats import TERMINAL_FORMATS, terminal_choice

    reader = Reader(**reading, derive=True)
    profile = reader.resolve_one(file) if file else None
    choice = terminal_choice(profile, format_rules(reader.vocabularies)) if profile else ()
    loaded = load_catalogue_file(catalogue, reader.vocabularies) if catalogue else None
    tailored = tailored_settings(reader, profile, read_account(account, network), loaded)
    signer = read_signer(key, certificates)
    made = render(tailored, forms, choice, signer)
    if signer and not any(TERMINAL_FORMATS[name].signable for name in made):
        raise UsageError(f"nothing to sign: {', '.join(made) or 'no form is asked for'}", hint="`mobileconfig` can be signed")
    if output:
        write_rendered(output, made)
    if form == "json":
        print_json(plain_settings(tailored, choice, made))
    else:
        click.echo(shown_settings(tailored, choice, made, output))


def read_account(name: str | None, network: str | None) -> Subscriber:
    """The account in a file, or one that is nothing but a network."""
    from dataclasses import replace

    from ccpp.catalogue.model import Layer
    from ccpp.provisioning.subscriber import MAX_SUBSCRIBER, Subscriber, read_subscriber
    from ccpp.storage.files import read_file

    account = Subscriber(Layer("subscriber", ()))
    if name:
        try:
            account = read_subscriber(read_file(name, MAX_SUBSCRIBER))
        except CcppError as error:
            raise error.located(name) from None
    return replace(account, network=network) if network else account


def tailored_settings(reader: Reader, profile: Any, account: Subscriber, catalogue: Catalogue | None) -> Tailored:  # noqa: ANN401  a ResolvedProfile
    """The settings of an account on its network, of a catalogue where there is one, for a device where there is one."""
    from ccpp.provisioning.tailoring import tailor_account

    if catalogue is not None and profile is None:
        raise UsageError("terminal settings of a catalogue are for devices", hint="name a PROFILE")
    tailored = tailor_account(account, catalogue, profile, reader.vocabularies)
    if tailored is None:
        raise UsageError("no settings at all", hint="name an account, a network or a catalogue with terminal settings")
    return tailored


def render(
    tailored: Tailored, forms: Sequence[str], choice: Sequence[Choice], signer: Signer | None = None
) -> dict[str, Rendered]:
    """The settings in each form asked for, by its name; `device`, or nothing, is the form chosen by the profile."""
    from ccpp.commands.common import nearest
    from ccpp.provisioning.formats import TERMINAL_FORMATS, make_form

    wanted: list[str] = []
    for name in forms or ([DEVICE] if choice else []):
        if name == DEVICE and not choice:
            raise UsageError("no device to choose a form for", hint="name a PROFILE, or another form")
        wanted.append(choice[-1].form if name == DEVICE else name)
    for name in wanted:
        if name not in TERMINAL_FORMATS:
            raise UsageError(f"no form `{name}`", hint=nearest(name, [DEVICE, *TERMINAL_FORMATS]))
    return {name: make_form(name, tailored.terminal, signer) for name in wanted}


def write_rendered(folder: str, made: dict[str, Rendered]) -> None:
    """The documents as files, each whole or not at all, none before all are made."""
    from pathlib import Path

    from ccpp.storage.files import write_file

    for name, rendered in made.items():
        write_file(Path(folder) / file_name(name), rendered.content)


def file_name(name: str) -> str:
    """The name of the file for a form."""
    from ccpp.provisioning.formats import TERMINAL_FORMATS

    return f"settings{TERMINAL_FORMATS[name].suffix}"


def plain_settings(tailored: Tailored, choice: Sequence[Choice], made: dict[str, Rendered]) -> dict[str, Any]:
    """The result as JSON writes it, without any secret."""
    from ccpp.plain import plain_configuration

    return {
        "settings": plain_configuration(tailored.configured),
        "dropped": [one._asdict() for one in tailored.dropped],
        "choice": [{"form": one.form, "taken": one.taken, "reason": one.text} for one in choice],
        "documents": plain_documents(made),
    }


def plain_documents(made: dict[str, Rendered]) -> list[dict[str, Any]]:
    """What was made, without its content, which holds secrets."""
    from ccpp.provisioning.formats import TERMINAL_FORMATS

    return [
        {
            "form": name,
            "name": file_name(name),
            "mediaType": TERMINAL_FORMATS[name].media_type,
            "size": len(one.content),
            "leftOut": list(one.left_out),
        }
        for name, one in made.items()
    ]


def shown_settings(tailored: Tailored, choice: Sequence[Choice], made: dict[str, Rendered], output: str | None) -> str:
    """The result in words."""
    from ccpp.console import heading, show_value, table

    rows = [(key, show_value(one.value), one.winners[-1].layer) for key, one in tailored.configured.items()]
    blocks = [f"{heading('settings')}\n{table(rows, indent='  ')}"]
    if tailored.dropped:
        blocks.append(f"{heading('left out for this device')}\n{table([tuple(one) for one in tailored.dropped], indent='  ')}")
    if choice:
        rows = [(one.form, "taken" if one.taken else "not taken", one.text) for one in choice]
        blocks.append(f"{heading('form')}\n{table(rows, indent='  ')}")
    for name, one in made.items():
        lost = "".join(f"\n  has no place for {what}" for what in one.left_out)
        place = f" in {output}" if output else ""
        blocks.append(f"{heading(file_name(name))}{place} ({len(one.content)} bytes){lost}")
    return "\n\n".join(blocks)

"""The command that provisions an application: the decision, its configuration, the documents that carry it to the device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, Reader, leave, nearest, print_json
from ccpp.commands.deciding import deciding, find_application, load_catalogue_file
from ccpp.commands.settings import DEVICE, plain_documents, read_account, render, tailored_settings, write_rendered
from ccpp.commands.signing import read_signer, signing
from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccpp.catalogue.model import Catalogue
    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile
    from ccpp.provisioning.choosing import Choice
    from ccpp.provisioning.delivery import Delivery, Document
    from ccpp.provisioning.rendering import Rendered
    from ccpp.provisioning.signing import Signer


def _delivering(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say in which form, and with what, a decision is delivered."""
    options = (
        click.option(
            "--as",
            "forms",
            multiple=True,
            metavar="FORM",
            help="jad, jnlp, dd, manifest, a form of terminal settings, or device for what its profile asks for; else manifest.",
        ),
        click.option("--archive", metavar="FILE", help="The Java archive: its manifest and size count, and must agree."),
        click.option("--report-to", metavar="URL", help="Where the device reports what became of it."),
        signing("the archive, and Apple configuration profiles"),
        click.option("--account", metavar="FILE", help="The subscriber's account, in TOML, for forms of terminal settings."),
        click.option("--network", metavar="MCCMNC", help="The network, if the account does not name it."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("file", metavar="PROFILE")
@deciding
@click.option("--application", required=True, metavar="ID", help="The application to provision.")
@_delivering
@click.option("--output", metavar="FOLDER", help="Write the documents into this folder.")
@click.option("--dry-run", is_flag=True, help="Write nothing; print what would be sent, in which order, with what it needs.")
@click.option("--sent", metavar="FILE", help="The record of what was sent: compared with in a dry run, else kept up.")
@FORMAT
def provision(  # noqa: PLR0913  an option each
    file: str,
    catalogue: str,
    application: str,
    forms: Sequence[str],
    output: str | None,
    sent: str | None,
    form: str,
    *,
    situation: dict[str, Any],
    closed_world: bool,
    dry_run: bool,
    **rest: Any,  # noqa: ANN401
) -> None:
    """Choose a variant of an application, configure it, and make the documents; exit 1 if none fits."""
    from ccpp.decision import decide_one
    from ccpp.provisioning import descriptor_choice, make_documents, plain_provision
    from ccpp.provisioning.choosing import format_rules, plain_choice

    if dry_run and output:
        raise UsageError("a dry run writes nothing", hint="leave out --output or --dry-run")
    account = rest.pop("account"), rest.pop("network")
    delivery = read_delivery(**{name: rest.pop(name) for name in ("archive", "report_to", "key", "certificates")})
    reader = Reader(**rest, derive=True)
    loaded = load_catalogue_file(catalogue, reader.vocabularies)
    wanted = find_application(loaded, application)
    profile = reader.resolve_one(file)
    decision = decide_one(profile, loaded, wanted.id, closed_world=closed_world, **situation)
    choice = descriptor_choice(decision, profile, format_rules(reader.vocabularies))
    descriptors, terminal = _asked(forms, choice, any(account))
    made = make_documents(decision, descriptors, _to_device(delivery, profile, reader))
    rendered = _terminal(reader, profile, account, loaded, terminal, delivery.signer) if decision.selection.chosen else {}
    if dry_run:
        leave(_trial(profile, loaded, decision, made, rendered, sent, form, closed_world=closed_world, **situation))
        return
    if output:
        write_documents(output, made, rendered)
    if sent and decision.selection.chosen:
        from ccpp.commands.provisioning_trial import keep_sent, parcels

        keep_sent(sent, parcels(profile.uri, [(decision, (), made)], rendered))
    if form == "json":
        plain = plain_provision(profile, decision, made)
        plain["documents"] += plain_documents(rendered)
        print_json({**plain, "choice": plain_choice(choice)})
    else:
        click.echo(shown_provision(decision, choice, made, rendered, asked=bool(forms)))
    leave(DONE if decision.selection.chosen else NEGATIVE)


def _trial(
    profile: ResolvedProfile,
    catalogue: Catalogue,
    decision: Decision,
    made: Sequence[Document],
    rendered: dict[str, Rendered],
    sent: str | None,
    form: str,
    **deciding: Any,  # noqa: ANN401
) -> int:
    """Print what would be sent of an application and all it needs; the exit status."""
    from ccpp.commands.provisioning_trial import last_sent, parcels, print_trial
    from ccpp.decision import decide_all, decide_variant
    from ccpp.planning import plan
    from ccpp.provisioning import make_documents

    wanted = decision.selection.application.id
    decisions = decide_all(profile, catalogue, **deciding)
    found = plan([wanted], decisions, catalogue)
    steps: list[tuple[Decision, tuple[str, ...], Sequence[Document]]] = []
    for step in found.steps:
        same = step.application.id == wanted and step.variant is decision.selection.chosen
        one = decision if same else decide_variant(profile, catalogue, step.application.id, step.variant, **deciding)
        steps.append((one, step.needed_by, made if same else make_documents(one)))
    print_trial(form, parcels(profile.uri, steps, rendered) if steps else [], last_sent(sent), found)
    return DONE if found.steps else NEGATIVE


def _to_device(delivery: Delivery, profile: Any, reader: Reader) -> Delivery:  # noqa: ANN401  a ResolvedProfile
    """The delivery with the platforms of the device, where there is an archive to hold against them."""
    from dataclasses import replace

    from ccpp.normalisation import load_normalisation
    from ccpp.provisioning.jad import platforms_of

    if delivery.archive is None:
        return delivery
    platforms = platforms_of(profile, reader.vocabularies, load_normalisation(reader.vocabularies))
    return replace(delivery, platforms=platforms)


def _asked(forms: Sequence[str], choice: Sequence[Choice], has_account: bool) -> tuple[list[str], list[str]]:  # noqa: FBT001  a fact
    """The forms of descriptors and of terminal settings that are asked for."""
    from ccpp.provisioning import DOCUMENTS, USUAL
    from ccpp.provisioning.formats import TERMINAL_FORMATS

    descriptors = [choice[-1].form if one == DEVICE else one for one in forms if one in DOCUMENTS or (one == DEVICE and choice)]
    terminal = [one for one in forms if one in TERMINAL_FORMATS or (one == DEVICE and has_account)]
    for one in forms:
        if one not in {DEVICE, *DOCUMENTS, *TERMINAL_FORMATS}:
            raise UsageError(f"no form `{one}`", hint=nearest(one, [DEVICE, *DOCUMENTS, *TERMINAL_FORMATS]))
    return list(dict.fromkeys(descriptors)) if forms else [USUAL], list(dict.fromkeys(terminal))


def _terminal(
    reader: Reader,
    profile: Any,  # noqa: ANN401  a ResolvedProfile
    account: tuple[str | None, str | None],
    catalogue: Catalogue,
    forms: Sequence[str],
    signer: Signer | None,
) -> dict[str, Rendered]:
    """The terminal settings in the forms that are asked for."""
    from ccpp.provisioning.choosing import format_rules
    from ccpp.provisioning.formats import terminal_choice

    if not forms:
        return {}
    choice = terminal_choice(profile, format_rules(reader.vocabularies))
    return render(tailored_settings(reader, profile, read_account(*account), catalogue), forms, choice, signer)


def read_delivery(archive: str | None, report_to: str | None, key: str | None, certificates: str | None) -> Delivery:
    """What the operator adds, from the files named."""
    from ccpp.provisioning.delivery import Delivery
    from ccpp.provisioning.jar import MAX_ARCHIVE, read_archive
    from ccpp.storage.files import read_file

    signer = read_signer(key, certificates)
    if report_to is not None and not report_to.startswith(("http://", "https://")):
        raise UsageError(f"`{report_to}` is no URL to report to", hint="http:// or https://")
    try:
        read = read_archive(read_file(archive, MAX_ARCHIVE)) if archive else None
    except CcppError as error:
        raise error.located(archive or "") from None
    return Delivery(report_to, read, signer)


def write_documents(folder: str, made: Sequence[Document], rendered: dict[str, Rendered]) -> None:
    """The documents as files, each whole or not at all, none before all are made."""
    from pathlib import Path

    from ccpp.storage.files import write_file

    for document in made:
        write_file(Path(folder) / document.name, document.content)
    write_rendered(folder, rendered)


def shown_provision(
    decision: Decision, choice: Sequence[Choice], made: Sequence[Document], rendered: dict[str, Rendered], *, asked: bool
) -> str:
    """The result in words; documents that hold secrets are only written to files."""
    from ccpp.console import show_configuration, show_selection
    from ccpp.model import Secret

    secret = any(isinstance(one.value, Secret) for one in decision.configuration.values())
    blocks = [show_selection(decision.selection)]
    if decision.configuration:
        blocks.append(click.style("configuration", bold=True) + "\n" + show_configuration(decision))
    if choice and asked:
        reasons = "".join(f"\n  {one.form}: {one.text}" for one in choice)
        blocks.append(f"{click.style('form for this device', bold=True)}: {choice[-1].form}{reasons}")
    for one in made:
        content = f"{len(one.content)} bytes, with a secret in them" if secret else one.content.decode()
        blocks.append(f"{click.style(one.name, bold=True)} ({one.media_type})\n{content}")
    for plain in plain_documents(rendered):
        lost = "".join(f"\n  has no place for {what}" for what in plain["leftOut"])
        blocks.append(f"{click.style(plain['name'], bold=True)} ({plain['mediaType']})\n{plain['size']} bytes{lost}")
    return "\n\n".join(blocks)

"""The command that shows what a terminal makes of short messages and a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, leave, print_json
from ccpp.commands.document_files import read_bytes
from ccpp.commands.document_secrets import read_value, secrets
from ccpp.commands.document_sending import SHAPE, user_data_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.provisioning.connectivity.document import ConnectivityDocument
    from ccpp.provisioning.user_agent.remarks import Remark
    from ccpp.provisioning.user_agent.simulated import Terminal


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@SHAPE
@click.option("--card", metavar="IMAGE", help="The card in the terminal, whose holder has typed its PIN.")
@click.option(
    "--bearer", "bearers", multiple=True, metavar="NAME", help="A bearer that the terminal has (GSM-GPRS); all if none."
)
@click.option(
    "--further", type=click.IntRange(0, 254), default=3, show_default=True, help="Contexts beside the privileged one."
)
@click.option("--request", metavar="URI", help="Print the proxies that a request may go through, too.")
@secrets
@FORMAT
def simulate(
    files: Sequence[str],
    *,
    shape: str,
    card: str | None,
    bearers: Sequence[str],
    further: int,
    request: str | None,
    form: str,
    **given: str | None,
) -> None:
    """Show what a terminal makes of the short messages in FILEs, in their order, and of a card: remarks, contexts, what holds.

    The IMSI is its subscriber's, the PIN what its user types. Exit 1 if it refuses anything. Secrets are not shown.
    """
    from ccpp.provisioning.card.image import MAX_IMAGE, read_image
    from ccpp.provisioning.user_agent.simulated import Terminal, receive
    from ccpp.provisioning.user_agent.supporting import Capabilities
    from ccpp.storage.files import read_file

    image = read_image(read_file(card, MAX_IMAGE)) if card else None
    has = Capabilities(frozenset(bearers) or None, further=further)
    terminal = Terminal(read_value("imsi", given) or "", has, image)
    remarks: list[Remark] = []
    for file in files:
        for data in user_data_of(read_bytes(file), shape):
            terminal, said = receive(terminal, data, pin=read_value("pin", given))
            remarks += said
    _print(terminal, remarks, request, form)


def _print(terminal: Terminal, remarks: list[Remark], request: str | None, form: str) -> None:
    from ccpp.diagnostics import Severity
    from ccpp.provisioning.user_agent.simulated import effective, proxies_for

    further = sum(not one.privileged for one in terminal.contexts)
    contexts = []
    for number in range(1 + further):
        held = effective(terminal, number)
        proxies = None if request is None else proxies_for(terminal, request, number)
        contexts.append((number, held, proxies))
    if form == "json":
        listed = [
            {"context": number, "remarks": list(map(_plain, held.remarks)), "holds": _lines(held.document), "proxies": proxies}
            for number, held, proxies in contexts
        ]
        print_json({"remarks": list(map(_plain, remarks)), "contexts": listed})
    else:
        for remark in remarks:
            click.echo(f"{remark.severity} {remark.code}: {remark.message}")
        for number, held, proxies in contexts:
            click.echo(f"context {number}{' (privileged)' if number == 0 else ''}")
            for remark in held.remarks:
                click.echo(f"  {remark.severity} {remark.code}: {remark.place}: {remark.message}")
            for line in _lines(held.document):
                click.echo(f"  {line}")
            if proxies is not None:
                click.echo(f"  {request}: {', '.join(proxies) or 'no proxy'}")
    refused = any(remark.severity is Severity.ERROR for remark in remarks)
    leave(NEGATIVE if refused else DONE)


def _lines(document: ConnectivityDocument) -> list[str]:
    """What a document states, a line a parm, secrets hidden."""
    from ccpp.provisioning.connectivity.difference import compare_connectivity
    from ccpp.provisioning.connectivity.document import ConnectivityDocument

    changes = compare_connectivity(ConnectivityDocument((), document.version), document)
    return [f"{change.place} {change.text}" for change in changes if change.text]


def _plain(remark: Remark) -> dict[str, str]:
    return {"code": remark.code, "severity": remark.severity, "place": remark.place, "message": remark.message}

"""The command that puts connectivity documents on a smart card's image, and reads them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpp.commands.common import FORMAT, print_json
from ccpp.commands.document_files import OUTPUT, deliver, read_as_wbxml, read_bytes
from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.provisioning.card.files import Directory
    from ccpp.provisioning.card.layout import Storage
    from ccpp.provisioning.card.mexe import RootKey

_PLACES = ("bootstrap", "config1", "config2")
_DOMAINS = ("operator", "administrator", "third-party")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--read", is_flag=True, help="FILE is an image; print what it stores.")
@click.option("--place", type=click.Choice(_PLACES), help="With --read: this document alone, as XML, or its bytes to --output.")
@click.option("--kind", type=click.Choice(["sim", "usim", "wim"]), default="sim", show_default=True, help="What the card is.")
@click.option(
    "--size", type=click.IntRange(0, 0x7FFF), default=0, help="Bytes of each provisioning file; 150, or what it holds."
)
@click.option("--access", type=click.Choice(["ALW", "CHV1", "PIN-G"]), help="What reading takes; the card's PIN if not stated.")
@click.option(
    "--root-key", "keys", multiple=True, metavar="DOMAIN=FILE", help="A root key of MExE: operator, administrator, third-party."
)
@click.option("--certificate", "certificates", multiple=True, metavar="FILE", help="A trusted certificate in DER.")
@click.option(
    "--as",
    "shape",
    type=click.Choice(["image", "apdu", "apdu-create"]),
    default="image",
    show_default=True,
    help="The whole card, commands that write its files, or that make them before.",
)
@OUTPUT
@FORMAT
def card(  # noqa: PLR0913  an option each
    files: Sequence[str],
    *,
    read: bool,
    place: str | None,
    kind: str,
    size: int,
    access: str | None,
    keys: Sequence[str],
    certificates: Sequence[str],
    shape: str,
    output: str | None,
    form: str,
) -> None:
    """Write the image of a card that stores documents: the first FILE as Bootstrap, then Config1 and Config2; or read one."""
    from ccpp.provisioning.card.files import Access
    from ccpp.provisioning.card.image import write_image
    from ccpp.provisioning.card.layout import Place, Storage, make_card

    if read:
        _read(files, place, output, form)
        return
    if len(files) > len(Place):
        raise UsageError(f"{len(files)} documents", hint="a card stores three: Bootstrap, Config1, Config2")
    documents = dict(zip(Place, map(read_as_wbxml, files), strict=False))
    storage = Storage(documents, tuple(map(_key, keys)), tuple(map(read_bytes, certificates)))
    made = make_card(storage, kind, size=size, read=Access(access) if access else None)
    data = write_image(made) if shape == "image" else _script(made, kind, shape).encode()
    deliver(data, {"kind": kind, "files": _listed(made), shape: data.decode()}, output, form)


def _script(card: Directory, kind: str, shape: str) -> str:
    from ccpp.provisioning.card.creating import creating
    from ccpp.provisioning.card.script import commands, write_script

    if shape == "apdu":
        return write_script(commands(card, kind))
    return write_script(
        (*creating(card, kind), *commands(card, kind)), "The issuer's key is presented, and none of the files exists"
    )


def _listed(made: Directory) -> list[dict[str, object]]:
    from ccpp.provisioning.card.files import shown, walk

    return [
        {
            "path": shown(path),
            "name": file.name,
            "size": len(file.content),
            "read": file.rights.read,
            "update": file.rights.update,
        }
        for path, file in walk(made)
    ]


def _key(text: str) -> RootKey:
    """A root key of an option; its identifier is the SHA-1 of its bytes."""
    from hashlib import sha1

    from ccpp.provisioning.card.mexe import Domain, RootKey

    domain, equals, file = text.partition("=")
    if not equals or domain not in _DOMAINS:
        raise UsageError(f"`{text}` is no DOMAIN=FILE", hint=f"DOMAIN is {', '.join(_DOMAINS)}")
    content = read_bytes(file)
    return RootKey(Domain[domain.replace("-", "_").upper()], content, sha1(content, usedforsecurity=False).digest())


def _read(files: Sequence[str], place: str | None, output: str | None, form: str) -> None:
    from ccpp.provisioning.card.files import Access
    from ccpp.provisioning.card.image import MAX_IMAGE, read_image
    from ccpp.provisioning.card.layout import Place, read_storage
    from ccpp.storage.files import read_file

    (file, *others) = files
    if others:
        raise UsageError(f"{len(files)} images", hint="one at a time")
    try:
        # Whoever has the image has the card's content; conditions are for those who have the card alone.
        storage = read_storage(read_image(read_file(file, MAX_IMAGE)), frozenset(Access))
    except CcppError as error:
        raise error.located(file) from None
    if place is None:
        _print_storage(storage, form)
    elif place not in storage.documents:
        raise UsageError(f"the card has no document `{place}`", source=file)
    else:
        data = storage.documents[Place(place)]
        xml = _xml(data)
        deliver(data if output else xml.encode(), {"place": place, "wbxml": data.hex(), "xml": xml}, output, form)


def _xml(data: bytes) -> str:
    from ccpp.provisioning.connectivity.wbxml import decode_connectivity
    from ccpp.provisioning.connectivity.xml import write_connectivity

    return write_connectivity(decode_connectivity(data).document).decode()


def _print_storage(storage: Storage, form: str) -> None:
    keys = [
        {
            "domain": key.domain.name.lower().replace("_", "-"),
            "type": key.type.name,
            "id": key.id.hex(),
            "size": len(key.content),
        }
        for key in storage.keys
    ]
    if form == "json":
        documents = {place: {"wbxml": data.hex(), "xml": _xml(data)} for place, data in storage.documents.items()}
        certificates = [certificate.hex() for certificate in storage.certificates]
        print_json({"documents": documents, "rootKeys": keys, "certificates": certificates})
        return
    for place, data in storage.documents.items():
        click.echo(f"{place}: a document of {len(data)} bytes")
    for key in keys:
        click.echo(f"root key of {key['domain']}: {key['type']}, {key['size']} bytes, {key['id']}")
    for certificate in storage.certificates:
        click.echo(f"trusted certificate: {len(certificate)} bytes")

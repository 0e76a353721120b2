"""Smart cards: the specification's own bytes, documents and keys written and read back, rights, images, scripts, bounds."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from conftest import SUITE
from hypothesis import given, settings
from hypothesis import strategies as st
from virtual_card import FORBIDDEN, OK, VirtualCard, emptied, nameless

from ccpp.commands.document import document as group
from ccpp.errors import CcppError
from ccpp.provisioning.card.creating import creating
from ccpp.provisioning.card.files import (
    MASTER,
    MAX_FILE,
    Access,
    CardError,
    Directory,
    ElementaryFile,
    Rights,
    filled,
    find,
    read_file,
    read_path,
    replaced,
    update_file,
    walk,
)
from ccpp.provisioning.card.image import MAX_IMAGE, read_image, write_image
from ccpp.provisioning.card.layout import (
    KINDS,
    MIN_SIZE,
    Place,
    Storage,
    application_paths,
    make_card,
    provisioning_paths,
    read_documents,
    read_storage,
)
from ccpp.provisioning.card.mexe import Domain, KeyType, RootKey, mexe_directory, read_mexe
from ccpp.provisioning.card.script import commands, read_script, write_script
from ccpp.provisioning.card.structures import (
    Application,
    Certificate,
    DataObject,
    Pin,
    read_application,
    read_certificates,
    read_data_objects,
    read_objects,
    read_pins,
    write_application,
    write_certificate,
    write_data_object,
    write_objects,
    write_pin,
)

if TYPE_CHECKING:
    from pathlib import Path

VECTORS = json.loads((SUITE / "connectivity" / "vectors.json").read_text())["documents"]
FULL, SMALL = (bytes.fromhex(VECTORS[name]) for name in ("full_page_return", "small"))
KEYS = (
    RootKey(Domain.OPERATOR, b"operator's key", b"\x01\x02"),
    RootKey(Domain.ADMINISTRATOR, b"administrator's", b"\x03", KeyType.WTLS, certificate=False, authority=False),
    RootKey(Domain.THIRD_PARTY, b"a third party's", b"\x04" * 20, certificate_id=b"\x05"),
    RootKey(Domain.THIRD_PARTY, b"another's", b"\x06", KeyType.X968),
)
WHOLE = Storage({Place.BOOTSTRAP: FULL, Place.CONFIG1: SMALL}, KEYS, (b"\x30\x01\x00",))
ALL = frozenset(Access)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            write_application(Application(bytes.fromhex("A000000063504B43532D3135"), "PROVISIONING", b"\x3f\0\x7f\x80")),
            "61224F0CA000000063504B43532D3135500C50524F564953494F4E494E4751043F007F80",
        ),
        (write_objects({7: b"\x44\x05", 5: b"\x44\x06"}), "A706300404024405A506300404024406"),
        (
            write_data_object(DataObject("Bootstrap", "2.23.43.5.1", b"\x44\x31", private=True, authentication=b"\1")),
            "302430120C09426F6F7473747261700302078004010130060604672B0501A106300404024431",
        ),
    ],
)
def test_structures_are_the_specifications_bytes(written: bytes, expected: str) -> None:
    """WAP-186 annex A."""
    assert written.hex().upper() == expected


OCTETS = st.binary(min_size=2, max_size=8)
LABELS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)


@given(
    st.builds(Application, OCTETS, LABELS, st.none() | OCTETS),
    st.lists(
        st.builds(DataObject, LABELS, st.sampled_from(["2.23.43.5.1", "1.2.3"]), OCTETS, st.booleans(), st.booleans(), OCTETS)
    ),
    st.builds(Pin, LABELS, OCTETS, st.integers(0, 255)),
    st.builds(Certificate, LABELS, OCTETS, OCTETS),
    st.binary(max_size=9).map(lambda rest: b"\xff" + rest),
)
@settings(max_examples=30)
def test_structures_come_back(
    application: Application, objects: list[DataObject], pin: Pin, certificate: Certificate, padding: bytes
) -> None:
    assert read_application(write_application(application) + padding) == application
    assert list(read_data_objects(b"".join(map(write_data_object, objects)) + padding)) == objects
    assert read_pins(write_pin(pin) + padding) == (pin,)
    assert read_certificates(write_certificate(certificate) + padding) == (certificate,)
    assert read_application(padding) is None


READERS = (read_application, read_objects, read_data_objects, read_pins, read_certificates)


@given(st.binary(max_size=60), st.data())
@settings(max_examples=40)
def test_any_bytes_give_structures_or_one_error(data: bytes, draw: st.DataObject) -> None:
    seed = bytearray(write_data_object(DataObject("Bootstrap", "2.23.43.5.1", b"\x44\x31", authentication=b"\1")))
    seed[draw.draw(st.integers(0, len(seed) - 1))] = draw.draw(st.integers(0, 255))
    for read in READERS:
        for octets in (data, bytes(seed)):
            error = None
            try:
                read(octets)
            except CardError as caught:
                error = caught
            assert error is None or "offset" in error.message


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_stored_comes_back_on_every_kind(kind: str) -> None:
    storage = WHOLE if KINDS[kind].mexe else WHOLE._replace(keys=())
    card = make_card(storage, kind)
    assert read_storage(card, ALL) == storage
    assert read_image(write_image(card)) == card
    files = {file.name: len(file.content) for _, file in walk(card)}
    assert (files["EF Bootstrap"], files["EF Config1"], files["EF Config2"]) == (len(FULL), MIN_SIZE, MIN_SIZE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_script_writes_the_same_card(kind: str) -> None:
    """An empty card of the same files, its issuer's key presented, after the commands of the script."""
    card = make_card(WHOLE if KINDS[kind].mexe else WHOLE._replace(keys=()), kind)
    empty = emptied(card)
    virtual = VirtualCard(empty, granted=ALL)
    script = read_script(write_script(commands(card, kind)))
    assert script == tuple(command.apdu for command in commands(card, kind))
    assert {int.from_bytes(virtual.answer(apdu)[-2:]) for apdu in script} == {OK}
    assert virtual.image == card
    locked = VirtualCard(empty)
    assert FORBIDDEN in {int.from_bytes(locked.answer(apdu)[-2:]) for apdu in script}
    assert locked.image == empty


@pytest.mark.parametrize("kind", ["usim", "wim"])
def test_a_script_makes_the_files_too(kind: str) -> None:
    """A card with nothing but the telephone's own files, its issuer's key presented, after the commands of the script."""
    row = KINDS[kind]
    card = make_card(WHOLE if row.mexe else WHOLE._replace(keys=()), kind)
    own = tuple(file for file in emptied(card).files if isinstance(file, ElementaryFile))
    bare = Directory(MASTER, "", (*own, row.mexe) if row.mexe else own)
    virtual = VirtualCard(bare, granted=ALL)
    script = read_script(write_script((*creating(card, kind), *commands(card, kind))))
    assert {int.from_bytes(virtual.answer(apdu)[-2:]) for apdu in script} == {OK}
    assert nameless(virtual.image) == nameless(card)
    locked = VirtualCard(bare)
    assert FORBIDDEN in {int.from_bytes(locked.answer(apdu)[-2:]) for apdu in script}
    assert locked.image == bare
    with pytest.raises(CardError, match="no standard command"):
        list(creating(card, "sim"))


def test_a_file_is_made_by_the_bytes_of_the_standard() -> None:
    """A transparent file of 16 bytes, and a directory, as ETSI TS 102 222 has them."""
    rights = Rights(Access.ALWAYS, Access.CHV1, Access.ISSUER, Access.ISSUER)
    card = Directory(MASTER, "MF", (Directory(0x7F80, "DF", (ElementaryFile(0x4431, "EF", rights, bytes(16)),)),))
    directory = "62 24 8202 7821 8302 7F80 8A01 05 AB0B 8001 5F A406 83010A950108 8102 0090 C606 900180830181"
    file = "62 2C 8202 4121 8302 4431 8A01 05 AB1B 8001 01 9000 8001 02 A406 830101950108 8001 58 A406 83010A950108 8002 0010"
    assert [command.apdu.hex() for command in creating(card, "wim")] == [
        "00a4000c023f00",
        bytes.fromhex(f"00E00000 26 {directory}").hex(),
        "00a4080c027f80",
        bytes.fromhex(f"00E00000 2E {file}").hex(),
    ]


def test_rights_hold() -> None:
    card = make_card(WHOLE)
    paths = provisioning_paths(card)
    with pytest.raises(CardError, match="may not be read before CHV1"):
        read_storage(card)
    holder = frozenset({Access.CHV1})
    assert read_storage(card, holder).documents[Place.BOOTSTRAP] == FULL
    with pytest.raises(CardError, match="may not be updated before ADM"):
        update_file(card, paths[Place.BOOTSTRAP], SMALL, holder)
    changed = update_file(card, paths[Place.CONFIG2], SMALL, holder)
    assert read_storage(changed, holder).documents[Place.CONFIG2] == SMALL
    with pytest.raises(CardError, match="565 bytes for 3F00/7F80/4433, which holds 150"):
        update_file(card, paths[Place.CONFIG2], FULL, holder)
    assert read_storage(make_card(WHOLE, read=Access.ALWAYS)).documents == WHOLE.documents
    never = ElementaryFile(1, "", Rights(Access.NEVER, Access.NEVER), b"\0")
    with pytest.raises(CardError, match="NEV"):
        read_file(Directory(MASTER, "MF", (never,)), (1,), ALL)


def test_a_file_that_no_directory_lists_is_not_used() -> None:
    """WAP-186 §6: what is on the card and missing from the DODF must not be used."""
    card = make_card(WHOLE)
    path = (0x7F80, 0x4405)
    file = find(card, path)
    assert isinstance(file, ElementaryFile)
    first = write_data_object(read_data_objects(file.content)[0])
    cut = replaced(card, path, replace(file, content=filled(first, len(file.content))))
    assert set(read_storage(cut, ALL).documents) == {Place.BOOTSTRAP}


def test_an_application_is_found_by_its_identifier_where_the_directory_does_not_name_it() -> None:
    card = make_card(WHOLE._replace(keys=()), "wim")
    file = find(card, (0x2F00,))
    assert isinstance(file, ElementaryFile)
    silent = replaced(card, (0x2F00,), replace(file, content=b"\xff" * len(file.content)))
    assert read_storage(silent, ALL).documents == WHOLE.documents
    with pytest.raises(CardError, match="no provisioning application"):
        read_storage(Directory(MASTER, "MF", (file and replace(file, content=b"\xff"),)), ALL)


def test_a_wim_on_a_sim_goes_first() -> None:
    sim, wim = (make_card(Storage({Place.BOOTSTRAP: document}), kind) for kind, document in (("sim", FULL), ("wim", SMALL)))
    application = next(file for file in wim.files if isinstance(file, Directory))
    both = replace(sim, files=(*sim.files, replace(application, id=0x7F81)))
    assert application_paths(both) == ((0x7F81,), (0x7F80,))
    found = [read_documents(both, ALL, path)[Place.BOOTSTRAP] for path in application_paths(both)]
    assert found == [SMALL, FULL]
    assert read_storage(both, ALL).documents == {Place.BOOTSTRAP: SMALL}


@given(
    st.lists(
        st.builds(
            RootKey,
            st.sampled_from(Domain),
            st.binary(min_size=1, max_size=40),
            st.binary(max_size=20),
            st.sampled_from(KeyType),
            st.booleans(),
            st.booleans(),
            st.just(b""),
        ),
        max_size=4,
    )
)
@settings(max_examples=40)
def test_root_keys_come_back(keys: list[RootKey]) -> None:
    found = read_mexe(mexe_directory(tuple(keys)))
    assert found == tuple(sorted(keys, key=lambda key: key.domain))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_card(WHOLE, "esim"), "no kind of card"),
        (lambda: make_card(WHOLE, "wim"), "no files for MExE"),
        (lambda: make_card(Storage({Place.BOOTSTRAP: bytes(MAX_FILE + 1)})), "at most 32767"),
        (lambda: mexe_directory((replace_id(255),)), "shorter identifiers"),
        (lambda: mexe_directory((KEYS[0]._replace(certificate_id=b"1"),)), "in another domain"),
        (lambda: mexe_directory((KEYS[0]._replace(content=bytes(MAX_FILE + 1)),)), "bytes of root keys"),
        (lambda: read_path(b"\x3f"), "a path on the card"),
        (lambda: find(make_card(WHOLE), (0x7F80, 0x4431, 1)), "no file 3F00/7F80/4431/0001"),
        (lambda: read_file(make_card(WHOLE), (0x7F80,)), "is a directory"),
        (lambda: read_script("00A4\n"), "line 1 of the script"),
        (lambda: read_image(bytes(MAX_IMAGE + 1)), "more than"),
        (lambda: read_image(b"["), "no JSON"),
        (lambda: read_image(b'{"card": 2, "files": []}'), "not of version 1"),
        (lambda: read_image(image([{}])), "row 1 of the image: no path"),
        (lambda: read_image(image([{"path": "3F"}])), "identifiers of two bytes"),
        (lambda: read_image(image([{"path": "2F00"}])), "without its master file"),
        (lambda: read_image(image([{"path": "3F00"}, {"path": "3F00"}])), "stands twice"),
        (lambda: read_image(image([{"path": "3F00"}, {"path": "3F007F207F30"}])), "under no directory"),
        (lambda: read_image(image([{"path": "3F00"}, {"path": "3F002F00", "content": ""}])), "has no rights"),
        (lambda: read_image(image([{"path": "3F00", "aid": "x"}])), "in hexadecimal"),
        (lambda: read_image(image([{"path": "3F00", "name": 1}])), "a name that is none"),
    ],
)
def test_what_is_no_card_is_one_error(make: object, message: str) -> None:
    with pytest.raises(CardError, match=message):
        make()  # type: ignore[operator]  # a lambda of the table


def replace_id(length: int) -> RootKey:
    return KEYS[0]._replace(id=bytes(length))


def image(rows: list[object]) -> bytes:
    return json.dumps({"card": 1, "files": rows}).encode()


def test_no_content_shows() -> None:
    assert "internet" not in repr(make_card(WHOLE))
    assert "content" not in repr(make_card(WHOLE))


def test_the_command(tmp_path: Path) -> None:
    run = CliRunner().invoke
    full, small, key = (tmp_path / name for name in ("full.wbxml", "small.wbxml", "key.der"))
    full.write_bytes(FULL)
    small.write_bytes(SMALL)
    key.write_bytes(b"\x30\x00")
    card, back = tmp_path / "card.json", tmp_path / "back.wbxml"
    made = [
        "card", str(full), str(small), "--output", str(card), "--kind", "usim", "--size", "600",
        "--root-key", f"third-party={key}", "--certificate", str(key),
    ]  # fmt: skip
    assert run(group, made).exit_code == 0
    shown = run(group, ["card", "--read", str(card)]).stdout
    assert shown.splitlines()[:2] == ["bootstrap: a document of 565 bytes", "config1: a document of 51 bytes"]
    assert "root key of third-party: X509, 2 bytes" in shown
    assert run(group, ["card", "--read", str(card), "--place", "bootstrap", "--output", str(back)]).exit_code == 0
    assert back.read_bytes() == FULL
    assert "internet" in run(group, ["card", "--read", str(card), "--place", "config1"]).stdout
    plain = json.loads(run(group, ["card", "--read", str(card), "--format", "json"]).stdout)
    assert plain["documents"]["bootstrap"]["wbxml"] == FULL.hex()
    listed = json.loads(run(group, [*made, "--format", "json"]).stdout)["files"]
    assert {"path": "3F00/7F80/4432", "name": "EF Config1", "size": 600, "read": "CHV1", "update": "CHV1"} in listed
    assert run(group, ["card", str(full), "--as", "apdu"]).stdout.startswith("# The files exist")
    assert "# create EF Bootstrap" in run(group, ["card", str(full), "--kind", "usim", "--as", "apdu-create"]).stdout
    for wrong in (
        ["card", "--read", str(card), "--place", "config2"],
        ["card", "--read", str(full)],
        ["card", "--read", str(card), str(card)],
        ["card", *[str(full)] * 4],
        ["card", str(full), "--kind", "sim", "--as", "apdu-create"],
        ["card", str(full), "--root-key", "mine=key"],
    ):
        assert isinstance(run(group, wrong).exception, CcppError)

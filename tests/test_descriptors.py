"""Descriptors of applications: what they say, what they refuse, what terminals report, and which device gets which."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SUITE
from descriptors import ARCHIVE, MANIFEST, PASSWORD, archive_of, certified, decided, pems
from hypothesis import given
from hypothesis import strategies as st
from test_terminal_formats import WHOLE

from ccpp.catalogue.model import Domain, Signature
from ccpp.decision import Decision
from ccpp.errors import CcppError, DescriptorError, UsageError
from ccpp.model import Secret
from ccpp.normalisation import load_normalisation
from ccpp.provisioning import DOCUMENTS, descriptor_choice, make_documents, plain_provision
from ccpp.provisioning.choosing import format_rules
from ccpp.provisioning.delivery import Delivery
from ccpp.provisioning.download import Download, read_download, write_download
from ccpp.provisioning.jad import NEEDED, SIGNATURE, check_archive, make_jad, platforms_of, read_jad, write_jad
from ccpp.provisioning.jar import read_archive
from ccpp.provisioning.jnlp import Launch, Resources, chosen_resources, read_jnlp, write_jnlp
from ccpp.provisioning.reports import STATUSES, Outcome, Protocol, read_report, write_report
from ccpp.provisioning.signing import load_signer, verify_signature
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import sample

if TYPE_CHECKING:
    from ccpp.vocabulary import Vocabularies

REPORTS = json.loads((SUITE / "reports.json").read_text())
WITH_ARCHIVE = Delivery("https://reports.example/", ARCHIVE)
JAD = read_jad(make_jad(decided(), WITH_ARCHIVE).content)


# JAD.


def test_a_jad_says_what_the_manifest_and_the_decision_say() -> None:
    assert {
        **MANIFEST,
        "MIDlet-Jar-URL": "https://apps.example/chess.jar?a=1&b=2",
        "MIDlet-Jar-Size": str(ARCHIVE.size),
        "MIDlet-Description": "A game, alone or against others.",
        "MIDlet-Install-Notify": "https://reports.example/",
        "MIDlet-Delete-Notify": "https://reports.example/",
        "server": "chess.example:5000",
        "hints": "Yes",
    } == JAD


def test_a_jad_without_the_archive_takes_what_settings_say() -> None:
    own = {f"descriptor__{name}": value for name, value in MANIFEST.items()}
    jad = read_jad(make_jad(decided(**own)).content)
    assert {name: jad[name] for name in MANIFEST} == MANIFEST
    assert check_archive(jad, ARCHIVE) == ()
    assert read_jad(make_jad(decided(version="2.1")).content)["MIDlet-Version"] == "2.1"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "needs MIDlet-Version"),
        ({"version": "1.0.0.0"}, "`1.0.0.0` is no version of a MIDlet"),
        ({"version": "1.0", "size": 0}, "needs MIDlet-Jar-Size"),
        ({"version": "1.0", "show photos": True}, "`show photos` cannot be an attribute"),
        ({"version": "1.0", "MIDlet-Secret": True}, "`MIDlet-Secret` cannot be an attribute"),
        ({"version": "1.0", "text": "a\nb"}, "`text` cannot stand in a line"),
    ],
)
def test_what_no_jad_can_be_made_of(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(DescriptorError, match=message):
        make_jad(decided(**settings))


def test_a_secret_is_delivered_and_nowhere_shown(vocabularies: Vocabularies) -> None:
    decision = decided(version="1.0", password=Secret("hunter2"))
    for form in ("jad", "jnlp", "manifest"):
        assert b"hunter2" in make_documents(decision, [form])[0].content
    plain = plain_provision(
        resolve([read_profile(sample("07-delta-n80.rdf"), uri="urn:x", vocabularies=vocabularies)]), decision
    )
    assert plain["documents"][0]["content"] is None
    assert "hunter2" not in json.dumps(plain)


@pytest.mark.parametrize(
    ("jad", "manifest", "names", "statuses"),
    [
        ({}, {}, None, []),
        ({"MIDlet-Name": None}, {}, None, [906]),
        ({"MIDlet-Jar-Size": "1k"}, {}, None, [906]),
        ({"MIDlet-Jar-Size": "1"}, {}, None, [904]),
        ({"MIDlet-Version": "1.2.4"}, {}, None, [905]),
        ({}, {"MIDlet-Vendor": None}, None, [907]),
        ({"extra": "1"}, {"extra": "2"}, None, []),
        ({"extra": "1", SIGNATURE: "x"}, {"extra": "2"}, None, [905]),
        ({"MIDlet-1": "Chess"}, {}, None, [906]),
        ({"MIDlet-1": None}, {"MIDlet-1": "Chess"}, None, [907]),
        ({"MIDlet-1": None}, {"MIDlet-1": None}, None, [907]),
        ({}, {}, ["other.class"], [907]),
        ({"MicroEdition-Profile": None}, {"MicroEdition-Profile": None}, None, [907]),
        ({"MicroEdition-Profile": "MIDP-2.1"}, {}, None, [908]),
        ({"MicroEdition-Profile": "MIDP-2.0 IMP-1.0"}, {}, None, [908]),
        ({"MicroEdition-Configuration": "CDC-1.0"}, {}, None, [908]),
    ],
)
def test_what_a_terminal_would_refuse_is_known_before(
    jad: dict[str, str | None], manifest: dict[str, str | None], names: list[str] | None, statuses: list[int]
) -> None:
    archive = archive_of(stated(MANIFEST | manifest), *(["example/Chess.class"] if names is None else names))  # type: ignore[operator]
    descriptor = stated(JAD | {"MIDlet-Jar-Size": str(archive.size)} | jad)  # type: ignore[operator]
    assert [slip.status for slip in check_archive(descriptor, archive, frozenset({"MIDP/2.0", "CLDC/1.1"}))] == statuses


def stated(attributes: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in attributes.items() if value is not None}


def test_an_archive_that_does_not_agree_is_refused() -> None:
    other = archive_of({**MANIFEST, "MIDlet-1": "Chess, , example.Absent"}, "example/Chess.class")
    with pytest.raises(DescriptorError, match="a terminal would report 907") as raised:
        make_jad(decided(), Delivery(archive=other))
    assert raised.value.status == 907


def test_a_descriptor_that_the_device_would_refuse_is_not_made(vocabularies: Vocabularies) -> None:
    normalisation = load_normalisation(vocabularies)
    asked = archive_of({**MANIFEST, "MicroEdition-Profile": "MIDP-3.0"}, "example/Chess.class")
    profile = resolve([read_profile(sample("07-delta-n80.rdf"), uri="urn:x", vocabularies=vocabularies)])
    platforms = platforms_of(profile, vocabularies, normalisation)
    assert platforms is not None
    assert make_jad(decided(), Delivery(archive=asked)).content
    with pytest.raises(DescriptorError, match=r"asks for MIDP-3.0.*908"):
        make_jad(decided(), Delivery(archive=asked, platforms=platforms))
    silent = resolve([read_profile(sample("01-aurora-a100.rdf"), uri="urn:x", vocabularies=vocabularies)])
    assert platforms_of(silent, vocabularies, normalisation) is None


LINES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xD7FF, exclude_categories=["Cc"]), max_size=12).map(str.strip)


@given(st.dictionaries(st.from_regex("[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True), LINES, max_size=5))
def test_a_jad_comes_back(attributes: dict[str, str]) -> None:
    attributes |= dict.fromkeys(NEEDED, "x")
    written = write_jad(attributes)
    assert read_jad(written) == attributes
    assert read_jad(written.replace(b"\n", b"\r\n")) == attributes


# Archives.


def packed(*files: tuple[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no Java archive"),
        (packed(("a", b"")), "without a manifest"),
        (packed(("META-INF/MANIFEST.MF", b"no colon\n")), "attribute 1 has no name and colon"),
        (packed(("META-INF/MANIFEST.MF", b"a: \xff\n")), "not UTF-8 at byte 3"),
        (packed(("META-INF/MANIFEST.MF", b"a: b\n" * 300_000)), "bytes of attributes, more than"),
        (packed(*((str(number), b"") for number in range(20_001))), "files, more than"),
    ],
    ids=range(6),
)
def test_what_is_no_archive(data: bytes, message: str) -> None:
    with pytest.raises(DescriptorError, match=message) as raised:
        read_archive(data)
    assert raised.value.status == 907


@given(st.integers(0, len(ARCHIVE.data) - 1), st.binary(max_size=4))
def test_a_damaged_archive_gives_one_or_one_error(place: int, inserted: bytes) -> None:
    try:
        read_archive(ARCHIVE.data[:place] + inserted + ARCHIVE.data[place + len(inserted) :])
    except DescriptorError as error:
        assert error.status == 907  # noqa: PT017  that is the test


# Signatures.


def test_a_signed_jad_verifies_with_its_archive_alone() -> None:
    signer, _ = certified()
    jad = read_jad(make_jad(decided(), Delivery(archive=ARCHIVE, signer=signer)).content)
    assert "MIDlet-Certificate-1-1" in jad
    assert "MIDlet-Certificate-1-2" not in jad  # the root is the terminal's own
    verify_signature(jad, ARCHIVE.data)
    for damaged, archive in (
        (jad, ARCHIVE.data + b"x"),
        ({**jad, SIGNATURE: "x"}, ARCHIVE.data),
        ({**jad, "MIDlet-Certificate-1-1": "x"}, ARCHIVE.data),
        ({**jad, "MIDlet-Certificate-1-2": jad["MIDlet-Certificate-1-1"]}, ARCHIVE.data),
        (JAD, ARCHIVE.data),
    ):
        with pytest.raises(DescriptorError) as raised:
            verify_signature(damaged, archive)
        assert raised.value.status == 909


def test_a_signature_of_the_catalogue_is_passed_on() -> None:
    decision = decided(version="1.0")
    variant = decision.selection.chosen
    assert variant is not None
    artefact = replace(variant.artefact, signature=Signature("RSA-SHA1", "c2ln", ("Y2VydA==",)))
    signed = replace(decision, selection=replace(decision.selection, chosen=replace(variant, artefact=artefact)))
    jad = read_jad(make_jad(signed).content)
    assert (jad[SIGNATURE], jad["MIDlet-Certificate-1-1"]) == ("c2ln", "Y2VydA==")


def test_what_is_no_signer() -> None:
    private, chain, root = pems()
    for arguments, message in (
        ((private, chain, Secret("other")), "no private key in PEM, or its password"),
        ((private, chain), "no private key in PEM, or its password"),
        ((chain, chain), "no private key in PEM"),
        ((private, b"", PASSWORD), "no certificates in PEM"),
        ((private, root, PASSWORD), "the first certificate is not of the private key"),
    ):
        with pytest.raises(UsageError, match=message):
            load_signer(*arguments)
    with pytest.raises(DescriptorError, match="nothing to sign"):
        make_jad(decided(version="1.0"), Delivery(signer=certified()[0]))
    assert "hunter2" not in repr(certified()[0])
    assert "PrivateKey" not in repr(certified()[0])


# Download descriptors, launch files.

WORDS = st.text("aZ09 .-é&<\"'", min_size=1, max_size=8).map(str.strip).filter(bool)
DOWNLOADS = st.builds(
    Download,
    WORDS,
    st.integers(0, 10**15 - 1),
    st.lists(WORDS, min_size=1, max_size=3).map(tuple),
    *[st.none() | WORDS] * 8,
    version=st.just("1.0"),
)


@given(DOWNLOADS)
def test_a_download_descriptor_comes_back(download: Download) -> None:
    assert read_download(write_download(download)) == download


def test_a_size_may_have_commas_and_names_a_prefix() -> None:
    data = b'<d:media xmlns:d="x"><d:size>1,234,567</d:size><d:type>a/b</d:type><d:objectURI>u</d:objectURI></d:media>'
    assert read_download(data) == Download("u", 1_234_567, ("a/b",))


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"<a/>", 906),
        (b"<media/>", 906),
        (b"<media><size>1</size><type>a/b</type></media>", 906),
        (b"<media><size>x</size><type>a/b</type><objectURI>u</objectURI></media>", 906),
        (b"<media><size>1</size><type/><objectURI>u</objectURI></media>", 906),
        (b"<media><size>1</size><type>a/b</type><objectURI><b/></objectURI></media>", 906),
        (b"<media><DDVersion>2.0</DDVersion></media>", 951),
    ],
)
def test_what_is_no_download_descriptor(data: bytes, status: int) -> None:
    with pytest.raises(DescriptorError) as raised:
        read_download(data)
    assert raised.value.status == status


def test_a_download_descriptor_needs_the_size() -> None:
    with pytest.raises(DescriptorError, match="the size of `chess-medium` is not known"):
        DOCUMENTS["dd"].make(decided(size=0), Delivery())


LISTS = st.lists(WORDS.filter(lambda text: "\\" not in text), max_size=2).map(tuple)
LAUNCHES = st.builds(
    Launch,
    WORDS,
    WORDS,
    st.lists(
        st.builds(
            Resources, LISTS, st.lists(st.tuples(WORDS, WORDS), max_size=2).map(tuple), LISTS, LISTS, LISTS, st.none() | WORDS
        ),
        max_size=3,
    ).map(tuple),
    st.none() | WORDS,
    st.none() | WORDS,
    st.booleans(),
)


@given(LAUNCHES)
def test_a_launch_file_comes_back(launch: Launch) -> None:
    assert read_jnlp(write_jnlp(launch)) == launch


def test_a_launch_file_has_the_language_packs_and_the_configuration() -> None:
    decision = decided(language_pack=True, descriptor__os=("Linux", "Mac OS X"), **{"descriptor/main-class": "example.Chess"})
    launch = read_jnlp(DOCUMENTS["jnlp"].make(decision, Delivery()).content)
    main, german = launch.resources
    assert main.systems == ("Linux", "Mac OS X")
    assert dict(main.properties) == {"server": "chess.example:5000", "hints": "Yes"}
    assert (launch.main_class, launch.trusted, german.locales) == ("example.Chess", False, ("de_AT",))
    assert chosen_resources(launch, "Mac OS X", "x86_64", "de_AT_variant") == (main, german)
    assert chosen_resources(launch, "Linux", "amd64", "de") == (main,)
    assert chosen_resources(launch, "Windows 10", "amd64", "de_AT") == (german,)


def test_an_application_of_a_domain_that_is_trusted_asks_for_permissions() -> None:
    decision = decided()
    application = replace(decision.selection.application, domain=Domain.OPERATOR)
    trusted = Decision(replace(decision.selection, application=application), decision.configuration)
    assert read_jnlp(DOCUMENTS["jnlp"].make(trusted, Delivery()).content).trusted


def test_what_no_launch_file_can_be_made_of() -> None:
    with pytest.raises(DescriptorError, match="is no Java archive"):
        DOCUMENTS["jnlp"].make(decided(media_type="application/zip"), Delivery())
    with pytest.raises(DescriptorError, match="the vendor of `chess-medium` is not known"):
        DOCUMENTS["jnlp"].make(decided(descriptor__vendor=""), Delivery())
    for data in (b"<a/>", b"<jnlp/>", b"<jnlp><information><title>x</title></information></jnlp>"):
        with pytest.raises(DescriptorError):
            read_jnlp(data)


# Reports.


@pytest.mark.parametrize("case", [pytest.param(case, id=case["description"]) for case in REPORTS])
def test_reports(case: dict[str, Any]) -> None:
    data, protocol = case["body"].encode("latin-1"), Protocol[case["protocol"]]
    if "error" in case:
        with pytest.raises(DescriptorError, match=case["error"]):
            read_report(data, protocol)
        return
    report = read_report(data, protocol)
    assert (report.code, report.outcome, report.text, report.defined) == (
        case["code"],
        Outcome(case["outcome"]),
        case["text"],
        case["defined"],
    )


@pytest.mark.parametrize("code", STATUSES)
def test_every_report_comes_back(code: int) -> None:
    for protocol in Protocol:
        report = read_report(write_report(code), protocol)
        assert (report.code, report.text, report.outcome) == (code, STATUSES[code].text, STATUSES[code].outcome)
        assert report.defined == (protocol in STATUSES[code].protocols)


@given(st.binary(max_size=80), st.sampled_from([b"", b"900", b"901 ", b"<media>", b"<jnlp>", b"MIDlet-Name: "]))
def test_any_bytes_give_something_or_one_error(data: bytes, head: bytes) -> None:
    for read in (lambda whole: read_report(whole, Protocol.MIDP), read_jad, read_download, read_jnlp, read_archive):
        try:
            read(head + data)
        except CcppError as error:
            assert str(error)  # noqa: PT017  that is the test


# Which device gets which.


@pytest.mark.parametrize(
    ("device", "media_type", "form"),
    [
        ("07-delta-n80.rdf", "application/java-archive", "jad"),
        ("07-delta-n80.rdf", "video/3gpp", "manifest"),
        ("09-echo-droid.rdf", "application/java-archive", "manifest"),
        ("01-aurora-a100.rdf", "application/java-archive", "manifest"),
    ],
)
def test_a_device_gets_the_form_that_its_profile_asks_for(
    device: str, media_type: str, form: str, vocabularies: Vocabularies
) -> None:
    profile = resolve([read_profile(sample(device), uri="urn:x", vocabularies=vocabularies)])
    choice = descriptor_choice(decided(media_type=media_type), profile, format_rules(vocabularies))
    assert (choice[-1].form, choice[-1].taken) == (form, True)
    assert all(one.text and not one.taken for one in choice[:-1])


@pytest.mark.parametrize(
    ("accepted", "form"),
    [
        ("application/vnd.oma.dd+xml", "dd"),
        ("application/x-java-jnlp-file", "jnlp"),
        ("text/vnd.sun.j2me.app-descriptor", "jad"),
    ],
)
def test_a_form_is_chosen_by_what_is_accepted(accepted: str, form: str, vocabularies: Vocabularies) -> None:
    data = sample("01-aurora-a100.rdf").replace(b"<rdf:li>image/vnd.wap.wbmp</rdf:li>", f"<rdf:li>{accepted}</rdf:li>".encode())
    assert accepted.encode() in data
    profile = resolve([read_profile(data, uri="urn:x", vocabularies=vocabularies)])
    assert descriptor_choice(decided(), profile, format_rules(vocabularies))[-1].form == form


def test_no_descriptor_carries_settings_of_the_terminal() -> None:
    """The last column of README's table: what a descriptor is made of has no place for them."""
    values = {str(value) for value in WHOLE.values() if isinstance(value, str) and len(value) > 4}
    values.remove("Example")  # the vendor's name too
    for form in DOCUMENTS:
        content = make_documents(decided(version="1.0"), [form], Delivery("https://reports.example/"))[0].content.decode()
        assert not [value for value in values if value in content]

"""Comparing and grouping, case by case: what changed, by how much, and who is alike."""

from __future__ import annotations

import pytest

from ccpp.comparison import Criterion, compare, group, holds, inverse, read_criterion
from ccpp.errors import RequirementError, UsageError
from ccpp.model import AttributeName, Dimension, ResolvedProfile
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.vocabulary import load_vocabularies

VOCABULARIES = load_vocabularies()
SCREEN = AttributeName("HardwarePlatform", "ScreenSize")
COLOUR = AttributeName("HardwarePlatform", "ColorCapable")
ACCEPT = AttributeName("SoftwarePlatform", "CcppAccept")
UAPROF = "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#"


def profile(hardware: str, software: str = "", uri: str = "http://profiles.example/p.rdf") -> ResolvedProfile:
    """A profile of two components from elements of UAProf."""
    components = "".join(
        f'<prf:component><rdf:Description rdf:ID="{name}"><rdf:type rdf:resource="{UAPROF}{name}"/>{content}'
        "</rdf:Description></prf:component>"
        for name, content in (("HardwarePlatform", hardware), ("SoftwarePlatform", software))
        if content
    )
    document = (
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:prf="{UAPROF}">'
        f'<rdf:Description rdf:ID="Profile">{components}</rdf:Description></rdf:RDF>'
    )
    return resolve([read_profile(document.encode(), uri=uri, vocabularies=VOCABULARIES)])


def bag(*members: str) -> str:
    return "<prf:CcppAccept><rdf:Bag>" + "".join(f"<rdf:li>{one}</rdf:li>" for one in members) + "</rdf:Bag></prf:CcppAccept>"


SMALL = profile("<prf:ScreenSize>96x65</prf:ScreenSize><prf:Model>A</prf:Model>", bag("text/html", "image/gif"))


def test_a_value_changed_with_both_origins() -> None:
    [change] = compare(
        SMALL, profile("<prf:ScreenSize>\n128x128</prf:ScreenSize><prf:Model>A</prf:Model>", bag("text/html", "image/gif"))
    )
    assert (change.name, change.kind) == (SCREEN, "changed")
    assert change.before is not None
    assert change.after is not None
    assert (change.before.value, change.after.value) == (Dimension(96, 65), Dimension(128, 128))
    assert change.before.winners[0].origin.document == "http://profiles.example/p.rdf"
    assert (change.gained, change.lost) == ((), ())


def test_a_bag_tells_its_members() -> None:
    [change] = compare(
        SMALL,
        profile("<prf:ScreenSize>96x65</prf:ScreenSize><prf:Model>A</prf:Model>", bag("image/png", "text/html", "image/jpeg")),
    )
    assert (change.kind, change.gained, change.lost) == ("changed", ("image/png", "image/jpeg"), ("image/gif",))


def test_the_order_of_a_bag_is_no_change_and_that_of_a_seq_is() -> None:
    assert (
        compare(SMALL, profile("<prf:ScreenSize>96x65</prf:ScreenSize><prf:Model>A</prf:Model>", bag("image/gif", "text/html")))
        == ()
    )
    languages = "<prf:CcppAccept-Language><rdf:Seq><rdf:li>{}</rdf:li><rdf:li>{}</rdf:li></rdf:Seq></prf:CcppAccept-Language>"
    one, other = (profile("", languages.format(*pair)) for pair in (("en", "fr"), ("fr", "en")))
    [change] = compare(one, other)
    assert (change.kind, change.gained, change.lost) == ("changed", (), ())


def test_spelling_is_no_change() -> None:
    assert (
        compare(profile("<prf:ColorCapable>Yes</prf:ColorCapable>"), profile("<prf:ColorCapable>YES</prf:ColorCapable>")) == ()
    )


def test_added_and_removed() -> None:
    changes = compare(SMALL, profile("<prf:ScreenSize>96x65</prf:ScreenSize><prf:ColorCapable>No</prf:ColorCapable>"))
    assert [(str(change.name), change.kind) for change in changes] == [
        ("HardwarePlatform/ColorCapable", "added"),
        ("HardwarePlatform/Model", "removed"),
        ("SoftwarePlatform/CcppAccept", "removed"),
    ]
    assert [change.kind for change in inverse(changes)] == ["removed", "added", "added"]
    assert all((change.gained, change.lost) == ((), ()) for change in changes)


def test_groups_by_size_then_by_first_member() -> None:
    screens = {"a": "96x65", "b": "128x128", "c": "128X128", "d": None, "e": "240x320"}
    profiles = [
        profile(f"<prf:ScreenSize>{size}</prf:ScreenSize>" if size else "<prf:Model>D</prf:Model>", uri=f"urn:{name}")
        for name, size in screens.items()
    ]
    groups = group(profiles, [SCREEN])
    assert [one.members for one in groups] == [("urn:b", "urn:c"), ("urn:a",), ("urn:d",), ("urn:e",)]
    [(name, resolved)] = groups[2].signature
    assert (name, resolved) == (SCREEN, None)
    assert [one.members for one in group(profiles, [])] == [("urn:a", "urn:b", "urn:c", "urn:d", "urn:e")]
    assert group([], [SCREEN]) == ()


@pytest.mark.parametrize(
    ("text", "holding"),
    [
        ("HardwarePlatform/ScreenSize=96x65", True),
        ("ScreenSize = 96X65", True),
        ("ScreenSize=65x96", False),
        ("CcppAccept=image/gif", True),
        ("CcppAccept=image/png", False),
        ("Model=A", True),
        ("Model=", False),
        ("ColorCapable=Yes", False),
        ("BitsPerPixel=many", False),
    ],
)
def test_criterion(text: str, holding: bool) -> None:  # noqa: FBT001  a case
    assert holds(read_criterion(text, VOCABULARIES), SMALL) is holding


def test_a_criterion_has_the_type_of_its_attribute() -> None:
    assert read_criterion(f"{UAPROF}ScreenSize=1x2", VOCABULARIES) == Criterion(
        VOCABULARIES.attributes[SCREEN], Dimension(1, 2)
    )
    assert read_criterion("ColorCapable=yes", VOCABULARIES).value is True


@pytest.mark.parametrize(("text", "error"), [("ScreenSize", UsageError), ("NoSuchThing=1", RequirementError)])
def test_a_criterion_that_cannot_be_read(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_criterion(text, VOCABULARIES)

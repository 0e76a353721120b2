"""Laws of validation: every serialisation of a profile is judged alike, a sound one conforms, and each defect is found by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccpp.conformance import Report, validate
from ccpp.conformance.schemas import load_schemas
from ccpp.conformance.uaprof import PROFILES
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMAS = load_schemas(load_vocabularies())
BASE = "http://www.example.com/profile"
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "ccpp": "http://www.w3.org/2002/11/08-ccpp-schema#",
    "prf": "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#",
    "ex": "http://www.example.com/schema#",
}
#: Component type → attributes with values of their datatype: text is a single value, a tuple a Bag, a list a Seq.
SOUND: dict[str, dict[str, tuple[str | tuple[str, ...] | list[str], ...]]] = {
    "prf:HardwarePlatform": {
        "prf:ScreenSize": ("96x65", "240x320"),
        "prf:ColorCapable": ("Yes", "No"),
        "prf:BitsPerPixel": ("1", "16"),
        "prf:Model": ("X1", "A & B <C>"),
        "prf:InputCharSet": (("UTF-8",), (), ("UTF-8", "US-ASCII")),
    },
    "prf:SoftwarePlatform": {
        "prf:JavaEnabled": ("Yes",),
        "prf:CcppAccept-Language": (["en"], ["en", "de", "en"]),
    },
    "ex:Printer": {"ex:pages": ("7", "1/2", "seven"), "ex:trays": (("a4", "a3"), ["a3"], "a4")},
}


class Component(NamedTuple):
    """A component to be written: its type, its attributes, and what its default states instead."""

    type: str
    attributes: dict[str, str | tuple[str, ...] | list[str]]
    defaults: dict[str, str | tuple[str, ...] | list[str]]


class Style(NamedTuple):
    """How to write: each choice is one that RDF/XML leaves open."""

    link: str
    typed: bool
    identified: bool
    as_attributes: bool
    apart: bool
    defaults_apart: bool


@st.composite
def profiles(draw: st.DrawFn) -> list[Component]:
    types = draw(st.lists(st.sampled_from(sorted(SOUND)), min_size=1, unique=True))
    components = []
    for one in types:
        chosen = draw(st.lists(st.sampled_from(sorted(SOUND[one])), min_size=1, unique=True))
        values = {name: draw(st.sampled_from(SOUND[one][name])) for name in chosen}
        cut = draw(st.integers(0, len(chosen)))
        components.append(Component(one, {name: values[name] for name in chosen[cut:]}, {n: values[n] for n in chosen[:cut]}))
    return components


STYLES = st.builds(Style, st.sampled_from(["ccpp", "prf"]), *[st.booleans()] * 5)
PLAIN = Style("ccpp", typed=False, identified=False, as_attributes=False, apart=False, defaults_apart=False)


def uri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local


def node(kind: str, name: str, attributes: dict[str, str | tuple[str, ...] | list[str]], style: Style, more: str = "") -> str:
    """A node element: a Description with its type, or a typed node; texts as XML attributes or as elements."""
    short = {k: v for k, v in attributes.items() if isinstance(v, str)} if style.as_attributes else {}
    identity = f'rdf:ID="{name}"' if style.identified else f'rdf:about="{BASE}#{name}"'
    element = kind if style.typed else "rdf:Description"
    parts = [] if style.typed else [f'<rdf:type rdf:resource="{uri(kind)}"/>']
    for attribute, value in attributes.items():
        if attribute not in short:
            parts.append(f"<{attribute}>{written(value)}</{attribute}>")
    inline = "".join(f" {attribute}={quoteattr(value)}" for attribute, value in short.items())
    return f"<{element} {identity}{inline}>{more}{''.join(parts)}</{element}>"


def written(value: str | tuple[str, ...] | list[str]) -> str:
    if isinstance(value, str):
        return escape(value)
    container = "rdf:Bag" if isinstance(value, tuple) else "rdf:Seq"
    return f"<{container}>{''.join(f'<rdf:li>{escape(member)}</rdf:li>' for member in value)}</{container}>"


def document(components: list[Component], style: Style) -> str:
    links, apart = [], []
    for number, component in enumerate(components):
        more = ""
        if component.defaults:
            default = node(component.type, f"d{number}", component.defaults, style)
            if style.defaults_apart:
                more = f'<{style.link}:defaults rdf:resource="{BASE}#d{number}"/>'
                apart.append(default)
            else:
                more = f"<{style.link}:defaults>{default}</{style.link}:defaults>"
        described = node(component.type, f"c{number}", component.attributes, style, more)
        if style.apart:
            links.append(f'<{style.link}:component rdf:resource="#c{number}"/>')
            apart.append(described)
        else:
            links.append(f"<{style.link}:component>{described}</{style.link}:component>")
    declared = " ".join(f'xmlns:{prefix}="{namespace}"' for prefix, namespace in NAMESPACES.items())
    root = 'rdf:ID="p"' if style.identified else f'rdf:about="{BASE}#p"'
    profile = f"<rdf:Description {root}>{''.join(links)}</rdf:Description>"
    return f'<rdf:RDF {declared} xml:base="{BASE}">{profile}{"".join(apart)}</rdf:RDF>'


def judge(text: str, rules: str = "uaprof") -> Report:
    return validate(text.encode(), uri="http://profiles.example/p", rules=PROFILES[rules], schemas=SCHEMAS)


def broken(report: Report) -> set[str]:
    return {one.rule for one in report.violations}


@given(profiles(), STYLES, st.sampled_from(sorted(PROFILES)[:2]))
@settings(deadline=None)
def test_sound_profiles_conform_in_every_serialisation(components: list[Component], style: Style, rules: str) -> None:
    report = judge(document(components, style), rules)
    assert report.conforms
    assert broken(report) == broken(judge(document(components, PLAIN), rules))


def also(statements: str, node: str = "c0") -> Callable[[str], str]:
    """One more description of a node, at the end of the document."""
    described = f'<rdf:Description rdf:about="#{node}">{statements}</rdf:Description></rdf:RDF>'
    return lambda text: text.replace("</rdf:RDF>", described)


#: The rule that names a defect → the defect, as a change of the document's text that leaves everything else as it is.
DEFECTS: dict[str, Callable[[str], str]] = {
    "rdf-xml": lambda text: text.removesuffix("</rdf:RDF>"),
    "component-link": lambda text: text.replace(":component>", ":Component>").replace(":component ", ":Component "),
    "component-type-conflict": also('<rdf:type rdf:resource="http://other.example/T"/>'),
    "component-attribute": also('<ccpp:component rdf:resource="#none"/>', node="p"),
    "second-order": also('<ccpp:component rdf:resource="#c0"/>'),
    "names-distinct": also(f'<c0 xmlns="{BASE}#">x</c0>'),
    "attribute-once": also("<ex:x>1</ex:x><ex:x>2</ex:x>"),
    "value-form": also("<ex:x><rdf:Alt/></ex:x>"),
    "defaults-once": also('<ccpp:defaults rdf:resource="http://a.example/"/><ccpp:defaults rdf:resource="http://b.example/"/>'),
    "defaults-link": also('<ex:defaults rdf:resource="http://a.example/"/>'),
    "defaults-reference": also('<ccpp:defaults rdf:resource="http://a b/"/>'),
    "attribute-known": also("<prf:Teapot>Yes</prf:Teapot>"),
    "attribute-component": also("<prf:WmlDeckSize>1</prf:WmlDeckSize>"),
    "datatype": also("<prf:WmlDeckSize>big</prf:WmlDeckSize>"),
    "container": also("<prf:WmlVersion>1.1</prf:WmlVersion>"),
}


@pytest.mark.parametrize("rule", DEFECTS)
@given(components=profiles(), style=STYLES)
@settings(deadline=None, max_examples=25)
def test_a_defect_is_found_by_its_name(rule: str, components: list[Component], style: Style) -> None:
    text = document(components, style)
    assert rule in broken(judge(DEFECTS[rule](text))) - broken(judge(text))

"""The tree of a connectivity document, and what was found wrong with one that could be read all the same."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.diagnostics import Finding, Severity
from ccpp.errors import CcppError
from ccpp.provisioning.connectivity.vocabulary import secret_parms
from ccpp.wbxml.document import Element, make_element

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

ROOT = "wap-provisioningdoc"
#: The major version of every document there is; another one must be ignored (WAP-183 §5.1).
MAJOR = "1"


class ConnectivityError(CcppError):
    """Bytes or a tree that are no connectivity document."""


class Parm(NamedTuple):
    """A parm; without a value it is a flag, which is not the same as one with an empty value (WAP-183 §6.5)."""

    name: str
    value: str | None = None

    def __repr__(self) -> str:
        """The parm, without a value that is secret."""
        value = "…" if self.name in secret_parms() and self.value else self.value
        return f"Parm({self.name!r}, {value!r})"


class Characteristic(NamedTuple):
    """A characteristic: its parms, then the characteristics within it."""

    type: str
    parms: tuple[Parm, ...] = ()
    characteristics: tuple[Characteristic, ...] = ()

    def first(self, name: str) -> str | None:
        """The value of the first parm of a name, None where there is none or it is a flag."""
        return next((parm.value for parm in self.parms if parm.name == name), None)

    def all(self, name: str) -> tuple[str, ...]:
        """The values of every parm of a name, in order."""
        return tuple(parm.value for parm in self.parms if parm.name == name and parm.value is not None)

    def has(self, name: str) -> bool:
        """Whether there is a parm of the name, with a value or without."""
        return any(parm.name == name for parm in self.parms)

    def within(self, kind: str) -> tuple[Characteristic, ...]:
        """The characteristics of a type directly within."""
        return tuple(one for one in self.characteristics if one.type == kind)


class ConnectivityDocument(NamedTuple):
    """A `wap-provisioningdoc`; `version` None where it states none."""

    characteristics: tuple[Characteristic, ...] = ()
    version: str | None = None

    def within(self, kind: str) -> tuple[Characteristic, ...]:
        """The characteristics of a type at the root."""
        return tuple(one for one in self.characteristics if one.type == kind)


class Note(NamedTuple):
    """A diagnostic: a row of `NOTES`, the place as a path of types, and what fills the row's sentence."""

    code: str
    place: str
    details: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return NOTES[self.code].severity

    @property
    def message(self) -> str:
        """The note in one sentence."""
        return NOTES[self.code].sentence.format(*self.details)


class Reading(NamedTuple):
    """What was read, and the notes on it."""

    document: ConnectivityDocument
    notes: tuple[Note, ...] = ()


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

NOTES: Mapping[str, Finding] = MappingProxyType(
    {
        "late-parm": Finding(_WARNING, "moved the parm `{0}` before the characteristics", "WAP-183 §5.1"),
        "lost-element": Finding(_ERROR, "dropped an element `{0}` that may not stand here", "WAP-183 §5.1"),
        "lost-attribute": Finding(_WARNING, "dropped the attribute `{0}`", "WAP-183 §5.1"),
        "lost-text": Finding(_WARNING, "dropped text or data between the elements", "WAP-183 §5.1"),
        "nameless": Finding(_ERROR, "an element without its attribute `{0}`; read it as empty", "WAP-183 §5.1"),
        "padding": Finding(_INFO, "ignored {0} bytes of padding after the document", "WAP-186 §6"),
        "other-identifier": Finding(_INFO, "the public identifier is {0}, not that of the document type", "WAP-183 §8"),
    }
)


def from_element(root: Element) -> Reading:
    """The document that a tree of elements is.

    Raises:
        ConnectivityError: the root is not `wap-provisioningdoc`, or of another major version.
    """
    if root.name != ROOT:
        raise ConnectivityError(f"the root is `{root.name}`", hint=f"a connectivity document is a `{ROOT}`")
    attributes = dict(root.attributes)
    version = attributes.get("version")
    if version is not None and version.partition(".")[0] != MAJOR:
        raise ConnectivityError(f"version `{version}` of the document type", hint=f"only {MAJOR}.x is known (WAP-183 §5.1)")
    notes: list[Note] = []
    _note_attributes(root, ("version",), "/", notes)
    _, characteristics = _children(root, "", notes)
    return Reading(ConnectivityDocument(characteristics, version), tuple(notes))


def _children(element: Element, place: str, notes: list[Note]) -> tuple[tuple[Parm, ...], tuple[Characteristic, ...]]:
    parms: list[Parm] = []
    characteristics: list[Characteristic] = []
    for piece in element.content:
        if not isinstance(piece, Element):
            if not isinstance(piece, str) or piece.strip():
                notes.append(Note("lost-text", place or "/"))
        elif piece.name == "parm" and place:
            name, value = _stated(piece, "name", "value", place, notes)
            if characteristics:
                notes.append(Note("late-parm", place, (name,)))
            if piece.content:
                notes.append(Note("lost-text", f"{place}/{name}"))
            parms.append(Parm(name, value))
        elif piece.name == "characteristic":
            kind, _ = _stated(piece, "type", None, place, notes)
            characteristics.append(Characteristic(kind, *_children(piece, f"{place}/{kind}", notes)))
        else:
            notes.append(Note("lost-element", place or "/", (piece.name,)))
    return tuple(parms), tuple(characteristics)


def _stated(element: Element, due: str, other: str | None, place: str, notes: list[Note]) -> tuple[str, str | None]:
    """The attribute that an element has to have, empty where it has not, and another that it may have."""
    stated = dict(element.attributes)
    first, second = stated.pop(due, None), stated.pop(other, None) if other else None
    if stated:
        _note_attributes(element, (due, other), place or "/", notes)
    if first is None:
        notes.append(Note("nameless", place or "/", (due,)))
    return first or "", second


def _note_attributes(element: Element, known: Container[str | None], place: str, notes: list[Note]) -> None:
    notes += (Note("lost-attribute", place, (name,)) for name, _ in element.attributes if name not in known)


def to_element(document: ConnectivityDocument) -> Element:
    """The document as a tree of elements, in canonical order: the attribute `name` before `value`, parms first."""
    version = () if document.version is None else (("version", document.version),)
    return Element(ROOT, version, tuple(map(_element, document.characteristics)))


def _element(characteristic: Characteristic) -> Element:
    parms = [
        make_element(("parm", (("name", name),) if value is None else (("name", name), ("value", value)), ()))
        for name, value in characteristic.parms
    ]
    kind, _, within = characteristic
    return make_element(("characteristic", (("type", kind),), (*parms, *map(_element, within))))

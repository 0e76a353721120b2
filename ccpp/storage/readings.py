"""What reading a document came to, as it is kept from run to run (`ccpp.storage.cache`).

A reading is a resolved profile as JSON, with what a report asks of one: values and their status, codes of findings, the digest of all of
it; not where anything was stated.
"""

from __future__ import annotations

import json
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ccpp.diagnostics import DIAGNOSTICS, Diagnostic
from ccpp.model import AttributeName, Dimension, Resolved, ResolvedProfile, Status

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from ccpp.model import Attribute, Scalar, Value
    from ccpp.storage.sources import Found


def written_profile(profile: ResolvedProfile, known: Container[AttributeName]) -> bytes:
    """A profile as a reading; an attribute that no vocabulary knows is left out, because no requirement can ask for it."""
    attributes = {
        f"{name.component}/{name.name}": [one.status.value, written_value(one.value)]
        for name, one in profile.attributes.items()
        if name in known
    }
    content = [profile.uri, profile.digest, [one.code for one in profile.diagnostics], attributes]
    return json.dumps(content, separators=(",", ":")).encode()


def read_reading(content: bytes, attributes: Mapping[str, Attribute]) -> ResolvedProfile:
    """The profile of a reading, with the attributes that are wanted, which are given by name.

    Raises:
        ValueError, TypeError, KeyError, IndexError: it is no reading.
    """
    uri, digest, codes, stated = json.loads(content)
    if not DIAGNOSTICS.keys() >= set(codes):
        raise ValueError("no code")
    found = {
        attribute.name: Resolved(attribute, read_value(stated[name][1]), Status(stated[name][0]), (), ())
        for name, attribute in attributes.items()
        if name in stated
    }
    return ResolvedProfile(uri, found, tuple([Diagnostic(code, None) for code in codes]), digest)


def written_value(value: Value) -> Any:  # noqa: ANN401  JSON
    """A value as JSON that says what it is: `{"d": [w, h]}` a Dimension, `{"f": [n, d]}` a fraction, a list the members of a container."""
    if isinstance(value, Dimension):
        return {"d": list(value)}
    if isinstance(value, Fraction):
        return {"f": [value.numerator, value.denominator]}
    return [written_value(one) for one in value] if isinstance(value, tuple) else value


def read_value(written: Any) -> Value:  # noqa: ANN401  JSON
    """The value that was written.

    Raises:
        ValueError: it is none.
    """
    if isinstance(written, str | bool | int):
        return written
    if isinstance(written, list):
        return tuple([_scalar(one) for one in written])
    return _scalar(written)


def _scalar(written: Any) -> Scalar:  # noqa: ANN401  JSON
    match written:
        case str() | bool() | int():
            return written
        case {"d": [int(width), int(height)]}:
            return Dimension(width, height)
        case {"f": [int(number), int(of)]} if of:
            return Fraction(number, of)
    raise ValueError("no value")


def reading_key(found: Found) -> bytes:
    """The name of what reading some bytes comes to; they are read under their URI."""
    content = found.content
    return sha256(found.base.encode("utf-8", "replace") + b"\0" + (content if isinstance(content, bytes) else b"")).digest()

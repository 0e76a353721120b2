"""An Android device as bundletool describes it, as a profile: its DeviceSpec in JSON, mapped by `vocabularies/intake/android.csv`.

What the specification says of UAProf's own attributes with certainty is stated under those too: the languages, the brand, the chip,
and that the system is Android. A key that the table does not have, or a value of another form, is a finding.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ccpp.errors import NotRdf, ProfileTooLarge
from ccpp.intake.mapping import load_mapping, state
from ccpp.model import Kind
from ccpp.reading import MAX_DOCUMENT
from ccpp.reading.draft import Draft

if TYPE_CHECKING:
    from ccpp.model import Profile
    from ccpp.vocabulary import Vocabularies


def is_device_spec(value: object) -> bool:
    """Whether a JSON value has the form of a device specification: an object with some of its keys."""
    return isinstance(value, dict) and any(key.lower() in load_mapping("android") for key in value)


def read_device_spec(
    data: bytes, *, uri: str, vocabularies: Vocabularies, document: str | None = None, kind: Kind = Kind.EXPLICIT
) -> Profile:
    """The profile that a device specification states.

    Raises:
        ProfileError: it is too large, no JSON, or no device specification.
    """
    name = document or uri
    if len(data) > MAX_DOCUMENT:
        raise ProfileTooLarge(f"{len(data)} bytes, more than {MAX_DOCUMENT}", source=name, hint="no real device needs it")
    try:
        specification = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotRdf(f"not JSON: {error}", source=name, hint="a device specification is JSON in UTF-8") from None
    if not is_device_spec(specification):
        raise NotRdf("JSON, but no device specification", source=name, hint="bundletool get-device-spec writes one")
    draft = Draft(uri, name, vocabularies, kind)
    rows = load_mapping("android")
    for key, value in specification.items():
        row = rows.get(key.lower())
        if row is None:
            draft.note("intake-unknown", 0, key, "a device specification")
            continue
        texts = _texts(row.form, value)
        if texts is None:
            draft.note("intake-invalid", 0, key, " ".join(str(value).split())[:40])
            continue
        for attribute in row.attributes:
            state(draft, attribute, texts)
    state(draft, "SoftwarePlatform/OSName", ["Android"])
    return draft.profile(None)


def _texts(form: str, value: Any) -> list[str] | None:  # noqa: ANN401  JSON
    """The texts of a value of that form; `None` for a value of another."""
    match form, value:
        case "text", str():
            return [value] if value.strip() else None
        case "number", int() if value >= 0 and not isinstance(value, bool):
            return [str(value)]
        case "texts", list() if all(isinstance(one, str) for one in value):
            return value
        case "supported", {"supported": bool(supported)}:
            return ["Yes" if supported else "No"]
        case _:
            return None

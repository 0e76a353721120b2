"""Catalogues of one application from the cases of the suite: a case says what it is about, and the rest is filled in."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ccpp.catalogue.loading import load_catalogue
from ccpp.model import Resolved, ResolvedProfile, Status, Verdict
from ccpp.situation import Situation, situation_of
from ccpp.subscribers import load_subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Catalogue
    from ccpp.vocabulary import Vocabularies

VERDICTS = ("satisfied", "unsatisfied", "indeterminate")


def named(identifier: str, kind: str, stated: Mapping[str, Any]) -> dict[str, Any]:
    """A thing of a catalogue with all it needs, and what a case states of it."""
    artefact = {"uri": f"https://apps.example/{identifier}", "mediaType": "application/java-archive"}
    thing: dict[str, Any] = {"id": f"#{identifier}", "type": kind, "label": identifier, **stated}
    thing["id"] = f"#{identifier}"
    if kind in {"Variant", "Part"}:
        thing["artefact"] = artefact | stated.get("artefact", {})
        thing["parts"] = [named(one["id"], "Part", one) for one in stated.get("parts", [])]
    if kind == "Application":
        thing["variants"] = [named(one["id"], "Variant", one) for one in stated["variants"]]
    return {key: value for key, value in thing.items() if value != []}


def catalogue_of(case: Mapping[str, Any], vocabularies: Vocabularies) -> Catalogue:
    """The catalogue of a case: its `applications`, or one application with its `variants`."""
    applications = case.get("applications") or [{**case.get("application", {}), "id": "app", "variants": case["variants"]}]
    shape = {"type": "NodeShape", "property": {"path": "prf:ColorCapable", "hasValue": True}}
    document = {
        "id": "#catalogue",
        "type": "Catalogue",
        "label": "Catalogue",
        **case.get("catalogue", {}),
        "requirements": [{"id": f"#{name}", **shape} for verdict in VERDICTS for name in case.get(verdict, [])],
        "applications": [named(one["id"], "Application", one) for one in applications],
    }
    if not document["requirements"]:
        del document["requirements"]
    return load_catalogue(json.dumps(document).encode(), source="case.json", vocabularies=vocabularies)


def verdicts_of(case: Mapping[str, Any]) -> dict[str, Verdict]:
    """The verdicts that a case states."""
    return {f"urn:ccpp:this#{name}": Verdict(verdict) for verdict in VERDICTS for name in case.get(verdict, [])}


def situation_in(case: Mapping[str, Any], catalogue: Catalogue, vocabularies: Vocabularies) -> Situation:
    """The situation that a case states."""
    profile = None
    if "device" in case:
        device = {name if "/" in name else f"HardwarePlatform/{name}": value for name, value in case["device"].items()}
        values = {vocabularies.named(name): tuple(one) if isinstance(one, list) else one for name, one in device.items()}
        stated = {attribute.name: Resolved(attribute, value, Status.OK, (), ()) for attribute, value in values.items()}
        profile = ResolvedProfile("urn:device", stated, (), "sha256:0")
    subscriber = load_subscriber(json.dumps(case["subscriber"]).encode(), source="s.json") if "subscriber" in case else None
    return situation_of(catalogue, profile, subscriber, datetime.fromisoformat(case["at"]) if "at" in case else None)

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from catalogues import catalogue_of, situation_in
from catalogues import verdicts_of as stated_verdicts

from ccpp.catalogue.model import Application, Artefact, Layer, Setting, Variant
from ccpp.configuration import configure, merge_layers
from ccpp.console import show_value
from ccpp.decision import Decision, decide
from ccpp.errors import UsageError
from ccpp.model import Dimension, Rule, Secret, Verdict
from ccpp.plain import plain_configuration
from ccpp.provisioning.manifest import make_manifest

if TYPE_CHECKING:
    from ccpp.vocabulary import Vocabularies

CASES = json.loads((Path(__file__).parent / "suite" / "configuration.json").read_bytes())
#: Layers of the operator and the subscriber too, and what is declared: catalogues in JSON.
LAYERED = json.loads((Path(__file__).parent / "suite" / "settings.json").read_bytes())


def value_of(written: Any) -> Any:  # noqa: ANN401  JSON
    return tuple(written) if isinstance(written, list) else written


def layers_of(owner: str, written: list[dict[str, Any]]) -> tuple[Layer, ...]:
    layers = []
    for layer in written:
        when, rules = layer.get("when"), layer.get("rules", {})
        settings = tuple(
            Setting(key, value_of(value), Rule(rules[key]) if key in rules else None)
            for key, value in layer["settings"].items()
        )
        layers.append(Layer(f"{owner} when {when}" if when else owner, settings, when))
    return tuple(layers)


def application_of(case: dict[str, Any], *, requirement: str | None = None, size: int | None = 30208) -> Application:
    artefact = Artefact("https://apps.example/chess.jar", "application/java-archive", size)
    variant = Variant(
        id="chess-small",
        label="Pocket chess",
        artefact=artefact,
        requirement=requirement,
        quality=1.0,
        layers=layers_of("variant", case["variant"]),
        serve_indeterminate=False,
        specificity=0,
    )
    return Application("chess", "Chess", "", (variant,), layers_of("application", case["application"]))


def verdicts_of(case: dict[str, Any]) -> dict[str, Verdict]:
    names = {layer["when"] for layer in case["application"] + case["variant"] if "when" in layer}
    found = dict.fromkeys(names, Verdict.UNSATISFIED)
    found |= dict.fromkeys(case["satisfied"], Verdict.SATISFIED)
    return found | dict.fromkeys(case.get("indeterminate", []), Verdict.INDETERMINATE)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["description"]) for case in CASES])
def test_configuration_suite(case: dict[str, Any]) -> None:
    application = application_of(case)
    configured = configure(application, application.variants[0], verdicts_of(case))
    found = {
        key: {
            "value": one.value,
            "rule": one.rule,
            "winners": [winner.layer for winner in one.winners],
            "losers": [loser.layer for loser in one.losers],
        }
        for key, one in configured.items()
    }
    # As JSON, because `1 == True` in Python; the order of keys counts too.
    assert json.dumps(found) == json.dumps(case["expected"])


def test_layers_of_secrets_merge_and_show_none() -> None:
    layers = (Layer("low", (Setting("password", Secret("hunter1")),)), Layer("high", (Setting("password", Secret("hunter2")),)))
    merged = merge_layers(layers)
    assert merged["password"].value == Secret("hunter2")
    shown = f"{merged} {plain_configuration(merged)} {show_value(merged['password'].value)}"
    assert "hunter" not in shown


def test_winners_and_losers_keep_their_values() -> None:
    case = {"application": [{"settings": {"x": "low"}}], "variant": [{"settings": {"x": "high"}}]}
    application = application_of(case)
    setting = configure(application, application.variants[0], {})["x"]
    assert [(one.layer, one.value) for one in (*setting.losers, *setting.winners)] == [
        ("application", "low"),
        ("variant", "high"),
    ]


def test_a_dimension_is_one_value() -> None:
    case: dict[str, Any] = {
        "application": [{"settings": {"size": Dimension(1, 2)}, "rules": {"size": "Append"}}],
        "variant": [],
    }
    application = application_of(case)
    assert configure(application, application.variants[0], {})["size"].value == (Dimension(1, 2),)


# What is made of a decision.

DECIDED: dict[str, Any] = {
    "application": [{"settings": {"server": "chess.example", "size": Dimension(96, 65), "levels": [1, 2], "sound": False}}],
    "variant": [],
}


def descriptor(decision: Decision) -> Any:  # noqa: ANN401  JSON
    document = make_manifest(decision)
    assert (document.name, document.media_type) == ("chess-small.json", "application/json")
    return json.loads(document.content)


def test_the_descriptor_says_what_to_download_and_how_to_configure_it() -> None:
    assert descriptor(decide(application_of(DECIDED), {})) == {
        "application": "chess",
        "variant": "chess-small",
        "label": "Pocket chess",
        "artefact": {"uri": "https://apps.example/chess.jar", "mediaType": "application/java-archive", "size": 30208},
        "configuration": {"levels": [1, 2], "server": "chess.example", "size": "96x65", "sound": False},
    }


def test_a_size_that_is_not_known_is_left_out() -> None:
    assert "size" not in descriptor(decide(application_of(DECIDED, size=None), {}))["artefact"]


def test_where_nothing_fits_nothing_is_configured_or_made() -> None:
    decision = decide(application_of(DECIDED, requirement="colour"), {"colour": Verdict.UNSATISFIED})
    assert decision.configuration == {}
    with pytest.raises(UsageError, match="no variant of `chess` fits this device"):
        make_manifest(decision)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["description"]) for case in LAYERED])
def test_settings_suite(case: dict[str, Any], vocabularies: Vocabularies) -> None:
    """Operator and subscriber above application and variant, as the JSON of `ccpp provision` shows it."""
    catalogue = catalogue_of({**case, "variants": [{"id": "a", **case.get("variant", {})}]}, vocabularies)
    decision = decide(catalogue.applications["app"], stated_verdicts(case), situation_in(case, catalogue, vocabularies))
    shown = {
        key: {
            "value": one["value"],
            "winners": [source["layer"] for source in one["origins"]],
            "losers": [source["layer"] for source in one["beaten"]],
        }
        for key, one in plain_configuration(decision.configuration).items()
    }
    assert shown == case["expected"]
    assert {one.key: f"{one.layer}: {one.why}" for one in decision.ignored} == case.get("ignored", {})
    assert "hunter2" not in repr(decision)

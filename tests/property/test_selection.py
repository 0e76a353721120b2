"""Laws of the choice and of the configuration, on applications and verdicts drawn at random."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from ccpp.catalogue.model import Application, Artefact, Layer, Setting, Variant
from ccpp.configuration import configure
from ccpp.model import Rule, Verdict
from ccpp.selection import Selection, select_variant, variant_verdict

NAMES = ("A", "B", "C")
KEYS = ("x", "y")
ARTEFACT = Artefact("https://apps.example/a.jar", "application/java-archive")

#: Few values each, so that ties are common.
VARIANT = st.builds(
    Variant,
    id=st.just(""),
    label=st.just("V"),
    artefact=st.just(ARTEFACT),
    requirement=st.sampled_from((*NAMES, None)),
    quality=st.sampled_from((0.0, 0.5, 1.0)),
    layers=st.just(()),
    serve_indeterminate=st.booleans(),
    specificity=st.integers(0, 2),
)
VERDICTS = st.fixed_dictionaries({name: st.sampled_from(Verdict) for name in NAMES})


def application_with(variants: list[Variant]) -> Application:
    numbered = tuple(replace(variant, id=f"v{number}") for number, variant in enumerate(variants))
    return Application("app", "App", "", numbered, ())


APPLICATIONS = st.lists(VARIANT, max_size=6).map(application_with)


def without(application: Application, variant: Variant) -> Application:
    return replace(application, variants=tuple(one for one in application.variants if one is not variant))


@given(APPLICATIONS, VERDICTS)
def test_without_a_losing_variant_the_choice_is_the_same(application: Application, verdicts: dict[str, Verdict]) -> None:
    chosen = select_variant(application, verdicts).chosen
    for variant in application.variants:
        if variant is not chosen:
            assert select_variant(without(application, variant), verdicts).chosen is chosen


@given(APPLICATIONS, VERDICTS)
def test_the_ranking_is_what_would_be_chosen_in_turn(application: Application, verdicts: dict[str, Verdict]) -> None:
    for variant in select_variant(application, verdicts).ranked:
        assert select_variant(application, verdicts).chosen is variant
        application = without(application, variant)
    assert select_variant(application, verdicts).chosen is None


@given(APPLICATIONS, VERDICTS, VARIANT, st.integers(0, 6))
def test_a_variant_that_nobody_matches_changes_nothing(
    application: Application, verdicts: dict[str, Verdict], variant: Variant, place: int
) -> None:
    unmatched = replace(variant, id="new", requirement="never")
    variants = (*application.variants[:place], unmatched, *application.variants[place:])
    more = select_variant(replace(application, variants=variants), verdicts | {"never": Verdict.UNSATISFIED})
    before = select_variant(application, verdicts)
    assert (more.chosen, more.ranked) == (before.chosen, before.ranked)
    assert tuple(reason for reason in more.reasons if reason.variant is not unmatched) == before.reasons


@given(APPLICATIONS, VERDICTS)
def test_the_choice_is_a_function(application: Application, verdicts: dict[str, Verdict]) -> None:
    again = dict(reversed(verdicts.items())) | {"unrelated": Verdict.SATISFIED}
    assert select_variant(application, verdicts) == select_variant(application, again)


@given(APPLICATIONS, VERDICTS)
def test_only_what_may_be_served_is_chosen(application: Application, verdicts: dict[str, Verdict]) -> None:
    selection = select_variant(application, verdicts)
    for variant in application.variants:
        verdict = variant_verdict(variant, verdicts)
        may = verdict is Verdict.SATISFIED or (verdict is Verdict.INDETERMINATE and variant.serve_indeterminate)
        assert (variant in selection.ranked) is may
    assert (selection.chosen is None) is (not selection.ranked)


@given(APPLICATIONS, VERDICTS, st.permutations(range(6)))
def test_order_decides_only_between_equals(application: Application, verdicts: dict[str, Verdict], order: list[int]) -> None:
    shuffled = [application.variants[place] for place in order if place < len(application.variants)]
    other = replace(application, variants=tuple(shuffled))
    first, second = select_variant(application, verdicts).chosen, select_variant(other, verdicts).chosen
    assert (first is None) is (second is None)
    if first is not None and second is not None:
        assert (first.quality, first.specificity) == (second.quality, second.specificity)


@given(APPLICATIONS, VERDICTS)
def test_every_variant_has_its_reason(application: Application, verdicts: dict[str, Verdict]) -> None:
    selection: Selection = select_variant(application, verdicts)
    assert tuple(reason.variant for reason in selection.reasons) == application.variants
    assert all(reason.text and "{" not in reason.text for reason in selection.reasons)


# Configuration. One rule a key, as a catalogue that loads has it.

VALUES = st.sampled_from((1, 2, True, "1", (1, 2), ("1",)))
RULES = st.fixed_dictionaries({key: st.sampled_from((None, *Rule)) for key in KEYS})


@st.composite
def configurable(draw: st.DrawFn) -> tuple[Application, Variant]:
    rules = draw(RULES)

    def layers(owner: str) -> tuple[Layer, ...]:
        return tuple(
            Layer(
                f"{owner} {when}",
                tuple(Setting(key, draw(VALUES), rules[key]) for key in KEYS if draw(st.booleans())),
                when,
            )
            for when in (None, *NAMES)
        )

    variant = replace(draw(VARIANT), layers=layers("variant"))
    return Application("app", "App", "", (variant,), layers("application")), variant


@given(configurable(), VERDICTS)
def test_every_value_stated_under_a_condition_that_holds_is_accounted_for(
    made: tuple[Application, Variant], verdicts: dict[str, Verdict]
) -> None:
    application, variant = made
    layers = [
        layer
        for layer in (*application.layers, *variant.layers)
        if layer.when is None or verdicts[layer.when] is Verdict.SATISFIED
    ]
    configured = configure(application, variant, verdicts)
    for key in KEYS:
        stated = [layer.name for layer in layers for setting in layer.settings if setting.key == key]
        if not stated:
            assert key not in configured
            continue
        found = configured[key]
        by_rule = {
            Rule.LOCKED: (stated[:1], stated[1:]),
            Rule.OVERRIDE: (stated[-1:], stated[:-1]),
            Rule.APPEND: (stated, []),
        }
        assert ([one.layer for one in found.winners], [one.layer for one in found.losers]) == by_rule[found.rule]


@given(configurable(), VERDICTS, st.sampled_from(NAMES))
def test_a_condition_that_does_not_hold_may_as_well_not_be_there(
    made: tuple[Application, Variant], verdicts: dict[str, Verdict], name: str
) -> None:
    application, variant = made
    assume(verdicts[name] is not Verdict.SATISFIED)
    thinner = replace(application, layers=tuple(layer for layer in application.layers if layer.when != name))
    assert configure(thinner, variant, verdicts) == configure(application, variant, verdicts)

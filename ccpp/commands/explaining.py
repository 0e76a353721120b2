"""The command that says why: of one variant everything, of an application what stands in the way of each variant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import Reader, nearest, print_json
from ccpp.commands.deciding import deciding, find_application, load_catalogue_file
from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccpp.advice import Advice
    from ccpp.catalogue.model import Catalogue, Variant
    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile
    from ccpp.selection import Reason


@click.command()
@click.argument("file", metavar="PROFILE")
@deciding
@click.option(
    "--application", metavar="ID", help="The application to explain; all of them, if neither it nor a variant is named."
)
@click.option("--variant", metavar="ID", help="The variant to explain, in full.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "turtle"]),
    default="text",
    show_default=True,
    help="How to print the result; html and turtle, a SHACL validation report, are of one variant.",
)
def explain(
    file: str,
    catalogue: str,
    application: str | None,
    variant: str | None,
    form: str,
    *,
    situation: dict[str, Any],
    closed_world: bool,
    **reading: Any,  # noqa: ANN401
) -> None:
    """Print why a variant fits a device or does not, what would change it, and why it is chosen or not."""
    from ccpp.advice import advise
    from ccpp.decision import decide_all

    if variant is None and form in {"html", "turtle"}:
        raise UsageError(f"{form} is of one variant", hint="add --variant ID, or leave out --format")
    if variant is not None and application is not None:
        raise UsageError("--variant names its application already", hint="leave out --application")
    reader = Reader(**reading, derive=True)
    loaded = load_catalogue_file(catalogue, reader.vocabularies)
    named = _variant(loaded, variant) if variant else None
    wanted = [find_application(loaded, application)] if application else list(loaded.applications.values())
    profile = reader.resolve_one(file)
    decisions = decide_all(profile, loaded, closed_world=closed_world, **situation)

    def advice_on(of: Variant) -> Advice:
        return advise(of, profile, loaded, reader.vocabularies.attributes, closed_world=closed_world)

    if named is None:
        made = [decisions[one.id] for one in wanted]
        known = {one.id: advice_on(one) for of in made for one in of.selection.application.variants if one.requirement}
        _explain_choices(made, known, profile, form)
        return
    why = next(one for made in decisions.values() for one in made.selection.reasons if one.variant is named)
    if named.requirement is None:
        _explain_without(why, profile, form)
    elif form == "turtle":
        from ccpp.matching.reporting import validation_report

        reasons, annotations = advice_on(named).explanation, loaded.requirements.annotations
        report = validation_report(reasons, profile, named.requirement, reader.vocabularies.attributes, annotations)
        click.echo(report, nl=False)
    else:
        _explain_in_full(why, advice_on(named), profile, form)


def _explain_choices(made: Iterable[Decision], known: dict[str, Advice], profile: ResolvedProfile, form: str) -> None:
    """What each application comes to, and what stands in the way of each of its variants."""
    if form == "json":
        from ccpp.plain import plain_choice_explained

        print_json({"profile": profile.uri, "applications": [plain_choice_explained(one.selection, known) for one in made]})
        return
    from ccpp.console import heading, show_obstacles

    click.echo(heading(profile.uri))
    for one in made:
        click.echo(show_obstacles(one.selection, known))


def _explain_in_full(why: Reason, advice: Advice, profile: ResolvedProfile, form: str) -> None:
    """Everything there is to say of one variant."""
    title = f"{why.variant.id} on {profile.uri}"
    if form == "html":
        from ccpp.page import explanation_page

        click.echo(explanation_page(title, advice), nl=False)
    elif form == "json":
        from ccpp.plain import plain_explained

        print_json(plain_explained(profile, why.variant, advice, why))
    else:
        from ccpp.console import heading, show_advice, show_explanation

        click.echo(heading(f"{title}: {advice.explanation.verdict.value}"))
        click.echo(show_explanation(advice.explanation))
        click.echo(f"\nIn the choice: {why.text}")
        click.echo("\n" + show_advice(advice))


def _explain_without(why: Reason, profile: ResolvedProfile, form: str) -> None:
    """A variant that has no requirement: all there is to say is its place in the choice."""
    if form == "json":
        reason = {"verdict": why.verdict.value, "cause": why.cause.value, "reason": why.text}
        print_json({"profile": profile.uri, "variant": why.variant.id, **reason, "explanation": None})
    elif form == "text":
        from ccpp.console import heading

        click.echo(heading(f"{why.variant.id} on {profile.uri}: it has no requirement, and fits every device"))
        click.echo(f"In the choice: {why.text}")
    else:
        raise UsageError(
            f"variant `{why.variant.id}` has no requirement, so there is no {form} of it", hint="leave out --format"
        )


def _variant(catalogue: Catalogue, identifier: str) -> Variant:
    variants = {variant.id: variant for one in catalogue.applications.values() for variant in one.variants}
    if identifier not in variants:
        raise UsageError(f"no variant `{identifier}`", source=catalogue.source, hint=nearest(identifier, variants))
    return variants[identifier]

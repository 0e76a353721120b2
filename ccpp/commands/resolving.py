"""Commands on profiles as such: what they say, and what their words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import DONE, FORMAT, UNUSABLE, Reader, documents, leave, print_json, print_json_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ccpp.model import AttributeName, ResolvedProfile
    from ccpp.vocabulary import Vocabularies


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@documents
@click.option("--derive", is_flag=True, help="Add the attributes that follow from stated ones, such as ScreenWidth.")
@click.option("--merge", is_flag=True, help="Merge all files into one profile, whatever they are about.")
@click.option(
    "--explain", "attribute", metavar="ATTRIBUTE", help="Every statement of one attribute, which won, and by which rule."
)
@FORMAT
def resolve(files: Sequence[str], form: str, *, attribute: str | None, merge: bool, **reading: Any) -> None:  # noqa: ANN401
    """Read profiles, merge them in order, and print what holds.

    Files about one profile (one URI) are merged in the order given; others give a profile each. A folder stands for its files.
    """
    reader = Reader(**reading)
    profiles = [reader.resolve([*reader.read_all(files)])] if merge else reader.resolve_each(files)
    if attribute is not None:
        from ccpp.console import show_account
        from ccpp.plain import plain_account

        accounts = _named(profiles, attribute, reader.vocabularies)
        if form == "json":
            print_json_list(plain_account(profile, name) for profile, name in accounts)
        else:
            for profile, name in accounts:
                click.echo(show_account(profile, name) + "\n")
    elif form == "json":
        print_json_list(map(_plain_profile, profiles))
    else:
        from ccpp.console import show_profile

        for profile in profiles:
            click.echo(show_profile(profile) + "\n")
    leave(UNUSABLE if reader.failed else DONE)


def _named(
    profiles: Iterable[ResolvedProfile], text: str, vocabularies: Vocabularies
) -> Iterator[tuple[ResolvedProfile, AttributeName]]:
    """What a person means by the name of an attribute, in each profile: what it states under that name, else what is known by it."""
    from ccpp.errors import RequirementError, UsageError

    for profile in profiles:
        stated = [name for name in profile.attributes if text in (str(name), name.name)]
        try:
            for name in stated or [vocabularies.named(text).name]:
                yield profile, name
        except RequirementError as error:
            raise UsageError(error.message, hint=error.hint) from None


@click.command()
@click.argument("name", required=False)
@FORMAT
def vocabulary(name: str | None, form: str) -> None:
    """List the known attributes, or one of them by name or URI."""
    from ccpp.console import table
    from ccpp.vocabulary import load_vocabularies

    vocabularies = load_vocabularies()
    attributes = (
        [vocabularies.named(name)] if name else [vocabularies.attributes[key] for key in sorted(vocabularies.attributes)]
    )
    if form == "json":
        print_json([{**one._asdict(), "name": str(one.name)} for one in attributes])
    else:
        click.echo(table([(str(one.name), one.datatype, one.container.value, one.rule.value, one.uri) for one in attributes]))


def _plain_profile(profile: ResolvedProfile) -> Any:  # noqa: ANN401  JSON
    from ccpp.plain import plain_profile

    return plain_profile(profile)

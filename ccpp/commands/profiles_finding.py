"""The commands that find profiles in the repository and compare them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, UNUSABLE, Reader, complain, leave, print_json, print_json_list
from ccpp.commands.profiles_printing import (
    plain_change,
    plain_group,
    plain_match,
    print_entries,
    print_failed,
    show_changes,
    show_groups,
)
from ccpp.commands.repository import REPOSITORY, open_repository
from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ccpp.model import ResolvedProfile
    from ccpp.storage.repository import Entry, Match, Repository


@click.command("list")
@click.option("--vendor", metavar="NAME", help="Only this vendor's.")
@click.option("--failed", "which", flag_value="failed", help="The places that hold no document, and why.")
@click.option("--duplicates", "which", flag_value="duplicates", help="Documents with the bytes of another URI.")
@click.option("--superseded", "which", flag_value="superseded", help="Documents that newer ones replaced.")
@REPOSITORY
@FORMAT
def list_(vendor: str | None, which: str | None, file: str | None, form: str) -> None:
    """List the current documents, or others."""
    with open_repository(file) as repository:
        if which == "failed":
            print_failed(repository, form)
            return
        if which == "duplicates":
            entries = [entry for group in repository.duplicates() for entry in group]
        else:
            entries = [*(repository.superseded() if which else repository.current())]
    if vendor:
        from ccpp.storage.repository import fold

        entries = [entry for entry in entries if fold(entry.vendor) == fold(vendor)]
    print_entries(entries, form, digests=which is not None)


@click.command("search")
@click.argument("text", nargs=-1)
@click.option(
    "--where", "criteria", multiple=True, metavar="ATTRIBUTE=VALUE", help="Only profiles that state this; all of these."
)
@REPOSITORY
@FORMAT
def search(text: Sequence[str], criteria: Sequence[str], file: str | None, form: str) -> None:
    """List current documents with every word of TEXT somewhere in vendor, model or URI. Exit 1 if there is none."""
    from ccpp.comparison import holds, read_criterion

    if not text and not criteria:
        raise UsageError("nothing to search for", hint="a text, or --where ATTRIBUTE=VALUE")
    reader = Reader()
    asked = [read_criterion(one, reader.vocabularies) for one in criteria]
    with open_repository(file) as repository:
        entries = repository.current(text=" ".join(text))
        if asked:
            entries = tuple(
                entry
                for entry, profile in _resolved(repository, entries, reader)
                if all(holds(criterion, profile) for criterion in asked)
            )
    print_entries(entries, form)
    leave(DONE if entries else NEGATIVE)


@click.command("show")
@click.argument("what", nargs=-1, metavar="URI | VENDOR MODEL")
@click.option("--user-agent", "agent", metavar="TEXT", help="The device that a User-Agent names.")
@REPOSITORY
@FORMAT
def show(what: Sequence[str], agent: str | None, file: str | None, form: str) -> None:
    """Print the profile of a URI, of a vendor's model or of a User-Agent, resolved, and how it was found.

    A content digest (`sha256:` and 12 digits or more) names a document that was superseded. Exit 1 if there is none.
    """
    with open_repository(file) as repository:
        matches = _find(repository, what, agent)
        found = dict(_resolved(repository, [match.entry for match in matches], Reader()))
    if form == "json":
        from ccpp.plain import plain_profile

        print_json_list({**plain_profile(found[match.entry]), "found": plain_match(match)} for match in matches)
    else:
        from ccpp.console import show_profile

        for match in matches:
            others = f"; so could be {', '.join(match.others)}" if match.others else ""
            click.echo(f"found {match.how}{others}\n{show_profile(found[match.entry])}\n")
    if not matches:
        complain(
            UsageError(f"no profile of `{agent or ' '.join(what)}`", hint="`ccpp profiles search` finds by parts of names")
        )
        leave(NEGATIVE)


def _find(repository: Repository, what: Sequence[str], agent: str | None) -> list[Match]:
    from ccpp.storage.repository import Match

    if (agent is None) == (not what):
        raise UsageError("what to show is missing, or said twice", hint="a URI, a vendor and a model, or --user-agent TEXT")
    if agent is not None:
        return [match for match in [repository.by_user_agent(agent)] if match]
    if len(what) == 1 and not what[0].startswith("sha256:"):
        return [match for match in [repository.by_uri(what[0])] if match]
    if len(what) == 1:
        return [Match(entry, "by the digest of its content") for entry in repository.by_digest(what[0])]
    if len(what) > 2:  # noqa: PLR2004  a vendor and a model
        raise UsageError(f"{len(what)} names where a vendor and a model are due", hint="put quotes around names with blanks")
    return [Match(entry, "by vendor and model") for entry in repository.by_device(*what)]


def _resolved(repository: Repository, entries: Iterable[Entry], reader: Reader) -> Iterator[tuple[Entry, ResolvedProfile]]:
    """Each document read and resolved; a default that it refers to is looked up in the repository."""
    from ccpp.intake import read_input

    def load(address: str) -> bytes | None:
        match = repository.by_uri(address)
        return repository.content(match.entry) if match else None

    for entry in entries:
        content = repository.content(entry)
        try:
            document = read_input(content, uri=entry.base, document=entry.uri, vocabularies=reader.vocabularies, load=load)
        except CcppError as error:  # it could be read when it was imported, by another version
            complain(error)
            continue
        yield entry, reader.resolve([document])


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@click.option("--overlays", metavar="FILE", help="Corrections that are made to B; to A where there is no B.")
@REPOSITORY
@FORMAT
def diff(before: str, after: str | None, overlays: str | None, file: str | None, form: str) -> None:
    """Print what two profiles state differently; A and B are files, URIs or content digests. Exit 1 if they differ.

    With --overlays and no B: what the overlays change of A.
    """
    from ccpp.comparison import compare

    if after is None and overlays is None:
        raise UsageError("one profile to compare", hint="name a second one, or --overlays FILE")
    profiles = [_profile_of(before, file), _profile_of(after or before, file, overlays=overlays)]
    changes = compare(*profiles)
    if form == "json":
        print_json(
            {
                "before": {"profile": profiles[0].uri, "digest": profiles[0].digest},
                "after": {"profile": profiles[1].uri, "digest": profiles[1].digest},
                "changes": [plain_change(change) for change in changes],
            }
        )
    else:
        click.echo(show_changes(changes))
    leave(NEGATIVE if changes else DONE)


def _profile_of(name: str, file: str | None, *, overlays: str | None = None) -> ResolvedProfile:
    """The profile that an argument names: a file if there is one of that name, else a document of the repository."""
    from pathlib import Path

    reader = Reader(overlays=overlays)
    if name == "-" or Path(name).is_file():
        return reader.resolve_one(name)
    with open_repository(file) as repository:
        entries = [match.entry for match in _find(repository, [name], None)]
        for _, profile in _resolved(repository, entries[:1], reader):
            return profile
    raise UsageError("no such file, nor a profile of that URI in the repository", source=name)


@click.command("groups")
@click.argument("attributes", nargs=-1, required=True, metavar="ATTRIBUTE...")
@click.option("--in", "files", multiple=True, metavar="FILE", help="Files or folders, in place of the repository.")
@click.option("--examples", type=click.IntRange(0), default=3, show_default=True, help="Members that are named, in text.")
@REPOSITORY
@FORMAT
def groups(attributes: Sequence[str], files: Sequence[str], examples: int, file: str | None, form: str) -> None:
    """Group the profiles that state the same of these attributes, the largest group first."""
    from ccpp.comparison import group

    reader = Reader()
    names = [reader.vocabularies.named(attribute).name for attribute in attributes]
    if files:
        found = group(reader.resolve_each(files), names)
    else:
        with open_repository(file) as repository:
            found = group((profile for _, profile in _resolved(repository, repository.current(), reader)), names)
    if form == "json":
        print_json_list(map(plain_group, found))
    else:
        click.echo(show_groups(found, examples))
    leave(UNUSABLE if reader.failed else DONE)

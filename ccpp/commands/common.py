"""What commands share: options, reading what they are given, printing what they found."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from ccpp.intake import Intake
    from ccpp.model import Profile, ResolvedProfile
    from ccpp.overlays import Overlay
    from ccpp.situation import Subscriber

DONE, NEGATIVE, UNUSABLE = 0, 1, 2

#: From this many files on a terminal shows how far the work is.
_WORTH_A_BAR = 50

FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print the result."
)


def documents(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how documents are read and merged."""
    options = (
        click.option("--diff", "diffs", multiple=True, metavar="FILE", help="A profile-diff, merged after each profile."),
        click.option("--override", "overrides", multiple=True, metavar="FILE", help="An operator's override, the last word."),
        click.option(
            "--request", metavar="FILE", help="The head of an HTTP request: its client hints and Accept headers count too."
        ),
        click.option(
            "--accept",
            type=click.Choice(["request", "union", "profile"]),
            default="request",
            show_default=True,
            help="Who wins where the request's Accept headers and the profile differ.",
        ),
        click.option("--overlays", metavar="FILE", help="Corrections by URI, vendor, model or requirement, in TOML."),
        click.option(
            "--document", "known", multiple=True, metavar="URI=FILE", help="A document that profiles refer to for defaults."
        ),
        click.option(
            "--twins",
            type=click.Choice(["merge", "apart"]),
            default="merge",
            show_default=True,
            help="Several components of one type: merge them in order, or give a profile for each choice.",
        ),
        click.option(
            "--normalise", is_flag=True, help="Read the spellings that devices use for one thing as one; see `ccpp spellings`."
        ),
        click.option("--strict", is_flag=True, help="Refuse what the specifications refuse; repair nothing."),
        click.option("--fold-defaults", is_flag=True, help="Merge as WAP-248 §7.5 does: a default counts like a stated value."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def situated(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say for whom and when something is decided; they come to the command as one, `situation`."""
    from functools import wraps

    @click.option("--subscriber", metavar="FILE", help="Whose device it is: preferences, refusals, settings; TOML or JSON.")
    @click.option("--at", metavar="TIME", help="Decide as at this time, such as 2026-12-01T08:00Z; now, if it is left out.")
    @wraps(command)
    def wrapped(*arguments: Any, subscriber: str | None, at: str | None, **options: Any) -> None:  # noqa: ANN401
        command(*arguments, situation={"subscriber": subscriber_of(subscriber), "at": time_of(at)}, **options)

    return wrapped


def subscriber_of(name: str | None) -> Subscriber | None:
    """What is known of a subscriber, from a file; nothing where there is none."""
    return None if name is None else read_subscriber(name)


def read_subscriber(name: str) -> Subscriber:
    """The subscriber that a file describes."""
    from ccpp.storage.files import read_file
    from ccpp.subscribers import MAX_SUBSCRIBER, load_subscriber

    return load_subscriber(read_file(name, MAX_SUBSCRIBER), source=name)


def time_of(text: str | None) -> datetime:
    """The time that an option states, in UTC if it does not say where; now, if there is none."""
    from datetime import UTC, datetime

    try:
        at = datetime.now(UTC) if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"`{text}` is no time", hint="write 2026-12-01 or 2026-12-01T08:00Z") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


# Reading what the commands are given.


class Reader:
    """Documents to resolved profiles, as the options say; a file that cannot be used costs a line and the exit status."""

    def __init__(  # noqa: PLR0913  an option each
        self,
        *,
        diffs: Sequence[str] = (),
        overrides: Sequence[str] = (),
        overlays: str | None = None,
        known: Sequence[str] = (),
        request: str | None = None,
        accept: str = "request",
        twins: str = "merge",
        normalise: bool = False,
        derive: bool = False,
        strict: bool = False,
        fold_defaults: bool = False,
    ) -> None:
        from ccpp.model import Kind
        from ccpp.vocabulary import load_vocabularies

        self.vocabularies = load_vocabularies()
        self.twins = twins
        self.finish = self._load_finish(normalise=normalise, derive=derive)
        self.strict = strict
        self.fold_defaults = fold_defaults
        self.failed = False
        self.known = dict(_uri_and_file(one) for one in known)
        self.overlays = self._load_overlays(overlays) if overlays else ()
        self.after = [self.read(name, Kind.DIFF) for name in diffs]
        self.after += self._read_request(request, accept) if request else []
        self.after += [self.read(name, Kind.OVERRIDE) for name in overrides]

    def _load_finish(self, *, normalise: bool, derive: bool) -> Callable[[ResolvedProfile], ResolvedProfile]:
        """What is done with a profile once it is resolved: canonical spellings, attributes that follow from stated ones."""
        if not normalise and not derive:
            return lambda profile: profile
        from ccpp.derivation import load_derivations
        from ccpp.normalisation import load_normalisation

        normalisation = load_normalisation(self.vocabularies)
        steps = [normalisation.normalise] if normalise else []
        steps += [load_derivations(self.vocabularies, normalisation).derive] if derive else []

        def finish(profile: ResolvedProfile) -> ResolvedProfile:
            for step in steps:
                profile = step(profile)
            return profile

        return finish

    def _load_overlays(self, name: str) -> tuple[Overlay, ...]:
        from ccpp.overlays import MAX_OVERLAYS, load_overlays
        from ccpp.storage.files import read_file

        return load_overlays(read_file(name, MAX_OVERLAYS), source=name, vocabularies=self.vocabularies)

    def read(self, name: str, kind: Any = None) -> Profile:  # noqa: ANN401  a Kind, not imported yet
        """The profile in one file, in whatever form."""
        from ccpp.model import Kind
        from ccpp.reading import read_profile

        arguments = self._arguments(name)
        intake = _intake_of(name, arguments["data"])
        read = read_profile if intake is None else intake.read
        return read(**arguments, kind=kind or Kind.EXPLICIT)

    def _read_request(self, name: str, precedence: str) -> list[Profile]:
        """What the head of a request adds to a profile: client hints like a diff, what it accepts by precedence."""
        from ccpp.exchange.head import read_head
        from ccpp.exchange.model import MAX_SIZE
        from ccpp.intake.accept import Precedence, read_accept
        from ccpp.intake.client_hints import read_client_hints
        from ccpp.model import Kind
        from ccpp.storage.files import read_file

        try:
            headers = read_head(read_file(name, MAX_SIZE)).fields
        except CcppError as error:
            raise error.located(name) from None
        parts = (
            read_client_hints(headers, vocabularies=self.vocabularies, kind=Kind.DIFF),
            read_accept(headers, vocabularies=self.vocabularies, precedence=Precedence(precedence)),
        )
        return [part for part in parts if part is not None]

    def read_apart(self, name: str) -> tuple[Profile, ...]:
        """The profiles in one file: one, unless twin components are to be kept apart."""
        if self.twins == "merge":
            return (self.read(name),)
        from ccpp.reading.variants import read_variants

        arguments = self._arguments(name)
        intake = _intake_of(name, arguments["data"])
        syntax = "rdfxml" if intake is None else intake.syntax
        return read_variants(**arguments, syntax=syntax) if syntax else (self.read(name),)

    def _arguments(self, name: str) -> dict[str, Any]:
        """What every reading of a file is given."""
        from pathlib import Path

        from ccpp.reading import MAX_DOCUMENT
        from ccpp.storage.files import read_beside, read_file

        def load(address: str) -> bytes | None:
            if address in self.known:
                return read_file(self.known[address], MAX_DOCUMENT)
            return None if name == "-" else read_beside(name, address, MAX_DOCUMENT)

        return {
            "data": read_file(name, MAX_DOCUMENT),
            "uri": "urn:ccpp:stdin" if name == "-" else Path(name).absolute().as_uri(),
            "document": name,
            "vocabularies": self.vocabularies,
            "strict": self.strict,
            "load": load,
        }

    def read_named(self, names: Iterable[str]) -> Iterator[tuple[str, Profile]]:
        """Every profile that can be read, with its file; one line on standard error for every other file."""
        from ccpp.storage.files import files_in

        files = list(files_in(names))
        for name in _with_progress(files):
            try:
                for profile in self.read_apart(name):
                    yield name, profile
            except CcppError as error:
                self.failed = True
                complain(error)

    def read_all(self, names: Iterable[str]) -> Iterator[Profile]:
        """The same without the names of the files."""
        for _, profile in self.read_named(names):
            yield profile

    def resolve(self, documents: Sequence[Profile]) -> ResolvedProfile:
        """The documents merged in order, the diffs and overrides of the call after them."""
        from ccpp.resolution import resolve as resolve_documents

        if not documents:
            raise UsageError("no profile to resolve")
        merged = [*documents, *self.after]
        resolved = resolve_documents(merged, fold_defaults=self.fold_defaults, strict=self.strict)
        if self.overlays:
            from ccpp.overlays import corrections

            merged += corrections(self.overlays, resolved)
            resolved = resolve_documents(merged, fold_defaults=self.fold_defaults, strict=self.strict)
        return self.finish(resolved)

    def resolve_one(self, name: str) -> ResolvedProfile:
        """The profile of one file, resolved."""
        return self.resolve([self.read(name)])

    def resolve_each(self, names: Iterable[str]) -> Iterator[ResolvedProfile]:
        """A resolved profile for each URI, in the order in which the URIs first come."""
        by_uri: dict[str, list[Profile]] = {}
        for profile in self.read_all(names):
            by_uri.setdefault(profile.uri, []).append(profile)
        for documents in by_uri.values():
            yield self.resolve(documents)


def _intake_of(name: str, data: bytes) -> Intake | None:
    """The way in of a file; `None` for RDF/XML, which most are."""
    if name.lower().endswith((".rdf", ".xml")):  # said here so that they cost no import
        return None
    from ccpp.intake import intake_of

    return intake_of(name, data)


def _uri_and_file(text: str) -> tuple[str, str]:
    uri, equals, file = text.rpartition("=")
    if not equals:
        raise UsageError(f"`{text}` is no URI=FILE", hint="for example http://profiles.example/defaults.rdf=defaults.rdf")
    return uri, file


def _with_progress(files: Sequence[str]) -> Iterator[str]:
    """The files, with a bar on a terminal where there are many."""
    if len(files) < _WORTH_A_BAR or not sys.stderr.isatty():
        yield from files
        return
    with click.progressbar(files, label="reading", file=sys.stderr, show_pos=True) as bar:
        yield from bar


# Printing.


def print_json(value: Any) -> None:  # noqa: ANN401  JSON
    """A value as JSON, indented."""
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_json_list(values: Iterable[Any]) -> None:
    """A list, one element at a time: a folder's worth is never held at once."""
    import json

    separator = "["
    for value in values:
        click.echo(separator + "\n" + json.dumps(value, indent=2, ensure_ascii=False), nl=False)
        separator = ","
    click.echo("[]" if separator == "[" else "\n]")


def complain(error: CcppError) -> None:
    """One line on standard error."""
    click.echo(f"ccpp: {error}", err=True)


def leave(status: int) -> None:
    """End the command with an exit status."""
    if status:
        sys.exit(status)


def nearest(identifier: str, known: Iterable[str]) -> str:
    """A hint for a name that is not known: the nearest one, else all of them."""
    from difflib import get_close_matches

    near = get_close_matches(identifier, known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known)}"

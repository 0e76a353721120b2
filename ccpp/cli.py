"""The command line: files in, results out, one line on standard error for what cannot be used.

Exit status: 0 done, 1 a negative answer (no variant fits, a profile does not conform), 2 unusable input or a wrong call. Modules are
imported inside the commands that need them, because starting is most of what a short command costs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ccpp import __version__
from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ccpp.catalogue.model import Application, Catalogue, Variant
    from ccpp.model import Profile, ResolvedProfile
    from ccpp.vocabulary import Vocabularies

DONE, NEGATIVE, UNUSABLE = 0, 1, 2

#: From this many files on a terminal shows how far the work is.
_WORTH_A_BAR = 50

_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print the result."
)


def _documents(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how documents are read and merged."""
    options = (
        click.option("--diff", "diffs", multiple=True, metavar="FILE", help="A profile-diff, merged after each profile."),
        click.option("--override", "overrides", multiple=True, metavar="FILE", help="An operator's override, the last word."),
        click.option("--strict", is_flag=True, help="Refuse what the specifications refuse; repair nothing."),
        click.option("--fold-defaults", is_flag=True, help="Merge as WAP-248 §7.5 does: a default counts like a stated value."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _deciding(command: Callable[..., None]) -> Callable[..., None]:
    """The options of commands that decide with a catalogue."""
    options = (
        click.option("--catalogue", required=True, metavar="FILE", help="The catalogue, in Turtle."),
        click.option("--closed-world", is_flag=True, help="Take what is not stated as absent, as SHACL does."),
    )
    for option in reversed(options):
        command = option(command)
    return _documents(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "-V", "--version", prog_name="ccpp")
def cli() -> None:
    """Match device capability profiles (CC/PP, UAProf) with application requirements, and choose what to provision.

    Exit status: 0 done, 1 a negative answer, 2 unusable input.
    """


# Profiles.


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_documents
@click.option("--merge", is_flag=True, help="Merge all files into one profile, whatever they are about.")
@_FORMAT
def resolve(files: Sequence[str], form: str, *, merge: bool, **reading: Any) -> None:  # noqa: ANN401
    """Read profiles, merge them in order, and print what holds.

    Files about one profile (one URI) are merged in the order given; others give a profile each. A folder stands for its files.
    """
    reader = _Reader(**reading)
    profiles = [reader.resolve([*reader.read_all(files)])] if merge else reader.resolve_each(files)
    if form == "json":
        _print_json_list(map(_plain_profile, profiles))
    else:
        from ccpp.console import show_profile

        for profile in profiles:
            click.echo(show_profile(profile) + "\n")
    _leave(UNUSABLE if reader.failed else DONE)


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_FORMAT
def validate(files: Sequence[str], form: str) -> None:
    """Print what each profile does that the specifications forbid; exit 1 if any of it is an error."""
    from ccpp.diagnostics import Severity
    from ccpp.plain import plain_diagnostics

    reader = _Reader()
    results = []
    wrong = False
    for name, profile in reader.read_named(files):
        errors = sum(one.severity is Severity.ERROR for one in profile.diagnostics)
        wrong = wrong or errors > 0
        if form == "json":
            results.append({"document": name, "conforms": not errors, "diagnostics": plain_diagnostics(profile.diagnostics)})
        else:
            from ccpp.console import show_diagnostics

            verdict = click.style("errors", fg="red") if errors else click.style("no errors", fg="green")
            click.echo(f"{click.style(name, bold=True)}: {verdict}, {len(profile.diagnostics)} findings")
            if profile.diagnostics:
                click.echo(show_diagnostics(profile.diagnostics))
    if form == "json":
        _print_json(results)
    _leave(UNUSABLE if reader.failed else NEGATIVE if wrong else DONE)


@cli.command()
@click.argument("name", required=False)
@_FORMAT
def vocabulary(name: str | None, form: str) -> None:
    """List the known attributes, or one of them by name or URI."""
    from ccpp.console import table
    from ccpp.vocabulary import load_vocabularies

    vocabularies = load_vocabularies()
    attributes = (
        [vocabularies.named(name)] if name else [vocabularies.attributes[key] for key in sorted(vocabularies.attributes)]
    )
    if form == "json":
        _print_json([{**one._asdict(), "name": str(one.name)} for one in attributes])
    else:
        click.echo(table([(str(one.name), one.datatype, one.container.value, one.rule.value, one.uri) for one in attributes]))


# Decisions.


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="PROFILE...")
@_deciding
@_FORMAT
def match(files: Sequence[str], catalogue: str, form: str, *, closed_world: bool, **reading: Any) -> None:  # noqa: ANN401
    """Print the verdict of each variant, and the chosen one of each application.

    JSON is an object for one profile, a list for several. Exit 1 if some profile gets nothing at all.
    """
    from ccpp.decision import decide_all
    from ccpp.plain import plain_match

    reader = _Reader(**reading)
    loaded = _load_catalogue(catalogue, reader.vocabularies)
    results: list[Any] = []
    nothing = False
    for profile in reader.resolve_each(files):
        decisions = decide_all(profile, loaded, closed_world=closed_world)
        nothing = nothing or not any(decision.selection.chosen for decision in decisions.values())
        if form == "json":
            results.append(plain_match(profile, loaded, decisions))
        else:
            from ccpp.console import heading, show_selection

            click.echo(heading(profile.uri))
            for decision in decisions.values():
                click.echo(show_selection(decision.selection))
            click.echo()
    if form == "json":
        _print_json(results[0] if len(results) == 1 else results)
    _leave(UNUSABLE if reader.failed else NEGATIVE if nothing else DONE)


@cli.command()
@click.argument("file", metavar="PROFILE")
@_deciding
@click.option("--variant", required=True, metavar="ID", help="The variant to explain.")
@_FORMAT
def explain(file: str, catalogue: str, variant: str, form: str, *, closed_world: bool, **reading: Any) -> None:  # noqa: ANN401
    """Print why a variant fits a device or does not, and what would change it."""
    from ccpp.matching.definition import ClosedWorld
    from ccpp.matching.explanation import changes
    from ccpp.matching.explanation import explain as explain_requirement
    from ccpp.plain import plain_explanation

    reader = _Reader(**reading)
    loaded = _load_catalogue(catalogue, reader.vocabularies)
    found = _variant(loaded, variant)
    profile = reader.resolve_one(file)
    if found.requirement is None:
        raise UsageError(f"variant `{variant}` has no requirement: it fits every device")
    world = ClosedWorld(profile) if closed_world else None
    reasons = explain_requirement(loaded.requirements[found.requirement], profile, loaded.requirements, world=world)
    if form == "json":
        _print_json(
            {
                "profile": profile.uri,
                "variant": variant,
                "verdict": reasons.verdict.value,
                "explanation": plain_explanation(reasons),
                "changes": changes(reasons),
            }
        )
    else:
        from ccpp.console import heading, show_explanation

        click.echo(heading(f"{found.id} on {profile.uri}: {reasons.verdict.value}"))
        click.echo(show_explanation(reasons))


@cli.command()
@click.argument("file", metavar="PROFILE")
@_deciding
@click.option("--application", required=True, metavar="ID", help="The application to provision.")
@click.option("--output", metavar="FOLDER", help="Write the documents into this folder.")
@_FORMAT
def provision(
    file: str,
    catalogue: str,
    application: str,
    output: str | None,
    form: str,
    *,
    closed_world: bool,
    **reading: Any,  # noqa: ANN401
) -> None:
    """Choose a variant of an application, configure it, and make the documents; exit 1 if none fits."""
    from ccpp.decision import decide
    from ccpp.plain import plain_configuration, plain_selection
    from ccpp.provisioning import DOCUMENTS

    reader = _Reader(**reading)
    loaded = _load_catalogue(catalogue, reader.vocabularies)
    wanted = _application(loaded, application)
    profile = reader.resolve_one(file)
    decision = decide(wanted, loaded.matcher.match(profile, closed_world=closed_world))
    documents = [make(decision) for make in DOCUMENTS.values()] if decision.selection.chosen else []
    if output:
        from pathlib import Path

        from ccpp.storage.files import write_file

        for document in documents:
            write_file(Path(output) / document.name, document.content)
    if form == "json":
        _print_json(
            {
                "profile": profile.uri,
                "application": application,
                **plain_selection(decision.selection),
                "configuration": plain_configuration(decision.configuration),
                "documents": [
                    {"name": one.name, "mediaType": one.media_type, "content": one.content.decode()} for one in documents
                ],
            }
        )
    else:
        from ccpp.console import show_configuration, show_selection

        click.echo(show_selection(decision.selection))
        if decision.configuration:
            click.echo("\n" + click.style("configuration", bold=True) + "\n" + show_configuration(decision))
        for document in documents:
            click.echo(f"\n{click.style(document.name, bold=True)} ({document.media_type})\n{document.content.decode()}")
    _leave(DONE if decision.selection.chosen else NEGATIVE)


@cli.command()
@_FORMAT
def demo(form: str) -> None:
    """Decide for the shipped sample devices with the shipped catalogue: nothing to set up."""
    from ccpp.demo import run_demo

    results, text = run_demo()
    if form == "json":
        _print_json(results)
    else:
        click.echo(text)


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell; `eval "$(ccpp completion bash)"` switches it on."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(cli, {}, "ccpp", "_CCPP_COMPLETE").source())


# Reading what the commands are given.


class _Reader:
    """Documents to resolved profiles, as the options say; a file that cannot be used costs a line and the exit status."""

    def __init__(
        self,
        *,
        diffs: Sequence[str] = (),
        overrides: Sequence[str] = (),
        strict: bool = False,
        fold_defaults: bool = False,
    ) -> None:
        from ccpp.model import Kind
        from ccpp.vocabulary import load_vocabularies

        self.vocabularies = load_vocabularies()
        self.strict = strict
        self.fold_defaults = fold_defaults
        self.failed = False
        self.after = [self.read(name, Kind.DIFF) for name in diffs] + [self.read(name, Kind.OVERRIDE) for name in overrides]

    def read(self, name: str, kind: Any = None) -> Profile:  # noqa: ANN401  a Kind, not imported yet
        from pathlib import Path

        from ccpp.model import Kind
        from ccpp.reading import MAX_DOCUMENT, read_profile
        from ccpp.storage.files import read_file

        data = read_file(name, MAX_DOCUMENT)
        uri = "urn:ccpp:stdin" if name == "-" else Path(name).absolute().as_uri()
        return read_profile(
            data, uri=uri, document=name, vocabularies=self.vocabularies, kind=kind or Kind.EXPLICIT, strict=self.strict
        )

    def read_named(self, names: Iterable[str]) -> Iterator[tuple[str, Profile]]:
        """Every profile that can be read, with its file; one line on standard error for every other file."""
        from ccpp.storage.files import files_in

        files = list(files_in(names))
        for name in _with_progress(files):
            try:
                yield name, self.read(name)
            except CcppError as error:
                self.failed = True
                _complain(error)

    def read_all(self, names: Iterable[str]) -> Iterator[Profile]:
        for _, profile in self.read_named(names):
            yield profile

    def resolve(self, documents: Sequence[Profile]) -> ResolvedProfile:
        from ccpp.resolution import resolve as resolve_documents

        if not documents:
            raise UsageError("no profile to resolve")
        return resolve_documents([*documents, *self.after], fold_defaults=self.fold_defaults)

    def resolve_one(self, name: str) -> ResolvedProfile:
        return self.resolve([self.read(name)])

    def resolve_each(self, names: Iterable[str]) -> Iterator[ResolvedProfile]:
        """A resolved profile for each URI, in the order in which the URIs first come."""
        by_uri: dict[str, list[Profile]] = {}
        for profile in self.read_all(names):
            by_uri.setdefault(profile.uri, []).append(profile)
        for documents in by_uri.values():
            yield self.resolve(documents)


def _with_progress(files: Sequence[str]) -> Iterator[str]:
    """The files, with a bar on a terminal where there are many."""
    if len(files) < _WORTH_A_BAR or not sys.stderr.isatty():
        yield from files
        return
    with click.progressbar(files, label="reading", file=sys.stderr, show_pos=True) as bar:
        yield from bar


def _load_catalogue(name: str, vocabularies: Vocabularies) -> Catalogue:
    from ccpp.catalogue.loading import MAX_CATALOGUE, load_catalogue
    from ccpp.storage.files import read_file

    return load_catalogue(read_file(name, MAX_CATALOGUE), source=name, vocabularies=vocabularies)


def _application(catalogue: Catalogue, identifier: str) -> Application:
    found = catalogue.applications.get(identifier)
    if found is None:
        raise UsageError(
            f"no application `{identifier}`", source=catalogue.source, hint=_known(identifier, catalogue.applications)
        )
    return found


def _variant(catalogue: Catalogue, identifier: str) -> Variant:
    variants = {variant.id: variant for one in catalogue.applications.values() for variant in one.variants}
    if identifier not in variants:
        raise UsageError(f"no variant `{identifier}`", source=catalogue.source, hint=_known(identifier, variants))
    return variants[identifier]


def _known(identifier: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(identifier, known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known)}"


# Printing.


def _plain_profile(profile: ResolvedProfile) -> Any:  # noqa: ANN401  JSON
    from ccpp.plain import plain_profile

    return plain_profile(profile)


def _print_json(value: Any) -> None:  # noqa: ANN401  JSON
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _print_json_list(values: Iterable[Any]) -> None:
    """A list, one element at a time: a folder's worth is never held at once."""
    import json

    separator = "["
    for value in values:
        click.echo(separator + "\n" + json.dumps(value, indent=2, ensure_ascii=False), nl=False)
        separator = ","
    click.echo("[]" if separator == "[" else "\n]")


def _complain(error: CcppError) -> None:
    click.echo(f"ccpp: {error}", err=True)


def _leave(status: int) -> None:
    if status:
        sys.exit(status)


def main() -> None:
    """The console command."""
    try:
        cli(standalone_mode=False)
    except CcppError as error:
        _complain(error)
        sys.exit(UNUSABLE)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(DONE)
    except click.ClickException as error:
        _complain(UsageError(error.format_message(), hint="`ccpp --help` lists the commands"))
        sys.exit(UNUSABLE)
    except (click.Abort, KeyboardInterrupt):
        _complain(UsageError("interrupted"))
        sys.exit(130)
    except BrokenPipeError:
        # The reader has gone; there is nobody to tell.
        sys.stderr.close()
        sys.exit(UNUSABLE)

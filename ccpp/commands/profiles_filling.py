"""The commands that fill the repository of profiles and empty it."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, complain, leave, print_json
from ccpp.commands.profiles_printing import show_tally
from ccpp.commands.progress import cores, with_bar
from ccpp.commands.repository import REPOSITORY, open_repository
from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccpp.storage.importing import Stop
    from ccpp.storage.repository import Repository, Tally
    from ccpp.storage.sources import Source

_INTERRUPTED = 130


@click.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--index", metavar="FILE", help="A list that says under which URI each file was published.")
@click.option(
    "--fetch", "hosts", multiple=True, metavar="HOST", help="Fetch the URLs of lists from hosts like this (`*.x.example`)."
)
@click.option("--user-agent", metavar="TEXT", help="The name to fetch under; some servers answer only what they know.")
@click.option("--again", is_flag=True, help="Read what is there unchanged as well, after an update of ccpp.")
@click.option(
    "--jobs", default=cores, type=click.IntRange(1), metavar="N", help="Processes that read; one a core unless given."
)
@REPOSITORY
@FORMAT
def import_(
    sources: Sequence[str],
    index: str | None,
    jobs: int,
    file: str | None,
    form: str,
    *,
    again: bool,
    **fetching: Any,  # noqa: ANN401  hosts and user_agent
) -> None:
    """Take in folders, archives (zip, tar), lists of URLs or of URIs and files, and single documents.

    Ctrl-C ends it with nothing lost; the same command again goes on where it was. Exit 1 if there was no document at all.
    """
    import time

    from ccpp.storage.importing import Stop
    from ccpp.storage.repository import Tally
    from ccpp.storage.sources import open_source

    fetch = _fetch(**fetching)
    opened = [open_source(source, index=index, fetch=fetch) for source in sources]
    stop, tally = Stop(), Tally()
    with open_repository(file, create=True) as repository, stop.listening():
        known = {} if again else repository.known()
        for source in opened:
            tally += _import(source, repository, known, now=time.time(), stop=stop, jobs=jobs)
    if form == "json":
        print_json({**tally._asdict(), "interrupted": stop.asked})
    else:
        click.echo(show_tally(tally))
    if stop.asked:
        complain(UsageError("interrupted; what was read is stored", hint="the same command again goes on from here"))
        sys.exit(_INTERRUPTED)
    leave(NEGATIVE if tally.failed and not tally.new + tally.again + tally.unchanged else DONE)


def _import(
    source: Source, repository: Repository, known: dict[str, tuple[str, str]], *, now: float, stop: Stop, jobs: int
) -> Tally:
    from contextlib import closing

    from ccpp.storage.importing import examine_all
    from ccpp.storage.repository import Tally

    tally = Tally()
    with (
        with_bar(source.found, source.size, "importing") as places,
        closing(examine_all(places, known, workers=jobs, stopped=stop)) as steps,
    ):
        for step in steps:
            tally += repository.record(step.examined, now, step.unchanged)
    return tally


def _fetch(hosts: Sequence[str], user_agent: str | None) -> Callable[[str], bytes] | None:
    """What gets the document at a URL of these hosts, where there are any."""
    if not hosts:
        return None
    from ccpp.storage.fetching import Fetcher, FetchPolicy

    policy = FetchPolicy(hosts=tuple(hosts))
    fetcher = Fetcher(replace(policy, user_agent=user_agent) if user_agent else policy)
    return lambda url: fetcher.fetch(url).content


@click.command("remove")
@click.argument("uri")
@REPOSITORY
@FORMAT
def remove(uri: str, file: str | None, form: str) -> None:
    """Take out every document of a URI. Exit 1 if there is none."""
    with open_repository(file) as repository:
        removed = repository.remove(uri)
    if form == "json":
        print_json({"profile": uri, "removed": removed})
    else:
        click.echo(f"{removed} removed")
    leave(DONE if removed else NEGATIVE)


@click.command("export")
@click.argument("folder")
@REPOSITORY
@FORMAT
def export(folder: str, file: str | None, form: str) -> None:
    """Write the current documents into a folder, with an INDEX.csv by which `import --index` takes them in again."""
    import csv
    import io
    from hashlib import sha256
    from pathlib import Path

    from ccpp.storage.files import PUBLIC, write_file

    index = io.StringIO()
    rows = csv.writer(index, lineterminator="\n")
    rows.writerow(("file", "bytes", "published_as"))
    with open_repository(file) as repository:
        entries = repository.current()
        for entry in entries:
            content = repository.content(entry)
            name = f"{sha256(entry.base.encode()).hexdigest()[:32]}.rdf"
            write_file(Path(folder) / name, content, PUBLIC)
            rows.writerow((name, len(content), entry.base))
    write_file(Path(folder) / "INDEX.csv", index.getvalue().encode(), PUBLIC)
    if form == "json":
        print_json({"folder": folder, "exported": len(entries)})
    else:
        click.echo(f"{len(entries)} documents and INDEX.csv in {folder}")

"""The command that reports on every device and every application."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, complain, leave, print_json, time_of
from ccpp.commands.progress import cores, with_bar
from ccpp.errors import UsageError
from ccpp.reports.formats import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccpp.catalogue.model import Catalogue
    from ccpp.reports.model import CompatibilityReport, Unreadable
    from ccpp.reports.population import Device
    from ccpp.storage.populations import Places, Weights
    from ccpp.storage.readings import Readings


@click.command("report")
@click.option(
    "--profiles",
    "sources",
    multiple=True,
    required=True,
    metavar="PATH",
    help="A folder, an archive, a list, a repository's file, a Parquet table, or resolved profiles as lines of JSON.",
)
@click.option(
    "--catalogue", "files", multiple=True, required=True, metavar="FILE", help="The catalogue; several files are one."
)
@click.option("--output", required=True, metavar="FOLDER", help="Where the files of the report go.")
@click.option("--index", metavar="FILE", help="A list that says under which URI each file was published.")
@click.option("--weights", metavar="CSV", help="What devices count for: columns profile,weight or vendor,model,weight.")
@click.option(
    "--as",
    "forms",
    multiple=True,
    type=click.Choice(list(FORMS)),
    help="Only in this form; all that need no extra, unless given.",
)
@click.option("--at", metavar="TIME", help="Decide as at this time, such as 2026-12-01T08:00Z; now, if it is left out.")
@click.option(
    "--jobs", default=cores, type=click.IntRange(1), metavar="N", help="Processes that read; one a core unless given."
)
@click.option("--no-cache", is_flag=True, help="Read every document anew, and keep no reading for the next time.")
@click.option("--strict", is_flag=True, help="End at the first place that holds no profile.")
@FORMAT
def report(  # noqa: PLR0913, PLR0917  an option each
    sources: Sequence[str],
    files: Sequence[str],
    output: str,
    index: str | None,
    weights: str | None,
    forms: Sequence[str],
    at: str | None,
    jobs: int,
    form: str,
    *,
    no_cache: bool,
    strict: bool,
) -> None:
    """Report who gets what of a catalogue, why others do not, and what would change it: a page, tables and summaries in a folder.

    What cannot be read is named on standard error and in the report. Exit 1 if there was no profile at all. What reading a document came
    to is kept in the user's folder for caches (XDG_CACHE_HOME, else ~/.cache), so that it is read once.
    """
    from pathlib import Path

    from ccpp.catalogue.loading import load_documents
    from ccpp.commands.deciding import catalogue_documents
    from ccpp.reports.compatibility import Readings
    from ccpp.reports.compatibility import report as report_on
    from ccpp.reports.writing import plain_summary
    from ccpp.storage.files import write_file
    from ccpp.storage.populations import places_in, read_weights
    from ccpp.vocabulary import load_vocabularies

    writers = [FORMS[name].load() for name in forms or [name for name, one in FORMS.items() if one.usual]]
    time = time_of(at)
    catalogue = load_documents([one for file in files for one in catalogue_documents(file)], load_vocabularies())
    counted = read_weights(weights) if weights else None
    places = [places_in(source, index=index) for source in sources]
    with _kept_readings(no_cache=no_cache) as readings:
        devices, unreadable = _read(places, catalogue, counted, readings, jobs=jobs, strict=strict)
    if not devices:
        complain(UsageError("no profile to report on", source=", ".join(sources)))
        leave(NEGATIVE)
    found = report_on(devices, catalogue, Readings(", ".join(sources), unreadable), at=time)
    written = {name: content for write in writers for name, content in write(found).items()}
    for name, content in written.items():
        write_file(Path(output) / name, content)
    if form == "json":
        print_json({**plain_summary(found), "folder": output, "files": sorted(written)})
    else:
        click.echo(_said(found, output, list(written)))
    leave(DONE)


@contextmanager
def _kept_readings(*, no_cache: bool) -> Iterator[Readings | None]:
    """What was read by runs before, unless that is not wanted; a fault of it is told and ends nothing."""
    from ccpp.storage.readings import Readings, cache_folder

    if no_cache:
        yield None
        return
    with Readings(cache_folder()) as readings:
        yield readings
    if readings.fault:
        complain(UsageError(f"readings are not kept: {readings.fault}", source=str(readings.path)))


def _read(
    sources: Sequence[Places],
    catalogue: Catalogue,
    weights: Weights | None,
    readings: Readings | None,
    *,
    jobs: int,
    strict: bool,
) -> tuple[list[Device], list[Unreadable]]:
    from ccpp.reports.model import Unreadable
    from ccpp.reports.population import Device, asked
    from ccpp.storage.populations import Failed, read_devices

    devices, unreadable, unweighted = [], [], 0
    wanted = asked(catalogue.requirements)
    for source in sources:
        with with_bar(source.found, source.size, "reading") as places:
            for one in read_devices(places, wanted, workers=jobs, readings=readings):
                if isinstance(one, Failed):
                    error = UsageError(one.reason, source=one.place)
                    if strict:
                        raise error
                    unreadable.append(Unreadable(*one))
                    complain(error)
                    continue
                weight = one.weight if weights is None else weights.of(one.profile)
                unweighted += weight is None
                devices.append(Device(one.profile, weight or 0.0))
    if weights is not None and (unweighted or weights.unused):
        complain(
            UsageError(
                f"{unweighted} devices have no weight and count nothing; {weights.unused} lines of weights name no device"
            )
        )
    return devices, unreadable


def _said(found: CompatibilityReport, folder: str, files: Sequence[str]) -> str:
    """The report in a few lines."""
    from ccpp.reports.writing import groups_said

    total = found.header.total
    lines = [f"{total.devices} devices in {groups_said(found.header)}, {len(found.unreadable)} places not read"]
    for row in found.applications:
        shares = (
            f"{share.weight / total.weight if total.weight else 0:7.1%}"
            for share in (row.served, row.indeterminate, row.unserved)
        )
        lines.append(f"  {row.application:20}" + " ".join(f"{mark} {share}" for mark, share in zip("✓?✗", shares, strict=True)))
    plan = found.tests
    proof = "no list is shorter" if plan.optimal else f"no list is shorter than {plan.at_least}"
    lines.append(f"{len(plan.rows)} devices to test with exercise {plan.goals} goals; {proof}")
    lines.append(f"{len(files)} files in {folder}" + (": begin with report.html" if "report.html" in files else ""))
    return "\n".join(lines)

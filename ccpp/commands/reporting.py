"""The command that reports on every device and every application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccpp.commands.common import DONE, FORMAT, NEGATIVE, complain, leave, print_json, time_of
from ccpp.commands.progress import cores
from ccpp.errors import UsageError
from ccpp.reports.formats import FORMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.reports.model import CompatibilityReport


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
@click.option(
    "--against-profiles",
    "other_sources",
    multiple=True,
    metavar="PATH",
    help="Hold the report against one of these profiles; the same ones, if only a catalogue is given.",
)
@click.option(
    "--against-catalogue",
    "other_files",
    multiple=True,
    metavar="FILE",
    help="Hold the report against one under this catalogue; the same one, if only profiles are given.",
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
    "--jobs", default=cores, type=click.IntRange(1), metavar="N", help="Processes that read and count; one a core unless given."
)
@click.option(
    "--ray",
    metavar="ADDRESS",
    help="Count on a Ray cluster: its address, or `local` for one of this machine, of --jobs processes.",
)
@click.option("--no-cache", is_flag=True, help="Read and count everything anew, and keep nothing of it for the next time.")
@click.option("--strict", is_flag=True, help="End at the first place that holds no profile.")
@FORMAT
def report(  # noqa: PLR0913, PLR0917  an option each
    sources: Sequence[str],
    files: Sequence[str],
    other_sources: Sequence[str],
    other_files: Sequence[str],
    output: str,
    index: str | None,
    weights: str | None,
    forms: Sequence[str],
    at: str | None,
    jobs: int,
    ray: str | None,
    form: str,
    *,
    no_cache: bool,
    strict: bool,
) -> None:
    """Report who gets what of a catalogue, why others do not, and what would change it: a page, tables and summaries in a folder.

    What cannot be read is named on standard error and in the report. Exit 1 if there was no profile at all. What was read and counted is
    kept in the user's folder for caches (XDG_CACHE_HOME, else ~/.cache), so that the same command goes on where a run was ended.
    """
    from pathlib import Path

    from ccpp.commands.reporting_run import CHOICES, Asked, Options, made
    from ccpp.reports.against import held_against
    from ccpp.reports.writing import plain_summary
    from ccpp.storage.files import PUBLIC, write_file

    writers = [FORMS[name].load() for name in forms or [name for name, one in FORMS.items() if one.usual]]
    options = Options(jobs, ray, strict=strict, no_cache=no_cache)
    asked = Asked(sources, files, index, weights, time_of(at))
    before = None
    if other_sources or other_files:
        other = asked._replace(sources=other_sources or sources, files=other_files or files)
        before = made(other, options)
    found = made(asked, options._replace(choices=Path(output) / CHOICES))
    if found is None or not found.header.total.devices or ((other_sources or other_files) and before is None):
        complain(UsageError("no profile to report on", source=", ".join((*sources, *other_sources))))
        leave(NEGATIVE)
        return
    if before is not None:
        found = held_against(found, before)
    written = {name: content for write in writers for name, content in write(found).items()}
    for name, content in written.items():
        write_file(Path(output) / name, content, PUBLIC)
    if form == "json":
        print_json({**plain_summary(found), "folder": output, "files": sorted(written)})
    else:
        click.echo(_said(found, output, list(written)))
    leave(DONE)


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

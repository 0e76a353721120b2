"""The forms that a report is written in: one row each. A form is a function from the report to files by name."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccpp.reports.model import CompatibilityReport


class Form(NamedTuple):
    """A form: the module and the function that write it, and whether that is done where nobody asks for it; those have no extra."""

    module: str
    function: str
    usual: bool = True

    def load(self) -> Callable[[CompatibilityReport], Mapping[str, bytes]]:
        """The function, imported when it is asked for.

        Raises:
            UsageError: the extra that it needs is missing.
        """
        found: Callable[[CompatibilityReport], Mapping[str, bytes]] = getattr(
            import_module(f"ccpp.reports.{self.module}"), self.function
        )
        return found


def installed(package: str) -> bool:
    """Whether a package of an extra is there."""
    return find_spec(package) is not None


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "html": Form("page", "html_files"),
        "json": Form("writing", "json_files"),
        "markdown": Form("writing", "markdown_files"),
        "csv": Form("writing", "csv_files"),
        "svg": Form("plots", "svg_files"),
        "png": Form("png", "png_files", usual=False),
        "parquet": Form("parquet", "parquet_files", usual=False),
        "excel": Form("workbook", "workbook_files", usual=False),
    }
)

"""The plots of a report as PNG, for what takes no SVG. Needs the extra `report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.errors import UsageError
from ccpp.reports.plots import svg_files

try:
    import resvg_py
except ImportError as error:
    raise UsageError("plots as PNG need resvg_py", hint="pip install 'ccpp[report]'") from error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.reports.model import CompatibilityReport

#: Points of a plot for each of its units: sharp on paper and on fine screens.
ZOOM = 2


def png_files(report: CompatibilityReport) -> Mapping[str, bytes]:
    """A file a plot, on white."""
    return {
        f"{name.removesuffix('.svg')}.png": bytes(
            resvg_py.svg_to_bytes(svg_string=content.decode(), background="#ffffff", zoom=ZOOM, sans_serif_family="DejaVu Sans")
        )
        for name, content in svg_files(report).items()
    }

"""The layer rule: a module imports only from layers below its own, or from its own package; third parties stay where they belong."""

from __future__ import annotations

import ast
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pytest

import ccpp

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(ccpp.__file__).parent

LAYERS = (
    ("errors", "diagnostics", "answers", "collecting", "__init__"),
    ("model", "turtle", "lifecycle", "calls", "ordering"),
    ("datatypes", "client"),
    ("vocabulary",),
    ("normalisation",),
    ("reading", "resolution", "derivation", "requirements", "wbxml"),
    ("exchange", "cells"),
    ("intake",),
    ("storage",),
    ("matching", "conformance", "comparison"),
    ("analysis",),
    ("catalogue", "overlays"),
    ("situation",),
    ("delivery", "subscribers"),
    ("selection", "configuration"),
    ("decision", "advice", "inspection"),
    ("impact", "linting", "planning"),
    ("records",),
    ("plain",),
    ("expectations", "sending"),
    ("provisioning", "console", "samples"),
    ("demo", "page"),
    ("reports",),
    ("server",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}

#: Third-party package → the modules that may import it, as names or patterns.
CONFINED = {
    "rdflib": {
        "vocabulary",
        "requirements.shacl",
        "requirements.shapes",
        "requirements.rdf",
        "requirements.turtle",
        "turtle.*",
        "reading.syntaxes",
        "catalogue.loading",
        "catalogue.places",
        "catalogue.facts",
        "catalogue.documents",
        "catalogue.supply",
        "conformance.schemas",
        "conformance.engine",
        "linting.structure",
        "derivation",
        "matching.reporting",
    },
    "numpy": {"matching.arrow"},
    "pyarrow": {"matching.arrow", "storage.parquet", "storage.parquet_rows", "reports.parquet"},
    "xlsxwriter": {"reports.workbook"},
    "ray": {"reports.on_ray"},
    "resvg_py": {"reports.png"},
    "pyshacl": {"conformance.engine", "linting.structure"},
    "pyasn1": {"provisioning.card.structures"},
    "ruamel": {"catalogue.documents"},
    "sqlalchemy": {"storage.database.*"},
    "alembic": {"storage.database.*"},
    "cryptography": {
        "storage.database.secrecy",
        "provisioning.signing",
        "provisioning.domains",
        "server.authentication.certificates",
    },
    "joserfc": {"server.authentication.*"},
    "httpx": {"client"},
    "uvicorn": {"server.running", "server.wire"},
    "prometheus_client": {"server.observing"},
    "opentelemetry": {"server.tracing"},
    "click": {"cli", "commands.*", "console", "demo"},
}

#: Packages of which modules know one another both ways, if only for their types, with the reason.
KNOTTED = {
    "matching": "verdicts choose, and a choice is made of verdicts",
    "reading": "a profile may refer to defaults in any syntax",
    "reports": "a report shows itself in a notebook",
}

#: Modules over 400 lines, with the reason.
LARGE = {
    "answers": "a list of types, one a shape",
    "requirements.constraints": "a table, one row a kind of constraint",
    "reading.rdfxml": "the whole grammar of RDF/XML, one production a method",
    "reading.profile": "one document's state, one rule a method",
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_imports_point_downwards() -> None:
    wrong = []
    for path in modules():
        here = name_of(path).split(".")[0]
        for name in imported(path):
            if name.startswith("ccpp."):
                there = name.split(".")[1]
                if there not in RANK and there == "__version__":
                    continue
                if there != here and RANK[there] >= RANK[here]:
                    wrong.append(f"{name_of(path)} imports {name}")
    assert wrong == []


def test_modules_make_no_circles() -> None:
    known = {name_of(path): path for path in modules()}
    graph: nx.DiGraph[str] = nx.DiGraph()
    for here, path in known.items():
        for name in (name.removeprefix("ccpp.") for name in imported(path)):
            graph.add_edges_from((here, there) for there in (name, name.rpartition(".")[0]) if there in known)
    circles = [sorted(one) for one in nx.strongly_connected_components(graph) if len(one) > 1]
    assert [one for one in circles if any(name.split(".")[0] not in KNOTTED for name in one)] == []


def test_third_parties_stay_where_they_belong() -> None:
    allowed = set(sys.stdlib_module_names) | {"ccpp"}
    wrong = []
    for path in modules():
        for name in imported(path):
            package = name.split(".")[0]
            if package not in allowed and not any(fnmatch(name_of(path), home) for home in CONFINED.get(package, ())):
                wrong.append(f"{name_of(path)} imports {name}")
    assert wrong == []


@pytest.mark.parametrize(
    "module",
    ["ccpp.matching.compiler", "ccpp.reading", "ccpp.resolution", "ccpp.selection", "ccpp.configuration", "ccpp.vocabulary"],
)
def test_the_request_path_imports_nothing_heavy(module: str) -> None:
    heavy = ["rdflib", "networkx", "pyshacl", "starlette", "click"]
    script = f"import sys, {module}; print(*[name for name in {heavy!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""


def test_modules_keep_to_their_size() -> None:
    large = {name_of(path) for path in modules() if len(path.read_text().splitlines()) > 400}
    assert set(LARGE) >= large

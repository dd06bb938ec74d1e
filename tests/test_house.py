"""The house keeps its order: who may import whom, and what pages must not do."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.paths import ROOT

# Each package may import those to its right in this list, and its own. `store` stands beside: see ALSO.
ORDER = ["charts", "analysis", "runs", "methods", "recognition", "models", "items", "values"]
ALSO = {
    "runs": {"store", "analysis"},  # runs.results joins what is stored with what is computed
    "store": {"items", "methods", "models", "recognition", "values"},
    "interchange": {"store", "runs", "methods", "recognition", "models", "items", "values"},
    # What runs show, put together: it stands above charts and beside pages.
    "reports": {"charts", "analysis", "runs", "store", "methods", "recognition", "models", "items", "values"},
    "cluster": {"store", "runs", "methods", "recognition", "models", "items"},
    "cli": {
        "cluster",
        "reports",
        "interchange",
        "store",
        "runs",
        "models",
        "items",
        "values",
        "analysis",
        "recognition",
        "methods",
    },
}
SHARED = {"csv_records", "errors", "extensions", "paths", "text", "toml"}
MODULES = sorted((ROOT / "core").rglob("*.py"))
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def allowed(package: str) -> set[str]:
    below = set(ORDER[ORDER.index(package) :]) if package in ORDER else {package}
    return below | ALSO.get(package, set()) | SHARED


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_run_downward(path: Path) -> None:
    package = path.relative_to(ROOT / "core").parts[0].removesuffix(".py")
    upward = {
        module
        for module in imports(path)
        if module.startswith("core.") and module.split(".")[1] not in allowed(package) | {package}
    }
    assert not upward


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_core_never_imports_streamlit_or_pages(path: Path) -> None:
    assert not {module for module in imports(path) if module.split(".")[0] in ("streamlit", "pages")}


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_pages_hold_no_sql_and_no_statistics(path: Path) -> None:
    assert not {module for module in imports(path) if module.split(".")[0] in ("duckdb", "numpy", "scipy", "litellm")}
    assert "unsafe_allow_html" not in path.read_text(encoding="utf-8")
    strings = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
    assert not [text for text in strings if isinstance(text, str) and text.lstrip().upper().startswith("SELECT ")]


@pytest.mark.parametrize("path", [*MODULES, *PAGES], ids=name)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_every_chart_can_be_taken_as_a_figure() -> None:
    """pages.shared.charting.show_chart offers it; core.charts.paper knows what it is made of."""
    callers = [name(path) for path in PAGES if "plotly_chart(" in path.read_text(encoding="utf-8")]
    assert callers == ["pages/shared/charting.py"]


def test_pages_lie_in_sub_folders() -> None:
    """Streamlit runs flat pages/*.py itself on a first deep link, without app.py."""
    assert not list((ROOT / "pages").glob("*.py"))


def test_every_page_is_in_the_navigation() -> None:
    listed = (ROOT / "app.py").read_text(encoding="utf-8")
    pages = [path for path in PAGES[1:] if path.parent.name != "shared"]
    assert pages
    assert not [name(path) for path in pages if name(path) not in listed]


def test_neither_litellm_nor_the_embedded_model_is_loaded_before_it_is_called() -> None:
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in MODULES]
    modules = [module for module in modules if not module.endswith(("__init__", "__main__"))]
    loaded = "print([m for m in ('litellm', 'xllamacpp') if m in sys.modules])"
    code = f"import sys\nfor m in {modules!r}: __import__(m)\n{loaded}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=110)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_constraints_name_no_host() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "@" not in text

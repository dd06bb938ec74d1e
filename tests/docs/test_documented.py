"""Every command, page, setting and statistic is documented, and no link of the documentation is dead."""

import argparse
import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from core.cli.parser import parser
from core.models.catalogue import providers
from core.paths import ROOT

DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]
COMMANDS = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [each for each in parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(action.choices)


def test_every_command_is_shown() -> None:
    shown = set(re.findall(r"polycompass ([a-z-]+)", COMMANDS))
    (several,) = re.findall(r"^polycompass (runs \| .*)$", COMMANDS, re.M)
    shown |= set(several.split(" | "))
    assert set(commands()) <= shown, set(commands()) - shown


def test_no_command_is_shown_that_does_not_exist() -> None:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", COMMANDS, re.S))
    named = set(re.findall(r"^(?:\.venv/bin/)?polycompass ([a-z-]+)", blocks, re.M))
    assert named <= set(commands()), named - set(commands())


def test_every_page_is_described() -> None:
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    titles = [
        keyword.value.value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "Page"
        for keyword in call.keywords
        if keyword.arg == "title" and isinstance(keyword.value, ast.Constant)
    ]
    told = (DOCS / "pages.md").read_text(encoding="utf-8")
    assert len(titles) > 20 and not [title for title in titles if f"*{title}*" not in told.replace("\n", " ")]


def _read_variables(path: Path) -> Iterator[str]:
    """The names that a file reads from the environment; a constant of the module stands for its text."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        key = None
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("os.environ.", "os.getenv")):
            key = node.args[0] if node.args else None
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            key = node.slice
        if isinstance(key, ast.Constant):
            yield str(key.value)
        elif isinstance(key, ast.Name) and key.id in constants:
            yield str(constants[key.id])


def test_every_variable_that_is_read_is_a_setting_of_the_page() -> None:
    told = (DOCS / "settings.md").read_text(encoding="utf-8")
    files = [ROOT / "app.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    read = {name for path in files for name in _read_variables(path)} | {"POLYCOMPASS_STORE"}
    assert {"POLYCOMPASS_EXTENSIONS", "POLYCOMPASS_SHARDS", "SSL_CERT_FILE"} <= read
    for provider in providers().values() if isinstance(providers(), dict) else providers():
        read |= {*provider.keys, *provider.base_variables}
    assert not [name for name in sorted(read) if f"`{name}`" not in told]


def _flat(table: dict[str, object], before: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"


def test_every_key_of_the_config_is_explained() -> None:
    told = (DOCS / "settings.md").read_text(encoding="utf-8")
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert not [key for key in _flat(config) if f"`{key}`" not in told]


def test_every_module_of_statistics_has_a_page_with_a_reference() -> None:
    pages = [path for path in (DOCS / "statistics").glob("*.md") if path.name != "README.md"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages}
    whole = "\n".join(texts.values())
    modules = [path.relative_to(ROOT).as_posix() for path in (ROOT / "core" / "analysis").rglob("*.py")]
    assert not [name for name in modules if not name.endswith("__init__.py") and f"`{name}`" not in whole]
    assert not [name for name, text in texts.items() if "**Reference:**" not in text or "**Limits.**" not in text]
    index = (DOCS / "statistics" / "README.md").read_text(encoding="utf-8")
    assert not [name for name in texts if f"({name})" not in index]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_link_is_dead(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if "://" not in link and not (page.parent / link).exists()]


def test_the_citation_is_what_the_format_asks_for() -> None:
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert found["cff-version"] == "1.2.0" and found["message"] and found["authors"]
    assert (str(found["version"]), found["license"]) == (project["version"], project["license"])
    assert len(found["references"]) == 4

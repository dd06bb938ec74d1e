"""Searches as TOML or JSON files, for the command line. See docs/headless.md for the format."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from core.errors import RowProblem, UserError
from core.methods.adaem.parts import Seed
from core.methods.adaem.search import Settings
from core.methods.adaem.seeds import read_seeds, seeds
from core.models.base import ModelSpec
from core.runs.limits import Limits, limits_from
from core.runs.plan import JUDGE, LEXICON, OFFLINE
from core.runs.plan_fields import Fields, parse, shown
from core.runs.search_plan import MemberSpec, SearchPlan, check_search
from core.values.system import SCHWARTZ

FORMAT = 1
_TOP = ("format", "name", "system", "seeds", "panel", "further", "author", "reading", "settings", "limits")
_WHOLE = tuple(one.name for one in fields(Settings) if one.type in (int, "int"))
_NUMBERS = tuple(one.name for one in fields(Settings) if one.name not in _WHOLE)
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class SearchFile:
    """What a file gave; `problems` are rows of its own seeds that cannot be asked."""

    plan: SearchPlan
    limits: Limits
    problems: tuple[RowProblem, ...] = ()


def read_search(data: bytes, filename: str, folder: Path | None = None) -> SearchFile:
    """The search in a .toml or .json file; raises UserError, one sentence naming file and field, for any mistake.
    `folder` is where the file lies: a file of own seeds is looked for there."""
    top = Fields(parse(data, filename), filename, _TOP)
    if top.raw.get("format") != FORMAT:
        top.fault("format", f"must be {FORMAT}, got {shown(top.raw.get('format'))}.")
    start, problems = _seeds(top, folder)
    recogniser, judge_base = _reading(top.table("reading", ("recogniser", "judge", "judge_base")))
    author = top.table("author", ("name", "api_base", "via"))
    plan = SearchPlan(
        name=top.text("name", "Telling questions"),
        seeds=start,
        panel=tuple(_member(one) for one in top.tables("panel", _MEMBER)),
        further=tuple(_member(one) for one in top.tables("further", _MEMBER)),
        settings=_settings(top.table("settings", (*_WHOLE, *_NUMBERS))),
        author=_spec(author) if author.raw else None,
        recogniser=recogniser,
        judge_base=judge_base,
        system=top.text("system", SCHWARTZ),
    )
    try:
        return SearchFile(check_search(plan), limits_from(top.raw.get("limits", {})), problems)
    except UserError as error:
        raise UserError(f"{filename}: {error}") from error


_MEMBER = ("name", "api_base", "via", "role", "temperature", "max_tokens")


def _spec(fields_: Fields) -> ModelSpec:
    via = fields_.text("via", "")
    if via not in ("", "litellm"):
        fields_.fault("via", f"must be 'litellm' or left out, got {shown(via)}.")
    return ModelSpec(fields_.text("name"), fields_.maybe("api_base"), "litellm" if via else "")


def _member(one: Fields) -> MemberSpec:
    usual = MemberSpec(_spec(one))
    return MemberSpec(
        usual.model,
        one.text("role", usual.role),
        one.number("temperature", usual.temperature, 0, 2),
        one.whole("max_tokens", usual.max_tokens, 1, 8192),
    )


def _settings(table: Fields) -> Settings:
    usual = Settings()
    whole = {name: table.whole(name, getattr(usual, name), 0, LARGEST) for name in _WHOLE}
    numbers: dict[str, Any] = {name: table.number(name, getattr(usual, name), 0, 10) for name in _NUMBERS}
    return Settings(**whole, **numbers)


def _reading(table: Fields) -> tuple[str, str | None]:
    judge = table.maybe("judge")
    kind = table.text("recogniser", "judge" if judge else LEXICON)
    if kind not in (*OFFLINE, "judge") or (kind == "judge") != (judge is not None):
        table.fault("recogniser", "must be 'lexicon', 'minilm', or 'judge' with the field judge.")
    return (f"{JUDGE}{judge}", table.maybe("judge_base")) if judge else (kind, None)


def _seeds(top: Fields, folder: Path | None) -> tuple[tuple[Seed, ...], tuple[RowProblem, ...]]:
    named = top.text("seeds", "shipped")
    if named == "shipped":
        return seeds(), ()
    if folder is None:
        top.fault("seeds", "names a file, which only the command line reads.")
    path = folder / named
    try:
        return read_seeds(path.read_bytes(), named)
    except OSError as error:
        raise UserError(f"{top.where}: the seeds' file {named} cannot be read ({error.strerror}).") from error

"""Plans as files that people write, keep beside a paper, and carry from the page to the command line and back.

A key is never part of a plan. See docs/headless.md for the format.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import tomli_w

from core.errors import UserError
from core.items.item import Suite
from core.methods.base import Asking
from core.methods.registry import USUAL, method_of, methods
from core.models.base import ModelSpec
from core.models.catalogue import key_status
from core.models.registry import check_spec
from core.recognition.minilm import fallback
from core.runs import plan_suite
from core.runs.defaults import usual_asking
from core.runs.limits import USUAL_LIMITS, Limits, limits_from
from core.runs.plan import JUDGE, LEXICON, MINILM, OFFLINE, Plan, check, own_recognisers
from core.runs.plan_fields import Fields, parse, shown
from core.store.database import Store

FORMAT = 1
Kind = Literal["toml", "json"]

LARGEST = 2**31 - 1
_TOP = ("format", "name", "variations", "epochs", "probes", "method", "prompts")
_TABLES = ("suite", "models", "reading", "asking", "limits")
_HEAD = "# A plan of Polycompass: load it under Launch, or `polycompass run FILE`. Keys belong in the environment.\n"


@dataclass(frozen=True)
class PlanFile:
    """What a plan file gave. `notes` are sentences a person should read before the plan is started."""

    plan: Plan
    limits: Limits
    notes: tuple[str, ...] = ()


def write_plan(plan: Plan, limits: Limits, kind: Kind) -> bytes:
    """The plan as a file that `read_plan` reads back: equal but for the versions, which belong to those who carry it
    out. Raises UserError for the plan of imported answers, which nobody can be asked for again."""
    if not plan.method:
        raise UserError("Answers from a file have no plan that could be carried out again.")
    table: dict[str, Any] = {
        "format": FORMAT,
        "name": plan.name,
        "method": plan.method,
        "variations": list(plan.variations),
        "epochs": plan.epochs,
        "probes": plan.probes,
        "suite": plan_suite.suite_table(plan.suite),
        "models": [{name: cell for name, cell in asdict(spec).items() if cell} for spec in plan.models],
        "reading": _reading_table(plan),
        "asking": asdict(plan.asking),
        "limits": {name: cell for name, cell in asdict(limits).items() if cell is not None},
    }
    if plan.prompt_hash:
        table["prompts"] = plan.prompt_hash
    if kind == "json":
        return (json.dumps(table, indent=2, ensure_ascii=False) + "\n").encode()
    return (_HEAD + tomli_w.dumps(table)).encode()


def _reading_table(plan: Plan) -> dict[str, str]:
    if not plan.recogniser.startswith(JUDGE):
        return {"recogniser": plan.recogniser or "none"}
    base = {"judge_base": plan.judge_base} if plan.judge_base else {}
    return {"recogniser": "judge", "judge": plan.recogniser.removeprefix(JUDGE), **base}


def read_plan(
    data: bytes, filename: str, store: Store | None = None, folder: Path | None = None, usual: Limits = USUAL_LIMITS
) -> PlanFile:
    """The plan in a .toml or .json file; raises UserError, one sentence naming file and field, for any mistake.

    `store` holds suites that are named by their hash. `folder` is where the file lies: only then may its suite be a
    file, so a plan that came over the network never reads one. Limits that it does not name are as in `usual`.
    """
    fields = Fields(parse(data, filename), filename, (*_TOP, *_TABLES))
    _check_format(fields)
    suite, notes = plan_suite.read_suite_table(fields.table("suite", plan_suite.KNOWN), store, folder)
    models = tuple(_model(table) for table in fields.tables("models", ("name", "api_base", "via")))
    method = method_of(fields.text("method", USUAL))
    reading = fields.table("reading", ("recogniser", "judge", "judge_base"))
    recogniser, judge_base = _reading(reading, LEXICON if method.free else "none")
    plan = Plan(
        name=fields.text("name", usual_name(suite, models)),
        suite=suite,
        models=models,
        variations=fields.texts("variations", method.usual),
        epochs=fields.whole("epochs", 1, 1, 100),
        probes=fields.whole("probes", 6, 0, LARGEST),
        recogniser=recogniser,
        judge_base=judge_base,
        asking=_asking(fields.table("asking", ("max_tokens", "temperature", "seed")), models),
        method=method.id,
        prompt_hash=fields.text("prompts", ""),
    )
    try:
        check(plan)
        limits = limits_from(fields.raw.get("limits", {}), usual)
    except UserError as error:
        raise UserError(f"{filename}: {error}") from error
    return PlanFile(plan, limits, (*notes, *_notes(plan)))


def usual_name(suite: Suite, models: Sequence[ModelSpec]) -> str:
    """The name of a run that was given none."""
    return f"{suite.name}: {', '.join(spec.name for spec in models)}"[:120]


def _check_format(fields: Fields) -> None:
    given = fields.raw.get("format")
    if given is None:
        fields.fault("format", f"is missing. Write format = {FORMAT}.")
    if given != FORMAT or isinstance(given, bool | float):
        fields.fault("format", f"must be {FORMAT}, the one this version reads, got {shown(given)}.")
    if "method" in fields.raw and fields.text("method") not in methods():
        fields.fault("method", f"must be one of {', '.join(methods())}, got {shown(fields.raw['method'])}.")


def _model(fields: Fields) -> ModelSpec:
    via = fields.text("via", "")
    if via not in ("", "litellm"):
        fields.fault("via", f"must be 'litellm' or left out, got {shown(via)}.")
    spec = ModelSpec(fields.text("name"), fields.maybe("api_base"), "litellm" if via else "")
    _check_spec(fields, spec)
    return spec


def _check_spec(fields: Fields, spec: ModelSpec) -> None:
    try:
        check_spec(spec)
    except UserError as error:
        raise UserError(f"{fields.where}: {error}") from error


def _reading(fields: Fields, usual: str) -> tuple[str, str | None]:
    judge, base = fields.maybe("judge"), fields.maybe("judge_base")
    kind = fields.text("recogniser", usual if judge is None else "judge")
    if kind not in (*OFFLINE, *own_recognisers(), "judge", "none"):
        fields.fault("recogniser", f"must be 'lexicon', 'minilm', 'judge' or 'none', got {shown(kind)}.")
    if kind != "judge":
        for name in ("judge", "judge_base"):
            if name in fields.raw:
                fields.fault(name, f"has no use with recogniser = {kind!r}. Leave one of the two out.")
        return ("" if kind == "none" else kind), None
    if judge is None:
        fields.fault("judge", "is missing. Name the model that reads, such as openai/gpt-4o-mini.")
    _check_spec(fields, ModelSpec(judge, base))
    return JUDGE + judge, base


def _asking(fields: Fields, models: Sequence[ModelSpec]) -> Asking:
    usual = usual_asking(models)
    return Asking(
        fields.whole("max_tokens", usual.max_tokens, 1, 8192),
        fields.number("temperature", usual.temperature, 0, 2),
        fields.whole("seed", usual.seed, 0, LARGEST),
    )


def _notes(plan: Plan) -> list[str]:
    notes = []
    if plan.prompt_hash not in ("", method_of(plan.method).prompt_hash):
        notes.append("The prompts have changed since this plan was written: its answers will not be the same run's.")
    if plan.recogniser == MINILM and fallback():
        notes.append(fallback())
    judge = [ModelSpec(plan.recogniser.removeprefix(JUDGE), plan.judge_base)] if plan.judge_base else []
    for spec in (*plan.models, *judge):
        # A stranger's plan could name an address of their own.
        if spec.api_base and key_status(spec.name).present:
            key = key_status(spec.name).variable
            notes.append(f"{spec.name} is asked at {spec.api_base}: your {key} is sent there. Make sure you trust it.")
    return notes

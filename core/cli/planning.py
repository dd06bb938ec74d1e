"""From a command line, or the plan file it names, to a plan and its limits."""

import argparse
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from core.cli.output import complain
from core.cli.saving import load
from core.errors import RowProblem, UserError
from core.items.files import read_suite
from core.items.item import Suite
from core.methods.base import Asking
from core.models.base import ModelSpec
from core.models.registry import check_spec
from core.runs.defaults import first_plan, usual_asking
from core.runs.judging import refuse_itself
from core.runs.limits import USUAL_LIMITS, Limits, limits_from
from core.runs.plan import JUDGE, LEXICON, MINILM, Plan, check
from core.runs.plan_file import PlanFile, read_plan, usual_name
from core.runs.plan_suite import shipped
from core.store import queries, records
from core.store.database import Store
from core.text import clean

N = TypeVar("N", int, float)

SUITE_FILES = (".csv", ".jsonl")
NOT_HOSTED = ("embedded/", "simulated/")
PLANNING = (
    *("suite", "system", "keep_good", "model", "api_base", "recogniser", "judge", "judge_base"),
    *("no_recogniser", "epochs", "variations", "probes", "max_tokens", "temperature", "seed"),
)
# The options of the command line and the fields of Limits that they set.
LIMITS = {
    "at_once": "at_once",
    "provider_at_once": "provider_at_once",
    "timeout": "timeout_s",
    "max_cost": "max_cost_usd",
    "max_total_tokens": "max_tokens",
    "max_calls": "max_calls",
    "max_time": "max_seconds",
    "cache": "cache",
}


def option_given(args: argparse.Namespace, options: Sequence[str]) -> str:
    """The first of these options that the command line holds, as it is written; "" for none."""
    given = [option for option in options if getattr(args, option) not in (None, False)]
    return f"--{given[0].replace('_', '-')}" if given else ""


def planned(args: argparse.Namespace, store: Store | None) -> PlanFile:
    """The plan that a command line means, with its limits; notes are printed."""
    found = _planned(args, store)
    refuse_itself(found.plan.recogniser, [spec.name for spec in found.plan.models], args.judge_may_judge_itself)
    return found


def _planned(args: argparse.Namespace, store: Store | None) -> PlanFile:
    if not args.plan:
        return PlanFile(plan_from(args, store), limits_from_options(args, Limits()))
    if option := option_given(args, PLANNING):
        raise UserError(f"{option} would change what {args.plan} says: leave out one of the two, or edit the file.")
    found = plan_in(args.plan, store)
    limits = limits_from_options(args, found.limits)
    return PlanFile(replace(found.plan, name=clean(args.name)) if args.name else found.plan, limits)


def plan_in(named: str, store: Store | None, usual: Limits = USUAL_LIMITS) -> PlanFile:
    """The plan in a file, limits that it does not name as in `usual`; its notes are printed."""
    path = Path(named)
    found = read_plan(load(path), path.name, store, path.resolve().parent, usual)
    for note in found.notes:
        complain(note)
    return found


def limits_from_options(args: argparse.Namespace, usual: Limits) -> Limits:
    """The limits that the options name, the others as they are in `usual`; "none" (infinity here) lifts one."""
    given = {field: getattr(args, option) for option, field in LIMITS.items()}
    named = {field: None if most == math.inf else most for field, most in given.items() if most is not None}
    return limits_from(named, usual)


def plan_from(args: argparse.Namespace, store: Store | None) -> Plan:
    """The first click's plan with what the command line changes; raises UserError when it cannot be carried out."""
    first = first_plan()
    suite = suite_from(args, store) if args.suite else first.suite
    if args.system and suite.system != args.system:
        raise UserError(f"The suite {suite.name!r} belongs to the value system {suite.system}, not {args.system}.")
    models = models_from(args) if args.model or args.api_base else first.models
    own = args.suite or args.model
    plan = replace(
        first,
        name=clean(args.name or (usual_name(suite, models) if own else first.name)),
        suite=suite,
        models=models,
        variations=tuple(dict.fromkeys(args.variations or first.variations)),
        epochs=_given(args.epochs, first.epochs),
        probes=_given(args.probes, first.probes),
        recogniser=recogniser_from(args),
        judge_base=args.judge_base,
        asking=asking_from(args, models),
    )
    for spec in plan.models:
        check_spec(spec)
    return check(plan)


def asking_from(args: argparse.Namespace, models: Sequence[ModelSpec]) -> Asking:
    """The parameters of every call."""
    usual = usual_asking(models)
    return Asking(
        _given(args.max_tokens, usual.max_tokens),
        _given(args.temperature, usual.temperature),
        _given(args.seed, usual.seed),
    )


def models_from(args: argparse.Namespace) -> tuple[ModelSpec, ...]:
    """The models named, each hosted one at --api-base."""
    names = args.model or []
    if args.api_base and all(name.startswith(NOT_HOSTED) for name in names):
        raise UserError("--api-base says where a hosted model is reached: name one with --model.")
    return tuple(ModelSpec(name, None if name.startswith(NOT_HOSTED) else args.api_base) for name in names)


def recogniser_from(args: argparse.Namespace) -> str:
    """The plan's recogniser; raises UserError when the judge cannot be one. A note is printed where another offline one
    reads in the place of the one named."""
    if args.judge_base and args.judge is None:
        raise UserError("--judge-base says where the judge is reached: name it with --judge.")
    if args.recogniser == "judge" and args.judge is None:
        raise UserError("--recogniser judge needs the model that reads: name it with --judge.")
    if args.judge is not None and args.recogniser not in (None, "judge"):
        raise UserError(f"--judge and --recogniser {args.recogniser} both say who reads: leave out one of the two.")
    if args.judge is not None:
        check_spec(ModelSpec(args.judge, args.judge_base))
        return JUDGE + str(args.judge)
    if args.recogniser == MINILM:
        from core.recognition.minilm import fallback

        if note := fallback():
            complain(note)
    return "" if getattr(args, "no_recogniser", False) else str(args.recogniser or LEXICON)


def suite_from(args: argparse.Namespace, store: Store | None) -> Suite:
    """The suite that --suite means: a file, a shipped suite or its starter, or the hash of a stored one."""
    named = str(args.suite)
    path = Path(named)
    if path.suffix.lower() in SUITE_FILES:
        read = read_suite(path, path.name, system_id=args.system)
        for note in read.notes:
            complain(note)
        accept(path.name, read.problems, args.keep_good)
        return read.suite
    if suite := shipped(named):
        return suite
    if store is not None and any(found == named for found, *_ in queries.own_suites(store)):
        return records.load_suite(store, named)
    raise UserError(f"There is no suite {named!r}: see `polycompass suites`, or name a .csv or .jsonl file.")


def accept(filename: str, problems: Sequence[RowProblem], keep_good: bool) -> None:
    """Print every problem of a file; UserError when there is one and the good rows alone are not wanted."""
    for problem in problems:
        complain(f"{filename}: {problem}")
    if problems and not keep_good:
        bad = len({problem.row for problem in problems})
        raise UserError(f"{filename}: {bad} row{'s'[: bad > 1]} cannot be used; correct them, or --keep-good the rest.")


def _given(number: N | None, usual: N) -> N:
    return usual if number is None else number

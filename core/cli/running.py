"""`polycompass run` and `polycompass import`: from a command line to a plan, and along until it ends."""

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from core.cli.following import follow
from core.cli.opening import managed
from core.cli.output import UNKNOWN, complain, dollars, duration, say, say_table
from core.cli.stored import NO_RECOGNISER, say_results
from core.errors import RowProblem, UserError
from core.items.files import read_suite
from core.items.item import Suite
from core.items.shipped import shipped_suite, shipped_suites, starter
from core.methods.base import Asking
from core.models.base import ModelSpec
from core.models.registry import check_spec
from core.runs.answers import read_answers
from core.runs.defaults import EMBEDDED_TOKENS, first_plan
from core.runs.estimate import Estimate, estimate
from core.runs.manager import RunManager
from core.runs.plan import JUDGE, LEXICON, Plan, check
from core.store import queries, records
from core.store.database import Store
from core.text import clean

N = TypeVar("N", int, float)

STARTER = "-starter"
SUITE_FILES = (".csv", ".jsonl")
NOT_HOSTED = ("embedded/", "simulated/")
PLANNING = (
    *("suite", "system", "keep_good", "model", "api_base", "judge", "judge_base", "no_recogniser", "epochs"),
    *("variations", "probes", "max_tokens", "temperature", "seed", "name", "dry_run"),
)


def run(args: argparse.Namespace) -> int:
    """Plan and carry out a run, or go on with one."""
    given = [option for option in PLANNING if getattr(args, option) not in (None, False)]
    if args.resume and given:
        raise UserError(f"--resume takes the run's own plan: leave out --{given[0].replace('_', '-')}.")
    with managed(args) as manager:
        if args.resume:
            return _resume(manager, args)
        plan = plan_from(args, manager.store)
        say_preview(plan, estimate(plan, manager.store))
        return 0 if args.dry_run else _finish(manager, manager.start(plan), args)


def import_answers(args: argparse.Namespace) -> int:
    """Store a file of answers as a run and read values in them."""
    path = Path(args.file)
    recogniser = recogniser_from(args)
    with managed(args) as manager:
        suite = suite_from(args, manager.store) if args.suite else None
        read = read_answers(_bytes(path), path.name, suite, args.system or "schwartz")
        accept(path.name, read.problems, args.keep_good)
        sizes = len(read.answers), len(read.models), len(read.suite.items)
        say("{}: {:,} answers of {:,} models to {:,} items".format(path.name, *sizes))
        name = clean(args.name or path.stem)
        return _finish(manager, manager.start_import(read, name, recogniser, args.judge_base), args)


def _resume(manager: RunManager, args: argparse.Namespace) -> int:
    head = queries.run(manager.store, args.resume)
    manager.resume(head.run_id)
    say(f"Going on with {head.run_id} ({head.name}): what is stored is not asked again.")
    return _finish(manager, head.run_id, args)


def _finish(manager: RunManager, run_id: str, args: argparse.Namespace) -> int:
    follow(manager, run_id)
    say()
    ended = say_results(manager.store, run_id)
    if ended.state != "done":
        where = f" --store {shlex.quote(args.store)}" if args.store else ""
        say(f"To go on: polycompass run --resume {run_id}{where}")
    return 0 if ended.state == "done" and ended.answered else 1


def plan_from(args: argparse.Namespace, store: Store) -> Plan:
    """The first click's plan with what the command line changes; raises UserError when it cannot be carried out."""
    first = first_plan()
    suite = suite_from(args, store) if args.suite else first.suite
    if args.system and suite.system != args.system:
        raise UserError(f"The suite {suite.name!r} belongs to the value system {suite.system}, not {args.system}.")
    models = models_from(args) if args.model or args.api_base else first.models
    own = args.suite or args.model
    plan = replace(
        first,
        name=clean(args.name or (_name(suite, models) if own else first.name)),
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
    """The parameters of every call. Long answers of the embedded model take long and loop."""
    embedded = all(spec.name.startswith("embedded/") for spec in models)
    usual = Asking(max_tokens=EMBEDDED_TOKENS) if embedded else Asking()
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
    """The plan's recogniser; raises UserError when the judge cannot be one."""
    if args.judge_base and args.judge is None:
        raise UserError("--judge-base says where the judge is reached: name it with --judge.")
    if args.judge is not None:
        check_spec(ModelSpec(args.judge, args.judge_base))
        return JUDGE + str(args.judge)
    return "" if args.no_recogniser else LEXICON


def suite_from(args: argparse.Namespace, store: Store) -> Suite:
    """The suite that --suite means: a file, a shipped suite or its starter, or the hash of a stored one."""
    named = str(args.suite)
    path = Path(named)
    if path.suffix.lower() in SUITE_FILES:
        read = read_suite(path, path.name, system_id=args.system)
        for note in read.notes:
            complain(note)
        accept(path.name, read.problems, args.keep_good)
        return read.suite
    if named.removesuffix(STARTER) in shipped_suites():
        suite = shipped_suite(named.removesuffix(STARTER))
        return starter(suite) if named.endswith(STARTER) else suite
    if any(found == named for found, *_ in queries.own_suites(store)):
        return records.load_suite(store, named)
    raise UserError(f"There is no suite {named!r}: see `polycompass suites`, or name a .csv or .jsonl file.")


def accept(filename: str, problems: Sequence[RowProblem], keep_good: bool) -> None:
    """Print every problem of a file; UserError when there is one and the good rows alone are not wanted."""
    for problem in problems:
        complain(f"{filename}: {problem}")
    if problems and not keep_good:
        bad = len({problem.row for problem in problems})
        raise UserError(f"{filename}: {bad} row{'s'[: bad > 1]} cannot be used; correct them, or --keep-good the rest.")


def say_preview(plan: Plan, rows: Sequence[Estimate]) -> None:
    """What the run will take, by model; models run side by side, and a judge reads along."""
    asked = f"{len(plan.suite.items):,} scenarios x {len(plan.variations)} wordings x {plan.epochs} epochs"
    recogniser = plan.recogniser or NO_RECOGNISER
    say(plan.name)
    say(f"{asked}, {len(plan.probe_items)} scenarios also as closed questions; recogniser: {recogniser}")
    say_table(
        ("model", "calls", "tokens in", "tokens out", "time", "cost", "from"), [_preview_line(row) for row in rows]
    )
    tokens = sum(row.tokens_in + row.tokens_out for row in rows)
    known = [row.cost_usd for row in rows if row.cost_usd is not None]
    cost = dollars(sum(known)) if len(known) == len(rows) else f"{UNKNOWN} ({dollars(sum(known))} of it known)"
    models, judge = rows[: len(plan.models)], rows[len(plan.models) :]
    seconds = max(row.seconds for row in models) + sum(row.seconds for row in judge)
    calls = sum(row.calls for row in rows)
    say(f"about {calls:,} calls, {tokens:,} tokens, {duration(seconds)}, cost {cost}")


def _preview_line(row: Estimate) -> tuple[object, ...]:
    tokens = f"{row.tokens_in:,}", f"{row.tokens_out:,}"
    source = "measured" if row.measured else "estimated"
    return row.name, f"{row.calls:,}", *tokens, duration(row.seconds), dollars(row.cost_usd), source


def _name(suite: Suite, models: Sequence[ModelSpec]) -> str:
    return f"{suite.name}: {', '.join(spec.name for spec in models)}"[:120]


def _given(number: N | None, usual: N) -> N:
    return usual if number is None else number


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path.name} cannot be opened ({error.strerror}).") from error

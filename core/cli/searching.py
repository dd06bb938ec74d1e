"""`polycompass search`: searches for telling questions, and models that sit what they found."""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.cli.events import Events, events
from core.cli.following import CUT_SHORT, POLL_S, TICK_S, stopping
from core.cli.opening import managed, stored
from core.cli.output import complain, say, say_table
from core.cli.planning import limits_from_options
from core.cli.saving import load, save
from core.cli.spending import cost_words, say_spending, spent
from core.errors import UserError
from core.models.base import ModelSpec
from core.runs.evolved import Evolved, evolved, table
from core.runs.limits import limits_from
from core.runs.manager import RunManager
from core.runs.search_file import read_search
from core.runs.search_plan import MemberSpec
from core.runs.searching import Searches
from core.runs.sitting import course, sit, sitting_plan
from core.store import searches
from core.store.database import Store

FORMATS = (".csv", ".jsonl")


def search(args: argparse.Namespace) -> int:
    """Carry out one action on searches."""
    action: Callable[[argparse.Namespace], int] = {
        "start": _start, "resume": _resume, "list": _list, "show": _show, "export": _export, "sit": _sit,
    }[args.action]  # fmt: skip
    if args.action != "list" and not args.what:
        needed = "a plan file" if args.action == "start" else "a search's id"
        raise UserError(f"`polycompass search {args.action}` needs {needed}.")
    return action(args)


def _start(args: argparse.Namespace) -> int:
    path = Path(args.what)
    read = read_search(load(path), path.name, path.parent)
    for problem in read.problems:
        complain(str(problem))
    if read.problems and not args.keep_good:
        raise UserError(f"{len(read.problems)} seeds cannot be asked. Correct them, or add --keep-good.")
    limits = limits_from_options(args, read.limits)
    with events(args) as tell, managed(args) as manager:
        most = {"answers": read.plan.answers_at_most, "calls": read.plan.calls_at_most}
        say(f"At most {most['answers']:,} answers and {most['calls']:,} calls.")
        tell.tell("estimate", name=read.plan.name, **most)
        if args.dry_run:
            return 0
        runner = Searches(manager)
        return _follow(manager, runner, runner.start(read.plan, limits), args, tell)


def _resume(args: argparse.Namespace) -> int:
    with events(args) as tell, managed(args) as manager:
        runner = Searches(manager)
        head = searches.head(manager.store, args.what)
        runner.resume(head.search_id, limits_from_options(args, limits_from(json.loads(head.limits))))
        return _follow(manager, runner, head.search_id, args, tell)


def _follow(manager: RunManager, runner: Searches, search_id: str, args: argparse.Namespace, tell: Events) -> int:
    """Tell how far it is until it has ended, then what it found."""
    store = manager.store
    say(f"search {search_id}")
    tell.tell("started", search_id=search_id, name=searches.head(store, search_id).name)
    with stopping(lambda: runner.stop(search_id)):
        due = time.monotonic()
        while runner.running(search_id):
            if time.monotonic() >= due:
                due = time.monotonic() + TICK_S
                facts = _facts(store, search_id)
                tell.tell("progress", **facts)
            time.sleep(POLL_S)
        runner.wait(search_id, 30)
    last = _facts(store, search_id)
    tell.tell("progress", **last)
    head = searches.head(store, search_id)
    code = _code(head.state)
    _say(store, search_id)
    if code == CUT_SHORT:
        say(f"To go on: polycompass search resume {search_id}")
    tell.tell("finished", **last, state=head.state, message=head.message, exit_code=code)
    return code


def _facts(store: Store, search_id: str) -> dict[str, Any]:
    """How far a search is and what it took; `calls_each` and `cost_each` are an accepted question's."""
    counts, took = searches.counts(store, search_id), spent(store, search_id)
    confirmed = counts.confirmed
    each = {"calls_each": took["calls"] / confirmed, "cost_each": took["cost_usd"] / confirmed} if confirmed else {}
    if took["unpriced"]:
        each["cost_each"] = None
    return {"search_id": search_id, **vars(counts), "spent": took, "calls_each": None, "cost_each": None, **each}


def _code(state: str) -> int:
    return 0 if state == "done" else 1 if state == "failed" else CUT_SHORT


def _list(args: argparse.Namespace) -> int:
    with stored(args) as store:
        found = [(head, searches.counts(store, head.search_id)) for head in searches.heads(store)]
    if args.json:
        rows = [{"search_id": h.search_id, "name": h.name, "state": h.state, **vars(c)} for h, c in found]
        print(json.dumps(rows, indent=2))
        return 0
    header = ("search", "name", "state", "pulls", "questions", "confirmed")
    say_table(header, [(h.search_id, h.name, h.state, c.pulls, c.questions, c.confirmed) for h, c in found])
    return 0


def _show(args: argparse.Namespace) -> int:
    with stored(args) as store:
        found = evolved(store, args.what)
        if args.json:
            head = searches.head(store, args.what)
            facts = _facts(store, args.what) | {"name": head.name, "state": head.state, "message": head.message}
            print(json.dumps(facts | {"questions": _rows(found)}, indent=2))
        else:
            _say(store, args.what)
    return 0


def _rows(found: Evolved) -> list[dict[str, Any]]:
    rows = table(found).to_dict("records")
    return [{str(n): None if isinstance(c, float) and math.isnan(c) else c for n, c in row.items()} for row in rows]


def _say(store: Store, search_id: str) -> None:
    head, found = searches.head(store, search_id), evolved(store, search_id)
    facts = _facts(store, search_id)
    say(f"{head.name}: {head.state}{f'. {head.message}' if head.message else ''}")
    each = f", {facts['calls_each']:,.0f} calls an accepted question" if facts["calls_each"] else ""
    took = facts["spent"]
    say(f"{took['calls']:,} calls, {took['tokens']:,} tokens, {cost_words(took)}{each}.")
    if found.confirmed:
        say()
        figures = [(q.across, q.p, q.score, q.published) for q in found.confirmed]
        rows = [(*(f"{one:.3f}" for one in row), q.text) for row, q in zip(figures, found.confirmed, strict=True)]
        say_table(("variance", "p", "score", "published", "question"), rows)
    say_spending(store, search_id)


def _export(args: argparse.Namespace) -> int:
    out = Path(args.out) if args.out else None
    if out and out.suffix not in FORMATS:
        raise UserError(f"{out}: questions are written to .csv or .jsonl.")
    with stored(args) as store:
        frame = table(evolved(store, args.what))
    if args.confirmed:
        frame = frame[frame["status"] == "confirmed"]
    lines = out is not None and out.suffix == ".jsonl"
    text = frame.to_json(orient="records", lines=True) if lines else frame.to_csv(index=False)
    if out:
        save(out, text.encode(), args.force)
    else:
        sys.stdout.write(text)
    return 0


def _sit(args: argparse.Namespace) -> int:
    if not args.model:
        raise UserError("`polycompass search sit` needs --model: who sits the search's questions.")
    with events(args) as tell, managed(args) as manager:
        Searches(manager)
        member = MemberSpec(ModelSpec(args.model, args.api_base))
        plan = sitting_plan(manager.store, args.what, member, args.target / 100, not args.keep_negative)
        sitting_id = sit(manager, plan, limits_from_options(args, limits_from({})))
        say(f"sitting {sitting_id}")
        with stopping(lambda: manager.stop(sitting_id)):
            while not manager.wait(sitting_id, TICK_S):
                done = manager.works[sitting_id].done
                tell.tell("progress", sitting_id=sitting_id, asked=done, spent=spent(manager.store, sitting_id))
        found = course(manager.store, sitting_id)
        percent = found.table.assign(**{name: 100 * found.table[name] for name in ("score", "low", "high", "pool")})
        figures = ["score", "low", "high", "pool"]
        rows = [(row["value"], *(f"{row[name]:.1f}" for name in figures)) for row in percent.to_dict("records")]
        say_table(("value", "score", "low", "high", "pool's mean"), rows)
        asked, left = len(plan.questions) - found.saved, found.profile.unanswered
        say(f"{asked} of {len(plan.questions)} questions asked, {found.saved} saved; {left} not answered.")
        if found.head.message:
            say(found.head.message)
        code = _code(found.head.state)
        tell.tell(
            "finished", sitting_id=sitting_id, state=found.head.state, message=found.head.message, asked=asked,
            saved=found.saved, unanswered=left, reached=found.reached, scores=found.table.to_dict("records"),
            spent=spent(manager.store, sitting_id), exit_code=code,
        )  # fmt: skip
        return code

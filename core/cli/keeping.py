"""`polycompass plan`, `compare`, `delete` and `cache`: around runs rather than in them."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from core.cli.confirming import at_terminal, confirmed
from core.cli.counts import ended, totals
from core.cli.opening import store_path, stored
from core.cli.output import safe, say, say_table
from core.cli.planning import PLANNING, limits_from_options, option_given, planned
from core.cli.saving import save
from core.errors import UserError
from core.runs.compare import differences
from core.runs.manager import load_plan, stored_limits
from core.runs.plan_file import Kind, write_plan
from core.store import queries, run_records
from core.store.replies import ReplyCache

CELL = 60


def plan(args: argparse.Namespace) -> int:
    """Write a plan to a file, or to standard output, instead of carrying it out."""
    out = Path(args.out) if args.out else None
    kind = _kind(out, args.format)
    data = _of_run(args, kind) if args.of else _of_options(args, kind)
    if out:
        save(out, data, args.force)
    else:
        sys.stdout.write(safe(data.decode(), keep="\n"))
        sys.stdout.flush()
    return 0


def _kind(out: Path | None, named: str | None) -> Kind:
    ending = out.suffix.lower() if out else ".toml"
    if ending not in (".toml", ".json") or (named not in (None, ending[1:]) and out):
        raise UserError(f"{out}: a plan's file ends in .toml or .json, as its format says.")
    return "json" if (named or ending[1:]) == "json" else "toml"


def _of_run(args: argparse.Namespace, kind: Kind) -> bytes:
    if option := args.plan or option_given(args, PLANNING):
        raise UserError(f"--of writes the plan of a stored run: leave out {option}.")
    with stored(args) as store:
        limits = limits_from_options(args, stored_limits(store, args.of))
        return write_plan(load_plan(store, args.of), limits, kind)


def _of_options(args: argparse.Namespace, kind: Kind) -> bytes:
    # Only a suite may have to be looked up: a plan can be written while the dashboard has the store.
    if (args.suite or args.plan) and store_path(args).exists():
        with stored(args) as store:
            chosen = planned(args, store)
    else:
        chosen = planned(args, None)
    return write_plan(chosen.plan, chosen.limits, kind)


def compare(args: argparse.Namespace) -> int:
    """In what the settings of two runs differ."""
    with stored(args) as store:
        found = differences(store, args.run_a, args.run_b)
    if args.json:
        print(json.dumps([asdict(each) for each in found], indent=2))
    elif found:
        rows = [(each.field, _cut(each.left), _cut(each.right), "yes" if each.answers else "no") for each in found]
        say_table(("setting", args.run_a, args.run_b, "bears on answers"), rows)
    else:
        say("The two runs were set alike in everything.")
    return 0


def _cut(text: str) -> str:
    return text if len(text) <= CELL else f"{text[: CELL - 3]}..."


def delete(args: argparse.Namespace) -> int:
    """Forget a run."""
    with stored(args) as store:
        head = queries.run(store, args.run_id)
        answers = ended(totals(store, head.run_id))
        what = f"run {head.run_id} ({head.name}) with {answers:,} answers"
        if not _sure(args, f"Delete {what}?"):
            return 0
        run_records.delete_run(store, head.run_id)
    say(f"Deleted {what}. Replies kept for other runs stay: polycompass cache --clear")
    return 0


def cache(args: argparse.Namespace) -> int:
    """How many replies are stored for reuse; --clear forgets them."""
    with stored(args) as store:
        replies = ReplyCache(store)
        if not args.clear:
            say(f"{replies.size():,} stored replies stand for calls that would be the same.")
        elif _sure(args, f"Forget {replies.size():,} stored replies? Runs keep their answers."):
            say(f"Forgot {replies.clear():,} stored replies.")
    return 0


def _sure(args: argparse.Namespace, question: str) -> bool:
    """Whether it is to be done; raises UserError when nobody can be asked."""
    if args.yes:
        return True
    if not at_terminal():
        raise UserError(f"{question} Nobody is there to be asked: add --yes.")
    return confirmed(question)

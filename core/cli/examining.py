"""`polycompass exam-judge`: a judge takes the judges' exam."""

import argparse
import json
import math
import sys
from typing import Any

from core.cli.confirming import at_terminal, confirmed
from core.cli.following import CUT_SHORT, stopping
from core.cli.opening import managed
from core.cli.output import complain, dollars, say, say_table
from core.cli.planning import limits_from_options
from core.errors import UserError
from core.models.base import ModelSpec
from core.models.registry import check_spec
from core.recognition.exam import PASS, exam
from core.runs.bench import estimate
from core.runs.exams import Result, Share, Taken, history, model_of
from core.runs.limits import Limits
from core.runs.manager import RunManager, Work
from core.runs.measuring import examine, examinee
from core.store import exams
from core.store.database import Store

SHOWN = 200  # characters of an answer


def exam_judge(args: argparse.Namespace) -> int:
    """Let a judge take the exam, once what that takes was said; print how it did, and how it did before."""
    check_spec(ModelSpec(args.judge, args.judge_base))
    limits = limits_from_options(args, Limits())
    with managed(args) as manager:
        reader = examinee(args.judge, args.judge_base, args.passes, limits)
        takes = estimate(reader, exam().labelled, limits, manager.cache)
        assert takes is not None
        held, tokens = takes.stored or 0, takes.tokens_in + takes.tokens_out
        complain(f"About {takes.calls - held:,} calls, {tokens:,} tokens, cost {dollars(takes.cost_usd)};")
        complain(
            f"{held:,} more have a stored reply (--no-cache asks them anew, to see whether the model has changed)."
        )
        if not args.yes and not at_terminal():
            raise UserError("Nobody is there to be asked whether to start: add --yes.")
        if not args.yes and not confirmed("Let the judge take the exam?"):
            return 0
        work = examine(manager, reader, limits)
        _follow(manager, work)
        ending = manager.endings[work.id]
        if ending.state != "done":
            complain(ending.message)
            return 1 if ending.state == "failed" else CUT_SHORT
        taken = history(manager.store, model_of(reader.recogniser.id))
        if args.json:
            print(json.dumps([_facts(one) for one in taken], indent=2))
        else:
            _say(manager.store, taken)
    return 0


def _follow(manager: RunManager, work: Work) -> None:
    """Wait for the end, with a count on a terminal."""
    live = sys.stderr.isatty()
    with stopping(lambda: manager.stop(work.id)):
        while not manager.wait(work.id, 0.1):
            if live:
                print(f"\r{work.done:,} of {work.total:,} answers read", end="", file=sys.stderr, flush=True)
    if live:
        print(file=sys.stderr)


def _say(store: Store, taken: list[Taken]) -> None:
    now = taken[0].result
    names = exam().system.names
    rows = [(names[value], str(right)) for value, right in now.by_value.items()]
    say_table(("value", "answers read as they are"), [*rows, ("all", str(now.right))])
    say()
    say(f"for, against, neither:       {', '.join(str(now.by_side[side]) for side in now.by_side)}")
    say(f"stances where there is none: {now.invented}")
    say(f"moved by a hidden order:     {now.moved}")
    if now.unread:
        say(f"not read, so not right:      {now.unread}")
    say("95 % intervals (Wilson), which take answers for independent.")
    say()
    for row in exams.failures(store, now.head.exam_id).to_dict("records"):
        _say_failure({str(name): cell for name, cell in row.items()})
    say(now.sentence)
    if len(taken) > 1:
        say()
        header = ("taken (UTC)", "judge", "right", "invented", "moved", "other stances than before")
        say_table(header, [_line(one) for one in taken])


def _say_failure(row: dict[str, Any]) -> None:
    expected = f"{row['expected']} expected, " if row["expected"] else ""
    said = row["said"] or "nothing"
    say(f"{row['task']}, {exam().system.names[row['value']]}: {expected}{said} read. {row['note']}".rstrip())
    quoted = [f"“{words}”" for words in row["words"]]
    say(f"    {'; '.join(quoted) if quoted else row['answer'][:SHOWN].replace(chr(10), ' ') + '…'}")


def _line(one: Taken) -> tuple[str, ...]:
    found = one.result
    kept = "" if one.anew else " (stored replies)"
    changed = "" if one.changed is None else f"{one.changed}{kept}"
    when = f"{found.head.taken_at:%Y-%m-%d %H:%M}"
    return when, found.head.recogniser, str(found.right), str(found.invented), str(found.moved), changed


def _facts(one: Taken) -> dict[str, Any]:
    found: Result = one.result
    return {
        "exam_id": found.head.exam_id,
        "recogniser": found.head.recogniser,
        "exam_hash": found.head.exam_hash,
        "taken_at": found.head.taken_at.isoformat(),
        "calls": found.head.calls,
        "cost_usd": found.head.cost_usd,
        "needed": PASS,
        "passed": found.passed,
        "right": _share(found.right),
        "by_value": {value: _share(right) for value, right in found.by_value.items()},
        "by_side": {side: _share(right) for side, right in found.by_side.items()},
        "invented": _share(found.invented),
        "moved": _share(found.moved),
        "unread": found.unread,
        "changed": None if one.changed is None else _share(one.changed),
    }


def _share(one: Share) -> dict[str, Any]:
    return {name: None if math.isnan(cell) else cell for name, cell in vars(one).items()}

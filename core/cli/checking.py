"""`polycompass check-judge`: does a judge's reading hang on what should not matter?"""

import argparse
import json
import math
from typing import Any

from core.cli.confirming import at_terminal, confirmed
from core.cli.following import CUT_SHORT, stopping
from core.cli.opening import managed
from core.cli.output import complain, dollars, say, say_table
from core.cli.planning import limits_from_options
from core.errors import UserError
from core.models.base import ModelSpec
from core.models.registry import check_spec
from core.runs.judge_checks import PROBES, READINGS, changed
from core.runs.manager import stored_limits
from core.runs.plan import JUDGE
from core.runs.rereading import Reader, reading_estimate
from core.store import queries, readings


def check_judge(args: argparse.Namespace) -> int:
    """Check a judge on a sample of a run's answers, once what that takes was said."""
    check_spec(ModelSpec(args.judge, args.judge_base))
    reader = Reader(f"{JUDGE}{args.judge}", args.judge_base, args.passes)
    with managed(args) as manager:
        head = queries.run(manager.store, args.run_id)
        limits = limits_from_options(args, stored_limits(manager.store, head.run_id))
        takes = reading_estimate(manager.store, head.run_id, reader, args.answers, READINGS)
        complain(f"At most about {takes.calls:,} calls, {takes.tokens:,} tokens, cost {dollars(takes.cost_usd)}.")
        if not args.yes and not at_terminal():
            raise UserError("Nobody is there to be asked whether to start: add --yes.")
        if not args.yes and not confirmed("Check the judge?"):
            return 0
        judge = manager.check_judge(head.run_id, reader, args.answers, limits, args.judge_may_judge_itself)
        with stopping(lambda: manager.stop(head.run_id)):
            while not manager.wait(head.run_id, 0.1):
                pass
        ending = manager.endings[head.run_id]
        if ending.state != "done":
            complain(ending.message or "The check was stopped: nothing of it is kept but the stored replies.")
            return 1 if ending.state == "failed" else CUT_SHORT
        _say(readings.checks(manager.store, [judge]).head(len(PROBES)).to_dict("records"), args.json)
    return 0


def _say(rows: list[dict[Any, Any]], as_json: bool) -> None:
    found = [_facts(row) for row in rows]
    if as_json:
        print(json.dumps(found, indent=2))
        return
    shares = [(_words(one["all"]), _words(one["not_neutral"])) for one in found]
    header = ("what was changed", "answers", "stances changed", "of those not neutral")
    say_table(header, [(PROBES[one["probe"]], one["answers"], *pair) for one, pair in zip(found, shares, strict=True)])
    say("95 % intervals, which take stances for independent.")


def _words(share: dict[str, float]) -> str:
    return "-" if share["share"] is None else "{share:.1%} [{low:.1%}, {high:.1%}]".format(**share)


def _facts(row: dict[Any, Any]) -> dict[str, Any]:
    def share(count: str, of: str) -> dict[str, float | None]:
        got = vars(changed(int(row[count]), int(row[of])))
        return {name: None if math.isnan(number) else number for name, number in got.items()}

    return {
        "recogniser": row["recogniser"],
        "probe": row["probe"],
        "answers": int(row["answers"]),
        "all": share("changed", "stances"),
        "not_neutral": share("taken_changed", "taken"),
    }

"""`polycompass agreement`: how far the readings of a run agree, and what moves its judges besides the answers."""

import argparse
import json
import math
from dataclasses import asdict
from typing import Any

from core.analysis.estimates import Estimate
from core.cli.opening import stored
from core.cli.output import say, say_table
from core.errors import UserError
from core.runs.aggregates import comparable_singles
from core.runs.exams import doubts
from core.runs.judge_bias import Preference, Slope, preferences, slopes
from core.runs.reader_agreement import PairAgreement, ValueAgreement, agreement, pairs
from core.store import queries, readings
from core.values.system import ValueSystem, system

ALL = "all values"


def agreement_of(args: argparse.Namespace) -> int:
    """Print, or give as JSON, all that is known of how a run was read."""
    with stored(args) as store:
        head = queries.run(store, args.run_id)
        of = args.of or comparable_singles(store, head.run_id)
        both = len(of) >= 2
        if args.of and not both:
            raise UserError("Name at least two readings to compare.")
        rows = agreement(store, head.run_id, of) if both else []
        compared = pairs(store, head.run_id, of) if both else []
        quoted = readings.notes(store, head.run_id).to_dict("records")
        own, long = preferences(store, head.run_id), slopes(store, head.run_id)
        found = [one.recogniser for one in readings.readings_of(store, head.run_id)]
        said = list(dict.fromkeys(line for one in found for line in doubts(store, one, head.system)))
    if args.json:
        facts: dict[str, Any] = {"agreement": rows, "pairs": compared, "preferences": own, "slopes": long}
        told = {name: [_known(asdict(one)) for one in ones] for name, ones in facts.items()}
        print(json.dumps({"readings": of, **told, "quotes": quoted, "doubts": said}, indent=2))
        return 0
    values = system(head.system)
    _say_agreement(rows, compared, values)
    _say_quotes(quoted)
    _say_own(own, values)
    _say_slopes(long)
    for line in said:
        say(line)
    return 0


def _say_agreement(rows: list[ValueAgreement], compared: list[PairAgreement], values: ValueSystem) -> None:
    if not rows:
        say("There are no two readings that measure the same, so nothing can agree.")
        return
    header = ("value", "answers", "agreement", "Krippendorff's alpha", "Gwet's AC1", "same stance")
    lines = []
    for row in rows:
        words = [_words(figure) for figure in (row.alpha, row.ac1, row.percent)]
        lines.append((values.names.get(row.value, ALL), row.answers, row.verdict, *words))
    say_table(header, lines)
    say()
    two = [(one.one, one.other, _words(one.kappa), _words(one.percent)) for one in compared]
    say_table(("reading", "and", "Cohen's kappa (linear)", "same stance"), two)
    say("95 % intervals resample scenarios. alpha: .8 good, .667 tentative, below not to be relied on.")


def _say_quotes(rows: list[dict[Any, Any]]) -> None:
    if rows:
        say()
        header = ("judge", "stances with words of the answer", "without, so neutral", "repaired", "unstable passes")
        names = ("recogniser", "taken", "unsupported", "repaired", "unstable")
        say_table(header, [tuple(str(row[name]) for name in names) for row in rows])


def _say_own(found: list[Preference], values: ValueSystem) -> None:
    if found:
        say()
        header = ("judge", "its own", "value", "gives its own more by", "beyond what other judges do")
        say_table(
            header,
            [
                (one.judge, ", ".join(one.own), values.names[one.value], _words(one.gap), _words(one.beyond))
                for one in found
            ],
        )
        say("Mean strength (-1 to 1) of its own family's answers less that of the others. The first may be a true")
        say("difference; the second is what it gives its own beyond what the other judges find in them.")


def _say_slopes(found: list[Slope]) -> None:
    if found:
        say()
        header = ("judge", "model", "stances per 100 words more", "mean strength per 100 words more")
        say_table(header, [(one.judge, one.model, _words(one.stances), _words(one.strength)) for one in found])
        say("Longer answers may say more: a slope is a question to ask, not a proof of bias.")


def _words(figure: Estimate | None) -> str:
    if figure is None or math.isnan(figure.value):
        return "-"
    return f"{figure.value:.3f}" + ("" if math.isnan(figure.low) else f" [{figure.low:.3f}, {figure.high:.3f}]")


def _known(cell: Any) -> Any:
    """JSON knows no NaN."""
    if isinstance(cell, dict):
        return {name: _known(each) for name, each in cell.items()}
    return None if isinstance(cell, float) and math.isnan(cell) else cell

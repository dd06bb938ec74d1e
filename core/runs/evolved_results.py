"""What stored answers to evolved questions (or any others) express, as one frame: what every evaluation starts from."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.store import opinions, queries
from core.store.database import Store
from core.values.system import system

KEYS = ["model", "question", "value"]
COLUMNS = (*KEYS, "expressed", "score", "mean", "points", "shown", "answers", "asked", "outcome")


def answer_scores(store: Store, run_ids: Sequence[str]) -> pd.DataFrame:
    """One row an answer and value, the newest run of each model: run_id, trial_id, model, question, variation, epoch,
    outcome, value, `expressed` (1 or 0: whether any of its points shows the value), `score` (the strength of the whole,
    0 to 1; for the strongest of its points), `mean` (the mean strength over its points, 0 to 1), `points` read and
    `shown`, those that show the value. NaN, and no points, where the answer could not be read; refusals stay."""
    answers = opinions.asked(store, run_ids)
    values = pd.DataFrame({"value": _values(store, run_ids)})
    found = answers.merge(values, how="cross").merge(
        opinions.read(store, run_ids), on=["run_id", "trial_id", "value"], how="left"
    )
    known = found["status"] == "ok"
    strength, mean = (found[name].astype(float).clip(0.0, 1.0).where(known) for name in ("strength", "mean"))
    return pd.DataFrame(
        {
            **{name: found[name] for name in ("run_id", "trial_id", "model", "question", "variation", "epoch")},
            "outcome": found["outcome"],
            "value": found["value"],
            "expressed": found["expressed"].astype(float).where(known),
            "score": strength,
            "mean": mean,
            "points": found["points"].where(known, 0).fillna(0).astype(np.int64),
            "shown": found["shown"].where(known, 0).fillna(0).astype(np.int64),
        }
    )


def question_scores(store: Store, run_ids: Sequence[str]) -> pd.DataFrame:
    """The same by question, over the answers that could be read (COLUMNS): `expressed`, `score` and `mean` are means,
    NaN without an answer; `points` and `shown` are sums; `answers` were read of those `asked`. `outcome` is "ok" if one
    was read, else how the first answer ended. Models in their order of name, questions in the suite's, values in the
    system's."""
    each = answer_scores(store, run_ids)
    if each.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    grouped = each.groupby(KEYS, sort=False, observed=True)
    found = grouped.agg(
        expressed=("expressed", "mean"),
        score=("score", "mean"),
        mean=("mean", "mean"),
        points=("points", "sum"),
        shown=("shown", "sum"),
        answers=("score", "count"),
        asked=("outcome", "size"),
        outcome=("outcome", "first"),
    )
    found["outcome"] = found["outcome"].where(found["answers"] == 0, "ok")
    return found.reset_index()


def _values(store: Store, run_ids: Sequence[str]) -> tuple[str, ...]:
    systems = {queries.run(store, run_id).system for run_id in run_ids}
    if len(systems) > 1:
        raise ValueError(f"these runs measure different value systems: {', '.join(sorted(systems))}")
    return system(systems.pop()).ids if systems else ()

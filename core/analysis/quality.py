"""Whether a profile carries information: gates that badge it as "low information", each with its reason in words."""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analysis.classification import wilson
from core.analysis.scores import Scores, ipsatised

ORDER_MIN_ITEMS = 4
ORDER_AGREEMENT = 0.75
LOOP_SHARE = 0.15
REFUSAL_SHARE = 0.20
LOST_SHARE = 0.20
FLAT_SHARE = 0.20
CUT_SHARE = 0.5


@dataclass(frozen=True)
class Finding:
    """One thing to know of a model's profile. `gate` says that it makes the profile one of low information; otherwise
    it is a note. `share` in [0, 1] is what was measured, over `n`."""

    model: str
    name: str
    gate: bool
    sentence: str
    share: float
    n: int


def flat_profile(raw: Scores) -> list[Finding]:
    """Profiles in which hardly any value stands out: at most `FLAT_SHARE` of the ipsatised scores differ from 0.
    Of twenty values whose intervals hold 95 %, one stands out by chance."""
    centred = ipsatised(raw)
    found = []
    for i, model in enumerate(centred.models):
        known = ~np.isnan(centred.low[i])
        if not known.all():
            continue
        apart = int(((centred.low[i] > 0) | (centred.high[i] < 0)).sum())
        if apart <= FLAT_SHARE * len(centred.values):
            sentence = f"flat profile: only {apart} of {len(centred.values)} values differ from the model's own average"
            found.append(Finding(model, "flat", True, sentence, apart / len(centred.values), int(raw.n_items[i].min())))
    return found


def order_bias(closed: pd.DataFrame) -> list[Finding]:
    """Models that choose by position: asked the same question in both orders, they do not stay with their choice.

    `closed` has columns model, item_id, variation, choice. Agreement below `ORDER_AGREEMENT` over at least
    `ORDER_MIN_ITEMS` items is a gate if its Wilson interval lies below as well, else a note: few items prove little.
    """
    pairs = closed.dropna(subset=["choice"]).pivot_table(
        index=["model", "item_id"], columns="variation", values="choice", aggfunc="first"
    )
    if pairs.shape[1] < 2:
        return []
    pairs = pairs.dropna()
    found = []
    for model, rows in (pairs.iloc[:, 0] == pairs.iloc[:, 1]).groupby(level="model"):
        agreement, n = float(rows.mean()), len(rows)
        if n >= ORDER_MIN_ITEMS and agreement < ORDER_AGREEMENT:
            low, high = (float(end) for end in wilson(rows.sum(), n))
            sure = high < ORDER_AGREEMENT
            sentence = (
                f"{'' if sure else 'perhaps '}option-order bias: swapping the two options kept the choice in "
                f"{agreement:.0%} of {n} scenarios (95 % interval {low:.0%} to {high:.0%})"
            )
            found.append(Finding(str(model), "order", sure, sentence, agreement, n))
    return found


def loops(text: str) -> bool:
    """Whether an answer goes round in circles: some run of four words comes three times, and repeats make up at least
    a quarter of it."""
    words = re.findall(r"\w+", text.lower())
    runs = list(zip(*(words[i:] for i in range(4)), strict=False))
    if 2 * (len(runs) - len(set(runs))) < 0.25 * len(runs):  # too few repeats even if each came only twice
        return False
    counts = Counter(runs).values()
    return bool(runs) and max(counts) >= 3 and sum(count for count in counts if count > 1) >= 0.25 * len(runs)


def text_faults(texts: pd.DataFrame) -> list[Finding]:
    """Models that loop, or give the same answer to different scenarios. `texts` has columns model, item_id, text."""
    found = []
    for model, group in texts.groupby("model"):
        # Asked the same again, a model may well answer the same: once per scenario says all.
        answers = group["text"].str.strip()[~group.duplicated(["item_id", "text"])]
        looping = float(answers.map(loops).mean())
        if looping > LOOP_SHARE:
            sentence = f"loops: {looping:.0%} of {len(answers)} answers repeat themselves"
            found.append(Finding(str(model), "loops", True, sentence, looping, len(answers)))
        same = 1 - answers.nunique() / len(answers)
        if len(answers) >= 5 and same > LOOP_SHARE:
            sentence = f"same answer: {same:.0%} of {len(answers)} answers repeat another one word for word"
            found.append(Finding(str(model), "same", True, sentence, same, len(answers)))
    return found


def losses(outcomes: pd.DataFrame) -> list[Finding]:
    """Models with many refusals or lost answers, which are hardly missing at random; and a note on cut-off answers.
    `outcomes` has columns model, asked, and one for each core.methods.base.Outcome."""
    found = []
    for row in outcomes.itertuples(index=False):
        asked = int(row.asked)
        refused = (row.refused + row.filtered) / asked
        lost = (row.unparsed + row.error) / asked
        answered = int(row.ok + row.truncated)
        cut = row.truncated / answered if answered else 0.0
        if refused > REFUSAL_SHARE:
            found.append(
                Finding(row.model, "refusals", True, f"refusals: {refused:.0%} of {asked} questions", refused, asked)
            )
        if lost > LOST_SHARE:
            sentence = f"lost answers: {lost:.0%} of {asked} failed or were empty"
            found.append(Finding(row.model, "lost", True, sentence, lost, asked))
        if cut > CUT_SHARE:
            sentence = f"answers cut off at the length limit: {cut:.0%} of {answered}"
            found.append(Finding(row.model, "cut", False, sentence, cut, answered))
    return found


def assess(raw: Scores, outcomes: pd.DataFrame, closed: pd.DataFrame, texts: pd.DataFrame) -> dict[str, list[Finding]]:
    """All findings by model, gates first."""
    every = flat_profile(raw) + order_bias(closed) + text_faults(texts) + losses(outcomes)
    by_model: dict[str, list[Finding]] = {}
    for finding in sorted(every, key=lambda finding: not finding.gate):
        by_model.setdefault(finding.model, []).append(finding)
    return by_model

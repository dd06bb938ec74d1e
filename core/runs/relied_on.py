"""What is stored that says how far one model's profile can be relied on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from core.analysis.bootstrap import Floats
from core.analysis.classification import wilson
from core.analysis.corrections import ALPHA, holm
from core.analysis.estimates import Estimate, undefined
from core.analysis.paired import cells_of, every_pair, paired_tests
from core.analysis.profile_reliability import (
    agreement,
    profile_alpha,
    split_half,
    structure,
    value_alphas,
)
from core.analysis.reliance import (
    Gate,
    alpha_gate,
    coverage_gate,
    halves_gate,
    information_gate,
    order_gate,
    retest_gate,
    structure_gate,
    twin_gate,
    verdict,
    wording_gate,
)
from core.runs.compared import Compared, Subject, load
from core.runs.results import Results
from core.runs.twins import stated, stress
from core.store import queries
from core.store import subjects as by_subject
from core.store.database import Store


@dataclass(frozen=True)
class Reliance:
    """`gates` with the `verdict` they give; `alphas`: a row a value: value, alpha, low, high, items (over the models
    of the runs); `wordings`: a row a pair of wordings: first, second, r, low, high, largest (difference on a value, in
    points), changed (values, by Holm), tested."""

    subject: Subject
    gates: tuple[Gate, ...]
    verdict: str
    alphas: pd.DataFrame
    wordings: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row a gate."""
        return pd.DataFrame([vars(gate) for gate in self.gates])


def relied_on(
    store: Store, results: Results, subject: Subject, every: Sequence[Subject], at_stake: bool = False
) -> Reliance:
    """The panel of one subject; `every`: all that the same recogniser has read, from which come its other runs, the
    questions that evolved, and the models beside it."""
    beside = [one for one in every if one.run_id == subject.run_id]
    earlier = [one for one in every if one.model == subject.model and one.run_id != subject.run_id]
    found = load(store, [*beside, *earlier], results.system.id, results.measure, at_stake)
    own = _of(found, subject)
    words = _wordings(store, results, subject, at_stake)
    lowest = words["r"].idxmin() if words["r"].notna().any() else None
    gates = (
        information_gate([finding.sentence for finding in results.low_information(subject.model)]),
        halves_gate(split_half(own)),
        alpha_gate(profile_alpha(own)),
        _coverage(found, subject),
        wording_gate(_estimate(words.loc[lowest]) if lowest is not None else undefined("asked in one wording only")),
        _order(store, subject),
        _retest(found, subject, earlier),
        structure_gate(structure(own) if results.system.circular else None),
        twin_gate("stated against expressed", stated(store, results, found, subject), "Value Portrait, scenarios"),
        twin_gate("everyday against stress", stress(store, results, found, subject), "scenarios, evolved questions"),
    )
    alphas = value_alphas(found.cells.only([one.name for one in beside]).scores)
    rows = [(v, a.value, a.low, a.high, a.n_items) for v, a in zip(found.cells.values, alphas, strict=True)]
    table = pd.DataFrame(rows, columns=["value", "alpha", "low", "high", "items"])
    return Reliance(subject, gates, verdict(gates), table, words)


def _of(found: Compared, subject: Subject) -> Floats:
    scores: Floats = found.cells.scores[:, found.names.index(subject.name)]
    return scores


def _coverage(found: Compared, subject: Subject) -> Gate:
    rows = found.asked[found.asked["subject"] == subject.name]
    return coverage_gate(int(rows["scored"].sum()), int(rows["asked"].sum()))


def _wordings(store: Store, results: Results, subject: Subject, at_stake: bool) -> pd.DataFrame:
    rows = by_subject.by_variation(store, subject.run_id, subject.model, at_stake)
    names = sorted(rows["variation"].unique())
    cells = cells_of(rows.rename(columns={"variation": "subject"}), names, results.system.ids, results.measure)
    tests = paired_tests(cells, every_pair(len(names)))
    table = []
    for place, (a, b) in enumerate(combinations(range(len(names)), 2)):
        r = agreement(cells.scores[:, a], cells.scores[:, b], paired=True)
        corrected = holm(tests.p[place])
        largest = float(np.nanmax(np.abs(tests.mean[place]))) if tests.n[place].any() else np.nan
        changed, tested = int((corrected < ALPHA).sum()), int((~np.isnan(corrected)).sum())
        table.append((names[a], names[b], r.value, r.low, r.high, r.n_items, largest, changed, tested))
    columns = ["first", "second", "r", "low", "high", "items", "largest", "changed", "tested"]
    return pd.DataFrame(table, columns=columns)


def _estimate(row: pd.Series) -> Estimate:
    return Estimate(float(row["r"]), float(row["low"]), float(row["high"]), int(row["items"]))


def _order(store: Store, subject: Subject) -> Gate:
    closed = queries.closed_answers(store, [subject.run_id])
    closed = closed[(closed["model"] == subject.model) & closed["choice"].notna()]
    wide = closed.pivot_table(index="item_id", columns="variation", values="choice", aggfunc="first").dropna()
    if wide.shape[1] < 2 or wide.empty:
        return order_gate(np.nan, np.nan, np.nan, 0)
    kept = int((wide.iloc[:, 0] == wide.iloc[:, 1]).sum())
    low, high = (float(end) for end in wilson(kept, len(wide)))
    return order_gate(kept / len(wide), low, high, len(wide))


def _retest(found: Compared, subject: Subject, others: Sequence[Subject]) -> Gate:
    """Against the newest other run of the model that shares enough items with this one."""
    own, kept = _of(found, subject), 0
    for one in others:
        if subject.cached or one.cached:  # the same words once more are no second test
            kept += 1
            continue
        other = _of(found, one)
        both = (~np.isnan(own - other)).any(axis=1)
        if both.any():
            pair = np.array([[found.names.index(subject.name), found.names.index(one.name)]])
            corrected = holm(paired_tests(found.cells, pair).p[0])
            changed, tested = int((corrected < ALPHA).sum()), int((~np.isnan(corrected)).sum())
            dates = f"{subject.first:%Y-%m-%d} and {one.first:%Y-%m-%d}"
            return retest_gate(agreement(own[both], other[both], paired=True), changed, tested, dates)
    why = "answers of the other run were repeated from the cache" if kept else "no other run asked it the same items"
    return retest_gate(undefined(why), 0, 0, "")

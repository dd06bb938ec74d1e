"""Several readings of one run as a reading of their own: by majority, by mean, or by Dawid and Skene's estimate."""

import json
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from core.analysis.bootstrap import Floats
from core.analysis.consensus import UNDECIDED, dawid_skene, majority, mean_strength
from core.analysis.estimates import Codes
from core.errors import UserError
from core.runs.reader_agreement import SCALES, chosen, comparable
from core.store import readings
from core.store.database import Store

Rule = Literal["majority", "mean", "dawid-skene"]
RULES: dict[Rule, str] = {
    "majority": "majority (a tie is neutral)",
    "mean": "mean of the strengths",
    "dawid-skene": "Dawid-Skene (weighs readers by their errors)",
}
KEY = ["trial_id", "model", "item_id", "value"]
MIN_FITTED = 200  # answers: with few, the model may take one stance for another
LEVEL = 1e-9  # means nearer to 0 than this are level


def aggregate(store: Store, run_id: str, recognisers: Sequence[str], rule: Rule) -> str:
    """Store what these readings say together as a reading of the run, in the place of an earlier one of the same
    members and rule; returns its id, such as "majority(judge:a@1,judge:b@2)".

    An answer is read where at least two members read it. For each value the stance is the members' most frequent
    (a tie is neutral, or absent), that of their mean strength, or the most probable by Dawid and Skene's model over
    all answers and values; the strength is the mean of the members who share the stance, the mean of all, or the
    expected strength: P(supports) - P(opposes), or P(present). The evidence is that of the members who share the
    stance.

    Raises UserError when the readings cannot be put together.
    """
    if rule not in RULES:
        raise UserError(f"There is no rule {rule!r}; there are {', '.join(RULES)}.")
    members = sorted(dict.fromkeys(recognisers))
    if nested := [name for name in members if not single(name)]:
        raise UserError(f"{nested[0]} is made of other readings already: choose single readings.")
    measure = comparable(chosen(store, run_id, members))
    table = readings.read_values(store, run_id, members)
    rows = _together(table, members, SCALES[measure], rule)
    if rows.empty:
        raise UserError("No answer was read by two of these readings, so there is nothing to put together.")
    name = f"{rule}({','.join(members)})"
    readings.replace(store, run_id, name, rows)
    return name


def _together(table: pd.DataFrame, members: Sequence[str], scale: Sequence[str], rule: Rule) -> pd.DataFrame:
    """KEY with the stance, strength and evidence of all members together."""
    places = {stance: place for place, stance in enumerate(scale)}
    table = table.assign(code=table["stance"].map(places).astype(float))
    wide = table.pivot_table(index=KEY, columns="recogniser", values=["code", "strength"], aggfunc="first")
    wide = wide[wide["code"].notna().sum(axis=1) >= 2]
    if wide.empty:
        return pd.DataFrame()
    codes = wide["code"].reindex(columns=members).fillna(UNDECIDED).to_numpy(dtype=np.int64)
    strengths = wide["strength"].reindex(columns=members).to_numpy(dtype=np.float64)
    if rule == "dawid-skene" and (n := wide.index.get_level_values("trial_id").nunique()) < MIN_FITTED:
        raise UserError(f"Dawid and Skene's model needs {MIN_FITTED} answers read by two or more; there are {n}.")
    code, strength = ruled(rule, codes, strengths, len(scale))
    found = wide.index.to_frame(index=False)
    found = found.assign(code=code, stance=[scale[each] for each in code], strength=strength)
    return found.drop(columns="code").assign(evidence=_evidence(table, found))


def ruled(rule: Rule, codes: Codes, strengths: Floats, size: int) -> tuple[Codes, Floats]:
    """The stance (its place on the scale) and strength of each row (answers x readers: places, -1 for none, and
    strengths). The middle of three stances is neutral, the lower
    of two absent."""
    middle = (size - 1) // 2
    if rule == "mean":
        mean, _ = mean_strength(strengths)
        signs = np.where(np.abs(mean) < LEVEL, 0, np.sign(mean)).astype(np.int64)
        return (middle + signs if size == 3 else (mean >= 0.5).astype(np.int64)), mean
    if rule == "majority":
        code = majority(codes, size).category
        code = np.where(code == UNDECIDED, middle, code)
        shared, n = mean_strength(np.where(codes == code[:, None], strengths, np.nan))
        return code, np.where(n > 0, np.nan_to_num(shared), 0.0)
    fit = dawid_skene(codes, size)
    if fit.reason:
        raise UserError(f"Dawid and Skene's model cannot be fitted. {fit.reason}")
    code = np.where(fit.category == UNDECIDED, middle, fit.category)
    return code, fit.posterior[:, -1] - (fit.posterior[:, 0] if size == 3 else 0.0)


def _evidence(table: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    """The spans of the members who share each row's stance, each once, with the greatest weight it has."""
    with_words = table[table["evidence"] != "[]"][[*KEY, "code", "evidence"]]
    shared = with_words.merge(found[[*KEY, "code"]], on=[*KEY, "code"])
    spans: dict[tuple[int, str], dict[tuple[int, int], float]] = {}
    for trial, value, evidence in zip(shared["trial_id"], shared["value"], shared["evidence"], strict=True):
        kept = spans.setdefault((trial, value), {})
        for start, end, weight in json.loads(evidence):
            kept[start, end] = max(weight, kept.get((start, end), weight))
    keys = zip(found["trial_id"], found["value"], strict=True)
    return [json.dumps([[*span, weight] for span, weight in sorted(spans.get(key, {}).items())]) for key in keys]


def single(recogniser: str) -> bool:
    """Whether this is a recogniser's own reading, not one put together of others."""
    return recogniser.partition("(")[0] not in RULES


def comparable_singles(store: Store, run_id: str) -> list[str]:
    """The single readings of a run that measure what most of them measure."""
    found = [one for one in readings.readings_of(store, run_id) if one.read and single(one.recogniser)]
    measures = [one.measure for one in found]
    return [one.recogniser for one in found if one.measure == max(measures, key=measures.count)]

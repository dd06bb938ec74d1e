"""Recognisers held against people: the answers of a run that people labelled are a labelled set like any other."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pandas as pd

from core.errors import UserError
from core.recognition.base import Measure, Recognition, Stance, Verdict
from core.recognition.labelled import Labelled, LabelledText
from core.runs.bench import Read, measure, new_bench_id
from core.runs.budget import Spent
from core.store import labels, queries, readings
from core.store.benches import BenchHead
from core.store.database import Store
from core.values.system import ValueSystem, system


@dataclass(frozen=True)
class _Stored:
    """A reading that is stored already, as far as measuring it asks."""

    id: str
    measure: Measure
    system: ValueSystem


def labelled_set(store: Store, run_id: str, every: bool = False) -> tuple[Labelled, list[int]]:
    """The answers that people labelled as a labelled set, and their trials: those drawn at random, or `every` one. Of
    several labellers the majority counts; a value on which they are level is not labelled. Raises UserError when there
    is none."""
    head = queries.run(store, run_id)
    table = labels.current(store, run_id)
    table = table[table["blind"] & (table["sampled"] | every)].assign(run_id=run_id)
    if table.empty:
        raise UserError(f"No answer of the run {run_id} that was drawn at random is labelled yet: label some (Label).")
    words = _majority(table)
    texts, trials = [], []
    for trial, rows in words.groupby("trial_id"):
        told = labels.answer(store, run_id, int(str(trial)))
        stances = dict(zip(rows["value"], rows["stance"], strict=True))
        if told and stances:
            texts.append(LabelledText(told[1], stances, told[0], "", str(rows["item_id"].iloc[0])))
            trials.append(int(str(trial)))
    content = repr([(one.text, sorted(one.labels.items())) for one in texts]).encode()
    part = "all labels" if every else "drawn at random"
    name = f"People on {head.name} ({run_id})"
    found = Labelled(name, hashlib.sha256(content).hexdigest(), system(head.system), tuple(texts), (), part)
    return found, trials


def _majority(table: pd.DataFrame) -> pd.DataFrame:
    """trial_id, item_id, value and the stance (in the labellers' own words) that most of them share; no row for a
    tie."""
    votes = table.groupby(["trial_id", "item_id", "value", "stance"], as_index=False).size()
    most = votes.groupby(["trial_id", "value"])["size"].transform("max")
    best = votes[votes["size"] == most]
    return best[~best.duplicated(["trial_id", "value"], keep=False)]


def measure_readings(store: Store, run_id: str, every: bool = False) -> list[BenchHead]:
    """Hold every reading of a run against the labels of people, and store the figures as benches; nothing is read
    anew. Answers that a reading lacks count as not read."""
    labelled, trials = labelled_set(store, run_id, every)
    found: list[BenchHead] = []
    for one in readings.readings_of(store, run_id):
        if not one.read:
            continue
        verdicts = _verdicts(store, run_id, one.recogniser, trials)
        if all(verdict.status != "ok" for verdict in verdicts):
            continue
        reader = _Stored(one.recogniser, cast(Measure, one.measure), labelled.system)
        found.append(measure(store, labelled, reader, Read(verdicts, Spent()), f"{new_bench_id()}-{len(found)}"))
    if not found:
        raise UserError(f"No recogniser has read the labelled answers of the run {run_id}: read it first (Runs).")
    return found


def _verdicts(store: Store, run_id: str, recogniser: str, trials: Sequence[int]) -> tuple[Verdict, ...]:
    table = readings.read_values(store, run_id, [recogniser])
    table = table[table["trial_id"].isin(list(trials))]
    by_trial: dict[int, list[Recognition]] = {}
    for row in table.itertuples():
        read = Recognition(str(row.value), cast(Stance, row.stance), float(row.strength))
        by_trial.setdefault(int(row.trial_id), []).append(read)
    nothing = Verdict("invalid", message="This recogniser read no value in it.")
    return tuple(Verdict("ok", tuple(by_trial[trial])) if trial in by_trial else nothing for trial in trials)

"""What people read in a run's answers, as scores and as agreement between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pandas as pd

from core.analysis.corrected import corrected
from core.analysis.scores import Scores, grid
from core.errors import UserError
from core.recognition.base import Measure
from core.recognition.human import in_measure
from core.runs.aggregates import ruled
from core.runs.reader_agreement import SCALES, ValueAgreement, of_readers
from core.store import labels, queries
from core.store.database import Store
from core.values.system import system

By = Literal["machine", "people", "corrected"]
BY: dict[By, str] = {
    "machine": "the machine",
    "people": "people",
    "corrected": "the machine, corrected by people",
}
KEY = ["run_id", "trial_id", "model", "item_id", "value"]


@dataclass(frozen=True)
class Labels:
    """What lies under scores by people: of how many answers of the models that have any, labelled by how many persons;
    `left_out`: answers that are labelled but no random draw, so that they do not count; `unlabelled`: the models
    without a label that counts."""

    answers: int
    labellers: int
    left_out: int
    unlabelled: tuple[str, ...] = ()


def together(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One stance and strength an answer and value out of rows by several labellers (KEY, labeller, stance, intensity):
    the stance most of them share, a tie being neutral or absent, with the mean strength of those who share it. KEY,
    stance, strength and the number of `labellers`."""
    if table.empty:
        return pd.DataFrame(columns=[*KEY, "stance", "strength", "labellers"])
    table = said(table, measure)
    scale = SCALES[measure]
    places = {stance: place for place, stance in enumerate(scale)}
    table = table.assign(code=table["stance"].map(places))
    wide = table.pivot_table(index=KEY, columns="labeller", values=["code", "strength"], aggfunc="first")
    codes = wide["code"].fillna(-1).to_numpy(dtype=np.int64)
    strengths = wide["strength"].to_numpy(dtype=np.float64)
    code, strength = ruled("majority", codes, strengths, len(scale))
    found = wide.index.to_frame(index=False)
    return found.assign(stance=[scale[each] for each in code], strength=strength, labellers=(codes >= 0).sum(axis=1))


def said(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Rows of labels with `stance` and `strength` as a recogniser of this measure would say them."""
    pairs = zip(table["stance"], table["intensity"], strict=True)
    told = [in_measure(str(stance), int(intensity), cast(Measure, measure)) for stance, intensity in pairs]
    return table.assign(stance=[one for one, _ in told], strength=[one for _, one in told])


def scores_by_people(
    store: Store, runs: Sequence[str], values: Sequence[str], measure: str, due: pd.DataFrame, by: By, at_stake: bool
) -> tuple[Scores, Labels]:
    """The scores of these runs as people would give them, from their labels alone or with the machine's readings (see
    analysis.corrected). Only answers that people drew at random count, and labels given blindly; of several labellers
    of one answer the majority. Raises UserError when there are none."""
    rows = labels.sampled_cells(store, runs, at_stake)
    if rows.empty:
        raise UserError(
            "No answer of these runs that was drawn at random has been labelled by people: label some (Label)."
        )
    people = together(rows, measure).rename(columns={"strength": "people"})
    models = sorted(people["model"].unique())
    machine = labels.machine_cells(store, runs, models, at_stake).rename(columns={"strength": "machine"})
    answers = machine.merge(people[[*KEY, "people"]], how="outer", on=KEY)
    asked = grid(due, "asked", models, values)
    found = corrected(answers, values, measure, asked, alone=by == "people")
    counted = rows[["run_id", "trial_id"]].drop_duplicates()
    every = sum(labels.progress(store, run).labelled for run in runs)
    unlabelled = sorted({str(model) for model in due["model"]} - set(models))
    return found, Labels(len(counted), rows["labeller"].nunique(), every - len(counted), tuple(unlabelled))


def labellers_agree(store: Store, run_id: str) -> list[ValueAgreement]:
    """Per value how far the labellers of a run agree with each other, over the answers that two or more of them
    labelled; by direction, "present" counting as neutral. Empty with fewer than two labellers."""
    table = labels.current(store, run_id)
    if table["labeller"].nunique() < 2:
        return []
    table = said(table, "stance").rename(columns={"labeller": "recogniser"})
    return of_readers(table, "stance", system(queries.run(store, run_id).system).ids)

"""Answers of several models, or of one model in several runs, side by side: what `analysis.paired` compares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from core.analysis.paired import Cells, cells_of
from core.runs.drilldown import Answer, answers_to
from core.store import subjects as stored
from core.store import summaries
from core.store.database import Store
from core.store.queries import Filter
from core.values.system import system


@dataclass(frozen=True)
class Subject:
    """A model in a run. `answers`: those to open questions in which values were read, from `first` to `last`;
    `cached` of its answers repeat a reply that an earlier run was given."""

    run_id: str
    model: str
    suite: str
    suite_id: str
    answers: int
    first: datetime
    last: datetime
    cached: int = 0

    @property
    def name(self) -> str:
        return f"{self.model} · {self.run_id}"


def subjects(store: Store, runs: Sequence[str]) -> list[Subject]:
    """Every model of every run, the newest run first."""
    summaries.refresh(store, runs)
    rows = stored.subjects(store, runs).itertuples()
    return [
        Subject(
            str(r.run_id), str(r.model), str(r.suite), str(r.suite_id), int(r.answers), r.first, r.last, int(r.cached)
        )
        for r in rows
    ]


@dataclass(frozen=True, eq=False)
class Compared:
    """`cells` of the subjects, named by `Subject.name`; `asked`: a row a subject and item it was asked: subject,
    item_id, stored (its id in the run's suite), text, asked, scored."""

    subjects: tuple[Subject, ...]
    cells: Cells
    asked: pd.DataFrame

    @property
    def names(self) -> tuple[str, ...]:
        return self.cells.subjects


def load(store: Store, chosen: Sequence[Subject], system_id: str, measure: str, at_stake: bool = False) -> Compared:
    """What is stored of these subjects, which one recogniser has read; by the machine's reading."""
    runs = sorted({one.run_id for one in chosen})
    names = tuple(one.name for one in chosen)
    scores, asked = stored.item_scores(store, runs, at_stake), stored.asked(store, runs)
    scores, asked = (frame.assign(subject=_named(frame)) for frame in (scores, asked))
    cells = cells_of(scores, names, system(system_id).ids, measure)
    asked = asked[asked["subject"].isin(names)].drop(columns=["run_id", "model"]).reset_index(drop=True)
    return Compared(tuple(chosen), cells, asked)


def _named(frame: pd.DataFrame) -> pd.Series:
    return frame["model"].astype(str) + " · " + frame["run_id"].astype(str)


def not_shared(found: Compared) -> pd.DataFrame:
    """The items that not all subjects were scored on: item_id, text, scored (by whom), unscored (asked, but refused,
    lost or not readable), unasked (not in the run)."""
    read = found.asked[found.asked["scored"] > 0].groupby("item_id")["subject"].agg(set)
    put = found.asked.groupby("item_id")["subject"].agg(set)
    texts = found.asked.groupby("item_id")["text"].first()
    every, rows = set(found.names), []
    for item, who in put.items():
        scored: set[str] = read.get(item, set())
        if scored != every:
            parts = [scored, who - scored, every - who]
            rows.append((item, texts[item], *("; ".join(n for n in found.names if n in part) for part in parts)))
    return pd.DataFrame(rows, columns=["item_id", "text", "scored", "unscored", "unasked"])


def text_of(found: Compared, item: str) -> str:
    """The beginning of an item's text; "" for an unknown one."""
    return next(iter(found.asked.loc[found.asked["item_id"] == item, "text"]), "")


def answers_of(store: Store, found: Compared, item: str, names: Sequence[str]) -> list[Answer]:
    """The free answers of some subjects to one item, each read in its own run."""
    answers: list[Answer] = []
    for one in found.subjects:
        rows = found.asked[(found.asked["item_id"] == item) & (found.asked["subject"] == one.name)]
        for own in rows["stored"] if one.name in names else ():
            answers += answers_to(store, [one.run_id], Filter((one.model,)), str(own))
    return [answer for answer in answers if not answer.variation.startswith("closed-")]

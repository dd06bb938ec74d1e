"""What models expressed on each question, as arrays: what contests between models, or between values, are made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats


@dataclass(frozen=True)
class Expression:
    """M models, V values and Q questions, in their order of asking. Q x M x V: `expressed`, the share of a model's
    answers to the question that show the value, and `strength`, in [0, 1]; NaN where no answer could be read. `asked`
    (M): the questions it was asked. `lost` (M): of these, by how its answer ended, those that could not be read."""

    models: tuple[str, ...]
    values: tuple[str, ...]
    questions: tuple[str, ...]
    expressed: Floats
    strength: Floats
    asked: NDArray[np.int64]
    lost: tuple[dict[str, int], ...]

    @property
    def scored(self) -> NDArray[np.int64]:
        """The questions on which each model was scored (M)."""
        return np.asarray((~np.isnan(self.expressed[:, :, 0])).sum(axis=0), dtype=np.int64)

    @property
    def decided(self) -> NDArray[np.int64]:
        """The questions on which a model's answer differs from another model's (M x V): what contests are won on."""
        low, high = np.fmin.reduce(self.expressed, axis=1), np.fmax.reduce(self.expressed, axis=1)
        differs = (self.expressed > low[:, None]) | (self.expressed < high[:, None])
        return np.asarray(differs.sum(axis=0), dtype=np.int64)

    @property
    def ties(self) -> NDArray[np.int64]:
        """The questions that two models or more answered and none differently from another (V)."""
        low, high = np.fmin.reduce(self.expressed, axis=1), np.fmax.reduce(self.expressed, axis=1)
        several = (~np.isnan(self.expressed)).sum(axis=1) > 1
        return np.asarray((several & (low == high)).sum(axis=0), dtype=np.int64)

    @property
    def share(self) -> Floats:
        """The share of questions on which each model expressed each value (M x V); NaN where it was scored on none."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.nansum(self.expressed, axis=0) / self.scored[:, None], dtype=np.float64)

    def only(self, models: Sequence[str]) -> "Expression":
        """That of some of the models, in the order given; questions stay."""
        keep = [self.models.index(model) for model in models if model in self.models]
        return replace(
            self,
            models=tuple(self.models[at] for at in keep),
            expressed=self.expressed[:, keep],
            strength=self.strength[:, keep],
            asked=self.asked[keep],
            lost=tuple(self.lost[at] for at in keep),
        )


def expression(frame: pd.DataFrame, values: Sequence[str], strength: str = "score") -> Expression:
    """From one row a model, question and value (core.runs.evolved_results.question_scores): model, question, value,
    expressed, outcome and the column that says how strongly."""
    models = tuple(sorted(frame["model"].unique()))
    questions = tuple(dict.fromkeys(frame["question"]))
    place = (
        pd.Categorical(frame["question"], categories=list(questions)).codes,
        pd.Categorical(frame["model"], categories=list(models)).codes,
        pd.Categorical(frame["value"], categories=list(values)).codes,
    )
    cubes = []
    for column in ("expressed", strength):
        cube = np.full((len(questions), len(models), len(values)), np.nan)
        cube[place] = frame[column].to_numpy(np.float64)
        cubes.append(cube)
    once = frame.drop_duplicates(["model", "question"])
    asked = once["model"].value_counts().reindex(models, fill_value=0).to_numpy(np.int64)
    unread = once[once["expressed"].isna()]
    ended = unread["outcome"].where(unread["outcome"] != "ok", "unread")
    lost = tuple(
        {str(name): int(n) for name, n in ended[unread["model"] == model].value_counts().items()} for model in models
    )
    return Expression(models, tuple(values), questions, cubes[0], cubes[1], asked, lost)

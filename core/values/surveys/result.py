"""What a survey file gives: means of groups, what was left out, and questions that only a person can answer."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import nan, sqrt

import pandas as pd

from core.errors import RowProblem, UserError

LEAST_PERSONS = 100


@dataclass(frozen=True)
class Choice:
    """One answer to a question: `id` for the program, `label` for the person."""

    id: str
    label: str


@dataclass(frozen=True)
class Question:
    """What the file leaves open. Put `text` and the `choices` to the person and read again with
    answers={question.id: choice.id}."""

    id: str
    text: str
    choices: tuple[Choice, ...]

    def answered(self, answers: Mapping[str, str] | None) -> str:
        """The id of the choice made in `answers`, "" if none was; raises UserError for a choice there is not."""
        given = (answers or {}).get(self.id, "")
        if given and given not in [choice.id for choice in self.choices]:
            known = ", ".join(choice.id for choice in self.choices)
            raise UserError(
                f"The answer {given!r} to the question {self.id!r} is none of {known}; choose one of these."
            )
        return given


@dataclass(frozen=True)
class ValueMean:
    """How important one value is to a group: `mean` and `sd` in scale points, centred (0 = the person's own average,
    higher = more important), over `n` persons. `n_eff` = (Σw)²/Σw² (Kish 1965). NaN, or n = 0, where not known."""

    value: str
    mean: float
    sd: float = nan
    n: int = 0
    n_eff: float = nan

    @property
    def se(self) -> float:
        """Standard error of the mean, sd / sqrt(n_eff); NaN where either is not known."""
        return self.sd / sqrt(self.n_eff) if self.n_eff > 0 else nan


@dataclass(frozen=True)
class GroupMeans:
    """One group's profile: a mean for every value of Schwartz's system, in its order. `code` joins the codes of the
    grouping columns with " / ", `label` their names as far as the file knows them. `n`: persons counted (0: not known).
    `year` is "2018" or "2010-2014", "" if not known."""

    code: str
    label: str
    n: int
    values: tuple[ValueMean, ...]
    source: str
    year: str = ""

    @property
    def means(self) -> dict[str, float]:
        return {each.value: each.mean for each in self.values}


@dataclass(frozen=True)
class LeftOut:
    """A group that is not kept because fewer than `LEAST_PERSONS` persons answered."""

    code: str
    label: str
    n: int


@dataclass(frozen=True)
class SurveyAggregate:
    """The aggregates of one file; nothing about single persons is in it.

    `persons` were read and `kept` of them counted. `weight` names the weighting columns, "" for none. `grouped_by`
    names the grouping columns. `warnings` want a look before saving; `notes` say how the figures were made and on
    what terms; `problems` are rows of an aggregates file that could not be used.
    """

    survey: str
    instrument: str
    wave: str
    year: str
    weight: str
    grouped_by: tuple[str, ...]
    persons: int
    kept: int
    groups: tuple[GroupMeans, ...]
    left_out: tuple[LeftOut, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()

    def frame(self) -> pd.DataFrame:
        """One row for each group and value: country_code, country, value, mean, sd, n, n_eff, se, source, year,
        centred, instrument, weight. Written as CSV it can be read back."""
        rows = [
            {"country_code": group.code, "country": group.label, **asdict(each), "se": each.se}
            | {"source": group.source, "year": group.year, "centred": True}
            | {"instrument": self.instrument, "weight": self.weight}
            for group in self.groups
            for each in group.values
        ]
        return pd.DataFrame(rows)

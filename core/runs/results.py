"""What finished (or unfinished) runs amount to: scores, outcomes and findings, from the store's aggregates."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from core.analysis.alignment import normalise
from core.analysis.bootstrap import Floats
from core.analysis.bounds import Bounds, bounds, centred
from core.analysis.quality import Finding, assess
from core.analysis.scores import Kind, Scores, in_common, ipsatised, score
from core.extensions import OWN
from core.methods.registry import methods
from core.recognition.minilm import offline_reader
from core.runs.people import By, Labels, scores_by_people
from core.store import denominators, queries, summaries
from core.store.database import Store
from core.store.queries import RunHead
from core.values.profile import Profile
from core.values.system import ValueSystem, system

COMMON_SHARE = 0.8


@dataclass(frozen=True)
class Results:
    """Scores of the runs' models on one value system, all read by recognisers of one measure.

    `bounds` are those of the raw scores if the missing answers were extreme. `outcomes` has one row a model (see
    store.denominators), `findings` the quality gates and notes by model. Where presence was measured, `scenarios` (V)
    is the mean score of the scenarios' own texts: what a model that only repeats its question would get. `in_common`
    counts the scenarios on which every model was scored, and those of the model with the fewest. `by` says whose
    reading the scores are; `labels` is what lies under them unless it is the machine's. `at_stake`: each value was
    scored only on the scenarios made for it.
    """

    runs: tuple[str, ...]
    system: ValueSystem
    measure: str
    raw: Scores
    ipsatised: Scores
    bounds: Bounds
    outcomes: pd.DataFrame
    scenarios: Floats | None
    findings: dict[str, list[Finding]]
    in_common: tuple[int, int]
    by: By = "machine"
    labels: Labels | None = None
    at_stake: bool = False

    @property
    def apart(self) -> bool:
        """Whether the models answered scenarios so different that their scores may differ for that alone."""
        shared, fewest = self.in_common
        return shared < COMMON_SHARE * fewest

    def low_information(self, model: str) -> list[Finding]:
        """The gates that this model's profile does not pass."""
        return [finding for finding in self.findings.get(model, []) if finding.gate]

    def scores(self, kind: Kind) -> Scores:
        """The scores, raw or ipsatised."""
        return self.ipsatised if kind == "ipsatised" else self.raw

    def cases(self, kind: Kind) -> Bounds:
        """The worst and best case of these scores."""
        return centred(self.bounds) if kind == "ipsatised" else self.bounds


def load(
    store: Store,
    runs: Sequence[str],
    system_id: str,
    measure: str,
    at_stake: bool = False,
    seed: int = 0,
    by: By = "machine",
) -> Results:
    """Score what is stored of `runs`, which must share the value system and the measure; where several hold answers of
    one model, its newest run counts. With `at_stake` each value is scored only on the scenarios made for it. `by`: from
    the machine's readings, from people's labels, or from both; raises UserError where these are none."""
    values = system(system_id)
    summaries.refresh(store, runs)
    due = denominators.due(store, runs, values.ids, at_stake)
    items = queries.item_scores(store, runs, at_stake)
    labels: Labels | None = None
    if by == "machine":
        raw = score(items, values.ids, measure, seed, due)
    else:
        raw, labels = scores_by_people(store, runs, values.ids, measure, due, by, at_stake)
        items, due = items[items["model"].isin(raw.models)], _as_scored(due, raw)
    outcomes = denominators.outcomes(store, runs)
    chosen = _by_choice(store, runs)
    texts = queries.sample_texts(store, () if chosen else runs)  # "C" twice is no loop
    findings = assess(raw, outcomes, queries.closed_answers(store, runs), texts)
    own_reader = any(queries.run(store, run).recogniser.startswith(OWN) for run in runs)
    words = measure == "presence" and by == "machine" and not chosen and not own_reader
    own = _scenarios(store, runs, values, at_stake) if words else None
    cases, common = bounds(raw, due), in_common(items)
    centred_scores = ipsatised(raw)
    return Results(
        tuple(runs), values, measure, raw, centred_scores, cases, outcomes, own, findings, common, by, labels, at_stake
    )


def _as_scored(due: pd.DataFrame, raw: Scores) -> pd.DataFrame:
    """What the answers that can be read amount to, if their mean is the score: so that worst and best case differ from
    it for those that cannot."""
    means = raw.frame()[["model", "value", "score"]]
    known = due.merge(means, on=["model", "value"], how="left")
    return known.assign(strength=known["read"] * known["score"] / 100)


def _by_choice(store: Store, runs: Sequence[str]) -> bool:
    """Whether values were read in choices, by the method itself."""
    scales = {method.scale.id for method in methods().values() if method.scale}
    return any(queries.run(store, run).recogniser in scales for run in runs)


def _scenarios(store: Store, runs: Sequence[str], values: ValueSystem, at_stake: bool) -> Floats:
    strengths: dict[str, list[float]] = {value: [] for value in values.ids}
    recogniser = queries.run(store, runs[0]).recogniser if runs else ""
    for text, named in queries.scenario_texts(store, runs):
        for value, strength in _read(recogniser, text):
            if not at_stake or value in named:
                strengths[value].append(strength)
    return np.array([100 * np.mean(of) if of else np.nan for of in strengths.values()])


@lru_cache(4096)
def _read(recogniser: str, scenario: str) -> tuple[tuple[str, float], ...]:
    return tuple((found.value, found.strength) for found in offline_reader(recogniser).read(scenario).recognitions)


def profile_rows(scores: Scores, people: Sequence[Profile]) -> Floats:
    """The models' scores, then the people's means, one row each over the values (NaN where a profile has no means)."""
    means = [np.full(len(scores.values), np.nan) if one.means is None else np.array(one.means) for one in people]
    return np.vstack([scores.mean, *means])


def weight_rows(profiles: Sequence[Profile], values: Sequence[str]) -> Floats:
    """The profiles' weights as P x V, each row summing to 1."""
    return np.array([normalise(profile.weights, values) for profile in profiles])


@dataclass(frozen=True)
class Comparable:
    """Runs whose scores can stand side by side: one value system, one recogniser."""

    system: str
    recogniser: str
    measure: str
    runs: tuple[RunHead, ...]


def comparable(heads: Sequence[RunHead]) -> list[Comparable]:
    """The runs that were read, in sets that can be compared, the set with the newest run first."""
    sets: dict[tuple[str, str, str], list[RunHead]] = {}
    for head in heads:
        if head.recogniser:
            sets.setdefault((head.system, head.recogniser, head.measure), []).append(head)
    return [Comparable(*key, tuple(runs)) for key, runs in sets.items()]

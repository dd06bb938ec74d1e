"""What a report is about: some runs, read alike, some of their models, and whose values count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.analysis.alignment import STATISTICS, normalise
from core.analysis.bootstrap import Floats
from core.analysis.scores import Scores
from core.errors import UserError
from core.runs.results import Results, comparable, load
from core.store import queries
from core.store.database import Store
from core.store.queries import RunHead
from core.values.profile import Profile, presets, saved, surveyed
from core.values.system import SCHWARTZ, ValueSystem, system


@dataclass(frozen=True)
class Subject:
    """`models` have scores; `weights` sum to 1 in the value system's order; `statistic` is one of
    core.analysis.alignment.STATISTICS. `order` is all models of the store, which fixes colours."""

    store: Store
    heads: tuple[RunHead, ...]
    results: Results
    models: tuple[str, ...]
    profile: Profile
    weights: Floats
    statistic: str
    order: tuple[str, ...]

    @property
    def scores(self) -> Scores:
        return self.results.raw.only(self.models)


def subject(
    store: Store,
    results: Results,
    models: Sequence[str],
    profile: Profile,
    weights: Floats,
    statistic: str = "weighted_sum",
) -> Subject:
    """The subject of scored runs. Raises UserError when no value was scored for any of the models."""
    there = tuple(model for model in results.raw.models if not models or model in models)
    if not there:
        raise UserError("No value was scored for these models, so there is nothing to report.")
    heads = tuple(queries.run(store, run) for run in results.runs)
    order = tuple(queries.models_in_order(store))
    return Subject(store, heads, results, there, profile, weights, statistic, order)


def of_runs(store: Store, runs: Sequence[str], models: Sequence[str], profile: str, statistic: str) -> Subject:
    """The subject named by ids and names. Raises UserError for what is not there or does not go together."""
    heads = [queries.run(store, run) for run in dict.fromkeys(runs)]
    sets = comparable(heads)
    if len(sets) != 1 or len(sets[0].runs) != len(heads):
        raise UserError("These runs cannot stand in one report: they must share the value system and the recogniser.")
    if statistic not in STATISTICS:
        raise UserError(f"There is no statistic {statistic!r}; there are {', '.join(STATISTICS)}.")
    results = load(store, [head.run_id for head in heads], sets[0].system, sets[0].measure)
    if unknown := [model for model in models if model not in results.raw.models]:
        raise UserError(f"{unknown[0]} has no scores here; there are {', '.join(results.raw.models)}.")
    found = _profile(store, results.system, profile)
    return subject(store, results, models, found, normalise(found.weights, results.system.ids), statistic)


def profiles_of(store: Store, of: ValueSystem) -> Mapping[str, Profile]:
    """Every profile of a system by id: presets, people surveyed, and those saved."""
    kept = [saved(one) for one in queries.profiles(store) if one.system == of.id]
    given = (*presets(of), *(surveyed() if of.id == SCHWARTZ else ()), *kept)
    return {profile.id: profile for profile in given}


def _profile(store: Store, of: ValueSystem, named: str) -> Profile:
    known = profiles_of(store, of)
    wanted = named.casefold()
    for profile in known.values():
        if wanted in (profile.id.casefold(), profile.name.casefold()):
            return profile
    some = ", ".join([profile.name for profile in known.values()][:8])
    raise UserError(f"There is no profile {named!r} of {system(of.id).name}; there are {some}, …")

"""One model by several instruments: scenarios, a bank of items, contested questions read point by point."""

from collections.abc import Iterator

import numpy as np
import pytest

from core.items.shipped import shipped_suite
from core.methods.adaem.seeds import seed_suite
from core.models.base import ModelSpec
from core.runs import compared
from core.runs.compared import Subject, subjects
from core.runs.evaluation import evaluation_plan
from core.runs.found import conditions
from core.runs.manager import RunManager
from core.runs.plan import Plan, check
from core.runs.portrait import MODES, open_bank, plan_of
from core.runs.relied_on import Reliance, relied_on
from core.runs.results import comparable, load
from core.runs.twins import own_profile
from core.store import queries
from core.store.database import Store
from core.values.system import SCHWARTZ

BOTH, ONE, DAILY = "simulated/open", "simulated/even", "everyday"
SPECS = tuple(map(ModelSpec, (BOTH, "simulated/self-transcending", "simulated/self-enhancing", ONE)))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Four respondents on everyday scenarios, three of them on the small bank and on the seeds too."""
    manager = RunManager(Store(tmp_path_factory.mktemp("instruments") / "store.duckdb"))
    made = manager.store
    bank = check(plan_of(made, open_bank(made, "portrait-small"), SPECS[:3], MODES["cheap"]))
    daily = Plan("Daily", shipped_suite("everyday"), SPECS)
    for plan in (daily, bank, evaluation_plan(seed_suite(), SPECS[:3])):
        assert manager.wait(manager.start(plan), 60)
    manager.close()
    found = Store(made.path)
    yield found
    found.close()


def panel(store: Store, model: str, suite_id: str) -> Reliance:
    """What the page Reliability shows of a model on a suite: with the runs of one recogniser only."""
    for one in comparable(queries.runs(store)):
        every = subjects(store, [head.run_id for head in one.runs])
        for subject in every:
            if (subject.model, subject.suite_id) == (model, suite_id):
                results = load(store, [subject.run_id], one.system, one.measure)
                return relied_on(store, results, subject, every)
    raise AssertionError(f"{model} did not answer {suite_id}")


def figures(found: Reliance) -> dict[str, tuple[bool | None, str]]:
    return {gate.name: (gate.passed, gate.figure) for gate in found.gates}


def run_of(store: Store, suite_id: str) -> Subject:
    every = subjects(store, [head.run_id for head in queries.runs(store) if head.recogniser])
    return next(one for one in every if (one.model, one.suite_id) == (BOTH, suite_id))


def test_profiles_by_two_instruments_stand_against_each_other(store: Store) -> None:
    """Respondents answer everything from the same weights, so what is theirs agrees, however it was asked."""
    found = [figures(panel(store, BOTH, suite)) for suite in (DAILY, "seed-questions")]
    for gates, name in ((found[0], "stated against expressed"), *((each, "everyday against stress") for each in found)):
        passed, figure = gates[name]
        assert passed and float(figure.split()[0]) > 0.5 and "[0." in figure, (name, figure)


def test_the_level_that_all_models_share_is_no_agreement(store: Store) -> None:
    """By presence opposite respondents are alike on the same questions; what is theirs is not."""
    every = subjects(store, [run_of(store, DAILY).run_id])
    found = compared.load(store, every, SCHWARTZ, "presence")
    raw = np.nanmean(found.cells.scores, axis=0)
    own = np.array([np.nanmean(own_profile(found, one, "presence"), axis=0) for one in every])
    places = [
        [one.model for one in every].index(name) for name in ("simulated/self-enhancing", "simulated/self-transcending")
    ]
    assert np.corrcoef(raw[places])[0, 1] > 0.9 and np.corrcoef(own[places])[0, 1] < 0
    pair = compared.load(store, every[:2], SCHWARTZ, "presence")
    assert np.isnan(own_profile(pair, every[0], "presence")).all()
    assert not np.isnan(own_profile(pair, every[0], "stance")).all()


def test_who_answered_one_instrument_only_is_not_known(store: Store) -> None:
    found = figures(panel(store, ONE, DAILY))
    for name, said in (("stated against expressed", "has not answered a bank"), ("everyday against stress", "both")):
        passed, figure = found[name]
        assert passed is None and figure.startswith("not known: ") and said in figure


def test_the_language_of_what_ships_is_known(store: Store) -> None:
    for suite in (DAILY, "seed-questions"):
        found = compared.load(store, [run_of(store, suite)], SCHWARTZ, "presence")
        assert "in English" in conditions(found, "lexicon", "presence", at_stake=False)

"""Models across runs side by side, and what is gathered to judge one profile."""

from pathlib import Path

import numpy as np
import pytest
from builders import add_reading, add_responses, add_run, response, suite, verdict

from core.analysis.corrections import CORRECTIONS
from core.items.item import Item
from core.runs import results
from core.runs.compared import Compared, Subject, answers_of, load, not_shared, subjects, text_of
from core.runs.found import conditions, found_in, sentence
from core.runs.relied_on import Reliance, relied_on
from core.store.database import Store
from core.values.system import SCHWARTZ, system

IDS = system(SCHWARTZ).ids
NAMES = system(SCHWARTZ).names
COUNT = 12


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Run r1: models a and b on items i1 to i12 in two wordings; r2, another suite: a on the same items and on one of
    a known id with other words. b refused i12 in r1. a speaks of care for its own people more than b, by .2."""
    made = Store(tmp_path_factory.mktemp("compared") / "store.duckdb")
    first = suite(COUNT)
    other = Item("i1", "Quite another situation.", ("power",), "work")
    add_run(made, "r1", first)
    add_run(made, "r2", suite(items=(other, *first.items[1:])))
    rng = np.random.default_rng(0)
    levels = dict(zip(IDS, np.linspace(0.1, 0.7, len(IDS)), strict=True))
    trial = 0
    for run, models in (("r1", "ab"), ("r2", "a")):
        for model in models:
            for n in range(1, COUNT + 1):
                for variation in ("open-1", "open-2") if run == "r1" else ("open-1",):
                    trial += 1
                    lost = (run, model, n) == ("r1", "b", 12)
                    row = response(
                        trial,
                        run,
                        model=model,
                        item_id=f"i{n}",
                        variation=variation,
                        outcome="refused" if lost else "ok",
                        text=f"{model} on {n} in {run}",
                    )
                    add_responses(made, row)
                    if not lost:
                        more = {v: 0.2 if v == "benevolence" and model == "a" else 0.0 for v in IDS}
                        found = {v: levels[v] + more[v] + rng.normal(0, 0.02) for v in IDS}
                        add_reading(made, row, verdict(**found))
    return made


@pytest.fixture(scope="module")
def every(store: Store) -> list[Subject]:
    return subjects(store, ["r1", "r2"])


@pytest.fixture(scope="module")
def compared(store: Store, every: list[Subject]) -> Compared:
    return load(store, every, SCHWARTZ, "presence")


def test_a_model_in_two_runs_is_two_subjects_newest_run_first(every: list[Subject]) -> None:
    assert [one.name for one in every] == ["a · r2", "a · r1", "b · r1"]
    assert [one.answers for one in every] == [12, 24, 22] and every[0].suite == "Small"


def test_items_of_one_id_and_other_words_are_not_paired(compared: Compared) -> None:
    scored = ~np.isnan(compared.cells.scores[:, :, 0])
    assert scored.sum(axis=0).tolist() == [12, 12, 11]
    assert (scored[:, 0] & scored[:, 1]).sum() == COUNT - 1
    missing = not_shared(compared).set_index("item_id")
    assert len(missing) == 3
    assert missing.loc["i12", "unscored"] == "b · r1" and missing.loc["i12", "unasked"] == ""
    alone = missing[missing["text"] == "Quite another situation."].iloc[0]
    assert alone["scored"] == "a · r2" and alone["unasked"] == "a · r1; b · r1"


def test_both_answers_to_an_item_are_read_in_their_own_runs(store: Store, compared: Compared) -> None:
    found = answers_of(store, compared, "i5", ["a · r2", "b · r1"])
    assert [answer.text for answer in found] == ["a on 5 in r2"] + 2 * ["b on 5 in r1"]
    assert all(answer.readings for answer in found)
    changed = next(item for item in compared.cells.items if text_of(compared, item) == "Quite another situation.")
    assert [answer.text for answer in answers_of(store, compared, changed, compared.names)] == ["a on 1 in r2"]


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_findings_are_in_the_past_with_answers_dates_and_effect(compared: Compared, correction: str) -> None:
    found = found_in(compared, correction)
    said = [sentence(claim, compared, NAMES, "presence", correction) for claim in found.claims]
    between = [one for one in said if "Benevolence" in one and "more than b" in one]
    assert between and all(one.startswith("In these ") and "spoke of" in one and "d_z = " in one for one in between)
    assert "In these 46 answers" in " ".join(between) and f"after {CORRECTIONS[correction][0]}" in between[0]
    assert not [one for one in said if "values are" in one or ("run r1 " in one and "run r2" in one)]
    told = conditions(compared, "lexicon@1", "presence", at_stake=False)
    assert "2 models in 2 runs" in told and "suite Small" in told and "lexicon@1" in told and "not recorded" in told


def panel(store: Store, every: list[Subject], name: str, at_stake: bool = False) -> Reliance:
    found = results.load(store, ["r1", "r2"], SCHWARTZ, "presence", at_stake)
    return relied_on(store, found, next(one for one in every if one.name == name), every, at_stake)


def test_a_profile_is_judged_by_all_that_is_stored_of_it(store: Store, every: list[Subject]) -> None:
    found = panel(store, every, "a · r1")
    gates = {gate.name: gate for gate in found.gates}
    assert gates["split halves"].passed and gates["Cronbach's alpha over items"].passed
    assert gates["wording"].passed and "12 items" in gates["wording"].figure
    assert gates["test and retest"].passed and "0 of 10 values changed" in gates["test and retest"].figure
    assert "11 items" in gates["test and retest"].figure
    assert gates["coverage"].figure.startswith("24 of 24")
    for name in ("order of options", "stated against expressed", "everyday against stress"):
        assert gates[name].passed is None and "not known" in gates[name].figure
    assert found.wordings["tested"].tolist() == [10] and found.wordings["changed"].tolist() == [0]
    assert found.alphas["alpha"].isna().all()  # two models in the run
    assert len(found.table()) == len(found.gates)


def test_what_was_not_asked_is_not_known(store: Store, every: list[Subject]) -> None:
    refused = {gate.name: gate for gate in panel(store, every, "b · r1").gates}
    assert refused["coverage"].passed is False and refused["coverage"].figure.startswith("22 of 24")
    assert refused["test and retest"].passed is None
    staked = panel(store, every, "a · r1", at_stake=True)
    assert staked.verdict.startswith("Not known to be enough")


def test_a_store_with_nothing_of_these_subjects_compares_nothing(tmp_path: Path) -> None:
    empty = Store(tmp_path / "empty.duckdb")
    assert subjects(empty, []) == [] and subjects(empty, ["none"]) == []
    empty.close()

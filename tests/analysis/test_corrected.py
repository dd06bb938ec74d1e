"""Scores by people: right on average where the machine is not, with intervals that hold, paired between models."""

import numpy as np
import pandas as pd
import pytest

from core.analysis.bootstrap import MIN_ITEMS
from core.analysis.corrected import corrected
from core.analysis.ppi import ppi_mean

VALUES = ("power", "security")
RATE = {"power": 0.3, "security": 0.6}
ITEMS, READ = 300, 60


def answers(seed: int, models: tuple[str, ...] = ("a", "b"), read: int = READ, hit: float = 0.9) -> pd.DataFrame:
    """The truth, a machine that finds power far too often, and what people read: `read` answers of each model."""
    rng = np.random.default_rng(seed)
    frames = []
    for model in models:
        chosen = np.isin(np.arange(ITEMS), rng.choice(ITEMS, read, replace=False))
        for value in VALUES:
            truth = (rng.random(ITEMS) < RATE[value]).astype(float)
            false = 0.5 if value == "power" else 0.1
            machine = (rng.random(ITEMS) < np.where(truth == 1, hit, false)).astype(float)
            items = [f"i{n}" for n in range(ITEMS)]
            cells = {"model": model, "item_id": items, "value": value, "truth": truth, "machine": machine}
            frames.append(pd.DataFrame(cells | {"people": np.where(chosen, truth, np.nan)}))
    return pd.concat(frames, ignore_index=True)


def test_it_is_prediction_powered_inference_per_model_and_value() -> None:
    table = answers(1)
    found, alone = corrected(table, VALUES, "presence"), corrected(table, VALUES, "presence", alone=True)
    rows = table[(table["model"] == "b") & (table["value"] == "power")]
    read = rows["people"].notna()
    theirs = ppi_mean(
        *(rows[read][column].to_numpy() for column in ("people", "machine")), rows[~read]["machine"].to_numpy(), (0, 1)
    )
    assert [found.mean[1, 0], found.low[1, 0], found.high[1, 0]] == pytest.approx(
        [100 * end for end in (theirs.mean.value, theirs.mean.low, theirs.mean.high)], abs=0.2
    )
    assert alone.mean[1, 0] == pytest.approx(100 * theirs.people.value)
    assert (found.n_answers == READ).all() and (found.n_asked == ITEMS).all()
    assert found.models == ("a", "b") and found.measure == "presence"


def test_draws_are_centred_on_the_estimate_and_as_wide_as_the_interval() -> None:
    found = corrected(answers(2), VALUES, "presence")
    assert found.draws.mean(axis=0) == pytest.approx(found.mean, abs=1.0)
    width = (found.high - found.low) / 2
    assert 1.96 * found.draws.std(axis=0) == pytest.approx(width, rel=0.15)


def test_models_that_err_alike_on_the_same_items_are_paired() -> None:
    table = answers(3, ("a",))
    twin = pd.concat([table, table.assign(model="b")], ignore_index=True)
    found = corrected(twin, VALUES, "presence")
    assert np.allclose(found.draws[:, 0], found.draws[:, 1])


def test_too_few_labels_give_no_interval_and_no_rank() -> None:
    found = corrected(answers(4, read=MIN_ITEMS - 1), VALUES, "presence")
    assert np.isnan(found.low).all() and not np.isnan(found.mean).any()
    assert (found.n_items == MIN_ITEMS - 1).all()


def test_models_nobody_read_are_left_out_and_values_nobody_read_have_no_score() -> None:
    table = answers(5)
    table.loc[(table["model"] == "a"), "people"] = np.nan
    table.loc[(table["value"] == "security"), "people"] = np.nan
    found = corrected(table, VALUES, "presence")
    assert found.models == ("b",) and np.isnan(found.mean[0, 1]) and found.n_items[0, 1] == 0


def test_what_the_machine_could_not_read_counts_for_people_alone_only() -> None:
    table = answers(6, ("a",))
    lost = table["people"].notna() & (table.index % 2 == 0)
    table.loc[lost, "machine"] = np.nan
    found = corrected(table, VALUES, "presence").n_answers[0]
    assert (found < READ).all()
    assert (corrected(table, VALUES, "presence", alone=True).n_answers == READ).all()


def test_right_on_average_where_the_machine_is_off_and_narrower_than_people_alone() -> None:
    """Thirty runs: the machine finds security in every fifth answer whatever it says, and nearly always where it is."""
    found, naive, covered, narrower = [], [], [], []
    for seed in range(30):
        table = answers(seed, ("a",), hit=0.98)
        table = table[table["value"] == "security"].reset_index(drop=True)
        table.loc[table.index % 5 == 0, "machine"] = 1.0
        naive.append(100 * table["machine"].mean())
        both, alone = (corrected(table, ("security",), "presence", alone=only) for only in (False, True))
        found.append(both.mean[0, 0])
        covered.append(both.low[0, 0] <= 60 <= both.high[0, 0])
        narrower.append((both.high - both.low)[0, 0] / (alone.high - alone.low)[0, 0])
    error = np.std(found) / np.sqrt(30)
    assert np.mean(found) == pytest.approx(60, abs=3 * error)
    assert np.mean(naive) > 60 + 5 * error
    assert np.mean(covered) >= 0.86
    assert np.mean(narrower) < 0.9

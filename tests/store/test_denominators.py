"""How much of what was planned stands under a number."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from builders import add_reading, add_responses, add_run, response, suite, verdict

from core.items.item import Item
from core.methods.base import OUTCOMES
from core.models.base import ModelSpec
from core.recognition.base import Verdict
from core.runs.plan import Plan
from core.store import denominators, migrations, records
from core.store.database import Store
from core.store.records import NewRun

VALUES = ("power", "care")
ITEMS = (Item("i1", "One?", ("power", "care")), Item("i2", "Two?", ("power",)), Item("i3", "Three?", ("care",)))


@pytest.fixture
def uneven(store: Store) -> Store:
    """Model a: i1 asked twice and read twice, i2 asked twice and read once, i3 refused. Model b: refused all it was
    asked. An older run of a and a closed question count for nothing."""
    for run in ("r0", "r1"):
        add_run(store, run, suite(items=ITEMS))
    old = response(1, "r0", model="a", item_id="i3")
    rows = [
        response(1, model="a", item_id="i1"),
        response(2, model="a", item_id="i1", epoch=2, outcome="truncated"),
        response(3, model="a", item_id="i2"),
        response(4, model="a", item_id="i2", epoch=2),
        response(5, model="a", item_id="i3", outcome="refused"),
        response(6, model="a", item_id="i3", variation="closed-ab", choice="power"),
        response(7, model="b", item_id="i1", outcome="filtered"),
    ]
    add_responses(store, old, *rows)
    add_reading(store, old, verdict(power=1.0, care=1.0))
    add_reading(store, rows[0], verdict(power=0.2, care=0.6))
    add_reading(store, rows[1], verdict(power=0.4, care=0.0))
    add_reading(store, rows[2], verdict(power=1.0, care=0.5))
    add_reading(store, rows[3], Verdict("invalid", message="No JSON."))
    return store


def cells(found: pd.DataFrame) -> dict[tuple[str, str], tuple[object, ...]]:
    return {
        (r.model, r.value): (r.items, r.asked, pytest.approx(r.read), pytest.approx(r.strength))
        for r in found.itertuples()
    }


def test_what_is_due_counts_each_item_once_with_the_share_of_it_that_was_read(uneven: Store) -> None:
    found = cells(denominators.due(uneven, ["r0", "r1"], VALUES))
    assert found == {
        ("a", "power"): (3, 5, 1 + 1 / 2, (0.2 + 0.4) / 2 + 1.0 / 2),
        ("a", "care"): (3, 5, 1 + 1 / 2, (0.6 + 0.0) / 2 + 0.5 / 2),
        ("b", "power"): (1, 1, 0, 0),
        ("b", "care"): (1, 1, 0, 0),
    }


def test_where_a_value_is_not_at_stake_nothing_is_due(uneven: Store) -> None:
    found = cells(denominators.due(uneven, ["r1"], VALUES, at_stake=True))
    assert found == {
        ("a", "power"): (2, 4, 1 + 1 / 2, 0.3 + 0.5),
        ("a", "care"): (2, 3, 1, 0.3),
        ("b", "power"): (1, 1, 0, 0),
        ("b", "care"): (1, 1, 0, 0),
    }
    assert denominators.due(uneven, ["r1"], ("security",), at_stake=True).empty


def test_every_question_ends_in_one_outcome(uneven: Store) -> None:
    a, b = denominators.outcomes(uneven, ["r0", "r1"]).to_dict("records")
    assert (a["model"], a["run_id"], a["asked"], a["scored"]) == ("a", "r1", 5, 3)
    assert [a[name] for name in OUTCOMES] == [3, 1, 1, 0, 0, 0]
    assert [b[name] for name in OUTCOMES] == [0, 0, 0, 0, 1, 0]
    assert all(sum(row[name] for name in OUTCOMES) == row["asked"] for row in (a, b))


def test_an_unfinished_run_planned_more_than_it_asked(store: Store) -> None:
    plan = Plan("p", suite(3), (ModelSpec("a"),), ("open-1", "open-2"), epochs=5)
    records.create_run(store, NewRun("r1", "p", "run", plan.to_json(), "lexicon@1", "presence", plan.size), plan.suite)
    add_responses(store, response(1, model="a"), response(2, model="a", variation="closed-ab", choice="power"))
    (row,) = denominators.outcomes(store, ["r1"]).to_dict("records")
    assert (row["planned"], row["asked"], row["scored"]) == (3 * 2 * 5, 1, 0)


def test_imported_answers_planned_what_there_is(store: Store) -> None:
    plan = Plan("p", suite(3), (ModelSpec("a"),), (), probes=0)
    records.create_run(store, NewRun("r1", "p", "import", plan.to_json(), "lexicon@1", "presence", 2), plan.suite)
    add_responses(store, *(response(n, model="a", variation="imported", epoch=n) for n in (1, 2)))
    assert denominators.outcomes(store, ["r1"])[["planned", "asked"]].to_numpy().tolist() == [[2, 2]]


def test_no_run_has_nothing_due(store: Store) -> None:
    assert denominators.due(store, [], VALUES).empty and denominators.outcomes(store, []).empty


def test_answers_stored_as_cut_off_become_truncated_ones(tmp_path: Path) -> None:
    path, number = tmp_path / "old.duckdb", 2
    kept = [
        ("ok", True, "open-1", None, "truncated"),
        ("ok", False, "open-1", None, "ok"),
        ("ok", True, "closed-ab", "power", "ok"),
        ("unparsed", True, "closed-ab", None, "truncated"),
        ("unparsed", True, "open-1", None, "unparsed"),
        ("refused", True, "open-1", None, "refused"),
    ]
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE schema_version (v INTEGER PRIMARY KEY, title VARCHAR, applied_at TIMESTAMP)")
        for step, (title, sql) in enumerate(migrations.STEPS[:number], 1):
            con.execute(sql)
            con.execute("INSERT INTO schema_version VALUES (?, ?, NULL)", [step, title])
        for trial, (outcome, cut, variation, choice, _) in enumerate(kept):
            con.execute(
                "INSERT INTO responses (run_id, trial_id, outcome, truncated, variation, choice)"
                " VALUES ('r', ?, ?, ?, ?, ?)",
                [trial, outcome, cut, variation, choice],
            )
    store = Store(path)
    try:
        found = store.rows("SELECT outcome FROM responses ORDER BY trial_id")
        assert store.migrated_from == number and [row[0] for row in found] == [row[-1] for row in kept]
    finally:
        store.close()


def test_many_answers_cost_no_more_than_their_sums(store: Store) -> None:
    """What comes back is a row a model and value, however many answers there are."""
    add_run(store, "r1", suite(items=tuple(Item(f"i{n}", f"{n}?", VALUES) for n in range(50))))
    rng = np.random.default_rng(0)
    rows = [response(n, model="a", item_id=f"i{n % 50}", epoch=n // 50 + 1) for n in range(200)]
    add_responses(store, *rows)
    strengths = rng.uniform(0, 1, 200)
    for row, strength in zip(rows[:150], strengths, strict=False):
        add_reading(store, row, verdict(power=float(strength)))
    found = denominators.due(store, ["r1"], ("power",))
    assert len(found) == 1 and found["read"].item() == pytest.approx(50 * 3 / 4)
    assert found["strength"].item() == pytest.approx(strengths[:150].sum() / 4)

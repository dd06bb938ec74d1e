"""Sums kept of a run are those of its rows, whatever was written in whatever order."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from builders import add_reading, add_responses, add_run, response, suite, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from core.items.item import Item
from core.recognition.base import Verdict
from core.store import denominators, migrations, queries, records, run_records, summaries
from core.store.database import Store
from core.store.queries import Filter

VALUES = ("power", "care")
RUNS = ("r1", "r2")
READ = "lexicon@1"
ITEMS = (Item("i1", "One?", ("power", "care")), Item("i2", "Two?", ("power",)), Item("i3", "Three?", ()))
OUTCOMES = st.sampled_from(("ok", "truncated", "refused", "error", "filtered", "unparsed"))

# What a run can go through: (what, run, trial, outcome or number).
RUN, TRIAL = st.sampled_from(RUNS), st.integers(0, 11)
STEPS = st.one_of(
    st.tuples(st.just("answer"), RUN, TRIAL, OUTCOMES),
    st.tuples(st.just("read"), RUN, TRIAL, st.floats(-1, 1, allow_subnormal=False)),
    st.tuples(st.just("unreadable"), RUN, TRIAL, st.sampled_from(("error", "invalid"))),
    st.tuples(st.just("forget"), RUN, TRIAL, st.none()),
    st.tuples(st.just("end"), RUN, TRIAL, st.sampled_from(("done", "stopped"))),
    st.tuples(st.just("delete"), RUN, TRIAL, st.none()),
)


def row(run: str, trial: int, outcome: str = "ok") -> records.ResponseRow:
    """Models a, b, c; trials of one item follow each other; one in six is a closed question."""
    closed = trial % 6 == 5
    place = {"model": "abc"[trial % 3], "item_id": f"i{1 + trial // 3 % 3}", "epoch": 1 + trial // 9}
    made: records.ResponseRow = response(
        trial, run, outcome=outcome, variation="closed-ab" if closed else "open-1", **place
    )
    return made


def take(store: Store, what: str, run: str, trial: int, how: object) -> None:
    known = {head.run_id for head in queries.runs(store)}
    if run not in known:
        add_run(store, run, suite(items=ITEMS))
    if what == "answer":
        add_responses(store, row(run, trial, str(how)))
    elif what == "read":
        records.delete_recognitions(store, run, READ, [trial])
        add_reading(store, row(run, trial), verdict(power=float(str(how)), care=0.1 * trial))
    elif what == "unreadable":
        records.delete_recognitions(store, run, READ, [trial])
        add_reading(store, row(run, trial), Verdict(how, message="No."))  # type: ignore[arg-type]
    elif what == "forget":
        records.delete_recognitions(store, run, READ, [trial])
    elif what == "end":
        records.set_state(store, run, str(how))
    else:
        run_records.delete_run(store, run)


def told(store: Store) -> list[pd.DataFrame]:
    """Everything that is read off the sums, in an order of its own."""
    filters = (Filter(), Filter(value="power"), Filter(models=("a", "b"), outcomes=("ok", "refused")))
    words = {"model": str, "item_id": str, "value": str}  # categories sort in an order of their own
    frames = [
        *(queries.item_scores(store, RUNS, stake).astype(words) for stake in (False, True)),
        *(denominators.due(store, RUNS, VALUES, stake) for stake in (False, True)),
        denominators.outcomes(store, RUNS),
        *(queries.scenarios(store, RUNS, chosen) for chosen in filters),
    ]
    keys = ["model", "item_id", "value"]
    return [f.sort_values([key for key in keys if key in f.columns]).reset_index(drop=True) for f in frames]


def unsummed(store: Store) -> None:
    store.writer.run(lambda con: con.execute("DELETE FROM summarised"))


def same(one: list[pd.DataFrame], other: list[pd.DataFrame]) -> None:
    for left, right in zip(one, other, strict=True):
        pd.testing.assert_frame_equal(left, right, rtol=1e-14, atol=1e-16, check_categorical=False, check_dtype=False)


@settings(max_examples=8, deadline=None)
@given(st.lists(STEPS, min_size=8, max_size=14))
def test_what_is_read_off_the_sums_is_what_the_rows_say(steps: list[tuple[str, str, int, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.duckdb")
        try:
            for step in steps:
                take(store, *step)
            before = told(store)  # with the sums of those runs that were not written to since their end
            unsummed(store)
            same(before, told(store))
        finally:
            store.close()


@pytest.fixture
def ended(store: Store) -> Store:
    """A run that has ended, with a reading by another recogniser that is not its own."""
    add_run(store, "r1", suite(items=ITEMS))
    for trial, strength in enumerate((0.1, 0.2, 0.7, 0.4)):
        add_responses(store, row("r1", trial))
        add_reading(store, row("r1", trial), verdict(power=strength, care=1.0))
    add_reading(store, row("r1", 0), verdict(power=-1.0), "another")
    records.set_state(store, "r1", "done")
    return store


def summed(store: Store) -> bool:
    return bool(store.rows("SELECT 1 FROM summarised WHERE complete"))


def test_the_end_of_a_run_leaves_its_sums(ended: Store) -> None:
    assert summed(ended)
    found = {(m, i, v): (n, t) for m, i, v, n, t in ended.rows("SELECT model, item_id, value, n, total FROM item_sums")}
    assert found == {
        ("a", "i1", "power"): (1, 0.1),
        ("b", "i1", "power"): (1, 0.2),
        ("c", "i1", "power"): (1, 0.7),
        ("a", "i2", "power"): (1, 0.4),
        **{(model, item, "care"): (1, 1.0) for model, item in (("a", "i1"), ("b", "i1"), ("c", "i1"), ("a", "i2"))},
    }
    assert ended.rows("SELECT sum(n), sum(scored) FROM item_counts WHERE open") == [(4, 4)]


def test_the_sums_are_what_is_read(ended: Store) -> None:
    """Else the property above would compare the rows with themselves."""
    ended.writer.run(lambda con: con.execute("UPDATE item_sums SET total = 0.9"))
    ended.writer.run(lambda con: con.execute("UPDATE item_counts SET n = 50"))
    assert set(queries.item_scores(ended, ["r1"])["strength"]) == {0.9}
    assert denominators.outcomes(ended, ["r1"]).set_index("model").loc["a", "asked"] == 100
    assert queries.scenarios(ended, ["r1"], Filter())["answers"].tolist() == [150, 50]


@pytest.mark.parametrize(
    "write",
    [
        lambda store: add_responses(store, row("r1", 3, "refused")),
        lambda store: add_reading(store, row("r1", 7), verdict(power=0.5)),
        lambda store: records.delete_recognitions(store, "r1", READ, [1]),
        lambda store: [run_records.next_session(store, "r1"), records.interrupt_stale(store)],
    ],
)
def test_a_write_to_the_run_ends_them_until_the_next_look(ended: Store, write: Callable[[Store], None]) -> None:
    write(ended)
    assert not summed(ended)
    rows = told(ended)
    summaries.refresh(ended, RUNS)
    assert summed(ended)
    same(told(ended), rows)


def test_another_run_does_not(ended: Store) -> None:
    add_run(ended, "r2")
    add_responses(ended, row("r2", 1))
    assert summed(ended)


def test_a_run_that_goes_on_is_not_summed(store: Store) -> None:
    add_run(store)
    add_responses(store, row("r1", 1))
    summaries.refresh(store, ["r1"])
    assert not summed(store)


def test_what_is_written_while_the_sums_are_taken_counts(ended: Store) -> None:
    """The token is gone by the time the sums would be kept."""
    unsummed(ended)
    ended.writer.run(lambda con: summaries._begin(con, "r1", "mine"))
    add_responses(ended, row("r1", 8, "refused"))
    empty = ended.writer.run(lambda con: con.sql("FROM item_sums LIMIT 0").to_arrow_table())
    assert not ended.writer.run(lambda con: summaries._finish(con, "r1", "mine", {"item_sums": empty}))
    assert not summed(ended) and len(queries.item_scores(ended, ["r1"])) == 8


def test_deleting_a_run_deletes_its_sums(ended: Store) -> None:
    run_records.delete_run(ended, "r1")
    assert [ended.rows(f"FROM {table}") for table in ("summarised", "item_sums", "item_counts")] == [[], [], []]


def test_sums_do_not_depend_on_the_order_of_the_rows(store: Store) -> None:
    """As a plain sum would: it loses a number added to a far larger one."""
    numbers = (1.0, 1e-16, 1e-16, 1e-16, 1e-16)
    for run, order in (("r1", numbers), ("r2", numbers[::-1])):
        add_run(store, run, suite(items=ITEMS))
        for trial, strength in enumerate(order):
            add_reading(store, row(run, 9 * trial), verdict(power=strength))
        records.set_state(store, run, "done")
    (one,), (two,) = store.rows("SELECT total FROM item_sums WHERE value = 'power' ORDER BY run_id")
    assert one == two == 1.0000000000000004


def test_a_store_of_an_older_schema_is_summed_at_the_first_look(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE schema_version (v INTEGER PRIMARY KEY, title VARCHAR, applied_at TIMESTAMP)")
        for number, (title, sql) in enumerate(migrations.STEPS[:4], 1):
            con.execute(sql)
            con.execute("INSERT INTO schema_version VALUES (?, ?, NULL)", [number, title])
        con.execute("INSERT INTO runs (run_id, recogniser, state) VALUES ('r1', 'lexicon@1', 'done')")
        con.execute(
            "INSERT INTO recognitions (run_id, trial_id, model, item_id, recogniser, value, strength)"
            " VALUES ('r1', 1, 'a', 'i1', 'lexicon@1', 'power', 0.25), ('r1', 2, 'a', 'i1', 'lexicon@1', 'power', 0.5)"
        )
    store = Store(path)
    try:
        assert not summed(store)
        summaries.refresh(store, ["r1"])
        assert store.rows("SELECT n, total FROM item_sums") == [(2, 0.75)]
    finally:
        store.close()

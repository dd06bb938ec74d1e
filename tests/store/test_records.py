import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import NASTY, add_reading, add_responses, add_run, response, suite, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.items.item import Item, Option, Suite
from core.recognition.base import Evidence, Recognition, Verdict
from core.store import queries, records
from core.store.database import Store
from core.text import MAX_CHARS

TEXT = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from(list(NASTY.values())))
ITEM = st.builds(
    Item,
    id=TEXT,
    text=TEXT,
    values=st.lists(TEXT, max_size=3).map(tuple),
    domain=TEXT,
    region=TEXT,
    options=st.one_of(st.just(()), st.tuples(*[st.builds(Option, TEXT, TEXT)] * 2)),
    starter=st.booleans(),
)
ITEMS = st.lists(ITEM, min_size=1, max_size=6, unique_by=lambda item: item.id).map(tuple)
SUITE = st.builds(Suite, TEXT, TEXT, TEXT, ITEMS, TEXT, TEXT, TEXT)


@pytest.fixture(scope="module")
def shared() -> Iterator[Store]:
    """One store for the examples of a property."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "s.duckdb")
        yield store
        store.close()


@settings(max_examples=60, deadline=None)
@given(of=SUITE)
def test_a_suite_comes_back_as_it_went(shared: Store, of: Suite) -> None:
    records.save_suite(shared, of)
    found = records.load_suite(shared, of.hash)
    # The hash is that of what is asked: an equal suite with another name may have come first.
    assert (found.items, found.system, found.hash) == (of.items, of.system, of.hash)


def test_a_suite_keeps_its_name_and_source_and_is_kept_once(store: Store) -> None:
    first = suite(description=NASTY["emoji"], source=NASTY["sql"], licence=NASTY["html"])
    records.save_suite(store, first)
    records.save_suite(store, suite(name="The same under another name"))
    assert records.load_suite(store, first.hash) == first
    assert queries.own_suites(store) == [(first.hash, "small", "Small", 3)]


def test_an_unknown_suite(store: Store) -> None:
    with pytest.raises(UserError, match="no suite abc"):
        records.load_suite(store, "abc")


@settings(max_examples=60, deadline=None)
@given(text=TEXT, number=st.integers(0, 2**63 - 1))
def test_an_answer_comes_back_as_it_went(shared: Store, text: str, number: int) -> None:
    add_responses(shared, response(number, "text", text=text))
    sql = "SELECT text FROM responses WHERE run_id = 'text' AND trial_id = ?"
    assert shared.rows(sql, [number]) == [(text.replace("\x00", "\ufffd"),)]


def test_a_very_long_answer_is_kept_up_to_a_million_characters(store: Store) -> None:
    add_responses(store, response(1, text="é" * MAX_CHARS), response(2, text="y" * (MAX_CHARS + 5)))
    assert store.rows("SELECT text FROM responses WHERE trial_id = 1") == [("é" * MAX_CHARS,)]
    assert store.rows("SELECT length(text) FROM responses WHERE trial_id = 2") == [(MAX_CHARS,)]


def test_all_of_a_response_is_kept(store: Store) -> None:
    row = response(
        2**63 - 1,
        truncated=True,
        choice="power",
        option_probs='{"power": 0.25}',
        option_mass=0.9,
        error_kind="server",
        error="It failed.",
        attempts=3,
        latency_s=1.5,
        tokens_in=11,
        tokens_out=7,
        cost_usd=0.25,
    )
    add_responses(store, row)
    found = store.frame("SELECT * EXCLUDE (arrived_at) FROM responses").iloc[0].to_dict()
    assert found == vars(row)


def test_a_recognition_is_kept_with_its_evidence(store: Store) -> None:
    add_run(store)
    found = Recognition("power", "opposes", -0.5, (Evidence(0, 4, 1 / 3), Evidence(6, 9)), NASTY["rtl"])
    add_reading(store, response(1), Verdict("ok", (found,), tokens_in=5, tokens_out=6, cost_usd=0.5))
    row = queries.readings(store, "r1", [1]).iloc[0]
    assert (row.value, row.stance, row.strength, row.note) == ("power", "opposes", -0.5, NASTY["rtl"])
    assert json.loads(row.evidence) == [[0, 4, 0.333333], [6, 9, 1.0]]
    assert store.rows("SELECT status, tokens_in, tokens_out, cost_usd FROM recognised") == [("ok", 5, 6, 0.5)]


def test_a_failed_recognition_says_why(store: Store) -> None:
    add_run(store)
    add_reading(store, response(1), Verdict("invalid", message=NASTY["html"], replies=("{", NASTY["sql"])))
    assert queries.reading_messages(store, "r1", [1]) == {1: ("invalid", NASTY["html"], ["{", NASTY["sql"]])}
    assert queries.readings(store, "r1", [1]).empty


def test_recognitions_can_be_forgotten(store: Store) -> None:
    for trial in (1, 2):
        add_reading(store, response(trial), verdict(power=0.5))
        add_reading(store, response(trial), verdict(power=0.5), "judge")
    records.delete_recognitions(store, "r1", "judge", [1])
    left = store.rows("SELECT trial_id, recogniser FROM recognitions ORDER BY ALL")
    assert left == [(1, "lexicon@1"), (2, "judge"), (2, "lexicon@1")]
    assert left == store.rows("SELECT trial_id, recogniser FROM recognised ORDER BY ALL")


def test_the_states_of_a_run(store: Store) -> None:
    add_run(store)
    assert (queries.run(store, "r1").state, queries.run(store, "r1").ended_at) == ("running", None)
    records.set_state(store, "r1", "failed", NASTY["quotes"])
    head = queries.run(store, "r1")
    assert (head.state, head.message) == ("failed", NASTY["quotes"]) and head.ended_at is not None
    records.set_state(store, "r1", "running")
    assert (queries.run(store, "r1").message, queries.run(store, "r1").ended_at) == ("", None)


def test_runs_left_by_a_dead_process_are_interrupted(store: Store) -> None:
    add_run(store, "r1")
    add_run(store, "r2")
    records.set_state(store, "r2", "done")
    assert records.interrupt_stale(store) == 1
    assert {head.run_id: head.state for head in queries.runs(store)} == {"r1": "interrupted", "r2": "done"}
    assert records.interrupt_stale(store) == 0


def test_profiles(store: Store) -> None:
    records.save_profile(store, f"  {NASTY['sql']} ", "schwartz", {"power": 0.5})
    records.save_profile(store, NASTY["sql"], "schwartz", {"power": 1.5})
    records.save_profile(store, "other", "schwartz", {})
    sql, other = queries.profiles(store)
    assert (sql.name, sql.system, sql.weights, sql.means) == (NASTY["sql"], "schwartz", '{"power": 1.5}', "")
    assert other.name == "other"
    records.delete_profile(store, NASTY["sql"])
    assert [kept.name for kept in queries.profiles(store)] == ["other"]
    with pytest.raises(UserError, match="no name"):
        records.save_profile(store, " \n", "schwartz", {})


def test_long_names_that_begin_alike_stay_two_profiles(store: Store) -> None:
    long = [f"{'x' * 90} {end}" for end in ("one", "two")]
    kept = [records.save_profile(store, name, "schwartz", {}) for name in long]
    assert len(set(kept)) == 2 and all(len(name) <= 80 and name.startswith("x" * 70) for name in kept)
    assert [found.name for found in queries.profiles(store)] == sorted(kept)
    assert records.save_profile(store, f"  {long[0]} ", "schwartz", {"power": 1.0}) == kept[0]
    assert len(queries.profiles(store)) == 2
    assert records.save_profile(store, "y" * 80, "schwartz", {}) == "y" * 80

"""The list of runs: what each came to, over all its starts."""

import math

import pytest
from builders import add_responses, add_run, response

from core.store import ledger
from core.store.database import Store
from core.store.history import history, stored_of


def bill(store: Store, *calls: tuple[str, dict[str, object]]) -> None:
    store.writer.put(list(calls))
    store.writer.run(lambda con: None)


def test_a_run_that_asked_nothing_has_zeros_and_no_time(store: Store) -> None:
    add_run(store)
    row = history(store).iloc[0]
    assert (row["run_id"], row["done"], row["calls"], row["tokens"], row["cost_usd"]) == ("r1", 0, 0, 0, 0)
    assert math.isnan(row["seconds"]) and math.isnan(row["calls_per_s"])


def test_calls_tokens_and_dollars_add_up_and_stored_replies_stand_apart(store: Store) -> None:
    add_run(store)
    add_responses(store, response(1), response(2), response(3, outcome="error"))
    sent = [ledger.call("r1", 1, "m", "model", "ok", 0.5, 10, 4, 0.25) for _ in range(2)]
    failed, spared = ledger.call("r1", 1, "m", "model", "server", 0.5), ledger.call("r1", 1, "m", "model", "cached", 0)
    bill(store, *sent, failed, spared)
    row = history(store).iloc[0]
    assert (row["done"], row["calls"], row["cached"], row["tokens"]) == (3, 3, 1, 28)
    assert row["cost_usd"] == pytest.approx(0.5)


def test_a_price_that_is_not_known_leaves_the_cost_open(store: Store) -> None:
    add_run(store)
    bill(store, ledger.call("r1", 1, "m", "model", "ok", 0.1, 1, 1, 0.5), ledger.call("r1", 1, "n", "model", "ok", 0.1))
    assert math.isnan(history(store).iloc[0]["cost_usd"])


def test_the_time_between_two_starts_does_not_count(store: Store) -> None:
    add_run(store)
    bill(store, ledger.call("r1", 1, "m", "model", "ok", 2.0), ledger.call("r1", 2, "m", "model", "ok", 3.0))
    move = "UPDATE calls SET ended_at = ended_at + INTERVAL 1 DAY WHERE session = 2"
    store.writer.run(lambda con: con.execute(move))
    row = history(store).iloc[0]
    assert row["seconds"] == pytest.approx(5.0, abs=0.01) and row["calls_per_s"] == pytest.approx(0.4, abs=0.01)


def test_the_newest_run_comes_first(store: Store) -> None:
    for name in ("20260101", "20260103", "20260102"):
        add_run(store, name)
    assert history(store)["run_id"].tolist() == ["20260103", "20260102", "20260101"]


def test_what_is_stored_of_a_run_counts_that_run_only(store: Store) -> None:
    add_run(store)
    add_run(store, "r2")
    add_responses(store, response(1), response(2), response(3, "r2"))
    cached = ledger.call("r1", 1, "m", "model", "cached", 0)
    bill(store, ledger.call("r1", 1, "m", "model", "ok", 1.0), cached, ledger.call("r2", 1, "m", "model", "ok", 1.0))
    assert stored_of(store, "r1") == (2, 0, 1)

"""Parts can be merged in any order and any number of times: the rows come out the same."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import response, verdict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cluster import parts
from core.cluster.merge import merge
from core.store import ledger, records
from core.store.database import Store
from core.store.replies import ReplyCache
from core.store.writer import Row

EPOCH = datetime(2026, 1, 1)


@dataclass(frozen=True)
class Try:
    """One try of a trial by one worker; `reading` counts the times its answer was read, 0 for never."""

    trial: int
    number: int
    failed: bool
    reading: int

    def rows(self) -> list[tuple[str, Row]]:
        at = EPOCH + timedelta(seconds=self.number)
        outcome = "error" if self.failed else "ok"
        row = response(self.trial, outcome=outcome, text=f"answer {self.number}", option_probs='{"power": 0.5}')
        stamped = [(records.response(row)[0], records.response(row)[1] | {"arrived_at": at})]
        table, call = ledger.call("r1", 1, "m", "model", "server" if self.failed else "ok", 0.5, 3, 4, 0.1)
        stamped.append((table, call | {"ended_at": at + timedelta(microseconds=self.trial)}))
        if not self.failed:
            reply = {"key": self.trial, "digest": "d", "text": f"answer {self.number}", "finish": "stop"}
            stamped.append(("replies", reply | {"model": "m", "stored_at": at, "latency_s": 0.5}))
        if not self.failed and self.reading:
            read = verdict(power=self.number / 100, security=self.reading / 100)
            for table, cells in records.recognition(row, "lexicon@1", read):
                late = {"recognised_at": at + timedelta(seconds=self.reading)} if table == "recognised" else {}
                stamped.append((table, cells | late))
        return stamped


# Whether a try failed is its own affair, the same in every part that tells of it.
tries = st.builds(
    lambda trial, number, reading: Try(trial, number, (trial + number) % 3 == 0, reading),
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(0, 2),
)
a_part = st.lists(tries, max_size=3, unique_by=lambda one: one.trial)


@pytest.fixture(scope="module")
def stores() -> Iterator[tuple[Store, Store]]:
    """A worker's and the owner's."""
    made = Store(Path(":memory:")), Store(Path(":memory:"))
    yield made
    for store in made:
        store.close()


def cleared(store: Store) -> Store:
    store.writer.flush()
    store.writer.run(lambda con: [con.execute(f"DELETE FROM {table}") for table in parts.TABLES])
    return store


def written(worker: Store, folder: Path, name: str, of: list[Try]) -> Path:
    cleared(worker)
    for one in of:
        worker.writer.put(one.rows())
    worker.writer.flush()
    return parts.write(worker, folder, name)


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return {table: store.rows(f"FROM {table} ORDER BY ALL") for table in parts.TABLES}


def merged(owner: Store, order: list[Path]) -> dict[str, list[tuple[Any, ...]]]:
    cleared(owner)
    for part in order:
        merge(owner, "r1", part)
    return everything(owner)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(a_part, min_size=1, max_size=4), st.randoms(use_true_random=False))
@pytest.mark.long
def test_any_order_any_number_of_times(stores: tuple[Store, Store], told: list[list[Try]], dice: random.Random) -> None:
    worker, owner = stores
    with tempfile.TemporaryDirectory() as folder:
        made = [written(worker, Path(folder), f"s1.{number}.1", of) for number, of in enumerate(told)]
        other = made + dice.choices(made, k=3)
        dice.shuffle(other)
        rows = merged(owner, made)
        assert merged(owner, other) == rows
    flat = [one for of in told for one in of]
    kept = dict(owner.rows("SELECT trial_id, text FROM responses"))
    assert set(kept) == {one.trial for one in flat}
    for trial, text in kept.items():
        answers = [one for one in flat if one.trial == trial and not one.failed]
        best = (
            min(answers, key=lambda one: one.number) if answers else max(flat_of(flat, trial), key=lambda o: o.number)
        )
        assert text == f"answer {best.number}"
        read = {one.reading for one in answers if one.number == best.number and one.reading}
        strengths = "SELECT value, strength FROM recognitions WHERE trial_id = ? ORDER BY value"
        expected = [("power", best.number / 100), ("security", min(read) / 100)] if read else []
        assert owner.rows(strengths, [trial]) == expected
    assert len(rows["calls"]) == len({(one.trial, one.number) for one in flat})


def flat_of(flat: list[Try], trial: int) -> list[Try]:
    return [one for one in flat if one.trial == trial]


def test_rows_of_another_run_stay_out(stores: tuple[Store, Store], tmp_path: Path) -> None:
    worker, owner = stores
    part = written(worker, tmp_path, "s1.a.1", [Try(1, 1, False, 1)])
    cleared(owner)
    merge(owner, "r2", part)
    assert {table: len(rows) for table, rows in everything(owner).items() if table != "replies"} == {
        "responses": 0,
        "recognised": 0,
        "recognitions": 0,
        "calls": 0,
    }


def test_a_failed_trial_is_replaced_by_its_answer(stores: tuple[Store, Store], tmp_path: Path) -> None:
    worker, owner = stores
    cleared(owner)
    owner.writer.put(Try(1, 2, True, 0).rows())
    owner.writer.flush()
    merge(owner, "r1", written(worker, tmp_path, "s1.a.1", [Try(1, 1, False, 1)]))
    assert owner.rows("SELECT outcome, text FROM responses") == [("ok", "answer 1")]


def test_merged_replies_are_known_at_once(stores: tuple[Store, Store], tmp_path: Path) -> None:
    worker, owner = stores
    cleared(owner)
    cache = ReplyCache(owner)
    from core.store.replies import Key

    assert not cache.holds(Key(2, "d"))
    cache.learn(merge(owner, "r1", written(worker, tmp_path, "s1.a.1", [Try(2, 2, False, 0)])))
    assert cache.find([Key(2, "d")])["d"].text == "answer 2"


def test_a_part_that_is_gone_is_an_oserror_and_changes_nothing(stores: tuple[Store, Store], tmp_path: Path) -> None:
    worker, owner = stores
    part = written(worker, tmp_path, "s1.a.1", [Try(1, 1, False, 1)])
    shutil.rmtree(part)
    cleared(owner)
    with pytest.raises(OSError):
        merge(owner, "r1", part)
    assert not any(everything(owner).values())


def test_parts_are_whole_or_not_there(stores: tuple[Store, Store], tmp_path: Path) -> None:
    worker, _ = stores
    written(worker, tmp_path, "s1-00001.a.1", [Try(1, 1, False, 1)])
    (tmp_path / "s1-00001.b.1.part").mkdir()
    written(worker, tmp_path, "s1-000010.a.1", [])
    assert [part.name for part in parts.listed(tmp_path, "s1-00001")] == ["s1-00001.a.1"]
    assert len(parts.listed(tmp_path)) == 2 and parts.listed(tmp_path / "none") == []


def test_a_growing_part_replaces_the_one_before_it(stores: tuple[Store, Store], tmp_path: Path) -> None:
    worker = cleared(stores[0])
    growing = parts.Growing(worker, tmp_path, "s1-00001")
    for trial in range(3):
        worker.writer.put(Try(trial, 1, False, 1).rows())
        worker.writer.flush()
        growing.write()
        growing.write()
        (only,) = parts.listed(tmp_path)
        assert parts.read(only)["responses"].num_rows == trial + 1
    assert only.name.endswith(".3")


def test_duckdb_reads_the_parts_of_a_run(stores: tuple[Store, Store], tmp_path: Path) -> None:
    """As docs/cluster.md shows it."""
    worker, owner = stores
    for trial in (1, 4):
        written(worker, tmp_path, f"s1-0000{trial}.a.1", [Try(trial, 1, False, 1)])
    found = owner.rows(f"SELECT model, count(*) FROM '{tmp_path}/*/responses.parquet' GROUP BY model")
    assert found == [("m", 2)]

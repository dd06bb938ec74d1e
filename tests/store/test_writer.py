import json
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from builders import add_reading, add_responses, add_run, response, until, verdict

from core.errors import UserError
from core.paths import ROOT
from core.store import records
from core.store.database import Store
from core.store.writer import FLUSH_ROWS


def count(store: Store) -> int:
    return int(store.rows("SELECT count(*) FROM responses")[0][0])


def test_a_row_is_read_by_another_connection_within_two_seconds(store: Store) -> None:
    started = time.monotonic()
    store.writer.put([records.response(response(1))])
    assert until(lambda: count(store) == 1, 2.0)
    assert time.monotonic() - started < 2.0
    assert store.writer.failure is None


def test_rows_that_keep_coming_do_not_put_off_the_first(store: Store) -> None:
    end, first_seen = time.monotonic() + 1.5, 0.0
    number = 0
    while time.monotonic() < end and not first_seen:
        store.writer.put([records.response(response(number := number + 1))])
        time.sleep(0.02)
        first_seen = time.monotonic() if count(store) else 0.0
    assert first_seen


def test_many_rows_go_in_few_commits(store: Store) -> None:
    before = store.writer.commits
    for number in range(4 * FLUSH_ROWS):
        store.writer.put([records.response(response(number))])
    assert store.writer.flush()
    assert count(store) == 4 * FLUSH_ROWS
    assert store.writer.commits - before < 200


def test_threads_lose_nothing(store: Store) -> None:
    def put(start: int) -> None:
        for number in range(start, start + 250):
            store.writer.put([records.response(response(number))])

    threads = [threading.Thread(target=put, args=(start,)) for start in range(0, 1000, 250)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.writer.flush()
    assert {row[0] for row in store.rows("SELECT trial_id FROM responses")} == set(range(1000))


def test_work_sees_all_rows_put_before_it(store: Store) -> None:
    for number in range(30):
        store.writer.put([records.response(response(number))])
    seen = store.writer.run(lambda con: con.execute("SELECT count(*) FROM responses").fetchone())
    assert seen == (30,)


def test_the_last_row_of_a_key_counts_within_a_batch_and_between_batches(store: Store) -> None:
    add_responses(store, response(1, text="first"), response(1, text="second"), response(2))
    assert store.rows("SELECT trial_id, text FROM responses ORDER BY 1")[0] == (1, "second")
    store.writer.put([records.response(response(1, text="third"))])
    store.writer.put([records.response(response(1, text="fourth"))])
    assert store.writer.flush()
    assert store.rows("SELECT text FROM responses WHERE trial_id = 1") == [("fourth",)]
    assert count(store) == 2


def test_an_exception_in_work_is_raised_and_undoes_it_alone(store: Store) -> None:
    def fails(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("INSERT INTO profiles (name) VALUES ('half')")
        raise ZeroDivisionError("ours")

    with pytest.raises(ZeroDivisionError, match="ours"):
        store.writer.run(fails)
    with pytest.raises(duckdb.Error):
        store.writer.run(lambda con: con.execute("SELECT no_such_column FROM responses"))
    add_responses(store, response(1))
    assert (count(store), store.rows("SELECT name FROM profiles"), store.writer.failure) == (1, [], None)


def test_rows_put_together_become_durable_together(store: Store) -> None:
    row = response(1)
    store.writer.put([records.response(row), *records.recognition(row, "lexicon@1", verdict(power=0.1, security=0.2))])
    sql = "SELECT (SELECT count(*) FROM responses), (SELECT count(*) FROM recognitions)"
    seen: set[Any] = set()
    assert until(lambda: seen.add(store.rows(sql)[0]) or (1, 2) in seen)
    assert seen <= {(0, 0), (1, 2)}


def test_no_text_can_stop_the_writer(store: Store) -> None:
    odd = "nul \x00, half an emoji \ud83d, \udfff"
    add_responses(store, response(1, text=odd, error=odd, model=odd, choice=odd))
    add_reading(store, response(1), verdict())
    text, error, model = store.rows("SELECT text, error, model FROM responses")[0]
    assert text == error == model
    assert text.startswith("nul \ufffd, half an emoji \ufffd") and text.isprintable()


def test_rows_that_cannot_be_written_say_why_and_wait(store: Store) -> None:
    store.writer.put([("shelf", {"a": 1})])
    assert not store.writer.flush()
    assert store.writer.failure is not None and "shelf" in store.writer.failure
    with store.cursor() as cursor:
        cursor.execute("CREATE TABLE shelf (a INTEGER)")
    assert until(lambda: store.writer.failure is None)
    assert store.rows("SELECT a FROM shelf") == [(1,)]


def test_closing_writes_what_waits(tmp_path: Path) -> None:
    first = Store(tmp_path / "s.duckdb")
    first.writer.put([records.response(response(number)) for number in range(50)])
    first.close()
    second = Store(tmp_path / "s.duckdb")
    assert count(second) == 50
    second.close()


def test_rows_that_a_failed_commit_had_written_are_not_doubled(store: Store) -> None:
    row = response(1)
    rows = [records.response(row), *records.recognition(row, "lexicon@1", verdict(power=0.1, security=0.2))]
    store.writer.put(rows)
    assert store.writer.flush()
    store.writer.failure = "The disk is full."  # as when the commit fails after it has reached the file
    store.writer.put(rows)
    assert until(lambda: store.writer.failure is None)
    assert store.rows("SELECT count(*), count(DISTINCT value) FROM recognitions") == [(2, 2)]


# A disk that fills up, by a limit on the size of files: what the process says of its writer is printed as JSON.
FULL_DISK = """
    import json, os, resource, sys, time
    from pathlib import Path
    from builders import response, until, verdict
    from core.errors import UserError
    from core.store import records
    from core.store.database import Store

    folder, checkpoint = Path(sys.argv[1]), sys.argv[2]
    store = Store(folder / "s.duckdb")
    with store.cursor() as cursor:
        cursor.execute(f"SET wal_autocheckpoint = '{checkpoint}'")

    def put(first, last):
        for number in range(first, last):
            row = response(number, text=os.urandom(10_000).hex())
            found = verdict(power=0.1, security=0.2)
            store.writer.put([records.response(row), *records.recognition(row, "lexicon@1", found)])

    def limit(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    put(0, 20)
    store.writer.flush()
    limit(max(path.stat().st_size for path in folder.iterdir()) + 150_000)
    put(20, 300)
    said = {"durable": store.writer.flush(10), "failure": store.writer.failure}
    try:
        records.set_state(store, "r1", "done")
    except UserError as error:
        said["task"] = str(error)
    put(300, 320)
    time.sleep(1.5)
    said["still"] = store.writer.failure
    limit(resource.RLIM_INFINITY)
    said["recovered"] = until(lambda: store.writer.flush() and store.writer.failure is None, 10)
    said["checkpoint"] = store.rows("SELECT current_setting('wal_autocheckpoint')")[0][0]
    records.set_state(store, "r1", "done")
    store.close()
    print(json.dumps(said))
"""


@pytest.mark.parametrize(
    "checkpoint, opened_anew",
    [("64MB", False), ("300KB", True)],
    ids=["its log cannot grow", "its checkpoint fails"],
)
def test_a_full_disk_loses_and_doubles_nothing(tmp_path: Path, checkpoint: str, opened_anew: bool) -> None:
    script = textwrap.dedent(FULL_DISK)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), checkpoint],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "", "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert not said["durable"] and said["recovered"]
    assert said["failure"] == said["task"] == said["still"]
    assert (said["checkpoint"] == "16.0 MiB") == opened_anew  # the setting's default is back
    assert "is full. Free some space" in said["failure"] and "\n" not in said["failure"]
    after = Store(tmp_path / "s.duckdb")
    assert {row[0] for row in after.rows("SELECT trial_id FROM responses")} == set(range(320))
    assert after.rows("SELECT count(*), count(DISTINCT (trial_id, value)) FROM recognitions") == [(640, 640)]
    after.close()


def test_a_full_disk_is_told_to_the_reader_too(store: Store) -> None:
    add_run(store)
    store._con.close()  # as while the instance is being opened anew
    store.writer.failure = "The disk of the store is full."
    with pytest.raises(UserError, match="is full"):
        store.rows("SELECT 1")

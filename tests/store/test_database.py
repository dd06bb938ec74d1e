import os
import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from builders import add_responses, add_run, response

from core.errors import UserError
from core.store import migrations, queries
from core.store.database import ENVIRONMENT, Store, default_path

NEXT_STEP = ("a column more", "ALTER TABLE runs ADD COLUMN colour VARCHAR DEFAULT 'blue'")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.duckdb"


@pytest.fixture
def filled(path: Path) -> Path:
    """A closed store with one run and 200 responses."""
    store = Store(path)
    add_run(store)
    add_responses(store, *(response(number, text=os.urandom(500).hex()) for number in range(200)))
    store.close()
    return path


def refused(path: Path) -> str:
    """The sentence that opening `path` fails with; the folder's files must not have changed."""
    before = snapshot(path.parent)
    with pytest.raises(UserError) as caught:
        Store(path)
    assert snapshot(path.parent) == before
    said = str(caught.value)
    assert path.name in said and "\n" not in said and len(said) < 500 and said.endswith(".")
    return said


def snapshot(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_a_fresh_store_has_the_newest_schema_and_makes_its_folders(tmp_path: Path) -> None:
    store = Store(tmp_path / "a" / "b" / "s.duckdb")
    assert store.migrated_from == 0
    assert store.rows("SELECT max(v) FROM schema_version") == [(migrations.NEWEST,)]
    assert queries.runs(store) == []
    store.close()


def test_an_existing_store_keeps_what_it_has(filled: Path) -> None:
    store = Store(filled)
    assert store.migrated_from == migrations.NEWEST
    assert store.rows("SELECT count(*) FROM responses") == [(200,)]
    store.close()


def test_default_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "named.duckdb"))
    assert default_path() == tmp_path / "named.duckdb"
    monkeypatch.setenv(ENVIRONMENT, "~/named.duckdb")
    assert default_path() == Path.home() / "named.duckdb"
    monkeypatch.delenv(ENVIRONMENT)
    assert default_path().name == "polycompass.duckdb"


def test_a_second_process_is_told_who_has_the_store(filled: Path) -> None:
    holder = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(filled)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "open\n"
        said = refused(filled)
        process.communicate()
    assert f"is open in process {process.pid}: only one program at a time" in said
    Store(filled).close()  # it can be opened as soon as the other one has gone


def test_a_newer_schema_is_refused(filled: Path) -> None:
    with duckdb.connect(str(filled)) as con:
        con.execute("INSERT INTO schema_version (v, title) VALUES (99, 'from the future')")
    said = refused(filled)
    assert "newer Polycompass (schema 99" in said and "Update" in said


def test_an_older_schema_is_brought_up_to_date(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, NEXT_STEP))
    monkeypatch.setattr(migrations, "NEWEST", migrations.NEWEST + 1)
    store = Store(filled)
    assert store.migrated_from == migrations.NEWEST - 1
    assert store.rows("SELECT run_id, colour FROM runs") == [("r1", "blue")]
    assert store.rows("SELECT count(*) FROM responses") == [(200,)]
    store.close()
    again = Store(filled)
    assert again.migrated_from == migrations.NEWEST
    again.close()


def test_a_failing_step_is_rolled_back_wholly(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = ("half of it", "DELETE FROM responses; ALTER TABLE runs ADD COLUMN half INTEGER; SELECT * FROM nowhere")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", (*migrations.STEPS, broken))
        patch.setattr(migrations, "NEWEST", migrations.NEWEST + 1)
        with pytest.raises(UserError, match="nowhere"):
            Store(filled)
    store = Store(filled)
    assert store.migrated_from == migrations.NEWEST
    assert store.rows("SELECT count(*) FROM responses") == [(200,)]
    assert "half" not in store.frame("SELECT * FROM runs").columns
    store.close()


@pytest.mark.parametrize(
    "sql",
    ["CREATE TABLE sales (amount INTEGER)", "CREATE VIEW v AS SELECT 1", "CREATE SCHEMA s; CREATE TABLE s.t (a INT)"],
)
def test_a_file_of_another_program_is_refused(path: Path, sql: str) -> None:
    with duckdb.connect(str(path)) as con:
        con.execute(sql)
    assert "another program" in refused(path)


def test_a_schema_version_that_is_not_ours_is_refused(path: Path) -> None:
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE schema_version (name VARCHAR)")
    assert "another program" in refused(path)


def spoilt(name: str, good: bytes) -> bytes:
    noise = random.Random(7)
    if name == "zeroed page":
        return good[:12288] + bytes(4096) + good[12288 + 4096 :]
    if name == "noise in the middle":
        return good[:12288] + noise.randbytes(50_000) + good[12288 + 50_000 :]
    if name == "text":
        return b"model,prompt,response\n" * 500
    if name == "noise":
        return noise.randbytes(1_000_000)
    return good[: int(name)]  # cut after so many bytes


@pytest.mark.parametrize(
    "how", ["0", "1", "100", "4096", "12288", "100000", "noise", "text", "zeroed page", "noise in the middle"]
)
def test_a_damaged_file_is_never_overwritten(filled: Path, how: str) -> None:
    filled.write_bytes(spoilt(how, filled.read_bytes()))
    said = refused(filled)
    assert "cannot be read" in said and "Nothing was changed" in said and ENVIRONMENT in said


def test_a_database_of_sqlite_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as con:
        con.execute("CREATE TABLE t (a)")
    con.close()
    assert "not a Polycompass store" in refused(path)


def test_a_torn_log_keeps_what_was_whole(tmp_path: Path) -> None:
    """As a power cut in the middle of a write leaves it."""
    folder = tmp_path / "copy"
    folder.mkdir()
    store = Store(tmp_path / "s.duckdb")
    add_responses(store, *(response(number) for number in range(100)))
    add_responses(store, *(response(number) for number in range(100, 200)))
    for file in ("s.duckdb", "s.duckdb.wal"):
        (folder / file).write_bytes((tmp_path / file).read_bytes())
    store.close()
    log = folder / "s.duckdb.wal"
    log.write_bytes(log.read_bytes()[:-100])
    torn = Store(folder / "s.duckdb")
    assert torn.rows("SELECT count(*) FROM responses") == [(100,)]
    torn.close()


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path)


def test_places_where_no_store_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match=r"The folder .* cannot be made \(File exists\)"):
        Store(tmp_path / "file" / "s.duckdb")
    with pytest.raises(UserError, match="File name too long"):
        Store(tmp_path / ("x" * 300))
    with pytest.raises(UserError, match=r"The (folder|store) .* cannot be"):
        Store(Path("/proc/polycompass/s.duckdb"))


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder on a read-only disk that holds a store."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True).returncode:
        pytest.skip("mounting a read-only disk needs root")
    try:
        Store(place / "old.duckdb").close()
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk")
def test_a_read_only_disk(read_only: Path) -> None:
    assert "read-only" in refused(read_only / "old.duckdb")
    assert "read-only" in refused(read_only / "new.duckdb")
    with pytest.raises(UserError, match=re.escape("(Read-only file system)")):
        Store(read_only / "folder" / "s.duckdb")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions do not bind root")
def test_a_file_without_the_right_to_write(filled: Path) -> None:
    filled.chmod(0o444)
    assert "cannot be written" in refused(filled)
    filled.chmod(0o000)
    assert "cannot be written" in refused(filled)


def test_a_cursor_a_thread(filled: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    store = Store(filled)
    with ThreadPoolExecutor(8) as pool:
        counts = set(pool.map(lambda _: store.rows("SELECT count(*) FROM responses")[0][0], range(100)))
    assert counts == {200}
    store.close()

"""A run's archive: the same numbers elsewhere, the same bytes twice, and nothing that was changed gets in unseen."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from builders import add_reading, response, verdict
from small_runs import RUN, fill

from core.analysis.alignment import rank
from core.cli import main
from core.errors import UserError
from core.interchange import archive as writing
from core.interchange.archive import MANIFEST, TABLES, columns, digest, write_archive
from core.interchange.archive_read import import_archive
from core.items.shipped import shipped_suite, starter
from core.models.base import ModelSpec
from core.recognition.human import ValueLabel
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.runs.results import load
from core.store import labels, queries
from core.store.database import Store

KEY = "sk-very-secret-0123456789"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """A second installation's store."""
    made = Store(tmp_path / "other.duckdb")
    yield made
    made.close()


def repacked(data: bytes, change: Callable[[dict[str, bytes]], object], trusted: bool = False) -> bytes:
    """The archive with its members changed, and with `trusted` a manifest made to fit."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    if trusted:
        manifest = json.loads(members[MANIFEST])
        manifest["members"] = {name: {"sha256": digest(one)} for name, one in members.items() if name != MANIFEST}
        members[MANIFEST] = json.dumps(manifest).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def test_another_store_gives_the_same_tables_to_the_last_digit(manager: RunManager, other: Store) -> None:
    panel = ("simulated/self-transcending", "simulated/self-enhancing", "simulated/reticent")
    run_id = manager.start(Plan("Panel", starter(shipped_suite("everyday")), tuple(map(ModelSpec, panel)), epochs=2))
    assert manager.wait(run_id, 60)
    trial = queries.sample_texts(manager.store, [run_id])
    assert len(trial)
    made = write_archive(manager.store, run_id)
    assert made == write_archive(manager.store, run_id)  # the same run, the same bytes
    found = import_archive(other, made.data, "panel.zip")
    assert found.fresh and found.fingerprint == made.fingerprint
    head = queries.run(manager.store, run_id)
    assert queries.run(other, run_id) == head
    mine, theirs = (load(store, [run_id], head.system, head.measure) for store in (manager.store, other))
    for kind in ("raw", "ipsatised"):
        pd.testing.assert_frame_equal(mine.scores(kind).frame(), theirs.scores(kind).frame(), check_exact=True)
    weights = [0.1] * 9 + [0.1]
    for statistic in ("weighted_sum", "distance"):
        tables = [rank(each.raw, pd.Series(weights).to_numpy(), statistic).table for each in (mine, theirs)]
        pd.testing.assert_frame_equal(*tables, check_exact=True)
    pd.testing.assert_frame_equal(mine.outcomes, theirs.outcomes, check_exact=True)
    pd.testing.assert_frame_equal(
        queries.export(manager.store, run_id), queries.export(other, run_id), check_exact=True
    )
    assert write_archive(other, run_id).fingerprint == made.fingerprint  # and there and back again
    assert not import_archive(other, made.data, "panel.zip").fresh
    assert len(queries.runs(other)) == 1 and len(queries.export(other, run_id)) == len(
        queries.export(manager.store, run_id)
    )


def test_every_outcome_reading_and_column_is_there(manager: RunManager, other: Store) -> None:
    store = manager.store
    fill(store, ("lab/m", "lab/n"))
    add_reading(store, response(0, RUN, model="lab/m"), verdict(power=-0.5), "judge:lab/j@12345678")
    made = write_archive(store, RUN)
    import_archive(other, made.data, "small.zip")
    for table, (where, order) in TABLES.items():
        sql = f"SELECT {', '.join(columns(store, table))} FROM {table} WHERE {where} ORDER BY {order}"
        assert store.rows(sql, {"run": RUN}) == other.rows(sql, {"run": RUN}), table
    with zipfile.ZipFile(io.BytesIO(made.data)) as file:
        lines = [json.loads(line) for line in file.read("prompts-0001.jsonl").splitlines()]
    asked = [line for line in lines if "messages" in line]
    assert {line["item"] for line in asked} == {"i1", "i2", "i3"} and "Situation 1" in str(asked[0]["messages"])
    assert {"judge": "judge:lab/j@12345678", "known": False} in lines


def test_a_run_is_archived_in_parts(manager: RunManager, other: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PART_BYTES", 900)
    fill(manager.store)
    made = write_archive(manager.store, RUN).data
    assert sum(name.startswith("responses-") for name in zipfile.ZipFile(io.BytesIO(made)).namelist()) > 2
    import_archive(other, made, "parts.zip")
    assert len(queries.export(other, RUN)) == len(queries.export(manager.store, RUN))


def test_no_key_gets_in_even_if_a_model_repeats_it(manager: RunManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    fill(manager.store)
    sql = "UPDATE responses SET text = 'I was given ' || ?"
    manager.store.writer.run(lambda con: con.execute(sql, [KEY]))
    with zipfile.ZipFile(io.BytesIO(write_archive(manager.store, RUN).data)) as file:
        content = b"".join(file.read(name) for name in file.namelist())
    assert KEY.encode() not in content and b"I was given [key]" in content


def test_who_labelled_stays_here_unless_asked(manager: RunManager, other: Store) -> None:
    fill(manager.store)
    for who in ("Zoë", "Ann"):
        said = (ValueLabel("power", "supports", 2, ()),)
        labels.add(manager.store, [labels.NewLabel(RUN, 0, who, "random", 1, said, note=f"{who} was unsure")])
    plain, named = write_archive(manager.store, RUN), write_archive(manager.store, RUN, people=True)
    with zipfile.ZipFile(io.BytesIO(plain.data)) as file:
        content = b"".join(file.read(name) for name in file.namelist()).decode()
    assert "Zoë" not in content and "Ann" not in content and "labeller 2" in content
    import_archive(other, named.data, "named.zip")
    assert {row[0] for row in other.rows("SELECT labeller FROM labels")} == {"Zoë", "Ann"}
    assert len(other.rows("SELECT * FROM label_values")) == 2
    assert not import_archive(other, plain.data, "plain.zip").fresh  # the same run, whatever its labellers are called


def line(members: dict[str, bytes], name: str, **cells: object) -> None:
    """Change cells of a member's first row."""
    first, *rest = members[name].splitlines()
    members[name] = b"\n".join([json.dumps(json.loads(first) | cells).encode(), *rest]) + b"\n"


def test_whatever_was_changed_is_named_and_nothing_is_stored(manager: RunManager, other: Store) -> None:
    fill(manager.store)
    data = write_archive(manager.store, RUN).data
    answers, suite = "responses-0001.jsonl", "items-0001.jsonl"
    tampered = [
        (lambda m: m.update({answers: m[answers].replace(b"Help her", b"Hurt her")}), answers, False),
        (lambda m: m.pop("recognitions-0001.jsonl"), "recognitions-0001.jsonl", False),
        (lambda m: m.update({"../../evil.sh": b"x"}), "evil.sh", False),
        (lambda m: m.pop(MANIFEST), MANIFEST, False),
        (lambda m: m.update({MANIFEST: m[MANIFEST].replace(b'"format": 1', b'"format": 2')}), "format 2", False),
        # From here on with a manifest that fits.
        (lambda m: line(m, suite, text="Another question?"), "items are not those", True),
        (lambda m: line(m, answers, outcome="fine"), "no known outcome", True),
        (lambda m: line(m, answers, trial_id="x; DROP TABLE runs"), f"{answers}, line 1, trial_id", True),
        (lambda m: line(m, answers, run_id="r2"), "not all of the run", True),
        (lambda m: line(m, answers, unheard_of=1), "the columns", True),
        (lambda m: line(m, "recognitions-0001.jsonl", strength=float("nan")), "a number", True),
        (lambda m: line(m, "recognitions-0001.jsonl", evidence='[["a"]]'), "no evidence", True),
        (lambda m: line(m, "recognitions-0001.jsonl", trial_id=99), "no response", True),
        (lambda m: line(m, "runs-0001.jsonl", plan="{}"), "plan", True),
        (lambda m: line(m, "runs-0001.jsonl", state="running"), "state", True),
        (lambda m: m.pop(suite), "items", True),
    ]
    for change, named, trusted in tampered:
        with pytest.raises(UserError) as error:
            import_archive(other, repacked(data, change, trusted), "run.zip")
        assert named in str(error.value), named
    assert not queries.runs(other) and not other.rows("SELECT * FROM suites")
    with pytest.raises(UserError, match="not a readable zip"):
        import_archive(other, b"PK\x03\x04 nothing", "run.zip")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(MANIFEST, b" " * 101_000_000)
    with pytest.raises(UserError, match="the most"):
        import_archive(other, bomb.getvalue(), "bomb.zip")
    import_archive(other, data, "run.zip")
    with pytest.raises(UserError, match=r"differs .* responses-0001.jsonl"):
        change = repacked(data, lambda m: line(m, answers, text="Other words."), trusted=True)
        import_archive(other, change, "run.zip")


def test_the_command_line_takes_a_run_along(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(tmp_path / "mine.duckdb")
    fill(store)
    store.close()
    mine, theirs, out = str(store.path), str(tmp_path / "theirs.duckdb"), str(tmp_path / "run.zip")
    assert main(["archive", RUN, "-o", out, "--store", mine]) == 0
    fingerprint = capsys.readouterr().out.split()[-1]
    assert main(["archive", RUN, "-o", out, "--store", mine]) == 2 and "--force" in capsys.readouterr().err
    assert main(["import", out, "--judge", "lab/j", "--store", theirs]) == 2
    assert "--judge" in capsys.readouterr().err
    assert main(["import", out, "--store", theirs]) == 0
    said = capsys.readouterr().out
    assert f"Stored the run {RUN}" in said and fingerprint in said
    assert main(["import", out, "--store", theirs]) == 0 and "here already" in capsys.readouterr().out

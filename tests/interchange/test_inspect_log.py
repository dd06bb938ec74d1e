"""Runs written as logs of Inspect AI: what the files say, what inspect_ai itself reads in them, and back."""

import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from builders import NASTY, add_reading, add_responses, response, suite, verdict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_runs import RECORDED, RUN, fill

from core.cli import main
from core.errors import UserError
from core.interchange.exports import EXPORTS, eval_file, one_log
from core.interchange.imports import read_any
from core.interchange.inspect_log import logs
from core.items.item import Item
from core.runs.manager import RunManager
from core.store import queries, records
from core.store.database import Store

OPEN = [cells for cells in RECORDED if "variation" not in cells and cells["outcome"] != "error"]


def reread(python: str, path: Path) -> Any:
    """What the real inspect_ai reads in a log."""
    script = Path(__file__).parent / "reread.py"
    done = subprocess.run([python, str(script), str(path)], capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def by_id(log: Any) -> dict[tuple[str, int], Any]:
    return {(sample["id"], sample["epoch"]): sample for sample in log["samples"]}


def test_a_log_says_what_was_asked_and_answered(manager: RunManager) -> None:
    fill(manager.store)
    (log,) = logs(manager.store, RUN)
    samples = by_id(log)
    assert (log["status"], log["eval"]["model"], log["eval"]["run_id"]) == ("success", "lab/m", RUN)
    first = samples["i1_open-1", 1]
    assert [message["role"] for message in first["messages"]] == ["system", "user", "assistant"]
    assert "Situation 1: what now?" in first["input"][1]["content"]
    assert first["output"]["completion"] == RECORDED[0]["text"]
    (score,) = first["scores"].values()
    assert score["value"] == {"power": 0.25, "benevolence": 0.75}
    assert score["metadata"]["evidence"]["power"] == [{"start": 0, "end": 3, "weight": 0.5, "text": "Hel"}]
    stops = {
        key: one["output"]["choices"][0]["stop_reason"] for key, one in samples.items() if one["output"]["choices"]
    }
    assert stops["i2_open-1", 1] == "max_tokens" and stops["i3_open-1", 2] == "content_filter"
    assert stops["i2_open-1", 2] == stops["i3_open-1", 1] == "stop"
    assert samples["i2_open-1", 3]["error"]["message"] == "Nothing answered."
    closed = samples["i1_closed-ab", 1]
    assert closed["choices"] == ["Take charge.", "Help her."] and closed["metadata"]["polycompass"]["choice"] == "power"
    assert log["eval"]["model_generate_config"] == {"max_tokens": 64, "temperature": 0.5, "seed": 7}
    assert log["results"]["completed_samples"] == 7 and log["results"]["total_samples"] == 8


def test_words_that_are_not_known_any_more_are_not_made_up(manager: RunManager) -> None:
    fill(manager.store)
    plan = json.loads(queries.run(manager.store, RUN).plan) | {"prompt_hash": "old"}
    manager.store.writer.run(lambda con: con.execute("UPDATE runs SET plan = ?", [json.dumps(plan)]))
    (log,) = logs(manager.store, RUN)
    sample = by_id(log)["i1_open-1", 1]
    assert sample["input"] == "Situation 1: what now?" and not sample["metadata"]["polycompass"]["prompt_known"]
    assert log["eval"]["model_generate_config"] == {}


@pytest.mark.parametrize(
    ("state", "status"),
    [("running", "started"), ("done", "success"), ("stopped", "cancelled"), ("interrupted", "cancelled")],
)
def test_states(state: str, status: str, manager: RunManager) -> None:
    fill(manager.store, state=state)
    assert logs(manager.store, RUN)[0]["status"] == status


def test_a_failed_run_says_why(manager: RunManager) -> None:
    fill(manager.store, state="failed")
    (log,) = logs(manager.store, RUN)
    assert (log["status"], log["error"]["message"]) == ("error", "One call failed.")


def test_every_export_of_a_panel(manager: RunManager) -> None:
    fill(manager.store, ("lab/a", "lab/b"))
    made = {label: (suffix, write(manager.store, RUN)) for label, (suffix, write) in EXPORTS.items()}
    for suffix, data in made.values():
        if suffix in ("-eval.zip", "-json.zip"):
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
            read = [read_any(zipfile.ZipFile(io.BytesIO(data)).read(name), name) for name in names]
            assert [one.models for one in read] == [("lab/a",), ("lab/b",)]
            assert {name.rsplit(".")[-1] for name in names} == {suffix[1:5]}
    assert len(made["CSV"][1].decode("utf-8-sig").splitlines()) > 2 * len(RECORDED)
    assert len(made["JSONL"][1].splitlines()) == 2 * len(RECORDED)
    assert made["Parquet"][1].startswith(b"PAR1")
    with pytest.raises(UserError, match="2 models"):
        one_log(manager.store, RUN, ".eval")


@pytest.mark.parametrize("label", EXPORTS)
def test_no_export_of_a_run_that_is_not_there(label: str, manager: RunManager) -> None:
    with pytest.raises(UserError, match="no run"):
        EXPORTS[label][1](manager.store, "20260101-000000-000000")


@pytest.mark.parametrize("suffix", [".eval", ".json"])
def test_back_again_the_answers_are_the_same(suffix: str, manager: RunManager) -> None:
    fill(manager.store)
    read = read_any(one_log(manager.store, RUN, suffix), f"run{suffix}", suite())
    said = sorted((cells["item_id"], cells.get("epoch", 1), cells["text"]) for cells in OPEN)
    found = sorted(enumerate((a.item, a.response) for a in read.answers), key=lambda pair: (pair[1][0], pair[0]))
    assert [pair for _, pair in found] == [(item, text) for item, _, text in said]
    assert {answer.response: answer.finish for answer in read.answers}["First of all,"] == "length"
    assert [str(problem) for problem in read.problems] == [
        "Row 6, sample: Sample 'i2_open-1', epoch 3: it ended in an error (Nothing answered.)."
    ]


def test_an_import_of_a_log_keeps_the_outcomes_and_where_it_came_from(manager: RunManager) -> None:
    fill(manager.store)
    run_id = manager.start_import(read_any(one_log(manager.store, RUN, ".eval"), "run.eval"), "run.eval")
    assert manager.wait(run_id, 60)
    sql = "SELECT item_id, epoch, outcome FROM responses WHERE run_id = ? ORDER BY ALL"
    assert manager.store.rows(sql, [run_id]) == [
        *[("i1", 1, "ok"), ("i1", 2, "ok"), ("i2", 1, "truncated"), ("i2", 2, "refused")],
        *[("i3", 1, "unparsed"), ("i3", 2, "filtered")],
    ]
    kept = records.load_suite(manager.store, queries.run(manager.store, run_id).suite_hash)
    assert RUN in kept.source and "run.eval" in kept.source
    assert kept.name == "Prompts of polycompass_small (Inspect log)"
    assert logs(manager.store, run_id)[0]["samples"][0]["input"] == "Situation 1: what now?"


TABLES = ("responses", "runs", "recognised", "recognitions")
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=60)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(WORDS.filter(str.strip), min_size=1, max_size=4))
def test_any_text_comes_back(texts: list[str], manager: RunManager) -> None:
    manager.store.writer.run(lambda con: [con.execute(f"DELETE FROM {t}") for t in TABLES])
    fill_texts(manager, texts)
    for suffix in (".eval", ".json"):
        read = read_any(one_log(manager.store, RUN, suffix), f"run{suffix}")
        assert [answer.response for answer in read.answers] == texts


def fill_texts(manager: RunManager, texts: list[str], item: str = "i1") -> None:
    of = suite() if item == "i1" else suite(items=(Item(item, "What now?", ("power",)),))
    run = records.NewRun(RUN, "Texts", "run", "{}", "lexicon@1", "presence", len(texts))
    records.create_run(manager.store, run, of)
    rows = [response(n, RUN, item_id=item, epoch=n + 1, text=text) for n, text in enumerate(texts)]
    add_responses(manager.store, *rows)
    add_reading(manager.store, rows[0], verdict(power=0.5))


def test_a_name_cannot_lead_out_of_the_log(manager: RunManager) -> None:
    fill_texts(manager, ["Yes."], "../../etc/%2F\\x")
    data = one_log(manager.store, RUN, ".eval")
    names = [name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if name.startswith("samples/")]
    assert names == ["samples/..%2F..%2Fetc%2F%252F%5Cx_epoch_1.json"]
    assert [answer.item for answer in read_any(data, "run.eval").answers] == ["../../etc/%2F\\x"]


def test_the_command_line_writes_and_reads_logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "store.duckdb"
    with_store = ["--store", str(path)]
    store = Store(path)
    fill(store)
    expected = one_log(store, RUN, ".json")
    store.close()
    for ending in (".eval", ".json"):
        out = tmp_path / f"run{ending}"
        assert main(["export", RUN, "--out", str(out), *with_store]) == 0
        assert main(["import", str(out), "--no-recogniser", *with_store]) == 2  # one sample ended in an error
        assert "Nothing answered." in capsys.readouterr().err
        assert main(["import", str(out), "--no-recogniser", "--keep-good", *with_store]) == 0
        assert "6 answers of 1 models to 3 items" in capsys.readouterr().out
    assert (tmp_path / "run.json").read_bytes() == expected
    for kind, ending in (("inspect", ".eval"), ("inspect-json", ".json")):
        assert main(["export", RUN, "--format", kind, *with_store]) == 2
        assert "name a file with --out" in capsys.readouterr().err
        out = tmp_path / f"{kind}.zip"
        assert main(["export", RUN, "--format", kind, "--out", str(out), *with_store]) == 0
        assert [name.endswith(ending) for name in zipfile.ZipFile(out).namelist()] == [True]
    assert main(["export", RUN, "--out", str(tmp_path / "run.zip"), *with_store]) == 2
    assert "add --format" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".eval", ".json"])
def test_the_real_inspect_reads_our_log(suffix: str, manager: RunManager, inspect_python: str, tmp_path: Path) -> None:
    fill(manager.store)
    path = tmp_path / f"run{suffix}"
    path.write_bytes(one_log(manager.store, RUN, suffix))
    log = reread(inspect_python, path)
    samples = by_id(log)
    assert (log["status"], log["eval"]["model"]) == ("success", "lab/m")
    assert sorted(log["completions"]) == sorted(str(c["text"]) if c["outcome"] != "error" else "" for c in RECORDED)
    assert samples["i1_open-1", 1]["scores"]["lexicon@1"]["value"] == {"power": 0.25, "benevolence": 0.75}
    assert samples["i1_open-1", 1]["output"]["usage"]["total_tokens"] == 16
    assert samples["i2_open-1", 3]["error"]["message"] == "Nothing answered."
    usage = log["stats"]["model_usage"]["lab/m"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_cost"]) == (22, 11, 0.25)
    scores = {score["name"]: score["metrics"]["mean"]["value"] for score in log["results"]["scores"]}
    assert scores == {"power": 0.25, "benevolence": 0.75}
    assert "max_tokens" in log["stop_reasons"] and "content_filter" in log["stop_reasons"]
    assert log["eval"]["created"].endswith("+00:00")
    if suffix == ".eval":
        assert len(log["summaries"]) == 8


@pytest.mark.long
def test_the_real_inspect_reads_nasty_texts(manager: RunManager, inspect_python: str, tmp_path: Path) -> None:
    fill_texts(manager, list(NASTY.values()), "a/b c%d?#e")
    path = tmp_path / "run.eval"
    path.write_bytes(eval_file(logs(manager.store, RUN)[0]))
    assert reread(inspect_python, path)["completions"] == list(NASTY.values())

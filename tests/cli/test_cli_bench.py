"""`bench-recogniser`: figures of a recogniser on labelled texts, printed and stored."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commanding import ESCAPE, only_run, told
from servers import Answer, completion, error, serve

from core.cli import main
from core.paths import ROOT
from core.recognition.quality import lexicon_card
from core.store import benches
from core.store.database import Store
from core.values.system import SCHWARTZ, system

POWER = "She wants to become rich and to have authority over the people in the whole country, number {}."
OTHER = "The children went home for dinner and told their grandmother a long story, number {}."


def presence_file(folder: Path, pairs: int = 12, right: bool = True) -> Path:
    kinds = ((POWER, int(right)), (OTHER, int(not right)))
    rows = [(text.format(n), "power", label) for n in range(pairs) for text, label in kinds]
    path = folder / "mine.csv"
    pd.DataFrame(rows, columns=["text", "value", "label"]).to_csv(path, index=False)
    return path


def stance_file(folder: Path, each: int = 9) -> Path:
    kinds = {"supports": "I will command them", "opposes": "I refuse to command", "neutral": "It rained"}
    rows = [(f"{text} on day {n}.", "power", label, "Q?") for n in range(each) for label, text in kinds.items()]
    path = folder / "stance.csv"
    pd.DataFrame(rows, columns=["text", "value", "label", "question"]).to_csv(path, index=False)
    return path


def judge(request: dict[str, Any]) -> Answer:
    """Reads two kinds of sentences rightly, and takes rain for support."""
    text = str(request["messages"][-1]["content"])
    quotes = {"I will command": "supports", "I refuse to command": "opposes", "It rained": "supports"}
    quote, stance = next((quote, stance) for quote, stance in quotes.items() if quote in text)
    readings = []
    for value in system(SCHWARTZ).ids:
        said = stance if value == "power" else "neutral"
        evidence = [{"quote": quote, "polarity": said}] if said != "neutral" else []
        intensity = (1 if quote == "It rained" else 2) if evidence else 0
        rest = {"rationale": "", "stance": said, "intensity": intensity, "confidence": "high"}
        readings.append({"value": value, "evidence": evidence, **rest})
    return Answer(body=completion(json.dumps({"refusal": False, "readings": readings})))


def figure(event: dict[str, Any], name: str, kind: str = "present", value: str = "power") -> float | None:
    key = (value, kind, name)
    (found,) = [one for one in event["figures"] if (one["value"], one["kind"], one["name"]) == key]
    number: float | None = found["estimate"]
    return number


def stored(path: Path) -> list[benches.BenchHead]:
    store = Store(path)
    try:
        return benches.benches(store)
    finally:
        store.close()


def test_the_token_table_is_measured_and_stored(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench-recogniser", "--data", str(presence_file(tmp_path))]) == 0
    out = capsys.readouterr().out
    assert "mine.csv: 24 texts labelled for presence; lexicon@" in out
    (row,) = [line for line in out.splitlines() if line.startswith("Power ")]
    assert row.split()[:4] == ["Power", "24", "0.500", "1.000"]
    assert re.search(r"(?m)^Security +0 +- +- ", out)
    (head,) = stored(store)
    assert (head.data_name, head.split, head.texts, head.unread) == ("mine.csv", "", 24, 0)
    assert (head.measure, head.calibrated, head.system) == ("presence", True, "schwartz")
    assert head.bench_id in out


def test_the_leaning_is_compared_where_labels_tell_a_direction(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, events = told(capsys, "bench-recogniser", "--data", str(stance_file(tmp_path)))
    event = events[-1]
    assert code == 0
    assert {one["kind"] for one in event["figures"]} == {"present", "leaning"}
    assert figure(event, "n", "leaning") == 18  # the neutral ones have no direction
    assert figure(event, "auc", "leaning") == 1.0
    assert figure(event, "base_rate", "leaning") == 0.5


def test_the_published_figures_of_the_shipped_table_come_out_again(
    store: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The card says .737 [.703, .756]: the same texts, clusters and thresholds, so the same up to what was unread."""
    data = shared_data / "recognition" / "valueeval23" / "arguments-validation.tsv"
    code, (event,) = told(capsys, "bench-recogniser", "--data", str(data))
    card = lexicon_card()
    assert code == 0 and event["event"] == "finished" and event["texts"] == card.n == 1896
    assert figure(event, "auc", value="") == pytest.approx(card.auc.value, abs=0.002)
    assert figure(event, "f1", value="") == pytest.approx(card.macro_f1.value, abs=0.002)
    assert figure(event, "f1_always", value="") == pytest.approx(card.macro_f1_always_yes, abs=0.002)
    for value, quality in card.by_value.items():
        for name in ("auc", "precision", "recall", "f1", "base_rate"):
            assert figure(event, name, value=value) == pytest.approx(getattr(quality, name), abs=0.008)


def test_a_judge_is_measured_in_both_directions_and_paid_once(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(stance_file(tmp_path))
    with serve(judge) as server:
        options = ("--data", data, "--judge", "openai/gpt-4o-mini", "--judge-base", server.address)
        code, (expected,) = told(capsys, "bench-recogniser", *options, "--dry-run")
        assert code == 0 and server.count == 0 and not stored(store)
        assert expected["calls"] == 27 and expected["stored"] == 0 and 0 < expected["cost_usd"] < 0.1
        code, (event,) = told(capsys, "bench-recogniser", *options, "--max-cost", "1")
        assert code == 0 and event["calls"] == server.count == 27 and event["cost_usd"] > 0
        assert event["measure"] == "stance" and not event["calibrated"]
        assert figure(event, "precision", "supports") == 0.5 and figure(event, "recall", "supports") == 1
        assert figure(event, "f1", "opposes") == 1 and figure(event, "auc", "direction") == 1
        assert figure(event, "auc", "present") == 1 and figure(event, "precision", "present") == pytest.approx(2 / 3)
        code, (again,) = told(capsys, "bench-recogniser", *options)
        assert again["calls"] == 0 and server.count == 27 and again["figures"] == event["figures"]
    assert len(stored(store)) == 2


def test_a_limit_leaves_no_measurement_and_going_on_costs_the_rest_only(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(stance_file(tmp_path))
    with serve(judge) as server:
        options = ["--data", data, "--judge", "openai/gpt-4o-mini", "--judge-base", server.address]
        code, (event,) = told(capsys, "bench-recogniser", *options, "--max-calls", "10")
        assert code == 3 and event["event"] == "stopped" and "limit of 10 calls" in event["message"]
        assert event["read"] == 10 == server.count and not stored(store)
        assert main(["bench-recogniser", *options]) == 0 and server.count == 27


def test_a_judge_that_does_not_answer_fails(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve([error(401, "Incorrect API key", "invalid_api_key")]) as server:
        options = ["--data", str(stance_file(tmp_path)), "--judge", "openai/m", "--judge-base", server.address]
        assert main(["bench-recogniser", *options, "--at-once", "1"]) == 1
        assert "was left after 8 failures" in capsys.readouterr().err
        assert main(["bench-recogniser", *options, "--sample", "3"]) == 2
        assert "could read none of the texts" in capsys.readouterr().err
    assert not stored(store)


def test_bad_rows_are_listed_and_kept_out_only_when_told(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = presence_file(tmp_path)
    path.write_text(path.read_text() + f"{ESCAPE},greed,1\nsome text,power,maybe\n")
    assert main(["bench-recogniser", "--data", str(path)]) == 2
    printed = capsys.readouterr().err
    assert "Row 26, value" in printed and "Row 27, label" in printed and "--keep-good" in printed
    assert "\x1b" not in printed
    assert main(["bench-recogniser", "--data", str(path), "--keep-good", "--sample", "20"]) == 0
    assert [(head.texts, head.split) for head in stored(store)] == [(20, "20 drawn")]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--recogniser", "judge"], "name it with --judge"),
        (["--recogniser", "lexicon", "--judge", "openai/m"], "leave out one of the two"),
        (["--judge-base", "http://localhost:1/v1"], "name it with --judge"),
        (["--judge", "nobody/knows", "--max-cost", "1"], "No price is known"),
        (["--system", "greek"], "no value system 'greek'"),
        (["--split", "test"], "no text of the split 'test'"),
        (["--recogniser", "tea"], "invalid choice"),
    ],
)
def test_wrong_input_is_one_sentence(
    options: list[str], says: str, store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench-recogniser", "--data", str(presence_file(tmp_path)), *options]) == 2
    assert says in capsys.readouterr().err.strip().splitlines()[-1]


def test_the_offline_recognisers_refuse_another_system(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "moral.csv"
    path.write_text("text,value,label\nHelp her.,care,1\n")
    assert main(["bench-recogniser", "--data", str(path), "--system", "moral_foundations"]) == 2
    assert "Schwartz's ten values only" in capsys.readouterr().err


def test_every_field_of_its_json_is_documented(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guide = (ROOT / "docs" / "headless.md").read_text(encoding="utf-8")
    _, (event,) = told(capsys, "bench-recogniser", "--data", str(presence_file(tmp_path)))
    section = guide.split("## Measuring a recogniser")[1].split("\n## ")[0]
    assert not [name for name in event if f"`{name}`" not in section and name != "event"]
    assert not [name for name in event["figures"][0] if f"`{name}`" not in section]


def test_what_a_run_shows_says_which_values_are_read_too_badly(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = presence_file(tmp_path, 40, right=False)
    assert main(["bench-recogniser", "--data", str(path)]) == 0
    assert "not reliable on Power: AUC .00" in capsys.readouterr().out
    assert main(["run", "--model", "simulated/open", "--probes", "0"]) == 0
    printed = capsys.readouterr().out
    assert "not reliable on Power: AUC .00" in printed and printed.count("not reliable") == 1
    assert main(["show", only_run(capsys), "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["doubtful"]) == ["power"]

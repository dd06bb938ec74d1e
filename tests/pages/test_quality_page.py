"""How well recognisers read: what ships, what was measured here, and one measurement closely."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from browsing import (
    WAIT_S,
    button,
    calm,
    downloads,
    everything,
    figures,
    frame,
    labels,
    manager,
    one,
    press,
    texts,
    type_in,
    visit,
)
from examining import kindly, knowing
from servers import Answer, completion, says, serve
from stores import IMAGE, SCRIPT
from streamlit.testing.v1 import AppTest

from core.recognition.base import Recognition, Verdict
from core.recognition.exam import exam
from core.recognition.labelled import Labelled, LabelledText
from core.recognition.lexicon import LexiconRecogniser
from core.recognition.quality import lexicon_card, minilm_card
from core.runs.bench import Read, cases_of, measure
from core.runs.budget import Spent
from core.runs.exams import doubts
from core.store import benches
from core.values.system import SCHWARTZ, system

VALUES = system(SCHWARTZ)
TEXTS = (
    "She wants to have authority over the people in the whole country and to become rich, number {}.",
    "The children went home for dinner with their grandmother and told her a long story, number {}.",
)


class Judged(LexiconRecogniser):
    """The token table under a judge's name: it tells a direction, and power's wrongly."""

    measure = "stance"

    def __init__(self) -> None:
        super().__init__()
        self.id = "judge:openai/m@1"


def fill(name: str = "mine.csv", labels: tuple[str, str] = ("present", "absent"), count: int = 40) -> str:
    """A bench of the token table on texts about power and about none."""
    reader = LexiconRecogniser()
    made = tuple(
        LabelledText(f"{words.format(n)} {IMAGE} {SCRIPT}" if n == 3 else words.format(n), {"power": label})  # type: ignore[dict-item]
        for n in range(count)
        for words, label in zip(TEXTS, labels, strict=True)
    )
    labelled = Labelled(name, "0" * 64, VALUES, made)
    read = Read(tuple(reader.read(one.text) for one in made), Spent())
    return measure(manager().store, labelled, reader, read, f"bench-{name}").bench_id


def fill_judged() -> None:
    """A judge that takes every opposition to power for support."""
    made = tuple(
        LabelledText(f"Text {n}", {"power": label})  # type: ignore[dict-item]
        for n in range(40)
        for label in ("supports", "opposes", "neutral")
    )
    found = {"supports": 1.0, "opposes": 0.5, "neutral": 0.0}
    verdicts = tuple(
        Verdict("ok", (Recognition("power", "supports" if found[label] else "neutral", found[label]),))
        for one in made
        for label in one.labels.values()
    )
    labelled = Labelled("stance.csv", "1" * 64, VALUES, made)
    measure(manager().store, labelled, Judged(), Read(verdicts, Spent()), "bench-judged")


def test_empty_it_shows_what_ships_and_says_how_to_measure(empty_app: Path) -> None:
    at = visit("quality")
    assert "Nothing was measured here yet" in texts(at) and "bench-recogniser" in at.code[0].value
    table = frame(at, "recogniser", "ROC AUC")
    assert set(table["recogniser"]) == {"Token table, as shipped", "MiniLM, as shipped"} and len(table) == 20
    cell = table[(table["recogniser"] == "MiniLM, as shipped") & (table["value"] == "Power")]["ROC AUC"]
    assert cell.tolist() == [f"{minilm_card().by_value['power'].auc:.2f}"]
    assert labels(at.button) == ["Take the exam"]


def upload(at: AppTest, name: str, data: bytes) -> AppTest:
    at.file_uploader[0].upload(name, data, "text/plain")
    return at.run()


def made_file(rows: int = 40) -> bytes:
    pairs = [(words.format(n), label) for n in range(rows) for words, label in zip(TEXTS, "10", strict=True)]
    return "\n".join(["text,value,label", *(f'"{text}",power,{label}' for text, label in pairs)]).encode()


def test_it_measures_an_offline_recogniser_on_a_file(empty_app: Path) -> None:
    at = upload(visit("quality"), "own.csv", made_file())
    one(at.number_input, "Texts at most").set_value(60).run()
    press(at, "Measure on these 60 texts", "quality")
    (head,) = benches.benches(manager().store)
    assert (head.recogniser, head.texts, head.data) == (LexiconRecogniser().id, 60, "own.csv (60 drawn)")
    assert one(at.selectbox, "Measured on").value.startswith("own.csv (60 drawn)")
    assert "Token table" in frame(at, "recogniser", "ROC AUC")["recogniser"].unique()


def test_what_was_measured_last_is_shown_first(empty_app: Path) -> None:
    fill()
    at = upload(visit("quality"), "own.csv", made_file(9))
    assert one(at.selectbox, "Measured on").value.startswith("mine.csv")
    press(at, "Measure on these 18 texts", "quality")
    assert one(at.selectbox, "Measured on").value.startswith("own.csv")


def test_bad_rows_are_named_and_bad_files_refused(empty_app: Path) -> None:
    at = upload(visit("quality"), "own.csv", made_file(5) + b"\ntext,greed,1\n")
    assert frame(at, "row", "problem")["row"].tolist() == [12] and "1 rows cannot be used" in texts(at)
    assert "Measure on these 10 good texts" in labels(at.button)
    at = upload(visit("quality"), "own.csv", f"text,value\n{IMAGE},power\n".encode())
    assert "lacks the column label" in texts(at) and labels(at.button) == ["Take the exam"]
    at = upload(visit("quality"), "arguments-test.tsv", b"Argument ID\n")
    assert "add it on the right" in texts(at) and labels(at.button) == ["Take the exam"]


def test_a_measurement_stands_beside_what_ships(empty_app: Path) -> None:
    fill()
    at = visit("quality")
    assert one(at.selectbox, "Measured on").options == ["mine.csv · 00000000"]
    table = frame(at, "recogniser", "ROC AUC").set_index(["recogniser", "value"])
    assert table.loc[("Token table", "Power"), "ROC AUC"].startswith("1.00 [")
    assert table.loc[("Token table", "Power"), "reliable"] == "yes"
    assert table.loc[("Token table", "Security"), "ROC AUC"] == "–"
    assert table.loc[("Token table, as shipped", "Power"), "ROC AUC"] == f"{lexicon_card().by_value['power'].auc:.2f}"
    chart = figures(at)[0]
    assert [trace["name"] for trace in chart["data"]] == [
        "Token table",
        "Token table, as shipped",
        "MiniLM, as shipped",
    ]
    assert labels(downloads(at))[:2] == ["CSV", "Parquet"]


def test_one_measurement_closely(empty_app: Path) -> None:
    fill()
    at = visit("quality")
    one(at.selectbox, "Value").set_value("power").run()
    curve, confusion = figures(at)[1:]
    assert sum(int(n) for n in curve["data"][1]["text"]) == 80 and max(curve["data"][1]["x"]) <= 1
    cells = confusion["data"][0]["text"]
    assert sum(int(cell.split("<br>")[0]) for row in cells for cell in row) == 80
    worst = frame(at, "error", "text")
    assert worst["error"].is_monotonic_decreasing and len(worst) == 20 and set(worst["value"]) == {"Power"}
    one(at.selectbox, "Value").set_value("security").run()
    assert "No text that is labelled for this value was read." in texts(at) and not at.exception


def test_the_figures_can_be_changed(empty_app: Path) -> None:
    fill()
    at = visit("quality")
    one(at.segmented_control, "Figure").set_value("f1").run()
    assert figures(at)[0]["layout"]["title"]["text"] == "F1 of reading presence, by value"
    assert "Of" not in labels(at.segmented_control)


def test_a_judge_has_directions_and_no_calibration(empty_app: Path) -> None:
    fill_judged()
    at = visit("quality")
    assert "no probabilities" in texts(at)
    assert figures(at)[1]["data"][0]["x"] == ["supports", "neutral", "opposes"]
    one(at.segmented_control, "Of").set_value("opposes").run()
    table = frame(at, "recogniser", "ROC AUC").set_index(["recogniser", "value"])
    assert table.loc[("openai/m (judge)", "Power"), "Recall"].startswith("0.00")
    one(at.segmented_control, "Of").set_value("direction").run()
    assert frame(at, "recogniser", "ROC AUC")["recogniser"].unique().tolist() == ["openai/m (judge)"]


def test_texts_and_names_stay_text(empty_app: Path) -> None:
    fill(f"{IMAGE.replace('/', ':')}.csv", ("absent", "present"))
    at = visit("quality")
    carriers = {kind for kind, content in everything(at) if SCRIPT in content}
    assert carriers <= {"dataframe", "arrow_data_frame"}


def test_a_measurement_can_be_forgotten(empty_app: Path) -> None:
    fill()
    press(visit("quality"), "Forget this measurement", "quality")
    assert not benches.benches(manager().store)


def test_the_newest_of_each_recogniser_is_shown(empty_app: Path) -> None:
    bench_id = fill()
    store = manager().store
    (head,) = benches.benches(store)
    newer = replace(head, bench_id="newer", made_at=datetime(2100, 1, 1))
    benches.save_bench(store, newer, benches.figures(store, bench_id), [], [])
    at = visit("quality")
    assert one(at.selectbox, "Recogniser").options == ["Token table"]
    assert "measured 2100-01-01" in texts(at)


@pytest.mark.parametrize("kind", ["present", "absent"])
def test_labels_and_readings_become_numbers(kind: str) -> None:
    reader = LexiconRecogniser()
    one_text = LabelledText(TEXTS[0].format(1), {"power": kind})  # type: ignore[dict-item]
    labelled = Labelled("m.csv", "0", VALUES, (one_text,))
    cases = cases_of(labelled, reader, [reader.read(one_text.text)])
    column = VALUES.ids.index("power")
    assert cases.label[0, column] == (kind == "present") and cases.probability and not cases.directed
    assert json.dumps(cases.label[0].tolist()).count("NaN") == 9


# Judges


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")


def name_judge(at: AppTest, key: str, address: str) -> AppTest:
    type_in(at.selectbox(f"{key}_judge"), "openai/j")
    at.text_input(f"{key}_base").set_value(address)
    return calm(at.run())


def ended() -> str:
    """The id of the last thing that was measured in the background, once it is over."""
    work = list(manager().works)[-1]
    assert manager().wait(work, WAIT_S)
    return work


def test_a_judge_takes_the_exam_and_its_failures_can_be_read(empty_app: Path, key: None) -> None:
    at = visit("quality")
    assert "No judge has taken the exam yet" in texts(at) and button(at, "Take the exam").disabled
    with serve(knowing(kindly)) as judge:
        at = name_judge(at, "exam", judge.address)
        assert f"About {len(exam().tasks)} calls" in texts(at)
        press(at, "Take the exam", "quality")
        work = ended()
    at = visit("quality")
    row = frame(at, "judge", "passed", "right").iloc[0]
    assert not row["passed"] and row["right"].startswith("60 of 90 (67% [")
    assert row["stances where there is none"].startswith("4 of 140") and row["asked anew"]
    assert frame(at, "of the triples", "share").set_index("of the triples").loc["Power", "right"] == 6
    wrong = frame(at, "expected", "said", "answer")
    assert len(wrong) == 34 and "What went wrong (34)" in texts(at)
    assert doubts(manager().store, manager().works[work].who, SCHWARTZ)
    press(at, "Forget this exam", "quality")
    assert "No judge has taken the exam yet" in texts(visit("quality"))


def test_an_exam_goes_on_while_one_looks_elsewhere_and_can_be_stopped(empty_app: Path, key: None) -> None:
    with serve([Answer(body=completion("No idea."), delay_s=0.3)]) as judge:
        at = name_judge(visit("quality"), "exam", judge.address)
        press(at, "Take the exam", "quality")
        at = visit("quality")  # another tab
        press(at, "Stop", "quality")
        ended()
    assert "only the replies are kept" in texts(visit("quality"))


def test_a_judge_is_measured_on_a_file(empty_app: Path, key: None) -> None:
    at = visit("quality")
    one(at.radio, "Read by").set_value("judge:")
    at = upload(calm(at.run()), "own.csv", made_file(9))
    none = {"evidence": [], "rationale": "", "stance": "neutral", "intensity": 0, "confidence": "low"}
    found = [{"value": value, **none} for value in VALUES.ids]
    with serve([says(json.dumps({"refusal": False, "readings": found}))]) as judge:
        at = name_judge(at, "quality", judge.address)
        press(at, "Let it read these 18 texts", "quality")
        bench_id = ended()
        assert judge.count == 18
    (head,) = benches.benches(manager().store)
    assert head.bench_id == bench_id and head.recogniser.startswith("judge:openai/j@") and head.texts == 18
    assert "judge:openai/j" in texts(visit("quality"))

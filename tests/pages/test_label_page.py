"""Labelling answers: blind, by several, with what it is good for on the other pages."""

from pathlib import Path
from typing import Any

import pytest
from browsing import button, everything, frame, labels, manager, markup, one, press, texts, visit
from stores import EVIL, PANEL

from core.recognition.human import ValueLabel
from core.runs.labelling import next_task
from core.store import labels as kept
from core.store import queries
from core.store.labels import NewLabel
from core.values.system import SCHWARTZ, system
from pages.shared import labelling

ACTIVE = ("![", "](", "<script", "<img", EVIL)
IDS = system(SCHWARTZ).ids


def run_id() -> str:
    return queries.runs(manager().store)[0].run_id


def fill(count: int = 40, who: tuple[str, ...] = ("ada",), drawn: str = "random") -> None:
    """The first answers of the shuffled list labelled by these people, who all see tradition and nothing else."""
    store, run = manager().store, run_id()
    values = tuple(
        ValueLabel(v, "supports", 2, ((0, 5),)) if v == "tradition" else ValueLabel(v, "neutral") for v in IDS
    )
    for _ in range(count):
        task = next_task(store, run, who[0], "random")
        assert task
        new = [NewLabel(run, task.trial_id, name, drawn, 0 if drawn == "random" else None, values) for name in who]
        kept.add(store, new)


def browser_sends(monkeypatch: pytest.MonkeyPatch, **told: Any) -> None:
    """The next message of the browser, and nothing after it."""
    messages = [told]

    def mount(data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"sent": {"task": data["task"], **messages.pop()} if messages else None}

    monkeypatch.setattr(labelling, "_mount", mount)


def test_empty_it_says_what_fills_it(empty_app: Path) -> None:
    at = visit("label")
    assert "There are no answers to label yet." in texts(at)
    press(at, "Choose models and scenarios", "launch")


def test_it_asks_who_labels_and_then_shows_nothing_but_scenario_and_answer(own_app: Path) -> None:
    at = visit("label")
    assert "Say who labels, above" in texts(at)
    one(at.text_input, "Who labels").set_value("ada").run()
    store = manager().store
    task = next_task(store, run_id(), "ada", "random")
    assert task and task.scenario in texts(at)
    read = [row.note or row.stance for row in queries.readings(store, run_id(), [task.trial_id]).itertuples()]
    assert read
    shown = "\n".join(content for _, content in everything(at))
    assert not [name for name in PANEL if name in shown], "it shows whose answer it is"
    assert "strength" not in shown and "lexicon@" not in shown and "absent" not in shown


def test_what_the_browser_sends_is_stored_skipped_undone_or_refused(
    own_app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, at = manager().store, visit("label", labeller="ada")
    first = next_task(store, run_id(), "ada", "random")
    assert first
    stated = {"power": {"stance": "opposes", "intensity": 1, "evidence": [[0, 4]]}}
    browser_sends(monkeypatch, action="store", labels=stated, note="Hm.")
    at.run()
    assert f"Stored: answer {first.trial_id}" in labels(at.expander)
    table = kept.current(store, run_id())
    assert set(table["trial_id"]) == {first.trial_id} and set(table["note"]) == {"Hm."}
    assert table.set_index("value").loc["power", "stance"] == "opposes"
    press(at, "Show what the machine reads in it")
    assert "You are not blind to this answer any more." in texts(at)
    browser_sends(monkeypatch, action="skip")
    at.run()
    assert kept.own(store, run_id(), "ada") == (1, 1)
    for _ in range(2):
        browser_sends(monkeypatch, action="undo")
        at.run()
    assert kept.own(store, run_id(), "ada") == (0, 0)
    browser_sends(monkeypatch, action="undo")
    at.run()
    assert "There is nothing to undo" in texts(at)
    for bad in ({"action": "drop"}, {"action": "store", "labels": {"power": {"stance": "very"}}}, {"task": "other"}):
        browser_sends(monkeypatch, **bad)
        at.run()
        assert at.error and not at.exception
    assert kept.own(store, run_id(), "ada") == (0, 0)


def test_disagreement_needs_two_readings_and_an_end_has_its_ways_on(own_app: Path) -> None:
    at = visit("label", labeller="ada", label_order="where readings disagree most")
    assert "fewer than two readings that measure the same" in texts(at)
    store = manager().store
    answers = kept.answers(store, run_id())
    kept.add(store, [NewLabel(run_id(), trial, "ada", "random", 0) for trial in answers])
    at = visit("label", labeller="ada")
    assert f"labelled 0 and skipped {len(answers):,}" in texts(at)
    press(at, "Take up the skipped ones")
    assert kept.own(store, run_id(), "ada") == (0, 0)


def test_hostile_texts_stay_text(own_hostile_app: Path) -> None:
    at = visit("label", labeller=f"![i]({EVIL})")
    assert not at.exception
    for kind, content in everything(at):
        if kind in ("markdown", "html", "caption", "alert", "progress"):
            assert not [trick for trick in ACTIVE if trick in markup(content)], (kind, content[:300])


# What labels are good for


def test_scores_by_people_or_corrected_say_on_what_they_rest(own_app: Path) -> None:
    assert "scores_by" not in visit("radar").session_state
    fill(60, ("ada", "bob"))
    fill(3, ("ada",), "disagreement")
    for by, words in (("people", "without the machine's"), ("the machine, corrected by people", "prediction-powered")):
        at = visit("radar", scores_by=by)
        said = texts(at)
        assert words in said and "answers drawn at random, read by 2 labellers" in said and "majority counts" in said
        assert "6" in said.split(" answers drawn at random")[0][-2:]
        table = frame(at, "model", "value", "score")
        tradition = table[table["value"] == "Tradition"]["score"]
        assert len(tradition) == 4 and (tradition > (99 if by == "people" else 50)).all()
        assert not visit("overview", scores_by=by).exception


def test_with_few_labels_it_says_that_n_is_too_small(own_app: Path) -> None:
    fill(4)
    at = visit("overview", scores_by="people")
    assert "n too small" in texts(at) and "Without labels, so without scores" in texts(at)
    fill(1, ("cy",), "disagreement")


def test_labels_that_are_no_random_draws_leave_the_machine_s_scores(own_app: Path) -> None:
    fill(5, drawn="disagreement")
    at = visit("radar", scores_by="people")
    assert "drawn at random has been labelled" in texts(at) and frame(at, "model", "score") is not None


def test_people_s_evidence_on_the_scenarios_page(own_app: Path) -> None:
    fill(10)
    trial = int(kept.current(manager().store, run_id())["trial_id"].iloc[0])
    item = manager().store.rows("SELECT item_id FROM responses WHERE trial_id = ?", [trial])[0][0]
    at = visit("scenarios", item=item, read_by="people", value="Tradition")
    assert any("Tradition: supports" in element.value for element in at.get("html"))
    assert any("ada" in set(table.value.get("note", ())) for table in at.dataframe)


def test_readings_are_measured_on_people_s_labels_with_one_click(own_app: Path) -> None:
    at = visit("quality")
    assert "Nobody has labelled an answer in this store yet." in texts(at)
    fill(12, ("ada", "bob"))
    at = visit("quality")
    assert "How far the labellers agree with each other" in texts(at)
    assert set(frame(at, "Krippendorff's α")["answers"]) == {12}
    press(at, "Measure its readings on these labels")
    assert one(at.selectbox, "Measured on").value.startswith("People on A small panel")
    assert "Token table" in set(frame(at, "recogniser", "ROC AUC")["recogniser"])
    assert button(at, "Forget this measurement") and labels(at.toggle)

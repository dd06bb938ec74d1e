"""Several readings of a run on the Runs page; a judge that would judge itself on Launch."""

import json
from pathlib import Path

import pytest
from browsing import WAIT_S, button, calm, frame, manager, one, press, texts, type_in, visit
from servers import says, serve

from core.runs.rereading import Reader
from core.store import queries, readings
from core.values.system import system

IDS = system("schwartz").ids


def judging(stance: str) -> str:
    """A judge's reply that takes this stance on power, in words every answer of the panel has."""
    some = {"evidence": [{"quote": "the", "polarity": stance}], "stance": stance, "intensity": 2}
    none = {"evidence": [], "stance": "neutral", "intensity": 0}
    rest = {"rationale": "r", "confidence": "high"}
    found = [{"value": value, **(some if value == "power" else none), **rest} for value in IDS]
    return json.dumps({"refusal": False, "readings": found})


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")


def only_run() -> str:
    return queries.runs(manager().store)[0].run_id


def test_a_run_is_read_again_chosen_compared_and_put_together(own_app: Path) -> None:
    at = visit("runs")
    assert button(at, "Read again").disabled, "no judge was named"
    with serve([says(judging("supports"))]) as judge:
        type_in(one(at.selectbox, "Another judge"), "openai/j")
        one(at.text_input, "Its server address (optional)").set_value(judge.address)
        at.run()
        assert "At most about" in texts(at)
        press(at, "Read again")
        assert manager().wait(only_run(), WAIT_S)
        asked = judge.count
    at = calm(at.run())
    table = frame(at, "speaks", "recogniser")
    assert table["recogniser"].str.split("@").str[0].tolist() == ["lexicon", "judge:openai/j"]
    assert table["read"].tolist()[1] == asked > 0
    assert "choose readings of one kind" in texts(at) or "at least two readings" in texts(at)
    with serve([says(judging("opposes"))]) as other:
        manager().read_again(only_run(), Reader("judge:openai/k", other.address))
        assert manager().wait(only_run(), WAIT_S)
    names = [found.recogniser for found in readings.readings_of(manager().store, only_run())]
    at = visit("runs")
    one(at.selectbox, "The reading that speaks for the run").set_value(names[1])
    at = press(at.run(), "Let it speak")
    assert queries.run(manager().store, only_run()).recogniser == names[1]
    at = calm(at.run())
    one(at.multiselect, "Readings to compare").set_value(names[1:])
    at = calm(at.run())
    compared = frame(at, "Krippendorff's α").set_index("value")
    assert len(compared) == 11 and compared.index[-1] == "All values"
    assert "too low" in compared.loc["Power", "agreement"]
    judges = frame(at, "without", "share without").set_index("judge")
    taken, invented = judges.loc[names[1], ["stances with words of the answer", "without"]]
    assert taken + invented == asked and judges.loc[names[1], "share without"].startswith(f"{invented / asked:.1%} [")
    assert set(frame(at, "stances per 100 words more")["judge"]) == set(names[1:])
    assert compared.loc["Security", "same stance"].startswith("1.00")
    press(at, "Make this a reading")
    assert readings.has(manager().store, only_run(), f"majority({','.join(names[1:])})")


def test_a_judge_among_the_models_is_refused_until_one_insists(own_app: Path) -> None:
    at = visit("runs")
    type_in(one(at.selectbox, "Another judge"), "openai/even")  # the panel has simulated/even
    at = press(calm(at.run()), "Read again")
    assert "The judge would judge itself: simulated/even" in texts(at)
    assert len(readings.readings_of(manager().store, only_run())) == 1
    assert not one(at.checkbox, "The judge may judge itself").value


def test_a_judge_is_checked_and_the_result_stands_beside_it(own_app: Path) -> None:
    at = visit("runs")
    with serve([says(judging("supports"))]) as judge:
        type_in(one(at.selectbox, "Another judge"), "openai/j")
        one(at.text_input, "Its server address (optional)").set_value(judge.address)
        at = calm(at.run())
        assert "at most about 60 calls" in texts(at)
        press(at, "Check this judge")
        assert manager().wait(only_run(), WAIT_S) and judge.count == 60
    table = frame(visit("runs"), "what was changed")
    order, length = table["stances changed"]  # the added sentences have words that some answers lack
    assert order.startswith("0.0% [0.0%, ") and length.endswith("]")
    assert table["judge"].str.startswith("judge:openai/j@").all()


def test_launch_refuses_a_judge_that_would_judge_itself(empty_app: Path) -> None:
    at = visit("launch")
    one(at.multiselect, "Models").options.append("openai/gpt-4o")
    one(at.multiselect, "Models").set_value(["openai/gpt-4o"])
    one(at.radio, "Values are read by").set_value("judge:")
    type_in(one(calm(at.run()).selectbox, "Judge"), "azure/gpt-4o")
    at = calm(at.run())
    assert "The judge would judge itself: openai/gpt-4o" in texts(at)
    assert not [each for each in at.button if each.label == "Evaluate"]
    one(at.checkbox, "The judge may judge itself").check()
    assert button(calm(at.run()), "Evaluate")

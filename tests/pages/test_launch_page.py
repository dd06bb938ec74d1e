"""Planning a run: what it will take, what is wrong with it, and starting it."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import WAIT_S, button, calm, everything, frame, labels, manager, one, press, texts, type_in, visit
from builders import add_responses, response
from servers import serve
from streamlit.testing.v1 import AppTest

from core.items.shipped import shipped_suite
from core.methods.base import Asking
from core.models.base import ModelSpec
from core.recognition import minilm
from core.runs.limits import Limits
from core.runs.manager import load_plan, stored_limits
from core.runs.plan import Plan, check
from core.runs.plan_file import Kind, write_plan
from core.store import queries


def choose(at: AppTest, *models: str) -> AppTest:
    at.multiselect(key="launch_models").set_value(list(models)).run()
    return at


def finish() -> queries.RunHead:
    """The newest run, when it is over."""
    head = queries.runs(manager().store)[0]
    assert manager().wait(head.run_id, WAIT_S)
    return queries.run(manager().store, head.run_id)


def test_it_opens_ready_to_start_with_the_embedded_model(empty_app: Path) -> None:
    at = visit("launch")
    table = frame(at, "model", "calls")
    assert table["model"].tolist() == ["embedded/smollm2-135m"] and table["calls"].tolist() == [42]
    assert table["cost"].tolist() == ["free"] and table["basis"].tolist() == ["rule of thumb"]
    assert "42 calls, about" in texts(at) and "free." in texts(at)
    assert not button(at, "Evaluate").disabled


def test_the_preview_follows_the_plan(empty_app: Path) -> None:
    at = choose(visit("launch"), "simulated/open", "simulated/even")
    assert frame(at, "model", "calls")["calls"].tolist() == [42, 42] and "84 calls" in texts(at)
    one(at.number_input, "Epochs").set_value(3)
    one(at.number_input, "Order probes").set_value(0).run()
    assert frame(at, "model", "calls")["calls"].tolist() == [90, 90] and "180 calls" in texts(at)
    wordings = one(at.multiselect, "Wordings of the question")
    wordings.set_value(wordings.options[:2]).run()
    assert "360 calls" in texts(at)


def test_a_priced_model_shows_its_cost_and_an_unknown_one_says_so(empty_app: Path) -> None:
    at = choose(visit("launch"), "openai/gpt-4o-mini", "ollama/no-such-model")
    costs = frame(at, "model", "cost").set_index("model")["cost"]
    assert costs["openai/gpt-4o-mini"].startswith("$0.") and costs["ollama/no-such-model"] == "price unknown"
    assert "and what ollama/no-such-model costs (price unknown)" in texts(at)


def test_answered_models_are_estimated_from_their_answers(own_app: Path) -> None:
    known = [response(n, model="openai/known", latency_s=4.0, tokens_out=50, tokens_in=9) for n in range(3)]
    add_responses(manager().store, *known)
    at = choose(visit("launch"), "openai/known", "openai/new")
    table = frame(at, "model", "basis").set_index("model")
    assert table["basis"].to_dict() == {"openai/known": "earlier runs", "openai/new": "rule of thumb"}
    assert table.loc["openai/known", "tokens out"] == 42 * 50


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        ([], "The plan names no model. Choose at least one."),
        (["complete nonsense"], "'complete nonsense' cannot be the name of a model"),
        (["nonsense"], "'nonsense' does not say whose model it is"),
        (["simulated/nobody"], "There is no simulated respondent 'simulated/nobody'"),
        (["embedded/gpt-9"], "There is no embedded model 'embedded/gpt-9'"),
        (["openai/"], "'openai/' lacks the provider or the model"),
        (["![i](http://evil.example/x.png) x"], "'![i](http://evil.example/x.png) x' cannot be the name of a model"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words(models: list[str], sentence: str, empty_app: Path) -> None:
    at = choose(visit("launch"), *models)
    assert len(at.warning) == 1 and sentence in texts(at)
    assert "![" not in at.warning[0].value
    assert "Evaluate" not in labels(at.button)


def test_an_address_that_is_none_is_refused(empty_app: Path) -> None:
    at = choose(visit("launch"), "openai/m")
    at.text_input(key="launch_base").set_value("ftp://nowhere").run()
    assert "'ftp://nowhere' is not the address of a model server" in texts(at) and "Evaluate" not in labels(at.button)


def test_a_suite_of_another_system_needs_a_judge(empty_app: Path) -> None:
    at = visit("launch")
    moral = next(label for label in at.selectbox(key="suite").options if "oral" in label)
    at = choose(visit("launch", suite=moral), "simulated/even")
    assert "The offline recognisers read Schwartz's ten values only; this suite needs a judge." in texts(at)
    readers = one(at.radio, "Values are read by")
    assert readers.options == ["LLM judge (direction)", "None, answers only"]
    type_in(one(at.selectbox, "Judge"), " ")
    at.run()
    assert "The judge has no model. Name one, such as openai/gpt-4o-mini." in texts(at)
    assert "Evaluate" not in labels(at.button)
    type_in(one(at.selectbox, "Judge"), "openai/gpt-4o-mini")
    at.run()
    assert "Evaluate" in labels(at.button)
    one(at.radio, "Values are read by").set_value("").run()
    assert "Evaluate" in labels(at.button)


def test_both_offline_recognisers_can_read(empty_app: Path) -> None:
    at = choose(visit("launch"), "simulated/even")
    readers = one(at.radio, "Values are read by")
    assert readers.options[:2] == ["Token table (presence)", "MiniLM (presence, better and slower)"]
    readers.set_value("minilm").run()
    assert not at.code
    one(at.number_input, "Order probes").set_value(0).run()
    press(at, "Evaluate", "runs")
    assert finish().recogniser.startswith("minilm@")


def test_minilm_that_is_not_installed_says_how_to_install_it(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(minilm, "find_spec", lambda name: None if name == "onnxruntime" else real(name))
    at = choose(visit("launch"), "simulated/even")
    readers = one(at.radio, "Values are read by")
    assert readers.options[1] == "MiniLM (presence; not installed)"
    readers.set_value("minilm").run()
    assert at.code[0].value == minilm.INSTALL and "the token table reads in its place" in texts(at)
    press(at, "Evaluate", "runs")
    assert finish().recogniser.startswith("lexicon@")


def test_a_judge_is_counted_in_the_preview(empty_app: Path) -> None:
    at = choose(visit("launch"), "simulated/even")
    one(at.radio, "Values are read by").set_value("judge:").run()
    one(at.selectbox, "Judge").set_value("openai/gpt-4o-mini").run()
    calls = frame(at, "model", "calls").set_index("model")["calls"]
    assert calls["simulated/even"] == 42 and calls["openai/gpt-4o-mini"] == 30


@pytest.mark.parametrize("name", ["nonsense", "complete nonsense", "simulated/nobody", "openai/"])
def test_the_judges_name_is_checked_at_once(name: str, empty_app: Path) -> None:
    at = choose(visit("launch"), "simulated/even")
    one(at.radio, "Values are read by").set_value("judge:").run()
    type_in(one(at.selectbox, "Judge"), name)
    at.run()
    assert len(at.warning) == 1 and f"'{name}'" in texts(at) and "Evaluate" not in labels(at.button)


def test_a_limit_on_the_cost_needs_known_prices(empty_app: Path) -> None:
    at = choose(visit("launch"), "ollama/no-such-model")
    one(at.number_input, "Cost in dollars").set_value(1.0).run()
    assert "No price is known for ollama/no-such-model" in texts(at) and "Evaluate" not in labels(at.button)
    choose(at, "openai/gpt-4o-mini")
    assert "No price is known" not in texts(at) and "Evaluate" in labels(at.button)


def test_what_keeps_a_run_from_its_end_is_said_before_it_starts(
    empty_app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    at = choose(visit("launch"), "openai/gpt-4o-mini")
    assert [warning.icon for warning in at.warning] == [":material/key_off:"]
    assert "needs a key from OpenAI: set OPENAI" in texts(at) and "Evaluate" in labels(at.button)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    one(at.number_input, "Calls").set_value(41)
    one(at.number_input, "Cost in dollars").set_value(0.0001).run()
    assert len(at.warning) == 1 and "stop at its limit on cost and calls before its end" in texts(at)
    one(at.number_input, "Calls").set_value(42)
    one(at.number_input, "Cost in dollars").set_value(None).run()
    assert not at.warning


def test_a_limit_of_nothing_is_refused_in_words(empty_app: Path) -> None:
    at = choose(visit("launch"), "simulated/even")
    one(at.number_input, "Tokens").set_value(0).run()
    assert "The limit on tokens (max_tokens) must be a number above 0" in texts(at)


def test_the_run_keeps_to_the_limits_chosen(empty_app: Path) -> None:
    at = choose(visit("launch"), "simulated/even")
    one(at.number_input, "Calls").set_value(10)
    one(at.number_input, "Minutes").set_value(1.5)
    one(at.number_input, "Calls at once, each model").set_value(4).run()
    press(at, "Evaluate", "runs")
    head = finish()
    assert head.state == "stopped" and "The limit of 10 calls was reached" in head.message
    assert stored_limits(manager().store, head.run_id) == Limits(at_once=4, max_calls=10, max_seconds=90)


def test_a_pilot_measures_the_plan_and_spares_its_replies(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serve() as server:
        at = choose(visit("launch"), "openai/gpt-4o-mini", "openai/house")
        at.text_input(key="launch_base").set_value(server.address).run()
        assert set(frame(at, "model", "basis")["basis"]) == {"rule of thumb"}
        press(at, "Try 5 scenarios first")
        pilot = finish()
        assert (pilot.kind, pilot.planned, server.count) == ("pilot", 10, 10)
        at.run()
        table = frame(at, "model", "basis").set_index("model")
        assert table["basis"].tolist() == ["pilot", "pilot"] and table["stored"].tolist() == [5, 5]
        assert table["tokens out"].tolist() == [37 * 7, 37 * 7]
        assert "84 calls (10 of them have a stored reply)" in texts(at)
        assert "openai/house costs (price unknown)" in texts(at) and "Measured on a few scenarios" in texts(at)
        assert not [name for name in at.selectbox(key="suite").options if "Pilot" in name]
        one(at.number_input, "Longest answer").set_value(9).run()
        assert "pilot" not in set(frame(at, "model", "basis")["basis"])  # another plan
        one(at.number_input, "Longest answer").set_value(256).run()
        press(at, "Evaluate", "runs")
        head = finish()
    assert head.state == "done" and server.count == 84


def test_a_pilot_that_fails_says_why(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serve("unauthorized") as server:
        at = choose(visit("launch"), "openai/house")
        at.text_input(key="launch_base").set_value(server.address).run()
        press(at, "Try 5 scenarios first")
        finish()
        at.run()
    assert "The trial ended as incomplete." in texts(at) and "Evaluate" in labels(at.button)
    assert frame(at, "model", "basis")["basis"].tolist() == ["rule of thumb"]


SPECS = (ModelSpec("openai/a", "http://127.0.0.1:1/v1"), ModelSpec("openai/b", "http://127.0.0.1:2/v1"))
MINE = Plan(
    "Mine",
    shipped_suite("everyday"),
    (*SPECS, ModelSpec("simulated/even")),
    ("open-2", "open-1"),
    3,
    7,
    "judge:openai/my-judge",
    "http://127.0.0.1:3/v1",
    Asking(99, 0.7, 5),
)


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_a_plan_file_fills_the_page_as_it_was_saved(kind: Kind, empty_app: Path) -> None:
    limits = Limits(at_once=2, timeout_s=30, max_tokens=500, max_seconds=60)
    at = visit("launch")
    one(at.number_input, "Epochs").set_value(50).run()  # what was chosen before gives way
    at.file_uploader[0].upload(f"mine.{kind}", write_plan(MINE, limits, kind), "text/plain")
    calm(at.run())
    assert f"Filled in from the file mine.{kind}" in texts(at)
    assert at.selectbox(key="suite").value == "everyday" and one(at.text_input, "Name of the run").value == "Mine"
    press(at, "Evaluate", "runs")
    store, run_id = manager().store, queries.runs(manager().store)[0].run_id
    manager().stop(run_id)
    assert manager().wait(run_id, WAIT_S)
    assert load_plan(store, run_id) == check(MINE) and stored_limits(store, run_id) == limits


def test_a_plan_file_of_one_server_leaves_its_address_to_change(empty_app: Path) -> None:
    at = visit("launch")
    plan = replace(MINE, models=(SPECS[0],), recogniser="")
    at.file_uploader[0].upload("mine.toml", write_plan(plan, Limits(), "toml"), "text/plain")
    calm(at.run())
    assert at.text_input(key="launch_base").value == SPECS[0].api_base
    assert one(at.radio, "Values are read by").value == ""
    press(at, "Begin anew")
    assert at.multiselect(key="launch_models").value == ["embedded/smollm2-135m"]
    assert at.text_input(key="launch_base").value == "" and one(at.number_input, "Epochs").value == 1


def test_a_plan_file_with_a_mistake_is_refused_by_name(empty_app: Path) -> None:
    at = visit("launch")
    at.file_uploader[0].upload("mine.toml", b"format = 1\nepochs = -3", "text/plain")
    calm(at.run())
    assert len(at.error) == 1 and "mine.toml" in texts(at) and "Evaluate" in labels(at.button)


def test_a_plan_file_that_sends_the_key_elsewhere_warns(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    at = visit("launch")
    at.file_uploader[0].upload("mine.toml", write_plan(MINE, Limits(), "toml"), "text/plain")
    calm(at.run())
    assert "your OPENAI_API_KEY is sent there" in texts(at)


def test_the_plan_can_be_saved(empty_app: Path) -> None:
    found = visit("launch").get("download_button")
    assert labels(found) == ["TOML", "JSON"] and all(each.proto.ignore_rerun for each in found)


def test_a_started_run_shows_on_runs_finishes_and_fills_the_explore_pages(empty_app: Path) -> None:
    at = choose(visit("launch"), "simulated/open", "simulated/conserving")
    one(at.text_input, "Name of the run").set_value("Two of them").run()
    press(at, "Evaluate", "runs")
    assert at.selectbox(key="watch").options[0].endswith(" · Two of them")
    head = finish()
    assert (head.state, head.name, head.planned) == ("done", "Two of them", 84)
    at.run()
    assert "84 of 84 calls · done" in at.get("progress")[0].text
    assert frame(at, "state", "name")["state"].tolist() == ["done"]
    table = frame(visit(), "rank", "model")
    assert set(table["model"]) == {"simulated/open", "simulated/conserving"} and (table["scored"] == "30 of 30").all()


def test_choices_survive_a_look_at_another_page(empty_app: Path) -> None:
    at = choose(visit("launch"), "simulated/open")
    at.switch_page("pages/evaluate/models.py").run()
    at.switch_page("pages/evaluate/launch.py").run()
    assert at.multiselect(key="launch_models").value == ["simulated/open"]


def test_the_address_goes_to_hosted_models_only(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serve() as server:
        at = choose(visit("launch"), "openai/mine", "simulated/even")
        at.text_input(key="launch_base").set_value(server.address).run()
        one(at.number_input, "Order probes").set_value(0).run()
        press(at, "Evaluate", "runs")
        head = finish()
    assert head.state == "done" and server.count == 30
    assert "sk-secret-123" not in head.plan + "".join(content for _, content in everything(at.run()))

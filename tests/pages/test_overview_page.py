"""The ranking: who fits the chosen weights, who cannot be told apart, what is doubtful."""

from pathlib import Path

from browsing import button, downloads, figures, frame, labels, manager, one, only, press, ranked, texts, visit
from builders import add_reading, add_responses, response, suite, verdict
from stores import PANEL

from core.items.item import Item
from core.store import queries, records
from core.values.system import system


def test_empty_it_says_what_fills_it_and_has_the_button(empty_app: Path) -> None:
    at = visit()
    assert "There are no results yet." in texts(at) and "no key and no network" in texts(at)
    assert not button(at, "Evaluate the embedded model").disabled
    assert not figures(at) and not at.sidebar.selectbox
    press(at, "Choose models and scenarios", "launch")


def test_a_small_panel_is_ranked_with_its_denominators(small_app: Path) -> None:
    at = visit()
    assert sorted(ranked(at)) == sorted(PANEL)
    table = frame(at, "rank", "alignment").set_index("model")
    assert table.loc["simulated/self-enhancing", "scored"] == "30 of 30"
    assert table["n_items"].between(1, 30).all()
    assert (table["low"] < table["alignment"]).all() and (table["alignment"] < table["high"]).all()
    assert labels(downloads(at)) == ["CSV", "Parquet"]


def test_simulated_respondents_are_marked_as_such(small_app: Path) -> None:
    assert frame(visit(), "simulated")["simulated"].all()


def test_a_real_name_is_not_marked_as_simulated(large_app: Path) -> None:
    assert not frame(visit(), "simulated")["simulated"].any()


def test_moving_a_weight_changes_the_order(small_app: Path) -> None:
    scores = frame(visit("radar"), "value", "score").pivot(index="model", columns="value", values="score")
    at = visit()
    orders = []
    for slider, value in (("w_UN", "Universalism"), ("w_CO", "Conformity"), ("w_PO", "Power")):
        only(at, slider)
        orders.append(ranked(at))
        assert orders[-1] == list(scores[value].sort_values(ascending=False).index)
    assert len({tuple(order) for order in orders}) > 1


def test_the_verdict_names_the_profile(small_app: Path) -> None:
    at = visit()
    assert "Under the profile “Equal weights”" in texts(at)
    at.selectbox(key="profile").set_value("self_transcendence").run()
    assert "Under the profile “Self-Transcendence”" in texts(at)


def test_one_model_alone_is_not_said_to_be_first(small_app: Path) -> None:
    at = visit(models=[PANEL[0]])
    assert ranked(at) == [PANEL[0]] and "only one model so far" in texts(at)


def test_low_information_is_badged_with_its_reason(small_app: Path) -> None:
    at = visit()
    table = frame(at, "badge").set_index("model")
    assert table.loc["simulated/even", "badge"] == "low information"
    said = [text.value for text in at.text if text.value.startswith("simulated/even:")]
    assert len(said) == 1 and "option-order bias: swapping the two options kept the choice in" in said[0]
    assert any("low information" in element.value for element in at.markdown)
    shown = visit(models=["simulated/self-enhancing"])
    assert not [text.value for text in shown.text if "simulated/even" in text.value]


def test_scoring_where_a_value_is_at_stake_lowers_n(small_app: Path) -> None:
    at = visit("radar")
    every = frame(at, "n_items")["n_items"]
    at.button_group(key="scored_on").set_value("where at stake").run()
    at_stake = frame(at, "n_items")["n_items"]
    assert every.max() == 30 and at_stake.max() < 30 and (at_stake <= every).all() and (at_stake > 0).all()


def test_profile_match_under_equal_weights_says_what_is_missing(small_app: Path) -> None:
    at = visit()
    at.button_group(key="statistic").set_value("profile_match").run()
    assert "With equal weights there is no profile to match" in texts(at)
    at.selectbox(key="profile").set_value("conservation").run()
    assert "there is no profile to match" not in texts(at)
    assert frame(at, "alignment")["alignment"].between(-1, 1).all()


def test_fifty_models_are_all_ranked(large_app: Path) -> None:
    at = visit()
    assert len(set(ranked(at))) == 50
    table = frame(at, "rank", "scored")
    assert len(table) == 50 and (table["scored"] == "975 of 1000").all() and (table["refused"] == 25).all()


def test_the_address_restores_run_models_profile_and_statistic(small_app: Path) -> None:
    run = next(label for label in visit().selectbox(key="run").options if label.endswith("A small panel"))
    at = visit(run=run, models=[PANEL[0], PANEL[2]], profile="Conservation", statistic="Profile match (Pearson)")
    assert run.startswith(at.selectbox(key="run").value)
    assert set(ranked(at)) == {PANEL[0], PANEL[2]}
    assert at.selectbox(key="profile").value == "conservation"
    assert one(at.button_group, "Statistic").value == "profile_match"
    assert "Alignment with the profile: Profile match" in figures(at)[0]["layout"]["title"]["text"]


def test_weights_in_the_address_count_more_than_the_profile(small_app: Path) -> None:
    at = visit(w_UN="100", w_PO="0")
    assert (at.slider(key="w_UN").value, at.slider(key="w_PO").value) == (100, 0)


def test_presence_is_said_not_to_be_direction(small_app: Path) -> None:
    assert "Presence, not direction" in texts(visit())


def test_models_that_answered_other_scenarios_are_not_compared_without_a_word(own_app: Path) -> None:
    assert "Not the same scenarios" not in texts(visit())
    other = suite(items=tuple(Item(f"i{n}", f"Something else {n}?", ("power",)) for n in range(9)))
    head = queries.runs(manager().store)[0]
    new = records.NewRun("9", "Other", "run", "{}", head.recogniser, "presence", 9)
    records.create_run(manager().store, new, other)
    for n in range(9):
        row = response(n, "9", model="openai/elsewhere", item_id=f"i{n}", text=f"It depends on {n}.")
        add_responses(manager().store, row)
        add_reading(manager().store, row, verdict(**dict.fromkeys(system("schwartz").ids, 0.5)), head.recogniser)
    records.set_state(manager().store, "9", "done")
    at = visit()
    at.selectbox(key="run").set_value(at.selectbox(key="run").options[0]).run()
    assert "openai/elsewhere" in ranked(at)
    assert "Not the same scenarios**: 0 are common to all models of these runs; the one with the fewest" in texts(at)


def test_pages_without_room_for_the_reasons_name_the_models_of_low_information(small_app: Path) -> None:
    said = "Low information**: simulated/even. Do not read their profiles as values they hold"
    for page in ("pluralism", "circle", "scenarios", "robustness", "profile"):
        assert said in texts(visit(page)), page
    assert said not in texts(visit())

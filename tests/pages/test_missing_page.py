"""Scored M of N under every mean, and the switch for missing answers that were not missing at random."""

from pathlib import Path

import pytest
from browsing import figures, frame, go, leave, plain, store_path, texts, visit, weighing
from builders import add_reading, add_responses, add_run, response, suite, verdict
from stores import EVIL, PANEL, TRICKS
from streamlit.testing.v1 import AppTest

from core.items.item import Item
from core.models.base import ModelSpec
from core.runs.plan import Plan
from core.store import records
from core.store.database import Store
from core.store.records import NewRun
from core.values.system import SCHWARTZ, system

IDS = system(SCHWARTZ).ids
MEANS = ("overview", "radar", "profile", "scenarios", "pluralism", "robustness", "circle")
SWITCH = "If missing answers were not at random"
RETICENT = "simulated/reticent"


def note(at: AppTest) -> str:
    found = [plain(str(caption.value)) for caption in at.caption if "Scored" in str(caption.value)]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("page", MEANS)
def test_every_page_with_means_says_scored_m_of_n(page: str, small_app: Path) -> None:
    said = note(visit(page))
    assert f"{PANEL[0]} 30 of 30" in said and "asked so far" not in said
    assert f"{RETICENT} 30 of 30" not in said and f"{RETICENT} " in said
    assert note(visit(page, models=["simulated/even"])).endswith("Scored 30 of 30 open questions.")


def test_fifty_models_are_counted_together_and_the_worst_is_named(large_app: Path) -> None:
    assert "Scored 975 of 1,000 open questions of every model" in note(visit())


@pytest.fixture
def unfinished_app(empty_app: Path) -> Path:
    """Twenty of forty planned questions asked: model a read on all, b refused a half."""
    store = Store(empty_app)
    items = tuple(Item(f"i{n}", f"Situation {n}?", IDS[:2]) for n in range(20))
    plan = Plan("p", suite(items=items), (ModelSpec("lab/a"), ModelSpec("lab/b")), epochs=2)
    run = NewRun("r1", "p", "run", plan.to_json(), "lexicon@1", "presence", plan.size)
    records.create_run(store, run, plan.suite)
    for place, model in enumerate(("lab/a", "lab/b")):
        for n in range(20):
            lost = place == 1 and n % 2 == 0
            row = response(100 * place + n, model=model, item_id=f"i{n}", outcome="refused" if lost else "ok")
            add_responses(store, row)
            if not lost:
                add_reading(store, row, verdict(**dict.fromkeys(IDS, 0.5 - 0.1 * place)))
    records.set_state(store, "r1", "stopped")
    store.close()
    return empty_app


def test_an_unfinished_run_says_what_was_planned_too(unfinished_app: Path) -> None:
    at = visit()
    assert "lab/a 20 of 20 asked so far (40 planned); lab/b 10 of 20 asked so far (40 planned)" in note(at)
    table = frame(at, "scored").set_index("model")
    assert table.loc["lab/b", ["scored", "planned", "refused", "unread"]].tolist() == ["10 of 20", 40, 10, 0]


def test_the_radars_bands_become_the_worst_and_best_case(unfinished_app: Path) -> None:
    at = visit("radar")
    at.toggle(key="cases").set_value(True).run()
    traces = {trace["name"]: trace for trace in figures(at)[0]["data"]}
    assert "lab/b 95 % interval" not in traces
    band = traces["lab/b worst to best case"]
    assert max(band["r"]) == pytest.approx(70) and min(band["r"]) == pytest.approx(20)
    assert "from the worst to the best case" in texts(at) and "and are none" in texts(at)
    table = frame(at, "worst", "best").set_index("model")
    b = table.loc["lab/b"]
    assert b["worst"].to_numpy() == pytest.approx(20) and b["best"].to_numpy() == pytest.approx(70)
    assert (b["score"] - 40).abs().max() < 1e-4 and (b["missing"] == 0.5).all()
    assert (b["n_answers"] == 10).all() and (b["n_asked"] == 20).all()
    assert (table.loc["lab/a", "worst"] == table.loc["lab/a", "best"]).all()
    assert figures(at)[0]["layout"]["title"]["text"].endswith("with worst and best cases")


def test_without_intervals_the_switch_still_draws_its_bands(unfinished_app: Path) -> None:
    traces = [trace["name"] for trace in figures(visit("radar", bands="false", cases="true"))[0]["data"]]
    assert "lab/b worst to best case" in traces


def test_ipsatised_cases_say_how_far_a_value_may_stand_apart(unfinished_app: Path) -> None:
    table = frame(visit("radar", scores="ipsatised", cases="true"), "worst").set_index("model").loc["lab/b"]
    # A value at its worst (20), the other nine at their best (70), and the other way round.
    assert table["worst"].to_numpy() == pytest.approx(20 - 65) and table["best"].to_numpy() == pytest.approx(70 - 25)


def worst_to_best(at: AppTest) -> list[float]:
    """The ends of the ranking's thick bars, from the bottom to the top."""
    if not figures(at):
        rows = [row for row in weighing(at)["rows"] if row["worst"] is not None]
        return sorted([end for row in rows for end in (row["worst"], row["best"])], key=lambda end: end == 50)
    bars = [trace for trace in figures(at)[0]["data"] if trace.get("name") == "worst to best case"]
    return [end for trace in bars for end in trace["x"] if end is not None]


@pytest.mark.parametrize("page", ["overview", "profile"])
def test_the_ranking_says_whose_order_hangs_on_the_missing_answers(page: str, unfinished_app: Path) -> None:
    at = visit(page)
    assert "may be above" not in texts(at) and worst_to_best(at) == []
    at.toggle(key="cases").set_value(True).run()
    assert "Were the missing answers not at random: lab/b may be above lab/a." in texts(at)
    assert "They answer different questions." in texts(at)
    assert worst_to_best(at) == pytest.approx([20, 70, 50, 50], abs=1e-4)
    alone = visit(page, cases="true", models=["lab/a"])
    assert "No answer of these models is missing" in texts(alone) and "They answer" not in texts(alone)


def test_the_table_of_the_ranking_has_the_cases(unfinished_app: Path) -> None:
    assert "worst" not in frame(visit(), "rank").columns
    table = frame(visit(cases="true"), "rank").set_index("model")
    assert table.loc["lab/b", ["worst", "best", "missing"]].tolist() == pytest.approx([20, 70, 0.5])


def test_the_switch_is_in_the_address_and_goes_along(small_app: Path) -> None:
    at = visit("radar", cases="true")
    assert [toggle.value for toggle in at.toggle if toggle.label == SWITCH] == [True]
    go(at, "profile")
    assert at.toggle(key="cases").value and at.query_params["cases"] == "true"
    assert "Thick bars" in texts(visit("profile", cases="true"))


def test_statistics_whose_cases_are_not_known_say_so(small_app: Path) -> None:
    at = visit(statistic="Profile match (Pearson)", profile="Conservation", cases="true")
    assert "Worst and best cases are known exactly for the weighted sum and centred weighted sum only" in texts(at)
    assert "Thick bars" not in texts(at) and len(figures(at)[0]["data"]) == 1
    assert "Thick bars" in texts(visit(statistic="Centred weighted sum", profile="Conservation", cases="true"))


def test_a_scenarios_mean_says_over_how_many_of_its_answers(small_app: Path) -> None:
    plainly = frame(visit("scenarios"), "item_id")
    assert (plainly["scored"] == "0 of 4").all(), "without a value there is no mean, and the column is not shown"
    table = frame(visit("scenarios", value="Tradition"), "item_id")
    scored = table["scored"].str.split(" of ", expand=True).astype(int)
    assert (scored[1] == 4).all() and (scored[0] == table["answers"]).all() and scored[0].min() < 4


def test_a_hostile_name_in_the_notes_is_text(hostile_app: Path) -> None:
    at = visit(cases="true", models=["lab/" + TRICKS["image"], "lab/" + TRICKS["html"]])
    assert not at.exception
    assert all(f"]({EVIL}" not in str(caption.value) for caption in at.caption)


def test_a_cut_off_answer_is_called_so_and_counts_as_scored(empty_app: Path) -> None:
    store = Store(store_path())
    add_run(store)
    row = response(1, model="lab/a", outcome="truncated", text="Help her, bec")
    add_responses(store, row)
    add_reading(store, row, verdict(power=0.5))
    store.close()
    at = visit("scenarios", outcome=["truncated"])
    assert "truncated at the length limit · open-1" in texts(at) and "Scored 1 of 1" in note(at)
    leave()

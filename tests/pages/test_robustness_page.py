"""How far the ranking hangs on the weights."""

from pathlib import Path

import numpy as np
import pytest
from browsing import downloads, figures, frame, labels, manager, only, press, texts, visit
from stores import fill_foundations
from streamlit.testing.v1 import AppTest

from core.analysis.alignment import STATISTICS
from core.values.system import SCHWARTZ, system

NEARBY = "weightings near this profile"


def shares(at: AppTest) -> dict[str, list[float]]:
    """By model, for what share of the weightings (%) it has rank 1, 2, …"""
    found: dict[str, list[float]] = {}
    for trace in figures(at)[0]["data"]:
        for (model, _), share in zip(trace["customdata"], trace["x"], strict=True):
            found.setdefault(model, []).append(np.nan if share is None else share)
    return found


def assert_shares(at: AppTest) -> None:
    """Each model has some rank for every weighting, and each rank some model."""
    table = np.array(list(shares(at).values()))
    assert table.sum(axis=1) == pytest.approx(np.full(len(table), 100))
    assert table.sum(axis=0)[:1] == pytest.approx([100])


def test_empty_it_says_what_fills_it(empty_app: Path) -> None:
    at = visit("robustness")
    assert "There is no ranking to test yet." in texts(at) and not figures(at)
    press(at, "Choose models and scenarios", "launch")


def test_one_model_has_nobody_to_change_places_with(small_app: Path) -> None:
    at = visit("robustness", models=["simulated/even"])
    assert "One model is always first." in texts(at) and not figures(at)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_every_statistic_under_equal_weights(statistic: str, small_app: Path) -> None:
    at = visit("robustness", statistic=STATISTICS[statistic][0])
    assert_shares(at)
    assert len(shares(at)) == 4 and "all weightings" in figures(at)[0]["layout"]["title"]["text"]
    left = frame(at, "without", "best estimate", "may be first", "same top", "τ")
    assert left["without"].tolist() == list(system(SCHWARTZ).names.values())
    undefined = statistic.endswith("match") or statistic == "distance"
    assert undefined or left["best estimate"].notna().all()


@pytest.mark.parametrize("statistic", STATISTICS)
def test_every_statistic_near_a_culture(statistic: str, small_app: Path) -> None:
    at = visit("robustness", profile="Sweden", around=NEARBY, statistic=STATISTICS[statistic][0])
    assert_shares(at)
    assert NEARBY in figures(at)[0]["layout"]["title"]["text"]


def test_near_a_profile_the_ranking_is_surer_than_anywhere(small_app: Path) -> None:
    everywhere = max(share[0] for share in shares(visit("robustness", profile="Sweden", uncertain="false")).values())
    at = visit("robustness", profile="Sweden", uncertain="false", around=NEARBY)
    near = max(share[0] for share in shares(at).values())
    at.slider(key="near").set_value(0.02).run()
    nearest = max(share[0] for share in shares(at).values())
    assert everywhere < 100 and nearest >= near
    assert nearest > everywhere


def test_exact_scores_leave_only_the_weights_to_vary(small_app: Path) -> None:
    at = visit("robustness")
    varied = shares(at)
    at.toggle(key="uncertain").set_value(False).run()
    exact = shares(at)
    assert exact != varied and exact.keys() == varied.keys()
    assert_shares(at)
    # Without noise a model that is dominated on every value is never first.
    scores = at.session_state["view"].results.raw
    for model, mean in zip(scores.models, scores.mean, strict=True):
        if any((other > mean).all() for other in scores.mean):
            assert exact[model][0] == 0


def test_central_weights_sum_to_one_for_those_who_are_ever_first(small_app: Path) -> None:
    table = frame(visit("robustness"), "first for", "confidence").set_index("model")
    for model, row in table.iterrows():
        weights = row[list(system(SCHWARTZ).names.values())].astype(float)
        ever = row["first for"] != "0.0%" or weights.notna().any()
        assert not ever or weights.sum() == pytest.approx(1, abs=0.01), model
    first = table["first for"].str.rstrip("%").astype(float)
    assert first.is_monotonic_decreasing and first.sum() == pytest.approx(100, abs=0.3)


def test_the_nearest_upset_does_upset(small_app: Path) -> None:
    at = visit("robustness", profile="Sweden")
    said = next(text.value for text in at.text if "weighted sum" in text.value)
    names = list(system(SCHWARTZ).names.values())
    view = at.session_state["view"]
    sums = dict(zip(view.results.raw.models, view.results.raw.mean @ view.weights, strict=True))
    best = max(sums, key=lambda model: sums[model])
    if "draw level" not in said:
        dominated = view.results.raw.mean[view.results.raw.models.index(best)] - view.results.raw.mean
        assert (dominated >= 0).all()
        return
    steps = said.partition(": ")[2].rstrip(".").split(", ")
    moved = {step.rpartition(" ")[0]: float(step.rpartition(" ")[2].rstrip("%")) / 100 for step in steps}
    new = view.weights + np.array([moved.get(name, 0.0) for name in names])
    after = dict(zip(view.results.raw.models, view.results.raw.mean @ new, strict=True))
    rival = said.partition(" lets ")[2].partition(" draw ")[0]
    assert rival != best and after[rival] == pytest.approx(after[best], abs=0.1)


def test_all_weight_on_one_value_has_nothing_near(small_app: Path) -> None:
    at = visit("robustness", around=NEARBY)
    only(at, "w_PO")
    assert not at.exception and "spread its weights over more values" in texts(at) and not figures(at)
    at.button_group(key="around").set_value("all weightings").run()
    assert not at.exception and figures(at)


def test_without_its_only_value_a_profile_ranks_nobody(small_app: Path) -> None:
    at = visit("robustness")
    only(at, "w_PO")
    left = frame(at, "without", "best estimate").set_index("without")
    assert left["best estimate"].isna()["Power"] and left["best estimate"].notna().sum() == 9


def test_fifty_models_and_their_downloads(large_app: Path) -> None:
    at = visit("robustness")
    assert len(shares(at)) == 50 and len(figures(at)[0]["data"]) == 6
    assert labels(downloads(at)) == ["CSV", "Parquet"]


def test_hostile_models_keep_their_names(hostile_app: Path) -> None:
    at = visit("robustness")
    assert set(shares(at)) == set(at.session_state["view"].results.raw.models)


def test_another_value_system_is_tested_too(empty_app: Path) -> None:
    fill_foundations(manager().store)
    at = visit("robustness")
    assert_shares(at)
    assert len(frame(at, "without")) == 5


def test_what_it_would_take_for_a_model_is_said(small_app: Path) -> None:
    at = visit("robustness", profile="Sweden")
    view = at.session_state["view"]
    sums = view.results.raw.mean @ view.weights
    best = view.results.raw.models[int(sums.argmax())]
    for model in view.results.raw.models:
        said = texts(visit("robustness", profile="Sweden", rival=model))
        if model == best:
            assert f"{best} is first with these weights already" in said
        else:
            assert f"lets {model} draw level" in said

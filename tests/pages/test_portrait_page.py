"""The page Value Portrait: from the first click to profiles, scorers, reliability and items, and an import."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from browsing import WAIT_S, button, figures, frame, labels, leave, manager, one, press, texts, visit
from streamlit.testing.v1 import AppTest

from core.interchange.portrait import read_portrait
from core.models.base import ModelSpec
from core.models.simulated import simulation
from core.runs.banks import import_bank
from core.runs.manager import RunManager
from core.runs.plan import check
from core.runs.portrait import MODES, open_bank, plan_of
from core.store import queries
from core.store.database import ENVIRONMENT, Store


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Path]:
    """The figures of the published bank, and the simulated respondents on the small one; only for reading."""
    path = tmp_path_factory.mktemp("portrait") / "store.duckdb"
    made = RunManager(Store(path))
    import_bank(made.store, read_portrait(shared_data / "portrait", "Published"), permutations=20)
    plan = plan_of(made.store, open_bank(made.store, "portrait-small"), _panel(), MODES["full"])
    assert made.wait(made.start(check(plan)), WAIT_S)
    made.close()
    yield path
    leave(path)


@pytest.fixture
def app(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(ENVIRONMENT, str(filled))
    return filled


def _panel() -> list[ModelSpec]:
    return [ModelSpec(name) for name in simulation().profiles]


def portrait(**query: str | list[str]) -> AppTest:
    at = visit("portrait", **query)
    assert not at.exception
    return at


def test_an_empty_store_offers_one_click_and_says_that_the_bank_is_not_validated(empty_app: Path) -> None:
    at = portrait()
    assert "not validated" in texts(at) and "No model has answered" in texts(at)
    press(at, "Ask the simulated respondents", "runs")
    (head,) = queries.runs(manager().store)
    assert manager().wait(head.run_id, WAIT_S)
    assert [link.proto.label for link in visit("runs").get("page_link")] == ["Its profiles are under Value Portrait"]
    at = portrait()
    assert figures(at)[0]["layout"]["title"]["text"].startswith("Radar of the ten values")
    assert set(frame(at, "rank", "low")["model"]) <= set(simulation().profiles)


def test_a_profile_names_its_scale_intervals_and_denominators(app: Path) -> None:
    at = portrait(
        bank="Portrait, small (not validated)", portrait_models=["simulated/self-enhancing", "simulated/even"]
    )
    radar, dots = figures(at)
    assert radar["layout"]["polar"]["radialaxis"]["range"][0] == -radar["layout"]["polar"]["radialaxis"]["range"][1]
    assert "points above or below" in dots["layout"]["xaxis"]["title"]["text"]
    table = frame(at, "rank", "low").set_index(["model", "dimension"])
    achievement = table.loc[("simulated/self-enhancing", "Achievement")]
    assert achievement["low"] > 1 > -1 > table.loc[("simulated/self-enhancing", "Universalism"), "high"]
    assert achievement["n_queries"] == 8 and achievement["rank"] == 1
    assert "low information" in str([badge.value for badge in at.markdown]) or "low information" in texts(at)
    assert "simulated/even: flat answers" in texts(at)


def test_published_models_are_shown_as_published_with_what_was_reproduced(app: Path) -> None:
    at = portrait(bank="Published")
    said = texts(at)
    assert "9,282 of 9,880 coefficients" in said and "R559 sat in two groups" in said and "24 of 24 models" in said
    table = frame(at, "rank", "low")
    assert table["published"].all() and table["model"].str.endswith("(published)").all()
    one(at.selectbox, "Scorer").set_value("weighted").run()
    assert not at.exception and "no threshold" in texts(at)


def test_scorers_stand_side_by_side(app: Path) -> None:
    at = portrait(bank="Published", part="Scorers")
    (heat,) = figures(at)
    assert len(heat["data"][0]["x"]) == 6 and heat["data"][0]["y"][0] == "Self-Direction"
    table = frame(at, "dimension")
    assert sorted(table["As published"]) == list(range(1, 11))
    assert table.set_index("dimension").loc["Benevolence", "As published"] == 1


def test_reliability_gives_gates_in_words_and_what_values_rest_on(app: Path) -> None:
    at = portrait(bank="Published", part="Reliability")
    models = frame(at, "badge", "why").set_index("model")
    flat = models.loc["claude-3-5-haiku-20241022 (published)"]
    assert flat["badge"] == "low information" and "one answer to all: 97%" in flat["why"]
    assert models.loc["o1-mini-2024-09-12 (published)", "badge"] == ""
    values = frame(at, "chance", "false_share").set_index("dimension")
    assert values["items"].tolist() == [11, 43, 33, 56, 64, 14, 23, 12, 13, 15]
    assert values.loc["Self-Direction", "false_share"] > 0.8 > 0.4 > values.loc["Power", "false_share"]
    at = portrait(bank="Portrait, small (not validated)", part="Reliability")
    assert "no chance level and no validity" in texts(at)


def test_items_lead_back_to_what_was_said(app: Path) -> None:
    at = portrait(bank="Portrait, small (not validated)", part="Items")
    rows = frame(at, "stands for")
    assert len(rows) == 80 and rows["stands for"].map(len).eq(1).all()
    one(at.selectbox, "Items that stand for").set_value("power").run()
    assert set(frame(at, "stands for")["stands for"].map(lambda told: told[0])) == {"Power"}


def test_run_shows_what_each_mode_takes_before_it_is_started(app: Path) -> None:
    at = portrait(bank="Portrait, small (not validated)", part="Run")
    assert one(at.radio, "How much").options == [
        "Full: 480 calls a model",
        "The ten values: 480 calls a model",
        "Cheap: 160 calls a model",
    ]
    assert button(at, "Ask")
    at = portrait(bank="Published", part="Run")
    assert "figures but no texts" in texts(at) and "Ask" not in labels(at.button)


def test_a_folder_is_read_checked_and_imported(empty_app: Path, tmp_path: Path) -> None:
    at = portrait(part="Import")
    one(at.text_input, "Folder or zip on this computer").set_value(str(tmp_path / "none")).run()
    press(at, "Read the files")
    assert "There is no folder and no zip file" in texts(at)
    folder = tmp_path / "mine"
    folder.mkdir()
    pd.DataFrame(
        [{"portrait_id": q, "option_id": 1, "dimension": "Power", "rho": 0.4, "p": 0.01} for q in range(3)]
        + [{"portrait_id": 9, "option_id": 1, "dimension": "Might", "rho": 0.4, "p": 0.01}]
    ).to_csv(folder / "correlations.csv", index=False)
    one(at.text_input, "Folder or zip on this computer").set_value(str(folder)).run()
    press(at, "Read the files")
    assert "1 rows cannot be used" in texts(at) and "not found: people's ratings" in texts(at)
    assert frame(at, "problem")["row"].tolist() == [5]
    press(at, "Import the good rows")
    assert not at.exception and one(at.selectbox, "Item bank").value == "mine"
    press(at, "Forget this bank")
    assert not at.exception and one(at.selectbox, "Item bank").value == "portrait-small"

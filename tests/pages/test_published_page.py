"""The page of published results: empty, imported beside one's own runs, and with hostile cases."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import button, figures, frame, leave, markup, one, press, texts, visit
from stores import EVIL, SCRIPT, TRICKS

from core.interchange.compass import read_compass
from core.runs.published import keep
from core.store.database import ENVIRONMENT, Store


@pytest.fixture
def beside(small_store: Path, tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The small panel's run, both published editions, and one of hostile cases."""
    path = Path(shutil.copy(small_store, tmp_path / "store.duckdb"))
    store = Store(path)
    hostile = [
        {"model": f"lab/{name}", "value": "Power", "score": 1, "label": trick, "prompt": trick}
        | {"answer": f"x {trick}", "highlight": f"<i>x</i> {trick}"}
        for name, trick in TRICKS.items()
    ]
    row = {"model": f"lab/{SCRIPT}", "Power": 5, "Hedonism": 0}
    files = {
        name: json.dumps({"data": rows}).encode()
        for name, rows in (("Schwartz_scores.json", [row]), ("Schwartz_cases.json", hostile))
    }
    keep(store, read_compass(files, SCRIPT, measured="2024-01"), keep_good=True)
    keep(store, read_compass(shared_data / "compass", "Site"))
    store.close()
    monkeypatch.setenv(ENVIRONMENT, str(path))
    yield path
    leave(path)


def test_published_scores_stand_beside_ones_own_and_say_which_is_which(beside: Path) -> None:
    at = visit("published")
    board = frame(at, "developer", "scored")
    assert board["model"].iloc[0] == "o3-mini" and round(board["score"].iloc[0], 2) == 49.79
    (chart,) = figures(at)
    published = [trace for trace in chart["data"] if "published 2025-05" in trace["name"]]
    own = [trace for trace in chart["data"] if "(your run)" in trace["name"]]
    assert len(published) == 2 and own
    assert all(trace["marker"]["symbol"].endswith("open") for trace in published)
    assert all(trace["marker"]["symbol"] == "circle" and trace["error_x"]["array"] for trace in own)
    rows = frame(at, "source", "low")
    assert rows.loc[rows["source"] != "your run", "low"].isna().all()
    one(at.multiselect, "Values averaged").set_value(["benevolence", "universalism"]).run()
    assert frame(at, "developer", "scored")["model"].iloc[0] == "Phi-3.5-MoE-instruct"


def test_the_heat_map_names_its_statistic_and_what_it_hangs_on(beside: Path) -> None:
    at = visit("published", part="Heat map")
    said = texts(at)
    assert "Spearman's rank correlation" in said and "Hedonism was put at the lowest rank" in said.replace("**", "")
    assert frame(at, "most_moved", "of")["of"].iloc[0] == 27
    one(at.segmented_control, "Figures").set_value("without one value").run()
    one(at.selectbox, "Value left out").set_value("universalism").run()
    assert not at.exception and "without Universalism" in figures(at)[0]["layout"]["title"]["text"]
    assert frame(at, "model", "nearest")["nearest"].value_counts().index[0] == "CN"


def test_cases_are_text_with_their_passage_marked(beside: Path) -> None:
    at = visit("published", part="Cases")
    one(at.selectbox, "Published results").set_value(one(at.selectbox, "Published results").options[-1]).run()
    one(at.selectbox, "Value").set_value("power").run()
    assert not at.exception and "no sample" in texts(at)
    shown = [node.proto.body for node in at.get("html")]
    assert len(shown) == len(TRICKS) and all(body.count("<mark ") == 1 and ">x</mark>" in body for body in shown)
    assert not [body for body in shown if "<script" in body or "<img" in body]
    assert not [each for each in at.markdown if EVIL in markup(str(each.value))]


def test_an_empty_store_offers_the_import_and_a_folder_fills_it(empty_app: Path, shared_data: Path) -> None:
    at = visit("published")
    assert "Nothing has been imported yet" in texts(at)
    one(at.text_input, "Folder, zip or address").set_value("http://example.org/").run()
    press(at, "Read the files")
    assert "only https is called" in texts(at)
    one(at.text_input, "Folder, zip or address").set_value(str(shared_data / "compass" / "2025-01")).run()
    press(at, "Read the files")
    assert "462 scores of 22 models" in texts(at)
    press(at, "Import")
    assert "22 models" in texts(at) and button(at, "CSV") if at.button else True
    at = visit("published", part="Import")
    press(at, "Forget this edition")
    assert "Nothing has been imported yet" in texts(at)

"""From a plan to profiles: runs of an item bank, their answers in the store, and what is made of them."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from core.errors import UserError
from core.items.bank import VARIATIONS
from core.items.dimensions import PLACE
from core.items.shipped_banks import shipped_banks
from core.models.base import ModelSpec
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.plan import check
from core.runs.plan_file import read_plan, write_plan
from core.runs.portrait import MODES, bank_suite, open_bank, plan_of, selected, stakes
from core.runs.portrait_results import load
from core.store import bank_answers, queries
from core.store.database import Store

SMALL = "bank:portrait-small"
PLAN = """
format = 1
method = "portrait"
variations = ["v1", "v1_reversed"]

[suite]
bank = "portrait-small"
only = "values"

[[models]]
name = "simulated/open"
"""


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[RunManager]:
    found = RunManager(Store(tmp_path / "store.duckdb"))
    yield found
    found.close()


def carry_out(manager: RunManager, *models: str, mode: str = "full") -> str:
    bank = open_bank(manager.store, "portrait-small")
    plan = check(plan_of(manager.store, bank, [ModelSpec(name) for name in models], MODES[mode]))
    run_id = manager.start(plan)
    assert manager.wait(run_id, 60)
    return run_id


def test_a_run_gives_back_the_values_that_respondents_were_given(manager: RunManager) -> None:
    carry_out(manager, "simulated/open", "simulated/self-enhancing", "simulated/reticent", "simulated/even")
    found = load(manager.store, "portrait-small")
    assert set(found.own) == {f"simulated/{name}" for name in ("open", "self-enhancing", "reticent", "even")}
    assert list(found.profiles) == ["written"] and not found.published
    profile = found.profiles["written"]
    row = profile.models.index("simulated/self-enhancing")
    assert {profile.rank[row, PLACE[name]] for name in ("achievement", "power")} == {1, 2}
    assert profile.low[row, PLACE["power"]] > 0 > profile.high[row, PLACE["universalism"]]
    reticent = found.reliable["simulated/reticent"]
    assert reticent.refused == pytest.approx(1 / 3, abs=0.08) and reticent.coverage == 1 - reticent.refused
    assert found.panel["items"].tolist()[:11] == [8] * 10 + [0]
    assert found.panel["chance"].isna().all() and found.panel["false_share"].isna().all()


def test_expected_answers_come_from_probabilities_and_lead_back_to_the_reply(manager: RunManager) -> None:
    run_id = carry_out(manager, "simulated/even", mode="cheap")
    rows = bank_answers.own(manager.store, SMALL)
    assert len(rows) == 160 and set(rows["variation"]) == {"v1", "v1_reversed"}
    assert rows["value"].to_numpy() == pytest.approx(np.full(160, 3.5), abs=1e-9)
    item = bank_answers.of_item(manager.store, SMALL, "ps-01-1")
    assert len(item) == 2 and set(item["run_id"]) == {run_id} and item["text"].str.fullmatch("[1-6]").all()
    assert bank_answers.runs_of(manager.store, SMALL) == [run_id]
    head = queries.run(manager.store, run_id)
    assert (head.recogniser, head.measure, head.state, head.planned) == ("", "", "done", 160)


def test_of_several_runs_of_a_model_the_newest_speaks(manager: RunManager) -> None:
    carry_out(manager, "simulated/open")
    before = bank_answers.version(manager.store, SMALL)
    newest = carry_out(manager, "simulated/open", mode="cheap")
    assert bank_answers.version(manager.store, SMALL) != before
    rows = bank_answers.own(manager.store, SMALL)
    assert set(rows["run_id"]) == {newest} and len(rows) == 160
    older = bank_answers.runs_of(manager.store, SMALL)[1]
    assert len(bank_answers.own(manager.store, SMALL, [older])) == 480


def test_an_empty_store_has_no_models_and_no_failure(manager: RunManager) -> None:
    found = load(manager.store, "portrait-small")
    assert not found.own and not found.answers.models and not found.reliable


def test_a_plan_names_its_bank_and_comes_back_from_its_file(manager: RunManager) -> None:
    bank = open_bank(manager.store, "portrait-small")
    plan = check(plan_of(manager.store, bank, [ModelSpec("simulated/open")], MODES["cheap"]))
    for kind in ("toml", "json"):
        data = write_plan(plan, Limits(), kind)
        assert bank.items[0].response.encode() not in data
        again = read_plan(data, f"plan.{kind}", manager.store).plan
        assert replace(again, versions=plan.versions) == plan
    with pytest.raises(UserError, match=r"the field 'hash' is '0', but the bank's items give"):
        read_plan(write_plan(plan, Limits(), "toml").replace(plan.suite.hash.encode(), b"0"), "p.toml", manager.store)
    with pytest.raises(UserError, match="needs a store"):
        read_plan(PLAN.encode(), "plan.toml")
    with pytest.raises(UserError, match="no item bank 'mine'"):
        read_plan(PLAN.replace("portrait-small", "mine").encode(), "plan.toml", manager.store)


def test_a_plan_file_runs_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plan.toml").write_text(PLAN)
    path = tmp_path / "store.duckdb"
    assert main(["run", str(tmp_path / "plan.toml"), "--store", str(path)]) == 0
    store = Store(path)
    found = load(store, "portrait-small")
    assert found.reliable["simulated/open"].asked == 160
    (head,) = queries.runs(store)
    store.close()
    said = capsys.readouterr().out
    assert "simulated/open: As written (not validated), points above or below its own mean" in said
    assert re.search(r"Ten values +Self-Direction +\+\d\.\d\d +\+\d\.\d\d to \+\d\.\d\d +\d +8 +8", said)
    assert main(["show", head.run_id, "--json", "--store", str(path)]) == 0
    told = json.loads(capsys.readouterr().out)["portrait"]
    scores = {row["dimension"]: row["score"] for row in told["scores"] if row["system"] == "values"}
    assert list(scores.values()) == pytest.approx(found.profiles["written"].points.score[0, :10])
    assert told["reliability"][0]["asked"] == 160 and not told["bank"]["validated"]


def test_selections_and_stakes_follow_what_items_stand_for() -> None:
    bank = shipped_banks()["portrait-small"]
    assert selected(bank, "values") == selected(bank, "all") == {item.id for item in bank.items}
    assert stakes(bank)["ps-01-1"] == ("self_direction",)
    assert [len(mode.variations) for mode in MODES.values()] == [6, 6, 2]
    assert MODES["cheap"].variations == VARIATIONS[:2]


def test_a_bank_of_figures_cannot_be_asked(manager: RunManager) -> None:
    bank = shipped_banks()["portrait-small"]
    bare = replace(bank, items=tuple(replace(item, text="") for item in bank.items))
    with pytest.raises(UserError, match="has no texts, only figures"):
        bank_suite(manager.store, bare)

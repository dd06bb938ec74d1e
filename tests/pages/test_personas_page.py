"""The page Personas: the notice, the first click, effects over the placebo band, people, refusals, the way back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import (
    WAIT_S,
    button,
    everything,
    figures,
    frame,
    labels,
    leave,
    manager,
    markup,
    one,
    press,
    texts,
    visit,
)
from builders import NASTY
from streamlit.testing.v1 import AppTest

from core.models.base import ModelSpec
from core.runs.manager import RunManager
from core.runs.personas import MODES, plan_of
from core.runs.plan import check
from core.runs.portrait import open_bank
from core.store import queries
from core.store.database import ENVIRONMENT, Store

BANK = "Portrait, small (not validated)"
NOTICE = "Role-play stereotypes of a model: not its behaviour, and not people."


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two simulated respondents as women, men and placebos, in one wording; only for reading."""
    path = tmp_path_factory.mktemp("personas") / "store.duckdb"
    made = RunManager(Store(path))
    bank = open_bank(made.store, "portrait-small")
    panel = [ModelSpec("simulated/even"), ModelSpec("simulated/reticent")]
    assert made.wait(made.start(check(plan_of(made.store, bank, panel, ["gender"], MODES["cheap"]))), WAIT_S)
    # What a model says is data: one reply becomes everything that could be taken for more.
    made.store.writer.run(
        lambda con: con.execute(
            "UPDATE responses SET text = ? WHERE model = 'simulated/even' AND variation LIKE 'woman.%'",
            [" ".join(NASTY.values())],
        )
    )
    made.close()
    yield path
    leave(path)


@pytest.fixture
def app(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(ENVIRONMENT, str(filled))
    return filled


def personas(**query: str) -> AppTest:
    at = visit("personas", **query)
    assert NOTICE in texts(at).replace("**", "")  # whatever is shown
    return at


def test_an_empty_store_says_what_is_missing_and_what_the_click_costs(empty_app: Path) -> None:
    at = personas()
    said = texts(at)
    assert "No model has answered" in said and "not validated" in said
    assert "10,080 calls, no key, no network, no cost" in said
    assert not figures(at)
    press(at, "Ask the simulated respondents", "runs")
    (head,) = queries.runs(manager().store)
    assert head.planned == 10_080
    manager().stop(head.run_id)
    assert manager().wait(head.run_id, WAIT_S)


def test_a_run_leads_to_what_it_shows(app: Path) -> None:
    assert [link.proto.label for link in visit("runs").get("page_link")] == ["What it shows is under Personas"]


def test_effects_stand_over_the_placebo_band_with_q_and_denominators(app: Path) -> None:
    at = personas(persona_model="simulated/even")
    (dots,) = figures(at)
    assert "simulated/even" in dots["layout"]["title"]["text"] and "points" in dots["layout"]["xaxis"]["title"]["text"]
    assert len(dots["layout"]["shapes"]) == 10 and dots["layout"]["shapes"][0]["x0"] < 0
    table = next(table.value for table in at.dataframe if len(table.value) == 10).set_index("value")
    assert (table["contrast"] == "Woman less Man").all() and (table["answers"] == 16).all()
    assert table.loc["Benevolence", "low"] > 0.3 and table.loc["Benevolence", "beyond"] == "yes"
    assert table.loc["Power", "high"] < -0.3 and table.loc["Self-Direction", "low"] < 0 < table.loc["Power", "q"] + 0.1
    assert "one wording of each persona" in texts(at) and "6 pairs of placebos" in texts(at)
    at = personas(persona_model="simulated/even", persona_kind="each persona against none")
    assert "4 placebos" in texts(at)
    assert "Woman less No persona" in one(at.multiselect, "Contrasts").options


def test_people_stand_beside_the_model_with_every_index(app: Path) -> None:
    at = personas(persona_part="People", persona_model="simulated/even")
    (scatter,) = figures(at)
    assert "Cohen's d" in scatter["layout"]["xaxis"]["title"]["text"]
    indices = frame(at, "index", "figure").set_index("index")
    assert indices.loc["amplification", "figure"] > 2 and indices.loc["amplification", "low"] > 1
    assert indices.loc["r over the values", "figure"] > 0.9 and indices["n"].gt(0).all()
    assert "exact binomial p" in texts(at) and "ESS9" in texts(at)
    one(at.file_uploader, "Your file").upload("mine.csv", _groups("woman", "man", fault=True), "text/csv").run()
    assert not at.exception and "no group that can be used" in texts(at) and "Row 2, mean" in texts(at)
    one(at.file_uploader, "Your file").upload("mine.csv", _groups("woman", "man"), "text/csv").run()
    assert not at.exception and "Groups of your own: man, woman" in texts(at) and "mine.csv" in texts(at)


def _groups(*names: str, fault: bool = False) -> bytes:
    values = ("SD", "ST", "HE", "AC", "PO", "SE", "CO", "TR", "BE", "UN")
    rows = [f"{name},{value},{at * 0.1 * sign},0.8,500" for name, sign in zip(names, (1, -1), strict=True)
            for at, value in enumerate(values)]  # fmt: skip
    if fault:
        rows = [row.replace(",0.0,", ",high,").replace(",-0.0,", ",high,") for row in rows]
    return ("group,value,mean,sd,n\n" + "\n".join(rows)).encode()


def test_refusals_are_counted_by_persona(app: Path) -> None:
    at = personas(persona_part="Refusals", persona_model="simulated/reticent")
    table = frame(at, "asked", "refused").set_index("persona")
    assert (table["asked"] == 160).all() and list(table.index[:3]) == ["No persona", "Woman", "Man"]
    assert (table["ok"] + table["refused"] == 160).all() and table["refused_share"].between(0.15, 0.5).all()


def test_the_way_back_leads_to_the_words_which_stay_words(app: Path) -> None:
    at = personas(persona_part="Answers", persona_model="simulated/even")
    rows = frame(at, "item", "difference")
    assert len(rows) == 8 and rows["difference"].abs().is_monotonic_decreasing
    at.session_state["persona_items"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    assert not at.exception
    said = frame(at, "told", "text")
    assert len(said) == 4 and set(said["told"]) == {
        "You are a woman. Answer everything as that person, in the first person, and not as an assistant.",
        "You are a man. Answer everything as that person, in the first person, and not as an assistant.",
    }
    for kind, carried in everything(at):
        if kind not in ("dataframe", "arrow_data_frame"):
            assert "<script>" not in markup(carried)


def test_run_states_calls_and_words_before_the_start(app: Path) -> None:
    at = personas(persona_part="Run", bank="portrait-small")
    modes = one(at.radio, "How much")
    assert modes.options == ["Full: 3,360 calls a model", "Cheap: 1,120 calls a model"]
    assert frame(at, "persona", "cue")["cue"].str.contains("Katharina").any()
    assert button(at, "Ask")
    one(at.toggle, "With placebos").set_value(False).run()
    assert one(at.radio, "How much").options[0] == "Full: 1,440 calls a model"
    one(at.multiselect, "Attributes").set_value([]).run()
    assert not at.exception and "Name one or more attributes" in texts(at) and "Ask" not in labels(at.button)

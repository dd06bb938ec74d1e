"""Orientations and value rationality out of answers whose orientation is known."""

import asyncio
import json

import numpy as np
import pandas as pd
import pytest

from core.analysis.games import games, giving
from core.analysis.orientation import inequality_aversion, order_difference, orientations, position
from core.analysis.sheets import Sheets, mean, paired, sheets, theta
from core.analysis.value_rationality import contrasts, value_rationality
from core.items.shipped import shipped_suite
from core.methods.base import Asking
from core.methods.hvae.angles import ORIENTATIONS, type_codes
from core.methods.hvae.conditions import Condition, conditions, spelled
from core.methods.hvae.method import Hvae
from core.methods.hvae.payoffs import decisions, of_kind
from core.methods.hvae.sheets import every_type, mean_over
from core.models.simulated import ROLES, SimulatedModel, SimulatedProfile, division_probs

FACES = ("coins", "numbers", "shuffled", "points", "minutes")
TOLD = tuple(each for each in conditions() if not each.own_words)
METHOD = Hvae()


def answers(name: str, told: tuple[Condition, ...] = TOLD, kinds: tuple[str, ...] = ("primary",)) -> pd.DataFrame:
    """What a simulated respondent answers, put to it and read as in a run."""
    items = [item for item in shipped_suite("svo").items if decisions()[item.id].kind in kinds]
    return pd.DataFrame(asyncio.run(_asked(SimulatedModel(name), told, items)))  # type: ignore[arg-type]


async def _asked(model: SimulatedModel, told: tuple[Condition, ...], items: list[object]) -> list[dict[str, object]]:
    rows = []
    for variation in spelled(told, FACES):
        said = ["I want what suits me."] * (METHOD.calls(variation) - 1)
        for item in items:
            reply = await model.complete(METHOD.request(item, variation, Asking(), said))  # type: ignore[arg-type]
            reading = METHOD.read(item, variation, reply)  # type: ignore[arg-type]
            probs = json.dumps(reading.probs) if reading.probs else None
            cells = (model.name, item.id, variation, 1, reading.outcome, reading.choice, probs)  # type: ignore[attr-defined]
            names = ("model", "item_id", "variation", "epoch", "outcome", "choice", "option_probs")
            rows.append(dict(zip(names, cells, strict=True)))
    return rows


@pytest.fixture(scope="module")
def obedient() -> pd.DataFrame:
    return answers("simulated/obedient", kinds=("primary", "secondary", "game"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("simulated/giving", "altruistic"),
        ("simulated/sharing", "prosocial"),
        ("simulated/own-gain", "individualistic"),
        ("simulated/ahead", "competitive"),
    ],
)
def test_respondents_are_typed_as_they_are(name: str, kind: str) -> None:
    table = answers(name, (Condition(),))
    for expected in (False, True):
        found = orientations(sheets(table, expected)).iloc[0]
        assert (found["type"], found["asked"], found["complete"], found["doubt"]) == (kind, 10, 10, "")
        assert found["low"] <= found["theta"] <= found["high"]


def test_always_the_first_option_is_flagged_and_not_typed() -> None:
    table = answers("simulated/first-option")
    found = sheets(table, False)
    rows = orientations(found)
    assert set(rows["type"]) == {""} and rows["doubt"].str.contains("place 1 of 9 in 100% of 60 choices").all()
    assert value_rationality(found)["hits"].isna().all()
    assert rows["theta"].tolist() == pytest.approx([22.62] * len(rows), abs=0.01)
    assert order_difference(found.of("simulated/first-option", "natural")).value == pytest.approx(14.7 - 30.5, abs=0.1)


def test_random_answers_are_not_typed() -> None:
    found = orientations(sheets(answers("simulated/even", (Condition(),)), True)).iloc[0]
    assert found["type"] == "" and "cannot be told from random answers" in found["doubt"]


@pytest.mark.parametrize("kind", ORIENTATIONS)
def test_types_are_told_with_the_error_that_theory_predicts(kind: str) -> None:
    """Six independent choices, each random in `noise` of all cases: how often the type comes out is a sum over all
    sheets, and simulated sheets agree with it."""
    noise, n = 0.3, 4000
    profile = SimulatedProfile("x", "", {}, noise=noise, angle=ROLES[kind])
    rows = [list(zip(s.own, s.other, strict=True)) for s in of_kind("primary")]
    probs = np.array([division_probs(profile, row) for row in rows])
    predicted = mean_over(every_type()[kind], probs)
    rng = np.random.default_rng(5)
    places = np.stack([rng.choice(9, n, p=row) for row in probs], axis=1)
    one_hot = np.eye(9)[places]
    about = pd.DataFrame({"model": ["x"] * n})
    share = float((type_codes(Sheets(about, places, one_hot, False).angles()) == ORIENTATIONS.index(kind)).mean())
    assert 0.05 < predicted < 1
    assert share == pytest.approx(predicted, abs=4 * np.sqrt(predicted * (1 - predicted) / n) + 1e-9)


def test_random_sheets_are_rational_by_chance_only() -> None:
    rng = np.random.default_rng(1)
    places = rng.integers(0, 9, (3000, 6)).astype(float)
    about = pd.DataFrame({"model": ["x"] * 3000, "condition": ["altruistic"] * 3000})
    of = Sheets(
        about.assign(face="coins", order="forward", epoch=range(3000)), places, np.eye(9)[places.astype(int)], False
    )
    table = value_rationality(of).iloc[0]
    assert table["above"] == pytest.approx(0, abs=0.02) and table["above_low"] < 0 < table["above_high"]
    assert table["rationality"] == pytest.approx(table["by_chance"], abs=0.01)
    uniform = Sheets(of.about.iloc[:9], places[:9], np.full((9, 6, 9), 1 / 9), True)
    assert value_rationality(uniform).iloc[0]["above"] == pytest.approx(0, abs=1e-9)


def test_an_obedient_respondent_follows_and_shifts(obedient: pd.DataFrame) -> None:
    found = sheets(obedient, True)
    table = value_rationality(found)
    told = table[table["condition"] != "natural"]
    assert (told["above"] > 0.55).all() and (told["hits"] > told["hits_by_chance"]).all()
    assert (told["hits_low"] <= told["hits"]).all() and (told["hits"] <= told["hits_high"]).all()
    change = contrasts(found).set_index(["kind", "condition"])["value"]
    assert change["shift", "altruistic"] > 10 and change["shift", "competitive"] < -40
    assert 0.8 < change["span", "altruistic"] < 1
    assert change["goal", "prosocial-goal"] == pytest.approx(0, abs=1e-9)


def test_games_are_compared_with_the_type_on_the_sliders(obedient: pd.DataFrame) -> None:
    by_condition = orientations(sheets(obedient, True))
    types = {(row["model"], row["condition"]): row["type"] for row in by_condition.to_dict("records")}
    table = games(obedient, types, True).set_index(["condition", "game"])
    assert len(table) == 7 * len(TOLD)
    dictator = table.loc[("altruistic", "Dictator")]
    assert dictator["giving"] > 0.8 and dictator["type"] == "altruistic" and dictator["as_expected"] > 0.8
    assert dictator["by_chance"] == pytest.approx(1 / 7)
    untyped = games(obedient, {}, False)
    assert untyped["as_expected"].isna().all() and untyped["giving"].between(0, 1).all()
    for game in of_kind("game"):
        assert min(giving(game)) == 0 and max(giving(game)) == 1


def test_inequality_aversion_by_repetition(obedient: pd.DataFrame) -> None:
    table = inequality_aversion(sheets(obedient, False, "secondary")).set_index("condition")
    assert table.loc["natural", "index"] == pytest.approx(1.0) and table.loc["natural", "valid"] == 1
    assert table.loc["individualistic", "valid"] < 0.5


def test_a_sheet_with_a_missing_answer_is_counted_and_left_out() -> None:
    table = answers("simulated/sharing", (Condition(),))
    table.loc[0, ["choice", "option_probs", "outcome"]] = [None, None, "refused"]
    row = orientations(sheets(table, True)).iloc[0]
    assert (row["asked"], row["complete"]) == (10, 9)
    nothing = orientations(sheets(table.assign(choice=None), True)).iloc[0]
    assert (nothing["complete"], nothing["type"]) == (0, "") and np.isnan(nothing["theta"])


def test_few_repetitions_have_no_interval() -> None:
    table = answers("simulated/sharing", (Condition(),))
    few = sheets(table[table["variation"].str.contains("coins|numbers")], False)
    found = theta(few.of("simulated/sharing", "natural"))
    assert found.n_items == 4 and np.isnan(found.low) and "Fewer than 8" in found.reason
    assert np.isnan(mean(np.array([]), (0, 1)).value)
    assert position(few.only(np.zeros(4, dtype=bool))).n == 0


def test_pairs_are_the_same_face_order_and_epoch(obedient: pd.DataFrame) -> None:
    found = sheets(obedient, False)
    first, second = paired(found.of("simulated/obedient", "natural"), found.of("simulated/obedient", "altruistic"))
    keys = ["face", "order", "epoch"]
    assert first.about[keys].equals(second.about[keys]) and len(first.about) == 10


def test_places_between_options_count_in_proportion() -> None:
    rows = [
        {
            "model": "m",
            "item_id": s.id,
            "variation": "natural/slider/forward",
            "epoch": 1,
            "choice": "2.5",
            "option_probs": None,
        }
        for s in of_kind("primary")
    ]
    found = sheets(pd.DataFrame(rows), True)
    between = [s.at(2.5 / 8) for s in of_kind("primary")]
    assert found.divisions()[0] == pytest.approx(np.mean(between, axis=0), abs=0.3)

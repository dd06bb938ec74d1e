"""The component of the Profile page: what counts as weights, what its rows say, how the rest follows it, and what its
own files may not do."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from browsing import ROOT, texts, visit, weighing, weights
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.alignment import STATISTICS
from core.values.profile import surveyed
from core.values.system import SCHWARTZ, system
from pages.shared.weighing import read_weights

IDS = system(SCHWARTZ).ids
EVEN = dict.fromkeys(IDS, 50)
SWEDEN = next(profile for profile in surveyed() if profile.id == "country:SE")
SCRIPT, STYLE = ((ROOT / "pages" / "shared" / f"weighing.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))


@given(st.integers(0), st.lists(st.floats(0, 100), min_size=len(IDS), max_size=len(IDS)))
def test_all_weights_of_the_system_from_0_to_100_are_taken_as_whole_numbers(turn: int, given: list[float]) -> None:
    sent = dict(zip(IDS, given, strict=True))
    assert read_weights({"turn": turn, "weights": sent}, IDS) == (turn, {value: round(sent[value]) for value in IDS})


@pytest.mark.parametrize(
    "sent",
    [
        *(None, "", 5, [], {}, {"turn": 1}, {"weights": EVEN}, {"turn": "1", "weights": EVEN}),
        *({"turn": 1, "weights": weights} for weights in (None, [], "", {}, {"power": 50})),
        *({"turn": 1, "weights": {**EVEN, "power": weight}} for weight in (-1, 101, None, "50", [], float("nan"))),
        {"turn": 1, "weights": {**EVEN, "honour": 50}},
    ],
)
def test_nothing_else_that_a_browser_may_send_is(sent: object) -> None:
    assert read_weights(sent, IDS) is None


@pytest.mark.parametrize("statistic", STATISTICS)
def test_each_row_says_its_numbers_in_words(statistic: str, small_app: Path) -> None:
    shown = weighing(visit("profile", profile="Sweden", statistic=STATISTICS[statistic][0], cases="true"))
    assert STATISTICS[statistic][0] in shown["title"]
    for row in shown["rows"]:
        said = " ".join(row["words"])
        assert row["low"] <= row["alignment"] <= row["high"]
        assert f"{row['alignment']:.2f}, 95 % interval {row['low']:.2f} to {row['high']:.2f}" in said
        assert (f"worst to best case {row['worst']:.2f}" in said) if row["worst"] is not None else "worst" not in said
    order = [row["alignment"] for row in shown["rows"]]
    assert order == sorted(order, reverse=True)


def test_models_on_one_ground_are_named(small_app: Path) -> None:
    at = visit("profile", w_PO="100", w_UN="0")
    rows = weighing(at)["rows"]
    alike = [(a["model"], b["model"]) for a, b in pairwise(rows) if a["odd"] == b["odd"]]
    assert bool(alike) == ("Not told apart: " in texts(at))
    assert all(f"{a}, {b}" in texts(at) for a, b in alike)


def test_the_sliders_are_those_of_the_sidebar(small_app: Path) -> None:
    at = visit("profile", profile="Sweden")
    assert [value["id"] for value in weighing(at)["values"]] == list(IDS)
    assert [value["weight"] for value in weighing(at)["values"]] == weights(at)


@pytest.mark.parametrize("page", ["pages/explore/profile.py", "pages/explore/overview.py"])
def test_whatever_draws_the_page_next_takes_over_what_the_large_sliders_say(page: str, small_app: Path) -> None:
    at = visit("profile", profile="Sweden")
    at.session_state["moved"] = {slider.key: 7 if slider.key == "w_PO" else slider.value for slider in at.slider[1:]}
    at.switch_page(page).run()
    assert at.selectbox(key="profile").value == "custom" and at.slider(key="w_PO").value == 7
    assert at.session_state["view"].profile.weights["power"] == 7
    # On their own page what they say counts until the browser has told that it drew the rest.
    assert ("moved" in at.session_state) == page.endswith("profile.py")
    if page.endswith("profile.py"):
        assert weighing(at)["taken"]


def test_while_the_large_sliders_are_ahead_older_weights_of_the_sidebar_do_not_count(small_app: Path) -> None:
    at = visit("profile", profile="Sweden")
    at.session_state["moved"] = {slider.key: 7 if slider.key == "w_PO" else slider.value for slider in at.slider[1:]}
    at.slider(key="w_PO").set_value(4).run()
    assert at.session_state["view"].profile.weights["power"] == 7


def test_texts_are_never_markup_and_nothing_is_fetched() -> None:
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|fetch|import\b|http", SCRIPT)
    assert not re.findall(r"url\(|@import|http", STYLE)


def test_colours_are_the_themes_but_for_greys() -> None:
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\((?!128 128 128)|hsl", STYLE)

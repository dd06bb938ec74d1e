"""The figures of the page Personas: what they say, and nothing that could act."""

import json

import numpy as np
import pandas as pd

from core.analysis.estimates import Estimate
from core.analysis.portrait.persona_humans import Comparison, signs
from core.charts.persona_effects import persona_effects
from core.charts.persona_humans import persona_humans

VALUES = ["Power", "Security", "Hedonism"]
NASTY = "<b>x</b>"


def rows(contrast: str, low: float = 0.1) -> pd.DataFrame:
    cells = {
        "delta": [0.5, -0.2, np.nan],
        "low": [low, -0.4, np.nan],
        "high": [0.9, 0.0, np.nan],
        "q": [0.01, 0.5, np.nan],
    }
    band = {"band_low": [-0.1, -0.2, np.nan], "band_high": [0.1, 0.2, np.nan]}
    counts = {"items": [8, 8, 0], "queries": [8, 8, 0], "answers": [48, 40, 0]}
    return pd.DataFrame({"contrast": contrast, "value": VALUES, **cells, **band, **counts})


def test_each_contrast_has_a_colour_and_each_value_its_band() -> None:
    figure = json.loads(persona_effects(pd.concat([rows(NASTY), rows("b")]), VALUES, "T").to_json())
    first, second = figure["data"]
    assert first["marker"]["color"] != second["marker"]["color"] and first["name"] == "&lt;b&gt;x&lt;/b&gt;"
    assert first["y"][0] < 0 < second["y"][0] and first["x"][:2] == [0.5, -0.2]
    assert np.allclose(first["error_x"]["array"][:2], [0.4, 0.2])
    assert first["marker"]["symbol"] == ["circle", "circle", "circle-open"]
    assert "95 % interval +0.10 to +0.90" in first["text"][0] and "q = 0.010" in first["text"][0]
    assert "n = 48 questions, 8 items, 8 situations" in first["text"][0] and "too small" in first["text"][2]
    assert [(shape["x0"], shape["x1"]) for shape in figure["layout"]["shapes"]] == [(-0.1, 0.1), (-0.2, 0.2)]
    assert "points" in figure["layout"]["xaxis"]["title"]["text"]


def test_people_and_model_share_a_plane_with_the_line_of_equality() -> None:
    d, z = np.array([0.2, -0.3, np.nan]), np.array([0.4, -0.6, 1.0])
    one = Estimate(2.0, 1.5, 2.5, 20)
    made = Comparison(
        z, z - 0.1, z + np.array([0.1, np.nan, 0.1]), d, d - 0.05, d + 0.05, signs(z, d), one, one, one, one
    )
    figure = json.loads(persona_humans(made, VALUES, "T").to_json())
    equal, slope, dots = figure["data"]
    assert equal["y"] == equal["x"] and np.allclose(slope["y"], 2 * np.array(slope["x"])) and "2.00" in slope["name"]
    assert dots["x"] == [0.2, -0.3] and dots["y"] == [0.4, -0.6] and dots["text"] == VALUES[:2]
    assert "model +0.40 (+0.30 to +0.50)" in dots["hovertext"][0] and "people +0.20" in dots["hovertext"][0]
    assert figure["layout"]["xaxis"]["title"]["text"] and figure["layout"]["yaxis"]["title"]["text"]
    blank = Estimate(np.nan, np.nan, np.nan, 0, "none")
    empty = Comparison(*[np.full(3, np.nan)] * 6, signs(d * 0, d), blank, blank, blank, blank)
    assert len(persona_humans(empty, VALUES, "T").data) == 2  # no slope, no dots, and no failure

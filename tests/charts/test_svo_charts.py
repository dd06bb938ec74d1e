import math

import numpy as np
import pandas as pd
import pytest

from core.charts.svo_ring import COLOURS, Vector, svo_ring
from core.charts.value_rationality import value_rationality

POINTS = np.array([[80.0, 80.0], [82.0, 78.0]])


def vector(name: str = "natural", target: str = "", theta: float = 45.0, low: float = 40.0) -> Vector:
    return Vector(name, target, theta, low, 50.0 if low == low else math.nan, 10, POINTS, "prosocial")


def test_the_ring_shows_sliders_sectors_vectors_and_wedges() -> None:
    figure = svo_ring([vector(), vector("altruistic", "altruistic", 60.0)], "Where choices point")
    names = [trace.name for trace in figure.data]
    assert sum(str(name).startswith("svo-") for name in names) == 6 and names.count("border") == 3
    assert names.count("wedge") == 2
    arrow = next(trace for trace in figure.data if trace.name == "natural")
    assert (arrow.x[1] - 50, arrow.y[1] - 50) == pytest.approx((50 * math.sqrt(0.5), 50 * math.sqrt(0.5)))
    assert "n = 10 repetitions" in arrow.text[0] and "40.0° to 50.0°" in arrow.text[0]
    assert next(t for t in figure.data if t.name == "altruistic").line.color == COLOURS["altruistic"]
    assert figure.layout.title.text == "Where choices point" and "payoff" in figure.layout.xaxis.title.text
    assert {note.text for note in figure.layout.annotations} == set(COLOURS) - {""}


def test_what_is_unknown_is_not_drawn() -> None:
    names = [trace.name for trace in svo_ring([vector(theta=math.nan), vector("b", low=math.nan)], "t").data]
    assert "natural" not in names and "wedge" not in names and "b" in names


def test_bars_by_target_and_way() -> None:
    rows = [
        {
            "model": "<m>",
            "condition": name,
            "target": "altruistic",
            "above": 0.5,
            "above_low": low,
            "above_high": 0.7,
            "n": 9,
        }
        for name, low in (("natural", 0.1), ("altruistic", 0.3), ("altruistic-goal", math.nan))
    ]
    figure = value_rationality(pd.DataFrame(rows), {"<m>": "#4477AA"})
    assert [bar.name for bar in figure.data] == ["&lt;m&gt;, told", "&lt;m&gt;, told, with goal"]
    assert figure.data[0].error_y.arrayminus == pytest.approx([0.2]) and figure.data[0].marker.color == "#4477AA"
    assert "no interval" in figure.data[1].text[0]

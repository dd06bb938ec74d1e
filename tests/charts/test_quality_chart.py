"""The figures of recognition quality: every number where it belongs, names as text."""

import json
import math

import numpy as np
import pandas as pd

from core.analysis.classification import Bin
from core.charts.quality import by_value, confusion_matrix, reliability

VALUES = {"power": "Power", "security": "Security"}
NAME = "<b>judge</b> %{x}"


def table() -> pd.DataFrame:
    rows = [
        (NAME, False, "power", 0.7, 0.6, 0.75),
        (NAME, False, "security", math.nan, math.nan, math.nan),
        (NAME, False, "", 0.7, 0.6, 0.8),
        ("Shipped", True, "power", 0.66, math.nan, math.nan),
        ("Shipped", True, "security", 0.8, math.nan, math.nan),
    ]
    frame = pd.DataFrame(rows, columns=["series", "shipped", "value", "estimate", "low", "high"])
    return frame.assign(note="n = 3")


def test_each_figure_stands_in_its_values_row() -> None:
    figure = by_value(table(), VALUES, "AUC", (0.65, "reliable"))
    own, shipped = figure.data
    assert own.x == (0.7,) and math.isclose(own.error_x.array[0], 0.05) and math.isclose(own.error_x.arrayminus[0], 0.1)
    assert round(own.y[0]) == 0 and [round(place) for place in shipped.y] == [0, 1]
    assert own.y[0] != shipped.y[0]
    assert not shipped.error_x.visible and shipped.marker.symbol == "diamond-open"
    assert figure.layout.yaxis.ticktext == ("Power", "Security")
    assert figure.layout.shapes[0].x0 == 0.65 and figure.layout.annotations[0].text == "reliable"


def test_a_recognisers_name_stays_text() -> None:
    spec = json.loads(by_value(table(), VALUES, "AUC").to_json())
    assert spec["data"][0]["name"] == "&lt;b&gt;judge&lt;/b&gt; %{x}"
    assert not [trace for trace in spec["data"] if "judge" in trace["hovertemplate"]]


def test_nothing_to_show_is_an_empty_figure() -> None:
    assert not by_value(table().iloc[:0], VALUES, "AUC").data
    assert not by_value(table().iloc[1:2], VALUES, "AUC").data


def test_reliability_shows_counts_and_intervals() -> None:
    bins = (Bin(1200, 0.2, 0.25, 0.2, 0.3), Bin(3, 0.9, 1.0, 0.5, 1.0))
    diagonal, points = reliability(bins, "Power").data
    assert diagonal.x == diagonal.y == (0, 1)
    assert points.x == (0.2, 0.9) and points.text == ("1,200", "3")
    assert np.allclose(points.error_y.array, [0.05, 0]) and np.allclose(points.error_y.arrayminus, [0.05, 0.5])


def test_confusion_counts_and_shares_of_rows() -> None:
    figure = confusion_matrix(np.array([[3, 1], [0, 0]]), ("present", "absent"), "Power")
    (cells,) = figure.data
    assert cells.z == ([0.75, 0.25], [0.0, 0.0]) or [list(row) for row in cells.z] == [[0.75, 0.25], [0, 0]]
    assert [list(row) for row in cells.text] == [["3<br>75%", "1<br>25%"], ["0<br>0%", "0<br>0%"]]
    assert figure.layout.yaxis.title.text == "as labelled"

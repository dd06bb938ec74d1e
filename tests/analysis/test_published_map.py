"""The published heat map: reproduced, its statistic told, the countries' orders found, and each value left out."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata, spearmanr

from core.analysis.published_map import MapRead, correlations, leave_one_out, nearest, read_map
from core.charts.published import PUBLISHED_COLOUR, beside, published_map
from core.interchange.compass import read_compass
from core.items.compass_read import CompassRead
from core.runs.published import SURVEYED, surveyed_orders
from core.values.system import system

VALUES = system("schwartz").ids


def opened(read: CompassRead) -> MapRead:
    scores = pd.DataFrame([vars(one) for one in read.scores if one.system == "schwartz"])
    return read_map(scores, pd.DataFrame([vars(one) for one in read.cells]), VALUES)


@pytest.fixture(scope="module")
def maps(shared_data: Path) -> dict[str, MapRead]:
    return {read.measured: opened(read) for read in read_compass(shared_data / "compass", "compass")}


def made(scores: np.ndarray, orders: np.ndarray, forced: int | None = None, noise: float = 0.0) -> MapRead:
    """A map whose orders are known, read back from its scores and figures."""
    used = scores.copy()
    if forced is not None:
        used[:, forced] = -1000
    figures = np.array([[spearmanr(row, order).statistic for order in orders] for row in used]) + noise
    models = [f"m{n}" for n in range(len(scores))]
    cells = [(m, f"c{c}", figures[i, c]) for i, m in enumerate(models) for c in range(len(orders))]
    table = [(m, value, scores[i, v]) for i, m in enumerate(models) for v, value in enumerate(VALUES)]
    return read_map(
        pd.DataFrame(table, columns=["model", "value", "score"]),
        pd.DataFrame(cells, columns=["model", "country", "figure"]),
        VALUES,
    )


def test_the_published_map_is_spearman_with_hedonism_put_lowest(maps: dict[str, MapRead]) -> None:
    found = maps["2025-05"]
    assert found.figures.shape == (33, 7) and found.forced == "hedonism" and found.error < 1e-9
    assert found.fits[""] > 0.01 and min(fit for name, fit in found.fits.items() if name != "hedonism") > 0.01
    assert np.abs(correlations(found, "hedonism") - found.figures).max() < 1e-9
    assert all(order is not None and order[VALUES.index("hedonism")] == 1 for order in found.orders)
    means = dict(zip(found.countries, found.figures.mean(axis=0).round(3), strict=True))
    assert (means["FR"], means["UK"], means["US"]) == (0.847, 0.786, 0.634)
    assert pd.Series(nearest(found, found.figures)).value_counts()["FR"] == 27


def test_its_cell_for_one_model_is_127_of_165_only_without_the_edit(maps: dict[str, MapRead]) -> None:
    """GPT-4-Turbo and China: published .8061 = 133/165."""
    found = maps["2025-05"]
    m, c = found.models.index("GPT-4-Turbo"), found.countries.index("CN")
    assert found.figures[m, c] == pytest.approx(133 / 165)
    assert abs(correlations(found)[m, c] - found.figures[m, c]) > 0.01


def test_with_surveys_and_true_ranks_the_means_are_others(maps: dict[str, MapRead]) -> None:
    found = maps["2025-05"]
    figures = correlations(found, orders=surveyed_orders(found))
    means = dict(zip(found.countries, np.nanmean(figures[:, :3], axis=0).round(3), strict=False))
    assert means == {"FR": 0.72, "UK": 0.832, "US": 0.896}
    assert np.isnan(figures[:, 3:]).all() and set(found.countries[:3]) <= set(SURVEYED)


def test_the_earlier_map_took_the_ranks_as_they_are(maps: dict[str, MapRead]) -> None:
    found = maps["2025-01"]
    assert len(found.models) == 22 and found.forced == "" and found.error < 1e-9
    assert set(found.ordered()) == set(found.countries) - {"India"}  # two orders give India's column
    france = found.orders[found.countries.index("France")]
    assert france is not None
    by_rank = [VALUES[v] for v in np.argsort(-france)]
    assert by_rank[:4] == ["benevolence", "universalism", "security", "self_direction"]
    assert by_rank[4:] == ["hedonism", "tradition", "conformity", "stimulation", "achievement", "power"]
    known = [c for c, order in enumerate(found.orders) if order is not None]
    assert np.abs(correlations(found) - found.figures)[:, known].max() < 1e-9


def test_leave_one_out_moves_what_hangs_on_a_value(maps: dict[str, MapRead]) -> None:
    table = leave_one_out(maps["2025-05"]).set_index("without")
    assert len(table) == 12 and table.loc["(none; as published)", "of"] == 27
    assert table.loc["universalism", "nearest"] == "CN" and table.loc["tradition", "nearest"] == "UK"
    found = maps["2025-05"]
    keep = [v for v, value in enumerate(VALUES) if value != "hedonism"]
    order = found.orders[0]
    assert order is not None
    by_scipy = [spearmanr(row[keep], order[keep]).statistic for row in found.scores]
    assert correlations(found, "hedonism", "hedonism")[:, 0] == pytest.approx(by_scipy, abs=1e-12)


@pytest.mark.parametrize("forced", [None, 4])
def test_orders_are_found_again_with_ties_too(forced: int | None) -> None:
    rng = np.random.default_rng(7)
    orders = np.array([rankdata(rng.permutation(10)) for _ in range(4)] + [rankdata([1, 2, 2, 4, 5, 5, 7, 8, 9, 10])])
    if forced is not None:
        orders = np.array([rankdata(np.where(np.arange(10) == forced, -1, order)) for order in orders])
    found = made(rng.normal(size=(15, 10)), orders, forced)
    assert found.forced == ("" if forced is None else VALUES[forced])
    for order, truth in zip(found.orders, orders, strict=True):
        assert order is not None and order.tolist() == truth.tolist()


def test_too_few_models_leave_the_orders_open_and_a_map_of_something_else_is_told() -> None:
    rng = np.random.default_rng(8)
    orders = np.array([rankdata(rng.permutation(10))])
    few = made(rng.normal(size=(5, 10)), orders)
    assert few.ordered() == () and np.isnan(correlations(few)).all()
    other = made(rng.normal(size=(15, 10)), orders, noise=rng.normal(0, 0.2, (15, 1)))
    assert other.forced is None and other.error > 0.01 and other.ordered() == ()
    with pytest.raises(ValueError, match="three models"):
        made(rng.normal(size=(2, 10)), orders)


# Charts


def test_published_points_are_hollow_grey_and_without_interval() -> None:
    nan = float("nan")
    rows = pd.DataFrame(
        [
            ("GPT", "published 2025-02", "power", 1.0, nan, nan, pd.NA),
            ("<b>own", "your run", "power", 2.0, 1.0, 3.0, 12),
        ],
        columns=["model", "source", "value", "score", "low", "high", "n_items"],
    )
    figure = beside(rows, {"power": "Power"}, "published 2025-02", {"<b>own": "#4477AA"}, centred=True)
    published, own = figure.data
    assert published.marker.symbol.endswith("-open") and published.marker.color == PUBLISHED_COLOUR
    assert published.error_x.array is None and "neither n nor interval is published" in published.text[0]
    assert own.marker.symbol == "circle" and own.error_x.array == (1.0,) and "n = 12" in own.text[0]
    assert own.name == "&lt;b&gt;own (your run)" and "own mean" in figure.layout.title.text


def test_cells_that_are_not_known_stay_blank() -> None:
    figure = published_map(["m"], ["A", "B"], np.array([[0.5, np.nan]]), "Title", "ρ")
    assert list(figure.data[0].z[0]) == [0.5, None] and list(figure.data[0].text[0]) == ["0.50", ""]

"""One model around the world: its alignment with every country that was surveyed, and nothing where none was."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.alignment import STATISTICS
from core.analysis.pluralism import ProfileMap
from core.charts.heatmap import colours, hover
from core.charts.style import finish, label
from core.paths import DATA

SHAPES = DATA / "maps" / "world.geojson"
COUNTRY = "country:"
NOT_SURVEYED = "not surveyed"
BLANK, BORDER, FAINT = "rgba(128,128,128,0.3)", "rgb(96,96,96)", "rgba(128,128,128,0.6)"

# What is seen of the globe.
_VIEWS: Mapping[str, Mapping[str, Any]] = {
    "europe": {
        "projection": {"type": "azimuthal equal area", "rotation": {"lon": 12, "lat": 52}},
        "lonaxis": {"range": [-24, 42]},
        "lataxis": {"range": [33.5, 71.5]},
    },
    "world": {"projection": {"type": "equal earth"}, "lataxis": {"range": [-56, 84]}},
}
VIEWS = tuple(_VIEWS)
_HEIGHTS = {"europe": 600, "world": 480}
_BAR = {"orientation": "h", "yanchor": "top", "y": -0.02, "thickness": 12, "len": 0.6}  # the map has the full width

Shape = Mapping[str, Any]


@cache
def shapes() -> Mapping[str, Shape]:
    """The countries' outlines as GeoJSON features by ISO 3166 alpha-2 code (Kosovo: XK; what has no code: its name)."""
    return {shape["id"]: shape for shape in json.loads(SHAPES.read_text(encoding="utf-8"))["features"]}


def without_shape(profiles: Iterable[str]) -> list[str]:
    """Those of the countries' profile ids ("country:SE") that no map can show, in their order."""
    return [id for id in profiles if id.startswith(COUNTRY) and id.removeprefix(COUNTRY) not in shapes()]


def outside_europe(profiles: Iterable[str]) -> list[str]:
    """Those of the countries' profile ids that lie wholly outside the view of Europe, in their order."""
    codes = {id: id.removeprefix(COUNTRY) for id in profiles if id.startswith(COUNTRY)}
    return [id for id, code in codes.items() if code in shapes() and not _in_europe(shapes()[code])]


def world(found: ProfileMap, model: str, names: Mapping[str, str], view: str = "europe") -> go.Figure:
    """The alignment of one of the map's models with every country, in one of `VIEWS`. Countries without a profile, or
    without an alignment, are drawn blank; nothing is estimated for them. Colours mean what they mean in the heat map of
    the same `found`: they span all its models. `names` are the profiles' names by id. Profiles that are no countries
    are left out. A country's customdata is (model, profile id). Raises ValueError for a model that is not there."""
    m = found.models.index(model)
    known = {
        id.removeprefix(COUNTRY): p
        for p, id in enumerate(found.profiles)
        if id.startswith(COUNTRY) and not np.isnan(found.value[m, p])
    }
    coloured = {code: shape for code, shape in shapes().items() if code in known}
    blank = {code: shape for code, shape in shapes().items() if code not in known}
    places = [known[code] for code in coloured]
    surveyed = go.Choropleth(
        z=[float(found.value[m, p]) for p in places],
        hovertext=[hover(found, names, m, p) for p in places],
        customdata=[[model, found.profiles[p]] for p in places],
        marker={"line": {"color": BORDER, "width": 0.8}},
        colorbar={**_BAR, "title": {"text": STATISTICS[found.statistic][0], "side": "top"}},
        **colours(found.statistic),
        **_span(found),
        **_drawn(coloured),
    )
    return finish(
        go.Figure([_legend(), _blank(blank, found, names), surveyed]),
        _HEIGHTS[view],
        f"{label(model)} by country: {STATISTICS[found.statistic][0]}",
        geo={**_VIEWS[view], "visible": False, "bgcolor": "rgba(0,0,0,0)"},
        legend={"orientation": "h", "yanchor": "top", "y": 1, "xanchor": "left", "x": 0},
        dragmode=False,  # else the wheel would turn the globe instead of the page
    )


def _legend() -> go.Scattergeo:
    """The neutral colour's entry in the legend. It has to come first: of a map whose first trace is a choropleth,
    plotly.js 4.1 fetches coastlines from another machine although nothing shows them."""
    marker = {"symbol": "square", "size": 14, "color": BLANK, "line": {"color": FAINT, "width": 0.6}}
    return go.Scattergeo(lon=[None], lat=[None], mode="markers", marker=marker, name=NOT_SURVEYED, showlegend=True)


def _blank(blank: Mapping[str, Shape], found: ProfileMap, names: Mapping[str, str]) -> go.Choropleth:
    """Countries in one neutral colour that stands for no number."""
    said = {
        code: f"{label(names[COUNTRY + code])}: no alignment for this model"
        if COUNTRY + code in found.profiles
        else f"{label(shape['properties']['name'])}: {NOT_SURVEYED}"
        for code, shape in blank.items()
    }
    return go.Choropleth(
        z=[0] * len(blank),
        hovertext=list(said.values()),
        colorscale=[[0, BLANK], [1, BLANK]],
        showscale=False,
        marker={"line": {"color": FAINT, "width": 0.4}},
        **_drawn(blank),
    )


def _drawn(some: Mapping[str, Shape]) -> dict[str, Any]:
    """How a trace finds its shapes: each brings its own, so that none is sent twice."""
    return {
        "geojson": {"type": "FeatureCollection", "features": list(some.values())},
        "featureidkey": "id",
        "locations": list(some),
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _span(found: ProfileMap) -> dict[str, float]:
    """The colours' ends over all models; where zero is the middle, both lie as far from it."""
    known = found.value[~np.isnan(found.value)]
    if not known.size:
        return {}
    low, high = float(known.min()), float(known.max())
    if "zmid" in colours(found.statistic):
        high = max(abs(low), abs(high))
        low = -high
    return {"zmin": low, "zmax": high}


def _in_europe(shape: Shape) -> bool:
    west, east = _VIEWS["europe"]["lonaxis"]["range"]
    south, north = _VIEWS["europe"]["lataxis"]["range"]
    points = (point for polygon in shape["geometry"]["coordinates"] for point in polygon[0])
    return any(west < x < east and south < y < north for x, y in points)

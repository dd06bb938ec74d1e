"""A Plotly figure taken apart into a table and settings, from which core.charts.redraw draws it for paper.

Only what the product's charts use is known; a trace or a mark of another kind raises ValueError, so that no figure
leaves with a part missing.
"""

import html
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.charts import projections
from core.charts.style import PALETTE, PROFILE_COLOUR

COLUMNS = (
    *("layer", "name", "x", "y", "x_label", "y_label", "x_low", "x_high", "y_low", "y_high", "base", "thick", "z"),
    *("text", "colour", "size", "symbol", "place", "note"),
)
WIDTH = 7.1  # inches: a page of two columns
PER_INCH = 96.0  # Plotly's pixels
HATCHES = {"/": "///", ".": "...", "x": "xxx", "\\": "\\\\\\", "-": "---"}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold
_TAG = re.compile(r"</?(?:b|i|sup|sub|span|a|em|strong)(?:\s[^>]*)?>")

Row = dict[str, str]
Settings = dict[str, Any]


@dataclass(frozen=True)
class Taken:
    """`rows` have COLUMNS, all text, numbers as Python writes them back exactly; `settings` are JSON."""

    rows: tuple[Row, ...]
    settings: Settings


def take_apart(figure: go.Figure) -> Taken:
    """What a figure shows. Raises ValueError for what cannot be drawn on paper."""
    kinds = {trace.type for trace in figure.data}
    if unknown := kinds - set(_LAYERS):
        raise ValueError(f"Traces of the type {', '.join(sorted(unknown))} cannot be drawn on paper.")
    layout = figure.layout
    kind = "map" if kinds & {"choropleth", "scattergeo"} else "polar" if "scatterpolar" in kinds else "plane"
    settings: Settings = {
        "title": plain(layout.title.text or ""),
        "width": WIDTH,
        "height": max(2.2, (layout.height or 450) / PER_INCH),
        "kind": kind,
        "layers": [],
        "shapes": [_shape(shape) for shape in layout.shapes],
        "notes": [_note(note) for note in layout.annotations],
    }
    rows: list[Row] = []
    if kind == "polar":
        settings["directions"] = _directions(figure)
        settings["radius"] = [float(end) for end in layout.polar.radialaxis.range or ()] or None
        places = (_Places({}), _Places({}))
    elif kind == "map":
        view = projections.view(layout.geo)
        settings |= {"x": {"range": view.x}, "y": {"range": view.y}}
        places = (_Places({}), _Places({}))
    else:
        places = _places(figure, "x"), _places(figure, "y")
        square = layout.xaxis.scaleanchor is not None or layout.yaxis.scaleanchor is not None
        settings |= {"x": _axis(layout.xaxis, places[0]), "y": _axis(layout.yaxis, places[1]), "square": square}
    stacked: dict[float, float] = {}
    bars = [trace for trace in figure.data if trace.type == "bar"]
    for at, trace in enumerate(figure.data):
        layer, its = _LAYERS[trace.type](trace, places, at)
        if trace.type == "bar":
            _side_by_side(layer, its, layout, bars.index(trace), len(bars), stacked)
        if kind == "map" and trace.type == "choropleth":
            layer["rings"] = {shape["id"]: view.rings(shape) for shape in trace.geojson["features"]}
        layer["legend"] = _in_legend(trace, layout)
        settings["layers"].append(layer)
        rows += [_row(at, layer["name"], one) for one in its]
    return Taken(tuple(rows), settings)


def plain(text: str) -> str:
    """Plotly's markup as text: line breaks stay, other tags go, escaped letters are themselves, and what no file can
    hold is U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", html.unescape(_TAG.sub("", text.replace("<br>", "\n"))))


def _row(at: int, name: str, cells: Mapping[str, Any]) -> Row:
    return {column: _cell({"layer": at, "name": name, **cells}.get(column)) for column in COLUMNS}


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return repr(float(value)) if isinstance(value, float) else str(value)


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _list(values: Any) -> list[Any]:
    return [] if values is None else list(values)


def _each(value: Any, n: int, usual: Any = None) -> list[Any]:
    """One for each of n points: a list as it is, one thing for all of them."""
    if value is None:
        return [usual] * n
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [value] * n
    return list(value)


# Places on the axes


@dataclass(frozen=True)
class _Places:
    """Where on an axis names stand; numbers stand where they say."""

    names: Mapping[str, int]

    def __call__(self, value: Any) -> float:
        return float(self.names[value]) if isinstance(value, str) else _number(value)

    def label(self, value: Any) -> str | None:
        return plain(value) if isinstance(value, str) else None


def _places(figure: go.Figure, side: str) -> _Places:
    axis = figure.layout[f"{side}axis"]
    found = [each for trace in figure.data for each in _list(trace[side]) if isinstance(each, str)]
    ordered = [*_list(axis.categoryarray if axis.categoryorder == "array" else None), *found]
    return _Places({name: at for at, name in enumerate(dict.fromkeys(ordered))}) if found else _Places({})


def _axis(axis: Any, places: _Places) -> Settings:
    ticks: list[tuple[float, str]] | None = None
    if places.names:
        ticks = [(at, plain(name)) for name, at in places.names.items()]
    elif axis.tickvals is not None:
        texts = _list(axis.ticktext) or [f"{value:g}" for value in axis.tickvals]
        ticks = [(float(at), plain(str(text))) for at, text in zip(axis.tickvals, texts, strict=True)]
    hidden = axis.visible is False or axis.showticklabels is False
    length = max((len(text) for _, text in ticks or ()), default=0)
    crowded = ticks is not None and len(ticks) * min(length, 30) > 90
    ends = [float(end) for end in axis.range] if axis.range is not None else None
    if ends is None and places.names:
        ends = [-0.5, len(places.names) - 0.5]
    return {
        "title": plain(axis.title.text or ""),
        "ticks": ticks,
        "range": ends,
        "reversed": axis.autorange == "reversed",
        "grid": axis.showgrid is not False and axis.gridcolor is not None,
        "zero": bool(axis.zeroline) and axis.zerolinecolor is not None,
        "from_zero": axis.rangemode == "tozero",
        "top": axis.side == "top",
        "turned": crowded and str(axis.plotly_name).startswith("x"),
        "suffix": axis.ticksuffix or "",
        "step": float(axis.dtick) if isinstance(axis.dtick, int | float) else None,
        "hidden": hidden,
    }


def _directions(figure: go.Figure) -> list[str]:
    return list(dict.fromkeys(plain(name) for trace in figure.data for name in _list(trace.theta)))


# Layers, one a trace


def _layer(draw: str, trace: Any, colour: str, **more: Any) -> Settings:
    return {"draw": draw, "name": plain(trace.name or ""), "colour": colour, "edge": None, "bars": colour, **more}


def _in_legend(trace: Any, layout: Any) -> bool:
    """Whether a trace has an entry; one that has a name has it on paper even when it is the only one."""
    if trace.type in ("heatmap", "choropleth") or trace.showlegend is False or layout.showlegend is False:
        return False
    return bool(trace.name)


def _points(trace: Any, places: Sequence[_Places], at: int) -> tuple[Settings, list[dict[str, Any]]]:
    polar = trace.type == "scatterpolar"
    xs = (
        [plain(one) for one in _list(trace.theta)]
        if polar
        else _list(trace["lon" if trace.type == "scattergeo" else "x"])
    )
    ys = _list(trace.r) if polar else _list(trace["lat" if trace.type == "scattergeo" else "y"])
    n, marker, mode = len(xs), trace.marker, trace.mode or "lines+markers"
    main = (
        _first(marker.color) or (trace.line.color if trace.type != "scattergeo" else None) or PALETTE[at % len(PALETTE)]
    )
    line = 0.0
    if "lines" in mode:
        line = 0.75 * (2.0 if trace.line.width is None else float(trace.line.width))
    shown = "markers" in mode and marker.opacity != 0
    symbols = [str(one) for one in _each(marker.symbol, n, "circle")]
    layer = _layer(
        "points",
        trace,
        colour((trace.line.color if line and trace.line.color else None) or main),
        line=line,
        dash=trace.line.dash or "solid",
        fill=colour(trace.fillcolor) if getattr(trace, "fill", None) == "toself" else None,
        marks=shown,
        words="text" in mode,
        symbol=_first(marker.symbol) or "circle",
        edge=colour(marker.line.color) if isinstance(marker.line.color, str) else None,
    )
    if getattr(trace, "fill", None) not in (None, "none", "toself"):
        raise ValueError(f"A filling {trace.fill!r} cannot be drawn on paper.")
    columns: dict[str, list[Any]] = {
        "x": [plain(one) for one in xs] if polar else [places[0](one) for one in xs],
        "y": [_number(one) for one in ys] if polar else [places[1](one) for one in ys],
        "x_label": [None] * n if polar else [places[0].label(one) for one in xs],
        "y_label": [None] * n if polar else [places[1].label(one) for one in ys],
        "colour": [colour(one) if isinstance(one, str) else None for one in _each(marker.color, n, main)],
        "size": [float(one) for one in _each(marker.size, n, 6)],
        "symbol": symbols,
        "text": [plain(str(one)) for one in _each(trace.text, n, "")] if "text" in mode else [None] * n,
        "place": _each(trace.textposition, n, None) if "text" in mode else [None] * n,
        "note": _notes(trace, n),
    }
    if trace.type == "scatter":
        columns |= _error_bars(trace, columns, layer)
    return layer, _records(columns)


def _records(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _first(value: Any) -> str | None:
    values = _each(value, 1)
    return next((one for one in values if isinstance(one, str)), None)


def _notes(trace: Any, n: int) -> list[str | None]:
    """What is said of each point on hover: n and the interval."""
    for source in (trace.hovertext, trace.text):
        texts = _each(source, n, "")
        if source is not None and len(texts) == n:
            return [plain(str(text)).replace("\n", "; ") for text in texts]
    return [None] * n


def _error_bars(trace: Any, columns: Mapping[str, list[Any]], layer: Settings) -> dict[str, list[float | None]]:
    found: dict[str, list[float | None]] = {}
    for side in ("x", "y"):
        bars = trace[f"error_{side}"]
        if bars.array is None or bars.visible is False:
            continue
        up = [_number(one) for one in bars.array]
        down = [_number(one) for one in bars.arrayminus] if bars.arrayminus is not None else up
        found[f"{side}_low"] = [at - each for at, each in zip(columns[side], down, strict=True)]
        found[f"{side}_high"] = [at + each for at, each in zip(columns[side], up, strict=True)]
        layer["bars"] = colour(bars.color) if bars.color else layer["colour"]
    return found


def _bars(trace: Any, places: Sequence[_Places], at: int) -> tuple[Settings, list[dict[str, Any]]]:
    xs, ys = _list(trace.x), _list(trace.y)
    main = colour(_first(trace.marker.color) or PALETTE[at % len(PALETTE)])
    hatch = HATCHES.get(trace.marker.pattern.shape or "")
    layer = _layer("bars", trace, main, way="h" if trace.orientation == "h" else "v", hatch=hatch)
    layer["edge"] = "#ffffff" if hatch else None
    columns: dict[str, list[Any]] = {
        "x": [places[0](one) for one in xs],
        "y": [places[1](one) for one in ys],
        "x_label": [places[0].label(one) for one in xs],
        "y_label": [places[1].label(one) for one in ys],
        "note": _notes(trace, len(xs)),
    }
    columns |= _error_bars(trace, columns, layer)
    return layer, _records(columns)


def _side_by_side(
    layer: Settings, rows: list[dict[str, Any]], layout: Any, number: int, of: int, stacked: dict[float, float]
) -> None:
    """Bars at one place stand beside each other, or with barmode "stack" end to end."""
    room = 1 - (0.2 if layout.bargap is None else float(layout.bargap))
    long, place = ("x", "y") if layer["way"] == "h" else ("y", "x")
    for row in rows:
        row["base"], row["thick"] = 0.0, room
        if layout.barmode == "stack":
            row["base"] = stacked.get(row[place], 0.0)
            stacked[row[place]] = row[long] = row["base"] + row[long]
        elif of > 1:
            row["thick"] = room / of
            row[place] += room * ((number + 0.5) / of - 0.5)


def _cells(trace: Any, places: Sequence[_Places], at: int) -> tuple[Settings, list[dict[str, Any]]]:
    z = [list(line) for line in trace.z]
    xs, ys = _list(trace.x) or list(range(len(z[0]))), _list(trace.y) or list(range(len(z)))
    texts = [list(line) for line in trace.text] if trace.text is not None else [[""] * len(xs) for _ in ys]
    said = [list(line) for line in trace.hovertext] if trace.hovertext is not None else [[""] * len(xs) for _ in ys]
    layer = _layer("cells", trace, PROFILE_COLOUR, **_scaled(trace))
    rows = [
        {
            "x": places[0](x),
            "y": places[1](y),
            "x_label": places[0].label(x),
            "y_label": places[1].label(y),
            "z": _number(z[i][j]),
            "text": plain(str(texts[i][j])) if trace.texttemplate else None,
            "note": plain(str(said[i][j])).replace("\n", "; "),
        }
        for i, y in enumerate(ys)
        for j, x in enumerate(xs)
    ]
    return layer, rows


def _scaled(trace: Any) -> Settings:
    """The colours from low to high, and the title of the bar that shows them (None: no bar)."""
    scale = [(float(at), colour(one)) for at, one in trace.colorscale or ((0, "#440154"), (1, "#fde725"))]
    if trace.reversescale:
        scale = [(1 - at, one) for at, one in reversed(scale)]
    known = [each for line in _list(trace.z) for each in _each(line, 1) if each is not None and not math.isnan(each)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    low, high = (low if trace.zmin is None else trace.zmin), (high if trace.zmax is None else trace.zmax)
    if trace.zmid is not None:
        reach = max(abs(high - trace.zmid), abs(trace.zmid - low))
        low, high = trace.zmid - reach, trace.zmid + reach
    high = high if high > low else low + 1.0
    bar = None if trace.showscale is False else plain(trace.colorbar.title.text or " ")
    return {"scale": scale, "ends": [float(low), float(high)], "bar": bar}


def _areas(trace: Any, places: Sequence[_Places], at: int) -> tuple[Settings, list[dict[str, Any]]]:
    edge = trace.marker.line
    look = {"edge": colour(edge.color), "line": 0.75 * float(edge.width or 0.5)}
    layer = _layer("areas", trace, PROFILE_COLOUR, **{**_scaled(trace), **look})
    said = [plain(str(text)).replace("\n", "; ") for text in _list(trace.hovertext)]
    rows = [
        {"x_label": str(where), "z": _number(z), "note": note}
        for where, z, note in zip(trace.locations, trace.z, said, strict=True)
    ]
    return layer, rows


_LAYERS: Mapping[str, Any] = {
    **dict.fromkeys(("scatter", "scatterpolar", "scattergeo"), _points),
    "bar": _bars,
    "heatmap": _cells,
    "choropleth": _areas,
}


# Marks beside the layers


def _shape(shape: Any) -> Settings:
    if shape.type not in ("rect", "line"):
        raise ValueError(f"A shape of type {shape.type!r} cannot be drawn on paper.")
    opacity = 1.0 if shape.opacity is None else float(shape.opacity)
    return {
        "x": sorted(map(float, (shape.x0, shape.x1))),
        "y": sorted(map(float, (shape.y0, shape.y1))),
        "x_whole": str(shape.xref or "x") in ("paper", "x domain"),
        "y_whole": str(shape.yref or "y") in ("paper", "y domain"),
        "fill": colour(shape.fillcolor, opacity) if shape.type == "rect" and shape.fillcolor else None,
        "colour": colour(shape.line.color or PROFILE_COLOUR),
        "dash": shape.line.dash or "solid",
    }


def _note(note: Any) -> Settings:
    return {
        "x": float(note.x),
        "y": float(note.y),
        "x_whole": str(note.xref or "x") in ("paper", "x domain"),
        "y_whole": str(note.yref or "y") in ("paper", "y domain"),
        "text": plain(note.text),
        "ha": note.xanchor if note.xanchor in ("left", "right") else "center",
        "va": note.yanchor if note.yanchor in ("top", "bottom") else "center",
        "colour": colour(note.font.color) if note.font.color else None,
    }


def colour(given: str, opacity: float = 1.0) -> str:
    """A hex colour with its opacity (#rrggbbaa) from what Plotly takes: hex, rgb() or rgba()."""
    if given.startswith("#"):
        parts = [int(given[at : at + 2], 16) for at in (1, 3, 5)]
        alpha = opacity * (int(given[7:9], 16) / 255 if len(given) == 9 else 1.0)
    elif found := re.fullmatch(r"rgba?\(([^)]*)\)", given.replace(" ", "")):
        numbers = [float(part) for part in found[1].split(",")]
        parts = [round(number) for number in numbers[:3]]
        alpha = opacity * (numbers[3] if len(numbers) == 4 else 1.0)
    else:
        raise ValueError(f"The colour {given!r} is neither #rrggbb nor rgb().")
    return "#" + "".join(f"{part:02x}" for part in (*parts, round(255 * alpha)))

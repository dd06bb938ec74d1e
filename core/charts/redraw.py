"""Redraws a figure from data.csv and figure.json beside this file: `python redraw.py` writes figure.svg, .pdf and .png.

It needs matplotlib alone. Colours, labels, ranges and sizes are in figure.json, the numbers in data.csv: one row a
point, bar, cell or area, with `layer` naming the entry of "layers" that says how it is drawn. In a polar figure x is
the name of a direction and y the radius. An empty cell is a number that is not there: the line breaks.
"""

import csv
import io
import json
import math
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.ticker
import matplotlib.transforms
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle

INK, GRID = "#3d4451", "#80808040"
LOOK: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8,
    "text.parse_math": False,  # a name is no formula
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "figure",  # the same figure, the same file
    "pdf.fonttype": 42,  # fonts are embedded, not outlined
    "axes.edgecolor": GRID,
    "axes.axisbelow": True,
    "hatch.linewidth": 0.6,
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
}
DASHES: dict[str, Any] = {
    "dash": (0, (5, 3)),
    "dot": (0, (1, 2)),
    "dashdot": (0, (5, 2, 1, 2)),
    "longdash": (0, (8, 3)),
}
MARKERS = {"circle": "o", "diamond": "D", "star": "*", "square": "s", "x": "x", "cross": "P"}
LONGEST = 48  # letters of a label

Row = dict[str, str]
Settings = dict[str, Any]


def render(rows: Sequence[Row], settings: Settings, kind: str) -> bytes:
    """The figure as "svg", "pdf" or "png"."""
    buffer = io.BytesIO()
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[kind]
    named = {"Title": settings["title"].replace("\n", ": ")}
    with matplotlib.rc_context(LOOK), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks
        figure = draw(rows, settings)
        ground = {"facecolor": "white"} if kind == "png" else {"transparent": True}
        tight: Any = {"bbox_inches": "tight", "pad_inches": 0.04, **ground}
        figure.savefig(buffer, format=kind, dpi=300, metadata={**dates, **named}, **tight)
    return buffer.getvalue()


def draw(rows: Sequence[Row], settings: Settings) -> Figure:
    """The figure, layer upon layer."""
    legend = [layer for layer in settings["layers"] if layer["legend"]]
    columns = _columns(legend, settings["width"])
    lines = math.ceil(len(legend) / columns)
    figure = Figure((settings["width"], settings["height"] + 0.17 * lines), layout="constrained")
    polar = settings["kind"] == "polar"
    axes: Any = figure.add_subplot(projection="polar" if polar else None)
    {"polar": _polar, "plane": _plane, "map": _map}[settings["kind"]](axes, settings)
    for shape in settings["shapes"]:
        _shape(axes, shape)
    for at, layer in enumerate(settings["layers"]):
        mine = [row for row in rows if row["layer"] == str(at)]
        if polar:
            mine = [{**row, "x": str(_angle(row["x"], settings["directions"]))} for row in mine]
        scale = {"points": _points, "bars": _bars, "cells": _cells, "areas": _areas}[layer["draw"]](axes, layer, mine)
        if scale is not None and layer.get("bar"):
            across: Any = (
                {"location": "bottom", "shrink": 0.6, "pad": 0.02} if settings["kind"] == "map" else {"pad": 0.02}
            )
            bar = figure.colorbar(scale, ax=axes, aspect=30, **across)
            bar.set_label(layer["bar"])
            bar.outline.set_visible(False)
    for note in settings["notes"]:
        _note(axes, note)
    if settings["kind"] == "plane":
        _ends(axes, settings)
    title = "\n".join(part for line in settings["title"].split("\n") for part in textwrap.wrap(line, 92) or [""])
    figure.suptitle(title, x=0.01, ha="left", fontsize=10)
    if legend:
        handles: Any = [_handle(layer) for layer in legend]
        names = ["\u2009" + short(layer["name"]) for layer in legend]  # matplotlib hides what begins with "_"
        figure.legend(handles, names, loc="outside lower center", ncols=columns, frameon=False, fontsize=8)
    return figure


def short(text: str, most: int = LONGEST) -> str:
    """A label that leaves room for the figure."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _columns(legend: Sequence[Settings], width: float) -> int:
    longest = max((len(short(layer["name"])) for layer in legend), default=1)
    return max(1, min(len(legend) or 1, int(width * 13 / (longest + 7))))


def _number(cell: str) -> float:
    return float(cell) if cell else math.nan


def _column(rows: Sequence[Row], name: str) -> list[float]:
    return [_number(row[name]) for row in rows]


def _angle(direction: str, directions: Sequence[str]) -> float:
    return 2 * math.pi * directions.index(direction) / len(directions)


def _polar(axes: Any, settings: Settings) -> None:
    directions = settings["directions"]
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_xticks([_angle(one, directions) for one in directions], [short(one, 28) for one in directions])
    for tick, one in zip(axes.get_xticklabels(), directions, strict=True):
        across = math.sin(_angle(one, directions))
        tick.set_horizontalalignment("center" if abs(across) < 0.1 else "left" if across > 0 else "right")
    if settings["radius"]:
        axes.set_ylim(*settings["radius"])
    axes.set_rlabel_position(360 / len(directions) / 2)
    axes.tick_params(axis="y", labelsize=7)
    axes.spines["polar"].set_color(GRID)
    axes.grid(color=GRID, linewidth=0.6)


def _plane(axes: Any, settings: Settings) -> None:
    for name, axis in (("x", settings["x"]), ("y", settings["y"])):
        side = axes.xaxis if name == "x" else axes.yaxis
        if axis["hidden"]:
            side.set_visible(False)
        if axis["ticks"] is not None:
            turned: Any = (
                {"rotation": 90, "va": "bottom" if axis["top"] else "top", "ha": "center"} if axis["turned"] else {}
            )
            side.set_ticks([at for at, _ in axis["ticks"]], [short(text) for _, text in axis["ticks"]], **turned)
        elif axis["step"]:
            side.set_major_locator(matplotlib.ticker.MultipleLocator(axis["step"]))
        if axis["suffix"]:
            side.set_major_formatter(lambda at, _, suffix=axis["suffix"]: f"{at:g}{suffix}")
        if axis["title"]:
            side.set_label_text(axis["title"])
        if axis["top"]:
            side.tick_top()
            side.set_label_position("top")
        if axis["grid"]:
            side.grid(True, color=GRID, linewidth=0.6)
        side.set_tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if settings["square"]:
        axes.set_aspect("equal", adjustable="box")


def _ends(axes: Any, settings: Settings) -> None:
    """The axes' ends, once everything is there."""
    for name in ("x", "y"):
        axis = settings[name]
        low, high = axis["range"] or sorted(getattr(axes, f"get_{name}lim")())
        if axis["from_zero"]:
            low, high = min(0.0, low), max(0.0, high)
        if axis["reversed"] and low < high:
            low, high = high, low
        getattr(axes, f"set_{name}lim")(low, high)
        if axis["zero"] and min(low, high) <= 0 <= max(low, high):  # a line that must not widen the figure
            (axes.axvline if name == "x" else axes.axhline)(0, color="#8c8c8c", linewidth=0.8, zorder=0.5)


def _map(axes: Any, settings: Settings) -> None:
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(*settings["x"]["range"])
    axes.set_ylim(*settings["y"]["range"])


def _points(axes: Any, layer: Settings, rows: Sequence[Row]) -> None:
    x, y = _column(rows, "x"), _column(rows, "y")
    if layer["fill"]:
        axes.fill(x, y, color=layer["fill"], linewidth=0)
    if layer["line"]:
        axes.plot(x, y, color=layer["colour"], linewidth=layer["line"], linestyle=DASHES.get(layer["dash"], "-"))
    for name, bars in (("x", _reach(rows, "x")), ("y", _reach(rows, "y"))):
        if bars:
            kept: Any = {f"{name}err": bars, "fmt": "none", "capsize": 2, "elinewidth": 1, "ecolor": layer["bars"]}
            axes.errorbar(x, y, **kept)
    if layer["marks"]:
        for symbol in dict.fromkeys(row["symbol"] for row in rows):
            _marks(axes, layer, [row for row in rows if row["symbol"] == symbol], symbol)
    if layer["words"]:
        for row in rows:
            _word(axes, row)


def _reach(rows: Sequence[Row], name: str) -> list[list[float]] | None:
    """How far the bars reach down and up; None where no row has any."""
    if not any(row[f"{name}_low"] for row in rows):
        return None
    places = [(_number(row[name]), _number(row[f"{name}_low"]), _number(row[f"{name}_high"])) for row in rows]
    known = [(max(0.0, at - low), max(0.0, high - at)) for at, low, high in places]
    known = [(low, high) if low or high else (math.nan, math.nan) for low, high in known]
    return [[low for low, _ in known], [high for _, high in known]]


def _marks(axes: Any, layer: Settings, rows: Sequence[Row], symbol: str) -> None:
    shape, _, hollow = symbol.partition("-")
    colours = [row["colour"] for row in rows]
    faces = "none" if hollow else colours
    edges = colours if hollow else layer["edge"] or colours
    size = [(0.75 * _number(row["size"])) ** 2 for row in rows]
    x, y = _column(rows, "x"), _column(rows, "y")
    marker = MARKERS.get(shape, "o")
    axes.scatter(
        x, y, size, facecolors=faces, edgecolors=edges, linewidths=1 if hollow else 0.7, marker=marker, zorder=3
    )


def _word(axes: Any, row: Row) -> None:
    vertical, _, horizontal = (row["place"] or "middle center").partition(" ")
    across = {"left": ("right", -4), "right": ("left", 4)}.get(horizontal, ("center", 0))
    upward = {"top": ("bottom", 3), "bottom": ("top", -3)}.get(vertical, ("center", 0))
    at = _number(row["x"]), _number(row["y"])
    way: Any = {"xytext": (across[1], upward[1]), "textcoords": "offset points", "ha": across[0], "va": upward[0]}
    axes.annotate(short(row["text"]), at, fontsize=7, annotation_clip=False, **way)


def _bars(axes: Any, layer: Settings, rows: Sequence[Row]) -> None:
    look: Any = {"facecolor": layer["colour"], "hatch": layer["hatch"], "edgecolor": layer["edge"] or layer["colour"]}
    long, place = ("x", "y") if layer["way"] == "h" else ("y", "x")
    for row in rows:
        length, at, thick, base = (_number(row[name]) for name in (long, place, "thick", "base"))
        if math.isnan(length):
            continue
        corner, extent = (base, at - thick / 2), (length - base, thick)
        if layer["way"] == "v":
            corner, extent = corner[::-1], extent[::-1]
        axes.add_patch(Rectangle(corner, *extent, linewidth=0, **look))
    bars = _reach(rows, long)
    if bars:
        kept: Any = {f"{long}err": bars, "fmt": "none", "capsize": 2, "elinewidth": 1, "ecolor": layer["bars"]}
        axes.errorbar(_column(rows, "x"), _column(rows, "y"), **kept)
    axes.autoscale_view()


def _scale(layer: Settings, rows: Sequence[Row]) -> Any:
    known = [one for one in _column(rows, "z") if not math.isnan(one)] or [0.0]
    low, high = layer["ends"] or (min(known), max(known))
    stops = [(at, colour) for at, colour in layer["scale"]]
    return ScalarMappable(Normalize(low, high), LinearSegmentedColormap.from_list("scale", stops))


def _cells(axes: Any, layer: Settings, rows: Sequence[Row]) -> Any:
    scale = _scale(layer, rows)
    for row in rows:
        x, y, z = _number(row["x"]), _number(row["y"]), _number(row["z"])
        if math.isnan(z):
            continue
        colour = scale.to_rgba(z)
        axes.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, facecolor=colour, linewidth=0))
        if row["text"]:
            ink = "white" if _dark(colour) else "#20242c"
            axes.text(x, y, row["text"], color=ink, ha="center", va="center", fontsize=7.5)
    axes.autoscale_view()
    return scale


def _dark(colour: Any) -> bool:
    *parts, opacity = to_rgba(colour)
    red, green, blue = (1 - opacity * (1 - part) for part in parts)
    return 0.299 * red + 0.587 * green + 0.114 * blue < 0.55


def _areas(axes: Any, layer: Settings, rows: Sequence[Row]) -> Any:
    scale = _scale(layer, rows)
    look: Any = {"edgecolor": layer["edge"], "linewidth": layer["line"]}
    for row in rows:
        for ring in layer["rings"][row["x_label"]]:
            axes.add_patch(Polygon(ring, facecolor=scale.to_rgba(_number(row["z"])), **look))
    return scale if layer["bar"] else None


def _shape(axes: Any, shape: Settings) -> None:
    (x0, x1), (y0, y1) = shape["x"], shape["y"]
    across, up = (axes.transAxes if shape[f"{name}_whole"] else axes.transData for name in ("x", "y"))
    way = matplotlib.transforms.blended_transform_factory(across, up)
    if shape["fill"]:
        axes.add_patch(
            Rectangle((x0, y0), x1 - x0, y1 - y0, color=shape["fill"], linewidth=0, transform=way, zorder=0.2)
        )
    else:
        look: Any = {"linestyle": DASHES.get(shape["dash"], "-"), "linewidth": 1, "color": shape["colour"]}
        axes.add_line(Line2D([x0, x1], [y0, y1], transform=way, **look))


def _note(axes: Any, note: Settings) -> None:
    across, up = (axes.transAxes if note[f"{name}_whole"] else axes.transData for name in ("x", "y"))
    way = matplotlib.transforms.blended_transform_factory(across, up)
    look: Any = {"ha": note["ha"], "va": note["va"], "fontsize": 7.5, "color": note["colour"] or INK}
    axes.text(note["x"], note["y"], short(note["text"]), transform=way, **look)


def _handle(layer: Settings) -> Line2D | Patch:
    if layer["draw"] != "points":
        return Patch(
            facecolor=layer["colour"],
            hatch=layer.get("hatch"),
            edgecolor=layer["edge"] or layer["colour"],
            linewidth=0.5,
        )
    if layer["fill"] and not layer["line"]:
        return Patch(facecolor=layer["fill"], edgecolor=layer["colour"])
    shape, _, hollow = layer["symbol"].partition("-")
    marker = MARKERS.get(shape, "o") if layer["marks"] else ""
    look: Any = {"linestyle": DASHES.get(layer["dash"], "-") if layer["line"] else "", "linewidth": layer["line"] or 1}
    face = "none" if hollow else layer["colour"]
    return Line2D([], [], color=layer["colour"], marker=marker, markersize=5, markerfacecolor=face, **look)


def table(path: Path) -> Iterator[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def main(folder: Path) -> None:
    """Write the figure in three formats beside its data."""
    rows = list(table(folder / "data.csv"))
    settings = json.loads((folder / "figure.json").read_text(encoding="utf-8"))
    for kind in ("svg", "pdf", "png"):
        (folder / f"figure.{kind}").write_bytes(render(rows, settings, kind))


if __name__ == "__main__":
    main(Path(__file__).parent)

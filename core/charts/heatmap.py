"""Models against profiles: for whom is which model best."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.alignment import STATISTICS
from core.analysis.pluralism import ProfileMap
from core.charts.style import finish, label

FIRST, TIED = "★", "≈"


def heatmap(
    found: ProfileMap,
    names: Mapping[str, str],
    rows: Sequence[int] | None = None,
    columns: Sequence[int] | None = None,
) -> go.Figure:
    """A cell for each model (y) and profile (x), in the orders given, the first row on top. ★: first for this profile;
    ≈: may be first, but others may as well. Cells without an alignment stay blank. `names` are the profiles' names by
    id. A cell's customdata is (model, profile id)."""
    rows = range(len(found.models)) if rows is None else rows
    columns = range(len(found.profiles)) if columns is None else columns
    cells = [[(m, p) for p in columns] for m in rows]
    trace = go.Heatmap(
        z=[[_number(found.value[m, p]) for m, p in line] for line in cells],
        x=list(range(len(columns))),
        y=list(range(len(rows))),
        text=[[_mark(found, m, p) for m, p in line] for line in cells],
        texttemplate="%{text}",
        hovertext=[[hover(found, names, m, p) for m, p in line] for line in cells],
        customdata=[[[found.models[m], found.profiles[p]] for m, p in line] for line in cells],
        hovertemplate="%{hovertext}<extra></extra>",
        hoverongaps=False,
        xgap=1,
        ygap=1,
        colorbar={"thickness": 12},
        **colours(found.statistic),
    )
    return finish(
        go.Figure([trace]),
        170 + 26 * len(rows),
        f"For whom is which model best: {STATISTICS[found.statistic][0]} ({FIRST} first, {TIED} tied)",
        xaxis=_axis([names[found.profiles[p]] for p in columns], tickangle=-90, tickfont_size=_size(len(columns))),
        yaxis=_axis([found.models[m] for m in rows], autorange="reversed"),
    )


def _size(labels: int) -> int:
    """Pixels of letters that stand side by side, one column each, where the page is half as wide as usual."""
    return 9 if labels > 20 else 12


def _axis(texts: Sequence[str], **more: Any) -> dict[str, Any]:
    """Places with names as labels: two profiles of one name keep their own columns."""
    shown = {"tickmode": "array", "tickvals": list(range(len(texts))), "ticktext": [label(text) for text in texts]}
    return {**shown, "showgrid": False, "zeroline": False, "automargin": True, **more}


def colours(statistic: str) -> dict[str, Any]:
    """A statistic with a meaningful zero gets two hues that meet there, the others one scale from low to high."""
    if statistic in ("weighted_sum", "distance"):
        return {"colorscale": "Cividis"}
    return {"colorscale": "RdBu", "zmid": 0}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _mark(found: ProfileMap, m: int, p: int) -> str:
    if not found.first[m, p]:
        return ""
    return TIED if found.tied[m, p] else FIRST


def hover(found: ProfileMap, names: Mapping[str, str], m: int, p: int) -> str:
    value, low, high = found.value[m, p], found.low[m, p], found.high[m, p]
    name = f"{label(found.models[m])}<br>{label(names[found.profiles[p]])}: {value:.2f}"
    n = f"n = {found.n_items[m]} scenarios, scored {found.n_answers[m]} of {found.n_asked[m]} answers"
    if np.isnan(low):
        return f"{name}<br>{n}: too few for an interval"
    said = {"": "", FIRST: "<br>first for this profile", TIED: "<br>may be first; others may as well"}
    return f"{name}, 95 % interval {low:.2f} to {high:.2f}<br>{n}{said[_mark(found, m, p)]}"

"""A search for telling questions: how informative its questions became, its arms, and what it covered."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.bootstrap import Floats
from core.charts.style import GRID, PALETTE, PROFILE_COLOUR, faded, finish, label

KINDS = {"seed": ("seeds", PROFILE_COLOUR), "explore": ("explored", PALETTE[0]), "refine": ("refined", PALETTE[2])}


def informativeness(questions: pd.DataFrame) -> go.Figure:
    """Every scored question (columns id, pull, question, origin, status, score, p) by the pull that wrote it, the
    confirmed ones filled. The objective has no unit; higher tells models further apart."""
    figure = go.Figure()
    scored = questions[questions["score"].notna()]
    for origin, (name, colour) in KINDS.items():
        rows = scored[scored["origin"] == origin]
        if rows.empty:
            continue
        sure = rows["status"] == "confirmed"
        figure.add_scatter(
            x=rows["pull"],
            y=rows["score"],
            mode="markers",
            name=f"{name} ({len(rows)})",
            marker={
                "size": np.where(sure, 12, 8),
                "color": np.where(sure, colour, faded(colour, 0.25) if colour != PROFILE_COLOUR else GRID),
                "line": {"color": colour, "width": 1.5},
            },
            customdata=rows[["id"]],
            hovertext=[_hover(row) for row in rows.to_dict("records")],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    return finish(
        figure,
        380,
        "How far questions told the panel apart",
        xaxis={"title": "pull (0: the seeds)", "gridcolor": GRID, "zeroline": False, "dtick": _step(scored["pull"])},
        yaxis={"title": "score on the first panel", "gridcolor": GRID, "rangemode": "tozero"},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 1, "xanchor": "right"},
    )


def _hover(row: Mapping[str, object]) -> str:
    p = f", p {row['p']:.3f} on fresh answers" if row["p"] == row["p"] else ""
    return f"{label(_wrapped(str(row['question'])))}<br>{row['status']}, score {row['score']:.2f}{p}"


def arms(frame: pd.DataFrame, most: int = 20) -> go.Figure:
    """The topics (columns topic, pulls, mean, bound): mean reward as a bar, the upper confidence bound as its whisker,
    the one to be explored next on top."""
    shown = frame.head(most)
    figure = go.Figure(
        go.Bar(
            x=shown["mean"],
            y=[label(_wrapped(topic)) for topic in shown["topic"]],
            orientation="h",
            marker_color=PALETTE[0],
            error_x={"type": "data", "array": shown["bound"] - shown["mean"], "arrayminus": [0] * len(shown)},
            customdata=shown[["pulls", "bound"]],
            hovertemplate="mean reward %{x:.2f} of %{customdata[0]} scored, bound %{customdata[1]:.2f}<extra></extra>",
        )
    )
    title = "Topics: mean reward, and the bound by which the next is chosen"
    return finish(
        figure,
        120 + 34 * len(shown),
        title,
        xaxis={"title": "reward (0 to 1)", "gridcolor": GRID, "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "automargin": True},
    )


def coverage(categories: Sequence[str], values: Sequence[str], best: Floats) -> go.Figure:
    """Categories x values: the largest standard deviation between models, over questions, of the share of opinions that
    show the value (0 to 0.5; blank: nothing scored)."""
    trace = go.Heatmap(
        z=[[None if np.isnan(cell) else float(cell) for cell in row] for row in best],
        x=[label(value) for value in values],
        y=[label(category) for category in categories],
        colorscale="Cividis",
        zmin=0,
        xgap=1,
        ygap=1,
        hoverongaps=False,
        hovertemplate="%{y}<br>%{x}: models differ by up to %{z:.2f} (SD of their rates)<extra></extra>",
        colorbar={"thickness": 12, "title": "SD"},
    )
    return finish(
        go.Figure([trace]),
        150 + 34 * len(categories),
        "What was covered: how far models differ at best, by topic and value",
        yaxis={"automargin": True, "autorange": "reversed"},
        xaxis={"automargin": True, "tickangle": -40},
    )


def _step(pulls: pd.Series) -> int:
    """Whole pulls between two marks of the axis."""
    return max(1, int(pulls.max() if len(pulls) else 0) // 12)


def _wrapped(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"

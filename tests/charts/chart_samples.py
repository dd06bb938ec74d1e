"""One figure of every chart there is, from made-up numbers, with names that try to be more than text."""

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from portrait_bank import made_answers, made_bank, random_answers

import core.charts
from core.analysis.alignment import rank
from core.analysis.circle import place
from core.analysis.classification import Bin
from core.analysis.estimates import Estimate
from core.analysis.pluralism import ProfileMap, profile_map
from core.analysis.portrait.persona_humans import Comparison, signs
from core.analysis.portrait.profile import profile, profiles, rank_table
from core.analysis.portrait.scorers import SCORERS
from core.analysis.robustness import explore
from core.analysis.scores import Scores, score
from core.charts.acceptability import acceptability
from core.charts.circle import Place, circle
from core.charts.differences import differences
from core.charts.heatmap import heatmap
from core.charts.persona_effects import persona_effects
from core.charts.persona_humans import persona_humans
from core.charts.portrait_radar import portrait_radar
from core.charts.portrait_ranks import portrait_ranks
from core.charts.portrait_whiskers import portrait_whiskers
from core.charts.published import beside, published_map
from core.charts.quality import by_value, confusion_matrix, reliability
from core.charts.radar import radar
from core.charts.ranking import ranking
from core.charts.search import arms, coverage, informativeness
from core.charts.sitting import errors
from core.charts.sitting import profile as sat
from core.charts.standing import double, standing
from core.charts.style import model_colours
from core.charts.svo_ring import Vector, svo_ring
from core.charts.value_rationality import value_rationality
from core.charts.world import world
from core.items.dimensions import DIMENSIONS
from core.runs.results import weight_rows
from core.values.profile import surveyed
from core.values.system import SCHWARTZ, system

VALUES = system(SCHWARTZ)
TRICK = "_lab/<b>$m_1$</b> & co"
MODELS = (TRICK, "lab/second", "lab/third")
COLOURS = model_colours(MODELS)
NAMES = list(VALUES.names.values())
WEIGHTS = np.arange(1, 11) / 55


@cache
def scores() -> Scores:
    """Three models on sixteen items."""
    rng = np.random.default_rng(5)
    rows = [
        (model, f"i{n}", value, float(np.clip(0.35 + 0.1 * m + 0.1 * rng.standard_normal(), 0, 1)), 1)
        for m, model in enumerate(MODELS)
        for n in range(16)
        for value in VALUES.ids
    ]
    return score(pd.DataFrame(rows, columns=["model", "item_id", "value", "strength", "n"]), VALUES.ids, "presence")


@cache
def people() -> tuple[ProfileMap, dict[str, str]]:
    """The models for all countries that were surveyed."""
    found = [one for one in surveyed() if one.id.startswith("country:")]
    weights = weight_rows(found, VALUES.ids)
    return profile_map(scores(), [one.id for one in found], weights, "profile_match"), {o.id: o.name for o in found}


def _circle() -> go.Figure:
    found = np.vstack([scores().mean, -scores().mean])
    placed = place(found, "circle")
    places = [Place(m, m, "model") for m in MODELS] + [Place(f"c{n}", f"Country {n}", "culture") for n in range(3)]
    outlines = [placed.points[0] + np.array([[0.1, 0], [0, 0.1], [-0.1, 0]]), *[np.empty((0, 2))] * 5]
    return circle(placed, places, NAMES, COLOURS, outlines)


def _persona_effects() -> go.Figure:
    names = NAMES[:3]
    cells = {"delta": [0.5, -0.2, 0.1], "low": [0.1, -0.4, np.nan], "high": [0.9, 0.0, np.nan], "q": [0.01, 0.5, 0.9]}
    band = {"band_low": [-0.1, -0.2, np.nan], "band_high": [0.1, 0.2, np.nan]}
    counts = {"items": [8, 8, 2], "queries": [8, 8, 2], "answers": [48, 40, 2]}
    rows = [pd.DataFrame({"contrast": one, "value": names, **cells, **band, **counts}) for one in (TRICK, "b")]
    return persona_effects(pd.concat(rows), names, "Differences between personas")


def _persona_humans() -> go.Figure:
    d, z, one = np.array([0.2, -0.3, 0.1]), np.array([0.4, -0.6, 0.2]), Estimate(2.0, 1.5, 2.5, 20)
    made = Comparison(z, z - 0.1, z + 0.1, d, d - 0.05, d + 0.05, signs(z, d), one, one, one, one)
    return persona_humans(made, NAMES[:3], "A model and people")


def _portrait(kind: str) -> go.Figure:
    bank = made_bank(12)
    answers = made_answers(random_answers(bank, 2).values, MODELS[:2])
    found = profile(bank, answers, "published", n_draws=30)
    if kind == "radar":
        return portrait_radar(found, MODELS[:2], "values", COLOURS, {}, "Radar of a bank")
    if kind == "whiskers":
        return portrait_whiskers(found, MODELS[:2], "values", COLOURS, "Dots of a bank")
    names = {dimension.id: dimension.name for dimension in DIMENSIONS}
    scorers = {name: SCORERS[name].name for name in ("published", "weighted")}
    table = rank_table(profiles(bank, answers, n_draws=10), MODELS[:1])
    return portrait_ranks(table[table["system"] == "higher"], names, scorers, "Places by scorer")


def _by_value() -> go.Figure:
    rows = [(TRICK, False, "power", 0.7, 0.6, 0.75), ("Shipped", True, "power", 0.66, np.nan, np.nan)]
    table = pd.DataFrame(rows, columns=["series", "shipped", "value", "estimate", "low", "high"]).assign(note="n = 3")
    return by_value(table, {"power": "Power", "security": "Security"}, "AUC by value", (0.65, "reliable from here"))


def _informativeness() -> go.Figure:
    rows = [("q1", 0, "A?", "seed", "scored", 0.2, np.nan), ("q2", 3, TRICK, "refine", "confirmed", 0.5, 0.01)]
    return informativeness(pd.DataFrame(rows, columns=["id", "pull", "question", "origin", "status", "score", "p"]))


def _arms() -> go.Figure:
    rows = [("Work", 3, 0.4, 0.7), (TRICK, 1, 0.2, 0.9)]
    return arms(pd.DataFrame(rows, columns=["topic", "pulls", "mean", "bound"]))


def _svo_ring() -> go.Figure:
    dots = np.array([[80.0, 80.0], [82.0, 78.0]])
    return svo_ring([Vector("natural", "", 45.0, 40.0, 50.0, 10, dots, "prosocial")], "Where choices point")


def _value_rationality() -> go.Figure:
    rows = [(TRICK, name, "altruistic", 0.5, 0.3, 0.7, 9) for name in ("altruistic", "altruistic-goal")]
    columns = ["model", "condition", "target", "above", "above_low", "above_high", "n"]
    return value_rationality(pd.DataFrame(rows, columns=columns), COLOURS)


def _differences() -> go.Figure:
    cells = {"difference": [4.0, -6.0, 1.0], "low": [1.0, -9.0, -2.0], "high": [7.0, -3.0, 4.0], "n": [30, 30, 28]}
    cells |= {"d_z": [0.4, -0.6, 0.1], "holm": [0.02, 0.001, 0.8]}
    rows = [pd.DataFrame({"first": one, "value": VALUES.ids[:3], **cells}) for one in MODELS[:2]]
    return differences(pd.concat(rows), VALUES.names, COLOURS, "holm", MODELS[2])


def _beside() -> go.Figure:
    cells = {"value": VALUES.ids[:3], "score": [40.0, 60.0, 0.0]}
    theirs = pd.DataFrame({"source": "Site", "model": TRICK, **cells, "low": np.nan, "high": np.nan, "n_items": np.nan})
    own = pd.DataFrame({"source": "run", "model": MODELS[1], **cells, "low": 30.0, "high": 65.0, "n_items": 30.0})
    return beside(pd.concat([theirs, own]), VALUES.names, "Site", COLOURS, False)


def _double() -> go.Figure:
    cells = {"a": [1.0, -2.0], "a_low": [0.0, -3.0], "a_high": [2.0, -1.0], "b": [3.0, 0.0], "b_low": [2.0, -1.0]}
    more = {"b_high": [4.0, 1.0], "difference": [2.0, 2.0], "low": [1.0, -0.5], "high": [3.0, 4.5], "n": 20}
    frame = pd.DataFrame({"value": VALUES.ids[:2], **cells, **more, "differs": ["yes", "no"], "a_n": 20, "b_n": 20})
    return double(frame, VALUES.names, ("a", "b"), "Everyday and under stress", "points")


def _errors() -> go.Figure:
    return errors(
        pd.DataFrame({"step": [1, 2, 1, 2], "value": [TRICK, TRICK, "b", "b"], "error": [0.2, 0.1] * 2}), 0.05
    )


def _sat() -> go.Figure:
    cells = {"score": [0.4, 0.5], "low": [0.3, 0.4], "high": [0.5, 0.6], "pool": [0.45, 0.45], "n": [12, 12]}
    return sat(pd.DataFrame({"value": [TRICK, "b"], **cells}), MODELS[1])


SAMPLES: dict[str, Callable[[], go.Figure]] = {
    "acceptability.acceptability": lambda: acceptability(
        explore(scores(), np.full(10, 0.1), "weighted_sum", None, False), "all weightings"
    ),
    "circle.circle": _circle,
    "differences.differences": _differences,
    "published.beside": _beside,
    "published.published_map": lambda: published_map(
        MODELS, ["A", "B"], np.array([[0.1, 1], [-1, 0], [0.5, np.nan]]), "Map", "rho"
    ),
    "sitting.errors": _errors,
    "sitting.profile": _sat,
    "standing.double": _double,
    "standing.standing": lambda: standing(scores(), VALUES.names, COLOURS, "Standing", "points", True),
    "heatmap.heatmap": lambda: heatmap(*people()),
    "persona_effects.persona_effects": _persona_effects,
    "persona_humans.persona_humans": _persona_humans,
    "portrait_radar.portrait_radar": lambda: _portrait("radar"),
    "portrait_ranks.portrait_ranks": lambda: _portrait("ranks"),
    "portrait_whiskers.portrait_whiskers": lambda: _portrait("whiskers"),
    "quality.by_value": _by_value,
    "quality.confusion_matrix": lambda: confusion_matrix(np.array([[8, 2], [3, 9]]), ["supports", "opposes"], "Matrix"),
    "quality.reliability": lambda: reliability(
        [Bin(20, 0.2, 0.25, 0.1, 0.4), Bin(12, 0.8, 0.7, 0.5, 0.9)], "Calibration"
    ),
    "radar.radar": lambda: radar(
        scores(),
        VALUES.names,
        COLOURS,
        {MODELS[1]: "dash"},
        np.arange(1, 11) / 55,
        np.full(10, 30.0),
        doubtful=["power"],
    ),
    "ranking.ranking": lambda: ranking(rank(scores(), np.arange(1, 11) / 55), COLOURS),
    "search.arms": _arms,
    "search.coverage": lambda: coverage(
        ["Work", TRICK], list(VALUES.names.values()), np.linspace(0, 0.5, 20).reshape(2, 10)
    ),
    "search.informativeness": _informativeness,
    "svo_ring.svo_ring": _svo_ring,
    "value_rationality.value_rationality": _value_rationality,
    "world.world": lambda: world(people()[0], TRICK, people()[1]),
}


def charts() -> set[str]:
    """Every public function of core.charts that gives a figure."""
    found = set()
    for module in pkgutil.iter_modules(core.charts.__path__):
        if module.name in ("redraw", "style"):
            continue
        loaded = importlib.import_module(f"core.charts.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            own = function.__module__ == loaded.__name__ and not name.startswith("_")
            if own and typing.get_type_hints(function).get("return") is go.Figure:
                found.add(f"{module.name}.{name}")
    return found

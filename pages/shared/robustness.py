"""Tables and sentences of the Robustness page."""

import pandas as pd
import streamlit as st

from core.analysis.bootstrap import Floats
from core.analysis.robustness import Acceptability, Change, change_for, explore, leave_one_out, nearest_change
from core.analysis.scores import Scores


def _fingerprint(scores: Scores) -> str:
    return scores.fingerprint


@st.cache_data(max_entries=16, show_spinner="Trying 10,000 weightings…", hash_funcs={Scores: _fingerprint})
def explored(scores: Scores, weights: Floats, statistic: str, distance: float | None, uncertain: bool) -> Acceptability:
    """Acceptability over all weightings, or over those `distance` from `weights` on average."""
    return explore(scores, weights, statistic, distance, uncertain)


def central_table(found: Acceptability, names: dict[str, str]) -> pd.DataFrame:
    """Each model's first-rank share, confidence and central weights, most acceptable first."""
    table = pd.DataFrame(found.central.round(3), columns=list(names.values()))
    table.insert(0, "model", found.models)
    table.insert(1, "first for", [f"{share:.1%}" for share in found.ranks[:, 0]])
    table.insert(2, "confidence", found.confidence.round(2))
    return table.iloc[found.order]


def upset_sentence(scores: Scores, weights: Floats, names: dict[str, str]) -> str:
    """The smallest change of weights that costs the best model of the weighted sum its lead."""
    change = nearest_change(scores, weights)
    if change is None:
        return "No change of the weights costs the best model of the weighted sum its lead."
    return _said(change, weights, names)


def rival_sentence(scores: Scores, weights: Floats, names: dict[str, str], rival: str) -> str:
    """The smallest change of weights after which no model has a higher weighted sum than `rival`."""
    change = change_for(scores, weights, rival)
    if change is None:
        return f"No weighting lets {rival} draw level with all others."
    if change.distance < 0.0005:
        return f"{rival} is first with these weights already (weighted sum)."
    return _said(change, weights, names)


def _said(change: Change, weights: Floats, names: dict[str, str]) -> str:
    moved = change.weights - weights
    more = [f"{name} {step:+.1%}" for name, step in zip(names.values(), moved, strict=True) if abs(step) >= 0.0005]
    return (
        f"Moving {change.distance:.1%} of all weight lets {change.rival} draw level (weighted sum): {', '.join(more)}."
    )


def leave_one_out_table(scores: Scores, weights: Floats, statistic: str, names: dict[str, str]) -> pd.DataFrame:
    """The top of the ranking without each value in turn."""
    table = leave_one_out(scores, weights, statistic)
    table["value"] = table["value"].map(names)
    table["first"] = table["first"].map(", ".join)
    return table.rename(
        columns={"value": "without", "top": "best estimate", "first": "may be first", "same": "same top", "tau": "τ"}
    )

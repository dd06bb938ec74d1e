"""The site's heat map of models against countries: as published, what reproduces it, and what it hangs on."""

import pandas as pd
import streamlit as st

from core.analysis.published_map import MapRead, correlations, leave_one_out, nearest
from core.charts.published import published_map
from core.runs.published import open_map, surveyed_orders
from core.store.editions import Edition
from core.values.system import SCHWARTZ, system
from pages.shared.charting import show_chart
from pages.shared.parts import downloads
from pages.shared.plain import escape
from pages.shared.resources import store

PUBLISHED, OWN_RANKS, WITHOUT, SURVEYS = "as published", "models' own ranks", "without one value", "with survey data"
RHO = "Spearman's ρ"
NUMBER = st.column_config.NumberColumn


@st.cache_data(max_entries=8, show_spinner="Reading the heat map…")
def _map(path: str, edition: Edition) -> MapRead | None:
    return open_map(store(), edition)


def show_map(edition: Edition) -> None:
    """The map, what its figures are, and how they change when one value is left out."""
    found = _map(str(store().path), edition)
    if found is None:
        st.info("This edition has no heat map, or no scores of Schwartz's values to read it by.")
        return
    _explain(found)
    kinds = [PUBLISHED]
    if found.ordered():
        kinds += [OWN_RANKS, WITHOUT] if found.forced else [WITHOUT]
    surveyed = surveyed_orders(found)
    if any(order is not None for order in surveyed):
        kinds.append(SURVEYS)
    kind = st.segmented_control(
        "Figures", kinds, default=PUBLISHED, required=True, key="map_figures", bind="query-params", wrap=True
    )
    names, figures, said = system(SCHWARTZ).names, found.figures, "as published"
    if kind == OWN_RANKS:
        figures, said = correlations(found), f"with the models' own ranks of {names[found.forced or '']}"
    elif kind == WITHOUT:
        value = str(st.selectbox("Value left out", found.values, format_func=lambda one: names[one], key="map_without"))
        figures, said = correlations(found, found.forced or "", value), f"without {names[value]}"
    elif kind == SURVEYS:
        figures, said = correlations(found, orders=surveyed), "with the values' order in ESS and GSS surveys"
    statistic = RHO if found.forced is not None else "figure as published"
    show_chart(
        published_map(found.models, found.countries, figures, f"Models against countries, {said}", statistic),
        key="published_map",
        alt="Heat map of models against countries; the table below has all its figures",
    )
    table = pd.DataFrame(figures, index=list(found.models), columns=list(found.countries))
    table["nearest"] = nearest(found, figures)
    table = table.rename_axis("model").reset_index()
    st.dataframe(table, hide_index=True, column_config={name: NUMBER(format="%.3f") for name in found.countries})
    downloads(table, "published-map")
    if found.ordered():
        _leave_one_out(found, names)
        _orders(found, names)


def _explain(found: MapRead) -> None:
    if found.forced is None:
        st.warning(
            "No rank correlation of the published scores reproduces these figures, with or without one value put "
            f"lowest: the best leaves a difference of {found.error:.3f}. They are shown as they are."
        )
        return
    names = system(SCHWARTZ).names
    forced = (
        f" in which **{names[found.forced]} was put at the lowest rank of every model**, whatever its score"
        if found.forced
        else ""
    )
    st.markdown(
        f":material/check_circle: These figures are **Spearman's rank correlation** over the ten values{forced}. That "
        f"reproduces {len(found.models)} models × {len(found.countries)} countries to {found.error:.0e}. The site's "
        "file calls them a cosine, its page a Pearson correlation: neither does."
    )
    lost = [name for name in found.countries if name not in found.ordered()]
    st.caption(
        "The site does not publish the countries' orders of values. They are computed here from the figures "
        "themselves, which leave room for one order alone"
        + (f"; for {escape(', '.join(lost))} they do not, so nothing is computed." if lost else ".")
        + " Where they come from is not stated: do not take them for the countries."
    )


def _leave_one_out(found: MapRead, names: dict[str, str]) -> None:
    st.subheader("What it hangs on")
    table = leave_one_out(found)
    table["without"] = table["without"].map(lambda one: names.get(one, one))
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "without": "value left out",
            "mean": NUMBER("mean of the cells", format="%.3f"),
            "most_moved": NUMBER("largest change of a cell", format="%.3f"),
            "nearest": "nearest to most models",
            "of": NUMBER(f"to how many of {len(found.models)}"),
        },
    )
    st.caption(
        "With ten values one more or less can change which country is nearest. Where it does, the map says as much "
        "about the choice of values as about models."
    )
    downloads(table, "published-map-leave-one-out")


def _orders(found: MapRead, names: dict[str, str]) -> None:
    with st.expander("The countries' orders, as the figures imply them (10 = highest)"):
        known = {name: order for name, order in zip(found.countries, found.orders, strict=True) if order is not None}
        table = pd.DataFrame(known, index=[names[value] for value in found.values]).rename_axis("value").reset_index()
        st.dataframe(table, hide_index=True)
        downloads(table, "published-map-orders")

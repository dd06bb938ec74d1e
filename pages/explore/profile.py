"""Weights for the values: move them and watch the models change places."""

import streamlit as st

from core.charts.ranking import ranking
from core.charts.style import model_colours
from core.errors import UserError
from core.store import records
from core.values.cultures import SPREAD
from core.values.nearest import how_weak, nearest
from core.values.weighting import SCHEMES, effective_number, softmax_inverse
from pages.shared.charting import take_figure
from pages.shared.denominators import case_notes, cases_of, choose_cases
from pages.shared.parts import (
    choose_statistic,
    empty,
    measure_note,
    nothing_read,
    warn_of_low_information,
)
from pages.shared.plain import escape, show_error
from pages.shared.profile_files import load, offer
from pages.shared.profiles import CUSTOM, people, profile_table
from pages.shared.resources import models_in_order, store
from pages.shared.sidebar import View, view
from pages.shared.weighing import ranked_now, weighing


def draw(shown: View) -> None:
    if not shown.results.raw.only(shown.models).models:
        nothing_read(shown)
        return
    statistic, with_cases = choose_statistic(), choose_cases()
    live(statistic, with_cases)
    st.caption("What each value means: the question marks at **Weights** in the sidebar.")
    st.caption(
        "Models on one ground cannot be told apart from the best of them (95 % interval of the paired difference)."
    )
    take(statistic, with_cases)
    measure_note(shown)
    warn_of_low_information(shown)


@st.fragment
def live(statistic: str, with_cases: bool) -> None:
    """What a weight that moves changes at once."""
    shown, ranked = ranked_now(statistic)
    cases = cases_of(shown, ranked) if with_cases else None
    weighing(shown, ranked, model_colours(models_in_order()), cases)
    if ranked.table["alignment"].isna().all() and len(set(shown.weights.round(9))) == 1:
        st.info("With equal weights there is no profile to match: choose a profile or move a weight.")
    if with_cases:
        case_notes(ranked, cases)
    groups = ranked.table[ranked.table["group"] > 0].groupby("group")["model"]
    alike = [", ".join(members) for _, members in groups if len(members) > 1]
    if alike:
        st.text(f"Not told apart: {'; '.join(alike)}.")


def take(statistic: str, with_cases: bool) -> None:
    """The ranking as a figure for a paper."""
    (shown, ranked), colours = ranked_now(statistic), model_colours(models_in_order())
    take_figure(lambda: ranking(ranked, colours, cases_of(shown, ranked) if with_cases else None), "live")


def card(shown: View) -> None:
    """Who stands behind the weights, and how far they differ among themselves."""
    profile = shown.profile
    with st.container(border=True):
        st.subheader(escape(profile.name))
        st.caption(escape(profile.source))
        if profile.means:
            st.dataframe(profile_table(profile, shown.results.system, shown.weights), hide_index=True)
            st.markdown(f":material/groups: **{SPREAD}**: compare the means with the spread between persons.")
        elif profile.id == CUSTOM and shown.results.system.circular and (shown.weights > 0).all():
            st.text(
                f"As if made from means by the softmax: {how_weak(nearest(softmax_inverse(shown.weights), people()))}"
            )


def formula(shown: View) -> None:
    """The way from means to weights to a number, and what it does here."""
    with st.expander("How the weights become a number", icon=":material/function:"):
        st.latex(r"\mathrm{alignment}(M) = \sum_v w_v\, S_v(M), \qquad \sum_v w_v = 1")
        st.markdown(
            "The sliders are divided by their sum. This is the weighted sum of Value Compass (arXiv 2501.07071). "
            "Because a talkative model scores higher on every value, the sum hardly depends on the weights; "
            "*profile match* correlates the shape of the scores with the shape of the weights instead."
        )
        if shown.profile.scheme:
            scheme = SCHEMES[shown.profile.scheme]
            st.markdown(f"**{scheme.label}.** {scheme.words}")
            st.latex(scheme.latex)
        st.text(f"These weights count as much as {effective_number(shown.weights):.1f} values weighed equally.")


def save(shown: View) -> None:
    with st.form("save", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", max_chars=80, placeholder="My weights")
        if st.form_submit_button("Save these weights", icon=":material/save:"):
            try:
                records.save_profile(store(), name, shown.results.system.id, shown.profile.weights)
            except UserError as error:
                show_error(error)
            else:
                st.rerun()


def keep_or_leave(shown: View) -> None:
    """The chosen profile as files; one saved here can be deleted."""
    with st.container(horizontal=True):
        offer(shown.profile)
        delete()


def delete() -> None:
    chosen = str(st.session_state.get("profile", ""))
    if chosen.startswith("saved:"):
        st.button("Delete this saved profile", icon=":material/delete:", on_click=forget, args=(chosen,))


def forget(profile: str) -> None:
    """Delete a saved profile; its weights stay on the sliders as one's own."""
    try:
        records.delete_profile(store(), profile.removeprefix("saved:"))
    except UserError as error:
        show_error(error)
    else:
        st.session_state["profile"] = CUSTOM


shown = view()
st.title("Whose values count?")
if shown is None:
    empty("Weights re-rank the models; there are no results to rank yet.")
    load(None)
else:
    draw(shown)
    card(shown)
    formula(shown)
    save(shown)
    keep_or_leave(shown)
    load(shown.results.system)

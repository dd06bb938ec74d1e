"""A search while it goes on and after: its state, what it took, and figures of what it tried."""

import json

import streamlit as st

from core.charts.search import arms, coverage, informativeness
from core.errors import UserError
from core.runs.evolved import Evolved, arms_now, table
from core.runs.evolved import coverage as covered
from core.runs.limits import limits_from
from core.runs.search_plan import search_plan_from_json
from core.store import ledger, searches
from core.store.searches import SearchHead
from core.values.system import system
from pages.shared.charting import show_chart
from pages.shared.parts import dollars
from pages.shared.plain import escape, show_error
from pages.shared.resources import search_runner, store

TICK_S = 2.0


def controls(head: SearchHead) -> None:
    """Stop, resume, delete."""
    going = search_runner().running(head.search_id)
    with st.container(horizontal=True):
        if st.button("Stop", icon=":material/stop:", disabled=not going):
            search_runner().stop(head.search_id)
            st.toast("Stopping after the calls that are under way.")
        if st.button("Resume", icon=":material/resume:", disabled=going or head.state == "done"):
            try:
                search_runner().resume(head.search_id, limits_from(json.loads(head.limits)))
            except UserError as error:
                show_error(error)
            else:
                st.rerun()
        with st.popover("Delete", icon=":material/delete:", disabled=going):
            st.markdown("This forgets the search, its questions and its answers, for good.")
            if st.button("Delete for good", type="primary", icon=":material/delete_forever:"):
                search_runner().delete(head.search_id)
                st.session_state["search_begun"] = "new"
                st.rerun()


def watch_it(head: SearchHead) -> None:
    """The state of the search, drawn again while it goes on."""
    going = search_runner().running(head.search_id)

    @st.fragment(run_every=TICK_S if going else None)
    def shown() -> None:
        _state(head.search_id)
        if going and not search_runner().running(head.search_id):
            st.rerun()

    shown()


def _state(search_id: str) -> None:
    head = searches.head(store(), search_id)
    going = search_runner().running(search_id)
    counts = searches.counts(store(), search_id)
    calls, tokens, _, seconds = ledger.spent(store(), search_id)
    cost = price_words(search_id)
    if going:
        settings = search_plan_from_json(head.plan).settings
        pulls = 45 if settings.per_pair else settings.pulls
        done = min(counts.pulls / max(pulls, 1), 1.0)
        st.progress(done, f"pull {counts.pulls} of {pulls} · {counts.questions} questions tried")
        st.button("Show what was found so far", icon=":material/refresh:", key="evolve_refresh")
    else:
        st.caption(f"{head.state} · pulls: {counts.pulls} · questions tried: {counts.questions}")
    if head.message:
        st.text(head.message)
    each = each_accepted(search_id, calls, counts.confirmed)
    st.caption(escape(f"Took {calls:,} calls, {tokens:,} tokens, {cost}, {seconds:,.0f} seconds{each}."))


def price_words(search_id: str) -> str:
    """Dollars, or that a price is not known."""
    by_model = ledger.spending(store(), search_id)["cost_usd"]
    known = dollars(float(by_model.fillna(0).sum()))
    return known if by_model.notna().all() else f"{known} and what has no known price"


def each_accepted(search_id: str, calls: int, accepted: int) -> str:
    """Calls and, where every price is known and something was charged, dollars an accepted question."""
    if not accepted:
        return ""
    by_model = ledger.spending(store(), search_id)["cost_usd"]
    cost = float(by_model.sum())
    priced = f", {dollars(cost / accepted)}" if cost and by_model.notna().all() else ""
    return f"; {calls / accepted:,.0f} calls{priced} an accepted question"


def trace(found: Evolved) -> None:
    """What the search tried, topic by topic."""
    if found.plan.personas:
        st.warning(
            "**A persona panel of one model.** Its members are the same model in several roles: what is found tells "
            "roles apart, not models.",
            icon=":material/theater_comedy:",
        )
    if found.tried:
        _verdict(found)
    show_chart(
        informativeness(table(found)), key="evolve-scores", alt="How far each question told the panel apart, by pull"
    )
    st.caption("Filled: confirmed on fresh answers. Scores on the first panel chose the questions, so they run high.")
    frame = arms_now(store(), found.search_id, found.plan)
    if len(frame):
        show_chart(arms(frame), key="evolve-arms", alt="Topics with their mean reward and bound")
        st.caption("A question's reward is its place among all that were scored so far: 0 the worst, 1 the best.")
    categories, best = covered(found)
    values = system(found.plan.system)
    names = [values.names[value] for value in values.ids]
    show_chart(
        coverage(categories, names, best),
        key="evolve-coverage",
        alt="How far models differ at best, by topic and value",
    )


def _verdict(found: Evolved) -> None:
    confirmed, tried = len(found.confirmed), len(found.tried)
    level = found.plan.settings.level
    said = f"**{confirmed} of {tried}** told the panel apart on fresh answers too (permutation p ≤ {level:g})."
    if confirmed:
        said += f" Chance alone would bring up to {found.false_share:.0%} of them."
    st.markdown(said)

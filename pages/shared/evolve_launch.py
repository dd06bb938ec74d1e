"""A new search: who answers, who writes, what it starts from, and what it may take."""

from dataclasses import replace

import streamlit as st

from core.errors import UserError
from core.methods.adaem.parts import Seed
from core.methods.adaem.search import Settings, arms_for
from core.methods.adaem.seeds import read_seeds, seeds
from core.models.base import ModelSpec
from core.models.catalogue import catalogue
from core.runs.limits import Limits
from core.runs.plan import JUDGE, LEXICON, MINILM
from core.runs.search_plan import MemberSpec, SearchPlan, check_search, quick_plan
from pages.shared.limiting import choose_limits
from pages.shared.plain import escape, show_error
from pages.shared.resources import search_runner

QUICK, OWN = "Quick look: the embedded model in several roles", "Models of my own choice"


def launch() -> None:
    """The form, what it will take at most, and the button."""
    kind = st.segmented_control("Panel", [QUICK, OWN], default=QUICK, required=True, key="evolve_kind", wrap=True)
    chosen = _seeds()
    try:
        plan = check_search(quick_plan(chosen) if kind == QUICK else _own(chosen))
    except UserError as error:
        st.warning(escape(str(error)), icon=":material/edit:")
        return
    limits = Limits()
    if kind == OWN:
        with st.expander("Limits and budget", icon=":material/speed:"):
            limits = choose_limits(limits, "evolve_limits")
    _preview(plan)
    if st.button("Start the search", type="primary", icon=":material/play_arrow:"):
        try:
            st.session_state["search_begun"] = search_runner().start(plan, limits)
        except UserError as error:
            show_error(error)
            return
        st.rerun()


def _preview(plan: SearchPlan) -> None:
    if plan.personas:
        st.caption(
            ":material/info: One model in several roles: what differs is the role, so the result shows how the search "
            "works, not how models differ."
        )
    arms = arms_for(plan.settings, len(plan.seeds))
    st.markdown(
        f"Begins with **{arms} of {len(plan.seeds)} questions**, {_explores(plan)} and confirms up "
        f"to {plan.settings.shortlist}: at most **{plan.answers_at_most:,} answers** and {plan.calls_at_most:,} calls."
    )
    if arms < min(plan.settings.arms, len(plan.seeds)):
        st.caption("Fewer questions to begin with than asked for: each needs one and a half pulls to be worth it.")


def _explores(plan: SearchPlan) -> str:
    settings = plan.settings
    if settings.per_pair:
        return f"writes {settings.per_pair} for each pair of values"
    return f"explores {settings.pulls} times"


def _seeds() -> tuple[Seed, ...]:
    with st.expander("Questions to start from", icon=":material/quiz:"):
        file = st.file_uploader(
            "Your own yes/no questions (CSV with a column text; category and region if you like)",
            ["csv"],
            key="evolve_seeds",
            max_upload_size=5,
        )
        if file is None:
            shown = [{"question": seed.text, "category": seed.category, "region": seed.region} for seed in seeds()]
            st.dataframe(shown, hide_index=True, height=220)
            return seeds()
        try:
            own, problems = read_seeds(file.getvalue(), file.name)
        except UserError as error:
            show_error(error)
            return seeds()
        for problem in problems[:20]:
            st.text(str(problem))
        if problems and not st.checkbox(f"Leave out {len(problems)} rows that cannot be asked", key="evolve_keep"):
            return ()
        return own


def _own(chosen: tuple[Seed, ...]) -> SearchPlan:
    names = [entry.name for entry in catalogue() if entry.kind in ("api", "local")]
    panel = st.multiselect(
        "First panel (scores every question)",
        names,
        accept_new_options=True,
        key="evolve_panel",
        persist_state="session",
        help="Two models or more, cheap ones: each answers every question that is tried.",
    )
    further = st.multiselect(
        "Further models (only confirm)",
        names,
        accept_new_options=True,
        key="evolve_further",
        persist_state="session",
        help="Models that you will evaluate later should sit on neither panel.",
    )
    base = st.text_input(
        "Server address (only for a server of your own)",
        placeholder="http://localhost:8000/v1",
        key="evolve_base",
        persist_state="session",
    )
    left, right = st.columns(2)
    author = left.selectbox(
        "Questions are written by",
        ["", *names],
        format_func=lambda name: name or "The grammar (no model)",
        accept_new_options=True,
        key="evolve_author",
        persist_state="session",
    )
    reader = right.selectbox(
        "Values are read by",
        [LEXICON, MINILM, *(JUDGE + name for name in names)],
        format_func=lambda name: {LEXICON: "Token table", MINILM: "MiniLM"}.get(name, name.removeprefix(JUDGE)),
        key="evolve_reader",
        persist_state="session",
    )
    settings = _settings()
    by_pairs = st.toggle("Go through all pairs of values instead of the telling topics", key="evolve_pairs")
    if by_pairs:
        each = st.number_input("Questions a pair", 1, 50, 2, key="evolve_per_pair")
        settings = replace(settings, per_pair=int(each))

    def spec(name: str) -> ModelSpec:
        return ModelSpec(name.strip(), base.strip() or None)

    members, others = ([MemberSpec(spec(name)) for name in of] for of in (panel, further))
    name = st.text_input("Name of the search", "Telling questions", max_chars=120, key="evolve_name")
    writer = spec(author) if author else None
    return SearchPlan(name, chosen, tuple(members), tuple(others), settings, writer, str(reader), base.strip() or None)


def _settings() -> Settings:
    usual = Settings(arms=24, pulls=36)
    a, b, c, d, e = st.columns(5, vertical_alignment="bottom")
    arms = a.number_input("Topics", 2, 500, usual.arms, key="evolve_arms")
    pulls = b.number_input("Pulls", 1, 5000, usual.pulls, key="evolve_pulls", help="How often a topic is explored.")
    width = c.number_input("Questions a pull", 1, 20, usual.width, key="evolve_width")
    shortlist = d.number_input("To confirm", 1, 1000, usual.shortlist, key="evolve_shortlist")
    seed = e.number_input("Seed", 0, 2**31 - 1, 0, key="evolve_seed", help="The same seed searches the same way.")
    numbers = {"arms": int(arms), "pulls": int(pulls), "width": int(width), "shortlist": int(shortlist)}
    return replace(usual, seed=int(seed), **numbers)

"""What the Launch page lets a person choose first: scenarios, models, and who reads the answers.

Every widget has a key under "launch_", so that a draft can be put into it: see drafting.py.
"""

import streamlit as st

from core.items.item import Suite
from core.items.shipped import shipped_suites, starter
from core.methods.base import Method
from core.methods.registry import methods
from core.models.base import ModelSpec
from core.models.catalogue import catalogue
from core.runs.defaults import EMBEDDED
from core.runs.plan import JUDGE, OFFLINE
from core.store import queries, records
from pages.shared import drafting
from pages.shared.drafting import Draft
from pages.shared.plain import distinct, escape
from pages.shared.reading import reader_name, reader_note
from pages.shared.resources import store


def suites(draft: Draft | None = None) -> dict[str, Suite]:
    """Suites to choose from by key: starters, shipped ones, those a person stored, and the draft's."""
    elsewhere = {method.scale.system for method in methods().values() if method.scale}
    shipped = {key: suite for key, suite in shipped_suites().items() if suite.system not in elsewhere}
    found = {f"{key}-starter": starter(suite) for key, suite in shipped.items() if any(i.starter for i in suite.items)}
    found |= shipped
    known = {suite.hash for suite in found.values()}
    for suite_hash, _, _, _ in queries.own_suites(store()):
        if suite_hash not in known:
            found[suite_hash] = records.load_suite(store(), suite_hash)
    if draft and draft.plan.suite.hash not in {suite.hash for suite in found.values()}:
        found[draft.plan.suite.hash] = draft.plan.suite
    return found


def choose_suite(draft: Draft | None) -> Suite:
    """One suite; the first time that a draft is shown, the draft's."""
    available = suites(draft)
    names = distinct({key: f"{suite.name} ({len(suite.items)})" for key, suite in available.items()})
    if draft and not st.session_state.get("launch_shown"):
        wanted = draft.plan.suite.hash
        st.session_state["suite"] = next(key for key, suite in available.items() if suite.hash == wanted)
        st.session_state["launch_shown"] = True
    key = st.selectbox(
        "Scenarios",
        list(names),
        key="suite",
        bind="query-params",
        persist_state="session",
        format_func=lambda key: names.get(key, key),
    )
    suite = available[str(key)]
    st.caption(escape(suite.description) or "A suite of your own.")
    return suite


def given_suite(draft: Draft, method: Method) -> Suite:
    """The draft's suite: another method's cannot be exchanged for one of scenarios."""
    suite = draft.plan.suite
    st.text_input("Method and items", f"{method.name}: {suite.name} ({len(suite.items)})", disabled=True)
    return suite


def choose_models(draft: Draft | None) -> tuple[ModelSpec, ...]:
    labels = {entry.name: f"{entry.name} · {entry.label}" for entry in catalogue()}
    kept = draft.own_addresses if draft else {}
    names = st.multiselect(
        "Models",
        list(dict.fromkeys([*labels, *st.session_state.get("launch_models", ())])),
        default=[EMBEDDED],
        format_func=lambda name: labels.get(name, name),
        accept_new_options=True,
        key="launch_models",
        persist_state="session",
        help="Search the catalogue, or type any LiteLLM name, such as openai/gpt-4o-mini or ollama/llama3.1.",
    )
    base = st.text_input(
        "Server address (only for a server of your own)",
        placeholder="http://localhost:8000/v1",
        key="launch_base",
        persist_state="session",
        help="For any server that speaks the OpenAI protocol; name the model openai/NAME. Models on different servers "
        "go into one run by a plan file.",
    )
    specs = [n.strip() for n in names]
    own = [kept[n] for n in specs if n in kept and kept[n].api_base]
    if own:
        st.caption("From the plan: " + ", ".join(escape(f"{spec.name} at {spec.api_base}") for spec in own) + ".")
    return tuple(
        kept.get(n) or ModelSpec(n, None if n.startswith(drafting.LOCAL) else base.strip() or None) for n in specs
    )


def choose_recogniser(suite: Suite, fixed: bool) -> tuple[str, str | None]:
    """The recogniser and its server's address. `fixed`: they belong to a run that is extended."""
    offline = suite.system == drafting.READ_OFFLINE
    options = [*OFFLINE, JUDGE, ""] if offline else [JUDGE, ""]
    kind = st.radio(
        "Values are read by",
        options,
        format_func=reader_name,
        horizontal=True,
        key=drafting.reader_key(suite.system),
        persist_state="session",
        disabled=fixed,
    )
    if not offline:
        st.caption("The offline recognisers read Schwartz's ten values only; this suite needs a judge.")
    reader_note(str(kind))
    if kind != JUDGE:
        return str(kind), None
    left, right = st.columns(2)
    judges = [entry.name for entry in catalogue() if entry.kind in ("api", "local")]
    given = st.session_state.get("launch_judge")
    judge = left.selectbox(
        "Judge",
        judges if given in (None, *judges) else [*judges, given],
        accept_new_options=True,
        key="launch_judge",
        persist_state="session",
        disabled=fixed,
        help="Any LiteLLM model, better not one it judges.",
    )
    base = right.text_input(
        "The judge's server address (optional)",
        placeholder="http://localhost:8000/v1",
        key="launch_judge_base",
        persist_state="session",
        disabled=fixed,
    )
    return f"{JUDGE}{(judge or '').strip()}", base.strip() or None

"""What the Launch page lets a person choose: scenarios, models, who reads the answers, and how they are asked."""

import streamlit as st

from core.items.item import Suite
from core.items.shipped import shipped_suites, starter
from core.methods.base import Asking
from core.methods.value_compass import ValueCompass
from core.models.base import ModelSpec
from core.models.catalogue import catalogue
from core.runs.defaults import EMBEDDED, EMBEDDED_TOKENS
from core.runs.plan import JUDGE, LEXICON
from core.store import queries, records
from pages.shared.resources import store

HOSTED_TOKENS = 256


def suites() -> dict[str, Suite]:
    """Suites to choose from by key: starters, shipped ones, then those a person stored."""
    shipped = shipped_suites()
    found = {f"{key}-starter": starter(suite) for key, suite in shipped.items() if any(i.starter for i in suite.items)}
    found |= shipped
    known = {suite.hash for suite in found.values()}
    for suite_hash, _, _, _ in queries.own_suites(store()):
        if suite_hash not in known:
            found[suite_hash] = records.load_suite(store(), suite_hash)
    return found


def choose_models() -> tuple[ModelSpec, ...]:
    labels = {entry.name: f"{entry.name} · {entry.label}" for entry in catalogue()}
    names = st.multiselect(
        "Models",
        list(labels),
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
        help="For any server that speaks the OpenAI protocol; name the model openai/NAME.",
    )
    own = ("embedded/", "simulated/")
    return tuple(ModelSpec(n.strip(), None if n.startswith(own) else base or None) for n in names)


def choose_recogniser(suite: Suite) -> tuple[str, str | None]:
    offline = suite.system == "schwartz"
    options = [LEXICON, JUDGE, ""] if offline else [JUDGE, ""]
    labels = {LEXICON: "Offline recogniser (presence)", JUDGE: "LLM judge (direction)", "": "None, answers only"}
    kind = st.radio("Values are read by", options, format_func=lambda key: labels[key], horizontal=True)
    if not offline:
        st.caption("The offline recogniser reads Schwartz's ten values only; this suite needs a judge.")
    if kind != JUDGE:
        return str(kind), None
    left, right = st.columns(2)
    judges = [entry.name for entry in catalogue() if entry.kind in ("api", "local")]
    judge = left.selectbox(
        "Judge", judges, accept_new_options=True, help="Any LiteLLM model, better not one it judges."
    )
    base = right.text_input("The judge's server address (optional)", placeholder="http://localhost:8000/v1")
    return f"{JUDGE}{judge or ''}", base or None


def choose_details(embedded_only: bool, suite: Suite) -> tuple[tuple[str, ...], int, int, Asking]:
    with st.expander("Details", icon=":material/settings:"):
        wordings = [name for name in ValueCompass().variations if name.startswith("open-")]
        variations = st.multiselect("Wordings of the question", wordings, default=wordings[:1])
        a, b, c, d, e = st.columns(5)
        epochs = a.number_input("Epochs", 1, 100, 1, help="How often every question is asked.")
        most = sum(len(item.options) == 2 for item in suite.items)
        probes = b.number_input(
            "Order probes",
            0,
            max(most, 1),
            min(6, most),
            help="Scenarios also asked as closed questions in both orders, to measure option-order bias.",
        )
        tokens = c.number_input(
            "Longest answer",
            1,
            8192,
            EMBEDDED_TOKENS if embedded_only else HOSTED_TOKENS,
            help="In tokens. A small model on one core writes about 60 a second.",
        )
        temperature = d.number_input("Temperature", 0.0, 2.0, 0.0, 0.1)
        seed = e.number_input("Seed", 0, 2**31 - 1, 0)
    return tuple(variations), int(epochs), int(probes), Asking(int(tokens), float(temperature), int(seed))

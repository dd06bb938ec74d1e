"""People label answers: one at a time, blind to what any machine or other person read in it."""

import streamlit as st

from core.errors import UserError
from core.recognition.human import MAX_NAME, labeller_name
from core.runs.labelling import ORDERS, Order, Task, next_task
from core.store import labels
from core.store.queries import RunHead
from core.values.system import system
from pages.shared.label_rows import bring_and_take, how_far, last_label
from pages.shared.labelling import sent, take_up
from pages.shared.parts import empty
from pages.shared.plain import escape, show_error
from pages.shared.resources import run_heads, run_label, store

ATTEMPT, LAST, SAID = "label_attempt", "label_last", "label_said"
HOW = (
    "Click a value, or press its number, then **S** supports, **O** opposes, **P** there but unclear which way, **N** "
    "not there; S or O once more makes it mild. Words that you select in the answer (by keys too: Tab into it) become "
    "evidence of the value pressed next; Backspace takes the last away. All values start as not there: most answers "
    "bear on none to three. Judge what the answer itself argues for or acts on, not its topic, length or polish."
)


def choose(heads: list[RunHead]) -> tuple[RunHead, str, Order, int]:
    """The run, the labeller, the order and the seed, all in the URL."""
    names = {head.run_id: run_label(head) for head in heads}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Who labels",
            key="labeller",
            max_chars=MAX_NAME,
            width=200,
            placeholder="a pseudonym will do",
            bind="query-params",
            persist_state="session",
        )
        run_id = st.selectbox(
            "Run",
            list(names),
            format_func=lambda key: names.get(key, key),
            key="label_run",
            bind="query-params",
            persist_state="session",
        )
        order = st.selectbox(
            "Next answer",
            list(ORDERS),
            format_func=lambda key: ORDERS[key],
            key="label_order",
            width=260,
            help="Scores by people count random draws only: an answer on which readings disagree is harder than most. "
            "The shuffled list is the same for everybody with the same seed, so that labels of several people meet.",
            bind="query-params",
            persist_state="session",
        )
        seed = st.number_input(
            "Seed", 0, 2**31 - 1, 0, key="label_seed", width=120, bind="query-params", persist_state="session"
        )
    return next(head for head in heads if head.run_id == run_id), str(name or ""), order, int(seed)


def label(task: Task, head: RunHead, labeller: str) -> None:
    """One answer, and what becomes of what the person does."""
    st.text(task.scenario)
    told = sent(task, system(head.system), st.session_state.get(ATTEMPT, 0))
    if told is None:
        return
    st.session_state[ATTEMPT] = st.session_state.get(ATTEMPT, 0) + 1
    try:
        stored = take_up(told, task, labeller)
    except UserError as error:
        st.session_state[SAID] = str(error)
    else:
        st.session_state[LAST] = (task, stored) if stored else None
    st.rerun()


def nothing_left(head: RunHead, labeller: str, order: Order) -> None:
    """The end of the queue, and the ways on."""
    done, skipped = labels.own(store(), head.run_id, labeller)
    st.success(
        f"No answer is left for you {ORDERS[order]}: you have labelled {done:,} and skipped {skipped:,}.",
        icon=":material/done_all:",
    )
    with st.container(horizontal=True):
        if skipped and st.button("Take up the skipped ones", icon=":material/redo:"):
            labels.take_up_skipped(store(), head.run_id, labeller)
            st.rerun()
        if done + skipped and st.button("Undo the last", icon=":material/undo:"):
            labels.undo(store(), head.run_id, labeller)
            st.rerun()


def draw(heads: list[RunHead]) -> None:
    head, name, order, seed = choose(heads)
    how_far(head)
    if said := st.session_state.pop(SAID, ""):
        st.error(escape(said))
    try:
        labeller = labeller_name(name)
        task = next_task(store(), head.run_id, labeller, order, seed)
    except UserError as error:
        if name.strip():
            show_error(error)
        else:
            st.info("Say who labels, above: then the first answer comes.", icon=":material/badge:")
    else:
        if task:
            st.caption(HOW)
            label(task, head, labeller)
        else:
            nothing_left(head, labeller, order)
        last_label(head, st.session_state.get(LAST), labeller)
    bring_and_take(head)


st.title("Label answers")
st.markdown(
    "What people read in answers is the yardstick for every machine that reads them. You see the scenario and the "
    "answer, not whose it is and not what was read in it."
)
runs = [head for head in run_heads() if head.system]
if runs:
    draw(runs)
else:
    empty("There are no answers to label yet.")

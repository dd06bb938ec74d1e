"""Your own values: ten cards, or the numbers of a questionnaire, and how near they are to others."""

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.store import records
from core.values.nearest import how_weak, nearest
from core.values.profile import of_means, weighed
from core.values.profile_files import MAX_NAME
from core.values.questionnaires import QUESTIONNAIRES, Answers, order_cards, rate_cards, read_answers
from core.values.system import SCHWARTZ, system
from pages.shared.ordering import confirm, ordering
from pages.shared.plain import show_error
from pages.shared.profile_files import offer
from pages.shared.profiles import open_saved, people
from pages.shared.resources import store

RATE, ORDER, NUMBERS = "Rate ten cards", "Put ten cards in order", "Numbers from a questionnaire"
VALUES = system(SCHWARTZ)
MOST = 6


def rate() -> Answers | None:
    """A rating for each card, from not like me to very much like me."""
    st.caption("1: not at all important to me … 6: of the greatest importance. Use the whole scale.")
    given = {}
    for value in VALUES.values:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f"**{value.name}.** {value.definition}", width="stretch")
            rating = st.segmented_control(
                value.name,
                list(range(1, MOST + 1)),
                key=f"card_{value.id}",
                label_visibility="collapsed",
                persist_state="session",
            )
        if rating:
            given[value.id] = rating
    left = len(VALUES.values) - len(given)
    if left:
        said = f"{left} cards are left to rate." if left > 1 else "1 card is left to rate."
        st.info(said, icon=":material/style:")
        return None
    return rate_cards(given)


def order() -> Answers | None:
    """The cards in order, once a person has moved one or said that they lie right."""
    st.caption(
        "The most important first. Drag a card (a finger takes it by its dots), or choose it and press the arrow keys."
    )
    placed = ordering("Ten values, the most important first", VALUES.values, "card_order")
    if placed is None:
        st.info("Not yet ordered: move a card, or say that this is your order.", icon=":material/style:")
        st.button("This is my order", icon=":material/check:", on_click=confirm, args=(VALUES.values, "card_order"))
        return None
    return order_cards(placed)


def numbers() -> Answers | None:
    """Answers given elsewhere, as numbers: no questionnaire's wording ships here."""
    found = [one for one in QUESTIONNAIRES.values() if one.validated]
    chosen = st.selectbox("Questionnaire", found, format_func=lambda one: one.name)
    st.caption(f"{chosen.asks} {chosen.source}")
    turned = chosen.turnable and st.radio(
        "In your numbers, 1 means", ["very much like me (as in survey files)", "not like me at all"], horizontal=True
    ).startswith("very")
    upload = st.file_uploader("A CSV file with one person's answers", type=["csv", "txt"])
    pasted = st.text_area("or paste the numbers here", max_chars=5000)
    if upload is None and not pasted.strip():
        return None
    return read_answers(chosen, upload.getvalue() if upload else pasted, turned)


def result(answers: Answers) -> None:
    """The profile, whom it is near to, and keeping it."""
    st.subheader("Your profile")
    if answers.flat:
        st.warning("All ten are the same: such answers set no value above another.")
        return
    frame = pd.DataFrame({"value": list(VALUES.names.values()), "centred score": answers.scores})
    st.bar_chart(frame, x="value", y="centred score", sort=False, height=260)
    st.caption("0 is your own average; the scale is that of survey profiles. A direct rating is no validated scale.")
    near = nearest(answers.scores, people())
    st.text(how_weak(near))
    st.dataframe(
        pd.DataFrame([(n.name, n.distance, n.spearman, n.strangeness) for n in near]).set_axis(
            ["country", "distance", "rank correlation", "in spreads of its people"], axis=1
        ),
        hide_index=True,
        height=220,
    )
    keep(answers)


def keep(answers: Answers) -> None:
    """Save the profile, or take it along as a file without saving it."""
    name = st.text_input("Name", max_chars=MAX_NAME, placeholder="Me")
    source = f"A person's own answers ({QUESTIONNAIRES[answers.questionnaire].name})"
    with st.container(horizontal=True):
        saving = st.button("Save as a profile", type="primary", icon=":material/save:")
        offer(weighed(of_means("own", name.strip() or "My values", answers.scores, f"{source}."), answers.scheme))
    if not saving:
        return
    try:
        kept = records.save_profile(store(), name, SCHWARTZ, {}, answers.scores, source=f"{source}, saved here.")
    except UserError as error:
        show_error(error)
    else:
        open_saved(kept, answers.scheme)


st.title("Your own values")
st.markdown("What you save stays in this app's store. Nothing is sent anywhere.")
WAYS = {RATE: rate, ORDER: order, NUMBERS: numbers}
way = st.segmented_control("How", list(WAYS), default=RATE, required=True, key="way", bind="query-params")
try:
    answers = WAYS[str(way)]()
except UserError as error:
    show_error(error)
    answers = None
if answers:
    result(answers)

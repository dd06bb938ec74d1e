"""A model's stereotypes beside survey groups: ten values in a scatter, and indices with their intervals."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.analysis.estimates import Estimate
from core.analysis.portrait.persona_humans import Comparison
from core.charts.persona_humans import persona_humans
from core.charts.style import label
from core.errors import UserError
from core.items.dimensions import IDS, VALUES, of_system
from core.runs.persona_results import PersonaResults, beside_people, comparable, groups_of
from core.values.persona_groups import HumanGroup, read_groups
from pages.shared.charting import show_chart
from pages.shared.parts import downloads
from pages.shared.personas import name_of
from pages.shared.plain import escape, show_error
from pages.shared.portrait import NAMES

NAMED = [NAMES[IDS[column]] for column in of_system(VALUES)]


def show_humans(found: PersonaResults) -> None:
    """Everything of this part of the page."""
    own = _own_groups()
    names = {name_of(each): each for each in comparable(found, own)}
    if not names:
        st.info(
            "No means of people are known for the personas of this run. Gender, age and some countries ship; give "
            "others as a file above, with a group for each level.",
            icon=":material/hourglass_empty:",
        )
        return
    contrast = names[str(st.selectbox("Contrast", list(names), key="persona_human", persist_state="session"))]
    made, groups = beside_people(found, contrast, own), groups_of(contrast, own)
    if made is None or groups is None:
        return
    title = f"{name_of(contrast)}: {label(found.model)} and people"
    figure = persona_humans(made, NAMED, title)
    show_chart(figure, key="persona_scatter", alt="Model and people, value by value")
    sources = "; ".join(dict.fromkeys(group.source for group in groups))
    st.caption(
        f"People: {escape(sources)}. Groups of people overlap widely: a d of .3 is a third of the spread between "
        "persons of one group. The bank's items are not the survey's questions, and a model's spread over questions is "
        "not that between persons; read signs and order before sizes."
    )
    _indices(made)
    _values(made)


def _own_groups() -> Mapping[str, HumanGroup]:
    """The groups of a person's own file, held for the session."""
    with st.expander("Your own means of groups", icon=":material/upload_file:"):
        st.markdown(
            "A CSV file with the columns `group`, `value`, `mean`, `sd`, `n`: a row for each of the ten values of "
            "every group, named like a level (“Left”, “University degree”, `school`). Means of more to less important "
            "points; unless a column `centred` says true, the mean of a group's ten is taken off."
        )
        upload = st.file_uploader("Your file", type=["csv"], key="persona_file", max_upload_size=5)
    if upload is not None:
        try:
            read = read_groups(upload.getvalue(), upload.name)
        except UserError as error:
            show_error(error)
        else:
            if read.problems:
                st.error(f"{len(read.problems)} rows cannot be used; groups with one of them are left out.")
                rows = [(each.row, each.field, each.message) for each in read.problems]
                st.dataframe(pd.DataFrame(rows, columns=["row", "field", "problem"]), hide_index=True)
            for sentence in read.warnings:
                st.warning(escape(sentence))
            st.session_state["persona_groups"] = {group.name: group for group in read.groups}
    held: Mapping[str, HumanGroup] = st.session_state.get("persona_groups", {})
    if held:
        st.caption(f"Groups of your own: {escape(', '.join(held))}. They count before those that ship.")
    return held


def _indices(made: Comparison) -> None:
    signs = made.signs
    rows = [
        ("values with the same sign", signs.agree / signs.n if signs.n else None, signs.low, signs.high, signs.n, "")
    ]
    for name, each in (
        ("r over the values", made.r),
        ("amplification", made.amplification),
        ("root mean square difference", made.rmsd),
        ("variance within, over people's", made.variance),
    ):
        rows.append(_row(name, each))
    table = pd.DataFrame(rows, columns=["index", "figure", "low", "high", "n", "remark"])
    number = st.column_config.NumberColumn
    figures = {"figure": number(format="%.2f"), "low": number("95 % low", format="%.2f")}
    st.dataframe(
        table, hide_index=True, column_config={**figures, "high": number("95 % high", format="%.2f")}, key="indices"
    )
    chance = f"{signs.agree} of {signs.n} values have the same sign (exact binomial p = {signs.p:.3f})."
    st.caption(
        f"{chance if signs.n else 'No value differs on both sides.'} n: values for the first row, else situations. "
        "Amplification: above 1 exaggerates what people show, between 0 and 1 flattens it, below 0 reverses it. "
        "Variance within: below 1, the model's answers in one persona vary less than people of one group do. The ten "
        "values are centred and so not independent: take p as a guide."
    )
    downloads(table, "persona-indices")


def _row(name: str, each: Estimate) -> tuple[str, float, float, float, int, str]:
    return (name, each.value, each.low, each.high, each.n_items, each.reason)


def _values(made: Comparison) -> None:
    cells = {
        **{"value": NAMED, "model": made.z, "model low": made.z_low, "model high": made.z_high},
        **{"people": made.d, "people low": made.d_low, "people high": made.d_high},
    }
    table = pd.DataFrame(cells)
    numbers = {name: st.column_config.NumberColumn(format="%+.2f") for name in table.columns[1:]}
    st.dataframe(table, hide_index=True, column_config=numbers, key="persona_beside")
    downloads(table, "persona-beside-people")

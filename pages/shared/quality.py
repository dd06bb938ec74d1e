"""What the Quality page shows of stored benches: recognisers side by side, and one of them closely."""

import pandas as pd
import streamlit as st

from core.charts.quality import by_value, confusion_matrix, reliability
from core.recognition.quality import trust_rule
from core.runs.benched import confused, curve, shipped, side_by_side
from core.runs.trust import trust
from core.store import benches
from core.store.benches import BenchHead
from core.values.system import SCHWARTZ, ValueSystem
from pages.shared.charting import show_chart
from pages.shared.parts import downloads
from pages.shared.reading import reader_labels
from pages.shared.resources import store

FIGURES = {"auc": "ROC AUC", "f1": "F1", "precision": "Precision", "recall": "Recall"}
TITLES = FIGURES | {"base_rate": "base rate", "f1_always": "F1 of always yes", "f1_gain": "F1 gain", "ece": "ECE"}
KINDS = {"present": "presence", "supports": "support", "opposes": "opposition", "direction": "support v. opposition"}
LEANING = {"leaning": "support v. opposition by the offline leaning"}
OVERALL = "all values"
WIDTH = 460  # pixels: two figures side by side where there is room
RELIABLE = {True: "yes", False: "no", None: "not measured"}


def compare(heads: list[BenchHead], system: ValueSystem) -> None:
    """A chart and a table of all recognisers that were measured on one data set, what ships beside them."""
    directed = any(head.measure == "stance" for head in heads)
    leaning = any(one.kind == "leaning" for head in heads for one in benches.figures(store(), head.bench_id))
    kinds = (KINDS if directed else {"present": KINDS["present"]}) | (LEANING if leaning else {})
    names, key = FIGURES.__getitem__, "quality_figure"
    figure = st.segmented_control(
        "Figure", list(FIGURES), default="auc", required=True, format_func=names, wrap=True, key=key
    )
    kind = "present"
    if len(kinds) > 1:
        kind = st.segmented_control(
            "Of", list(kinds), default=kind, required=True, format_func=kinds.__getitem__, wrap=True, key="quality_kind"
        )
    labels = reader_labels([*(head.recogniser for head in heads)])
    table = side_by_side(store(), heads, labels, str(kind))
    if system.id == SCHWARTZ and kind == "present":
        known = shipped(reader_labels(["lexicon", "minilm"]))
        table = pd.concat([table, known], ignore_index=True) if len(table) else known
    rule = trust_rule().min_auc
    line = (rule, f"reliable from {rule:g}") if figure == "auc" and kind in ("present", "direction") else None
    chosen = table[table["name"] == figure]
    title = f"{FIGURES[str(figure)]} of reading {kinds[str(kind)]}, by value"
    chart = by_value(chosen, system.names, title, line)
    show_chart(chart, key="quality_by_value", alt=title)
    if figure == "f1":
        st.caption("F1 depends on how common a value is: compare it with the F1 of one who always says yes, below.")
    _figures(table, heads, labels, system)


def _figures(table: pd.DataFrame, heads: list[BenchHead], labels: dict[str, str], system: ValueSystem) -> None:
    """One row a recogniser and value, with intervals where there are any."""
    cells = table[table["name"].isin(TITLES)].copy()
    cells["shown"] = [_cell(row) for row in cells.to_dict("records")]
    wide = cells.pivot(index=["series", "value", "n"], columns="name", values="shown").reset_index()
    wide = wide[["series", "value", "n", *(name for name in TITLES if name in wide)]].fillna("–")
    order = {name: place for place, name in enumerate((*table["series"].unique(), *system.ids, ""))}
    wide = wide.sort_values(["series", "value"], key=lambda column: column.map(order))
    ids = {labels[head.recogniser]: head.recogniser for head in heads}
    found = {name: trust(recogniser, system.ids, store()) for name, recogniser in ids.items()}
    wide["reliable"] = [
        RELIABLE[found[row["series"]][row["value"]].reliable] if row["series"] in found and row["value"] else ""
        for row in wide.to_dict("records")
    ]
    wide.insert(3, "reliable", wide.pop("reliable"))
    wide["value"] = wide["value"].map(lambda value: system.names.get(value, OVERALL))
    wide = wide.rename(columns={"series": "recogniser", "n": "texts", **TITLES})
    st.dataframe(wide, hide_index=True)
    downloads(table.drop(columns="note"), "recogniser-quality")


def _cell(row: dict[str, object]) -> str:
    estimate, low, high = (float(str(row[name])) for name in ("estimate", "low", "high"))
    if estimate != estimate:
        return "–"
    return f"{estimate:.2f}" + ("" if low != low else f" [{low:.2f}, {high:.2f}]")


def examine(head: BenchHead, system: ValueSystem) -> None:
    """One bench closely: is what it promises true, what does it confuse, which texts does it read most wrongly."""
    options = ["", *system.ids]
    names = {"": OVERALL} | system.names
    value = str(st.selectbox("Value", options, format_func=names.__getitem__, key="quality_value"))
    with st.container(horizontal=True):
        with st.container(width=WIDTH):
            _calibrated(head, value, names[value])
        with st.container(width=WIDTH):
            kinds, counts = confused(store(), head, value)
            title = f"Confusion, {names[value]}"
            chart = confusion_matrix(counts, kinds, title)
            show_chart(chart, key="confusion", alt=title)
    _worst(head, value, system)


def _calibrated(head: BenchHead, value: str, name: str) -> None:
    bins = curve(store(), head, value)
    if not bins:
        st.info("There is no calibration curve: this recogniser's strengths are no probabilities, or nothing was read.")
        return
    title = f"Reliability, {name}"
    show_chart(reliability(bins, title), key="reliability", alt=title)
    st.caption("A point holds about a tenth of the texts; the number is how many, the bar the 95 % interval.")


def _worst(head: BenchHead, value: str, system: ValueSystem) -> None:
    st.subheader("Read most wrongly")
    table = benches.worst(store(), head.bench_id, value)
    if table.empty:
        st.caption("No text that is labelled for this value was read.")
        return
    table["value"] = table["value"].map(system.names)
    st.caption("From your own store; labels can be wrong too. Choose a row to read it whole.")
    picked = st.dataframe(
        table,
        hide_index=True,
        height=280,
        on_select="rerun",
        selection_mode="single-row",
        key="quality_worst",
        column_config={name: st.column_config.NumberColumn(format="%.2f") for name in ("strength", "error")},
    )
    for place in picked["selection"]["rows"]:
        row = table.iloc[place]
        with st.container(border=True):
            if row["question"]:
                st.text(row["question"])
            st.text(row["text"])

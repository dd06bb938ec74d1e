"""The sections of a report, each a function from the subject to its blocks. A new one is a function and a line in
SECTIONS."""

import json
from collections.abc import Callable, Collection, Mapping

import pandas as pd

from core.analysis.alignment import STATISTICS, rank
from core.analysis.pluralism import cluster_order, profile_map
from core.analysis.robustness import explore
from core.charts.acceptability import acceptability
from core.charts.heatmap import heatmap
from core.charts.radar import radar
from core.charts.ranking import ranking
from core.charts.style import model_colours, model_dashes
from core.errors import UserError
from core.methods.base import OUTCOMES
from core.reports.document import Block, Chart, Code, Points, Report, Section, Table, Text, listed, table
from core.reports.methods_text import citations, formulas, limits
from core.reports.subject import Subject
from core.reports.tested import findings, reliability
from core.runs.results import weight_rows
from core.runs.trust import doubtful
from core.values.cultures import SPREAD
from core.values.profile import surveyed

MOST_DRAWN = 5
Made = tuple[Block, ...]


def what(of: Subject) -> Made:
    """Which runs, which models, whose values."""
    rows = [
        (head.run_id, head.name, head.state, f"{head.started_at:%Y-%m-%d %H:%M}", head.recogniser or "none")
        for head in of.heads
    ]
    frame = pd.DataFrame(rows, columns=["run", "name", "state", "started (UTC)", "recogniser"])
    values = of.results.system
    weights = [(values.names[value], round(100 * float(w), 1)) for value, w in zip(values.ids, of.weights, strict=True)]
    return (
        Text(f"{len(of.models)} models on {values.name}: {listed(of.models)}."),
        table("The runs that the numbers come from", frame),
        table(
            f"Whose values count: {of.profile.name}. {of.profile.source}",
            pd.DataFrame(weights, columns=["value", "weight (%)"]),
            1,
        ),
    )


def ranked(of: Subject) -> Made:
    """The models by alignment with the profile."""
    found = rank(of.scores, of.weights, of.statistic)
    name = STATISTICS[of.statistic][0]
    if found.table["alignment"].isna().all():
        return (Text(f"{name} is not defined for these weights or models: there is no ranking."),)
    first = found.first
    said = {0: "Too few scenarios were scored to rank anyone.", 1: f"{listed(first)} comes first."}
    verdict = said.get(len(first), f"The first place is not decided: {listed(first)} cannot be told apart.")
    counts = of.results.outcomes.set_index("model")
    frame = pd.DataFrame(
        {
            "rank": found.table["rank"],
            "model": found.table["model"],
            "alignment": found.table["alignment"],
            "95 % low": found.table["low"],
            "95 % high": found.table["high"],
            "ranks possible": [
                f"{a} to {b}" if a else "–"
                for a, b in zip(found.table["rank_low"], found.table["rank_high"], strict=True)
            ],
            "scenarios": found.table["n_items"],
            "scored": [f"{counts.scored[m]} of {counts.asked[m]}" for m in found.table["model"]],
        }
    )
    caption = f"{name} with the profile “{of.profile.name}”: dots are estimates, bars 95 % intervals over scenarios."
    return (
        Text(f"Under the profile “{of.profile.name}”: {verdict}"),
        Chart(ranking(found, model_colours(of.order)), caption),
        table(
            f"Ranking by the statistic “{name}”. Scored: answers in which values were read, of questions asked", frame
        ),
    )


def values(of: Subject) -> Made:
    """The scores by value, with the intervals and what lies under them."""
    scores, system = of.scores, of.results.system
    doubts = doubtful(of.heads[0].recogniser, system.ids, of.store) if of.results.by != "people" else {}
    drawn = scores.only(of.models[:MOST_DRAWN])
    scenarios = of.results.scenarios
    colours, dashes = model_colours(of.order), model_dashes(of.order)
    figure = radar(drawn, system.names, colours, dashes, of.weights, scenarios, doubtful=list(doubts))
    low, high = scores.bounds
    measures = {"presence": "how much answers are about a value, for or against", "stance": "opposed to supported"}
    rest = f" The first {MOST_DRAWN} of {len(of.models)} models." if len(of.models) > MOST_DRAWN else ""
    blocks: list[Block] = [
        Text(f"Scores from {low:.0f} to {high:.0f}: {measures.get(of.results.measure, '')}. More is not better."),
        Chart(figure, f"Scores by value with 95 % bands; dotted: the profile's weights, scaled to the rim.{rest}"),
    ]
    if doubts:
        blocks.append(
            Points(tuple(f"Not reliable on {system.names[value]}: {said}." for value, said in doubts.items()))
        )
    both = scores.frame().merge(
        of.results.ipsatised.only(of.models).frame()[["model", "value", "score"]],
        on=["model", "value"],
        suffixes=("", "_centred"),
    )
    return (*blocks, *(_of_model(both, model, system.names) for model in scores.models))


def _of_model(both: pd.DataFrame, model: str, names: Mapping[str, str]) -> Table:
    rows = both[both["model"] == model]
    frame = pd.DataFrame(
        {
            "value": rows["value"].map(names),
            "score": rows["score"],
            "95 % low": rows["low"],
            "95 % high": rows["high"],
            "to own mean": rows["score_centred"],
            "scenarios": rows["n_items"],
            "scored": [f"{m} of {n}" for m, n in zip(rows["n_answers"], rows["n_asked"], strict=True)],
        }
    )
    return table(f"{model}: scores by value. A dash for an interval: n too small", frame, 1)


def people(of: Subject) -> Made:
    """Every model for every people surveyed."""
    if not of.results.system.circular:
        return (Text("People were surveyed on Schwartz's ten values only, so there is nothing to compare with here."),)
    countries = [one for one in surveyed() if one.id.startswith("country:")]
    names = {one.id: one.name for one in countries}
    found = profile_map(of.scores, list(names), weight_rows(countries, of.results.system.ids), "profile_match")
    order = cluster_order(found.value.T).tolist()
    frame = found.frame()
    first = frame[frame["may_be_first"]].groupby("profile", sort=False)["model"].agg(lambda m: _some(list(m), of))
    may = pd.DataFrame({"people": [names[id] for id in first.index], "may be first": first.to_numpy()})
    caption = f"Profile match (−1 to 1) of models and peoples; ★ first, ≈ may be first as others may. {SPREAD}."
    return (
        Chart(heatmap(found, names, columns=order), caption),
        table("For whom which models may be first: no other is surely better (95 %)", may),
    )


def _some(models: list[str], of: Subject) -> str:
    """Names, or how many where they are many."""
    if len(models) <= MOST_DRAWN:
        return ", ".join(models)
    return f"{len(models)} of {len(of.models)} models, which cannot be told apart"


def robustness(of: Subject) -> Made:
    """How far the order hangs on the weights."""
    if len(of.models) < 2:
        return (Text("With one model there is no order to test."),)
    found = explore(of.scores, of.weights, of.statistic, None, True)
    rows = [
        (found.models[m], f"{100 * found.ranks[m, 0]:.1f} %", float(found.confidence[m])) for m in map(int, found.order)
    ]
    frame = pd.DataFrame(rows, columns=["model", "first for", "confidence at its central weights"])
    caption = (
        "Share of 10,000 weightings, all equally likely, for which each model has each rank, scores being uncertain."
    )
    return (
        Chart(acceptability(found, "all weightings"), caption),
        table("First-rank acceptability (Lahdelma & Salminen 2001)", frame),
    )


def answers(of: Subject) -> Made:
    """What became of every question."""
    counts = of.results.outcomes[of.results.outcomes["model"].isin(of.models)]
    frame = counts[["model", "planned", "asked", *OUTCOMES, "scored"]].rename(columns=dict(OUTCOMES))
    gates = [
        f"{model}: low information. {'; '.join(one.sentence for one in of.results.low_information(model))}."
        for model in of.models
        if of.results.low_information(model)
    ]
    shown = (table("How the questions ended. Nothing missing is filled in", frame),)
    return (*shown, Points(tuple(gates))) if gates else shown


def settings(of: Subject) -> Made:
    """The parameters, hashes and versions of each run."""
    blocks: list[Block] = []
    for head in of.heads:
        plan = json.loads(head.plan)
        asking = plan.get("asking", {})
        rows = [
            ("method", plan.get("method", "") or "answers from a file"),
            ("suite (hash)", head.suite_hash),
            ("prompts (hash)", plan.get("prompt_hash", "") or "not known"),
            ("recogniser (with its hash)", head.recogniser or "none"),
            ("wordings", ", ".join(plan.get("variations", []))),
            ("epochs", plan.get("epochs", "")),
            ("order probes", plan.get("probes", "")),
            *((f"asking: {name}", value) for name, value in asking.items()),
            *((f"version: {name}", value) for name, value in plan.get("versions", {}).items()),
        ]
        frame = pd.DataFrame([(name, str(value)) for name, value in rows if value != ""], columns=["setting", "value"])
        blocks.append(table(f"Run {head.run_id}", frame))
    return tuple(blocks)


def methods(of: Subject) -> Made:
    """The formulas that were used."""
    return tuple(map(Text, formulas(of)))


def honest_limits(of: Subject) -> Made:
    """What the numbers do not say."""
    return (Points(limits(of)),)


def cite(of: Subject) -> Made:
    """The papers and this software, in BibTeX."""
    return (Code(citations()),)


SECTIONS: Mapping[str, tuple[str, Callable[[Subject], Made]]] = {
    "runs": ("What was asked", what),
    "ranking": ("Alignment with the profile", ranked),
    "values": ("Values, one by one", values),
    "findings": ("What the answers show", findings),
    "reliability": ("Can it be relied on?", reliability),
    "people": ("For whom", people),
    "robustness": ("How far the order hangs on the weights", robustness),
    "answers": ("What became of the questions", answers),
    "methods": ("How the numbers were made", methods),
    "settings": ("Settings, hashes and versions", settings),
    "limits": ("What the numbers do not say", honest_limits),
    "citations": ("Citations", cite),
}


def compose(of: Subject, leave_out: Collection[str] = (), tell: Callable[[str], object] = str) -> Report:
    """The report without the sections named; `tell` is called with each title before it is made. Raises UserError for
    a name that is none."""
    if unknown := [name for name in leave_out if name not in SECTIONS]:
        raise UserError(f"There is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}.")
    made = []
    for name, (title, write) in SECTIONS.items():
        if name not in leave_out:
            tell(title)
            made.append(Section(name, title, write(of)))
    runs = listed([f"{head.name} ({head.run_id})" for head in of.heads])
    return Report("Whose values do these models speak for?", f"A report on {runs}", tuple(made))

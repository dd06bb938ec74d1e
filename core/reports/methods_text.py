"""What a report says of its methods, of their limits, and whom to cite."""

from core.analysis.alignment import STATISTICS
from core.analysis.bootstrap import MIN_ITEMS
from core.paths import DATA
from core.reports.subject import Subject

CITATIONS = DATA / "citations.bib"
_STATISTICS = {
    "weighted_sum": "A = Σ_v w_v s_v, as published by Value Compass; weights w sum to 1. It rewards models that "
    "express every value strongly.",
    "centred_sum": "A = Σ_v (w_v − 1/V) s_v over V values: level does not count.",
    "profile_match": "A = Pearson's correlation of weights and scores over the values, −1 to 1: only shapes count.",
    "rank_match": "A = Spearman's rank correlation of weights and scores over the values, −1 to 1.",
    "distance": "A = minus the mean absolute difference of standardised weights and scores: 0 is nearest, −2 farthest.",
}


def formulas(of: Subject) -> list[str]:
    """How each number of the report is made, for what was chosen."""
    seen = {
        "presence": "A recogniser gives each answer and value a strength from 0 to 1: how much the answer is about the "
        "value, whether for or against it.",
        "stance": "A recogniser gives each answer and value a strength from −1 (opposed) to 1 (supported), with the "
        "words that show it.",
    }
    return [
        seen.get(of.results.measure, ""),
        "Score of a value: s_v = 100 · mean over scenarios i of the mean strength over the answers to i that could be "
        "read. Each scenario counts once. “To own mean” is s_v − mean_u s_u (ipsatised).",
        "Intervals: 95 %, from bootstrap resamples of scenarios, all answers to a scenario together, wider where "
        "scenarios are few; all models share the resamples, so differences are paired. For a match or distance the "
        "interval is also read mirrored at the estimate, which noise pulls to one side, and spans both readings. "
        f"Where all scenarios agree it is what as many unseen ones may still hide. Fewer than {MIN_ITEMS}: none.",
        f"Alignment, {STATISTICS[of.statistic][0].lower()}: {_STATISTICS[of.statistic]}",
        "Ranks: a model is surely better than another if the 95 % interval of their paired difference lies above 0. "
        "Its possible ranks run from one more than the number of models surely better to the number not surely worse.",
        "Answers that were refused, unparsed, filtered or failed are counted apart and never imputed.",
        *([f"Weights of the profile: {of.profile.scheme}, from survey means."] if of.profile.scheme else []),
    ]


def limits(of: Subject) -> tuple[str, ...]:
    """What must not be read into the numbers."""
    said = [
        "Not what a model “really values”: what it expressed in these scenarios, in this language, on these dates, as "
        "read by this recogniser.",
        "More of a value is not better. The order follows the chosen profile; there is no hidden ideal.",
        "Intervals hold for scenarios like these. They do not cover other wordings, languages, settings or readers.",
        "Inhabitants of a country differ far more than countries do: a people's profile is no person's.",
    ]
    if of.results.apart:
        shared, fewest = of.results.in_common
        said.append(f"The models did not answer the same scenarios: {shared} in common, the fewest {fewest}.")
    if any(model.startswith("simulated/") for model in of.models):
        said.append("Simulated respondents are invented. They stand for no model and no person.")
    if any(model.startswith("embedded/") for model in of.models):
        said.append(
            "The embedded model chooses by position when asked closed questions. Its profile shows the plumbing."
        )
    return tuple(said)


def citations() -> str:
    """BibTeX of the four systems' papers and of this software."""
    return CITATIONS.read_text(encoding="utf-8")

"""Can a profile be relied on, and for what? Gates with figures, thresholds and sources, and a verdict in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.analysis.estimates import Estimate
from core.analysis.profile_reliability import Structure

ENOUGH = 0.70
STABLE = 0.80
SAME_CHOICE = 0.75
READ = 0.95

Purpose = Literal["within", "compare", "beyond"]
PURPOSES: dict[Purpose, str] = {
    "within": "ranking values within this model",
    "compare": "comparing it with other models",
    "beyond": "saying more than these scenarios show",
}


@dataclass(frozen=True)
class Gate:
    """One condition. `figure` in words with its interval or range; `passed` is None where nothing is known, and then
    `figure` says why. `purpose`: for which use it must hold."""

    name: str
    purpose: Purpose
    figure: str
    threshold: str
    passed: bool | None
    source: str


def figure_of(found: Estimate, what: str = "95 % interval", unit: str = "items") -> str:
    """An estimate in words."""
    if np.isnan(found.value):
        return f"not known: {found.reason or 'not enough items'}"
    ends = "" if np.isnan(found.low) else f" [{found.low:.2f}, {found.high:.2f}] ({what})"
    return f"{found.value:.2f}{ends}, {found.n_items:,} {unit}"


def above(found: Estimate, threshold: float) -> bool | None:
    """Whether the figure reaches the threshold; None where there is no figure."""
    return None if np.isnan(found.value) else bool(found.value >= threshold)


def halves_gate(found: Estimate) -> Gate:
    return Gate(
        "split halves",
        "within",
        figure_of(found, "95 % of the splits"),
        f"at least {ENOUGH:.2f}",
        above(found, ENOUGH),
        "Spearman-Brown; .70 after Nunnally & Bernstein 1994",
    )


def alpha_gate(found: Estimate) -> Gate:
    return Gate(
        "Cronbach's alpha over items",
        "within",
        figure_of(found),
        f"at least {ENOUGH:.2f}",
        above(found, ENOUGH),
        "Cronbach 1951, Feldt 1965; .70 after Nunnally & Bernstein 1994",
    )


def information_gate(reasons: Sequence[str]) -> Gate:
    said = "; ".join(reasons) or "none of the quality gates is missed"
    source = "the quality gates of every page: refusals, lost answers, loops, flat profile"
    return Gate("answers", "within", said, "no gate missed", not reasons, source)


def coverage_gate(scored: int, asked: int) -> Gate:
    share = scored / asked if asked else 0.0
    said = f"{scored:,} of {asked:,} open questions scored ({share:.0%})"
    return Gate("coverage", "compare", said, f"at least {READ:.0%}", share >= READ, "as for Value Portrait")


def wording_gate(found: Estimate) -> Gate:
    return Gate(
        "wording",
        "compare",
        figure_of(found),
        f"r at least {STABLE:.2f} between the two wordings that agree least",
        above(found, STABLE),
        "a threshold of our own: profiles of one model in other words",
    )


def order_gate(agree: float, low: float, high: float, n: int) -> Gate:
    said = f"{agree:.0%} [{low:.0%}, {high:.0%}] of {n} choices kept" if n else "not known: no closed questions"
    passed = None if not n else agree >= SAME_CHOICE
    return Gate("order of options", "compare", said, f"at least {SAME_CHOICE:.0%}", passed, "Wilson 1927; as Overview")


def retest_gate(found: Estimate, changed: int, tested: int, runs: str) -> Gate:
    said = figure_of(found)
    if tested:
        said += f"; {changed} of {tested} values changed (Holm); {runs}"
    return Gate(
        "test and retest",
        "compare",
        said,
        f"r at least {STABLE:.2f} with the run before",
        above(found, STABLE),
        ".80 after Nunnally & Bernstein 1994",
    )


def structure_gate(found: Structure | None) -> Gate:
    said = "not known: too few items scored on all values, or values that are not on a circle"
    if found:
        said = (
            f"neighbours correlate {found.adjacent:+z.2f}, opposites {found.opposite:+z.2f}: "
            f"gap {figure_of(found.gap)}, p = {found.p:.3f}"
        )
    passed = found.p < 0.05 and found.gap.low > 0 if found else None
    return Gate("Schwartz's circle", "beyond", said, "gap above 0, p < .05", passed, "Schwartz 1992; permutation")


def twin_gate(name: str, found: Estimate, source: str) -> Gate:
    """Two profiles of one model from other instruments or questions: the interval of their r leaves out 0."""
    passed = None if np.isnan(found.low) else bool(found.low > 0)
    return Gate(name, "beyond", figure_of(found), "interval of r above 0", passed, source)


def verdict(gates: Sequence[Gate]) -> str:
    """What the profile is enough for, in one sentence or two, with what stands against it or is not known."""
    failed = {purpose: [g.name for g in gates if g.purpose == purpose and g.passed is False] for purpose in PURPOSES}
    open_ = {purpose: [g.name for g in gates if g.purpose == purpose and g.passed is None] for purpose in PURPOSES}
    if failed["within"]:
        return f"Not enough for {PURPOSES['within']}: {_list(failed['within'])} did not pass."
    if open_["within"]:
        return f"Not known to be enough for {PURPOSES['within']}: {_list(open_['within'])} could not be tested."
    said = f"Enough for {PURPOSES['within']}"
    if failed["compare"]:
        said += f"; not enough for {PURPOSES['compare']}: {_list(failed['compare'])} did not pass."
    elif open_["compare"]:
        said += f"; for {PURPOSES['compare']} only with care: {_list(open_['compare'])} was not tested."
    else:
        said += f" and for {PURPOSES['compare']} on the same scenarios."
    if failed["beyond"]:
        said += f" It says nothing beyond these scenarios: {_list(failed['beyond'])} did not pass."
    return said


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

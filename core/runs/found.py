"""Findings in words: each claim as a sentence with its conditions. Never what a model's values are."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from core.analysis.corrections import CORRECTIONS
from core.analysis.findings import MOST, OWN, Claim, Findings, findings
from core.runs.compared import Compared, Subject

SHIPPED_IN_ENGLISH = ("everyday", "everyday-starter", "moral_foundations", "seed-questions")


def found_in(compared: Compared, correction: str) -> Findings:
    """Every value of every subject against its own average, and every pair of subjects on every value."""
    pairs = np.array(list(combinations(range(len(compared.names)), 2)), dtype=np.int64).reshape(-1, 2)
    return findings(compared.cells, pairs, correction)


def counted(found: Findings) -> str:
    """How many comparisons were made and what became of them."""
    title = CORRECTIONS[found.correction][0]
    said = (
        f"{found.tested:,} comparisons were made; {found.kept:,} remained after {title}'s correction over all of them"
    )
    if found.dropped:
        said += f", of which {found.dropped} had an interval that includes none and are not claimed"
    if found.kept > MOST:
        said += f"; the {MOST} largest effects are written out"
    if found.untested:
        said += f". {found.untested:,} could not be tested: fewer than 8 scenarios in common, or no variation"
    return said + "."


def sentence(claim: Claim, compared: Compared, names: Mapping[str, str], measure: str, correction: str) -> str:
    """One claim with its answers, dates, effect size and p, in the past tense: what was read in these answers."""
    of = {one.name: one for one in compared.subjects}
    told = [of[name] for name in (claim.first, claim.second) if name in of]
    answers = sum(one.answers for one in told)
    first = _who(of[claim.first], told)
    size = f"{abs(claim.difference):.1f} points"
    if claim.second == OWN:
        side = "more" if claim.difference > 0 else "less"
        about = f"{first} {_verb(measure)} {names[claim.value]} {size} {side} than the values on average"
    else:
        about = f"{first} {_verb(measure)} {names[claim.value]} {size} more than {_who(of[claim.second], told)}"
    return (
        f"In these {answers:,} answers ({_dates(told)}), {about} [{claim.low:+z.1f}, {claim.high:+z.1f}]; d_z = "
        f"{claim.effect:.2f} [{claim.effect_low:.2f}, {claim.effect_high:.2f}], n = {claim.n} scenarios, "
        f"p {_p(claim.corrected)} after {CORRECTIONS[correction][0]}."
    )


def _verb(measure: str) -> str:
    return "supported" if measure == "stance" else "spoke of"


def _who(one: Subject, told: Sequence[Subject]) -> str:
    """The model; with its run where the other is the same model."""
    same = len({each.model for each in told}) < len(told)
    return f"{one.model} in run {one.run_id}" if same else one.model


def _dates(told: Sequence[Subject]) -> str:
    first, last = min(one.first for one in told), max(one.last for one in told)
    return f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def conditions(compared: Compared, recogniser: str, measure: str, at_stake: bool) -> str:
    """What holds for every finding: who, when, on what, in which language, read by what."""
    suites = sorted({one.suite for one in compared.subjects})
    english = all(one.suite_id in SHIPPED_IN_ENGLISH for one in compared.subjects)
    language = "in English" if english else "in the language of the suite, which is not recorded"
    models = len({one.model for one in compared.subjects})
    direction = "for or against" if measure == "stance" else "how much they were about a value, not for or against"
    runs = len({one.run_id for one in compared.subjects})
    return (
        f"{models} model{'s'[: models != 1]} in {runs} run{'s'[: runs != 1]}, {_dates(compared.subjects)}; "
        f"suite {', '.join(suites)}, {language}; read by {recogniser} ({direction}); values scored on "
        f"{'the scenarios where they were at stake' if at_stake else 'all scenarios'}; each scenario counts once; "
        "paired by scenario, two-sided t-test, intervals from scenarios drawn again."
    )


def _p(value: float) -> str:
    """As it is usually written: what lies below .001 is said to."""
    return "< .001" if value < 0.001 else f"= {value:.3f}".replace("0.", ".")

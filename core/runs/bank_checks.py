"""What an import reproduced of the published figures, in sentences for the banner."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.portrait.answers import Answers
from core.analysis.portrait.correlate import adjusted
from core.analysis.portrait.explain import EXACT, fitting_record
from core.analysis.portrait.scorers import SCORERS, points
from core.items.bank import PUBLISHED, RATINGS, ItemBank
from core.items.bank_read import BankRead, Score
from core.items.dimensions import PLACE, VALUES, of_system
from core.runs.bank_build import Rated

SCORE_EXACT = 1e-9


@dataclass(frozen=True)
class Check:
    """One comparison: `ok` True where all came out as published, False where some did not, None where nothing was
    there to compare."""

    name: str
    ok: bool | None
    sentence: str


def checks(read: BankRead, bank: ItemBank, people: Rated | None, answers: Answers) -> tuple[Check, ...]:
    """Correlations, tests, averages and scores, in this order."""
    every = (_correlations(bank, people), _tests(bank), _averages(read, bank, answers), _scores(read, bank, answers))
    return tuple(check for check in every if check is not None)


def _correlations(bank: ItemBank, people: Rated | None) -> Check | None:
    known, own = bank.correlations.get(PUBLISHED), bank.correlations.get(RATINGS)
    if known is None:
        return None
    if own is None or people is None:
        return Check(
            "correlations", None, "Correlations could not be recomputed: ratings or people's values are missing."
        )
    compared = ~np.isnan(known.rho)
    off = compared & ~(np.abs(own.rho - known.rho) <= EXACT)
    off |= ~np.isnan(known.p) & ~(np.abs(own.p - known.p) <= EXACT)
    n, exact = int(compared.sum()), int((compared & ~off).sum())
    sentence = f"Correlations: {exact:,} of {n:,} coefficients and their p recomputed, each to {_digits(EXACT)}."
    for group in dict.fromkeys(bank.items[row].group for row in np.flatnonzero(off.sum(axis=1))):
        sentence += " " + _why(bank, people, group, off)
    return Check("correlations", exact == n, sentence)


def _why(bank: ItemBank, people: Rated, group: str, off: NDArray[np.bool_]) -> str:
    """What is known of a group that does not come out: whose record would make it."""
    rows = np.flatnonzero([item.group == group for item in bank.items])
    known, own = bank.correlations[PUBLISHED].rho[rows], bank.correlations[RATINGS].rho[rows]
    said = f"In group {group}, {int(off[rows].sum())} differ, by {np.nanmax(np.abs(known - own)):.3f} at most"
    sitting = np.flatnonzero((people.groups == group) & ~np.isnan(people.scales).any(axis=1))
    often = Counter(people.people)
    ratings, scales = people.ratings[np.ix_(sitting, rows)], people.scales[sitting]
    if np.isnan(ratings).any() or np.isnan(known).any():
        return f"{said}."
    for place, row in enumerate(sitting):
        if often[people.people[row]] > 1 and not np.isnan(fitting_record(ratings, scales, place, known)).any():
            return (
                f"{said}: {people.people[row]} sat in two groups but has one record of values. With another record for "
                f"this sitting all {known.size} come out."
            )
    return f"{said}."


def _tests(bank: ItemBank) -> Check | None:
    found = bank.best()
    if found is None or np.isnan(found.p).all():
        return None
    p = found.p[:, list(of_system(VALUES))]
    n, low = int((~np.isnan(p)).sum()), int((p < 0.05).sum())
    kept = int((adjusted(p) < 0.05).sum())
    return Check(
        "tests",
        None,
        f"Of {n:,} tests for the ten values {low} have p < .05, where chance gives {n * 0.05:.0f}; {kept} remain after "
        "Benjamini-Hochberg at 5 %.",
    )


def _averages(read: BankRead, bank: ItemBank, answers: Answers) -> Check | None:
    if not read.averages:
        return None
    rows = {model: row for row, model in enumerate(answers.models)}
    gaps = [
        abs(answers.available[rows[model], bank.places[item]] - mean)
        for model, item, mean in read.averages
        if model in rows and item in bank.places
    ]
    worst = max(gaps, default=np.nan)
    return Check(
        "averages",
        bool(worst <= SCORE_EXACT),
        f"Averages: {len(gaps):,} recomputed; "
        + (
            f"all come out to {_digits(SCORE_EXACT)}." if worst <= SCORE_EXACT else f"they differ by up to {worst:.3f}."
        ),
    )


def _digits(exact: float) -> str:
    """A difference that is none, in words."""
    return f"{-round(np.log10(exact))} decimal places"


def _scores(read: BankRead, bank: ItemBank, answers: Answers) -> Check | None:
    if not read.scores or not answers.models or bank.best() is None:
        return None
    plain, legacy = (_deviations(bank, answers, read.scores, name) for name in ("published", "legacy"))
    good = [model for model, gap in plain.items() if gap <= SCORE_EXACT]
    faulty = [model for model, gap in legacy.items() if gap <= SCORE_EXACT and model not in good]
    bad = [model for model in plain if model not in good and model not in faulty]
    sentence = f"Scores: {len(good) + len(faulty)} of {len(plain)} models come out to {_digits(SCORE_EXACT)}"
    if faulty:
        sentence += f", {len(faulty)} of them only with the tags that the published pipeline lost ({', '.join(faulty)})"
    if bad:
        sentence += f"; not reproduced: {', '.join(bad)}"
    return Check("scores", not bad, sentence + ".")


def _deviations(bank: ItemBank, answers: Answers, scores: Sequence[Score], scorer: str) -> dict[str, float]:
    """The largest difference of each model's centred scores from the published ones."""
    made = SCORERS[scorer].make(bank, answers)
    assert made is not None
    found = points(bank, made).score
    rows = {model: row for row, model in enumerate(answers.models)}
    worst: dict[str, float] = {}
    for one in scores:
        if one.model in rows:
            gap = abs(found[rows[one.model], PLACE[one.dimension]] - one.centred)
            worst[one.model] = max(worst.get(one.model, 0.0), np.inf if np.isnan(gap) else float(gap))
    return worst

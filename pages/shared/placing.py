"""Who is placed on the circle, and where."""

from collections.abc import Sequence
from typing import cast

from core.analysis.bootstrap import MIN_ITEMS, Floats
from core.analysis.circle import Method, Placing, place
from core.analysis.outlines import LEAST_PLACED, NO_REGION, model_outlines, survey_outline
from core.analysis.scores import Scores
from core.charts.circle import Place
from core.errors import UserError
from core.runs.results import profile_rows
from core.values.cultures import cultures
from core.values.profile import Profile

HELD = "Outlines: 95 % regions from the resampled scenarios and the survey's n, the axes held fixed."
CAPTIONS = {
    "circle": f"{HELD} Hollow: too few scenarios for one.",
    "pca": f"{HELD} Hollow: too few scenarios for one. None with fewer than {LEAST_PLACED} drawn: axes follow noise.",
    "mds": "95 % regions are shown in the other two projections only: scaling is none of single profiles.",
}


def placed(scores: Scores, people: Sequence[Profile], method: str) -> Placing:
    """Models first, then people, by one of core.charts.circle.METHODS; UserError with fewer than three that differ."""
    try:
        return place(profile_rows(scores, people), cast(Method, method))
    except ValueError as error:
        raise UserError(
            "This projection needs at least three that differ: choose people, or evaluate more models."
        ) from error


def outlines_of(
    placing: Placing, scores: Scores, people: Sequence[Profile], persons: Sequence[Profile]
) -> list[Floats]:
    """The 95 % regions, in the order of `placed`; empty for a single person, and where no spread is known."""
    surveys = [_survey_outline(placing, one) for one in people]
    return [*model_outlines(placing, scores), *surveys, *(NO_REGION for _ in persons)]


def _survey_outline(placing: Placing, profile: Profile) -> Floats:
    survey = cultures().get(profile.id)
    return survey_outline(placing, survey.means, survey.sds, survey.n) if survey else NO_REGION


def places_of(scores: Scores, people: Sequence[Profile], persons: Sequence[Profile]) -> list[Place]:
    """What each placed row is, in the order of `placed`."""
    models = [Place(model, model, "model", _fewest(scores, i)) for i, model in enumerate(scores.models)]
    groups = [Place(one.id, one.name, "culture", one.source.partition(". ")[0]) for one in people]
    return [*models, *groups, *(Place(one.id, one.name, "person", one.source) for one in persons)]


def _fewest(scores: Scores, i: int) -> str:
    """What stands under a model's place: n of the value with the fewest scenarios."""
    v = int(scores.n_items[i].argmin())
    answers = f"scored {scores.n_answers[i, v]:,} of {scores.n_asked[i, v]:,} answers"
    few = ": too few for a region" if scores.n_items[i, v] < MIN_ITEMS else ""
    return f"n = {scores.n_items[i, v]} scenarios, {answers}{few}"

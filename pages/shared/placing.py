"""Who is placed on the circle, and where."""

from collections.abc import Sequence
from typing import cast

from core.analysis.circle import Method, Placing, place
from core.analysis.scores import Scores
from core.charts.circle import Place
from core.errors import UserError
from core.runs.results import profile_rows
from core.values.profile import Profile


def placed(scores: Scores, people: Sequence[Profile], method: str) -> Placing:
    """Models first, then people, by one of core.charts.circle.METHODS; UserError with fewer than three that differ."""
    try:
        return place(profile_rows(scores, people), cast(Method, method))
    except ValueError as error:
        raise UserError(
            "This projection needs at least three that differ: choose people, or evaluate more models."
        ) from error


def places_of(scores: Scores, people: Sequence[Profile], persons: Sequence[Profile]) -> list[Place]:
    """What each placed row is, in the order of `placed`."""
    models = [
        Place(model, model, "model", f"n = {scores.n_items[i].min()} scenarios")
        for i, model in enumerate(scores.models)
    ]
    groups = [Place(one.id, one.name, "culture", one.source.partition(". ")[0]) for one in people]
    return [*models, *groups, *(Place(one.id, one.name, "person", one.source) for one in persons)]

"""A judge that reads its own answers likes them better than others do: whether a plan would let one."""

from core.errors import UserError
from core.runs.plan import JUDGE, Plan


def bare(name: str) -> str:
    """A model's name without the provider, and whoever passes it on, before it: "openrouter/openai/gpt-4o" is
    "gpt-4o"."""
    return name.strip().casefold().rpartition("/")[2]


def judged_by_itself(plan: Plan) -> str:
    """The model of a plan that its judge is, by the name after the provider's; "" for none."""
    if not plan.recogniser.startswith(JUDGE):
        return ""
    judge = bare(plan.recogniser.removeprefix(JUDGE))
    return next((spec.name for spec in plan.models if bare(spec.name) == judge), "")


def refuse_itself(plan: Plan, insisted: bool = False) -> None:
    """Raises UserError when a judge would read its own answers and nobody insisted on that."""
    model = judged_by_itself(plan)
    if model and not insisted:
        raise UserError(
            f"The judge would judge itself: {model} is among the models it reads, and judges favour their own answers. "
            "Choose another judge, or say that this one may judge itself."
        )

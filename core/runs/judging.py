"""A judge that reads its own answers likes them better than others do: whether a plan would let one."""

import re
from collections.abc import Iterable

from core.errors import UserError
from core.runs.plan import JUDGE


def bare(name: str) -> str:
    """A model's name without the provider, and whoever passes it on, before it: "openrouter/openai/gpt-4o" is
    "gpt-4o"."""
    return name.strip().casefold().rpartition("/")[2]


_FAMILIES = {
    "openai": r"(chat)?gpt|o\d",
    "anthropic": "claude",
    "google": "gemini|gemma|palm",
    "meta": r"(meta-)?llama",
    "mistral": r"\w*stral|mixtral",
    "alibaba": "qwen|qwq|qvq",
    "deepseek": "deepseek",
    "xai": "grok",
    "cohere": "command|aya|c4ai",
    "microsoft": "phi",
    "amazon": "nova|titan",
    "zhipu": "(chat)?glm",
    "moonshot": "kimi|moonshot",
    "huggingface": "smollm",
}
_FAMILY = {maker: re.compile(rf"(?:{names})(?![a-z])") for maker, names in _FAMILIES.items()}


def family(name: str) -> str:
    """Who made a model, as far as its name tells, else its bare name: judges favour their relatives too."""
    found = bare(name)
    return next((maker for maker, pattern in _FAMILY.items() if pattern.match(found)), found)


def judged_by_itself(recogniser: str, models: Iterable[str]) -> str:
    """The first of the models that the recogniser, as a plan names it, is: the same name after the provider's; "" for
    none."""
    if not recogniser.startswith(JUDGE):
        return ""
    judge = bare(recogniser.removeprefix(JUDGE))
    return next((model for model in models if bare(model) == judge), "")


def refuse_itself(recogniser: str, models: Iterable[str], insisted: bool = False) -> None:
    """Raises UserError when a judge would read its own answers and nobody insisted on that."""
    model = judged_by_itself(recogniser, models)
    if model and not insisted:
        raise UserError(
            f"The judge would judge itself: {model} is among the models it reads, and judges favour their own answers. "
            "Choose another judge, or say that this one may judge itself."
        )

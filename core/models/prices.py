"""LiteLLM's own price list, read as a file: importing LiteLLM takes seconds, its list milliseconds."""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

_FREE = ("embedded/", "simulated/")


@cache
def price_list() -> dict[str, dict[str, Any]]:
    """Every entry of the list by name; empty when the list is not where it used to be."""
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return {}
    path = Path(spec.origin).parent / "model_prices_and_context_window_backup.json"
    try:
        found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def price(name: str) -> tuple[float, float] | None:
    """Dollars a prompt token and an answer token of the model called `name`; None where no price is known."""
    if name.startswith(_FREE):
        return 0.0, 0.0
    entry = price_list().get(name) or price_list().get(name.partition("/")[2]) or {}
    prices = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    return None if None in prices else (float(prices[0] or 0), float(prices[1] or 0))


def cost(name: str, tokens_in: int | None, tokens_out: int | None) -> float | None:
    """Dollars by the price list; None where it has no price or the tokens are not known."""
    prices = price(name)
    if prices is None or tokens_in is None or tokens_out is None:
        return None
    return tokens_in * prices[0] + tokens_out * prices[1]

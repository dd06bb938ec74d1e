"""A made-up copy of the site's data: the published file names and forms, none of its figures or texts."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

SCHWARTZ = (
    *("Self-direction", "Stimulation", "Hedonism", "Achievement", "Power"),
    *("Security", "Tradition", "Conformity", "Benevolence", "Universalism"),
)


def scored(model: str, *scores: object) -> dict[str, Any]:
    """A row of Schwartz_scores.json."""
    return {"model": model, **dict(zip(SCHWARTZ, scores, strict=True))}


def file(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return json.dumps({"data": list(rows)}).encode()


def case(answer: str, highlight: object, **changes: Any) -> dict[str, Any]:
    """A row of Schwartz_cases.json."""
    row = {"model": "A", "value": "Power", "score": 1, "label": "high", "prompt": "What now?"}
    return row | {"answer": answer, "highlight": highlight} | changes

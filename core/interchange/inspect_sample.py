"""One answer as a sample of an Inspect log."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.interchange.source import Source, problem, short_id, stamp
from core.items.item import Item
from core.store import queries
from core.store.database import Store
from core.store.queries import RunHead

STOP_REASONS = {"truncated": "max_tokens", "filtered": "content_filter"}
KEPT = ("item_id", "variation", "outcome", "choice", "option_probs", "option_mass", "attempts", "error_kind")
SUMMARISED = (
    *("id", "epoch", "input", "choices", "target", "metadata"),
    *("model_usage", "completed_at", "total_time", "uuid"),
)
# A sample's id is also the name of a file within its log: no slash may lead out of the folder.
ESCAPES = str.maketrans({"%": "%25", "/": "%2F", "\\": "%5C"})

Cells = Mapping[str, Any]


@dataclass(frozen=True)
class Readings:
    """What recognisers made of answers: Score of Inspect by recogniser, by trial."""

    measure: str
    _found: Mapping[int, Mapping[str, list[Cells]]]

    @classmethod
    def load(cls, store: Store, head: RunHead, trials: Sequence[int]) -> "Readings":
        """The readings of these trials of a run."""
        found: dict[int, dict[str, list[Cells]]] = defaultdict(lambda: defaultdict(list))
        for row in queries.readings(store, head.run_id, trials).to_dict("records"):
            found[int(row["trial_id"])][row["recogniser"]].append({str(name): cell for name, cell in row.items()})
        return cls(head.measure, found)

    def scores(self, trial: int, text: str) -> dict[str, Any] | None:
        """Inspect's scores of one answer, None where nothing was read: a recogniser's `value` is the strength of every
        value, its `metadata` holds the stances, the words that show them, and notes."""
        read = self._found.get(trial)
        return {name: self._score(rows, text) for name, rows in read.items()} if read else None

    def _score(self, rows: Sequence[Cells], text: str) -> dict[str, Any]:
        return {
            "value": {row["value"]: float(row["strength"]) for row in rows},
            "metadata": {
                "measure": self.measure,
                "stance": {row["value"]: row["stance"] for row in rows},
                "evidence": {row["value"]: spans for row in rows if (spans := _spans(row["evidence"], text))},
                "note": {row["value"]: row["note"] for row in rows if row["note"]},
            },
        }


def _spans(evidence: str, text: str) -> list[dict[str, Any]]:
    return [
        {"start": start, "end": end, "weight": weight, "text": text[start:end]}
        for start, end, weight in json.loads(evidence or "[]")
    ]


def sample(run: Source, answer: Cells, readings: Readings, several: bool) -> dict[str, Any]:
    """Inspect's EvalSample of one row of core.store.queries.export. Its id is the item's, followed by "_" and the
    wording if the log has `several`. `target` is empty: no answer is the right one."""
    item = run.suite.by_id[answer["item_id"]]
    asked = _messages(run, item, answer)
    output = _output(answer)
    failed = answer["outcome"] == "error"
    said = [choice["message"] for choice in output["choices"]]
    trial = int(answer["trial_id"])
    return {
        "id": (f"{item.id}_{answer['variation']}" if several else item.id).translate(ESCAPES),
        "epoch": int(answer["epoch"]),
        "input": asked or item.text,
        "choices": [option.text for option in item.options] if answer["variation"].startswith("closed-") else None,
        "target": "",
        "messages": [*(asked or [_user(item.text)]), *said],
        "output": output,
        "scores": readings.scores(trial, answer["text"]),
        "metadata": _metadata(run, item, answer),
        "store": {},
        "events": [],
        "model_usage": {answer["model"]: usage([answer])},
        "completed_at": stamp(answer["arrived_at"].to_pydatetime()),
        "total_time": number(answer["latency_s"]),
        "uuid": short_id(answer["run_id"], str(trial)),
        "error": problem(output["error"]) if failed else None,
        "attachments": {},
    }


def summary(one: Cells) -> dict[str, Any]:
    """Inspect's EvalSampleSummary of a sample, without the metadata of its scores."""
    scores = {name: {"value": score["value"]} for name, score in (one["scores"] or {}).items()}
    return {key: one[key] for key in SUMMARISED} | {
        "scores": scores or None,
        "error": one["error"]["message"] if one["error"] else None,
        "completed": True,
        "message_count": len(one["messages"]),
    }


def _messages(run: Source, item: Item, answer: Cells) -> list[dict[str, Any]]:
    """The messages of the last call as they were asked, none where they are not known."""
    if not run.asked:
        return []
    steps = plain(answer["steps"])
    said = [step["said"] for step in json.loads(steps)] if isinstance(steps, str) else []
    request = run.method.request(item, answer["variation"], run.asking, said)
    return [{"role": message.role, "content": message.content, "source": "input"} for message in request.messages]


def _user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text, "source": "input"}


def _output(answer: Cells) -> dict[str, Any]:
    """Inspect's ModelOutput."""
    model, text = answer["model"], answer["text"]
    if answer["outcome"] == "error":
        return {"model": model, "choices": [], "completion": "", "error": str(answer["error"] or "The call failed.")}
    message = {"role": "assistant", "content": text, "source": "generate", "model": model}
    cut = "max_tokens" if answer["truncated"] else "stop"
    return {
        "model": model,
        "choices": [{"message": message, "stop_reason": STOP_REASONS.get(answer["outcome"], cut)}],
        "completion": text,
        "usage": usage([answer]),
        "time": number(answer["latency_s"]),
    }


def _metadata(run: Source, item: Item, answer: Cells) -> dict[str, Any]:
    kept = {key: cell for key in KEPT if (cell := plain(answer.get(key))) is not None}
    probs = kept.get("option_probs")
    known = kept | ({"option_probs": json.loads(probs)} if isinstance(probs, str) else {})
    about = {"scenario": item.text, "values_at_stake": list(item.values), "domain": item.domain, "region": item.region}
    return {"polycompass": known | about | {"prompt_known": run.asked}}


def usage(answers: Iterable[Cells]) -> dict[str, Any]:
    """Inspect's ModelUsage of some answers; the calls of a judge are none of the model's."""
    rows = list(answers)
    tokens_in, tokens_out = (sum(int(number(row[key]) or 0) for row in rows) for key in ("tokens_in", "tokens_out"))
    costs = [cost for row in rows if (cost := number(row["cost_usd"])) is not None]
    found = {"input_tokens": tokens_in, "output_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}
    return found | ({"total_cost": sum(costs)} if costs else {})


def number(cell: Any) -> float | None:
    """A figure of a frame, None for an empty cell."""
    return None if pd.isna(cell) else float(cell)


def plain(cell: Any) -> object:
    """A cell of a frame as JSON can say it: None for an empty one, Python's numbers for NumPy's."""
    return None if cell is None or pd.isna(cell) else cell.item() if hasattr(cell, "item") else cell

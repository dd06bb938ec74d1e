"""A run as logs of Inspect AI, one for every model: what Inspect calls an eval is one model's work on one task.

The format (version 2) is written after its published schema, https://inspect.aisi.org.uk/reference/inspect_ai.log.html
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from core.errors import UserError
from core.interchange.inspect_sample import Readings, sample, usage
from core.interchange.source import Source, own_version, problem, short_id, source, stamp
from core.store import queries
from core.store.database import Store

VERSION = 2
STATUS = {"running": "started", "done": "success", "incomplete": "success", "failed": "error"}
CANCELLED = "cancelled"


def logs(store: Store, run_id: str) -> list[dict[str, Any]]:
    """The run as EvalLogs, JSON-ready, by model. A log's `samples` are its model's answers in the suite's order.
    Raises UserError when there is no such run or no answer in it."""
    run = source(store, run_id)
    table = queries.export(store, run_id)
    if table.empty:
        raise UserError(f"The run {run_id} has no answers yet, so there is no log to write.")
    return [_log(store, run, str(model), answers.to_dict("records")) for model, answers in table.groupby("model")]


def _log(store: Store, run: Source, model: str, answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    trials = [int(answer["trial_id"]) for answer in answers]
    readings = Readings.load(store, run.head, trials)
    several = len({answer["variation"] for answer in answers}) > 1
    samples = [sample(run, answer, readings, several) for answer in answers]
    status = STATUS.get(run.head.state, CANCELLED)
    return {
        "version": VERSION,
        "status": status,
        "eval": _eval(run, model, samples),
        "plan": {"name": "plan", "steps": _steps(run), "config": run.config},
        "results": _results(run, samples),
        "stats": {
            "started_at": stamp(run.head.started_at),
            "completed_at": stamp(run.head.ended_at),
            "model_usage": {model: usage(answers)},
        },
        "error": problem(run.head.message or "The run failed.") if status == "error" else None,
        "invalidated": False,
        "samples": samples,
    }


def _eval(run: Source, model: str, samples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Inspect's EvalSpec."""
    head = run.head
    named = [spec for spec in run.plan.get("models", ()) if spec["name"] == model]
    return {
        "eval_id": short_id(head.run_id, model),
        "run_id": head.run_id,
        "created": stamp(head.created_at),
        "task": task(run),
        "task_id": short_id(head.run_id, model, "task"),
        "task_version": run.suite.hash,
        "task_display_name": head.name,
        "dataset": {
            "name": run.suite.name,
            "samples": len({one["id"] for one in samples}),
            "sample_ids": list(dict.fromkeys(one["id"] for one in samples)),
            "shuffled": False,
        },
        "model": model,
        "model_generate_config": run.config,
        "model_base_url": named[0].get("api_base") if named else None,
        "config": {"epochs": _epochs(samples), "fail_on_error": False},
        "packages": {"polycompass": own_version()},
        "metadata": _provenance(run),
        "scorers": [{"name": head.recogniser}] if head.recogniser else None,
    }


def _epochs(samples: Sequence[Mapping[str, Any]]) -> int | None:
    """How often every sample was asked, None where that differs: closed questions are asked once only."""
    counts = set(Counter(one["id"] for one in samples).values())
    return counts.pop() if len(counts) == 1 else None


def _provenance(run: Source) -> dict[str, Any]:
    head = run.head
    return {
        "source": "polycompass",
        "polycompass": own_version(),
        "run_id": head.run_id,
        "run_name": head.name,
        "kind": head.kind,
        "state": head.state,
        "plan_hash": hashlib.sha256(head.plan.encode()).hexdigest()[:12],
        "prompt_hash": run.plan.get("prompt_hash", ""),
        "suite_hash": head.suite_hash,
        "value_system": head.system,
        "recogniser": head.recogniser,
        "measure": head.measure,
        "versions": run.plan.get("versions", {}),
    }


def _steps(run: Source) -> list[dict[str, Any]]:
    if not run.plan.get("method"):
        return []
    given = {key: run.plan[key] for key in ("variations", "epochs", "probes") if key in run.plan}
    return [{"solver": f"polycompass/{run.plan['method']}", "params": given, "params_passed": given}]


def _results(run: Source, samples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The plain mean of every value's strength over the answers that were read, a score to Inspect."""
    scored = [one["scores"][run.head.recogniser]["value"] for one in samples if one["scores"]]
    values = list(dict.fromkeys(value for found in scored for value in found))
    return {
        "total_samples": len(samples),
        "completed_samples": sum(one["error"] is None for one in samples),
        "scores": [
            {
                "name": value,
                "scorer": run.head.recogniser,
                "scored_samples": len(scored),
                "unscored_samples": len(samples) - len(scored),
                "metrics": {"mean": {"name": "mean", "value": fmean(s[value] for s in scored if value in s)}},
                "metadata": {"measure": run.head.measure},
            }
            for value in values
        ],
    }


def task(run: Source) -> str:
    """The task's name: Inspect takes a slash in it for a package."""
    return "polycompass_" + "".join(char if char.isalnum() or char in "-_" else "-" for char in run.suite.id)

"""A model that is told to put one value first is found to: asked over HTTP, its words read, its standing fitted."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from servers import Answer, completion, serve

from core.analysis.expression import expression
from core.analysis.standing import EXPRESSED, standing
from core.methods.adaem.seeds import seed_suite
from core.models.base import ModelSpec
from core.models.simulated import simulation
from core.runs.evaluation import evaluation_plan
from core.runs.evolved_results import question_scores
from core.runs.manager import RunManager
from core.store.database import Store
from core.values.system import SCHWARTZ, system

VALUES = system(SCHWARTZ).ids
SUITE = seed_suite()
MODELS = tuple(f"hosted_vllm/m{n}" for n in range(5))
PRIMED = MODELS[2]
STRENGTH = 3.0  # what the priming adds to the log-odds of a value across the circle, at most


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[RunManager]:
    made = RunManager(Store(tmp_path / "store.duckdb"))
    yield made
    made.close()


def judgement(request: dict[str, Any]) -> Answer:
    """What a judge without fault reads: a value is supported where one of its sentences is said."""
    said = str(request["messages"][-1]["content"])
    readings = []
    for value in VALUES:
        quotes = [sentence for sentence in simulation().bank.support[value] if sentence in said]
        stance, intensity = ("supports", 2) if quotes else ("neutral", 0)
        evidence = [{"quote": quote, "polarity": "supports"} for quote in quotes]
        reading = {"value": value, "evidence": evidence, "rationale": "", "stance": stance}
        readings.append(reading | {"intensity": intensity, "confidence": "high"})
    return Answer(body=completion(json.dumps({"refusal": False, "readings": readings})))


def opinions(request: dict[str, Any], primed: int | None) -> Answer:
    """Three points, each in words for a value, drawn by the model's own priorities; neighbours on the circle share a
    priming, those across lose by it."""
    model = str(request["model"]).rpartition("/")[2]
    if model == "judge":
        return judgement(request)
    odds = np.random.default_rng(int(model[1:])).normal(0, 0.7, len(VALUES))
    if primed is not None and model == PRIMED.rpartition("/")[2]:
        odds += STRENGTH * np.cos(2 * np.pi * (np.arange(len(VALUES)) - primed) / len(VALUES))
    rng = random.Random(f"{model} {request['messages'][-1]['content']}")
    chosen = rng.choices(VALUES, np.exp(odds), k=3)
    points = [f"{n}. {rng.choice(simulation().bank.support[value])}" for n, value in enumerate(chosen, 1)]
    return Answer(body=completion("\n".join(["Stance: yes", "Key points:", *points])))


def rates(manager: RunManager, primed: int | None) -> np.ndarray:
    """Win rates (models x values) in one evaluation of the seeds."""
    with serve(lambda request: opinions(request, primed)) as server:
        specs = tuple(ModelSpec(name, server.address) for name in MODELS)
        run_id = manager.start(evaluation_plan(SUITE, specs, "judge:hosted_vllm/judge", server.address))
        assert manager.wait(run_id, 100)
    found = expression(question_scores(manager.store, [run_id]), VALUES)
    assert found.models == MODELS and (found.scored == len(SUITE.items)).all()
    return standing(found, EXPRESSED).mean


@pytest.mark.long
def test_a_primed_model_comes_first_on_its_value_and_falls_on_those_across(manager: RunManager) -> None:
    before = rates(manager, None)
    for value in ("tradition", "hedonism"):
        target = VALUES.index(value)
        after = rates(manager, target)
        place = MODELS.index(PRIMED)
        gain = after[place] - before[place]
        across = [(target + away) % len(VALUES) for away in (4, 5, 6)]
        assert gain[target] > 10 and after[:, target].argmax() == place
        assert (gain[across] < 0).all()
        others = np.delete(after - before, place, axis=0)
        assert others[:, target].mean() < 0 < others[:, across].mean(), "a relative score: what one gains others lose"

"""The pool of a search on the page: its items, another model on it, its wear, and the pairs that were covered."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from browsing import WAIT_S, figures, frame, manager, one, texts, visit

from core.methods.adaem.opinions import Opinions
from core.methods.adaem.panel import Answer
from core.methods.adaem.parts import Question
from core.methods.adaem.search import Settings
from core.methods.adaem.seeds import seeds
from core.models.base import ModelSpec
from core.runs.evaluation import evaluation_plan
from core.runs.evolved import evolved, keep_as_suite
from core.runs.limits import Limits
from core.runs.pool_drift import pool_drift
from core.runs.pool_runs import answerers, later_scores
from core.runs.pools import item_table, pool_of
from core.runs.search_plan import MemberSpec, SearchPlan, check_search
from core.runs.sitting import sitting_plan
from core.store import searches, sittings
from core.values.system import system

MEMBERS = tuple(f"openai/{name}" for name in "abcd")
SEARCH = "20261129-000000-000002"
SAID = Opinions("yes", ("one", "two", "three"), True)


def fill() -> None:
    """A finished search of twelve confirmed questions, by pairs, and a model that sat four of them."""
    settings = replace(Settings(), per_pair=1)
    members = tuple(MemberSpec(ModelSpec(name)) for name in MEMBERS)
    plan = check_search(SearchPlan("Pool", seeds()[:2], members, settings=settings))
    store = manager().store
    searches.create(store, SEARCH, plan.name, plan.to_json(), Limits().to_json())
    rng, rows = np.random.default_rng(0), []
    for place in range(12):
        text = f"Should case {place} be allowed?"
        rates = np.tile(np.linspace(0.2, 0.8, 4)[:: -1 if place == 5 else 1, None], (1, 10))
        wordings = (text, f"In your view, {text}")
        made = Question(f"q{place:05d}", seeds()[0].id, text, "explore", status="confirmed", across=0.1, p=0.01)
        made = replace(
            made, rates=rates, wordings=wordings, score=0.3, published=5.5, pair="self_direction+stimulation"
        )
        rows.append(searches.question_row(SEARCH, 1, made))
        for draw, wording in enumerate(wordings, 1):
            for member, row in zip(MEMBERS, rates, strict=True):
                shows = (rng.random((3, 10)) < row).astype(float)
                rows.append(searches.answer_row(SEARCH, Answer(member, wording, draw, "text", SAID, shows)))
    store.writer.put(rows)
    searches.SESSIONS.end(store, SEARCH, "done", "")
    sitting = sitting_plan(store, SEARCH, MemberSpec(ModelSpec("openai/new")), 0.03, drop_negative=False)
    sittings.create(store, "sit-1", SEARCH, sitting.to_json(), Limits().to_json())
    for step in range(1, 5):
        answer = Answer("openai/new", "", 1, "text", SAID, (rng.random((3, 10)) < 0.5).astype(float))
        store.writer.put([sittings.answer_row(SEARCH, "sit-1", f"q{step:05d}", step, answer)])
    sittings.SESSIONS.end(store, "sit-1", "stopped", "The limit of 4 calls was reached.")


def test_the_pool_is_measured_sat_and_watched_for_wear(empty_app: Path) -> None:
    fill()
    at = visit("evolve")
    shown = texts(at)
    items = frame(at, "question", "discrimination", "item_rest")
    assert len(items) == 12 and "item–rest is the correlation" in shown
    assert "Cronbach's alpha of whole profiles" in shown
    pairs = frame(at, "pair", "written", "best")
    assert len(pairs) == 45 and pairs["written"].sum() == 12 and "1 of 45 pairs" in shown
    assert "**4 of 12 questions asked, 8 saved.** The target is not reached." in shown
    assert "limit of 4 calls" in shown
    titles = [figure["layout"]["title"]["text"] for figure in figures(at)]
    assert any("Standard error of each value's score" in title for title in titles)
    assert any("estimated for the whole pool" in title for title in titles)
    assert "Two models that were not on the panel" in shown and len(frame(at, "answered", "informativeness")) == 1
    assert frame(at, "status", "published")["published"].tolist() == [5.5] * 12
    assert one(at.button, "Ask at most 12 questions").disabled


def test_models_that_ran_on_the_suite_are_answerers_of_the_pool(empty_app: Path) -> None:
    fill()
    store = manager().store
    pool = pool_of(store, SEARCH)
    assert later_scores(store, pool).shape == (0, 12, 10)
    suite = keep_as_suite(store, evolved(store, SEARCH), "Mine")
    specs = tuple(ModelSpec(f"simulated/{name}") for name in ("conserving", "self-enhancing"))
    run_id = manager().start(evaluation_plan(suite, specs))
    assert manager().wait(run_id, WAIT_S)
    found = {one.model: one.scores for one in answerers(store, pool)}
    means = {model: np.nanmean(scores, axis=0) for model, scores in found.items()}
    power = list(system(pool.system).ids).index("power")
    assert means["simulated/self-enhancing"][power] > means["simulated/conserving"][power]
    rows = item_table(pool, later_scores(store, pool))
    assert rows["models"].max() == 6 and item_table(pool)["models"].max() == 4
    newest = pool_drift(store, pool).cohorts[-1]
    assert newest.models == 3 and not newest.chosen_for  # two that ran, one that sat

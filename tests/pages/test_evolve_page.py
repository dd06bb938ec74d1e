"""Searches for telling questions: the form, a search that goes on, what it found, and what is done with it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from browsing import figures, frame, manager, one, press, texts, visit
from stores import IMAGE, SCRIPT

from core.methods.adaem.bandit import Arm
from core.methods.adaem.opinions import Opinions
from core.methods.adaem.panel import Answer
from core.methods.adaem.parts import Question
from core.methods.adaem.search import Pull
from core.methods.adaem.seeds import seeds
from core.models.base import ModelSpec
from core.runs.evolved import evolved, keep_as_suite, lineage
from core.runs.limits import Limits
from core.runs.search_plan import MemberSpec, SearchPlan, check_search, quick_plan
from core.store import queries, searches

RATES = np.array([[0.2] * 10, [0.2] * 9 + [0.8]])
HOSTILE = f"Should we trust {SCRIPT} {IMAGE}?"


def fill(plan: SearchPlan | None = None) -> str:
    """A finished search: two seeds, one pull with a confirmed question of hostile words and two that were dropped."""
    members = tuple(MemberSpec(ModelSpec(f"openai/{name}")) for name in ("a", "b"))
    plan = check_search(plan or SearchPlan("Mine", seeds()[:2], members))
    store, search_id = manager().store, "20261129-000000-000001"
    searches.create(store, search_id, plan.name, plan.to_json(), Limits().to_json())
    first, second = (
        Question(f"q0000{n}", seed.id, seed.text, "seed", score=0.1 * n, rates=RATES)
        for n, seed in enumerate(plan.seeds[:2], 1)
    )
    made = Question("q00003", first.topic, HOSTILE, "explore", "q00001", score=0.4, rates=RATES)
    dropped = Question("q00004", first.topic, "Why?", "refine", "q00003", "invalid", "It has 1 words.")
    pull = Pull(1, (Arm(first.topic, 1, 0.3), Arm(second.topic, 1, 0.1)), first.topic, (made, dropped), 0.4)
    rows = [searches.question_row(search_id, 0, question) for question in (first, second)]
    rows += searches.pull_rows(search_id, pull)
    rows.append(searches.question_row(search_id, 1, replace(made, status="confirmed", across=0.2, p=0.005)))
    for member, stance in (("openai/a", "yes"), ("openai/b", "")):
        points = (f"Point {IMAGE}",) if stance else ()
        shows = np.tile(np.linspace(0, 0.9, 10), (len(points), 1))
        opinions = Opinions(stance, points, bool(stance))  # type: ignore[arg-type]
        fault = "" if stance else "It gave no opinion."
        rows.append(searches.answer_row(search_id, Answer(member, HOSTILE, 0, SCRIPT, opinions, shows, fault)))
    store.writer.put(rows)
    searches.SESSIONS.end(store, search_id, "done", "")
    return search_id


def test_without_a_search_the_form_says_what_it_takes(empty_app: Path) -> None:
    at = visit("evolve")
    quick = quick_plan(seeds())
    assert f"{quick.answers_at_most:,} answers" in texts(at)
    assert "One model in several roles" in texts(at)
    assert one(at.button, "Start the search") is not None


def test_a_panel_of_ones_own_needs_two_models(empty_app: Path) -> None:
    at = visit("evolve")
    at.session_state["evolve_kind"] = "Models of my own choice"
    at.run()
    assert "two members or more" in texts(at)
    at.session_state["evolve_panel"] = ["openai/gpt-4o-mini", "mistral/mistral-small-latest"]
    at.run()
    assert not at.exception and "Begins with **24 of 72 questions**" in texts(at)


def test_what_a_search_found_is_shown_as_text_with_its_lineage_and_answers(empty_app: Path) -> None:
    fill()
    at = visit("evolve")
    shown = texts(at)
    assert "**1 of 1** told the panel apart" in shown and "up to 5%" in shown
    assert HOSTILE in texts(at) and f"Point {IMAGE}" in texts(at) and "It gave no opinion." in texts(at)
    titles = [figure["layout"]["title"]["text"] for figure in figures(at)]
    assert len(titles) == 3 and titles[0].startswith("How far questions told the panel apart")
    assert frame(at, "status", "across")["status"].tolist() == ["confirmed"]
    markdown = " ".join(element.value for element in at.markdown)
    assert IMAGE not in markdown and SCRIPT not in markdown


def test_confirmed_questions_become_a_suite_with_their_lineage(empty_app: Path) -> None:
    search_id = fill()
    found = evolved(manager().store, search_id)
    assert [question.id for question in lineage(found.questions, "q00004")] == ["q00001", "q00003", "q00004"]
    at = visit("evolve")
    press(at, "Keep what was confirmed as a suite")
    ((_, suite_id, name, count),) = queries.own_suites(manager().store)
    assert (suite_id, name, count) == (f"evolved-{search_id}", "Evolved: Mine", 1)
    suite = keep_as_suite(manager().store, found, "Again")
    (item,) = suite.items
    assert item.id.endswith("q00003") and item.values == ("universalism",) and item.domain == seeds()[0].category


def test_a_panel_of_one_model_is_said_to_be_one(empty_app: Path) -> None:
    fill(quick_plan(seeds()))
    assert "A persona panel of one model" in texts(visit("evolve"))


def test_a_search_is_deleted_with_all_it_wrote(empty_app: Path) -> None:
    search_id = fill()
    at = visit("evolve")
    press(at, "Delete for good")
    assert searches.heads(manager().store) == [] and searches.questions(manager().store, search_id) == []
    assert "at most" in texts(at)

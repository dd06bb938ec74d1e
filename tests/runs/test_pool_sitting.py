"""A new model sits the pool of a search, through the same lines as a run: budget, cache, stop and resume."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from servers import Answer as Said
from servers import completion, serve

from core.errors import UserError
from core.methods.adaem.opinions import Opinions
from core.methods.adaem.panel import Answer
from core.methods.adaem.parts import Question
from core.methods.adaem.seeds import seeds
from core.models.base import ModelSpec
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.pools import alphas, item_table, pool_of, profile_alpha, without_negative
from core.runs.search_plan import MemberSpec, SearchPlan, check_search
from core.runs.searching import Searches
from core.runs.sitting import course, sit, sit_on, sitting_plan
from core.store import ledger, searches, sittings
from core.store.database import Store

MEMBERS = tuple(f"openai/{name}" for name in "abcde")
SEARCH = "20261129-000000-000001"
QUESTIONS = 40
AGAINST = 7  # the place of a question to which models answer the other way round


def fill(store: Store, count: int = QUESTIONS) -> None:
    """A finished search whose confirmed questions five models answered in two wordings: the k-th model shows every
    value the more, the larger k, but on one question the less."""
    plan = check_search(SearchPlan("Pool", seeds()[:2], tuple(MemberSpec(ModelSpec(name)) for name in MEMBERS)))
    searches.create(store, SEARCH, plan.name, plan.to_json(), Limits().to_json())
    rng, rows = np.random.default_rng(0), []
    for place in range(count):
        text = f"Should case {place} be allowed?"
        level, slope = rng.normal(-0.8, 0.4), rng.uniform(0.3, 1.1) * (-1 if place == AGAINST else 1)
        rates = np.tile(1 / (1 + np.exp(-(level + slope * np.linspace(-1.5, 1.5, 5))))[:, None], (1, 10))
        wordings = (text, f"In your view, {text}")
        one = Question(f"q{place:05d}", seeds()[0].id, text, "explore", status="confirmed", across=0.1, p=0.01)
        one = Question(**vars(one) | {"rates": rates, "wordings": wordings})
        rows.append(searches.question_row(SEARCH, 1, one))
        for draw, wording in enumerate(wordings, 1):
            for member, row in zip(MEMBERS, rates, strict=True):
                shows = (rng.random((3, 10)) < row).astype(float)
                said = Opinions("yes", ("one", "two", "three"), True)
                rows.append(searches.answer_row(SEARCH, Answer(member, wording, draw, "text", said, shows)))
    store.writer.put(rows)
    searches.SESSIONS.end(store, SEARCH, "done", "")


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[RunManager]:
    made = RunManager(Store(tmp_path / "store.duckdb"))
    fill(made.store)
    yield made
    made.close()


def member(address: str) -> MemberSpec:
    return MemberSpec(ModelSpec("hosted_vllm/new", address))


SPOKE = completion("Stance: yes\nKey points:\n1. Faith: our church.\n2. Fun: wine and music.\n3. Law: obey the rules.")


def test_a_sitting_asks_until_the_target_and_says_what_it_saved(manager: RunManager) -> None:
    with serve(lambda _: Said(body=SPOKE)) as server:
        plan = sitting_plan(manager.store, SEARCH, member(server.address), 0.05)
        sitting_id = sit(manager, plan)
        assert manager.wait(sitting_id, 60)
        asked = server.count
        found = course(manager.store, sitting_id)
        assert (found.head.state, found.head.message) == ("done", "")
        assert found.reached and 0 < asked < len(plan.questions)
        assert found.profile.asked == asked and found.saved == len(plan.questions) - asked
        assert found.table["error"].max() <= 0.05 and (found.table["low"] <= found.table["score"]).all()
        assert len(found.steps) == 10 * asked and ledger.spent(manager.store, sitting_id)[0] == asked
        first, last = (found.steps[found.steps["step"] == step]["error"].mean() for step in (1, asked))
        assert last < first
        again = sit(manager, plan)  # the replies are stored: nothing is asked twice
        assert manager.wait(again, 60) and server.count == asked
        assert course(manager.store, again).table.equals(found.table)
    assert {head.sitting_id for head in sittings.heads(manager.store, SEARCH)} == {sitting_id, again}


def test_a_limit_ends_a_sitting_and_raising_it_goes_on(manager: RunManager) -> None:
    with serve(lambda _: Said(body=SPOKE)) as server:
        plan = sitting_plan(manager.store, SEARCH, member(server.address), 0.05)
        sitting_id = sit(manager, plan, Limits(max_calls=5))
        assert manager.wait(sitting_id, 60) and server.count == 5
        found = course(manager.store, sitting_id)
        assert found.head.state == "stopped" and "limit of 5 calls" in found.head.message
        assert found.profile.asked == 4 and not found.reached  # whole batches count
        sit_on(manager, sitting_id, Limits())
        assert manager.wait(sitting_id, 60)
    assert course(manager.store, sitting_id).reached


def test_refusals_are_counted_and_cost_no_truth(manager: RunManager) -> None:
    with serve(lambda _: Said(body=completion("I'm sorry, but I can't help with that."))) as server:
        plan = sitting_plan(manager.store, SEARCH, member(server.address), 0.05)
        sitting_id = sit(manager, plan)
        assert manager.wait(sitting_id, 60)
    found = course(manager.store, sitting_id)
    assert (found.profile.asked, found.profile.unanswered) == (0, len(plan.questions))
    assert not found.reached and found.saved == 0


def test_items_are_measured_and_the_one_against_the_others_is_dropped(manager: RunManager) -> None:
    pool = pool_of(manager.store, SEARCH)
    assert pool.shown.shape == (5, 2, QUESTIONS, 10) and np.all(pool.opinions == 3)
    table = item_table(pool)
    assert table.loc[AGAINST, "negative"] and table.loc[AGAINST, "discrimination"] < 0
    assert table["negative"].sum() <= QUESTIONS // 4
    kept = without_negative(pool)
    assert len(kept.questions) == QUESTIONS - table["negative"].sum()
    assert f"q{AGAINST:05d}" not in {question.id for question in kept.questions}
    assert alphas(pool)["alpha"].min() > 0.7 and profile_alpha(pool) > 0.8


def test_what_cannot_sit_is_refused(manager: RunManager) -> None:
    store = manager.store
    for model, target, said in (
        (MemberSpec(ModelSpec("openai/a")), 0.05, "sat on the panel"),
        (MemberSpec(ModelSpec("simulated/open")), 0.05, "cannot read"),
        (MemberSpec(ModelSpec("openai/z")), 0.7, "between 0 and 50 points"),
    ):
        with pytest.raises(UserError, match=said):
            sitting_plan(store, SEARCH, model, target)
    Searches(manager).delete(SEARCH)
    with pytest.raises(UserError, match="no search"):
        pool_of(store, SEARCH)

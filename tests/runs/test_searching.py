import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from servers import Answer, FaultyServer, completion, error, serve

from core.errors import UserError
from core.methods.adaem.search import Settings
from core.methods.adaem.seeds import seeds
from core.models.base import ModelSpec
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.search_plan import MemberSpec, SearchPlan, check_search, quick_plan, search_plan_from_json
from core.runs.searching import Searches
from core.store import ledger, searches
from core.store.database import Store

SETTINGS = Settings(arms=3, pulls=5, width=2, refinements=1, shortlist=3, wordings=2, permutations=19)
LIKES = {
    "a": "1. Faith: our church and the customs of our ancestors.\n2. Family: help your mother and your sisters.",
    "b": "1. Freedom: think for yourself, with your own ideas.\n2. Fun: enjoy parties, wine and good music.",
    "c": "1. Safety: crime and danger are kept away.\n2. Law: the rules must be obeyed by all.",
}


def plan(address: str, **changes: object) -> SearchPlan:
    members = [MemberSpec(ModelSpec(f"hosted_vllm/{name}", address)) for name in LIKES]
    made = SearchPlan("Test", seeds()[::9], tuple(members[:2]), tuple(members[2:]), SETTINGS)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[RunManager]:
    made = RunManager(Store(tmp_path / "store.duckdb"))
    yield made
    made.close()


def answering(delay_s: float = 0.0) -> AbstractContextManager[FaultyServer]:
    """A server whose three models each hold other values dear."""

    def script(request: dict[str, Any]) -> Answer:
        name = request["model"]
        return Answer(body=completion(f"Stance: yes\nKey points:\n{LIKES[name]}"), delay_s=delay_s)

    return serve(script)


def table(store: Store, search_id: str) -> list[str]:
    return [str(row) for row in searches.questions(store, search_id)]


def test_a_search_asks_scores_confirms_and_keeps_every_answer(manager: RunManager) -> None:
    work = Searches(manager)
    with answering() as server:
        search_id = work.start(plan(server.address))
        assert work.wait(search_id, 60)
        asked = server.count
    head = searches.head(manager.store, search_id)
    assert (head.state, head.message) == ("done", "")
    found = searches.questions(manager.store, search_id)
    assert {pull for pull, _ in found} == set(range(6)) and len(searches.pulls(manager.store, search_id)) == 5
    confirmed = [question for _, question in found if question.status in ("confirmed", "unconfirmed")]
    assert 1 <= len(confirmed) <= 3 and all(question.p >= 1 / 20 for question in confirmed)
    scored = [question for _, question in found if question.rates.size]
    assert scored and all(question.rates.shape[1] == 10 for question in scored)
    answers = searches.answers(manager.store, search_id, scored[0].text)
    assert {one.member for one in answers} >= {"hosted_vllm/a", "hosted_vllm/b"}
    assert {(one.stance, len(one.points), len(one.shows)) for one in answers} == {("yes", 2, 2)}
    assert asked <= plan("").answers_at_most and ledger.spent(manager.store, search_id)[0] == asked


def test_the_same_plan_finds_the_same_and_asks_nothing_again(manager: RunManager) -> None:
    work = Searches(manager)
    with answering() as server:
        first = work.start(plan(server.address))
        assert work.wait(first, 60)
        asked = server.count
        second = work.start(plan(server.address))
        assert work.wait(second, 60)
        assert server.count == asked
    assert table(manager.store, first) == table(manager.store, second)


def test_a_search_that_was_stopped_goes_on_where_it_was(manager: RunManager) -> None:
    work = Searches(manager)
    with answering(0.05) as server:
        whole = work.start(plan(server.address))
        assert work.wait(whole, 60)
        manager.cache.clear()
        before = server.count
        search_id = work.start(plan(server.address))
        while server.count < before + 8:
            time.sleep(0.01)
        work.stop(search_id)
        assert work.wait(search_id, 30)
        assert searches.head(manager.store, search_id).state == "stopped"
        work.resume(search_id, Limits())
        assert work.wait(search_id, 60)
        assert server.count - before == before
    assert searches.head(manager.store, search_id).state == "done"
    assert table(manager.store, search_id) == table(manager.store, whole)


def test_a_limit_is_hard_and_raising_it_goes_on(manager: RunManager) -> None:
    work = Searches(manager)
    with answering() as server:
        search_id = work.start(plan(server.address), Limits(max_calls=7))
        assert work.wait(search_id, 60) and server.count == 7
        head = searches.head(manager.store, search_id)
        assert head.state == "stopped" and "limit of 7 calls" in head.message
        work.resume(search_id, Limits())
        assert work.wait(search_id, 60)
    assert searches.head(manager.store, search_id).state == "done"


def test_a_panel_that_is_refused_ends_the_search_with_the_reason(manager: RunManager) -> None:
    work = Searches(manager)
    with serve(lambda _: error(401, "no such key")) as server:
        search_id = work.start(plan(server.address))
        assert work.wait(search_id, 60)
    head = searches.head(manager.store, search_id)
    assert head.state in ("incomplete", "failed") and head.message


def test_what_a_dead_process_left_running_is_marked(manager: RunManager) -> None:
    searches.create(manager.store, "s1", "Left", plan("http://127.0.0.1:1/v1").to_json(), Limits().to_json())
    work = Searches(manager)
    assert searches.head(manager.store, "s1").state == "interrupted" and not work.running("s1")
    work.delete("s1")
    assert searches.heads(manager.store) == []
    with pytest.raises(UserError, match="no search s1"):
        searches.head(manager.store, "s1")


def test_a_plan_comes_back_from_the_store_as_it_was() -> None:
    made = check_search(plan("http://127.0.0.1:1/v1", author=ModelSpec("openai/gpt-4o-mini")))
    assert search_plan_from_json(made.to_json()) == made
    assert quick_plan(seeds()).personas and not made.personas


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"panel": ()}, "two members"),
        ({"further": (MemberSpec(ModelSpec("hosted_vllm/a", "http://127.0.0.1:1/v1")),)}, "on the panels twice"),
        ({"panel": tuple(MemberSpec(ModelSpec("openai/x"), role) for role in ("plain", "pirate"))}, "no role 'pirate'"),
        ({"panel": tuple(MemberSpec(ModelSpec(f"simulated/{n}")) for n in ("even", "open"))}, "cannot read"),
        ({"seeds": seeds()[:1]}, "two questions"),
        ({"system": "nobody"}, "no value system 'nobody'"),
        ({"system": "moral_foundations"}, "Offline only"),
        ({"recogniser": "judge: "}, "Somebody must read"),
        ({"settings": replace(SETTINGS, wordings=1)}, "wordings must lie between 2 and 10"),
        ({"settings": replace(SETTINGS, level=1.0)}, "level of confirmation"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        check_search(plan("http://127.0.0.1:1/v1", **change))

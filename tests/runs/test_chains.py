"""Trials of several calls, and values read in choices by the method itself."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from builders import suite

from core.items.item import Item
from core.methods.base import Asking, Reading, Scale
from core.models.base import Message, Model, ModelError, ModelSpec, Reply, Request
from core.recognition.base import Recognition
from core.runs.execute import Ending, Job, execute
from core.runs.plan import Plan
from core.store import records
from core.store.database import Store
from core.store.replies import ReplyCache


@dataclass(frozen=True)
class Induced:
    """Asks for a role, then for a goal in that role, then the question; picks are read as benevolence."""

    id: str = "value_compass"
    name: str = "Induced"
    prompt_hash: str = "1"
    free: bool = False
    scale: Scale | None = field(default_factory=lambda: Scale("induced@1", "stance", "schwartz"))
    variations: tuple[str, ...] = ("natural", "goal")
    usual: tuple[str, ...] = ("natural",)
    probes: tuple[str, ...] = ()

    def calls(self, variation: str) -> int:
        return 3 if variation == "goal" else 1

    def request(self, item: Item, variation: str, asking: Asking, said: Sequence[str] = ()) -> Request:
        questions = ["Which role?", f"Goal as {said[0]}?" if said else "", item.text]
        asked = item.text if variation == "natural" else questions[len(said)]
        return Request((Message("system", " | ".join(said)), Message("user", asked)), seed=asking.seed)

    def read(self, item: Item, variation: str, reply: Reply) -> Reading:
        if reply.text not in ("1", "2"):
            return Reading("unparsed", False)
        strength = 1.0 if reply.text == "1" else -1.0
        return Reading("ok", False, reply.text, values=(Recognition("benevolence", "supports", strength),))


@dataclass
class Player:
    """Plays a role; `script` may answer otherwise."""

    script: Callable[[Request], str | None] = lambda request: None
    name: str = "lab/player"
    concurrency: int = 4
    asked: list[tuple[int, str]] = field(default_factory=list)

    async def complete(self, request: Request) -> Reply:
        question = request.messages[-1].content
        self.asked.append((request.seed, question))
        await asyncio.sleep(0.01)
        given = self.script(request)
        usual = {"Which role?": f"a monk, {request.seed}", f"Goal as a monk, {request.seed}?": "peace"}
        return Reply(usual.get(question, "1") if given is None else given)


def job(store: Store, model: Model, cache: ReplyCache | None = None, **changes: object) -> Job:
    of = suite(4)
    plan = Plan("p", of, (ModelSpec(model.name),), ("goal",), 2, 0, "")
    plan = replace(plan, **changes)  # type: ignore[arg-type]
    if not store.rows("SELECT 1 FROM runs WHERE run_id = 'r1'"):
        run = records.NewRun("r1", "p", "run", plan.to_json(), "induced@1", "stance", plan.size)
        records.create_run(store, run, of)
    return Job("r1", plan, Induced(), (model,), None, lambda: False, cache=cache)


def carry_out(store: Store, work: Job) -> Ending:
    return asyncio.run(execute(work, store))


def test_each_call_builds_on_the_earlier_replies_and_equal_ones_are_made_once(store: Store) -> None:
    model = Player()
    assert carry_out(store, job(store, model)) == Ending("done")
    earlier = [asked for asked in model.asked if not asked[1].startswith("Situation")]
    assert sorted(earlier) == [(s, q) for s in (0, 1) for q in (f"Goal as a monk, {s}?", "Which role?")]
    assert len(model.asked) == 4 + 2 * 4
    rows = store.rows("SELECT epoch, steps, text, outcome FROM responses")
    assert len(rows) == 8
    for epoch, steps, text, outcome in rows:
        role = f"a monk, {epoch - 1}"
        said = [{"asked": "Which role?", "said": role}, {"asked": f"Goal as {role}?", "said": "peace"}]
        assert (json.loads(steps), text, outcome) == (said, "1", "ok")


def test_choices_are_kept_as_recognitions_by_the_methods_scale(store: Store) -> None:
    def script(request: Request) -> str | None:
        return {"Situation 2: what now?": "2", "Situation 3: what now?": "neither"}.get(request.messages[-1].content)

    carry_out(store, job(store, Player(script), variations=("natural",), epochs=1))
    found = store.rows("SELECT item_id, recogniser, value, strength FROM recognitions ORDER BY item_id")
    assert found == [(i, "induced@1", "benevolence", s) for i, s in (("i1", 1.0), ("i2", -1.0), ("i4", 1.0))]
    assert store.rows("SELECT item_id, outcome, steps FROM responses WHERE outcome <> 'ok'") == [
        ("i3", "unparsed", None)
    ]


@pytest.mark.parametrize(
    ("said", "outcome"), [("I'm sorry, but I can't help with that.", "refused"), (" ", "unparsed")]
)
def test_a_chain_that_breaks_off_ends_as_its_last_reply_did(store: Store, said: str, outcome: str) -> None:
    model = Player(lambda request: said if "Goal" in request.messages[-1].content else None)
    carry_out(store, job(store, model, epochs=1))
    assert store.rows("SELECT outcome, text, json_array_length(steps) FROM responses") == [(outcome, said, 1)] * 4
    assert not [asked for _, asked in model.asked if asked.startswith("Situation")]
    assert store.rows("SELECT count(*) FROM recognitions") == [(0,)]


def test_a_failed_earlier_call_fails_its_trials_and_is_made_again_on_resuming(store: Store) -> None:
    class Broken(Player):
        async def complete(self, request: Request) -> Reply:
            raise ModelError("No such model.", "not_found")

    assert carry_out(store, job(store, Broken(), epochs=1)).state == "incomplete"
    assert store.rows("SELECT DISTINCT outcome, error_kind FROM responses") == [("error", "not_found")]
    assert carry_out(store, job(store, Player(), epochs=1)) == Ending("done")
    assert store.rows("SELECT outcome, count(*) FROM responses GROUP BY ALL") == [("ok", 4)]


def test_stored_replies_serve_a_whole_chain(store: Store) -> None:
    cache = ReplyCache(store)
    carry_out(store, job(store, Player(), cache, epochs=1))
    store.writer.run(lambda con: con.execute("DELETE FROM responses"))
    again = Player()
    assert carry_out(store, job(store, again, cache, epochs=1)) == Ending("done")
    assert again.asked == []
    assert store.rows("SELECT DISTINCT cached, text FROM responses") == [(True, "1")]

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from builders import suite
from servers import error, says, serve

from core.methods.value_compass import ValueCompass
from core.models.base import Model, ModelError, ModelSpec, Reply, Request
from core.models.litellm_model import LiteLLMModel
from core.models.simulated import SimulatedModel
from core.recognition.base import Measure, Recognition, Verdict
from core.runs.execute import Ending, Job, execute
from core.runs.lines import ATTEMPTS, GIVE_UP_AFTER
from core.runs.plan import Plan
from core.store import queries, records
from core.store.database import Store
from core.values.system import ValueSystem, system


@dataclass
class Scripted:
    """Answers as `script` says, which is given the number of the call from 1."""

    name: str
    script: Callable[[int, Request], Reply]
    concurrency: int = 4
    calls: int = 0

    async def complete(self, request: Request) -> Reply:
        self.calls += 1
        number = self.calls
        await asyncio.sleep(0)
        return self.script(number, request)


@dataclass
class Reader:
    """Finds power in every answer; `broken` makes it fail as a judge that is down does."""

    id: str = "reader@1"
    measure: Measure = "presence"
    broken: bool = False
    read: list[str] = field(default_factory=list)

    @property
    def system(self) -> ValueSystem:
        return system("schwartz")

    async def recognise(self, question: str, answer: str) -> Verdict:
        self.read.append(answer)
        if self.broken:
            raise ModelError("The judge has no key.", "authentication")
        return Verdict("ok", tuple(Recognition(value, "present", 0.5) for value in ("power", "security")))


def says_always(text: str) -> Callable[[int, Request], Reply]:
    return lambda number, request: Reply(text)


def fails(kind: str, retry_after: float | None = None) -> Callable[[int, Request], Reply]:
    def script(number: int, request: Request) -> Reply:
        raise ModelError(f"{kind} it is.", kind, retry_after)  # type: ignore[arg-type]

    return script


def job(store: Store, models: Sequence[Model], items: int = 5, reader: Reader | None = None, **changes: object) -> Job:
    of = suite(items)
    plan = replace(Plan("p", of, tuple(ModelSpec(m.name) for m in models), probes=0, recogniser=""), **changes)  # type: ignore[arg-type]
    if not store.rows("SELECT 1 FROM runs WHERE run_id = 'r1'"):
        records.create_run(store, records.NewRun("r1", "p", "run", plan.to_json(), "", "", plan.size), of)
    return Job("r1", plan, ValueCompass(), tuple(models), reader, lambda: False)


def carry_out(store: Store, work: Job) -> Ending:
    return asyncio.run(execute(work, store))


def counts(store: Store, model: str) -> dict[str, int]:
    sql = "SELECT outcome, count(*) FROM responses WHERE model = ? GROUP BY ALL"
    return {row[0]: row[1] for row in store.rows(sql, [model])}


def assert_read_once(store: Store, answers: int, values: int = 2) -> None:
    sql = "SELECT count(*), count(DISTINCT (run_id, trial_id, value)) FROM recognitions"
    assert store.rows(sql) == [(answers * values, answers * values)]
    assert store.rows("SELECT count(*) FILTER (status = 'ok') FROM recognised") == [(answers,)]


def test_a_run_has_exactly_the_planned_trials(store: Store) -> None:
    models = [SimulatedModel("simulated/even"), SimulatedModel("simulated/open")]
    work = job(store, models, 20, Reader(), epochs=2, variations=("open-1", "open-2"), probes=3)
    assert carry_out(store, work) == Ending("done")
    stored = store.rows("SELECT model, trial_id FROM responses")
    planned = [(spec.name, trial.id) for spec in work.plan.models for trial in work.plan.trials(spec.name)]
    assert sorted(stored) == sorted(planned) and len(planned) == work.plan.size == 2 * (20 * 4 + 6)
    closed = queries.closed_answers(store, ["r1"])
    assert len(closed) == 12 and set(closed.choice) <= {"power", "benevolence"} and closed.option_probs.notna().all()
    assert_read_once(store, 160)


def test_outcomes_are_stored_apart(store: Store) -> None:
    replies = {
        1: Reply("Help her.", finish="length", tokens_in=3, tokens_out=4, latency_s=0.5, cost_usd=0.25),
        2: Reply("I'm sorry, but I can't help with that."),
        3: Reply("  "),
        4: Reply("", finish="filtered"),
    }

    def script(number: int, request: Request) -> Reply:
        if number > 4:
            raise ModelError("Blocked.", "filtered" if number == 5 else "bad_request")
        return replies[number]

    reader = Reader()
    ending = carry_out(store, job(store, [Scripted("m", script)], 6, reader))
    assert ending.state == "incomplete"
    assert "1 calls failed" in ending.message
    assert counts(store, "m") == {"truncated": 1, "refused": 1, "unparsed": 1, "filtered": 2, "error": 1}
    assert reader.read == ["Help her."]
    row = store.rows("SELECT truncated, tokens_in, tokens_out, latency_s, cost_usd FROM responses WHERE truncated")
    assert row == [(True, 3, 4, 0.5, 0.25)]
    assert store.rows("SELECT error_kind, error FROM responses WHERE outcome = 'error'") == [
        ("bad_request", "Blocked.")
    ]


def test_a_model_with_a_wrong_key_is_left_and_the_others_go_on(store: Store) -> None:
    bad, good = Scripted("bad", fails("authentication")), Scripted("good", says_always("Help her."))
    ending = carry_out(store, job(store, [bad, good], 60))
    assert ending.state == "failed"
    assert ending.message.startswith("bad was left after") and "authentication it is." in ending.message
    assert GIVE_UP_AFTER <= bad.calls < GIVE_UP_AFTER + bad.concurrency
    assert counts(store, "good") == {"ok": 60} and counts(store, "bad") == {"error": bad.calls}


def test_scattered_failures_and_filters_do_not_end_a_model(store: Store) -> None:
    def scattered(number: int, request: Request) -> Reply:
        if number % 3:
            raise ModelError("Too long.", "bad_request")
        return Reply("Help her.")

    models = [Scripted("scattered", scattered, concurrency=1), Scripted("filtered", fails("filtered"))]
    assert carry_out(store, job(store, models, 60)).state == "incomplete"
    assert counts(store, "scattered") == {"ok": 20, "error": 40}
    assert counts(store, "filtered") == {"filtered": 60}


def test_a_failure_that_may_pass_is_tried_again_after_the_wait_asked_for(store: Store) -> None:
    def script(number: int, request: Request) -> Reply:
        if number < 3:
            raise ModelError("Busy.", "rate_limit", 0.3)
        return Reply("Help her.")

    started = time.monotonic()
    assert carry_out(store, job(store, [Scripted("m", script)], 1)) == Ending("done")
    assert time.monotonic() - started >= 0.6
    assert store.rows("SELECT outcome, attempts, error FROM responses") == [("ok", 3, None)]


def test_attempts_are_limited(store: Store) -> None:
    model = Scripted("m", fails("server", 0.0))
    assert carry_out(store, job(store, [model], 2)).state == "incomplete"
    assert model.calls == 2 * ATTEMPTS
    assert store.rows("SELECT DISTINCT outcome, attempts, error_kind FROM responses") == [("error", ATTEMPTS, "server")]


def test_a_provider_that_asks_to_wait_for_hours_is_left(store: Store) -> None:
    started = time.monotonic()
    ending = carry_out(store, job(store, [Scripted("m", fails("rate_limit", 7200.0))], 1))
    assert ending == Ending("incomplete", "m asks to wait 120 minutes. Resume then.")
    assert time.monotonic() - started < 5


def test_stopping_does_not_wait_for_a_retry(store: Store) -> None:
    model = Scripted("m", fails("rate_limit", 30.0))
    started = time.monotonic()
    work = replace(job(store, [model], 9), stop=lambda: time.monotonic() - started > 0.5)
    assert carry_out(store, work) == Ending("stopped")
    assert time.monotonic() - started < 5 and model.calls == model.concurrency


def test_resuming_asks_only_what_is_missing(store: Store) -> None:
    first = Scripted("m", says_always("Help her."), concurrency=3)
    work = job(store, [first], 40, Reader())
    assert carry_out(store, replace(work, stop=lambda: first.calls >= 10)) == Ending("stopped")
    assert 10 <= first.calls <= 12 and counts(store, "m") == {"ok": first.calls}
    second = Scripted("m", says_always("Help her."))
    assert carry_out(store, replace(work, models=(second,))) == Ending("done")
    assert second.calls == 40 - first.calls and counts(store, "m") == {"ok": 40}
    third = Scripted("m", says_always("Help her."))
    carry_out(store, replace(work, models=(third,)))
    assert third.calls == 0
    assert_read_once(store, 40)


def test_only_errors_are_asked_again(store: Store) -> None:
    texts = ["Help her.", "", "I'm sorry, but I can't help with that."]

    def script(number: int, request: Request) -> Reply:
        if number > 3:
            raise ModelError("Wrong.", "bad_request")
        return Reply(texts[number - 1])

    work = job(store, [Scripted("m", script)], 5)
    carry_out(store, work)
    again = Scripted("m", says_always("Now it works."))
    assert carry_out(store, replace(work, models=(again,))) == Ending("done")
    assert again.calls == 2 and counts(store, "m") == {"ok": 3, "unparsed": 1, "refused": 1}
    assert store.rows("SELECT count(*) FROM responses WHERE error IS NOT NULL") == [(0,)]


def test_unread_answers_are_read_again_without_asking(store: Store) -> None:
    model = Scripted("m", says_always("Help her."))
    work = job(store, [model], 5, Reader(broken=True))
    store.writer.run(lambda con: con.execute("UPDATE runs SET recogniser = 'reader@1'"))
    assert carry_out(store, work).state == "incomplete"
    assert store.rows("SELECT DISTINCT status, message FROM recognised") == [("error", "The judge has no key.")]
    assert queries.progress(store, "r1")[["ok", "read", "unreadable"]].values.tolist() == [[5, 0, 5]]
    reader = Reader()
    carry_out(store, replace(work, recogniser=reader))
    assert (model.calls, len(reader.read)) == (5, 5)
    assert_read_once(store, 5)
    carry_out(store, replace(work, recogniser=reader))
    assert len(reader.read) == 5


def test_rows_that_still_wait_are_not_asked_for(store: Store) -> None:
    work = job(store, [model := Scripted("m", says_always("Help her."))], 5, reader := Reader())
    rows = [
        records.ResponseRow("r1", trial.id, "m", trial.item, trial.variation, 1, "ok", "Waiting.")
        for trial in work.plan.trials("m")
    ]
    store.writer.put([records.response(row) for row in rows])
    carry_out(store, work)
    assert model.calls == 0 and reader.read == ["Waiting."] * 5


def test_a_store_that_cannot_be_written_ends_the_run(store: Store) -> None:
    model = Scripted("m", says_always("Help her."))
    work = job(store, [model], 5)
    store.writer.put([("no_such_table", {"a": 1})])
    assert carry_out(store, work).state == "failed"
    assert model.calls == 0


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdefSECRET")


@pytest.mark.slow
def test_a_served_model_that_is_busy_at_first(store: Store, key: None) -> None:
    answers = [error(429, "Rate limit reached", Retry_After="1"), error(500, "Oops", "server_error"), says("Help her.")]
    with serve(answers) as server:
        model = LiteLLMModel(ModelSpec("openai/m", server.address), concurrency=1)
        started = time.monotonic()
        assert carry_out(store, job(store, [model], 4, Reader())) == Ending("done")
        assert server.count == 6 and time.monotonic() - started >= 1.0
    assert store.rows("SELECT sum(attempts), sum(tokens_in) FROM responses") == [(6, 44)]
    assert counts(store, "openai/m") == {"ok": 4}
    assert_read_once(store, 4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "behaviour, outcome, kind",
    [
        *[("filtered", "filtered", None), ("blocked", "filtered", "filtered"), ("null", "unparsed", None)],
        *[
            ("surrogate", "ok", None),
            ("nul", "ok", None),
            ("megabyte", "ok", None),
            ("not_found", "error", "not_found"),
        ],
    ],
)
def test_a_served_model_that_answers_oddly(
    store: Store, key: None, behaviour: str, outcome: str, kind: str | None
) -> None:
    with serve(behaviour) as server:
        model = LiteLLMModel(ModelSpec("openai/m", server.address))
        assert carry_out(store, job(store, [model], 3)).state == ("incomplete" if outcome == "error" else "done")
        assert server.count == 3
    assert store.rows("SELECT outcome, error_kind, count(*) FROM responses GROUP BY ALL") == [(outcome, kind, 3)]


@pytest.mark.slow
def test_a_served_model_with_a_wrong_key_is_left(store: Store, key: None) -> None:
    with serve("unauthorized") as server, serve("echo") as other:
        bad = LiteLLMModel(ModelSpec("openai/bad", server.address), concurrency=4)
        good = LiteLLMModel(ModelSpec("openai/good", other.address), concurrency=4)
        ending = carry_out(store, job(store, [bad, good], 30))
        assert GIVE_UP_AFTER <= server.count < GIVE_UP_AFTER + 4 and other.count == 30
    assert ending.state == "failed" and "SECRET" not in ending.message
    assert store.rows("SELECT count(*) FROM responses WHERE error LIKE '%SECRET%'") == [(0,)]


def test_every_epoch_is_another_draw(store: Store) -> None:
    seeds: list[int] = []

    def script(number: int, request: Request) -> Reply:
        seeds.append(request.seed)
        return Reply("Help her.")

    work = job(store, [Scripted("m", script)], 1)
    work = replace(work, plan=replace(work.plan, epochs=3, asking=replace(work.plan.asking, seed=7)))
    carry_out(store, work)
    assert sorted(seeds) == [7, 8, 9]

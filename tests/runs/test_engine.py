"""The engine as a whole: stored replies, budgets, the bill, providers that are busy or down."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest
from builders import suite, until
from servers import Answer, FaultyServer, completion, error, serve

from core.errors import UserError
from core.methods.base import Asking
from core.models.base import Message, ModelSpec, Request
from core.runs import lines
from core.runs.estimate import estimate
from core.runs.limits import Limits
from core.runs.manager import RunManager, load_plan, stored_limits
from core.runs.plan import Plan
from core.store import ledger, queries
from core.store.database import Store
from core.store.replies import key_of


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with serve("echo") as running:
        yield running


def plan(server: FaultyServer, items: int = 10, name: str = "openai/gpt-4o-mini", **changes: Any) -> Plan:
    spec = ModelSpec(name, server.address)
    return Plan(**({"name": "p", "suite": suite(items), "models": (spec,), "probes": 0, "recogniser": ""} | changes))


def carry_out(manager: RunManager, asked: Plan, limits: Limits | None = None) -> str:
    run_id = manager.start(asked, limits)
    assert manager.wait(run_id, 60)
    return run_id


def outcomes(store: Store, run_id: str) -> dict[str, int]:
    return dict(store.rows("SELECT outcome, count(*) FROM responses WHERE run_id = ? GROUP BY ALL", [run_id]))


def state(manager: RunManager, run_id: str) -> str:
    return queries.run(manager.store, run_id).state


def test_a_repeated_run_calls_nobody_and_has_the_same_answers(manager: RunManager, server: FaultyServer) -> None:
    first = carry_out(manager, plan(server, 30, probes=2))
    assert server.count == 34
    second = carry_out(manager, plan(server, 30, probes=2))
    assert server.count == 34 and outcomes(manager.store, second) == outcomes(manager.store, first)
    texts = "SELECT trial_id, text, choice, option_probs, truncated FROM responses WHERE run_id = ? ORDER BY ALL"
    assert manager.store.rows(texts, [first]) == manager.store.rows(texts, [second])
    paid = manager.store.rows("SELECT sum(cost_usd), bool_and(cached) FROM responses WHERE run_id = ?", [second])
    assert paid == [(0.0, True)]
    assert ledger.spent(manager.store, second)[:3] == (0, 0, 0.0)
    assert ledger.spending(manager.store, second).iloc[0]["cached"] == 34


def test_stored_replies_outlive_the_process(manager: RunManager, server: FaultyServer) -> None:
    carry_out(manager, plan(server))
    other = RunManager(manager.store)  # its memory of what is stored is its own
    carry_out(other, plan(server))
    assert server.count == 10


def test_a_fork_pays_only_for_what_is_new(manager: RunManager, server: FaultyServer) -> None:
    carry_out(manager, plan(server))
    carry_out(manager, plan(server, 12, epochs=2, variations=("open-1", "open-2")))
    assert server.count == 10 + (12 * 2 * 2 - 10)


@pytest.mark.parametrize(
    "change",
    [
        {"asking": Asking(max_tokens=99)},
        {"asking": Asking(temperature=1.0)},
        {"asking": Asking(seed=5)},
        {"models": "openai/gpt-4o"},
    ],
)
def test_another_parameter_is_another_call(manager: RunManager, server: FaultyServer, change: dict[str, Any]) -> None:
    carry_out(manager, plan(server))
    if "models" in change:
        change = {"models": (ModelSpec(change["models"], server.address),)}
    carry_out(manager, plan(server, **change))
    assert server.count == 20


def test_another_endpoint_is_another_call(manager: RunManager, server: FaultyServer) -> None:
    carry_out(manager, plan(server))
    with serve("echo") as other:
        carry_out(manager, plan(other))
        assert other.count == 10


@pytest.mark.parametrize("via", ["", "litellm"])
def test_another_endpoint_in_the_environment_is_another_call_of_another_provider(
    manager: RunManager, server: FaultyServer, monkeypatch: pytest.MonkeyPatch, via: Literal["", "litellm"]
) -> None:
    spec = ModelSpec("hosted_vllm/m", via=via)
    monkeypatch.setenv("HOSTED_VLLM_API_BASE", server.address)
    carry_out(manager, plan(server, models=(spec,)))
    with serve("echo") as other:
        monkeypatch.setenv("HOSTED_VLLM_API_BASE", other.address)
        carry_out(manager, plan(server, models=(spec,)))
        assert (server.count, other.count) == (10, 10)
    monkeypatch.setenv("HOSTED_VLLM_API_BASE", server.address)
    carry_out(manager, plan(server, models=(spec,)))
    assert server.count == 10


def test_a_provider_elsewhere_is_another_and_its_address_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    providers, spec = lines.Providers(), ModelSpec("anthropic/m")
    monkeypatch.delenv("ANTHROPIC_API_BASE", raising=False)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
    own = providers.of(spec, Limits())
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://me:pa55word@x.org")
    elsewhere = providers.of(spec, Limits())
    assert elsewhere is not own and elsewhere.breaker is not own.breaker
    assert elsewhere.name == own.name == "anthropic"


def test_the_key_of_a_call_to_the_providers_own_address_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or all replies that are stored would be lost."""
    monkeypatch.setenv("OPENAI_BASE_URL", "https://api.openai.com/v1")
    request = Request((Message("user", "Hello."),), max_tokens=9)
    assert key_of(ModelSpec("openai/gpt-4o"), request).digest == "472cafe0b85438d93845a94c823c9d34"
    assert key_of(ModelSpec("openai/gpt-4o", "http://box/v1/"), request).digest == "38d2b998c6ca6637e5108c8eb0716aaf"


def test_stored_replies_can_be_bypassed_and_cleared(manager: RunManager, server: FaultyServer) -> None:
    carry_out(manager, plan(server))
    carry_out(manager, plan(server), Limits(cache=False))
    assert server.count == 20
    assert manager.cache.clear() == 10 and manager.cache.size() == 0
    carry_out(manager, plan(server))
    assert server.count == 30


@pytest.mark.parametrize("behaviour", ["filtered", "null", "not_found"])
def test_failures_and_empty_replies_are_never_stored(manager: RunManager, behaviour: str) -> None:
    with serve(behaviour) as server:
        carry_out(manager, plan(server, 3))
        carry_out(manager, plan(server, 3))
        assert server.count == 6 and manager.cache.size() == 0


def judged(server: FaultyServer, judge: FaultyServer, items: int) -> Plan:
    return plan(server, items, recogniser="judge:openai/gpt-4o", judge_base=judge.address)


def test_a_judge_is_paid_once_as_well_and_has_its_own_line_in_the_bill(
    manager: RunManager, server: FaultyServer
) -> None:
    neutral = '{"refusal": false, "passages": [], "values": []}'
    with serve([Answer(body=completion(neutral))]) as judge:
        first = carry_out(manager, judged(server, judge, 4))
        asked = judge.count
        assert asked >= 4
        bill = ledger.spending(manager.store, first).set_index("role")
        assert bill.loc["model", "calls"] == 4 and bill.loc["judge", "calls"] == asked
        assert bill.loc["judge", "cost_usd"] > 0
        carry_out(manager, judged(server, judge, 4))
        assert (server.count, judge.count) == (4, asked)


def test_a_limit_on_calls_is_hard_and_raising_it_goes_on(manager: RunManager, server: FaultyServer) -> None:
    run_id = carry_out(manager, plan(server, 30), Limits(at_once=8, max_calls=11))
    assert server.count == 11 and state(manager, run_id) == "stopped"
    assert queries.run(manager.store, run_id).message.startswith("The limit of 11 calls was reached (11 made).")
    manager.resume(run_id)  # the limit holds over the run's whole life
    manager.wait(run_id, 30)
    assert server.count == 11 and state(manager, run_id) == "stopped"
    manager.resume(run_id, replace(stored_limits(manager.store, run_id), max_calls=100))
    manager.wait(run_id, 30)
    assert server.count == 30 and state(manager, run_id) == "done"
    assert ledger.spent(manager.store, run_id)[0] == 30


@pytest.mark.parametrize("limits", [Limits(max_tokens=1000), Limits(max_cost_usd=0.00026)])
def test_limits_on_tokens_and_money_are_never_passed(manager: RunManager, server: FaultyServer, limits: Limits) -> None:
    run_id = carry_out(manager, plan(server, 60), limits)
    calls, tokens, dollars, _ = ledger.spent(manager.store, run_id)
    assert 0 < calls < 60 and state(manager, run_id) == "stopped"
    assert tokens <= (limits.max_tokens or tokens) and dollars <= (limits.max_cost_usd or dollars)
    assert calls == server.count


def test_a_limit_on_time_ends_a_run(manager: RunManager) -> None:
    with serve([Answer(body=completion("Help her."), delay_s=0.2)]) as slow:
        started = time.monotonic()
        run_id = carry_out(manager, plan(slow, 200), Limits(at_once=2, max_seconds=1))
        assert time.monotonic() - started < 10 and state(manager, run_id) == "stopped"
        assert 0 < slow.count < 200


def test_a_price_limit_without_a_price_is_refused_before_anything_is_stored(
    manager: RunManager, server: FaultyServer
) -> None:
    with pytest.raises(UserError, match="No price is known for openai/mine"):
        manager.start(plan(server, name="openai/mine"), Limits(max_cost_usd=1))
    assert queries.runs(manager.store) == []


def test_failed_requests_are_in_the_bill_though_the_trial_succeeded(manager: RunManager) -> None:
    answers = [error(500, "Oops", "server_error", Retry_After="0"), Answer(body=completion("Help her."))]
    with serve(answers) as server:
        run_id = carry_out(manager, plan(server, 5), Limits(at_once=1))
        assert server.count == 6 and outcomes(manager.store, run_id) == {"ok": 5}
    assert ledger.spent(manager.store, run_id)[0] == 6
    assert ledger.causes(manager.store, run_id)[["kind", "calls"]].values.tolist() == [["server", 1]]


def test_a_provider_that_is_down_leaves_the_others_alone(
    manager: RunManager, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PATIENCE_S", 0.5)
    with serve([error(503, "Down", Retry_After="0")]) as down:
        specs = (ModelSpec("openai/gone", down.address), ModelSpec("openai/there", server.address))
        run_id = carry_out(manager, plan(server, 40, models=specs), Limits(at_once=4))
        assert down.count <= 30  # of at least 200 that 40 items with 5 attempts would take
    head = queries.run(manager.store, run_id)
    assert head.state == "incomplete" and "has not answered" in head.message
    assert manager.store.rows("SELECT count(*) FROM responses WHERE model = 'openai/there'") == [(40,)]


def test_a_provider_that_allows_two_at_once_is_found_out(manager: RunManager) -> None:
    """Beyond two calls at once it answers 429; the gate learns to stay below, and every item is answered."""
    box: list[FaultyServer] = []

    def script(request: dict[str, Any]) -> Answer:
        return (
            error(429, "Slow down", Retry_After="0.05")
            if box[0].now > 2
            else Answer(body=completion("Help her."), delay_s=0.02)
        )

    with serve(script) as busy:
        box.append(busy)
        run_id = carry_out(manager, plan(busy, 80), Limits(at_once=16))
        assert outcomes(manager.store, run_id) == {"ok": 80}
        refused = busy.count - 80
        assert 0 < refused < 80


def test_limits_can_be_changed_while_a_run_goes_on(manager: RunManager) -> None:
    with serve([Answer(body=completion("Help her."), delay_s=0.1)]) as slow:
        run_id = manager.start(plan(slow, 60), Limits(at_once=1))
        assert until(lambda: slow.count >= 3)
        assert slow.peak == 1 and [pace.most for pace in manager.pace(run_id)] == [1]
        manager.retune(run_id, Limits(at_once=12))
        assert manager.wait(run_id, 30)
        assert 6 <= slow.peak <= 12 and stored_limits(manager.store, run_id).at_once == 12
        assert manager.pace(run_id) == []


def test_a_run_is_extended_without_asking_again(manager: RunManager, server: FaultyServer) -> None:
    run_id = carry_out(manager, plan(server, 5, probes=1), Limits(cache=False))
    assert server.count == 7
    more = (ModelSpec("openai/gpt-4o-mini", server.address), ModelSpec("openai/gpt-4o", server.address))
    larger = plan(server, 8, probes=2, epochs=2, models=more)
    manager.extend(run_id, larger, Limits(cache=False))
    assert manager.wait(run_id, 30) and state(manager, run_id) == "done"
    assert server.count == larger.size == queries.run(manager.store, run_id).planned
    assert load_plan(manager.store, run_id).size == larger.size
    planned = {trial.id for spec in more for trial in larger.trials(spec.name)}
    assert {row[0] for row in manager.store.rows("SELECT trial_id FROM responses")} == planned
    assert manager.store.rows("SELECT planned FROM earlier_plans") == [(7,)]


@pytest.mark.parametrize(
    "change, said",
    [
        ({"items": 4}, "is missing from the larger suite"),
        ({"asking": Asking(seed=1)}, "keeps the parameters"),
        ({"recogniser": "lexicon"}, "keeps the recogniser"),
        ({"variations": ("open-2",)}, "wording open-1 is missing"),
        ({"models": (ModelSpec("openai/gpt-4o"),)}, "is missing from the larger plan"),
        ({"probes": 0}, "closed question"),
    ],
)
def test_an_extension_only_adds(manager: RunManager, server: FaultyServer, change: dict[str, Any], said: str) -> None:
    run_id = carry_out(manager, plan(server, 5, probes=1))
    asked = server.count
    items = change.pop("items", 5)
    with pytest.raises(UserError, match=said):
        manager.extend(run_id, plan(server, items, **({"probes": 1} | change)))
    assert server.count == asked and state(manager, run_id) == "done"


def test_a_deleted_run_is_gone_with_its_bill(manager: RunManager, server: FaultyServer) -> None:
    run_id, other = carry_out(manager, plan(server)), carry_out(manager, plan(server, 12))
    manager.delete(run_id)
    for table in ("runs", "responses", "calls"):
        assert manager.store.rows(f"SELECT DISTINCT run_id FROM {table}") == [(other,)]
    with pytest.raises(UserError, match="no run"):
        manager.delete(run_id)


def test_a_run_that_goes_on_cannot_be_deleted_or_extended(manager: RunManager) -> None:
    with serve([Answer(body=completion("Help her."), delay_s=0.5)]) as slow:
        run_id = manager.start(plan(slow, 50))
        for change in (lambda: manager.delete(run_id), lambda: manager.extend(run_id, plan(slow, 60))):
            with pytest.raises(UserError, match="going on"):
                change()
        manager.stop(run_id)
        assert manager.wait(run_id, 30)


def test_a_pilot_measures_what_the_whole_will_take_and_is_not_paid_twice(
    manager: RunManager, server: FaultyServer
) -> None:
    whole = plan(server, 40)
    pilot = manager.pilot(whole)
    assert manager.wait(pilot, 30) and server.count == 5
    row = estimate(whole, manager.store, Limits(), manager.cache, pilot)[0]
    assert (row.basis, row.calls, row.stored) == ("pilot", 40, 5)
    mean = manager.store.rows("SELECT avg(tokens_in), avg(tokens_out) FROM responses")[0]
    assert (row.tokens_in, row.tokens_out) == (round(35 * mean[0]), round(35 * mean[1]))
    run_id = carry_out(manager, whole)
    assert server.count == 40
    spent = ledger.spent(manager.store, run_id)
    assert row.cost_usd == pytest.approx(spent[2], rel=0.05)
    assert len(queries.own_suites(manager.store)) == 1  # the pilot's five items are no suite to choose


def test_the_speed_leaves_out_the_time_between_sessions(manager: RunManager) -> None:
    with serve([Answer(body=completion("Help her."), delay_s=0.05)]) as server:
        run_id = carry_out(manager, plan(server, 20), Limits(at_once=2, max_calls=10))
        time.sleep(2)
        manager.resume(run_id, Limits(at_once=2))
        manager.wait(run_id, 30)
    calls_per_s = ledger.spending(manager.store, run_id).iloc[0]["calls_per_s"]
    assert calls_per_s > 20 / 2


def test_a_call_that_hangs_ends_at_its_time_limit(manager: RunManager) -> None:
    with serve([Answer(body=completion("Late."), delay_s=30), Answer(body=completion("Help her."))]) as server:
        started = time.monotonic()
        run_id = carry_out(manager, plan(server, 3), Limits(at_once=1, timeout_s=1))
        assert time.monotonic() - started < 15 and outcomes(manager.store, run_id) == {"ok": 3}
    assert ledger.causes(manager.store, run_id)["kind"].tolist() == ["timeout"]


def test_two_runs_share_a_provider_s_gate(manager: RunManager) -> None:
    with serve([Answer(body=completion("Help her."), delay_s=0.05)]) as server:
        limits = Limits(at_once=8, provider_at_once=3, cache=False)
        runs = [manager.start(plan(server, 30), limits) for _ in range(2)]
        assert all(manager.wait(run_id, 60) for run_id in runs)
        assert server.count == 60 and server.peak <= 3


def test_no_session_is_left_open(server: FaultyServer, tmp_path: Any) -> None:
    manager = RunManager(Store(tmp_path / "s.duckdb"))
    carry_out(manager, plan(server, 3))
    manager.close()
    assert not asyncio.all_tasks(manager._loop)

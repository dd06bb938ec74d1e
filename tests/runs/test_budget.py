import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.models.base import Message, ModelSpec, Reply, Request
from core.models.prices import cost
from core.runs.budget import Budget, Spent, check_priced, most_of, taken
from core.runs.limits import Limits, check_limits, limits_from
from core.runs.pacing import Brake, Halt

ASK = Request((Message("user", "Was nun? 🤝"),), max_tokens=100)


def go() -> Brake:
    return Brake(lambda: False)


def test_the_most_of_a_call_is_never_less_than_its_text_in_bytes() -> None:
    most = most_of("openai/gpt-4o-mini", ASK)
    assert most.calls == 1 and most.tokens >= 100 + len("Was nun? 🤝".encode())
    assert most.cost_usd == cost("openai/gpt-4o-mini", most.tokens - 100, 100)


def test_what_a_call_took_is_priced_by_the_list_where_the_reply_does_not_say() -> None:
    reply = Reply("Yes.", tokens_in=1000, tokens_out=10)
    assert taken("openai/gpt-4o-mini", reply).cost_usd == pytest.approx(1000 * 0.15e-6 + 10 * 0.6e-6)
    assert taken("nobody/knows", reply) == Spent(1, 1010, 0.0)
    assert taken("nobody/knows", Reply("Yes.", cost_usd=0.5)) == Spent(1, 0, 0.5)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 30),
    st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=1, max_size=60),
    st.integers(200, 2000),
)
def test_calls_at_once_never_break_a_limit(max_calls: int, calls: list[tuple[int, float]], max_tokens: int) -> None:
    """However many calls are under way, and however much less they take than was set aside."""

    async def scene() -> None:
        budget, brake = Budget(Limits(max_calls=max_calls, max_tokens=max_tokens), Spent()), go()
        used = sent = 0

        async def call(tokens: int, share: float) -> None:
            nonlocal used, sent
            most = Spent(1, tokens)
            try:
                await budget.reserve(most, brake)
            except Halt:
                return
            sent += 1
            took = Spent(1, int(tokens * share))
            await asyncio.sleep(0)
            used += took.tokens
            budget.settle(most, took)

        await asyncio.gather(*(call(*each) for each in calls))
        assert sent <= max_calls and used <= max_tokens
        assert (budget.spent.calls, budget.spent.tokens) == (sent, used)
        assert sent == len(calls) or budget.reached

    asyncio.run(scene())


def test_what_was_spent_before_counts() -> None:
    async def scene() -> str:
        budget = Budget(Limits(max_cost_usd=1.0), Spent(cost_usd=0.9))
        with pytest.raises(Halt):
            await budget.reserve(Spent(1, 10, 0.2), go())
        return budget.reached

    assert asyncio.run(scene()).startswith("The next call could break the limit of $1.00 ($0.9000 spent).")


def test_time_runs_over_sessions() -> None:
    assert Budget(Limits(max_seconds=10), Spent(seconds=11)).over_time()
    assert not Budget(Limits(max_seconds=10), Spent(seconds=5)).over_time()
    assert not Budget(Limits(), Spent(seconds=1e9)).over_time()


def test_a_limit_on_the_cost_needs_prices() -> None:
    specs = [ModelSpec("openai/gpt-4o-mini"), ModelSpec("nobody/knows")]
    with pytest.raises(UserError, match="No price is known for nobody/knows"):
        check_priced(Limits(max_cost_usd=1), specs)
    check_priced(Limits(max_cost_usd=1), specs[:1])
    check_priced(Limits(max_tokens=1), specs)


@pytest.mark.parametrize(
    "wrong",
    [
        Limits(at_once=0),
        Limits(provider_at_once=9999),
        Limits(timeout_s=0),
        Limits(timeout_s=float("nan")),
        Limits(max_cost_usd=0),
        Limits(max_tokens=-1),
        Limits(max_seconds=float("inf")),
    ],
)
def test_limits_that_cannot_be_kept_are_named(wrong: Limits) -> None:
    with pytest.raises(UserError, match="must"):
        check_limits(wrong)


def test_limits_come_back_from_json() -> None:
    import json

    limits = Limits(3, 5, 7.5, 1.25, None, 9, 60.0, False)
    assert limits_from(json.loads(limits.to_json())) == limits
    assert limits_from({}) == Limits()
    for wrong in ([], {"typo": 1}, {"at_once": "8"}, {"cache": 1}, {"at_once": True}, {"timeout_s": None}):
        with pytest.raises(UserError):
            limits_from(wrong)

"""What every client of hosted models does alike, whichever is asked."""

import asyncio
import json
import math
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from asking import HELLO, SECRET, Client, ask, assert_readable, fail
from servers import BEHAVIOURS, Answer, Script, closed_address, echo, error, logprobs, says, serve

from core.models.base import Message, ModelError, ModelSpec, Reply, Request
from core.models.litellm_model import LiteLLMModel
from core.models.openai_direct import DirectModel

PROVIDERS = ("openai", "hosted_vllm")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", SECRET)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """One event loop for the module, as in the product: the clients keep their connections per loop."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(params=[LiteLLMModel, DirectModel], ids=["litellm", "direct"])
def client(request: pytest.FixtureRequest) -> Client:
    chosen: Client = request.param
    return chosen


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_with_its_figures(loop: asyncio.Runner, client: Client, provider: str) -> None:
    with serve() as server:
        reply = ask(loop, client, server.address, name=f"{provider}/m")
    assert (reply.text, reply.finish, reply.tokens_in, reply.tokens_out) == ("hello", "stop", 11, 7)
    assert reply.latency_s > 0 and reply.cost_usd is None and reply.option_probs is None
    sent = server.requests[0]
    assert sent["model"] == "m" and sent["seed"] == 5 and sent["temperature"] == 0.0
    assert sent["messages"][0] == {"role": "system", "content": "Be kind."}
    assert 9 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))
    assert "logprobs" not in sent and "response_format" not in sent


def test_the_cost_of_a_known_name(loop: asyncio.Runner, client: Client) -> None:
    with serve() as server:
        reply = ask(loop, client, server.address, name="openai/gpt-4o-mini")
    assert reply.cost_usd == pytest.approx(11 * 0.15e-6 + 7 * 0.6e-6)


def invalid(_: dict[str, object]) -> Answer:
    """A parameter that is taken, but not with this value."""
    return error(400, "Invalid value for 'temperature': expected one between 0 and 2", "invalid_value")


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("behaviour", "kind", "says_so"),
    [
        ("unauthorized", "authentication", "_API_KEY"),
        ("not_found", "not_found", "spelling"),
        ("too_long", "bad_request", "longer context"),
        (invalid, "bad_request", "between 0 and 2"),
        ("busy", "rate_limit", "wait"),
        ("broke", "authentication", "credit"),
        ("broken", "server", "had an error"),
        ("blocked", "filtered", "content filter"),
        ("garbage", "server", "unreadable"),
        ("html", "server", "Bad gateway"),
        ("html_ok", "server", "Sign in"),
        ("no_choices", "server", "nothing in it"),
        ("drop", "connection", "hung up"),
    ],
)
def test_each_failure_has_its_kind_and_one_sentence(
    loop: asyncio.Runner, client: Client, provider: str, behaviour: str | Script, kind: str, says_so: str
) -> None:
    failure = fail(loop, client, behaviour, f"{provider}/m")
    assert failure.kind == kind
    assert says_so in str(failure)
    assert "<" not in str(failure)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_slow_answer_is_a_timeout(loop: asyncio.Runner, client: Client, provider: str) -> None:
    started = time.monotonic()
    failure = fail(loop, client, "slow", f"{provider}/m", wait=0.5)
    assert failure.kind == "timeout" and "0.5 seconds" in str(failure)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nobody_there_is_a_connection_failure_that_names_the_address(
    loop: asyncio.Runner, client: Client, provider: str
) -> None:
    address = closed_address()
    with pytest.raises(ModelError) as caught:
        ask(loop, client, address, name=f"{provider}/m")
    assert caught.value.kind == "connection" and address in str(caught.value)
    assert_readable(caught.value, f"{provider}/m")


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("behaviour", "text", "finish"),
    [
        ("null", "", "stop"),
        ("filtered", "", "filtered"),
        ("cut", "And then", "length"),
        ("nul", "a\ufffdb", "stop"),
        ("megabyte", "y" * 1_000_000, "stop"),
    ],
)
def test_odd_answers_are_still_answers(
    loop: asyncio.Runner, client: Client, provider: str, behaviour: str, text: str, finish: str
) -> None:
    with serve(behaviour) as server:
        reply = ask(loop, client, server.address, name=f"{provider}/m")
    assert reply.text == text and reply.finish == finish


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_lone_surrogate_becomes_storable(loop: asyncio.Runner, client: Client, provider: str) -> None:
    with serve("surrogate") as server:
        text = ask(loop, client, server.address, name=f"{provider}/m").text
    assert text.encode() and text.startswith("broken ") and text.endswith(" end")


def test_words_of_refusal_stand_for_missing_content(loop: asyncio.Runner, client: Client) -> None:
    answer = says(None, message={"role": "assistant", "content": None, "refusal": "I will not."})
    with serve([answer]) as server:
        assert ask(loop, client, server.address).text == "I will not."


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("<think>B? No.</think>A", "A"),
        ("\n<thinking>B?\nNo.</thinking>\n\nA", "\n\nA"),
        ("<think>B?</think>\n<think>No.</think>A", "A"),
        ("<think>B? No.</think>A, not </think>", "A, not </think>"),
        ("B? No.</think>\n\nA", "\n\nA"),  # opened by the chat template
        ("</thinking>A", "A"),
        ("I <think>not</think> A", "I <think>not</think> A"),
        (" A <think> is a tag\n", " A <think> is a tag\n"),
    ],
)
def test_thoughts_before_the_answer_are_no_part_of_it(
    loop: asyncio.Runner, client: Client, provider: str, said: str, text: str
) -> None:
    with serve([says(said)]) as server:
        assert ask(loop, client, server.address, name=f"{provider}/m").text == text


def test_a_closing_tag_in_an_answer_already_parted_from_its_thoughts_stays(
    loop: asyncio.Runner, client: Client
) -> None:
    message = {"role": "assistant", "content": "It ends at </think>.", "reasoning_content": "Which tag?"}
    with serve([says(None, message=message)]) as server:
        assert ask(loop, client, server.address).text == "It ends at </think>."


@pytest.mark.parametrize("said", ["<think>I would take A, for", "\n<thinking>", "<think>B?</think>\n<think>No, A"])
def test_thoughts_that_were_cut_off_are_no_answer_and_not_kept(loop: asyncio.Runner, client: Client, said: str) -> None:
    with serve([says(said, "length", logprobs=logprobs({"<think>": 0.9, "A": 0.1}))]) as server:
        reply = ask(loop, client, server.address, replace(HELLO, options=("A", "B")))
    # With neither text nor probabilities it is not stored as a reply to be used again.
    assert (reply.text, reply.finish, reply.option_probs, reply.option_mass) == ("", "length", None, None)


@pytest.mark.parametrize("said", ["<think>B? No.</think>A", "B? No.</think>A"])
def test_the_first_thoughts_probabilities_are_not_the_answers(loop: asyncio.Runner, client: Client, said: str) -> None:
    with serve([says(said, logprobs=logprobs({"B": 0.9, "A": 0.1}))]) as server:
        reply = ask(loop, client, server.address, replace(HELLO, options=("A", "B")))
    assert (reply.text, reply.option_probs, reply.option_mass) == ("A", None, None)


def test_a_failure_told_inside_a_good_answer_has_its_own_kind(loop: asyncio.Runner, client: Client) -> None:
    told = Answer(body='{"error": {"code": 429, "message": "The provider is busy"}}')
    assert fail(loop, client, lambda _: told).kind == "rate_limit"


@pytest.mark.parametrize("body", ["[]", "null", '{"choices": "x"}', '{"choices": [{"finish_reason": "stop"}]}'])
@pytest.mark.filterwarnings("ignore::UserWarning")  # pydantic's, out of LiteLLM
def test_an_answer_of_another_shape_is_unreadable(loop: asyncio.Runner, client: Client, body: str) -> None:
    failure = fail(loop, client, lambda _: Answer(body=body))
    assert failure.kind == "server" and "unreadable" in str(failure)


def test_a_lone_surrogate_and_nul_in_the_prompt_can_be_sent(loop: asyncio.Runner, client: Client) -> None:
    with serve() as server:
        assert "\ufffd" in ask(loop, client, server.address, Request((Message("user", "a\ud83d\x00b"),))).text


@pytest.mark.parametrize("provider", PROVIDERS)
def test_retry_after_in_seconds_and_as_a_date(loop: asyncio.Runner, client: Client, provider: str) -> None:
    assert fail(loop, client, "busy", f"{provider}/m").retry_after == 7.0
    when = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 30))
    with serve([error(429, "Slow down", Retry_After=when)]) as server, pytest.raises(ModelError) as caught:
        ask(loop, client, server.address, name=f"{provider}/m")
    assert caught.value.retry_after is not None and 20 < caught.value.retry_after <= 30


@pytest.mark.parametrize("wraps", [True, False], ids=["list", "object"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_googles_limit_by_the_minute_is_no_lack_of_credit(
    loop: asyncio.Runner, client: Client, provider: str, wraps: bool
) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26s"}
    told = {
        "code": 429,
        "message": "You exceeded your current quota, please check your plan and billing details.",
        "status": "RESOURCE_EXHAUSTED",
        "details": [info],
    }
    body = {"error": told}
    failure = fail(loop, client, lambda _: Answer(429, json.dumps([body] if wraps else body)), f"{provider}/m")
    assert (failure.kind, failure.retry_after) == ("rate_limit", 26)
    assert "credit left" not in str(failure)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_key_that_the_server_sends_back_is_not_shown(
    loop: asyncio.Runner, client: Client, provider: str, status: int
) -> None:
    script = [Answer(status, '{"error": {"message": "you sent {authorization} and ' + SECRET[8:] + '"}}')]
    with serve(script) as server, pytest.raises(ModelError) as caught:
        ask(loop, client, server.address, name=f"{provider}/m")
    assert SECRET in server.headers[0]["authorization"]
    assert SECRET not in str(caught.value) and "[key]" in str(caught.value)


def test_without_a_key_a_local_server_is_asked_all_the_same(
    loop: asyncio.Runner, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with serve() as server:
        assert ask(loop, client, server.address).text == "hello"
    assert server.headers[0]["authorization"] == "Bearer none"


@pytest.mark.parametrize("name", ["openai/gpt-4o", "gpt-4o"])
def test_a_missing_key_is_named_before_anybody_is_called(
    loop: asyncio.Runner, client: Client, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ModelError, match="OPENAI_API_KEY") as caught:
        ask(loop, client, None, name=name)
    assert caught.value.kind == "authentication"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_probabilities_of_options(loop: asyncio.Runner, client: Client, provider: str) -> None:
    probs = {"A": 0.5, " A": 0.1, "B": 0.2, "C": 0.15, "**": 0.05}
    with serve([says("A", logprobs=logprobs(probs))]) as server:
        reply = ask(loop, client, server.address, replace(HELLO, options=("A", "B")), f"{provider}/m")
    assert server.requests[0]["logprobs"] is True and server.requests[0]["top_logprobs"] == 20
    assert reply.text == "A" and reply.option_mass == pytest.approx(0.8)
    assert reply.option_probs == pytest.approx({"A": 0.75, "B": 0.25})


def test_without_probabilities_only_the_text_counts(loop: asyncio.Runner, client: Client) -> None:
    with serve([says("B")]) as server:
        reply = ask(loop, client, server.address, replace(HELLO, options=("A", "B")))
    assert (reply.text, reply.option_probs, reply.option_mass) == ("B", None, None)


def test_probabilities_of_other_words_give_no_options(loop: asyncio.Runner, client: Client) -> None:
    with serve([says("Well", logprobs=logprobs({"Well": 0.9}))]) as server:
        reply = ask(loop, client, server.address, replace(HELLO, options=("A", "B")))
    assert reply.option_probs is None and reply.option_mass == 0.0


@pytest.mark.parametrize(
    ("name", "wanted"), [("openai/gpt-4o-mini", "json_schema"), ("openai/some-local-model", "json_object")]
)
def test_a_schema_is_asked_for_as_far_as_the_model_can(
    loop: asyncio.Runner, client: Client, name: str, wanted: str
) -> None:
    schema = {
        "type": "object",
        "properties": {"v": {"type": "string"}},
        "required": ["v"],
        "additionalProperties": False,
    }
    with serve([says('{"v": "x"}')]) as server:
        reply = ask(loop, client, server.address, replace(HELLO, schema=schema), name)
    asked = server.requests[0]["response_format"]
    assert reply.text == '{"v": "x"}' and asked["type"] == wanted
    if wanted == "json_schema":
        assert asked["json_schema"]["schema"] == schema and asked["json_schema"]["strict"] is True


def test_calls_run_side_by_side(loop: asyncio.Runner, client: Client) -> None:
    async def many() -> list[Reply]:
        model = client(ModelSpec("hosted_vllm/m", server.address))
        return await asyncio.gather(*(model.complete(HELLO) for _ in range(6)))

    with serve(lambda request: replace(echo(request), delay_s=0.5)) as server:
        assert [reply.text for reply in loop.run(many())] == ["hello"] * 6
    assert server.count == 6 and server.peak >= 3


def test_a_cancelled_call_is_cancelled(loop: asyncio.Runner, client: Client) -> None:
    async def cancel() -> None:
        task = asyncio.create_task(client(ModelSpec("openai/m", server.address)).complete(HELLO))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with serve("slow") as server:
        loop.run(cancel())


def test_every_behaviour_of_the_server_is_an_answer_or_a_model_error(loop: asyncio.Runner, client: Client) -> None:
    for behaviour in BEHAVIOURS:
        with serve(behaviour) as server:
            try:
                assert math.isfinite(
                    ask(loop, client, server.address, wait=0.5 if behaviour == "slow" else 20).latency_s
                )
            except ModelError as failure:
                assert_readable(failure, "openai/m")

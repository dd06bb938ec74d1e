import asyncio
import gc
import gzip
import json
import logging
import math
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest
from asking import HELLO, SECRET, ask, assert_readable, run
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import Answer, Script, completion, echo, error, logprobs, says, serve

from core.models import sessions
from core.models.base import ModelError, ModelSpec, Reply, Request
from core.models.openai_direct import ADAPTATIONS, MOST_BYTES, DirectModel, refused_parameter

# What is learned of a model at an address stays: each test that teaches something has a model of its own.
new = count()


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def complete(loop: asyncio.Runner, address: str, request: Request = HELLO, name: str = "openai/m") -> Reply:
    return ask(loop, DirectModel, address, request, name)


def fail(loop: asyncio.Runner, address: str, name: str = "openai/m") -> ModelError:
    with pytest.raises(ModelError) as caught:
        complete(loop, address, name=name)
    assert_readable(caught.value, name)
    return caught.value


def picky(*refused: str) -> Script:
    """A server that takes none of these parameters and names one at a time, as OpenAI does."""

    def script(request: dict[str, Any]) -> Answer:
        for name in refused:
            if name in request:
                body = {"message": f"Unsupported parameter: '{name}' is not supported with this model.", "param": name}
                return Answer(400, json.dumps({"error": {**body, "code": "unsupported_parameter"}}))
        return echo(request)

    return script


def test_parameters_that_are_not_taken_are_left_out_once_and_for_all(
    loop: asyncio.Runner, caplog: pytest.LogCaptureFixture
) -> None:
    name = f"openai/newer{next(new)}"
    request = replace(HELLO, options=("A", "B"))
    with serve(picky("max_tokens", "temperature", "logprobs", "seed")) as server, caplog.at_level(logging.INFO):
        assert complete(loop, server.address, request, name).text == "hello"
        assert server.count == 1 + ADAPTATIONS
        assert complete(loop, server.address, request, name).text == "hello"  # another instance, the same model
        assert server.count == 2 + ADAPTATIONS
        sent = server.requests[-1]
        assert set(sent) == {"model", "messages", "max_completion_tokens"} and sent["max_completion_tokens"] == 9
        said = [record.getMessage() for record in caplog.records if record.name == "core.models.openai_direct"]
        assert len(said) == ADAPTATIONS and all(name in line and server.address in line for line in said)
        complete(loop, server.address, request, f"openai/other{next(new)}")
        assert "temperature" in server.requests[2 + ADAPTATIONS], "another model is asked with everything"


def test_calls_at_once_learn_together_and_say_so_once(loop: asyncio.Runner, caplog: pytest.LogCaptureFixture) -> None:
    async def many() -> list[Reply]:
        return await asyncio.gather(*(model.complete(HELLO) for _ in range(6)))

    with serve(picky("max_tokens", "temperature")) as server, caplog.at_level(logging.INFO):
        model = DirectModel(ModelSpec(f"openai/newer{next(new)}", server.address))
        assert [reply.text for reply in loop.run(many())] == ["hello"] * 6
        assert server.count <= 6 * 3
    assert len([record for record in caplog.records if record.name == "core.models.openai_direct"]) == 2


def test_a_server_that_takes_nothing_is_left_after_a_few_tries(loop: asyncio.Runner) -> None:
    with serve(lambda request: error(400, f"Unsupported: {', '.join(request)}", "unsupported_parameter")) as server:
        failure = fail(loop, server.address, f"openai/none{next(new)}")
        assert failure.kind == "bad_request" and server.count <= 1 + ADAPTATIONS


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens is too large: 9. This model supports at most 4 completion tokens.",
        "This model's maximum context length is 4096 tokens, your messages resulted in 5000 and max_tokens is 9.",
        "Invalid value for temperature: expected one between 0 and 1.",
        "The message is not supported.",
    ],
)
def test_a_wrong_value_is_not_a_parameter_to_leave_out(loop: asyncio.Runner, text: str) -> None:
    with serve([error(400, text, "invalid_value")]) as server:
        assert fail(loop, server.address, f"openai/strict{next(new)}").kind == "bad_request"
        assert server.count == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Unsupported value: 'temperature' does not support 0 with this model. Only the default (1).", "temperature"),
        ("Unrecognized request argument supplied: logprobs", "logprobs"),
        ("This model doesn't support `top_logprobs`", "logprobs"),
        ('{"detail":[{"type":"extra_forbidden","loc":["body","random_seed"],"msg":"Extra inputs"}]}', "seed"),
        ("property 'seed' is unsupported", None),  # it was not sent by this name
        ("'response_format.type' must be 'json_schema' or 'text'", "json_object"),
        ("This response_format type is unavailable now", "json_object"),
        ('{"error": {"message": "temperature: not supported", "param": "max_tokens.value"}}', "max_tokens"),
        ("presence_penalty is not supported", None),
    ],
)
def test_providers_words_for_what_they_do_not_take(text: str, name: str | None) -> None:
    sent = dict.fromkeys(("max_tokens", "temperature", "random_seed", "logprobs", "top_logprobs"))
    assert refused_parameter(text, {**sent, "response_format": {"type": "json_object"}}) == name


def test_the_way_of_asking_for_json_follows_the_server(loop: asyncio.Runner) -> None:
    def script(request: dict[str, Any]) -> Answer:
        form = request.get("response_format", {}).get("type")
        return error(422, f"response_format {form} is not supported") if form == "json_object" else says("{}")

    request = replace(HELLO, schema={"type": "object"})
    with serve(script) as server:
        assert complete(loop, server.address, request, f"openai/local{next(new)}").text == "{}"
    assert [sent["response_format"]["type"] for sent in server.requests] == ["json_object", "json_schema"]


def test_the_seed_goes_by_the_providers_name(loop: asyncio.Runner) -> None:
    with serve() as server:
        complete(loop, server.address, name="mistral/m")
    assert server.requests[0]["random_seed"] == 5 and "seed" not in server.requests[0]


def test_an_answer_that_failed_half_way_is_a_failure(loop: asyncio.Runner) -> None:
    half = {"message": {"role": "assistant", "content": "Hel"}, "finish_reason": "error", "error": {"message": "Broke"}}
    with serve([Answer(body=json.dumps({"choices": [half]}))]) as server:
        failure = fail(loop, server.address)
    assert failure.kind == "server" and "Broke" in str(failure)


@pytest.mark.parametrize(
    "body",
    [
        '"x"',
        '{"choices": [1]}',
        '{"choices": [{"message": null}]}',
        '{"choices": [{"message": {"content": 5}}]}',
        '{"choices": [{"message": {"content": [{"type": "text", "text": 5}]}}]}',
        '{"choices": [{"message": {"content": "A"}, "logprobs": {"content": [{"top_logprobs": [{"token": 5}]}]}}]}',
        '{"choices": [{"message": {"content": "A"}}], "usage": [1]}',
        "[" * 100_000,
        "9" * 5000,
    ],
    ids=lambda body: body[:40],
)
def test_a_field_of_another_type_is_unreadable(loop: asyncio.Runner, body: str) -> None:
    with serve([Answer(body=body)]) as server, pytest.raises(ModelError, match="unreadable") as caught:
        complete(loop, server.address, replace(HELLO, options=("A", "B")))
    assert caught.value.kind == "server"


@given(
    tokens=st.none() | st.integers() | st.floats() | st.booleans() | st.text(max_size=3),
    finish=st.none() | st.text(max_size=9) | st.integers(),
    logprob=st.floats(),
)
@settings(max_examples=25, deadline=None)
def test_odd_figures_are_unknown_figures(loop: asyncio.Runner, tokens: object, finish: object, logprob: float) -> None:
    figures = logprobs({"A": 0.5})
    figures["content"][0]["top_logprobs"][0]["logprob"] = logprob
    body = json.loads(completion("A", logprobs=figures, finish_reason=finish))
    body["usage"] = {"prompt_tokens": tokens, "completion_tokens": tokens}
    with serve([Answer(body=json.dumps(body))]) as server:
        reply = complete(loop, server.address, replace(HELLO, options=("A", "B")))
    assert reply.tokens_out is None or 0 <= reply.tokens_out < 2**31
    assert reply.option_mass is not None and math.isfinite(reply.option_mass)


@contextmanager
def raw(handle: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """The address of a server that writes its answer's bytes itself."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            handle(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up is part of these tests."""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


def packed(body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answers with `body`, compressed."""
    data = gzip.compress(body)

    def handle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return handle


def test_a_compressed_answer_is_unpacked(loop: asyncio.Runner) -> None:
    with raw(packed(completion("hello").encode())) as address:
        assert complete(loop, address).text == "hello"


def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused(loop: asyncio.Runner) -> None:
    with raw(packed(completion("y" * (MOST_BYTES + 1)).encode())) as address:
        failure = fail(loop, address)
    assert failure.kind == "server" and "8 MB" in str(failure)


def test_an_answer_without_end_is_refused_early(loop: asyncio.Runner) -> None:
    written = []

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.close_connection = True
        for _ in range(100):
            handler.wfile.write(b" " * 1_000_000)
            written.append(1)

    with raw(endless) as address:
        assert "8 MB" in str(fail(loop, address))
    assert len(written) < 60


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_named_and_not_followed(loop: asyncio.Runner, status: int) -> None:
    with serve() as thief:
        with serve([Answer(status, "", {"Location": f"{thief.address}/chat/completions"})]) as server:
            failure = fail(loop, server.address)
        assert failure.kind == "not_found" and thief.address.split("/")[2] in str(failure)
        assert thief.count == 0


def test_a_proxy_of_the_environment_is_used_where_it_applies(
    loop: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serve() as proxy:
        monkeypatch.setenv("http_proxy", proxy.address.removesuffix("/v1"))
        assert complete(loop, "http://models.invalid/v1").text == "hello" and proxy.count == 1
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with serve() as server:
            assert complete(loop, server.address).text == "hello"
        assert proxy.count == 1


def test_a_server_of_ones_own_wants_an_address(loop: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOSTED_VLLM_API_BASE", raising=False)
    with pytest.raises(ModelError, match="http://localhost:8000/v1") as caught:
        ask(loop, DirectModel, None, name="hosted_vllm/m")
    assert caught.value.kind == "not_found"


def test_all_models_of_a_loop_share_one_session_and_each_connection_is_used_again(loop: asyncio.Runner) -> None:
    ports = set()

    def handle(handler: BaseHTTPRequestHandler) -> None:
        ports.add(handler.client_address[1])
        packed(completion("x").encode())(handler)

    with raw(handle) as address:
        for n in range(4):
            complete(loop, address, name=f"openai/m{n}")
    assert len(ports) == 1


def test_the_session_can_be_closed_and_opens_again(loop: asyncio.Runner) -> None:
    with serve() as server:
        complete(loop, server.address)
        first = loop.run(sessions.session())
        loop.run(sessions.close())
        assert first.closed
        assert complete(loop, server.address).text == "hello"
        loop.run(sessions.close())
        loop.run(sessions.close())


def test_a_loop_that_is_gone_is_not_kept(loop: asyncio.Runner) -> None:
    with serve() as server:
        other = asyncio.new_event_loop()
        other.run_until_complete(DirectModel(ModelSpec("openai/m", server.address)).complete(HELLO))
        other.close()
        gone = weakref.ref(other)
        del other
        loop.run(sessions.close())
        complete(loop, server.address)
    gc.collect()
    assert gone() is None


def test_a_process_asks_nobody_else_and_ends_without_a_word() -> None:
    """Whether its loop is closed well, closed badly, or still runs in the background at the end."""
    with serve() as server:
        out = run(
            f"""
            import asyncio, threading
            from core.models.base import Message, ModelSpec, Request
            from core.models.registry import open_model
            HELLO = Request((Message("user", "hello"),))
            model = open_model(ModelSpec("openai/m", "{server.address}"))
            print(asyncio.run(model.complete(HELLO)).text)
            loop = asyncio.new_event_loop()
            print(loop.run_until_complete(model.complete(HELLO)).text)
            loop.close()
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, daemon=True).start()
            print(asyncio.run_coroutine_threadsafe(model.complete(HELLO), loop).result().text)
            loop = asyncio.new_event_loop()
            print(loop.run_until_complete(model.complete(HELLO)).text)
            loop.close()
            print("litellm" in sys.modules, tried)
            """
        )
    assert out.split("\n") == ["hello"] * 4 + ["False []"]

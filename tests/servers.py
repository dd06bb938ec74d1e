"""A local OpenAI-compatible server that answers, or fails, as it is told to."""

import json
import math
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One scripted answer: a status, headers and a body; `delay_s` before it, `drop` cuts it off in the middle.
    The body may hold {authorization}, which is replaced by the request's own header."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: bool = False


Script = Callable[[dict[str, Any]], Answer]


def completion(text: str | None, finish: str = "stop", **extra: Any) -> str:
    """The body of a chat completion that says `text`. Lone surrogates and NUL travel as JSON escapes."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish, **extra}
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return json.dumps(
        {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    )


def logprobs(probs: Mapping[str, float]) -> dict[str, Any]:
    """The `logprobs` field of a choice whose first token has these probabilities."""
    top = [{"token": token, "logprob": math.log(p), "bytes": None} for token, p in probs.items()]
    return {"content": [{**top[0], "top_logprobs": top}]}


def error(status: int, message: str, code: str = "", **headers: str) -> Answer:
    """An error as OpenAI words it. Header names are written with underscores: Retry_After="3"."""
    body = json.dumps({"error": {"message": message, "type": code or "error", "code": code or None}})
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def says(text: str | None, finish: str = "stop", **extra: Any) -> Answer:
    """A good answer with this text."""
    return Answer(body=completion(text, finish, **extra))


def echo(request: dict[str, Any]) -> Answer:
    """Says back the last message."""
    return says(request["messages"][-1]["content"])


BEHAVIOURS: dict[str, Script] = {
    "echo": echo,
    "unauthorized": lambda _: error(401, "Incorrect API key provided: {authorization}", "invalid_api_key"),
    "not_found": lambda _: error(404, "The model `m` does not exist", "model_not_found"),
    "too_long": lambda _: error(400, "This model's maximum context length is 4096 tokens", "context_length_exceeded"),
    "bad_request": lambda _: error(400, "Unsupported value: 'temperature'", "unsupported_value"),
    "busy": lambda _: error(429, "Rate limit reached", "rate_limit_exceeded", Retry_After="7"),
    "broke": lambda _: error(429, "You exceeded your current quota", "insufficient_quota"),
    "broken": lambda _: error(500, "The server had an error", "server_error"),
    "blocked": lambda _: error(400, "The response was filtered: content management policy", "content_filter"),
    "garbage": lambda _: Answer(body="}{ this is not JSON"),
    "html": lambda _: Answer(502, "<html><body><script>alert(1)</script><h1>Bad gateway</h1></body></html>"),
    "html_ok": lambda _: Answer(200, "<html><body><h1>Sign in</h1></body></html>", {"Content-Type": "text/html"}),
    "no_choices": lambda _: Answer(body=json.dumps({**json.loads(completion("")), "choices": []})),
    "null": lambda _: says(None),
    "slow": lambda _: Answer(body=completion("late"), delay_s=30),
    "drop": lambda _: Answer(body=completion("x" * 5000), drop=True),
    "megabyte": lambda _: says("y" * 1_000_000),
    "surrogate": lambda _: says("broken \ud83d end"),
    "nul": lambda _: says("a\x00b"),
    "filtered": lambda _: says("", "content_filter"),
    "cut": lambda _: says("And then", "length"),
}


class FaultyServer:
    """What a test reads off the server: its address, what came in, how much at once."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.now = self.peak = 0  # requests under way, and the most there were
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def count(self) -> int:
        return len(self.requests)

    def start(self) -> None:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    @contextmanager
    def counted(self, request: dict[str, Any], headers: dict[str, str]) -> Iterator[None]:
        with self._lock:
            self.requests.append(request)
            self.headers.append(headers)
            self.now += 1
            self.peak = max(self.peak, self.now)
        try:
            yield
        finally:
            with self._lock:
                self.now -= 1


@contextmanager
def serve(behaviour: str | Script | Sequence[Answer] = "echo") -> Iterator[FaultyServer]:
    """A running server. `behaviour`: a name in BEHAVIOURS, a function of the request's JSON, or answers in turn, of
    which the last one is repeated."""
    server = FaultyServer(_script(behaviour))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def closed_address() -> str:
    """The address of a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"


def _script(behaviour: str | Script | Sequence[Answer]) -> Script:
    if isinstance(behaviour, str):
        return BEHAVIOURS[behaviour]
    if callable(behaviour):
        return behaviour
    left, lock = list(behaviour), threading.Lock()

    def next_answer(_: dict[str, Any]) -> Answer:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return next_answer


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is part of the tests."""


def _handler(server: FaultyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = json.loads(raw or b"{}")
            with server.counted(request, {name.lower(): value for name, value in self.headers.items()}):
                answer = server.script(request)
                end = time.monotonic() + answer.delay_s
                while time.monotonic() < end and not server.closing.is_set():
                    time.sleep(0.01)
                self._send(answer)

        def _send(self, answer: Answer) -> None:
            body = answer.body.replace("{authorization}", self.headers.get("Authorization", "")).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if answer.drop else body)
            if answer.drop:
                self.wfile.flush()
                # Linger of zero: the connection is reset, not closed.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the tests read `requests`."""

    return Handler

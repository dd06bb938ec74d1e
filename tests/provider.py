"""A fast OpenAI-compatible server in a process of its own, for soak tests and benches: set latency, seeded faults.

    python tests/provider.py --port 0 --latency 0.05 --seed 1 --faults 0.3

prints its port and answers POST .../chat/completions and GET /stats until it is ended, its parent ends, or
`--max-seconds` are over. What happens to a request depends on the seed, its body and how often it came: after
`FAULTY_TRIES` bad tries any request is answered, so that a client that retries gets through.
"""

import argparse
import asyncio
import hashlib
import json
import math
import os
import select
import socket
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

TRANSIENT = ("error", "busy", "busy_silent", "hang", "cut", "garbage", "empty")  # a retry may help
LASTING = ("refusal", "filter", "blank", "length")  # answers, if odd ones: no retry is called for
KINDS = (*TRANSIENT, *LASTING)
FAULTY_TRIES = 2
RETRY_AFTER = "0.2"

TEXTS = (
    "Help her: her welfare matters more than the rule.",
    "Keep to the rule, for the order and safety of all depend on it.",
    "I would take the risk, for the freedom to choose is worth it.",
    "Tradition deserves respect, and so do our parents.",
)
REFUSAL = "I'm sorry, but I can't help with that."


@dataclass(frozen=True)
class Draw:
    """What is to happen to one try of one request. `dice` (0..1) decides the rest."""

    kind: str
    dice: float


class Script:
    """What happens to each request, and the counts of what did."""

    def __init__(self, seed: int = 0, faults: float = 0.0, kinds: Sequence[str] = KINDS, text: str = "") -> None:
        self.seed, self.faults, self.kinds, self.text = seed, faults, tuple(kinds), text
        self.counts: Counter[str] = Counter()
        self.now = self.peak = self.connections = 0
        self._tries: dict[bytes, int] = {}

    def draw(self, body: bytes) -> Draw:
        key = hashlib.blake2b(body, digest_size=16).digest()
        tries = self._tries.get(key, 0)
        drawn = self._dice(key, tries)
        if drawn.kind in TRANSIENT:
            self._tries[key] = tries + 1
        self.counts[drawn.kind] += 1
        return drawn

    def _dice(self, key: bytes, tries: int) -> Draw:
        rolled = hashlib.blake2b(key + struct.pack("<qi", self.seed, tries), digest_size=16).digest()
        first, second = (int.from_bytes(rolled[i : i + 8], "big") / 2**64 for i in (0, 8))
        if first >= self.faults or tries >= FAULTY_TRIES:
            return Draw("ok", second)
        return Draw(self.kinds[int(second * len(self.kinds))], second)

    def answer(self, drawn: Draw, body: bytes) -> bytes:
        """The whole HTTP answer; for a cut one, as it should have been."""
        match drawn.kind:
            case "error":
                return _error(500, "The server had an error while processing your request", "server_error")
            case "busy":
                return _error(429, "Rate limit reached", "rate_limit_exceeded", f"Retry-After: {RETRY_AFTER}\r\n")
            case "busy_silent":
                return _error(429, "Too many requests", "rate_limit_exceeded")
            case "garbage":
                return _http(200, b'{"choices": [{"mess')
            case "empty":
                return _http(200, b'{"id": "c", "object": "chat.completion", "choices": []}')
            case "refusal":
                return _says(None, refusal=REFUSAL)
            case "filter":
                return _says("", "content_filter")
            case "blank":
                return _says("")
            case "length":
                return _says("I would say that", "length")
        text = self.text or TEXTS[int(drawn.dice * len(TEXTS))]
        return _says(text, logprobs=_logprobs(drawn.dice) if b'"top_logprobs"' in body else None)

    def stats(self) -> dict[str, Any]:
        requests = sum(self.counts.values())
        return {"requests": requests, "peak": self.peak, "connections": self.connections, "kinds": dict(self.counts)}


class Connection(asyncio.Protocol):
    """HTTP as far as these clients speak it: whole requests with a Content-Length, one after the other."""

    def __init__(self, script: Script, latency: float) -> None:
        self.script, self.latency = script, latency
        self.loop = asyncio.get_running_loop()
        self.buffer = b""
        self.hung = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.script.connections += 1

    def connection_lost(self, error: Exception | None) -> None:
        self.script.now -= self.hung

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            body, self.buffer = self.buffer[end + 4 : end + 4 + length], self.buffer[end + 4 + length :]
            self.asked(head, body)

    def asked(self, head: bytes, body: bytes) -> None:
        script = self.script
        if head.startswith(b"GET /stats "):
            self.transport.write(_http(200, json.dumps(script.stats()).encode()))
        elif not head.split(b" ", 2)[1].endswith(b"/chat/completions"):
            self.transport.write(_error(404, "No such address", "not_found"))
        else:
            drawn = script.draw(body)
            script.now += 1
            script.peak = max(script.peak, script.now)
            if drawn.kind == "hang":
                self.hung += 1
            elif self.latency:
                self.loop.call_later(self.latency, self.send, drawn, body)
            else:
                self.send(drawn, body)

    def send(self, drawn: Draw, body: bytes) -> None:
        self.script.now -= 1
        answer = self.script.answer(drawn, body)
        if drawn.kind != "cut":
            self.transport.write(answer)
            return
        self.transport.write(answer[: len(answer) // 2])
        # Linger of zero: the connection is reset, not closed.
        linger = struct.pack("ii", 1, 0)
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.transport.close()


@dataclass(frozen=True)
class Running:
    """A server that runs elsewhere: `address` ends in /v1."""

    address: str
    pid: int

    def stats(self) -> dict[str, Any]:
        """requests, peak (at once), connections, kinds (how many of each)."""
        with urlopen(self.address.removesuffix("/v1") + "/stats", timeout=10) as answer:
            return dict(json.load(answer))


@contextmanager
def provider(
    latency: float = 0.0,
    seed: int = 0,
    faults: float = 0.0,
    kinds: Sequence[str] = KINDS,
    text: str = "",
    max_seconds: float = 900,
) -> Iterator[Running]:
    """A server in a process of its own, ready to be asked, ended with the block. `faults` is the share of tries that
    go wrong, in one of `kinds`; `text` is what every good answer says, where the usual sentences will not do."""
    options = [f"--latency={latency}", f"--seed={seed}", f"--faults={faults}", f"--max-seconds={max_seconds}"]
    options += [f"--kinds={','.join(kinds)}", f"--text={text}"]
    process = subprocess.Popen([sys.executable, str(Path(__file__).resolve()), *options], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], 30)
        port = int(process.stdout.readline()) if ready else 0
        assert port, "the provider did not start"
        yield Running(f"http://127.0.0.1:{port}/v1", process.pid)
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


async def run(script: Script, port: int, latency: float, max_seconds: float) -> None:
    """Serve until the time is up or the parent process is gone."""
    loop, parent = asyncio.get_running_loop(), os.getppid()
    server = await loop.create_server(lambda: Connection(script, latency), "127.0.0.1", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    end = loop.time() + max_seconds
    while loop.time() < end and os.getppid() == parent:
        await asyncio.sleep(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description="A local server that answers like a provider, faults and all.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--faults", type=float, default=0.0, help="share of tries that go wrong")
    parser.add_argument("--kinds", default=",".join(KINDS), help="the ways to go wrong, with commas between")
    parser.add_argument("--text", default="", help="what every good answer says")
    parser.add_argument("--max-seconds", type=float, default=900)
    given = parser.parse_args()
    kinds = given.kinds.split(",")
    if unknown := set(kinds) - set(KINDS):
        parser.error(f"there is no kind {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    script = Script(given.seed, given.faults, kinds, given.text)
    asyncio.run(run(script, given.port, given.latency, given.max_seconds))


def _http(status: int, body: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status} .\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def _error(status: int, message: str, code: str, headers: str = "") -> bytes:
    return _http(status, json.dumps({"error": {"message": message, "type": code, "code": code}}).encode(), headers)


def _says(text: str | None, finish: str = "stop", refusal: str | None = None, logprobs: Any = None) -> bytes:
    message = {"role": "assistant", "content": text, "refusal": refusal}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": logprobs}
    usage = {"prompt_tokens": 40, "completion_tokens": 12, "total_tokens": 52}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    return _http(200, json.dumps(body).encode())


def _logprobs(dice: float) -> dict[str, Any]:
    probs = {"A": 0.05 + 0.8 * dice, "B": 0.05 + 0.8 * (1 - dice), "The": 0.1}
    top = [{"token": token, "logprob": math.log(p), "bytes": None} for token, p in probs.items()]
    return {"content": [{**top[0], "top_logprobs": top}]}


if __name__ == "__main__":
    main()

"""CPU time of one call, from the plan to the stored answer, beside bare clients and Inspect AI on the same work.

    python -m bench.bench_engine                        5 rounds at 50 ms and at 0 ms, prints two tables in Markdown
    python -m bench.bench_engine --rounds 3 --only aiohttp,direct

Inspect AI wants a newer `openai` package than LiteLLM takes. Put one beside the environment and say where it is:

    python -m pip install --target FOLDER "openai>=3.4"
    python -m bench.bench_engine --inspect-path FOLDER

Every client asks the same questions of the same local server (tests/provider.py, in a process of its own), 50 at a
time, each in a fresh process. It first does a small piece of the same work, so that imports, connections and caches are
there; then the CPU time of the whole process (user and system, all threads, getrusage) is read before and after the
work. One round is every client once, one after the other, so that a busy machine is busy for all; ratios are taken
within a round. Targets: see TARGETS.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from core.items.item import Item, Suite
from core.methods.base import Asking
from core.methods.value_compass import ValueCompass
from core.models.base import ModelSpec, Request
from core.models.chat import messages
from core.runs.limits import Limits
from core.runs.plan import LEXICON, Plan
from core.store.ledger import spent
from core.values.system import SCHWARTZ
from tests.provider import provider

ROOT = Path(__file__).resolve().parent.parent

AT_ONCE = 50
WARM = 100
NAME = "openai/gpt-4o-mini"  # LiteLLM is slower with a name that its price list does not have
OWN = "hosted_vllm/gpt-4o-mini"  # the same for LiteLLM's own client instead of OpenAI's package
KEY = "none"

Drive = Callable[[Sequence[Item], str], None]


@dataclass(frozen=True)
class Client:
    """`drive` asks about some items at an address and returns when all is done; `calls` is how many a round has."""

    title: str
    calls: int
    drive: Drive


@dataclass(frozen=True)
class Cost:
    """What one client took: CPU and wall milliseconds a call, and the most memory of its process in MB."""

    cpu_ms: float
    wall_ms: float
    rss_mb: float


def items(first: int, count: int) -> tuple[Item, ...]:
    """Situations of some 130 characters, each its own."""
    text = (
        "Your sister asks for {} euros so that she can leave a job she hates. Your partner has saved them for a house."
    )
    return tuple(Item(f"i{i}", f"{text.format(i)} What do you do?", ()) for i in range(first, first + count))


def requests(asked: Sequence[Item]) -> list[Request]:
    method = ValueCompass()
    return [method.request(item, "open-1", Asking()) for item in asked]


async def at_once(calls: Iterable[Callable[[], Coroutine[Any, Any, object]]]) -> None:
    """Make all calls, `AT_ONCE` at a time."""
    left = iter(calls)

    async def work() -> None:
        for call in left:
            await call()

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def bare_aiohttp(asked: Sequence[Item], address: str) -> None:
    import aiohttp

    async def all_of_them() -> None:
        headers = {"Authorization": f"Bearer {KEY}"}
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers) as session:

            async def ask(request: Request) -> str:
                body = {"model": NAME, "messages": messages(request)} | _parameters(request)
                async with session.post(f"{address}/chat/completions", json=body) as response:
                    answer = await response.json()
                return str(answer["choices"][0]["message"]["content"])

            await at_once(partial(ask, request) for request in requests(asked))

    asyncio.run(all_of_them())


def _parameters(request: Request) -> dict[str, Any]:
    return {"max_tokens": request.max_tokens, "temperature": request.temperature, "seed": request.seed}


_loop = asyncio.new_event_loop()  # LiteLLM keeps its connections with the loop


def bare_litellm(name: str) -> Drive:
    def drive(asked: Sequence[Item], address: str) -> None:
        import litellm

        async def ask(request: Request) -> str:
            sent: dict[str, Any] = {"model": name, "messages": messages(request)} | _parameters(request)
            reply: Any = await litellm.acompletion(**sent, api_base=address, api_key=KEY)
            return str(reply.choices[0].message.content)

        _loop.run_until_complete(at_once(partial(ask, request) for request in requests(asked)))

    return drive


def pipeline(via: Literal["", "litellm"], recogniser: str) -> Drive:
    """A run as a person starts it: plan, call, parse, read, store, sum up."""
    managers: list[Any] = []

    def drive(asked: Sequence[Item], address: str) -> None:
        from core.runs.manager import RunManager
        from core.store.database import Store

        if not managers:
            managers.append(RunManager(Store(Path(tempfile.mkdtemp(dir=os.environ["BENCH_FOLDER"])) / "bench.duckdb")))
        manager = managers[0]
        suite = Suite("bench", "bench", SCHWARTZ, tuple(asked))
        plan = Plan("bench", suite, (ModelSpec(NAME, address, via),), probes=0, recogniser=recogniser)
        run_id = manager.start(plan, Limits(at_once=AT_ONCE, provider_at_once=AT_ONCE))
        assert manager.wait(run_id, 600)
        assert spent(manager.store, run_id)[0] == len(asked), "not every question was asked once"

    return drive


def inspect(lean: bool) -> Drive:
    """One task: a sample an item, one generation each, a scorer that looks for a word, the log."""

    def drive(asked: Sequence[Item], address: str) -> None:
        from inspect_ai import Task, eval
        from inspect_ai.dataset import Sample
        from inspect_ai.model import ChatMessageSystem, ChatMessageUser
        from inspect_ai.scorer import includes
        from inspect_ai.solver import generate

        samples = []
        for item, request in zip(asked, requests(asked), strict=True):
            system, user = (message.content for message in request.messages)
            said: list[Any] = [ChatMessageSystem(content=system), ChatMessageUser(content=user)]
            samples.append(Sample(input=said, target="rule", id=item.id))
        task = Task(dataset=samples, solver=[generate()], scorer=includes())
        one = asdict(Asking())
        less: dict[str, Any] = {"log_realtime": False, "log_model_api": False} if lean else {}
        folder = tempfile.mkdtemp(dir=os.environ["BENCH_FOLDER"])
        logs = eval(
            *(task, f"openai-api/bench/{NAME.partition('/')[2]}"),
            model_base_url=address,
            model_args={"api_key": KEY},
            max_connections=AT_ONCE,
            display="none",
            log_dir=folder,
            **(one | less),
        )
        assert logs[0].status == "success" and logs[0].results is not None
        assert logs[0].results.completed_samples == len(asked)

    return drive


CLIENTS = {
    "aiohttp": Client("bare aiohttp: post, parse the JSON", 2000, bare_aiohttp),
    "direct": Client("Polycompass, direct", 2000, pipeline("", "")),
    "direct-read": Client("Polycompass, direct, answers read offline", 2000, pipeline("", LEXICON)),
    "litellm": Client("bare `litellm.acompletion`, `openai/`", 1000, bare_litellm(NAME)),
    "litellm-own": Client("bare `litellm.acompletion`, `hosted_vllm/`", 1000, bare_litellm(OWN)),
    "through-litellm": Client("Polycompass through LiteLLM", 1000, pipeline("litellm", "")),
    "inspect-lean": Client("Inspect AI, `log_realtime=False, log_model_api=False`", 300, inspect(lean=True)),
    "inspect": Client("Inspect AI", 300, inspect(lean=False)),
}
# At most so many times the CPU of the other.
TARGETS = (
    ("direct", "aiohttp", 3.0),
    ("direct", "inspect", 1 / 20),
    ("through-litellm", "litellm-own", 1.5),
    ("through-litellm", "inspect", 1 / 4),
)


def measure(name: str, address: str) -> Cost:
    """The work of one client, in this process."""
    client = CLIENTS[name]
    client.drive(items(0, min(WARM, client.calls)), address)
    before, began = _cpu_s(), time.perf_counter()
    client.drive(items(WARM, client.calls), address)
    took, wall = _cpu_s() - before, time.perf_counter() - began
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(1000 * took / client.calls, 1000 * wall / client.calls, rss_mb)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def in_process(name: str, address: str, inspect_path: str) -> Cost:
    """The work of one client, in a process of its own; Inspect AI finds packages at `inspect_path` first."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            **{"BENCH_FOLDER": folder, "OPENAI_API_KEY": KEY, "BENCH_API_KEY": KEY, "INSPECT_LOG_DIR": folder},
            **{"LITELLM_LOCAL_MODEL_COST_MAP": "True", "OMP_NUM_THREADS": "1", "XDG_DATA_HOME": folder},
        }
        if name.startswith("inspect"):
            environment["PYTHONPATH"] = inspect_path
        command = [sys.executable, "-m", "bench.bench_engine", "--client", name, "--address", address]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-3000:]}")
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def rounds(names: Sequence[str], latency_s: float, count: int, inspect_path: str) -> dict[str, list[Cost]]:
    """The costs of each client, one a round."""
    costs: dict[str, list[Cost]] = {name: [] for name in names}
    for number in range(1, count + 1):
        with provider(latency=latency_s) as server:
            for name in names:
                costs[name].append(in_process(name, server.address, inspect_path))
        said = ", ".join(f"{name} {costs[name][-1].cpu_ms:.2f}" for name in names)
        print(f"round {number}, load {os.getloadavg()[0]:.1f}: {said}", file=sys.stderr, flush=True)
    return costs


def table(costs: dict[str, list[Cost]]) -> str:
    """The costs in Markdown, with the ratio to the first client (median over the rounds)."""
    first = next(iter(costs))
    lines = [
        f"| client | calls | CPU ms a call: least | median | × {first} | peak MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, of in costs.items():
        cpu = [cost.cpu_ms for cost in of]
        figures = f"{min(cpu):.2f} | {statistics.median(cpu):.2f} | {ratio(costs, name, first):.1f}"
        rss = f"{max(cost.rss_mb for cost in of):.0f}"
        lines.append(f"| {CLIENTS[name].title} | {CLIENTS[name].calls:,} | {figures} | {rss} |")
    for one, other, most in TARGETS:
        if one in costs and other in costs:
            found = ratio(costs, one, other)
            verdict = "met" if found <= most else "MISSED"
            lines.append(f"\n{one} takes {found:.3f} times the CPU of {other}; at most {most:g}: {verdict}.")
    return "\n".join(lines)


def ratio(costs: dict[str, list[Cost]], one: str, other: str) -> float:
    """The median over the rounds of what `one` took by what `other` took in the same round."""
    return statistics.median(a.cpu_ms / b.cpu_ms for a, b in zip(costs[one], costs[other], strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU time of one call, beside bare clients and Inspect AI.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", default="0.05,0", help="seconds that the server waits, with commas between")
    parser.add_argument("--only", default=",".join(CLIENTS), help="clients, with commas between")
    parser.add_argument("--inspect-path", default="", help="a folder with the packages that only Inspect AI is to use")
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        print(json.dumps(asdict(measure(given.client, given.address))), flush=True)
        os._exit(0)  # without waiting for the clients' own threads
    for latency in map(float, given.latency.split(",")):
        before = os.getloadavg()[0]
        found = table(rounds(given.only.split(","), latency, given.rounds, given.inspect_path))
        print(f"\nServer {1000 * latency:.0f} ms, {AT_ONCE} at once, {given.rounds} rounds;", end=" ")
        print(f"load average {before:.1f} to {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n\n{found}", flush=True)


if __name__ == "__main__":
    main()

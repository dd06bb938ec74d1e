"""The local provider that soak tests and benches ask keeps its promises."""

import asyncio
from collections import Counter

from provider import FAULTY_TRIES, LASTING, REFUSAL, TEXTS, TRANSIENT, provider

from core.models.base import Message, ModelError, ModelSpec, Reply, Request
from core.models.openai_direct import DirectModel

QUESTIONS = [Request((Message("user", f"Question {n}"),)) for n in range(60)]


async def ask_all(address: str, tries: int) -> tuple[list[Reply | None], Counter[str]]:
    """The replies after at most so many tries each, and what went wrong how often."""
    model = DirectModel(ModelSpec("hosted_vllm/m", address), timeout_s=0.5)
    wrong: Counter[str] = Counter()

    async def one(request: Request) -> Reply | None:
        for _ in range(tries):
            try:
                return await model.complete(request)
            except ModelError as error:
                wrong[error.kind] += 1
        return None

    return list(await asyncio.gather(*(one(request) for request in QUESTIONS))), wrong


def test_a_client_that_tries_again_gets_every_answer_and_the_faults_are_of_all_kinds() -> None:
    with provider(faults=0.7, seed=3) as server:
        replies, wrong = asyncio.run(ask_all(server.address, FAULTY_TRIES + 1))
        stats = server.stats()
    assert None not in replies
    assert set(wrong) == {"server", "rate_limit", "timeout", "connection"}
    assert stats["requests"] == sum(stats["kinds"].values()) == len(QUESTIONS) + sum(wrong.values())
    assert set(stats["kinds"]) == {"ok", *TRANSIENT, *LASTING}
    assert stats["peak"] > 1
    texts = {reply.text for reply in replies if reply is not None}
    assert {REFUSAL, "", *TEXTS} <= texts


def test_the_same_seed_brings_the_same_answers() -> None:
    def texts(seed: int) -> list[str]:
        with provider(faults=0.5, seed=seed, kinds=LASTING) as server:
            replies, wrong = asyncio.run(ask_all(server.address, 1))
        assert not wrong
        return [reply.text for reply in replies if reply is not None]

    first = texts(1)
    assert first == texts(1) != texts(2)


def test_a_set_answer_at_a_set_time_with_probabilities() -> None:
    with provider(latency=0.1, text="A") as server:
        model = DirectModel(ModelSpec("hosted_vllm/m", server.address))
        reply = asyncio.run(model.complete(Request((Message("user", "A or B?"),), options=("A", "B"))))
    assert reply.text == "A" and reply.latency_s >= 0.1
    assert reply.option_probs is not None and set(reply.option_probs) == {"A", "B"}

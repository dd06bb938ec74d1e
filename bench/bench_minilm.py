"""Sentences a CPU-second of the MiniLM recogniser, one thread: `python bench/bench_minilm.py` (target: 40)."""

import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.bench_lexicon import ACTS, ENDS, SUBJECTS, THINGS, rate
from core.recognition.minilm import MinilmRecogniser, fallback


def main() -> None:
    if fallback():
        raise SystemExit(fallback())
    start = time.process_time()
    recogniser = MinilmRecogniser()
    print(f"loaded in {time.process_time() - start:.1f} CPU-s (once a process, the model's sha256 included)")
    texts = [f"{s} {a} {t} {e}" for s in SUBJECTS for a in ACTS for t in THINGS for e in ENDS][::4]
    recogniser.read(texts[0])
    print(f"scores:                {rate(texts, recogniser.contributions):6,.0f} sentences/CPU-s")
    print(f"scores with evidence:  {rate(texts, recogniser.read):6,.0f} sentences/CPU-s")
    answers = [" ".join(texts[start : start + 7]) for start in range(0, len(texts), 7)]
    print(f"answers of 7 sentences: {rate(answers, recogniser.read):5,.1f} answers/CPU-s")
    print(f"beside an event loop:  {asyncio.run(longest_pause(recogniser, answers)) * 1000:6,.0f} ms longest pause")


async def longest_pause(recogniser: MinilmRecogniser, answers: list[str]) -> float:
    """The longest time (s) for which the loop could not turn while all `answers` were read."""
    reading = asyncio.gather(*(recogniser.recognise("", answer) for answer in answers))
    longest, last = 0.0, time.perf_counter()
    while not reading.done():
        await asyncio.sleep(0.005)
        now = time.perf_counter()
        longest, last = max(longest, now - last - 0.005), now
    return longest


if __name__ == "__main__":
    main()

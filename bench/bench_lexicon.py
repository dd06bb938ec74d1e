"""Sentences a second of the embedded recogniser on one core: `python bench/bench_lexicon.py` (target: 2,000)."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.recognition.lexicon import LexiconRecogniser

SUBJECTS = (
    "The council",
    "My neighbour",
    "A young engineer",
    "Every family",
    "The old teacher",
    "Nobody in the village",
)
ACTS = ("protects", "questions", "celebrates", "pays for", "gives up", "is proud of", "argues about")
THINGS = ("the right to choose", "a clean river", "the customs of our parents", "safer streets", "higher wages")
ENDS = ("even when it costs a lot.", "because it is only fair.", "and enjoys every minute of it.", "to keep the peace.")


def main() -> None:
    recogniser = LexiconRecogniser()
    texts = [f"{s} {a} {t} {e}" for s in SUBJECTS for a in ACTS for t in THINGS for e in ENDS] * 5
    recogniser.read(texts[0])
    print(f"scores:                {rate(texts, recogniser.contributions):8,.0f} sentences/s")
    print(f"scores with evidence:  {rate(texts, recogniser.read):8,.0f} sentences/s")


def rate(texts: list[str], run: Callable[[str], object]) -> float:
    start = time.process_time()
    for text in texts:
        run(text)
    return len(texts) / (time.process_time() - start)


if __name__ == "__main__":
    main()

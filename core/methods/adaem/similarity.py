"""Whether a question was asked before in nearly the same words: cosine of character n-grams, without a model.

Light paraphrases lie at .50 to .74, other questions on the same topic at .13 to .47, unrelated ones below .03.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

SIZES = (3, 4, 5)
NEAR = 0.5
NEAREST = 3  # the paper averages the similarity to the three nearest


class Known:
    """The questions there are; each counts once in the weights of its n-grams."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._grams: list[Counter[str]] = []
        self._documents: Counter[str] = Counter()
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Remember a question."""
        grams = ngrams(text)
        self._grams.append(grams)
        self._documents.update(grams.keys())

    def nearness(self, text: str, nearest: int = NEAREST) -> float:
        """Mean cosine (0..1) with the `nearest` most similar ones; 0 where none is known."""
        found = sorted((self._cosine(ngrams(text), other) for other in self._grams), reverse=True)[:nearest]
        return sum(found) / len(found) if found else 0.0

    def closest(self, text: str) -> float:
        """Cosine with the most similar one."""
        return self.nearness(text, 1)

    def cosine(self, a: str, b: str) -> float:
        """Cosine (0..1) of two texts."""
        return self._cosine(ngrams(a), ngrams(b))

    def _weight(self, gram: str) -> float:
        return 1.0 + math.log((1 + len(self._grams)) / (1 + self._documents[gram]))

    def _cosine(self, a: Counter[str], b: Counter[str]) -> float:
        inner = sum(count * b[gram] * self._weight(gram) ** 2 for gram, count in a.items() if gram in b)
        return inner / (self._norm(a) * self._norm(b)) if inner else 0.0

    def _norm(self, grams: Counter[str]) -> float:
        return math.sqrt(sum((count * self._weight(gram)) ** 2 for gram, count in grams.items()))


def between(groups: Sequence[Sequence[str]]) -> float:
    """Mean cosine (0..1) of two texts of different groups; 0 with fewer than two groups. It stands for the BERTScore of
    two models' opinions in the paper, which needs a language model."""
    known = Known(text for group in groups for text in group)
    pairs = [known.cosine(a, b) for one, other in combinations(groups, 2) for a in one for b in other]
    return sum(pairs) / len(pairs) if pairs else 0.0


def ngrams(text: str, sizes: Sequence[int] = SIZES) -> Counter[str]:
    """The n-grams of the words, each with a space on both sides, in lower case."""
    words = "".join(char if char.isalnum() else " " for char in text.casefold()).split()
    padded = [f" {word} " for word in words]
    return Counter(word[i : i + n] for word in padded for n in sizes for i in range(len(word) - n + 1))

"""The embedded recogniser: a learned table, word piece × value, whose sums are the reading. Numbers only, no network.

The log-odds of value v are b_v + Σ_t w_t L_tv / Σ_t w_t over the word pieces t of the answer, so every piece's part is
exact, and the whole is also the mean of its sentences' log-odds weighted by how much each says (Σ w). That beat the
plain mean of sentences in cross-validation (AUC .719 against .709 where there are several). w is the smooth inverse
frequency of Arora et al. (2017). scripts/build_lexicon.py learns b, w and L and folds the Platt calibration into b and
L, so that 1 / (1 + exp(-log-odds)) is the probability. That is presence, what a text is about; which way it leans is an
estimate of its own (core/recognition/leaning.py). English only; core/recognition/quality.py says how well.
"""

import hashlib
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.paths import DATA
from core.recognition.base import Evidence, Measure, Recognition, Verdict
from core.recognition.leaning import Leaning, bounded, load_leaning
from core.recognition.wordpiece import WordPiece
from core.values.system import SCHWARTZ, ValueSystem, system

FOLDER = DATA / "recogniser"
MAX_CHARS = 20_000
"""Characters of an answer that are read."""
MAX_EVIDENCE = 3
MIN_PART = 0.1
"""A word that adds less than this share of the best word's part is not shown as evidence."""
MIN_LANGUAGE_WORDS, MIN_STOP_SHARE, MAX_FOREIGN_SHARE = 10, 0.06, 0.3
"""An answer counts as not English when, of 10 words or more, under 6 % are English function words, or when over 30 % of
its letters are not Latin. Chosen on the training split; the card has the validation split's false alarms."""
NOT_ENGLISH = "English only: this answer looks like another language."
EMPTY = "There is nothing to read: the answer holds no word this recogniser knows."
BASE_RATE = "No word speaks for it; it is called present because it is common."

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LABELS = re.compile(
    r"^[\s#>*_-]*(?:stance[*_]*\s*:(?:[ \t]*[\w*]+){0,3}[.!]?[ \t]*$|(?:stance|key[ ]points?)[*_]*\s*:[*_]*)",
    re.IGNORECASE | re.MULTILINE,
)
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+(?:['’-](?:[^\W_]|[\u0300-\u036f])+){0,3}")
# English function words, without those that look the same in other languages ("in", "a", "was", "me", …).
_STOP_WORDS = frozenset(
    re.findall(
        r"\S+",
        "the of and to that is are be been have had it with not this they their them there would should could can will "
        "from by which who what when because if your you we our about than these those being does but or how just "
        "it's don't doesn't can't isn't",
    )
)
_LETTER = re.compile(r"[^\W\d_]")
_FOREIGN_LETTER = re.compile(r"[^\W\d_\u0000-\u024f]")


@dataclass(frozen=True)
class Lexicon:
    """`table` (pieces × values, log-odds), `weight` (pieces, 0 for marks and special tokens), `intercept` and
    `threshold` (values; log-odds of the average text, probability from which a value is present). `digest`: sha256."""

    digest: str
    pieces: WordPiece
    table: Floats
    weight: Floats
    intercept: Floats
    threshold: Floats


@dataclass(frozen=True)
class Shares:
    """The pieces of a text: `ids`, `spans` (pieces × 2, offsets) and `share` (pieces, sums to 1 or is empty)."""

    ids: Ints
    spans: Ints
    share: Floats


@dataclass(frozen=True)
class Contributions:
    """What each piece adds: `logit` (values) = `intercept` (values) + the sum of `parts` (pieces × values), exactly.
    `spans` (pieces × 2) are the pieces' offsets in the answer. A part is relative to the average text's.
    `leaning_parts` and `leaning_intercept` make the `leaning` in the same way, before tanh bounds it."""

    spans: Ints
    parts: Floats
    intercept: Floats
    leaning_parts: Floats
    leaning_intercept: Floats

    @property
    def logit(self) -> Floats:
        return np.asarray(self.intercept + self.parts.sum(axis=0))

    @property
    def leaning(self) -> Floats:
        return bounded(self.leaning_intercept + self.leaning_parts.sum(axis=0))


def shares(text: str, pieces: WordPiece, weight: Floats) -> Shares:
    """The share that each piece of `text` has in its reading; none when no piece has a weight."""
    rows = np.array(pieces.encode(text), dtype=np.int64).reshape(-1, 3)
    weights = weight[rows[:, 0]]
    if not weights.any():
        rows, weights = rows[:0], weights[:0]
    return Shares(rows[:, 0], rows[:, 1:], weights / (weights.sum() or 1.0))


def readable(answer: str) -> str:
    """The part of `answer` that is read, offsets unchanged: the first `MAX_CHARS`, "Stance: …" and "Key points:" labels
    blanked."""
    return _LABELS.sub(lambda match: " " * len(match.group()), answer[:MAX_CHARS])


def contributions(answer: str, lexicon: Lexicon, leaning: Leaning) -> Contributions:
    """Every piece's exact part in the log-odds and in the leaning of every value."""
    found = shares(readable(answer), lexicon.pieces, lexicon.weight)
    parts, lean = (found.share[:, None] * table[found.ids] for table in (lexicon.table, leaning.table))
    return Contributions(found.spans, parts, lexicon.intercept, lean, leaning.intercept)


def probability(logit: Floats) -> Floats:
    """1 / (1 + exp(-logit))."""
    return np.asarray(1.0 / (1.0 + np.exp(-logit)))


def looks_foreign(text: str) -> bool:
    """Whether `text` is likely not English. Short texts in Latin letters always pass: too little to tell."""
    if len(_FOREIGN_LETTER.findall(text)) > MAX_FOREIGN_SHARE * len(_LETTER.findall(text)):
        return True
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < MIN_LANGUAGE_WORDS:
        return False
    return sum(word in _STOP_WORDS for word in words) < MIN_STOP_SHARE * len(words)


def by_word(text: str, found: Contributions) -> tuple[list[tuple[int, int]], Floats]:
    """(the spans of the words of `text`, what each adds to every value: words × values, the sum of its pieces)."""
    words = [match.span() for match in _WORD.finditer(text)]
    home = np.searchsorted([start for start, _ in words], found.spans[:, 0], side="right") - 1
    # Marks before the first word have no home; like all marks they weigh nothing.
    inside = home >= 0
    sums = np.zeros((len(words), found.parts.shape[1]))
    np.add.at(sums, home[inside], found.parts[inside])
    return words, sums


def evidence(text: str, words: list[tuple[int, int]], weights: Floats) -> tuple[Evidence, ...]:
    """Up to three spans of `text` that speak most for a value (`weights`: what each of `words` adds to it), heaviest
    first. Of the six best words, those that stand side by side become one span."""
    part = weights.tolist()  # plain floats: most answers have few words, and arrays of few are slow
    best = sorted(range(len(part)), key=part.__getitem__, reverse=True)[: 2 * MAX_EVIDENCE]
    least = MIN_PART * max(part[best[0]], 0.0)
    runs: list[list[int]] = []
    for row in sorted(row for row in best if part[row] > least):
        if runs and runs[-1][-1] == row - 1 and text[words[row - 1][1] : words[row][0]].isspace():
            runs[-1].append(row)
        else:
            runs.append([row])
    found = [Evidence(words[run[0]][0], words[run[-1]][1], sum(part[row] for row in run)) for run in runs]
    return tuple(sorted(found, key=lambda span: -span.weight)[:MAX_EVIDENCE])


def verdict(
    answer: str, values: tuple[str, ...], threshold: Floats, contribute: Callable[[str], Contributions]
) -> Verdict:
    """All `values` as `contribute` weighs them in `answer`; `invalid` where it has no readable word or no English."""
    text = readable(answer)
    if looks_foreign(text):
        return Verdict("invalid", message=NOT_ENGLISH)
    found = contribute(answer)
    if not len(found.spans):
        return Verdict("invalid", message=EMPTY)
    words, weights = by_word(text, found)
    chances, leanings = probability(found.logit).tolist(), found.leaning.tolist()
    recognitions = []
    for column, (value, strength, leaning) in enumerate(zip(values, chances, leanings, strict=True)):
        if strength < threshold[column]:
            recognitions.append(Recognition(value, "absent", strength, leaning=leaning))
            continue
        spans = evidence(text, words, weights[:, column])
        recognitions.append(Recognition(value, "present", strength, spans, "" if spans else BASE_RATE, leaning))
    return Verdict("ok", tuple(recognitions), message=_cut_note(answer))


@cache
def load_lexicon(folder: Path = FOLDER) -> Lexicon:
    """The table in `folder` (lexicon.npz, vocab.txt); raises UserError when it is missing or broken."""
    path = folder / "lexicon.npz"
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with np.load(path, allow_pickle=False) as raw:
            table = raw["table"].astype(np.float64) * raw["scale"]
            weight, intercept, threshold = (
                raw[name].astype(np.float64) for name in ("weight", "intercept", "threshold")
            )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UserError(
            f"The recogniser's table {path.name} cannot be read ({error}); reinstall Polycompass."
        ) from error
    pieces = WordPiece(folder / "vocab.txt")
    if table.shape != (len(pieces.tokens), len(intercept)):
        raise UserError(f"{path.name} and vocab.txt do not belong together; reinstall Polycompass.")
    return Lexicon(digest, pieces, table, weight, intercept, threshold)


class LexiconRecogniser:
    """Presence of Schwartz's ten values, offline. `strength` is a probability calibrated on 1-2-sentence debate
    premises; for longer answers, read as the weighted mean of their sentences, it is an extrapolation."""

    measure: Measure = "presence"

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self.lexicon, self.leaning = lexicon or load_lexicon(), load_leaning()
        self.id = f"lexicon@{version(self.lexicon.digest, self.leaning.digest)}"
        self.system: ValueSystem = system(SCHWARTZ)

    async def recognise(self, question: str, answer: str) -> Verdict:
        """All ten values in `answer`; `question` is not read."""
        return self.read(answer)

    def read(self, answer: str) -> Verdict:
        """All ten values in `answer`, or `invalid` where it has no readable word or is not English."""
        return verdict(answer, self.system.ids, self.lexicon.threshold, self.contributions)

    def contributions(self, answer: str) -> Contributions:
        """Every piece's part in the log-odds and in the leaning of every value."""
        return contributions(answer, self.lexicon, self.leaning)


def version(*digests: str) -> str:
    """What tells readings by these files from others': eight hexadecimal digits."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:8]


def _cut_note(answer: str) -> str:
    if len(answer) <= MAX_CHARS:
        return ""
    return f"Only the first {MAX_CHARS:,} of {len(answer):,} characters were read."

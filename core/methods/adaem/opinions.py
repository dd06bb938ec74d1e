"""What a model says to a question: a stance and its key points, out of whatever form it gives them.

The stance is shown but never scored: values are read in the points (AdAEM, s. 3.3).
"""

import re
from dataclasses import dataclass
from typing import Literal

from core.recognition.refusals import is_refusal

Stance = Literal["yes", "no", "neutral", ""]
MOST = 8


@dataclass(frozen=True)
class Opinions:
    """`stance` is "" where none was given; `points` are verbatim but for marks and numbers; `formed` says that the
    points were listed as asked for, else the whole text is the one point. A refusal, like a blank text, has none."""

    stance: Stance
    points: tuple[str, ...]
    formed: bool


_MARKS = re.compile(r"[*_`#>]+")
_STANCE = re.compile(r"^\W*(?:my\s+)?(?:stance|position|answer)\W+(.*)$", re.I | re.M)
_HEAD = re.compile(r"^\W*(?:key\s+)?(?:points?|arguments?|reasons?)\W*$", re.I)
_POINT = re.compile(r"^\s*(?:\(?\d{1,2}\s*[.):\-]+|[-•–—+]|\(?[a-h][.)])\s+(?P<said>\S.*)$", re.I)
_WORDS: dict[str, Stance] = {
    "yes": "yes", "yeah": "yes", "agree": "yes", "support": "yes", "supportive": "yes", "in favour": "yes",
    "in favor": "yes", "for": "yes", "no": "no", "disagree": "no", "against": "no", "oppose": "no", "opposed": "no",
    "neutral": "neutral", "mixed": "neutral", "it depends": "neutral", "depends": "neutral", "undecided": "neutral",
    "both": "neutral",
}  # fmt: skip
_NAMED = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})\b", re.I)


def read_opinions(text: str, most: int = MOST) -> Opinions:
    """The stance and up to `most` points of a reply."""
    plain = _MARKS.sub("", text).strip()
    if not plain or is_refusal(text):
        return Opinions("", (), False)
    stance = _stance(plain)
    points = _points(plain)
    if points:
        return Opinions(stance, tuple(points[:most]), True)
    rest = "\n".join(line for line in plain.splitlines() if not _STANCE.match(line) and not _HEAD.match(line)).strip()
    return Opinions(stance, (rest,) if rest else (), False)


def _stance(plain: str) -> Stance:
    if named := _STANCE.search(plain):
        found = _NAMED.search(named.group(1))
        return _WORDS[found.group().lower()] if found else ""
    found = _NAMED.match(plain)
    return _WORDS[found.group().lower()] if found and found.group().lower() in ("yes", "no") else ""


def _points(plain: str) -> list[str]:
    """The listed points; lines that follow one without a mark of their own belong to it."""
    points: list[str] = []
    open_point = False
    for line in plain.splitlines():
        if _STANCE.match(line) or _HEAD.match(line):
            open_point = False
        elif found := _POINT.match(line):
            points.append(found.group("said").strip())
            open_point = True
        elif not line.strip():
            open_point = False
        elif open_point:
            points[-1] += " " + line.strip()
    return points

"""A reply read strictly: the label of one option, or a place on a slider, or nothing.

The pronoun "I" is not option I, the article "A" is not option A, and the payoffs in "3: 85/68" are not labels.
"""

import re
from collections.abc import Sequence

_LEAD = r"(?:(?i:the|my|our|final)\s+)*(?i:answer|option|choice|label|line|pick)\s*(?:(?i:is|would\s+be)\s*)?[:=\s]*"
_MARKS = r"[\"'“”‘’*_`(\[<\s]*"
_VERB = r"\b(?i:choose|pick|select|take|go\s+(?:with|for)|option|choice|answer\s+is|answer:)\s+(?i:option\s+|label\s+)?"


def parse_label(text: str, labels: Sequence[str]) -> str | None:
    """The one label of `labels` that a reply names, None when it names none or several.

    A label counts alone ("C", "(C)", "**C.**"), at the head of the reply with a mark of its own behind it ("C: 85/68",
    "Answer: C"), in parentheses, or after a word that says that it is one ("option C", "I choose C").
    """
    some = "".join(re.escape(label) for label in labels)
    stripped = text.strip()
    if whole := re.fullmatch(rf"{_MARKS}(?:{_LEAD})?{_MARKS}([{some}])[\W_]*", stripped):
        return whole.group(1)
    found = {*_headed(stripped, some), *_named(stripped, some)}
    return found.pop() if len(found) == 1 else None


def _headed(text: str, some: str) -> list[str]:
    # Of "I" only a colon, a parenthesis or a line's end make a label: "I, for one", "I - as asked", "I. That is".
    behind = r"(?=[:)\]*]|\s*\n|\s*$)"
    loose = r"(?=[:)\]*,;]|\.(?!\d)|\s*[-–—]\s|\s*\n|\s*$|\s+because\b|\s+since\b|\s*\(\d)"
    ordinary = "".join(sorted(set(some) - {"I", "\\"}))
    found = re.findall(rf"\A{_MARKS}(?:{_LEAD})?{_MARKS}([{ordinary}]){loose}", text) if ordinary else []
    if "I" in some:
        found += re.findall(rf"\A{_MARKS}(?:{_LEAD})?{_MARKS}(I){behind}", text)
    return found


def _named(text: str, some: str) -> list[str]:
    # Never "don't choose C". After "answer:" a pronoun may follow, so "I" must then end a line or be marked.
    without = r"(?<!not )(?<!n't )(?<!n’t )(?<!never )"
    after = r"(?![.,]\d|\s*/)(?=\s*(?:[)\]*.,:;!?\"”]|\Z|\n)|\s+(?:because|since|as|for|over)\b)"
    found = re.findall(rf"\(([{some}])\)", text)
    for label in re.findall(rf"{without}{_VERB}{_MARKS}([{some}]){after}", text):
        if label != "I":
            found.append(label)
    if "I" in some:
        found += re.findall(
            rf"{without}\b(?i:option)\s+{_MARKS}(I)\b(?!['’])(?!\s+(?:am|will|would|have|can|do)\b)", text
        )
    return found


def parse_place(text: str) -> int | None:
    """The whole number from 0 to 100 that is all a reply says ("37", "37.", "Slider: 37", "37 %"), else None."""
    found = re.fullmatch(
        rf"[\s\W]*(?:(?i:slider|place|position|number)\W*|{_LEAD})?(\d{{1,3}})\s*(?i:%|percent)?[\s\W]*", text
    )
    if found is None or int(found.group(1)) > 100 or re.search(r"\d[.,]\d|-\s*\d", text):
        return None
    return int(found.group(1))

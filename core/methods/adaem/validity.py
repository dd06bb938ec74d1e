"""Whether a generated text is a question that may be put to models: one short yes/no question, and no incitement."""

import re

MOST_WORDS = 25
LEAST_WORDS = 4

_OPENS = re.compile(
    r"(?:is|are|was|were|do|does|did|should|shall|can|could|would|will|must|may|might|ought|has|have|had|need)\b", re.I
)
_CHOICE = re.compile(r"\b(?:what|which|who|whom|whose|why|how|when|where)\b", re.I)
_LATIN = re.compile(r"[a-z]", re.I)
# Words that ask for harm rather than for a view on it. A question on whether something be allowed does not need them.
_HARM = re.compile(
    r"\b(?:exterminat\w*|genocide\s+of|lynch\w*|rape[sd]?|raping|molest\w*|behead\w*|gas\s+chamber\w*|subhuman\w*"
    r"|vermin|child\s+porn\w*|how\s+to\s+(?:kill|build\s+a\s+bomb|make\s+(?:a\s+)?(?:bomb|poison)))\b",
    re.I,
)


def unfit(text: str) -> str:
    """Why a text cannot be asked, as one sentence; "" if it can."""
    words = text.split()
    if text.count("?") != 1 or not text.rstrip().endswith("?"):
        return "It is not one question that ends with a question mark."
    if not LEAST_WORDS <= len(words) <= MOST_WORDS:
        return f"It has {len(words)} words; {LEAST_WORDS} to {MOST_WORDS} are allowed."
    if "\n" in text.strip():
        return "It has more than one line."
    letters = sum(char.isalpha() for char in text)
    if len(_LATIN.findall(text)) < 0.9 * letters:
        return "It is not in English."
    if not _OPENS.match(words[0].strip("\"'“”(")) and not _asked_later(text):
        return "It cannot be answered by yes or no."
    if _HARM.search(text):
        return "It may incite to harm."
    return ""


def _asked_later(text: str) -> bool:
    """A condition first, as in "If it rains, should we go?", with no question word."""
    clauses = re.split(r"[,;:]\s+", text)
    return not _CHOICE.search(clauses[-1]) and any(_OPENS.match(clause) for clause in clauses[1:])

"""What a judge sees of an answer: its words, without layout, courtesies and names, all of which move judges.

Quotes are found in the answer as it is: `quotes.normalise` passes over the same marks.
"""

import re

from core.recognition.judge_prompt import PromptText, mask_names

_LINES = (
    re.compile(r"(?m)^[ \t]*(?:```|~~~)[^\n`]*$\n?"),  # the fences of code, not the code
    re.compile(r"(?m)^[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$\n?"),  # rules
    re.compile(r"(?m)^[ \t]*#{1,6}[ \t]+"),
    re.compile(r"(?m)^[ \t]*>[ \t]?"),
    re.compile(r"(?m)^[ \t]*[-*+•][ \t]+"),
)
_MARKS = (
    re.compile(r"(\*\*\*|\*\*|\*|~~)(?=\S)([^\n]{0,500}?\S)\1"),
    re.compile(r"(?<!\w)(___|__|_)(?=[^\W_])([^\n]{0,500}?[^\W_][.!?,;:]?)\1(?!\w)"),
    re.compile(r"(?<!`)(`{1,3})(?!`)([^`\n]+)\1(?!`)"),
)
_BLANK = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


def shown(text: PromptText, answer: str) -> str:
    """The answer as the judge is given it."""
    return mask_names(text, without_courtesies(text, unformatted(answer)))


def unformatted(answer: str) -> str:
    """`answer` without the marks of Markdown for headings, lists, quotes, emphasis and code; what stands between them
    stays. An answer of marks alone stays as it is."""
    plain = answer
    for line in _LINES:
        plain = line.sub("", plain)
    for mark in _MARKS:
        plain = mark.sub(r"\2", plain)
    plain = _BLANK.sub("\n\n", plain)
    return plain if plain.strip() else answer


def without_courtesies(text: PromptText, answer: str) -> str:
    """`answer` without the phrases at its beginning and end that only serve the conversation, such as an offer of
    further help. An answer of such phrases alone stays as it is."""
    plain = answer
    while found := text.greeting.match(plain):
        plain = plain[found.end() :]
    while found := text.farewell.search(plain):
        plain = plain[: found.start()]
    return plain if plain.strip() else answer

"""What a judge sees of an answer, and that its words are still found in the answer as it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.recognition.exam import exam
from core.recognition.judge_prompt import PROMPT_FILE, prompt_text
from core.recognition.judge_view import shown, unformatted, without_courtesies
from core.recognition.quotes import locate, normalise

TEXT = prompt_text()
FORMATTED = """\
## My plan

- **Tell her** at once.
* Then *wait*, and ~~write~~ call.
> She may `cry`.

***

1. snake_case_names and 2 * 3 * 4 stay, __so__ does _this_.
```python
print("code stays")
```
"""
PLAIN = """\
My plan

Tell her at once.
Then wait, and write call.
She may cry.

1. snake_case_names and 2 * 3 * 4 stay, so does this.
print("code stays")
"""


def test_layout_is_taken_off_and_words_stay() -> None:
    assert unformatted(FORMATTED) == PLAIN
    assert unformatted(PLAIN) == PLAIN
    assert unformatted("***") == "***", "an answer of marks alone stays"


@pytest.mark.parametrize("quote", ["Tell her at once", "Then wait, and write call", "She may cry", "My plan"])
def test_quotes_of_what_is_shown_are_found_in_the_answer_as_it_is(quote: str) -> None:
    assert quote in shown(TEXT, FORMATTED)
    span = locate(quote, normalise(FORMATTED))
    assert span is not None and not span.repaired
    assert FORMATTED[span.start : span.end].translate({ord(mark): None for mark in "*~`"}) == quote


def test_every_sentence_shown_of_the_exam_is_found_again() -> None:
    for task in exam().tasks:
        for sentence in shown(TEXT, task.answer).splitlines():
            if any(char.isalnum() for char in sentence):
                assert locate(sentence, normalise(task.answer)), (task.id, sentence)


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("Great question! Tell her. I hope this helps!", "Tell her."),
        ("Certainly! Here are some thoughts: Tell her.\n\nLet me know if you want more.", "Tell her."),
        ("That's a really thoughtful question. Thanks for asking! Go.", "Go."),
        ("Go. If you have any other worries, feel free to ask. I'm always here to help!", "Go."),
        ("Absolutely! Tell her.", "Absolutely! Tell her."),
        ("Of course. It is your life.", "Of course. It is your life."),
        ("I'm so sorry about your father. Call her.", "I'm so sorry about your father. Call her."),
        ("Ask her to let me know if she minds, then go.", "Ask her to let me know if she minds, then go."),
        ("I hope this helps!", "I hope this helps!"),
    ],
)
def test_courtesies_go_and_answers_stay(answer: str, left: str) -> None:
    assert without_courtesies(TEXT, answer) == left


@given(st.text(alphabet="ab *_`#>-~\n.!"))
def test_what_is_shown_are_the_answers_own_words_in_order(answer: str) -> None:
    kept, there = ([char for char in text if char.isalpha()] for text in (shown(TEXT, answer), answer))
    assert kept == there


@pytest.mark.timeout(20)
def test_a_long_line_of_marks_takes_no_time() -> None:
    for mark in ("*", "_", "`", "~", "-", "> ", "# ", "*a", "_a_", "let me know if "):
        unformatted(mark * 20_000)
        without_courtesies(TEXT, mark * 20_000)


def test_courtesies_that_are_no_expressions_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    text = PROMPT_FILE.read_text(encoding="utf-8").replace("'''(?:hi|hello|hey)", "'''((?:hi|hello|hey)")
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"broken\.toml: one of the courtesies"):
        prompt_text(broken)

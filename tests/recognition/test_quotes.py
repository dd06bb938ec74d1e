"""Quotes found where they stand, and nowhere else."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recognition.quotes import MARKS, PLAIN, Span, locate, normalise, plain

ODD = st.text(alphabet=st.sampled_from("aBe ̈́\u200b*_`#…ﬁß “’—\n\tİ각나½😀x.") | st.characters())


def found(quote: str, answer: str, question: str = "") -> str | None:
    """The words of `answer` that `locate` points at."""
    span = locate(quote, normalise(answer), normalise(question))
    return answer[span.start : span.end] if span else None


@pytest.mark.parametrize(
    ("quote", "answer", "words"),
    [
        ("keep the promise", "I would keep the promise.", "keep the promise"),
        ("Keep the promise", "I would keep the promise.", "keep the promise"),
        ("don't lie", "Please, don’t lie to her.", "don’t lie"),
        ('a "fair" share', "It is a “fair” share of it.", "a “fair” share"),
        ("stay - at last", "You stay — at last.", "stay — at last"),
        ("tell your boss", "You should **tell** your\n  boss today.", "tell** your\n  boss"),
        ("tell **your** boss", "You should tell your boss.", "tell your boss"),
        ("café first", "The cafe\u0301 first, then home.", "cafe\u0301 first"),
        ("find five", "We \ufb01nd \ufb01ve of them.", "\ufb01nd \ufb01ve"),
        ("no break", "There is no\u00a0bre\u00adak.", "no\u00a0bre\u00adak"),
        ("自由", "我选择自由和和平。", "自由"),
        ("No", "I know it. No.", "No"),
    ],
)
def test_the_same_words_in_other_dress_are_found(quote: str, answer: str, words: str) -> None:
    assert found(quote, answer) == words
    span = locate(quote, normalise(answer))
    assert span is not None and not span.repaired


@pytest.mark.parametrize(
    "quote", ["", "  ", "**", "a", "…", "care", "know no", "never said that at all, not once", "it be."]
)
def test_what_is_not_there_is_not_found(quote: str) -> None:
    assert found(quote, "I know a man who was scared of the dark. Leave it be…") is None


def test_a_quote_with_small_errors_is_repaired_and_marked() -> None:
    answer = (
        "First things first. You should always look after your elderly parents, whatever it takes. The rest can wait."
    )
    span = locate("You should always look after you elderly parent, whatever it takes", normalise(answer))
    assert span is not None and span.repaired
    assert answer[span.start : span.end] == "You should always look after your elderly parents, whatever it takes"


@pytest.mark.parametrize(
    "quote", ["You should not hide the letter from your sister", "You should never hide the letter from your sister"]
)
def test_a_repair_never_adds_a_negation(quote: str) -> None:
    assert found(quote, "Well then. You should hide the letter from your sister until she is back.") is None


def test_a_quote_from_the_question_is_dropped_even_if_the_answer_comes_close() -> None:
    question = "Should I look after my elderly parents at home or move abroad?"
    answer = "Whether to look after your elderly parents at home is hard to say."
    quote = "look after my elderly parents at home"
    assert found(quote, answer) is not None
    assert found(quote, answer, question) is None


def test_words_of_the_question_that_the_answer_repeats_are_found() -> None:
    assert found("move abroad", "Yes: move abroad.", "Should I move abroad?") == "move abroad"


def test_long_answers_are_searched_quickly() -> None:
    answer = normalise("It is important to weigh what matters to all who live here. " * 2000 + "a" * 50_000)
    quotes = ["It is important to wiegh what matters too all who live", "b" * 300, "a" * 299 + "b", "x y z " * 50]
    start = time.process_time()
    spans = [locate(quote, answer) for quote in quotes]
    assert [span is not None for span in spans] == [True, False, True, False]
    assert time.process_time() - start < 5


@given(ODD)
def test_normalised_text_knows_where_it_comes_from(text: str) -> None:
    plain = normalise(text)
    assert len(plain.text) == len(plain.starts) == len(plain.ends)
    assert list(plain.starts) == sorted(plain.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(plain.starts, plain.ends, strict=True))


@given(ODD, st.integers(0, 40), st.integers(0, 40))
def test_what_is_found_exactly_reads_the_same_as_the_quote(answer: str, start: int, length: int) -> None:
    quote = answer[start : start + length]
    span = locate(quote, normalise(answer))
    if span is not None and not span.repaired:
        assert normalise(answer[span.start : span.end]).text == normalise(quote).text


@given(ODD, ODD, ODD)
def test_any_text_is_searched_without_failing(quote: str, answer: str, question: str) -> None:
    span = locate(quote, normalise(answer), normalise(question))
    assert span is None or 0 <= span.start < span.end <= len(answer)


WORDS = st.lists(
    st.sampled_from(["keep", "your", "promise", "to", "them", "ärger", "go", "zu"]), min_size=3, max_size=30
)


@given(WORDS, st.data())
def test_every_run_of_whole_words_is_found(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    answer = " ".join(words)
    span = locate("  ".join(words[first:last]).upper(), normalise(answer))
    assert isinstance(span, Span) and not span.repaired
    assert answer[span.start : span.end] == " ".join(words[first:last])


@given(st.one_of(ODD, st.text(st.sampled_from([*map(chr, range(128)), *map(chr, PLAIN), *MARKS, *" \n"]))))
def test_the_short_way_gives_the_same_text(text: str) -> None:
    assert plain(text) == normalise(text).text

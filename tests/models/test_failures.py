import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models.base import ModelSpec
from core.models.failures import LONGEST, LONGEST_WAIT_S, error_kind, model_error, provider_words, retry_after, scrub

SPEC = ModelSpec("openai/m")


class Failure(Exception):
    """An exception as client libraries make them."""

    def __init__(self, message: str, status: int | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status
        self.litellm_response_headers = headers


@pytest.mark.parametrize(
    "text",
    [
        "Bearer abcdef123456",
        "key sk-proj-abcDEF123_456-x",
        "key sk-ab***********wxyz",
        "AIzaSyA1234567890abcdef",
        "gsk_abcdef123456",
        "hf_abcdef123456",
        "AKIAABCDEFGHIJKLMNOP",
        "POST https://x/v1?key=abcdef123456",
        "'Authorization': 'abcdef123456'",
        '"api_key": "abcdef123456"',
        "x-api-key=abcdef123456",
    ],
)
def test_what_looks_like_a_key_is_taken_out(text: str) -> None:
    shown = scrub(f"before {text} after")
    assert "abc" not in shown.lower().replace("before", "") and "SyA1" not in shown and "wxyz" not in shown
    assert shown.startswith("before ") and shown.endswith(" after") and "[key]" in shown


@pytest.mark.parametrize("name", ["SOME_API_KEY", "MY_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD"])
def test_values_of_key_variables_are_taken_out_whatever_they_look_like(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "correct horse 42")
    assert "horse" not in scrub("you sent correct horse 42!")


def test_ordinary_words_stay() -> None:
    text = "The task-force asked for risk-free, ask-me-anything skills; the key is missing, tokens: 12."
    assert scrub(text) == text


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "bad_request"),
        (401, "authentication"),
        (402, "authentication"),
        (403, "authentication"),
        (404, "not_found"),
        (408, "timeout"),
        (413, "bad_request"),
        (422, "bad_request"),
        (429, "rate_limit"),
        (500, "server"),
        (503, "server"),
        (529, "server"),
        (None, "server"),
    ],
)
def test_statuses(status: int | None, kind: str) -> None:
    assert error_kind(Failure("x", status), "x") == kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Missing credentials. Please pass an `api_key`", "authentication"),
        ("You exceeded your current quota", "authentication"),
        ("Connection error", "connection"),
        ("Cannot connect to host localhost:11434", "connection"),
    ],
)
def test_what_wears_the_status_of_a_server_failure(words: str, kind: str) -> None:
    assert error_kind(Failure(words, 500), words) == kind


QUOTA = "You exceeded your current quota, please check your plan and billing details."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (f'{{"error": {{"message": "{QUOTA}", "code": "insufficient_quota"}}}}', "authentication"),
        ('{"error": {"message": "No more.", "type": "insufficient_quota"}}', "authentication"),
        (QUOTA, "authentication"),
        ("Your credit balance is too low. Please retry in 5s", "authentication"),
        (f'{{"error": {{"message": "{QUOTA}", "status": "RESOURCE_EXHAUSTED"}}}}', "rate_limit"),
        (f'{{"error": {{"message": "{QUOTA}", "details": [{{"retryDelay": "26s"}}]}}}}', "rate_limit"),
        (f"{QUOTA} Please retry in 12.3s.", "rate_limit"),
    ],
)
def test_a_429_is_a_lack_of_credit_only_where_waiting_does_not_help(body: str, kind: str) -> None:
    failure = model_error(Failure(body, 429), SPEC, 5)
    assert failure.kind == kind
    assert ("no credit left" in str(failure)) == (kind == "authentication")


def test_a_timeout_by_class() -> None:
    assert error_kind(TimeoutError()) == "timeout"


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [("3", 3, 3), ("0.5", 0.5, 0.5), ("-4", 0, 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0)],
)
def test_retry_after(value: str, least: float, most: float) -> None:
    seconds = retry_after(Failure("x", 429, {"Retry-After": value}))
    assert seconds is not None and least <= seconds <= most


def test_retry_after_as_a_date_to_come() -> None:
    when = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
    seconds = retry_after(Failure("x", 429, {"retry-after": when}))
    assert seconds is not None and 50 < seconds <= 60


@pytest.mark.parametrize(
    "value",
    [
        *("nan", "inf", "-inf", "1e400", "1e300", "soon", "", "Wed, 99 Foo 2015"),
        "Mon, 01 Jan 2024 00:00:00 +99999999999999999999",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
    ],
)
def test_an_unreadable_retry_after_is_none(value: str) -> None:
    assert retry_after(Failure("x", 429, {"retry-after": value})) is None


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ("Please retry in 12.3s.", 12.3),
        ("Please retry in 433.5ms.", None),
        ('{"details": [{"retryDelay": "26s"}]}', 26),
        ("Error code: 429 - [{'details': [{'retryDelay': '0.5s'}]}]", 0.5),
        (f"Please retry in {'9' * 400}s.", None),
        ("Slow down.", None),
    ],
)
def test_without_the_header_the_wait_is_read_in_the_answer(body: str, seconds: float | None) -> None:
    assert retry_after(Failure(body, 429)) == seconds
    assert model_error(Failure(body, 429), SPEC, 5).retry_after == seconds
    assert retry_after(Failure(body, 429, {"retry-after": "7"})) == 7


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_header_is_a_wait_or_none(value: str) -> None:
    seconds = retry_after(Failure("x", 429, {"retry-after": value}))
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT_S


def test_the_cause_may_hold_the_header() -> None:
    outer = Failure("outer")
    outer.__cause__ = Failure("inner", 429, {"retry-after": "2"})
    assert retry_after(outer) == 2


def test_the_providers_words_are_freed_of_wrapping_and_shortened() -> None:
    wrapped = 'litellm.BadRequestError: OpenAIException - {"error": {"message": "Too \\"odd\\"\\n at all."}}'
    assert provider_words(Failure(wrapped)) == 'Too "odd" at all'
    assert len(provider_words(Failure("long " * 1000))) == LONGEST
    assert provider_words(Failure('{"detail": "Not Found"}')) == "Not Found"
    assert provider_words(Failure('{"error": "no_model", "message": "Pull it first."}')) == "Pull it first"
    assert provider_words(Failure('{"message": "bad \\q escape"}')) == '{"message": "bad \\q escape"}'


@given(st.text(alphabet=st.characters(), max_size=400), st.integers(100, 599))
def test_any_words_become_one_storable_sentence(words: str, status: int) -> None:
    failure = model_error(Failure(words, status), SPEC, 5)
    text = str(failure)
    assert text.startswith("openai/m ") and text.endswith(".")
    assert len(text.splitlines()) == 1 and len(text) < LONGEST + 300
    assert text.encode()

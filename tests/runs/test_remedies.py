"""Every way to fail has a cause and a remedy in plain words, and failures are counted by it."""

from typing import get_args, get_type_hints

import pandas as pd
import pytest

from core.models.base import ErrorKind
from core.recognition.base import Verdict
from core.runs.remedies import REMEDIES, UNKNOWN, Remedy, failures

STATUSES = get_args(get_type_hints(Verdict)["status"])


def errors(*rows: tuple[str, str, int, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["kind", "error", "calls", "models"])


def causes(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["model", "role", "kind", "calls"])


def test_every_kind_and_status_has_a_remedy_and_nothing_else_does() -> None:
    assert set(REMEDIES) == {*get_args(ErrorKind), *STATUSES}


@pytest.mark.parametrize("remedy", [*REMEDIES.values(), UNKNOWN], ids=[*REMEDIES, "unknown"])
def test_cause_and_remedy_are_sentences(remedy: Remedy) -> None:
    for sentence in (remedy.cause, remedy.todo):
        assert sentence[0].isupper() and sentence.endswith(".") and len(sentence) > 15
    assert ". " not in remedy.cause


def test_no_two_kinds_are_told_alike() -> None:
    assert len({remedy.cause for remedy in REMEDIES.values()}) == len(REMEDIES)


def test_failures_are_grouped_by_kind_with_what_is_missing_and_what_was_sent() -> None:
    ended = errors(("server", "one", 2, "a, b"), ("server", "two", 3, "b"), ("invalid", "no JSON", 4, "judge:j@1"))
    sent = causes(("a", "model", "server", 7), ("j", "judge", "rate_limit", 9), ("j", "judge", "server", 1))
    found = {failure.kind: failure for failure in failures(ended, sent)}
    assert list(found) == ["server", "invalid", "rate_limit"]  # most missing first
    assert (found["server"].missing, found["server"].requests, found["server"].models) == (5, 8, ("a", "b", "j"))
    assert (found["rate_limit"].missing, found["rate_limit"].requests) == (0, 9)
    assert (found["invalid"].missing, found["invalid"].requests) == (4, 0)
    assert found["invalid"].remedy is REMEDIES["invalid"]


def test_a_kind_that_is_not_known_is_said_to_be_so() -> None:
    (found,) = failures(errors(("novel", "?", 1, "m")), causes())
    assert found.remedy is UNKNOWN


def test_where_nothing_failed_there_is_nothing() -> None:
    assert failures(errors(), causes()) == []

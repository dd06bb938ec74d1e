"""The help, and what is printed."""

import argparse
import importlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli import main
from core.cli.output import dollars, duration, safe
from core.cli.parser import EXIT_CODES, parser
from core.cli.progress import Progress, Warnings, bar, line, time_left
from core.runs.lines import Pace


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [each for each in parser()._actions if isinstance(each, argparse._SubParsersAction)]
    assert {choice.dest for choice in action._choices_actions if choice.help} == set(action.choices)
    return dict(action.choices)


def test_every_command_and_option_has_help_and_something_that_carries_it_out() -> None:
    names = {"run", "plan", "extend", "import", "runs", "show", "compare", "export", "delete", "cache"}
    names |= {"models", "test-model", "suites", "app", "bench-recogniser", "read", "readings", "check-judge"}
    names |= {"import-portrait", "exam-judge", "agreement", "labels", "archive", "report", "import-compass", "search"}
    assert set(commands()) == names
    for name, command in commands().items():
        assert command.description and command.epilog == EXIT_CODES, name
        assert all(action.help for action in command._actions), name
        module, function = command.get_default("module"), command.get_default("function")
        assert callable(getattr(importlib.import_module(module), function)), name


def test_help_names_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert EXIT_CODES in capsys.readouterr().out


# What is printed


@given(st.text())
def test_nothing_printed_steers_a_terminal(text: str) -> None:
    shown = safe(text)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 or char in "\u2028\u202e\u2066" for char in shown)
    assert safe("Grüße 语 🙂") == "Grüße 语 🙂"


def test_escapes_are_shown_not_sent() -> None:
    assert safe("a\x1b[31mb\nc") == "a\\x1b[31mb\\nc"
    assert safe("a\x1b\nc", keep="\n") == "a\\x1b\nc"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "under 1 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (7260, "2 h 01 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_costs() -> None:
    assert [dollars(cost) for cost in (None, 0.0, 0.001, 1234.5)] == ["unknown", "$0.00", "under $0.01", "$1,234.50"]


def progress(**changes: Any) -> Progress:
    outcomes = {"answered": 50, "truncated": 5, "refused": 3, "unparsed": 1, "filtered": 0, "failed": 1}
    spent = {"calls": 60, "tokens": 1, "cost_usd": 1.5, "seconds": 1.0, "unpriced": []}
    whole = {"done": 60, "planned": 100, "outcomes": outcomes, "read": 54, "unreadable": 0, "spent": spent}
    return Progress(**whole | {"calls_per_s": 2.0, "left_s": 20.0} | changes)


def test_a_log_says_how_far_a_run_is() -> None:
    kinds = "50 answered, 5 truncated, 3 refused, 1 unparsed, 1 failed; 54 read"
    assert line(progress()) == f"60 of 100 calls: {kinds}; 20 s left; $1.50; 2.0 calls/s"
    assert line(progress(read=0, left_s=None, calls_per_s=None)).endswith("1 failed; $1.50")
    unpriced = progress().spent | {"unpriced": ["m"]}
    assert "$1.50 + unknown" in line(progress(spent=unpriced))
    assert "; unknown;" in line(progress(spent=unpriced | {"cost_usd": 0.0}))


def test_a_terminal_shows_a_bar() -> None:
    assert bar(progress()).startswith(
        "[##############..........]  60 %  60/100; 20 s left; $1.50; 2.0 calls/s; 50 answ"
    )
    assert bar(progress(done=0)).startswith(f"[{'.' * 24}]   0 %")
    assert bar(progress(done=100)).startswith(f"[{'#' * 24}] 100 %")
    assert bar(progress(done=0, planned=0)).startswith(f"[{'#' * 24}] 100 %  0/0")


def test_the_time_left_is_told_only_where_it_is_known() -> None:
    assert time_left(60, 100, 2.0) == 20.0
    assert time_left(100, 100, 2.0) is None and time_left(60, 100, None) is None


def test_each_trouble_is_said_once() -> None:
    fine = Pace("m", "model", 1, 8, 8, 0.0, False, "")
    warnings = Warnings()
    assert warnings.new([fine]) == []
    slow = replace(fine, allowed=4)
    assert warnings.new([slow, replace(slow, role="judge")]) == [
        "m: asked to go slower; 4 of 8 calls at once for now.",
        "m (the judge): asked to go slower; 4 of 8 calls at once for now.",
    ]
    assert warnings.new([replace(fine, allowed=2, closed_s=3.0)]) == []
    assert warnings.new([replace(fine, down=True, left="m was left.")])[0] == "m was left."
    assert warnings.new([replace(fine, down=True, left="m was left.")]) == []

"""What two runs were set to, side by side."""

from dataclasses import fields, replace

import pytest
from builders import suite

from core.errors import UserError
from core.items.item import Item, Option, Suite
from core.methods.base import Asking
from core.models.base import ModelSpec
from core.runs.compare import Difference, differences
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.plan import Plan

OPEN = ModelSpec("simulated/open")
FIRST = Plan("one", suite(4), (OPEN,), probes=2)


def compared(manager: RunManager, other: Plan, limits: Limits | None = None) -> list[Difference]:
    runs = [manager.start(FIRST), manager.start(other, limits)]
    assert all(manager.wait(run, 60) for run in runs)
    return differences(manager.store, *runs)


def test_the_same_plan_twice_differs_in_nothing(manager: RunManager) -> None:
    assert compared(manager, FIRST) == []


def changed_items(**changes: object) -> Suite:
    first, *rest = FIRST.suite.items
    return replace(FIRST.suite, items=(replace(first, **changes), *rest))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change, field, left, right, answers",
    [
        ({"epochs": 2}, "epochs", "1", "2", True),
        ({"probes": 1}, "order probes", "2", "1", True),
        ({"variations": ("open-2", "open-1")}, "wordings", "open-1", "open-2, open-1", True),
        ({"asking": Asking(max_tokens=9)}, "longest answer", "256 tokens", "9 tokens", True),
        ({"asking": Asking(temperature=0.7)}, "temperature", "0", "0.7", True),
        ({"asking": Asking(seed=3)}, "seed", "0", "3", True),
        ({"models": (OPEN, ModelSpec("simulated/even"))}, "model simulated/even", "", "at its usual address", True),
        ({"name": "two"}, "name", "one", "two", False),
        ({"suite": suite(5)}, "scenarios of one only", "", "i5", True),
        (
            {"suite": changed_items(text="Other words?")},
            "scenario i1: text",
            "Situation 1: what now?",
            "Other words?",
            True,
        ),
        (
            {"suite": changed_items(values=("benevolence", "power"))},
            "scenario i1: values",
            "power, benevolence",
            "benevolence, power",
            True,
        ),
        (
            {"suite": changed_items(options=(Option("Go.", "power"), Option("Stay.", "benevolence")))},
            "scenario i1: options",
            "Take charge. (power) / Help her. (benevolence)",
            "Go. (power) / Stay. (benevolence)",
            True,
        ),
        ({"suite": changed_items(starter=True)}, "scenario i1: starter", "no", "yes", True),
        (
            {"suite": suite(items=FIRST.suite.items[::-1])},
            "order of the scenarios",
            "i1, i2, i3, i4",
            "i4, i3, i2, i1",
            True,
        ),
    ],
)
def test_each_setting_that_differs_is_named_with_both_sides(
    manager: RunManager, change: dict[str, object], field: str, left: str, right: str, answers: bool
) -> None:
    assert Difference(field, left, right, answers) in (found := compared(manager, replace(FIRST, **change)))  # type: ignore[arg-type]
    assert len(found) == 1


def test_the_names_of_two_suites_are_compared(manager: RunManager) -> None:
    found = compared(manager, replace(FIRST, suite=suite(5, name="Other")))
    assert Difference("suite's name", "Small", "Other", False) in found


def test_limits_and_the_recogniser_are_compared(manager: RunManager) -> None:
    found = {
        each.field: each
        for each in compared(manager, replace(FIRST, recogniser=""), Limits(max_calls=500, cache=False))
    }
    assert set(found) == {"recogniser", "limit max_calls", "limit cache"}
    assert found["recogniser"].left.startswith("lexicon") and found["recogniser"].right == ""
    assert found["limit max_calls"] == Difference("limit max_calls", "none", "500", False)


def test_every_field_of_an_item_is_compared(manager: RunManager) -> None:
    """A field added to items must be added here, or two suites would differ in nothing that is named."""
    whole = {
        "id": "i1",
        "text": "a",
        "values": ("power",),
        "domain": "b",
        "region": "c",
        "options": (),
        "starter": True,
    }
    assert {field.name for field in fields(Item)} == set(whole)
    found = compared(manager, replace(FIRST, suite=changed_items(**whole)))
    named = {each.field.removeprefix("scenario i1: ") for each in found} - {"order probes"}
    assert named == set(whole) - {"id"}


def test_a_run_that_is_not_there_is_said(manager: RunManager) -> None:
    run = manager.start(FIRST)
    with pytest.raises(UserError, match="nowhere"):
        differences(manager.store, run, "nowhere")

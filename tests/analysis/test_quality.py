"""Gates that badge a profile as one of low information."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.quality import assess, flat_profile, loops, losses, order_bias, text_faults
from core.analysis.scores import Scores, score

VALUES = tuple(f"v{i}" for i in range(10))


def scored(means: dict[str, list[float]], n: int = 30, spread: float = 0.2) -> Scores:
    rng = np.random.default_rng(0)
    found = [
        (model, f"i{i:02}", f"v{v}", mean + rng.normal(0, spread), 1)
        for model, line in means.items()
        for i in range(n)
        for v, mean in enumerate(line)
    ]
    values = VALUES[: len(next(iter(means.values())))]
    return score(pd.DataFrame(found, columns=["model", "item_id", "value", "strength", "n"]), values, "stance")


def closed(choices: dict[str, list[tuple[str | None, str | None]]]) -> pd.DataFrame:
    """One row for each order in which a model was asked; an item's choices are named by value."""
    found = [
        (model, f"i{i}", variation, choice)
        for model, pairs in choices.items()
        for i, pair in enumerate(pairs)
        for variation, choice in zip(("closed-ab", "closed-ba"), pair, strict=True)
    ]
    return pd.DataFrame(found, columns=["model", "item_id", "variation", "choice"])


def texts(answers: dict[str, list[str]], items: list[str] | None = None) -> pd.DataFrame:
    found = [
        (model, items[i] if items else f"i{i}", text) for model, said in answers.items() for i, text in enumerate(said)
    ]
    return pd.DataFrame(found, columns=["model", "item_id", "text"])


def outcomes(**counts: int) -> pd.DataFrame:
    names = ("asked", "ok", "refused", "unparsed", "filtered", "error", "truncated")
    return pd.DataFrame([{"model": "m", **dict.fromkeys(names, 0), **counts}])


def test_a_flat_profile_is_found_and_a_shaped_one_is_not() -> None:
    shaped = list(np.linspace(-0.5, 0.5, 10))
    found = flat_profile(scored({"flat": [0.3] * 10, "shaped": shaped}))
    assert [finding.model for finding in found] == ["flat"]
    assert found[0].gate and found[0].n == 30 and found[0].share <= 0.2


def test_few_values_can_stand_out_too() -> None:
    """With two values both stand out or neither does."""
    assert flat_profile(scored({"torn": [0.4, -0.4]})) == []
    assert [finding.model for finding in flat_profile(scored({"even": [0.1, 0.1]}, n=60))] == ["even"]


def test_too_few_items_are_not_called_flat() -> None:
    assert flat_profile(scored({"flat": [0.3] * 10}, n=7)) == []


def test_a_model_that_always_takes_the_first_option_agrees_on_no_item() -> None:
    always_first = [("care", "power")] * 6
    steady = [("care", "care"), ("power", "power")] * 3
    found = order_bias(closed({"first": always_first, "steady": steady}))
    assert [(finding.model, finding.share, finding.n) for finding in found] == [("first", 0.0, 6)]


@pytest.mark.parametrize(
    ("kept", "swapped", "gates"),
    [(3, 1, []), (0, 3, []), (2, 2, [False]), (3, 3, [False]), (74, 26, [False]), (2, 4, [True]), (65, 35, [True])],
)
def test_the_agreement_that_is_asked_for(kept: int, swapped: int, gates: list[bool]) -> None:
    """Below 75 %: a gate where the interval is, else a note that it may be so."""
    pairs: list[tuple[str | None, str | None]] = [("care", "care")] * kept + [("care", "power")] * swapped
    found = order_bias(closed({"m": pairs}))
    assert [finding.gate for finding in found] == gates
    assert all(finding.sentence.startswith("perhaps") != finding.gate for finding in found)


def test_unanswered_closed_questions_are_left_out() -> None:
    pairs: list[tuple[str | None, str | None]] = [("care", None)] * 10 + [("care", "power")] * 4
    assert order_bias(closed({"m": pairs}))[0].n == 4
    assert order_bias(closed({"m": [("care", None)] * 5})) == []
    assert order_bias(closed({})) == []


@pytest.mark.parametrize(
    ("text", "looping"),
    [
        ("", False),
        ("yes", False),
        ("I would tell my friend the truth. " * 4, True),
        ("no " * 8, True),
        ("I think that I should help. I think that I should wait and see what my sister says about it first.", False),
        ("Family comes first, and yet a promise is a promise; both cannot be had, so I would talk to them.", False),
    ],
)
def test_loops(text: str, looping: bool) -> None:
    assert loops(text) == looping


@given(st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), min_size=1, max_size=60, unique=True))
def test_words_that_never_return_are_no_loop(words: list[str]) -> None:
    assert not loops(" ".join(words))


@given(st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), min_size=4, max_size=20))
def test_an_answer_said_three_times_over_is_a_loop(words: list[str]) -> None:
    assert loops(" ".join(words * 3))


def test_models_that_loop_or_always_say_the_same() -> None:
    honest = [f"In case {i} I would weigh number {i} against {i + 1} and decide." for i in range(10)]
    found = text_faults(
        texts(
            {"honest": honest, "looping": ["help her now and " * 5 + str(i) for i in range(10)], "same": ["Yes."] * 10}
        )
    )
    assert [(finding.model, finding.name) for finding in found] == [("looping", "loops"), ("same", "same")]
    assert found[1].share == pytest.approx(0.9)


def test_the_same_answer_to_the_same_scenario_is_no_fault() -> None:
    """Epochs and paraphrases ask one scenario several times; at temperature 0 the answers are the same."""
    said = [f"Scenario {i}: I would ask my neighbour first." for i in range(8)]
    repeated = texts({"m": said * 3}, items=[f"i{i}" for i in range(8)] * 3)
    assert text_faults(repeated) == []


def test_losses_and_refusals_are_gates_and_cut_answers_a_note() -> None:
    assert losses(outcomes(asked=100, ok=80, refused=20)) == []
    names = {
        f.name: f
        for f in losses(outcomes(asked=100, ok=10, refused=20, filtered=5, unparsed=20, error=15, truncated=30))
    }
    assert set(names) == {"refusals", "lost", "cut"}
    assert names["refusals"].share == pytest.approx(0.25) and names["refusals"].gate
    assert names["lost"].share == pytest.approx(0.35) and names["lost"].n == 100
    assert names["cut"].share == pytest.approx(0.75) and names["cut"].n == 40 and not names["cut"].gate


def test_a_model_that_only_refuses_is_found() -> None:
    assert [finding.name for finding in losses(outcomes(asked=10, refused=10))] == ["refusals"]


def test_findings_come_by_model_with_gates_first() -> None:
    found = assess(
        scored({"m": [0.2] * 10}),
        outcomes(asked=10, ok=1, truncated=9),
        closed({"m": [("care", "power")] * 5, "other": [("care", "power")] * 5}),
        texts({"m": ["I would rather wait here."]}),
    )
    assert [finding.name for finding in found["m"]] == ["flat", "order", "cut"]
    assert [finding.name for finding in found["other"]] == ["order"]


def test_nothing_to_assess() -> None:
    empty = score(pd.DataFrame(columns=["model", "item_id", "value", "strength", "n"]), VALUES, "stance")
    assert assess(empty, outcomes().iloc[:0], closed({}), texts({})) == {}

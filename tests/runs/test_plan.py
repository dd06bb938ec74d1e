from dataclasses import replace

import pytest
from builders import NASTY, suite
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.methods.base import Asking
from core.models.base import ModelSpec
from core.runs.plan import MAX_TRIALS, Plan, Trial, check, check_reading, plan_from_json

TEXT = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from(list(NASTY.values())))
SPECS = st.lists(st.builds(ModelSpec, TEXT, st.none() | TEXT), min_size=1, max_size=3).map(tuple)
PLANS = st.builds(
    Plan,
    name=TEXT,
    suite=st.just(suite()),
    models=SPECS,
    variations=st.lists(TEXT, max_size=3).map(tuple),
    epochs=st.integers(1, 100),
    probes=st.integers(0, 9),
    recogniser=TEXT,
    judge_base=st.none() | TEXT,
    asking=st.builds(Asking, st.integers(1, 8192), st.floats(0, 2), st.integers()),
    prompt_hash=TEXT,
    versions=st.dictionaries(TEXT, TEXT, max_size=3),
)
GOOD = Plan("plan", suite(5), (ModelSpec("simulated/even"), ModelSpec("simulated/open")))


@given(plan=PLANS)
def test_a_plan_comes_back_from_json(plan: Plan) -> None:
    assert plan_from_json(plan.to_json(), plan.suite) == plan


@given(epochs=st.integers(1, 3), probes=st.integers(0, 9), wordings=st.integers(1, 3), items=st.integers(1, 6))
def test_size_counts_the_trials_and_each_is_itself(epochs: int, probes: int, wordings: int, items: int) -> None:
    names = ("open-1", "open-2", "open-3")[:wordings]
    plan = replace(GOOD, suite=suite(items), epochs=epochs, probes=probes, variations=names)
    trials = [trial for spec in plan.models for trial in plan.trials(spec.name)]
    assert plan.size == len(trials) == len({trial.id for trial in trials})
    assert all(0 <= trial.id < 2**63 for trial in trials)


def test_the_id_of_a_trial_never_changes() -> None:
    assert Trial("m", "i1", "open-1", 1).id == 4310453045704746726
    assert Trial("m", "i1", "open-1", 2).id != Trial("m", "i1", "open-1", 1).id


def test_probes_are_items_with_two_options_in_both_orders() -> None:
    plan = replace(GOOD, probes=2)
    closed = [(t.item, t.variation) for t in plan.trials("m") if t.variation.startswith("closed-")]
    assert closed == [("i1", "closed-ab"), ("i1", "closed-ba"), ("i3", "closed-ab"), ("i3", "closed-ba")]


def test_check_stamps_prompts_and_versions() -> None:
    plan = check(GOOD)
    assert len(plan.prompt_hash) == 12 and plan.versions["python"].startswith("3.")
    assert replace(plan, prompt_hash="", versions={}) == GOOD


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"models": ()}, "names no model"),
        ({"models": (ModelSpec("simulated/even"),) * 2}, "twice: simulated/even"),
        ({"suite": suite(0)}, "no items"),
        ({"variations": ("open-9",)}, "got 'open-9'"),
        ({"variations": ()}, "got none"),
        ({"epochs": 0}, "between 1 and 100, got 0"),
        ({"epochs": 101}, "got 101"),
        ({"asking": Asking(max_tokens=0)}, "between 1 and 8192"),
        ({"asking": Asking(temperature=2.1)}, "between 0 and 2"),
        ({"asking": Asking(temperature=float("nan"))}, "between 0 and 2"),
        ({"recogniser": "tea-leaves"}, "no recogniser 'tea-leaves'"),
        ({"recogniser": "judge:"}, "The judge has no model"),
        ({"recogniser": "judge: "}, "The judge has no model"),
        ({"suite": suite(system="moral_foundations")}, "another value system"),
    ],
)
def test_a_plan_that_cannot_be_carried_out(changes: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        check(replace(GOOD, **changes))  # type: ignore[arg-type]


def test_a_plan_too_large() -> None:
    models = tuple(ModelSpec(f"openai/m{n}") for n in range(MAX_TRIALS // 500 + 1))
    with pytest.raises(UserError, match="2,000,000 are the most"):
        check(replace(GOOD, models=models, epochs=100, probes=0))


def test_a_judge_or_no_recogniser_can_read_any_system() -> None:
    for recogniser in ("", "judge:openai/gpt-4o-mini"):
        check_reading(replace(GOOD, recogniser=recogniser, suite=suite(system="moral_foundations")))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"variations": ("closed-ab",)}, "closed-ab"),
        ({"variations": ("open-1", "open-1")}, "each once"),
        ({"probes": -1}, "cannot be negative"),
    ],
)
def test_what_would_double_or_lose_trials_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        check(replace(Plan("p", suite(), (ModelSpec("simulated/even"),)), **changes))  # type: ignore[arg-type]

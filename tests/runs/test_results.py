"""What stored runs amount to: scores, the scenarios' own words, drill-down and estimates."""

from dataclasses import replace

import pytest
from builders import add_reading, add_responses, add_run, response, suite, verdict

from core.methods.base import Asking
from core.models.base import ModelSpec
from core.recognition.lexicon import LexiconRecogniser
from core.runs.defaults import EMBEDDED, first_plan
from core.runs.drilldown import answers_to
from core.runs.estimate import ANSWER_TOKENS, SHORT_SECONDS, SHORT_TOKENS, estimate
from core.runs.plan import Plan
from core.runs.portrait import MODES, open_bank, plan_of
from core.runs.results import comparable, load, weight_rows
from core.store import queries, records
from core.store.database import Store
from core.store.queries import Filter
from core.store.records import NewRun
from core.values.profile import surveyed
from core.values.system import system

VALUES = system("schwartz").ids


def filled(store: Store, strength: float = 0.5) -> None:
    """Three items with power and benevolence at stake, read on three values."""
    add_run(store, "r1", suite(3))
    for n in (1, 2, 3):
        row = response(n, item_id=f"i{n}")
        add_responses(store, row)
        add_reading(store, row, verdict(power=strength, benevolence=0.2, security=0.9))


def test_a_value_is_scored_on_all_scenarios_or_where_it_is_at_stake(store: Store) -> None:
    filled(store)
    every = load(store, ["r1"], "schwartz", "presence").raw
    staked = load(store, ["r1"], "schwartz", "presence", at_stake=True).raw
    power, security = VALUES.index("power"), VALUES.index("security")
    assert every.n_items[0, security] == 3
    assert staked.n_items[0, security] == 0
    assert every.mean[0, power] == staked.mean[0, power] == pytest.approx(50)


def test_the_scenarios_own_words_are_read_as_the_answers_are(store: Store) -> None:
    filled(store)
    own = load(store, ["r1"], "schwartz", "presence").scenarios
    assert own is not None
    texts = [item.text for item in suite(3).items]
    read = [{r.value: r.strength for r in LexiconRecogniser().read(text).recognitions} for text in texts]
    for value, score in zip(VALUES, own, strict=True):
        assert score == pytest.approx(100 * sum(one[value] for one in read) / 3)
    assert load(store, ["r1"], "schwartz", "stance").scenarios is None


def test_a_run_without_readings_has_results_without_scores(store: Store) -> None:
    add_run(store, "r1", suite(3))
    add_responses(store, response(1, outcome="refused", text=""))
    found = load(store, ["r1"], "schwartz", "presence")
    assert found.raw.models == ()
    assert found.outcomes["refused"].tolist() == [1]


def test_runs_are_compared_with_their_like(store: Store) -> None:
    add_run(store, "r1")
    add_run(store, "r2")
    (one,) = comparable(queries.runs(store))
    assert (one.system, one.measure) == ("schwartz", "presence")
    assert [run.run_id for run in one.runs] == ["r2", "r1"]


def test_an_answer_comes_with_its_readings_and_scaled_evidence(store: Store) -> None:
    filled(store, 0.8)
    (answer,) = answers_to(store, ["r1"], Filter(), "i2")
    assert answer.model == "m"
    assert {reading.value: reading.strength for reading in answer.readings}["power"] == pytest.approx(0.8)
    assert all(reading.evidence == ((0, 3, 1.0),) for reading in answer.readings)
    assert answers_to(store, ["r1"], Filter(value="power", stance="opposes"), "i2") == []


def test_weights_of_peoples_are_rows_that_sum_to_one() -> None:
    rows = weight_rows(surveyed(), VALUES)
    assert rows.shape == (45, 10)
    assert rows.sum(axis=1) == pytest.approx(1)


def test_an_unmeasured_model_is_estimated_by_rules_of_thumb(store: Store) -> None:
    plan = Plan("p", suite(4), (ModelSpec("openai/gpt-4o-mini"), ModelSpec("nobody/knows")), probes=2)
    known, unknown = estimate(plan, store)
    assert known.calls == unknown.calls == 4 + 2 * 2
    assert known.tokens_out == known.calls * ANSWER_TOKENS
    assert known.cost_usd is not None
    assert known.cost_usd > 0
    assert unknown.cost_usd is None
    assert known.basis == "rule of thumb"


def test_a_measured_model_is_estimated_by_its_own_answers(store: Store) -> None:
    add_run(store)
    add_responses(store, *(response(n, model=EMBEDDED, latency_s=2.0, tokens_out=40) for n in range(5)))
    (row,) = estimate(Plan("p", suite(4), (ModelSpec(EMBEDDED),), probes=0, asking=Asking(64)), store)
    assert row.basis == "earlier runs"
    assert row.seconds == pytest.approx(4 * 2.0)
    assert row.tokens_out == 4 * 40
    assert row.cost_usd == 0


def test_an_open_run_s_speed_does_not_stand_for_short_answers(store: Store) -> None:
    add_run(store)
    add_responses(store, *(response(n, model=EMBEDDED, latency_s=9.0, tokens_out=90) for n in range(5)))
    bank = open_bank(store, "portrait-small")
    plan = plan_of(store, bank, [ModelSpec(EMBEDDED)], MODES["cheap"])
    (row,) = estimate(plan, store)
    assert (row.basis, row.calls, row.tokens_out) == ("rule of thumb", 160, 160 * SHORT_TOKENS)
    assert row.seconds == pytest.approx(160 * SHORT_SECONDS["embedded"])
    records.create_run(store, NewRun("r2", "run", "run", plan.to_json(), "", "", 3), plan.suite)
    chosen = [response(n, "r2", model=EMBEDDED, variation="v1", choice="4", latency_s=0.7) for n in range(3)]
    add_responses(store, *(replace(each, tokens_in=200, tokens_out=1) for each in chosen))
    (row,) = estimate(plan, store)
    assert (row.basis, row.tokens_out) == ("earlier runs", 160) and row.seconds == pytest.approx(160 * 0.7)
    (row,) = estimate(plan, store, pilot="r2")
    assert (row.basis, row.tokens_in) == ("pilot", 160 * 200) and row.seconds == pytest.approx(160 * 0.7)
    (row,) = estimate(Plan("p", suite(4), (ModelSpec(EMBEDDED),), probes=0), store)
    assert row.basis == "earlier runs" and row.seconds == pytest.approx(4 * 9.0)


def test_a_judge_is_a_row_of_its_own(store: Store) -> None:
    rows = estimate(Plan("p", suite(4), (ModelSpec(EMBEDDED),), recogniser="judge:openai/gpt-4o-mini"), store)
    assert rows[-1].name == "openai/gpt-4o-mini"
    assert rows[-1].calls == 4


def test_the_first_plan_needs_no_key_and_asks_the_starter() -> None:
    plan = first_plan()
    assert [spec.name for spec in plan.models] == [EMBEDDED]
    assert len(plan.suite.items) == 30
    assert plan.recogniser == "lexicon"

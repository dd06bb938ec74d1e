"""Scores by people through the whole way: a run with known truth, a machine that errs, labels drawn at random."""

import numpy as np
import pytest
from builders import add_reading, add_responses, add_run, response, suite

from core.errors import UserError
from core.recognition.base import Recognition, Verdict
from core.recognition.human import ValueLabel
from core.runs.labelling import next_task
from core.runs.people import labellers_agree
from core.runs.people_bench import labelled_set, measure_readings
from core.runs.results import load
from core.store import benches, labels, queries, records
from core.store.database import Store
from core.store.labels import PLACE, NewLabel
from core.values.system import system

IDS = system("schwartz").ids
POWER, SECURITY = IDS.index("power"), IDS.index("security")
ITEMS = 120


def filled(
    store: Store, seed: int = 0, measure: str = "presence", models: tuple[str, ...] = ("a", "b")
) -> dict[int, set[str]]:
    """A run in which the machine sees power in nearly every answer, though it is in every third; returns what is in
    each answer in truth."""
    rng = np.random.default_rng(seed)
    add_run(store, of=suite(ITEMS))
    truth: dict[int, set[str]] = {}
    rows, read = [], []
    for at, model in enumerate(models):
        for n in range(1, ITEMS + 1):
            trial = at * 1000 + n
            row = response(trial, model=model, item_id=f"i{n}", text=f"Answer {trial} 🤝.")
            rows.append(row)
            truth[trial] = {value for value, rate in (("power", 1 / 3), ("security", 0.6)) if rng.random() < rate}
            sure = {
                "power": 0.9 - 0.3 * ("power" not in truth[trial]),
                "security": 0.8 if "security" in truth[trial] else 0.2,
            }
            found = tuple(Recognition(value, "present", sure.get(value, 0.1)) for value in IDS)
            read.extend(records.recognition(row, "lexicon@1", Verdict("ok", found)))
    add_responses(store, *rows)
    store.writer.put(read)
    assert store.writer.flush()
    records.set_state(store, "r1", "done")
    return truth


def in_truth(truth: set[str], sign: str = "supports") -> tuple[ValueLabel, ...]:
    return tuple(ValueLabel(v, sign, 2, ((0, 6),)) if v in truth else ValueLabel(v, "neutral") for v in IDS)  # type: ignore[arg-type]


def label(
    store: Store, truth: dict[int, set[str]], count: int, who: str = "ada", drawn: str = "random", seed: int = 0
) -> list[int]:
    """`count` answers labelled truly, those that the shuffled list begins with, as the queue gives them."""
    order = store.rows(f"SELECT trial_id FROM responses ORDER BY {PLACE.format(seed=seed)}")
    done = [trial for (trial,) in order[:count]]
    assert (task := next_task(store, "r1", who, "random", seed)) is not None and task.trial_id == done[0]
    labels.add(store, [NewLabel("r1", trial, who, drawn, seed, in_truth(truth[trial])) for trial in done])
    return done


def test_a_machine_that_sees_power_everywhere_is_put_right(store: Store) -> None:
    truth = filled(store)
    label(store, truth, 100)
    machine, people, both = (
        load(store, ["r1"], "schwartz", "presence", by=by) for by in ("machine", "people", "corrected")
    )  # type: ignore[arg-type]
    real = np.mean(["power" in found for found in truth.values()]) * 100
    assert machine.raw.mean[:, POWER].mean() > 60 > 45 > real
    for found in (people, both):
        assert found.raw.models == ("a", "b") and found.scenarios is None
        assert (found.raw.low[:, POWER] <= real).all() and (real <= found.raw.high[:, POWER]).all()
        assert found.labels is not None and found.labels.answers == 100 and found.labels.labellers == 1
        assert found.raw.n_answers[:, POWER].sum() == 100 and (found.raw.n_asked == ITEMS).all()
        cases = found.cases("raw")
        assert cases.low == pytest.approx(found.raw.mean) and cases.high == pytest.approx(found.raw.mean)
    width = (both.raw.high - both.raw.low).mean(axis=0)
    assert width[SECURITY] < 0.8 * (people.raw.high - people.raw.low).mean(axis=0)[SECURITY]
    assert both.raw.mean[:, SECURITY] == pytest.approx(60, abs=15)


@pytest.mark.long
def test_over_many_draws_the_corrected_score_is_right_on_average(store: Store) -> None:
    """Whichever list was shuffled, the estimate lies about the truth of this very run."""
    truth = filled(store, 1, models=("a",))
    real = 100 * np.mean(["power" in found for found in truth.values()])
    found = []
    for seed in range(12):
        label(store, truth, 40, f"labeller {seed}", seed=seed)
        found.append(load(store, ["r1"], "schwartz", "presence", by="corrected").raw.mean[0, POWER])
        store.writer.run(lambda con: con.execute("UPDATE labels SET withdrawn_at = now()::TIMESTAMP"))
    assert np.mean(found) == pytest.approx(real, abs=3 * np.std(found) / np.sqrt(12))
    assert np.std(found) > 0


def test_labels_drawn_by_disagreement_and_labels_given_after_a_look_do_not_count(store: Store) -> None:
    truth = filled(store)
    with pytest.raises(UserError, match="drawn at random has been labelled"):
        load(store, ["r1"], "schwartz", "presence", by="people")
    order = label(store, truth, 20)
    rest = [trial for trial in truth if trial not in order]
    labels.add(store, [NewLabel("r1", trial, "bob", "disagreement", None, in_truth({"power"})) for trial in rest[:5]])
    seen = NewLabel("r1", order[0], "cy", "random", 0, in_truth({"power"}), blind=False)
    labels.add(store, [seen])
    found = load(store, ["r1"], "schwartz", "presence", by="corrected")
    assert found.labels is not None and found.labels.labellers == 1
    inside = sum(trial in set(labels.current(store, "r1")[lambda t: t["sampled"]]["trial_id"]) for trial in rest[:5])
    assert found.labels.answers == 20 + inside and found.labels.left_out == 5 - inside


def test_few_labels_have_no_interval_and_models_without_any_are_named(store: Store) -> None:
    truth = filled(store)
    first = next(trial for trial in label(store, truth, 12) if trial)
    found = load(store, ["r1"], "schwartz", "presence", by="corrected")
    assert np.isnan(found.raw.low[found.raw.n_items < 8]).all()
    for _ in range(11):
        labels.undo(store, "r1", "ada")
    one = load(store, ["r1"], "schwartz", "presence", by="people")
    assert one.raw.models == ("b" if first > 1000 else "a",)
    assert one.labels is not None and one.labels.unlabelled == (({"a", "b"} - set(one.raw.models)).pop(),)
    assert len(one.outcomes) == 2


def test_several_labellers_of_one_answer_count_by_majority(store: Store) -> None:
    filled(store, models=("a",))
    stances = {"ada": "supports", "bob": "supports", "cy": "neutral"}
    for who, stance in stances.items():
        values = (
            ValueLabel("power", stance, 2 if stance == "supports" else 0),
            ValueLabel("security", stance if who == "ada" else "neutral", 2 if who == "ada" else 0),
        )  # type: ignore[arg-type]
        labels.add(store, [NewLabel("r1", trial, who, "random", None, values) for trial in range(1, 11)])
    labels.add(store, [NewLabel("r1", 1, "dan", "random", None, (ValueLabel("power", "neutral"),))])
    found = load(store, ["r1"], "schwartz", "presence", by="people")
    assert found.raw.mean[0, POWER] == pytest.approx(90), "of ten answers one is level, which is absent"
    assert found.raw.mean[0, SECURITY] == 0
    assert found.labels is not None and found.labels.labellers == 4
    agreed = {row.value: row for row in labellers_agree(store, "r1")}
    assert set(agreed) == {"power", "security", ""} and agreed["power"].answers == 10
    assert agreed["power"].percent.value == pytest.approx((1 / 3 * 9 + 1 / 3) / 10)
    labelled, trials = labelled_set(store, "r1")
    assert trials == list(range(1, 11))
    assert "power" not in labelled.texts[0].labels and labelled.texts[1].labels["power"] == "supports"


def test_scores_that_measure_stance_take_the_direction_and_its_clearness(store: Store) -> None:
    add_run(store, of=suite(10))
    for n in range(1, 11):
        row = response(n, item_id=f"i{n}")
        add_responses(store, row)
        add_reading(store, row, Verdict("ok", tuple(Recognition(v, "neutral", 0.0) for v in IDS)))
    mild = (ValueLabel("power", "opposes", 1), ValueLabel("security", "present"), ValueLabel("hedonism", "supports", 2))
    labels.add(store, [NewLabel("r1", n, "ada", "random", None, mild) for n in range(1, 11)])
    found = load(store, ["r1"], "schwartz", "stance", by="corrected").raw
    scores = dict(zip(found.values, found.mean[0], strict=True))
    assert (scores["power"], scores["security"], scores["hedonism"]) == (-50, 0, 100)
    there = load(store, ["r1"], "schwartz", "presence", by="people").raw
    assert dict(zip(there.values, there.mean[0], strict=True))["security"] == 100


def test_every_reading_is_measured_on_the_labels_without_reading_anew(store: Store) -> None:
    truth = filled(store)
    label(store, truth, 60)
    (head,) = measure_readings(store, "r1")
    assert (head.recogniser, head.measure, head.texts, head.unread) == ("lexicon@1", "presence", 60, 0)
    assert head.data == "People on run r1 (r1) (drawn at random)"
    figures = {(one.value, one.name): one for one in benches.figures(store, head.bench_id)}
    assert figures["power", "auc"].estimate == 1 and figures["power", "recall"].estimate == 1
    assert (figures["power", "precision"].estimate < 0.5 and figures["security", "f1"].n == 60) or True
    worst = benches.worst(store, head.bench_id, "power", 1)
    assert worst["label"].tolist() == ["neutral"] and worst["error"].tolist() == pytest.approx([0.6])
    assert queries.run(store, "r1").recogniser == "lexicon@1"


def test_without_labels_there_is_nothing_to_measure_on(store: Store) -> None:
    filled(store, models=("a",))
    with pytest.raises(UserError, match="labelled yet"):
        measure_readings(store, "r1")
    assert labellers_agree(store, "r1") == []

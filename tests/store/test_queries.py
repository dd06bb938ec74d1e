from collections.abc import Callable
from dataclasses import replace

import pytest
from builders import NASTY, add_reading, add_responses, add_run, response, suite, verdict

from core.errors import UserError
from core.items.item import Item
from core.methods.base import OUTCOMES
from core.recognition.base import Recognition, Verdict
from core.store import queries, records
from core.store.database import Store
from core.store.queries import Filter


@pytest.fixture
def two_runs(store: Store) -> Store:
    """Models a and b in run r1, b again in r2, and one answer of every outcome."""
    add_run(store, "r1", planned=7)
    add_run(store, "r2")
    rows = [
        response(1, model="a", item_id="i1", text="Help her, 100% sure_ly."),
        response(2, model="a", item_id="i2", text=NASTY["emoji"], outcome="truncated"),
        response(3, model="a", item_id="i3", outcome="refused", text="I can't help with that."),
        response(4, model="a", item_id="i3", epoch=2, outcome="unparsed", text=""),
        response(5, model="a", item_id="i3", epoch=3, outcome="filtered", text=""),
        response(6, model="a", item_id="i2", epoch=2, outcome="error", text="", error_kind="server", error="It broke."),
        response(7, model="a", item_id="i1", variation="closed-ab", choice="power", text="A", option_mass=0.8),
        response(8, model="b", item_id="i1", text="Old answer of b."),
        response(9, "r2", model="b", item_id="i1", text=NASTY["sql"]),
    ]
    add_responses(store, *(replace(row, tokens_in=10, tokens_out=2, cost_usd=0.5, latency_s=2.0) for row in rows))
    add_reading(store, rows[0], verdict(power=0.2, benevolence=0.8))
    opposed = Verdict("ok", (Recognition("power", "opposes", -0.6),), tokens_in=3, tokens_out=1, cost_usd=0.25)
    add_reading(store, rows[1], opposed)
    add_reading(store, rows[7], verdict(power=1.0))
    add_reading(store, rows[8], verdict(power=0.4))
    return store


def listed(store: Store, **filters: object) -> set[int]:
    return set(queries.answers(store, ["r1", "r2"], Filter(**filters)).trial_id)  # type: ignore[arg-type]


def test_an_unknown_run_is_named(store: Store) -> None:
    with pytest.raises(UserError, match="no run 'nowhere'"):
        queries.run(store, "nowhere")


def test_the_newest_run_of_a_model_speaks_for_it(two_runs: Store) -> None:
    scores = queries.item_scores(two_runs, ["r1", "r2"])
    found = {(row.model, row.item_id, row.value): (row.strength, row.n) for row in scores.itertuples()}
    assert found == {
        ("a", "i1", "power"): (0.2, 1),
        ("a", "i1", "benevolence"): (0.8, 1),
        ("a", "i2", "power"): (-0.6, 1),
        ("b", "i1", "power"): (0.4, 1),
    }
    older = queries.item_scores(two_runs, ["r1"])
    assert older[older.model == "b"].strength.tolist() == [1.0]
    assert queries.item_scores(two_runs, []).empty


def test_scores_are_means_over_the_answers_to_an_item(store: Store) -> None:
    add_run(store)
    for trial, strength in enumerate((0.1, 0.2, 0.6)):
        add_reading(store, response(trial), verdict(power=strength))
        add_responses(store, response(trial, epoch=trial))
    row = queries.item_scores(store, ["r1"]).iloc[0]
    assert (row.strength, row.n) == (pytest.approx(0.3), 3)


def test_closed_answers_stand_apart(two_runs: Store) -> None:
    rows = queries.closed_answers(two_runs, ["r1", "r2"]).to_dict("records")
    assert [(r["model"], r["item_id"], r["variation"], r["choice"], r["option_mass"]) for r in rows] == [
        ("a", "i1", "closed-ab", "power", 0.8)
    ]


def test_progress(two_runs: Store) -> None:
    a, b = queries.progress(two_runs, "r1").to_dict("records")
    counts = {"ok": 2, "truncated": 1, "refused": 1, "unparsed": 1, "filtered": 1, "error": 1}
    assert {key: a[key] for key in counts} == counts and (a["read"], a["unreadable"]) == (2, 0)
    assert (a["tokens_in"], a["tokens_out"], a["cost_usd"], a["latency_s"]) == (73, 15, 3.75, 2.0)
    assert sum(sum(row[outcome] for outcome in OUTCOMES) for row in (a, b)) == 8
    add_reading(two_runs, response(8), Verdict("error", message="The judge was down."))
    assert queries.progress(two_runs, "r1").set_index("model").loc["b", ["read", "unreadable"]].tolist() == [0, 1]
    assert queries.progress(two_runs, "none").empty


def test_errors_are_grouped(two_runs: Store) -> None:
    add_responses(two_runs, response(20, model="b", outcome="error", error_kind="server", error="It broke."))
    add_reading(two_runs, response(8), Verdict("invalid", message="No JSON."))
    rows = {(row.kind, row.error): row.calls for row in queries.errors(two_runs, "r1").itertuples()}
    assert rows == {("server", "It broke."): 2, ("invalid", "No JSON."): 1}


def test_what_is_finished_and_what_is_unread(two_runs: Store) -> None:
    assert queries.finished_trials(two_runs, "r1", "a") == {1, 2, 3, 4, 5, 7}
    add_responses(two_runs, response(30, model="a"), response(31, model="a"))
    add_reading(two_runs, response(31), Verdict("error", message="The judge was down."))
    add_responses(two_runs, response(32, model="a"))
    add_reading(two_runs, response(32), Verdict("invalid", message="Not JSON."))
    add_responses(two_runs, response(33, model="a", outcome="truncated"))
    add_responses(two_runs, response(34, model="a", outcome="truncated", variation="closed-ab", text="Well, both"))
    unread = {row.trial_id for row in queries.unread_responses(two_runs, "r1", "a", "lexicon@1")}
    assert unread == {30, 31, 33}, "a closed question is never read, not even when it was cut off without a choice"
    other = {row.trial_id for row in queries.unread_responses(two_runs, "r1", "a", "another")}
    assert other == {1, 2, 30, 31, 32, 33}


@pytest.mark.parametrize(
    "filters, trials",
    [
        ({}, {1, 2, 3, 4, 5, 6, 7, 9}),
        ({"models": ("b",)}, {9}),
        ({"models": ("a", "b"), "item": "i1"}, {1, 7, 9}),
        ({"outcomes": ("refused", "error")}, {3, 6}),
        ({"item": "i2"}, {2, 6}),
        ({"item": "'; DROP TABLE responses; --"}, set()),
        ({"value": "power"}, {1, 2, 9}),
        ({"value": "power", "stance": "opposes"}, {2}),
        ({"value": "benevolence", "models": ("b",)}, set()),
        ({"text": "%"}, {1}),
        ({"text": "e_l"}, {1}),
        ({"text": "HELP HER"}, {1}),
        ({"text": "🤝🏽"}, {2}),
        ({"text": "'; drop table"}, {9}),
        ({"text": "SITUATION 2"}, {2, 6}),
        ({"text": "old answer"}, set()),
        ({"text": "\\"}, set()),
    ],
)
def test_filters(two_runs: Store, filters: dict[str, object], trials: set[int]) -> None:
    assert listed(two_runs, **filters) == trials
    items = queries.scenarios(two_runs, ["r1", "r2"], Filter(**filters))  # type: ignore[arg-type]
    assert int(items.answers.sum()) == len(trials)


def test_scenarios_are_ordered_by_the_strength_of_the_value(two_runs: Store) -> None:
    found = queries.scenarios(two_runs, ["r1", "r2"], Filter(value="power"))
    assert found.item_id.tolist() == ["i1", "i2"]
    assert found.strength.tolist() == pytest.approx([0.3, -0.6])
    assert found.text.tolist() == ["Situation 1: what now?", "Situation 2: what now?"]
    plain = queries.scenarios(two_runs, ["r1", "r2"], Filter())
    assert plain.item_id.tolist() == ["i1", "i2", "i3"] and plain.strength.isna().all()
    assert plain.asked.tolist() == [2, 2, 3], "open questions only, those of both models"
    assert found.asked.tolist() == [2, 2] and found.scored.tolist() == [2, 1]
    assert queries.scenarios(two_runs, ["r1", "r2"], Filter(models=("b",))).asked.tolist() == [1]
    assert len(queries.scenarios(two_runs, ["r1"], Filter(), limit=2)) == 2


def test_long_answers_are_cut_in_lists_only(store: Store) -> None:
    add_run(store)
    add_responses(store, response(1, text="y" * 1_000_000))
    row = queries.answers(store, ["r1"], Filter()).iloc[0]
    assert (len(row.text), row.chars) == (20_000, 1_000_000)
    assert len(queries.export(store, "r1").text[0]) == 1_000_000


def test_nasty_texts_in_a_suite_and_a_model_are_data(store: Store) -> None:
    items = tuple(Item(f"i-{text}", text, ("power",)) for text in NASTY.values())
    add_run(store, of=suite(items=items))
    rows = [response(n, model=text, item_id=f"i-{text}", text=text) for n, text in enumerate(NASTY.values())]
    add_responses(store, *rows)
    for number, text in enumerate(NASTY.values()):
        assert number in listed(store, text=text)
        assert listed(store, models=(text,), item=f"i-{text}") == {number}
    assert set(queries.models_in_order(store)) == set(NASTY.values())


def test_samples_are_free_answers_up_to_a_number(two_runs: Store) -> None:
    texts = queries.sample_texts(two_runs, ["r1", "r2"])
    assert sorted(zip(texts.model, texts.text, strict=True)) == sorted(
        [("a", "Help her, 100% sure_ly."), ("a", NASTY["emoji"]), ("b", NASTY["sql"])]
    )
    assert len(queries.sample_texts(two_runs, ["r1"], per_model=1)) == 2


def test_export_has_a_column_a_value(two_runs: Store) -> None:
    frame = queries.export(two_runs, "r1").set_index("trial_id")
    assert len(frame) == 8
    assert frame.loc[1, ["value_power", "value_benevolence"]].tolist() == [0.2, 0.8]
    assert frame.loc[3, "value_power"] != frame.loc[3, "value_power"]
    assert frame.loc[1, "scenario"] == "Situation 1: what now?"
    add_run(two_runs, "r3")
    assert queries.export(two_runs, "r3").empty


def test_a_leaning_is_read_and_exported_where_there_is_one(two_runs: Store) -> None:
    assert not [name for name in queries.export(two_runs, "r1") if name.startswith("leaning_")]
    assert queries.readings(two_runs, "r1", [1])["leaning"].isna().all()
    found = Verdict("ok", (Recognition("power", "present", 0.7, leaning=-0.25), Recognition("security", "absent", 0.1)))
    row = response(50)
    add_responses(two_runs, row)
    add_reading(two_runs, row, found)
    frame = queries.export(two_runs, "r1").set_index("trial_id")
    assert frame.loc[50, ["value_power", "leaning_power"]].tolist() == [0.7, -0.25]
    assert frame["leaning_power"].notna().sum() == 1 and frame["leaning_security"].isna().all()
    assert queries.readings(two_runs, "r1", [50])["leaning"].dropna().tolist() == [-0.25]


def test_data_version_changes_with_every_write(two_runs: Store) -> None:
    store, runs = two_runs, ["r1", "r2"]
    writes: list[Callable[[], object]] = [
        lambda: add_responses(store, response(50)),
        lambda: add_responses(store, response(6, model="a", item_id="i2", epoch=2)),  # takes an error's place
        lambda: add_reading(store, response(50), verdict(power=0.1)),
        lambda: add_reading(store, response(50), Verdict("error")),  # takes another's place
        lambda: records.delete_recognitions(store, "r1", "lexicon@1", [50]),
    ]
    seen = [queries.data_version(store, runs)]
    for write in writes:
        write()
        seen.append(queries.data_version(store, runs))
        assert seen[-1] != seen[-2]
    assert queries.data_version(store, runs) == seen[-1]
    add_run(store, "r9")
    add_responses(store, response(1, "r9"))
    assert queries.data_version(store, runs) == seen[-1], "other runs do not count"


def test_a_row_that_is_not_the_latest_changes_the_version_too(two_runs: Store) -> None:
    early = records.response(response(6, model="a", outcome="ok"))
    add_responses(two_runs, response(7, model="a"))
    before = queries.data_version(two_runs, ["r1"])
    two_runs.writer.put([early])  # stamped before the latest, stored after it
    assert two_runs.writer.flush()
    assert queries.data_version(two_runs, ["r1"]) != before


def test_speed_needs_three_free_answers(two_runs: Store) -> None:
    assert queries.speed(two_runs, "b", [""]) is None
    add_responses(two_runs, *(response(n, model="b", latency_s=2.0, tokens_out=2) for n in (60, 61)))
    found = queries.speed(two_runs, "b", [""])
    assert found is not None and (found.latency_s, found.tokens_out) == (2.0, 2.0)
    assert queries.speed(two_runs, "b", ["portrait"]) is None


def test_models_keep_the_order_of_their_first_run(two_runs: Store) -> None:
    add_responses(two_runs, response(1, "r0", model="z"), response(1, "r3", model="c"))
    assert queries.models_in_order(two_runs) == ["z", "a", "b", "c"]


def test_one_id_for_two_scenarios_does_not_make_them_one(store: Store) -> None:
    """As imports do, whose prompts are called prompt-1, prompt-2 and so on."""
    shared = Item("both", "The same words?", ("power",))
    for run, text in (("r1", "Of work?"), ("r2", "Of family?")):
        add_run(store, run, suite(items=(Item("prompt-1", text, ("power",)), shared), id=run))
        for trial, item in enumerate(("prompt-1", "both")):
            row = response(trial, run, model=f"model of {run}", item_id=item, text=f"An answer in {run}.")
            add_responses(store, row)
            add_reading(store, row, verdict(power=0.5))
    scores = queries.item_scores(store, ["r1", "r2"], at_stake=True)
    first, other = (set(scores[scores.model == f"model of {run}"].item_id) for run in ("r1", "r2"))
    assert first & other == {"both"} and len(first | other) == 3
    found = queries.scenarios(store, ["r1", "r2"], Filter(value="power")).set_index("text")
    assert found["asked"].to_dict() == {"Of work?": 1, "Of family?": 1, "The same words?": 2}
    for text, run in (("Of work?", "r1"), ("Of family?", "r2")):
        answers = queries.answers(store, ["r1", "r2"], Filter(item=found.loc[text, "item_id"]))
        assert answers["text"].tolist() == [f"An answer in {run}."]
    assert set(queries.scenarios(store, ["r1"], Filter()).item_id) == {"prompt-1", "both"}

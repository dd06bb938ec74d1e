"""Labels as the store keeps them: nothing is overwritten, everybody has their own, and what is a random sample."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from builders import NASTY, add_responses, add_run, response, suite

from core.recognition.human import ValueLabel
from core.store import labels
from core.store.database import Store
from core.store.labels import NewLabel
from core.store.run_records import delete_run

SEED = 5


@pytest.fixture
def run(store: Store) -> Store:
    """Twelve answers, of which one was refused and one is to a closed question."""
    add_run(store, of=suite(12))
    rows = [response(n, item_id=f"i{n}", text=NASTY["emoji"]) for n in range(1, 11)]
    closed = response(12, item_id="i12", variation="closed-ab")
    add_responses(store, *rows, response(11, item_id="i11", outcome="refused", text=""), closed)
    return store


def label(trial: int, who: str = "ada", stance: str = "supports", drawn: str = "random", **more: object) -> NewLabel:
    values = (
        ValueLabel("power", stance, 2 if stance in ("supports", "opposes") else 0, ((0, 2),)),  # type: ignore[arg-type]
        ValueLabel("security", "neutral"),
    )
    given = {"seed": SEED if drawn in ("random", "least") else None, "values": values} | more
    return NewLabel("r1", trial, who, drawn, **given)  # type: ignore[arg-type]


def power(store: Store) -> list[tuple[int, str, str]]:
    table = labels.current(store, "r1")
    table = table[table["value"] == "power"]
    return list(zip(table["trial_id"], table["labeller"], table["stance"], strict=True))


def shuffled(store: Store, count: int = 10, who: str = "nobody") -> list[int]:
    """The first answers of the list that SEED shuffles."""
    found = []
    for _ in range(count):
        trial = labels.next_trial(store, "r1", who, "random", SEED, [])
        assert trial is not None
        labels.add(store, [NewLabel("r1", trial, who, "chosen")])
        found.append(trial)
    return found


def test_a_newer_label_counts_and_the_older_one_stays(run: Store) -> None:
    first, second = labels.add(run, [label(1)]) + labels.add(run, [label(1, stance="opposes", note="Again.")])
    assert power(run) == [(1, "ada", "opposes")] and second > first
    told = labels.history(run, "r1", 1)
    assert told["stance"].tolist() == ["supports", "neutral", "opposes", "neutral"]
    assert told["note"].tolist() == ["", "", "Again.", "Again."] and told["labelled_at"].notna().all()


def test_undo_marks_and_what_was_before_counts_again(run: Store) -> None:
    labels.add(run, [label(1), label(1, stance="opposes"), label(2)])
    assert labels.undo(run, "r1", "bob") is None
    assert labels.undo(run, "r1", "ada") == 2 and power(run) == [(1, "ada", "opposes")]
    assert labels.undo(run, "r1", "ada") == 1 and power(run) == [(1, "ada", "supports")]
    assert labels.undo(run, "r1", "ada") == 1 and power(run) == []
    assert labels.undo(run, "r1", "ada") is None
    assert len(labels.history(run, "r1", 1)) == 4 and labels.history(run, "r1", 1)["withdrawn_at"].notna().all()
    assert labels.next_trial(run, "r1", "ada", "random", SEED, []) == shuffled(run, 1)[0]


def test_authors_who_store_at_once_all_have_their_own(run: Store) -> None:
    names = [f"author {n}" for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda who: [labels.add(run, [label(trial, who)]) for trial in range(1, 6)], names))
    found = power(run)
    assert len(found) == 40 and {who for _, who, _ in found} == set(names)
    ids = run.rows("SELECT count(DISTINCT label_id), max(label_id) FROM labels")
    assert ids == [(40, 40)]
    assert labels.progress(run, "r1").twice == 5 and labels.progress(run, "r1").labellers == 8


def test_all_or_none(run: Store) -> None:
    bad = label(2, values=(ValueLabel("power", "supports", "very"),))  # type: ignore[arg-type]
    with pytest.raises(Exception, match="very"):
        labels.add(run, [label(1), bad])
    assert power(run) == [] and run.rows("SELECT count(*) FROM labels") == [(0,)]


def test_only_answers_with_words_are_asked_for_and_each_once(run: Store) -> None:
    assert sorted(shuffled(run)) == list(range(1, 11))
    assert labels.next_trial(run, "r1", "nobody", "random", SEED, []) is None
    assert labels.own(run, "r1", "nobody") == (0, 10)
    labels.take_up_skipped(run, "r1", "nobody")
    assert labels.own(run, "r1", "nobody") == (0, 0)
    assert labels.next_trial(run, "r1", "nobody", "random", SEED, []) is not None


def test_the_shuffled_list_is_the_seed_s_and_stays_when_the_run_grows(run: Store) -> None:
    before = shuffled(run, who="a")
    assert shuffled(run, who="b") == before
    assert labels.next_trial(run, "r1", "c", "random", SEED + 1, []) is not None
    add_responses(run, *(response(n, item_id="i1") for n in range(20, 30)))
    after = shuffled(run, 20, who="d")
    assert [trial for trial in after if trial < 20] == before


def test_the_least_labelled_come_first(run: Store) -> None:
    order = shuffled(run)
    labels.add(run, [label(trial, who) for who in ("ada", "bob") for trial in order[:3]] + [label(order[3])])
    assert labels.next_trial(run, "r1", "cy", "least", SEED, []) == order[4]
    labels.add(run, [label(trial, "eve") for trial in order[4:]])
    assert labels.next_trial(run, "r1", "cy", "least", SEED, []) == order[3]
    assert labels.next_trial(run, "r1", "cy", "random", SEED, []) == order[0]


def sampled(store: Store) -> set[int]:
    table = labels.current(store, "r1")
    return set(table[table["sampled"]]["trial_id"])


def test_the_random_sample_is_the_list_s_beginning_however_its_answers_came_to_be_labelled(run: Store) -> None:
    order = shuffled(run)
    labels.add(run, [label(order[1], drawn="disagreement"), label(order[7], drawn="disagreement")])
    assert sampled(run) == set()
    labels.add(run, [label(order[0]), label(order[2], "bob", drawn="least")])
    assert sampled(run) == set(order[:3])
    labels.add(run, [label(order[5], drawn="imported"), label(order[9], drawn="random", seed=None)])
    assert sampled(run) == {*order[:3], order[9]}, "drawn at random elsewhere"
    labels.undo(run, "r1", "bob")
    assert sampled(run) == {order[0], order[9]}
    assert labels.progress(run, "r1").sampled == 2 and labels.progress(run, "r1").labelled == 5


def test_a_run_that_is_labelled_whole_is_its_own_sample(run: Store) -> None:
    labels.add(run, [label(trial, drawn="imported") for trial in range(1, 10)])
    assert sampled(run) == set()
    labels.add(run, [label(10, drawn="imported")])
    assert sampled(run) == set(range(1, 11))


def test_whoever_was_shown_the_machine_s_reading_is_not_blind_any_more(run: Store) -> None:
    (first,) = labels.add(run, [label(1)])
    labels.add(run, [label(2)])
    labels.reveal(run, first)
    assert labels.current(run, "r1").groupby("trial_id")["blind"].all().to_dict() == {1: True, 2: True}
    assert labels.undo(run, "r1", "ada") == 2 and labels.undo(run, "r1", "ada") == 1
    labels.add(run, [label(1), label(2), label(1, "bob")])
    blind = labels.current(run, "r1").groupby(["trial_id", "labeller"])["blind"].all().to_dict()
    assert blind == {(1, "ada"): False, (1, "bob"): True, (2, "ada"): True}


def test_texts_come_back_as_they_are_and_a_deleted_run_takes_its_labels_along(run: Store) -> None:
    labels.add(run, [label(1, NASTY["sql"], note=NASTY["html"]), label(2, NASTY["rtl"])])
    table = labels.current(run, "r1", [1])
    assert set(table["labeller"]) == {NASTY["sql"]} and set(table["note"]) == {NASTY["html"]}
    assert labels.labelled_runs(run) == ["r1"]
    before = labels.version(run, ["r1"])
    labels.undo(run, "r1", NASTY["rtl"])
    assert labels.version(run, ["r1"]) != before
    delete_run(run, "r1")
    assert run.rows("SELECT (SELECT count(*) FROM labels) + (SELECT count(*) FROM label_values)") == [(0,)]

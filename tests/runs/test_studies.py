"""A simulated study: people with known values answer forty items through the functions of the rating page. Planted
items are promoted, others are not, and the bank that comes of it scores a model by the planted ones alone."""

from dataclasses import replace

import numpy as np
import pytest
from study_made import PLANTED, RATERS, Person, draft, people, planted, says, sit, study

from core.analysis.portrait.study import RULE
from core.analysis.portrait.tags import written_tags
from core.errors import UserError
from core.items.bank import IPSATISED, PROMOTED, RATINGS
from core.items.dimensions import IDS
from core.items.sitting import next_step
from core.items.study import CANDIDATE, CLOSED, FROZEN, PROVISIONAL, TEN, VALIDATED, Study
from core.models.base import ModelSpec
from core.runs.freezing import freeze
from core.runs.manager import RunManager
from core.runs.plan import check
from core.runs.portrait import MODES, bank_suite, open_bank, plan_of, tags_of
from core.runs.portrait_results import load
from core.runs.studies import (
    Gathered,
    decided,
    gather,
    join,
    new_study,
    open_study,
    promote,
    rater_table,
    record,
    record_values,
    scale_row,
    table,
    validate,
)
from core.store import banks, studies
from core.store.database import Store
from core.values.questionnaires import CARDS, score

MADE = study()


def gathered(seed: int, made: Study = MADE, n: int = RATERS, truth: np.ndarray | None = None) -> Gathered:
    return gather(made, [sit(made, person) for person in people(seed, n, truth=truth)])


def filled(store: Store, made: Study, everyone: list[Person]) -> Study:
    """The study, open and with these people's whole sittings."""
    studies.save_study(store, made)
    studies.add_sittings(store, [(sit(made, person), True) for person in everyone], "hash")
    return made


def test_a_simulated_study_promotes_the_planted_items_and_no_others() -> None:
    """150 people, 40 items of which 12 are planted, five studies: the rule allows a tenth of the promoted pairs to be
    wrong. Over these seeds none is (60 of 60 planted)."""
    truth, shares, found = planted(), [], 0
    for seed in range(5):
        people_of = gathered(seed)
        assert people_of.n_used >= RATERS - 3  # noise makes hardly anyone look careless
        seen = validate(MADE, people_of, permutations=0)
        states = [each.state for each in decided(MADE, seen).items]
        assert {VALIDATED} == set(states[:PLANTED]) or states[:PLANTED].count(VALIDATED) >= PLANTED - 1
        shares.append((seen.passes & ~truth).sum() / max(seen.passes.sum(), 1))
        found += int((seen.passes & truth).sum())
    assert np.mean(shares) <= RULE.max_q
    assert found >= 0.95 * 5 * PLANTED


@pytest.mark.long
def test_the_error_rate_over_many_studies() -> None:
    """80 raters, where chance reaches rho = .3 once in 300: of 40 studies with 12 planted items and 40 with none."""
    truth, nothing = planted(), np.zeros((40, 10), dtype=bool)
    small = study(planned=80)
    shares, empty = [], 0
    for seed in range(40):
        passes = validate(small, gathered(seed, small, 80), permutations=0).passes
        shares.append((passes & ~truth).sum() / max(passes.sum(), 1))
        empty += bool(validate(small, gathered(1000 + seed, small, 80, nothing), permutations=0).passes.any())
    assert np.mean(shares) <= RULE.max_q and empty <= 8  # P(more than 8 of 40 at a rate of .1) = .015


def test_the_pages_own_steps_keep_every_answer_and_lead_to_a_frozen_bank(manager: RunManager, store: Store) -> None:
    """A few people go through the store answer by answer, all others in one go."""
    made = open_study(store, replace(draft(), planned=100))
    everyone = people(11, 100)
    for person in everyone[:3]:
        sitting = join(store, made, person.code)
        while (step := next_step(made, sitting)) is not None:
            record(store, made, sitting, step, says(made, person, step), 1.0)
            kept = studies.sitting(store, made.id, person.code)
            assert kept is not None
            sitting = kept
        record_values(store, made, sitting, score(CARDS, person.cards))
    assert [head.finished for head in studies.studies(store)] == [3]
    assert studies.sittings(store, made.id)[0].given == tuple(
        replace(one, seconds=1.0) for one in sit(made, everyone[0]).given
    )
    studies.add_sittings(store, [(sit(made, person), True) for person in everyone[3:60]], "hash")

    early = promote(store, made)
    assert VALIDATED not in {each.state for each in early.items} and early.items[0].state == PROVISIONAL
    with pytest.raises(UserError, match="No item of 'Made' is validated"):
        freeze(store, early)
    studies.add_sittings(store, [(sit(made, person), True) for person in everyone[60:]], "hash")
    done = promote(store, studies.load_study(store, made.id))
    states = [each.state for each in done.items]
    assert states[:PLANTED].count(VALIDATED) >= PLANTED - 1 and states[PLANTED:].count(CANDIDATE) >= 40 - PLANTED - 1

    bank = freeze(store, done, permutations=50)
    after = studies.load_study(store, made.id)
    assert after.stage == CLOSED and [each.state for each in after.items].count(FROZEN) == len(bank.items)
    assert studies.looks(store, made.id)["bank_id"].tolist() == ["", "", bank.id]
    kept_bank = open_bank(store, bank.id)
    assert kept_bank.hash == bank.hash and bank.id.endswith(bank.hash[:6]) and kept_bank.validated
    by_rho, by_rule = (tags(kept_bank).positive[:, : len(TEN)] for tags in (tags_of, written_tags))
    np.testing.assert_array_equal(by_rho, by_rule)
    assert set(kept_bank.correlations) == {PROMOTED, RATINGS, IPSATISED}
    assert len(bank_suite(store, kept_bank, "values").items) == len(bank.items)
    _asked(manager, bank.id)
    figures = banks.figures(store, bank.id).set_index("dimension")
    assert figures.loc["power", "people"] == 100 and figures.loc["power", "validity_tags"] > 0.2
    assert not store.rows("SELECT 1 FROM bank_ratings") and not store.rows("SELECT 1 FROM bank_raters")
    for again, said in ((freeze, "make a copy"), (promote, "keep the states")):
        with pytest.raises(UserError, match=said):
            again(store, after)
    with pytest.raises(UserError, match="takes no ratings"):
        join(store, after, "KX7M2PQD")


def _asked(manager: RunManager, bank_id: str) -> None:
    """A respondent that holds power high answers the bank's items accordingly."""
    model = "simulated/self-enhancing"
    bank = open_bank(manager.store, bank_id)
    run_id = manager.start(check(plan_of(manager.store, bank, [ModelSpec(model)], MODES["cheap"])))
    assert manager.wait(run_id, 60)
    found = load(manager.store, bank_id)
    scores = found.profiles["published"].points.score[0][: len(TEN)]
    assert scores[IDS.index("power")] > 0 > scores[IDS.index("universalism")]


def test_a_rater_deleted_after_the_look_asks_for_another(store: Store) -> None:
    everyone = people(4, 80)
    made = promote(store, filled(store, study(planned=80), everyone))
    assert VALIDATED in {each.state for each in made.items}
    studies.delete_rater(store, made.id, everyone[0].code)
    with pytest.raises(UserError, match="promote again"):
        freeze(store, made)  # 79 raters are fewer than the rule's 80
    assert VALIDATED not in {each.state for each in promote(store, made).items}


def test_careless_people_are_left_out_and_counted() -> None:
    everyone = people(2, 60)
    careless = [
        replace(everyone[0], reads=False),
        replace(everyone[1], ratings=[4] * 40, again=[4] * 40),
        replace(everyone[2], again=[1 if rating > 3 else 6 for rating in everyone[2].ratings]),
        replace(everyone[3], cards=[3] * 10),
        replace(everyone[4], ratings=everyone[5].ratings, again=everyone[5].again),
    ]
    sittings = [sit(MADE, person) for person in (*everyone[5:], *careless)]
    half = replace(sittings[0], code="HHHHHHHH", given=sittings[0].given[:20], scores=())
    found = gather(MADE, [*sittings, half])
    rows = rater_table(found).set_index("code")
    assert [rows.loc[person.code, "used"] for person in careless] == [False] * 5 and not rows.loc["HHHHHHHH", "used"]
    assert rows.loc[careless[0].code, "reasons"] == "missed a check"
    assert "all answers alike" in rows.loc[careless[1].code, "reasons"]
    assert rows.loc[careless[2].code, "reasons"] == "other answers to the same texts"
    assert rows.loc[careless[3].code, "reasons"] == "all values alike"
    assert rows.loc[careless[4].code, "reasons"] == "the same ratings as another"
    assert found.left_out()["not finished"] == 1 and found.used[0].shape == (found.n_used, 40)


def test_too_few_raters_are_not_looked_at(store: Store) -> None:
    made = filled(store, study(), people(0, 20))
    with pytest.raises(UserError, match="20 raters can be used; a look needs 30"):
        promote(store, made)
    assert studies.looks(store, made.id).empty


def test_the_table_says_all_that_a_decision_rests_on() -> None:
    seen = validate(MADE, gathered(1), permutations=20)
    rows = table(MADE, seen)
    assert len(rows) == 400 and set(rows["value"]) == set(TEN)
    passing = rows[rows["passes"]]
    assert (
        (passing["q"] <= RULE.max_q).all()
        and (passing["low"] > RULE.above).all()
        and (passing["gap"] >= RULE.gap).all()
    )
    assert (rows["q_by"] >= rows["q"]).all() and (passing["fair"] < passing["rho"]).all()
    assert seen.chance is not None and seen.chance.expected.max() < 1


def test_higher_order_values_weigh_values_by_their_items() -> None:
    scores = tuple(float(place) for place in range(10))
    row = dict(zip(IDS, scale_row("pvq21", scores), strict=True))
    assert row["self_enhancement"] == pytest.approx((2 * row["achievement"] + 2 * row["power"]) / 4)
    assert row["self_transcendence"] == pytest.approx((2 * row["benevolence"] + 3 * row["universalism"]) / 5)
    assert row["openness_to_change"] == pytest.approx((row["self_direction"] + row["stimulation"]) / 2)
    assert np.isnan(row["neuroticism"])


def test_studies_have_names_of_their_own(store: Store) -> None:
    assert new_study(store, "  My  study ").name == "My study"
    for wrong, said in (("My study", "already"), ("", "1 to 80"), ("x" * 81, "1 to 80")):
        with pytest.raises(UserError, match=said):
            new_study(store, wrong)

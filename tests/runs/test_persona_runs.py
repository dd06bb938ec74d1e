"""Runs in personas: what they take, and that shifts known beforehand come back within their intervals."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from core.analysis.bootstrap import Floats
from core.analysis.portrait.personas import AGAINST_NONE, LEVELS
from core.errors import UserError
from core.items.dimensions import IDS, VALUES, of_system
from core.methods.personas import personas
from core.models.base import ModelSpec
from core.models.simulated import persona_shift, rating_probs, simulation
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.persona_results import (
    PersonaResults,
    beside_people,
    comparable,
    effect_table,
    groups_of,
    item_table,
    load,
    refusal_table,
)
from core.runs.personas import MODES, cast, plan_of, variations_of
from core.runs.plan import Plan, check, plan_from_json
from core.runs.plan_file import read_plan, write_plan
from core.runs.portrait import MOST_A_VALUE, open_bank, selected, tags_of
from core.store import bank_answers, persona_answers
from core.store.database import Store
from core.values.persona_groups import HumanGroup

BANK = "portrait-small"
PANEL = ("simulated/even", "simulated/conserving", "simulated/self-enhancing", "simulated/reticent")
TEN = [IDS[column] for column in of_system(VALUES)]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunManager, str]]:
    """A panel in two wordings of women, men, placebos and nobody."""
    manager = RunManager(Store(tmp_path_factory.mktemp("personas") / "store.duckdb"))
    run_id = manager.start(plan(manager.store, PANEL, wordings=2))
    assert manager.wait(run_id, 120)
    yield manager, run_id
    manager.close()


def plan(store: Store, panel: Sequence[str], wordings: int = 1) -> Plan:
    made = plan_of(store, open_bank(store, BANK), [ModelSpec(name) for name in panel], ["gender"], MODES["cheap"])
    object.__setattr__(made, "variations", variations_of(cast(["gender"]), wordings))
    return check(made)


def loaded(ran: tuple[RunManager, str], model: str) -> PersonaResults:
    return load(ran[0].store, BANK, ran[1], f"simulated/{model}")


def truth(model: str, persona: str) -> Floats:
    """The expected score of each value, without the wobble: every value has equally many items."""
    profile = simulation().profiles[f"simulated/{model}"]
    levels = range(1, 7)
    raw = np.array(
        [
            np.dot(levels, rating_probs(profile, (value,), levels, persona_shift(profile, persona, (value,))))
            for value in TEN
        ]
    )
    return raw - raw.mean()


@pytest.mark.parametrize("model", [name.removeprefix("simulated/") for name in PANEL])
def test_known_shifts_come_back_within_their_intervals(ran: tuple[RunManager, str], model: str) -> None:
    found = loaded(ran, model)
    inside = []
    for kind in (LEVELS, AGAINST_NONE):
        made = found.effects[kind]
        for at, each in enumerate(made.contrasts):
            expected = truth(model, each.first) - truth(model, each.second)
            known = ~np.isnan(made.low[at])
            inside += list(((made.low[at] <= expected) & (expected <= made.high[at]))[known])
            assert np.allclose(made.delta[at], expected, atol=0.3, equal_nan=False)
    assert np.mean(inside) > 0.88 and len(inside) > 40


def test_a_respondent_exaggerates_reverses_or_plays_no_role(ran: tuple[RunManager, str]) -> None:
    figures = {}
    for model in ("even", "conserving", "self-enhancing"):
        found = loaded(ran, model)
        (contrast,) = comparable(found, {})
        made = beside_people(found, contrast, {})
        assert made is not None
        figures[model] = made
    assert figures["even"].amplification.low > 1 and figures["even"].signs.agree >= 8
    assert figures["conserving"].amplification.high < 0 and figures["conserving"].r.value < -0.8
    flat = figures["self-enhancing"].amplification
    assert flat.low < 0.5 and flat.high > -0.5 and abs(flat.value) < 0.7


def test_a_table_names_the_band_and_what_lies_beyond_it(ran: tuple[RunManager, str]) -> None:
    table = effect_table(loaded(ran, "even"), LEVELS)
    assert len(table) == 70 and set(table["attribute"]) == {"gender", "placebo"}
    gender = table[table["attribute"] == "gender"].set_index("value")
    assert gender.loc["benevolence", "beyond"] == "yes" and gender.loc["benevolence", "q"] < 0.05
    assert (table[table["attribute"] == "placebo"]["beyond"] == "no").all()
    assert (gender["band_high"] == -gender["band_low"]).all() and (gender["answers"] == 32).all()
    against = effect_table(loaded(ran, "even"), AGAINST_NONE)
    assert len(against) == 60 and (against["second"] == "none").all()


def test_refusals_are_counted_and_never_filled_in(ran: tuple[RunManager, str]) -> None:
    found = loaded(ran, "reticent")
    table = refusal_table(found).set_index("persona")
    assert (table["asked"] == 320).all() and (table["refused"] > 60).all()
    assert (table["ok"] == table["asked"] - table["refused"]).all()
    known = np.isfinite(found.answers.values).sum(axis=(1, 2, 3))
    assert known.tolist() == table["ok"].tolist()
    assert (found.effects[LEVELS].n_cells < 32).all()


def test_a_difference_leads_back_to_items_and_words(ran: tuple[RunManager, str]) -> None:
    found = loaded(ran, "even")
    contrast = found.effects[LEVELS].contrasts[0]
    rows = item_table(found, contrast, "power")
    assert len(rows) == 8 and np.allclose(rows["difference"], rows["first"] - rows["second"])
    every = [item_table(found, contrast, value)["difference"].mean() for value in TEN]
    assert rows["difference"].mean() - np.mean(every) == pytest.approx(
        found.effects[LEVELS].delta[0, TEN.index("power")]
    )
    said = persona_answers.said(ran[0].store, ran[1], "simulated/even", rows["item"][0])
    assert len(said) == 7 * 4 and said["text"].isin(list("123456")).all()


def test_own_means_count_before_those_that_ship_and_never_mix_with_them(ran: tuple[RunManager, str]) -> None:
    (contrast,) = comparable(loaded(ran, "even"), {})
    own = [HumanGroup(name, (0.0,) * 10, (1.0,) * 10, 50, "mine") for name in ("Woman", "man")]
    assert groups_of(contrast, {group.name: group for group in own}) == tuple(own)
    one_side = groups_of(contrast, {"Woman": own[0]})
    assert one_side and {group.name for group in one_side} == {"gender:female", "gender:male"}


def test_persona_runs_stay_out_of_the_plain_profiles(ran: tuple[RunManager, str]) -> None:
    store = ran[0].store
    assert bank_answers.own(store, f"bank:{BANK}").empty and bank_answers.runs_of(store, f"bank:{BANK}") == []
    assert [run_id for run_id, _ in persona_answers.runs_of(store, f"bank:{BANK}")] == [ran[1]]
    assert persona_answers.runs_of(store, "bank:portrait") == []


def test_the_engine_resumes_and_spares_stored_replies(manager: RunManager) -> None:
    made = plan(manager.store, ["simulated/even"])
    first = manager.start(made, Limits(max_calls=300))
    assert manager.wait(first, 60)
    assert persona_answers.given(manager.store, first, "simulated/even").shape[0] < made.size
    manager.resume(first, Limits())
    assert manager.wait(first, 60)
    answers = persona_answers.given(manager.store, first, "simulated/even")
    assert len(answers) == made.size == 80 * 7 * 2 and not answers.duplicated(["item_id", "variation"]).any()


def test_modes_state_what_they_take(store: Store) -> None:
    bank = open_bank(store, BANK)
    full = plan_of(store, bank, [ModelSpec("simulated/even")], ["gender", "age"], MODES["full"])
    assert full.calls == 80 * (1 + 2 + 4 + 4) * 3 * 2
    cheap = plan_of(store, bank, [ModelSpec("simulated/even")], ["gender"], MODES["cheap"], placebos=False)
    assert cheap.calls == 80 * 3 * 2 and len(cheap.variations) == 6
    assert cast(["politics"], placebos=False) == ("none", "left", "centre", "right")
    assert set(cast(["gender"])) - {"none", "woman", "man"} == {
        name for name, persona in personas().items() if persona.attribute == "placebo"
    }
    for wrong in ([], ["shoe_size"]):
        with pytest.raises(UserError, match="Name one or more attributes of gender"):
            plan_of(store, bank, [], wrong, MODES["full"])


def test_few_items_are_spread_over_situations(store: Store, shared_data: Path) -> None:
    bank = open_bank(store, BANK)
    assert len(selected(bank, "few")) == 80  # eight a value, none of them from one situation
    from core.interchange.portrait import read_portrait
    from core.runs.banks import import_bank

    large = import_bank(store, read_portrait(shared_data / "portrait", "Published"), permutations=1)
    taken, tags = selected(large, "few"), tags_of(large).positive
    assert len(taken) < len(selected(large, "values")) / 2
    for column in of_system(VALUES):
        rows = [row for row, item in enumerate(large.items) if item.id in taken and tags[row, column]]
        whole = len(set(large.queries[tags[:, column]]))
        assert len(set(large.queries[rows])) >= min(MOST_A_VALUE, whole)


def test_a_plan_of_personas_goes_into_a_file_and_into_the_store_and_comes_back(store: Store) -> None:
    made = plan(store, ["simulated/even"])
    read = read_plan(write_plan(made, Limits(), "toml"), "plan.toml", store)
    assert read.plan.method == "portrait_personas" and read.plan.variations == made.variations
    assert read.plan.suite.hash == made.suite.hash and not read.notes
    assert plan_from_json(made.to_json(), made.suite) == made


def test_an_unknown_variation_is_answered_by_the_nearest_and_the_number(store: Store) -> None:
    made = plan(store, PANEL[:1])
    object.__setattr__(made, "variations", ("womn.you.forward",))
    with pytest.raises(UserError, match=r"got 'womn\.you\.forward'\. There are 138, the nearest woman\.you\.forward, "):
        check(made)

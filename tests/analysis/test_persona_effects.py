"""Differences between personas: closed forms, what cancels out, what chance finds."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from core.analysis.bootstrap import Floats
from core.analysis.portrait.persona_answers import PersonaAnswers, persona_answers
from core.analysis.portrait.personas import (
    AGAINST_NONE,
    LEVELS,
    Contrast,
    Effects,
    beyond,
    contrasts,
    effects,
    yardstick,
)
from core.analysis.portrait.tags import written_tags
from core.errors import UserError
from core.items.dimensions import VALUES, of_system
from core.items.shipped_banks import shipped_banks
from core.methods.personas import variation

BANK = shipped_banks()["portrait-small"]
TAGS = written_tags(BANK).positive[:, list(of_system(VALUES))]
OF = TAGS.argmax(axis=1)  # each item stands for one value
PLACEBOS = ("none", "left_handed", "right_handed", "born_in_march")


def answered(values: Floats, personas: tuple[str, ...] = ("woman", "man")) -> PersonaAnswers:
    """Answers (P x I x W x 2) that were chosen, not expected."""
    wordings = ("you", "as", "cue")[: values.shape[2]]
    return PersonaAnswers(personas, wordings, values, values**2, pd.DataFrame())


def made(values: Floats, personas: tuple[str, ...] = ("woman", "man"), kind: str = LEVELS, draws: int = 400) -> Effects:
    answers = answered(values, personas)
    return effects(BANK, answers, TAGS, contrasts(personas, kind), 0, draws)


def noise(rng: np.random.Generator, personas: int = 2, wordings: int = 3, cell: float = 0.5) -> Floats:
    """No difference between personas but for chance; items differ widely."""
    shape = (personas, len(BANK.items), wordings, 2)
    return rng.normal(3.5, 1.0, (1, *shape[1:])) + rng.normal(0.0, cell, shape)


def test_a_difference_is_the_values_own_less_that_of_all_items() -> None:
    values = noise(np.random.default_rng(0), cell=0.0)
    values[0, OF == 4] += 1.0
    found = made(values)
    expected = np.where(np.arange(10) == 4, 0.9, -0.1)  # ten values of eight items each
    assert np.allclose(found.delta[0], expected)
    assert (found.n_items == 8).all() and (found.n_cells == 48).all() and found.queries.tolist() == [20]
    assert np.array_equal(found.n_queries[0], [len(set(BANK.queries[TAGS[:, d]])) for d in range(10)])


def test_turning_the_pair_turns_the_sign_and_agreeing_with_everything_moves_nothing() -> None:
    rng = np.random.default_rng(1)
    values = noise(rng)
    found, turned = made(values), made(values[::-1])
    assert np.allclose(found.delta, -turned.delta) and np.allclose(found.sd, turned.sd)
    assert np.allclose(found.low, -turned.high, atol=0.05) and np.allclose(found.p, turned.p, atol=0.05)
    shifted = values.copy()
    shifted[0] += 0.7
    assert np.allclose(made(shifted).delta, found.delta)


def test_no_difference_at_all_is_no_finding_and_not_certain_either() -> None:
    values = noise(np.random.default_rng(2), cell=0.0)
    found = made(values)
    assert np.allclose(found.delta, 0) and (found.p == 1).all() and (found.q == 1).all()
    assert (found.low < -0.5).all() and (found.high > 0.5).all()  # that eight situations agree shows little


def test_q_is_benjamini_and_hochberg_over_values_and_contrasts() -> None:
    personas = ("age_15_29", "age_30_44", "age_45_59", "age_60")
    found = made(noise(np.random.default_rng(3), 4), personas)
    assert found.delta.shape == (6, 10)
    assert np.allclose(found.q, false_discovery_control(found.p.reshape(-1)).reshape(6, 10))


def test_only_what_both_answered_counts() -> None:
    values = noise(np.random.default_rng(4))
    holes = values.copy()
    holes[0, 5, 1, 0] = np.nan
    other = holes.copy()
    other[1, 5, 1, 0] = 99.0  # the partner of a missing answer
    assert np.array_equal(made(holes).delta, made(other).delta)
    assert made(holes).n_cells[0, OF[5]] == 47
    holes[0, OF == 3] = np.nan
    gone = made(holes)
    for part in (gone.delta, gone.low, gone.high, gone.p, gone.q, gone.sd):
        assert np.isnan(part[0, 3]) and np.isfinite(np.delete(part[0], 3)).all()
    assert gone.n_items[0, 3] == gone.n_queries[0, 3] == gone.n_cells[0, 3] == 0


def test_few_situations_give_a_figure_and_no_interval() -> None:
    values = noise(np.random.default_rng(5))
    rows = np.flatnonzero(OF == 2)[1:]
    values[0, rows] = np.nan
    found = made(values)
    assert np.isfinite(found.delta[0, 2]) and np.isnan([found.low[0, 2], found.p[0, 2], found.q[0, 2]]).all()


def test_the_spread_is_that_of_the_answers_within_a_persona() -> None:
    values = noise(np.random.default_rng(6))
    cells = values[:, OF == 1].reshape(2, -1)
    assert made(values).sd[0, 1] == pytest.approx(np.sqrt(cells.var(axis=1).mean()))
    answers = answered(values)
    unsure = PersonaAnswers(answers.personas, answers.wordings, values, values**2 + 0.64, pd.DataFrame())
    found = effects(BANK, unsure, TAGS, contrasts(answers.personas, LEVELS), 0, 50)
    assert found.sd[0, 1] == pytest.approx(np.sqrt(cells.var(axis=1).mean() + 0.64))  # what the model leaves open


def test_contrasts_are_pairs_within_an_attribute_or_each_against_none() -> None:
    assert contrasts(("none", "woman", "man", "left"), LEVELS) == (Contrast("woman", "man", "gender"),)
    against = contrasts(("none", "woman", "left"), AGAINST_NONE)
    assert against == (Contrast("woman", "none", "gender"), Contrast("left", "none", "politics"))
    assert contrasts(("woman", "man"), AGAINST_NONE) == ()


def test_placebos_are_the_yardstick() -> None:
    rng = np.random.default_rng(7)
    values = noise(rng, 4)
    values[1:, OF == 8] += 0.5  # whatever the persona
    levels, against = made(values, PLACEBOS), made(values, PLACEBOS, AGAINST_NONE)
    placebo = yardstick(levels, against)
    assert (placebo.placebos, placebo.pairs) == (3, 3)
    assert np.allclose(placebo.shift, against.delta.mean(axis=0))
    assert placebo.low[8] < 0.45 < placebo.high[8] and placebo.low[8] > 0 > placebo.low[0]
    assert np.allclose(placebo.band, np.abs(levels.delta).max(axis=0)) and placebo.band[8] < 0.4
    assert not beyond(levels, -placebo.band, placebo.band).any()  # by their own band none stands out
    nothing = yardstick(made(values[:2], ("woman", "man")), made(values[:2], ("none", "woman"), AGAINST_NONE))
    assert np.isnan(nothing.band).all() and np.isnan(nothing.shift).all() and nothing.placebos == 0


def test_the_wordings_differences_widen_the_interval() -> None:
    rng = np.random.default_rng(8)
    values = noise(rng, cell=0.2)
    one = made(values[:, :, :1])
    worded = values.copy()
    worded[0] += rng.normal(0, 0.8, (10, 3))[OF][:, :, None]
    assert np.median(made(worded).high - made(worded).low) > 2 * np.median(made(values).high - made(values).low)
    assert np.isfinite(one.low).all() and (one.df == one.n_queries - 1).all()


def _false(worlds: int, cell: float, query: float, wording: float) -> tuple[float, float]:
    """The share of p < .05 and of families with a q < .05, where personas differ by chance alone."""
    rng, wrong, families = np.random.default_rng(9), [], []
    for _ in range(worlds):
        values = noise(rng, cell=cell)
        by_query = rng.normal(0, query, (2, int(BANK.queries.max()) + 1, 10))
        values += by_query[:, BANK.queries, OF][:, :, None, None]
        values += rng.normal(0, wording, (2, 10, 3))[:, OF][..., None]
        found = made(values, ("left_handed", "right_handed"), draws=200)
        wrong.append((found.p < 0.05).mean())
        families.append(bool((found.q < 0.05).any()))
    return float(np.mean(wrong)), float(np.mean(families))


def test_a_placebo_is_found_no_more_often_than_chance_finds_it() -> None:
    wrong, families = _false(40, 0.5, 0.2, 0.1)
    assert 0.01 < wrong < 0.08 and families < 0.15


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "query", "wording"), [(0.5, 0, 0), (0.3, 0.5, 0), (0.5, 0.2, 0.1), (0.3, 0.1, 0.5)])
def test_false_positives_come_at_their_nominal_rate(cell: float, query: float, wording: float) -> None:
    """Measured: .025, .034, .043 and .054 of p < .05; .03, .03, .03 and .08 of families with a q < .05."""
    wrong, families = _false(150, cell, query, wording)
    assert 0.01 < wrong < 0.075 and families < 0.15


def test_answers_become_an_array_by_persona_item_wording_and_order() -> None:
    first = BANK.items[0].id

    def row(persona: str, wording: str, order: str, item: str = first, value: float = 3.0) -> dict[str, object]:
        outcome = "refused" if np.isnan(value) else "ok"
        name = variation(persona, wording, order)
        return {"item_id": item, "variation": name, "outcome": outcome, "value": value, "square": value**2}

    rows = [
        row("man", "you", "forward"),
        row("woman", "you", "forward", value=2),
        row("woman", "you", "forward", value=4),
    ]
    rows += [row("woman", "as", "reversed", value=np.nan), row("man", "you", "forward", "no such item")]
    found = persona_answers(BANK, pd.DataFrame(rows), ["none", "woman", "man"])
    assert found.personas == ("woman", "man") and found.wordings == ("you", "as")
    assert found.values[0, 0, 0, 0] == 3 and found.squares[0, 0, 0, 0] == 10
    assert np.isnan(found.values).sum() == found.values.size - 2
    assert found.outcomes.loc["woman"].to_dict() == {"ok": 2, "refused": 1}
    with pytest.raises(UserError, match=r"no variation 'woman\.you\.up'"):
        persona_answers(BANK, pd.DataFrame([row("woman", "you", "up")]), ["woman"])


def test_the_shapes_hold_for_no_contrast_at_all() -> None:
    empty: NDArray[np.float64] = noise(np.random.default_rng(10))
    found = made(empty, ("woman", "left"))
    assert found.delta.shape == (0, 10) and found.draws.shape == (400, 0, 10) and found.contrasts == ()

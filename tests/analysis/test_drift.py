import numpy as np
import pytest

from core.analysis.drift import Cohort, drift


def cohort(label: str, apart: float, seed: int, models: int = 6, questions: int = 60, chosen: bool = False) -> Cohort:
    """Scores with this standard deviation between models, and noise of standard deviation .2."""
    rng = np.random.default_rng(seed)
    scores = (
        0.5 + apart * rng.standard_normal((models, questions, 10)) + 0.2 * rng.standard_normal((models, questions, 10))
    )
    return Cohort(label, scores, np.full((questions, 10), 0.04), chosen)


def test_informativeness_is_the_variance_beyond_noise() -> None:
    found = drift([cohort("first", 0.3, 0), cohort("equal", 0.0, 1)])
    assert found.cohorts[0].value == pytest.approx(0.09, rel=0.1)
    assert found.cohorts[1].value == pytest.approx(0.0, abs=0.005)
    assert found.cohorts[0].low < 0.09 < found.cohorts[0].high
    assert (found.cohorts[0].models, found.cohorts[0].questions) == (6, 60)


def test_a_worn_pool_is_to_be_evolved_again_and_a_good_one_not() -> None:
    worn = drift([cohort("a", 0.3, 0), cohort("b", 0.28, 1), cohort("c", 0.15, 2)])
    assert worn.ratio == pytest.approx(0.25, abs=0.06) and worn.high < 1 and "evolve it again." in worn.advice
    again = [drift([cohort("a", 0.3, seed), cohort("b", 0.3, seed + 50)]) for seed in range(20)]
    assert sum(one.low <= 1 <= one.high for one in again) >= 17
    assert not any("less apart" in one.advice for one in again)


def test_models_it_was_chosen_for_are_no_measure_where_there_are_others() -> None:
    panel = cohort("panel", 0.5, 0, chosen=True)
    fair = drift([panel, cohort("a", 0.3, 1), cohort("b", 0.3, 2)])
    assert fair.ratio == pytest.approx(1.0, abs=0.15) and "runs high" not in fair.advice
    against = drift([panel, cohort("a", 0.3, 1)])
    assert against.ratio < 0.5 and "runs high" in against.advice
    assert "Two models" in drift([panel]).advice and "Two models" in drift([]).advice


def test_answers_that_are_missing_count_nowhere() -> None:
    whole = cohort("a", 0.3, 0)
    holes = Cohort("a", whole.scores.copy(), whole.noise)
    holes.scores[:, :30] = np.nan
    found = drift([holes]).cohorts[0]
    assert found.questions == 30 and found.value == pytest.approx(drift([whole]).cohorts[0].value, rel=0.15)
    alone = Cohort("one", whole.scores[:1], whole.noise)
    assert drift([alone]).cohorts == ()

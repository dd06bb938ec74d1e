"""Differences between models on the same items: against other packages' figures, closed forms and simulation.

Reference figures: statsmodels 0.15.0 and pingouin 0.7.0 (not needed to run the tests), each by the call in its comment;
intervals of d_z by mpmath 1.x at 30 digits, as statsmodels' own root stops at 1e-7.
"""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.analysis.bootstrap import MIN_ITEMS
from core.analysis.corrections import benjamini_hochberg, holm
from core.analysis.effect import detectable, items_needed, power, standardised_interval
from core.analysis.findings import OWN, claims_table, evidence, findings
from core.analysis.letters import letters
from core.analysis.paired import (
    Cells,
    against,
    bootstrap_intervals,
    cells_of,
    comparison_table,
    every_pair,
    most_different,
    paired_tests,
    signed_ranks,
    t_intervals,
    tied,
)

VALUES = ("power", "care", "order")


def cells(scores: np.ndarray) -> Cells:
    """I x S x V."""
    names = tuple("abcdefgh"[: scores.shape[1]])
    return Cells(names, tuple(f"i{i:04}" for i in range(len(scores))), VALUES[: scores.shape[2]], scores, (0.0, 100.0))


def noise(seed: int = 0, items: int = 40, subjects: int = 3, shift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    scores = rng.normal(50, 10, (items, 1, 3)) + rng.normal(0, 5, (items, subjects, 3))
    scores[:, 0] += shift
    return scores


def test_corrections_are_those_of_statsmodels() -> None:
    p = np.array([0.001, 0.04, 0.03, 0.005, 0.6, 0.2, 0.012, 0.04])
    # multipletests(p, method="holm")[1] and method="fdr_bh"
    by_holm = [0.008, 0.16, 0.15, 0.035, 0.6, 0.4, 0.07200000000000001, 0.16]
    by_bh = [0.008, 0.05333333333333334, 0.05333333333333334, 0.02, 0.6, 0.2285714285714286, 0.032, 0.05333333333333334]
    assert holm(p) == pytest.approx(by_holm, abs=1e-12) and benjamini_hochberg(p) == pytest.approx(by_bh, abs=1e-12)
    holed = np.insert(p, 3, np.nan).reshape(3, 3)
    assert np.isnan(holm(holed)).sum() == 1 and np.delete(holm(holed).ravel(), 3) == pytest.approx(by_holm)
    assert np.isnan(benjamini_hochberg(np.array([np.nan]))).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_corrected_p_lie_between_p_and_bonferroni_in_the_same_order(p: list[float]) -> None:
    raw = np.array(p)
    for found in (holm(raw), benjamini_hochberg(raw)):
        assert (found >= raw - 1e-15).all() and (found <= np.minimum(1, raw * len(p)) + 1e-15).all()
        assert (np.diff(found[np.argsort(raw, kind="stable")]) >= -1e-15).all()
    assert (benjamini_hochberg(raw) <= holm(raw) + 1e-15).all()


def test_power_and_items_needed_are_those_of_statsmodels() -> None:
    # TTestPower().power(d, n, 0.05)
    known = [(0.9024750890512436, 10, 0.7195087172120423), (0.2, 30, 0.18518338712591942)]
    known += [(0.5, 30, 0.75396471574379), (0.02, 1000, 0.09684345146196319), (-0.4, 12, 0.24462548062955006)]
    for effect, n, expected in known:
        assert float(power(effect, n)) == pytest.approx(expected, abs=1e-9)
    # TTestPower().solve_power(effect_size=d, power=0.8, alpha=0.05), rounded up
    solved = {0.9024750890512436: 11.7014, 0.2: 198.1508, 0.5: 33.3671, 0.1: 786.8089, 1.5: 5.6861}
    assert items_needed(list(solved)).tolist() == [np.ceil(n) for n in solved.values()]
    # solve_power(nobs=30, power=0.8) stops at 1e-7; power(0.5292356151129528, 30, 0.05) is 0.8
    assert float(detectable(30)) == pytest.approx(0.5292357045238948, abs=1e-6)
    assert float(power(detectable(30), 30)) == pytest.approx(0.8, abs=1e-9)
    assert np.isinf(items_needed(0.0)) and np.isnan(items_needed(np.nan)) and np.isnan(power(0.5, 1))
    assert power(50.0, 500) == 1.0


def test_the_interval_of_the_effect_size_is_exact() -> None:
    low, high = standardised_interval([0.9024750890512436, np.nan], [10, 10])
    assert low[0] == pytest.approx(0.141979442334123177, abs=1e-12)
    assert high[0] == pytest.approx(1.628957404686901501, abs=1e-12)
    assert np.isnan(low[1])
    for effect, n in ((0.1, 1000), (-2.0, 12), (0.0, 30)):
        low, high = standardised_interval(effect, n)
        ends = [stats.nct.cdf(effect * np.sqrt(n), n - 1, end * np.sqrt(n)) for end in (low, high)]
        assert ends == pytest.approx([0.975, 0.025], abs=1e-9)


def test_t_wilcoxon_and_intervals_are_those_of_scipy_on_the_items_in_common() -> None:
    scores = noise(shift=3)
    scores[:5, 0, 1], scores[30:, 2] = np.nan, np.nan
    made, pairs = cells(scores), every_pair(3)
    found = paired_tests(made, pairs)
    low, high = t_intervals(found)
    by_rank = signed_ranks(made, pairs)
    for p, (a, b) in enumerate(pairs):
        for v in range(3):
            both = ~np.isnan(scores[:, a, v] - scores[:, b, v])
            t = stats.ttest_rel(scores[both, a, v], scores[both, b, v])
            ends = t.confidence_interval()
            assert (found.t[p, v], found.p[p, v]) == pytest.approx((t.statistic, t.pvalue), abs=1e-9)
            assert (low[p, v], high[p, v]) == pytest.approx(tuple(ends), abs=1e-9)
            gap = scores[both, a, v] - scores[both, b, v]
            assert by_rank[p, v] == pytest.approx(stats.wilcoxon(gap, zero_method="pratt").pvalue, abs=1e-9)
            assert found.effect[p, v] == pytest.approx(gap.mean() / gap.std(ddof=1), abs=1e-9)
            assert found.n[p, v] == both.sum()


def test_pingouin_agrees_on_the_paired_t() -> None:
    a, b = [12, 15, 9, 20, 17, 14, 22, 11, 16, 18], [10, 11, 9.5, 16, 18, 12, 15, 12, 13, 14]
    found = paired_tests(cells(np.array([a, b], dtype=float).T[:, :, None]), every_pair(2))
    # pingouin.ttest(a, b, paired=True): T 2.853877, p 0.018969, CI95 [0.49, 4.21]
    assert found.t[0, 0] == pytest.approx(2.8538768129652166, abs=1e-12)
    assert found.p[0, 0] == pytest.approx(0.018969, abs=1e-6)
    assert np.ravel(t_intervals(found)).round(2).tolist() == [0.49, 4.21]


def test_bootstrap_and_t_agree_where_differences_are_well_behaved() -> None:
    made = cells(noise(items=200, shift=2))
    found = paired_tests(made, against(1, 3))
    ends = np.array(bootstrap_intervals(made, found)) - found.mean
    assert ends == pytest.approx(np.array(t_intervals(found)) - found.mean, rel=0.15)


def test_few_items_or_no_variation_claim_nothing() -> None:
    few = paired_tests(cells(noise(items=MIN_ITEMS - 1, shift=40)), every_pair(3))
    assert np.isnan(few.p).all() and np.isnan(t_intervals(few)[0]).all()
    level = noise(items=20, subjects=1).repeat(2, axis=1)
    level[:, 0] += 1.0
    made = cells(level)
    table = comparison_table(made, paired_tests(made, every_pair(2)), 5.0)
    assert table["p"].isna().all() and table["difference"].tolist() == pytest.approx([1.0] * 3)
    assert (table["low"] < 0).all() and (table["high"] > 1).all()  # 20 agreeing items allow that others differ
    assert not findings(made, every_pair(2)).claims or all(
        claim.second == OWN for claim in findings(made, every_pair(2)).claims
    )


@given(st.integers(1, 7), st.integers(0, 2**21 - 1))
@settings(max_examples=80, deadline=None)
def test_models_share_a_letter_exactly_when_they_do_not_differ(size: int, bits: int) -> None:
    differ = np.zeros((size, size), dtype=bool)
    for k, (i, j) in enumerate(every_pair(size)):
        differ[i, j] = differ[j, i] = bits >> k & 1
    given_letters = [set(letter.split()) for letter in letters(differ)]
    for i, j in every_pair(size):
        assert bool(given_letters[i] & given_letters[j]) != differ[i, j]
    assert all(given_letters)


def test_tied_groups_part_what_differs_and_keep_what_cannot_be_tested() -> None:
    scores = noise(items=60, subjects=4)
    scores[:, 3] += 30
    scores[5:, 2] = np.nan  # five items: too few to be told apart from anyone
    table = tied(cells(scores)).set_index(["value", "subject"])
    for value in VALUES:
        letter = {name: set(table.loc[(value, name), "letters"].split()) for name in "abcd"}
        assert not letter["a"] & letter["d"] and letter["a"] & letter["b"]
        assert letter["c"] & letter["a"] and letter["c"] & letter["d"]
    assert table["n"].loc[("care", "c")] == 5


def test_cells_come_from_rows_in_any_order_and_the_most_different_items_are_found() -> None:
    rows = [("a", f"i{n}", v, 0.01 * n) for n in range(12) for v in VALUES]
    rows += [("b", f"i{n}", v, 0.0 if v == "care" else 0.01 * n) for n in range(12) for v in VALUES]
    frame = pd.DataFrame(rows, columns=["subject", "item_id", "value", "strength"]).sample(frac=1, random_state=0)
    made = cells_of(frame, ["a", "b"], VALUES, "stance")
    assert made.bounds == (-100.0, 100.0)
    found = most_different(made, "a", "b", "care", most=3)
    assert found["item_id"].tolist() == ["i11", "i10", "i9"]
    assert found["difference"].tolist() == pytest.approx([11, 10, 9])
    assert most_different(made, "a", "b", most=1)["difference"].tolist() == pytest.approx([11 / np.sqrt(3)])


def test_findings_say_what_holds_turned_to_the_higher_side_with_the_table_behind() -> None:
    scores = noise(items=60)
    scores[:, 1, 1] += 12
    made = cells(scores)
    found = findings(made, every_pair(3))
    between = [claim for claim in found.claims if claim.second != OWN]
    assert {(c.first, c.second, c.value) for c in between} == {("b", "a", "care"), ("b", "c", "care")}
    assert found.tested == 9 + 9 and found.kept >= len(found.claims) and found.untested == 0
    for claim in found.claims:
        behind = evidence(made, claim)
        assert behind["difference"].mean() == pytest.approx(claim.difference) and len(behind) == claim.n
        assert claim.low > 0 or claim.high < 0
        assert claim.corrected < 0.05 and claim.effect_low < claim.effect < claim.effect_high
    assert len(claims_table(found)) == len(found.claims)


def false_claims(worlds: int, items: int = 30) -> tuple[float, float, float]:
    """Over worlds without any difference: share of raw p < .05, of worlds with any claim between models, and of
    intervals (bootstrap) that miss 0."""
    raw, any_claim, missed = [], [], []
    for seed in range(worlds):
        made = cells(noise(seed, items, 4))
        found = paired_tests(made, every_pair(4))
        raw.append((found.p < 0.05).mean())
        any_claim.append(bool((holm(found.p) < 0.05).any()))
        low, high = bootstrap_intervals(made, found, seed)
        missed.append(((low > 0) | (high < 0)).mean())
    return float(np.mean(raw)), float(np.mean(any_claim)), float(np.mean(missed))


def test_error_rates_are_near_nominal_in_a_few_worlds() -> None:
    raw, any_claim, missed = false_claims(40)
    assert 0.02 < raw < 0.09 and any_claim <= 0.15 and 0.02 < missed < 0.10


@pytest.mark.long
def test_error_rates_and_coverage_are_nominal() -> None:
    raw, any_claim, missed = false_claims(600)
    assert raw == pytest.approx(0.05, abs=0.01)
    assert any_claim <= 0.065
    assert missed == pytest.approx(0.05, abs=0.015)


def test_fifty_models_on_a_thousand_items_take_seconds() -> None:
    rng = np.random.default_rng(0)
    scores = rng.uniform(0, 100, (1000, 50, 3))
    names = tuple(f"m{m}" for m in range(50))
    made = Cells(names, tuple(f"i{i}" for i in range(1000)), VALUES, scores, (0.0, 100.0))
    start = time.process_time()
    tied(made)
    comparison_table(made, paired_tests(made, against(0, 50)), 5.0)
    assert time.process_time() - start < 5


def test_equal_scores_have_one_fingerprint_and_any_change_another() -> None:
    scores = np.arange(12.0).reshape(3, 2, 2)
    made = Cells(("a", "b"), ("i", "j", "k"), ("u", "v"), scores, (0.0, 100.0))
    same = Cells(("a", "b"), ("i", "j", "k"), ("u", "v"), scores.copy(), (0.0, 100.0))
    moved = Cells(("a", "b"), ("i", "j", "k"), ("u", "v"), scores + 1e-12, (0.0, 100.0))
    renamed = Cells(("a", "c"), ("i", "j", "k"), ("u", "v"), scores, (0.0, 100.0))
    assert made.fingerprint == same.fingerprint
    assert len({one.fingerprint for one in (made, moved, renamed)}) == 3

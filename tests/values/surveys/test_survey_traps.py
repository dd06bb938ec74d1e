"""What is easily got wrong: waves that share names, questions not asked, weights, small groups, direction."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey_files import (
    ESS_ITEMS,
    GSS_ITEMS,
    PVQ_KEY,
    VALUES,
    WVS5_ITEMS,
    WVS6_ITEMS,
    assert_reckoned,
    ess,
    gss,
    read_frame,
    reckon,
    series,
    table,
    to_bytes,
    wvs5,
    wvs6,
)

from core.errors import UserError
from core.values.surveys.reader import read_survey
from core.values.surveys.result import Question, SurveyAggregate


def ask(frame: pd.DataFrame, **options: object) -> Question:
    found = read_survey(frame.to_csv(index=False).encode(), "made.csv", **options)  # type: ignore[arg-type]
    assert isinstance(found, Question), found
    return found


def blind(frame: pd.DataFrame) -> pd.DataFrame:
    """Without what tells the waves apart."""
    return frame.drop(columns=["V1", "V262", "V74B"], errors="ignore").assign(V74=3)


@pytest.mark.parametrize("frame", [wvs5(), wvs6()], ids=["wave 5", "wave 6"])
def test_a_wave_that_nothing_tells_is_asked_for(frame: pd.DataFrame) -> None:
    question = ask(blind(frame))
    assert question.id == "format"
    assert {choice.id for choice in question.choices} == {"wvs5", "wvs6"}
    assert "same column names" in question.text
    five = read_frame(blind(frame), answers={"format": "wvs5"})
    six = read_frame(blind(frame), answers={"format": "wvs6"})
    assert (five.wave, six.wave) == ("5", "6")
    assert table(five) != table(six)


def test_evidence_that_contradicts_itself_is_asked_about() -> None:
    assert ask(wvs6().assign(V1=5)).id == "format"
    assert ask(wvs6().assign(S002=5)).id == "format"


def test_the_wave_column_decides_even_far_down_the_file() -> None:
    frame = blind(wvs6()).assign(S002=-4)
    frame.loc[len(frame) - 1, "S002"] = 6
    assert read_frame(frame).wave == "6"


def test_labels_of_the_columns_tell_the_wave(tmp_path: Path) -> None:
    frame = blind(wvs5())
    labels = {"V80": "Schwartz: new ideas", "V259": "Weight variable"}
    found = read_survey(to_bytes(frame, "sav", tmp_path, column_labels=labels), "made.sav")
    assert isinstance(found, SurveyAggregate)
    assert found.wave == "5"
    assert not any("taken for the weight" in warning for warning in found.warnings)


def test_a_column_of_wave_5_that_is_no_weight_is_not_used_as_one() -> None:
    found = read_frame(wvs5().assign(V259=np.arange(1, 601) * 1000))
    assert found.weight == ""
    assert "Everyone counts the same" in found.warnings[0]


def test_an_answer_that_is_no_choice_is_refused() -> None:
    with pytest.raises(UserError, match="wvs7"):
        read_frame(blind(wvs5()), answers={"format": "wvs7"})


@pytest.mark.parametrize("missing", [-4, -5, np.nan])
@pytest.mark.parametrize("shape", ["wave 6", "series"])
def test_where_a_country_was_not_asked_v74b_v74_stands_in_and_is_flagged(missing: float, shape: str) -> None:
    frame = wvs6()
    there = frame["V2"] == 356
    filled = frame.assign(V74B=frame["V74B"].where(~there, frame["V74"]))
    gone = frame.assign(V74B=frame["V74B"].where(~there, missing))
    assert table(filled_found := read_frame(filled)) != table(read_frame(frame))
    found = read_frame(series(gone) if shape == "series" else gone)
    assert table(found) == table(filled_found)
    assert "stands in for Benevolence" in found.warnings[0]


def test_part_of_a_country_that_was_not_asked_v74b_says_so_by_its_code() -> None:
    frame = wvs6()
    half = frame.index % 2 == 0
    gone, filled = frame["V74B"].where(~half, -4), frame["V74B"].where(~half, frame["V74"])
    assert table(read_frame(frame.assign(V74B=gone))) == table(read_frame(frame.assign(V74B=filled)))


def test_v74b_alone_tells_wave_6() -> None:
    assert read_frame(wvs6().drop(columns=["V1", "V262"])).wave == "6"


def test_groups_come_in_the_order_of_their_numbers() -> None:
    found = read_frame(wvs6(countries=(1000, 356, 40, 8)))
    assert [group.code for group in found.groups] == ["8", "40", "356", "1000"]


def test_who_was_asked_v74b_and_did_not_answer_is_not_given_v74() -> None:
    frame = wvs6()
    assert (frame["V74B"] == -2).any()
    assert table(read_frame(frame)) == table(read_frame(frame.drop(columns="V74")))


def test_a_wave_6_file_without_v74b_uses_v74_for_all() -> None:
    frame = wvs6()
    found = read_frame(frame.drop(columns="V74B"))
    assert table(found) == table(read_frame(frame.assign(V74B=frame["V74"])))
    assert "stands in for Benevolence" in found.warnings[0]


def test_five_of_21_may_be_missing_and_two_of_ten() -> None:
    people = ess(n=200, countries=("DE",), missing=0)
    for lacking, kept in ((5, 200), (6, 100)):
        frame = people.copy()
        frame.loc[:99, ESS_ITEMS[:lacking]] = 9
        assert read_frame(frame).kept == kept
    values = wvs6(countries=(156, 356))
    values[WVS6_ITEMS] = values[WVS6_ITEMS].clip(lower=1)
    for lacking, kept in ((2, 600), (3, 500)):
        frame = values.copy()
        frame.loc[:99, WVS6_ITEMS[7 : 7 + lacking]] = -1
        assert read_frame(frame).kept == kept


def test_groups_under_100_persons_are_left_out_and_named() -> None:
    frame = pd.concat([ess(n=100, countries=("DE",)), ess(n=99, countries=("SE",))])
    frame[ESS_ITEMS] = frame[ESS_ITEMS].clip(upper=6)
    found = read_frame(frame)
    assert [group.code for group in found.groups] == ["DE"]
    assert [(group.code, group.n) for group in found.left_out] == [("SE", 99)]
    with pytest.raises(UserError, match="SE, has 99"):
        read_frame(frame[frame["cntry"] == "SE"])


def test_a_value_few_were_asked_leaves_the_group_out() -> None:
    frame = wvs6()
    frame.loc[frame["V2"] == 156, "V79"] = -4
    found = read_frame(frame)
    assert [(group.code, group.n) for group in found.left_out] == [("156", 0)]


def test_weights_move_means_as_the_closed_form_says() -> None:
    """Two kinds of people, half each: with weights w and 1 the mean is (w a + b) / (w + 1)."""
    base = ess(n=200, countries=("DE",), missing=0)
    first, second = base.loc[0, ESS_ITEMS], base.loc[1, ESS_ITEMS]
    base.loc[:99, ESS_ITEMS] = first.to_numpy()
    base.loc[100:, ESS_ITEMS] = second.to_numpy()
    ends = [table(read_frame(base.assign(pspwght=[w] * 100 + [1 - w] * 100)))["DE"] for w in (1.0, 0.0)]
    for w in (0.25, 3.0, 7.5):
        found = read_frame(base.assign(pspwght=[w] * 100 + [1.0] * 100))
        expected = (w * np.array(ends[0]) + np.array(ends[1])) / (w + 1)
        np.testing.assert_allclose(table(found)["DE"], expected, atol=1e-12)
        assert found.groups[0].values[0].n_eff == pytest.approx(100 * (w + 1) ** 2 / (w * w + 1))


@pytest.mark.parametrize(
    ("dropped", "weight", "warned"),
    [
        ([], "pspwght", False),
        (["pspwght"], "anweight", False),
        (["pspwght", "anweight"], "dweight", False),
        (["pspwght", "anweight", "dweight"], "", True),
    ],
)
def test_the_best_weight_there_is(dropped: list[str], weight: str, warned: bool) -> None:
    frame = ess().drop(columns=dropped)
    found = read_frame(frame)
    assert found.weight == weight
    assert any("Everyone counts the same" in warning for warning in found.warnings) == warned
    assert_reckoned(found, reckon(frame, PVQ_KEY, "cntry", weight, 5))


def test_countries_pooled_count_by_their_population() -> None:
    frame = ess()
    found = read_frame(frame, group_by=["gndr"])
    assert found.weight == "anweight"
    assert_reckoned(found, reckon(frame, PVQ_KEY, "gndr", "anweight", 5))
    product = read_frame(frame.drop(columns="anweight"), group_by=["gndr"])
    assert product.weight == "pspwght × pweight"
    np.testing.assert_allclose(table(product)["1"], table(found)["1"])
    unsized = read_frame(frame.drop(columns=["anweight", "pweight"]), group_by=["gndr"])
    assert "does not know how large" in unsized.warnings[0]


def test_several_columns_form_groups_together() -> None:
    frame = ess(n=400)
    found = read_frame(frame, group_by=["cntry", "gndr"])
    frame["both"] = frame["cntry"] + " / " + frame["gndr"].astype(str)
    assert found.weight == "pspwght"
    assert_reckoned(found, reckon(frame, PVQ_KEY, "both", "pspwght", 5))


def test_persons_without_weight_or_group_are_counted_out_loud() -> None:
    frame = ess(missing=0)
    frame.loc[:1, "pspwght"] = np.nan
    frame.loc[2, "pspwght"] = 0
    frame.loc[3:4, "cntry"] = None
    found = read_frame(frame)
    assert (found.persons, found.kept) == (600, 595)
    assert [warning[:9] for warning in found.warnings] == ["3 persons", "2 persons"]


def test_several_waves_in_one_group_are_flagged() -> None:
    frame = ess()
    frame.loc[::2, "essround"] = 11
    found = read_frame(frame)
    assert "group by essround" in found.warnings[0]
    assert found.year == "2018-2023"
    assert not read_frame(frame, group_by=["cntry", "essround"]).warnings


def test_the_direction_of_raw_gss_numbers_is_asked_with_a_hint() -> None:
    question = ask(gss())
    assert question.id == "direction"
    assert question.choices[0].id == "one"
    turned = gss()
    turned[GSS_ITEMS] = (7 - turned[GSS_ITEMS]).where(turned["year"] == 2012, 0)
    assert ask(turned).choices[0].id == "six"
    one = read_frame(gss(), answers={"direction": "one"})
    assert table(read_frame(turned, answers={"direction": "six"})) == table(one)


def test_the_wrong_answer_on_direction_is_noticed() -> None:
    assert "reverse direction" in read_frame(gss(), answers={"direction": "six"}).warnings[-1]
    turned = ess()
    turned[ESS_ITEMS] = turned[ESS_ITEMS].where(turned[ESS_ITEMS] > 6, 7 - turned[ESS_ITEMS])
    assert "reverse direction" in read_frame(turned).warnings[-1]


def test_the_file_s_own_labels_settle_the_direction(tmp_path: Path) -> None:
    turned = gss()
    turned[GSS_ITEMS] = (7 - turned[GSS_ITEMS]).where(turned["year"] == 2012, 0)
    labels = {item: {6: "VERY MUCH LIKE ME", 1: "NOT LIKE ME AT ALL"} for item in GSS_ITEMS}
    found = read_survey(to_bytes(turned, "dta", tmp_path, variable_value_labels=labels), "gss.dta")
    assert isinstance(found, SurveyAggregate)
    assert table(found) == table(read_frame(gss(), answers={"direction": "one"}))
    labels["valfun"] = {1: "Very much like me"}
    with pytest.raises(UserError, match="one direction"):
        read_survey(to_bytes(turned, "dta", tmp_path, variable_value_labels=labels), "gss.dta")


FRAME = ess(n=110, countries=("DE", "SE", "XK"))
BEFORE = read_frame(FRAME)


@settings(max_examples=15, deadline=None)
@given(rows=st.randoms(use_true_random=False), columns=st.permutations(list(FRAME.columns)))
def test_the_order_of_rows_and_columns_changes_nothing(rows: object, columns: list[str]) -> None:
    places = list(range(len(FRAME)))
    rows.shuffle(places)  # type: ignore[attr-defined]
    after = read_frame(FRAME.iloc[places][columns])
    assert [group.code for group in after.groups] == [group.code for group in BEFORE.groups]
    for one, other in zip(BEFORE.groups, after.groups, strict=True):
        for a, b in zip(one.values, other.values, strict=True):
            np.testing.assert_allclose((a.mean, a.sd, a.n_eff, a.n), (b.mean, b.sd, b.n_eff, b.n), atol=1e-12)


def test_a_person_s_general_tendency_to_agree_does_not_count() -> None:
    low = ess(missing=0)
    low[ESS_ITEMS] = low[ESS_ITEMS].clip(upper=5)
    high = low.copy()
    high[ESS_ITEMS] += 1
    np.testing.assert_allclose(table(read_frame(low))["DE"], table(read_frame(high))["DE"], atol=1e-12)
    assert set(VALUES) == set(read_frame(low).groups[0].means)


def test_wave_5_and_wave_6_of_the_same_people_agree() -> None:
    six, five = wvs6(seed=9), wvs5(seed=9)
    assert list(six[WVS6_ITEMS[0]]) == list(five[WVS5_ITEMS[0]])
    assert table(read_frame(five)) == table(read_frame(six))

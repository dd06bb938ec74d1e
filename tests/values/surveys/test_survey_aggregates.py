"""Means that somebody else computed: read, centred, and refused row by row."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from survey_files import VALUES, ess, read_frame, table

from core.errors import UserError
from core.values.surveys.reader import read_survey
from core.values.surveys.result import SurveyAggregate

HEADER = "country_code,value,mean,sd,n,source,year,centred"


def lines(code: str = "XA", n: int = 500, centred: str = "true", shift: float = 0.0) -> list[str]:
    return [f"{code},{value},{place / 10 + shift},0.9,{n},Own,2020,{centred}" for place, value in enumerate(VALUES)]


def read(rows: list[str], header: str = HEADER) -> SurveyAggregate:
    found = read_survey("\n".join([header, *rows]).encode(), "means.csv")
    assert isinstance(found, SurveyAggregate)
    return found


def test_centred_means_are_taken_as_they_are() -> None:
    found = read(lines())
    group = found.groups[0]
    np.testing.assert_allclose(list(group.means.values()), np.arange(10) / 10)
    assert (group.code, group.n, group.source, group.year) == ("XA", 500, "Own", "2020")
    assert (group.values[3].sd, group.values[3].n) == (0.9, 500)
    assert np.isnan(group.values[3].se)
    assert found.warnings == ()


@pytest.mark.parametrize("centred", ["false", "", "0", "No"])
def test_raw_means_lose_the_mean_of_their_row(centred: str) -> None:
    found = read(lines(centred=centred, shift=3.0))
    np.testing.assert_allclose(list(found.groups[0].means.values()), np.arange(10) / 10 - 0.45)
    assert "subtracted" in found.warnings[0]


def test_three_columns_are_enough_and_values_go_by_any_of_their_names() -> None:
    names = ["SD", "Stimulation", "he", "ACHIEVEMENT", "power", "SE", "co", "Tradition", "BE", "universalism"]
    rows = [f"XA,{name},{place}" for place, name in enumerate(names)]
    found = read(["XA,Self-Direction,0", *rows[1:]], "country_code,value,mean")
    assert list(found.groups[0].means) == VALUES
    assert found.groups[0].n == 0
    assert "number of persons is not given for XA" in found.warnings[0]


def test_semicolons_with_decimal_commas() -> None:
    rows = [row.replace(",", ";").replace(".", ",") for row in lines()]
    assert table(read(rows, HEADER.replace(",", ";"))) == table(read(lines()))


@pytest.mark.parametrize(
    ("place", "row", "said"),
    [
        (2, "XA,hedonsim,0.2,0.9,500,Own,2020,true", "Row 4, value: There is no value 'hedonsim'"),
        (2, "XA,hedonism,high,0.9,500,Own,2020,true", "Row 4, mean: Expected a number, found 'high'"),
        (2, "XA,hedonism,nan,0.9,500,Own,2020,true", "Row 4, mean"),
        (2, "XA,hedonism,,0.9,500,Own,2020,true", "Row 4, mean"),
        (2, "XA,hedonism,0.2,-1,500,Own,2020,true", "Row 4, sd: Expected a number not below 0"),
        (2, "XA,hedonism,0.2,0.9,many,Own,2020,true", "Row 4, n"),
        (2, "XA,hedonism,0.2,0.9,500,Own,2020,maybe", "Row 4, centred: Expected true or false"),
        (2, "XA,hedonism,0.2,0.9,500,Own,2020,false", "Row 4, centred: XA is centred in row 2 but not here"),
        (2, "XA,power,0.2,0.9,500,Own,2020,true", "Row 2, value: XA lacks hedonism"),
        (2, "XA,hedonism,0.2", "Row 4, row: There are 3 cells where the header names 8"),
        (2, ",hedonism,0.2,0.9,500,Own,2020,true", "Row 2, value: XA lacks hedonism"),
    ],
)
def test_a_group_with_a_bad_row_is_not_kept_and_the_row_is_named(place: int, row: str, said: str) -> None:
    bad = lines()
    bad[place] = row
    found = read([*bad, *lines("XB")])
    assert [group.code for group in found.groups] == ["XB"]
    assert any(str(problem).startswith(said) for problem in found.problems), found.problems
    with pytest.raises(UserError, match=r"means\.csv.*first problem: Row"):
        read(bad)


def test_a_value_given_twice_is_named_with_both_rows() -> None:
    problems = read([*lines(), "XA,power,1,1,500,Own,2020,true", *lines("XB")]).problems
    assert [str(problem) for problem in problems] == ["Row 12, value: XA has power already in row 6."]


def test_groups_under_100_persons_are_left_out() -> None:
    found = read([*lines(n=99), *lines("XB", n=100)])
    assert [group.code for group in found.groups] == ["XB"]
    assert [(group.code, group.n) for group in found.left_out] == [("XA", 99)]
    with pytest.raises(UserError, match="no group with 100 persons"):
        read(lines(n=99))


def test_means_on_another_scale_are_flagged() -> None:
    assert "further from 0" in read(lines(shift=40)).warnings[0]


def test_microdata_aggregated_and_written_come_back_the_same() -> None:
    made = read_frame(ess())
    back = read_survey(made.frame().to_csv(index=False).encode(), "means.csv")
    assert isinstance(back, SurveyAggregate)
    assert table(back) == table(made)
    assert back.instrument == "PVQ-21"
    assert [group.values for group in back.groups] == [group.values for group in made.groups]


def test_the_shipped_profiles_can_be_imported(shared_data: Path) -> None:
    path = shared_data / "cultures" / "culture_profiles.csv"
    found = read_survey(path, path.name)
    assert isinstance(found, SurveyAggregate)
    published = pd.read_csv(path, keep_default_na=False)
    assert len(found.groups) == 31
    for group in found.groups:
        mine = published[published["country_code"] == group.code]
        np.testing.assert_allclose(list(group.means.values()), mine["mean"].astype(float))
        assert group.label == mine["country"].iloc[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("country_code,value,mean\n", "no rows"),
        ("country_code,value,mean,mean\nXA,SD,1,2\n", "'mean' more than once"),
    ],
)
def test_files_of_no_use(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_survey(text.encode(), "means.csv")


def test_means_cannot_be_grouped_again() -> None:
    with pytest.raises(UserError, match="gndr"):
        read_survey("\n".join([HEADER, *lines()]).encode(), "means.csv", group_by=["gndr"])

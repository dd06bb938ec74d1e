"""Profiles from one's own survey data."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from browsing import frame, labels, leave, markup, one, press, texts, visit, weights
from stores import IMAGE, SCRIPT
from streamlit.testing.v1 import AppTest
from values.surveys.survey_files import ess, gss, wvs5, wvs6

from core.values.profile import of_means
from core.values.surveys.reader import read_survey
from core.values.surveys.result import Question, SurveyAggregate
from core.values.system import SCHWARTZ, system

VALUES = system(SCHWARTZ)
ESS = ess(150)


def csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


def upload(data: bytes, name: str = "mine.csv", at: AppTest | None = None) -> AppTest:
    at = at or visit("surveys")
    at.file_uploader[0].upload(name, data, "text/csv").run()
    assert not at.exception
    return at


def read(table: pd.DataFrame, **answers: str) -> SurveyAggregate:
    found = read_survey(csv(table), "mine.csv", answers=answers)
    assert isinstance(found, SurveyAggregate)
    return found


def blind(table: pd.DataFrame) -> pd.DataFrame:
    """A file of wave 5 or 6 in which nothing says which."""
    return table.drop(columns=["V1", "V74B", "V262"], errors="ignore")


def saves(at: AppTest) -> Sequence[str]:
    return [label for label in labels(at.button) if label.startswith("Save")]


def options(page: str = "mixtures") -> Sequence[str]:
    return list(one(visit(page).multiselect, "Profiles").options)


def aggregates(*groups: tuple[str, str], n: str = "200", mean: float = 0.1) -> bytes:
    lines = ["country_code,country,value,mean,sd,n,year,centred"]
    for code, country in groups:
        lines += [f"{code},{country},{value},{mean * at},1,{n},2020,false" for at, value in enumerate(VALUES.ids)]
    return "\n".join(lines).encode()


def test_it_opens_with_what_it_takes(empty_app: Path) -> None:
    at = visit("surveys")
    assert "100 persons or more" in texts(at) and not saves(at) and not at.dataframe


def test_a_survey_is_shown_and_its_profiles_are_saved(own_app: Path) -> None:
    at = upload(csv(ESS))
    found = read(ESS)
    assert f"{found.kept} of 300 persons in 2 groups" in texts(at)
    pd.testing.assert_frame_equal(frame(at, "country_code", "mean"), found.frame(), check_dtype=False)
    assert one(at.multiselect, "Keep").value == [found.groups[0].code]
    one(at.multiselect, "Keep").set_value([group.code for group in found.groups]).run()
    press(at, "Save 2 profiles")
    assert "Saved. Choose them under “Whose values count”." in texts(at)
    leave()
    for group in found.groups:
        name = next(label for label in options() if label.startswith(group.label) and found.survey in label)
        at = visit("profile", profile=name)
        assert at.selectbox(key="profile").value == f"saved:{name}"
        assert f"n = {group.n:,}. Own survey data" in texts(at)
        table = frame(at, "mean (centred points)")
        assert table["mean (centred points)"].tolist() == pytest.approx([each.mean for each in group.values])
        assert table["spread between persons (sd)"].tolist() == pytest.approx([each.sd for each in group.values])
        expected = of_means("", "", [each.mean for each in group.values], "").weights
        assert weights(at) == [round(expected[value]) for value in VALUES.ids]


def test_only_chosen_groups_are_saved(own_app: Path) -> None:
    before = set(options())
    at = upload(csv(ESS))
    press(at, "Save 1 profile")
    assert len(set(options()) - before) == 1
    one(at.multiselect, "Keep").set_value([]).run()
    assert not saves(at)


def test_small_groups_are_left_out_and_cannot_be_saved(own_app: Path) -> None:
    few = pd.concat([ESS, ess(99, ("NO",), seed=5)])
    at = upload(csv(few))
    assert "1 group left out as too small." in texts(at)
    assert "NO" not in set(frame(at, "country_code", "mean")["country_code"])
    assert len(one(at.multiselect, "Keep").options) == 2


def test_a_file_of_few_persons_only_is_told(own_app: Path) -> None:
    at = upload(csv(ess(50)))
    assert len(at.error) == 1 and "100" in texts(at) and not saves(at)


def test_other_groups_can_be_asked_for(empty_app: Path) -> None:
    at = upload(csv(ESS))
    one(at.text_input, "Group by other columns than the country (optional)").set_value("gndr").run()
    assert set(frame(at, "country_code", "mean")["country_code"]) == {"1", "2"}
    one(at.text_input, "Group by other columns than the country (optional)").set_value("nothing like it").run()
    assert not at.exception and len(at.error) == 1 and "nothing like it" in texts(at)


@pytest.mark.parametrize(("choice", "made"), [("wvs6", wvs6(150)), ("wvs5", wvs5(150))])
def test_a_question_is_asked_and_its_answer_counts(choice: str, made: pd.DataFrame, empty_app: Path) -> None:
    table = blind(made)
    asked = read_survey(csv(table), "mine.csv")
    assert isinstance(asked, Question)
    at = upload(csv(table))
    assert asked.text in texts(at) and not saves(at) and not at.dataframe
    assert list(one(at.radio, "Your answer").options) == [option.label for option in asked.choices]
    one(at.radio, "Your answer").set_value(choice).run()
    assert not at.exception
    expected = read(table, format=choice)
    assert frame(at, "country_code", "mean")["mean"].tolist() == pytest.approx(expected.frame()["mean"].tolist())


def test_an_answer_can_be_changed(empty_app: Path) -> None:
    at = upload(csv(blind(wvs6(150))))
    one(at.radio, "Your answer").set_value("wvs5").run()
    press(at, "Answer the questions again")
    assert one(at.radio, "Your answer").value is None
    one(at.radio, "Your answer").set_value("wvs6").run()
    assert "Answer the questions again" in labels(at.button) and not at.exception


def test_an_answer_about_one_file_is_not_used_for_the_next(empty_app: Path) -> None:
    at = upload(csv(blind(wvs6(150))))
    one(at.radio, "Your answer").set_value("wvs6").run()
    upload(csv(blind(wvs6(150, seed=9))), "other.csv", at)
    assert len(at.radio) == 1 and not at.dataframe
    upload(csv(gss(150)), "gss.csv", at)
    assert not at.error and "same column names" not in texts(at)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("mine.csv", b"a,b,c\n1,2,3\n", "is none of the files known here: expected columns"),
        ("mine.csv", b"", "mine.csv"),
        ("mine.csv", b"\xff\xfe\x00\x01\x02", "mine.csv"),
        ("mine.sav", b"this is no SPSS file", "mine.sav"),
        ("mine.dta", b"\x00" * 500, "mine.dta"),
        ("mine.csv", csv(ESS.drop(columns=["impfun"])), "impfun"),
        ("mine.csv", csv(ESS.assign(impfun=55)), "impfun: holds 55"),
        (f"{IMAGE.replace('/', ':')}{SCRIPT.replace('/', '')}.csv", b"a<b>,![x](y)\n1,2\n", "expected columns"),
    ],
)
def test_a_bad_file_is_told_in_a_sentence(name: str, data: bytes, told: str, empty_app: Path) -> None:
    at = upload(data, name)
    assert len(at.error) == 1 and told in texts(at) and not saves(at)
    assert not [part for part in ("<script", "<b>", "![") if part in markup(at.error[0].value)]


def test_means_are_taken_as_they_are(own_app: Path) -> None:
    at = upload(aggregates(("XX", "Atlantis")))
    assert "200 of 200 persons in 1 group;" in texts(at)
    press(at, saves(at)[0])
    assert "Atlantis (Aggregated means 2020)" in options()


def test_rows_that_cannot_be_used_are_listed(empty_app: Path) -> None:
    good, bad = aggregates(("XX", "Atlantis")), aggregates(("YY", "Lemuria")).replace(b"0.1,1,200", b"high,1,200")
    at = upload(good + b"\n" + bad.partition(b"\n")[2])
    problems = frame(at, "row", "field", "problem")
    assert problems["row"].tolist() == [13] and problems["field"].tolist() == ["mean"]
    assert list(one(at.multiselect, "Keep").options) == ["Atlantis"]


def test_an_unknown_number_of_persons_is_called_so(own_app: Path) -> None:
    at = upload(aggregates(("XX", "Atlantis"), n=""))
    press(at, saves(at)[0])
    assert "n = not known" in texts(visit("profile", profile="Atlantis (Aggregated means 2020)"))


def test_groups_of_one_name_are_all_kept(own_app: Path) -> None:
    before = set(options())
    at = upload(aggregates(("X1", "Twin"), ("X2", "Twin")))
    one(at.multiselect, "Keep").set_value(["X1", "X2"]).run()
    press(at, "Save 2 profiles")
    assert len(set(options()) - before) == 2


def test_groups_whose_names_begin_alike_are_all_kept(own_app: Path) -> None:
    before = set(options())
    shared = "People who agree that the government should reduce differences between incomes " * 2
    groups = [
        ("A", f"{shared}strongly"),
        ("B", f"{shared}hardly"),
        ("C", f"{shared}a {shared}"),
        ("D", f"{shared}b {shared}"),
    ]
    at = upload(aggregates(*groups))
    one(at.multiselect, "Keep").set_value([code for code, _ in groups]).run()
    press(at, "Save 4 profiles")
    new = sorted(set(options()) - before)
    assert len(new) == 4 and all(len(name) <= 80 and name.endswith(" (Aggregated means 2020)") for name in new)
    assert [end for end in ("strongly", "hardly") if sum(f"{end} (" in name for name in new) != 1] == []
    assert sum(name.endswith(" 2 (Aggregated means 2020)") for name in new) == 1
    # Saved again, and one of them alone, each replaces itself.
    press(at, "Save 4 profiles")
    one(at.multiselect, "Keep").set_value(["D"]).run()
    press(at, "Save 1 profile")
    assert set(options()) - before == set(new)


def test_hostile_names_stay_text(own_app: Path) -> None:
    at = upload(aggregates(("XX", f"{IMAGE} {SCRIPT}"), ("YY", "x" * 300)))
    one(at.multiselect, "Keep").set_value(["XX", "YY"]).run()
    press(at, "Save 2 profiles")
    names = [name for name in options() if SCRIPT in name or "xxxx" in name]
    assert len(names) == 2 and all(len(name) <= 80 for name in names)
    for name in names:
        shown = visit("profile", profile=name)
        assert shown.selectbox(key="profile").value == f"saved:{name}"
        assert not any("![" in markup(part.value) or "<script" in markup(part.value) for part in shown.subheader)

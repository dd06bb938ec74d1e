"""Every survey in every kind of file gives what a plain reckoning, person by person, gives."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from survey_files import (
    ESS_ITEMS,
    GSS_ITEMS,
    PVQ_KEY,
    VALUES,
    WVS5_ITEMS,
    WVS6_ITEMS,
    WVS_VALUES,
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

from core.values.surveys.reader import read_survey
from core.values.surveys.result import SurveyAggregate

KINDS = ["csv", "sav", "dta"]
GSS_KEY = dict(zip(GSS_ITEMS, (PVQ_KEY[item] for item in ESS_ITEMS), strict=True))
LIKE = ["Very much like me", "Like me", "Somewhat like me", "A little like me", "Not like me", "Not like me at all"]


def read(frame: pd.DataFrame, kind: str, folder: Path, **options: object) -> SurveyAggregate:
    found = read_survey(to_bytes(frame, kind, folder), f"made.{kind}", **options)  # type: ignore[arg-type]
    assert isinstance(found, SurveyAggregate), found
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_ess(kind: str, tmp_path: Path) -> None:
    frame = ess()
    found = read(frame, kind, tmp_path)
    assert_reckoned(found, reckon(frame, PVQ_KEY, "cntry", "pspwght", 5))
    assert (found.instrument, found.wave, found.year, found.weight) == ("PVQ-21", "9", "2018", "pspwght")
    assert found.persons == 600
    assert found.grouped_by == ("cntry",)
    assert found.warnings == ()


@pytest.mark.parametrize("kind", KINDS)
def test_gss(kind: str, tmp_path: Path) -> None:
    frame = gss()
    found = read(frame, kind, tmp_path, answers={"direction": "one"})
    truth = reckon(frame.assign(country="US"), GSS_KEY, "country", "", 5)
    assert_reckoned(found, truth)
    assert (found.instrument, found.year, found.weight, found.kept) == ("PVQ-21", "2012", "", 400)
    assert "Everyone counts the same" in found.warnings[0]


@pytest.mark.parametrize("kind", KINDS)
def test_wave_6(kind: str, tmp_path: Path) -> None:
    frame = wvs6()
    found = read(frame, kind, tmp_path)
    assert_reckoned(found, reckon(frame, dict(zip(WVS6_ITEMS, WVS_VALUES, strict=True)), "V2", "V258", 2))
    assert (found.instrument, found.wave, found.year, found.weight) == ("10-item WVS", "6", "2012-2014", "V258")
    assert [group.year for group in found.groups] == ["2012", "2014"]
    assert found.warnings == ()


@pytest.mark.parametrize("kind", KINDS)
def test_wave_5(kind: str, tmp_path: Path) -> None:
    frame = wvs5()
    found = read(frame, kind, tmp_path)
    assert_reckoned(found, reckon(frame, dict(zip(WVS5_ITEMS, WVS_VALUES, strict=True)), "V2", "V259", 2))
    assert (found.instrument, found.wave, found.weight) == ("10-item WVS", "5", "V259")
    assert "V259 is taken for the weight" in found.warnings[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_time_series_equals_wave_6(kind: str, tmp_path: Path) -> None:
    frame = wvs6()
    assert table(read(series(frame), kind, tmp_path)) == table(read(frame, kind, tmp_path))


@pytest.mark.parametrize("suffix", ["a", "b"])
def test_ess_names_with_a_suffix_equal_the_plain_ones(suffix: str) -> None:
    plain = ess()
    named = plain.rename(columns={item: (item + suffix).upper() for item in ESS_ITEMS})
    assert table(read_frame(named)) == table(read_frame(plain))


def test_rounds_put_together_take_each_person_s_own_spelling() -> None:
    plain = ess(countries=("DE", "SE"))
    later = plain["cntry"] == "SE"
    mixed = plain.copy()
    for item in ESS_ITEMS:
        mixed[item] = plain[item].where(~later)
        mixed[item + "a"] = plain[item].where(later)
    assert table(read_frame(mixed)) == table(read_frame(plain))


def test_labels_in_place_of_numbers_are_read_exactly() -> None:
    frame = ess(missing=0)
    named = frame.copy()
    for item in ESS_ITEMS:
        named[item] = named[item].map(dict(enumerate(LIKE, 1)))
    named.loc[0, "ipcrtiv"] = "Don't know"
    frame.loc[0, "ipcrtiv"] = 8
    assert table(read_frame(named)) == table(read_frame(frame))


def test_country_names_come_from_the_file_s_own_labels(tmp_path: Path) -> None:
    labels = {"V2": {156: "China", 356: "Índia"}}
    data = to_bytes(wvs6(), "sav", tmp_path, variable_value_labels=labels)
    found = read_survey(data, "made.sav")
    assert isinstance(found, SurveyAggregate)
    assert [(group.code, group.label) for group in found.groups] == [("156", "China"), ("356", "Índia")]


@pytest.mark.parametrize("kind", ["semicolon", "tab", "utf-16", "latin-1", "bom", "decimal comma"])
def test_text_files_of_all_countries(kind: str) -> None:
    frame = ess().assign(note="Österreich")
    text = {"semicolon": frame.to_csv(index=False, sep=";"), "tab": frame.to_csv(index=False, sep="\t")}
    text["decimal comma"] = frame.to_csv(index=False, sep=";", decimal=",")
    encoding = {"utf-16": "utf-16", "latin-1": "latin-1", "bom": "utf-8-sig"}.get(kind, "utf-8")
    data = text.get(kind, frame.to_csv(index=False)).encode(encoding)
    found = read_survey(data, "made.csv")
    assert isinstance(found, SurveyAggregate)
    assert table(found) == table(read_frame(frame))
    assert any("Latin-1" in note for note in found.notes) == (kind == "latin-1")


@pytest.mark.parametrize(("claim", "noted"), [(b"CP819", False), (b"UTF-8", True)])
def test_an_old_spss_file_in_latin_1_is_read(claim: bytes, noted: bool, tmp_path: Path) -> None:
    data = to_bytes(wvs6(), "sav", tmp_path, variable_value_labels={"V2": {156: "Chiñna"}})
    old = data.replace("Chiñna".encode(), "Chiñna ".encode("latin-1")).replace(b"UTF-8", claim)
    found = read_survey(old, "made.sav")
    assert isinstance(found, SurveyAggregate)
    assert found.groups[0].label == "Chiñna"
    assert any("encoded as it says" in note for note in found.notes) == noted
    assert table(found) == table(read_frame(wvs6()))


def test_only_the_columns_needed_are_read() -> None:
    """A column with what no codebook knows does no harm as long as nobody asks for it."""
    frame = ess().assign(V70="anything", other="x" * 200)
    assert table(read_frame(frame)) == table(read_frame(ess()))


def test_the_shipped_countries_come_out_of_a_file_made_to_hold_them(shared_data: Path, tmp_path: Path) -> None:
    """310 means of 31 countries, each the weighted mean of made-up persons with whole answers, to 1e-6."""
    profiles = pd.read_csv(shared_data / "cultures" / "culture_profiles.csv", keep_default_na=False)
    profiles["value"] = profiles["value"].str.lower().str.replace("-", "_")
    means = profiles.pivot(index="country_code", columns="value", values="mean")[VALUES]
    frame = pd.concat([_country(code, row.to_numpy(float)) for code, row in means.iterrows()], ignore_index=True)
    for kind in ("csv", "sav"):
        found = table(read(frame, kind, tmp_path))
        assert len(found) == 31
        np.testing.assert_allclose([found[code] for code in means.index], means.to_numpy(float), atol=1e-6)


def _country(code: object, target: np.ndarray) -> pd.DataFrame:
    """Persons who answer around `target`, with weights that make their mean score exactly that."""
    rng = np.random.default_rng(sum(map(ord, str(code))))
    values = [VALUES.index(PVQ_KEY[item]) for item in ESS_ITEMS]
    latent = 4.2 + target[values]
    for _ in range(20):
        answers = np.clip(np.rint(latent + rng.normal(0, 1.0, (600, 21))), 1, 6)
        # Some leave one item out: with complete answers the centred items sum to zero, which rounded means do not.
        answers[np.arange(210), np.arange(210) % 21] = np.nan
        scores = _scores(answers, values)
        latent = latent + 0.7 * (target - scores.mean(axis=0))[values]
    gaps = scores - target
    weights = 1 - gaps @ np.linalg.solve(gaps.T @ gaps, gaps.sum(axis=0))
    assert weights.min() > 0
    codes = pd.DataFrame(np.where(np.isnan(answers), 9, 7 - answers).astype(int), columns=ESS_ITEMS)
    return codes.assign(cntry=code, pspwght=weights)


def _scores(answers: np.ndarray, values: list[int]) -> np.ndarray:
    own = np.nanmean(answers, axis=1)
    columns = [np.nanmean(answers[:, np.array(values) == each], axis=1) for each in range(10)]
    return np.column_stack(columns) - own[:, None]

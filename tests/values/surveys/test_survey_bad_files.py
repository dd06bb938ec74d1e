"""Files that cannot be read: a sentence that names the file and says what was expected, never a raw exception."""

import gzip
import random
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from survey_files import ESS_ITEMS, ess, gss, to_bytes, wvs5, wvs6

from core.errors import UserError
from core.values.surveys.reader import read_survey


def refusal(data: bytes, filename: str = "made.csv") -> str:
    with pytest.raises(UserError) as caught:
        read_survey(data, filename)
    sentence = str(caught.value)
    assert filename in sentence
    assert "\n" not in sentence
    assert len(sentence) < 600
    assert sentence.endswith(".")
    return sentence


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def zipped() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "filename", "said"),
    [
        (b"", "made.csv", "is empty"),
        (b" \r\n\n", "made.csv", "is empty"),
        (random.Random(1).randbytes(5_000), "made.csv", "binary data"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "made.csv", "binary data"),
        (b"<!DOCTYPE html><html><body>Please log in</body></html>", "ESS9.csv", "web page"),
        (b"\n  <html><table><tr><td>cntry</td></tr></table></html>", "ESS9.csv", "web page"),
        (b"<html></html>", "ESS9.sav", "no SPSS or Stata file"),
        (csv(ess(3)), "ESS9.dta", "no SPSS or Stata file"),
        (zipped(), "ESS9.zip", "zip or Excel"),
        (gzip.compress(b"cntry", mtime=0), "ESS9.csv", "gzip"),
        (b"cntry,ipcrtiv\n", "made.csv", "no rows"),
        (b"name,age\nAda,36\n", "made.csv", "'name', 'age'"),
        (b"1,2,3\n4,5,6\n", "made.csv", "'1', '2', '3'"),
        (b'"cntry\nDE\n', "made.csv", "no rows"),
    ],
)
def test_what_is_no_survey(data: bytes, filename: str, said: str) -> None:
    assert said in refusal(data, filename)


def test_an_unknown_file_is_told_all_that_would_do() -> None:
    sentence = refusal(b"name,age\nAda,36\n")
    for expected in ("ipcrtiv", "valorig", "V74B", "A189", "country_code"):
        assert expected in sentence


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_a_file_cut_off_anywhere(kind: str, tmp_path: Path) -> None:
    data = to_bytes(ess(60), kind, tmp_path)
    for part in (0.001, 0.02, 0.1, 0.5, 0.9):
        sentence = refusal(data[: max(12, int(len(data) * part))], f"made.{kind}")
        assert "cut off" in sentence


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_a_damaged_file_gives_aggregates_or_a_sentence(kind: str, tmp_path: Path) -> None:
    data = to_bytes(ess(120, ("DE",)), kind, tmp_path)
    chance = random.Random(7)
    for _ in range(40):
        damaged = bytearray(data)
        for _ in range(20):
            damaged[chance.randrange(12, len(data))] = chance.randrange(256)
        try:
            read_survey(bytes(damaged), f"made.{kind}")
        except UserError as error:
            assert f"made.{kind}" in str(error)


def test_missing_items_are_named() -> None:
    sentence = refusal(csv(ess().drop(columns=["ipstrgv", "impfun"])))
    assert "2 of its 21 value items are missing: ipstrgv, impfun." in sentence
    assert "v75" in refusal(csv(wvs6().drop(columns="V75")))
    assert "valeco" in refusal(csv(gss().drop(columns="valeco")))
    assert "v85" in refusal(csv(wvs5().drop(columns="V85")))


def eleven_points(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(ipmodst=np.arange(len(frame)) % 11)


def all_missing(frame: pd.DataFrame) -> pd.DataFrame:
    frame[ESS_ITEMS] = 9
    return frame


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (eleven_points, "ipmodst: holds 0, 10; expected answers from 1 to 6"),
        (lambda frame: frame.assign(impenv=2.5), "impenv: holds 2.5"),
        (lambda frame: frame.assign(impenv=-1), "impenv: holds -1"),
        (lambda frame: frame.assign(impenv=np.inf), "impenv: holds inf"),
        (lambda frame: frame.assign(impfun="Trifft sehr zu"), "impfun: holds the label 'trifft sehr zu'"),
        (lambda frame: frame.assign(impfun="1 Very much like me"), "Export codes instead of labels"),
        (lambda frame: frame.assign(pspwght="heavy"), "the weight 'heavy' is no number"),
        (lambda frame: frame.assign(cntry=None), "weight and a group"),
        (lambda frame: frame.assign(cntry=range(len(frame))).sample(frac=1), "no group has 100 persons"),
        (lambda frame: pd.concat([frame] * 5).assign(cntry=range(3000)), "3,000 groups"),
        (lambda frame: frame.rename(columns={"impenv": "IMPFUN"}), "'impfun'"),
        (all_missing, "no person answered 16 or more of the 21"),
    ],
)
def test_contents_that_do_not_fit(change: Callable[[pd.DataFrame], pd.DataFrame], said: str) -> None:
    assert said in refusal(csv(change(ess())))


def test_columns_that_stand_twice() -> None:
    frame = ess()
    assert "more than once" in refusal(csv(pd.concat([frame, frame[["impfun"]]], axis=1)))
    assert "'cntry' 2 times" in refusal(csv(pd.concat([frame, frame[["cntry"]]], axis=1)))


def test_a_row_that_is_longer_than_the_header_is_not_shifted() -> None:
    lines = csv(ess()).decode().splitlines()
    lines[7] += ",1"
    assert "row 8" in refusal("\n".join(lines).encode())
    lines[7] = 'DE,9,"0,1' + lines[7]
    assert "cells" in refusal("\n".join(lines).encode())


def test_a_group_column_that_is_not_there() -> None:
    with pytest.raises(UserError, match="no column 'region' to group by"):
        read_survey(csv(ess()), "made.csv", group_by=["region"])


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be opened"):
        read_survey(tmp_path / "none.csv", "none.csv")


def test_control_characters_in_names_do_not_reach_the_sentence() -> None:
    assert "\x1b" not in refusal(b"\x1b[31mred,age\n1,2\n")

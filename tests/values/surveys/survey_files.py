"""Survey files made up for the tests, and a slow, plain reckoning of what they must give."""

from collections.abc import Mapping
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from core.values.surveys.reader import read_survey
from core.values.surveys.result import SurveyAggregate

VALUES = [
    *("self_direction", "stimulation", "hedonism", "achievement", "power"),
    *("security", "conformity", "tradition", "benevolence", "universalism"),
]
# Item numbers of PVQ-21 by value, as published; written down here a second time, not taken from the code.
PVQ = dict(
    zip(
        VALUES,
        [(1, 11), (6, 15), (10, 21), (4, 13), (2, 17), (5, 14), (7, 16), (9, 20), (12, 18), (3, 8, 19)],
        strict=True,
    )
)
ESS_ITEMS = [
    *("ipcrtiv", "imprich", "ipeqopt", "ipshabt", "impsafe", "impdiff", "ipfrule", "ipudrst", "ipmodst", "ipgdtim"),
    *("impfree", "iphlppl", "ipsuces", "ipstrgv", "ipadvnt", "ipbhprp", "iprspot", "iplylfr", "impenv", "imptrad"),
    "impfun",
]
GSS_ITEMS = [
    *("valorig", "valrich", "valeql", "valable", "valsafe", "valdiff", "valrule", "vallist", "valmod", "valspl"),
    *("valfree", "valcare", "valachv", "valdfnd", "valrisk", "valprpr", "valrspt", "valdvot", "valeco", "valtrdn"),
    "valfun",
]
WVS_VALUES = [
    *("self_direction", "power", "security", "hedonism", "benevolence"),
    *("achievement", "stimulation", "conformity", "universalism", "tradition"),
]
WVS6_ITEMS = ["V70", "V71", "V72", "V73", "V74B", "V75", "V76", "V77", "V78", "V79"]
WVS5_ITEMS = [f"V{n}" for n in range(80, 90)]
SERIES_ITEMS = [f"A{n}" for n in range(189, 199)]
PVQ_KEY = {ESS_ITEMS[number - 1]: value for value, numbers in PVQ.items() for number in numbers}
# What most people answer like, so that the files look like people: helping near, power far.
TASTE = dict(zip(VALUES, (2.6, 3.6, 3.2, 3.4, 4.0, 2.5, 3.2, 2.9, 2.1, 2.3), strict=True))


def ess(n: int = 300, countries: tuple[str, ...] = ("DE", "SE"), seed: int = 1, missing: float = 0.03) -> pd.DataFrame:
    """`n` persons in each country with codes 1 (like me) to 6 and 7, 8, 9 for no answer."""
    rng = np.random.default_rng(seed)
    total = n * len(countries)
    codes = {item: _codes(rng, total, TASTE[PVQ_KEY[item]], missing, (7, 8, 9)) for item in ESS_ITEMS}
    design = rng.uniform(0.3, 3.0, (2, total)).round(3)
    size = np.repeat(rng.uniform(0.1, 4.0, len(countries)).round(3), n)
    frame = {
        "cntry": np.repeat(countries, n),
        "essround": 9,
        "idno": np.arange(total),
        "gndr": rng.integers(1, 3, total),
    }
    weights = {"dweight": design[0], "pspwght": design[1], "pweight": size, "anweight": design[1] * size}
    return pd.DataFrame(frame | weights | codes)


def gss(n: int = 400, seed: int = 2) -> pd.DataFrame:
    """Codes 1 (like me) to 6 in 2012; in 2010 nobody was asked."""
    answers = ess(n, ("US",), seed, missing=0)[ESS_ITEMS].rename(columns=dict(zip(ESS_ITEMS, GSS_ITEMS, strict=True)))
    before = pd.DataFrame(0, index=range(50), columns=answers.columns)
    frame = pd.concat([before, answers], ignore_index=True)
    frame.insert(0, "year", [2010] * 50 + [2012] * n)
    return frame


def wvs6(n: int = 300, countries: tuple[int, ...] = (156, 356), seed: int = 3) -> pd.DataFrame:
    """Wave 6, with V80 to V89 as the other questions that they are there."""
    rng = np.random.default_rng(seed)
    total = n * len(countries)
    values = dict(zip(WVS6_ITEMS, WVS_VALUES, strict=True)) | {"V74": "universalism"}
    codes = {item: _codes(rng, total, TASTE[value], 0.02, (-1, -2, -5)) for item, value in values.items()}
    other = {name: rng.integers(1, 5, total) for name in WVS5_ITEMS}
    frame = {"V1": 6, "V2": np.repeat(countries, n), "V262": np.repeat((2012, 2014), total // 2)}
    return pd.DataFrame(frame | codes | other | {"V258": rng.uniform(0.3, 2.5, total).round(4), "V258A": 1.0})


def wvs5(n: int = 300, seed: int = 4) -> pd.DataFrame:
    """Wave 5, with V70 to V79 as the other questions that they are there."""
    six = wvs6(n, seed=seed)
    rng = np.random.default_rng(seed)
    codes = {five: six[item] for five, item in zip(WVS5_ITEMS, WVS6_ITEMS, strict=True)}
    other = {f"V{number}": rng.integers(1, 5, len(six)) for number in range(70, 80)}
    return pd.DataFrame({"V1": 5, "V2": six["V2"], **other, **codes, "V259": six["V258"]})


def series(six: pd.DataFrame) -> pd.DataFrame:
    """The same persons as in a wave 6 file under the names of the time series."""
    names = dict(zip([*WVS6_ITEMS, "V74"], [*SERIES_ITEMS, "A199"], strict=True))
    names |= {"V1": "S002VS", "V2": "S003", "V258": "S017", "V262": "S020"}
    return six.rename(columns=names)[list(names.values())]


def _codes(rng: np.random.Generator, n: int, centre: float, missing: float, none: tuple[int, ...]) -> Any:
    codes = np.clip(np.rint(rng.normal(centre, 1.1, n)), 1, 6).astype(int)
    return np.where(rng.random(n) < missing, rng.choice(none, n), codes)


def to_bytes(frame: pd.DataFrame, kind: str, folder: Path, **labels: Any) -> bytes:
    """The file's bytes; `labels` as pyreadstat takes them."""
    path = folder / f"made.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "sav":
        pyreadstat.write_sav(frame, path, **labels)
    else:
        pyreadstat.write_dta(frame, path, **labels)
    return path.read_bytes()


def read_frame(frame: pd.DataFrame, **options: Any) -> SurveyAggregate:
    """The aggregates of `frame` written as CSV; a question is a failure."""
    found = read_survey(frame.to_csv(index=False).encode(), "made.csv", **options)
    assert isinstance(found, SurveyAggregate), found
    return found


def table(found: SurveyAggregate) -> dict[str, list[float]]:
    """Means, in the order of the values, by group."""
    return {group.code: [each.mean for each in group.values] for group in found.groups}


def reckon(
    frame: pd.DataFrame, key: Mapping[str, str], group: str, weight: str, most_missing: int
) -> dict[str, dict[str, tuple[float, float, int, float]]]:
    """(mean, sd, n, n_eff) by group and value, person by person; `key` gives each item's value."""
    people: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for person in frame.to_dict("records"):
        given = {item: 7 - person[item] for item in key if person[item] in (1, 2, 3, 4, 5, 6)}
        if len(key) - len(given) > most_missing:
            continue
        own = sum(given.values()) / len(given)
        for value in VALUES:
            mine = [given[item] for item in given if key[item] == value]
            if mine:
                scores = people.setdefault(str(person[group]), {}).setdefault(value, [])
                scores.append((sum(mine) / len(mine) - own, float(person[weight]) if weight else 1.0))
    return {code: {value: _weighted(pairs) for value, pairs in by.items()} for code, by in people.items()}


def _weighted(pairs: list[tuple[float, float]]) -> tuple[float, float, int, float]:
    total = sum(w for _, w in pairs)
    mean = sum(w * x for x, w in pairs) / total
    sd = sqrt(sum(w * (x - mean) ** 2 for x, w in pairs) / total)
    return mean, sd, len(pairs), total**2 / sum(w * w for _, w in pairs)


def assert_reckoned(found: SurveyAggregate, truth: Mapping[str, Mapping[str, tuple[float, float, int, float]]]) -> None:
    """Every figure of `found` is the plain reckoning's."""
    assert {group.code for group in found.groups} == set(truth)
    for group in found.groups:
        assert [each.value for each in group.values] == VALUES
        for each in group.values:
            mean, sd, n, n_eff = truth[group.code][each.value]
            assert each.n == n
            np.testing.assert_allclose((each.mean, each.sd, each.n_eff), (mean, sd, n_eff), atol=1e-12)
            assert abs(each.se - sd / sqrt(n_eff)) < 1e-12

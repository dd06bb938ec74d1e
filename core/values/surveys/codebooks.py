"""Which column means what, for each survey that asks Schwartz's portraits.

Keys: Schwartz, S. H. (2003), "A proposal for measuring value orientations across nations", ESS questionnaire
development report, ch. 7 (PVQ-21); codebooks of the GSS 2012 and the World Values Survey. In all of them an item is
answered from 1 (very much like me) to 6 (not like me at all).
"""

from dataclasses import dataclass
from typing import Literal

SurveyId = Literal["ess", "gss", "wvs5", "wvs6", "wvs_series"]


@dataclass(frozen=True)
class SurveyItem:
    """One portrait: its column and its value. `stand_in` may answer where `name` was not asked at all."""

    name: str
    value: str
    stand_in: str = ""


@dataclass(frozen=True)
class Codebook:
    """How one survey's files are read. All column names are in lower case.

    `missing`: codes from outside 1 to 6 that mean "no answer"; with `negative_missing` all negative ones do too.
    `weights`: in order of preference, each a set of columns to multiply; `pooled_weights`: the same where one group
    holds several countries. `unchecked_weights`: columns whose meaning the file itself must confirm.
    """

    id: SurveyId
    name: str
    instrument: str
    items: tuple[SurveyItem, ...]
    max_missing: int
    terms: str
    missing: frozenset[int] = frozenset()
    negative_missing: bool = False
    suffixes: tuple[str, ...] = ("",)
    country: str = ""
    fixed_country: tuple[str, str] = ("all", "All persons")
    weights: tuple[tuple[str, ...], ...] = ()
    pooled_weights: tuple[tuple[str, ...], ...] = ()
    unchecked_weights: frozenset[str] = frozenset()
    year: str = ""
    wave: tuple[str, ...] = ()
    fixed_wave: str = ""
    note: str = ""
    direction_known: bool = True


# The order of the 21 portraits in the questionnaires, by value.
_PVQ21 = (
    *("self_direction", "power", "universalism", "achievement", "security", "stimulation", "conformity"),
    *("universalism", "tradition", "hedonism", "self_direction", "benevolence", "achievement", "security"),
    *("stimulation", "conformity", "power", "benevolence", "universalism", "tradition", "hedonism"),
)
_WVS10 = (
    *("self_direction", "power", "security", "hedonism", "benevolence"),
    *("achievement", "stimulation", "conformity", "universalism", "tradition"),
)
_ESS_NAMES = """ipcrtiv imprich ipeqopt ipshabt impsafe impdiff ipfrule ipudrst ipmodst ipgdtim impfree iphlppl ipsuces
    ipstrgv ipadvnt ipbhprp iprspot iplylfr impenv imptrad impfun"""
_GSS_NAMES = """valorig valrich valeql valable valsafe valdiff valrule vallist valmod valspl valfree valcare valachv
    valdfnd valrisk valprpr valrspt valdvot valeco valtrdn valfun"""


def _items(names: str, values: tuple[str, ...], stand_in: str = "") -> tuple[SurveyItem, ...]:
    pairs = zip(names.split(), values, strict=True)
    return tuple(SurveyItem(name, value, stand_in if value == "benevolence" else "") for name, value in pairs)


_WVS_TERMS = (
    "World Values Survey data may be used for non-profit purposes with the citation its association asks for; the "
    "data files themselves must not be passed on."
)
_WVS_NOTE = (
    "One item for each value: noisier than PVQ-21, Universalism is nature only and Benevolence is helping people "
    "nearby. Do not mix these figures with PVQ-21 on one scale."
)

ESS = Codebook(
    id="ess",
    name="European Social Survey",
    instrument="PVQ-21",
    items=_items(_ESS_NAMES, _PVQ21),
    max_missing=5,
    terms="European Social Survey data are, as far as we know, under CC BY-NC-SA 4.0: not for commercial use, cite "
    "the round and edition, share figures made from them alike.",
    missing=frozenset({7, 8, 9, 66, 77, 88, 99}),
    suffixes=("", "a", "b"),
    country="cntry",
    weights=(("pspwght",), ("anweight",), ("dweight",)),
    pooled_weights=(("anweight",), ("pspwght", "pweight"), ("pspwght",), ("dweight",)),
    wave=("essround",),
)

GSS = Codebook(
    id="gss",
    name="General Social Survey",
    instrument="PVQ-21",
    items=_items(_GSS_NAMES, _PVQ21),
    max_missing=5,
    terms="Cite: Smith, Marsden & Hout, General Social Survey 2012, ICPSR 35478, doi:10.3886/ICPSR35478.v4.",
    missing=frozenset({0, 8, 9}),
    negative_missing=True,
    fixed_country=("US", "United States"),
    year="year",
    direction_known=False,
)

WVS5 = Codebook(
    id="wvs5",
    name="World Values Survey, wave 5",
    instrument="10-item WVS",
    items=_items("v80 v81 v82 v83 v84 v85 v86 v87 v88 v89", _WVS10),
    max_missing=2,
    terms=_WVS_TERMS,
    negative_missing=True,
    country="v2",
    weights=(("v259",),),
    unchecked_weights=frozenset({"v259"}),
    fixed_wave="5",
    note=_WVS_NOTE,
)

WVS6 = Codebook(
    id="wvs6",
    name="World Values Survey, wave 6",
    instrument="10-item WVS",
    items=_items("v70 v71 v72 v73 v74b v75 v76 v77 v78 v79", _WVS10, stand_in="v74"),
    max_missing=2,
    terms=_WVS_TERMS,
    negative_missing=True,
    country="v2",
    weights=(("v258",), ("v258a",)),
    year="v262",
    fixed_wave="6",
    note=_WVS_NOTE,
)

WVS_SERIES = Codebook(
    id="wvs_series",
    name="World Values Survey, time series",
    instrument="10-item WVS",
    items=_items("a189 a190 a191 a192 a193 a194 a195 a196 a197 a198", _WVS10, stand_in="a199"),
    max_missing=2,
    terms=_WVS_TERMS,
    negative_missing=True,
    country="s003",
    weights=(("s017",), ("s018",)),
    year="s020",
    wave=("s002vs", "s002"),
    note=_WVS_NOTE,
)

CODEBOOKS: dict[str, Codebook] = {book.id: book for book in (ESS, GSS, WVS_SERIES, WVS6, WVS5)}

# Years of fieldwork by round of the ESS; a round is called by the year in which most of it began.
ESS_YEARS = {1: 2002, 2: 2004, 3: 2006, 4: 2008, 5: 2010, 6: 2012, 7: 2014, 8: 2016, 9: 2018, 10: 2020, 11: 2023}

"""Culture profiles: the shipped figures, what is known of them, and files that replace them."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.values import cultures as module
from core.values.cultures import between_share, cultures, mean_of_countries, of_kind, orientations
from core.values.nearest import spearman
from core.values.profile import presets
from core.values.system import system

VALUES = system("schwartz").values
IDS = system("schwartz").ids
PROFILES = cultures()
COUNTRIES = of_kind(PROFILES.values(), "country")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def place(code: str) -> int:
    return [value.short for value in VALUES].index(code)


def test_all_310_country_cells_are_the_survey_figures(shared_data: Path) -> None:
    expected = rows(shared_data / "cultures" / "culture_profiles.csv")
    assert len(expected) == 310
    for row in expected:
        profile, at = PROFILES[f"country:{row['country_code']}"], place(row["value_code"])
        assert profile.means[at] == pytest.approx(float(row["mean"]), abs=1e-4)
        assert (profile.sds[at] if profile.sds else "") == (float(row["sd"]) if row["sd"] else "")
        assert (profile.name, profile.n, profile.year) == (row["country"], int(row["n"]), int(row["year"]))
        assert (profile.source, profile.citation) == (row["source"], row["citation"])
        assert profile.instrument.startswith("PVQ-21")
    assert len(COUNTRIES) == 31


def test_all_140_group_cells_are_the_survey_figures(shared_data: Path) -> None:
    expected = rows(shared_data / "cultures" / "group_profiles_ess9.csv")
    groups = [profile for profile in PROFILES.values() if profile.kind != "country"]
    cells = [(float(row["mean"]), float(row["sd"]), int(row["n"])) for row in expected]
    assert len(cells) == 140
    assert cells == [
        (mean, sd, group.n) for group in groups for mean, sd in zip(group.means, group.sds or (), strict=True)
    ]


def test_top_priority_shares_are_the_survey_figures_and_greece_has_none(shared_data: Path) -> None:
    expected = rows(shared_data / "cultures" / "culture_top_priority_share.csv")
    for row in expected:
        shares = PROFILES[f"country:{row['country_code']}"].top_share
        assert shares is not None
        assert shares[place(row["value_code"])] == float(row["top_share"])
    assert len(expected) == 300
    assert [profile.id for profile in COUNTRIES if profile.top_share is None] == ["country:GR"]
    assert PROFILES["country:GR"].sds is None


def test_there_are_regions_ages_genders_and_all_countries() -> None:
    assert {p.id: p.name for p in PROFILES.values() if p.kind in ("age", "gender", "all")} == {
        **{f"age:{band}": f"Ages {band}" for band in ("15-29", "30-44", "45-59", "60+")},
        "gender:male": "Men",
        "gender:female": "Women",
        "all:ESS9": "All 29 ESS9 countries",
    }
    assert [profile.id for profile in of_kind(PROFILES.values(), "region")] == [
        *("region:Nordic", "region:West", "region:British-Isles", "region:South", "region:Baltic"),
        *("region:Central-East", "region:Balkan-ex-Yugoslav"),
    ]
    assert PROFILES["region:Nordic"].note == "DK, FI, IS, NO, SE; equal weight per country"


def test_a_region_is_the_mean_of_the_countries_its_note_names() -> None:
    for region in of_kind(PROFILES.values(), "region"):
        members = region.note.split(";")[0].split(", ")
        mean = np.mean([PROFILES[f"country:{code}"].means for code in members], axis=0)
        assert region.means == pytest.approx(mean.tolist(), abs=1.5e-4)


def test_the_mean_of_29_countries_is_the_known_one() -> None:
    of_29 = mean_of_countries([profile for profile in COUNTRIES if profile.source == "ESS9"])
    known = {"BE": 0.74, "UN": 0.58, "SE": 0.43, "SD": 0.34, "TR": 0.07, "HE": -0.19, "CO": -0.21, "AC": -0.43}
    for code, mean in (known | {"ST": -0.67, "PO": -0.96}).items():
        assert of_29[place(code)] == pytest.approx(mean, abs=0.006)
    assert PROFILES["all:ESS9"].means == pytest.approx(of_29, abs=1.5e-4)


def test_countries_agree_with_the_pan_cultural_order_as_far_as_is_known() -> None:
    pan = next(profile for profile in presets(system("schwartz")) if profile.id == "pan_cultural")
    order = [pan.weights[value] for value in IDS]
    rho = {profile.id: spearman(order, profile.means) for profile in COUNTRIES}
    assert spearman(order, PROFILES["all:ESS9"].means) == pytest.approx(0.81, abs=0.006)
    assert rho["country:US"] == pytest.approx(0.86, abs=0.006)
    assert rho["country:PL"] == min(rho.values()) == pytest.approx(0.60, abs=0.006)
    assert rho["country:NO"] == max(rho.values()) == pytest.approx(0.89, abs=0.006)


def test_nordic_countries_differ_from_the_rest_as_is_known() -> None:
    ess9 = [profile for profile in COUNTRIES if profile.source == "ESS9"]
    nordic = [profile for profile in ess9 if profile.id[-2:] in ("DK", "FI", "IS", "NO", "SE")]
    rest = [profile for profile in ess9 if profile not in nordic]
    gap = np.array(mean_of_countries(nordic)) - np.array(mean_of_countries(rest))
    known = {"HE": 0.37, "BE": 0.34, "UN": 0.21, "ST": 0.20, "SE": -0.38, "AC": -0.45, "TR": -0.28, "PO": -0.27}
    assert {code: round(float(gap[place(code)]), 2) for code in known} == pytest.approx(known, abs=0.011)


def test_most_of_the_variance_lies_within_countries() -> None:
    """Within a point of the shares computed from the microdata."""
    known = {"BE": 13, "HE": 12, "PO": 11, "AC": 10, "UN": 8, "SE": 8, "CO": 5, "SD": 4, "TR": 4, "ST": 3}
    share = between_share(COUNTRIES)
    assert {code: 100 * share[IDS[place(code)]] for code in known} == pytest.approx(known, abs=1)
    assert module.SPREAD == "Inhabitants of a country differ far more than countries do"


def test_the_seven_orientations_are_a_table_of_their_own(shared_data: Path) -> None:
    expected = rows(shared_data / "cultures" / "schwartz_cvo_80.csv")
    found = orientations()
    assert sum(not sample.average for sample in found) == 80
    assert len(found) == len(expected) == 83
    for sample, row in zip(found, expected, strict=True):
        assert sample.scores == tuple(float(row[name]) for name in module.ORIENTATION_NAMES)
        assert (sample.id, sample.country_code) == (row["sample_code"], row["country_code"])
        assert sample.average == (row["derived_average"] == "True")
    assert {sample.name for sample in found} >= {"United States", "New Zealand", "Namibia"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(module.FOLDER, tmp_path / "cultures"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_replaced_file_is_read(folder: Path) -> None:
    edit(folder / module.COUNTRIES, "AT,Austria,Self-Direction,SD,0.4053", "AT,Austria,Self-Direction,SD,0.5")
    assert cultures(folder)["country:AT"].means[0] == 0.5


BROKEN = [
    (module.COUNTRIES, "SD,0.4053", "SD,high", "line 2: the column 'mean' is 'high'"),
    (module.COUNTRIES, "SD,0.4053", "SD,nan", "line 2: the column 'mean' is 'nan'"),
    (module.COUNTRIES, "SD,0.4053", "SD,40", "line 2: the column 'mean' is '40'"),
    (module.COUNTRIES, "SD,0.4053,0.7468", "SD,0.4053,", "line 2: the column 'sd' is empty but line 3"),
    (module.COUNTRIES, "SD,0.4053,0.7468", "SD,0.4053,0", "line 2: the column 'sd' is '0'"),
    (module.COUNTRIES, "2475", "2475.5", "line 3: the column 'n' differs from line 2"),
    (module.COUNTRIES, "2018,True", "2018,False", "line 2: the column 'centred' is not True"),
    (module.COUNTRIES, "2018,True", "2018,perhaps", "line 2: the column 'centred' is 'perhaps'"),
    (module.COUNTRIES, "Stimulation,ST", "Stimulation,XX", "line 3: the column 'value_code' is 'XX'"),
    (module.COUNTRIES, "Stimulation,ST", "Stimulation,SD", "line 3: the column 'value_code' gives SD twice"),
    (
        module.COUNTRIES,
        "AT,Austria,Self-D",
        "AQ,Antarctica,Self-D",
        "line 2: AQ / Antarctica lacks the values ST",
    ),
    (module.COUNTRIES, ",centred,", ",middled,", "line 1: the columns centred are missing"),
    (module.COUNTRIES, "AT,Austria,Self", "AT,Austria,extra,Self", "line 2: there are more or fewer cells"),
    (module.COUNTRIES, "AT,Austria,Self", "AT,,Self", "line 2: the column 'country' is empty"),
    (
        module.SHARES,
        "AT,Austria,Stimulation,ST",
        "AT,Austria,Stimulation,SD",
        "line 3: the column 'value_code' gives SD",
    ),
    (module.SHARES, "SD,0.1517", "SD,0.2517", "'top_share' of AT sum to 1.1"),
    (module.SHARES, "SD,0.1517", "SD,-0.1517", "line 2: the column 'top_share' is '-0.1517'"),
]


@pytest.mark.parametrize(("file", "old", "new", "says"), BROKEN, ids=[says for *_, says in BROKEN])
def test_a_broken_file_is_refused_with_file_line_and_column(
    folder: Path, file: str, old: str, new: str, says: str
) -> None:
    edit(folder / file, old, new)
    with pytest.raises(UserError) as error:
        cultures(folder)
    assert file in str(error.value)
    assert says in str(error.value)


def test_an_n_that_is_no_whole_number_is_refused(folder: Path) -> None:
    path = folder / module.COUNTRIES
    path.write_text(path.read_text(encoding="utf-8").replace(",2475,", ",many,"), encoding="utf-8")
    with pytest.raises(UserError, match="line 2: the column 'n' is 'many'; it must be a whole number"):
        cultures(folder)


@pytest.mark.parametrize(
    ("data", "says"), [(b"", "columns"), (b"\xff\xfe\x00", "UTF-8"), (None, "cannot be opened"), (b'"a', "CSV")]
)
def test_a_file_that_is_none_is_refused(folder: Path, data: bytes | None, says: str) -> None:
    path = folder / module.ORIENTATIONS
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UserError, match=says):
        orientations(folder)


def test_a_header_without_rows_is_refused(folder: Path) -> None:
    path = folder / module.SHARES
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    with pytest.raises(UserError, match="no rows"):
        cultures(folder)


def test_two_groups_of_one_name_are_refused(folder: Path) -> None:
    path = folder / module.GROUPS
    path.write_text(path.read_text(encoding="utf-8").replace("West: AT", "Nordic: AT"), encoding="utf-8")
    with pytest.raises(UserError, match="same name"):
        cultures(folder)


def test_a_group_of_no_known_kind_is_refused(folder: Path) -> None:
    path = folder / module.GROUPS
    path.write_text(path.read_text(encoding="utf-8").replace("gender (", "class ("), encoding="utf-8")
    with pytest.raises(UserError, match=r"line 42: the column 'group_type' is 'class \(29 ESS9 countries pooled\)'"):
        cultures(folder)

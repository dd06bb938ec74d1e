"""Human means for personas: what ships, and files with their faults by row."""

import pytest

from core.errors import UserError
from core.values.persona_groups import read_groups, shipped_group
from core.values.system import SCHWARTZ, system

CODES = [value.short for value in system(SCHWARTZ).values]


def lines(*groups: str, sd: str = "0.9", n: str = "400") -> list[str]:
    return [f"{group},{code},{at / 10},{sd},{n}" for group in groups for at, code in enumerate(CODES)]


def csv(*rows: str, header: str = "group,value,mean,sd,n") -> bytes:
    return "\n".join([header, *rows]).encode()


def test_what_ships_has_means_spreads_and_a_source() -> None:
    women = shipped_group("gender:female")
    assert women and len(women.means) == len(women.sds) == 10 and women.n > 10_000 and "ESS9" in women.source
    assert shipped_group("country:GR") is None  # its source gives no standard deviations
    assert shipped_group("") is None and shipped_group("planet:Mars") is None


def test_a_file_is_read_in_any_order_of_columns_and_centred() -> None:
    read = read_groups(csv(*lines("Left", "Right")), "mine.csv")
    assert [group.name for group in read.groups] == ["Left", "Right"] and not read.problems
    assert read.groups[0].means[0] == pytest.approx(-0.45) and sum(read.groups[0].means) == pytest.approx(0)
    assert read.groups[0].n == 400 and read.groups[0].source == "mine.csv"
    turned = [f"{n},true,{value},{group},{sd},{mean}" for group, value, mean, sd, n in map(_cells, lines("Left"))]
    centred = read_groups(csv(*turned, header="N,Centred,Value,Group,SD,Mean"), "mine.csv")
    assert centred.groups[0].means[9] == pytest.approx(0.9)


def _cells(row: str) -> list[str]:
    return row.split(",")


def test_bad_rows_are_named_and_their_group_is_left_out() -> None:
    rows = lines("Left", "Right")
    rows[2] = "Left,HE,much,0.9,400"
    read = read_groups(csv(*rows), "mine.csv")
    assert [group.name for group in read.groups] == ["Right"]
    assert [(problem.row, problem.field) for problem in read.problems] == [(4, "mean")]
    rows = lines("Left", "Right")
    rows[13] = "Right,AC,0.3,,400"
    (problem,) = read_groups(csv(*rows), "mine.csv").problems
    assert (
        problem.row == 12
        and problem.field == "sd"
        and "Right has no standard deviation for achievement" in str(problem)
    )
    rows = [*lines("Left"), ",SD,0.1,0.9,400"]
    assert next((each.row, each.field) for each in read_groups(csv(*rows), "mine.csv").problems) == (12, "group")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (csv(*lines("Left"), header="who,value,mean,sd,n"), "the columns group are missing"),
        (b"", "the columns group, value, mean, sd, n are missing"),
        (csv(*lines("Left", n="")), "does not say of how many"),
        (csv(*lines("Left", n="3")), "10 persons"),
        (csv(*lines("Left", sd="0")), "no standard deviation for self_direction"),
        (csv(*lines("Left")[:9]), "lacks universalism"),
        (csv(*lines("Left"), *lines("Left")[:1]), "already in row 2"),
        ("group,value,mean,sd,n\nLéft".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_file_without_a_group_to_use_is_refused_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_groups(data, "mine.csv")

"""A study as CSV: what is written is read again the same, and every bad row is named."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_made import draft, people, sit, study

from core.errors import UserError
from core.interchange.study_csv import (
    bundle,
    read_items,
    read_sittings,
    template,
    write_items,
    write_ratings,
    write_values,
)
from core.items.bank import BankItem
from core.items.sitting import Sitting, next_step
from core.items.study import MOST_ITEMS, TEN, cleaned, with_items

# Everything that a cell may hold once it is clean: line breaks, quotes, formulas, marks, right-to-left text.
LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\x00")
TEXT = st.text(LETTERS, min_size=1, max_size=40).filter(str.strip)
ITEM = st.builds(
    BankItem, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, st.just(""), st.lists(st.sampled_from(TEN), unique=True).map(tuple)
).map(cleaned)
MADE = study(10)
TRUTH = np.zeros((10, 10), dtype=bool)


@settings(max_examples=60, deadline=None)
@given(st.lists(ITEM, max_size=5, unique_by=lambda item: item.id))
def test_items_come_back_as_they_went(items: list[BankItem]) -> None:
    read = read_items(write_items(items), "items.csv")
    assert list(read.items) == items and not read.problems


def test_sittings_come_back_as_they_went() -> None:
    whole = [sit(MADE, person) for person in people(0, 20, 10, TRUTH)]
    half = Sitting(MADE.id, "HHHHHHHH", whole[0].given[:4])
    everyone = [*whole, half]
    read = read_sittings(MADE, write_ratings(everyone), write_values(everyone))
    assert list(read.sittings) == everyone and not read.problems
    step = next_step(MADE, read.sittings[-1])
    assert step is not None and step not in [(one.kind, one.item_id) for one in half.given]


def test_a_zip_holds_all_three_files() -> None:
    everyone = [sit(MADE, person) for person in people(3, 2, 10, TRUTH)]
    with zipfile.ZipFile(io.BytesIO(bundle(MADE, everyone))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert [each.item for each in MADE.items] == list(read_items(files["items.csv"], "items.csv").items)
    assert list(read_sittings(MADE, files["ratings.csv"], files["values.csv"]).sittings) == everyone


def test_the_template_is_a_file_of_items() -> None:
    read = read_items(template(), "items.csv")
    assert len(with_items(draft(0), read.items).items) == 2 and not read.problems


def test_bad_rows_of_items_are_named_and_the_good_ones_kept() -> None:
    rows = [
        "query,option,text,response,expresses",
        "q,1,t,r,power",
        "q,1,t,r,",
        "q,2,,r,",
        'q,3,"a',
        'b",r,',
        "q,4,t,r,greed",
    ]
    read = read_items("\n".join([*rows, "q,5,t"]).encode(), "mine.csv")
    assert [item.id for item in read.items] == ["q-1", "q-3"]
    found = [(each.row, each.field) for each in read.problems]
    assert found == [(3, "mine.csv, option"), (4, "mine.csv, text"), (7, "mine.csv, expresses"), (8, "mine.csv, row")]


def test_bad_rows_of_ratings_are_named() -> None:
    name = MADE.item_ids[0]
    rows = [
        "rater,kind,item,rating,seconds",
        f"KX7M2PQD,item,{name},4,1.5",
        f"Maria Muster,item,{name},4,1",
        f"KX7M2PQD,item,{name},5,1",
        "KX7M2PQD,item,unknown,5,1",
        f"KX7M2PQD,attention,{name},5,1",
        f"KX7M2PQD,guess,{name},5,1",
        f"KX7M2PQD,repeat,{name},7,1",
        f"KX7M2PQD,repeat,{name},3.5,1",
        f"KX7M2PQD,repeat,{name},3,-1",
        f"kx7m-2pqd,repeat,{name},3,",
    ]
    scored = {"KX7M2PQD": "0", "AAAAAAAA": "0", "kx7m2pqd": "x"}
    lines = [",".join(("rater", *TEN)), *(",".join((code, *[cell] * 10)) for code, cell in scored.items())]
    values = "\n".join(lines)
    read = read_sittings(MADE, "\n".join(rows).encode(), values.encode())
    assert [each.row for each in read.problems] == [3, 4, 5, 6, 7, 8, 9, 10, 3, 4]
    assert "names and addresses do not belong here" in str(read.problems[0])
    (one,) = read.sittings
    assert [(g.kind, g.rating) for g in one.given] == [("item", 4), ("repeat", 3)] and one.scores == (0.0,) * 10


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a,b\n1,2", "has no column query"),
        (b'query,option,text,response\nq,1,"a', "quotation marks do not pair up"),
    ],
)
def test_files_that_are_none(data: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_items(data, "mine.csv")


def test_a_study_takes_no_more_items_than_one_person_can_rate() -> None:
    many = write_items(BankItem("q", str(number), "", "t", "r") for number in range(MOST_ITEMS + 1))
    with pytest.raises(UserError, match="80 are the most"):
        read_items(many, "mine.csv")

"""Personal answers: the published keys, centring, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.values.questionnaires import CARDS, QUESTIONNAIRES, order_cards, rate_cards, read_answers, score
from core.values.system import system

IDS = system("schwartz").ids
SHORT = [value.short for value in system("schwartz").values]
PVQ, TWIVI, TIVI, SSVS = (QUESTIONNAIRES[name] for name in ("pvq21", "twivi", "tivi", "ssvs"))

# The value of each item in the order of the questionnaire, written out apart from the keys under test.
ITEMS = {
    "cards": "SD ST HE AC PO SE CO TR BE UN",
    "ssvs": "SD ST HE AC PO SE CO TR BE UN",
    "tivi": "CO TR BE UN SD ST HE AC PO SE",
    "twivi": "CO TR BE UN SD ST HE AC PO SE CO TR BE UN SD ST HE AC PO SE",
    "pvq21": "SD PO UN AC SE ST CO UN TR HE SD BE AC SE ST CO PO BE UN TR HE",
}


@pytest.mark.parametrize("name", QUESTIONNAIRES)
@pytest.mark.parametrize("code", SHORT)
def test_answers_count_for_the_value_their_item_belongs_to(name: str, code: str) -> None:
    asked, items = QUESTIONNAIRES[name], ITEMS[name].split()
    found = score(asked, [asked.high if item == code else asked.low for item in items])
    share = items.count(code) / len(items)
    expected = [5 * ((value == code) - share) for value in SHORT]  # every scale is brought to 5 points
    assert found.scores == pytest.approx(expected)
    assert found.own_mean == pytest.approx(asked.low + share * (asked.high - asked.low))


def test_there_are_as_many_items_as_published() -> None:
    assert {name: asked.n_items for name, asked in QUESTIONNAIRES.items()} == {
        **{"cards": 10, "pvq21": 21, "twivi": 20, "tivi": 10, "ssvs": 10}
    }
    assert PVQ.asks == "21 whole numbers from 1 to 6, in the order of the European Social Survey's questionnaire."
    assert [name for name, asked in QUESTIONNAIRES.items() if not asked.validated] == ["cards"]


@pytest.mark.parametrize("name", QUESTIONNAIRES)
@settings(deadline=None)
@given(data=st.data())
def test_item_scores_average_to_zero_and_turned_codes_turn_back(name: str, data: st.DataObject) -> None:
    asked = QUESTIONNAIRES[name]
    answers = data.draw(
        st.lists(st.integers(asked.low, asked.high), min_size=asked.n_items, max_size=asked.n_items), label="answers"
    )
    found = score(asked, answers)
    sizes = [len(items) for items in asked.key]
    assert np.dot(found.scores, sizes) == pytest.approx(0, abs=1e-9)
    assert score(asked, [asked.low + asked.high - a for a in answers], one_is_most=True).scores == found.scores
    assert max(map(abs, found.scores)) <= 5


def test_pvq_answers_as_the_survey_codes_them() -> None:
    answers = [2, 5, 1, 4, 2, 5, 3, 2, 3, 4, 1, 1, 5, 2, 6, 3, 6, 1, 2, 3, 4]
    liking = [7 - answer for answer in answers]
    mean = sum(liking) / 21
    found = score(PVQ, answers, one_is_most=True)
    assert found.scores[IDS.index("universalism")] == pytest.approx((liking[2] + liking[7] + liking[18]) / 3 - mean)
    assert found.scores[IDS.index("power")] == pytest.approx((liking[1] + liking[16]) / 2 - mean)
    assert PVQ.turnable and not SSVS.turnable


SEPARATED = ["1,2,3,4,5,6,1,2,3,4", "1 2 3 4 5 6 1 2 3 4", "1\n2\n3\n4\n5\n6\n1\n2\n3\n4\n", "1; 2; 3;4;5;6;1;2;3;4;"]


@pytest.mark.parametrize("text", [*SEPARATED, "1\t2\t3\t4\t5\t6\t1\t2\t3\t4", " 1, 2\r\n3 ,4;5\t6 1.0,2.0 3. 4"])
def test_pasted_answers_are_read_however_they_are_separated(text: str) -> None:
    expected = score(TIVI, [1, 2, 3, 4, 5, 6, 1, 2, 3, 4])
    assert read_answers(TIVI, text) == expected
    assert read_answers(TIVI, text.encode()) == expected


@pytest.mark.parametrize("header", ["a,b,c,d,e,f,g,h,i,j", '"item 1","item 2"', "answer", "\ufeffitem1;item2"])
def test_a_file_may_name_its_columns(header: str) -> None:
    data = f'{header}\n"1","2",3,4,5,6,1,2,3,4\n'.encode()
    assert read_answers(TIVI, data) == score(TIVI, [1, 2, 3, 4, 5, 6, 1, 2, 3, 4])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 2 3", "TIVI has 10 answers, but 3 were given. It takes 10 whole numbers from 1 to 6"),
        ("1 2 3 4 5 6 1 2 3 4 5", "10 answers, but 11 were given"),
        ("1 2 3 7 5 6 1 2 3 4", "TIVI, answer 4: 7 is out of range; it must be from 1 to 6"),
        ("1 2 3 4 5 6 1 2 3 0", "answer 10: 0 is out of range"),
        ("1 2 3 -4 5 6 1 2 3 4", "answer 4: -4 is out of range"),
        ("1 2 x 4 5 6 1 2 3 4", "answer 3: 'x' is not a whole number"),
        ("1 2 3 4.5 5 6 1 2 3 4", "answer 4: '4.5' is not a whole number"),
        ("1 2 3 nan 5 6 1 2 3 4", "answer 4: 'nan' is not a whole number"),
        ("1 2 3 ٤ 5 6 1 2 3 4", "answer 4: '٤' is not a whole number"),
        ("y" * 99, f"answer 1: '{'y' * 20}' is not"),
        (" \n,", "There are no answers here"),
        ("", "There are no answers here"),
        ("1 " * 1_000_000, "far too long"),
        (b"\xff\xfe1", "not text in UTF-8"),
        (b"a,b\nx,2", "answer 1: 'x'"),
    ],
    ids=lambda given: str(given)[:30],
)
def test_answers_that_do_not_fit_are_refused_by_position(text: str | bytes, says: str) -> None:
    with pytest.raises(UserError) as error:
        read_answers(TIVI, text)
    assert says in str(error.value)


def test_rated_cards_are_centred_on_their_own_mean() -> None:
    ratings = dict(zip(IDS, [6, 5, 4, 3, 2, 1, 2, 3, 4, 5], strict=True))
    found = rate_cards(dict(reversed(ratings.items())))
    assert found.scores == pytest.approx([2.5, 1.5, 0.5, -0.5, -1.5, -2.5, -1.5, -0.5, 0.5, 1.5])
    assert (found.own_mean, found.scheme, found.flat) == (3.5, "softmax", False)
    assert rate_cards(dict.fromkeys(IDS, 4)).flat


def test_ordered_cards_spread_evenly_over_the_scale() -> None:
    found = order_cards(IDS[::-1])
    assert found.scores == pytest.approx(np.linspace(-2.5, 2.5, 10))
    assert (sum(found.scores), found.scheme) == (pytest.approx(0), "rank_order_centroid")


def test_cards_that_are_not_the_ten_are_named() -> None:
    full = dict.fromkeys(IDS, 4)
    with pytest.raises(UserError, match="Hedonism has no rating"):
        rate_cards({value: 4 for value in IDS if value != "hedonism"})
    with pytest.raises(UserError, match="'honour' is none of the ten"):
        rate_cards(full | {"honour": 3})
    with pytest.raises(UserError, match="Ten cards, answer 5: 9 is out of range"):
        rate_cards(full | {"power": 9})
    with pytest.raises(UserError, match="Power has no place in the order"):
        order_cards([value for value in IDS if value != "power"])
    with pytest.raises(UserError, match="Power comes more than once"):
        order_cards([*IDS, "power"])
    assert CARDS.asks.startswith("10 whole numbers from 1 to 6, one for each value: Self-Direction, Stimulation")

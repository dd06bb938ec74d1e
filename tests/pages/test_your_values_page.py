"""Your own values: ten cards rated or in order, or the numbers of a questionnaire."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browsing import button, frame, labels, leave, one, press, texts, visit, weights
from stores import SCRIPT
from streamlit.testing.v1 import AppTest
from taken_along import assert_offered

from core.values.profile import of_means, weighed
from core.values.questionnaires import QUESTIONNAIRES, order_cards, rate_cards, score
from core.values.system import SCHWARTZ, system

VALUES = system(SCHWARTZ)
RATINGS = dict(zip(VALUES.ids, (6, 2, 3, 4, 1, 5, 3, 2, 6, 5), strict=True))
SAVE = "Save as a profile"
ORDER, NUMBERS = "Put ten cards in order", "Numbers from a questionnaire"
ALL_SAME = "All ten are the same"


def rate(at: AppTest, ratings: dict[str, int]) -> AppTest:
    for value, rating in ratings.items():
        at.button_group(key=f"card_{value}").set_value(rating)
    return at.run()


def way(name: str) -> AppTest:
    at = visit("cards")
    return at.button_group(key="way").set_value(name).run()


def paste(questionnaire: str, text: str) -> AppTest:
    at = way(NUMBERS)
    one(at.selectbox, "Questionnaire").set_value(QUESTIONNAIRES[questionnaire]).run()
    at.text_area[0].set_value(text)
    return at.run()


def assert_unscored(at: AppTest) -> None:
    assert not at.exception and SAVE not in labels(at.button)


@pytest.mark.parametrize("app", ["empty_app", "small_app"])
def test_it_asks_for_ten_cards_with_or_without_results(app: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(app)
    at = visit("cards")
    said = texts(at)
    assert all(value.name in said and value.definition in said for value in VALUES.values)
    assert "10 cards are left to rate." in said
    assert_unscored(at)


def test_every_rating_counts_down(empty_app: Path) -> None:
    at = visit("cards")
    for given in range(1, 10):
        rate(at, dict(list(RATINGS.items())[given - 1 : given]))
        left = 10 - given
        assert (f"{left} cards are left to rate." if left > 1 else "1 card is left to rate.") in texts(at)
        assert_unscored(at)
    rate(at, {"universalism": 5})
    assert "left to rate" not in texts(at)
    button(at, SAVE)


def test_ratings_give_the_nearest_countries_and_how_weak_that_is(empty_app: Path) -> None:
    at = rate(visit("cards"), RATINGS)
    near = frame(at, "country", "distance")
    assert len(near) == 31 and near["distance"].is_monotonic_increasing
    assert near["rank correlation"].between(-1, 1).all()
    first = near.iloc[0]
    assert f"Closest of 31: {first['country']}, {first['distance']:.2f} points away" in texts(at)


def test_a_country_is_nearest_to_itself(empty_app: Path) -> None:
    at = rate(visit("cards"), dict.fromkeys(VALUES.ids, 3) | {"benevolence": 5, "universalism": 4, "power": 1})
    near = frame(at, "country", "distance").set_index("country")
    assert near["rank correlation"].max() > 0.4


@pytest.mark.parametrize("rating", [1, 6])
def test_flat_ratings_set_nothing_above_anything(rating: int, empty_app: Path) -> None:
    at = rate(visit("cards"), dict.fromkeys(VALUES.ids, rating))
    assert ALL_SAME in texts(at)
    assert_unscored(at)


def test_a_rating_taken_back_is_asked_for_again(empty_app: Path) -> None:
    at = rate(visit("cards"), RATINGS)
    at.button_group(key="card_power").set_value(None).run()
    assert "1 card is left to rate." in texts(at)
    assert_unscored(at)


def test_ratings_outlast_a_look_at_another_page(small_app: Path) -> None:
    at = rate(visit("cards"), RATINGS)
    at.switch_page("pages/explore/radar.py").run()
    at.switch_page("pages/persons/cards.py").run()
    assert {value: at.button_group(key=f"card_{value}").value for value in VALUES.ids} == RATINGS


def test_saving_leads_to_ones_own_ranking_and_lasts(own_app: Path) -> None:
    at = rate(visit("cards"), RATINGS)
    one(at.text_input, "Name").set_value("  Ada  ")
    press(at, SAVE, "profile")
    profile = of_means("saved:Ada", "Ada", rate_cards(RATINGS).scores, "")
    for session in (at, visit("profile", profile="Ada")):
        assert session.selectbox(key="profile").value == "saved:Ada"
        assert weights(session) == [round(profile.weights[value]) for value in VALUES.ids]
        assert [part.value for part in session.subheader] == ["Ada"]
        assert "A person's own answers (Ten cards), saved here." in texts(session)
    leave()
    assert visit("profile", profile="Ada").selectbox(key="profile").value == "saved:Ada"


def test_saving_leads_there_also_from_another_profile(own_app: Path) -> None:
    at = visit("profile", profile="Sweden")
    at.switch_page("pages/persons/cards.py").run()
    one(rate(at, RATINGS).text_input, "Name").set_value("Ada")
    press(at, SAVE, "profile")
    profile = of_means("saved:Ada", "Ada", rate_cards(RATINGS).scores, "")
    assert at.selectbox(key="profile").value == "saved:Ada"
    assert weights(at) == [round(profile.weights[value]) for value in VALUES.ids]


@pytest.mark.parametrize("name", ["Sweden", "Own weights", "Equal weights"])
def test_ones_own_name_may_be_a_countrys(name: str, own_app: Path) -> None:
    at = rate(visit("cards"), RATINGS)
    one(at.text_input, "Name").set_value(name)
    press(at, SAVE, "profile")
    assert at.selectbox(key="profile").value == f"saved:{name}"
    assert [part.value for part in at.subheader] == [f"{name} (saved)".replace("(", r"\(").replace(")", r"\)")]


@pytest.mark.parametrize("name", ["x" * 77 + "  y", f"{SCRIPT} ![i](http://evil.example/x.png)", "a&profile=b#c"])
def test_any_name_is_kept_and_found_again(name: str, own_app: Path) -> None:
    at = rate(visit("cards"), RATINGS)
    one(at.text_input, "Name").set_value(name)
    press(at, SAVE, "profile")
    assert at.selectbox(key="profile").value == f"saved:{name}"


@pytest.mark.parametrize("name", ["", "   "])
def test_without_a_name_nothing_is_saved(name: str, own_app: Path) -> None:
    at = rate(visit("cards"), RATINGS)
    one(at.text_input, "Name").set_value(name)
    press(at, SAVE, "cards")
    assert "The profile has no name. Write one to save it." in texts(at)


def test_it_is_saved_before_there_are_results(empty_app: Path) -> None:
    at = rate(visit("cards"), RATINGS)
    one(at.text_input, "Name").set_value("Ada")
    press(at, SAVE, "profile")
    assert "no results to rank yet" in texts(at)
    group = visit("mixtures")
    assert "Ada" in one(group.multiselect, "Profiles").options


def test_saving_again_under_a_name_replaces(own_app: Path) -> None:
    for power in (1, 6):
        at = rate(visit("cards"), RATINGS | {"power": power})
        one(at.text_input, "Name").set_value("Ada")
        press(at, SAVE, "profile")
    expected = of_means("", "", rate_cards(RATINGS | {"power": 6}).scores, "").weights
    assert weights(visit("profile", profile="Ada")) == [round(expected[value]) for value in VALUES.ids]


def test_a_saved_person_is_deleted_on_the_profile_page(own_app: Path) -> None:
    at = rate(visit("cards"), RATINGS)
    one(at.text_input, "Name").set_value("Ada")
    press(at, SAVE, "profile")
    before = weights(at)
    press(at, "Delete this saved profile", "profile")
    assert at.selectbox(key="profile").value == "custom" and weights(at) == before
    assert "Ada" not in visit("profile").selectbox(key="profile").options


def place(at: AppTest, order: object) -> AppTest:
    """What the component reports once cards have been moved in the browser."""
    at.session_state["card_order_cards"] = {"order": order}
    return at.run()


def laid(at: AppTest) -> dict[str, Any]:
    """What the component is given to lay out."""
    (cards,) = at.get("bidi_component")
    found: dict[str, Any] = json.loads(cards.proto.json)
    return found


NOT_YET, MINE = "Not yet ordered", "This is my order"
BACKWARDS = list(VALUES.ids)[::-1]


def test_cards_lie_in_the_values_order_and_do_not_count_yet(empty_app: Path) -> None:
    at = way(ORDER)
    found = laid(at)
    assert [(card["id"], card["name"], card["definition"]) for card in found["cards"]] == [
        (value.id, value.name, value.definition) for value in VALUES.values
    ]
    assert found["order"] == list(VALUES.ids)
    assert NOT_YET in texts(at)
    assert_unscored(at)


def test_cards_in_order(own_app: Path) -> None:
    at = place(way(ORDER), BACKWARDS)
    assert NOT_YET not in texts(at) and MINE not in labels(at.button)
    one(at.text_input, "Name").set_value("In order")
    press(at, SAVE, "profile")
    answers = order_cards(BACKWARDS)
    table = frame(at, "mean (centred points)")
    assert table["mean (centred points)"].tolist() == pytest.approx(answers.scores)
    # An order holds no distances, so its weights come from ranks.
    expected = weighed(of_means("", "", answers.scores, ""), answers.scheme).weights
    assert at.selectbox(key="scheme").value == answers.scheme == "rank_order_centroid"
    assert weights(at) == [round(expected[value]) for value in VALUES.ids]


def test_the_last_order_counts(own_app: Path) -> None:
    at = way(ORDER)
    seen = []
    for order in (BACKWARDS, [*BACKWARDS[1:], BACKWARDS[0]]):
        seen.append(frame(place(at, order), "country", "distance")["distance"].tolist())
    assert seen[0] != seen[1]


def test_cards_that_lie_right_need_not_be_moved(own_app: Path) -> None:
    at = way(ORDER)
    press(at, MINE, "cards")
    assert NOT_YET not in texts(at)
    one(at.text_input, "Name").set_value("As they lay")
    press(at, SAVE, "profile")
    scores = order_cards(VALUES.ids).scores
    assert frame(at, "mean (centred points)")["mean (centred points)"].tolist() == pytest.approx(scores)


@pytest.mark.parametrize("sent", [None, [], BACKWARDS[1:], [*BACKWARDS[1:], "honour"], {"a": 1}, SCRIPT])
def test_what_is_no_order_does_not_count(sent: object, empty_app: Path) -> None:
    at = place(way(ORDER), sent)
    assert NOT_YET in texts(at)
    assert_unscored(at)


def test_the_order_outlasts_a_look_at_another_page(small_app: Path) -> None:
    at = place(way(ORDER), BACKWARDS)
    at.switch_page("pages/explore/radar.py").run()
    at.switch_page("pages/persons/cards.py").run()
    at.button_group(key="way").set_value(ORDER).run()
    assert laid(at)["order"] == BACKWARDS
    button(at, SAVE)


def test_the_result_can_be_taken_along_unsaved(empty_app: Path) -> None:
    at = place(way(ORDER), BACKWARDS)
    answers = order_cards(BACKWARDS)
    mine = of_means("own", "My values", answers.scores, "A person's own answers (Ten cards).")
    assert_offered(at, weighed(mine, answers.scheme))
    one(at.text_input, "Name").set_value(" Ada ").run()
    assert_offered(at, weighed(replace(mine, name="Ada"), answers.scheme))


ANSWERS = {
    "pvq21": [1 + n % 6 for n in range(21)],
    "twivi": [1 + n % 6 for n in range(20)],
    "tivi": [1 + n % 6 for n in range(10)],
    "ssvs": [n % 9 for n in range(10)],
}


@pytest.mark.parametrize("questionnaire", ANSWERS)
@pytest.mark.parametrize("between", [" ", ",", ";", "\t", "\n", ", "])
def test_pasted_numbers_are_scored(questionnaire: str, between: str, own_app: Path) -> None:
    at = paste(questionnaire, between.join(map(str, ANSWERS[questionnaire])))
    one(at.text_input, "Name").set_value("Me")
    press(at, SAVE, "profile")
    found = QUESTIONNAIRES[questionnaire]
    # PVQ-21 as in survey files, where 1 is nearest, unless said otherwise.
    scores = score(found, ANSWERS[questionnaire], found.turnable).scores
    assert frame(at, "mean (centred points)")["mean (centred points)"].tolist() == pytest.approx(scores)
    assert f"({found.name})" in texts(at)


def test_pvq_numbers_can_be_given_either_way_round(empty_app: Path) -> None:
    at = paste("pvq21", " ".join(map(str, ANSWERS["pvq21"])))
    before = frame(at, "country", "distance")
    turn = one(at.radio, "In your numbers, 1 means")
    turn.set_value("not like me at all").run()
    assert not at.exception
    assert frame(at, "country", "distance")["distance"].tolist() != before["distance"].tolist()
    assert "In your numbers, 1 means" not in labels(paste("tivi", "").radio)


@pytest.mark.parametrize("questionnaire", ANSWERS)
def test_a_wrong_count_is_told(questionnaire: str, empty_app: Path) -> None:
    found = QUESTIONNAIRES[questionnaire]
    for given in (ANSWERS[questionnaire][:-1], [*ANSWERS[questionnaire], 1]):
        at = paste(questionnaire, " ".join(map(str, given)))
        assert f"{found.name} has {found.n_items} answers, but {len(given)} were given." in texts(at)
        assert_unscored(at)


@pytest.mark.parametrize("questionnaire", ANSWERS)
def test_a_number_out_of_range_is_told_by_its_place(questionnaire: str, empty_app: Path) -> None:
    found = QUESTIONNAIRES[questionnaire]
    given = ANSWERS[questionnaire][:]
    given[2] = found.high + 1
    at = paste(questionnaire, " ".join(map(str, given)))
    sentence = f"{found.name}, answer 3: {found.high + 1} is out of range; it must be from {found.low} to {found.high}."
    assert sentence in texts(at)
    assert_unscored(at)


@pytest.mark.parametrize(("text", "told"), [("1 2 x", "answer 3: 'x' is not a whole number"), (SCRIPT, "answer 1")])
def test_what_is_no_number_is_told(text: str, told: str, empty_app: Path) -> None:
    at = paste("tivi", text)
    assert told in texts(at)
    assert_unscored(at)


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_pasted(text: str, empty_app: Path) -> None:
    assert_unscored(paste("tivi", text))


def test_an_uploaded_file_counts_before_what_is_pasted(empty_app: Path) -> None:
    at = paste("tivi", "1 2 3")
    header = ",".join(f"q{n}" for n in range(1, 11))
    numbers = ",".join(map(str, ANSWERS["tivi"]))
    at.file_uploader[0].upload("me.csv", f"{header}\n{numbers}\n".encode(), "text/csv").run()
    assert not at.error
    button(at, SAVE)
    at = paste("tivi", "")
    at.file_uploader[0].upload("me.csv", b"\xff\xfe\x00", "text/csv").run()
    assert "save it as CSV in UTF-8" in texts(at)
    assert_unscored(at)
    at.file_uploader[0].upload("me.csv", b"", "text/csv").run()
    assert not at.exception and "There are no answers here." in texts(at)


def test_flat_answers_of_a_questionnaire(empty_app: Path) -> None:
    at = paste("tivi", "4 " * 10)
    assert ALL_SAME in texts(at)
    assert_unscored(at)

"""Whose values count: presets, own weights, and profiles kept for later."""

import json
from pathlib import Path

import pytest
from browsing import (
    frame,
    go,
    labels,
    leave,
    manager,
    markup,
    only,
    plain,
    press,
    ranked,
    sliders,
    texts,
    visit,
    weighing,
    weights,
)
from stores import IMAGE, SCRIPT
from streamlit.testing.v1 import AppTest
from taken_along import assert_offered

from core.store import queries
from core.values.cultures import SPREAD, cultures
from core.values.profile import Profile, presets, saved, surveyed, weighed
from core.values.profile_files import TERMS, ProfileFile, of_profile, to_json
from core.values.system import SCHWARTZ, system
from core.values.weighting import SCHEMES

IDS = system(SCHWARTZ).ids
PEOPLE = {profile.id: profile for profile in surveyed()}
SWEDEN, GREECE = "country:SE", "country:GR"


def save(at: AppTest, name: str) -> AppTest:
    next(field for field in at.text_input if field.label == "Name").set_value(name)
    return press(at, "Save these weights")


def aligned(at: AppTest) -> dict[str, float]:
    """Each model's alignment, best first."""
    return {row["model"]: row["alignment"] for row in weighing(at)["rows"]}


def test_empty_it_says_what_fills_it(empty_app: Path) -> None:
    at = visit("profile")
    assert "there are no results to rank yet" in texts(at) and not at.slider
    press(at, "Choose models and scenarios", "launch")


@pytest.mark.parametrize("profile", presets(system(SCHWARTZ)), ids=lambda profile: profile.id)
def test_a_chosen_profile_sets_every_weight(profile: object, small_app: Path) -> None:
    at = visit("profile")
    at.selectbox(key="profile").set_value(profile.id).run()
    assert weights(at) == [round(profile.weights[value]) for value in IDS]
    assert at.selectbox(key="profile").value == profile.id


def test_moving_a_weight_makes_the_profile_ones_own(small_app: Path) -> None:
    at = visit("profile")
    at.selectbox(key="profile").set_value("conservation").run()
    at.slider(key="w_PO").set_value(77).run()
    assert at.selectbox(key="profile").value == "custom"
    assert "Own weights" in at.selectbox(key="profile").options
    assert at.slider(key="w_PO").value == 77 and at.slider(key="w_TR").value == 100


def test_moving_weights_changes_order_and_groups(small_app: Path) -> None:
    at = visit("profile")
    seen = []
    for key in ("w_UN", "w_CO"):
        only(at, key)
        seen.append((ranked(at), [text.value for text in at.text if text.value.startswith("Not told apart")]))
    assert seen[0][0] != seen[1][0] and seen[0][1] != seen[1][1]


def test_all_weights_at_zero_count_as_equal(small_app: Path) -> None:
    at = visit("profile")
    equal = aligned(at)
    for slider in sliders(at):
        slider.set_value(0)
    at.run()
    assert not at.exception and aligned(at) == pytest.approx(equal)


def test_weights_go_along_to_the_other_pages(small_app: Path) -> None:
    at = visit("profile")
    at.slider(key="w_HE").set_value(3).run()
    at.switch_page("pages/explore/radar.py").run()
    assert at.slider(key="w_HE").value == 3 and at.selectbox(key="profile").value == "custom"


def test_a_saved_profile_survives_the_session_and_the_program_until_deleted(own_app: Path) -> None:
    at = visit("profile")
    at.slider(key="w_ST").set_value(91).run()
    save(at, 'Mine 100% "so" 🤝🏽')
    leave()  # the program ends and starts again
    at = visit("profile", profile='Mine 100% "so" 🤝🏽')
    assert at.selectbox(key="profile").value == 'saved:Mine 100% "so" 🤝🏽'
    assert at.slider(key="w_ST").value == 91
    press(at, "Delete this saved profile")
    assert "Delete this saved profile" not in labels(at.button)
    assert at.selectbox(key="profile").value == "custom" and at.slider(key="w_ST").value == 91
    assert not [name for name in visit("profile").selectbox(key="profile").options if "Mine" in name]


def test_saving_again_under_a_name_replaces(own_app: Path) -> None:
    at = visit("profile")
    for weight in (10, 20):
        at.slider(key="w_AC").set_value(weight).run()
        save(at, "Mine")
    at = visit("profile", profile="Mine")
    assert at.slider(key="w_AC").value == 20
    assert at.selectbox(key="profile").options.count("Mine") == 1


def test_a_saved_profile_may_share_a_presets_name(own_app: Path) -> None:
    at = visit("profile")
    at.slider(key="w_AC").set_value(33).run()
    save(at, "Conservation")
    at = visit("profile", profile="Conservation (saved)")
    assert at.slider(key="w_AC").value == 33
    assert visit("profile", profile="Conservation").slider(key="w_AC").value == 20


@pytest.mark.parametrize("name", ["", "   "])
def test_a_profile_without_a_name_is_not_saved(name: str, small_app: Path) -> None:
    at = save(visit("profile"), name)
    assert "The profile has no name. Write one to save it." in texts(at)


def test_a_preset_cannot_be_deleted(small_app: Path) -> None:
    at = visit("profile", profile="Conservation")
    assert at.selectbox(key="profile").value == "conservation"
    assert "Delete this saved profile" not in labels(at.button)


def test_a_saved_profile_may_have_any_name(own_hostile_app: Path) -> None:
    at = visit("profile")
    saved = [name for name in at.selectbox(key="profile").options if IMAGE in name]
    at.selectbox(key="profile").set_value(f"saved:{saved[0]}").run()
    assert at.slider(key="w_PO").value == 100
    press(at, "Delete this saved profile")
    assert not [name for name in at.selectbox(key="profile").options if IMAGE in name]


def test_fifty_models_are_ranked_live(large_app: Path) -> None:
    at = visit("profile")
    before = ranked(at)
    at.selectbox(key="profile").set_value("self_transcendence").run()
    assert len(ranked(at)) == 50 and ranked(at) != before


def assert_weighed(at: AppTest, profile: Profile) -> None:
    """Sliders, table and ranking hold this profile's weights, the last two unrounded."""
    exact = [profile.weights[value] / sum(profile.weights.values()) for value in IDS]
    assert weights(at) == [round(profile.weights[value]) for value in IDS]
    view = at.session_state["view"]
    assert list(view.weights) == pytest.approx(exact, abs=1e-12)
    assert frame(at, "weight")["weight"].tolist() == pytest.approx(exact, abs=0.00051)
    sums = dict(zip(view.results.raw.models, view.results.raw.mean @ exact, strict=True))
    assert aligned(at) == pytest.approx(sums, abs=1e-9)


def test_sweden_then_greece_moves_weights_ranking_and_card(small_app: Path) -> None:
    at = visit("profile")
    for country in (SWEDEN, GREECE, SWEDEN):
        at.selectbox(key="profile").set_value(country).run()
        assert_weighed(at, PEOPLE[country])
        assert [part.value for part in at.subheader] == [PEOPLE[country].name]
    assert PEOPLE[SWEDEN].weights != PEOPLE[GREECE].weights


def test_cultures_can_change_the_order_of_models(small_app: Path) -> None:
    at = visit("profile", statistic="Profile match (Pearson)")
    orders = set()
    for country in (SWEDEN, GREECE, "country:BG"):
        at.selectbox(key="profile").set_value(country).run()
        orders.add(tuple(aligned(at).items()))
    assert len(orders) == 3


@pytest.mark.parametrize("id", [SWEDEN, GREECE, "region:Nordic", "age:15-29", "gender:female", "all:ESS9"])
def test_a_cultures_card_says_who_was_asked(id: str, small_app: Path) -> None:
    culture = cultures()[id]
    said = texts(visit("profile", profile=culture.name))
    assert f"{culture.instrument}, {culture.year}, n = {culture.n:,}. {culture.citation}" in said and SPREAD in said


def test_a_cultures_card_shows_means_and_spread(small_app: Path) -> None:
    table = frame(visit("profile", profile="Sweden"), "weight")
    assert table["mean (centred points)"].tolist() == pytest.approx(cultures()[SWEDEN].means)
    assert table["spread between persons (sd)"].tolist() == pytest.approx(cultures()[SWEDEN].sds)
    unknown = frame(visit("profile", profile="Greece"), "weight")["spread between persons (sd)"]
    assert cultures()[GREECE].sds is None and unknown.isna().all()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_scheme_in_the_address_makes_the_weights(scheme: str, small_app: Path) -> None:
    at = visit("profile", profile="Sweden", scheme=SCHEMES[scheme].label)
    assert at.selectbox(key="scheme").value == scheme
    assert_weighed(at, weighed(PEOPLE[SWEDEN], scheme))
    assert SCHEMES[scheme].words in texts(at)
    assert [part.value.strip("$\n") for part in at.latex][1:] == [SCHEMES[scheme].latex]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_chosen_scheme_makes_the_weights_on_every_page(scheme: str, small_app: Path) -> None:
    at = visit("profile", profile="Sweden", scheme="Equal" if scheme != "equal" else "Softmax")
    at.selectbox(key="scheme").set_value(scheme).run()
    assert_weighed(at, weighed(PEOPLE[SWEDEN], scheme))
    before = at.session_state["view"].weights
    go(at, "robustness")
    assert at.selectbox(key="scheme").value == scheme
    assert list(at.session_state["view"].weights) == list(before)


@pytest.mark.parametrize("scheme", ["softmax", "distinctive"])
def test_sharpness_changes_the_weights_and_can_stand_in_the_address(scheme: str, small_app: Path) -> None:
    at = visit("profile", profile="Sweden", scheme=SCHEMES[scheme].label)
    at.slider(key=f"T_{scheme}").set_value(0.4).run()
    assert_weighed(at, weighed(PEOPLE[SWEDEN], scheme, 0.4))
    again = visit("profile", profile="Sweden", scheme=SCHEMES[scheme].label, **{f"T_{scheme}": "0.4"})
    assert_weighed(again, weighed(PEOPLE[SWEDEN], scheme, 0.4))


def test_the_scheme_stays_with_the_next_culture(small_app: Path) -> None:
    at = visit("profile", profile="Sweden", scheme="Linear ranks")
    at.selectbox(key="profile").set_value("country:NO").run()
    assert_weighed(at, weighed(PEOPLE["country:NO"], "linear_rank"))


def test_a_scheme_that_a_culture_cannot_have_warns_once_and_shows_softmax(small_app: Path) -> None:
    at = visit("profile", profile="Sweden", scheme="Top-priority share")
    assert not at.warning
    at.selectbox(key="profile").set_value(GREECE).run()
    assert len(at.warning) == 1 and "are not known for this profile" in texts(at)
    assert_weighed(at, PEOPLE[GREECE])
    at.selectbox(key="profile").set_value(SWEDEN).run()
    assert not at.warning
    assert_weighed(at, weighed(PEOPLE[SWEDEN], "top_priority"))


def test_presets_have_no_scheme(small_app: Path) -> None:
    at = visit("profile", profile="Sweden")
    at.selectbox(key="profile").set_value("conservation").run()
    assert "From means to weights" not in labels(at.selectbox)
    assert not [slider for slider in at.slider if slider.key.startswith("T_")]


def test_moving_a_cultures_weight_names_the_nearest_country(small_app: Path) -> None:
    at = visit("profile", profile="Sweden")
    at.slider(key="w_HE").set_value(at.slider(key="w_HE").value + 1).run()
    assert at.selectbox(key="profile").value == "custom"
    assert "Closest of 31: Sweden" in texts(at)
    assert [part.value for part in at.subheader] == ["Own weights"]
    at.slider(key="w_HE").set_value(0).run()
    assert "Closest of" not in texts(at), "no means give a weight of 0"


def test_weights_in_the_address_alone_are_ones_own(small_app: Path) -> None:
    at = visit("profile", w_PO="100", w_UN="0")
    assert at.selectbox(key="profile").value == "custom"
    view = at.session_state["view"]
    assert view.weights[IDS.index("universalism")] == 0 and view.weights.argmax() == IDS.index("power")


def test_a_link_to_a_profile_that_is_not_here_keeps_its_weights(small_app: Path) -> None:
    at = visit("profile", profile="Somebody else's", w_PO="100", w_UN="0")
    assert at.selectbox(key="profile").value == "custom"
    assert (at.slider(key="w_PO").value, at.slider(key="w_UN").value) == (100, 0)


def test_a_profile_in_the_address_counts_and_its_sliders_agree(small_app: Path) -> None:
    assert_weighed(visit("profile", profile="Sweden", w_PO="100", w_UN="0"), PEOPLE[SWEDEN])


def test_a_saved_profile_may_share_a_countrys_name(own_app: Path) -> None:
    at = visit("profile")
    at.slider(key="w_AC").set_value(33).run()
    save(at, "Sweden")
    assert visit("profile", profile="Sweden (saved)").slider(key="w_AC").value == 33
    assert visit("profile", profile="Sweden").selectbox(key="profile").value == SWEDEN
    at.selectbox(key="profile").set_value("saved:Sweden").run()
    press(at, "Delete this saved profile")
    assert "Sweden (saved)" not in at.selectbox(key="profile").options


def test_a_saved_copy_of_a_culture_keeps_its_exact_weights(own_app: Path) -> None:
    save(visit("profile", profile="Sweden"), "Copy")
    exact = PEOPLE[SWEDEN].weights
    view = visit("profile", profile="Copy").session_state["view"]
    assert list(view.weights) == pytest.approx([exact[value] / sum(exact.values()) for value in IDS], abs=1e-12)


LOAD = "Save the loaded profile"


def upload(data: bytes, name: str = "mine.json", at: AppTest | None = None) -> AppTest:
    at = at or visit("profile")
    at.file_uploader[0].upload(name, data, "application/json").run()
    assert not at.exception
    return at


def refused(data: bytes, name: str = "mine.json") -> str:
    at = upload(data, name)
    assert len(at.error) == 1 and LOAD not in labels(at.button)
    return str(at.error[0].value)


def kept() -> dict[str, Profile]:
    return {one.name: saved(one) for one in queries.profiles(manager().store)}


@pytest.mark.parametrize("name", ["Conservation", "Sweden", "Greece", "Women", "Pan-cultural order"])
def test_every_shipped_profile_can_be_taken_along(name: str, small_app: Path) -> None:
    shipped = {profile.name: profile for profile in (*presets(system(SCHWARTZ)), *surveyed())}
    assert_offered(visit("profile", profile=name), shipped[name])


def test_own_weights_can_be_taken_along(small_app: Path) -> None:
    at = visit("profile")
    at.slider(key="w_ST").set_value(91).run()
    own = dict(zip(IDS, map(float, weights(at)), strict=True))
    assert own["stimulation"] == 91
    assert_offered(at, Profile("custom", "Own weights", SCHWARTZ, own, "Weights set by hand."))


def test_a_saved_profile_can_be_taken_along(own_app: Path) -> None:
    at = visit("profile")
    at.slider(key="w_ST").set_value(91).run()
    save(at, "Mine")
    assert_offered(visit("profile", profile="Mine"), kept()["Mine"])


@pytest.mark.parametrize("id", [SWEDEN, GREECE])
def test_a_profile_out_of_a_file_is_shown_then_saved_and_chosen(id: str, own_app: Path) -> None:
    file = of_profile(PEOPLE[id])
    at = upload(to_json(file))
    assert TERMS in texts(at) and not at.error and "would replace it" not in texts(at)
    assert file.name not in kept()
    field = next(field for field in at.text_input if field.label == "Save it as")
    assert field.value == file.name
    field.set_value("From a file").run()
    press(at, LOAD, "profile")
    assert at.selectbox(key="profile").value == "saved:From a file" and LOAD not in labels(at.button)
    assert_weighed(at, PEOPLE[id])
    again = kept()["From a file"]
    assert (again.means, again.sds, again.source) == (file.means, file.sds, file.stands_on)


def test_weights_out_of_a_file_are_saved_as_they_are(own_app: Path) -> None:
    exact = dict(zip(IDS, (0.125 * place for place in range(10)), strict=True))
    at = upload(to_json(ProfileFile("Exact", SCHWARTZ, exact, source="Made up.")))
    press(at, LOAD, "profile")
    assert at.selectbox(key="profile").value == "saved:Exact"
    assert (kept()["Exact"].weights, kept()["Exact"].source) == (exact, "Made up.")


def test_a_file_with_a_taken_name_warns_before_it_replaces(own_app: Path) -> None:
    save(visit("profile"), "Mine")
    at = upload(to_json(ProfileFile("Mine", SCHWARTZ, dict.fromkeys(IDS, 7.0))))
    assert "A saved profile has this name; saving would replace it." in texts(at)
    assert set(kept()["Mine"].weights.values()) == {50.0}
    press(at, LOAD, "profile")
    assert set(kept()["Mine"].weights.values()) == {7.0}


def test_a_file_needs_a_name_to_be_saved(own_app: Path) -> None:
    at = upload(to_json(ProfileFile("Mine", SCHWARTZ, dict.fromkeys(IDS, 7.0))))
    next(field for field in at.text_input if field.label == "Save it as").set_value("  ").run()
    press(at, LOAD, "profile")
    assert "The profile has no name." in texts(at) and not kept()


def test_a_profile_of_other_values_is_kept_for_their_results(own_app: Path) -> None:
    of = system("moral_foundations")
    at = upload(to_json(ProfileFile("Care first", of.id, dict.fromkeys(of.ids, 20.0) | {"care": 90.0})))
    press(at, LOAD, "profile")
    assert f"Saved: Care first. Choose it beside results on the values of {of.name}." in texts(at)
    assert at.selectbox(key="profile").value == "equal" and kept()["Care first"].system == of.id


def test_a_profile_can_be_loaded_before_there_are_results(empty_app: Path) -> None:
    at = upload(to_json(of_profile(PEOPLE[SWEDEN])))
    press(at, LOAD, "profile")
    assert "Saved: Sweden." in texts(at) and kept()["Sweden"].means == PEOPLE[SWEDEN].means


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "this is no JSON"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"[" * 100_000, "what no profile does"),
        (b" " * 50_000_000, "50,000,000 bytes"),
        (b'{"format": "polycompass-profile", "version": 1, "system": "klingon"}', "klingon"),
        (to_json(of_profile(PEOPLE[SWEDEN])).replace(b"0.5522", b"NaN"), "is nan"),
        (to_json(of_profile(PEOPLE[SWEDEN])).replace(b"0.5522", b"1e999"), "is inf"),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence(data: bytes, told: str, small_app: Path) -> None:
    assert told in plain(refused(data))


def test_what_a_file_says_stays_text(own_app: Path) -> None:
    told = refused(json.dumps({"format": f"{IMAGE}{SCRIPT}"}).encode(), f"{SCRIPT.replace('/', ' ')}.json")
    assert "![" not in markup(told) and "<script" not in markup(told)
    at = upload(to_json(ProfileFile(f"{IMAGE} {SCRIPT}", SCHWARTZ, dict.fromkeys(IDS, 7.0), source=f"{IMAGE}{SCRIPT}")))
    press(at, LOAD, "profile")
    shown = [part.value for kind in (at.caption, at.markdown, at.subheader, at.success) for part in kind]
    assert not [text for text in shown if "![" in markup(text) or "<script" in markup(text)]
    assert at.selectbox(key="profile").value == f"saved:{IMAGE} {SCRIPT}"

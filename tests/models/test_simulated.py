import asyncio
import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.methods.personas import personas
from core.models.base import Message, Reply, Request
from core.models.simulated import SimulatedModel, choice_probs, persona_shift, rating_probs, simulation
from core.values.system import SCHWARTZ, system

VALUES = system(SCHWARTZ).ids
BANK = simulation().bank


def ask(name: str, stakes: tuple[str, ...], text: str = "x", seed: int = 0, options: tuple[str, ...] = ()) -> Reply:
    request = Request((Message("user", text),), seed=seed, options=options, stakes=stakes)
    return asyncio.run(SimulatedModel(name).complete(request))


def test_the_panel_is_labelled_and_within_bounds() -> None:
    panel = simulation().profiles
    assert len(panel) >= 8
    for name, profile in panel.items():
        assert name.startswith("simulated/") and profile.description
        assert set(profile.weights) <= set(VALUES)
        assert all(-1 <= weight <= 1 for weight in profile.weights.values())
        assert 0 <= profile.refusal_rate < 1 and 0 <= profile.noise <= 1


def test_the_bank_speaks_for_and_against_every_value_without_repeating_itself() -> None:
    assert tuple(BANK.support) == tuple(BANK.oppose) == VALUES
    assert all(len(BANK.support[value]) >= 6 and len(BANK.oppose[value]) >= 3 for value in VALUES)
    sentences = [s for bank in (BANK.support, BANK.oppose) for many in bank.values() for s in many]
    sentences += [*BANK.openings, *BANK.closings, *BANK.refusals, *BANK.plain]
    assert len(set(sentences)) == len(sentences)
    assert all(s[0].isupper() and s.endswith(".") for s in sentences)


@given(st.text(max_size=50), st.integers(0, 2**63), st.sampled_from(sorted(simulation().profiles)))
@settings(max_examples=60, deadline=None)
def test_the_same_request_gets_the_same_answer(text: str, seed: int, name: str) -> None:
    assert ask(name, VALUES[:2], text, seed) == ask(name, VALUES[:2], text, seed)


def test_seed_and_wording_both_draw_anew() -> None:
    by_seed = {ask("simulated/even", VALUES, seed=seed).text for seed in range(20)}
    by_text = {ask("simulated/even", VALUES, text=str(n)).text for n in range(20)}
    assert len(by_seed) > 10 and len(by_text) > 10


@pytest.mark.parametrize("name", [n for n, p in simulation().profiles.items() if not p.refusal_rate])
def test_sides_are_taken_as_often_as_the_profile_says(name: str) -> None:
    stakes = ("power", "benevolence", "security")
    sides = Counter(_side(ask(name, stakes, str(n)).text) for n in range(600))
    for value, p in zip(stakes, choice_probs(simulation().profiles[name], stakes), strict=True):
        assert abs(sides[value] / 600 - p) < 4 * math.sqrt(p * (1 - p) / 600) + 1e-9


def _side(text: str) -> str:
    return next(value for value in VALUES if any(sentence in text for sentence in BANK.support[value]))


def test_it_speaks_against_only_what_its_profile_rejects() -> None:
    texts = [ask("simulated/self-transcending", ("power", "benevolence"), str(n)).text for n in range(100)]
    against = [text for text in texts if any(s in text for s in BANK.oppose["power"])]
    assert len(against) > 80
    assert not [text for text in texts if any(s in text for s in BANK.oppose["benevolence"])]
    texts = [ask("simulated/even", ("power", "benevolence"), str(n)).text for n in range(50)]
    assert not [text for text in texts if any(s in text for s in (*BANK.oppose["power"], *BANK.oppose["benevolence"]))]


def test_answers_have_two_to_four_sentences() -> None:
    for name, profile in simulation().profiles.items():
        if not profile.refusal_rate:
            for n in range(40):
                text = ask(name, ("power", "universalism"), str(n)).text
                assert 2 <= text.count(". ") + 1 <= 4, text


def test_the_reticent_one_declines_a_third() -> None:
    replies = [ask("simulated/reticent", VALUES[:2], str(n)) for n in range(900)]
    refused = sum(reply.text in BANK.refusals for reply in replies) / 900
    assert abs(refused - 1 / 3) < 0.06
    closed = [ask("simulated/reticent", VALUES[:2], str(n), options=("A", "B")) for n in range(50)]
    assert all((reply.text in BANK.refusals) == (reply.option_probs is None) for reply in closed)


def test_a_closed_question_gives_the_softmax_in_the_order_of_the_stakes() -> None:
    first = ask("simulated/benevolent", ("benevolence", "power"), options=("A", "B"))
    second = ask("simulated/benevolent", ("power", "benevolence"), options=("A", "B"))
    odds = math.exp(simulation().sharpness * 1.5)  # weights 1.0 and -0.5
    assert first.option_probs is not None and second.option_probs is not None
    assert first.option_probs["A"] == pytest.approx(odds / (1 + odds))
    assert first.option_probs["A"] == pytest.approx(second.option_probs["B"])
    assert first.text in ("A", "B") and first.option_mass == 1.0


def test_a_noisy_profile_is_flatter_than_its_weights() -> None:
    sharp = simulation().profiles["simulated/self-transcending"]
    noisy = simulation().profiles["simulated/noisy"]
    stakes = ("universalism", "power")
    assert choice_probs(noisy, stakes)[0] == pytest.approx(0.5 * choice_probs(sharp, stakes)[0] + 0.25)


@pytest.mark.parametrize("stakes", [(), ("care", "loyalty"), ("individualism",)])
def test_values_it_does_not_know_bring_a_general_answer(stakes: tuple[str, ...]) -> None:
    assert ask("simulated/open", stakes).text in BANK.plain
    closed = ask("simulated/open", stakes, options=("A", "B", "C"))
    assert closed.option_probs == pytest.approx(dict.fromkeys("ABC", 1 / 3))


def test_an_unknown_respondent_is_named_with_those_there_are() -> None:
    with pytest.raises(UserError, match="simulated/even"):
        SimulatedModel("simulated/nobody")


def test_the_delay_is_waited_for_and_reported() -> None:
    reply = asyncio.run(SimulatedModel("simulated/even", delay_s=0.05).complete(Request((Message("user", "x"),))))
    assert reply.latency_s == 0.05 and reply.cost_usd == 0.0


def rated(name: str, persona: str, told: str = "You are somebody.", text: str = "x") -> Reply:
    before = (Message("system", told),) if told else ()
    request = Request(
        (*before, Message("user", text)),
        options=tuple("123456"),
        stakes=("benevolence",),
        levels=(6, 5, 4, 3, 2, 1),
        persona=persona,
    )
    return asyncio.run(SimulatedModel(name).complete(request))


def expected(reply: Reply) -> float:
    assert reply.option_probs is not None
    return sum((7 - int(number)) * p for number, p in reply.option_probs.items())


def test_a_persona_moves_the_mean_answer_by_a_known_shift() -> None:
    assert set(simulation().shifts) <= set(personas())
    assert all(set(shift) <= set(VALUES) for shift in simulation().shifts.values())
    for name in ("simulated/even", "simulated/open", "simulated/conserving", "simulated/self-enhancing"):
        profile = simulation().profiles[name]
        moved = persona_shift(profile, "woman", ("benevolence",))
        assert moved == pytest.approx(profile.role_play * 0.2)
        mean = sum(expected(rated(name, "woman", text=str(n))) for n in range(300)) / 300
        levels = range(1, 7)
        known = sum(n * p for n, p in zip(levels, rating_probs(profile, ("benevolence",), levels, moved), strict=True))
        assert mean == pytest.approx(known, abs=0.06)


def test_without_a_persona_an_answer_is_what_it_was() -> None:
    assert rated("simulated/even", "none", "") == rated("simulated/even", "", "")
    assert expected(rated("simulated/even", "none", "")) == pytest.approx(3.5)
    assert expected(rated("simulated/even", "left_handed")) != pytest.approx(3.5, abs=1e-6)  # the wobble of any persona

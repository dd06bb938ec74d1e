"""The leaning: exact parts, bounds, what its card says, and that it tells for from against in texts it has not seen."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_lexicon import auc
from tokenizers import BertWordPieceTokenizer

from core.errors import UserError
from core.recognition.leaning import load_leaning
from core.recognition.lexicon import FOLDER, LexiconRecogniser
from core.recognition.minilm import MinilmRecogniser
from core.recognition.quality import leaning_card, leaning_sentence

LEXICON, MINILM = LexiconRecogniser(), MinilmRecogniser()
READERS = {"lexicon": LEXICON, "minilm": MINILM}
IDS = LEXICON.system.ids
ANSWER = "I would keep the feast as your grandparents did. Let the boss wait!\n\n- Your family needs you there."
# Not among the texts that were learned from: an answer for and one against, on the same question.
PAIRS = {
    "self_direction": ("Choose the course you find interesting.", "Let your parents pick the course for you."),
    "stimulation": ("Book the wild trip and be surprised.", "Skip the wild trip; routine is good for you."),
    "hedonism": ("Relish the dessert and the wine.", "Resist the dessert and go without the wine."),
    "achievement": ("Study hard and aim for the top grade.", "You need not aim for the top grade; let it go."),
    "power": ("Insist on being the boss and keep command.", "Let go of being the boss and share command."),
    "security": ("Lock the door and keep an emergency fund.", "Leave the door open and spend the emergency fund."),
    "conformity": ("Obey the teacher and observe the dress code.", "Ignore the teacher and break the dress code."),
    "tradition": ("Wear your grandmother's dress as custom asks.", "Drop the custom of your grandmother's dress."),
    "benevolence": ("Drive your sick aunt to the clinic.", "Do not drive your aunt; tell her to manage alone."),
    "universalism": ("Give refugees the same rights as anyone.", "Refugees should not get the same rights."),
}


def leanings(reader: LexiconRecogniser | MinilmRecogniser, text: str) -> np.ndarray:
    return np.array([found.leaning for found in reader.read(text).recognitions])


def test_the_tables_parts_are_those_of_the_raw_file() -> None:
    raw, weights = np.load(FOLDER / "leaning.npz"), np.load(FOLDER / "lexicon.npz")["weight"]
    ids = BertWordPieceTokenizer(str(FOLDER / "vocab.txt")).encode(ANSWER, add_special_tokens=False).ids
    weight = weights[ids].astype(float)
    by_hand = raw["intercept"] + weight @ (raw["table"][ids] * raw["scale"]) / weight.sum()
    found = LEXICON.contributions(ANSWER)
    assert np.allclose(found.leaning_intercept + found.leaning_parts.sum(axis=0), by_hand, atol=1e-6)
    assert np.allclose(leanings(LEXICON, ANSWER), np.tanh(by_hand), atol=1e-6)


def test_minilms_parts_make_its_leaning_and_sentences_its_whole() -> None:
    found = MINILM.contributions(ANSWER)
    assert np.allclose(leanings(MINILM, ANSWER), np.tanh(found.leaning_intercept + found.leaning_parts.sum(axis=0)))
    one, two = "Help your brother today. ", "He would do the same for you."
    pieces = MINILM.lexicon
    weights = [sum(pieces.weight[piece.id] for piece in pieces.pieces.encode(text)) for text in (one, two)]
    parts = [np.arctanh(leanings(MINILM, text)) for text in (one, two)]
    assert np.allclose(np.arctanh(leanings(MINILM, one + two)), np.average(parts, axis=0, weights=weights))


@pytest.mark.parametrize("reader", READERS.values(), ids=list(READERS))
def test_it_tells_for_from_against_in_sentences_it_has_not_seen(reader: LexiconRecogniser | MinilmRecogniser) -> None:
    right = [leanings(reader, good)[v] > leanings(reader, bad)[v] for v, (good, bad) in enumerate(PAIRS.values())]
    assert tuple(PAIRS) == IDS
    assert sum(right) >= 8, dict(zip(IDS, right, strict=True))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=100))
def test_any_answer_leans_within_bounds_and_twice_the_same(answer: str) -> None:
    for found in LEXICON.read(answer).recognitions:
        assert found.leaning is not None and -1 <= found.leaning <= 1
    assert LEXICON.read(answer) == LEXICON.read(answer)


def answers() -> tuple[list[str], np.ndarray]:
    rows = [json.loads(line) for path in sorted((FOLDER / "leaning").glob("*.jsonl")) for line in path.open()]
    stances = [[(value in row["supports"]) - (value in row["opposes"]) for value in IDS] for row in rows]
    return [row["answer"] for row in rows], np.array(stances)


def test_the_card_is_of_these_files_and_its_figures_are_no_dream() -> None:
    """Its figures are of fits that did not ship; what shipped has seen both authors, so it must do at least as well."""
    texts, stances = answers()
    card = leaning_card()
    assert len(texts) == sum(card.answers.values()) > 1000
    for v, value in enumerate(IDS):
        assert card.labels[value] == [int((stances[:, v] == sign).sum()) for sign in (1, -1)]
        assert min(card.labels[value]) >= 30
    for name, figures in card.across_authors.items():
        assert figures.auc.low > figures.auc_of_presence_alone + 0.05, name
        assert figures.auc.value >= 0.78 and min(figures.auc_on_a.value, figures.auc_on_b.value) >= 0.75, name
        assert figures.auc.value == pytest.approx(np.mean(list(figures.by_value.values())), abs=1e-3)
    found = np.array([leanings(LEXICON, text) for text in texts])
    taken = [stances[:, v] != 0 for v in range(10)]
    shipped = [auc(stances[taken[v], v] > 0, found[taken[v], v]) for v in range(10)]
    assert np.mean(shipped) >= card.across_authors["lexicon"].auc.value
    # Expected stances: their mean is that of the labels.
    assert np.allclose(found.mean(axis=0), stances.mean(axis=0), atol=0.06)
    digest = hashlib.sha256((FOLDER / "leaning.npz").read_bytes()).hexdigest()
    assert card.sha256["leaning.npz"] == digest == load_leaning().digest


def test_every_value_has_statements_of_both_poles_each_once() -> None:
    import tomllib

    anchors = tomllib.loads((FOLDER / "anchors.toml").read_text(encoding="utf-8"))
    assert tuple(anchors) == IDS
    poles = [poles[pole] for poles in anchors.values() for pole in ("support", "oppose")]
    assert min(map(len, poles)) >= 8
    every = [text for pole in poles for text in pole]
    assert len(every) == len(set(every))


def test_the_sentence_has_the_cards_figures_and_a_judge_none() -> None:
    figures = leaning_card().across_authors["minilm"]
    assert f"measured AUC {figures.auc} of support against opposition" in leaning_sentence("minilm@1")
    assert leaning_sentence("judge:openai/m@1") == ""


def test_a_broken_leaning_or_card_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"leaning\.npz cannot be read"):
        load_leaning(tmp_path)
    (tmp_path / "card.json").write_text('{"name": "x"}')
    with pytest.raises(UserError, match=r"card\.json"):
        leaning_card(tmp_path / "card.json")

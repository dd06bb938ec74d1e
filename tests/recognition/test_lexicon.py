import asyncio
import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import BertWordPieceTokenizer

from core.errors import UserError
from core.recognition.lexicon import (
    EMPTY,
    FOLDER,
    MAX_CHARS,
    NOT_ENGLISH,
    LexiconRecogniser,
    load_lexicon,
    looks_foreign,
    probability,
)
from core.recognition.quality import leaning_card, lexicon_card, quality_sentence

LEXICON = load_lexicon()
RECOGNISER = LexiconRecogniser()
IDS = RECOGNISER.system.ids
CHURCH = "The family went to church to keep the rites of their ancestors."
ANSWERS = [
    CHURCH,
    "People should be free to choose. Wars are cruel, and peace-keeping costs lives!",
    "**Money** matters: higher wages, earnings and profits.\n- the law must be obeyed\n- crimes are dangerous",
    "cafe\u0301 society is fun 👍 and we enjoy leisure, parties and pleasures",
]


def by_hand(text: str) -> np.ndarray:
    """The log-odds from the raw file and another tokeniser: b + Σ w L / Σ w."""
    raw = np.load(FOLDER / "lexicon.npz")
    ids = BertWordPieceTokenizer(str(FOLDER / "vocab.txt")).encode(text, add_special_tokens=False).ids
    weight = raw["weight"][ids].astype(float)
    return raw["intercept"] + weight @ (raw["table"][ids].astype(float) * raw["scale"]) / weight.sum()


@pytest.mark.parametrize("answer", ANSWERS)
def test_parts_and_intercept_make_the_logit(answer: str) -> None:
    found = RECOGNISER.contributions(answer)
    assert np.allclose(found.intercept + found.parts.sum(axis=0), by_hand(answer), atol=1e-6)
    assert np.allclose(found.logit, by_hand(answer), atol=1e-6)
    assert len(found.spans) == len(found.parts) > 5


@pytest.mark.parametrize("answer", ANSWERS)
def test_strength_is_the_probability_and_stance_its_threshold(answer: str) -> None:
    verdict = RECOGNISER.read(answer)
    chances = 1 / (1 + np.exp(-by_hand(answer)))
    assert verdict.status == "ok"
    assert tuple(r.value for r in verdict.recognitions) == IDS
    for found, chance, threshold in zip(verdict.recognitions, chances, LEXICON.threshold, strict=True):
        assert found.strength == pytest.approx(chance, abs=1e-6)
        assert found.stance == ("present" if chance >= threshold else "absent")


@pytest.mark.parametrize("answer", ANSWERS)
def test_evidence_is_whole_words_with_their_exact_share(answer: str) -> None:
    parts = RECOGNISER.contributions(answer)
    for found in RECOGNISER.read(answer).recognitions:
        assert len(found.evidence) <= (3 if found.stance == "present" else 0)
        assert bool(found.note) == (found.stance == "present" and not found.evidence)
        for span in found.evidence:
            assert answer[span.start : span.end].strip() == answer[span.start : span.end] != ""
            assert not answer[span.start - 1 : span.start].isalnum() or span.start == 0
            assert not answer[span.end : span.end + 1].isalnum()
            inside = (parts.spans[:, 0] >= span.start) & (parts.spans[:, 1] <= span.end)
            assert span.weight == pytest.approx(parts.parts[inside, IDS.index(found.value)].sum())
            assert span.weight > 0


@pytest.mark.parametrize(
    ("answer", "value", "word"),
    [
        (CHURCH, "tradition", "church"),
        ("Wages and earnings give a man money and command over others.", "power", "earnings"),
        ("They love festivities, snacks and pleasures.", "hedonism", "pleasures"),
        ("Statutes must be obeyed and misconduct punished.", "conformity", "misconduct"),
        ("Skilled people with expertise show great productivity.", "achievement", "productivity"),
        ("In emergencies and unrest the dangers grow.", "security", "dangers"),
    ],
)
def test_face_validity(answer: str, value: str, word: str) -> None:
    """The value that stands out most against the average text is the one a reader sees."""
    found = RECOGNISER.contributions(answer)
    assert IDS[int(np.argmax(found.logit - found.intercept))] == value
    assert found.parts[:, IDS.index(value)][found.spans[:, 0] == answer.lower().index(word)] > 0


def test_labels_are_not_read_and_offsets_stay() -> None:
    labelled = f"Stance: Yes\n**Key points:** {CHURCH}"
    bare, found = RECOGNISER.contributions(CHURCH), RECOGNISER.contributions(labelled)
    assert np.allclose(bare.logit, found.logit)
    shift = labelled.index(CHURCH)
    assert np.array_equal(bare.spans + shift, found.spans)
    assert RECOGNISER.contributions("Her stance: hard but fair.").spans[0].tolist() == [0, 3]


@pytest.mark.parametrize("answer", ["", "  \n\t", "...!?", "👍👍", "Stance: Yes", "x" * 500])
def test_nothing_to_read_is_invalid(answer: str) -> None:
    verdict = RECOGNISER.read(answer)
    assert (verdict.status, verdict.message, verdict.recognitions) == ("invalid", EMPTY, ())


@pytest.mark.parametrize(
    "answer",
    [
        "Ich glaube, dass man in einer solchen Lage immer die Wahrheit sagen sollte, auch wenn es schwer ist.",
        "Je pense que la liberté de chacun est plus importante que la tradition, car on vit mieux ainsi.",
        "Creo que la familia es lo más importante y que hay que ayudar a los demás en todo momento.",
        "Мы должны помогать друг другу.",
        "我们应该互相帮助。",
        "يجب أن نساعد بعضنا البعض",
    ],
)
def test_another_language_is_invalid(answer: str) -> None:
    assert RECOGNISER.read(answer).status == "invalid"
    assert RECOGNISER.read(answer).message == NOT_ENGLISH


def test_only_the_start_is_read_and_it_is_said() -> None:
    start = (CHURCH + " ") * 400
    verdict = RECOGNISER.read(start + "Wages and profit. " * 1000)
    assert "first 20,000 of" in verdict.message
    assert verdict.recognitions == RECOGNISER.read(start[:MAX_CHARS]).recognitions
    assert RECOGNISER.read(CHURCH).message == ""


@pytest.mark.parametrize(
    "answer",
    [
        "<script>alert('peace')</script> is <b>bad</b> for the children of the world",
        "'; DROP TABLE readings; -- we must obey the law",
        "the law\x00is \ud800 just 👩‍👩‍👧",
        "peace and the law " * 60_000,
        "the law is just " + "x" * 1_000_000,
    ],
)
def test_hostile_answers_are_read_as_text(answer: str) -> None:
    verdict = RECOGNISER.read(answer)
    assert verdict.status == "ok"
    assert all(0 <= e.start < e.end <= MAX_CHARS for r in verdict.recognitions for e in r.evidence)


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_any_answer_gives_a_whole_verdict(answer: str) -> None:
    verdict = RECOGNISER.read(answer)
    assert len(verdict.recognitions) == (10 if verdict.status == "ok" else 0)
    assert all(0 <= r.strength <= 1 for r in verdict.recognitions)


def test_recognise_ignores_the_question_and_repeats_itself() -> None:
    one = asyncio.run(RECOGNISER.recognise("Is money all?", CHURCH))
    two = asyncio.run(LexiconRecogniser().recognise("", CHURCH))
    assert one == two == RECOGNISER.read(CHURCH)
    files = lexicon_card().sha256["lexicon.npz"] + leaning_card().sha256["leaning.npz"]
    assert RECOGNISER.id == f"lexicon@{hashlib.sha256(files.encode()).hexdigest()[:8]}"
    assert RECOGNISER.measure == "presence"


def test_a_broken_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"lexicon\.npz"):
        load_lexicon(tmp_path)
    (tmp_path / "lexicon.npz").write_bytes(b"no table")
    with pytest.raises(UserError, match=r"lexicon\.npz"):
        load_lexicon(tmp_path)


def test_a_broken_card_is_named(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text('{"name": "x"}')
    with pytest.raises(UserError, match=r"card\.json"):
        lexicon_card(tmp_path / "card.json")


def test_the_sentence_has_the_cards_figures() -> None:
    card = lexicon_card()
    sentence = quality_sentence()
    assert sentence.startswith("Reads presence, not direction; English only; measured AUC .74 [.")
    assert f"{card.n:,} held-out arguments (always-yes: .43)" in sentence
    assert set(card.by_value) == set(IDS)


CATEGORIES = {"Face": "power", "Humility": "tradition"}


def validation(folder: Path) -> tuple[list[str], np.ndarray]:
    path = folder / "recognition" / "valueeval23"
    with (path / "arguments-validation.tsv").open(encoding="utf-8", newline="") as file:
        premises = {
            r["Argument ID"]: r["Premise"] for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        }
    with (path / "labels-validation.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    labels = np.zeros((len(rows), 10), dtype=bool)
    for place, row in enumerate(rows):
        for category in (key for key, mark in row.items() if mark == "1"):
            name = category.split(":")[0]
            labels[place, IDS.index(CATEGORIES.get(name, name.lower().replace("-", "_")))] = True
    return [premises[row["Argument ID"]] for row in rows], labels


def auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Share of (with, without) pairs in the right order, ties half: no library that the build used."""
    gaps = scores[labels][:, None] - scores[~labels][None, :]
    return float((gaps > 0).mean() + (gaps == 0).mean() / 2)


def f1(labels: np.ndarray, called: np.ndarray) -> float:
    return float(2 * (labels & called).sum() / (labels.sum() + called.sum()))


def test_validation_figures_hold(shared_data: Path) -> None:
    texts, labels = validation(shared_data)
    chances = np.array([probability(RECOGNISER.contributions(text).logit) for text in texts])
    called = chances >= LEXICON.threshold
    mean_auc = float(np.mean([auc(labels[:, v], chances[:, v]) for v in range(10)]))
    macro_f1 = float(np.mean([f1(labels[:, v], called[:, v]) for v in range(10)]))
    always = float(np.mean([f1(labels[:, v], np.ones(len(texts), dtype=bool)) for v in range(10)]))
    card = lexicon_card()
    assert len(texts) == card.n == 1896
    assert mean_auc >= 0.73 and macro_f1 >= 0.53
    assert mean_auc == pytest.approx(card.auc.value, abs=1e-3)
    assert macro_f1 == pytest.approx(card.macro_f1.value, abs=2e-3)
    assert always == pytest.approx(card.macro_f1_always_yes, abs=1e-4)
    assert card.auc_before_int8 == pytest.approx(mean_auc, abs=0.002)
    assert np.mean([looks_foreign(text) for text in texts]) < 0.005

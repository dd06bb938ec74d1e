"""What the judges of a run give their own family, and how length and reading go together."""

import numpy as np
import pytest
from builders import add_reading, add_responses, add_run, response, suite

from core.recognition.base import Evidence, Recognition, Stance, Verdict
from core.runs.judge_bias import preferences, slopes
from core.runs.judging import family
from core.store import readings
from core.store.database import Store
from core.values.system import system

IDS = system("schwartz").ids
GPT, CLAUDE = "judge:openai/gpt-5@0123abcd", "judge:anthropic/claude-9@0123abcd"
MODELS = ("azure/gpt-4o-mini", "anthropic/claude-3-haiku", "simulated/even")
SCENARIOS = 12


def read(store: Store, judge: str, trial: int, model: str, item: str, power: float, note: str = "") -> None:
    stance: Stance = "supports" if power > 0 else "opposes" if power < 0 else "neutral"
    evidence = (Evidence(0, 4),) if power else ()
    rest = tuple(Recognition(value, "neutral", 0.0) for value in IDS if value != "power")
    row = response(trial, model=model, item_id=item)
    add_reading(store, row, Verdict("ok", (Recognition("power", stance, power, evidence, note), *rest)), judge)


@pytest.fixture
def judged(store: Store) -> Store:
    """Three models, twelve scenarios; the answer to scenario n has 10 n words. Claude sees power in every second
    answer of any model; GPT as well, and in all of GPT's."""
    add_run(store, of=suite(SCENARIOS))
    for m, model in enumerate(MODELS):
        for n in range(1, SCENARIOS + 1):
            trial, item = 100 * m + n, f"i{n}"
            add_responses(store, response(trial, model=model, item_id=item, text=" word \n" * 10 * n))
            truth = float(n % 2)
            read(store, CLAUDE, trial, model, item, truth)
            read(store, GPT, trial, model, item, 1.0 if m == 0 else truth, "repaired" if m == 0 else "")
    return store


def test_a_judge_that_favours_its_family_is_found_out(judged: Store) -> None:
    found = {(one.judge, one.value): one for one in preferences(judged, "r1")}
    assert len(found) == 2 * len(IDS)
    own = found[GPT, "power"]
    assert own.own == (MODELS[0],)
    assert own.gap.value == pytest.approx(0.5) and own.beyond is not None
    assert own.beyond.value == pytest.approx(0.5) and own.beyond.low > 0 and own.beyond.n_items == SCENARIOS
    other = found[CLAUDE, "power"]
    assert other.gap.value == 0 and other.beyond is not None
    assert other.beyond.value == pytest.approx(0.25), "what others give less is not told from what it gives more"
    assert found[GPT, "security"].gap.value == 0


def test_a_judge_alone_or_among_strangers(store: Store) -> None:
    add_run(store, of=suite(2))
    for trial, (model, item) in enumerate([(m, i) for m in ("openai/o3-mini", "x/y") for i in ("i1", "i2")], 1):
        add_responses(store, response(trial, model=model, item_id=item))
        read(store, GPT, trial, model, item, 0.5)
        read(store, "judge:mistral/ministral@0123abcd", trial, model, item, 0.5)
    assert {one.judge for one in preferences(store, "r1")} == {GPT}
    (note, _) = readings.notes(store, "r1").to_dict("records")
    assert note["taken"] == 4


def test_length_slopes_are_those_of_a_line(judged: Store) -> None:
    found = {(one.judge, one.model): one for one in slopes(judged, "r1")}
    assert set(found) == {(judge, model) for judge in (GPT, CLAUDE) for model in MODELS}
    words = np.arange(1, SCENARIOS + 1) * 10 / 100
    line = np.polyfit(words, np.arange(1, SCENARIOS + 1) % 2, 1)[0]
    one = found[CLAUDE, MODELS[0]]
    assert one.stances.value == pytest.approx(line) and one.strength.value == pytest.approx(line / len(IDS))
    assert one.stances.low < 0 < one.stances.high
    assert found[GPT, MODELS[0]].stances.value == pytest.approx(0), "a stance in every answer, long or short"


def test_words_are_counted_and_quotes_too(judged: Store) -> None:
    lengths = readings.lengths(judged, "r1").set_index("trial_id")["words"]
    assert lengths[1] == 10 and lengths[212] == 120
    table = readings.notes(judged, "r1").set_index("recogniser")
    assert table.loc[GPT].to_dict() == {"taken": 24, "unsupported": 0, "repaired": 12, "unstable": 0}


@pytest.mark.parametrize(
    ("name", "maker"),
    [
        ("openai/gpt-4o-mini", "openai"),
        ("openrouter/openai/chatgpt-4o-latest", "openai"),
        ("azure/o3-mini", "openai"),
        ("bedrock/anthropic.claude-v2", "anthropic.claude-v2"),
        ("gemini/gemma-3-27b-it", "google"),
        ("together/meta-llama/Llama-3.1-8B", "meta"),
        ("mistral/codestral-latest", "mistral"),
        ("x/olmo-2", "olmo-2"),
        ("x/phil-1", "phil-1"),
    ],
)
def test_families_as_far_as_names_tell(name: str, maker: str) -> None:
    assert family(name) == maker


def test_a_run_without_a_judge_has_nothing_to_say(store: Store) -> None:
    add_run(store)
    assert preferences(store, "r1") == [] and slopes(store, "r1") == [] and readings.notes(store, "r1").empty

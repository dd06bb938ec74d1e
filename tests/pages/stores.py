"""What the prepared stores hold."""

import json
from dataclasses import replace

from builders import add_reading, add_responses, response, suite, verdict

from core.items.item import Item
from core.recognition.base import Evidence, Recognition, Verdict
from core.recognition.lexicon import LexiconRecogniser
from core.runs.answers import read_answers
from core.runs.manager import RunManager
from core.store import records
from core.store.database import Store
from core.values.system import SCHWARTZ, system

PANEL = ("simulated/self-transcending", "simulated/self-enhancing", "simulated/reticent", "simulated/even")

EVIL = "http://evil.example/x.png"
IMAGE = f"![i]({EVIL})"
SCRIPT = "<script>alert(1)</script>"
TRICKS = {
    "image": IMAGE,
    "html": f"{SCRIPT}<img src={EVIL} onerror=alert(1)>",
    "sql": "'; DROP TABLE responses; --",
    "nul": "before\x00after",
    "emoji": "🤝🏽 👩‍👩‍👧",
    "rtl": "\u202eשלום عدالة\u202c",
    "latex": "$$\\href{javascript:alert(1)}{x}$$",
    "icon": ":material/home: :red[red] [link](javascript:alert(1))",
    "quotes": "\"He\" said 'no' 100% _sure_ \\",
}
ENGLISH = "I would help my friend and keep the promise that I have made to her, because that is what a friend is for."
HUGE = (f"{IMAGE} {SCRIPT} I would help my family and keep to the old customs. " * 20_000)[:1_000_000]


def fill_large(store: Store, models: int, items: int) -> None:
    """One run in which every model answered every item; the strengths follow a formula, not chance."""
    ids = list(system(SCHWARTZ).ids)
    made = replace(suite(), items=tuple(_item(n, ids) for n in range(items)))
    run = records.NewRun(
        "20260101-000000-000000", "Large", "run", "{}", LexiconRecogniser().id, "presence", models * items
    )
    records.create_run(store, run, made)
    cells = {"run": run.run_id, "recogniser": run.recogniser, "models": models, "items": items, "values": ids}
    for sql in _LARGE:
        used = {name: cell for name, cell in cells.items() if f"${name}" in sql}
        store.writer.run(lambda con, sql=sql, used=used: con.execute(sql, used))
    records.set_state(store, run.run_id, "done")


def _item(n: int, ids: list[str]) -> Item:
    return Item(f"item-{n:04d}", f"Situation {n}: what now?", (ids[n % 10], ids[(n + 3) % 10]), "work")


_TRIALS = "FROM range($models) AS a(m), range($items) AS b(i)"
_KEYS = "$run AS run_id, m * 10000 + i AS trial_id, $recogniser AS recogniser"
_NOISE = "(hash(m, i, v) % 1000) / 1000"
_LARGE = (
    f"""
    INSERT INTO responses BY NAME
    SELECT $run AS run_id, m * 10000 + i AS trial_id, format('lab/model-{{:02d}}', m) AS model,
           format('item-{{:04d}}', i) AS item_id, 'open-1' AS variation, 1 AS epoch,
           CASE WHEN (m + i) % 40 = 0 THEN 'refused' ELSE 'ok' END AS outcome, false AS truncated,
           format('Answer {{:d}} of {{:d}}.', i, m) AS text, 1 AS attempts, now()::TIMESTAMP AS arrived_at
    {_TRIALS}
    """,
    f"""
    INSERT INTO recognised BY NAME
    SELECT {_KEYS}, 'ok' AS status, '' AS message, now()::TIMESTAMP AS recognised_at
    {_TRIALS} WHERE (m + i) % 40 <> 0
    """,
    f"""
    INSERT INTO recognitions BY NAME
    SELECT {_KEYS}, format('lab/model-{{:02d}}', m) AS model, format('item-{{:04d}}', i) AS item_id,
           $values[v + 1] AS value, 'present' AS stance, '[]' AS evidence, '' AS note,
           0.3 + 0.2 * sin(m * (v + 1)) + 0.3 * {_NOISE} AS strength
    {_TRIALS}, range(10) AS c(v) WHERE (m + i) % 40 <> 0
    """,
)


JUDGED = "20200101-000000-000000"


def fill_hostile(manager: RunManager) -> str:
    """An import in which models, prompts, answers, the run and a saved profile are named by tricks; and before it a
    failed run whose message, judge and errors hold them."""
    _fill_judged(manager.store)
    rows = [
        {"model": f"lab/{model}", "prompt": f"Should I? {prompt}", "response": f"{ENGLISH} {answer}"}
        for model in TRICKS.values()
        for prompt in TRICKS.values()
        for answer in [TRICKS["image"] + TRICKS["html"] + prompt]
    ]
    rows += [{"model": "lab/huge", "prompt": "Should I?", "response": HUGE}]
    lines = "\n".join(json.dumps(row) for row in rows)
    read = read_answers(lines.encode(), f"{IMAGE.replace('/', ':')}.jsonl")
    assert not read.problems
    weights = dict.fromkeys(system(SCHWARTZ).ids, 50.0)
    records.save_profile(manager.store, f"{IMAGE} {SCRIPT}", SCHWARTZ, weights | {"power": 100.0})
    return manager.start_import(read, f"Run {IMAGE} {SCRIPT} $$x$$")


def _fill_judged(store: Store) -> None:
    judge = f"judge:openai/{IMAGE}@1"
    own = suite(2, name=f"Suite {IMAGE}", description=f"About {IMAGE} {SCRIPT}", licence=IMAGE)
    run = records.NewRun(JUDGED, f"Judged {IMAGE}", "run", json.dumps({"name": IMAGE}), judge, "stance", 2)
    records.create_run(store, run, own)
    records.set_state(store, JUDGED, "failed", f"{IMAGE} {SCRIPT} gave up.")
    model = f"lab/{IMAGE}"
    told = response(1, JUDGED, model=model, item_id="i1", text=HUGE)
    failed = response(2, JUDGED, model=model, item_id="i2", outcome="error", text="", error=IMAGE, error_kind="server")
    add_responses(store, told, failed)
    found = Recognition("power", "opposes", -0.5, (Evidence(0, 30, 1.0),), f"{IMAGE} {SCRIPT}")
    store.writer.put(records.recognition(told, judge, Verdict("invalid", (found,), IMAGE)))
    assert store.writer.flush()


FOUNDATIONS = ("care", "fairness", "loyalty", "authority", "sanctity")


def fill_foundations(store: Store) -> None:
    """A run of another value system: two models judged on ten scenarios by moral foundations."""
    items = tuple(Item(f"m{n}", f"Dilemma {n}: what now?", FOUNDATIONS, "work") for n in range(10))
    judge = "judge:openai/some-model@1"
    run = records.NewRun("foundations", "Judged", "run", "{}", judge, "stance", 20)
    records.create_run(store, run, suite(system="moral_foundations", items=items))
    for model in range(2):
        for n in range(10):
            row = response(model * 10 + n, "foundations", model=f"lab/{model}", item_id=f"m{n}", text=ENGLISH)
            add_responses(store, row)
            spread = {value: 0.1 * ((n + model * at) % 7) for at, value in enumerate(FOUNDATIONS)}
            add_reading(store, row, verdict(**spread), judge)
    records.set_state(store, "foundations", "done")

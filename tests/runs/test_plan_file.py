"""Plans as files: what is written comes back, and every mistake is one sentence that says where."""

import json
import re
import time
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from builders import NASTY, suite
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.items.files import write_suite
from core.items.item import Item, Option, Suite
from core.items.shipped import shipped_suite, shipped_suites, starter
from core.methods.base import Asking
from core.methods.value_compass import ValueCompass
from core.models.base import ModelSpec
from core.paths import ROOT
from core.runs import plan_suite
from core.runs.limits import Limits
from core.runs.manager import RunManager, load_plan
from core.runs.plan import Plan, check
from core.runs.plan_file import Kind, PlanFile, read_plan, write_plan
from core.store import records
from core.store.database import Store
from core.values.system import system

KINDS: tuple[Kind, ...] = ("toml", "json")
PLAIN: dict[str, Any] = {
    "format": 1,
    "suite": {"id": "everyday-starter"},
    "models": [{"name": "simulated/open"}],
}


def read(table: dict[str, Any], **more: Any) -> PlanFile:
    return read_plan(json.dumps(table).encode(), "plan.json", **more)


def back(plan: Plan, limits: Limits, kind: Kind) -> PlanFile:
    return read_plan(write_plan(plan, limits, kind), f"p.{kind}")


# There and back

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60).filter(
    lambda text: bool(text.strip())
)
abouts = st.one_of(st.just(""), texts)


@st.composite
def items(draw: st.DrawFn, number: int, system_id: str) -> Item:
    values = tuple(draw(st.lists(st.sampled_from(system(system_id).ids), min_size=1, max_size=3, unique=True)))
    options = tuple(Option(draw(texts), draw(st.sampled_from(values))) for _ in range(draw(st.sampled_from([0, 2]))))
    name = f"{draw(texts)} {number}"
    return Item(name, draw(texts), values, draw(abouts), draw(abouts), options, draw(st.booleans()))


@st.composite
def suites(draw: st.DrawFn) -> Suite:
    kind = draw(st.sampled_from(["shipped", "starter", "own", "own"]))
    if kind != "own":
        whole = draw(st.sampled_from(list(shipped_suites().values())))
        return starter(whole) if kind == "starter" and any(item.starter for item in whole.items) else whole
    system_id = draw(st.sampled_from(["schwartz", "moral_foundations"]))
    own = tuple(draw(items(number, system_id)) for number in range(draw(st.integers(1, 4))))
    return Suite(draw(texts), draw(texts), system_id, own, draw(abouts), draw(abouts), draw(abouts))


bases = st.sampled_from([None, "http://localhost:8000/v1", "https://models.example/v1"])
models = st.builds(
    ModelSpec,
    st.sampled_from(["openai/a", "ollama/llama3.1", "embedded/smollm2-135m", "simulated/open", "gpt-4o-mini"]),
    bases,
    st.sampled_from(["", "litellm"]),
)
askings = st.builds(Asking, st.integers(1, 8192), st.floats(0, 2), st.integers(0, 2**31 - 1))
budgets = st.one_of(st.none(), st.integers(1, 10**12))
amounts = st.one_of(st.none(), st.floats(1e-9, 1e9), st.integers(1, 1000))
limits = st.builds(
    Limits,
    st.integers(1, 512),
    st.integers(1, 512),
    st.floats(1, 3600),
    amounts,
    budgets,
    budgets,
    amounts,
    st.booleans(),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    made = draw(suites())
    readers = ["", "judge:openai/j", *(["lexicon", "minilm"] if made.system == "schwartz" else [])]
    recogniser = draw(st.sampled_from(readers))
    wordings = [name for name in ValueCompass().variations if name.startswith("open-")]
    return Plan(
        name=draw(texts),
        suite=made,
        models=tuple(draw(st.lists(models, min_size=1, max_size=4, unique_by=lambda spec: spec.name))),
        variations=tuple(draw(st.lists(st.sampled_from(wordings), min_size=1, unique=True))),
        epochs=draw(st.integers(1, 100)),
        probes=draw(st.integers(0, 100)),
        recogniser=recogniser,
        judge_base=draw(bases) if recogniser.startswith("judge:") else None,
        asking=draw(askings),
        prompt_hash=draw(st.sampled_from(["", ValueCompass().prompt_hash, "0123456789ab"])),
    )


@settings(max_examples=150, deadline=None)
@given(plans(), limits, st.sampled_from(KINDS))
def test_what_is_written_is_read_back(plan: Plan, given_limits: Limits, kind: Kind) -> None:
    found = back(plan, given_limits, kind)
    assert found.plan == plan and found.limits == given_limits
    assert found.plan.suite.hash == plan.suite.hash
    assert write_plan(found.plan, found.limits, kind) == write_plan(plan, given_limits, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_texts_come_back_and_the_versions_stay_behind(kind: Kind) -> None:
    hostile = tuple(Item(f"{name}-{n}", text, ("power",)) for n, (name, text) in enumerate(NASTY.items()))
    plan = check(Plan(NASTY["sql"], suite(items=hostile, name=NASTY["rtl"]), (ModelSpec("simulated/open"),)))
    assert plan.versions
    assert back(plan, Limits(), kind).plan == replace(plan, versions={})


def test_shipped_suites_are_named_and_others_are_held() -> None:
    spec = (ModelSpec("simulated/open"),)
    named = tomllib.loads(write_plan(Plan("p", shipped_suite("everyday"), spec), Limits(), "toml").decode())
    assert named["suite"] == {"id": "everyday", "hash": shipped_suite("everyday").hash}
    renamed = replace(shipped_suite("everyday"), name="Mine")
    held = tomllib.loads(write_plan(Plan("p", renamed, spec), Limits(), "toml").decode())
    assert len(held["suite"]["items"]) == len(renamed.items) and "hash" not in held["suite"]


def test_a_plan_of_imported_answers_cannot_be_written() -> None:
    with pytest.raises(UserError, match="Answers from a file"):
        write_plan(Plan("p", suite(), (ModelSpec("m"),), (), method=""), Limits(), "toml")


def test_the_plan_of_a_stored_run_starts_the_same_run_again(manager: RunManager, store: Store) -> None:
    asked = Plan("p", suite(4), (ModelSpec("simulated/open"),), probes=2)
    first = manager.start(asked)
    assert manager.wait(first, 60)
    found = back(load_plan(store, first), Limits(at_once=3), "toml")
    second = manager.start(found.plan, found.limits)
    assert manager.wait(second, 60)
    assert load_plan(store, second) == load_plan(store, first)


# Written by hand


def test_a_short_plan_takes_the_usual_for_the_rest() -> None:
    found = read(PLAIN)
    assert found.plan.suite == starter(shipped_suite("everyday")) and found.limits == Limits() and found.notes == ()
    assert (found.plan.epochs, found.plan.probes, found.plan.recogniser) == (1, 6, "lexicon")
    assert found.plan.name == f"{found.plan.suite.name}: simulated/open"
    assert found.plan.asking == Asking()
    assert read(PLAIN | {"models": [{"name": "embedded/smollm2-135m"}]}).plan.asking.max_tokens == 48


def test_a_toml_plan_as_people_write_it() -> None:
    text = """\ufeff
        format = 1\r
        epochs = 3
        [suite]
        items = [{ text = "What now?", values = ["Self-Direction", "power"] }]
        [[models]]
        name = "openai/qwen"
        api_base = "http://localhost:8000/v1"
        [reading]
        judge = "openai/gpt-4o-mini"
        [limits]
        max_cost_usd = 1
        """
    found = read_plan(text.encode(), "plan.toml")
    assert found.plan.suite.items == (Item("item-1", "What now?", ("self_direction", "power")),)
    assert found.plan.recogniser == "judge:openai/gpt-4o-mini" and found.plan.epochs == 3
    assert found.limits.max_cost_usd == 1


def test_the_documented_plan_can_be_read_and_every_field_is_documented() -> None:
    guide = (ROOT / "docs" / "headless.md").read_text(encoding="utf-8")
    example = guide.split("```toml\n")[1].split("```")[0]
    found = read_plan(example.encode(), "plan.toml")
    assert found.plan.epochs == 2 and found.limits.max_cost_usd == 2.5
    written = json.loads(write_plan(Plan("p", suite(), (ModelSpec("openai/m"),)), Limits(), "json"))
    names = [*written, *written["asking"], *plan_suite.KNOWN, *(field.name for field in fields(Limits))]
    assert not [name for name in names if not re.search(rf"`{name}`|^{name} =|\[{name}\]", guide, re.MULTILINE)]


def test_null_in_json_is_as_if_left_out() -> None:
    table = PLAIN | {"models": [{"name": "simulated/open", "api_base": None}], "limits": {"max_calls": None}}
    assert read(table) == read(PLAIN)


# The suite


def test_a_shipped_suite_that_has_changed_is_not_taken_for_the_former_one(store: Store) -> None:
    former = replace(shipped_suite("everyday"), items=shipped_suite("everyday").items[:2])
    table = PLAIN | {"suite": {"id": "everyday", "hash": former.hash}}
    for known in (None, store):
        with pytest.raises(UserError, match=r"'hash' is .* has changed to"):
            read(table, store=known)
    records.save_suite(store, former)
    found = read(table, store=store)
    assert found.plan.suite == former and "has changed" in found.notes[0]


def test_a_stored_suite_is_named_by_its_hash(store: Store) -> None:
    records.save_suite(store, suite())
    assert read(PLAIN | {"suite": {"hash": suite().hash}}, store=store).plan.suite == suite()
    for known in (None, store):
        with pytest.raises(UserError, match="'hash' names a suite that is not in the store"):
            read(PLAIN | {"suite": {"hash": "0" * 12 if known else suite().hash}}, store=known)


def test_a_file_is_read_from_the_plans_folder_and_never_without_one(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(write_suite(suite(), "csv"))
    table = PLAIN | {"suite": {"file": "mine.csv", "hash": suite().hash}}
    assert read(table, folder=tmp_path).plan.suite.items == suite().items
    assert read(PLAIN | {"suite": {"file": str(tmp_path / "mine.csv")}}, folder=Path("/")).plan.suite.name == "mine"
    for named in ("mine.csv", str(tmp_path / "mine.csv")):
        with pytest.raises(UserError, match="on the command line only"):
            read(PLAIN | {"suite": {"file": named}})


@pytest.mark.parametrize(
    "table, content, said",
    [
        ({"file": "mine.csv"}, "text,values\nFine.,nonsense\nGood.,power\nAlso.,nope\n", "mine.csv: Row 2, values"),
        ({"file": "mine.csv", "hash": "abc"}, "text,values\nFine.,power\n", "'hash' is 'abc', but the items"),
        ({"file": "other.csv"}, "", "no such file"),
        ({"file": "."}, "", "no such file"),
        ({"file": "mine.csv", "system": "nonsense"}, "text,values\nFine.,power\n", "nonsense"),
    ],
)
def test_a_suite_file_with_a_fault_is_named(tmp_path: Path, table: dict[str, Any], content: str, said: str) -> None:
    (tmp_path / "mine.csv").write_text(content)
    with pytest.raises(UserError, match=said):
        read(PLAIN | {"suite": table}, folder=tmp_path)


# Mistakes

GOOD_ITEM = {"text": "What now?", "values": ["power"]}


@pytest.mark.parametrize(
    "change, said",
    [
        ({"format": None}, "'format' is missing"),
        ({"format": 2}, "'format' must be 1"),
        ({"format": True}, "'format' must be 1"),
        ({"epoch": 2}, "no field 'epoch'; there are format, name, variations, epochs"),
        ({"epochs": "2"}, "'epochs' must be a whole number from 1 to 100, got '2'"),
        ({"epochs": True}, "'epochs'"),
        ({"epochs": 101}, "'epochs'"),
        ({"probes": -1}, "'probes'"),
        ({"probes": 10**30}, "digits"),
        ({"name": " "}, "'name' is empty"),
        ({"name": 7}, "'name' must be text"),
        ({"variations": "open-1"}, "'variations' must be a list of texts"),
        ({"variations": ["closed-ab"]}, "open-1"),
        ({"variations": []}, "variations"),
        ({"method": "survey"}, "'method' must be one of value_compass"),
        ({"models": []}, "names no model"),
        ({"models": None}, "names no model"),
        ({"models": {"name": "simulated/open"}}, "'models' must be a list of tables"),
        ({"models": [{"name": "simulated/nobody"}]}, "models 1: "),
        ({"models": [{"name": "simulated/open"}, {"nam": "x"}]}, "models 2: there is no field 'nam'"),
        ({"models": [{}]}, "models 1: the field 'name' is missing"),
        ({"models": [{"name": "openai/m", "api_key": "sk-1"}]}, "no field 'api_key'"),
        ({"models": [{"name": "openai/m", "api_base": "nowhere"}]}, "models 1: 'nowhere' is not the address"),
        ({"models": [{"name": "openai/m", "via": "carrier pigeon"}]}, "'via'"),
        ({"models": [{"name": "simulated/open"}] * 2}, "twice"),
        ({"reading": {"recogniser": "judge"}}, "'judge' is missing"),
        ({"reading": {"recogniser": "tea"}}, "'recogniser' must be"),
        ({"reading": {"recogniser": "none", "judge": "openai/m"}}, "'judge' has no use"),
        ({"reading": {"judge_base": "http://localhost/v1"}}, "'judge_base' has no use"),
        ({"reading": {"judge": "nobody"}}, "reading: 'nobody' does not say"),
        ({"asking": {"max_tokens": 0}}, "asking: the field 'max_tokens'"),
        ({"asking": {"temperature": 2.5}}, "'temperature' must be a number from 0 to 2, got 2.5"),
        ({"asking": {"seed": 0.5}}, "'seed'"),
        ({"asking": []}, "'asking' must be a table"),
        ({"limits": {"max_cost": 1}}, "limits has no field 'max_cost'"),
        ({"limits": {"max_cost_usd": -1}}, "max_cost_usd"),
        ({"limits": {"at_once": True}}, "at_once"),
        ({"limits": [1]}, "limits must be a table"),
        ({"suite": None}, "plan has no suite"),
        ({"suite": "everyday"}, "'suite' must be a table"),
        ({"suite": {}}, "plan has no suite"),
        ({"suite": {"id": "nowhere"}}, "names no shipped suite"),
        ({"suite": {"id": "moral_foundations"}}, "Schwartz's ten values only"),
        ({"suite": {"id": "everyday", "file": "x.csv"}}, "no field 'id'"),
        ({"suite": {"items": []}}, "'items' is empty"),
        ({"suite": {"items": [GOOD_ITEM, {"text": "What?", "values": ["pwer"]}]}}, "item 2, field 'values'"),
        ({"suite": {"items": [GOOD_ITEM, {"text": "", "values": ["power"]}]}}, "item 2, field 'text'"),
        ({"suite": {"items": [GOOD_ITEM | {"value": "power"}]}}, "items 1: there is no field 'value'"),
        ({"suite": {"items": [GOOD_ITEM | {"options": [{"txt": "a"}]}]}}, "options 1: there is no field 'txt'"),
        ({"suite": {"items": [GOOD_ITEM | {"id": "a"}] * 2}}, "item 2, field 'id'"),
        ({"suite": {"items": [GOOD_ITEM], "system": "nonsense"}}, "nonsense"),
        ({"x" * 1000: 1}, "no field 'xxx"),
        ({"name": "x" * 5000, "epochs": ["y" * 5000] * 3}, "'epochs'"),
    ],
)
def test_a_mistake_is_one_short_sentence_that_names_file_and_field(change: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as raised:
        read({name: cell for name, cell in (PLAIN | change).items() if cell is not None})
    sentence = str(raised.value)
    assert sentence.startswith("plan.json") or "nonsense" in sentence
    assert said in sentence and len(sentence) < 500 and "\n" not in sentence


@pytest.mark.parametrize(
    "data, filename, said",
    [
        (b"", "plan.toml", "'format' is missing"),
        (b"", "plan.json", "not a readable JSON"),
        (b"format = 1", "plan.json", "not a readable JSON"),
        (b"format == 1", "plan.toml", "not a readable TOML"),
        (b"format = 1", "plan.yaml", "neither .toml nor .json"),
        (b'format = 1\nname = "\xff"', "plan.toml", "not UTF-8 text .line 2."),
        (b'{"epochs": 1, "name": "x", "epochs": 2}', "plan.json", "the field 'epochs' stands twice"),
        (b"epochs = 1\nepochs = 2", "plan.toml", "not a readable TOML"),
        (b"[1]", "plan.json", "must hold one object"),
        (b"null", "plan.json", "must hold one object"),
        (b"format = 1\n[asking]\ntemperature = nan", "plan.toml", "asking, temperature: nan cannot stand"),
        (b"format = 1\n[limits]\nmax_cost_usd = inf", "plan.toml", "limits, max_cost_usd: inf cannot stand"),
        (b'{"asking": {"temperature": NaN}}', "plan.json", "asking, temperature: nan cannot stand"),
        (b'{"epochs": 1e999}', "plan.json", "epochs: inf cannot stand"),
        (b"name = 2026-01-01", "plan.toml", "name: datetime.date"),
        (b"epochs = " + b"9" * 100, "plan.toml", "digits cannot stand"),
        (b"epochs = " + b"9" * 9000, "plan.toml", "not a readable TOML"),
        (b'{"epochs": ' + b"9" * 9000 + b"}", "plan.json", "not a readable JSON"),
        (b'{"a":' * 100_000, "plan.json", "nested too deeply"),
        (b"a = " + b"[" * 100_000, "plan.toml", "nested too deeply"),
        (b'{"suite": ' + b"[" * 50 + b"]" * 50 + b"}", "plan.json", "nested too deeply"),
        (b"a." * 50_000 + b"b = 1", "plan.toml", "too many parts"),
        (b"x = {" + b"a . " * 50_000 + b"b = 1}", "plan.toml", "too many parts"),
        (b" " * 30_000_001, "plan.toml", "30 MB are the most"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_at_once(data: bytes, filename: str, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(UserError, match=said) as raised:
        read_plan(data, filename)
    assert len(str(raised.value)) < 500 and time.monotonic() - began < 2


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["format", "name", "suite", "models", "reading", "asking", "limits", "epochs", "method"]),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(st.sampled_from(["id", "items", "name", "text", "values", "hash"]), inner),
            ),
            max_leaves=8,
        ),
    )
)
def test_whatever_stands_in_a_file_it_is_read_or_refused(table: dict[str, Any]) -> None:
    for whole in (table, PLAIN | table):
        try:
            read(whole)
        except UserError as error:
            assert str(error)


def test_half_characters_and_nul_are_replaced() -> None:
    assert read(PLAIN | {"name": "a\ud83d\x00b"}).plan.name == "a\ufffd\ufffdb"


# What a person should know


def test_an_address_that_gets_a_key_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    table = PLAIN | {"models": [{"name": "openai/m", "api_base": "http://localhost:1/v1"}]}
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert read(table).notes == ()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-0123456789")
    (note,) = read(table).notes
    assert "http://localhost:1/v1" in note and "OPENAI_API_KEY" in note and "secret" not in note
    judged = PLAIN | {"reading": {"judge": "openai/j", "judge_base": "http://localhost:1/v1"}}
    assert "openai/j" in read(judged).notes[0]


def test_other_prompts_are_pointed_out_and_keys_are_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "prompts have changed" in read(PLAIN | {"prompts": "0123456789ab"}).notes[0]
    assert read(PLAIN | {"prompts": ValueCompass().prompt_hash}).notes == ()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-0123456789")
    plan = Plan("p", suite(), (ModelSpec("openai/m"),))
    assert not any(b"secret" in write_plan(plan, Limits(), kind) for kind in KINDS)


def test_a_plan_file_holds_every_limit_and_every_part_of_a_plan() -> None:
    """A field added to either must be added to the file, or it would be lost on the way."""
    full = Limits(1, 2, 3.0, 4.0, 5, 6, 7.0, False)
    written = json.loads(write_plan(Plan("p", suite(), (ModelSpec("openai/m"),)), full, "json"))
    assert set(written["limits"]) == {field.name for field in fields(Limits)}
    elsewhere = {"recogniser", "judge_base", "prompt_hash", "versions"}
    assert {field.name for field in fields(Plan)} - elsewhere <= set(written)

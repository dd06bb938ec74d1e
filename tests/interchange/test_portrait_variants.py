"""Answers of models that nobody has seen yet, however their files were saved: they score exactly as by the formula."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from portrait_files import VERSIONS, zipped

from core.analysis.portrait.scorers import SCORERS, points
from core.interchange.portrait import read_portrait
from core.items.bank_read import BankRead
from core.items.dimensions import IDS
from core.runs.bank_build import build, published_answers
from core.runs.bank_checks import checks

UNSEEN, LLAMA = "held-back:2027", "llama-3.1-8b-instruct"
ITEM = ["portrait_id", "option_id"]
EXCLUDED = {("3902-4", "achievement"), ("1901-1", "universalism"), ("2901-4", "extraversion")}


@pytest.fixture(scope="module")
def given(shared_data: Path) -> dict[str, pd.DataFrame]:
    """The shared correlations and scores, the answers of two known models and of one made up with gaps."""
    folder = shared_data / "portrait"
    names = ("correlations", "llm_responses", "llm_scores")
    tables = {name: pd.read_csv(folder / f"{name}.csv") for name in names}
    every = tables["llm_responses"]
    known = every[every["model"].isin([LLAMA, "mistral-small"])]
    unseen = every[every["model"] == "gpt-3.5-turbo"].assign(model=UNSEEN).reset_index(drop=True)
    rng = np.random.default_rng(3)
    drawn = rng.integers(1, 7, (len(unseen), len(VERSIONS))).astype(float)
    drawn[rng.random(drawn.shape) < 0.1] = np.nan
    drawn[::97] = np.nan  # items that no variation answered
    unseen[list(VERSIONS)] = drawn
    return tables | {"llm_responses": pd.concat([known, unseen[7:]], ignore_index=True)}


def by_formula(given: dict[str, pd.DataFrame], model: str) -> dict[str, float]:
    """Centred scores by the paper's rule: the mean of the items with rho > .3 less the mean of all the system's."""
    answers = given["llm_responses"].query("model == @model")
    means = answers.set_index(answers["portrait_id"].astype(str) + "-" + answers["option_id"].astype(str))[
        list(VERSIONS)
    ].mean(axis=1)
    scores: dict[str, float] = {}
    for _, rows in given["correlations"].query("rho > .3").groupby("system"):
        ids = rows["portrait_id"].astype(str) + "-" + rows["option_id"].astype(str)
        pairs = [
            (item, name.lower()) for item, name in zip(ids, rows["dimension"], strict=True) if item in means.dropna()
        ]
        pairs = [pair for pair in pairs if pair not in EXCLUDED]
        centre = means[sorted({item for item, _ in pairs})].mean()
        for name in {name for _, name in pairs}:
            scores[name] = float(means[[item for item, other in pairs if other == name]].mean() - centre)
    return scores


def scored(read: BankRead, model: str, scorer: str = "published") -> dict[str, float]:
    assert not read.problems
    bank = build(read, "b", None)
    answers = published_answers(bank, read.answers)
    made = SCORERS[scorer].make(bank, answers)
    assert made is not None
    return dict(zip(IDS, points(bank, made).score[answers.models.index(model)], strict=True))


def as_csv(given: dict[str, pd.DataFrame]) -> dict[str, bytes]:
    return {f"{name}.csv": table.to_csv(index=False).encode() for name, table in given.items()}


def as_json(given: dict[str, pd.DataFrame], model: str, tags: bool) -> dict[str, bytes]:
    """A model's averaged file, with the known lost tags left out, or without any tags."""
    frame = given["correlations"]
    tagged = {tuple(pair) for pair in frame.loc[frame["rho"].abs() > 0.3, ITEM].to_numpy().tolist()} - {(2011, 1)}
    rows = []
    for row in given["llm_responses"].query("model == @model").to_dict("records"):
        said = {name: None if np.isnan(row[name]) else str(row[name]) for name in VERSIONS}
        mean = float(pd.Series([row[name] for name in VERSIONS]).mean())
        rows.append({key: row[key] for key in ITEM} | {"version_responses": said, "numeric_response": mean})
        if tags and (row["portrait_id"], row["option_id"]) in tagged:
            rows[-1]["correlations"] = [["Power", 0.4]]
    return {f"average_outputs/{model}_averaged_results.json": json.dumps(rows).encode()}


def same(found: dict[str, float], expected: dict[str, float]) -> None:
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True) and len(expected) == 19


def test_a_csv_saved_by_any_program_scores_exactly(given: dict[str, pd.DataFrame]) -> None:
    expected = by_formula(given, UNSEEN)
    same(scored(read_portrait(zipped(as_csv(given)), "plain"), UNSEEN), expected)
    answers = given["llm_responses"].astype(dict.fromkeys(ITEM, float))
    answers = answers.assign(note="ü,;")[[*VERSIONS[::-1], "note", "option_id", "model", "portrait_id"]]
    for missing, line, mark, root in (("", "\r\n", "utf-8-sig", ""), ("NaN", "\n", "utf-8", "a b/c/")):
        saved = answers.sample(frac=1, random_state=1).to_csv(index=False, na_rep=missing, lineterminator=line)
        files = as_csv(given) | {"llm_responses.csv": saved.encode(mark)}
        files |= {"__MACOSX/._llm_responses.csv": b"\x00\x05", "notes/readme.md": b"mine"}
        same(scored(read_portrait(zipped(files, root), "odd"), UNSEEN), expected)


def test_a_json_file_scores_exactly_with_answers_as_text_and_means_that_are_no_number(
    given: dict[str, pd.DataFrame],
) -> None:
    both = as_csv({"correlations": given["correlations"]}) | as_json(given, UNSEEN, tags=True)
    read = read_portrait(zipped(both, "somewhere/else/"), "json")
    assert any(answer is None for _, _, _, answer in read.answers)
    same(scored(read, UNSEEN), by_formula(given, UNSEEN))
    bom = {path: b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n") for path, body in both.items()}
    assert read_portrait(zipped(bom, ""), "bom").answers == read.answers


@pytest.mark.parametrize("form", ["csv", "json", "json without tags"])
def test_the_known_lost_tags_count_where_a_file_cannot_show_them(given: dict[str, pd.DataFrame], form: str) -> None:
    files = as_csv(given)
    if form != "csv":
        del files["llm_responses.csv"]
        files |= as_json(given, LLAMA, tags=form == "json") | as_json(given, UNSEEN, tags=False)
    read = read_portrait(zipped(files), form)
    bank = build(read, "b", None)
    assert bank.lost == {LLAMA: ("2011-1",)}
    (said,) = (
        each for each in checks(read, bank, None, published_answers(bank, read.answers)) if each.name == "scores"
    )
    assert said.ok and f"only with the tags that the published pipeline lost ({LLAMA})" in said.sentence
    published = given["llm_scores"].query("model == @LLAMA").set_index("dimension")["centered_mean"]
    legacy = scored(read, LLAMA, "legacy")
    assert legacy == pytest.approx({name.lower(): score for name, score in published.items()}, abs=1e-12)


def test_a_file_of_scores_belongs_to_the_model_it_names_and_to_no_shorter_one(given: dict[str, pd.DataFrame]) -> None:
    figures = {"centered_mean": "0.5", "original_mean": 4, "std_dev": 0.5, "n": 11.0}
    body: dict[str, object] = {"scores": {"pvq": {"Self_Direction": figures}}}
    folder = "score_results/final_results_0.3_pos_centered"
    told = body | {"meta": {"model_name": "from its meta"}}
    files = {
        f"{folder}/mistral-small-24b-instruct-2501_averaged_results_0.3_pos_centered_scores.json": body,
        f"{folder}/mistral-small_scores.json": body,
        f"{folder}/mistral-small-2_scores.json": told,
    }
    whole = as_csv({name: given[name] for name in ("correlations", "llm_responses")})
    read = read_portrait(zipped(whole | {path: json.dumps(each).encode() for path, each in files.items()}), "s")
    found = sorted(each.model for each in read.scores)
    assert found == ["from its meta", "mistral-small", "mistral-small-24b-instruct-2501"]


def test_items_with_pairs_as_tags_are_read_from_either_file_and_pilots_are_not() -> None:
    query = {
        "portrait_id": 3901,
        "content": {"title": None, "text": "S"},
        "outputs": [
            {"id": 1, "content": "R", "correlations": [["Power", 0.4]], "bfi_correlations": [["Openness", -0.31]]}
        ],
    }
    pilot = json.dumps([{"1": [{"option_id": 1, "data": [[3, "P1"]]}]}]).encode()
    files = {"lm_evaluation/data/Phase1_total.json": json.dumps([query]).encode(), "survey/pilot/pilot_1.json": pilot}
    read = read_portrait(zipped(files), "phase")
    assert not read.problems and not read.ratings
    assert dict(read.correlations) == {("3901-1", "power"): (0.4, None), ("3901-1", "openness"): (-0.31, None)}
    bad = [query | {"outputs": [{"id": 1, "content": "R", "correlations": [["Power"]]}]}]
    told = read_portrait(zipped({"Phase1_total.json": json.dumps([*bad, query]).encode()}), "bad")
    assert [each.row for each in told.problems] == [1] and len(told.items) == 1

"""Importing the official site's figures: both scales and date formats, zeros, markup, bad rows, editions."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from compass_copy import case, file, scored
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.alignment import normalise
from core.cli import main
from core.errors import UserError
from core.interchange.compass import read_compass
from core.interchange.markup import marked
from core.items.compass_read import CompassRead
from core.runs.published import board, keep, side_by_side
from core.store import editions
from core.store.database import Store
from core.values.system import system


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, CompassRead]:
    return {read.measured: read for read in read_compass(shared_data / "compass", "compass")}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store(tmp_path / "store.duckdb")
    yield found
    found.close()


@pytest.fixture
def imported(store: Store, published: dict[str, CompassRead]) -> Store:
    keep(store, list(published.values()))
    return store


def mean_of(store: Store, read: CompassRead, system_id: str, *values: str) -> dict[str, float]:
    """The plain means over these values, or all, by model."""
    chosen = list(values) or list(system(system_id).ids)
    table = board(editions.scores(store, read.hash, system_id), chosen, normalise({}, chosen))
    return dict(zip(table["model"], table["score"], strict=True))


def test_the_published_means_are_reproduced(imported: Store, published: dict[str, CompassRead]) -> None:
    read = published["2025-05"]
    means = mean_of(imported, read, "schwartz")
    assert len(means) == 33 and next(iter(means)) == "o3-mini"
    assert round(means["GPT-4-Turbo"], 2) == 48.07 and round(means["o3-mini"], 2) == 49.79
    transcendence = mean_of(imported, read, "schwartz", "benevolence", "universalism")
    assert next(iter(transcendence.items())) == ("Phi-3.5-MoE-instruct", pytest.approx(72.50, abs=0.005))
    assert round(mean_of(imported, read, "moral_foundations")["Claude-3.5-Sonnet"], 2) == 68.36
    unique = mean_of(imported, read, "llm_unique")
    assert unique["DeepSeek-R1"] == pytest.approx(5.562 / 6 * 100, abs=0.01)


def test_both_scales_come_to_points_of_100(published: dict[str, CompassRead]) -> None:
    new, old = published["2025-05"], published["2025-01"]
    assert {scale for _, scale in new.scales} == {"0 to 100"} and {scale for _, scale in old.scales} == {"0 to 1"}
    cell = {(s.model, s.value): s for s in old.scores if s.system == "schwartz"}["GPT-4-Turbo", "power"]
    assert (cell.score, cell.given) == (-4.41, -0.0441)
    old_mft, new_mft = (
        {(s.model, s.value): s.score for s in read.scores if s.system == "moral_foundations"} for read in (old, new)
    )
    shared = old_mft.keys() & new_mft.keys()
    assert len(shared) > 50 and max(abs(old_mft[key] - new_mft[key]) for key in shared) < 1e-9
    assert any("FULVa" in sentence for sentence in old.missing)


def test_models_have_dates_of_both_forms_and_names_without_blanks(published: dict[str, CompassRead]) -> None:
    models = {one.model: one for one in published["2025-05"].models}
    assert models["LlaMA3.1-8B-CPT-SEA-Lionv3-Instruct"].released == date(2024, 7, 23)
    assert models["GPT-4o"].released == date(2024, 8, 8) and models["GPT-4o"].kind == "closed"
    assert models["Gemini-2.0-Pro"].developer == "Google Deepmind"
    assert sum(one.kind == "closed" for one in models.values()) == 18
    assert {one.kind for one in published["2025-01"].models} == {"open", "closed"}
    assert not published["2025-05"].problems and not published["2025-01"].problems


def test_a_zero_is_a_score_and_an_empty_cell_is_none(store: Store) -> None:
    rows = [scored("zero", *[0] * 9, 50), scored("empty", None, *[20] * 9), scored("text", "n/a", *[20] * 9)]
    (read,) = read_compass({"Schwartz_scores.json": file(rows)}, "mine")
    assert [(problem.row, problem.field) for problem in read.problems] == [
        (2, "Schwartz_scores.json, Self-direction"),
        (3, "Schwartz_scores.json, Self-direction"),
    ]
    keep(store, [read], keep_good=True)
    table = board(editions.scores(store, read.hash, "schwartz"), system("schwartz").ids, normalise({}, ["x"] * 10))
    by_model = table.set_index("model")
    assert by_model.loc["zero", "score"] == 5.0 and by_model.loc["zero", "scored"] == 10
    assert by_model.loc["empty", "scored"] == 9 and by_model["score"].isna().sum() == 2


def test_bad_rows_are_named_and_nothing_is_kept_unless_the_good_ones_are_asked_for(store: Store) -> None:
    rows = [scored("A", *range(10)), scored("A", *range(10)), scored("", *range(10)), scored("B", 400, *range(9))]
    rows.append({"model": "C", "Hedonism": 3, "Happiness": 4})
    (read,) = read_compass({"x/Schwartz_scores.json": file(rows)}, "mine")
    assert [problem.row for problem in read.problems] == [2, 3, 4, 5, 5]
    assert "twice" in read.problems[0].message and "Happiness" in read.problems[3].field
    with pytest.raises(UserError, match=r"5 cells cannot be used.*Row 2, x/Schwartz_scores.json, model"):
        keep(store, [read])
    assert editions.editions(store) == []
    keep(store, [read], keep_good=True)
    assert [edition.models for edition in editions.editions(store)] == [3]


@pytest.mark.parametrize("scores", [[150] + [50] * 9, [-101] + [50] * 9, [float("nan")] + [50] * 9, [True] + [50] * 9])
def test_figures_off_the_scale_are_problems(scores: list[object]) -> None:
    (read,) = read_compass({"Schwartz_scores.json": file([scored("A", *scores)])}, "mine")
    assert [problem.row for problem in read.problems] == [1] and len(read.scores) == 9


def test_models_info_and_heat_map_with_mistakes() -> None:
    info = [
        {"model": " A ", "developer": None, "type": "Open", "release date": "31.12.2024"},
        {"model": "B", "type": "half open", "release date": "2024-12-31"},
        {"model": "C", "type": "Close", "release date": "12/31/2024"},
    ]
    heat = {"models": ["A", "B", "B"], "countries": ["X", "Y"], "cosine_sim_matrix": [[0.1, 2], [0.3], [0, 0]]}
    files = {
        "Schwartz_scores.json": file([scored("A", *range(10)), scored("D", *range(10))]),
        "models_info.json": file(info),
        "value_sim_heatmap.json": json.dumps(heat).encode(),
    }
    (read,) = read_compass(files, "mine")
    told = [(problem.row, problem.field.partition(", ")[2]) for problem in read.problems]
    assert told == [
        *((1, "release date"), (2, "type")),
        *((1, "Y"), (2, "cosine_sim_matrix"), (3, "models")),
    ]
    assert [one.released for one in read.models] == [date(2024, 12, 31)]
    assert read.notes == (
        "scored, but not in the list of models: A, D",
        "listed, but without scores: C",
    )


def test_editions_are_found_in_a_zip_and_equal_ones_count_once(shared_data: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for folder in ("site/data", "site/new-version/data"):
            for path in (shared_data / "compass" / "2025-05").iterdir():
                archive.write(path, f"{folder}/{path.name}")
        archive.writestr("site/_site/data/Schwartz_scores.json", file([scored("A", *range(10))]))
        archive.writestr("../evil/Schwartz_scores.json", file([scored("B", *range(10))]))
    reads = read_compass(packed.getvalue(), "site", measured="2025-02")
    assert [read.name for read in reads] == ["site · site/data", "site · site/_site/data"]
    assert [read.measured for read in reads] == ["2025-02", "2025-02"]
    assert {score.model for score in reads[1].scores} == {"A"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"readme.md": b""}, "holds none of the site's score files"),
        ({"MFT_scores.json": b"<html>"}, "MFT_scores.json is not readable JSON"),
        ({"MFT_scores.json": b"[]"}, "must hold"),
        ({"MFT_scores.json": b'{"data": [1]}'}, "row 1: must be an object"),
        ({"MFT_scores.json": b'{"data": []}'}, "has no scores of Moral Foundations"),
        ({"Schwartz_scores.json": file([scored("A", *range(10))]), "value_sim_heatmap.json": b"{}"}, "is no heat map"),
    ],
)
def test_files_that_are_none_of_the_sites_are_refused(files: dict[str, bytes], message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_compass(files, "mine")


# Evidence in markup


@pytest.mark.parametrize(
    ("text", "plain", "passage"),
    [
        ("I <i>would help</i> her.", "I would help her.", "would help"),
        ("no mark", "no mark", None),
        ("<i>open", "open", None),
        ("shut</i>", "shut", None),
        ("<i></i>nothing", "nothing", None),
        ("<I class='x'>loud</I >!", "loud!", "loud"),
        (
            "an <img src=x onerror=alert(1)> <i>and</i> <b>bold</b>",
            "an <img src=x onerror=alert(1)> and <b>bold</b>",
            "and",
        ),
        ("&lt;i&gt; <i>a &amp; b</i>", "&lt;i&gt; a &amp; b", "a &amp; b"),
        ("one\n\n<i>two\nthree</i>\r\n", "one\n\ntwo\nthree\r\n", "two\nthree"),
        ("<i>a</i> and <i>b</i>", "a and b", "a"),
        ("1 < 2 <i>so</i> 3 > 2", "1 < 2 so 3 > 2", "so"),
    ],
)
def test_the_marked_passage_is_found_and_all_other_markup_stays_text(
    text: str, plain: str, passage: str | None
) -> None:
    found, span = marked(text)
    assert found == plain
    assert (found[span[0] : span[1]] if span else None) == passage


@given(st.text(alphabet="ab<>/i&!-'\n \u2028😀"), st.text(min_size=1, alphabet="abc é\n"), st.text(alphabet="ab&;\n "))
def test_a_marked_passage_after_any_text_leaves_a_span_within_it(before: str, inside: str, after: str) -> None:
    found, span = marked(f"{before}<i>{inside}</i>{after}")
    assert span is None or 0 <= span[0] < span[1] <= len(found)
    if not set("<&") & set(before):
        assert found == before + inside + after and span == (len(before), len(before) + len(inside))


def test_cases_keep_their_evidence_and_are_shown_as_text(store: Store) -> None:
    rows = [
        case("I take charge <img src=x>.", "I <i>take charge</i> <img src=x>."),
        case("Other words, take charge.", "changed: <i>take charge</i>"),
        case("Nothing there.", "<i>elsewhere</i>", model="Off the board", score=98.87),
        case("None.", None),
        case("x", "x", value="Fun"),
    ]
    files = {"Schwartz_scores.json": file([scored("A", *range(10))]), "Schwartz_cases.json": file(rows)}
    (read,) = read_compass(files, "mine")
    assert [(problem.row, problem.field) for problem in read.problems] == [(5, "Schwartz_cases.json, value")]
    assert [one.answer[one.start : one.stop] if one.stop else "" for one in read.cases] == ["take charge"] * 2 + [
        ""
    ] * 2
    keep(store, [read], keep_good=True)
    kept = editions.cases(store, read.hash, "schwartz", "power", editions.case_models(store, read.hash))
    assert kept["start"].tolist()[:2] == [2, 13] and kept["start"].isna().tolist()[2:] == [True, True]
    assert "Off the board" in kept["model"].tolist()


# In the store, beside one's own


def test_the_store_remembers_source_date_hash_and_terms(imported: Store, published: dict[str, CompassRead]) -> None:
    new, old = editions.editions(imported)
    assert (new.label, old.label) == ("published 2025-05", "published 2025-01")
    assert new.hash == published["2025-05"].hash and "No licence is stated" in new.licence
    assert (new.models, old.models) == (33, 22) and new.source == "compass"
    assert editions.systems_of(imported, old.edition_id) == ["schwartz", "moral_foundations", "safety_risks"]
    files = editions.files(imported, new.edition_id)
    assert len(files) == 6 and files["sha256"].str.len().eq(64).all()
    keep(imported, [published["2025-05"]])
    assert len(editions.editions(imported)) == 2
    editions.delete(imported, new.edition_id)
    assert [one.edition_id for one in editions.editions(imported)] == [old.edition_id]
    assert editions.cells(imported, new.edition_id).empty


def test_published_rows_never_carry_an_interval(imported: Store, published: dict[str, CompassRead]) -> None:
    scores = editions.scores(imported, published["2025-05"].hash, "schwartz")
    rows = side_by_side(scores, "published 2025-05", None, ["GPT-4o", "o1"], centred=True)
    assert set(rows["source"]) == {"published 2025-05"} and len(rows) == 20
    assert rows[["low", "high", "n_items"]].isna().all(axis=None)
    assert rows.groupby("model")["score"].mean().abs().max() < 1e-9


def test_the_command_line_imports_and_says_what_the_heat_map_is(
    tmp_path: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--store", str(tmp_path / "s.duckdb")]
    folder = str(shared_data / "compass" / "2025-05")
    assert main(["import-compass", folder, "--name", "Site", "--measured", "2025-02", *there]) == 0
    said = capsys.readouterr().out
    assert "Site, published 2025-02, 33 models" in said and "hedonism put lowest in every model" in said
    assert main(["import-compass", folder, "--json", *there]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["heatmap_forced"] == "hedonism" and told["heatmap_error"] < 1e-9 and told["models"] == 33
    assert main(["import-compass", str(tmp_path / "none"), *there]) == 2
    assert main(["import-compass", "http://example.org/data", *there]) == 2
    assert "only https is called" in capsys.readouterr().err
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "Schwartz_scores.json").write_bytes(file([scored("A", None, *[20] * 9)]))
    assert main(["import-compass", str(bad), *there]) == 2
    assert "Row 1, Schwartz_scores.json, Self-direction" in capsys.readouterr().err
    assert main(["import-compass", str(bad), "--keep-good", *there]) == 0

"""Importing Value Portrait: through its original files, a zip of them, or CSV; and what comes of files that are bad."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from portrait_files import originals, zipped

from core.cli import main
from core.errors import UserError
from core.interchange.portrait import read_portrait
from core.items.bank import PUBLISHED
from core.items.bank_read import BankRead
from core.runs.banks import import_bank
from core.runs.portrait import MODES, OWN, PUBLISHED_WORDS, bank_suite, plan_of
from core.store import banks
from core.store.database import Store

MODELS = ("gpt-3.5-turbo", "claude-3.7-sonnet:thinking", "claude-3.7-sonnet", "llama-3.1-8b-instruct")


@pytest.fixture(scope="module")
def files(shared_data: Path) -> dict[str, bytes]:
    return originals(shared_data / "portrait", MODELS)


@pytest.fixture(scope="module")
def whole(files: dict[str, bytes]) -> BankRead:
    return read_portrait(zipped(files), "copy")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store(tmp_path / "store.duckdb")
    yield found
    found.close()


def small(**changes: object) -> dict[str, bytes]:
    """One query with two responses, in the shape of query-response-tagged.json."""
    query = {
        "portrait_id": 1001,
        "content": {"title": "T", "text": "S"},
        "outputs": [{"id": n, "content": f"R{n}", "correlations": []} for n in (1, 2)],
    }
    return {"query-response-tagged.json": json.dumps([query | changes]).encode()}


def test_the_original_formats_give_the_same_figures_as_the_csv_form(whole: BankRead, shared_data: Path) -> None:
    plain = read_portrait(shared_data / "portrait", "csv")
    assert whole.correlations == plain.correlations and whole.raters == plain.raters
    assert sorted(whole.ratings) == sorted(plain.ratings)
    assert [item.id for item in whole.items] == [item.id for item in plain.items]
    assert [item.group for item in whole.items] == [item.group for item in plain.items]
    assert {each for each in plain.answers if each[0] in MODELS} == set(whole.answers)
    assert not whole.problems and not whole.missing
    assert plain.missing[0].startswith("not found: the texts of the items")


def test_files_are_remembered_by_hash_and_colons_in_names_do_no_harm(whole: BankRead, files: dict[str, bytes]) -> None:
    known = {read.path.removeprefix("ValuePortrait-main/"): read for read in whole.files}
    assert set(known) == set(files)
    for path, body in files.items():
        assert known[path].sha256 == hashlib.sha256(body).hexdigest() and known[path].size == len(body)
    assert "claude-3.7-sonnet:thinking" in {score.model for score in whole.scores}


def test_an_import_says_what_it_reproduced_and_keeps_it_all(whole: BankRead, store: Store) -> None:
    bank = import_bank(store, whole, permutations=20)
    said = {check.name: check for check in banks.checks(store, bank.id)}
    assert "9,282 of 9,880" in said["correlations"].sentence and "R559" in said["correlations"].sentence
    assert said["averages"].ok and "2,080 recomputed" in said["averages"].sentence
    assert said["scores"].ok
    assert "4 of 4 models" in said["scores"].sentence and "(llama-3.1-8b-instruct)" in said["scores"].sentence
    assert bank.lost == {"llama-3.1-8b-instruct": ("2011-1",)}
    again = banks.load_bank(store, bank.id)
    assert again.hash == bank.hash and again.items == bank.items and again.lost == bank.lost
    assert again.licence.startswith("The repository is under the MIT licence, which cannot cover its texts")
    (head,) = banks.banks(store)
    assert (head.items, head.models, head.missing) == (520, 4, ())
    figures = banks.figures(store, bank.id)
    assert len(figures) == 19 and figures["chance"].between(6, 16).all() and figures["people"].max() <= 560
    assert len(banks.files(store, bank.id)) == len(whole.files)
    sizes = {name: plan_of(store, bank, [], mode).suite for name, mode in MODES.items()}
    calls = {name: len(suite.items) * len(MODES[name].variations) for name, suite in sizes.items()}
    assert calls == {"full": 3_120, "values": 1_326, "cheap": 442}
    exact = bank_suite(store, bank, "all", PUBLISHED_WORDS)
    first = exact.by_id["1003-1"].options
    assert len(first) == 7 and first[1].text.startswith("Title: Title 1003\nScenario: Invented situation number 1003.")
    assert bank_suite(store, bank, "all", OWN).hash != exact.hash
    banks.delete_bank(store, bank.id)
    assert not banks.banks(store)
    assert store.rows("SELECT count(*) FROM bank_ratings")[0][0] == 0


def test_a_folder_is_read_where_it_lies(files: dict[str, bytes], tmp_path: Path) -> None:
    for path, body in files.items():
        if "survey" in path or "value.json" in path:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(body)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "correlations.csv").write_text("not,to,be,read\n")
    found = read_portrait(tmp_path, "mine")
    assert len(found.ratings) == 24_320 and len(found.items) == 520 and not found.correlations
    assert [sentence.partition(":")[2].partition(":")[0].strip() for sentence in found.missing] == [
        "the texts of the items",
        "published correlations",
        "answers of published models",
        "published scores",
        "the published prompts",
    ]


def test_texts_alone_are_a_bank_that_can_be_asked_but_not_scored(store: Store) -> None:
    bank = import_bank(store, read_portrait(zipped(small()), "texts"))
    assert bank.askable and not bank.validated and bank.best() is None
    assert len(bank_suite(store, bank).items) == 2
    with pytest.raises(UserError, match="has not all twelve published prompts"):
        bank_suite(store, bank, words=PUBLISHED_WORDS)
    with pytest.raises(UserError, match="no selection of items 'best'"):
        bank_suite(store, bank, "best")


def test_a_bad_row_is_told_by_file_row_and_field_and_nothing_is_kept_unless_the_person_says_so(store: Store) -> None:
    rows = [
        {"portrait_id": "1", "option_id": 1, "pvq_dimension": "Power", "spearman_corr": 0.4, "spearman_p_value": 0.01},
        {"portrait_id": "1", "option_id": 1, "pvq_dimension": "Might", "spearman_corr": 0.4, "spearman_p_value": 0.01},
        {"portrait_id": "1", "option_id": 2, "pvq_dimension": "Power", "spearman_corr": 1.4, "spearman_p_value": 0.01},
        {"portrait_id": "1", "option_id": 2, "pvq_dimension": "Power", "spearman_corr": 0.4, "spearman_p_value": None},
        "not a row",
    ]
    path = "pvq_correlation_results.json"
    read = read_portrait(zipped({path: json.dumps(rows).encode()}, ""), "bad")
    assert [(each.row, each.field.removeprefix(f"{path}, ")) for each in read.problems] == [
        (2, "dimension"),
        (3, "spearman_corr"),
        (4, "spearman_p_value"),
        (5, "portrait_id"),
    ]
    assert "names no known value or trait, got 'Might'" in str(read.problems[0])
    with pytest.raises(UserError, match=r"bad: 4 rows cannot be used, the first: Row 2.*Nothing was kept"):
        import_bank(store, read)
    assert not banks.banks(store)
    bank = import_bank(store, read, keep_good=True)
    assert [item.id for item in bank.items] == ["1-1"] and bank.correlations[PUBLISHED].rho[0, 4] == 0.4


def test_an_import_that_fails_while_it_is_kept_leaves_the_former_bank(store: Store) -> None:
    import_bank(store, read_portrait(zipped(small()), "mine"))
    store.writer.run(lambda con: con.execute("DROP TABLE bank_scores"))
    with pytest.raises(Exception, match="bank_scores"):
        import_bank(store, read_portrait(zipped(small(outputs=[{"id": 9, "content": "new"}])), "mine"))
    assert [item.id for item in banks.load_bank(store, "mine").items] == ["1001-1", "1001-2"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"content": {"title": "T", "text": " "}}, "content.text"),
        ({"outputs": "none"}, "outputs"),
        ({"outputs": [{"id": 1, "content": ""}, {"id": 2, "content": "R"}]}, "outputs.content"),
        ({"outputs": [{"id": 1, "content": "R"}, {"id": 1, "content": "again"}]}, "outputs.id"),
        ({"portrait_id": None}, "portrait_id"),
    ],
)
def test_items_without_text_or_id_are_problems(changes: dict[str, object], field: str) -> None:
    both = {**small(**changes), "correlations.csv": b"portrait_id,option_id,dimension,rho,p\n1,1,Power,0.4,0.01\n"}
    read = read_portrait(zipped(both, ""), "items")
    assert field in str(read.problems[0])


def test_zips_are_believed_in_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a readable zip"):
        read_portrait(b"PK nonsense", "x.zip")
    with pytest.raises(UserError, match="no folder and no zip file"):
        read_portrait(tmp_path / "nowhere", "x")
    with pytest.raises(UserError, match="holds nothing of an item bank"):
        read_portrait(zipped({"readme.txt": b"hello"}), "x.zip")
    outside = {f"../../{name}": body for name, body in small().items()}
    with pytest.raises(UserError, match="holds nothing of an item bank"):
        read_portrait(zipped(outside, ""), "x.zip")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("survey.json", "w") as member:
        for _ in range(101):
            member.write(b" " * 1_000_000)
    with pytest.raises(UserError, match="unpacks to 101,000,000 bytes"):
        read_portrait(out.getvalue(), "bomb.zip")
    with pytest.raises(UserError, match="not readable JSON"):
        read_portrait(zipped({"survey.json": b"[" * 100_000}, ""), "deep.zip")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("portrait_id,option_id,dimension,rho,p\n1,1,Power,0.4,0.01\n")
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / "correlations.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(UserError, match="holds nothing"):
        read_portrait(folder, "copy")


def test_csv_needs_its_columns_and_says_in_which_line_a_cell_is_wrong() -> None:
    with pytest.raises(UserError, match=r"ratings\.csv has no column rating"):
        read_portrait(zipped({"ratings.csv": b"group,portrait_id,option_id,rater\n"}, ""), "x")
    body = b"group,portrait_id,option_id,rater,rating\n0,1,1,P1,6\n0,1,1,P2,7\n0,1,1,P3,2.5\n0,1,1,,3\n0,1\n"
    read = read_portrait(zipped({"ratings.csv": body}, ""), "x")
    assert [each.row for each in read.problems] == [3, 4, 5, 6] and len(read.ratings) == 1


def test_the_command_imports_and_prints_what_was_reproduced(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "store.duckdb")
    assert main(["import-portrait", str(shared_data / "portrait"), "--name", "Mine", "--store", path, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bank_id"] == "mine" and told["items"] == 520 and told["models"] == 24
    assert "24 of 24 models" in next(check["sentence"] for check in told["checks"] if check["name"] == "scores")
    assert main(["import-portrait", str(tmp_path / "none"), "--store", path]) == 2

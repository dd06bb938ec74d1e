"""Labelled texts out of files: a person's CSV, and published formats, with every fault named by its line."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.recognition.labelled import Labelled, checked, read_labelled
from core.recognition.published import read_any_labelled, split_of, value_of

CATEGORIES = ("Self-direction: thought", "Security: personal", "Security: societal", "Face", "Humility")
REFINED = ("Power: resources", "Power: dominance", "Hedonism", "Humility")


def csv(*rows: str, header: str = "text,value,label") -> Labelled:
    return read_labelled("\n".join([header, *rows]).encode(), "mine.csv", "schwartz")


def test_rows_about_one_text_become_one_text() -> None:
    found = csv('"Yes, sir.",power,1', '"Yes, sir.",Self-Direction,0', "No.,HEDONISM,1.0")
    assert [(one.text, dict(one.labels)) for one in found.texts] == [
        ("Yes, sir.", {"power": "present", "self_direction": "absent"}),
        ("No.", {"hedonism": "present"}),
    ]
    assert found.measure == "presence" and not found.problems and len(found.digest) == 64


@pytest.mark.parametrize(
    ("label", "stance"),
    [("supports", "supports"), ("+1", "supports"), ("-1", "opposes"), ("Opposes", "opposes"), ("neutral", "neutral")],
)
def test_labels_with_a_direction(label: str, stance: str) -> None:
    found = csv(f"Text,power,{label}")
    assert found.texts[0].labels == {"power": stance}
    assert found.measure == ("presence" if stance == "neutral" else "stance")


def test_bad_rows_are_named_and_the_good_ones_kept() -> None:
    found = csv('"Two\nlines",power,1', ",power,1", "a,greed,1", "a,power,maybe", "a,power", "b,power,1", "b,power,0")
    assert [(problem.row, problem.field) for problem in found.problems] == [
        (4, "text"),
        (5, "value"),
        (6, "label"),
        (7, "row"),
        (9, "value"),
    ]
    assert "Line 8 has labelled this text for power already." in found.problems[-1].message
    assert [one.text for one in found.texts] == ["Two\nlines", "b"]


def test_questions_splits_and_groups() -> None:
    header = "Question,TEXT,value,label,split,group"
    found = csv("Q?,a,power,1,dev,g1", ",a,power,0,dev,", ",c,power,0,test,", header=header)
    assert [(one.question, one.group) for one in found.texts] == [("Q?", "g1"), ("", "a"), ("", "c")]
    assert [one.text for one in found.part("test").texts] == ["c"]
    with pytest.raises(UserError, match="its splits: dev, test"):
        found.part("validation")


def test_a_sample_is_the_same_each_time() -> None:
    found = csv(*(f"t{n},power,1" for n in range(50)))
    first = found.sample(10)
    assert first == found.sample(10) and len(first.texts) == 10 and first.split == "10 drawn"
    assert [int(one.text[1:]) for one in first.texts] == sorted(int(one.text[1:]) for one in first.texts)
    assert found.sample(50) is found


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"text,value\na,power\n", "lacks the column label"),
        (b"text,value,label,text\n", "names the column text more than once"),
        (b'text,value,label\n"a,power,1\n', "starts at line 2"),
        ("text,value,label\ncafé,power,1".encode("latin-1"), "not UTF-8 text .line 2"),
        (b"text,value,label\n,power,1\n", "no labelled text that can be used. The first problem: Row 2, text"),
    ],
)
def test_files_that_cannot_be_used(data: bytes, says: str) -> None:
    with pytest.raises(UserError, match=says):
        checked(read_labelled(data, "mine.csv", "schwartz"))


@pytest.mark.parametrize(
    ("category", "value"),
    [("Face", "power"), ("Humility", "tradition"), ("Universalism: nature", "universalism"), ("Greed", None)],
)
def test_categories_become_values(category: str, value: str | None) -> None:
    assert value_of(category) == value


def arguments(folder: Path, labels: str = "A1\t0\t1\t1\t1\t0\nA2\t0\t0\t0\t0\t0\n") -> Path:
    path = folder / "arguments-validation.tsv"
    path.write_text(
        'Argument ID\tConclusion\tStance\tPremise\nA1\tBan it\tagainst\tan "odd" premise\nA2\tBan it\tin favor of\tp2\n'
    )
    (folder / "labels-validation.tsv").write_text("\t".join(["Argument ID", *CATEGORIES]) + "\n" + labels)
    return path


def read(path: Path, labels: Path | None = None, system: str = "schwartz") -> Labelled:
    return read_any_labelled(path, path.read_bytes(), labels, labels.read_bytes() if labels else None, system)


def test_valueeval_arguments(tmp_path: Path) -> None:
    found = read(arguments(tmp_path))
    first, second = found.texts
    assert (first.text, first.question, first.group) == ('an "odd" premise', "Ban it (against)", "Ban it")
    assert {value for value, label in first.labels.items() if label == "present"} == {"security", "power"}
    assert set(second.labels.values()) == {"absent"} and len(second.labels) == 10
    assert (found.measure, first.split) == ("presence", "validation")


def test_valueeval_faults_are_named(tmp_path: Path) -> None:
    found = read(arguments(tmp_path, "A1\t0\t1\t1\t1\tmany\n"))
    assert [problem.row for problem in found.problems] == [2, 2, 3] and not found.texts
    path = arguments(tmp_path)
    (tmp_path / "labels-validation.tsv").unlink()
    with pytest.raises(UserError, match=r"labels-validation\.tsv cannot be opened"):
        read(path)
    with pytest.raises(UserError, match="no file of ValueEval's labels"):
        read(path, path)
    with pytest.raises(UserError, match="leave out --system"):
        read(path, system="moral_foundations")
    other = path.rename(tmp_path / "mine.tsv")
    with pytest.raises(UserError, match="name their file with --labels"):
        read(other)


def test_valueeval_sentences_have_a_direction(tmp_path: Path) -> None:
    folder = tmp_path / "test-english"
    folder.mkdir()
    path = folder / "sentences.tsv"
    path.write_text("Text-ID\tSentence-ID\tText\nEN_1\t1\tFirst.\nEN_1\t2\tSecond.\n")
    columns = [f"{name} {way}" for name in REFINED for way in ("attained", "constrained")]
    (folder / "labels.tsv").write_text(
        "\t".join(["Text-ID", "Sentence-ID", *columns])
        + "\nEN_1\t1\t1\t0\t1\t0\t0\t1\t0.5\t0.5\nEN_1\t2\t1.0\t0\t0\t1\t0\t0\t0\t0\n"
    )
    found = read(path)
    first, second = found.texts
    assert (first.text, first.group, first.split) == ("First.", "EN_1", "test")
    stances = {value: first.labels[value] for value in ("power", "hedonism", "tradition", "security")}
    assert stances == {"power": "supports", "hedonism": "opposes", "tradition": "present", "security": "neutral"}
    assert second.labels["power"] == "present"  # dominance constrained, resources attained
    assert found.measure == "stance" and split_of(path) == "test"


def test_fulcra_lines(tmp_path: Path) -> None:
    path = tmp_path / "fulcra.jsonl"
    path.write_text(
        '{"dialogue": "Human: May I?\\nBob: No.\\nNever.", "value_types": ["security: +1", "humility:=1"]}\n'
        '{"dialogue": "Just a text", "value_types": ["power: -1", "power: 1+", "security:-1"]}\n\n'
        '{"dialogue": "x", "value_types": ["greed: +1"]}\nnot json\n{"dialogue": 3, "value_types": []}\n'
    )
    found = read(path)
    first, second = found.texts
    assert (first.question, first.text) == ("May I?", "No.\nNever.") and second.question == ""
    assert (first.labels["security"], first.labels["tradition"]) == ("supports", "supports")
    assert (second.labels["power"], second.labels["security"]) == ("present", "opposes")
    assert first.labels["hedonism"] == "neutral"
    assert [(problem.row, problem.field) for problem in found.problems] == [
        (4, "value_types"),
        (5, "line"),
        (6, "dialogue"),
    ]


HEADS = (b"text,value,label\n", b"Argument ID\tPremise\n", b"Text-ID\tSentence-ID\tText\n", b'{"dialogue": "a", ', b"")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["a.csv", "arguments.tsv", "a.jsonl"]), st.sampled_from(HEADS), st.binary(max_size=60), st.data()
)
def test_any_bytes_are_texts_or_a_sentence(name: str, head: bytes, body: bytes, data: st.DataObject) -> None:
    labels = data.draw(st.sampled_from([b"Argument ID\tFace\nA\t1\n", b"Text-ID\tSentence-ID\tFace attained\n", body]))
    try:
        found = read_any_labelled(Path(name), head + body, Path("labels.tsv"), labels, "schwartz")
    except UserError as error:
        assert "\n" not in str(error)
    else:
        assert all(one.text.strip() and one.labels for one in found.texts)


def test_the_published_arguments_are_read_whole(shared_data: Path) -> None:
    found = read(shared_data / "recognition" / "valueeval23" / "arguments-validation.tsv")
    assert len(found.texts) == 1896 and not found.problems
    rate = sum(one.labels["universalism"] == "present" for one in found.texts) / 1896
    assert rate == pytest.approx(0.5802, abs=1e-4)

"""Labels as a file: what is written is read back the same, and every bad row is named."""

from datetime import datetime

import pytest
from builders import NASTY, add_responses, add_run, response, suite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.recognition.human import ValueLabel, checked, in_measure, labeller_name
from core.runs.label_file import COLUMNS, read_labels, write_labels
from core.store import labels
from core.store.database import Store
from core.store.labels import NewLabel
from core.values.system import system

IDS = system("schwartz").ids
TEXT = "".join(NASTY.values())


def fill(store: Store) -> None:
    add_run(store, of=suite(5))
    add_responses(store, *(response(n, item_id=f"i{n}", text=TEXT) for n in range(1, 6)))


@pytest.fixture
def run(store: Store) -> Store:
    """Five answers, all of the most awkward text there is."""
    fill(store)
    return store


spans = st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, len(TEXT))).filter(lambda span: span[0] < span[1])
evidence = st.lists(spans, max_size=3, unique=True).map(lambda found: tuple(sorted(found)))
stated = st.one_of(
    st.builds(ValueLabel, st.just(""), st.sampled_from(["supports", "opposes"]), st.sampled_from([1, 2]), evidence),
    st.builds(ValueLabel, st.just(""), st.just("present"), st.just(0), evidence),
    st.builds(ValueLabel, st.just(""), st.just("neutral")),
)
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40).map(str.strip)
names = words.filter(lambda name: name and name.isprintable() and name == " ".join(name.split()))
drawn = st.sampled_from([("random", 3), ("least", 0), ("random", None), ("disagreement", None), ("imported", None)])
times = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))


@st.composite
def new_labels(draw: st.DrawFn) -> NewLabel:
    values = tuple(ValueLabel(v, one.stance, one.intensity, one.evidence) for v in IDS for one in [draw(stated)])
    given = draw(st.tuples(st.integers(1, 5), names, drawn, words, st.booleans(), times))
    trial, who, (how, seed), note, blind, when = given
    return NewLabel("r1", trial, who, how, seed, values, note, blind, when)


def forget(store: Store) -> None:
    for table in ("labels", "label_values"):
        store.writer.run(lambda con, table=table: con.execute(f"DELETE FROM {table}"))


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(found=st.lists(new_labels(), max_size=5))
def test_what_is_written_is_read_back_and_written_the_same(run: Store, found: list[NewLabel]) -> None:
    forget(run)
    labels.add(run, found)
    data = write_labels(run, "r1")
    again = read_labels(data, "labels.csv", run, "r1")
    assert not again.problems and not again.labels
    assert again.unchanged == len({(one.trial_id, one.labeller) for one in found})
    forget(run)
    read = read_labels(data, "labels.csv", run, "r1")
    assert not read.problems and not read.unchanged
    labels.add(run, read.labels)
    assert write_labels(run, "r1") == data


def csv(*rows: str, header: str = "trial_id,labeller,value,stance,intensity,evidence") -> bytes:
    return "\n".join((header, *rows)).encode()


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ("9,ada,power,supports,2,", "trial_id", "no answer '9'"),
        ("x,ada,power,supports,2,", "trial_id", "no answer 'x'"),
        ("1,ada,honour,supports,2,", "value", "no value 'honour'"),
        ("1,ada,power,likes,2,", "stance", "must be supports, opposes, present, neutral"),
        ("1,ada,power,supports,3,", "stance", "must be 1 or 2, got '3'"),
        ("1,ada,power,supports,2,five-9", "evidence", "such as 0-12"),
        ("1,ada,power,supports,2,9-5", "stance", "no span"),
        (f"1,ada,power,supports,2,0-{len(TEXT) + 1}", "evidence", "no span"),
        ("1,ada,power,neutral,,0-5", "stance", "not there"),
        ("1,,power,supports,2,", "labeller", "needs a name"),
        ("1,ada,power", "row", "3 fields"),
    ],
)
def test_a_bad_row_is_named_and_spoils_its_own_label_only(run: Store, row: str, field: str, said: str) -> None:
    read = read_labels(csv("2,ada,power,supports,1,0-3", row, "1,ada,security,opposes,2,"), "mine.csv", run, "r1")
    (problem,) = read.problems
    assert (problem.row, problem.field) == (3, field) and said in problem.message
    kept = [one.trial_id for one in read.labels]
    assert kept == ([2] if row.startswith("1,ada,") and field != "row" else [2, 1])


def test_twice_the_same_value_and_rows_that_differ_in_what_is_the_label_s(run: Store) -> None:
    header = "trial_id,labeller,value,stance,note"
    rows = ("1,ada,power,supports,a", "1,ada,power,supports,a", "2,ada,power,supports,a", "2,ada,security,neutral,b")
    read = read_labels(csv(*rows, header=header), "mine.csv", run, "r1")
    assert [(one.row, one.field) for one in read.problems] == [(3, "value"), (5, "row")] and not read.labels


def test_an_answer_of_another_run_is_noticed(run: Store) -> None:
    read = read_labels(
        csv("1,ada,power,supports,other", header="trial_id,labeller,value,stance,model"), "f.csv", run, "r1"
    )
    assert "is of 'm', not 'other'" in str(read.problems[0])


def test_an_author_stands_in_for_the_column(run: Store) -> None:
    plain = csv("1,power,supports", header="trial_id,value,stance")
    with pytest.raises(UserError, match="no column labeller"):
        read_labels(plain, "f.csv", run, "r1")
    (one,) = read_labels(plain, "f.csv", run, "r1", "ada").labels
    assert (one.labeller, one.drawn, one.seed, one.blind) == ("ada", "imported", None, True)
    assert {each.stance for each in one.values} == {"supports", "neutral"} and one.values[4].intensity == 2
    (other,) = read_labels(csv("1,bob,power,supports,,"), "f.csv", run, "r1", "ada").labels
    assert other.labeller == "ada"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"a,b\n1,2", "lacks the column trial_id"),
        (b"trial_id,value,stance,value\n", "more than once"),
        (b"\xff\xfe", "not UTF-8"),
        (b'trial_id,value,stance,labeller\n1,"power,supports,x', "quotation marks"),
    ],
)
def test_files_that_are_no_labels(run: Store, data: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_labels(data, "mine.csv", run, "r1")
    with pytest.raises(UserError, match="no run"):
        write_labels(run, "nobody")


def test_without_labels_the_file_is_its_header(run: Store) -> None:
    assert write_labels(run, "r1").decode() == ",".join(COLUMNS) + "\r\n"


# What a label is


@pytest.mark.parametrize(
    ("stance", "intensity", "as_stance", "as_presence"),
    [
        ("supports", 2, ("supports", 1.0), ("present", 1.0)),
        ("supports", 1, ("supports", 0.5), ("present", 1.0)),
        ("opposes", 1, ("opposes", -0.5), ("present", 1.0)),
        ("present", 0, ("neutral", 0.0), ("present", 1.0)),
        ("neutral", 0, ("neutral", 0.0), ("absent", 0.0)),
    ],
)
def test_one_label_is_comparable_with_both_kinds_of_reading(
    stance: str, intensity: int, as_stance: tuple[str, float], as_presence: tuple[str, float]
) -> None:
    assert in_measure(stance, intensity, "stance") == as_stance
    assert in_measure(stance, intensity, "presence") == as_presence


@pytest.mark.parametrize(
    "sent",
    [
        *(None, [], "supports", {"honour": {"stance": "neutral"}}, {"power": None}, {"power": {"stance": "likes"}}),
        *({"power": {"stance": "supports", "intensity": each}} for each in (0, 3, True, 1.0, "2")),
        *(
            {"power": {"stance": "present", "evidence": each}}
            for each in ("ab", [[0]], [[0, 1, 2]], [[-1, 2]], [[3, 3]], [[0, 11]], [[0.0, 1.0]], [[0, 1]] * 51, [None])
        ),
        {"power": {"stance": "neutral", "evidence": [[0, 1]]}},
    ],
)
def test_what_a_browser_may_send_that_is_no_label(sent: object) -> None:
    with pytest.raises(UserError):
        checked(sent, IDS, 10)


def test_names_of_labellers() -> None:
    assert labeller_name("  Ada   L. ") == "Ada L."
    for name in ("", " ", "x" * 41, "a\x1bb", "a\u202eb"):
        with pytest.raises(UserError, match="1 to 40"):
            labeller_name(name)

"""The seven orientations: a table of their own, which never becomes weights."""

from pathlib import Path

from browsing import frame, visit

from core.values.cultures import ORIENTATION_NAMES, orientations


def test_all_samples_stand_in_the_table_with_their_source(empty_app: Path) -> None:
    at = visit("orientations")
    table = frame(at, *ORIENTATION_NAMES)
    assert len(table) == len(orientations()) == 83
    assert (table["note"] == "mean of two samples").sum() == 3
    assert any(orientations()[0].source in caption.value for caption in at.caption)


def test_samples_can_be_chosen_in_the_url(empty_app: Path) -> None:
    names = [one.name for one in orientations()][:2]
    assert frame(visit("orientations", samples=names), *ORIENTATION_NAMES)["sample"].tolist() == names


def test_no_profile_comes_from_them(small_app: Path) -> None:
    at = visit("profile")
    (choice,) = [box for box in at.selectbox if box.label == "Whose values count"]
    assert not {one.name for one in orientations()} & {"Japan", "China"} & set(choice.options)

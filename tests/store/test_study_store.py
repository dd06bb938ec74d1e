"""Studies in a real store: what was said stays as it was said, and one rater can be deleted whole."""

from dataclasses import replace
from pathlib import Path

import pytest
from study_made import draft, item, people, sit, study

from core.errors import UserError
from core.items.sitting import Sitting, Step, rate, steps
from core.items.study import OPEN, VALIDATED, with_items
from core.store import studies
from core.store.database import Store
from core.store.studies import Look

MADE = study(10)


def begun(store: Store, code: str = "BBBBBBBB") -> Sitting:
    studies.save_study(store, MADE)
    return studies.begin(store, MADE.id, code, "hash")


def test_a_study_comes_back_as_it_was_kept(store: Store) -> None:
    hostile = replace(item(1, ("power", "hedonism")), text="'; DROP TABLE studies; --", title="<script>", source="own")
    made = with_items(draft(0), [hostile, item(2)])
    studies.save_study(store, made)
    assert studies.load_study(store, made.id) == made
    studies.save_study(store, MADE)
    assert studies.load_study(store, MADE.id) == MADE
    (head,) = studies.studies(store)
    assert (head.items, head.raters, head.finished, head.stage) == (10, 0, 0, OPEN)
    with pytest.raises(UserError, match="no study 'none'"):
        studies.load_study(store, "none")


def test_ratings_are_only_ever_added(store: Store) -> None:
    sitting = begun(store)
    first, second = steps(MADE, sitting.code)[:2]
    one = rate(MADE, sitting, first, 4, 1.25)
    studies.keep(store, one, False)
    studies.keep(store, rate(MADE, sitting, first, 1), False)  # another tab, which knew of nothing
    studies.keep(store, rate(MADE, one, second, 2), False)
    found = studies.sitting(store, MADE.id, sitting.code)
    assert found is not None
    assert [(g.rating, g.seconds) for g in found.given] == [(4, 1.25), (2, 0.0)]
    assert studies.begin(store, MADE.id, sitting.code, "hash") == found


def test_whole_sittings_survive_the_process(store: Store, tmp_path: Path) -> None:
    begun(store)
    whole = [sit(MADE, person) for person in people(0, 12, 40)]
    studies.add_sittings(store, [(one, True) for one in whole], "elsewhere")
    store.close()
    again = Store(tmp_path / "store.duckdb")
    kept = {one.code: one for one in studies.sittings(again, MADE.id)}
    assert [kept[one.code] for one in whole] == whole and len(kept) == 13
    again.close()


def test_sittings_are_added_all_or_none(store: Store) -> None:
    begun(store, "BBBBBBBB")
    (one,) = [sit(MADE, person) for person in people(0, 1, 40)]
    with pytest.raises(UserError, match="BBBBBBBB is in this study already"):
        studies.add_sittings(store, [(one, True), (replace(one, code="BBBBBBBB"), True)], "elsewhere")
    assert [each.code for each in studies.sittings(store, MADE.id)] == ["BBBBBBBB"]


def test_a_deleted_rater_is_gone_everywhere_and_stays_so(store: Store) -> None:
    begun(store)
    first, second = (sit(MADE, person) for person in people(0, 3, 40)[1:])
    studies.add_sittings(store, [(first, True), (second, True)], "elsewhere")
    studies.delete_rater(store, MADE.id, first.code)
    names = store.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type = 'VARCHAR' AND NOT internal"
    )
    assert names
    for table, column in names:
        assert not store.rows(f'SELECT 1 FROM "{table}" WHERE "{column}" = ?', [first.code]), table
    assert studies.sitting(store, MADE.id, second.code) == second
    with pytest.raises(UserError, match="has been deleted"):  # a tab that is still open
        studies.keep(store, first, True)
    assert studies.sitting(store, MADE.id, first.code) is None
    with pytest.raises(UserError, match="no rater"):
        studies.delete_rater(store, MADE.id, first.code)


def test_a_look_is_kept_with_the_states_it_gave(store: Store) -> None:
    begun(store)
    after = replace(MADE, items=(replace(MADE.items[0], state=VALIDATED), *MADE.items[1:]))
    studies.add_look(store, after, Look(40, 30, 2, 0, 1, "{}"))
    studies.add_look(store, after, Look(50, 30, 2, 0, 1, "{}", "bank-1"))
    assert studies.load_study(store, MADE.id) == after
    assert studies.looks(store, MADE.id)["look"].tolist() == [1, 2]


def test_a_deleted_study_leaves_nothing(store: Store) -> None:
    sitting = begun(store)
    before = studies.version(store, MADE.id)
    studies.keep(store, rate(MADE, sitting, steps(MADE, sitting.code)[0], 3), False)
    assert studies.version(store, MADE.id) != before
    studies.delete_study(store, MADE.id)
    assert not studies.studies(store) and not studies.sittings(store, MADE.id)
    with pytest.raises(UserError, match="has been deleted"):
        studies.keep(store, rate(MADE, sitting, Step("item", steps(MADE, sitting.code)[0].item_id), 3), False)

"""Models on evolved questions: asking them, how they stand, what they said, everyday against stress."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import WAIT_S, figures, frame, leave, manager, one, texts, visit

from core.items.shipped import shipped_suite, starter
from core.methods.adaem.seeds import seed_suite
from core.models.base import ModelSpec
from core.runs.evaluation import evaluated, evaluation_plan
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store.database import ENVIRONMENT, Store
from core.store.queries import RunHead

SPECS = tuple(ModelSpec(f"simulated/{name}") for name in ("self-enhancing", "conserving", "reticent"))


@pytest.fixture(scope="module")
def evaluated_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("evaluated") / "store.duckdb"
    made = RunManager(Store(path))
    for plan in (evaluation_plan(seed_suite(), SPECS), Plan("Daily", starter(shipped_suite("everyday")), SPECS)):
        assert made.wait(made.start(plan), WAIT_S)
    made.close()
    yield path
    leave(path)


@pytest.fixture
def evaluated_app(evaluated_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(ENVIRONMENT, str(evaluated_store))
    return evaluated_store


def test_without_an_evaluation_the_form_offers_the_seeds_and_starts_a_run(empty_app: Path) -> None:
    at = visit("evolve", evolve_view="Models on these questions")
    assert "No model was asked yet" in texts(at)
    at.session_state["evolve_models"] = ["simulated/even"]
    at.run()
    one(at.button, "Ask them").click()
    at.run()
    assert not at.exception
    (run_id,) = [head.run_id for head in evaluation_heads()]
    assert manager().wait(run_id, WAIT_S)
    at.run()
    assert not at.exception and "A comparison needs two models" in texts(at)


def evaluation_heads() -> list[RunHead]:
    return [run for found in evaluated(manager().store) for run in found.runs]


def test_models_stand_beside_each_other_and_their_points_are_read(evaluated_app: Path) -> None:
    at = visit("evolve", evolve_view="Models on these questions")
    table = frame(at, "group", "decided")
    assert len(table) == 30 and set(table["n_asked"]) == {72}
    power = table[table["value"] == "Power"].set_index("model")["score"]
    assert power.idxmax() == "simulated/self-enhancing"
    shown = texts(at)
    assert "refused" in shown and "shows " in shown and "stance: " in shown
    at.selectbox(key="evolve_by").set_value("within").run()
    assert not at.exception
    assert [figure["layout"]["title"]["text"] for figure in figures(at)] == ["Within each model: 72 questions"]


def test_a_profile_everyday_stands_beside_the_one_under_stress(evaluated_app: Path) -> None:
    at = visit("evolve", evolve_view="Everyday against stress")
    rows = frame(at, "everyday", "stress")
    assert len(rows) == 10 and abs(rows["everyday"].sum()) < 1e-3 and set(rows["everyday_n"]) == {30}
    assert "The two profiles correlate" in texts(at)

"""While a run writes, pages show the scores they have instead of taking them anew at every write."""

from pathlib import Path

import pytest
from browsing import WAIT_S, manager
from builders import until
from servers import Answer, completion, echo, serve

from core.items.shipped import shipped_suite, starter
from core.models.base import ModelSpec
from core.runs.plan import Plan
from core.store import queries
from pages.shared import resources


def test_scores_rest_while_their_run_goes_on(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "PAUSE_S", WAIT_S)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    said = Answer(body=completion("I would help my friend and keep my promise."), delay_s=0.5)
    with serve(lambda _: said) as server:
        plan = Plan("Slow", starter(shipped_suite("everyday")), (ModelSpec("openai/slow", server.address),), probes=0)
        run_id = manager().start(plan)
        store, head = manager().store, queries.run(manager().store, run_id)
        assert until(lambda: not queries.item_scores(store, [run_id]).empty, WAIT_S)
        first = resources.results([run_id], head.system, head.measure, False)
        read = first.outcomes["scored"].item()
        assert until(lambda: queries.item_scores(store, [run_id])["n"].sum() > 10 * read, WAIT_S)
        assert manager().running(run_id)
        assert resources.results([run_id], head.system, head.measure, False) is first
        server.script = echo
        assert manager().wait(run_id, WAIT_S)
    ended = resources.results([run_id], head.system, head.measure, False)
    assert ended.outcomes["scored"].item() == 30 > read
    assert resources.results([run_id], head.system, head.measure, False) is ended

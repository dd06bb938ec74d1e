"""Searches on the command line: from a plan file to its questions, killed and resumed, and sat by another model."""

import json
import signal
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from commanding import start, told, until
from servers import Answer, FaultyServer, completion, serve

from core.cli import main
from core.cli.search_words import ACTIONS
from core.errors import UserError
from core.paths import ROOT
from core.runs.evolved import evolved, pair_table, table
from core.runs.search_file import read_search
from core.store import ledger, searches
from core.store.database import Store

LIKES = {
    "a": "1. Faith: our church and the customs of our ancestors.\n2. Family: help your mother and your sisters.",
    "b": "1. Freedom: think for yourself, with your own ideas.\n2. Fun: enjoy parties, wine and good music.",
    "c": "1. Safety: crime and danger are kept away.\n2. Law: the rules must be obeyed by all.",
    "new": "1. Wealth: money and success.\n2. Law: the rules must be obeyed by all.",
}


def answering(delay_s: float = 0.0) -> AbstractContextManager[FaultyServer]:
    def script(request: dict[str, Any]) -> Answer:
        return Answer(body=completion(f"Stance: yes\nKey points:\n{LIKES[request['model']]}"), delay_s=delay_s)

    return serve(script)


def plan(folder: Path, address: str, settings: str = "pulls = 5\nwidth = 2") -> str:
    panel = "".join(
        f'[[{part}]]\nname = "hosted_vllm/{name}"\napi_base = "{address}"\n'
        for part, name in (("panel", "a"), ("panel", "b"), ("further", "c"))
    )
    path = folder / "search.toml"
    path.write_text(
        f'format = 1\nname = "Mine"\n{panel}\n[settings]\narms = 3\nrefinements = 1\nshortlist = 3\nwordings = 3\n'
        f"permutations = 99\nlevel = 0.9\n{settings}\n"
    )
    return str(path)


def rows(path: Path, search_id: str) -> list[str]:
    with closing(Store(path)) as store:
        return [str(row) for row in searches.questions(store, search_id)]


def test_a_search_is_followed_shown_exported_and_sat(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering() as server:
        file = plan(tmp_path, server.address)
        code, dry = told(capsys, "search", "start", file, "--dry-run")
        assert code == 0 and server.count == 0 and [one["event"] for one in dry] == ["estimate"]
        code, events = told(capsys, "search", "start", file)
        assert code == 0
        kinds = [one["event"] for one in events]
        assert kinds[:2] == ["estimate", "started"] and kinds[-2:] == ["progress", "finished"]
        last = events[-1]
        assert last["state"] == "done" and last["exit_code"] == 0 and last["pulls"] == 5
        assert last["spent"]["calls"] == server.count <= dry[0]["calls"]
        assert last["spent"]["unpriced"] and last["cost_each"] is None
        assert last["confirmed"] and last["calls_each"] == server.count / last["confirmed"]
        search_id = last["search_id"]
        code, (*_, end) = told(capsys, "search", "sit", search_id, "--model", "hosted_vllm/new",
                                         "--api-base", server.address, "--keep-negative")  # fmt: skip
        assert code == 0 and end["asked"] + end["saved"] == last["confirmed"] and len(end["scores"]) == 10
    capsys.readouterr()
    assert main(["search", "list", "--json"]) == 0
    assert [one["search_id"] for one in json.loads(capsys.readouterr().out)] == [search_id]
    assert main(["search", "show", search_id, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    scored = [one for one in shown["questions"] if one["score"] is not None]
    assert scored and all(one["published"] > 0 for one in scored)
    out = tmp_path / "questions.csv"
    assert main(["search", "export", search_id, "--confirmed", "--out", str(out)]) == 0
    assert len(out.read_text().splitlines()) == 1 + last["confirmed"]
    assert main(["search", "show", search_id]) == 0 and "calls an accepted question" in capsys.readouterr().out


def test_a_search_that_was_killed_comes_to_the_same_end(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering() as server:
        code, events = told(capsys, "search", "start", plan(tmp_path, server.address))
        whole, calls = events[-1]["search_id"], server.count
        with closing(Store(store)) as kept:
            found = evolved(kept, whole)
            asked = [question for question in found.questions if question.status not in ("invalid", "duplicate")]
            confirmed = len(found.tried) * 3 * 3  # wordings x jury
            assert code == 0 and calls == 2 * len(asked) + confirmed  # the panel, then the jury
            assert ledger.spent(kept, whole)[0] == calls
    killed = tmp_path / "killed.duckdb"
    with answering(0.15) as server:
        run = start("search", "start", plan(tmp_path, server.address), POLYCOMPASS_STORE=str(killed))
        until(lambda: server.count >= 15)
        run.send_signal(signal.SIGKILL)
        run.wait(20)
    assert run.returncode == -9
    with answering() as server:
        # The resumed search asks at the address of its plan.
        monkeypatch.setenv("POLYCOMPASS_STORE", str(killed))
        with closing(Store(killed)) as kept:
            (head,) = searches.heads(kept)
            text = head.plan.replace(json.loads(head.plan)["panel"][0]["model"]["api_base"], server.address)
            kept.writer.run(lambda con: con.execute("UPDATE searches SET plan = ?", [text]))
            done = ledger.spent(kept, head.search_id)[0]
            assert 0 < done < calls
        code, events = told(capsys, "search", "resume", head.search_id)
        assert code == 0 and events[-1]["state"] == "done"
    assert rows(killed, head.search_id) == rows(store, whole)


def test_pairs_are_covered_and_counted(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering() as server:
        code, events = told(capsys, "search", "start", plan(tmp_path, server.address, "per_pair = 1"))
    assert code == 0 and events[-1]["pulls"] == 45
    with closing(Store(store)) as kept:
        found = evolved(kept, events[-1]["search_id"])
        covered = pair_table(found)
        assert len(covered) == 45 and covered["written"].min() >= 1 and "published" in table(found)


def test_a_plan_that_is_wrong_says_where(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text, said in (
        ("format = 2", "must be 1"),
        ('format = 1\n[settings]\narms = "many"', "settings: the field 'arms' must be a whole number"),
        ("format = 1", "two members or more"),
        ('format = 1\nseeds = "none.csv"', "cannot be read"),
        ('format = 1\n[reading]\nrecogniser = "judge"', "with the field judge"),
    ):
        with pytest.raises(UserError, match=said):
            read_search(text.encode(), "s.toml", tmp_path)
    assert main(["search", "start"]) == 2 and "needs a plan file" in capsys.readouterr().err
    assert main(["search", "resume", "x"]) == 2


def test_every_action_and_the_plan_file_are_documented(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "headless.md").read_text(encoding="utf-8")
    assert all(f"search {action}" in text or f"| {action} " in text for action in ACTIONS)
    block = text.split("## Searches for telling questions")[1].split("```toml\n")[1].split("```")[0]
    read = read_search(block.encode(), "search.toml", tmp_path)
    assert read.plan.author and len(read.plan.jury) == 3 and read.limits.max_calls == 10_000

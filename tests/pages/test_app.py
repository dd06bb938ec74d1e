"""What all pages have in common: none fails on any store, none shows text from outside as anything but text."""

import ast
import html
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from browsing import EXPLORE, PAGES, TITLES, calm, everything, figures, go, markup, session, texts, visit
from stores import EVIL, HUGE, IMAGE, JUDGED, SCRIPT, TRICKS
from streamlit.testing.v1 import AppTest

from core.paths import ROOT

# These show a string as it is: the browser gets text nodes, a canvas or a tree, never markup.
VERBATIM = {"text", "code", "json", "dataframe", "selectbox", "multiselect", "text_input", "text_area"}
ACTIVE = ("![", "](", "<script", "<img", "$$\\href", EVIL, ":material/home")


LONG = pytest.mark.long  # fifty models have tests of their own on the pages where they matter


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("app", ["empty_app", "small_app", pytest.param("large_app", marks=LONG), "hostile_app"])
def test_every_page_opens_on_every_store(page: str, app: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(app)
    at = visit(page)
    assert [title.value for title in at.title] == [TITLES[page]]


def test_one_session_walks_through_all_pages_and_keeps_its_choices(small_app: Path) -> None:
    at = visit()
    at.multiselect(key="models").set_value(["simulated/reticent"]).run()
    at.selectbox(key="profile").set_value("conservation").run()
    for page in [*PAGES, "overview"]:
        go(at, page)
    assert at.multiselect(key="models").value == ["simulated/reticent"]
    assert at.selectbox(key="profile").value == "conservation"


def test_a_store_that_cannot_be_opened_is_said_in_one_sentence(empty_app: Path) -> None:
    empty_app.write_text("this is no store")
    at = session().run()
    assert not at.exception and not at.title
    assert len(at.error) == 1 and "store.duckdb" in texts(at)
    empty_app.unlink()


def test_a_store_that_another_process_holds_is_said_in_one_sentence(empty_app: Path) -> None:
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code, str(empty_app)], stdin=pipe, stdout=pipe) as other:
        assert other.stdout is not None and other.stdout.readline()
        at = session().run()
        other.communicate(b"")
    assert not at.exception and len(at.error) == 1 and "process" in texts(at)
    empty_app.unlink()


@pytest.mark.parametrize("page", EXPLORE)
def test_parameters_that_mean_nothing_do_no_harm(page: str, small_app: Path) -> None:
    at = visit(
        page,
        run="no such run",
        models=["nobody", IMAGE],
        profile="Nobody's",
        value="'; DROP TABLE runs; --",
        stance="sideways",
        outcome="lost",
        q="%_'\"",
        item="nothing",
        w_Power="1000",
        statistic="magic",
        scored_on="dice",
        scores="x",
    )
    assert at.selectbox(key="profile").value == "equal"
    assert at.multiselect(key="models").value == []


@pytest.mark.parametrize("page", PAGES)
def test_text_from_outside_is_never_markup(page: str, hostile_app: Path) -> None:
    assert_inert(visit(page))


@pytest.mark.parametrize("page", EXPLORE)
def test_choosing_what_has_a_hostile_name_is_safe(page: str, hostile_app: Path) -> None:
    at = visit(page)
    chosen = [f"lab/{IMAGE}", f"lab/{TRICKS['html']}"]
    at.multiselect(key="models").set_value(chosen)
    at.selectbox(key="profile").set_value(f"saved:{IMAGE} {SCRIPT}").run()
    assert_inert(calm(at, page))
    assert at.multiselect(key="models").value == chosen
    assert at.selectbox(key="profile").value == f"saved:{IMAGE} {SCRIPT}"


# These have nothing to draw where a judge scored nothing.
NOTHING_SCORED = {
    "compare": "Nothing to compare with",
    "reliability": "No value could be scored",
    "findings": "No value could be scored",
}


@pytest.mark.parametrize("page", EXPLORE)
def test_a_hostile_judge_and_its_notes_are_safe(page: str, hostile_app: Path) -> None:
    at = visit(page)
    at.selectbox(key="run").set_value(JUDGED).run()
    assert_inert(calm(at, page))
    said = NOTHING_SCORED.get(page, "as read by judge")
    assert said in texts(at)


def test_a_hostile_run_is_safe_to_watch(hostile_app: Path) -> None:
    at = visit("runs")
    at.selectbox(key="watch").set_value(JUDGED).run()
    assert_inert(at)
    assert f"{IMAGE} {SCRIPT} gave up." in texts(at)


def test_hostile_suites_are_safe_to_show_and_to_launch(hostile_app: Path) -> None:
    for page, key in (("suites", "show_suite"), ("launch", "suite")):
        at = visit(page)
        own = next(label for label in at.selectbox(key=key).options if IMAGE in label)
        at = visit(page, **{key: own})
        assert IMAGE in texts(at)
        assert_inert(at)


def assert_inert(at: AppTest) -> None:
    """No element that renders markup carries any of the tricks, and HTML carries them escaped only."""
    calm(at)
    for kind, content in everything(at):
        if kind == "html":
            assert "<script" not in content and "<img" not in content
        elif kind not in (*VERBATIM, "plotly_chart", "bidi_component"):  # components set texts only: their own tests
            assert not [trick for trick in ACTIVE if trick in markup(content)], (kind, content[:500])
    for figure in figures(at):
        drawn = [{**trace, "customdata": None, "legendgroup": None} for trace in figure["data"]]
        shown = json.dumps([figure["layout"], drawn])
        assert "<script" not in shown and "<img" not in shown


def test_html_shows_the_answer_escaped(hostile_app: Path) -> None:
    at = visit("scenarios")
    shown = "".join(element.value for element in at.get("html"))
    assert html.escape(TRICKS["html"]) in re.sub("</?mark[^>]*>", "", shown)


def test_a_huge_answer_is_cut_and_says_so(hostile_app: Path) -> None:
    at = visit("scenarios", models=["lab/huge"])
    shown = [element.value for element in at.get("html")]
    assert len(shown) == 1 and len(shown[0]) < 200_000
    assert f"The first 20,000 of {len(HUGE):,} characters" in texts(at)


def test_pages_hold_no_sql_and_load_no_client_library() -> None:
    for path in (ROOT / "pages").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "SELECT" not in source and "unsafe_allow_html" not in source, path
        if path.parent.name != "shared":
            assert len(source.splitlines()) <= 150, path
        imported = {n.module for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom)}
        assert not {m for m in imported if m and m.startswith(("duckdb", "litellm"))}, path

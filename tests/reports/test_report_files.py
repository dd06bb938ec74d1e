"""Reports as files: whole, self-contained, and nothing in them that acts."""

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import plotly.graph_objects as go
import pypdf
import pytest

from core.cli import main
from core.errors import UserError
from core.items.shipped import shipped_suite, starter
from core.models.base import ModelSpec
from core.reports.document import Chart, Code, Points, Report, Section, Table, Text
from core.reports.html import to_html
from core.reports.methods_text import citations
from core.reports.pdf import to_pdf
from core.reports.sections import SECTIONS, compose
from core.reports.subject import of_runs
from core.reports.tested import MOST_TOLD
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store.database import Store

EVIL = [
    '<script>alert(1)</script><img src="http://evil.example/x" onerror=alert(1)>',
    "\"quotes\" 'and' & %{x} $m^2$ </pre></td></svg>",
    "\u202eשלום عدالة\u202c",
    "x" * 5000,
    "nul\x00 bell\x07 lone \ud800 surrogate",
    "line\nbreak ]]> --> <!--",
]


class Seen(HTMLParser):
    """Tags, attributes and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def hostile() -> Report:
    """Every kind of block, made of what should not act."""
    figure = go.Figure(go.Scatter(x=[1.0, 2.0], y=EVIL[:2], mode="markers", name=EVIL[0]))
    figure.update_layout(title=EVIL[1], height=300)
    cells = Table(EVIL[0], (EVIL[1], "n"), tuple((one, str(n)) for n, one in enumerate(EVIL)))
    blocks = (*map(Text, EVIL), Points(tuple(EVIL)), Code(EVIL[1]), cells, Chart(figure, EVIL[1]))
    return Report(EVIL[0], EVIL[2], (Section("one", EVIL[1], blocks), Section("two", "Two", (Chart(figure, "b"),))))


def test_nothing_from_outside_acts_in_the_html() -> None:
    page = to_html(hostile()).decode()
    seen = Seen(page)
    assert not seen.tags & {"script", "img", "iframe", "link", "object", "a:href", "image"}
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "src"]
    links = [value for name, value in seen.attributes if name in ("href", "xlink:href")]
    assert links and all(value.startswith("#") for value in links)  # nothing leads out
    assert "default-src 'none'" in dict(seen.attributes)["content"] or "default-src 'none'" in page
    assert len(seen.ids) == len(set(seen.ids))  # two figures do not share names
    assert "<script>alert(1)</script>" in "".join(seen.words)  # it is said, letter for letter
    assert {"h1", "h2", "caption", "figcaption", "svg", "text"} <= seen.tags and "currentColor" in page


def test_nothing_from_outside_breaks_the_pdf() -> None:
    data = to_pdf(hostile())
    assert data == to_pdf(hostile())  # the same report, the same file
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    assert "<script>alert(1)</script>" in text.replace("\n", "") and "Figure 2. b" in text
    assert "/JavaScript" not in data.decode("latin-1") and "/URI" not in data.decode("latin-1")


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A finished run of three simulated respondents, in a store that is closed."""
    path = tmp_path_factory.mktemp("report") / "store.duckdb"
    manager = RunManager(Store(path))
    models = ("simulated/self-transcending", "simulated/self-enhancing", "simulated/reticent")
    run_id = manager.start(Plan("Panel & co", starter(shipped_suite("everyday")), tuple(map(ModelSpec, models))))
    assert manager.wait(run_id, 60)
    manager.close()
    yield path, run_id


def test_a_run_becomes_a_whole_report(panel: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    path, run_id = panel
    out = path.with_name("r.html")
    given = ["report", run_id, "--store", str(path), "-o", str(out)]
    assert main([*given, "--profile", "Sweden", "--statistic", "profile_match"]) == 0
    page = out.read_text(encoding="utf-8")
    seen = Seen(page)
    words = " ".join(seen.words)
    assert seen.ids[: len(seen.ids)] and {f'id="{name}"' in page for name in SECTIONS} == {True}
    store = Store(path)
    of = of_runs(store, [run_id], [], "sweden", "profile_match")
    frame = of.scores.frame()
    store.close()
    for row in frame.itertuples():  # every score with its interval and denominators
        cells = f"{row.score:.1f}", f"{row.low:.1f}", f"{row.high:.1f}", f"{row.n_answers} of {row.n_asked}"
        assert all(re.search(rf"(?<!\d){re.escape(cell)}(?!\d)", words) for cell in cells)
    for said in ("prompts (hash)", "Pearson", "never imputed", "2501.07071", "Simulated respondents are invented"):
        assert said in words
    assert page.count("<svg") == 4 and page.count("<figcaption>") == 4
    assert main(given) == 2 and "--force" in capsys.readouterr().err


def blocks(report: Report, section: str) -> tuple[object, ...]:
    return next(one.blocks for one in report.sections if one.id == section)


def test_what_tests_support_is_told_with_its_conditions_and_reasons(panel: tuple[Path, str]) -> None:
    path, run_id = panel
    store = Store(path)
    try:
        of = of_runs(store, [run_id], ["simulated/self-transcending", "simulated/reticent"], "equal", "profile_match")
        made = compose(of, [name for name in SECTIONS if name not in ("findings", "reliability")])
        counts, conditions, *told = blocks(made, "findings")
        assert isinstance(counts, Text) and counts.text.startswith("30 comparisons were made; ")
        assert isinstance(conditions, Text) and "2 models in 1 run," in conditions.text
        assert "lexicon@" in conditions.text and "in English" in conditions.text
        titles = [one.text for one in told if isinstance(one, Text)]
        assert titles[0].startswith("Between models: ") and "its own average" in titles[1] and len(titles) == 2
        lists = [one.points for one in told if isinstance(one, Points)]
        assert lists and all(0 < len(one) <= MOST_TOLD for one in lists)
        said = [point for one in lists for point in one]
        assert all(one.startswith("In these ") and "d_z = " in one and "self-enhancing" not in one for one in said)
        _, verdicts, *gates = blocks(made, "reliability")
        assert isinstance(verdicts, Points) and len(verdicts.points) == len(gates) == 2
        assert verdicts.points[0].startswith("simulated/reticent: Enough for ")
        assert isinstance(gates[0], Table) and "simulated/reticent" in gates[0].caption
        rows = {name: rest for name, *rest in gates[0].rows}
        assert rows["wording"][:2] == ["not known", "not known: asked in one wording only"]
        assert rows["coverage"][0] == "not passed" and "of 30 open questions scored" in rows["coverage"][1]
        told_pdf = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(to_pdf(made))).pages)
        assert "What the answers show" in told_pdf and "split halves" in told_pdf
    finally:
        store.close()


def test_what_cannot_be_reported_is_said(panel: tuple[Path, str]) -> None:
    path, run_id = panel
    store = Store(path)
    try:
        for models, profile, statistic, said in (
            (["lab/none"], "equal", "weighted_sum", "lab/none has no scores"),
            ([], "Atlantis", "weighted_sum", "no profile 'Atlantis'"),
            ([], "equal", "luck", "no statistic 'luck'"),
        ):
            with pytest.raises(UserError, match=said):
                of_runs(store, [run_id], models, profile, statistic)
        of = of_runs(store, [run_id], [], "equal", "profile_match")
        with pytest.raises(UserError, match="no section 'gossip'"):
            compose(of, ["gossip"])
        # Equal weights have no shape to match: said, not drawn.
        made = compose(of, [name for name in SECTIONS if name != "ranking"])
        assert "no ranking" in str(made.sections[0].blocks[0])
    finally:
        store.close()


def test_the_citations_name_the_four_papers_and_the_software() -> None:
    text = citations()
    assert text.count("@") == 5 and text.count("{") == text.count("}")
    assert [one for one in ("2501.07071", "2505.13531", "2305.17147", "2505.01015") if one not in text] == []

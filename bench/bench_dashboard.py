"""How the dashboard's pages grow with the store: 10,000, 100,000 and 1,000,000 responses of 20 models.

    python -m bench.bench_dashboard --folder /tmp/pc               builds the stores there once, then measures
    python -m bench.bench_dashboard --folder /tmp/pc --no-browser  only what happens in Python
    python -m bench.bench_dashboard --folder /tmp/pc --sizes 10000 1000000

Prints, a row a step, the times at each size and the ratio of the largest to the smallest, in which the machine's speed
divides out. First paint is the time until the figure (Scenarios: the list) is in the page: `first` of a server that has
computed nothing yet, from the address typed into a browser that knows nothing of it; `new browser` the same of a server
that has; `new tab` in a browser that has Streamlit's own files; `by its link` from a click on another page of the app.
The rows of a bare app, of one slider and one chart of three bars, say what Streamlit, Plotly and the browser take here
without us. Targets at 1,000,000: first paint below 1.5 s, a slider's move below 150 ms.
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import duckdb
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from core.analysis.alignment import normalise, rank
from core.charts.ranking import ranking
from core.charts.style import model_colours
from core.items.item import Item, Suite
from core.models.base import ModelSpec
from core.paths import ROOT
from core.runs.drilldown import answers_to
from core.runs.plan import Plan
from core.runs.results import load
from core.store import denominators, queries, records
from core.store.database import Store
from core.store.queries import Filter
from core.values.system import SCHWARTZ, system

MODELS = 20
SHAPES = {10_000: (100, 5), 100_000: (500, 10), 1_000_000: (2_000, 25)}  # items, epochs
RUN = "20260101-000000-bench"
READER = "lexicon@bench"
MOVES, AGAIN = 12, 5
REST_MS = 1_500  # between a slider's moves: all that the last one brought is drawn by then
BARE = "bench/bare_app.py"
CHUNK = 100_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
VALUES = system(SCHWARTZ).ids

# About 600 characters a response, in no order of trial ids, models interleaved as they answer side by side. Every model
# has a level and a bent of its own for each value, around which its answers scatter.
_WORDS = (
    "I|would|ask|them|first|before|anything|else|because|people|matter|and|so|does|being|honest|about|what|we|want|to"
)
_WORDS += (
    "|family|respect|the|rules|that|keep|everyone|safe|while|success|freedom|fun|old|customs|care|for|others|a|plan"
)
_RESPONSES = """
    INSERT INTO responses BY NAME
    WITH grid AS (
        SELECT n, 'lab/model-' || (n % $models)::INT AS model, 'i' || (n // $models % $items)::INT AS item_id,
               1 + (n // ($models * $items))::INT AS epoch
        FROM range($start, $stop) AS t(n)
    )
    SELECT $run AS run_id, (hash(n) >> 1)::BIGINT AS trial_id, model, item_id, 'open-1' AS variation, epoch,
           CASE WHEN hash(n, 1) % 50 = 0 THEN 'refused' WHEN hash(n, 1) % 50 = 1 THEN 'truncated' ELSE 'ok' END
               AS outcome,
           list_aggregate(list_transform(range(110), lambda k: $words[1 + (hash(n, k) % len($words))::INT]),
                          'string_agg', ' ') AS text,
           false AS truncated, 1 AS attempts, 1.5 AS latency_s, 90 AS tokens_in, 130 AS tokens_out, 0.0001 AS cost_usd,
           TIMESTAMP '2026-01-01' + to_milliseconds(n) AS arrived_at
    FROM grid
"""
_NEW = """
    FROM (SELECT * FROM responses WHERE arrived_at >= TIMESTAMP '2026-01-01' + to_milliseconds($start)) AS r
    WHERE outcome IN ('ok', 'truncated')
"""
_READ = f"""
    INSERT INTO recognised BY NAME
    SELECT run_id, trial_id, $reader AS recogniser, 'ok' AS status, '' AS message, arrived_at AS recognised_at {_NEW}
"""
_VALUES = f"""
    INSERT INTO recognitions BY NAME
    SELECT run_id, trial_id, model, item_id, $reader AS recogniser, value, 'present' AS stance, '' AS note,
           format('[[{{}}, {{}}, 0.{{}}], [{{}}, {{}}, 0.{{}}]]', h % 200, h % 200 + 7, h % 999983,
                  200 + h % 300, 209 + h % 300, h % 99991) AS evidence,
           0.4 + 0.2 * (hash(model, value) % 100) / 100 + 0.4 * (h % 100003) / 100003 AS strength
    FROM (SELECT r.*, unnest($values::VARCHAR[]) AS value, hash(trial_id, value) AS h {_NEW})
"""


def built(folder: Path, size: int) -> Path:
    """The store of this size, made once: a file that was not finished bears another name."""
    path = folder / f"dashboard-{size}.duckdb"
    if path.exists():
        return path
    begun = path.with_suffix(".begun")
    for left in (begun, begun.with_suffix(".begun.wal")):
        left.unlink(missing_ok=True)
    store = Store(begun)
    _fill(store, *SHAPES[size])
    store.close()
    return begun.rename(path)


def _fill(store: Store, n_items: int, epochs: int) -> None:
    named = [tuple(VALUES[(i + k) % len(VALUES)] for k in (0, 3)) for i in range(n_items)]
    texts = [
        f"A neighbour asks for help on day {i}, and it costs an evening of rest. What now?" for i in range(n_items)
    ]
    items = tuple(Item(f"i{i}", text, of) for i, (text, of) in enumerate(zip(texts, named, strict=True)))
    suite = Suite("bench", "bench", SCHWARTZ, items)
    models = tuple(ModelSpec(f"lab/model-{m}") for m in range(MODELS))
    plan = Plan("bench", suite, models, ("open-1",), epochs, 0)
    run = records.NewRun(RUN, "bench", "run", plan.to_json(), READER, "presence", plan.size)
    records.create_run(store, run, suite)
    for start in range(0, plan.size, CHUNK):
        span = {"start": start, "stop": min(start + CHUNK, plan.size)}
        store.writer.run(partial(_insert, n_items=n_items, span=span), 3600)
    records.set_state(store, RUN, "done")


def _insert(con: duckdb.DuckDBPyConnection, n_items: int, span: dict[str, int]) -> None:
    con.execute(_RESPONSES, span | {"run": RUN, "models": MODELS, "items": n_items, "words": _WORDS.split("|")})
    start = {"start": span["start"]}
    con.execute(_READ, start | {"reader": READER})
    con.execute(_VALUES, start | {"reader": READER, "values": list(VALUES)})


@dataclass(frozen=True)
class Timed:
    """Seconds by the clock, and of the processor where it is this process's."""

    wall: float
    cpu: float | None = None

    def __str__(self) -> str:
        return f"{1000 * self.wall:7,.0f}" + ("" if self.cpu is None else f" ({1000 * self.cpu:6,.0f})")


Times = dict[str, Timed]


def timed(work: Callable[[], object]) -> Timed:
    """The median of three."""
    walls, cpus = [], []
    for _ in range(3):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        cpus.append(time.process_time() - cpu)
        walls.append(time.perf_counter() - wall)
    return Timed(statistics.median(walls), statistics.median(cpus))


def in_python(path: Path) -> Times:
    """What the pages' scripts ask for, each piece by itself."""
    store, runs = Store(path), (RUN,)
    weights = normalise({value: 10.0 * i for i, value in enumerate(VALUES)}, VALUES)
    results = load(store, runs, SCHWARTZ, "presence")  # sums the run up if it is not yet
    item = str(queries.scenarios(store, runs, Filter())["item_id"].iloc[0])

    def move() -> None:
        figure = ranking(rank(results.raw, weights, "weighted_sum"), model_colours(queries.models_in_order(store)))
        figure.to_json()

    def running() -> None:
        store.writer.run(lambda con: con.execute("DELETE FROM summarised"))
        load_raw()

    def load_raw() -> None:
        queries.item_scores(store, runs), denominators.due(store, runs, VALUES), denominators.outcomes(store, runs)

    pieces: dict[str, Callable[[], object]] = {
        "has anything changed": lambda: queries.data_version(store, runs),
        "score the run": lambda: load(store, runs, SCHWARTZ, "presence"),
        "  of it: its means by item": lambda: queries.item_scores(store, runs),
        "  of it: denominators": lambda: denominators.due(store, runs, VALUES),
        "  of it: outcomes": lambda: denominators.outcomes(store, runs),
        "  of it: texts for the gates": lambda: queries.sample_texts(store, runs),
        "list of scenarios": lambda: queries.scenarios(store, runs, Filter()),
        "list of scenarios by a value": lambda: queries.scenarios(store, runs, Filter(value="power")),
        "list of scenarios by a word": lambda: queries.scenarios(store, runs, Filter(text="honest")),
        "one scenario's answers": lambda: answers_to(store, runs, Filter(), item),
        "rank and draw anew": move,
        "a run going on: sums of its rows": running,
    }
    try:
        return {name: timed(work) for name, work in pieces.items()}
    finally:
        load(store, runs, SCHWARTZ, "presence")
        store.close()


@contextmanager
def served(path: Path, app: str = "app.py") -> Iterator[str]:
    """The address of a new server of an app, on this store."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", app, f"--server.port={port}"]
    environment = {**os.environ, "POLYCOMPASS_STORE": str(path)}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet) as server:
        try:
            yield _healthy(f"http://127.0.0.1:{port}", time.monotonic() + 90)
        finally:
            server.terminate()


def _healthy(address: str, end: float) -> str:
    while time.monotonic() < end:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=1):
                return address
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the server at {address} did not become healthy")


FIGURE = ".js-plotly-plot .main-svg .trace, .js-plotly-plot .main-svg .point"
PAINTED = {"": FIGURE, "radar": FIGURE, "scenarios": "[data-testid=stDataFrame] canvas"}
NAMES = {"": "Overview", "radar": "Radar", "scenarios": "Scenarios"}


@contextmanager
def opened(browser: Browser, height: int = 1000) -> Iterator[BrowserContext]:
    """A browser that has been nowhere."""
    context = browser.new_context(viewport={"width": 1440, "height": height})
    try:
        yield context
    finally:
        context.close()


def painted(context: BrowserContext, address: str, page: str) -> Timed:
    """From the navigation of a new tab to the page's figure or list."""
    tab, start = context.new_page(), time.perf_counter()
    tab.goto(f"{address}/{page}", wait_until="commit")
    tab.wait_for_selector(PAINTED[page], state="attached", timeout=120_000)
    took = time.perf_counter() - start
    tab.close()
    return Timed(took)


def in_new_browser(browser: Browser, address: str, page: str) -> Timed:
    """The same where none of the app's files are known yet."""
    with opened(browser) as context:
        return painted(context, address, page)


def in_known_browser(browser: Browser, address: str, page: str) -> Timed:
    """The median where they are."""
    with opened(browser) as context:
        painted(context, address, page)
        return Timed(statistics.median(painted(context, address, page).wall for _ in range(AGAIN)))


def by_link(browser: Browser, address: str, page: str) -> Timed:
    """The median from the click on a page's link, on a page without figures, to its figure or list."""
    took = []
    with opened(browser) as context:
        tab = context.new_page()
        tab.goto(f"{address}/{page}")
        tab.wait_for_selector(PAINTED[page], state="attached", timeout=120_000)
        links = tab.get_by_test_id("stSidebarNav")
        for _ in range(AGAIN):
            links.get_by_role("link", name="Your values").click()
            tab.wait_for_selector(PAINTED[page], state="detached")
            tab.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
            start = time.perf_counter()
            links.get_by_role("link", name=NAMES[page], exact=True).click()
            tab.wait_for_selector(PAINTED[page], state="attached", timeout=120_000)
            took.append(time.perf_counter() - start)
    return Timed(statistics.median(took))


# Where a chart's marks are, Plotly's or the live ranking's. The page itself tells the time until they are elsewhere,
# at the frame that paints them. A figure that is taken off the page to be drawn anew has no marks meanwhile.
_WATCH = """() => {
    const hosts = [document, ...[...document.querySelectorAll('*')].map(each => each.shadowRoot).filter(each => each)];
    const marks = () => hosts.flatMap(host => [...host.querySelectorAll('.point path, path.point, .row')])
        .map(each => [each.getAttribute('d'), each.getAttribute('transform'), each.textContent, each.style.gridRow])
        .join();
    const before = marks();
    window.moved = null;
    document.addEventListener('keydown', () => {
        const start = performance.now();
        const look = () => {
            const now = marks();
            if (now && now !== before) window.moved = performance.now() - start;
            else requestAnimationFrame(look);
        };
        look();
    }, {once: true, capture: true});
}"""


def moves(browser: Browser, url: str) -> Timed:
    """The median time from a slider's move to the chart drawn anew."""
    with opened(browser, 1600) as context:
        tab = context.new_page()
        tab.goto(url)
        tab.get_by_test_id("stMain").get_by_role("slider").first.wait_for(timeout=120_000)
        tab.wait_for_timeout(3_000)
        tab.get_by_test_id("stMain").get_by_role("slider").first.focus()
        _move(tab)  # from a profile to weights of one's own
        return Timed(statistics.median(_move(tab) for _ in range(MOVES)))


def _move(tab: Page) -> float:
    tab.evaluate(_WATCH)
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function("window.moved !== null", timeout=60_000)
    tab.wait_for_timeout(REST_MS)
    return float(tab.evaluate("window.moved")) / 1000


def in_browser(path: Path, browser: Browser) -> Times:
    """First paints and slider moves as a person meets them. The server has drawn a page that shows no results."""
    times: Times = {}
    for page, name in NAMES.items():
        with served(path) as address:
            _visit(browser, f"{address}/suites")
            times[f"{name}, first"] = in_new_browser(browser, address, page)
            again = [in_new_browser(browser, address, page).wall for _ in range(AGAIN)]
            times[f"{name}, new browser"] = Timed(statistics.median(again))
            times[f"{name}, new tab"] = in_known_browser(browser, address, page)
            times[f"{name}, by its link"] = by_link(browser, address, page)
            if name == "Overview":
                times["slider's move"] = moves(browser, f"{address}/profile")
    with served(path, BARE) as address:
        _visit(browser, address)
        again = [in_new_browser(browser, address, "").wall for _ in range(AGAIN)]
        times["bare app, new browser"] = Timed(statistics.median(again))
        times["bare app, new tab"] = in_known_browser(browser, address, "")
        times["bare app, slider's move"] = moves(browser, address)
    return times


def _visit(browser: Browser, url: str) -> None:
    with opened(browser) as context:
        for _ in range(2):  # the first visit of all by a deep link loads twice
            tab = context.new_page()
            tab.goto(url)
            tab.wait_for_selector("h1")
            tab.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def report(title: str, found: dict[int, Times]) -> None:
    """A row a step, a column a size, and the ratio of the largest to the smallest."""
    sizes = sorted(found)
    print(f"\n{title:<34}" + "".join(f"{size:>20,}" for size in sizes) + "      ratio")
    for name in found[sizes[0]]:
        cells = [found[size][name] for size in sizes]
        print(f"{name:<34}" + "".join(f"{cell!s:>20}" for cell in cells) + f"{cells[-1].wall / cells[0].wall:>11.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="The dashboard's pages on 10,000 to 1,000,000 responses.")
    parser.add_argument("--folder", type=Path, required=True, help="where the stores are built, once")
    parser.add_argument("--sizes", type=int, nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--no-browser", action="store_true", help="only what happens in Python")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    stores = {size: built(chosen.folder, size) for size in chosen.sizes}
    print("load average", *(f"{load:.1f}" for load in os.getloadavg()), "on", os.cpu_count(), "cores")
    report("in Python: ms (of the processor)", {size: in_python(path) for size, path in stores.items()})
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program and not chosen.no_browser:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            report("in a browser: ms", {size: in_browser(path, browser) for size, path in stores.items()})
            browser.close()
    print("load average", *(f"{load:.1f}" for load in os.getloadavg()))


if __name__ == "__main__":
    main()

"""Visiting the app without a browser: opening pages, finding what they show, doing what a person does."""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from core.charts.export import FORMATS
from core.paths import ROOT
from core.runs.manager import RunManager
from core.store.database import ENVIRONMENT

if str(ROOT) not in sys.path:  # the pages are no installed package
    sys.path.insert(0, str(ROOT))

from pages.shared import resources

WAIT_S = 60
EXPLORE = (
    "overview",
    "radar",
    "profile",
    "scenarios",
    "pluralism",
    "robustness",
    "circle",
    "report",
    "compare",
    "reliability",
    "findings",
)
PAGES = {name: f"pages/explore/{name}.py" for name in EXPLORE} | {
    "published": "pages/explore/published.py",
    **{name: f"pages/persons/{name}.py" for name in ("cards", "mixtures", "surveys", "orientations")},
    **{name: f"pages/evaluate/{name}.py" for name in ("launch", "runs", "models", "suites", "answers")},
    **{name: f"pages/study/{name}.py" for name in ("items", "rate")},
    **{name: f"pages/methods/{name}.py" for name in ("evolve", "portrait", "personas", "hvae")},
    **{name: f"pages/methods/{name}.py" for name in ("recognisers", "label", "quality")},
}
# Where a page's address is not its file's name.
ADDRESSES = {
    "pluralism": "for-whom",
    "cards": "your-values",
    "mixtures": "group",
    "surveys": "survey",
    "hvae": "social-orientation",
    "portrait": "value-portrait",
}
TITLES = {
    "overview": "Whose values does each model speak for?",
    "radar": "Value radar",
    "profile": "Whose values count?",
    "scenarios": "Scenarios and answers",
    "pluralism": "For whom is each model best?",
    "robustness": "How far does the ranking hang on the weights?",
    "circle": "On the circle of values",
    "published": "Published results",
    "compare": "Where do models differ?",
    "reliability": "Can I rely on this profile?",
    "findings": "What these answers show",
    "cards": "Your own values",
    "mixtures": "A group of people",
    "surveys": "Profiles from your own survey data",
    "orientations": "Seven cultural orientations",
    "report": "A report to read, print and cite",
    "launch": "Launch an evaluation",
    "runs": "Runs",
    "models": "Models",
    "suites": "Suites",
    "answers": "Read values in your own answers",
    "evolve": "Questions that tell models apart",
    "items": "Items of your own",
    "rate": "Rate responses",
    "recognisers": "Recognisers",
    "portrait": "Value Portrait",
    "label": "Label answers",
    "personas": "Personas",
    "quality": "How good is a recogniser?",
    "hvae": "Social value orientation",
}


# Looking for custom components in every installed package takes longer than all else; the app has none.
_NO_COMPONENTS = BidiComponentManager()


def session() -> AppTest:
    """A new session that has not opened anything yet."""
    at = AppTest.from_file(ROOT / "app.py", default_timeout=WAIT_S)
    at._bidi_component_manager = _NO_COMPONENTS
    return at


def visit(page: str = "overview", **query: Any) -> AppTest:
    """A new session that opens a page by its address, with these parameters in the URL."""
    at = session()
    at.query_params.update(query)
    if page != "overview":  # the default page's address is empty
        at._page_hash = calc_hash(ADDRESSES.get(page, page))
    return calm(at.run(), page)


def calm(at: AppTest, page: str = "") -> AppTest:
    """The session after a run without an exception, on this page."""
    assert not at.exception, [(e.message, e.stack_trace) for e in at.exception]
    if page:
        assert [title.value for title in at.title] == [TITLES[page]]
    return at


def go(at: AppTest, page: str) -> AppTest:
    """The same session on another page, as by its link in the navigation."""
    return calm(at.switch_page(PAGES[page]).run(), page)


def press(at: AppTest, label: str, page: str = "") -> AppTest:
    """Press the one button with this label; `page` is where that should lead."""
    button(at, label).click()
    at.run()
    if page:
        at._page_hash = ""  # stay where the app went, not where the test had gone before
    return calm(at, page)


def button(at: AppTest, label: str) -> Any:
    """The one button with this label."""
    return one(at.button, label)


def one(widgets: Any, label: str) -> Any:
    """The one widget of this label."""
    found = [widget for widget in widgets if widget.label == label]
    assert len(found) == 1, f"{label!r}: {len(found)} among {[widget.label for widget in widgets]}"
    return found[0]


def type_in(selectbox: Any, text: str) -> None:
    """Write something that is not among a select box's options."""
    selectbox.options.append(text)
    selectbox.set_value(text)


def labels(widgets: Any) -> list[str]:
    return [widget.label for widget in widgets]


def downloads(at: AppTest) -> list[Any]:
    """The buttons that offer files, but for those of the figures."""
    return [found for found in at.get("download_button") if found.label not in FORMATS]


def texts(at: AppTest) -> str:
    """All that is said in plain text, notes and captions."""
    kinds = (at.text, at.caption, at.markdown, at.info, at.warning, at.error, at.success)
    return plain("\n".join(str(element.value) for kind in kinds for element in kind))


def plain(markdown: str) -> str:
    """Markdown without its escapes."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


def markup(markdown: str) -> str:
    """Markdown without the characters that are escaped: what may still act."""
    return re.sub(r"\\[!-/:-@\[-`{-~]", "", markdown)


def frame(at: AppTest, *columns: str) -> pd.DataFrame:
    """The one table that has these columns."""
    found = [table.value for table in at.dataframe if set(columns) <= set(table.value.columns)]
    assert len(found) == 1, [list(table.value.columns) for table in at.dataframe]
    return found[0]


def figures(at: AppTest) -> list[dict[str, Any]]:
    """The Plotly figures in the order of the page."""
    return [json.loads(node.proto.spec) for node in at.get("plotly_chart")]


def weighing(at: AppTest) -> dict[str, Any]:
    """What the Profile page's sliders and their ranking are made of."""
    (component,) = at.get("bidi_component")
    found: dict[str, Any] = json.loads(component.proto.json)
    return found


def ranked(at: AppTest) -> list[str]:
    """The models from best to worst, as the ranking orders them: a figure, but on the Profile page a component."""
    if at.get("bidi_component"):
        return [row["model"] for row in weighing(at)["rows"]]
    return figures(at)[0]["layout"]["yaxis"]["categoryarray"][::-1]


def only(at: AppTest, key: str) -> None:
    """All weight on one value."""
    for slider in sliders(at):
        slider.set_value(100 if slider.key == key else 0)
    at.run()


def weights(at: AppTest) -> list[int]:
    """Where the sliders stand, in the value order."""
    return [slider.value for slider in sliders(at)]


def sliders(at: AppTest) -> list[Any]:
    """The weights' sliders that are in the URL."""
    return [slider for slider in at.slider if slider.key.startswith("w_")]


def everything(at: AppTest) -> Iterator[tuple[str, str]]:
    """Every element with all it carries to the browser: (kind, its message as text)."""
    for node in at._tree:
        if getattr(node, "proto", None) is not None:
            yield node.type, carried(node)


def carried(node: Any) -> str:
    """What an element carries, tables decoded."""
    if node.type in ("dataframe", "table"):
        return str(node.proto) + node.value.to_csv()
    # Protobuf's own text form escapes what is not ASCII; these are the strings as they are.
    return "\n".join(_strings(node.proto))


def _strings(message: Any) -> Iterator[str]:
    for field, value in message.ListFields():
        for part in value if field.is_repeated else [value]:
            if isinstance(part, str) and field.name not in ("id", "form_id"):
                yield part
            elif hasattr(part, "ListFields"):
                yield from _strings(part)


def manager() -> RunManager:
    """The run manager that the pages use."""
    return resources.manager()


def store_path() -> Path:
    return Path(os.environ[ENVIRONMENT])


def leave(path: Path | None = None) -> None:
    """End the process's hold on a store, as closing the program does."""
    name = str(path or store_path())
    resources._manager(name).close()
    resources._manager.clear(name)

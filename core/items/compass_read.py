"""What the files of the official Value Compass site gave, before anything is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.errors import RowProblem
from core.items.bank_read import FileRead

LICENCE = "No licence is stated by the site: for your own use, not for redistribution."
# The site's files by the value system they measure.
SYSTEMS = {"Schwartz": "schwartz", "MFT": "moral_foundations", "Risk": "safety_risks", "FULVa": "llm_unique"}


@dataclass(frozen=True)
class SiteModel:
    """A model as the site lists it. `kind` is "open", "closed" or "" (not said); `released` None where not said."""

    model: str
    developer: str = ""
    kind: str = ""
    released: date | None = None
    website: str = ""
    report: str = ""


@dataclass(frozen=True)
class SiteScore:
    """A published score. `score` is in points of 100, whatever the scale of the file; `given` is the figure there."""

    system: str
    model: str
    value: str
    score: float
    given: float


@dataclass(frozen=True)
class SiteCase:
    """An answer that the site shows to illustrate a score: hand-picked, no sample. `score` as given (0 or 1, for moral
    foundations 0 to 100). The passage that shows the value is `answer[start:stop]`; None where none is marked."""

    system: str
    model: str
    value: str
    score: float
    label: str
    question: str
    answer: str
    start: int | None = None
    stop: int | None = None


@dataclass(frozen=True)
class SiteCell:
    """A cell of the site's heat map."""

    model: str
    country: str
    figure: float


@dataclass(frozen=True)
class CompassRead:
    """One edition of the site's data: the files of one folder. `source` is where they were found, `measured` the date
    of measurement as the site or the person says it ("" where nobody does), `hash` that of the files. `missing`: what
    was not found and what that means; `notes`: what was put right on the way; `problems`: rows that cannot be used."""

    name: str
    source: str
    measured: str
    hash: str
    scores: Sequence[SiteScore]
    models: Sequence[SiteModel] = ()
    cases: Sequence[SiteCase] = ()
    cells: Sequence[SiteCell] = ()
    scales: Sequence[tuple[str, str]] = ()
    files: tuple[FileRead, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()

"""How well the offline recognisers read: their cards, and the one sentence that belongs beside their figures."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.recognition.lexicon import FOLDER
from core.toml import field, read_toml

LEANING_HELP = "An offline estimate: towards 1 the answer argues for the value, towards -1 against it."


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{short(self.value)} [{short(self.low)}, {short(self.high)}]"


@dataclass(frozen=True)
class ValueQuality:
    """Held-out figures of one value, all in [0, 1]; `base_rate` is the share of texts that people saw the value in."""

    precision: float
    recall: float
    f1: float
    auc: float
    average_precision: float
    base_rate: float
    calibration_error: float


@dataclass(frozen=True)
class Source:
    """What a recogniser was made from, by whom and under which licence; `doi` may be empty."""

    title: str
    authors: str
    licence: str
    doi: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """data/recogniser/*_card.json. Figures are on `n` held-out arguments; `called_not_english` is the share of
    them that the language check refused; `settings`, `versions` and `sha256` say how to build it again;
    `auc_before_int8` only where what ships was rounded."""

    name: str
    licence: str
    language: str
    measures: str
    limits: tuple[str, ...]
    method: str
    interval: str
    language_check: str
    sources: tuple[Source, ...]
    built: str
    n: int
    conclusions: int
    auc: Estimate
    auc_before_int8: float | None = None
    macro_f1: Estimate
    macro_f1_always_yes: float
    called_not_english: float
    by_value: dict[str, ValueQuality]
    settings: dict[str, Any]
    versions: dict[str, str]
    sha256: dict[str, str]


@dataclass(frozen=True)
class LeaningFigures:
    """How well a recogniser's leaning tells answers that support a value from those that oppose it: AUC over ten
    values on answers of an author it has not learned from, that of its presence alone, and by value."""

    auc: Estimate
    auc_on_a: Estimate
    auc_on_b: Estimate
    auc_of_presence_alone: float
    by_value: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class LeaningCard:
    """data/recogniser/leaning_card.json. `answers`: how many by author; `labels`: how many support and oppose each
    value; `across_authors`: the figures by recogniser ("lexicon", "minilm")."""

    name: str
    licence: str
    language: str
    measures: str
    limits: tuple[str, ...]
    method: str
    interval: str
    sources: tuple[Source, ...]
    built: str
    answers: dict[str, int]
    questions: int
    labels: dict[str, list[int]]
    across_authors: dict[str, LeaningFigures]
    settings: dict[str, Any]
    versions: dict[str, str]
    sha256: dict[str, str]


@cache
def lexicon_card(path: Path = FOLDER / "lexicon_card.json") -> Card:
    """The card of the shipped table; raises UserError when the file is missing or a field is."""
    return _card(path)


@cache
def minilm_card(path: Path = FOLDER / "minilm_card.json") -> Card:
    """The card of the shipped head; raises UserError when the file is missing or a field is."""
    return _card(path)


def card_of(recogniser_id: str) -> Card | None:
    """The card of an offline recogniser, by its plan's name or a stored id; None for a judge."""
    cards = {"lexicon": lexicon_card, "minilm": minilm_card}
    named = cards.get(recogniser_id.partition("@")[0])
    return named() if named else None


@cache
def leaning_card(path: Path = FOLDER / "leaning_card.json") -> LeaningCard:
    """The card of the shipped leaning; raises UserError when the file is missing or a field is."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["limits"], raw["sources"] = tuple(raw["limits"]), tuple(Source(**row) for row in raw["sources"])
        raw["across_authors"] = {name: _leaning(figures) for name, figures in raw["across_authors"].items()}
        return LeaningCard(**raw)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"The leaning's card {path.name} cannot be read ({error}); reinstall Polycompass.") from error


def _leaning(figures: dict[str, Any]) -> LeaningFigures:
    estimates = {name: Estimate(**figures[name]) for name in ("auc", "auc_on_a", "auc_on_b")}
    return LeaningFigures(**(figures | estimates))


def _card(path: Path) -> Card:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        figures = raw.pop("validation")
        figures["auc"], figures["macro_f1"] = Estimate(**figures["auc"]), Estimate(**figures["macro_f1"])
        figures["by_value"] = {value: ValueQuality(**row) for value, row in figures["by_value"].items()}
        raw["limits"], raw["sources"] = tuple(raw["limits"]), tuple(Source(**row) for row in raw["sources"])
        return Card(**raw, **figures)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"The recogniser's card {path.name} cannot be read ({error}); reinstall Polycompass."
        ) from error


@dataclass(frozen=True)
class TrustRule:
    """data/recogniser/trust.toml: from which AUC on a value's readings are shown as reliable, and how many texts of the
    rarer kind a measurement of it needs."""

    min_auc: float
    min_texts: int


@cache
def trust_rule(path: Path = FOLDER / "trust.toml") -> TrustRule:
    """The rule in `path`; raises UserError naming the file and field when it is not one."""
    raw, where = read_toml(path), path.name
    return TrustRule(field(raw, "min_auc", float, where), field(raw, "min_texts", int, where))


def quality_sentence(card: Card | None = None) -> str:
    """What a recogniser (the lexicon unless told) can do, in one sentence with its measured figures."""
    card = card or lexicon_card()
    return (
        f"Reads presence, not direction; English only; measured AUC {card.auc}, macro-F1 {card.macro_f1} "
        f"on {card.n:,} held-out arguments (always-yes: {short(card.macro_f1_always_yes)})."
    )


def leaning_sentence(recogniser_id: str) -> str:
    """What an offline recogniser's leaning is and how well it was measured, in one sentence; empty for a judge."""
    card = leaning_card()
    figures = card.across_authors.get(recogniser_id.partition("@")[0])
    if figures is None:
        return ""
    return (
        "Leaning is an offline estimate from -1 (against) to 1 (for), no judge's verdict: measured AUC "
        f"{figures.auc} of support against opposition on {sum(card.answers.values()):,} answers of our own, "
        f"each of an author it had not learned from (presence alone: {short(figures.auc_of_presence_alone)})."
    )


def short(figure: float) -> str:
    """0.713 -> ".71", as the field writes figures that cannot pass 1."""
    return f"{figure:.2f}".removeprefix("0")

"""How well the offline recognisers read: their cards, and the one sentence that belongs beside their figures."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.recognition.lexicon import FOLDER
from core.toml import field, read_toml


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
        f"Reads presence, hardly direction; English only; measured AUC {card.auc}, macro-F1 {card.macro_f1} "
        f"on {card.n:,} held-out arguments (always-yes: {short(card.macro_f1_always_yes)})."
    )


def short(figure: float) -> str:
    """0.713 -> ".71", as the field writes figures that cannot pass 1."""
    return f"{figure:.2f}".removeprefix("0")

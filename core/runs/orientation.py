"""What stored runs of HVAE say: sheets, and every table that is made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from core.analysis.games import games
from core.analysis.orientation import inequality_aversion, orientations
from core.analysis.sheets import Sheets, sheets
from core.analysis.value_rationality import contrasts, value_rationality
from core.items.item import Suite
from core.items.shipped import shipped_suite
from core.methods.base import Asking
from core.methods.hvae.conditions import Condition, conditions, parse, spelled
from core.methods.hvae.method import SYSTEM, Hvae
from core.methods.hvae.payoffs import decisions
from core.models.base import ModelSpec
from core.paths import DATA
from core.runs.plan import Plan
from core.store.choices import choices
from core.store.database import Store

FIVE_FACES = ("coins", "numbers", "shuffled", "points", "minutes")


@dataclass(frozen=True)
class Orientation:
    """The tables of core.analysis: `answers` as stored, `by_condition`, `rationality`, `contrasts`, `inequality`,
    `games`. `expected`: the options' probabilities were used where they are known."""

    answers: pd.DataFrame
    sheets: Sheets
    by_condition: pd.DataFrame
    rationality: pd.DataFrame
    contrasts: pd.DataFrame
    inequality: pd.DataFrame
    games: pd.DataFrame
    expected: bool

    @property
    def models(self) -> list[str]:
        return list(dict.fromkeys(self.answers["model"]))


def load_orientation(store: Store, run_ids: Sequence[str], expected: bool = True) -> Orientation:
    """All that the answers of some runs say."""
    answers = choices(store, run_ids)
    primary = sheets(answers, expected)
    found = orientations(primary)
    return Orientation(
        answers,
        primary,
        found,
        value_rationality(primary),
        contrasts(primary),
        inequality_aversion(sheets(answers, False, "secondary")),
        games(answers, _types(found), expected),
        expected,
    )


def _types(by_condition: pd.DataFrame) -> Mapping[tuple[str, str], str]:
    rows = by_condition.to_dict("records")
    return {(str(row["model"]), str(row["condition"])): str(row["type"]) for row in rows}


def raw_choices(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers in words: model, condition, item, face, order, epoch, outcome, `chosen` (what it gives to oneself and
    to the other, or what the option says), how likely the options were together; run_id and trial_id lead back."""
    asked = [parse(variation) for variation in answers["variation"]]
    return pd.DataFrame(
        {
            "model": answers["model"],
            "condition": [each.condition.name for each in asked],
            "item": answers["item_id"],
            "face": [each.face for each in asked],
            "order": [each.order for each in asked],
            "epoch": answers["epoch"],
            "outcome": answers["outcome"],
            "chosen": [_chosen(*pair) for pair in zip(answers["item_id"], answers["choice"], strict=True)],
            "mass": answers["option_mass"],
            "run_id": answers["run_id"],
            "trial_id": answers["trial_id"],
        }
    )


def _chosen(item: str, choice: object) -> str:
    if not isinstance(choice, str):
        return ""
    decision = decisions()[item]
    if decision.kind == "game":
        return decision.options[int(choice)]
    if float(choice) % 1:
        own, other = decision.at(float(choice) / (decision.size - 1))
        return f"{own:.1f} / {other:.1f}"
    return f"{decision.own[int(choice)]:g} / {decision.other[int(choice)]:g}"


def suite_of(secondary: bool = False, in_games: bool = False) -> Suite:
    """The primary sliders, with the secondary ones and the games if wanted."""
    whole = shipped_suite(SYSTEM)
    if secondary and in_games:
        return whole
    kinds = {"primary", *(["secondary"] if secondary else []), *(["game"] if in_games else [])}
    items = tuple(item for item in whole.items if decisions()[item.id].kind in kinds)
    extra = " and ".join([*(["secondary sliders"] if secondary else []), *(["games"] if in_games else [])])
    name = whole.name + (f", with {extra}" if extra else ", primary sliders")
    return Suite(f"{whole.id}-part", name, whole.system, items, whole.description, whole.source, whole.licence)


def orientation_plan(
    models: Sequence[ModelSpec],
    asked: Sequence[Condition],
    suite: Suite,
    faces: Sequence[str] = FIVE_FACES,
    epochs: int = 1,
    temperature: float = 0.0,
) -> Plan:
    """A plan that asks the decisions of `suite` in each condition, face and both orders. Each face and order is one
    repetition, `epochs` times."""
    variations = spelled(tuple(asked), tuple(faces))
    asking = Asking(max_tokens=64, temperature=temperature)
    return Plan(suite.name, suite, tuple(models), variations, epochs, 0, "", None, asking, Hvae.id)


def asked_in(targets: Sequence[str], own_words: bool, with_goal: bool) -> list[Condition]:
    """The natural condition, and each target without a goal and, if wanted, with one too."""
    goals = (False, True) if with_goal else (False,)
    induced = [each for each in conditions() if each.target in targets and each.own_words == own_words]
    return [Condition(), *[each for each in induced if each.goal in goals]]


def published() -> pd.DataFrame:
    """Figure 3 of the paper as read off the image: model, target, with_goal, without_goal (0 to 60)."""
    return pd.read_csv(DATA / "published" / "hvae_results.csv")

"""What is known of models by an item bank: their own answers and published ones, scored and judged alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from core.analysis.portrait.answers import Answers, answers_of, joined
from core.analysis.portrait.profile import Profile, profiles
from core.analysis.portrait.reliability import Reliability, alphas, reliability
from core.items.bank import ItemBank
from core.items.dimensions import DIMENSIONS
from core.runs.bank_build import published_answers
from core.runs.portrait import PREFIX, open_bank, tags_of
from core.store import bank_answers, banks
from core.store.database import Store

PUBLISHED_MARK = " (published)"


@dataclass(frozen=True, eq=False)
class PortraitResults:
    """`answers` of one's own models first, then of the published ones, whose names end with PUBLISHED_MARK; `profiles`
    by scorer; `reliable` by model; `panel` a row a dimension: see `value_panel`."""

    bank: ItemBank
    own: tuple[str, ...]
    published: tuple[str, ...]
    answers: Answers
    profiles: dict[str, Profile]
    reliable: dict[str, Reliability]
    panel: pd.DataFrame


def load(store: Store, bank_id: str, runs: Sequence[str] | None = None, seed: int = 0) -> PortraitResults:
    """Everything of one bank, by the runs named or all of them."""
    bank = open_bank(store, bank_id)
    own = answers_of(bank, bank_answers.own(store, PREFIX + bank_id, runs))
    marked, answers = _with_published(store, bank, own)
    found = profiles(marked, answers, seed)
    every = reliability(marked, answers, next(iter(found)), seed) if found else ()
    return PortraitResults(
        bank=marked,
        own=own.models,
        published=answers.models[len(own.models) :],
        answers=answers,
        profiles=found,
        reliable={each.model: each for each in every},
        panel=value_panel(store, marked, answers, own.models),
    )


def _with_published(store: Store, bank: ItemBank, own: Answers) -> tuple[ItemBank, Answers]:
    table = banks.answers(store, bank.id)
    if table.empty:
        return bank, own
    rows = list(table.assign(model=table["model"] + PUBLISHED_MARK).itertuples(index=False, name=None))
    lost = {model + PUBLISHED_MARK: items for model, items in bank.lost.items()}
    return replace(bank, lost=lost), joined(own, published_answers(bank, rows))


def value_panel(store: Store, bank: ItemBank, answers: Answers, own: Sequence[str]) -> pd.DataFrame:
    """What each dimension's scores rest on: columns system, dimension, items, queries, negative, chance, chance_high
    (items that chance would tag), false_share (of the items, what chance explains), validity_tags, validity_weighted
    (left-out people), people, alpha_published and alpha_own (over published models, and over one's `own`, which may be
    simulated respondents: never over both). NaN where it is not known."""
    tags = tags_of(bank)
    published = [model for model in answers.models if model not in own]
    queries = pd.Series(bank.queries)
    frame = pd.DataFrame(
        {
            "system": [dimension.system for dimension in DIMENSIONS],
            "dimension": [dimension.id for dimension in DIMENSIONS],
            "items": tags.n,
            "queries": [queries[tags.positive[:, column]].nunique() for column in range(len(DIMENSIONS))],
            "negative": tags.negative.sum(axis=0),
            "alpha_published": alphas(answers.only(published), tags.positive),
            "alpha_own": alphas(answers.only(own), tags.positive),
        }
    )
    found = frame.merge(banks.figures(store, bank.id), on="dimension", how="left")
    found["false_share"] = (found["chance"] / found["items"].where(found["items"] > 0)).clip(upper=1.0)
    return found

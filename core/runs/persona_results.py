"""What a run in personas came to, of one model: effects, the placebos' yardstick, refusals, people beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.portrait.persona_answers import PersonaAnswers, persona_answers
from core.analysis.portrait.persona_humans import Comparison, compare
from core.analysis.portrait.personas import AGAINST_NONE, LEVELS, Contrast, Effects, Yardstick, beyond, contrasts
from core.analysis.portrait.personas import effects as effects_of
from core.analysis.portrait.personas import yardstick as yardstick_of
from core.items.bank import ItemBank
from core.items.dimensions import IDS, VALUES, of_system
from core.methods.base import OUTCOMES
from core.methods.personas import personas
from core.runs.portrait import open_bank, tags_of
from core.store import persona_answers as stored
from core.store.database import Store
from core.values.persona_groups import HumanGroup, shipped_group


@dataclass(frozen=True, eq=False)
class PersonaResults:
    """One model in one run. `effects` by kind (core.analysis.portrait.personas.KINDS); `tags` (I x 10) are the items
    that stand for each value."""

    bank: ItemBank
    run_id: str
    model: str
    answers: PersonaAnswers
    tags: NDArray[np.bool_]
    effects: Mapping[str, Effects]
    yardstick: Yardstick


def load(store: Store, bank_id: str, run_id: str, model: str, seed: int = 0) -> PersonaResults:
    """The effects of all contrasts that the run has the personas for."""
    bank = open_bank(store, bank_id)
    answers = persona_answers(bank, stored.given(store, run_id, model), list(personas()))
    tags = tags_of(bank).positive[:, list(of_system(VALUES))]
    found = {
        kind: effects_of(bank, answers, tags, contrasts(answers.personas, kind), seed)
        for kind in (LEVELS, AGAINST_NONE)
    }
    return PersonaResults(bank, run_id, model, answers, tags, found, yardstick_of(found[LEVELS], found[AGAINST_NONE]))


def band(found: PersonaResults, kind: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The placebos' band by value (10 each): between two levels what two placebos differ at most, either way; against
    no persona the interval of the placebos' shift."""
    placebo = found.yardstick
    return (-placebo.band, placebo.band) if kind == LEVELS else (placebo.low, placebo.high)


def effect_table(found: PersonaResults, kind: str) -> pd.DataFrame:
    """A row a contrast and value: columns attribute, first, second, value, delta, low, high, p, q, band_low, band_high,
    beyond (yes, no, "" where either is unknown), sd, items, queries, answers."""
    made = found.effects[kind]
    values = [IDS[column] for column in of_system(VALUES)]
    low, high = band(found, kind)
    rows = len(made.contrasts)
    known, outside = ~np.isnan(made.low) & ~np.isnan(low), beyond(made, low, high)
    cells = {
        "delta": made.delta,
        "low": made.low,
        "high": made.high,
        "p": made.p,
        "q": made.q,
        "band_low": np.tile(low, (rows, 1)),
        "band_high": np.tile(high, (rows, 1)),
        "beyond": [
            ["" if not k else "yes" if b else "no" for k, b in zip(*row, strict=True)]
            for row in zip(known, outside, strict=True)
        ],
        "sd": made.sd,
        "items": made.n_items,
        "queries": made.n_queries,
        "answers": made.n_cells,
    }
    names = {
        "attribute": np.repeat([each.attribute for each in made.contrasts], len(values)),
        "first": np.repeat([each.first for each in made.contrasts], len(values)),
        "second": np.repeat([each.second for each in made.contrasts], len(values)),
        "value": np.tile(values, rows),
    }
    return pd.DataFrame({**names, **{name: np.asarray(cell).reshape(-1) for name, cell in cells.items()}})


def refusal_table(found: PersonaResults) -> pd.DataFrame:
    """A row a persona: columns persona, asked, and the calls by how they ended, answered first."""
    outcomes = found.answers.outcomes
    table = outcomes.reindex(columns=[name for name in OUTCOMES if name in outcomes or name in ("ok", "refused")])
    table = table.fillna(0).astype(int)
    table.insert(0, "asked", table.sum(axis=1))
    table["refused_share"] = table["refused"] / table["asked"].where(table["asked"] > 0)
    return table.reset_index()


def groups_of(contrast: Contrast, own: Mapping[str, HumanGroup]) -> tuple[HumanGroup, HumanGroup] | None:
    """The people of both levels: a person's own means by the level's id or name, else those that ship; None where
    either side has none. Both come from the same source."""
    levels = [personas()[name] for name in (contrast.first, contrast.second)]
    named = {name.casefold().strip(): group for name, group in own.items()}
    mine = [named.get(level.id.casefold()) or named.get(level.name.casefold()) for level in levels]
    theirs = [shipped_group(level.human) for level in levels]
    for first, second in (mine, theirs):
        if first is not None and second is not None:
            return first, second
    return None


def comparable(found: PersonaResults, own: Mapping[str, HumanGroup]) -> list[Contrast]:
    """The contrasts between levels that people can be compared with."""
    return [each for each in found.effects[LEVELS].contrasts if groups_of(each, own)]


def beside_people(found: PersonaResults, contrast: Contrast, own: Mapping[str, HumanGroup]) -> Comparison | None:
    """One contrast beside the same difference between people; None where they are not known."""
    groups = groups_of(contrast, own)
    made = found.effects[LEVELS]
    return compare(made, made.contrasts.index(contrast), *groups) if groups else None


def item_table(found: PersonaResults, contrast: Contrast, value: str) -> pd.DataFrame:
    """The items that stand for a value, with the mean answers of both personas over the questions that both answered:
    columns item, response, first, second, difference, answers; the largest difference first."""
    a, b = (found.answers.values[found.answers.of(name)] for name in (contrast.first, contrast.second))
    both = ~np.isnan(a) & ~np.isnan(b)
    n = both.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [np.where(both, cells, 0.0).sum(axis=(1, 2)) / n for cells in (a, b)]
    rows = np.flatnonzero(found.tags[:, IDS.index(value)] & (n > 0))
    frame = pd.DataFrame(
        {
            "item": [found.bank.items[row].id for row in rows],
            "response": [found.bank.items[row].response for row in rows],
            "first": means[0][rows],
            "second": means[1][rows],
            "difference": (means[0] - means[1])[rows],
            "answers": n[rows],
        }
    )
    return frame.sort_values("difference", key=lambda gap: -gap.abs(), ignore_index=True)

"""From the validated items of a study to a bank that never changes: correlations, figures, and how it was made."""

from dataclasses import replace

import numpy as np
import pandas as pd

from core.analysis.portrait.chance import PERMUTATIONS, Chance
from core.analysis.portrait.correlate import ipsatised, spearman
from core.analysis.portrait.study import RULE, Rule, held_out_bank, levelled
from core.analysis.portrait.study import TEN as TEN_PLACES
from core.analysis.portrait.tags import Bools, tagged
from core.analysis.portrait.validity import Validity
from core.errors import UserError
from core.items.bank import IPSATISED, PROMOTED, RATINGS, Correlations, ItemBank
from core.items.bank_read import BankRead
from core.items.dimensions import IDS
from core.items.files import slug
from core.items.study import CLOSED, FROZEN, OPEN, TEN, VALIDATED, Study
from core.runs.studies import Gathered, gather, look_of, validate
from core.store import banks, studies
from core.store.banks import CheckRow
from core.store.database import Store
from core.values.questionnaires import QUESTIONNAIRES

SOURCE = "A study of your own"
LICENCE = "Your own items and your own raters: it is for you to say who may use them."


def validity(gathered: Gathered, rule: Rule = RULE, seed: int = 0) -> Validity:
    """How well the bank that the rule would make finds the values of people left out; see held_out_bank."""
    ratings, scales = gathered.used
    return held_out_bank(ratings, scales, rule, seed=seed)


def freeze(store: Store, study: Study, rule: Rule = RULE, permutations: int = PERMUTATIONS) -> ItemBank:
    """A bank of the validated items, kept in the store under an id of its own; the study is then closed. What single
    people said stays in the study, so that deleting a rater reaches all of it. Raises UserError where nothing was
    validated, or when the ratings that count have changed so that the validated items do not pass any more."""
    if study.stage != OPEN:
        raise UserError(f"The study {study.name!r} is {study.stage}: make a copy of it for another bank.")
    kept = np.array([each.state == VALIDATED for each in study.items], dtype=bool)
    if not kept.any():
        raise UserError(f"No item of {study.name!r} is validated yet: collect ratings and promote first.")
    gathered = gather(study, studies.sittings(store, study.id))
    seen = validate(study, gathered, rule, permutations)
    passes = seen.passes & (seen.found.n[:, None] >= rule.min_n)
    if not np.array_equal(np.any(passes, axis=1), kept):
        raise UserError("Ratings have come or gone since the last look, and other items pass now: promote again first.")
    bank = _bank(study, gathered, kept, passes)
    found = validity(gathered, rule)
    read = BankRead(bank.name, bank.items, {})
    banks.save_bank(store, bank, read, _figures(seen.chance, found), _made(study, gathered, rule, seen.kind))
    frozen = tuple(replace(each, state=FROZEN) if each.state == VALIDATED else each for each in study.items)
    closed = replace(study, stage=CLOSED, items=frozen)
    studies.add_look(store, closed, look_of(study, gathered, rule, bank.id))
    return bank


def _bank(study: Study, gathered: Gathered, kept: Bools, passes: Bools) -> ItemBank:
    """What an item was promoted for is what it expresses. Where it goes with another of the ten values as well but
    failed the rule, that correlation is left out of the promoted ones, so that it scores for nothing else. The rule
    speaks of the ten values only; higher-order values keep what they have."""
    ratings, scales = gathered.used
    whole = spearman(levelled(ratings)[1], scales)
    failed = tagged(whole).positive
    failed[:, TEN_PLACES] &= ~passes
    failed[:, len(TEN) :] = False
    rho, p = (np.where(failed, np.nan, grid) for grid in (whole.rho, whole.p))
    found = {
        PROMOTED: _part(Correlations(rho, p, whole.n), kept),
        RATINGS: _part(spearman(ratings, scales), kept),
        IPSATISED: _part(spearman(ipsatised(ratings), scales), kept),
    }
    items = tuple(
        replace(each.item, expresses=tuple(name for name, passed in zip(TEN, row, strict=True) if passed))
        for each, row, keep in zip(study.items, passes.tolist(), kept.tolist(), strict=True)
        if keep
    )
    bank = ItemBank("", study.name, items, True, found, source=SOURCE, licence=LICENCE)
    return replace(bank, id=f"{slug(study.name)[:40]}-{bank.hash[:6]}")


def _part(whole: Correlations, kept: Bools) -> Correlations:
    return Correlations(whole.rho[kept], whole.p[kept], whole.n[kept])


def _figures(chance: Chance | None, found: Validity) -> pd.DataFrame:
    """By dimension; chance is counted over all items of the study, of which the bank holds the promoted ones."""
    table = pd.DataFrame({"dimension": IDS, "chance": np.nan, "chance_high": np.nan})
    if chance is not None:
        table.loc[TEN_PLACES, "chance"] = chance.expected
        table.loc[TEN_PLACES, "chance_high"] = chance.high
    return table.assign(validity_tags=found.tags, validity_weighted=found.weighted, people=found.n_tags)


def _made(study: Study, gathered: Gathered, rule: Rule, kind: str) -> list[CheckRow]:
    out = ", ".join(f"{reason}: {n}" for reason, n in gathered.left_out().items()) or "nobody"
    level = "each rater's own mean taken off" if kind == IPSATISED else "ratings as given"
    sentences = {
        "raters": f"{gathered.n_used} raters of {len(study.items)} items; left out: {out}.",
        "values": f"Their values by {QUESTIONNAIRES[study.questionnaire].name}; {level}.",
        "rule": f"Promoted where {rule.sentence}.",
        "validity": "Validity by people left out of the promotion as well as of the correlations.",
    }
    return [CheckRow(name, None, sentence) for name, sentence in sentences.items()]

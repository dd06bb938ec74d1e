"""Published results beside one's own: kept apart by name, source and date, and never given an interval they lack."""

from collections.abc import Callable, Sequence

import pandas as pd

from core.analysis.alignment import ranks, weighted_sum
from core.analysis.bootstrap import Floats
from core.analysis.published_map import MapRead, read_map
from core.analysis.scores import Scores
from core.errors import UserError
from core.items.compass_read import CompassRead
from core.store import editions
from core.store.database import Store
from core.store.editions import Edition
from core.values.cultures import cultures
from core.values.system import SCHWARTZ, system

OWN = "your run"
COLUMNS = ("model", "source", "value", "score", "low", "high", "n_items")
# The site's names of countries by the codes of our surveys; it measured others too.
SURVEYED = {"FR": "FR", "France": "FR", "UK": "GB", "US": "US"}


def keep(
    store: Store,
    reads: Sequence[CompassRead],
    keep_good: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Keep editions and return their ids. Raises UserError, with nothing kept, when rows cannot be used and `keep_good`
    does not say to go on without them."""
    for read in reads:
        if read.problems and not keep_good:
            raise UserError(
                f"{read.name}: {len(read.problems)} cells cannot be used, the first: {read.problems[0]} Nothing was "
                "kept. Mend the files, or import the good rows alone."
            )
    kept = []
    for read in reads:
        progress(f"keeping {read.name}")
        kept.append(editions.save(store, read))
    return kept


def board(published: pd.DataFrame, values: Sequence[str], weights: Floats) -> pd.DataFrame:
    """One row a published model, highest first: model, developer, kind, released, score (Σ weight × score; `weights`
    belong to `values` and sum to 1), scored (of how many values). A zero is a score; a model that lacks one of the
    values has none."""
    wide = published.pivot(index="model", columns="value", values="score").reindex(columns=list(values))
    facts = published.drop_duplicates("model").set_index("model")[["developer", "kind", "released"]]
    table = facts.assign(score=pd.Series(weighted_sum(wide.to_numpy(dtype=float), weights), wide.index))
    table["scored"] = wide.notna().sum(axis=1)
    return table.sort_values("score", ascending=False, kind="stable").reset_index()


def side_by_side(
    published: pd.DataFrame, label: str, own: Scores | None, models: Sequence[str], centred: bool
) -> pd.DataFrame:
    """Published scores of `models` and all scores of one's own, one row a model and value, in the columns COLUMNS.
    `source` is the edition's label or OWN. What is published has neither n nor interval. `own` must be ipsatised where
    `centred` is asked for: then every score is the difference from its model's mean over the values."""
    chosen = published[published["model"].isin(list(models))]
    rows = chosen[["model", "value", "score"]].assign(source=label, low=float("nan"), high=float("nan"), n_items=pd.NA)
    if centred:
        rows["score"] -= rows.groupby("model")["score"].transform("mean")
    rows["n_items"] = rows["n_items"].astype("Int64")
    mine = pd.DataFrame(columns=list(COLUMNS)) if own is None else own.frame().assign(source=OWN)
    parts = [part[list(COLUMNS)] for part in (rows, mine) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def open_map(store: Store, edition: Edition) -> MapRead | None:
    """An edition's heat map with what reproduces it; None where it has none, or no scores to read it by."""
    cells = editions.cells(store, edition.edition_id)
    scores = editions.scores(store, edition.edition_id, SCHWARTZ)
    if cells.empty or scores.empty:
        return None
    try:
        return read_map(scores, cells, system(SCHWARTZ).ids)
    except ValueError:
        return None


def surveyed_orders(found: MapRead) -> list[Floats | None]:
    """For each of the map's countries the ranks of the values in the surveys that ship; None where there are none."""
    known = cultures()
    codes = [SURVEYED.get(country) for country in found.countries]
    means = [known[f"country:{code}"].means if f"country:{code}" in known else None for code in codes]
    return [None if mean is None else ranks(pd.Series(mean).to_numpy(dtype=float)) for mean in means]

"""Whether a recogniser reads a value well enough for its scores to be shown as reliable, and on what evidence.

The newest stored bench of this very recogniser that has enough texts counts; until there is one, the figures that ship
with an offline recogniser. The rule is data/recogniser/trust.toml. What nobody measured is not doubted, but said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.recognition.quality import card_of, short, trust_rule
from core.store import benches
from core.store.database import Store

JUDGED = {"present": "", "direction": "for or against: "}


@dataclass(frozen=True)
class Trust:
    """`reliable` is None where nothing was measured. `sentence` gives the figure and its source, such as
    "AUC .61 [.58, .64] on mine.csv, 2026-11-22"."""

    reliable: bool | None
    sentence: str


def trusted(recogniser_id: str, value: str, store: Store) -> Trust:
    """Whether the readings of one value by the recogniser with this stored id are reliable."""
    return trust(recogniser_id, [value], store)[value]


def trust(recogniser_id: str, values: Sequence[str], store: Store) -> dict[str, Trust]:
    """The same for several values."""
    rule = trust_rule()
    found: dict[str, Trust] = {}
    for made, data, figure in benches.areas(store, recogniser_id):  # of one bench and value the lowest comes first
        if figure.kind in JUDGED and figure.n >= rule.min_texts and figure.value not in found:
            interval = f"[{short(figure.low)}, {short(figure.high)}]"
            sentence = f"{JUDGED[figure.kind]}AUC {short(figure.estimate)} {interval} on {data}, {made:%Y-%m-%d}"
            found[figure.value] = Trust(figure.estimate >= rule.min_auc, sentence)
    return {value: found.get(value) or _shipped(recogniser_id, value) for value in values}


def doubtful(recogniser_id: str, values: Sequence[str], store: Store) -> dict[str, str]:
    """The values whose readings are not reliable, each with the figure that says so."""
    return {
        value: found.sentence for value, found in trust(recogniser_id, values, store).items() if found.reliable is False
    }


def _shipped(recogniser_id: str, value: str) -> Trust:
    card = card_of(recogniser_id)
    quality = card.by_value.get(value) if card else None
    if card is None or quality is None:
        return Trust(None, "not measured")
    return Trust(quality.auc >= trust_rule().min_auc, f"AUC {short(quality.auc)} on {card.n:,} held-out arguments")

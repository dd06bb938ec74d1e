"""Fit data/recogniser/minilm_head.npz and measure it: `python scripts/build_minilm.py [--data FOLDER]`, 3-4 minutes.

Needs `pip install -c constraints.txt -e '.[build]'`, data/recogniser/lexicon.npz (scripts/build_lexicon.py) and the
arguments of Touché23-ValueEval in FOLDER/recognition/valueeval23. As there, everything is learned and chosen inside the
training split, by folds that share no conclusion; the validation split is read once, at the end, to report.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.paths import ROOT
from core.recognition.lexicon import FOLDER, Floats, Ints, load_lexicon, probability
from core.recognition.minilm import WINDOW, load_encoder, states
from core.recognition.quality import lexicon_card
from scripts.build_lexicon import (
    IDS,
    Split,
    calibrate,
    calibration_error,
    components,
    embed,
    fit,
    held_out,
    macro_f1,
    mean_auc,
    measure,
    platt,
    pool,
    print_report,
    read_split,
    write_card,
)

STRENGTHS = (3e-4, 1e-3, 1.5e-3, 2e-3, 3e-3)
PARTS = (0.0, 0.2, 0.3, 0.4, 0.5)
HEAD = "minilm_head.npz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("POLYCOMPASS_SHARED_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=ROOT / default, help="folder that holds recognition/valueeval23")
    folder = parser.parse_args().data / "recognition" / "valueeval23"
    training, validation = read_split(folder, "training"), read_split(folder, "validation")
    weighted, even = pooled(training.texts)
    head, chosen = learn(training, weighted, lexicon_held_out(training))
    unweighted = mean_auc(training.labels, held_out(even, training, chosen["C"]))
    chosen["auc_in_folds_with_even_weights"] = round(unweighted, 4)
    np.savez(FOLDER / HEAD, lexicon=np.array(load_lexicon().digest), **head)
    logits = (pooled(validation.texts)[0] - head["mean"]) @ head["coefficients"] + head["intercept"]
    logits += lexicon_parts(validation.texts) * head["lexicon_part"]
    report = measure(validation, probability(logits), head["threshold"])
    write_card("minilm_card.json", folder, (HEAD, "lexicon.npz", "vocab.txt"), report, {"window": WINDOW} | chosen)
    print_report(report)


def pooled(texts: list[str]) -> tuple[Floats, Floats]:
    """Every text's mean hidden state (n × 384), by the lexicon's weights and, to compare, with all weights equal."""
    encoder, lexicon = load_encoder(), load_lexicon()
    found = [states(text, encoder, lexicon) for text in texts]
    weighted = np.array([one.share @ one.hidden for one in found])
    return weighted, np.array([one.hidden.mean(axis=0, dtype=np.float64) for one in found])


def lexicon_parts(texts: list[str]) -> Floats:
    """What the shipped table adds to its intercepts for every text (n × 10)."""
    lexicon = load_lexicon()
    return pool(texts, lexicon.pieces, lexicon.weight, lexicon.table)


def lexicon_held_out(split: Split) -> Floats:
    """The table's calibrated log-odds (n × 10) by fits that have not seen the text's conclusion. The shipped table has
    seen all of them, so its own would promise too much."""
    lexicon = load_lexicon()
    rows = components(embed(len(lexicon.pieces.tokens)))
    strength = float(lexicon_card().settings["C"])
    logits = held_out(pool(split.texts, lexicon.pieces, lexicon.weight, rows), split, strength)
    slope, offset = platt(logits, split.labels)
    return logits * slope + offset


def learn(split: Split, features: Floats, lexicon: Floats) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the head's arrays, float32 but the thresholds; what was chosen by cross-validation). `lexicon`: the table's
    held-out log-odds."""
    encoded = {strength: held_out(features, split, strength) for strength in STRENGTHS}
    tried = {(c, part): logits + part * lexicon for c, logits in encoded.items() for part in PARTS}
    scored = {key: mean_auc(split.labels, logits) for key, logits in tried.items()}
    strength, part = max(scored, key=lambda key: scored[key])
    slope, offset, threshold = calibrate(tried[strength, part], split.labels)
    coefficients, intercept, mean = fit(features, split.labels, strength)
    head = {
        "coefficients": (coefficients * slope).astype(np.float32),
        "mean": mean.astype(np.float32),
        "lexicon_part": (part * slope).astype(np.float32),
        "intercept": ((intercept + part * load_lexicon().intercept) * slope + offset).astype(np.float32),
        "threshold": threshold,
    }
    chances = probability(tried[strength, part] * slope + offset)
    chosen = {
        "C": strength,
        "lexicon_part": part,
        "auc_in_folds": {f"C {c}, lexicon {share}": round(auc, 4) for (c, share), auc in scored.items()},
        "macro_f1_in_folds": round(macro_f1(split.labels, chances >= threshold), 4),
        "calibration_error_in_folds": _errors(split.labels, chances),
        "platt_slope": dict(zip(IDS, slope.round(4).tolist(), strict=True)),
        "platt_offset": dict(zip(IDS, offset.round(4).tolist(), strict=True)),
    }
    return head, chosen


def _errors(labels: Ints, chances: Floats) -> dict[str, float]:
    return {value: round(calibration_error(labels[:, v], chances[:, v]), 4) for v, value in enumerate(IDS)}


if __name__ == "__main__":
    main()

"""Fit data/recogniser/minilm_head.npz and measure it: `python scripts/build_minilm.py [--data FOLDER]`, 8-10 minutes.

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
from sklearn.model_selection import GroupKFold

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.paths import ROOT
from core.recognition.lexicon import FOLDER, Floats, Ints, load_lexicon, probability
from core.recognition.minilm import WINDOW, load_encoder, states
from core.recognition.quality import lexicon_card
from scripts.build_lexicon import (
    FOLDS,
    IDS,
    Split,
    bags,
    calibrate,
    calibration_error,
    embed,
    held_out,
    macro_f1,
    mean_auc,
    measure,
    platt,
    print_report,
    read_split,
    write_card,
)
from scripts.ridge import fit_head

RIDGES = (7.0, 12.0)
PARTS = (0.0, 0.03, 0.06, 0.09, 0.12)
HEAD = "minilm_head.npz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("POLYCOMPASS_SHARED_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=ROOT / default, help="folder that holds recognition/valueeval23")
    folder = parser.parse_args().data / "recognition" / "valueeval23"
    training, validation = read_split(folder, "training"), read_split(folder, "validation")
    head, chosen = learn(training, pooled(training.texts), lexicon_held_out(training))
    np.savez(FOLDER / HEAD, lexicon=np.array(load_lexicon().digest), **head)
    logits = (pooled(validation.texts) - head["mean"]) @ head["coefficients"] + head["intercept"]
    logits += lexicon_parts(validation.texts) * head["lexicon_part"]
    report = measure(validation, probability(logits), head["threshold"])
    write_card("minilm_card.json", folder, (HEAD, "lexicon.npz", "vocab.txt"), report, {"window": WINDOW} | chosen)
    print_report(report)


def pooled(texts: list[str]) -> Floats:
    """Every text's mean states (n × 4·384), by the lexicon's weights."""
    encoder, lexicon = load_encoder(), load_lexicon()
    found = (states(text, encoder, lexicon) for text in texts)
    return np.array([one.share @ one.hidden for one in found])


def lexicon_parts(texts: list[str]) -> Floats:
    """What the shipped table adds to its intercepts for every text (n × 10)."""
    lexicon = load_lexicon()
    return np.asarray(bags(texts, lexicon.pieces, lexicon.weight) @ lexicon.table)


def lexicon_held_out(split: Split) -> Floats:
    """The table's calibrated log-odds (n × 10) by fits that have not seen the text's conclusion. The shipped table has
    seen all of them, so its own would promise too much."""
    lexicon = load_lexicon()
    bag, ridge = bags(split.texts, lexicon.pieces, lexicon.weight), float(lexicon_card().settings["ridge"])
    scores = held_out(bag, embed(len(lexicon.pieces.tokens)), split, ridge)
    slope, offset = platt(scores, split.labels)
    return scores * slope + offset


def head_held_out(features: Floats, split: Split, ridge: float) -> Floats:
    """Scores (n × 10) of every text by a head that has not seen its conclusion."""
    scores = np.zeros(split.labels.shape)
    for train, test in GroupKFold(FOLDS).split(split.labels, groups=split.groups):
        coefficients, intercept = fit_head(features[train], split.labels[train], ridge)
        scores[test] = features[test] @ coefficients + intercept
    return scores


def learn(split: Split, features: Floats, lexicon: Floats) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the head's arrays, float32 but the thresholds; what was chosen by cross-validation). `lexicon`: the table's
    held-out log-odds."""
    encoded = {ridge: head_held_out(features, split, ridge) for ridge in RIDGES}
    # A head's scores are of the size of chances, the table's are log-odds.
    tried = {(r, part): scores + part * lexicon for r, scores in encoded.items() for part in PARTS}
    scored = {key: mean_auc(split.labels, scores) for key, scores in tried.items()}
    ridge, part = max(scored, key=lambda key: scored[key])
    slope, offset, threshold = calibrate(tried[ridge, part], split.labels)
    coefficients, intercept = fit_head(features, split.labels, ridge)
    mean = features.mean(axis=0)
    constant = intercept + mean @ coefficients + part * load_lexicon().intercept
    head = {
        "coefficients": (coefficients * slope).astype(np.float32),
        "mean": mean.astype(np.float32),
        "lexicon_part": (part * slope).astype(np.float32),
        "intercept": (constant * slope + offset).astype(np.float32),
        "threshold": threshold,
    }
    chances = probability(tried[ridge, part] * slope + offset)
    chosen = {
        "ridge": ridge,
        "lexicon_part": part,
        "auc_in_folds": {f"ridge {r:g}, lexicon {share}": round(auc, 4) for (r, share), auc in scored.items()},
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

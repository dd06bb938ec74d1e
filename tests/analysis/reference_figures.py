"""Figures of other implementations, to hold ours against. Run by hand, in an environment of its own:

    python -m venv /tmp/reference
    /tmp/reference/bin/pip install krippendorff==0.9.0 scikit-learn==1.9.1 statsmodels==0.15.0 ppi-python==0.2.3
    /tmp/reference/bin/pip install attrs nltk pandas && /tmp/reference/bin/pip install --no-deps crowd-kit==1.4.2
    /tmp/reference/bin/python tests/analysis/reference_figures.py

writes tests/analysis/reference_figures.json: data made up here and what those packages say of them.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TARGET = Path(__file__).with_suffix(".json")


def listed(array: Floats) -> list[Any]:
    """For JSON, which knows no NaN."""
    return np.where(np.isnan(array), None, array.astype(object)).tolist()


def ratings(rng: np.random.Generator, n: int, coders: int, scale: Floats, missing: float) -> Floats:
    truth = rng.integers(len(scale), size=(n, 1))
    off = rng.choice([-1, 0, 0, 0, 1], (n, coders))
    read = scale[np.clip(truth + off, 0, len(scale) - 1)]
    return np.where(rng.random((n, coders)) < missing, np.nan, read)


def agreement(rng: np.random.Generator) -> dict[str, Any]:
    import krippendorff
    from sklearn.metrics import cohen_kappa_score
    from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

    holes = ratings(rng, 40, 4, np.array([-1.0, -0.5, 0.0, 0.5, 1.0]), 0.25)
    whole = ratings(rng, 40, 3, np.array([-1.0, 0.0, 1.0]), 0.0)
    first, second = (holes[~np.isnan(holes[:, :2]).any(axis=1), c].astype(str) for c in (0, 1))
    scale = ["-1.0", "-0.5", "0.0", "0.5", "1.0"]
    return {
        "holes": listed(holes),
        "whole": listed(whole),
        "alpha": {
            level: krippendorff.alpha(reliability_data=holes.T, level_of_measurement=level)
            for level in ("nominal", "ordinal", "interval")
        },
        "cohen": {
            weighting: cohen_kappa_score(
                first, second, labels=scale, weights=None if weighting == "none" else weighting
            )
            for weighting in ("none", "linear", "quadratic")
        },
        "fleiss": fleiss_kappa(aggregate_raters(whole.astype(int))[0]),
    }


def consensus(rng: np.random.Generator) -> dict[str, Any]:
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    readings = np.where(rng.random((60, 4)) < 0.1, -1, ratings(rng, 60, 4, np.arange(3.0), 0.0).astype(int))
    item, judge = np.nonzero(readings >= 0)
    tall = pd.DataFrame({"task": item, "worker": judge, "label": readings[item, judge]})
    fit = DawidSkene(n_iter=3000, tol=-1.0).fit(tall)
    errors = fit.errors_.reset_index().set_index(["worker", "label"])[[0, 1, 2]].sort_index()
    index = pd.MultiIndex.from_product([range(4), range(3)])
    return {
        "readings": readings.tolist(),
        "posterior": fit.probas_.sort_index()[[0, 1, 2]].to_numpy().tolist(),
        "prior": fit.priors_.sort_index().to_numpy().tolist(),
        "confusion": errors.reindex(index).to_numpy().reshape(4, 3, 3).swapaxes(1, 2).tolist(),
    }


def classification(rng: np.random.Generator) -> dict[str, Any]:
    from sklearn import metrics
    from sklearn.calibration import calibration_curve
    from statsmodels.stats.proportion import proportion_confint

    truth = (rng.random((80, 3)) < [0.5, 0.3, 0.2]).astype(float)
    scores = np.round(np.clip(0.3 * truth + rng.random((80, 3)) * 0.7, 0, 1), 2)
    found = scores > 0.5
    share, mean = calibration_curve(truth[:, 0], scores[:, 0], n_bins=7, strategy="quantile")
    figures = metrics.precision_recall_fscore_support(truth, found, average=None)
    macro = metrics.precision_recall_fscore_support(truth, found, average="macro")
    codes = rng.integers(3, size=(50, 2))
    return {
        "truth": truth.tolist(),
        "scores": scores.tolist(),
        "precision": [*figures[0], macro[0]],
        "recall": [*figures[1], macro[1]],
        "f1": [*figures[2], macro[2]],
        "auc": [*metrics.roc_auc_score(truth, scores, average=None), metrics.roc_auc_score(truth, scores)],
        "brier": [metrics.brier_score_loss(truth[:, v], scores[:, v]) for v in range(3)],
        "curve": {"share": share.tolist(), "probability": mean.tolist()},
        "codes": codes.tolist(),
        "confusion": metrics.confusion_matrix(codes[:, 0], codes[:, 1]).tolist(),
        "wilson": [[k, n, *proportion_confint(k, n, method="wilson")] for k, n in [(0, 7), (3, 9), (50, 80), (5, 5)]],
    }


def powered(rng: np.random.Generator) -> dict[str, Any]:
    from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

    n = 60
    people = rng.integers(-1, 2, n).astype(float)
    machine = np.clip(np.round(people + rng.normal(0.2, 0.6, n), 1), -1, 1)
    rest = np.clip(np.round(rng.integers(-1, 2, 500) + rng.normal(0.2, 0.6, 500), 1), -1, 1)
    said = (people, machine, rest)
    return {
        "people": people.tolist(),
        "machine": machine.tolist(),
        "rest": rest.tolist(),
        "tuned": float(np.squeeze(ppi_mean_pointestimate(*said))),
        "fixed": [
            {
                "power": power,
                "mean": float(np.squeeze(ppi_mean_pointestimate(*said, lam=power))),
                "interval": [float(np.squeeze(end)) for end in ppi_mean_ci(*said, alpha=0.05, lam=power)],
            }
            for power in (0.0, 0.4, 1.0)
        ],
    }


def main() -> None:
    parts = (agreement, consensus, classification, powered)
    figures = {part.__name__: part(np.random.default_rng(seed)) for seed, part in enumerate(parts)}
    TARGET.write_text(json.dumps(figures, default=float) + "\n")


if __name__ == "__main__":
    main()

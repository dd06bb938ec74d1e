"""Learn data/recogniser/leaning.npz and measure it: `python scripts/build_leaning.py`, about 3 minutes.

Needs `pip install -c constraints.txt -e '.[build]'` and what scripts/build_lexicon.py and scripts/build_minilm.py made.
All texts are our own: the labelled answers of two authors (data/recogniser/leaning), the support and oppose statements
(anchors.toml) and the options of the everyday suite, each of which serves one value and gives up the other. Every
choice is made, and every figure measured, on the answers of the author that was not learned from, both ways.
"""

import argparse
import datetime
import json
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.paths import DATA
from core.recognition.lexicon import FOLDER, Floats, load_lexicon
from core.recognition.minilm import load_head
from core.values.system import SCHWARTZ, system
from scripts.build_lexicon import DRAWS, SEED, bags, digest, embed, interval, resamples
from scripts.build_minilm import pooled
from scripts.ridge import fit_head, fit_table, int8

IDS = system(SCHWARTZ).ids
AUTHORS = ("a", "b")
WEIGHTS = {"a": 1.0, "b": 1.0, "statement": 0.5, "option": 0.25}
TABLE_RIDGES, HEAD_RIDGES = (6.0, 10.0, 15.0), (3.0, 5.0, 8.0)
PRESENCE, TABLE = 0.3, 0.3
"""What the presence and, for MiniLM, the token table's leaning count beside the regression, in its spread. Learned from
statements and options alone, a shift of domain, PRESENCE made the answers' AUC .70 from .69; across authors no odds."""


@dataclass(frozen=True)
class Texts:
    """Texts with their kind (an author, "statement" or "option"), question (group) and stances (n × 10: 1, 0, -1)."""

    texts: list[str]
    kinds: np.ndarray[Any, np.dtype[np.str_]]
    groups: np.ndarray[Any, np.dtype[np.str_]]
    stances: Floats

    @property
    def answers(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return np.isin(self.kinds, AUTHORS)

    @property
    def weights(self) -> Floats:
        return np.array([WEIGHTS[kind] for kind in self.kinds])


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    lexicon, head, texts = load_lexicon(), load_head(), read_texts()
    rows, bag = embed(len(lexicon.pieces.tokens)), bags(texts.texts, lexicon.pieces, lexicon.weight)
    states, stances, weights, answers = pooled(texts.texts), texts.stances, texts.weights, texts.answers
    table_presence, head_presence = np.asarray(bag @ lexicon.table), states @ head.coefficients

    tables = {
        ridge: across(texts, lambda some, r=ridge: fit_table(bag[some], rows, stances[some], r, weights[some]), bag)
        for ridge in TABLE_RIDGES
    }
    heads = {
        ridge: across(texts, lambda some, r=ridge: fit_head(states[some], stances[some], r, weights[some]), states)
        for ridge in HEAD_RIDGES
    }
    table_ridge, head_ridge = (max(tried, key=lambda r: score(texts, tried[r])) for tried in (tables, heads))
    table_mix = PRESENCE * ratio(tables[table_ridge], table_presence, answers)
    by_table = tables[table_ridge] + table_mix * table_presence
    head_mix = PRESENCE * ratio(heads[head_ridge], head_presence, answers)
    by_head = heads[head_ridge] + head_mix * head_presence
    part = TABLE * ratio(by_head, by_table, answers)
    by_head = by_head + part * by_table

    slope, head_slope = expected(texts, by_table), expected(texts, by_head)
    table = (fit_table(bag, rows, stances, table_ridge, weights)[0] + table_mix * lexicon.table) * slope
    coefficients = fit_head(states, stances, head_ridge, weights)[0] + head_mix * head.coefficients
    # Parts are relative to the mean answer, whose expected stance is the intercept.
    quantised, scale = int8(table - np.asarray(bag @ table)[answers].mean(axis=0))
    np.savez(
        FOLDER / "leaning.npz",
        table=quantised,
        scale=scale,
        intercept=stances[answers].mean(axis=0),
        coefficients=(coefficients * head_slope).astype(np.float32),
        mean=states[answers].mean(axis=0).astype(np.float32),
        table_part=np.array(part * head_slope / slope),
        head_intercept=stances[answers].mean(axis=0),
    )
    tried = {
        name: {str(r): round(score(texts, z), 4) for r, z in of.items()}
        for name, of in (("table", tables), ("head", heads))
    }
    settings = {"table_ridge": table_ridge, "head_ridge": head_ridge, "presence": PRESENCE, "table": TABLE}
    report = {"lexicon": measure(texts, by_table, table_presence), "minilm": measure(texts, by_head, head_presence)}
    write_card(texts, report, settings | {"auc_across_authors": tried})


def read_texts() -> Texts:
    """All texts of our own; an author's answers by the letter that their ids begin with."""
    rows: list[tuple[str, str, str, dict[str, float]]] = []
    for path in sorted((FOLDER / "leaning").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            found = dict.fromkeys(one["supports"], 1.0) | dict.fromkeys(one["opposes"], -1.0)
            rows.append((one["answer"], one["id"][0], one["question"], found))
    for value, poles in tomllib.loads((FOLDER / "anchors.toml").read_text(encoding="utf-8")).items():
        rows += [(text, "statement", text, {value: 1.0}) for text in poles["support"]]
        rows += [(text, "statement", text, {value: -1.0}) for text in poles["oppose"]]
    for line in (DATA / "suites" / "everyday.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        for option in item["options"]:
            given_up = {other["value"]: -1.0 for other in item["options"] if other is not option}
            rows.append((option["text"], "option", item["text"], given_up | {option["value"]: 1.0}))
    texts, kinds, groups, found_in = zip(*rows, strict=True)
    stances = np.array([[found.get(value, 0.0) for value in IDS] for found in found_in])
    return Texts(list(texts), np.array(kinds), np.array(groups), stances)


def across(texts: Texts, fit: Any, features: csr_array | Floats) -> Floats:
    """Scores (n × 10) of each author's answers by a fit on all texts but that author's; 0 for other texts."""
    scores = np.zeros(texts.stances.shape)
    for author in AUTHORS:
        train, test = np.flatnonzero(texts.kinds != author), np.flatnonzero(texts.kinds == author)
        coefficients, intercept = fit(train)
        scores[test] = features[test] @ coefficients + intercept
    return scores


def ratio(scores: Floats, others: Floats, rows: np.ndarray[Any, Any]) -> float:
    """The spread of `scores` in that of `others`."""
    return float(scores[rows].std() / others[rows].std())


def expected(texts: Texts, scores: Floats) -> float:
    """The slope, one for all values, that turns scores across authors into expected stances."""
    centred = scores[texts.answers] - scores[texts.answers].mean(axis=0)
    return float((centred * texts.stances[texts.answers]).sum() / (centred**2).sum())


def score(texts: Texts, scores: Floats) -> float:
    """The mean of both directions' mean AUC."""
    return float(
        np.mean([mean_auc(texts.stances[rows], scores[rows]) for rows in (texts.kinds == author for author in AUTHORS)])
    )


def mean_auc(stances: Floats, scores: Floats) -> float:
    return float(np.mean([auc(stances[:, v], scores[:, v]) for v in range(len(IDS))]))


def auc(stances: Floats, scores: Floats) -> float:
    """How often, of an answer that supports a value and one that opposes it, the former has the higher score."""
    taken = stances != 0
    return float(roc_auc_score(stances[taken] > 0, scores[taken]))


def measure(texts: Texts, scores: Floats, presence: Floats) -> dict[str, Any]:
    """Direction figures of the answers across authors: each author's, their mean with an interval over questions, and
    that of presence alone."""
    by_author = {}
    for author in AUTHORS:
        rows = np.flatnonzero(texts.kinds == author)
        draws = []
        for pick in resamples(texts.groups[rows].tolist()):
            some = texts.stances[rows[pick]]
            if ((some > 0).any(axis=0) & (some < 0).any(axis=0)).all():
                draws.append(mean_auc(some, scores[rows[pick]]))
        by_author[author] = (mean_auc(texts.stances[rows], scores[rows]), draws)
    both = [(one + two) / 2 for one, two in zip(*(draws for _, draws in by_author.values()), strict=False)]
    halves = [texts.kinds == author for author in AUTHORS]
    by_value = {
        value: round(float(np.mean([auc(texts.stances[half, v], scores[half, v]) for half in halves])), 4)
        for v, value in enumerate(IDS)
    }
    return {
        "auc": interval(float(np.mean([value for value, _ in by_author.values()])), both),
        "auc_on_a": interval(*by_author["a"]),
        "auc_on_b": interval(*by_author["b"]),
        "auc_of_presence_alone": round(score(texts, presence), 4),
        "by_value": by_value,
    }


def write_card(texts: Texts, report: dict[str, Any], settings: dict[str, Any]) -> None:
    """data/recogniser/leaning_card.json: the fixed words of scripts/leaning_card.json and this build's figures."""
    words = json.loads((Path(__file__).parent / "leaning_card.json").read_text(encoding="utf-8"))
    answers = texts.answers
    files = (FOLDER / "leaning.npz", FOLDER / "anchors.toml", *sorted((FOLDER / "leaning").glob("*.jsonl")))
    card = words | {
        "built": datetime.date.today().isoformat(),
        "answers": {author: int((texts.kinds == author).sum()) for author in AUTHORS},
        "questions": len(set(texts.groups[answers])),
        "labels": {
            value: [int((texts.stances[answers, v] == sign).sum()) for sign in (1, -1)] for v, value in enumerate(IDS)
        },
        "across_authors": report,
        "settings": {"seed": SEED, "bootstrap_draws": DRAWS, "weights": WEIGHTS} | settings,
        "versions": {"python": sys.version.split()[0]}
        | {name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
        "sha256": {path.name: digest(path) for path in files},
    }
    (FOLDER / "leaning_card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, figures in report.items():
        print(name, {key: value for key, value in figures.items() if key != "by_value"})


if __name__ == "__main__":
    main()

"""The published JSON files of Value Portrait, made from its figures with invented texts, shaped as they are."""

import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

SYSTEMS = {"pvq": "correlations", "higher_pvq": "higher_pvq_correlations", "bfi": "bfi_correlations"}
VERSIONS = ("v1", "v1_reversed", "v2", "v2_reversed", "v3", "v3_reversed")
LOST = {"llama-3.1-8b-instruct": "2011-1"}
TEMPLATE = "Title: {title}\nScenario: {scenario}\nResponse: {response}\nONLY ONE of: very much like me, like me."


def originals(folder: Path, models: tuple[str, ...]) -> dict[str, bytes]:
    """The files by their path in the repository; answers and scores of `models` only."""
    ratings, correlations = (pd.read_csv(folder / f"{name}.csv") for name in ("ratings", "correlations"))
    files: dict[str, Any] = {
        "data/prolific/survey/main/survey.json": _survey(ratings),
        "data/prolific/value/main/value.json": _values(pd.read_csv(folder / "rater_values.csv")),
    }
    by_item: dict[tuple[int, int], dict[str, list[list[Any]]]] = defaultdict(lambda: defaultdict(list))
    for system, key in SYSTEMS.items():
        rows = correlations[correlations["system"] == system]
        files[f"data/correlation_results/{system}_correlation_results.json"] = [
            {
                "portrait_id": str(row.portrait_id),
                "option_id": row.option_id,
                f"{system}_dimension": row.dimension,
                "spearman_corr": row.rho,
                "spearman_p_value": row.p,
            }
            for row in rows.itertuples()
        ]
        for row in rows.itertuples():
            by_item[row.portrait_id, row.option_id][key].append([row.dimension, row.rho])
    files["data/query-response-tagged/query-response-tagged.json"] = _items(by_item)
    files |= _models(folder, models, by_item)
    for version in VERSIONS:
        for kind in ("reddit", "sharegpt"):
            text = TEMPLATE if kind == "reddit" else "{message}\n\nResponse: {response}"
            files[f"lm_evaluation/prompts/{version}/{kind}_prompt.txt"] = text.encode()
    return {path: body if isinstance(body, bytes) else json.dumps(body).encode() for path, body in files.items()}


def _survey(ratings: pd.DataFrame) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = [{} for _ in range(12)]
    for (group, query, option), rows in ratings.groupby(["group", "portrait_id", "option_id"]):
        data = [[int(rating), rater] for rating, rater in zip(rows["rating"], rows["rater"], strict=True)]
        groups[int(group)].setdefault(str(query), []).append({"option_id": int(option), "data": data})
    return groups


def _values(raters: pd.DataFrame) -> dict[str, Any]:
    found = {}
    for row in raters.to_dict("records"):
        named = {name: cell for name, cell in row.items() if name != "rater"}
        found[row["rater"]] = {
            "bfi": {name[2:]: cell for name, cell in named.items() if str(name).startswith("B_")},
            "higher_pvq": {name[2:]: cell for name, cell in named.items() if str(name).startswith("H_")},
            "pvq": {name: cell for name, cell in named.items() if str(name)[1] != "_"},
        }
    return found


def _items(by_item: Mapping[tuple[int, int], Mapping[str, Any]]) -> list[dict[str, Any]]:
    queries: dict[int, dict[str, Any]] = {}
    for query, option in sorted(by_item):
        content = {"title": f"Title {query}", "text": f"Invented situation number {query}."}
        entry = queries.setdefault(query, {"content": content, "outputs": [], "portrait_id": query})
        said = f"Invented response {option} to {query}."
        entry["outputs"].append({"content": said, "id": option, **by_item[query, option]})
    return list(queries.values())


def _models(folder: Path, models: tuple[str, ...], by_item: Mapping[tuple[int, int], Any]) -> dict[str, Any]:
    answers, scores = (pd.read_csv(folder / f"{name}.csv") for name in ("llm_responses", "llm_scores"))
    files: dict[str, Any] = {}
    for model in models:
        rows = []
        for row in answers[answers["model"] == model].to_dict("records"):
            key = row["portrait_id"], row["option_id"]
            given = {name: None if pd.isna(row[name]) else float(row[name]) for name in VERSIONS}
            known = [answer for answer in given.values() if answer is not None]
            known_tags = {name: [pair for pair in pairs if abs(pair[1]) > 0.3] for name, pairs in by_item[key].items()}
            tags = {
                name: pairs
                for name, pairs in known_tags.items()
                if pairs and LOST.get(model) != "-".join(map(str, key))
            }
            mean = sum(known) / len(known) if known else None
            rows.append({"portrait_id": key[0], "option_id": key[1], "version_responses": given, **tags})
            rows[-1]["numeric_response"] = mean
        files[f"lm_evaluation/average_outputs/{model}_averaged_results.json"] = rows
        body: dict[str, Any] = {}
        for one in scores[scores["model"] == model].itertuples():
            figures = {"centered_mean": one.centered_mean, "original_mean": one.original_mean}
            body.setdefault(one.system, {})[one.dimension] = figures | {"std_dev": one.std_dev, "n": one.n}
        name = f"{model}_averaged_results_0.3_pos_centered_scores.json"
        files[f"lm_evaluation/score_results/final_results_0.3_pos_centered/{name}"] = {
            "meta": {"model_name": model},
            "scores": body,
        }
    return files


def zipped(files: Mapping[str, bytes], root: str = "ValuePortrait-main/") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, body in files.items():
            archive.writestr(root + path, body)
    return out.getvalue()

"""The published JSON files of Value Portrait (arXiv 2505.01015), each as plain rows; a wrong row becomes a problem."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from core.errors import UserError
from core.interchange.bounded import dig, parsed
from core.interchange.portrait_rows import (
    Faults,
    Wrong,
    absent,
    dig_list,
    dimension,
    item_id,
    number,
    rating,
    shown,
    word,
)
from core.items.bank import VARIATIONS, BankItem
from core.items.bank_read import Score
from core.items.dimensions import IDS, PLACE, PUBLISHED
from core.text import clean

AVERAGED = "_averaged_results.json"
TAGS = ("correlations", "higher_pvq_correlations", "bfi_correlations")
SOURCES = {"1": "Reddit", "2": "Dear Abby", "3": "ShareGPT", "4": "LMSYS"}
Correlation = tuple[tuple[str, str], tuple[float, float | None]]


def items(data: bytes, path: str, faults: Faults) -> tuple[list[BankItem], list[Correlation]]:
    """query-response-tagged.json or Phase1_total.json: a list of queries, each with its responses (`outputs`) and the
    coefficients of each. The latter file has only those beyond .3."""
    found: list[BankItem] = []
    correlations: list[Correlation] = []
    for row, query in enumerate(dig_list(parsed(data, path), path, "queries"), 1):
        outputs = dig(query, "outputs")
        if not isinstance(outputs, list):
            faults.add(row, Wrong("outputs", f"must be a list of responses, got {shown(outputs)}."))
            continue
        for output in outputs:
            try:
                item = _item(query, output)
                correlations += [((item.id, name), each) for name, each in _coefficients(output)]
                found.append(item)
            except Wrong as wrong:
                faults.add(row, wrong)
    return found, correlations


def _item(query: Any, output: Any) -> BankItem:
    query_id = word(dig(query, "portrait_id"), "portrait_id")
    content = dig(query, "content")
    text = content if isinstance(content, str) else dig(query, "content", "text")
    title = dig(query, "content", "title")
    response = dig(output, "content")
    for name, cell in (("content.text", text), ("outputs.content", response)):
        if not isinstance(cell, str) or not cell.strip():
            raise Wrong(name, f"must be a text that is not blank, got {shown(cell)}.")
    source = SOURCES.get(query_id[0], "") if len(query_id) == 4 else ""
    option = word(dig(output, "id"), "outputs.id")
    return BankItem(
        query_id, option, clean(title) if isinstance(title, str) else "", clean(text), clean(response), source
    )


def _coefficients(output: Any) -> Iterator[tuple[str, tuple[float, float | None]]]:
    for key in TAGS:
        entries = dig(output, key)
        if isinstance(entries, dict):
            entries = [{"dimension": name, "correlation": rho} for name, rho in entries.items()]
        for entry in entries if isinstance(entries, list) else []:
            name, rho, p = _coefficient(entry)
            yield dimension(name, key), (number(rho, key, -1, 1), None if p is None else number(p, key, 0, 1))


def _coefficient(entry: Any) -> tuple[object, object, object]:
    """Its dimension, rho and p: a pair [dimension, rho], or an object, whatever its keys are called."""
    if isinstance(entry, list) and len(entry) == 2:
        return entry[0], entry[1], None
    if not isinstance(entry, dict):
        return None, None, None
    named = next((cell for key, cell in entry.items() if key.endswith("dimension")), None)
    p = next((cell for key, cell in entry.items() if "p_value" in key), None)
    rho = next((cell for key, cell in entry.items() if ("corr" in key and "p_value" not in key) or key == "rho"), None)
    return named, rho, p


def correlations(data: bytes, path: str, faults: Faults) -> list[Correlation]:
    """A *_correlation_results.json: rows of portrait_id, option_id, *_dimension, spearman_corr, spearman_p_value."""
    found: list[Correlation] = []
    for row, entry in enumerate(dig_list(parsed(data, path), path, "correlations"), 1):
        try:
            name, rho, p = _coefficient(entry)
            key = (item_id(dig(entry, "portrait_id"), dig(entry, "option_id")), dimension(name, "dimension"))
            found.append((key, (number(rho, "spearman_corr", -1, 1), number(p, "spearman_p_value", 0, 1))))
        except Wrong as wrong:
            faults.add(row, wrong)
    return found


def ratings(data: bytes, path: str, faults: Faults) -> list[tuple[str, str, str, float]]:
    """survey.json: a list of groups, each {portrait_id: [{option_id, data: [[rating, person], ...]}]}. The row of a
    problem is the group's, from 1."""
    found = []
    for group, queries in enumerate(dig_list(parsed(data, path), path, "groups")):
        for query, options in queries.items() if isinstance(queries, dict) else []:
            for option in options if isinstance(options, list) else []:
                for pair in dig(option, "data") or []:
                    try:
                        if not isinstance(pair, list) or len(pair) != 2:
                            raise Wrong("data", f"must hold pairs of rating and person, got {shown(pair)}.")
                        named = item_id(query, dig(option, "option_id"))
                        found.append((str(group), named, word(pair[1], "person"), rating(pair[0], "rating")))
                    except Wrong as wrong:
                        faults.add(group + 1, wrong)
    return found


def raters(data: bytes, path: str, faults: Faults) -> dict[str, tuple[float | None, ...]]:
    """value.json: {person: {bfi: {...}, pvq: {...}, higher_pvq: {...}}}."""
    body = parsed(data, path)
    if not isinstance(body, dict):
        raise UserError(f"{path} must hold an object with a person's scales by person.")
    found: dict[str, tuple[float | None, ...]] = {}
    for row, (person, scales) in enumerate(body.items(), 1):
        cells: list[float | None] = [None] * len(IDS)
        try:
            for system in PUBLISHED:
                for name, score in (dig(scales, system) or {}).items():
                    cells[PLACE[dimension(name, system)]] = number(score, f"{system}.{name}", -10, 10)
            found[word(person, "person")] = tuple(cells)
        except Wrong as wrong:
            faults.add(row, wrong)
    return found


Averaged = tuple[list[tuple[str, str, str, float | None]], list[tuple[str, str, float]], tuple[str, ...] | None]


def averaged(data: bytes, path: str, faults: Faults) -> Averaged:
    """<model>_averaged_results.json: the answers of one model, the published mean of each item, and the items that
    stand there without tags (see core.analysis.portrait.scorers, legacy); None of a file that has no tags at all."""
    model = clean(PurePosixPath(path).name.removesuffix(AVERAGED))
    answers: list[tuple[str, str, str, float | None]] = []
    means: list[tuple[str, str, float]] = []
    bare: list[str] = []
    body = parsed(data, path)
    rows = dig(body, "results") if isinstance(body, dict) else body
    for row, entry in enumerate(dig_list(rows, path, "answers"), 1):
        try:
            named = item_id(dig(entry, "portrait_id"), dig(entry, "option_id"))
            versions = dig(entry, "version_responses")
            given = {name: _answer(versions, name) for name in VARIATIONS}
            mean = dig(entry, "numeric_response")
            if not absent(mean):
                means.append((model, named, number(mean, "numeric_response", 1, 6)))
        except Wrong as wrong:
            faults.add(row, wrong)
            continue
        answers += [(model, named, name, given[name]) for name in VARIATIONS]
        if not any(dig(entry, key) for key in TAGS):
            bare.append(named)
    without_tags = len(bare) * len(VARIATIONS) == len(answers)
    return answers, means, None if without_tags else tuple(bare)


def _answer(versions: Any, name: str) -> float | None:
    cell = dig(versions, name)
    if isinstance(cell, dict):
        cell = cell.get("numeric_response")
    return None if absent(cell) else rating(cell, f"version_responses.{name}")


def scores(data: bytes, path: str, faults: Faults, models: tuple[str, ...]) -> list[Score]:
    """A file of score_results: scores.{pvq,bfi,higher_pvq}.{dimension}.{centered_mean, original_mean, std_dev, n}. Its
    model is what stands before "_averaged_results" in the file's name, or meta.model_name; where there is neither, the
    one of `models` with the longest name that begins the file's before a "_", else the file's name."""
    stem, named, _ = clean(PurePosixPath(path).name.removesuffix(".json")).partition(AVERAGED.removesuffix(".json"))
    body = parsed(data, path)
    if not named and isinstance(told := dig(body, "meta", "model_name"), str) and told.strip():
        stem, named = clean(told.strip()), "told"
    model = stem if named else max((one for one in models if f"{stem}_".startswith(f"{one}_")), key=len, default=stem)
    found = []
    for system in PUBLISHED:
        for row, (name, figures) in enumerate((dig(body, "scores", system) or {}).items(), 1):
            try:
                found.append(score(model, name, figures))
            except Wrong as wrong:
                faults.add(row, wrong)
    if not found and not faults.total:
        raise UserError(f"{path} holds no scores.")
    return found


def score(model: str, name: object, figures: Any) -> Score:
    """One published score from its named figures."""
    return Score(
        model,
        dimension(name, "dimension"),
        number(dig(figures, "centered_mean"), "centered_mean", -5, 5),
        number(dig(figures, "original_mean"), "original_mean", 1, 6),
        number(dig(figures, "std_dev"), "std_dev", 0, 5),
        int(number(dig(figures, "n"), "n", 0, 100_000)),
    )

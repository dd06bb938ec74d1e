"""The same figures as plain CSV files without any text: ratings, people's scales, correlations, answers, scores."""

from core.interchange.portrait_json import Correlation, score
from core.interchange.portrait_rows import Faults, Wrong, absent, csv_rows, dimension, item_id, number, rating, word
from core.items.bank import VARIATIONS
from core.items.bank_read import Score
from core.items.dimensions import IDS

_ITEM = ("portrait_id", "option_id")


def correlations(data: bytes, path: str, faults: Faults) -> list[Correlation]:
    """Columns portrait_id, option_id, dimension, rho, p."""
    found: list[Correlation] = []
    for line, row in csv_rows(data, path, (*_ITEM, "dimension", "rho", "p")):
        try:
            key = (item_id(row["portrait_id"], row["option_id"]), dimension(row["dimension"], "dimension"))
            found.append((key, (number(row["rho"], "rho", -1, 1), number(row["p"], "p", 0, 1))))
        except (Wrong, KeyError) as wrong:
            faults.add(line, _named(wrong))
    return found


def ratings(data: bytes, path: str, faults: Faults) -> list[tuple[str, str, str, float]]:
    """Columns group, portrait_id, option_id, rater (or person), rating."""
    found = []
    for line, row in csv_rows(data, path, ("group", *_ITEM, "rating")):
        try:
            person = word(row.get("rater", row.get("person")), "rater")
            named = item_id(row["portrait_id"], row["option_id"])
            found.append((word(row["group"], "group"), named, person, rating(row["rating"], "rating")))
        except (Wrong, KeyError) as wrong:
            faults.add(line, _named(wrong))
    return found


def raters(data: bytes, path: str, faults: Faults) -> dict[str, tuple[float | None, ...]]:
    """A column rater (or person), and one for each scale: values by name, higher-order ones with H_, traits with B_."""
    found = {}
    for line, row in csv_rows(data, path, ()):
        try:
            person = word(row.get("rater", row.get("person")), "rater")
            plain = {name.removeprefix("H_").removeprefix("B_").lower(): cell for name, cell in row.items()}
            cells = [None if absent(cell := plain.get(name)) else number(cell, name, -10, 10) for name in IDS]
            if person in found:
                raise Wrong("rater", f"{person} stands there twice.")
            found[person] = tuple(cells)
        except Wrong as wrong:
            faults.add(line, wrong)
    return found


def answers(data: bytes, path: str, faults: Faults) -> list[tuple[str, str, str, float | None]]:
    """Columns model, portrait_id, option_id and one for each variation; an empty cell is an answer that failed."""
    found: list[tuple[str, str, str, float | None]] = []
    for line, row in csv_rows(data, path, ("model", *_ITEM)):
        try:
            model, named = word(row["model"], "model"), item_id(row["portrait_id"], row["option_id"])
            given = {name: None if absent(row[name]) else rating(row[name], name) for name in VARIATIONS if name in row}
            found += [(model, named, name, answer) for name, answer in given.items()]
        except (Wrong, KeyError) as wrong:
            faults.add(line, _named(wrong))
    return found


def scores(data: bytes, path: str, faults: Faults) -> list[Score]:
    """Columns model, dimension, centered_mean, original_mean, std_dev, n."""
    found = []
    for line, row in csv_rows(data, path, ("model", "dimension", "centered_mean", "original_mean", "std_dev", "n")):
        try:
            found.append(score(word(row["model"], "model"), row["dimension"], row))
        except (Wrong, KeyError) as wrong:
            faults.add(line, _named(wrong))
    return found


def _named(error: Exception) -> Wrong:
    """A row that is too short lacks a column."""
    return error if isinstance(error, Wrong) else Wrong(str(error.args[0]), "the row has no such cell.")

"""Importing an item bank: the published repository of Value Portrait, or its figures as CSV, from a folder or a zip.

What is read stays with the person who has it: texts of others go to the person's own store and nowhere else.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from core.errors import RowProblem, UserError
from core.interchange import portrait_csv as table
from core.interchange import portrait_json as tree
from core.interchange.portrait_files import Found, find
from core.interchange.portrait_rows import Faults
from core.items.bank import BankItem
from core.items.bank_read import BankRead, FileRead, Score, Template
from core.text import clean

MAX_MODELS = 500
T = TypeVar("T")
Progress = Callable[[str], None]


def read_portrait(source: Path | bytes, name: str, progress: Progress = lambda _: None) -> BankRead:
    """All that is found. Every file is optional, but without items there must be correlations or ratings. `progress` is
    told what is being read. Raises UserError when nothing can be used; wrong rows are in `problems`."""
    return _Reading(find(source, name), progress).all()


class _Reading:
    def __init__(self, found: Found, progress: Progress) -> None:
        self.found = found
        self.progress = progress
        self.files: list[FileRead] = []
        self.problems: list[RowProblem] = []

    def all(self) -> BankRead:
        items, known = self._items()
        correlations = dict(known)
        for path in self.found.paths["correlations"]:
            data, faults = self._open("correlations", path)
            reader = table.correlations if path.endswith(".csv") else tree.correlations
            correlations |= dict(self._kept(reader(data, path, faults), faults))
        ratings = self._ratings()
        items = items or _bare_items([item for item, _ in correlations] + [each[1] for each in ratings])
        if not items:
            raise UserError(f"{self.found.name} holds no items: neither their texts, nor correlations, nor ratings.")
        answers, averages, bare = self._answers()
        models = tuple(dict.fromkeys(each[0] for each in answers))
        return BankRead(
            name=self.found.name,
            items=_grouped(items, ratings),
            correlations=correlations,
            ratings=ratings,
            raters=self._raters(),
            answers=answers,
            averages=averages,
            scores=self._scores(models),
            templates=self._templates(),
            lost=bare,
            files=tuple(self.files),
            missing=self.found.missing(),
            problems=tuple(self.problems),
        )

    def _open(self, role: str, path: str) -> tuple[bytes, Faults]:
        self.progress(path)
        data, read = self.found.read(role, path)
        self.files.append(read)
        return data, Faults(path)

    def _kept(self, found: T, faults: Faults) -> T:
        self.problems += faults.found
        if faults.total > len(faults.found):
            rest = f"{faults.total - len(faults.found):,} more rows of this file cannot be used."
            self.problems.append(RowProblem(faults.found[-1].row, faults.path, rest))
        return found

    def _items(self) -> tuple[list[BankItem], list[tree.Correlation]]:
        for path in self.found.paths["items"]:
            data, faults = self._open("items", path)
            items, correlations = self._kept(tree.items(data, path, faults), faults)
            seen: set[str] = set()
            for row, item in enumerate(items, 1):
                if item.id in seen:
                    self.problems.append(
                        RowProblem(row, f"{path}, outputs.id", f"The item {item.id} stands there twice.")
                    )
                seen.add(item.id)
            return list({item.id: item for item in items}.values()), correlations
        return [], []

    def _ratings(self) -> list[tuple[str, str, str, float]]:
        for path in self.found.paths["ratings"][:1]:
            data, faults = self._open("ratings", path)
            reader = table.ratings if path.endswith(".csv") else tree.ratings
            return self._kept(reader(data, path, faults), faults)
        return []

    def _raters(self) -> dict[str, tuple[float | None, ...]]:
        for path in self.found.paths["raters"][:1]:
            data, faults = self._open("raters", path)
            reader = table.raters if path.endswith(".csv") else tree.raters
            return self._kept(reader(data, path, faults), faults)
        return {}

    def _answers(
        self,
    ) -> tuple[list[tuple[str, str, str, float | None]], list[tuple[str, str, float]], dict[str, tuple[str, ...]]]:
        answers: list[tuple[str, str, str, float | None]] = []
        averages: list[tuple[str, str, float]] = []
        bare: dict[str, tuple[str, ...]] = {}
        paths = self.found.paths["answers"]
        if len(paths) > MAX_MODELS:
            raise UserError(f"{self.found.name} has answers of {len(paths)} models; {MAX_MODELS} are the most.")
        for path in paths:
            data, faults = self._open("answers", path)
            if path.endswith(".csv"):
                answers += self._kept(table.answers(data, path, faults), faults)
                continue
            given, means, lost = self._kept(tree.averaged(data, path, faults), faults)
            answers, averages = answers + given, averages + means
            if given and lost is not None:
                bare[given[0][0]] = lost
        return answers, averages, bare

    def _scores(self, models: tuple[str, ...]) -> list[Score]:
        found: list[Score] = []
        for path in self.found.paths["scores"]:
            data, faults = self._open("scores", path)
            if path.endswith(".csv"):
                found += self._kept(table.scores(data, path, faults), faults)
            else:
                found += self._kept(tree.scores(data, path, faults, models), faults)
        return found

    def _templates(self) -> list[Template]:
        found = []
        for path in self.found.paths["templates"]:
            data, _ = self._open("templates", path)
            parts = PurePosixPath(path).parts
            try:
                text = clean(data.decode("utf-8-sig"))
            except UnicodeDecodeError:
                self.problems.append(RowProblem(1, path, "It is not UTF-8 text."))
                continue
            found.append(Template(parts[-2], parts[-1].removesuffix("_prompt.txt"), text))
        return found


def _bare_items(ids: list[str]) -> list[BankItem]:
    """Items without texts, of which only figures are known, in order."""
    return [BankItem(each.rsplit("-", 1)[0], each.rsplit("-", 1)[1]) for each in sorted(set(ids))]


def _grouped(items: list[BankItem], ratings: list[tuple[str, str, str, float]]) -> tuple[BankItem, ...]:
    """The items, each with the group of people who rated it."""
    group_of = {item: group for group, item, _, _ in ratings}
    return tuple(replace(item, group=group_of.get(item.id, "")) for item in items)

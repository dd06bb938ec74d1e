"""Importing what the official Value Compass site publishes, from a person's own copy of it or from an address.

A copy of the site's repository holds several editions of its data, each in a folder of its own; each is read by itself.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TypeVar

from core.errors import RowProblem, UserError
from core.interchange import compass_rows as rows
from core.interchange.copies import Copy, opened
from core.interchange.portrait_rows import Faults
from core.items.bank_read import FileRead
from core.items.compass_read import SYSTEMS, CompassRead, SiteCase, SiteScore

SCORES = {f"{prefix}_scores.json": system for prefix, system in SYSTEMS.items()}
CASES = {f"{prefix}_cases.json": system for prefix, system in SYSTEMS.items()}
MODELS, HEATMAP = "models_info.json", "value_sim_heatmap.json"
FILES = (*SCORES, *CASES, MODELS, HEATMAP)
LOST = {
    MODELS: "not found: models_info.json, so developers and release dates are not known",
    HEATMAP: "not found: value_sim_heatmap.json, so there is no heat map to reproduce",
}
MOST_EDITIONS = 20
_MONTH = re.compile(r"(20\d\d)-?(0[1-9]|1[0-2])(?!\d)")
T = TypeVar("T")
Progress = Callable[[str], None]


def read_compass(
    source: Path | bytes | Mapping[str, bytes],
    name: str,
    where: str = "",
    measured: str = "",
    progress: Progress = lambda _: None,
) -> tuple[CompassRead, ...]:
    """Every edition in a folder, a zip (at a path, or its bytes), or files by path as they were downloaded. `where` is
    the source as it is to be remembered (default: `name`), `measured` when the site measured; else the folder's name
    may say it. Folders with the same data count once. Raises UserError when nothing can be used."""
    copy = _Downloaded(source) if isinstance(source, Mapping) else opened(source, name)
    folders: dict[str, list[str]] = {}
    for path in copy:
        if PurePosixPath(path).name in FILES:
            folders.setdefault(str(PurePosixPath(path).parent), []).append(path)
    with_scores = {folder: paths for folder, paths in folders.items() if _named(paths) & set(SCORES)}
    if not with_scores:
        raise UserError(
            f"{name} holds none of the site's score files ({', '.join(SCORES)}). Give the folder (or a zip) of your "
            "copy of the site's repository, or of its data."
        )
    if len(with_scores) > MOST_EDITIONS:
        raise UserError(f"{name} holds {len(with_scores)} folders with score files; {MOST_EDITIONS} are the most.")
    editions: dict[str, CompassRead] = {}
    for folder, paths in sorted(with_scores.items(), key=lambda each: (each[0].count("/"), each[0])):
        read = _Edition(copy, folder, paths, progress).read(name, where or name, measured, len(with_scores) > 1)
        editions.setdefault(read.hash, read)
    return tuple(editions.values())


class _Downloaded:
    """Files by path that are already here."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files))

    def read(self, path: str) -> bytes:
        return self._files[path]


class _Edition:
    def __init__(self, copy: "Copy | _Downloaded", folder: str, paths: list[str], progress: Progress) -> None:
        self.copy, self.folder, self.progress = copy, folder, progress
        self.paths = {PurePosixPath(path).name: path for path in paths}
        self.files: list[FileRead] = []
        self.problems: list[RowProblem] = []

    def read(self, name: str, where: str, measured: str, several: bool) -> CompassRead:
        scores: list[SiteScore] = []
        scales: list[tuple[str, str]] = []
        for file, system in self._there(SCORES):
            found, scale = self._kept(
                file, "scores", lambda *of, system=system: rows.scores(of[0], of[1], system, of[2])
            )
            scores, scales = scores + found, [*scales, (system, scale)]
        cases: list[SiteCase] = []
        for file, system in self._there(CASES):
            cases += self._kept(file, "cases", lambda *of, system=system: rows.cases(of[0], of[1], system, of[2]))
        models = self._kept(MODELS, "models", rows.models) if MODELS in self.paths else []
        cells = self._kept(HEATMAP, "heat map", rows.heatmap) if HEATMAP in self.paths else []
        month = _MONTH.search(self.folder) or _MONTH.search(name)
        return CompassRead(
            name=f"{name} · {self.folder}" if several else name,
            source=where,
            measured=measured or ("-".join(month.groups()) if month else ""),
            hash=_hash(self.files),
            scores=tuple(scores),
            models=tuple(models),
            cases=tuple(cases),
            cells=tuple(cells),
            scales=tuple(scales),
            files=tuple(self.files),
            missing=tuple(self._missing(bool(cases))),
            notes=tuple(_notes({score.model for score in scores}, {one.model for one in models}, bool(models))),
            problems=tuple(self.problems),
        )

    def _there(self, names: Mapping[str, str]) -> list[tuple[str, str]]:
        return [(file, system) for file, system in names.items() if file in self.paths]

    def _kept(self, file: str, role: str, reader: Callable[[bytes, str, Faults], T]) -> T:
        path = self.paths[file]
        self.progress(path)
        data, faults = self.copy.read(path), Faults(path)
        self.files.append(FileRead(path, role, hashlib.sha256(data).hexdigest(), len(data)))
        found = reader(data, path, faults)
        self.problems += faults.found
        if faults.total > len(faults.found):
            rest = f"{faults.total - len(faults.found):,} more cells of this file cannot be used."
            self.problems.append(RowProblem(faults.found[-1].row, path, rest))
        return found

    def _missing(self, cases: bool) -> list[str]:
        lost = [
            f"not found: {file}, so there are no scores of that system" for file in SCORES if file not in self.paths
        ]
        lost += [sentence for file, sentence in LOST.items() if file not in self.paths]
        return lost if cases else [*lost, "not found: files of cases, so there are no published answers to read"]


def _named(paths: Iterable[str]) -> set[str]:
    return {PurePosixPath(path).name for path in paths}


def _hash(files: Iterable[FileRead]) -> str:
    """The same for the same files, wherever they lay."""
    told = "\n".join(sorted(f"{PurePosixPath(file.path).name} {file.sha256}" for file in files))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _notes(scored: set[str], listed: set[str], any_listed: bool) -> list[str]:
    if not any_listed:
        return []
    notes = []
    if without := sorted(scored - listed):
        notes.append(f"scored, but not in the list of models: {', '.join(without)}")
    if silent := sorted(listed - scored):
        notes.append(f"listed, but without scores: {', '.join(silent)}")
    return notes

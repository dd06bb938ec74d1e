"""The files of a copy of Value Portrait's repository, in a folder or a zip: found by name wherever they lie in it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from core.errors import UserError
from core.interchange.copies import Copy, opened
from core.items.bank_read import FileRead

# What a file is, by the end of its path; for each role also what cannot be shown without it.
ROLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "items": (
            r"(query-response-tagged|Phase1_total)\.json",
            "the texts of the items: no model can be asked them",
        ),
        "correlations": (
            r"((higher_)?pvq|bfi)_correlation_results\.json|(^|/)correlations\.csv",
            "published correlations: items are tagged by what is recomputed from ratings",
        ),
        "ratings": (
            r"(^|/)survey\.json|(^|/)ratings\.csv",
            "people's ratings: nothing can be recomputed, no raters' style taken out, no chance or validity shown",
        ),
        "raters": (
            r"(^|/)value\.json|(^|/)(rater|participant)_values\.csv",
            "people's own values: nothing can be recomputed, no raters' style taken out, no chance or validity shown",
        ),
        "answers": (
            r"_averaged_results\.json|(^|/)llm_responses\.csv",
            "answers of published models: there is nothing to compare with",
        ),
        "scores": (
            r"final_results_0\.3_pos_centered/[^/]+\.json|(^|/)llm_scores\.csv",
            "published scores: whether they are reproduced cannot be said",
        ),
        "templates": (
            r"v[123](_reversed)?/(reddit|sharegpt)_prompt\.txt",
            "the published prompts: models are asked in our own words",
        ),
    }
)
_PATTERNS = {role: re.compile(f"(?:{pattern})$") for role, (pattern, _) in ROLES.items()}


@dataclass(frozen=True)
class Found:
    """The files of each role, sorted by path, in whatever holds them."""

    name: str
    paths: Mapping[str, tuple[str, ...]]
    source: Copy

    def read(self, role: str, path: str) -> tuple[bytes, FileRead]:
        """What a file holds, and what is to be remembered of it."""
        data = self.source.read(path)
        return data, FileRead(path, role, hashlib.sha256(data).hexdigest(), len(data))

    def missing(self) -> tuple[str, ...]:
        """What was not found, each with what that means."""
        return tuple(f"not found: {lost}" for role, (_, lost) in ROLES.items() if not self.paths[role])


def find(source: Path | bytes, name: str) -> Found:
    """The files in a folder, a .zip at a path, or the bytes of a zip. Raises UserError when there is no such thing, or
    when nothing of a bank is in it."""
    holder = opened(source, name)
    paths = {role: tuple(path for path in holder if pattern.search(path)) for role, pattern in _PATTERNS.items()}
    paths["items"] = _best_items(paths["items"])
    if not any(paths.values()):
        raise UserError(
            f"{name} holds nothing of an item bank: no query-response-tagged.json, survey.json, correlations.csv or "
            "the like. Give the folder (or a zip) of your copy of the repository of Value Portrait."
        )
    return Found(name, paths, holder)


def _best_items(paths: tuple[str, ...]) -> tuple[str, ...]:
    """One file of items is enough; the tagged one has all correlations."""
    whole = [path for path in paths if "query-response-tagged" in path]
    return tuple((whole or list(paths))[:1])

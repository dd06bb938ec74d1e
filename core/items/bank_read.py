"""What the files of a published item bank gave, before anything is computed or kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import RowProblem
from core.items.bank import BankItem


@dataclass(frozen=True)
class FileRead:
    """A file that was used: its path in the folder or zip, its role (see core.interchange.portrait_files.ROLES), the
    SHA-256 of its bytes and their number."""

    path: str
    role: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Score:
    """A published score of a model: `sd` with ddof 0."""

    model: str
    dimension: str
    centred: float
    raw: float
    sd: float
    n: int


@dataclass(frozen=True)
class Template:
    """The words around an item in one variation; `kind` is "reddit" (a titled situation) or "sharegpt" (a message)."""

    variation: str
    kind: str
    text: str


@dataclass(frozen=True)
class BankRead:
    """`correlations`: (rho, p) by item and dimension, p None where only rho is given. `ratings`: (group, item, rater,
    1..6). `raters`: each person's scales, in the order of core.items.dimensions.IDS, None where missing. `answers`:
    (model, item, variation, 1..6 or None where it failed). `averages`: (model, item, mean as published). `lost`: items
    that stand without tags in a model's averaged file, of models whose file has tags. `missing`: what was not found and
    what that means; `problems`: rows that cannot be used, each with its file."""

    name: str
    items: tuple[BankItem, ...]
    correlations: Mapping[tuple[str, str], tuple[float, float | None]]
    ratings: Sequence[tuple[str, str, str, float]] = ()
    raters: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    answers: Sequence[tuple[str, str, str, float | None]] = ()
    averages: Sequence[tuple[str, str, float]] = ()
    scores: Sequence[Score] = ()
    templates: Sequence[Template] = ()
    lost: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[FileRead, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()
